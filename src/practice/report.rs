//! The report of a session: the JSON document of the command line and of `summary.json`.
//!
//! A pure function of the timeline (and of what the caller knows about the run), so a stored session gives the same
//! document again.

use super::score::{self, Score};
use crate::analysis::delivery::{self, mean_and_sd};
use crate::session::event::{Frame, Language, PaceSource, PaceUnit};
use crate::session::timeline::Timeline;
use crate::text::{flag_message, flag_suggestion, score_reason};
use crate::time::{SampleTime, Span};
use crate::wording::{spoken_han, spoken_words};
use serde_json::{Value, json};

/// Version of the document's form.
pub const REPORT_SCHEMA: u32 = 1;

/// Rounds to `digits` decimals, so that the document reads well; nothing is null but what is unknown.
fn rounded(value: impl Into<f64>, digits: i32) -> Value {
    let steps = 10f64.powi(digits);
    let value: f64 = value.into();
    if value.is_finite() { json!((value * steps).round() / steps) } else { Value::Null }
}

fn seconds(at: SampleTime) -> Value {
    rounded(at.seconds(), 3)
}

fn with_span(span: Span, mut rest: Value) -> Value {
    rest["start_s"] = seconds(span.start);
    rest["end_s"] = seconds(span.end);
    rest
}

/// The whole document of `timeline` in the words of `locale`.
pub fn document(timeline: &Timeline, locale: &str) -> Value {
    let figures = delivery::measure(timeline.frames.iter().copied());
    let header = timeline.header.as_deref();
    let scored =
        header.map(|header| score::score(timeline, &header.profile, figures.map(|figures| figures.liveliness)));
    let source = header.map(|header| &header.source);
    let language = language_of(timeline);
    let or_null = |text: Option<&str>| text.filter(|text| !text.is_empty()).map_or(Value::Null, Value::from);
    json!({
        "schema": REPORT_SCHEMA,
        "app_version": header.map_or(env!("CARGO_PKG_VERSION"), |header| &header.app_version),
        "started_at": or_null(header.map(|header| header.started_at.as_str())),
        "source": {
            "path": source.map_or("", |source| &source.path),
            "rate_hz": source.map_or(0, |source| source.rate_hz),
            "channels": source.map_or(0, |source| source.channels),
            "duration_s": seconds(timeline.duration()),
        },
        "profile": or_null(header.map(|header| header.profile.id.as_str())),
        "profile_version": header.map(|header| header.profile.version),
        "pack": or_null(header.map(|header| header.pack.id.as_str())),
        "pack_version": header.map(|header| header.pack.version),
        "model": or_null(header.map(|header| header.model.as_str())),
        "language": language.code(),
        "speech": timeline.speech.iter().map(|span| with_span(*span, json!({}))).collect::<Vec<_>>(),
        "pauses": timeline.pauses.iter().map(|pause| with_span(pause.span, json!({"kind": pause.kind}))).collect::<Vec<_>>(),
        "segments": segments(timeline),
        "transcript": timeline.transcript(),
        "pace": pace(timeline),
        "pitch": {
            "median_hz": figures.map_or(Value::Null, |figures| rounded(figures.median_hz, 1)),
            "sd_semitones": figures.map_or(Value::Null, |figures| rounded(figures.sd_st, 2)),
            "range_semitones": figures.map_or(Value::Null, |figures| rounded(figures.range_st, 2)),
        },
        "loudness": loudness(timeline),
        "delivery": {
            "liveliness": figures.map_or(Value::Null, |figures| rounded(figures.liveliness, 3)),
            "why": why_lively(figures, locale),
        },
        "flags": flags(timeline, locale),
        "gaps": timeline.gaps.iter().map(|(span, cause)| with_span(*span, json!({"cause": cause}))).collect::<Vec<_>>(),
        // Not measured yet: the call checklist and the kinds of question are rows E and C of the curriculum.
        "checklist": [],
        "questions": {},
        "score": scored.map_or(Value::Null, |scored| score_value(&scored, locale)),
    })
}

/// Adds how long the computing took to a document.
pub fn add_timing(document: &mut Value, wall_s: f64, duration_s: f64) {
    document["timing"] = json!({
        "wall_s": rounded(wall_s, 3),
        "realtime_factor": rounded(wall_s / duration_s.max(1e-9), 4),
    });
}

/// The language heard most, or the one asked for.
fn language_of(timeline: &Timeline) -> Language {
    let asked = timeline.header.as_ref().map_or(Language::Zh, |header| header.language);
    if asked != Language::Auto {
        return asked;
    }
    let english = timeline.segments.iter().filter(|segment| segment.language == Language::En).count();
    if timeline.segments.is_empty() {
        Language::Auto
    } else if english * 2 > timeline.segments.len() {
        Language::En
    } else {
        Language::Zh
    }
}

