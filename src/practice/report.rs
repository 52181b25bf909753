//! The report of a session: the JSON document of the command line and of `summary.json`.
//!
//! A pure function of the timeline (and of what the caller knows about the run), so a stored session gives the same
//! document again.

use super::checklist::{Row, RowState};
use super::key_facts::{FactReview, Mention};
use super::phases;
use super::review::{PaceReview, Review, language_of};
use super::score::Score;
use super::service_review::ServiceReview;
use crate::analysis::calibration;
use crate::analysis::delivery::Delivery;
use crate::analysis::statistics::mean_and_sd;
use crate::analysis::tremor::Tremor;
use crate::session::event::{Fade, Filler, Flag, Frame, Note, PacePoint, PackInfo, QuestionKind};
use crate::session::timeline::Timeline;
use crate::text::{delivery_reason, flag_message, flag_suggestion, hit_reason, score_reason};
use crate::time::{SampleTime, Span};
use serde_json::{Value, json};

/// Version of the document's form.
pub const REPORT_SCHEMA: u32 = 1;

/// Rounds to `digits` decimals, so that the document reads well; nothing is null but what is unknown.
fn rounded(value: impl Into<f64>, digits: i32) -> Value {
    let steps = 10f64.powi(digits);
    let value: f64 = value.into();
    if value.is_finite() { json!((value * steps).round() / steps) } else { Value::Null }
}

fn or_null(value: Option<f64>, digits: i32) -> Value {
    value.map_or(Value::Null, |value| rounded(value, digits))
}

pub(crate) fn seconds(at: SampleTime) -> Value {
    rounded(at.seconds(), 3)
}

fn with_span(span: Span, mut rest: Value) -> Value {
    rest["start_s"] = seconds(span.start);
    rest["end_s"] = seconds(span.end);
    rest
}

/// The whole document of `timeline` in the words of `locale`.
pub fn document(timeline: &Timeline, locale: &str) -> Value {
    let review = Review::of(timeline);
    let figures = review.delivery;
    let header = timeline.header.as_deref();
    let source = header.map(|header| &header.source);
    let language = language_of(timeline);
    let text_or_null = |text: Option<&str>| text.filter(|text| !text.is_empty()).map_or(Value::Null, Value::from);
    json!({
        "schema": REPORT_SCHEMA,
        "app_version": header.map_or(env!("CARGO_PKG_VERSION"), |header| &header.app_version),
        "started_at": text_or_null(header.map(|header| header.started_at.as_str())),
        "source": {
            "path": source.map_or("", |source| &source.path),
            "rate_hz": source.map_or(0, |source| source.rate_hz),
            "channels": source.map_or(0, |source| source.channels),
            "duration_s": seconds(timeline.duration()),
        },
        "profile": text_or_null(header.map(|header| header.profile.id.as_str())),
        "profile_version": header.map(|header| header.profile.version),
        "pack": text_or_null(header.map(|header| header.pack.id.as_str())),
        "pack_version": header.map(|header| header.pack.version),
        "pack_changes": timeline.pack_changes.iter().map(pack_change).collect::<Vec<_>>(),
        "model": text_or_null(header.map(|header| header.model.as_str())),
        "language": language.code(),
        "speech": timeline.speech.iter().map(|span| with_span(*span, json!({}))).collect::<Vec<_>>(),
        "pauses": timeline.pauses.iter().map(|pause| with_span(pause.span, json!({"kind": pause.kind}))).collect::<Vec<_>>(),
        "segments": segments(timeline),
        "transcript": timeline.transcript(),
        "pace": pace(timeline, &review.pace),
        "fillers": timeline.fillers.iter().map(filler).collect::<Vec<_>>(),
        "fades": timeline.fades.iter().map(fade).collect::<Vec<_>>(),
        "tremor": review.tremor.as_ref().map_or(Value::Null, tremor),
        "key_facts": review.facts.iter().map(key_fact).collect::<Vec<_>>(),
        "notes": timeline.notes.iter().map(note).collect::<Vec<_>>(),
        "pitch": {
            "median_hz": figures.map_or(Value::Null, |figures| rounded(figures.median_hz, 1)),
            "sd_semitones": figures.map_or(Value::Null, |figures| rounded(figures.sd_st, 2)),
            "range_semitones": figures.map_or(Value::Null, |figures| rounded(figures.range_st, 2)),
        },
        "loudness": loudness(timeline),
        "delivery": delivery_value(timeline, &review, locale),
        "flags": flags(timeline, timeline.flags.iter().collect(), locale),
        "dismissed": flags(timeline, dismissed(timeline), locale),
        "gaps": timeline.gaps.iter().map(|(span, cause)| with_span(*span, json!({"cause": cause}))).collect::<Vec<_>>(),
        "checklist": checklist_json(&review.checklist),
        "questions": review.service.as_ref().map_or_else(|| json!({}), questions),
        "service": review.service.as_ref().map_or(Value::Null, service),
        "score": review.score.as_ref().map_or(Value::Null, |scored| score_value(scored, locale)),
    })
}

