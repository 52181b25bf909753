//! How an agent usually speaks: data that is stored with every session it was used for, so that a replay or another
//! judgement uses the same.

use serde::{Deserialize, Serialize};

/// The agent's own usual voice, over several sessions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct VoiceBaseline {
    /// Usual speed of pitch, semitones per second.
    pub speed_st_per_s: f32,
    /// Usual span of pitch around the falling line of a phrase, semitones.
    pub span_st: f32,
    /// Usual change of level within 20 ms of voice, dB.
    pub level_step_db: f32,
    /// Usual level of speech with the microphone in use, dB re full scale; none with a microphone not used before.
    #[serde(default)]
    pub speech_db: Option<f32>,
    /// Sessions that it rests on.
    pub sessions: u32,
    /// Voiced seconds that it rests on.
    pub voiced_s: f32,
}