fn segments(timeline: &Timeline) -> Vec<Value> {
    let segment = |segment: &crate::session::event::TextSegment| {
        let words = segment
            .words
            .iter()
            .map(|word| with_span(word.span, json!({"text": word.text.trim(), "p": rounded(word.p, 3)})));
        let (first, last) = (segment.words.first(), segment.words.last());
        let span = Span::new(
            first.map_or(segment.span.start, |word| word.span.start),
            last.map_or(segment.span.end, |word| word.span.end),
        );
        with_span(
            span,
            json!({"text": segment.text(), "words": words.collect::<Vec<_>>(), "ready_at_s": seconds(segment.ready_at)}),
        )
    };
    timeline.segments.iter().map(segment).collect()
}

fn pace(timeline: &Timeline) -> Value {
    let has_text = timeline.header.as_ref().is_some_and(|header| !header.model.is_empty());
    let source = if has_text { PaceSource::Text } else { PaceSource::Acoustic };
    let unit = timeline.pace.iter().rev().find(|point| point.source == source).map(|point| point.unit);
    let unit = unit.unwrap_or(if language_of(timeline) == Language::En { PaceUnit::Word } else { PaceUnit::Han });
    let count: f64 = match (has_text, unit) {
        (true, PaceUnit::Han) => spoken_han(&timeline.transcript()) as f64,
        (true, PaceUnit::Word) => spoken_words(&timeline.transcript()) as f64,
        (false, PaceUnit::Han) => timeline.nuclei.len() as f64,
        (false, PaceUnit::Word) => timeline.nuclei.len() as f64 * f64::from(crate::analysis::pace::WORDS_PER_SYLLABLE),
    };
    let spoken = Span::new(
        timeline.speech.first().map_or(SampleTime::ZERO, |span| span.start),
        timeline.speech.last().map_or(SampleTime::ZERO, |span| span.end),
    );
    let speech_s: f64 = timeline.speech.iter().map(|span| span.seconds()).sum();
    let per_min = |over_s: f64| if over_s > 0.5 { rounded(count * 60.0 / over_s, 1) } else { Value::Null };
    let windows = timeline.pace.iter().filter(|point| point.source == source);
    json!({
        "overall_per_min": per_min(spoken.seconds()),
        "articulation_per_min": per_min(speech_s),
        "unit": unit,
        "source": source,
        "windows": windows.map(|point| with_span(point.window, json!({"per_min": rounded(point.per_min, 1)}))).collect::<Vec<_>>(),
    })
}

fn loudness(timeline: &Timeline) -> Value {
    let levels = || timeline.frames.iter().filter(|frame| frame.speech).map(|frame: &Frame| frame.level_db);
    if levels().next().is_none() {
        return json!({"mean_db": null, "sd_db": null});
    }
    let (mean, sd) = mean_and_sd(levels());
    json!({"mean_db": rounded(mean, 1), "sd_db": rounded(sd, 1)})
}

fn why_lively(figures: Option<delivery::Delivery>, locale: &str) -> String {
    let Some(figures) = figures else {
        return rust_i18n::t!("delivery.too_little", locale = locale).into_owned();
    };
    rust_i18n::t!(
        "delivery.why",
        locale = locale,
        range = format!("{:.1}", figures.range_st),
        level = format!("{:.1}", figures.level_sd_db),
        voiced = format!("{:.0}", figures.voiced_s)
    )
    .into_owned()
}

fn flags(timeline: &Timeline, locale: &str) -> Vec<Value> {
    let mut flags: Vec<_> = timeline.flags.iter().collect();
    flags.sort_by_key(|flag| (flag.span.start, flag.id));
    let value = |flag: &&crate::session::event::Flag| {
        with_span(
            flag.span,
            json!({
                "kind": flag.kind.name(),
                "rule": flag.rule,
                "raised_at_s": seconds(flag.raised_at),
                "severity": flag.severity.name(),
                "measured": flag.measured.map_or(Value::Null, |value| rounded(value, 3)),
                "threshold": flag.threshold.map_or(Value::Null, |value| rounded(value, 3)),
                "text": flag.text,
                "message": flag_message(flag, locale),
                "reason": flag.reason,
                "suggestion": flag_suggestion(flag, locale),
            }),
        )
    };
    flags.iter().map(value).collect()
}

fn score_value(score: &Score, locale: &str) -> Value {
    let parts = score.parts.iter().map(|part| {
        json!({
            "id": part.id,
            "score": rounded(part.score, 1),
            "weight": rounded(part.weight, 2),
            "why": score_reason(part, locale),
        })
    });
    json!({
        "total": score.total.map_or(Value::Null, |total| rounded(total, 1)),
        "parts": parts.collect::<Vec<_>>(),
    })
}
