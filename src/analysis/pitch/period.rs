//! How well the sound repeats itself, and after which periods: the candidates of one frame.

use super::{CEILING_HZ, FLOOR_HZ};
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Rate of the low-passed sound in which periods are looked for.
pub(super) const RATE_HZ: f32 = 8_000.0;
/// Samples of it around a frame's centre, 48 ms: enough for two periods of the floor and a little around.
pub(super) const LOW_KEPT: usize = 384;
/// Length of the window of the autocorrelation: 40 ms, two periods of the floor. Boersma takes three, which finds low
/// voices more surely but smears the starts of voiced stretches.
const WINDOW: usize = 320;
/// The autocorrelation is made at twice that rate, so that the peaks of high voices are not missed between samples.
const LAG_RATE_HZ: f32 = 2.0 * RATE_HZ;
const MIN_LAG: usize = (LAG_RATE_HZ / CEILING_HZ) as usize;
const MAX_LAG: usize = (LAG_RATE_HZ / FLOOR_HZ) as usize + 1;
/// Transform lengths: no lag up to `MAX_LAG + 1` may wrap around. 486 = 2·3⁵ is quick.
const FFT: usize = 486;
const INVERSE_FFT: usize = 2 * FFT;
/// Most candidates of a frame.
pub(super) const CANDIDATES: usize = 8;
/// Peaks below are no sign of a period.
const MIN_HEIGHT: f32 = 0.15;
/// Shortest stretch over which two neighbouring periods are compared: 8 ms.
const MIN_COMPARED: usize = 64;
/// What an octave up is worth: of periods that explain the sound equally well, the shortest is meant (Boersma 1993,
/// who takes 0.01; the starts of voiced stretches, with two periods in the window, need more).
const OCTAVE_COST: f32 = 0.05;

/// Energy of a Hann window per sample.
const HANN_ENERGY: f32 = 0.375;

/// One possible period.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Candidate {
    /// Hz; 0 where the frame has no candidate at all.
    pub f0_hz: f32,
    pub log2_f0: f32,
    /// Height of the autocorrelation over the window, 0 … 1.
    pub height: f32,
    /// Likeness of the two periods around the frame's centre, −1 … 1.
    pub likeness: f32,
    /// Local strength, larger is better.
    pub strength: f32,
}

/// The candidates of a frame.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Candidates {
    pub list: [Candidate; CANDIDATES],
    pub count: usize,
}

impl Candidates {
    pub(super) fn all(&self) -> &[Candidate] {
        &self.list[..self.count]
    }

    pub(super) fn strongest(&self) -> Option<&Candidate> {
        self.all().iter().max_by(|a, b| a.strength.total_cmp(&b.strength))
    }

    /// Keeps the strongest.
    fn insert(&mut self, candidate: Candidate) {
        if self.count < CANDIDATES {
            self.list[self.count] = candidate;
            self.count += 1;
            return;
        }
        if let Some(weakest) = self.list.iter_mut().min_by(|a, b| a.strength.total_cmp(&b.strength))
            && weakest.strength < candidate.strength
        {
            *weakest = candidate;
        }
    }
}

/// The transforms and their memory.
pub(super) struct Correlator {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    window: Vec<f32>,
    /// One over the window's own normalised autocorrelation.
    correction: Vec<f32>,
    buffer: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
    autocorrelation: Vec<f32>,
    scratch: Vec<Complex<f32>>,
}

impl Correlator {
    pub(super) fn new() -> Self {
        let mut planner = RealFftPlanner::<f32>::new();
        let (forward, inverse) = (planner.plan_fft_forward(FFT), planner.plan_fft_inverse(INVERSE_FFT));
        let hann = |at: f32| 0.5 - 0.5 * (std::f32::consts::TAU * (at + 0.5) / WINDOW as f32).cos();
        let correlate = |lag: usize| {
            let shift = lag as f32 / 2.0;
            (0..WINDOW - lag.div_ceil(2)).map(|i| hann(i as f32) * hann(i as f32 + shift)).sum::<f32>()
        };
        let scratch_len = forward.get_scratch_len().max(inverse.get_scratch_len());
        Self {
            buffer: vec![0.0; FFT],
            spectrum: vec![Complex::default(); INVERSE_FFT / 2 + 1],
            autocorrelation: vec![0.0; INVERSE_FFT],
            scratch: vec![Complex::default(); scratch_len],
            forward,
            inverse,
            window: (0..WINDOW).map(|i| hann(i as f32)).collect(),
            correction: (0..=MAX_LAG + 1).map(|lag| correlate(0) / correlate(lag)).collect(),
        }
    }

    /// Candidates of the frame around the middle of `sound`. `doubt` is power that counts as noise.
    pub(super) fn candidates(&mut self, sound: &[f32; LOW_KEPT], doubt: f32) -> Candidates {
        let mut found = Candidates::default();
        if self.autocorrelate(sound, doubt) {
            self.find_peaks(sound, &mut found);
        }
        found
    }

