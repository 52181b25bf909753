//! How pitch moves: its speed, and its distance from the falling line of the phrase.

use super::FRAME_S;
use crate::analysis::statistics::percentile;

/// Frames on each side of the one whose slope is measured: a line through 50 ms, shorter than any syllable.
const SLOPE_REACH: usize = 2;
/// Pitch that moves further from one frame to the next has jumped: voices reach about 60 semitones a second
/// (Xu & Sun 2002, J. Acoust. Soc. Am. 111), an octave error far more.
const JUMP_ST: f32 = 1.0;
/// A phrase ends where no frame is voiced for longer than this (250 ms; plosives last half of that).
const PHRASE_GAP_FRAMES: u64 = 25;
/// Voiced frames of the shortest phrase whose movement says something, and of the shortest that has a falling line.
const LEAST_PHRASE_FRAMES: usize = 20;
const LEAST_FALLING_FRAMES: usize = 60;
/// The steepest declination, that of the shortest phrases: −11 ÷ (length in s + 1.5) semitones per second
/// ('t Hart, Collier & Cohen 1990).
const STEEPEST_ST_PER_S: f32 = -11.0 / 1.5;

/// A voiced frame of speech.
#[derive(Clone, Copy, Debug)]
pub struct Voiced {
    /// Number of the frame, counted from the start of the stream.
    pub number: u64,
    /// Pitch, semitones above 1 Hz.
    pub tone_st: f32,
    /// Level, dB re full scale.
    pub level_db: f32,
}

/// Speed of pitch at every frame that lies inside an unbroken movement, whether it rises or falls.
pub fn speeds_st_per_s(voiced: &[Voiced]) -> Vec<f32> {
    let unbroken = |a: &Voiced, b: &Voiced| b.number == a.number + 1 && (b.tone_st - a.tone_st).abs() <= JUMP_ST;
    let reach = SLOPE_REACH as f32;
    // Least squares through equidistant points: Σ k·tone ÷ Σ k².
    let squares: f32 = (1..=SLOPE_REACH).map(|k| 2.0 * (k * k) as f32).sum();
    let slope = |around: &[Voiced]| {
        let weighted: f32 = around.iter().enumerate().map(|(k, frame)| (k as f32 - reach) * frame.tone_st).sum();
        (weighted / squares / FRAME_S).abs()
    };
    voiced.chunk_by(unbroken).flat_map(|movement| movement.windows(2 * SLOPE_REACH + 1)).map(slope).collect()
}

/// Distance of every tone from the falling line of its phrase, semitones.
pub fn around_the_falling_line_st(voiced: &[Voiced]) -> Vec<f32> {
    let mut all_st = Vec::with_capacity(voiced.len());
    for phrase in voiced.chunk_by(|a, b| b.number - a.number <= PHRASE_GAP_FRAMES) {
        if phrase.len() < LEAST_PHRASE_FRAMES {
            continue;
        }
        let fall_st_per_s = declination_st_per_s(phrase);
        let start = phrase[0].number;
        let level = |frame: &Voiced| frame.tone_st - fall_st_per_s * (frame.number - start) as f32 * FRAME_S;
        let middle_st = median(phrase.iter().map(level));
        all_st.extend(phrase.iter().map(|frame| level(frame) - middle_st));
    }
    all_st
}

/// Slope of a phrase from its first to its last third; zero where it does not fall.
fn declination_st_per_s(phrase: &[Voiced]) -> f32 {
    if phrase.len() < LEAST_FALLING_FRAMES {
        return 0.0;
    }
    let third = phrase.len() / 3;
    let (first, last) = (&phrase[..third], &phrase[phrase.len() - third..]);
    let tone_st = |part: &[Voiced]| median(part.iter().map(|frame| frame.tone_st));
    let time_s = |part: &[Voiced]| median(part.iter().map(|frame| (frame.number - phrase[0].number) as f32)) * FRAME_S;
    let apart_s = (time_s(last) - time_s(first)).max(FRAME_S);
    ((tone_st(last) - tone_st(first)) / apart_s).clamp(STEEPEST_ST_PER_S, 0.0)
}

fn median(values: impl Iterator<Item = f32>) -> f32 {
    let mut sorted: Vec<f32> = values.collect();
    sorted.sort_unstable_by(f32::total_cmp);
    percentile(&sorted, 0.5).unwrap_or_default()
}
