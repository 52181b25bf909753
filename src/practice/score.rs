//! The score of a session: five parts, each from its own measurements, each with its reason.

use crate::session::event::{FlagKind, PaceSource, PaceUnit, Severity};
use crate::session::profile::{PaceLimits, Profile};
use crate::session::timeline::Timeline;

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
    let long = timeline.flags.iter().filter(|flag| flag.kind == FlagKind::LongPause);
    let lost: f32 = long
        .clone()
        .map(|flag| if flag.severity == Severity::Bad { BAD_PAUSE_POINTS } else { WATCH_PAUSE_POINTS })
        .sum();
    Part { id: "pauses", score: (100.0 - lost).max(0.0), weight: 0.15, figure: long.count() as f32 }
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
    let count = |kind| timeline.flags.iter().filter(|flag| flag.kind == kind).count() as f32;
    let banned = count(FlagKind::BannedWording);
    let lost = banned * BANNED_POINTS + count(FlagKind::DiscouragedWording) * DISCOURAGED_POINTS;
    Part { id: "wording", score: (100.0 - lost).max(0.0), weight: 0.3, figure: banned }
}
