//! The sound as the tracker looks at it: without hum and rumble, low-passed at half the rate, and its energies.

use super::hum::HumCanceller;
use super::period::{LOW_KEPT, RATE_HZ};
use crate::time::{FRAME_SAMPLES, SAMPLE_RATE_HZ};

/// Samples beyond are cut; full scale is 1.
const LOUDEST: f32 = 8.0;
/// Samples of a block at the lower rate.
const LOW_SAMPLES: usize = FRAME_SAMPLES / 2;
/// Half-blocks (5 ms) whose energies are kept.
pub(super) const HALVES: usize = 12;
/// Taps of the low-pass; it delays by 16 samples, 1 ms.
const TAPS: usize = 33;
/// End of its pass band, Hz: the first harmonics of every voice lie below, most of a hiss above.
const LOW_PASS_HZ: f32 = 1_800.0;
/// Rumble below is no voice, Hz.
const RUMBLE_HZ: f32 = 40.0;
/// End of the band of the first two or three harmonics, Hz.
const BASE_BAND_HZ: f32 = 500.0;

/// Energies of half a block, per sample.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Energy {
    /// Whole band.
    pub full: f32,
    /// Of the difference between neighbouring samples: a measure of how far up the energy lies.
    pub slope: f32,
    /// Up to `BASE_BAND_HZ`.
    pub base: f32,
}

/// Filters and the sound of the last moments.
pub(super) struct Front {
    hum: HumCanceller,
    hum_power: f32,
    rumble: Biquad,
    base: Biquad,
    taps: [f32; TAPS],
    /// End of the block before and the block itself.
    sound: [f32; FRAME_SAMPLES + TAPS - 1],
    low: [f32; LOW_KEPT],
    /// The same up to `BASE_BAND_HZ`.
    base_sound: [f32; LOW_KEPT],
    energies: [Energy; HALVES],
}

impl Front {
    pub(super) fn new() -> Self {
        Self {
            hum: HumCanceller::new(),
            hum_power: 0.0,
            rumble: Biquad::high_pass(RUMBLE_HZ, SAMPLE_RATE_HZ as f32),
            base: Biquad::low_pass(BASE_BAND_HZ, RATE_HZ),
            taps: low_pass_taps(),
            // Before the stream there is silence, so that the first frames have a whole window.
            sound: [0.0; FRAME_SAMPLES + TAPS - 1],
            low: [0.0; LOW_KEPT],
            base_sound: [0.0; LOW_KEPT],
            energies: [Energy::default(); HALVES],
        }
    }

    /// Takes the next block.
    pub(super) fn push(&mut self, block: &[f32; FRAME_SAMPLES]) {
        // Whatever comes in, everything behind stays finite.
        let block = block.map(|x| if x.is_finite() { x.clamp(-LOUDEST, LOUDEST) } else { 0.0 });
        let (clean, hum_power) = self.hum.push(&block);
        self.hum_power = hum_power;
        self.sound.copy_within(FRAME_SAMPLES.., 0);
        for (out, x) in self.sound[TAPS - 1..].iter_mut().zip(&clean) {
            *out = self.rumble.next(*x);
        }
        self.rumble.flush();
        self.halve();
        self.base_sound.copy_within(LOW_SAMPLES.., 0);
        self.energies.copy_within(2.., 0);
        for half in 0..2 {
            self.energies[HALVES - 2 + half] = self.measure(half);
        }
        self.base.flush();
    }

    /// Low-passes the newest block and takes every other sample.
    fn halve(&mut self) {
        self.low.copy_within(LOW_SAMPLES.., 0);
        for (i, out) in self.low[LOW_KEPT - LOW_SAMPLES..].iter_mut().enumerate() {
            let around = &self.sound[2 * i + 1..2 * i + 1 + TAPS];
            // The taps are symmetric.
            let pairs = around[..TAPS / 2].iter().zip(around[TAPS / 2 + 1..].iter().rev());
            let sum: f32 = pairs.zip(&self.taps).map(|((a, b), tap)| (a + b) * tap).sum();
            *out = sum + around[TAPS / 2] * self.taps[TAPS / 2];
        }
    }

