//! Flags: what the agent should hear about, and how serious it is.

use crate::time::{SampleTime, Span};
use serde::{Deserialize, Serialize};

/// Something the agent should hear about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flag {
    /// Number within the session, from 0.
    pub id: u32,
    /// What it is about.
    pub kind: FlagKind,
    /// Curriculum id, e.g. `ban-07`, `A3`.
    pub rule: String,
    /// The audio it speaks of.
    pub span: Span,
    /// Stream time at which a live user sees it, computing included.
    pub raised_at: SampleTime,
    /// How serious it is.
    pub severity: Severity,
    /// Measured value, in the unit of `kind` (see [`FlagKind`]).
    pub measured: Option<f32>,
    /// Threshold that it crossed, in the same unit.
    pub threshold: Option<f32>,
    /// The words, for flags about wording.
    pub text: String,
    /// Why it hurts, for flags about wording (from the pack).
    pub reason: String,
    /// What to say instead, for flags about wording (from the pack).
    pub suggestion: String,
}

/// What a flag is about, and the unit of its figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FlagKind {
    /// Units (字 or words) per minute.
    FastSpeech,
    /// Units (字 or words) per minute.
    SlowSpeech,
    /// Liveliness, 0 … 1.
    Monotone,
    /// dB re full scale.
    TooQuiet,
    /// Share of clipped samples, 0 … 1.
    TooLoud,
    /// No figure.
    BannedWording,
    /// No figure.
    DiscouragedWording,
    /// Seconds.
    LongPause,
    /// Fillers in a minute.
    Filler,
    /// dB below the rest of the sentence.
    FadingEnd,
    /// Seconds of pause after the key fact.
    RushedFact,
    /// Questions in one breath.
    QuestionVolley,
    /// Seconds of silence that were not announced, or that went beyond what was.
    UnexplainedHold,
}

impl FlagKind {
    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::FastSpeech,
        Self::SlowSpeech,
        Self::Monotone,
        Self::TooQuiet,
        Self::TooLoud,
        Self::BannedWording,
        Self::DiscouragedWording,
        Self::LongPause,
        Self::Filler,
        Self::FadingEnd,
        Self::RushedFact,
        Self::QuestionVolley,
        Self::UnexplainedHold,
    ];

    /// The name in JSON and in the locale files, e.g. `fast_speech`.
    pub fn name(self) -> &'static str {
        match self {
            Self::FastSpeech => "fast_speech",
            Self::SlowSpeech => "slow_speech",
            Self::Monotone => "monotone",
            Self::TooQuiet => "too_quiet",
            Self::TooLoud => "too_loud",
            Self::BannedWording => "banned_wording",
            Self::DiscouragedWording => "discouraged_wording",
            Self::LongPause => "long_pause",
            Self::Filler => "filler",
            Self::FadingEnd => "fading_end",
            Self::RushedFact => "rushed_fact",
            Self::QuestionVolley => "question_volley",
            Self::UnexplainedHold => "unexplained_hold",
        }
    }
}

/// How serious a flag is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Watch it.
    Watch,
    /// Mend it now.
    Bad,
}

impl Severity {
    /// `info`, `watch` or `bad`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Watch => "watch",
            Self::Bad => "bad",
        }
    }
}
