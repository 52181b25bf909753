//! Settled text, and the key facts in it.

use super::event::Language;
use crate::time::{SampleTime, Span, samples};
use serde::{Deserialize, Serialize};

/// Something that the customer must not miss.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeyFact {
    /// What it is.
    pub kind: FactKind,
    /// When it was said.
    pub span: Span,
    /// As it was said, numbers read aloud.
    pub text: String,
    /// Number and unit alone: what makes two mentions the same fact.
    pub key: String,
    /// Stream time at which it was known.
    pub ready_at: SampleTime,
}

impl KeyFact {
    /// Where the pause after the fact must begin to count as its own: the recogniser's word times are right to about
    /// 0.3 s, and the clause may go on for 2 s (五点之前给您回复).
    pub fn pause_reach(&self) -> Span {
        Span::new(self.span.end.saturating_back(samples(0.3)), self.span.end + samples(2.3))
    }
}

/// Kinds of key fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// A time, a date or a length of time.
    Time,
    /// Money, a discount, a share.
    Amount,
    /// A number to be noted: telephone, order, account.
    Number,
    /// A place.
    Address,
}

/// Settled text of one transcription window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TextSegment {
    /// The audio it was heard in.
    pub span: Span,
    /// The words with their times, in order. Chinese text: one character each, punctuation joined to the one before.
    pub words: Vec<Word>,
    /// Language it was heard as.
    pub language: Language,
    /// Stream time at which a live user sees it, computing included.
    pub ready_at: SampleTime,
}

impl TextSegment {
    /// The text in one piece.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for word in &self.words {
            text.push_str(&word.text);
        }
        text.trim().to_owned()
    }
}

/// One word, or one Chinese character.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// When it was said.
    pub span: Span,
    /// What was said; a leading space where the writing has one.
    pub text: String,
    /// The model's probability, 0 … 1.
    pub p: f32,
}
