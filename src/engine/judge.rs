//! From measurements to flags: the only place where a profile's thresholds are applied.
//!
//! The judge sees nothing but events, so a stored session can be judged again with other thresholds
//! ([`rejudge`]) and its measurements stay as they are.

use crate::session::event::*;
use crate::session::profile::{PaceLimits, Profile};
use crate::time::{SampleTime, Span, samples};

/// Share of a window that must be speech before its pace is called slow: who listens does not speak slowly.
const SLOW_SPEECH_SHARE: f32 = 0.5;
/// A pace flag ends when pace is back behind its limit by this share; it keeps flags from flickering.
const PACE_HYSTERESIS: f32 = 0.05;
/// A condition must hold over this much of new sound before it is flagged, seconds.
const PACE_HOLD_S: f64 = 2.0;

/// A flag that is still going on.
#[derive(Clone, Copy, Debug)]
struct Open {
    id: u32,
    severity: Severity,
}

/// A condition that must hold before it becomes a flag.
#[derive(Clone, Copy, Debug, Default)]
struct Condition {
    since: Option<SampleTime>,
    open: Option<Open>,
}

/// Applies a profile to measurements, in the order of the log.
#[derive(Clone, Debug)]
pub struct Judge {
    profile: Profile,
    /// Without text the acoustic estimate of pace is judged, with text only the text's.
    by_sound: bool,
    next_id: u32,
    fast: Condition,
    slow: Condition,
    monotone: Condition,
    quiet: Condition,
    loud: Condition,
    dead_air: Option<(SampleTime, Open)>,
    gap_end: SampleTime,
}

/// What a flag says, before it has a number.
struct Finding {
    kind: FlagKind,
    rule: &'static str,
    severity: Severity,
    measured: f32,
    threshold: f32,
}

impl Judge {
    /// A judge for a session with `profile`; `with_text` tells whether settled text will come.
    pub fn new(profile: Profile, with_text: bool) -> Self {
        Self {
            profile,
            by_sound: !with_text,
            next_id: 0,
            fast: Condition::default(),
            slow: Condition::default(),
            monotone: Condition::default(),
            quiet: Condition::default(),
            loud: Condition::default(),
            dead_air: None,
            gap_end: SampleTime::ZERO,
        }
    }

    /// Takes a measurement; appends the flags that follow from it.
    pub fn observe(&mut self, event: &SessionEvent, out: &mut Vec<SessionEvent>) {
        match event {
            SessionEvent::Pace(point) => self.observe_pace(point, out),
            SessionEvent::Liveliness(point) => self.observe_liveliness(point, out),
            SessionEvent::Loudness(point) => self.observe_loudness(point, out),
            SessionEvent::Silence { start, at } => self.observe_silence(*start, *at, out),
            SessionEvent::Pause(pause) => self.end_silence(pause.span.end, out),
            SessionEvent::SpeechStarted { at } => self.end_silence(*at, out),
            SessionEvent::Hit(hit) => self.observe_hit(hit, out),
            SessionEvent::Gap { span, .. } => self.gap_end = span.end,
            _ => {}
        }
    }

    fn raise(&mut self, finding: &Finding, span: Span, raised_at: SampleTime, out: &mut Vec<SessionEvent>) -> Open {
        let id = self.next_id;
        self.next_id += 1;
        out.push(SessionEvent::Flag(Flag {
            id,
            kind: finding.kind,
            rule: finding.rule.to_owned(),
            span,
            raised_at: raised_at.max(span.start),
            severity: finding.severity,
            measured: Some(finding.measured),
            threshold: Some(finding.threshold),
            text: String::new(),
            reason: String::new(),
            suggestion: String::new(),
        }));
        Open { id, severity: finding.severity }
    }

    /// Opens, grows, worsens or ends the flag of a condition that holds (`Some(finding)`) or not.
    fn follow(
        &mut self,
        mut condition: Condition,
        finding: Option<Finding>,
        still: bool,
        (window, at, hold): (Span, SampleTime, u64),
        out: &mut Vec<SessionEvent>,
    ) -> Condition {
        match (finding, condition.open) {
            (Some(finding), None) => {
                let since = *condition.since.get_or_insert(window.end);
                if window.end - since >= hold {
                    condition.open = Some(self.raise(&finding, window, at, out));
                }
            }
            (Some(finding), Some(open)) => {
                if finding.severity > open.severity {
                    out.push(SessionEvent::FlagWorse {
                        id: open.id,
                        severity: finding.severity,
                        measured: finding.measured,
                        threshold: finding.threshold,
                    });
                    condition.open = Some(Open { severity: finding.severity, ..open });
                }
                out.push(SessionEvent::FlagClosed { id: open.id, end: window.end });
            }
            (None, Some(open)) if still => out.push(SessionEvent::FlagClosed { id: open.id, end: window.end }),
            (None, _) => condition = Condition::default(),
        }
        condition
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
        let when = (point.window, point.at, samples(PACE_HOLD_S));
        let still_fast = pace > limits.fast_per_min * (1.0 - PACE_HYSTERESIS);
        let still_slow = pace < limits.slow_per_min * (1.0 + PACE_HYSTERESIS) && share >= SLOW_SPEECH_SHARE;
        self.fast = self.follow(self.fast, fast, still_fast, when, out);
        self.slow = self.follow(self.slow, slow, still_slow, when, out);
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
        self.monotone = self.follow(self.monotone, finding, still, (point.window, point.at, 0), out);
    }

