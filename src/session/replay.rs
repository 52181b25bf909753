//! The cursor of a replay: where in a session the listener is.
//!
//! Pure: it is moved by frames really played, or, where there is no loudspeaker, by time that the caller measured.
//! Live view and replay draw the same timeline; a live view's cursor is `Following`.

use crate::time::{SampleTime, samples};

/// What the cursor does by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CursorMode {
    /// Stands still.
    #[default]
    Paused,
    /// Moves with the sound.
    Playing,
    /// Stays at the newest moment of a session that still grows.
    Following,
}

/// A place in a session and what moves it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReplayCursor {
    mode: CursorMode,
    position: SampleTime,
    length: SampleTime,
}

impl ReplayCursor {
    /// A cursor that stands at the start of a session of this length.
    pub fn at_start(length: SampleTime) -> Self {
        Self { mode: CursorMode::Paused, position: SampleTime::ZERO, length }
    }

    /// A cursor at the newest moment of a session that still grows.
    pub fn following(length: SampleTime) -> Self {
        Self { mode: CursorMode::Following, position: length, length }
    }

    /// What moves the cursor.
    pub fn mode(&self) -> CursorMode {
        self.mode
    }

    /// Where it is.
    pub fn position(&self) -> SampleTime {
        self.position
    }

    /// Length of the session.
    pub fn length(&self) -> SampleTime {
        self.length
    }

    /// Whether it moves with the sound.
    pub fn is_playing(&self) -> bool {
        self.mode == CursorMode::Playing
    }

    /// Whether it stands at the end.
    pub fn is_at_end(&self) -> bool {
        self.position >= self.length
    }

    /// Plays on; from the start when the end was reached.
    pub fn play(&mut self) {
        if self.length > SampleTime::ZERO {
            if self.is_at_end() {
                self.position = SampleTime::ZERO;
            }
            self.mode = CursorMode::Playing;
        }
    }

    /// Stands still.
    pub fn pause(&mut self) {
        self.mode = CursorMode::Paused;
    }

    /// Plays or stands still.
    pub fn toggle(&mut self) {
        if self.is_playing() { self.pause() } else { self.play() }
    }

    /// Stays at the newest moment from now on.
    pub fn follow(&mut self) {
        self.mode = CursorMode::Following;
        self.position = self.length;
    }

    /// Goes to a place inside the session. A cursor that followed stands still from then on.
    pub fn seek(&mut self, at: SampleTime) {
        self.position = at.min(self.length);
        if self.mode == CursorMode::Following {
            self.mode = CursorMode::Paused;
        }
    }

    /// Moves by `seconds`, back when negative.
    pub fn skip(&mut self, seconds: f64) {
        self.seek(SampleTime::from_seconds(self.position.seconds() + seconds));
    }

    /// The session has grown to `length`.
    pub fn grow(&mut self, length: SampleTime) {
        self.length = length;
        if self.mode == CursorMode::Following {
            self.position = length;
        }
        self.position = self.position.min(length);
    }

    /// The listener has heard the session up to `heard`; only a playing cursor moves. At the end it stands still.
    pub fn played_to(&mut self, heard: SampleTime) {
        if self.is_playing() {
            self.position = heard.min(self.length);
            if self.is_at_end() {
                self.mode = CursorMode::Paused;
            }
        }
    }

    /// Time has passed without a loudspeaker; only a playing cursor moves. At the end it stands still.
    pub fn passed(&mut self, seconds: f64) {
        self.played_to(self.position + samples(seconds));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(seconds: f64) -> SampleTime {
        SampleTime::from_seconds(seconds)
    }

    #[test]
    fn only_a_playing_cursor_moves_with_the_sound() {
        let mut cursor = ReplayCursor::at_start(at(10.0));
        cursor.played_to(at(3.0));
        assert_eq!(cursor.position(), SampleTime::ZERO);
        cursor.play();
        cursor.played_to(at(3.0));
        cursor.passed(0.5);
        assert_eq!(cursor.position(), at(3.5));
        cursor.pause();
        cursor.passed(1.0);
        assert_eq!(cursor.position(), at(3.5));
    }

    #[test]
    fn at_the_end_it_stands_still_and_plays_again_from_the_start() {
        let mut cursor = ReplayCursor::at_start(at(2.0));
        cursor.play();
        cursor.played_to(at(5.0));
        assert_eq!((cursor.position(), cursor.mode()), (at(2.0), CursorMode::Paused));
        cursor.toggle();
        assert_eq!((cursor.position(), cursor.mode()), (SampleTime::ZERO, CursorMode::Playing));
    }

    #[test]
    fn a_following_cursor_stays_at_the_newest_moment_until_it_is_moved() {
        let mut cursor = ReplayCursor::following(at(1.0));
        cursor.grow(at(4.0));
        assert_eq!(cursor.position(), at(4.0));
        cursor.skip(-2.0);
        cursor.grow(at(6.0));
        assert_eq!((cursor.position(), cursor.mode()), (at(2.0), CursorMode::Paused));
        cursor.follow();
        assert_eq!(cursor.position(), at(6.0));
    }

    #[test]
    fn an_empty_session_does_not_play() {
        let mut cursor = ReplayCursor::at_start(SampleTime::ZERO);
        cursor.play();
        assert_eq!(cursor.mode(), CursorMode::Paused);
    }

    proptest! {
        #[test]
        fn it_never_leaves_the_session(length in 0u64..1_000_000, moves in prop::collection::vec((0u8..6, -100.0f64..100.0), 0..40)) {
            let mut cursor = ReplayCursor::at_start(SampleTime(length));
            for (kind, seconds) in moves {
                match kind {
                    0 => cursor.toggle(),
                    1 => cursor.skip(seconds),
                    2 => cursor.passed(seconds.abs()),
                    3 => cursor.follow(),
                    4 => cursor.seek(SampleTime::from_seconds(seconds)),
                    _ => cursor.played_to(SampleTime::from_seconds(seconds)),
                }
                prop_assert!(cursor.position() <= cursor.length());
            }
        }
    }
}
