//! Any source at the speed of life: what a recording would have been like through the microphone.

use super::source::{AudioError, Loss, Read, Source};
use std::thread;
use std::time::{Duration, Instant};

/// Pieces delivered per second: sound comes 20 ms at a time, like that of a sound card.
const CHUNKS_PER_S: u32 = 50;

/// Holds the sound of another source back until its time has come.
///
/// A reader that was late gets what it missed at once, in pieces of 20 ms. Nothing is lost, unless the source is told
/// to lose sound as the ring behind a microphone does ([`PacedSource::losing_after`]). Pausing freezes the source: it
/// goes on where it stopped.
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
    /// How late a reader may be before sound is lost; `None` when nothing ever is.
    patience: Option<Duration>,
    /// The sound that is lost: its first sample, counted as `delivered` is, and how many samples.
    overrun: Option<(u64, u64)>,
    paused: bool,
}

impl<S: Source> PacedSource<S> {
    /// Paces `inner`; its time begins with the first `read`.
    pub fn new(inner: S) -> Self {
        Self {
            inner,
            ready: Vec::new(),
            given: 0,
            afterwards: None,
            started: None,
            delivered: 0,
            patience: None,
            overrun: None,
            paused: false,
        }
    }

    /// Keeps at most `patience` of sound for a reader that is late; what comes after that is lost and told as a
    /// [`Read::Gap`], so that a recording is as hard on its reader as a microphone.
    #[must_use]
    pub fn losing_after(self, patience: Duration) -> Self {
        Self { patience: Some(patience), ..self }
    }

    /// The source behind.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    fn samples_in(&self, time: Duration) -> u64 {
        (time.as_secs_f64() * f64::from(self.rate_hz())) as u64
    }

    /// Notes what a full ring could not have taken in by now: all that has come since it was full.
    fn note_overrun(&mut self, since_start: Duration) {
        let Some(patience) = self.patience else { return };
        let kept_until = self.delivered + self.samples_in(patience);
        let happened = self.samples_in(since_start);
        if self.overrun.is_none() && happened > kept_until {
            self.overrun = Some((kept_until, happened - kept_until));
        }
    }

    /// Passes over `lost` samples of the recording, or over those that it still has; the samples passed over.
    fn lose(&mut self, lost: u64, timeout: Duration) -> Result<u64, AudioError> {
        let mut left = lost;
        while left > 0 {
            self.fill(timeout)?;
            let now = left.min((self.ready.len() - self.given) as u64);
            if now == 0 {
                break;
            }
            self.given += now as usize;
            left -= now;
        }
        self.delivered += lost - left;
        Ok(lost - left)
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
        let now = Instant::now();
        let started = *self.started.get_or_insert(now);
        self.note_overrun(now.saturating_duration_since(started));
        if let Some((from, lost)) = self.overrun
            && self.delivered >= from
        {
            self.overrun = None;
            let frames = self.lose(lost, timeout)?;
            if frames > 0 {
                return Ok(Read::Gap { frames, cause: Loss::Overrun });
            }
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
        self.overrun = None;
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
    fn a_reader_that_is_later_than_the_ring_is_long_loses_sound_and_is_told() {
        let mut source = paced(1.0).losing_after(Duration::from_millis(200));
        let mut out = Vec::new();
        source.read(&mut out, Duration::from_millis(50)).unwrap();
        thread::sleep(Duration::from_millis(500));
        let mut gaps = Vec::new();
        loop {
            match source.read(&mut out, Duration::from_millis(50)).unwrap() {
                Read::Gap { frames, cause } => gaps.push((out.len(), frames, cause)),
                Read::End => break,
                Read::Audio | Read::Idle => {}
                other => panic!("{other:?}"),
            }
        }
        let [(at, frames, Loss::Overrun)] = gaps[..] else { panic!("{gaps:?}") };
        // The first 20 ms, and the 200 ms that the ring held.
        assert!((1_760..1_920).contains(&at), "{at}");
        assert!(frames >= 2_240, "{frames}");
        assert_eq!(out.len() as u64 + frames, 8_000, "what is not delivered is told to be lost");
    }

    #[test]
    fn a_reader_that_is_a_little_late_loses_nothing() {
        let mut source = paced(0.5).losing_after(Duration::from_millis(400));
        let mut out = Vec::new();
        source.read(&mut out, Duration::from_millis(50)).unwrap();
        thread::sleep(Duration::from_millis(200));
        while source.read(&mut out, Duration::from_millis(50)).unwrap() != Read::End {}
        assert_eq!(out, ToneSource::new(Tone::Sine { hz: 300.0 }, 0.5, 8_000, 0.5).unwrap().samples());
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
