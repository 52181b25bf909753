//! Waits (curriculum D8, C6): who asks the customer to hold comes back in time, and nobody is left in silence without
//! a word.

use super::duration::named_s;
use super::flags::{Finding, FlagWriter, Open};
use crate::session::event::*;
use crate::session::profile::ServiceLimits;
use crate::time::{SampleTime, Span, samples};
use std::collections::VecDeque;

/// Words that announce a wait.
const HOLD_CUES: [&str; 2] = ["D8.hold", "E6.ask"];
const DURATION_CUE: &str = "D8.duration";
/// Words behind which it is the customer's turn, or the call is over; so it is behind every question.
const TURN_CUES: [&str; 9] = [
    "E3.offer_help",
    "E4.ask_name",
    "D4.ask_view",
    "B3.confirm",
    "D3.polite",
    "C2.consent",
    "E8.anything_else",
    "E8.thanks",
    "E8.farewell",
];
/// A wait is announced so long before its silence at the most: the agent may say why, and that they are looking,
/// seconds.
const ANNOUNCED_S: f64 = 20.0;
/// The length of a wait is named so near to its announcement, seconds.
const DURATION_REACH_S: f64 = 10.0;
/// The turn goes to the customer when the silence begins so soon behind the words, seconds.
const TURN_REACH_S: f64 = 3.0;
/// Text is timed to about this, seconds.
const TIMING_S: f64 = 0.5;
/// Words that are kept; text may be minutes late.
const KEPT: usize = 128;

/// What was said that matters to a silence behind it.
#[derive(Clone, Debug)]
struct Said {
    what: What,
    span: Span,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Hold,
    Duration,
    Turn,
}

/// How long a silence may be.
#[derive(Clone, Debug)]
enum Allowed {
    /// It is the customer's turn.
    Forever,
    /// Seconds, by which rule, and the words that announced it.
    Limit { limit_s: f32, rule: &'static str, text: String },
}

/// A silence that is long enough to be judged.
#[derive(Clone, Debug)]
struct Wait {
    /// End of the speech before it.
    start: SampleTime,
    /// What counts of it: where the microphone was gone nobody can be blamed.
    span: Span,
    over: bool,
    allowed: Option<Allowed>,
    /// Its flag and up to where that was told.
    open: Option<(Open, SampleTime)>,
}

/// Judges waits. A silence is judged once the text of all speech before it is there: text that comes late makes the
/// flag late, and never another one.
#[derive(Clone, Debug)]
pub struct HoldJudge {
    limits: ServiceLimits,
    said: VecDeque<Said>,
    waits: Vec<Wait>,
    gap_end: SampleTime,
    /// Up to where the text is known with all that was found in it, and when that was.
    heard: (SampleTime, SampleTime),
    /// The same of the newest segment, whose cues follow it.
    newest: Option<(SampleTime, SampleTime)>,
}

impl HoldJudge {
    /// A judge before any speech; without text nothing can be known of a hold, and nothing is judged.
    pub fn new(limits: ServiceLimits, with_text: bool) -> Self {
        let off = ServiceLimits { unannounced_s: 0.0, ..limits };
        Self {
            limits: if with_text { limits } else { off },
            said: VecDeque::new(),
            waits: Vec::new(),
            gap_end: SampleTime::ZERO,
            heard: (SampleTime::ZERO, SampleTime::ZERO),
            newest: None,
        }
    }

    /// Takes an event in; appends what follows from it.
    pub fn observe(&mut self, event: &SessionEvent, flags: &mut FlagWriter, out: &mut Vec<SessionEvent>) {
        if self.limits.unannounced_s <= 0.0 {
            return;
        }
        match event {
            // These come with a segment, behind it: only what follows them says that they are all there.
            SessionEvent::Cue(cue) => return self.observe_cue(cue),
            SessionEvent::Question(question) => return self.note(What::Turn, question.span, &question.text),
            SessionEvent::Hit(_) | SessionEvent::Fact(_) | SessionEvent::Filler(_) => return,
            _ => {}
        }
        self.take_newest();
        match event {
            SessionEvent::Text(segment) => self.newest = Some((segment.span.end, segment.ready_at)),
            SessionEvent::Silence { start, at } => self.observe_silence(*start, *at, false),
            SessionEvent::Pause(pause) => self.observe_silence(pause.span.start, pause.span.end, true),
            SessionEvent::Gap { span, .. } => self.gap_end = span.end,
            _ => {}
        }
        self.judge(flags, out);
    }

