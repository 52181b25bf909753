//! The events that a session consists of.
//!
//! The session *is* its event log: everything shown or saved is a fold over these events
//! ([`super::timeline::Timeline`]). Events carry the audio span they speak of, so the order in which slow
//! results arrive never changes the fold.

pub use super::amend::{Aside, CallPhase, Dismissal, Note, OwnPhases};
use super::baseline::VoiceBaseline;
pub use super::flag::{Flag, FlagKind, Severity};
use super::profile::Profile;
pub use super::said::{Cue, Hit, HitLevel, MatchedBy, Question, QuestionKind};
pub use super::sound::{
    Fade, Filler, FillerSource, Frame, FrameBlock, LivelinessPoint, LoudnessPoint, PacePoint, PaceSource, PaceUnit,
    Pause, PauseKind,
};
pub use super::text::{FactKind, KeyFact, TextSegment, Word};
use crate::time::{SampleTime, Span};
use serde::{Deserialize, Serialize};

/// Version of the event log's form, written into every [`Header`].
pub const EVENT_SCHEMA: u32 = 2;

/// One line of a session's log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SessionEvent {
    /// Always first: what the session was recorded and judged with.
    Started(Box<Header>),
    /// Ten 10 ms frames of pitch, voicing, level and speech.
    Frames(FrameBlock),
    /// Speech has begun at `at` (known a little later, at the event's place in the log).
    SpeechStarted { at: SampleTime },
    /// A stretch of speech is over.
    Speech { span: Span },
    /// Nobody has spoken since `start`; sent every half second of silence, so that dead air shows while it lasts.
    Silence { start: SampleTime, at: SampleTime },
    /// A pause between two stretches of speech is over.
    Pause(Pause),
    /// What kind the pause that starts at `start` is, now that the words around it are known.
    PauseKind { start: SampleTime, kind: PauseKind },
    /// A filled pause: 嗯, 呃, or a word that fills as they do.
    Filler(Filler),
    /// How the level of a stretch of speech went at its end.
    Fade(Fade),
    /// Something that the customer must not miss was said: a time, an amount, a number, an address.
    Fact(KeyFact),
    /// Speaking rate over the window that ends at `at`.
    Pace(PacePoint),
    /// How lively the voice was over the window that ends at `at`.
    Liveliness(LivelinessPoint),
    /// Level of the speech in the window that ends at `at`.
    Loudness(LoudnessPoint),
    /// Text that may still change. Shown, never stored.
    Partial {
        span: Span,
        text: String,
        /// Characters at its beginning that stay as they are until the text is settled.
        #[serde(default)]
        stable_chars: usize,
    },
    /// Text that will not change any more.
    Text(TextSegment),
    /// A phrase of the wording pack was said.
    Hit(Hit),
    /// Something that the call needs was said: a greeting, an offer of help, a word of empathy.
    Cue(Cue),
    /// A question was asked.
    Question(Question),
    /// Banned phrases in text that may still change, each list in place of the one before. Shown, never stored.
    Provisional { hits: Vec<Hit> },
    /// A provisional hit was not borne out: the text became another. Shown, never stored.
    Withdrawn { hit: Hit, at: SampleTime },
    /// Something the agent should hear about.
    Flag(Flag),
    /// Flag `id` has become more serious.
    FlagWorse { id: u32, severity: Severity, measured: f32, threshold: f32 },
    /// The stretch that flag `id` speaks of reaches to `end`.
    FlagClosed { id: u32, end: SampleTime },
    /// Flag `id` is not shown and does not count. Stands before its flag where that was so from the start.
    FlagAside { id: u32, why: Aside },
    /// Flag `id` counts again.
    FlagBack { id: u32 },
    /// A person has said that a finding does not count, here and wherever it is said again.
    Dismissed(Dismissal),
    /// A person has taken a dismissal back.
    Restored(Dismissal),
    /// A person has said where a part of the call begins; without a time it is found by itself again.
    PhaseBegins { phase: CallPhase, at: Option<SampleTime> },
    /// A person has written something down; it takes the place of a note of the same moment.
    Noted(Note),
    /// A person has taken the note of this moment away.
    NoteRemoved { at: SampleTime },
    /// From the windows of text on that begin at `at` or later, another wording pack counts, or another version of it.
    PackChanged { at: SampleTime, pack: PackInfo },
    /// Input was lost; the counter went on by `span` and the recording holds silence there.
    Gap { span: Span, cause: GapCause },
    /// The state of the input device has changed.
    Device { at: SampleTime, state: DeviceState, name: String },
    /// How far text is behind the voice, in seconds, and what is done about it. Shown, never stored.
    Lag {
        at: SampleTime,
        behind_s: f32,
        #[serde(default)]
        effort: TextEffort,
    },
    /// The agent paused the session; the counter stands still until `Resumed`.
    Paused { at: SampleTime },
    /// The session goes on.
    Resumed { at: SampleTime },
    /// The session is complete; only what a person says about it afterwards comes later.
    Ended { at: SampleTime, cause: EndCause },
}

