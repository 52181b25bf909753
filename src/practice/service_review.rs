//! Listening, asking and answering in figures (curriculum B2, C, D1, D4, D7, F3, H): what the report says beside the
//! checklist.
//!
//! A pure function of the timeline: cues, questions and the settled text.

use crate::session::event::{QuestionKind, Word};
use crate::session::timeline::Timeline;
use crate::time::{SampleTime, Span, samples};
use crate::wording::{nin_and_ni, sentences};

/// From so many questions on, asking only one kind of them is worth a word (curriculum C1).
const ONE_KIND: usize = 4;
/// The customer's view of a proposal is asked for within so much time (curriculum D4: the sentence or the next), seconds.
const VIEW_REACH_S: f64 = 10.0;

/// Figures of a session about the wording of the service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceReview {
    /// Words that show listening (B2).
    pub acknowledgements: usize,
    /// Questions of each kind, in the order of [`QuestionKind::ALL`] (C1).
    pub questions: [usize; 6],
    /// The only kind that was asked, where that is too few kinds (C1).
    pub only_kind: Option<QuestionKind>,
    /// Whether the customer was asked for leave before or with the first question (C2); none without a question.
    pub consent: Option<bool>,
    /// Thanks for answers (C7).
    pub thanks: usize,
    /// Words of care (C7).
    pub care: usize,
    /// Middle length of a question, in characters or English words (C8); none without a question.
    pub question_units: Option<f64>,
    /// Share of sentences that say yes or agree, 0 … 1 (D1); none without text.
    pub affirmative_share: Option<f64>,
    /// Proposals (D4).
    pub proposals: usize,
    /// Proposals behind which the customer was asked for their view (D4, H2).
    pub proposals_asked: usize,
    /// Times that the customer's name was used (D7).
    pub name_uses: usize,
    /// The same per minute from the first to the last speech; none without speech.
    pub name_per_min: Option<f64>,
    /// Sentences about what can be done (F3).
    pub can: usize,
    /// Sentences about what cannot (F3).
    pub cannot: usize,
    /// 您 (H3).
    pub formal_you: usize,
    /// 你 (H3); the greeting 你好 is how the curriculum has it, and does not count, nor does 您好, nor what somebody
    /// else is quoted with.
    pub plain_you: usize,
    /// Professional phrases (H4).
    pub professional: usize,
}

impl ServiceReview {
    /// The figures of `timeline`.
    pub fn of(timeline: &Timeline) -> Self {
        let said = |id: &str| timeline.cues.iter().filter(|cue| cue.id == id).count();
        let questions =
            QuestionKind::ALL.map(|kind| timeline.questions.iter().filter(|asked| asked.kind == kind).count());
        let (formal_you, plain_you) = forms_of_you(timeline);
        let name_uses = said("E4.use_name");
        let minutes = spoken(timeline).map(|span| span.seconds() / 60.0);
        Self {
            acknowledgements: said("B2.acknowledge"),
            questions,
            only_kind: only_kind(questions),
            consent: consent(timeline),
            thanks: said("C7.thanks"),
            care: said("C7.care"),
            question_units: median(timeline.questions.iter().map(|asked| asked.units).collect()),
            affirmative_share: affirmative_share(timeline),
            proposals: said("D4.proposal"),
            proposals_asked: proposals_asked(timeline),
            name_uses,
            name_per_min: minutes.map(|minutes| name_uses as f64 / minutes),
            can: said("F3.can"),
            cannot: said("F3.cannot"),
            formal_you,
            plain_you,
            professional: said("H4.professional"),
        }
    }

    /// Questions of every kind.
    pub fn asked(&self) -> usize {
        self.questions.iter().sum()
    }

    /// Share of what can be done among what can and what cannot, 0 … 1; none where neither was said (F3).
    pub fn can_share(&self) -> Option<f64> {
        share(self.can, self.can + self.cannot)
    }

    /// Share of proposals behind which the customer's view was asked for, 0 … 1; none without a proposal.
    pub fn asked_share(&self) -> Option<f64> {
        share(self.proposals_asked, self.proposals)
    }
}

fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn spoken(timeline: &Timeline) -> Option<Span> {
    let (first, last) = (timeline.speech.first()?, timeline.speech.last()?);
    Some(Span::new(first.start, last.end)).filter(|span| span.samples() > 0)
}

fn only_kind(questions: [usize; 6]) -> Option<QuestionKind> {
    let asked: usize = questions.iter().sum();
    let only = questions.iter().position(|&count| count == asked)?;
    (asked >= ONE_KIND).then_some(QuestionKind::ALL[only])
}

/// 请问 is part of the question that it asks leave for, so consent inside the first question counts.
fn consent(timeline: &Timeline) -> Option<bool> {
    let first = timeline.questions.first()?;
    Some(timeline.cues.iter().any(|cue| cue.id == "C2.consent" && cue.span.start < first.span.end))
}

fn median(mut values: Vec<u32>) -> Option<f64> {
    values.sort_unstable();
    let upper = *values.get(values.len() / 2)?;
    let lower = *values.get(values.len().saturating_sub(1) / 2)?;
    Some(f64::from(lower + upper) / 2.0)
}

fn affirmative_share(timeline: &Timeline) -> Option<f64> {
    let sentences = sentences(timeline);
    let affirms = |id: &str| id == "D1.yes" || id == "D1.agree";
    let spoken_in = |sentence: &Span, at: SampleTime| sentence.contains(at);
    let affirmative = sentences
        .iter()
        .filter(|sentence| timeline.cues.iter().any(|cue| affirms(&cue.id) && spoken_in(sentence, cue.span.middle())));
    share(affirmative.count(), sentences.len())
}

