//! The shape of the short-time spectrum, one small vector every 10 ms.
//!
//! Log energies of 14 bands, spaced on the mel scale (S. S. Stevens, J. Volkmann and E. B. Newman, "A scale for the
//! measurement of the psychological magnitude pitch", J. Acoust. Soc. Am. 8, 1937) between 200 and 3600 Hz, and the
//! first coefficients of their cosine transform (mel cepstrum: S. B. Davis and P. Mermelstein, IEEE Trans. ASSP 28,
//! 1980). The range holds the first three formants and what a telephone lets through.

use crate::time::{FRAME_SAMPLES, SAMPLE_RATE_HZ};
use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};
use std::f32::consts::{PI, TAU};
use std::sync::Arc;

/// A frame's spectrum is known this many blocks after its own block.
pub const DELAY_BLOCKS: usize = 1;
/// Bands on the mel scale.
pub const BANDS: usize = 14;
/// Coefficients kept, without the zeroth (the level). Six describe the formants and leave out the harmonics.
pub const CEPSTRA: usize = 6;

/// Edges of the bands that make up sonority, Hz.
const SONORITY_EDGES_HZ: [f32; 9] = [300.0, 500.0, 700.0, 900.0, 1200.0, 1600.0, 2000.0, 2500.0, 3200.0];
/// Exponent from energy to loudness (S. S. Stevens, "On the psychophysical law", Psychological Review 64, 1957).
const LOUDNESS_EXPONENT: f32 = 0.3;
const LOWEST_HZ: f32 = 200.0;
const HIGHEST_HZ: f32 = 3600.0;
/// Length of the Hann window, 25 ms.
const WINDOW: usize = 400;
const FFT: usize = 512;
/// Bands this far below the strongest one are at the floor: what lies deeper is noise, not voice.
const DYNAMIC_RANGE_DB: f32 = 40.0;

/// The shape of one frame's spectrum.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Shape {
    /// Mel cepstrum, dB: `cepstra[n]` is the weight of the cosine with n + 1 half periods over the bands.
    /// The Euclidean distance of two shapes is the RMS difference of their smoothed band levels, dB.
    pub cepstra: [f32; CEPSTRA],
    /// Level above 600 Hz against that below, dB: strongly negative in a nasal murmur.
    pub tilt_db: f32,
    /// Level of 1800 … 3600 Hz against that of 600 … 1800 Hz, dB: positive in front vowels such as [i].
    pub front_db: f32,
    /// Loudness of the bands in which vowels differ most from nasals, glides and laterals, dB: its peaks are
    /// syllable nuclei ([`super::pace::nuclei`]).
    pub sonority_db: f32,
}

impl Shape {
    /// RMS difference of two smoothed spectra, dB, whatever their levels.
    pub fn distance_db(&self, other: &Self) -> f32 {
        self.cepstra.iter().zip(&other.cepstra).map(|(a, b)| (a - b) * (a - b)).sum::<f32>().sqrt()
    }
}

/// Streaming spectra over 10 ms blocks of 16 kHz samples.
pub struct Spectrograph {
    forward: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// The samples of the last three blocks.
    recent: [f32; 3 * FRAME_SAMPLES],
    buffer: Vec<f32>,
    spectrum: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// Per band: its first bin and the weights of its triangle.
    bands: Vec<(usize, Vec<f32>)>,
    cosines: [[f32; BANDS]; CEPSTRA],
    blocks_seen: usize,
}

impl Default for Spectrograph {
    fn default() -> Self {
        Self::new()
    }
}

impl Spectrograph {
    /// A spectrograph at the start of a stream.
    pub fn new() -> Self {
        let forward = RealFftPlanner::<f32>::new().plan_fft_forward(FFT);
        let window = (0..WINDOW).map(|i| 0.5 - 0.5 * (TAU * (i as f32 + 0.5) / WINDOW as f32).cos()).collect();
        let mut cosines = [[0.0; BANDS]; CEPSTRA];
        for (n, row) in cosines.iter_mut().enumerate() {
            for (band, value) in row.iter_mut().enumerate() {
                // Orthonormal over the bands, then divided by the root of their number: distances are RMS per band.
                *value =
                    2.0_f32.sqrt() / BANDS as f32 * (PI * (n + 1) as f32 * (band as f32 + 0.5) / BANDS as f32).cos();
            }
        }
        Self {
            window,
            recent: [0.0; 3 * FRAME_SAMPLES],
            buffer: vec![0.0; FFT],
            spectrum: forward.make_output_vec(),
            scratch: forward.make_scratch_vec(),
            forward,
            bands: triangles(),
            cosines,
            blocks_seen: 0,
        }
    }