    /// Energies of the first or second half of the newest block.
    fn measure(&mut self, half: usize) -> Energy {
        let mut energy = Energy::default();
        let start = TAPS - 1 + half * LOW_SAMPLES;
        for i in start..start + LOW_SAMPLES {
            let (x, before) = (self.sound[i], self.sound[i - 1]);
            energy.full += x * x;
            energy.slope += (x - before) * (x - before);
        }
        let start = LOW_KEPT - LOW_SAMPLES + half * LOW_SAMPLES / 2;
        for i in start..start + LOW_SAMPLES / 2 {
            let base = self.base.next(self.low[i]);
            self.base_sound[i] = base;
            energy.base += base * base;
        }
        energy.full /= LOW_SAMPLES as f32;
        energy.slope /= LOW_SAMPLES as f32;
        energy.base /= LOW_SAMPLES as f32 / 2.0;
        energy
    }

    /// Power of the hum that was taken off the newest block.
    pub(super) fn hum_power(&self) -> f32 {
        self.hum_power
    }

    /// The low-passed sound; it ends 1 ms before the newest sample.
    pub(super) fn low(&self) -> &[f32; LOW_KEPT] {
        &self.low
    }

    /// Its part up to `BASE_BAND_HZ`.
    pub(super) fn base(&self) -> &[f32; LOW_KEPT] {
        &self.base_sound
    }

    /// Energies of half-blocks, oldest first, the newest block's last.
    pub(super) fn energies(&self) -> &[Energy; HALVES] {
        &self.energies
    }
}

/// Windowed-sinc low-pass.
fn low_pass_taps() -> [f32; TAPS] {
    let mut taps = [0.0; TAPS];
    let cut = 2.0 * LOW_PASS_HZ / SAMPLE_RATE_HZ as f32;
    for (i, tap) in taps.iter_mut().enumerate() {
        let x = std::f32::consts::PI * (i as f32 - (TAPS / 2) as f32);
        let sinc = if i == TAPS / 2 { cut } else { (cut * x).sin() / x };
        let hann = 0.5 - 0.5 * (std::f32::consts::TAU * (i as f32 + 1.0) / (TAPS + 1) as f32).cos();
        *tap = sinc * hann;
    }
    let sum: f32 = taps.iter().sum();
    taps.map(|tap| tap / sum)
}

/// Second-order Butterworth section, transposed direct form II.
struct Biquad {
    b: [f32; 3],
    a: [f32; 2],
    state: [f32; 2],
}

impl Biquad {
    fn new(corner_hz: f32, rate_hz: f32, high: bool) -> Self {
        let k = (std::f32::consts::PI * corner_hz / rate_hz).tan();
        let norm = 1.0 / (1.0 + std::f32::consts::SQRT_2 * k + k * k);
        let b = if high { [norm, -2.0 * norm, norm] } else { [k * k * norm, 2.0 * k * k * norm, k * k * norm] };
        let a = [2.0 * (k * k - 1.0) * norm, (1.0 - std::f32::consts::SQRT_2 * k + k * k) * norm];
        Self { b, a, state: [0.0; 2] }
    }

    fn low_pass(corner_hz: f32, rate_hz: f32) -> Self {
        Self::new(corner_hz, rate_hz, false)
    }

    fn high_pass(corner_hz: f32, rate_hz: f32) -> Self {
        Self::new(corner_hz, rate_hz, true)
    }

    fn next(&mut self, x: f32) -> f32 {
        let y = self.b[0] * x + self.state[0];
        self.state[0] = self.b[1] * x - self.a[0] * y + self.state[1];
        self.state[1] = self.b[2] * x - self.a[1] * y;
        y
    }
    /// Ends what rings on without being heard: such small numbers would only cost time.
    fn flush(&mut self) {
        for value in &mut self.state {
            if value.abs() < 1e-15 {
                *value = 0.0;
            }
        }
    }
}
