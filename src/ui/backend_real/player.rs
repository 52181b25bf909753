//! The loudspeaker for the window.

use crate::audio::playback::Player;
use crate::ui::backend::PlayerHandle;

/// A recording that is being played, measured in seconds.
pub(super) struct RealPlayer {
    player: Player,
    rate_hz: f64,
    playing: bool,
}

impl RealPlayer {
    /// Over a player that is playing.
    pub(super) fn new(player: Player) -> Self {
        Self { rate_hz: f64::from(player.rate_hz().max(1)), player, playing: true }
    }
}

impl PlayerHandle for RealPlayer {
    fn position_s(&self) -> f64 {
        self.player.position_frames() as f64 / self.rate_hz
    }

    fn set_playing(&mut self, playing: bool) {
        self.playing = playing;
        self.player.set_playing(playing);
    }

    fn seek_s(&mut self, at_s: f64) {
        self.player.seek((at_s.max(0.0) * self.rate_hz) as u64);
    }

    fn is_playing(&self) -> bool {
        self.playing && !self.player.is_finished()
    }

    fn is_finished(&self) -> bool {
        self.player.is_finished()
    }
}
