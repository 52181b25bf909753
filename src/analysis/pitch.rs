//! Fundamental frequency and voicing of a stream.
//!
//! Periods: the autocorrelation of a windowed frame divided by that of the window (P. Boersma, "Accurate short-term
//! analysis of the fundamental frequency and the harmonics-to-noise ratio of a sampled sound", IFA Proceedings 17,
//! 1993), beside the likeness of neighbouring periods over a shorter stretch (D. Talkin, "A robust algorithm for
//! pitch tracking (RAPT)", in: Speech Coding and Synthesis, 1995), several candidates a frame, and the best path
//! through them. Voicing is decided apart from that, from signs weighed together ([`voicing`]) and a path of its own.
//! A frame is final once [`DELAY_BLOCKS`] later blocks have been seen, 55 ms after its centre.

mod front;
mod hum;
mod path;
mod period;
mod voicing;
mod weights;

use crate::time::FRAME_SAMPLES;
use front::Front;
use path::PeriodPath;
use period::Correlator;
use voicing::{AROUND, PERIODIC_LEVEL, SIGNS, SignMeter, VoicingPath, log_odds};

/// Lowest F0 looked for, Hz.
pub const FLOOR_HZ: f32 = 50.0;
/// Highest F0 looked for, Hz.
pub const CEILING_HZ: f32 = 600.0;
/// Blocks from a frame's own block to the one that completes its window: 25 ms from the centre, 1 ms of it delay of
/// the low-pass.
const LOOKAHEAD_BLOCKS: usize = 2;
/// Frames that must have been seen after a frame before it is final: those that the signs are taken from, and one
/// for the path.
const LAG_FRAMES: usize = AROUND + 1;
/// A frame's answer comes this many blocks after the frame's own block.
pub const DELAY_BLOCKS: usize = LOOKAHEAD_BLOCKS + LAG_FRAMES;

/// Share of the removed hum's power that may still be there: it is periodic and must not be taken for a voice.
const HUM_LEFT: f32 = 1e-3;
/// Power of digital silence, −110 dB of full scale; sound far above is measured alike at any gain.
const DIGITAL_SILENCE: f32 = 1e-11;

/// One frame's answer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pitch {
    /// F0 in Hz; 0 where unvoiced.
    pub f0_hz: f32,
    /// Height of the autocorrelation at the best period, 0 … 1.
    pub voicing: f32,
}

/// Streaming F0 tracker over 10 ms blocks of 16 kHz samples.
pub struct PitchTracker {
    front: Front,
    correlator: Correlator,
    signs: SignMeter,
    /// Signs of the newest frames, oldest first.
    recent_signs: [[f32; SIGNS]; 2 * AROUND + 1],
    voicing: VoicingPath,
    periods: PeriodPath,
    blocks_seen: usize,
}

impl Default for PitchTracker {
    fn default() -> Self {
        Self::new()
    }
}

impl PitchTracker {
    /// A tracker at the start of a stream.
    pub fn new() -> Self {
        Self {
            front: Front::new(),
            correlator: Correlator::new(),
            signs: SignMeter::default(),
            recent_signs: [[0.0; SIGNS]; 2 * AROUND + 1],
            voicing: VoicingPath::default(),
            periods: PeriodPath::new(),
            blocks_seen: 0,
        }
    }

    /// Takes the next block; from the block number [`DELAY_BLOCKS`] on it answers for the frame that far back.
    pub fn push(&mut self, block: &[f32; FRAME_SAMPLES]) -> Option<Pitch> {
        self.front.push(block);
        self.blocks_seen = (self.blocks_seen + 1).min(DELAY_BLOCKS);
        if self.blocks_seen <= LOOKAHEAD_BLOCKS {
            return None;
        }
        let doubt = DIGITAL_SILENCE + HUM_LEFT * self.front.hum_power();
        let candidates = self.correlator.candidates(self.front.low(), doubt);
        let signs = self.signs.measure(&candidates, self.front.energies(), self.front.base());
        if self.blocks_seen == LOOKAHEAD_BLOCKS + 1 {
            // Before the first frame it was like the first.
            self.recent_signs.fill(signs);
        }
        self.recent_signs.rotate_left(1);
        self.recent_signs[2 * AROUND] = signs;
        let voiced = if self.blocks_seen > LOOKAHEAD_BLOCKS + AROUND {
            self.voicing.push(log_odds(&self.recent_signs))
        } else {
            false
        };
        // 30 dB below the loudest voice there is little to be learned about its pitch.
        let chosen = self.periods.push(candidates, 1.0 + signs[PERIODIC_LEVEL] / 1.5)?;
        Some(Pitch { f0_hz: if voiced { chosen.f0_hz } else { 0.0 }, voicing: chosen.height.clamp(0.0, 1.0) })
    }
}

#[cfg(test)]
mod tests;
