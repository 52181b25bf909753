//! How lively a voice is.
//!
//! Plain F0 deviation says little in a tone language: the tones alone make about four semitones. First version:
//! the range between the 10th and 90th percentile of F0 in semitones, over the voiced frames of the last seconds
//! of speech, mapped onto 0 (flat) … 1 (lively), with the variation of level as a smaller second witness.

use crate::session::event::{Frame, LivelinessPoint};
use crate::time::{FRAME_SAMPLES, SampleTime, Span};
use std::collections::VecDeque;

/// Speech frames that the judgement looks back on (15 s of speech).
const WINDOW_FRAMES: usize = 1500;
/// F0 range that Mandarin tones leave when a voice is flattened, and that of a lively one, semitones.
const FLAT_RANGE_ST: f32 = 3.0;
const LIVELY_RANGE_ST: f32 = 13.0;
/// Level variation of voiced frames in flat and in lively speech, dB.
const FLAT_LEVEL_SD_DB: f32 = 3.0;
const LIVELY_LEVEL_SD_DB: f32 = 8.0;
/// Share of the level in the figure.
const LEVEL_SHARE: f32 = 0.15;
/// Frames needed before anything is said.
const LEAST_VOICED_FRAMES: usize = 100;

/// Figures of a stretch of frames.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delivery {
    /// 0 flat … 1 lively.
    pub liveliness: f32,
    /// Median F0, Hz.
    pub median_hz: f32,
    /// Standard deviation of F0, semitones.
    pub sd_st: f32,
    /// Range of F0 between its 10th and 90th percentile, semitones.
    pub range_st: f32,
    /// Standard deviation of the level of voiced frames, dB.
    pub level_sd_db: f32,
    /// Voiced seconds that the figures rest on.
    pub voiced_s: f32,
}

/// Measures voiced speech frames; none when there are too few.
pub fn measure(frames: impl Iterator<Item = Frame>) -> Option<Delivery> {
    let voiced: Vec<Frame> = frames.filter(|frame| frame.speech && frame.f0_hz > 0.0).collect();
    if voiced.len() < LEAST_VOICED_FRAMES {
        return None;
    }
    let mut semitones: Vec<f32> = voiced.iter().map(|frame| 12.0 * frame.f0_hz.log2()).collect();
    semitones.sort_by(f32::total_cmp);
    let percentile = |share: f32| semitones[((semitones.len() - 1) as f32 * share).round() as usize];
    let range_st = percentile(0.9) - percentile(0.1);
    let (_, sd_st) = mean_and_sd(semitones.iter().copied());
    let (_, level_sd_db) = mean_and_sd(voiced.iter().map(|frame| frame.level_db));
    let part = |value: f32, flat: f32, lively: f32| ((value - flat) / (lively - flat)).clamp(0.0, 1.0);
    let liveliness = (1.0 - LEVEL_SHARE) * part(range_st, FLAT_RANGE_ST, LIVELY_RANGE_ST)
        + LEVEL_SHARE * part(level_sd_db, FLAT_LEVEL_SD_DB, LIVELY_LEVEL_SD_DB);
    Some(Delivery {
        liveliness,
        median_hz: (percentile(0.5) / 12.0).exp2(),
        sd_st,
        range_st,
        level_sd_db,
        voiced_s: voiced.len() as f32 * 0.01,
    })
}

/// Mean and standard deviation; zero for nothing.
pub fn mean_and_sd(values: impl Iterator<Item = f32>) -> (f32, f32) {
    let (mut n, mut mean, mut sum_of_squares) = (0.0_f64, 0.0_f64, 0.0_f64);
    for value in values {
        n += 1.0;
        let delta = f64::from(value) - mean;
        mean += delta / n;
        sum_of_squares += delta * (f64::from(value) - mean);
    }
    if n == 0.0 { (0.0, 0.0) } else { (mean as f32, (sum_of_squares / n).sqrt() as f32) }
}

/// Liveliness of the last seconds of speech.
#[derive(Default)]
pub struct LivelinessMeter {
    window: VecDeque<(SampleTime, Frame)>,
    added: usize,
}

impl LivelinessMeter {
    /// Takes the frame that starts at `start`.
    pub fn push(&mut self, start: SampleTime, frame: Frame) {
        if !frame.speech {
            return;
        }
        self.added += 1;
        if self.window.len() == WINDOW_FRAMES {
            self.window.pop_front();
        }
        self.window.push_back((start, frame));
    }

    /// The judgement at `at`; none when nothing new was said since the last one or there is too little voice.
    pub fn measure(&mut self, at: SampleTime) -> Option<LivelinessPoint> {
        if self.added < 30 {
            return None;
        }
        let figures = measure(self.window.iter().map(|(_, frame)| *frame))?;
        self.added = 0;
        let (first, last) = (self.window.front()?.0, self.window.back()?.0);
        Some(LivelinessPoint {
            at,
            window: Span::new(first, last + FRAME_SAMPLES as u64),
            liveliness: figures.liveliness,
            median_hz: figures.median_hz,
            range_st: figures.range_st,
            level_sd_db: figures.level_sd_db,
            voiced_s: figures.voiced_s,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voice(swing_st: f32) -> impl Iterator<Item = Frame> {
        (0..600).map(move |i| Frame {
            f0_hz: 200.0 * (swing_st * (i as f32 * 0.07).sin() / 12.0).exp2(),
            voicing: 0.9,
            level_db: -20.0,
            speech: true,
        })
    }

    #[test]
    fn a_wider_swing_is_livelier() {
        let flat = measure(voice(1.0)).expect("enough voice");
        let lively = measure(voice(6.0)).expect("enough voice");
        assert!(flat.liveliness < 0.1 && lively.liveliness > 0.5, "{flat:?} {lively:?}");
        assert!((flat.median_hz - 200.0).abs() < 2.0);
    }

    #[test]
    fn too_little_voice_is_not_judged() {
        assert_eq!(measure(voice(5.0).take(50)), None);
    }
}
