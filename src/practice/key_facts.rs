//! Key facts of a session, each with how often it was said, the pause after each mention (curriculum A5), and whether
//! it was written down (B5, E8).

use crate::session::event::{FactKind, KeyFact};
use crate::session::timeline::Timeline;
use crate::time::Span;
use crate::wording::names_fact;

/// One mention of a fact.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mention {
    /// When it was said.
    pub span: Span,
    /// The pause behind its clause, seconds; none when speech ran on.
    pub pause_after_s: Option<f64>,
}

/// A fact and its mentions.
#[derive(Clone, Debug, PartialEq)]
pub struct FactReview {
    /// What it is.
    pub kind: FactKind,
    /// As it was said first.
    pub text: String,
    /// Every time it was said, in order.
    pub mentions: Vec<Mention>,
    /// Whether a note holds it; none where that cannot be told.
    pub noted: Option<bool>,
}

/// The facts of a session in the order in which they were first said.
pub fn review(timeline: &Timeline) -> Vec<FactReview> {
    let mut found: Vec<(&str, FactReview)> = Vec::new();
    for fact in &timeline.facts {
        let mention = Mention { span: fact.span, pause_after_s: pause_after(timeline, fact) };
        match found.iter_mut().find(|(key, known)| *key == fact.key && known.kind == fact.kind) {
            Some((_, known)) => known.mentions.push(mention),
            None => {
                let noted = noted(timeline, fact);
                let review = FactReview { kind: fact.kind, text: fact.text.clone(), mentions: vec![mention], noted };
                found.push((&fact.key, review));
            }
        }
    }
    found.into_iter().map(|(_, review)| review).collect()
}

fn noted(timeline: &Timeline, fact: &KeyFact) -> Option<bool> {
    // Asked of an empty line too, so that no note is no reason to judge what cannot be told.
    let lines = timeline.notes.iter().map(|note| note.text.as_str()).chain([""]);
    lines.map(|line| names_fact(line, &fact.key)).reduce(|one, other| Some(one? || other?)).flatten()
}

fn pause_after(timeline: &Timeline, fact: &KeyFact) -> Option<f64> {
    let reach = fact.pause_reach();
    if let Some(behind) = timeline.pauses.iter().find(|pause| reach.contains(pause.span.start)) {
        return Some(behind.span.seconds());
    }
    // Nobody spoke after it: the rest of the session is its pause.
    let last = timeline.speech.last().filter(|speech| reach.contains(speech.end))?;
    Some(Span::new(last.end, timeline.position).seconds())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::event::{Note, Pause, PauseKind, SessionEvent};
    use crate::time::SampleTime;

    #[test]
    fn a_fact_said_twice_is_one_fact() {
        let at = SampleTime::from_seconds;
        let fact = |start_s: f64, text: &str| {
            SessionEvent::Fact(KeyFact {
                kind: FactKind::Time,
                span: Span::new(at(start_s), at(start_s + 1.0)),
                text: text.into(),
                key: "五点".into(),
                ready_at: at(start_s + 3.0),
            })
        };
        let pause = Pause { span: Span::new(at(2.5), at(3.2)), kind: PauseKind::Sentence };
        let timeline = Timeline::of(&[fact(1.0, "下午五点"), SessionEvent::Pause(pause), fact(8.0, "五点")]);
        let review = review(&timeline);
        assert_eq!(review.len(), 1);
        assert_eq!((review[0].text.as_str(), review[0].mentions.len()), ("下午五点", 2));
        assert!(review[0].mentions[0].pause_after_s.is_some_and(|pause_s| (pause_s - 0.7).abs() < 1e-6));
        assert_eq!(review[0].mentions[1].pause_after_s, None);
        assert_eq!(review[0].noted, Some(false));
        let note = |text: &str| SessionEvent::Noted(Note { at: at(9.0), text: text.into() });
        let noted = |line: &str| super::review(&Timeline::of(&[fact(1.0, "下午五点"), note(line)]))[0].noted;
        assert_eq!((noted("5点回电"), noted("张女士")), (Some(true), Some(false)));
    }
}
