//! Tremor: a slow wobble of pitch and level, 4 … 8 Hz, the thin and shaking voice of curriculum A1.
//!
//! Rate and depth are those of vocal tremor (J. Kreiman, B. Gabelman and B. R. Gerratt, "Perception of vocal
//! tremor", J. Speech Lang. Hear. Res. 46, 2003; I. R. Titze, "Principles of Voice Production", 1994). The trap is
//! that syllables come at 3 … 6 Hz and that Mandarin tones move F0 with them, by semitones. But that movement has no
//! rate of its own: its spectrum falls with frequency, steeply and evenly. A wobble stands out of it as a peak. So the
//! modulation spectra of all long voiced stretches are put together (median), and a peak between 4 and 8 Hz is set
//! against the line that leads from 2.5 Hz below it to 2.5 Hz above it.
//!
//! A wobble of half a semitone at 4 … 5 Hz is not told from a lively melody; in calm voices it is.

use crate::session::event::Frame;
use std::f32::consts::TAU;

/// Window of one modulation spectrum, frames: three periods of 5 Hz.
const WINDOW: usize = 60;
/// Step between windows inside a stretch, frames.
const STEP: usize = 15;
/// Windows needed for a judgement: medians of fewer are ragged.
const LEAST_WINDOWS: usize = 12;
/// F0 steps larger than this between two frames are octave errors or a new syllable after a stop, semitones.
const JUMP_ST: f32 = 2.0;
/// Modulation rates looked at: from, step, number (1.5 … 13 Hz).
const LOWEST_HZ: f32 = 1.5;
const RATE_STEP_HZ: f32 = 0.5;
const RATES: usize = 24;
/// Rates of tremor, Hz.
const TREMOR_HZ: (f32, f32) = (4.0, 8.0);
/// Distance to the neighbours that the background is read from, in steps (2.5 Hz: half the window's main lobe and more).
const NEIGHBOUR: usize = 5;
/// The peak must stand out of the background so far, amplitude ratio. Voices without tremor stay below 1.2 when there
/// are windows enough; with eight to eleven windows they reach 1.7, hence [`LEAST_WINDOWS`].
const LEAST_RATIO: f32 = 1.7;
/// Below this depth nobody hears a wobble, semitones.
const LEAST_DEPTH_ST: f32 = 0.15;

/// A wobble of the voice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tremor {
    /// Rate of the wobble, Hz.
    pub rate_hz: f32,
    /// Its amplitude in F0 (half of the swing), semitones.
    pub depth_st: f32,
    /// Amplitude of the level's modulation at that rate, dB; syllables have their share in it.
    pub depth_db: f32,
    /// Share of the wobble in the modulation at its rate, 0 … 1.
    pub strength: f32,
    /// Seconds of voice that the judgement rests on.
    pub voiced_s: f32,
}

/// Looks for tremor in the frames of a session; none when there is none or too little sustained voice.
pub fn tremor(frames: &[Frame]) -> Option<Tremor> {
    let spectrograph = Modulation::new();
    let (mut pitch, mut level): (Vec<[f32; RATES]>, Vec<[f32; RATES]>) = (Vec::new(), Vec::new());
    let mut voiced = 0;
    for stretch in stretches(frames) {
        voiced += stretch.len();
        for window in stretch.windows(WINDOW).step_by(STEP) {
            pitch.push(spectrograph.amplitudes(window, |frame| 12.0 * frame.f0_hz.log2()));
            level.push(spectrograph.amplitudes(window, |frame| frame.level_db));
        }
    }
    if pitch.len() < LEAST_WINDOWS {
        return None;
    }
    let (pitch, level) = (median_of(&pitch), median_of(&level));
    let (index, ratio) = strongest_peak(&pitch)?;
    let share = 1.0 - 1.0 / (ratio * ratio);
    let depth_st = pitch[index] * share.sqrt();
    (depth_st >= LEAST_DEPTH_ST).then(|| Tremor {
        rate_hz: rate_hz(index),
        depth_st,
        depth_db: level[index],
        strength: share,
        voiced_s: voiced as f32 * 0.01,
    })
}

