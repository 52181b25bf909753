//! The events that a session consists of.
//!
//! The session *is* its event log: everything shown or saved is a fold over these events
//! ([`super::timeline::Timeline`]). Events carry the audio span they speak of, so the order in which slow
//! results arrive never changes the fold.

pub use super::amend::{Aside, CallPhase, Dismissal, OwnPhases};
use super::baseline::VoiceBaseline;
pub use super::flag::{Flag, FlagKind, Severity};
use super::profile::Profile;
pub use super::said::{Cue, Hit, HitLevel, MatchedBy, Question, QuestionKind};
use crate::time::{SampleTime, Span, samples};
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
    /// The wording pack in force.
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

/// One 10 ms frame.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Frame {
    /// Fundamental frequency in Hz; 0 where unvoiced.
    pub f0_hz: f32,
    /// Strength of voicing, 0 … 1.
    pub voicing: f32,
    /// RMS level in dB relative to full scale.
    pub level_db: f32,
    /// Whether the frame is inside speech.
    pub speech: bool,
}

impl Frame {
    /// F0 where the frame is voiced.
    pub fn f0(&self) -> Option<f32> {
        (self.f0_hz > 0.0).then_some(self.f0_hz)
    }
}

/// Consecutive frames, column by column (the log stays small that way).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FrameBlock {
    /// Start of the first frame; frame `i` is centred at `start + 160 i + 80`.
    pub start: SampleTime,
    /// F0 in Hz, 0 where unvoiced, rounded to 0.01 Hz.
    pub f0_hz: Vec<f32>,
    /// Strength of voicing, rounded to 0.01.
    pub voicing: Vec<f32>,
    /// Level in dB re full scale, rounded to 0.1 dB.
    pub level_db: Vec<f32>,
    /// 1 inside speech, else 0.
    pub speech: Vec<u8>,
    /// Syllable nuclei found with these frames (each may lie a little before them).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nuclei: Vec<SampleTime>,
}

impl FrameBlock {
    /// Number of frames.
    pub fn len(&self) -> usize {
        self.f0_hz.len()
    }

    /// Whether there is no frame.
    pub fn is_empty(&self) -> bool {
        self.f0_hz.is_empty()
    }

    /// Adds a frame, rounded as the log keeps it, so that live view and replay see the same numbers.
    pub fn push(&mut self, frame: Frame) {
        let round = |value: f32, steps: f32| (value * steps).round() / steps;
        self.f0_hz.push(round(frame.f0_hz, 100.0));
        self.voicing.push(round(frame.voicing, 100.0));
        self.level_db.push(round(frame.level_db, 10.0));
        self.speech.push(u8::from(frame.speech));
    }

    /// The frames in order. Columns of unequal length (a damaged log) end at the shortest.
    pub fn frames(&self) -> impl Iterator<Item = Frame> + '_ {
        self.f0_hz
            .iter()
            .zip(&self.voicing)
            .zip(&self.level_db)
            .zip(&self.speech)
            .map(|(((&f0_hz, &voicing), &level_db), &speech)| Frame { f0_hz, voicing, level_db, speech: speech != 0 })
    }
}

/// A pause between two stretches of speech.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pause {
    /// From the end of speech to its next start.
    pub span: Span,
    /// What kind of pause it is.
    pub kind: PauseKind,
}

/// Kinds of pause (curriculum A5 and default numbers).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseKind {
    /// Between two clauses.
    Clause,
    /// After a sentence.
    Sentence,
    /// Inside a clause, long enough to sound unsure.
    Hesitation,
    /// The line seems dead.
    DeadAir,
}

/// A filled pause.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Filler {
    /// When it was said.
    pub span: Span,
    /// What it is written as, e.g. 嗯 or 那个.
    pub text: String,
    /// Whether it was found in the sound or in the settled text.
    pub source: FillerSource,
    /// How sure that is, 0 … 1.
    pub confidence: f32,
    /// Stream time at which it was known.
    pub ready_at: SampleTime,
}

/// Where a filler was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FillerSource {
    /// In the sound: the recogniser leaves 嗯 and 呃 out.
    Sound,
    /// In the settled text: a word that is lengthened or stands beside a pause.
    Text,
}

/// The end of a stretch of speech against the rest of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fade {
    /// The last part, from its first to its last voiced frame.
    pub span: Span,
    /// How far the last part lies below the rest, dB; negative when it is louder.
    pub drop_db: f32,
    /// Energy mean of the voiced frames before the last part, dB re full scale.
    pub body_db: f32,
    /// Energy mean of the voiced frames of the last part, dB re full scale.
    pub tail_db: f32,
}

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

/// Where a pace figure comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaceSource {
    /// Syllable nuclei counted in the sound.
    Acoustic,
    /// Characters or words of the settled text.
    Text,
}

/// Unit of pace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaceUnit {
    /// Han characters as spoken, one syllable each.
    #[default]
    Han,
    /// English words.
    Word,
}

/// Speaking rate over one window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PacePoint {
    /// Stream time at which it was known.
    pub at: SampleTime,
    /// The window it speaks of.
    pub window: Span,
    /// Units per minute, pauses counted.
    pub per_min: f32,
    /// Units per minute of speech, pauses left out (articulation rate); 0 in logs of version 1.
    #[serde(default)]
    pub articulation_per_min: f32,
    /// Speech inside the window, in seconds.
    pub speech_s: f32,
    /// Where the count comes from.
    pub source: PaceSource,
    /// What is counted.
    pub unit: PaceUnit,
}

/// Liveliness of the voice over one window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LivelinessPoint {
    /// Stream time at which it was known.
    pub at: SampleTime,
    /// The window it speaks of.
    pub window: Span,
    /// 0 flat … 1 lively.
    pub liveliness: f32,
    /// Median F0 in Hz.
    pub median_hz: f32,
    /// Range of F0 between its 10th and 90th percentile, semitones.
    pub range_st: f32,
    /// Span of F0 around the falling line of its phrase, semitones.
    #[serde(default)]
    pub span_st: f32,
    /// Mean speed of F0 within voiced stretches, semitones per second.
    #[serde(default)]
    pub speed_st_per_s: f32,
    /// Standard deviation of the level of the voiced frames, dB.
    pub level_sd_db: f32,
    /// Mean change of level within 20 ms of voice, dB.
    #[serde(default)]
    pub level_step_db: f32,
    /// Voiced seconds that it rests on.
    pub voiced_s: f32,
}

/// Level of speech over one window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoudnessPoint {
    /// Stream time at which it was known.
    pub at: SampleTime,
    /// The window it speaks of.
    pub window: Span,
    /// Energy mean of the speech frames, dB re full scale.
    pub speech_db: f32,
    /// Level of the background, dB re full scale.
    pub noise_db: f32,
    /// Share of samples at full scale, 0 … 1.
    pub clipped: f32,
    /// Speech inside the window, in seconds.
    pub speech_s: f32,
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
