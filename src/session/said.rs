//! What was found in the settled text: phrases that hurt, words that the call needs, questions.

use super::amend::CallPhase;
use super::flag::Severity;
use crate::time::{SampleTime, Span};
use serde::{Deserialize, Serialize};

/// A phrase of the wording pack that was said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// Curriculum id, e.g. `ban-07`.
    pub rule: String,
    /// Whether the pack bans it or only discourages it.
    pub level: HitLevel,
    /// How serious the pack says it is.
    pub severity: Severity,
    /// The phrase's own time span.
    pub span: Span,
    /// Stream time at which a live user sees it.
    pub ready_at: SampleTime,
    /// The words as heard.
    pub text: String,
    /// Why it hurts, from the pack.
    pub reason: String,
    /// What to say instead, from the pack.
    pub suggestion: String,
    /// How sure the match is, 0 … 1.
    pub confidence: f32,
    /// The pack's own phrase that was found, or the rule's name where it is no phrase.
    #[serde(default)]
    pub phrase: String,
    /// What it was found by.
    #[serde(default)]
    pub by: MatchedBy,
    /// Parts of the call in which the entry counts; everywhere when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phases: Vec<CallPhase>,
}

/// What a phrase was found by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchedBy {
    /// It is written in the text just so.
    #[default]
    Characters,
    /// What is written sounds like it.
    Sound,
    /// The recogniser itself holds it likelier than what it wrote.
    Likelihood,
    /// How the sentence is built, not a phrase.
    Structure,
}

/// How strongly the pack rejects a phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HitLevel {
    /// Never to be said.
    Banned,
    /// Better said otherwise.
    Discouraged,
}

/// Something that the call needs (curriculum B to F), found by the pack's cues.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cue {
    /// Row and step, e.g. `E2.greeting`; see [`crate::wording::CUES`].
    pub id: String,
    /// When it was said.
    pub span: Span,
    /// Stream time at which a live user sees it.
    pub ready_at: SampleTime,
    /// The words as heard.
    pub text: String,
    /// How sure the match is, 0 … 1.
    pub confidence: f32,
}

/// A question to the customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Question {
    /// What kind it is.
    pub kind: QuestionKind,
    /// When it was asked.
    pub span: Span,
    /// Stream time at which a live user sees it.
    pub ready_at: SampleTime,
    /// The words as heard.
    pub text: String,
    /// How long it is: characters as spoken, or English words.
    pub units: u32,
}

/// Kinds of question (curriculum C).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// 开放式: 我怎么帮您呢?
    Open,
    /// 特定: 昨天您与谁谈的?
    Specific,
    /// 封闭式: 您还需要资料吗?
    Closed,
    /// 可选择: 让他给您回电话,或者我能为您做些什么吗?
    Choice,
    /// 引导性: 那么您是否愿意一周后收到…?
    Leading,
    /// 推测性: 如果…,那么你们是否可以…?
    Hypothetical,
}

impl QuestionKind {
    /// Every kind, in the order of the curriculum.
    pub const ALL: [Self; 6] =
        [Self::Open, Self::Specific, Self::Closed, Self::Choice, Self::Leading, Self::Hypothetical];

    /// The name in JSON and in the locale files, e.g. `open`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Specific => "specific",
            Self::Closed => "closed",
            Self::Choice => "choice",
            Self::Leading => "leading",
            Self::Hypothetical => "hypothetical",
        }
    }
}