/// Voiced stretches without a jump of F0, long enough for one window.
fn stretches(frames: &[Frame]) -> impl Iterator<Item = &[Frame]> {
    let joined = |a: &Frame, b: &Frame| {
        a.f0_hz > 0.0
            && b.f0_hz > 0.0
            && a.speech
            && b.speech
            && (12.0 * (b.f0_hz / a.f0_hz).log2()).abs() < JUMP_ST
            && b.level_db.is_finite()
    };
    frames.chunk_by(joined).filter(|stretch| stretch.len() >= WINDOW)
}

fn rate_hz(index: usize) -> f32 {
    LOWEST_HZ + RATE_STEP_HZ * index as f32
}

/// The peak that stands out most, and its ratio to the background.
fn strongest_peak(amplitudes: &[f32; RATES]) -> Option<(usize, f32)> {
    let mut best: Option<(usize, f32)> = None;
    for index in NEIGHBOUR..RATES - NEIGHBOUR {
        let here = amplitudes[index];
        let inside = (TREMOR_HZ.0..=TREMOR_HZ.1).contains(&rate_hz(index));
        // The third neighbour below keeps shoulders of the falling spectrum out.
        if !inside || here < amplitudes[index - 1] || here < amplitudes[index + 1] || here <= amplitudes[index - 3] {
            continue;
        }
        let (low, high) = (index - NEIGHBOUR, index + NEIGHBOUR);
        let share = (rate_hz(index) / rate_hz(low)).ln() / (rate_hz(high) / rate_hz(low)).ln();
        let logarithm = |value: f32| value.max(1e-3).ln();
        let background = ((1.0 - share) * logarithm(amplitudes[low]) + share * logarithm(amplitudes[high])).exp();
        let ratio = here / background;
        if ratio >= LEAST_RATIO && best.is_none_or(|(_, most)| ratio > most) {
            best = Some((index, ratio));
        }
    }
    best
}

/// Median over the windows, rate by rate.
fn median_of(spectra: &[[f32; RATES]]) -> [f32; RATES] {
    let mut column = Vec::with_capacity(spectra.len());
    std::array::from_fn(|rate| {
        column.clear();
        column.extend(spectra.iter().map(|spectrum| spectrum[rate]));
        column.sort_by(f32::total_cmp);
        column.get(column.len() / 2).copied().unwrap_or_default()
    })
}

/// Modulation spectra of windows of frames.
struct Modulation {
    /// Cosine and sine of each rate under a Hann window, scaled so that a sine gives its amplitude.
    waves: Vec<[(f32, f32); WINDOW]>,
}

impl Modulation {
    fn new() -> Self {
        let hann = |i: usize| 0.5 - 0.5 * (TAU * (i as f32 + 0.5) / WINDOW as f32).cos();
        let scale = 2.0 / (0..WINDOW).map(hann).sum::<f32>();
        let wave = |rate: usize| {
            std::array::from_fn(|i| {
                let phase = TAU * rate_hz(rate) * i as f32 * 0.01;
                (scale * hann(i) * phase.cos(), scale * hann(i) * phase.sin())
            })
        };
        Self { waves: (0..RATES).map(wave).collect() }
    }

    /// Amplitude at each rate, in the unit of the value, after the slow contour (a parabola) has been taken away.
    fn amplitudes(&self, window: &[Frame], value: impl Fn(&Frame) -> f32) -> [f32; RATES] {
        let mut values = [0.0; WINDOW];
        values.iter_mut().zip(window).for_each(|(out, frame)| *out = value(frame));
        remove_parabola(&mut values);
        std::array::from_fn(|rate| {
            let (mut re, mut im) = (0.0, 0.0);
            for (x, (cosine, sine)) in values.iter().zip(&self.waves[rate]) {
                re += x * cosine;
                im += x * sine;
            }
            (re * re + im * im).sqrt()
        })
    }
}