/// Adds how long the computing took to a document.
pub fn add_timing(document: &mut Value, wall_s: f64, duration_s: f64) {
    document["timing"] = json!({
        "wall_s": rounded(wall_s, 3),
        "realtime_factor": rounded(wall_s / duration_s.max(1e-9), 4),
    });
}

fn pack_change((at, pack): &(SampleTime, PackInfo)) -> Value {
    json!({"at_s": seconds(*at), "pack": pack.id, "pack_version": pack.version})
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

fn pace(timeline: &Timeline, review: &PaceReview) -> Value {
    let windows = timeline.pace.iter().filter(|point| point.source == review.source);
    let window = |point: &PacePoint| {
        let figures = json!({
            "per_min": rounded(point.per_min, 1),
            "articulation_per_min": rounded(point.articulation_per_min, 1),
        });
        with_span(point.window, figures)
    };
    let phase = |part: &phases::PhasePace| {
        let figures = json!({
            "id": part.phase.name(),
            "own": part.is_own,
            "per_min": rounded(part.per_min, 1),
            "articulation_per_min": rounded(part.articulation_per_min, 1),
        });
        with_span(part.span, figures)
    };
    json!({
        "overall_per_min": or_null(review.overall_per_min, 1),
        "articulation_per_min": or_null(review.articulation_per_min, 1),
        "unit": review.unit,
        "source": review.source,
        "windows": windows.map(window).collect::<Vec<_>>(),
        "phases": review.phases.iter().map(phase).collect::<Vec<_>>(),
        "matter_is_slower": phases::matter_is_slower(&review.phases),
    })
}

fn filler(filler: &Filler) -> Value {
    let figures = json!({"text": filler.text, "source": filler.source, "confidence": rounded(filler.confidence, 2)});
    with_span(filler.span, figures)
}

fn fade(fade: &Fade) -> Value {
    with_span(fade.span, json!({"drop_db": rounded(fade.drop_db, 1)}))
}

fn tremor(tremor: &Tremor) -> Value {
    json!({
        "rate_hz": rounded(tremor.rate_hz, 1),
        "depth_semitones": rounded(tremor.depth_st, 2),
        "depth_db": rounded(tremor.depth_db, 1),
        "strength": rounded(tremor.strength, 2),
    })
}

fn key_fact(review: &FactReview) -> Value {
    let mention =
        |mention: &Mention| with_span(mention.span, json!({"pause_after_s": or_null(mention.pause_after_s, 2)}));
    json!({
        "kind": review.kind,
        "text": review.text,
        "said": review.mentions.len(),
        "noted": review.noted,
        "mentions": review.mentions.iter().map(mention).collect::<Vec<_>>(),
    })
}

fn note(note: &Note) -> Value {
    json!({"at_s": seconds(note.at), "text": note.text})
}

/// The steps of a call as in the report.
pub fn checklist_json(rows: &[Row]) -> Value {
    rows.iter().map(checklist_row).collect()
}

fn checklist_row(row: &Row) -> Value {
    let at = |at: Option<SampleTime>| at.map_or(Value::Null, seconds);
    let steps =
        row.steps.iter().map(|step| json!({"id": step.id, "done": step.done, "at_s": at(step.at), "text": step.text}));
    json!({
        "id": row.id,
        "needed": row.needed,
        "done": row.done(),
        "missed": row.state == RowState::Missed,
        "at_s": at(row.at),
        "steps": steps.collect::<Vec<_>>(),
    })
}

/// How many questions there were of each kind.
fn questions(service: &ServiceReview) -> Value {
    let counts = QuestionKind::ALL.iter().zip(service.questions);
    Value::Object(counts.map(|(kind, count)| (kind.name().to_owned(), json!(count))).collect())
}

fn service(service: &ServiceReview) -> Value {
    json!({
        "acknowledgements": service.acknowledgements,
        "only_kind": service.only_kind.map(QuestionKind::name),
        "consent": service.consent,
        "thanks": service.thanks,
        "care": service.care,
        "question_units": or_null(service.question_units, 1),
        "affirmative_share": or_null(service.affirmative_share, 3),
        "proposals": service.proposals,
        "proposals_asked": service.proposals_asked,
        "name_uses": service.name_uses,
        "name_per_min": or_null(service.name_per_min, 2),
        "can": service.can,
        "cannot": service.cannot,
        "formal_you": service.formal_you,
        "plain_you": service.plain_you,
        "professional": service.professional,
    })
}

fn loudness(timeline: &Timeline) -> Value {
    let levels = || timeline.frames.iter().filter(|frame| frame.speech).map(|frame: &Frame| frame.level_db);
    if levels().next().is_none() {
        return json!({"mean_db": null, "sd_db": null, "speech_db": null});
    }
    let (mean, sd) = mean_and_sd(levels());
    let usual = calibration::from_points(&timeline.loudness);
    json!({
        "mean_db": rounded(mean, 1),
        "sd_db": rounded(sd, 1),
        "speech_db": or_null(usual.map(|usual| usual.speech_db.into()), 1),
    })
}

/// Liveliness with its reason, and the figures that the agent's baseline is learnt from (`practice::baseline`).
fn delivery_value(timeline: &Timeline, review: &Review, locale: &str) -> Value {
    let figures = review.delivery.as_ref();
    let figure = |of: fn(&Delivery) -> f32, digits| figures.map_or(Value::Null, |it| rounded(of(it), digits));
    json!({
        "liveliness": figure(|it| it.liveliness, 3),
        "why": delivery_reason(review, timeline.header.as_deref(), locale),
        "speed_st_per_s": figure(|it| it.movement.speed_st_per_s, 2),
        "span_st": figure(|it| it.movement.span_st, 2),
        "level_step_db": figure(|it| it.movement.level_step_db, 2),
        "voiced_s": rounded(review.voiced_s, 2),
    })
}

/// Flags that a person has said do not count.
fn dismissed(timeline: &Timeline) -> Vec<&Flag> {
    timeline.aside.iter().filter(|(_, why)| why.is_dismissed()).map(|(flag, _)| flag).collect()
}

fn flags(timeline: &Timeline, mut flags: Vec<&Flag>, locale: &str) -> Vec<Value> {
    flags.sort_by_key(|flag| (flag.span.start, flag.id));
    let value = |flag: &&Flag| {
        let hit = timeline.hit_of(flag);
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
                "confidence": hit.map_or(Value::Null, |hit| rounded(hit.confidence, 3)),
                "by": hit.map(|hit| hit.by),
                "phrase": hit.map(|hit| &hit.phrase),
                "why": hit.map(|hit| hit_reason(hit, locale)),
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
