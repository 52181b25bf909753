//! Conversion between sample rates. The only file that names rubato.
//!
//! The library works in chunks of its own choosing; this wrapper collects the input into exactly those chunks, so
//! what comes out depends on the samples alone and never on how they were cut into blocks.

use super::source::AudioError;
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{
    Async, Fft, FixedAsync, FixedSync, Indexing, Resampler as _, SincInterpolationParameters, WindowFunction,
    calculate_cutoff,
};

/// Highest rate that is converted from or to, in Hz.
pub const MAX_RATE_HZ: u32 = 384_000;
/// Length of the anti-aliasing filter in samples of the lower of the two rates: 91 % of the band (7.3 kHz of
/// the 8 kHz that 16 kHz can hold) stays flat and everything beyond the band is below −100 dB.
const FILTER_LEN: u32 = 320;
/// Chunks longer than this make a live view late, so rates with no handy common divisor (44 099 Hz) take the
/// slower method without chunks.
const MAX_CHUNK_S: f64 = 0.1;
/// From this factor on a reduction leaves nothing worth hearing, and the filter would grow without bound.
const MAX_REDUCTION: u32 = 400;
/// Far outside every recording, and still far from where squares and sums of samples overflow.
const MAX_SAMPLE: f32 = 1.0e6;

/// Converts a stream of mono samples from one rate to another.
///
/// Output sample `k` belongs to input time `k / to_hz`: the filter's delay is taken out. What is held back (at most
/// a chunk and half a filter) comes with [`Resampler::finish`].
pub struct Resampler {
    from_hz: u32,
    to_hz: u32,
    /// `None` when the rates are equal.
    engine: Option<Engine>,
    /// Samples received since the start of the stream.
    received: u64,
    /// Samples given out since the start of the stream.
    given: u64,
    non_finite: u64,
}

/// The library's converter, its chunks and its delay.
struct Engine {
    inner: Box<dyn rubato::Resampler<f32>>,
    /// Input that does not fill a chunk yet.
    waiting: Vec<f32>,
    /// One chunk of output.
    chunk: Vec<f32>,
    /// Delay of the filter in output samples.
    delay: usize,
    /// Output samples of the delay that are still to be dropped.
    to_drop: usize,
}

impl Resampler {
    /// A converter from `from_hz` to `to_hz`; equal rates pass the samples through.
    ///
    /// # Errors
    /// [`AudioError::Resample`] for a rate that is 0 or over [`MAX_RATE_HZ`] and for a reduction to less than a
    /// four-hundredth.
    pub fn new(from_hz: u32, to_hz: u32) -> Result<Self, AudioError> {
        let refuse = |reason: String| AudioError::Resample { from_hz, to_hz, reason };
        if [from_hz, to_hz].iter().any(|rate| !(1..=MAX_RATE_HZ).contains(rate)) {
            return Err(refuse(format!("rates from 1 to {MAX_RATE_HZ} Hz can be converted")));
        }
        if from_hz / to_hz > MAX_REDUCTION {
            return Err(refuse(format!("the new rate must be at least 1/{MAX_REDUCTION} of the old one")));
        }
        let engine = if from_hz == to_hz { None } else { Some(Engine::new(from_hz, to_hz).map_err(refuse)?) };
        Ok(Self { from_hz, to_hz, engine, received: 0, given: 0, non_finite: 0 })
    }

    /// Takes `samples` and appends to `out` what can be converted so far. NaN and infinity count as silence.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) {
        self.received += samples.len() as u64;
        let before = out.len();
        match &mut self.engine {
            None => {
                out.extend_from_slice(samples);
                for sample in &mut out[before..] {
                    clean(sample, &mut self.non_finite);
                }
            }
            Some(engine) => {
                let first = engine.waiting.len();
                engine.waiting.extend_from_slice(samples);
                for sample in &mut engine.waiting[first..] {
                    clean(sample, &mut self.non_finite);
                }
                engine.run(out);
            }
        }
        self.given += (out.len() - before) as u64;
    }

    /// Appends what is still held back, so that in all `round(received · to / from)` samples have been given, and
    /// starts anew.
    pub fn finish(&mut self, out: &mut Vec<f32>) {
        if let Some(engine) = &mut self.engine {
            let (from_hz, to_hz) = (u128::from(self.from_hz), u128::from(self.to_hz));
            let total = (u128::from(self.received) * to_hz + from_hz / 2) / from_hz;
            let missing = usize::try_from(total.saturating_sub(u128::from(self.given))).unwrap_or(usize::MAX);
            let wanted = out.len().saturating_add(missing);
            engine.flush(wanted, out);
            out.resize(wanted, 0.0);
            engine.reset();
        }
        (self.received, self.given) = (0, 0);
    }

    /// Samples replaced by silence so far because they were NaN or infinite.
    pub fn non_finite(&self) -> u64 {
        self.non_finite
    }

    /// Rate of the input in Hz.
    pub fn from_hz(&self) -> u32 {
        self.from_hz
    }

    /// Rate of the output in Hz.
    pub fn to_hz(&self) -> u32 {
        self.to_hz
    }
}

