//! What is measured in the sound: frames, pauses, fillers, and pace, liveliness and level over time.

use crate::time::{SampleTime, Span};
use serde::{Deserialize, Serialize};

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
