//! Level of each frame, and of the speech of the last seconds.

use crate::session::event::{Frame, LoudnessPoint};
use crate::time::{FRAME_SAMPLES, SampleTime, Span, samples};
use std::collections::VecDeque;

/// Lowest level reported, dB re full scale.
pub const SILENCE_DB: f32 = -120.0;
/// Speech over which the level is averaged, seconds of stream.
const WINDOW_S: f64 = 5.0;
/// A sample at or above this is clipped.
const CLIP: f32 = 0.995;

/// RMS level of a block in dB relative to full scale (a full-scale sine is −3 dB).
pub fn level_db(block: &[f32]) -> f32 {
    if block.is_empty() {
        return SILENCE_DB;
    }
    power_db(block.iter().map(|x| x * x).sum::<f32>() / block.len() as f32)
}

/// A mean square in dB relative to full scale, never below [`SILENCE_DB`].
pub fn power_db(power: f32) -> f32 {
    if power > 1e-12 { 10.0 * power.log10() } else { SILENCE_DB }
}

/// Energy mean of levels in dB (equivalent level, IEC 61672-1); none of none.
pub fn energy_mean_db(levels_db: impl Iterator<Item = f32>) -> Option<f32> {
    let (mut power, mut count) = (0.0_f64, 0_u32);
    for level_db in levels_db {
        power += 10f64.powf(f64::from(level_db) / 10.0);
        count += 1;
    }
    (count > 0).then(|| (10.0 * (power / f64::from(count)).log10()) as f32)
}

/// Peak of a block in dB relative to full scale, for input meters.
pub fn peak_db(block: &[f32]) -> f32 {
    let peak = block.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
    power_db(peak * peak)
}

/// Share of clipped samples in a block.
pub fn clipped_share(block: &[f32]) -> f32 {
    block.iter().filter(|x| x.abs() >= CLIP).count() as f32 / block.len().max(1) as f32
}

/// Level of speech over the last seconds.
#[derive(Default)]
pub struct LoudnessMeter {
    window: VecDeque<(Frame, f32)>,
    end: SampleTime,
}

impl LoudnessMeter {
    /// Takes a frame with its share of clipped samples.
    pub fn push(&mut self, frame: Frame, clipped: f32) {
        self.window.push_back((frame, clipped));
        self.end = self.end + FRAME_SAMPLES as u64;
        while self.window.len() as u64 * FRAME_SAMPLES as u64 > samples(WINDOW_S) {
            self.window.pop_front();
        }
    }

    /// The level of the speech in the window, known at `at`; none with less than half a second of speech.
    pub fn measure(&self, at: SampleTime, noise_db: f32) -> Option<LoudnessPoint> {
        let speech = || self.window.iter().filter(|(frame, _)| frame.speech);
        let count = speech().count();
        if count < 50 {
            return None;
        }
        let clipped = speech().map(|(_, clipped)| clipped).sum::<f32>() / count as f32;
        let start = self.end.saturating_back((self.window.len() * FRAME_SAMPLES) as u64);
        Some(LoudnessPoint {
            at,
            window: Span::new(start, self.end),
            speech_db: energy_mean_db(speech().map(|(frame, _)| frame.level_db))?,
            noise_db,
            clipped,
            speech_s: count as f32 * 0.01,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_scale_sine_has_minus_three_decibels() {
        let sine: Vec<f32> = (0..1600).map(|i| (std::f32::consts::TAU * 100.0 * i as f32 / 16_000.0).sin()).collect();
        assert!((level_db(&sine) + 3.01).abs() < 0.05);
        assert_eq!(level_db(&[0.0; 160]), SILENCE_DB);
    }

    #[test]
    fn only_speech_counts() {
        let mut meter = LoudnessMeter::default();
        for i in 0..200 {
            let speech = i % 2 == 0;
            meter.push(Frame { level_db: if speech { -20.0 } else { -60.0 }, speech, ..Frame::default() }, 0.0);
        }
        let point = meter.measure(SampleTime(32_000), -60.0).expect("a second of speech");
        assert!((point.speech_db + 20.0).abs() < 0.01);
    }
}
