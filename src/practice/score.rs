//! The score of a session: five parts, each from its own measurements, each with its reason.

use crate::session::event::{Flag, FlagKind, PaceSource, PaceUnit, Severity};
use crate::session::profile::{PaceLimits, Profile};
use crate::session::timeline::Timeline;
use crate::time::{Span, samples};

/// A session's score.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// Weighted mean of the parts, 0 … 100; none when no part could be scored.
    pub total: Option<f32>,
    /// The parts.
    pub parts: Vec<Part>,
}

/// One part of a score.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// `pace`, `liveliness`, `pauses`, `loudness` or `wording`.
    pub id: &'static str,
    /// 0 … 100.
    pub score: f32,
    /// Share in the total; the weights of the parts that could be scored add up to what they are.
    pub weight: f32,
    /// The figure behind it, in the unit of `why`.
    pub figure: f32,
}

/// Points lost for each.
const BANNED_POINTS: f32 = 15.0;
const DISCOURAGED_POINTS: f32 = 4.0;
const VOLLEY_POINTS: f32 = 4.0;
const UNEXPLAINED_HOLD_POINTS: f32 = 8.0;
/// What is only worth knowing (a 你 for 您) costs little, and altogether no more than one banned phrase.
const INFO_POINTS: f32 = 1.0;
const MOST_INFO_POINTS: f32 = 15.0;
/// A silence is part of a hold that was announced so long before it, seconds.
const ANNOUNCED_S: f64 = 20.0;
const WATCH_PAUSE_POINTS: f32 = 8.0;
const BAD_PAUSE_POINTS: f32 = 18.0;