/// Proposals behind which the customer's view was asked for, before the next proposal.
fn proposals_asked(timeline: &Timeline) -> usize {
    let proposals: Vec<Span> = timeline.cues.iter().filter(|cue| cue.id == "D4.proposal").map(|cue| cue.span).collect();
    let asked = proposals.iter().enumerate().filter(|(place, proposal)| {
        let soon = proposal.end + samples(VIEW_REACH_S);
        let reach = proposals.get(place + 1).map_or(soon, |next| soon.min(next.start));
        let near = Span::new(proposal.start, reach);
        timeline.cues.iter().any(|cue| cue.id == "D4.ask_view" && near.contains(cue.span.start))
    });
    asked.count()
}

/// How often 您 and how often 你 is said to the customer: the rule that marks each 你 counts them too.
fn forms_of_you(timeline: &Timeline) -> (usize, usize) {
    let words: Vec<Word> = timeline.segments.iter().flat_map(|segment| segment.words.iter().cloned()).collect();
    let (formal, plain) = nin_and_ni(&words);
    (formal as usize, plain as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::event::{Cue, Language, Question, SessionEvent, TextSegment};

    fn span(start_s: f64, end_s: f64) -> Span {
        Span::new(SampleTime::from_seconds(start_s), SampleTime::from_seconds(end_s))
    }

    fn cue(id: &str, start_s: f64) -> SessionEvent {
        let span = span(start_s, start_s + 0.5);
        SessionEvent::Cue(Cue { id: id.into(), span, ready_at: span.end, text: String::new(), confidence: 1.0 })
    }

    fn question(kind: QuestionKind, start_s: f64, units: u32) -> SessionEvent {
        let span = span(start_s, start_s + 2.0);
        SessionEvent::Question(Question { kind, span, ready_at: span.end, text: String::new(), units })
    }

    fn said(start_s: f64, text: &str) -> [SessionEvent; 2] {
        let word = |(i, c): (usize, char)| {
            let start_s = start_s + i as f64 * 0.25;
            Word { span: span(start_s, start_s + 0.25), text: c.into(), p: 1.0 }
        };
        let words: Vec<Word> = text.chars().enumerate().map(word).collect();
        let span = Span::new(words[0].span.start, words[words.len() - 1].span.end);
        let segment = TextSegment { span, words, language: Language::Zh, ready_at: span.end };
        [SessionEvent::Speech { span }, SessionEvent::Text(segment)]
    }

    fn review(events: &[SessionEvent]) -> ServiceReview {
        ServiceReview::of(&Timeline::of(events))
    }

    #[test]
    fn four_questions_of_one_kind_are_too_few_kinds() {
        let closed = |count: usize| -> Vec<SessionEvent> {
            (0..count).map(|i| question(QuestionKind::Closed, i as f64 * 10.0, 6)).collect()
        };
        assert_eq!(review(&closed(3)).only_kind, None);
        assert_eq!(review(&closed(4)).only_kind, Some(QuestionKind::Closed));
        let mixed = [closed(4), vec![question(QuestionKind::Open, 50.0, 9)]].concat();
        let mixed = review(&mixed);
        assert_eq!((mixed.only_kind, mixed.asked(), mixed.questions), (None, 5, [1, 0, 4, 0, 0, 0]));
        assert_eq!(mixed.question_units, Some(6.0));
    }

    #[test]
    fn leave_is_asked_before_or_with_the_first_question() {
        let asked = question(QuestionKind::Open, 10.0, 8);
        assert_eq!(review(&[]).consent, None);
        assert_eq!(review(&[asked.clone(), cue("C2.consent", 10.0)]).consent, Some(true), "请问…");
        assert_eq!(review(&[asked, cue("C2.consent", 30.0)]).consent, Some(false));
    }

    #[test]
    fn a_proposal_ends_with_the_customers_view() {
        let events = [
            cue("D4.proposal", 10.0),
            cue("D4.ask_view", 13.0),
            cue("D4.proposal", 30.0),
            cue("D4.proposal", 35.0),
            cue("D4.ask_view", 60.0),
        ];
        let review = review(&events);
        assert_eq!((review.proposals, review.proposals_asked), (3, 1));
        assert!(review.asked_share().is_some_and(|share| (share - 1.0 / 3.0).abs() < 1e-9));
    }

    #[test]
    fn only_what_is_said_to_the_customer_counts_as_you() {
        let events = [&said(1.0, "你好像没收到，他说你不在，迷你音箱。")[..], &said(20.0, "您好您的单。")].concat();
        let review = review(&events);
        assert_eq!((review.formal_you, review.plain_you), (1, 1));
    }

    #[test]
    fn sentences_forms_of_address_and_names_are_counted() {
        let events = [
            &said(1.0, "您好，是的。")[..],
            &said(4.0, "你好你的订单我帮您看了。"),
            &said(61.0, "您放心。"),
            &[cue("D1.yes", 1.75), cue("E4.use_name", 4.0), cue("F3.can", 5.0), cue("F3.cannot", 5.5)],
        ];
        let review = review(&events.concat());
        assert_eq!((review.formal_you, review.plain_you), (2, 1));
        assert!(review.affirmative_share.is_some_and(|share| (share - 1.0 / 3.0).abs() < 1e-9));
        assert!(review.name_per_min.is_some_and(|rate| (rate - 60.0 / 61.0).abs() < 0.01), "{review:?}");
        assert_eq!(review.can_share(), Some(0.5));
    }
}
