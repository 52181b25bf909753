//! From measurements to flags: the only place where a profile's thresholds are applied.
//!
//! The judge sees nothing but events, so a stored session can be judged again with other thresholds
//! ([`rejudge`]) and its measurements stay as they are.

mod duration;
mod flags;
mod habits;
mod holds;
mod pauses;
mod questions;
mod wording;

use self::flags::{Condition, Finding, FlagWriter, When};
use self::habits::HabitJudge;
use self::holds::HoldJudge;
use self::pauses::PauseJudge;
use self::questions::QuestionJudge;
use self::wording::WordingJudge;
pub use self::wording::{Amendment, amended, said};
use crate::session::baseline::VoiceBaseline;
use crate::session::event::*;
use crate::session::profile::{PaceLimits, Profile};
use crate::time::{SampleTime, samples};

/// Share of a window that must be speech before its pace is called slow: who listens does not speak slowly.
const SLOW_SPEECH_SHARE: f32 = 0.5;
/// A pace flag ends when pace is back behind its limit by this share; it keeps flags from flickering.
const PACE_HYSTERESIS: f32 = 0.05;
/// A condition must hold over this much of new sound before it is flagged, seconds.
const PACE_HOLD_S: f64 = 2.0;

/// Applies a profile to measurements, in the order of the log.
#[derive(Clone, Debug)]
pub struct Judge {
    profile: Profile,
    /// Speech below this is too quiet: the profile's limit, or the agent's own level less what the profile allows.
    quiet_db: f32,
    /// Without text the acoustic estimate of pace is judged, with text only the text's.
    by_sound: bool,
    flags: FlagWriter,
    pauses: PauseJudge,
    habits: HabitJudge,
    questions: QuestionJudge,
    holds: HoldJudge,
    wording: WordingJudge,
    fast: Condition,
    slow: Condition,
    monotone: Condition,
    quiet: Condition,
    loud: Condition,
}

impl Judge {
    /// A judge for a session with `profile`; `with_text` tells whether settled text will come, `baseline` how the agent
    /// usually speaks.
    pub fn new(profile: Profile, with_text: bool, baseline: Option<&VoiceBaseline>) -> Self {
        let usual = baseline.and_then(|baseline| baseline.speech_db).filter(|_| profile.loudness.below_usual_db > 0.0);
        let quiet_db = usual.map_or(f32::MIN, |usual_db| usual_db - profile.loudness.below_usual_db);
        Self {
            quiet_db: quiet_db.max(profile.loudness.quiet_db),
            pauses: PauseJudge::new(profile.pause),
            habits: HabitJudge::new(&profile),
            questions: QuestionJudge::new(profile.service),
            holds: HoldJudge::new(profile.service, with_text),
            wording: WordingJudge::default(),
            profile,
            by_sound: !with_text,
            flags: FlagWriter::default(),
            fast: Condition::default(),
            slow: Condition::default(),
            monotone: Condition::default(),
            quiet: Condition::default(),
            loud: Condition::default(),
        }
    }

    /// Takes a measurement; appends the flags that follow from it.
    pub fn observe(&mut self, event: &SessionEvent, out: &mut Vec<SessionEvent>) {
        match event {
            SessionEvent::Pace(point) => self.observe_pace(point, out),
            SessionEvent::Liveliness(point) => self.observe_liveliness(point, out),
            SessionEvent::Loudness(point) => self.observe_loudness(point, out),
            SessionEvent::Filler(_) | SessionEvent::Fade(_) => self.habits.observe(event, &mut self.flags, out),
            _ => self.pauses.observe(event, &mut self.flags, out),
        }
        self.wording.observe(event, &mut self.flags, out);
        self.questions.observe(event, &mut self.flags, out);
        self.holds.observe(event, &mut self.flags, out);
    }

    /// The session is over at `at`: appends the flags that were still waiting for text.
    pub fn finish(&mut self, at: SampleTime, out: &mut Vec<SessionEvent>) {
        self.holds.finish(at, &mut self.flags, out);
        self.wording.finish(at, out);
    }

    /// Whether a finding in text that may still change, with `newest` the text it was found in, would not be flagged.
    pub fn is_aside(&self, hit: &Hit, newest: &TextSegment) -> bool {
        self.wording.is_aside(hit, newest)
    }

