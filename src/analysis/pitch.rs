//! Fundamental frequency by autocorrelation, with the best path found over time.
//!
//! Method: P. Boersma, "Accurate short-term analysis of the fundamental frequency and the harmonics-to-noise
//! ratio of a sampled sound", IFA Proceedings 17 (1993): the autocorrelation of a Hann-windowed frame divided by
//! that of the window, several candidates a frame, and a Viterbi path over octave-jump and voicing costs. Ours
//! runs on a stream: a frame is final once [`LAG_FRAMES`] later ones have been seen.

use crate::time::{FRAME_SAMPLES, SAMPLE_RATE_HZ};
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::collections::VecDeque;
use std::sync::Arc;

/// Lowest F0 looked for, Hz.
pub const FLOOR_HZ: f32 = 60.0;
/// Highest F0 looked for, Hz.
pub const CEILING_HZ: f32 = 600.0;
/// Frames that must have been seen after a frame before it is final.
pub const LAG_FRAMES: usize = 5;

/// Length of the analysis window: three periods of the floor (Boersma 1993), 50 ms.
const WINDOW: usize = (3.0 * SAMPLE_RATE_HZ as f32 / FLOOR_HZ) as usize;
const MIN_LAG: usize = (SAMPLE_RATE_HZ as f32 / CEILING_HZ) as usize;
const MAX_LAG: usize = (SAMPLE_RATE_HZ as f32 / FLOOR_HZ) as usize + 1;
/// Transform length: no lag up to `MAX_LAG` may wrap around. 1080 = 2³·3³·5 is quick.
const FFT: usize = 1080;
const CANDIDATES: usize = 8;

// Costs and thresholds of the paper's section 4 (Praat's defaults), for 10 ms steps.
const VOICING_THRESHOLD: f32 = 0.45;
const SILENCE_THRESHOLD: f32 = 0.03;
const OCTAVE_COST: f32 = 0.01;
const OCTAVE_JUMP_COST: f32 = 0.35;
const VOICING_CHANGE_COST: f32 = 0.14;

/// One frame's answer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pitch {
    /// F0 in Hz; 0 where unvoiced.
    pub f0_hz: f32,
    /// Height of the autocorrelation at the best period, 0 … 1.
    pub voicing: f32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Candidate {
    /// Hz; 0 is the unvoiced candidate.
    f0_hz: f32,
    log2_f0: f32,
    /// Local strength, larger is better.
    strength: f32,
    /// Height of the autocorrelation peak.
    height: f32,
    /// Best path score that ends here, and where it came from in the frame before.
    score: f32,
    from: u8,
}

#[derive(Clone, Copy, Debug, Default)]
struct FrameCandidates {
    list: [Candidate; CANDIDATES + 1],
    count: usize,
}

/// Streaming F0 tracker over 10 ms blocks of 16 kHz samples.
pub struct PitchTracker {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    window: Vec<f32>,
    window_autocorrelation: Vec<f32>,
    recent: VecDeque<f32>,
    buffer: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
    autocorrelation: Vec<f32>,
    scratch: Vec<Complex<f32>>,
    path: VecDeque<FrameCandidates>,
    /// Slowly falling peak amplitude of what was heard, for the paper's silence threshold.
    running_peak: f32,
    blocks_seen: usize,
}

/// Blocks from a frame's own block to the one that completes its window.
const LOOKAHEAD_BLOCKS: usize = (WINDOW / 2 + FRAME_SAMPLES / 2).div_ceil(FRAME_SAMPLES) - 1;
/// A frame's answer comes this many blocks after the frame's own block.
pub const DELAY_BLOCKS: usize = LOOKAHEAD_BLOCKS + LAG_FRAMES;

impl Default for PitchTracker {
    fn default() -> Self {
        Self::new()
    }
}

impl PitchTracker {
    /// A tracker at the start of a stream.
    pub fn new() -> Self {
        let mut planner = RealFftPlanner::<f32>::new();
        let (forward, inverse) = (planner.plan_fft_forward(FFT), planner.plan_fft_inverse(FFT));
        let window: Vec<f32> =
            (0..WINDOW).map(|i| 0.5 - 0.5 * (std::f32::consts::TAU * (i as f32 + 0.5) / WINDOW as f32).cos()).collect();
        let mut window_autocorrelation: Vec<f32> =
            (0..=MAX_LAG).map(|lag| (0..WINDOW - lag).map(|i| window[i] * window[i + lag]).sum()).collect();
        let energy = window_autocorrelation[0];
        window_autocorrelation.iter_mut().for_each(|value| *value /= energy);
        let scratch_len = forward.get_scratch_len().max(inverse.get_scratch_len());
        Self {
            buffer: vec![0.0; FFT],
            spectrum: forward.make_output_vec(),
            autocorrelation: vec![0.0; FFT],
            scratch: vec![Complex::default(); scratch_len],
            forward,
            inverse,
            window,
            window_autocorrelation,
            // Before the stream there is silence, so that the first frames have a whole window.
            recent: VecDeque::from(vec![0.0; 2 * WINDOW]),
            path: VecDeque::with_capacity(LAG_FRAMES + 2),
            running_peak: 0.02,
            blocks_seen: 0,
        }
    }

