//! Any source at the speed of life: what a recording would have been like through the microphone.

use super::source::{AudioError, Read, Source};
use std::thread;
use std::time::{Duration, Instant};

/// Pieces delivered per second: sound comes 20 ms at a time, like that of a sound card.
const CHUNKS_PER_S: u32 = 50;

/// Holds the sound of another source back until its time has come.
///
/// A reader that was late gets what it missed at once, in pieces of 20 ms, and nothing is lost. Pausing freezes the
/// source: it goes on where it stopped.
pub struct PacedSource<S: Source> {
    inner: S,
    /// Samples taken from `inner`; the first `given` have been delivered.
    ready: Vec<f32>,
    given: usize,
    /// What `inner` said after the samples in `ready`.
    afterwards: Option<Read>,
    /// When the counting of `delivered` began; `None` before the first `read` and after a pause.
    started: Option<Instant>,
    /// Samples delivered since `started`.
    delivered: u64,
    paused: bool,
}

impl<S: Source> PacedSource<S> {
    /// Paces `inner`; its time begins with the first `read`.
    pub fn new(inner: S) -> Self {
        Self { inner, ready: Vec::new(), given: 0, afterwards: None, started: None, delivered: 0, paused: false }
    }

    /// The source behind.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    /// Makes sure that there are samples to give or something to say instead.
    fn fill(&mut self, timeout: Duration) -> Result<(), AudioError> {
        while self.given == self.ready.len() && self.afterwards.is_none() {
            self.ready.clear();
            self.given = 0;
            match self.inner.read(&mut self.ready, timeout)? {
                Read::Audio => {}
                other => self.afterwards = Some(other),
            }
        }
        Ok(())
    }
}

impl<S: Source> Source for PacedSource<S> {
    fn rate_hz(&self) -> u32 {
        self.inner.rate_hz()
    }

    fn channels(&self) -> u16 {
        self.inner.channels()
    }

    fn name(&self) -> String {
        self.inner.name()
    }

    fn read(&mut self, out: &mut Vec<f32>, timeout: Duration) -> Result<Read, AudioError> {
        if self.paused {
            thread::sleep(timeout);
            return Ok(Read::Idle);
        }
        self.fill(timeout)?;
        if self.given == self.ready.len() {
            let said = self.afterwards.take().unwrap_or(Read::Idle);
            if said == Read::End {
                self.afterwards = Some(Read::End);
            }
            return Ok(said);
        }
        let chunk = (self.rate_hz() / CHUNKS_PER_S).max(1) as usize;
        let chunk = chunk.min(self.ready.len() - self.given);
        let now = Instant::now();
        let started = *self.started.get_or_insert(now);
        // A piece is due when its last sample has happened.
        let due_s = (self.delivered + chunk as u64) as f64 / f64::from(self.rate_hz());
        let wait = (started + Duration::from_secs_f64(due_s)).saturating_duration_since(now);
        thread::sleep(wait.min(timeout));
        if wait > timeout {
            return Ok(Read::Idle);
        }
        out.extend_from_slice(&self.ready[self.given..self.given + chunk]);
        self.given += chunk;
        self.delivered += chunk as u64;
        Ok(Read::Audio)
    }

    fn total_frames(&self) -> Option<u64> {
        self.inner.total_frames()
    }

    fn is_live(&self) -> bool {
        true
    }

    fn set_paused(&mut self, paused: bool) {
        self.paused = paused;
        self.started = None;
        self.delivered = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::tones::{Tone, ToneSource};

    fn paced(seconds: f64) -> PacedSource<ToneSource> {
        PacedSource::new(ToneSource::new(Tone::Sine { hz: 300.0 }, 0.5, 8_000, seconds).unwrap())
    }

    #[test]
    fn a_second_takes_a_second_and_nothing_changes_on_the_way() {
        let mut source = paced(0.5);
        let (mut out, start) = (Vec::new(), Instant::now());
        loop {
            let before = out.len();
            match source.read(&mut out, Duration::from_millis(50)).unwrap() {
                Read::Audio => assert!(out.len() - before <= 160),
                Read::End => break,
                other => assert_eq!(other, Read::Idle),
            }
        }
        let took_s = start.elapsed().as_secs_f64();
        assert!((0.49..0.8).contains(&took_s), "{took_s}");
        assert_eq!(out, ToneSource::new(Tone::Sine { hz: 300.0 }, 0.5, 8_000, 0.5).unwrap().samples());
        assert_eq!(source.read(&mut out, Duration::ZERO).unwrap(), Read::End);
    }

    #[test]
    fn a_short_timeout_is_kept() {
        let mut source = paced(1.0);
        let start = Instant::now();
        assert_eq!(source.read(&mut Vec::new(), Duration::from_millis(1)).unwrap(), Read::Idle);
        assert!(start.elapsed() < Duration::from_millis(19));
    }

    #[test]
    fn a_pause_freezes_the_sound() {
        let mut source = paced(1.0);
        let mut out = Vec::new();
        while out.len() < 800 {
            source.read(&mut out, Duration::from_millis(50)).unwrap();
        }
        source.set_paused(true);
        for _ in 0..3 {
            assert_eq!(source.read(&mut out, Duration::from_millis(40)).unwrap(), Read::Idle);
        }
        source.set_paused(false);
        let start = Instant::now();
        while out.len() < 1_600 {
            source.read(&mut out, Duration::from_millis(50)).unwrap();
        }
        assert!(start.elapsed() >= Duration::from_millis(90), "the pause was caught up with");
        assert_eq!(
            out[..1_600],
            ToneSource::new(Tone::Sine { hz: 300.0 }, 0.5, 8_000, 1.0).unwrap().samples()[..1_600]
        );
    }
}
