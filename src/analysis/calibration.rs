//! The agent's own level (curriculum A1): what the voice measures on this microphone when it is used normally.
//!
//! An absolute level says more about the microphone than about the voice: headsets differ by 30 dB. So a calibration
//! is taken, from a few seconds of the ready check or from stored sessions, and speech is judged against it.
//! Levels are energy means of the speech frames (equivalent level, IEC 61672-1); over the seconds the median is
//! taken, so that one laugh or one bump of the table does not shift it.

use super::loudness::{SILENCE_DB, energy_mean_db};
use super::statistics::percentile;
use crate::session::event::{Frame, LoudnessPoint};

/// Frames of a second.
const SECOND: usize = 100;
/// Seconds with less speech than this are not used, frames.
const LEAST_SPEECH_FRAMES: usize = 30;
/// A calibration needs this much speech, seconds.
const LEAST_SPEECH_S: f32 = 3.0;
/// Speech less than this above the background cannot be told from it, dB: that is no calibration.
const LEAST_ABOVE_NOISE_DB: f32 = 6.0;
/// The background is the level that this share of the frames without speech stay below.
const NOISE_PERCENTILE: f32 = 0.5;

/// Levels of a voice used normally.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LevelCalibration {
    /// Median of the levels of speech over the seconds, dB re full scale.
    pub speech_db: f32,
    /// Level of the background, dB re full scale.
    pub noise_db: f32,
    /// Speech that it rests on, seconds.
    pub speech_s: f32,
}

/// Calibrates from the frames of a recording made for it; none with too little speech or too much noise.
pub fn from_frames(frames: &[Frame]) -> Option<LevelCalibration> {
    let (mut levels, mut speech_frames) = (Vec::new(), 0);
    for second in frames.chunks(SECOND) {
        let speech = || second.iter().filter(|frame| frame.speech && frame.level_db.is_finite());
        let count = speech().count();
        if count >= LEAST_SPEECH_FRAMES {
            levels.extend(energy_mean_db(speech().map(|frame| frame.level_db)));
            speech_frames += count;
        }
    }
    let quiet = frames.iter().filter(|frame| !frame.speech && frame.level_db.is_finite());
    let quiet: Vec<f32> = quiet.map(|frame| frame.level_db).collect();
    let noise_db = percentile_of(quiet, NOISE_PERCENTILE).unwrap_or(SILENCE_DB);
    checked(percentile_of(levels, 0.5)?, noise_db, speech_frames as f32 * 0.01)
}

/// Calibrates from the level points of stored sessions; none with too little speech or too much noise.
///
/// The windows of neighbouring points overlap; only points whose windows do not are used.
pub fn from_points<'a>(points: impl IntoIterator<Item = &'a LoudnessPoint>) -> Option<LevelCalibration> {
    let (mut speech, mut noise, mut speech_s) = (Vec::new(), Vec::new(), 0.0);
    let mut last: Option<&LoudnessPoint> = None;
    for point in points {
        let overlaps = last.is_some_and(|last| last.window.overlap_samples(point.window) > 0);
        if overlaps || !point.speech_db.is_finite() || !point.noise_db.is_finite() {
            continue;
        }
        last = Some(point);
        speech.push(point.speech_db);
        noise.push(point.noise_db);
        speech_s += point.speech_s;
    }
    checked(percentile_of(speech, 0.5)?, percentile_of(noise, 0.5)?, speech_s)
}

fn checked(speech_db: f32, noise_db: f32, speech_s: f32) -> Option<LevelCalibration> {
    let usable = speech_s >= LEAST_SPEECH_S && speech_db - noise_db >= LEAST_ABOVE_NOISE_DB;
    usable.then_some(LevelCalibration { speech_db, noise_db, speech_s })
}

/// How far a level of speech lies above (positive) or below (negative) the agent's own, dB.
pub fn relative_db(point: &LoudnessPoint, calibration: &LevelCalibration) -> f32 {
    point.speech_db - calibration.speech_db
}

/// [`percentile`] of values in any order.
fn percentile_of(mut values: Vec<f32>, share: f32) -> Option<f32> {
    values.sort_by(f32::total_cmp);
    percentile(&values, share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{SampleTime, Span};

    fn frames(seconds: usize, level_db: impl Fn(usize) -> f32) -> Vec<Frame> {
        let frame = |i: usize| {
            let speech = i % 100 < 60;
            let level_db = if speech { level_db(i / 100) } else { -65.0 };
            Frame { f0_hz: 0.0, voicing: 0.0, level_db, speech }
        };
        (0..seconds * 100).map(frame).collect()
    }

    fn point(at_s: f64, speech_db: f32) -> LoudnessPoint {
        let at = SampleTime::from_seconds(at_s);
        let window = Span::new(SampleTime::from_seconds(at_s - 5.0), at);
        LoudnessPoint { at, window, speech_db, noise_db: -60.0, clipped: 0.0, speech_s: 3.0 }
    }

    #[test]
    fn one_shout_does_not_shift_it() {
        let calibration = from_frames(&frames(9, |second| if second == 4 { -5.0 } else { -27.0 })).expect("enough");
        assert!((calibration.speech_db + 27.0).abs() < 0.01, "{calibration:?}");
        assert_eq!(calibration.noise_db, -65.0);
        assert!((calibration.speech_s - 5.4).abs() < 0.01);
    }

    #[test]
    fn too_little_speech_and_a_voice_in_noise_give_none() {
        assert_eq!(from_frames(&frames(4, |_| -27.0)), None);
        assert_eq!(from_frames(&frames(20, |_| -62.0)), None);
        assert_eq!(from_frames(&[]), None);
        assert_eq!(from_points([]), None);
    }

    #[test]
    fn stored_sessions_calibrate_too_and_overlapping_windows_count_once() {
        let points: Vec<LoudnessPoint> = (5..40).map(|at| point(f64::from(at), -30.0)).collect();
        let calibration = from_points(&points).expect("enough");
        assert_eq!(calibration.speech_db, -30.0);
        assert!((calibration.speech_s - 21.0).abs() < 0.01, "{calibration:?}");
        assert!((relative_db(&point(50.0, -42.0), &calibration) + 12.0).abs() < 0.01);
    }

    #[test]
    fn a_recording_and_its_points_agree() {
        let of_frames = from_frames(&frames(20, |second| -25.0 - (second % 3) as f32)).expect("enough");
        let points: Vec<LoudnessPoint> = (1..5).map(|i| point(f64::from(i) * 5.0, -25.9)).collect();
        let of_points = from_points(&points).expect("enough");
        assert!((of_frames.speech_db - of_points.speech_db).abs() < 1.0);
    }
}