    /// Takes the next block; from the block number [`DELAY_BLOCKS`] on it answers for the frame that far back.
    pub fn push(&mut self, block: &[f32; FRAME_SAMPLES]) -> Option<Pitch> {
        self.recent.drain(..FRAME_SAMPLES);
        self.recent.extend(block);
        self.blocks_seen += 1;
        if self.blocks_seen <= LOOKAHEAD_BLOCKS {
            return None;
        }
        let mut frame = self.analyse_frame();
        self.extend_path(&mut frame);
        self.path.push_back(frame);
        if self.path.len() <= LAG_FRAMES {
            return None;
        }
        let answer = self.trace_back();
        self.path.pop_front();
        Some(answer)
    }

    /// Candidates of the frame that is centred [`LOOKAHEAD_BLOCKS`] blocks before the newest one.
    fn analyse_frame(&mut self) -> FrameCandidates {
        let newest = self.recent.len();
        let centre = newest - LOOKAHEAD_BLOCKS * FRAME_SAMPLES - FRAME_SAMPLES / 2;
        let start = centre - WINDOW / 2;
        let recent = self.recent.make_contiguous();
        let slice = &recent[start..start + WINDOW];
        let mean = slice.iter().sum::<f32>() / WINDOW as f32;
        // The peak is looked for where the frame is, not in its tails.
        let peak = slice[WINDOW / 4..WINDOW - WINDOW / 4].iter().fold(0.0_f32, |peak, x| peak.max((x - mean).abs()));
        self.running_peak = (self.running_peak * 0.9995).max(peak).max(0.005);

        let mut frame = FrameCandidates::default();
        let loudness = (peak / self.running_peak) / (SILENCE_THRESHOLD / (1.0 + VOICING_THRESHOLD));
        frame.list[0].strength = VOICING_THRESHOLD + (2.0 - loudness).max(0.0);
        frame.count = 1;
        if peak < 1e-5 {
            return frame;
        }
        for ((out, x), w) in self.buffer.iter_mut().zip(slice).zip(&self.window) {
            *out = (x - mean) * w;
        }
        self.buffer[WINDOW..].fill(0.0);
        if self.autocorrelate() {
            self.find_peaks(&mut frame);
        }
        frame
    }

    /// Fills `autocorrelation` with the normalised autocorrelation up to `MAX_LAG + 1`; false when it is all zero.
    fn autocorrelate(&mut self) -> bool {
        if self.forward.process_with_scratch(&mut self.buffer, &mut self.spectrum, &mut self.scratch).is_err() {
            return false;
        }
        for bin in &mut self.spectrum {
            *bin = Complex::new(bin.norm_sqr(), 0.0);
        }
        if self.inverse.process_with_scratch(&mut self.spectrum, &mut self.autocorrelation, &mut self.scratch).is_err()
        {
            return false;
        }
        let energy = self.autocorrelation[0];
        if !energy.is_finite() || energy <= 0.0 {
            return false;
        }
        for (value, window) in self.autocorrelation.iter_mut().zip(&self.window_autocorrelation) {
            *value /= energy * window;
        }
        true
    }

    fn find_peaks(&self, frame: &mut FrameCandidates) {
        let r = &self.autocorrelation;
        for lag in MIN_LAG.max(2)..MAX_LAG {
            let (before, here, after) = (r[lag - 1], r[lag], r[lag + 1]);
            if here < 0.5 * VOICING_THRESHOLD || here <= before || here < after {
                continue;
            }
            let curvature = 2.0 * here - before - after;
            let shift = 0.5 * (after - before) / curvature.max(1e-9);
            let height = here + 0.25 * (after - before) * shift;
            // Heights above one come from windows with few periods; the paper mirrors them.
            let height = if height > 1.0 { 1.0 / height } else { height };
            let f0_hz = SAMPLE_RATE_HZ as f32 / (lag as f32 + shift.clamp(-0.5, 0.5));
            if !(FLOOR_HZ..=CEILING_HZ).contains(&f0_hz) {
                continue;
            }
            let candidate = Candidate {
                f0_hz,
                log2_f0: f0_hz.log2(),
                strength: height - OCTAVE_COST * (FLOOR_HZ / f0_hz).log2(),
                height,
                ..Candidate::default()
            };
            insert_candidate(frame, candidate);
        }
    }