/// Takes the least-squares parabola away, by projection on the orthogonal polynomials of degree 0, 1 and 2.
fn remove_parabola(values: &mut [f32; WINDOW]) {
    let at = |i: usize| 2.0 * i as f32 / (WINDOW - 1) as f32 - 1.0;
    let mean_square = (0..WINDOW).map(|i| at(i) * at(i)).sum::<f32>() / WINDOW as f32;
    let polynomials: [&dyn Fn(f32) -> f32; 3] = [&|_| 1.0, &|x| x, &|x| x * x - mean_square];
    for polynomial in polynomials {
        let (mut dot, mut norm) = (0.0, 0.0);
        for (i, value) in values.iter().enumerate() {
            let p = polynomial(at(i));
            dot += value * p;
            norm += p * p;
        }
        for (i, value) in values.iter_mut().enumerate() {
            *value -= dot / norm * polynomial(at(i));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Speech-like frames: phrases of 0.9 s with a melody that wanders like tones, and a wobble on top.
    fn voice(depth_st: f32, rate_hz: f32, depth_db: f32) -> Vec<Frame> {
        let mut state = 5_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state as f32 / u32::MAX as f32 - 0.5
        };
        let mut frames = Vec::new();
        for _ in 0..30 {
            // In running speech the movement of F0 falls with about the square of its rate.
            let hz = |k: usize| 0.7 + 1.1 * k as f32;
            let phrase: Vec<(f32, f32, f32)> =
                (0..8).map(|k| (hz(k), (8.0 / hz(k).powi(2)).min(1.5), random() * TAU)).collect();
            let start = random() * TAU;
            for i in 0..90 {
                let t = i as f32 * 0.01;
                let melody: f32 = phrase.iter().map(|(hz, st, phase)| st * (TAU * hz * t + phase).sin()).sum();
                let wobble = (TAU * rate_hz * t + start).sin();
                frames.push(Frame {
                    f0_hz: 200.0 * ((melody + depth_st * wobble + 0.05 * random()) / 12.0).exp2(),
                    voicing: 0.9,
                    level_db: -20.0 + depth_db * wobble + random(),
                    speech: true,
                });
            }
            frames.extend([Frame { level_db: -60.0, ..Frame::default() }; 20]);
        }
        frames
    }

    #[test]
    fn melody_alone_is_no_tremor() {
        assert_eq!(tremor(&voice(0.0, 6.0, 0.0)), None);
    }

    #[test]
    fn a_wobble_is_found_with_its_rate_and_depth() {
        for (rate_hz, depth_st) in [(5.0, 1.5), (6.0, 1.0), (7.0, 0.6), (6.0, 1.5)] {
            let found = tremor(&voice(depth_st, rate_hz, 1.5));
            let found = found.unwrap_or_else(|| panic!("{depth_st} st at {rate_hz} Hz was missed"));
            assert!((found.rate_hz - rate_hz).abs() <= 0.75, "{rate_hz} Hz was taken for {found:?}");
            assert!((found.depth_st / depth_st - 1.0).abs() < 0.4, "{depth_st} st was taken for {found:?}");
            assert!((found.depth_db - 1.5).abs() < 0.5 && found.strength > 0.6 && found.strength <= 1.0, "{found:?}");
        }
    }

    #[test]
    fn level_that_moves_with_the_syllables_is_no_tremor() {
        assert_eq!(tremor(&voice(0.0, 5.0, 6.0)), None);
    }

    #[test]
    fn short_or_unvoiced_sound_is_not_judged() {
        assert_eq!(tremor(&voice(1.0, 6.0, 0.0)[..300]), None);
        assert_eq!(tremor(&[Frame::default(); 1000]), None);
        assert_eq!(tremor(&[]), None);
    }
}