impl Engine {
    fn new(from_hz: u32, to_hz: u32) -> Result<Self, String> {
        let divisor = greatest_common_divisor(from_hz, to_hz);
        let smaller = from_hz.min(to_hz) / divisor;
        // An even number of blocks gives a filter of even length, whose delay is a whole number of samples.
        let blocks = FILTER_LEN.div_ceil(smaller).next_multiple_of(2);
        let chunk_in = u64::from(blocks) * u64::from(from_hz / divisor);
        if chunk_in as f64 <= MAX_CHUNK_S * f64::from(from_hz) {
            Self::chunked(from_hz, to_hz, chunk_in as usize)
        } else {
            Self::unchunked(from_hz, to_hz)
        }
    }

    /// Through the frequency domain: fast and exact, for rates with a handy common divisor.
    fn chunked(from_hz: u32, to_hz: u32, chunk_in: usize) -> Result<Self, String> {
        let inner = Fft::<f32>::new_custom(
            from_hz as usize,
            to_hz as usize,
            chunk_in,
            1,
            1,
            WindowFunction::BlackmanHarris2,
            FixedSync::Both,
        )
        .map_err(|error| error.to_string())?;
        let delay = inner.output_delay();
        Ok(Self::around(Box::new(inner), delay))
    }

    /// By interpolating the filter itself: slower, for any pair of rates.
    fn unchunked(from_hz: u32, to_hz: u32) -> Result<Self, String> {
        let window = WindowFunction::BlackmanHarris2;
        let reduction = from_hz.div_ceil(to_hz) as usize;
        let filter_len = FILTER_LEN as usize * reduction;
        // The filter of a reduction is wide, so fewer points between its samples describe it as well.
        let parameters = SincInterpolationParameters::new(filter_len, window)
            .f_cutoff(calculate_cutoff::<f32>(FILTER_LEN as usize, window))
            .oversampling_factor((256 / reduction).max(8));
        let ratio = f64::from(to_hz) / f64::from(from_hz);
        let chunk_in = (from_hz / 100).max(1) as usize;
        let inner = Async::<f32>::new_sinc(ratio, 1.0, &parameters, chunk_in, 1, FixedAsync::Input)
            .map_err(|error| error.to_string())?;
        // The library rounds its delay down and its first sample lies one step late.
        let delay = (filter_len as f64 / 2.0 * ratio).round() as usize;
        Ok(Self::around(Box::new(inner), delay.saturating_sub(1)))
    }

    fn around(inner: Box<dyn rubato::Resampler<f32>>, delay: usize) -> Self {
        let chunk = vec![0.0; inner.output_frames_max()];
        Self { inner, waiting: Vec::new(), chunk, delay, to_drop: delay }
    }

    /// Converts all whole chunks that wait.
    fn run(&mut self, out: &mut Vec<f32>) {
        let mut used = 0;
        while self.waiting.len() - used >= self.inner.input_frames_next() {
            let needed = self.inner.input_frames_next();
            self.convert(used, needed, None, out);
            used += needed;
        }
        self.waiting.drain(..used);
    }

    /// Converts what waits, followed by silence, until `out` holds `wanted` samples.
    fn flush(&mut self, wanted: usize, out: &mut Vec<f32>) {
        let mut left = self.waiting.len();
        while out.len() < wanted {
            let before = (out.len(), self.to_drop);
            self.convert(0, left, Some(left), out);
            if left == 0 && before == (out.len(), self.to_drop) && self.inner.output_frames_next() == 0 {
                break;
            }
            left = 0;
        }
        out.truncate(wanted);
    }