    /// Best way from the frame before to each candidate of `frame`.
    fn extend_path(&self, frame: &mut FrameCandidates) {
        let Some(before) = self.path.back() else {
            for candidate in &mut frame.list[..frame.count] {
                candidate.score = candidate.strength;
            }
            return;
        };
        let mut best_score = f32::MIN;
        for candidate in &mut frame.list[..frame.count] {
            let mut best = (f32::MIN, 0);
            for (index, earlier) in before.list[..before.count].iter().enumerate() {
                let score = earlier.score - transition_cost(earlier, candidate);
                if score > best.0 {
                    best = (score, index as u8);
                }
            }
            candidate.score = best.0 + candidate.strength;
            candidate.from = best.1;
            best_score = best_score.max(candidate.score);
        }
        // Only differences matter: keep the scores near zero so that hours of sound lose no precision.
        for candidate in &mut frame.list[..frame.count] {
            candidate.score -= best_score;
        }
    }

    /// The answer of the oldest frame on the path that is best now.
    fn trace_back(&self) -> Pitch {
        let Some(newest) = self.path.back() else { return Pitch::default() };
        let mut index = (0..newest.count)
            .max_by(|&a, &b| newest.list[a].score.total_cmp(&newest.list[b].score))
            .unwrap_or_default();
        for frame in self.path.iter().skip(1).rev() {
            index = usize::from(frame.list[index].from);
        }
        let oldest = &self.path[0];
        let chosen = oldest.list[index];
        let voicing = if chosen.f0_hz > 0.0 {
            chosen.height
        } else {
            oldest.list[1..oldest.count].iter().fold(0.0_f32, |best, candidate| best.max(candidate.height))
        };
        Pitch { f0_hz: chosen.f0_hz, voicing: voicing.clamp(0.0, 1.0) }
    }
}

/// Keeps the strongest candidates; place 0 stays the unvoiced one.
fn insert_candidate(frame: &mut FrameCandidates, candidate: Candidate) {
    if frame.count <= CANDIDATES {
        frame.list[frame.count] = candidate;
        frame.count += 1;
        return;
    }
    let weakest = (1..frame.count).min_by(|&a, &b| frame.list[a].strength.total_cmp(&frame.list[b].strength));
    if let Some(weakest) = weakest
        && frame.list[weakest].strength < candidate.strength
    {
        frame.list[weakest] = candidate;
    }
}

fn transition_cost(from: &Candidate, to: &Candidate) -> f32 {
    match (from.f0_hz > 0.0, to.f0_hz > 0.0) {
        (false, false) => 0.0,
        (true, true) => OCTAVE_JUMP_COST * (from.log2_f0 - to.log2_f0).abs(),
        _ => VOICING_CHANGE_COST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(samples: &[f32]) -> Vec<Pitch> {
        let mut tracker = PitchTracker::new();
        let mut padded = samples.to_vec();
        padded.extend(vec![0.0; DELAY_BLOCKS * FRAME_SAMPLES]);
        padded.as_chunks::<FRAME_SAMPLES>().0.iter().filter_map(|block| tracker.push(block)).collect()
    }

    fn harmonics(f0_hz: f32, numbers: &[u32], seconds: f32) -> Vec<f32> {
        let rate = SAMPLE_RATE_HZ as f32;
        (0..(seconds * rate) as usize)
            .map(|i| {
                let t = i as f32 / rate;
                numbers.iter().map(|&n| 0.1 * (std::f32::consts::TAU * f0_hz * n as f32 * t).sin()).sum()
            })
            .collect()
    }

    #[test]
    fn tones_are_measured_within_a_tenth_of_a_semitone() {
        for f0_hz in [65.0, 82.4, 110.0, 220.0, 311.0, 440.0, 580.0] {
            let answers = track(&harmonics(f0_hz, &[1, 2, 3, 4], 0.6));
            let middle = answers[30].f0_hz;
            assert!((12.0 * (middle / f0_hz).log2()).abs() < 0.1, "{f0_hz} Hz was heard as {middle} Hz");
        }
    }

    #[test]
    fn a_missing_fundamental_is_still_heard() {
        let answers = track(&harmonics(150.0, &[3, 4, 5, 6], 0.6));
        assert!((answers[30].f0_hz - 150.0).abs() < 1.5, "{:?}", answers[30]);
    }

    #[test]
    fn silence_and_noise_are_unvoiced() {
        assert!(track(&vec![0.0; 16_000]).iter().all(|answer| answer.f0_hz == 0.0));
        let mut state = 1_u32;
        let noise: Vec<f32> = (0..32_000)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                0.1 * (state as f32 / u32::MAX as f32 - 0.5)
            })
            .collect();
        let voiced = track(&noise).iter().filter(|answer| answer.f0_hz > 0.0).count();
        assert!(voiced < 10, "{voiced} of 200 frames of white noise were called voiced");
    }

    #[test]
    fn loudness_does_not_move_pitch() {
        let tone = harmonics(180.0, &[1, 2, 3], 0.5);
        let quiet: Vec<f32> = tone.iter().map(|x| x * 0.125).collect();
        for (loud, soft) in track(&tone).iter().zip(track(&quiet)).skip(10).take(30) {
            assert!((loud.f0_hz - soft.f0_hz).abs() < 0.01);
        }
    }
}