impl SessionEvent {
    /// Whether the event belongs into the stored log; the others are only for the screen.
    pub fn is_stored(&self) -> bool {
        !matches!(self, Self::Partial { .. } | Self::Provisional { .. } | Self::Withdrawn { .. } | Self::Lag { .. })
    }

    /// Whether the event was measured from the voice or the text, or said by a person, as opposed to judged.
    pub fn is_measurement(&self) -> bool {
        let flags = matches!(
            self,
            Self::Flag(_)
                | Self::FlagWorse { .. }
                | Self::FlagClosed { .. }
                | Self::FlagAside { .. }
                | Self::FlagBack { .. }
        );
        !flags && !matches!(self, Self::PauseKind { .. })
    }
}

/// What a session was recorded and judged with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// [`EVENT_SCHEMA`] of the writer.
    pub schema: u32,
    /// Version of the program that wrote the log.
    pub app_version: String,
    /// Local date and time of the start, RFC 3339, empty for analyses of files.
    pub started_at: String,
    /// Where the voice came from.
    pub source: SourceInfo,
    /// The thresholds in force, in full, so that the session can be judged again.
    pub profile: Profile,
    /// The wording pack in force at the start.
    pub pack: PackInfo,
    /// File name of the speech model; empty when text was off.
    pub model: String,
    /// Language asked for.
    pub language: Language,
    /// How the agent usually speaks, where that was known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<VoiceBaseline>,
    /// Findings that had been dismissed before the session.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dismissals: Vec<Dismissal>,
}

/// Where the voice came from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SourceInfo {
    /// File path, or the device's name.
    pub path: String,
    /// Sample rate of the source, in Hz.
    pub rate_hz: u32,
    /// Channels of the source.
    pub channels: u16,
    /// Whether it is a live input.
    #[serde(default)]
    pub live: bool,
}

/// Which wording pack was used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PackInfo {
    /// Id, e.g. `zh-service`.
    pub id: String,
    /// Version as the pack states it.
    pub version: u32,
}

/// Language of the speech.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Mandarin Chinese.
    #[default]
    Zh,
    /// English.
    En,
    /// Decided by the model.
    Auto,
}

impl Language {
    /// `zh`, `en` or `auto`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
            Self::Auto => "auto",
        }
    }
}

/// How much is asked of the machine for text; each step asks for less than the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextEffort {
    /// Words show while they are being spoken.
    #[default]
    Full,
    /// They show more seldom.
    Sparing,
    /// Only settled text shows.
    SettledOnly,
    /// Only settled text, many clauses at a time, until it has caught up.
    CatchUp,
}

/// Why input was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GapCause {
    /// The engine could not keep up and the ring was full.
    Overrun,
    /// The device delivered nothing.
    DeviceStalled,
    /// The device was unplugged or replaced.
    DeviceLost,
}

/// State of the input device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    /// Delivering sound.
    Ok,
    /// Delivering nothing for a second or more.
    Stalled,
    /// Gone; being looked for.
    Lost,
    /// Delivering only digital silence.
    Silent,
}

/// Why a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndCause {
    /// The agent stopped it, or its time was up.
    Stopped,
    /// The source has no more sound.
    EndOfInput,
    /// The program ended without closing it; repaired afterwards.
    Recovered,
}
