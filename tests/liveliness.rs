//! Liveliness on whole recordings: flat speech is told, ordinary speech is not, the same speech ranks by its range,
//! and what is usual for an agent is learnt from the agent's sessions.

mod common;

use common::{golden, header, pipeline_events};
use std::path::Path;
use voicemirror::analysis::delivery::{Delivery, measure};
use voicemirror::engine::pipeline::Pipeline;
use voicemirror::practice::{baseline, report};
use voicemirror::session::baseline::VoiceBaseline;
use voicemirror::session::event::{EndCause, FlagKind, Frame, Header, SessionEvent, SourceInfo};
use voicemirror::session::library::Library;
use voicemirror::session::recorder::Recorder;
use voicemirror::session::store::local_now;
use voicemirror::session::timeline::Timeline;

fn timeline_of(name: &str) -> Timeline {
    Timeline::of(&pipeline_events(&golden(name).samples, &mut |_| 160, &Default::default()))
}

fn monotone_flags_s(timeline: &Timeline) -> Vec<f64> {
    let monotone = timeline.flags.iter().filter(|flag| flag.kind == FlagKind::Monotone);
    monotone.map(|flag| flag.raised_at.seconds()).collect()
}

/// The frames of a session with its pitch squeezed to `share` of its distance from the middle.
fn squeezed(timeline: &Timeline, share: f32) -> impl Iterator<Item = Frame> {
    let middle_hz = timeline.median_f0_hz(timeline.position, timeline.position.seconds()).expect("a voice");
    timeline.frames.iter().map(move |frame| match frame.f0() {
        Some(f0_hz) => Frame { f0_hz: middle_hz * (f0_hz / middle_hz).powf(share), ..*frame },
        None => *frame,
    })
}

fn figures(timeline: &Timeline) -> Delivery {
    measure(timeline.frames.iter().copied(), None).expect("enough voice")
}

#[test]
fn flat_speech_is_told_in_time_and_ordinary_speech_is_not() {
    let raised_s = monotone_flags_s(&timeline_of("flat"));
    assert!(raised_s.len() == 1 && raised_s[0] <= 15.0, "{raised_s:?}");
    for name in ["calm", "pauses", "rushed"] {
        let timeline = timeline_of(name);
        assert!(monotone_flags_s(&timeline).is_empty(), "{name}");
        assert!(figures(&timeline).liveliness > 0.4, "{name}: {:?}", figures(&timeline));
    }
    // Its truth says lively, that of the others nothing.
    assert!(figures(&timeline_of("calm")).liveliness >= 0.6);
}

#[test]
fn the_same_recording_ranks_by_its_range() {
    for name in ["calm", "pauses", "rushed"] {
        let timeline = timeline_of(name);
        let lively = |share| measure(squeezed(&timeline, share), None).expect("enough voice").liveliness;
        let ranked = [0.1, 0.25, 0.5, 0.75, 1.0].map(lively);
        assert!(ranked.is_sorted_by(|less, more| less + 0.02 < *more), "{name}: {ranked:?}");
        assert!(ranked[0] < 0.25, "{name}: tones squeezed to a tenth are flat: {ranked:?}");
    }
}

#[test]
fn one_short_utterance_is_judged_and_one_word_is_not() {
    let (flat, calm) = (timeline_of("flat"), timeline_of("calm"));
    let beginning = |timeline: &Timeline, frames: usize| {
        let start = timeline.frames.iter().position(|frame| frame.speech).expect("speech");
        measure(timeline.frames[start..start + frames].iter().copied(), None)
    };
    let (flat_one, calm_one) = (beginning(&flat, 300).expect("a figure"), beginning(&calm, 300).expect("a figure"));
    assert!(flat_one.liveliness + 0.2 < calm_one.liveliness, "{flat_one:?} {calm_one:?}");
    assert_eq!(beginning(&calm, 30), None);
    let document = report::document(&Timeline::default(), "en");
    assert!(document["delivery"]["liveliness"].is_null());
    assert!(document["delivery"]["why"].as_str().is_some_and(|why| why.contains("say a few more")), "{document}");
}

