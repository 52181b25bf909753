//! How sentences should be built in service (curriculum D5, D6, D8, D9, H1, H3), and the customer's name (D7).
//!
//! Phrases come from the pack as cues; what has to stand beside them, and the build of sentences, is decided here.

mod address;
mod advice;
mod beside;
mod command;
mod imperative;
mod order;

pub use address::nin_and_ni;

use super::questions::{event_of, questions};
use super::sentence::{Sentence, SentenceBuilder};
use crate::session::event::{Cue, Hit, HitLevel, Language, MatchedBy, SessionEvent, Severity, TextSegment};
use crate::time::{SampleTime, Span};
use advice::{Advice, advice};
use beside::Beside;
use std::collections::VecDeque;
use std::ops::Range;

/// How sure a finding is that rests on the build of a sentence; a judgement, not a measured rate.
const CONFIDENCE: f32 = 0.8;
/// Blunt requests that are remembered: more do not fit into a sentence.
const BLUNT_KEPT: usize = 4;
/// The cue for the customer's name.
const NAME_CUE: &str = "E4.use_name";

/// Sentences of settled text, and what is found in them: questions, the customer's name, service language.
#[derive(Clone, Debug, Default)]
pub struct Spoken {
    builder: SentenceBuilder,
    beside: Beside,
    /// Where the pack's phrases have lately found a blunt way to ask again.
    blunt: VecDeque<Span>,
}

impl Spoken {
    /// Takes in the next segment; `out[from..]` holds the cues that were found with it.
    pub fn push(&mut self, segment: &TextSegment, from: usize, out: &mut Vec<SessionEvent>) {
        let mut sentences = Vec::new();
        self.builder.push(segment, &mut sentences);
        self.take(sentences, from, out);
        self.beside.decide(None, out);
    }

    /// Says that everything up to `at` is known and nothing more was said; `out[from..]` holds the cues that this
    /// has shown.
    pub fn settle(&mut self, at: SampleTime, from: usize, out: &mut Vec<SessionEvent>) {
        let mut sentences = Vec::new();
        self.builder.settle(at, &mut sentences);
        self.take(sentences, from, out);
        self.beside.decide(Some(at), out);
    }

    /// Says that no more text follows for now.
    pub fn finish(&mut self, from: usize, out: &mut Vec<SessionEvent>) {
        let mut sentences = Vec::new();
        self.builder.finish(&mut sentences);
        self.take(sentences, from, out);
        self.beside.finish(out);
    }

    fn take(&mut self, sentences: Vec<Sentence>, from: usize, out: &mut Vec<SessionEvent>) {
        for event in out.get(from..).unwrap_or_default() {
            match event {
                SessionEvent::Cue(cue) => self.beside.cue(cue),
                SessionEvent::Hit(hit) if hit.rule == "D3" => self.blunt.push_back(hit.span),
                _ => {}
            }
        }
        while self.blunt.len() > BLUNT_KEPT {
            self.blunt.pop_front();
        }
        for sentence in sentences {
            find(&sentence, &self.blunt, out);
            self.beside.sentence(sentence);
        }
    }
}

/// What a sentence shows by itself.
fn find(sentence: &Sentence, blunt: &VecDeque<Span>, out: &mut Vec<SessionEvent>) {
    let asked = questions(sentence);
    out.extend(asked.iter().map(|asked| SessionEvent::Question(event_of(asked, sentence))));
    for range in address::names(sentence) {
        out.push(SessionEvent::Cue(Cue {
            id: NAME_CUE.to_owned(),
            span: sentence.span_of(&range),
            ready_at: sentence.ready_at,
            text: sentence.text_of(&range),
            confidence: CONFIDENCE,
        }));
    }
    // What asks commands nothing.
    let asks =
        |units: &Range<usize>| asked.iter().any(|one| one.units.start < units.end && units.start < one.units.end);
    let is_told = |units: &Range<usize>| blunt.iter().any(|span| span.overlap_samples(sentence.span_of(units)) > 0);
    let commands = command::command(sentence);
    for one in commands.into_iter().filter(|one| !asks(&one.units) && !is_told(&one.units)) {
        let mut advice = advice("H1", sentence.language);
        advice.suggestion = one.request;
        out.push(hit("H1", one.severity, sentence, &one.units, sentence.ready_at, advice));
    }
    if let Some(order) = order::reversed(sentence) {
        let mut advice = advice("D9", sentence.language);
        advice.suggestion = order.turned;
        out.push(hit("D9", Severity::Info, sentence, &order.units, sentence.ready_at, advice));
    }
    if sentence.language != Language::En {
        for range in address::ni(&sentence.texts()) {
            let advice = advice("H3", sentence.language);
            out.push(hit("H3", Severity::Info, sentence, &range, sentence.ready_at, advice));
        }
    }
}

/// A finding about the units in `range`.
fn hit(
    rule: &str,
    severity: Severity,
    sentence: &Sentence,
    range: &Range<usize>,
    ready_at: SampleTime,
    advice: Advice,
) -> SessionEvent {
    SessionEvent::Hit(Hit {
        rule: rule.to_owned(),
        level: HitLevel::Discouraged,
        severity,
        span: sentence.span_of(range),
        ready_at,
        text: sentence.text_of(range),
        reason: advice.reason.to_owned(),
        suggestion: advice.suggestion,
        confidence: CONFIDENCE,
        phrase: rule.to_owned(),
        by: MatchedBy::Structure,
        phases: Vec::new(),
    })
}

/// The clauses of a sentence that were said in `span`, in one stretch of units.
fn clauses_in(sentence: &Sentence, span: Span) -> Range<usize> {
    let inside = sentence.units_in(span);
    let touched = |clause: &&Range<usize>| clause.start < inside.end && inside.start < clause.end;
    let first = sentence.clauses.iter().find(touched).map_or(inside.start, |clause| clause.start);
    let last = sentence.clauses.iter().rev().find(touched).map_or(inside.end, |clause| clause.end);
    first..last
}

#[cfg(test)]
#[path = "service_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "service/english_tests.rs"]
mod english_tests;