    /// Takes the next block; answers for the frame [`DELAY_BLOCKS`] back.
    pub fn push(&mut self, block: &[f32; FRAME_SAMPLES]) -> Option<Shape> {
        self.recent.copy_within(FRAME_SAMPLES.., 0);
        self.recent[2 * FRAME_SAMPLES..].copy_from_slice(block);
        self.blocks_seen += 1;
        if self.blocks_seen <= DELAY_BLOCKS {
            return None;
        }
        // Centred on the middle block: 40 of the 480 samples are left out at each side.
        let start = (self.recent.len() - WINDOW) / 2;
        for ((out, x), weight) in self.buffer.iter_mut().zip(&self.recent[start..start + WINDOW]).zip(&self.window) {
            *out = x * weight;
        }
        self.buffer[WINDOW..].fill(0.0);
        if self.forward.process_with_scratch(&mut self.buffer, &mut self.spectrum, &mut self.scratch).is_err() {
            return Some(Shape::default());
        }
        Some(self.shape())
    }

    fn shape(&self) -> Shape {
        let mut levels = [0.0_f32; BANDS];
        for (level, (first, weights)) in levels.iter_mut().zip(&self.bands) {
            let power: f32 =
                self.spectrum[*first..].iter().zip(weights).map(|(bin, weight)| weight * bin.norm_sqr()).sum();
            *level = 10.0 * (power + 1e-12).log10();
        }
        let floor = levels.iter().fold(f32::MIN, |most, &level| most.max(level)) - DYNAMIC_RANGE_DB;
        levels.iter_mut().for_each(|level| *level = level.max(floor));
        let mut shape = Shape::default();
        for (value, row) in shape.cepstra.iter_mut().zip(&self.cosines) {
            *value = row.iter().zip(&levels).map(|(cosine, level)| cosine * level).sum();
        }
        let energy = |from_hz: f32, to_hz: f32| {
            let bin = |hz: f32| (hz * FFT as f32 / SAMPLE_RATE_HZ as f32) as usize;
            self.spectrum[bin(from_hz)..bin(to_hz)].iter().map(|x| x.norm_sqr()).sum::<f32>() + 1e-12
        };
        let level = |from_hz: f32, to_hz: f32| 10.0 * energy(from_hz, to_hz).log10();
        let loudness: f32 =
            SONORITY_EDGES_HZ.windows(2).map(|edges| energy(edges[0], edges[1]).powf(LOUDNESS_EXPONENT)).sum();
        shape.sonority_db = 10.0 / LOUDNESS_EXPONENT * loudness.log10();
        shape.tilt_db = level(600.0, HIGHEST_HZ) - level(80.0, 600.0);
        shape.front_db = level(1800.0, HIGHEST_HZ) - level(600.0, 1800.0);
        shape
    }
}

/// Triangles of equal width on the mel scale, each reaching from its lower to its upper neighbour's centre.
fn triangles() -> Vec<(usize, Vec<f32>)> {
    let mel = |hz: f32| 2595.0 * (1.0 + hz / 700.0).log10();
    let step = (mel(HIGHEST_HZ) - mel(LOWEST_HZ)) / (BANDS + 1) as f32;
    let hz_per_bin = SAMPLE_RATE_HZ as f32 / FFT as f32;
    (1..=BANDS)
        .map(|band| {
            let centre = mel(LOWEST_HZ) + step * band as f32;
            let weights: Vec<(usize, f32)> = (0..FFT / 2)
                .map(|bin| (bin, 1.0 - (mel(bin as f32 * hz_per_bin) - centre).abs() / step))
                .filter(|&(_, weight)| weight > 0.0)
                .collect();
            let total: f32 = weights.iter().map(|(_, weight)| weight).sum();
            let first = weights.first().map_or(0, |&(bin, _)| bin);
            (first, weights.into_iter().map(|(_, weight)| weight / total.max(1e-6)).collect())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape_of(components: &[(f32, f32)]) -> Shape {
        let mut spectrograph = Spectrograph::new();
        let mut last = None;
        for frame in 0..6 {
            let block = std::array::from_fn(|i| {
                let t = (frame * FRAME_SAMPLES + i) as f32 / SAMPLE_RATE_HZ as f32;
                components.iter().map(|(hz, amplitude)| amplitude * (TAU * hz * t).sin()).sum()
            });
            let shape = spectrograph.push(&block);
            assert_eq!(shape.is_none(), frame < DELAY_BLOCKS);
            last = shape.or(last);
        }
        last.unwrap_or_default()
    }

    #[test]
    fn level_does_not_change_the_shape() {
        let loud = shape_of(&[(300.0, 0.3), (1200.0, 0.1)]);
        let quiet = shape_of(&[(300.0, 0.03), (1200.0, 0.01)]);
        assert!(loud.distance_db(&quiet) < 0.05, "{}", loud.distance_db(&quiet));
    }

    #[test]
    fn another_formant_is_another_shape() {
        let (open, close) = (shape_of(&[(700.0, 0.3), (1200.0, 0.2)]), shape_of(&[(300.0, 0.3), (2200.0, 0.2)]));
        assert!(open.distance_db(&close) > 7.0);
        assert!(open.tilt_db > 10.0 && open.front_db < -10.0, "{open:?}");
        assert!(close.tilt_db < 0.0 && close.front_db > 10.0, "{close:?}");
    }

    #[test]
    fn silence_has_no_shape() {
        let silence = shape_of(&[]);
        assert!(silence.cepstra.iter().all(|value| value.abs() < 1e-3), "{silence:?}");
    }
}