/// Runs a recording as a session of an agent whose usual voice is `usual`.
fn session(name: &str, usual: Option<VoiceBaseline>) -> Vec<SessionEvent> {
    let (header, setup) = header(false);
    let source = SourceInfo { path: "Jabra".into(), rate_hz: 16_000, channels: 1, live: true };
    let header = Header { source, baseline: usual, started_at: "2026-11-21T21:17:16+08:00".into(), ..header };
    let mut events = Vec::new();
    let mut pipeline = Pipeline::new(header, setup.pack, &mut events);
    pipeline.push(&golden(name).samples, &mut events);
    pipeline.finish(&mut events);
    pipeline.end(EndCause::Stopped, &mut events);
    events
}

fn keep(root: &Path, events: &[SessionEvent]) -> String {
    let Some(SessionEvent::Started(header)) = events.first() else { panic!("the first event is the header") };
    let mut recorder = Recorder::create(root, header, local_now()).expect("a new session");
    for event in events.iter().filter(|event| event.is_stored()) {
        recorder.event(event).expect("a written event");
    }
    let id = recorder.id().to_owned();
    recorder.finish(&report::document(&Timeline::of(events), "zh")).expect("a finished session");
    id
}

#[test]
fn what_is_usual_is_learnt_from_sessions_and_kept_with_the_next() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let library = Library::open(root.path());
    let source = SourceInfo { path: "Jabra".into(), rate_hz: 16_000, channels: 1, live: true };
    for known in 0..3 {
        assert_eq!(baseline::of_library(&library, &source), None, "{known} sessions are no habit");
        keep(root.path(), &session("calm", None));
    }
    let usual = baseline::of_library(&library, &source).expect("three sessions are a habit");
    let calm = figures(&timeline_of("calm"));
    assert!((usual.span_st - calm.movement.span_st).abs() < 0.1 && usual.sessions == 3, "{usual:?} {calm:?}");

    // Ordinary speech of a lively agent: said to be narrower than usual, and judged less lively than by itself.
    let (alone, beside) = (session("pauses", None), session("pauses", Some(usual)));
    let document = |events: &[SessionEvent]| report::document(&Timeline::of(events), "en");
    let (alone, told) = (document(&alone), document(&beside));
    assert!(told["delivery"]["liveliness"].as_f64() < alone["delivery"]["liveliness"].as_f64());
    let why = told["delivery"]["why"].as_str().unwrap_or_default();
    assert!(why.contains("narrower than your usual"), "{why}");

    // The stored session carries what it was judged with, so it comes out the same.
    let id = keep(root.path(), &beside);
    let stored = library.load(&id).expect("a stored session");
    assert_eq!(stored.timeline, Timeline::of(&beside));
    assert_eq!(report::document(&stored.timeline, "en"), told);
}

#[test]
fn flat_speech_is_told_whatever_is_usual() {
    let flat = figures(&timeline_of("flat"));
    let usual = VoiceBaseline {
        speed_st_per_s: flat.movement.speed_st_per_s,
        span_st: flat.movement.span_st,
        level_step_db: flat.movement.level_step_db,
        speech_db: None,
        sessions: 10,
        voiced_s: 600.0,
    };
    let flags = monotone_flags_s(&Timeline::of(&session("flat", Some(usual))));
    assert_eq!(flags.len(), 1, "{flags:?}");
}

#[test]
fn a_log_from_before_the_baseline_is_still_read() {
    let mut lines: Vec<serde_json::Value> =
        session("flat", None).iter().map(|event| serde_json::to_value(event).expect("JSON")).collect();
    for line in &mut lines {
        let fields = line.as_object_mut().expect("an object");
        for new in ["baseline", "span_st", "speed_st_per_s", "level_step_db"] {
            fields.remove(new);
        }
    }
    let events: Vec<SessionEvent> =
        lines.into_iter().map(|line| serde_json::from_value(line).expect("an event")).collect();
    assert_eq!(monotone_flags_s(&Timeline::of(&events)).len(), 1);
}