    /// Converts `len` waiting samples from `start` on; `partial` says how many of a chunk there are.
    fn convert(&mut self, start: usize, len: usize, partial: Option<usize>, out: &mut Vec<f32>) {
        let indexing = partial.map(|len| Indexing::new().partial_len(len));
        let input = InterleavedSlice::new(&self.waiting[start..start + len], 1, len);
        let capacity = self.chunk.len();
        let output = InterleavedSlice::new_mut(&mut self.chunk, 1, capacity);
        let (Ok(input), Ok(mut output)) = (input, output) else { return };
        // The buffers have the sizes that the library asks for, the only thing it checks.
        let Ok((_, made)) = self.inner.process_into_buffer(&input, &mut output, indexing.as_ref()) else { return };
        let dropped = self.to_drop.min(made);
        self.to_drop -= dropped;
        out.extend_from_slice(&self.chunk[dropped..made]);
    }

    fn reset(&mut self) {
        self.inner.reset();
        self.waiting.clear();
        self.to_drop = self.delay;
    }
}

fn clean(sample: &mut f32, non_finite: &mut u64) {
    if sample.is_finite() {
        *sample = sample.clamp(-MAX_SAMPLE, MAX_SAMPLE);
    } else {
        *sample = 0.0;
        *non_finite += 1;
    }
}

