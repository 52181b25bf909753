//! Syllable nuclei: peaks of sonority in voiced speech, with a dip before and after.
//!
//! After N. H. de Jong and T. Wempe, "Praat script to detect syllable nuclei and measure speech rate
//! automatically", Behavior Research Methods 41 (2009). Theirs looks at intensity, where a syllable that begins
//! with a nasal, glide or lateral hardly dips. Ours looks at the bands between 300 and 3200 Hz, where vowels differ
//! most from such consonants, and sums them as the ear does, by a power law ([`crate::analysis::spectrum`]), so that a dip in one formant counts although another stays strong
//! (the idea of N. Morgan and E. Fosler-Lussier, "Combining multiple estimators of speaking rate", ICASSP 1998).

use crate::session::event::Frame;
use crate::time::{FRAME_SAMPLES, SampleTime};

/// Dip that parts two syllables, dB.
const DIP_DB: f32 = 1.5;
/// Smoothing over frames: a Gaussian of 15 ms standard deviation, its middle first.
const SMOOTHING: [f32; 5] = [0.2662, 0.2132, 0.1095, 0.0361, 0.0081];
const REACH: usize = SMOOTHING.len() - 1;
const SPAN: usize = 2 * REACH + 1;
/// A nucleus is voiced itself or this many frames away from where voicing is.
const VOICED_REACH: usize = 3;

/// Streaming finder of syllable nuclei.
#[derive(Default)]
pub struct NucleusFinder {
    recent_db: [f32; SPAN],
    voiced: [bool; SPAN],
    seen: usize,
    rising: bool,
    extreme_db: f32,
    peak: Option<(SampleTime, bool)>,
}

impl NucleusFinder {
    /// Takes the frame that starts at `start` and its sonority; answers with the start of the nucleus that it completes.
    pub fn push(&mut self, start: SampleTime, frame: Frame, sonority_db: f32) -> Option<SampleTime> {
        self.recent_db.rotate_left(1);
        self.voiced.rotate_left(1);
        self.recent_db[SPAN - 1] = sonority_db;
        self.voiced[SPAN - 1] = frame.f0_hz > 0.0 && frame.speech;
        self.seen += 1;
        if self.seen < SPAN {
            return None;
        }
        let at = start.saturating_back((REACH * FRAME_SAMPLES) as u64);
        let around = |distance: usize| self.recent_db[REACH - distance] + self.recent_db[REACH + distance];
        let smooth = SMOOTHING[0] * self.recent_db[REACH]
            + (1..SMOOTHING.len()).map(|distance| SMOOTHING[distance] * around(distance)).sum::<f32>();
        let voiced = self.voiced[REACH - VOICED_REACH..=REACH + VOICED_REACH].contains(&true);
        self.step(at, smooth, voiced)
    }

    fn step(&mut self, at: SampleTime, smooth_db: f32, voiced: bool) -> Option<SampleTime> {
        if self.rising {
            if smooth_db > self.extreme_db {
                (self.extreme_db, self.peak) = (smooth_db, Some((at, voiced)));
            } else if smooth_db < self.extreme_db - DIP_DB {
                (self.rising, self.extreme_db) = (false, smooth_db);
                return self.peak.take().and_then(|(at, voiced)| voiced.then_some(at));
            }
        } else if smooth_db < self.extreme_db || self.seen == SPAN {
            self.extreme_db = smooth_db;
        } else if smooth_db > self.extreme_db + DIP_DB {
            (self.rising, self.extreme_db, self.peak) = (true, smooth_db, Some((at, voiced)));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(swing_db: f32, voiced: bool) -> usize {
        let mut finder = NucleusFinder::default();
        let frame = Frame { f0_hz: if voiced { 200.0 } else { 0.0 }, voicing: 0.9, level_db: -20.0, speech: true };
        (0..1000_u64)
            .filter(|&i| {
                let sonority = -20.0 + swing_db * (i as f32 * std::f32::consts::TAU / 20.0).sin();
                finder.push(SampleTime(i * 160), frame, sonority).is_some()
            })
            .count()
    }

    #[test]
    fn five_swings_a_second_are_five_syllables() {
        assert!((49..=50).contains(&count(4.0, true)), "{}", count(4.0, true));
        assert_eq!(count(4.0, false), 0, "unvoiced noise has no syllables");
        assert_eq!(count(0.3, true), 0, "a ripple is no syllable");
    }
}