    fn pace_limits(&self, unit: PaceUnit) -> PaceLimits {
        match unit {
            PaceUnit::Han => self.profile.pace_zh,
            PaceUnit::Word => self.profile.pace_en,
        }
    }

    fn observe_pace(&mut self, point: &PacePoint, out: &mut Vec<SessionEvent>) {
        if (point.source == PaceSource::Acoustic) != self.by_sound {
            return;
        }
        if point.speech_s < self.profile.pace_window.min_speech_s {
            return;
        }
        let limits = self.pace_limits(point.unit);
        let pace = point.per_min;
        let fast = (pace > limits.fast_per_min).then(|| {
            let very = pace > limits.very_fast_per_min;
            Finding {
                kind: FlagKind::FastSpeech,
                rule: "A3",
                severity: if very { Severity::Bad } else { Severity::Watch },
                measured: pace,
                threshold: if very { limits.very_fast_per_min } else { limits.fast_per_min },
            }
        });
        let share = point.speech_s / point.window.seconds().max(0.1) as f32;
        let slow = (pace < limits.slow_per_min && share >= SLOW_SPEECH_SHARE).then_some(Finding {
            kind: FlagKind::SlowSpeech,
            rule: "A3",
            severity: Severity::Watch,
            measured: pace,
            threshold: limits.slow_per_min,
        });
        let when = When { window: point.window, at: point.at, hold_samples: samples(PACE_HOLD_S) };
        let still_fast = pace > limits.fast_per_min * (1.0 - PACE_HYSTERESIS);
        let still_slow = pace < limits.slow_per_min * (1.0 + PACE_HYSTERESIS) && share >= SLOW_SPEECH_SHARE;
        self.flags.follow(&mut self.fast, fast, still_fast, when, out);
        self.flags.follow(&mut self.slow, slow, still_slow, when, out);
    }

    fn observe_liveliness(&mut self, point: &LivelinessPoint, out: &mut Vec<SessionEvent>) {
        let limits = self.profile.delivery;
        if point.voiced_s < limits.min_voiced_s {
            return;
        }
        let finding = (point.liveliness < limits.monotone_below).then_some(Finding {
            kind: FlagKind::Monotone,
            rule: "A2",
            severity: Severity::Watch,
            measured: point.liveliness,
            threshold: limits.monotone_below,
        });
        let still = point.liveliness < limits.lively_above;
        let when = When { window: point.window, at: point.at, hold_samples: 0 };
        self.flags.follow(&mut self.monotone, finding, still, when, out);
    }

    fn observe_loudness(&mut self, point: &LoudnessPoint, out: &mut Vec<SessionEvent>) {
        let limits = self.profile.loudness;
        if point.speech_s < 2.0 {
            return;
        }
        let quiet = (point.speech_db < self.quiet_db).then_some(Finding {
            kind: FlagKind::TooQuiet,
            rule: "A1",
            severity: Severity::Watch,
            measured: point.speech_db,
            threshold: self.quiet_db,
        });
        let loud = (point.clipped > limits.clipped_share).then_some(Finding {
            kind: FlagKind::TooLoud,
            rule: "A1",
            severity: Severity::Watch,
            measured: point.clipped,
            threshold: limits.clipped_share,
        });
        let when = When { window: point.window, at: point.at, hold_samples: samples(PACE_HOLD_S) };
        self.flags.follow(&mut self.quiet, quiet, point.speech_db < self.quiet_db + 3.0, when, out);
        self.flags.follow(&mut self.loud, loud, point.clipped > limits.clipped_share / 2.0, when, out);
    }
}

/// Judges a stored session with another profile: its measurements stay, only the flags are new.
pub fn rejudge<'a>(events: impl IntoIterator<Item = &'a SessionEvent>, profile: &Profile) -> Vec<SessionEvent> {
    let mut judged = Vec::new();
    let mut judge = Judge::new(profile.clone(), true, None);
    for event in events {
        if !event.is_measurement() {
            continue;
        }
        let mut event = event.clone();
        if let SessionEvent::Started(header) = &mut event {
            judge = Judge::new(profile.clone(), !header.model.is_empty(), header.baseline.as_ref());
            header.profile = profile.clone();
        }
        // The end of a session is always its last event.
        if let SessionEvent::Ended { at, .. } = &event {
            judge.finish(*at, &mut judged);
        }
        let mut flags = Vec::new();
        judge.observe(&event, &mut flags);
        judged.push(event);
        judged.append(&mut flags);
    }
    judged
}
