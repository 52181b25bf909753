//! Power of each 10 ms block in eight bands. A hissing consonant that full-band noise buries stands out in its own
//! band, and so does the last hum of a low voice.

use crate::time::{FRAME_SAMPLES, SAMPLE_RATE_HZ};

/// Number of bands.
pub const BANDS: usize = 8;
/// Edges of the bands, Hz: about a third of the critical-band scale each, from the fundamental of a low voice to the
/// top of what 16 kHz carries. The first band begins above the mains and its first overtone.
const EDGES_HZ: [f32; BANDS + 1] = [80.0, 250.0, 500.0, 1000.0, 1700.0, 2600.0, 3800.0, 5400.0, 7600.0];
/// Quality of a Butterworth section of second order.
const BUTTERWORTH_Q: f32 = std::f32::consts::FRAC_1_SQRT_2;
/// A filter state below this is set to zero: numbers too small for the processor's normal form cost it dearly.
const NEGLIGIBLE: f32 = 1e-20;

/// Independent values that a block of noise gives in each band: two per hertz of width and second (the sampling
/// theorem). The level of a wide band is known more exactly than that of a narrow one. Beyond the bands: the whole.
pub fn degrees_of_freedom(band: usize) -> f32 {
    let width_hz = EDGES_HZ.get(band + 1).map_or(EDGES_HZ[BANDS], |upper_hz| upper_hz - EDGES_HZ[band]);
    2.0 * width_hz * FRAME_SAMPLES as f32 / SAMPLE_RATE_HZ as f32
}

/// One second-order section in each band, side by side (transposed direct form II).
#[derive(Clone, Copy)]
struct Sections {
    b: [[f32; BANDS]; 3],
    a: [[f32; BANDS]; 2],
    state: [[f32; BANDS]; 2],
}

impl Sections {
    /// High-pass or low-pass at each of `edges_hz` (Bristow-Johnson, "Cookbook formulae for audio EQ biquad filters").
    fn new(edges_hz: &[f32], low_pass: bool) -> Self {
        let mut sections = Self { b: [[0.0; BANDS]; 3], a: [[0.0; BANDS]; 2], state: [[0.0; BANDS]; 2] };
        for (band, &edge_hz) in edges_hz.iter().enumerate().take(BANDS) {
            let (sin, cos) = (std::f32::consts::TAU * edge_hz / SAMPLE_RATE_HZ as f32).sin_cos();
            let alpha = sin / (2.0 * BUTTERWORTH_Q);
            let outer = if low_pass { (1.0 - cos) / 2.0 } else { (1.0 + cos) / 2.0 };
            let inner = if low_pass { 2.0 * outer } else { -2.0 * outer };
            for (coefficient, value) in sections.b.iter_mut().zip([outer, inner, outer]) {
                coefficient[band] = value / (1.0 + alpha);
            }
            for (coefficient, value) in sections.a.iter_mut().zip([-2.0 * cos, 1.0 - alpha]) {
                coefficient[band] = value / (1.0 + alpha);
            }
        }
        sections
    }

    /// Filters one sample in every band.
    #[inline(always)]
    fn step(&mut self, input: [f32; BANDS]) -> [f32; BANDS] {
        let mut output = [0.0; BANDS];
        for band in 0..BANDS {
            output[band] = self.b[0][band] * input[band] + self.state[0][band];
        }
        for band in 0..BANDS {
            self.state[0][band] = self.b[1][band] * input[band] - self.a[0][band] * output[band] + self.state[1][band];
        }
        for band in 0..BANDS {
            self.state[1][band] = self.b[2][band] * input[band] - self.a[1][band] * output[band];
        }
        output
    }

    fn drop_negligible(&mut self) {
        for value in self.state.iter_mut().flatten() {
            if value.abs() < NEGLIGIBLE {
                *value = 0.0;
            }
        }
    }
}

/// The filters: a high-pass at each lower edge, then a low-pass at each upper one, 12 dB per octave either side.
pub struct FilterBank {
    high_pass: Sections,
    low_pass: Sections,
}

impl FilterBank {
    /// Filters at rest.
    pub fn new() -> Self {
        Self { high_pass: Sections::new(&EDGES_HZ[..BANDS], false), low_pass: Sections::new(&EDGES_HZ[1..], true) }
    }

    /// Mean square of a block in each band.
    pub fn push(&mut self, block: &[f32; FRAME_SAMPLES]) -> [f32; BANDS] {
        // On the stack, so that the states stay in registers.
        let (mut high_pass, mut low_pass) = (self.high_pass, self.low_pass);
        let mut squares = [0.0; BANDS];
        for &sample in block {
            let inside = low_pass.step(high_pass.step([sample; BANDS]));
            for (square, value) in squares.iter_mut().zip(inside) {
                *square += value * value;
            }
        }
        (self.high_pass, self.low_pass) = (high_pass, low_pass);
        self.high_pass.drop_negligible();
        self.low_pass.drop_negligible();
        squares.map(|square| square / FRAME_SAMPLES as f32)
    }
}
