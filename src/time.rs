//! The one clock of a session: samples counted at 16 kHz.
//!
//! Every analyzer, event and file of a session speaks in [`SampleTime`]. Wall clocks are used only to name a
//! session and to measure computing time; they never decide what an event says.

use serde::{Deserialize, Serialize};
use std::ops::{Add, Sub};

/// Rate at which everything after the resampler works, in Hz.
pub const SAMPLE_RATE_HZ: u32 = 16_000;
/// Length of one analysis frame in samples (10 ms).
pub const FRAME_SAMPLES: usize = 160;
/// Length of one analysis frame in seconds.
pub const FRAME_S: f64 = FRAME_SAMPLES as f64 / SAMPLE_RATE_HZ as f64;

/// A point in a session: the number of 16 kHz samples since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SampleTime(pub u64);

impl SampleTime {
    /// The start of the session.
    pub const ZERO: Self = Self(0);

    /// The point `seconds` after the start; negative and non-finite values give the start.
    pub fn from_seconds(seconds: f64) -> Self {
        Self((seconds.max(0.0) * f64::from(SAMPLE_RATE_HZ)).round() as u64)
    }

    /// Seconds since the start.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / f64::from(SAMPLE_RATE_HZ)
    }

    /// The point `samples` earlier, or the start.
    pub fn saturating_back(self, samples: u64) -> Self {
        Self(self.0.saturating_sub(samples))
    }
}

impl SampleTime {
    /// The point halfway between two points, whichever comes first.
    pub fn midpoint(self, other: Self) -> Self {
        Self(u64::midpoint(self.0, other.0))
    }
}

impl Add<u64> for SampleTime {
    type Output = Self;
    fn add(self, samples: u64) -> Self {
        Self(self.0 + samples)
    }
}

impl Sub for SampleTime {
    type Output = u64;
    /// Samples from `rhs` to `self`; zero when `rhs` is later.
    fn sub(self, rhs: Self) -> u64 {
        self.0.saturating_sub(rhs.0)
    }
}

/// Samples in `seconds` at 16 kHz.
pub fn samples(seconds: f64) -> u64 {
    SampleTime::from_seconds(seconds).0
}

/// A stretch of a session, `start` included, `end` excluded; never reversed when made by [`Span::new`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// First sample.
    pub start: SampleTime,
    /// First sample after the stretch.
    pub end: SampleTime,
}

impl Span {
    /// The stretch from `start` to `end`; empty at `start` when `end` is earlier.
    pub fn new(start: SampleTime, end: SampleTime) -> Self {
        Self { start, end: end.max(start) }
    }

    /// Length in samples.
    pub fn samples(self) -> u64 {
        self.end - self.start
    }

    /// Length in seconds.
    pub fn seconds(self) -> f64 {
        self.samples() as f64 / f64::from(SAMPLE_RATE_HZ)
    }

    /// The point halfway between start and end.
    pub fn middle(self) -> SampleTime {
        self.start.midpoint(self.end)
    }

    /// Samples that both stretches have.
    pub fn overlap_samples(self, other: Self) -> u64 {
        self.end.min(other.end) - self.start.max(other.start)
    }

    /// Whether `at` lies inside.
    pub fn contains(self, at: SampleTime) -> bool {
        self.start <= at && at < self.end
    }
}

/// `m:ss` or `h:mm:ss` for people, from a point in a session.
pub fn clock_text(at: SampleTime) -> String {
    let total = at.0 / u64::from(SAMPLE_RATE_HZ);
    let (hours, minutes, seconds) = (total / 3600, total / 60 % 60, total % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes:02}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_never_reversed() {
        let span = Span::new(SampleTime(10), SampleTime(4));
        assert_eq!(span.samples(), 0);
        assert_eq!(span.overlap_samples(Span::new(SampleTime(0), SampleTime(99))), 0);
    }

    #[test]
    fn seconds_survive_the_round_trip() {
        assert_eq!(SampleTime::from_seconds(1.5).0, 24_000);
        assert_eq!(SampleTime::from_seconds(f64::NAN), SampleTime::ZERO);
        assert_eq!(clock_text(SampleTime::from_seconds(3725.9)), "1:02:05");
    }
}
