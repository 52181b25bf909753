//! Thresholds that turn measurements into flags: the default numbers of the curriculum.
//!
//! A profile is data, stored in full with every session it judged.

use super::event::PauseKind;
use serde::{Deserialize, Serialize};

/// A named, versioned set of thresholds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Id, e.g. `textbook`.
    pub id: String,
    /// Raised with every change of a number.
    pub version: u32,
    /// Pace of Mandarin, in Han characters per minute.
    pub pace_zh: PaceLimits,
    /// Pace of English, in words per minute.
    pub pace_en: PaceLimits,
    /// Over which window pace is judged.
    pub pace_window: PaceWindow,
    /// Pauses.
    pub pause: PauseLimits,
    /// Liveliness.
    pub delivery: DeliveryLimits,
    /// Level.
    pub loudness: LoudnessLimits,
    /// Filled pauses; not judged in sessions that were stored before there was such a limit.
    #[serde(default)]
    pub filler: FillerLimits,
    /// Questions and waits; not judged in sessions that were stored before there were such limits.
    #[serde(default)]
    pub service: ServiceLimits,
    /// How often the agent is spoken to.
    pub nudge: NudgeLimits,
}

/// Pace limits, units per minute with pauses counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaceLimits {
    /// Below it: too slow.
    pub slow_per_min: f32,
    /// From here …
    pub good_min_per_min: f32,
    /// … to here pace is good.
    pub good_max_per_min: f32,
    /// Above it: fast.
    pub fast_per_min: f32,
    /// Above it: very fast.
    pub very_fast_per_min: f32,
}

/// The window over which pace is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaceWindow {
    /// Length of the window, seconds.
    pub window_s: f32,
    /// Speech that it must hold to be judged, seconds.
    pub min_speech_s: f32,
}

/// Limits of pauses, seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PauseLimits {
    /// Shorter ones are not counted.
    pub min_s: f32,
    /// From here a pause stands after a sentence.
    pub sentence_s: f32,
    /// From here a pause inside a clause is a hesitation.
    pub hesitation_s: f32,
    /// From here dead air is worth watching.
    pub dead_air_watch_s: f32,
    /// From here dead air is bad.
    pub dead_air_bad_s: f32,
    /// A key fact wants at least this much silence behind its clause; 0: not judged.
    #[serde(default)]
    pub after_fact_s: f32,
}

impl PauseLimits {
    /// The kind of a pause of which nothing but the length is known, seconds.
    pub fn kind_by_length(&self, seconds: f32) -> PauseKind {
        if seconds >= self.dead_air_watch_s {
            PauseKind::DeadAir
        } else if seconds >= self.sentence_s {
            PauseKind::Sentence
        } else {
            PauseKind::Clause
        }
    }
}

/// Limits of liveliness (0 flat … 1 lively).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeliveryLimits {
    /// Below it the voice is monotone.
    pub monotone_below: f32,
    /// The flag ends only above this.
    pub lively_above: f32,
    /// Voiced seconds needed for a judgement.
    pub min_voiced_s: f32,
}

/// Limits of level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoudnessLimits {
    /// Speech below this level is too quiet, dB re full scale.
    pub quiet_db: f32,
    /// So is speech this far below the agent's own usual level, dB; 0: not judged.
    #[serde(default)]
    pub below_usual_db: f32,
    /// A larger share of clipped samples is too loud, 0 … 1.
    pub clipped_share: f32,
    /// The end of a sentence has faded when it lies this far below the rest, dB; 0: not judged.
    #[serde(default)]
    pub fade_db: f32,
}

/// Limits of filled pauses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FillerLimits {
    /// More than this many in a minute are worth watching; 0: not judged.
    pub watch_per_min: f32,
}

/// Limits of questions and waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceLimits {
    /// Less silence than this between two questions leaves no room for an answer, seconds; 0: not judged.
    pub volley_gap_s: f32,
    /// A hold for which no time was named lasts no longer than this, seconds.
    pub hold_s: f32,
    /// A silence that nothing announced lasts no longer than this, seconds; 0: waits are not judged.
    pub unannounced_s: f32,
}

/// How often the agent is spoken to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NudgeLimits {
    /// Least time between two nudges, seconds; banned wording does not wait.
    pub min_gap_s: f32,
    /// How long a nudge stays, seconds.
    pub show_s: f32,
}
