//! Questions to the customer and their kinds (curriculum C), told by particles, question words and the build of the
//! clause. The recogniser's question marks are too rare to be needed; where one is written it helps.
//!
//! Indirect questions (我帮您看看是不是……), free choice (什么时候都可以) and rhetorical ones (怎么会呢) ask nothing.

mod english;
mod mandarin;

use super::sentence::Sentence;
use crate::session::event::{Language, Question, QuestionKind};
use std::ops::Range;

/// A question inside a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What kind it is.
    pub kind: QuestionKind,
    /// The units of the sentence that it takes up, with the condition or the alternatives before it.
    pub units: Range<usize>,
}

/// The questions of a sentence, in order.
pub fn questions(sentence: &Sentence) -> Vec<Asked> {
    let texts = sentence.texts();
    let found = match sentence.language {
        Language::En => english::questions(&texts, sentence),
        _ => mandarin::questions(&texts, sentence),
    };
    merged(found)
}

/// A question as the session keeps it.
pub fn event_of(asked: &Asked, sentence: &Sentence) -> Question {
    Question {
        kind: asked.kind,
        span: sentence.span_of(&asked.units),
        ready_at: sentence.ready_at,
        text: sentence.text_of(&asked.units),
        units: asked.units.len() as u32,
    }
}

/// Questions that reach into one another are one: the later one says what kind it is.
fn merged(found: Vec<Asked>) -> Vec<Asked> {
    let mut whole: Vec<Asked> = Vec::new();
    for asked in found {
        match whole.last_mut() {
            Some(last) if asked.units.start < last.units.end => {
                last.units.end = asked.units.end;
                last.kind = asked.kind;
            }
            _ => whole.push(asked),
        }
    }
    whole
}

#[cfg(test)]
#[path = "questions_tests.rs"]
mod tests;