    fn observe_loudness(&mut self, point: &LoudnessPoint, out: &mut Vec<SessionEvent>) {
        let limits = self.profile.loudness;
        if point.speech_s < 2.0 {
            return;
        }
        let quiet = (point.speech_db < limits.quiet_db).then_some(Finding {
            kind: FlagKind::TooQuiet,
            rule: "A1",
            severity: Severity::Watch,
            measured: point.speech_db,
            threshold: limits.quiet_db,
        });
        let loud = (point.clipped > limits.clipped_share).then_some(Finding {
            kind: FlagKind::TooLoud,
            rule: "A1",
            severity: Severity::Watch,
            measured: point.clipped,
            threshold: limits.clipped_share,
        });
        let when = (point.window, point.at, samples(PACE_HOLD_S));
        self.quiet = self.follow(self.quiet, quiet, point.speech_db < limits.quiet_db + 3.0, when, out);
        self.loud = self.follow(self.loud, loud, point.clipped > limits.clipped_share / 2.0, when, out);
    }

    fn observe_silence(&mut self, start: SampleTime, at: SampleTime, out: &mut Vec<SessionEvent>) {
        let limits = self.profile.pause;
        // Where the microphone was gone nobody can be blamed for silence.
        let start = start.max(self.gap_end);
        let span = Span::new(start, at);
        let seconds = span.seconds() as f32;
        let bad = seconds >= limits.dead_air_bad_s;
        let finding = Finding {
            kind: FlagKind::LongPause,
            rule: "A5",
            severity: if bad { Severity::Bad } else { Severity::Watch },
            measured: seconds,
            threshold: if bad { limits.dead_air_bad_s } else { limits.dead_air_watch_s },
        };
        match self.dead_air {
            None if seconds >= limits.dead_air_watch_s => {
                let open = self.raise(&finding, span, at, out);
                self.dead_air = Some((start, open));
            }
            Some((since, open)) => {
                // Amber turns red while it lasts, and the figure grows with it.
                let severity = finding.severity.max(open.severity);
                out.push(SessionEvent::FlagWorse {
                    id: open.id,
                    severity,
                    measured: finding.measured,
                    threshold: finding.threshold,
                });
                out.push(SessionEvent::FlagClosed { id: open.id, end: at });
                self.dead_air = Some((since, Open { severity, ..open }));
            }
            None => {}
        }
    }

    fn end_silence(&mut self, end: SampleTime, out: &mut Vec<SessionEvent>) {
        let Some((start, open)) = self.dead_air.take() else { return };
        let limits = self.profile.pause;
        let seconds = Span::new(start, end).seconds() as f32;
        let threshold = if open.severity == Severity::Bad { limits.dead_air_bad_s } else { limits.dead_air_watch_s };
        // The final length replaces the one at which the flag was raised.
        out.push(SessionEvent::FlagWorse { id: open.id, severity: open.severity, measured: seconds, threshold });
        out.push(SessionEvent::FlagClosed { id: open.id, end });
    }

    fn observe_hit(&mut self, hit: &Hit, out: &mut Vec<SessionEvent>) {
        let kind = match hit.level {
            HitLevel::Banned => FlagKind::BannedWording,
            HitLevel::Discouraged => FlagKind::DiscouragedWording,
        };
        let id = self.next_id;
        self.next_id += 1;
        out.push(SessionEvent::Flag(Flag {
            id,
            kind,
            rule: hit.rule.clone(),
            span: hit.span,
            raised_at: hit.ready_at.max(hit.span.end),
            severity: hit.severity,
            measured: None,
            threshold: None,
            text: hit.text.clone(),
            reason: hit.reason.clone(),
            suggestion: hit.suggestion.clone(),
        }));
    }
}

/// Judges a stored session with another profile: its measurements stay, only the flags are new.
pub fn rejudge<'a>(events: impl IntoIterator<Item = &'a SessionEvent>, profile: &Profile) -> Vec<SessionEvent> {
    let mut judged = Vec::new();
    let mut judge = Judge::new(profile.clone(), true);
    for event in events {
        if !event.is_measurement() {
            continue;
        }
        let mut event = event.clone();
        if let SessionEvent::Started(header) = &mut event {
            judge = Judge::new(profile.clone(), !header.model.is_empty());
            header.profile = profile.clone();
        }
        let mut flags = Vec::new();
        judge.observe(&event, &mut flags);
        judged.push(event);
        judged.append(&mut flags);
    }
    judged
}
