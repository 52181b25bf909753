//! Synthetic sound: the same samples on every machine, for tests and for trying the program without a microphone.

use super::resample::MAX_RATE_HZ;
use super::source::{AudioError, Read, Source};
use std::f64::consts::TAU;
use std::time::Duration;

/// A call of `read` delivers at most this many samples.
const BLOCK_FRAMES: u64 = 4096;

/// What sounds.
#[derive(Clone, Debug, PartialEq)]
pub enum Tone {
    /// Nothing: every sample is exactly 0.
    Silence,
    /// One frequency in Hz.
    Sine {
        /// Frequency in Hz.
        hz: f64,
    },
    /// A frequency that moves evenly over the whole length.
    Sweep {
        /// Frequency at the start in Hz.
        from_hz: f64,
        /// Frequency at the end in Hz.
        to_hz: f64,
    },
    /// Equally strong harmonics `first` … `last` of `f0_hz`; with `first` over 1 the fundamental itself is missing,
    /// as on a telephone line, though the ear (and a good pitch tracker) still hears it.
    Harmonics {
        /// Fundamental frequency in Hz.
        f0_hz: f64,
        /// Lowest harmonic present, 1 being the fundamental.
        first: u32,
        /// Highest harmonic present; those beyond half the rate are left out.
        last: u32,
    },
}

/// A source that makes its sound itself.
#[derive(Clone, Debug)]
pub struct ToneSource {
    tone: Tone,
    amplitude: f64,
    rate_hz: u32,
    frames: u64,
    position: u64,
}

impl ToneSource {
    /// `tone` with a peak of at most `amplitude` (0 … 1) for `seconds`.
    ///
    /// # Errors
    /// [`AudioError::UnsupportedFormat`] when the rate is 0 or over 384 kHz.
    pub fn new(tone: Tone, amplitude: f64, rate_hz: u32, seconds: f64) -> Result<Self, AudioError> {
        if !(1..=MAX_RATE_HZ).contains(&rate_hz) {
            return Err(AudioError::UnsupportedFormat { what: "the synthetic tone".into(), rate_hz, channels: 1 });
        }
        let amplitude = if amplitude.is_finite() { amplitude.clamp(0.0, 1.0) } else { 0.0 };
        let frames = (seconds.max(0.0) * f64::from(rate_hz)).round() as u64;
        Ok(Self { tone, amplitude, rate_hz, frames, position: 0 })
    }

    /// All its samples at once.
    pub fn samples(mut self) -> Vec<f32> {
        let mut out = Vec::new();
        while self.advance(&mut out) {}
        out
    }

    /// Appends the next block; false at the end.
    fn advance(&mut self, out: &mut Vec<f32>) -> bool {
        let end = (self.position + BLOCK_FRAMES).min(self.frames);
        let more = self.position < end;
        out.extend((self.position..end).map(|frame| self.sample(frame)));
        self.position = end;
        more
    }

    /// The sample with number `frame`, computed from nothing but that number.
    fn sample(&self, frame: u64) -> f32 {
        let time_s = frame as f64 / f64::from(self.rate_hz);
        let value = match self.tone {
            Tone::Silence => 0.0,
            Tone::Sine { hz } => (TAU * hz * time_s).sin(),
            Tone::Sweep { from_hz, to_hz } => {
                let length_s = self.frames as f64 / f64::from(self.rate_hz);
                (TAU * (from_hz * time_s + (to_hz - from_hz) * time_s * time_s / (2.0 * length_s))).sin()
            }
            Tone::Harmonics { f0_hz, first, last } => {
                let audible = (f64::from(self.rate_hz) / 2.0 / f0_hz).ceil() - 1.0;
                let last = last.min(audible.clamp(0.0, 1_000.0) as u32);
                let count = f64::from((last + 1).saturating_sub(first).max(1));
                (first..=last).map(|n| (TAU * f0_hz * f64::from(n) * time_s).sin()).sum::<f64>() / count
            }
        };
        let value = (value * self.amplitude) as f32;
        if value.is_finite() { value } else { 0.0 }
    }
}

impl Source for ToneSource {
    fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    fn channels(&self) -> u16 {
        1
    }

    fn name(&self) -> String {
        match self.tone {
            Tone::Silence => "silence".into(),
            Tone::Sine { hz } => format!("tone of {hz} Hz"),
            Tone::Sweep { from_hz, to_hz } => format!("sweep from {from_hz} to {to_hz} Hz"),
            Tone::Harmonics { f0_hz, first, last } => format!("harmonics {first} to {last} of {f0_hz} Hz"),
        }
    }

    fn read(&mut self, out: &mut Vec<f32>, _timeout: Duration) -> Result<Read, AudioError> {
        Ok(if self.advance(out) { Read::Audio } else { Read::End })
    }

    fn total_frames(&self) -> Option<u64> {
        Some(self.frames)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_has_its_length_and_its_peak() {
        let samples = ToneSource::new(Tone::Sine { hz: 100.0 }, 0.5, 16_000, 1.25).unwrap().samples();
        assert_eq!(samples.len(), 20_000);
        let peak = samples.iter().fold(0.0_f32, |peak, s| peak.max(s.abs()));
        assert!((0.499..=0.5).contains(&peak), "{peak}");
    }

    #[test]
    fn silence_is_exactly_zero() {
        let samples = ToneSource::new(Tone::Silence, 1.0, 8_000, 0.1).unwrap().samples();
        assert!(samples.len() == 800 && samples.iter().all(|s| *s == 0.0));
    }

    #[test]
    fn a_sweep_ends_at_its_last_frequency() {
        let sweep = Tone::Sweep { from_hz: 100.0, to_hz: 1_000.0 };
        let samples = ToneSource::new(sweep, 1.0, 16_000, 2.0).unwrap().samples();
        let crossings = |part: &[f32]| part.windows(2).filter(|w| w[0] <= 0.0 && w[1] > 0.0).count();
        assert!((10..=17).contains(&crossings(&samples[..1_600])), "{}", crossings(&samples[..1_600]));
        assert!((96..=100).contains(&crossings(&samples[30_400..])), "{}", crossings(&samples[30_400..]));
    }

    #[test]
    fn the_fundamental_is_really_missing() {
        let tone = Tone::Harmonics { f0_hz: 200.0, first: 3, last: 8 };
        let samples = ToneSource::new(tone, 1.0, 16_000, 1.0).unwrap().samples();
        let part = |hz: f64| {
            let (mut re, mut im) = (0.0, 0.0);
            for (n, sample) in samples.iter().enumerate() {
                let angle = TAU * hz * n as f64 / 16_000.0;
                re += f64::from(*sample) * angle.cos();
                im += f64::from(*sample) * angle.sin();
            }
            (re * re + im * im).sqrt() / 8_000.0
        };
        assert!(part(200.0) < 1e-6 && part(400.0) < 1e-6);
        assert!((part(600.0) - 1.0 / 6.0).abs() < 1e-3);
    }

    #[test]
    fn nonsense_gives_silence_or_an_error_and_never_a_panic() {
        let wild = Tone::Harmonics { f0_hz: f64::NAN, first: 9, last: 2 };
        assert!(ToneSource::new(wild, f64::NAN, 16_000, 0.1).unwrap().samples().iter().all(|s| *s == 0.0));
        assert!(ToneSource::new(Tone::Silence, 1.0, 0, 1.0).is_err());
        assert!(ToneSource::new(Tone::Silence, 1.0, 16_000, f64::NAN).unwrap().samples().is_empty());
    }
}