    /// The session is over at `at`: no more text will come.
    pub fn finish(&mut self, at: SampleTime, flags: &mut FlagWriter, out: &mut Vec<SessionEvent>) {
        self.take_newest();
        self.heard = (SampleTime(u64::MAX), at);
        self.judge(flags, out);
    }

    fn take_newest(&mut self) {
        if let Some((end, ready_at)) = self.newest.take() {
            self.heard = (self.heard.0.max(end), self.heard.1.max(ready_at));
        }
    }

    fn observe_cue(&mut self, cue: &Cue) {
        let id = cue.id.as_str();
        if HOLD_CUES.contains(&id) {
            self.note(What::Hold, cue.span, &cue.text);
        } else if id == DURATION_CUE {
            self.note(What::Duration, cue.span, &cue.text);
        } else if TURN_CUES.contains(&id) {
            self.note(What::Turn, cue.span, &cue.text);
        }
    }

    fn note(&mut self, what: What, span: Span, text: &str) {
        if self.said.len() == KEPT {
            self.said.pop_front();
        }
        self.said.push_back(Said { what, span, text: text.to_owned() });
    }

    fn observe_silence(&mut self, start: SampleTime, end: SampleTime, over: bool) {
        let span = Span::new(start.max(self.gap_end), end);
        match self.waits.iter_mut().rfind(|wait| wait.start == start) {
            Some(wait) => {
                wait.span = Span::new(wait.span.start.max(self.gap_end), end);
                wait.over = over;
            }
            None if span.seconds() as f32 >= self.limits.unannounced_s => {
                self.waits.push(Wait { start, span, over, allowed: None, open: None });
            }
            None => {}
        }
    }

    fn judge(&mut self, flags: &mut FlagWriter, out: &mut Vec<SessionEvent>) {
        let mut waits = std::mem::take(&mut self.waits);
        for wait in &mut waits {
            if wait.allowed.is_none() && self.heard.0 >= wait.start.saturating_back(1) {
                wait.allowed = Some(self.allowed_from(wait.start));
            }
            self.follow(wait, flags, out);
        }
        waits.retain(|wait| !(wait.over && wait.allowed.is_some()));
        self.waits = waits;
    }

    /// What may follow the words before the silence that starts at `start`.
    fn allowed_from(&self, start: SampleTime) -> Allowed {
        let before = |reach_s: f64| Span::new(start.saturating_back(samples(reach_s)), start + samples(TIMING_S));
        let last = |what: What, reach_s: f64| {
            self.said.iter().rev().find(|said| said.what == what && before(reach_s).contains(said.span.end))
        };
        let Some(hold) = last(What::Hold, ANNOUNCED_S) else {
            if last(What::Turn, TURN_REACH_S).is_some() {
                return Allowed::Forever;
            }
            return Allowed::Limit { limit_s: self.limits.unannounced_s, rule: "C6", text: String::new() };
        };
        let near = Span::new(hold.span.start.saturating_back(samples(DURATION_REACH_S)), start + samples(TIMING_S));
        let named = self.said.iter().filter(|said| said.what != What::Turn && near.contains(said.span.end));
        let longest_s = named
            .filter_map(|said| named_s(&said.text))
            .fold(None, |longest: Option<f32>, seconds| Some(longest.map_or(seconds, |longest| longest.max(seconds))));
        // A wait that was announced is never judged harder than one that was not.
        let limit_s = longest_s.unwrap_or(self.limits.hold_s).max(self.limits.unannounced_s);
        Allowed::Limit { limit_s, rule: "D8", text: hold.text.clone() }
    }

    /// Raises the flag of a wait that is too long, and lets it grow.
    fn follow(&self, wait: &mut Wait, flags: &mut FlagWriter, out: &mut Vec<SessionEvent>) {
        let Some(Allowed::Limit { limit_s, rule, text }) = &wait.allowed else { return };
        let measured = wait.span.seconds() as f32;
        if measured <= *limit_s {
            return;
        }
        let end = wait.span.end;
        let finding =
            Finding { kind: FlagKind::UnexplainedHold, rule, severity: Severity::Watch, measured, threshold: *limit_s };
        let open = match wait.open {
            None => {
                let known_at = (wait.span.start + samples(f64::from(*limit_s))).max(self.heard.1);
                flags.raise_with_text(&finding, wait.span, known_at, text.clone(), out)
            }
            Some((open, told)) => {
                if told != end {
                    let Finding { severity, measured, threshold, .. } = finding;
                    out.push(SessionEvent::FlagWorse { id: open.id, severity, measured, threshold });
                    out.push(SessionEvent::FlagClosed { id: open.id, end });
                }
                open
            }
        };
        wait.open = Some((open, end));
    }
}

#[cfg(test)]
mod tests;
