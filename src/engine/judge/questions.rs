//! Questions without room for an answer (curriculum C3): one at a time, never a volley.

use super::flags::{Finding, FlagWriter, Open};
use crate::analysis::pause;
use crate::session::event::*;
use crate::session::profile::ServiceLimits;
use crate::time::{Span, samples};
use std::collections::VecDeque;

/// Two questions further apart than this are not asked in one breath, whatever is said between them, seconds.
const VOLLEY_REACH_S: f64 = 5.0;
/// Text is timed to about this, so a pause between two questions may seem to lie inside one of them, seconds.
const TIMING_S: f64 = 0.3;
/// A closed question this short and this near behind another is its tag (…什么时候呢，好吗): units and seconds.
const TAG_UNITS: u32 = 4;
const TAG_REACH_S: f64 = 0.5;

/// Judges questions. By the time a question's text is there, every pause before it is known, so it does not matter how
/// soon the text came.
#[derive(Clone, Debug)]
pub struct QuestionJudge {
    /// Silence that leaves room for an answer, seconds; 0: not judged.
    room_s: f32,
    pauses: VecDeque<Span>,
    last: Option<Question>,
    /// The volley that is going on and how many questions it has.
    volley: Option<(Open, u32)>,
}

impl QuestionJudge {
    /// A judge before any question.
    pub fn new(limits: ServiceLimits) -> Self {
        Self { room_s: limits.volley_gap_s, pauses: VecDeque::new(), last: None, volley: None }
    }

    /// Takes an event in; appends what follows from it.
    pub fn observe(&mut self, event: &SessionEvent, flags: &mut FlagWriter, out: &mut Vec<SessionEvent>) {
        match event {
            SessionEvent::Pause(pause) => {
                if self.pauses.len() == pause::KEPT {
                    self.pauses.pop_front();
                }
                self.pauses.push_back(pause.span);
            }
            SessionEvent::Question(question) if self.room_s > 0.0 => self.observe_question(question, flags, out),
            _ => {}
        }
    }

    fn observe_question(&mut self, question: &Question, flags: &mut FlagWriter, out: &mut Vec<SessionEvent>) {
        let Some(last) = self.last.take() else {
            self.last = Some(question.clone());
            return;
        };
        if is_tag(&last, question) {
            self.last = Some(Question { span: Span::new(last.span.start, question.span.end), ..last });
            return;
        }
        self.last = Some(question.clone());
        if self.leaves_room(&last, question) {
            self.volley = None;
            return;
        }
        let count = self.volley.map_or(2, |(_, count)| count + 1);
        let finding = Finding {
            kind: FlagKind::QuestionVolley,
            rule: "C3",
            severity: Severity::Watch,
            measured: count as f32,
            threshold: 1.0,
        };
        let open = match self.volley {
            Some((open, _)) => {
                let Finding { severity, measured, threshold, .. } = finding;
                out.push(SessionEvent::FlagWorse { id: open.id, severity, measured, threshold });
                out.push(SessionEvent::FlagClosed { id: open.id, end: question.span.end });
                open
            }
            None => {
                let span = Span::new(last.span.start, question.span.end);
                let text = format!("{} {}", last.text.trim(), question.text.trim());
                flags.raise_with_text(&finding, span, question.ready_at, text, out)
            }
        };
        self.volley = Some((open, count));
    }

    /// Whether the customer could answer the first question before the second.
    fn leaves_room(&self, first: &Question, second: &Question) -> bool {
        if second.span.start - first.span.end >= samples(VOLLEY_REACH_S) {
            return true;
        }
        let from = first.span.end.saturating_back(samples(TIMING_S));
        let between = Span::new(from, second.span.start + samples(TIMING_S));
        let room = samples(f64::from(self.room_s));
        self.pauses.iter().any(|pause| pause.samples() >= room && between.contains(pause.middle()))
    }
}

fn is_tag(last: &Question, question: &Question) -> bool {
    question.kind == QuestionKind::Closed
        && question.units <= TAG_UNITS
        && question.span.start - last.span.end < samples(TAG_REACH_S)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::timeline::Timeline;
    use crate::time::SampleTime;

    const LIMITS: ServiceLimits = ServiceLimits { volley_gap_s: 1.0, hold_s: 30.0, unannounced_s: 10.0 };

    fn span(start_s: f64, end_s: f64) -> Span {
        Span::new(SampleTime::from_seconds(start_s), SampleTime::from_seconds(end_s))
    }

    fn pause(start_s: f64, end_s: f64) -> SessionEvent {
        SessionEvent::Pause(Pause { span: span(start_s, end_s), kind: PauseKind::Clause })
    }

    fn question(kind: QuestionKind, start_s: f64, end_s: f64, units: u32) -> SessionEvent {
        let span = span(start_s, end_s);
        SessionEvent::Question(Question {
            kind, span, ready_at: span.end + samples(1.0), text: "……？".into(), units
        })
    }

    fn open(start_s: f64, end_s: f64) -> SessionEvent {
        question(QuestionKind::Open, start_s, end_s, 9)
    }

    fn flags(events: &[SessionEvent]) -> Vec<Flag> {
        let (mut judge, mut writer, mut out) = (QuestionJudge::new(LIMITS), FlagWriter::default(), Vec::new());
        events.iter().for_each(|event| judge.observe(event, &mut writer, &mut out));
        Timeline::of(&out).flags
    }

    #[test]
    fn questions_without_room_for_an_answer_are_one_volley() {
        let found =
            flags(&[open(1.0, 3.0), pause(3.0, 3.4), open(3.4, 5.0), open(5.2, 7.0), pause(7.0, 9.5), open(9.5, 11.0)]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (found[0].kind, found[0].span, found[0].measured),
            (FlagKind::QuestionVolley, span(1.0, 7.0), Some(3.0))
        );
        assert_eq!(found[0].raised_at, SampleTime::from_seconds(6.0));
    }

    #[test]
    fn a_second_of_silence_is_room() {
        assert_eq!(flags(&[open(1.0, 3.0), pause(2.9, 4.0), open(4.0, 5.0)]), []);
        assert_eq!(flags(&[open(1.0, 3.0), open(9.0, 11.0)]), [], "much was said between them");
    }

    #[test]
    fn a_tag_is_no_question_of_its_own() {
        let tag = |start_s: f64| question(QuestionKind::Closed, start_s, start_s + 0.5, 2);
        assert_eq!(flags(&[open(1.0, 3.0), tag(3.2), pause(3.7, 6.0), open(6.0, 8.0)]), []);
        assert_eq!(flags(&[open(1.0, 3.0), tag(3.2), open(3.9, 6.0)]).len(), 1, "it leaves no room either");
    }
}