fn greatest_common_divisor(mut a: u32, mut b: u32) -> u32 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    fn sine(rate_hz: u32, hz: f64, seconds: f64) -> Vec<f32> {
        let len = (f64::from(rate_hz) * seconds).round() as usize;
        (0..len).map(|n| (TAU * hz * n as f64 / f64::from(rate_hz)).sin() as f32).collect()
    }

    fn convert(from_hz: u32, to_hz: u32, samples: &[f32], block: usize) -> Vec<f32> {
        let mut resampler = Resampler::new(from_hz, to_hz).unwrap();
        let mut out = Vec::new();
        samples.chunks(block).for_each(|block| resampler.push(block, &mut out));
        resampler.finish(&mut out);
        out
    }

    /// Root mean square over the middle half, where the ends of the tone do not matter.
    fn level_db(samples: &[f32]) -> f64 {
        let middle = &samples[samples.len() / 4..samples.len() * 3 / 4];
        let power = middle.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / middle.len() as f64;
        10.0 * (power * 2.0).max(1e-30).log10()
    }

    #[test]
    fn the_output_does_not_depend_on_the_blocks() {
        for from_hz in [8_000, 22_050, 44_100, 44_099, 48_000] {
            let mut input = sine(from_hz, 523.0, 1.3);
            input.iter_mut().enumerate().for_each(|(n, s)| *s += ((n * 7919) % 997) as f32 / 2_000.0);
            let whole = convert(from_hz, 16_000, &input, input.len());
            for block in [1, 7, 160, 441, 4096] {
                assert_eq!(convert(from_hz, 16_000, &input, block), whole, "{from_hz} Hz in blocks of {block}");
            }
            let mut resampler = Resampler::new(from_hz, 16_000).unwrap();
            let (mut out, mut at, mut seed) = (Vec::new(), 0, 12_345_u32);
            while at < input.len() {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let end = (at + (seed >> 22) as usize).min(input.len());
                resampler.push(&input[at..end], &mut out);
                at = end;
            }
            resampler.finish(&mut out);
            assert_eq!(out, whole, "{from_hz} Hz in random blocks");
        }
    }

    #[test]
    fn a_tone_keeps_its_time_its_pitch_and_its_level() {
        for from_hz in [4_000, 8_000, 11_025, 12_000, 22_050, 24_000, 32_000, 44_100, 44_099, 48_000, 96_000, 384_000] {
            let out = convert(from_hz, 16_000, &sine(from_hz, 440.0, 1.0), 777);
            let ideal = sine(16_000, 440.0, 1.0);
            // Being off by one sample makes an error of 0.17 at 440 Hz; without chunks half a sample is possible.
            let worst = out[2_000..14_000]
                .iter()
                .zip(&ideal[2_000..14_000])
                .map(|(a, b)| f64::from((a - b).abs()))
                .fold(0.0, f64::max);
            let bound = if from_hz == 44_099 { 0.09 } else { 0.002 };
            assert!(worst < bound, "{from_hz} Hz: off by {worst}");
        }
    }

    #[test]
    fn an_impulse_stays_where_it_was() {
        for (from_hz, to_hz) in
            [(48_000, 16_000), (44_100, 16_000), (8_000, 16_000), (16_000, 44_100), (44_099, 16_000)]
        {
            let mut input = vec![0.0; from_hz as usize];
            input[from_hz as usize / 2] = 1.0;
            let out = convert(from_hz, to_hz, &input, 480);
            let peak = (0..out.len()).max_by(|a, b| out[*a].total_cmp(&out[*b])).unwrap();
            let expected = (from_hz / 2) as f64 / f64::from(from_hz) * f64::from(to_hz);
            assert!((peak as f64 - expected).abs() <= 1.0, "{from_hz} -> {to_hz}: {peak} for {expected}");
        }
    }

    #[test]
    fn nothing_beyond_the_band_is_folded_into_it() {
        for from_hz in [44_100, 44_099, 48_000, 96_000] {
            for hz in [8_050.0, 8_700.0, 9_500.0, 12_000.0, 15_900.0, 20_000.0] {
                let level = level_db(&convert(from_hz, 16_000, &sine(from_hz, hz, 1.0), 480));
                assert!(level < -70.0, "{hz} Hz at {from_hz} Hz comes through with {level:.1} dB");
            }
        }
    }

    #[test]
    fn speech_frequencies_pass_unchanged() {
        for from_hz in [22_050, 44_100, 44_099, 48_000, 96_000] {
            for hz in [50.0, 1_000.0, 4_000.0, 6_000.0, 7_000.0, 7_200.0] {
                let level = level_db(&convert(from_hz, 16_000, &sine(from_hz, hz, 1.0), 480));
                assert!(level.abs() < 0.1, "{hz} Hz at {from_hz} Hz comes through with {level:.2} dB");
            }
        }
    }

    #[test]
    fn raising_the_rate_makes_no_mirror_images() {
        let out = convert(8_000, 16_000, &sine(8_000, 3_000.0, 1.0), 80);
        let ideal = sine(16_000, 3_000.0, 1.0);
        let rest: Vec<f32> = out.iter().zip(&ideal).map(|(a, b)| a - b).collect();
        assert!(level_db(&rest) < -70.0, "{}", level_db(&rest));
    }

    #[test]
    fn the_length_is_that_of_the_input() {
        for from_hz in [1, 7, 50, 999, 8_000, 11_025, 16_000, 44_099, 44_100, 48_000, 192_000, 383_999, 384_000] {
            for len in [0_u64, 1, 2, 159, 1_000, 3_001] {
                let len = if from_hz < 100 { len.min(5) } else { len };
                let out = convert(from_hz, 16_000, &vec![0.5; len as usize], 64);
                let expected = (len * 16_000) as f64 / f64::from(from_hz);
                assert!((out.len() as f64 - expected).abs() <= 1.0, "{len} at {from_hz} Hz gave {}", out.len());
            }
        }
    }

    #[test]
    fn a_finished_converter_starts_anew() {
        let input = sine(48_000, 300.0, 0.25);
        let mut resampler = Resampler::new(48_000, 16_000).unwrap();
        let (mut first, mut second) = (Vec::new(), Vec::new());
        for out in [&mut first, &mut second] {
            resampler.push(&input, out);
            resampler.finish(out);
        }
        assert_eq!(first, second);
    }

    #[test]
    fn what_is_no_number_becomes_silence_and_is_counted() {
        for from_hz in [16_000, 48_000, 44_099] {
            let mut resampler = Resampler::new(from_hz, 16_000).unwrap();
            let mut out = Vec::new();
            resampler.push(&[f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, 0.5], &mut out);
            resampler.push(&vec![0.0; from_hz as usize], &mut out);
            resampler.finish(&mut out);
            assert_eq!(resampler.non_finite(), 3);
            assert!(out.iter().all(|s| s.is_finite()));
        }
    }

    #[test]
    fn equal_rates_pass_through() {
        let input = sine(16_000, 440.0, 0.1);
        assert_eq!(convert(16_000, 16_000, &input, 33), input);
    }

    #[test]
    fn impossible_rates_are_refused_with_a_sentence() {
        for (from_hz, to_hz) in [(0, 16_000), (16_000, 0), (384_001, 16_000), (384_000, 1)] {
            let message = Resampler::new(from_hz, to_hz).err().map(|e| e.to_string()).unwrap_or_default();
            assert!(message.starts_with("cannot convert sound from "), "{message}");
        }
    }
}