/// Scores what `timeline` measured against `profile`.
pub fn score(timeline: &Timeline, profile: &Profile, liveliness: Option<f32>) -> Score {
    let has_text = timeline.header.as_ref().is_some_and(|header| !header.model.is_empty());
    let spoke = !timeline.speech.is_empty();
    let parts: Vec<Part> = [
        pace_part(timeline, profile, has_text),
        liveliness.map(|value| liveliness_part(value, profile)),
        spoke.then(|| pauses_part(timeline)),
        loudness_part(timeline, profile),
        (spoke && has_text).then(|| wording_part(timeline)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let weight: f32 = parts.iter().map(|part| part.weight).sum();
    let total = (weight > 0.0).then(|| parts.iter().map(|part| part.score * part.weight).sum::<f32>() / weight);
    Score { total, parts }
}

/// 100 inside the good band, 50 at the limits of slow and fast, 0 as far beyond them as they are from the band.
fn pace_points(per_min: f32, limits: PaceLimits) -> f32 {
    let beyond = |distance: f32, room: f32| (100.0 - 50.0 * distance / room.max(1.0)).clamp(0.0, 100.0);
    if per_min < limits.good_min_per_min {
        beyond(limits.good_min_per_min - per_min, limits.good_min_per_min - limits.slow_per_min)
    } else if per_min > limits.good_max_per_min {
        beyond(per_min - limits.good_max_per_min, limits.fast_per_min - limits.good_max_per_min)
    } else {
        100.0
    }
}

fn pace_part(timeline: &Timeline, profile: &Profile, has_text: bool) -> Option<Part> {
    let source = if has_text { PaceSource::Text } else { PaceSource::Acoustic };
    let judged = timeline
        .pace
        .iter()
        .filter(|point| point.source == source && point.speech_s >= profile.pace_window.min_speech_s);
    let (mut count, mut points, mut sum) = (0.0, 0.0, 0.0);
    for point in judged {
        let limits = if point.unit == PaceUnit::Han { profile.pace_zh } else { profile.pace_en };
        count += 1.0;
        points += pace_points(point.per_min, limits);
        sum += point.per_min;
    }
    (count > 0.0).then(|| Part { id: "pace", score: points / count, weight: 0.25, figure: sum / count })
}

fn liveliness_part(value: f32, profile: &Profile) -> Part {
    let limits = profile.delivery;
    // Flat gives 0, the limit 50, clearly lively (as far above the limit again) 100.
    let points = if value < limits.monotone_below {
        50.0 * value / limits.monotone_below.max(0.01)
    } else {
        50.0 + 50.0 * (value - limits.monotone_below) / limits.monotone_below.max(0.01)
    };
    Part { id: "liveliness", score: points.clamp(0.0, 100.0), weight: 0.2, figure: value }
}

fn pauses_part(timeline: &Timeline) -> Part {
    let long =
        timeline.flags.iter().filter(|flag| flag.kind == FlagKind::LongPause && !is_kept_hold(timeline, flag.span));
    let lost: f32 = long
        .clone()
        .map(|flag| if flag.severity == Severity::Bad { BAD_PAUSE_POINTS } else { WATCH_PAUSE_POINTS })
        .sum();
    Part { id: "pauses", score: (100.0 - lost).max(0.0), weight: 0.15, figure: long.count() as f32 }
}

/// Whether a silence was announced, and no longer than it may be then: that is a hold and not dead air.
fn is_kept_hold(timeline: &Timeline, silence: Span) -> bool {
    let before = Span::new(silence.start.saturating_back(samples(ANNOUNCED_S)), silence.start + samples(0.5));
    let announced = timeline
        .cues
        .iter()
        .any(|cue| matches!(cue.id.as_str(), "D8.hold" | "E6.ask") && before.contains(cue.span.end));
    let broken = |flag: &Flag| flag.kind == FlagKind::UnexplainedHold && flag.span.overlap_samples(silence) > 0;
    announced && !timeline.flags.iter().any(broken)
}

fn loudness_part(timeline: &Timeline, profile: &Profile) -> Option<Part> {
    let count = timeline.loudness.len() as f32;
    let good = timeline.loudness.iter().filter(|point| {
        point.speech_db >= profile.loudness.quiet_db && point.clipped <= profile.loudness.clipped_share
    });
    let mean = timeline.loudness.iter().map(|point| point.speech_db).sum::<f32>() / count.max(1.0);
    (count > 0.0).then(|| Part {
        id: "loudness",
        score: 100.0 * good.count() as f32 / count,
        weight: 0.1,
        figure: mean,
    })
}

fn wording_part(timeline: &Timeline) -> Part {
    let all = |kind: FlagKind| timeline.flags.iter().filter(move |flag| flag.kind == kind);
    let count = |kind| all(kind).count() as f32;
    let banned = count(FlagKind::BannedWording);
    let info = all(FlagKind::DiscouragedWording).filter(|flag| flag.severity == Severity::Info).count() as f32;
    let lost = banned * BANNED_POINTS
        + (count(FlagKind::DiscouragedWording) - info) * DISCOURAGED_POINTS
        + (info * INFO_POINTS).min(MOST_INFO_POINTS)
        + count(FlagKind::QuestionVolley) * VOLLEY_POINTS
        + count(FlagKind::UnexplainedHold) * UNEXPLAINED_HOLD_POINTS;
    Part { id: "wording", score: (100.0 - lost).max(0.0), weight: 0.3, figure: banned }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::event::{Cue, SessionEvent};
    use crate::time::SampleTime;

    fn span(start_s: f64, end_s: f64) -> Span {
        Span::new(SampleTime::from_seconds(start_s), SampleTime::from_seconds(end_s))
    }

    fn flag(id: u32, kind: FlagKind, severity: Severity, span: Span) -> SessionEvent {
        SessionEvent::Flag(Flag {
            id,
            kind,
            rule: String::new(),
            span,
            raised_at: span.end,
            severity,
            measured: None,
            threshold: None,
            text: String::new(),
            reason: String::new(),
            suggestion: String::new(),
        })
    }

    #[test]
    fn what_is_only_worth_knowing_never_costs_much() {
        let info = |id: u32| flag(id, FlagKind::DiscouragedWording, Severity::Info, span(1.0, 2.0));
        let wording = |count: u32| wording_part(&Timeline::of(&(0..count).map(info).collect::<Vec<_>>())).score;
        assert_eq!((wording(3), wording(40)), (97.0, 85.0));
    }

    #[test]
    fn a_hold_that_was_announced_and_kept_is_no_dead_air() {
        let silence = flag(0, FlagKind::LongPause, Severity::Bad, span(5.0, 25.0));
        let cue = |id: &str| Cue {
            id: id.into(),
            span: span(3.0, 4.5),
            ready_at: SampleTime::from_seconds(6.0),
            text: "请稍等".into(),
            confidence: 1.0,
        };
        let hold = SessionEvent::Cue(cue("D8.hold"));
        let score = |events: &[SessionEvent]| pauses_part(&Timeline::of(events)).score;
        assert_eq!(score(std::slice::from_ref(&silence)), 82.0);
        assert_eq!(score(&[silence.clone(), hold.clone()]), 100.0);
        let broken = flag(1, FlagKind::UnexplainedHold, Severity::Watch, span(5.0, 25.0));
        assert_eq!(score(&[silence, hold, broken]), 82.0);
    }
}