    /// Fills `autocorrelation` with the normalised one up to `MAX_LAG + 1`; false when there is no sound.
    ///
    /// `doubt` adds to the energy and to nothing else, which is what white noise of that power does.
    fn autocorrelate(&mut self, sound: &[f32; LOW_KEPT], doubt: f32) -> bool {
        let middle = &sound[(LOW_KEPT - WINDOW) / 2..];
        for ((out, x), w) in self.buffer.iter_mut().zip(middle).zip(&self.window) {
            *out = x * w;
        }
        self.buffer[WINDOW..].fill(0.0);
        let (used, rest) = self.spectrum.split_at_mut(FFT / 2 + 1);
        if self.forward.process_with_scratch(&mut self.buffer, used, &mut self.scratch).is_err() {
            return false;
        }
        for bin in used {
            *bin = Complex::new(bin.norm_sqr(), 0.0);
        }
        rest.fill(Complex::default());
        let out = &mut self.autocorrelation;
        if self.inverse.process_with_scratch(&mut self.spectrum, out, &mut self.scratch).is_err() {
            return false;
        }
        let energy = self.autocorrelation[0] + doubt * (FFT * WINDOW) as f32 * HANN_ENERGY;
        if !energy.is_finite() || energy <= f32::MIN_POSITIVE {
            return false;
        }
        for (value, correction) in self.autocorrelation.iter_mut().zip(&self.correction) {
            *value *= correction / energy;
        }
        true
    }

    fn find_peaks(&self, sound: &[f32; LOW_KEPT], found: &mut Candidates) {
        let r = &self.autocorrelation;
        for lag in MIN_LAG..=MAX_LAG {
            let (before, here, after) = (r[lag - 1], r[lag], r[lag + 1]);
            if here < MIN_HEIGHT || here <= before || here < after {
                continue;
            }
            let curvature = 2.0 * here - before - after;
            let shift = (0.5 * (after - before) / curvature.max(1e-9)).clamp(-0.5, 0.5);
            let height = here + 0.25 * (after - before) * shift;
            // Heights above one come from windows with few periods; the paper mirrors them.
            let height = if height > 1.0 { 1.0 / height } else { height };
            let f0_hz = LAG_RATE_HZ / (lag as f32 + shift);
            if !(FLOOR_HZ..=CEILING_HZ).contains(&f0_hz) {
                continue;
            }
            let log2_f0 = f0_hz.log2();
            let strength = height + 2.0 * OCTAVE_COST * log2_f0;
            found.insert(Candidate { f0_hz, log2_f0, height, likeness: 0.0, strength });
        }
        for candidate in &mut found.list[..found.count] {
            candidate.likeness = peak_likeness(sound, (RATE_HZ / candidate.f0_hz).round() as usize);
            candidate.strength = 0.5 * (candidate.strength + candidate.likeness);
        }
    }
}

/// The likeness between whole lags, by a parabola through three of them.
fn peak_likeness(sound: &[f32; LOW_KEPT], lag: usize) -> f32 {
    let [before, here, after] = [lag - 1, lag, lag + 1].map(|lag| likeness(sound, lag));
    let curvature = 2.0 * here - before - after;
    if curvature <= 1e-9 {
        return here;
    }
    let shift = (0.5 * (after - before) / curvature).clamp(-1.0, 1.0);
    (here + 0.25 * (after - before) * shift).min(1.0)
}

/// Likeness of neighbouring periods of `f0_hz` in the middle of `sound`; 0 where there is no period.
pub(super) fn likeness_at(sound: &[f32; LOW_KEPT], f0_hz: f32) -> f32 {
    if f0_hz > 0.0 { likeness(sound, (RATE_HZ / f0_hz).round() as usize) } else { 0.0 }
}

/// Normalised cross-correlation of the two stretches whose starts lie `lag` apart around the middle of `sound`.
fn likeness(sound: &[f32; LOW_KEPT], lag: usize) -> f32 {
    let compared = lag.max(MIN_COMPARED);
    let start = (LOW_KEPT - compared - lag) / 2;
    let (first, second) = (&sound[start..start + compared], &sound[start + lag..start + lag + compared]);
    let mut sums = [[0.0_f32; 8]; 3];
    for (a, b) in first.as_chunks::<8>().0.iter().zip(second.as_chunks::<8>().0) {
        for i in 0..8 {
            sums[0][i] += a[i] * b[i];
            sums[1][i] += a[i] * a[i];
            sums[2][i] += b[i] * b[i];
        }
    }
    let [product, a, b] = sums.map(|parts| parts.iter().sum::<f32>());
    let scale = (a * b).sqrt();
    if scale > f32::MIN_POSITIVE { (product / scale).clamp(-1.0, 1.0) } else { 0.0 }
}
