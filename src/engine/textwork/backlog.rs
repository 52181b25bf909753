//! The windows that wait to be heard: joined when several wait, dropped when there are hopelessly many.

use crate::speech::TextJob;
use crate::speech::window::{fit_together, join};
use crate::time::{SAMPLE_RATE_HZ, SampleTime, samples};
use std::collections::VecDeque;

/// Sound that may wait, seconds (8 MB). What waits longer than that is of no use to somebody who is speaking; it is
/// in the recording.
pub const MOST_HELD_S: f64 = 120.0;

/// Windows in the order in which they were said.
#[derive(Debug, Default)]
pub struct Backlog {
    jobs: VecDeque<TextJob>,
    /// So many of the oldest are heard each by itself.
    alone: usize,
    held: u64,
    giving_up: bool,
}

impl Backlog {
    /// Adds the newest window. Answers with the start of what had to be dropped for it, once for each time that it
    /// begins: until nothing waits any more, dropping on is the same trouble.
    pub fn push(&mut self, job: TextJob) -> Option<SampleTime> {
        self.held += job.audio.len() as u64;
        self.jobs.push_back(job);
        let mut dropped = None;
        while self.held > samples(MOST_HELD_S)
            && let Some(oldest) = self.jobs.pop_front()
        {
            self.held -= oldest.audio.len() as u64;
            self.alone = self.alone.saturating_sub(1);
            dropped.get_or_insert(oldest.span.start);
        }
        let told = self.giving_up;
        self.giving_up |= dropped.is_some();
        dropped.filter(|_| !told)
    }

    /// The oldest window, joined with those after it as long as the whole is no longer than `longest_s`; one that was
    /// put back, by itself.
    pub fn next(&mut self, longest_s: f64) -> Option<TextJob> {
        let oldest = self.jobs.front()?;
        let fitting = self.jobs.iter().skip(1).take_while(|job| fit_together(oldest, job, longest_s)).count();
        let more = if self.alone > 0 { 0 } else { fitting };
        self.alone = self.alone.saturating_sub(1);
        let together: Vec<TextJob> = self.jobs.drain(..=more).collect();
        self.held -= together.iter().map(|job| job.audio.len() as u64).sum::<u64>();
        self.giving_up &= !self.jobs.is_empty();
        join(&together)
    }

    /// A window that has to be heard once more, before all others and by itself.
    pub fn put_back(&mut self, job: TextJob) {
        self.held += job.audio.len() as u64;
        self.alone += 1;
        self.jobs.push_front(job);
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    /// Since when the oldest window waits.
    pub fn waiting_since(&self) -> Option<SampleTime> {
        self.jobs.front().map(|job| job.cut_at)
    }

    /// Sound that waits, seconds.
    pub fn held_s(&self) -> f64 {
        self.held as f64 / f64::from(SAMPLE_RATE_HZ)
    }

    /// Nobody will hear them.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    fn job(id: u64, start_s: f64, length_s: f64) -> TextJob {
        let start = SampleTime::from_seconds(start_s);
        let span = Span::new(start, start + samples(length_s));
        let audio = vec![0.0; span.samples() as usize].into();
        TextJob { id, span, audio, speech: vec![span], nuclei: Vec::new(), cut_at: span.end, settle: true }
    }

    #[test]
    fn memory_is_bounded_and_dropping_is_told_once() {
        let mut backlog = Backlog::default();
        let told: Vec<SampleTime> = (0..200).filter_map(|id| backlog.push(job(id, id as f64 * 4.0, 3.0))).collect();
        assert_eq!(told, [SampleTime::ZERO]);
        assert!(backlog.held_s() <= MOST_HELD_S && backlog.held_s() > MOST_HELD_S - 4.0);
        while backlog.next(25.0).is_some() {}
        assert_eq!(backlog.held_s(), 0.0);
        let told = (200..400).filter_map(|id| backlog.push(job(id, id as f64 * 4.0, 3.0))).count();
        assert_eq!(told, 1, "it began anew");
    }

    #[test]
    fn windows_are_joined_up_to_the_length_asked_for() {
        let mut backlog = Backlog::default();
        (0..6).for_each(|id| {
            backlog.push(job(id, id as f64 * 4.0, 3.0));
        });
        assert_eq!(backlog.next(8.0).map(|job| job.span.seconds()), Some(7.0));
        assert_eq!(backlog.next(25.0).map(|job| job.span.seconds()), Some(15.0));
        assert!(backlog.is_empty() && backlog.held_s() == 0.0);
    }

    #[test]
    fn halves_that_were_put_back_are_not_joined_again() {
        let mut backlog = Backlog::default();
        backlog.push(job(2, 8.0, 3.0));
        backlog.push(job(3, 12.0, 3.0));
        backlog.put_back(job(1, 4.0, 3.0));
        backlog.put_back(job(1, 0.0, 3.0));
        let lengths: Vec<f64> = std::iter::from_fn(|| backlog.next(25.0)).map(|job| job.span.seconds()).collect();
        assert_eq!(lengths, [3.0, 3.0, 7.0]);
    }
}
