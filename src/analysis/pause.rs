//! Pauses between stretches of speech, and the silence that is still going on.

use crate::session::event::{Pause, SessionEvent};
use crate::session::profile::PauseLimits;
use crate::time::{SampleTime, Span, samples};
use std::collections::VecDeque;

/// A silence that lasts is reported this often, seconds.
const SILENCE_STEP_S: f64 = 0.5;

/// Pauses kept for text that is still to come.
pub const KEPT: usize = 64;

/// Turns the ends of speech into pauses.
pub struct PauseMeter {
    limits: PauseLimits,
    speech_end: Option<SampleTime>,
    reported: u64,
    recent: VecDeque<Pause>,
}

impl PauseMeter {
    /// A meter before any speech.
    pub fn new(limits: PauseLimits) -> Self {
        Self { limits, speech_end: None, reported: 0, recent: VecDeque::new() }
    }

    /// Speech has begun: the pause before it is over.
    pub fn speech_started(&mut self, at: SampleTime) -> Option<Pause> {
        let span = Span::new(self.speech_end.take()?, at);
        if span.seconds() < f64::from(self.limits.min_s) {
            return None;
        }
        let pause = Pause { span, kind: self.limits.kind_by_length(span.seconds() as f32) };
        if self.recent.len() == KEPT {
            self.recent.pop_front();
        }
        self.recent.push_back(pause);
        Some(pause)
    }

    /// Speech has ended.
    pub fn speech_ended(&mut self, at: SampleTime) {
        self.speech_end = Some(at);
        self.reported = 0;
    }

    /// The silence going on at `now`, once every half second of it.
    pub fn silence(&mut self, now: SampleTime) -> Option<SessionEvent> {
        let start = self.speech_end?;
        let steps = (now - start) / samples(SILENCE_STEP_S);
        if steps <= self.reported {
            return None;
        }
        self.reported = steps;
        Some(SessionEvent::Silence { start, at: start + steps * samples(SILENCE_STEP_S) })
    }

    /// The last pauses, for text that is still to come.
    pub fn recent(&mut self) -> &[Pause] {
        self.recent.make_contiguous()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::event::PauseKind;

    #[test]
    fn a_pause_of_just_the_limit_has_reached_it() {
        let limits = PauseLimits { min_s: 0.25, sentence_s: 0.6, dead_air_watch_s: 3.0, ..PauseLimits::default() };
        let mut meter = PauseMeter::new(limits);
        let mut pause = |seconds: f64| {
            meter.speech_ended(SampleTime::from_seconds(1.0));
            meter.speech_started(SampleTime::from_seconds(1.0 + seconds)).map(|pause| pause.kind)
        };
        assert_eq!(pause(0.24), None);
        assert_eq!(pause(0.25), Some(PauseKind::Clause));
        assert_eq!(pause(0.6), Some(PauseKind::Sentence));
        assert_eq!(pause(3.0), Some(PauseKind::DeadAir));
        assert_eq!(meter.recent().len(), 3);
    }
}
