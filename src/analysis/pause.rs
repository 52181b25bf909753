//! Pauses between stretches of speech, and the silence that is still going on.

use crate::session::event::{Pause, PauseKind, SessionEvent};
use crate::session::profile::PauseLimits;
use crate::time::{SampleTime, Span, samples};

/// A silence that lasts is reported this often, seconds.
const SILENCE_STEP_S: f64 = 0.5;

/// Turns the ends of speech into pauses.
pub struct PauseMeter {
    limits: PauseLimits,
    speech_end: Option<SampleTime>,
    reported: u64,
}

impl PauseMeter {
    /// A meter before any speech.
    pub fn new(limits: PauseLimits) -> Self {
        Self { limits, speech_end: None, reported: 0 }
    }

    /// Speech has begun: the pause before it is over.
    pub fn speech_started(&mut self, at: SampleTime) -> Option<Pause> {
        let span = Span::new(self.speech_end.take()?, at);
        (span.seconds() >= f64::from(self.limits.min_s)).then(|| Pause { span, kind: self.kind(span.seconds()) })
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

    /// First version: by length alone (curriculum, default numbers).
    fn kind(&self, seconds: f64) -> PauseKind {
        if seconds >= f64::from(self.limits.dead_air_watch_s) {
            PauseKind::DeadAir
        } else if seconds >= f64::from(self.limits.sentence_s) {
            PauseKind::Sentence
        } else {
            PauseKind::Clause
        }
    }
}
