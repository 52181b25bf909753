//! Another wording pack in the middle of a session: what counts is when something was said, never when its text came.

mod common;

use common::{demo, header, scripted_for};
use std::collections::BTreeSet;
use std::sync::Arc;
use voicemirror::engine::pipeline::Pipeline;
use voicemirror::practice::report;
use voicemirror::session::event::{Cue, EndCause, Hit, HitLevel, PackInfo, SessionEvent};
use voicemirror::session::timeline::Timeline;
use voicemirror::speech::{TextJob, Transcriber};
use voicemirror::time::{SAMPLE_RATE_HZ, SampleTime};
use voicemirror::wording::{Listener, Pack};

/// In the long pause of the demo, and in a shorter one near its end; seconds.
const CHANGES_S: [f64; 2] = [37.0, 54.7];

fn pack(version: u32, more: &str) -> Arc<Pack> {
    let head =
        format!("id = \"galaxy\"\nversion = {version}\nname = \"X\"\nlanguage = \"zh\"\nextends = \"zh-service\"\n");
    let upper = Pack::parse(&format!("{head}{more}"), "galaxy.toml").expect("valid");
    let below = Pack::bundled("zh-service").expect("known").expect("valid");
    Arc::new(Pack::layered(upper, below).expect("one over the other"))
}

/// First the company takes two rules out, then it bans a farewell that nobody else would.
fn packs() -> [Arc<Pack>; 2] {
    let own = "[[entry]]\nid = \"own-01\"\nlevel = \"banned\"\nphrases = [\"[感谢您的来电|请您稍等]\"]\nreason = \"r\"\n\
        suggestion = \"s\"\n";
    let removed = "remove = [\"ban-07\", \"ban-08\"]\n";
    [pack(1, removed), pack(2, &format!("{removed}{own}"))]
}

/// The demo heard in blocks of `size`, with the packs changed on the way. `late`: no text comes before the end.
fn events(size: usize, late: bool) -> Vec<SessionEvent> {
    let recording = demo();
    let mut transcriber = scripted_for(&recording);
    let (header, setup) = header(true);
    let mut events = Vec::new();
    let mut pipeline = Pipeline::new(header, Arc::clone(&setup.pack), &mut events);
    let mut hear = |job: &TextJob, pipeline: &mut Pipeline, events: &mut Vec<SessionEvent>| {
        let heard = transcriber.transcribe(job).expect("a script never fails");
        pipeline.text(job, heard, job.cut_at, events);
    };
    let (mut at, mut waiting) = (0, Vec::new());
    let ends = CHANGES_S.map(|at_s| (at_s * f64::from(SAMPLE_RATE_HZ)) as usize).into_iter().zip(packs().map(Some));
    for (end, pack) in ends.chain([(recording.samples.len(), None)]) {
        for block in recording.samples[at..end].chunks(size) {
            pipeline.push(block, &mut events);
            while let Some(job) = pipeline.take_job() {
                if late { waiting.push(job) } else { hear(&job, &mut pipeline, &mut events) }
            }
        }
        at = end;
        if let Some(pack) = pack {
            pipeline.change_pack(Listener::new(pack), &mut events);
        }
    }
    pipeline.finish(&mut events);
    while let Some(job) = pipeline.take_job() {
        waiting.push(job);
    }
    for job in waiting {
        hear(&job, &mut pipeline, &mut events);
    }
    pipeline.end(EndCause::EndOfInput, &mut events);
    events.retain(SessionEvent::is_stored);
    events
}

fn banned(timeline: &Timeline) -> Vec<&str> {
    let hits = timeline.hits.iter().filter(|hit| hit.level == HitLevel::Banned);
    hits.map(|hit| hit.rule.as_str()).collect()
}

#[test]
fn what_is_said_after_the_change_is_heard_with_the_new_pack_and_what_was_found_stays() {
    let events = events(160, false);
    let timeline = Timeline::of(&events);
    assert_eq!(banned(&timeline), ["ban-05", "own-01"]);
    let unchanged = Timeline::of(events.iter().filter(|event| !matches!(event, SessionEvent::PackChanged { .. })));
    assert_eq!(unchanged.flags, timeline.flags, "the change itself moves no flag");
}

#[test]
fn the_log_says_which_pack_counted_from_when_on() {
    let events = events(441, false);
    let timeline = Timeline::of(&events);
    let info = |version| PackInfo { id: "galaxy".into(), version };
    let at = CHANGES_S.map(SampleTime::from_seconds);
    assert_eq!(timeline.pack_changes, [(at[0], info(1)), (at[1], info(2))]);
    assert_eq!(timeline.header.as_ref().map(|header| header.pack.id.as_str()), Some("zh-service"));
    let document = report::document(&timeline, "zh");
    assert_eq!(document["pack"], "zh-service");
    assert_eq!(document["pack_changes"][1]["pack_version"], 2);
    assert_eq!(document["pack_changes"][0]["at_s"], CHANGES_S[0]);
    for event in events.iter().filter(|event| matches!(event, SessionEvent::PackChanged { .. })) {
        let line = serde_json::to_string(event).expect("a line");
        assert_eq!(serde_json::from_str::<SessionEvent>(&line).expect("the same"), *event);
    }
}

#[test]
fn neither_blocks_nor_late_text_change_what_is_found() {
    let early = events(160, false);
    // In larger blocks text is asked for later, and stands elsewhere between the events of the sound.
    for size in [7, 100] {
        assert!(events(size, false) == early, "blocks of {size}");
    }
    // Two findings that begin at one moment stand in the order in which they became known.
    let found = |timeline: &Timeline| {
        let one = |hit: &Hit| (hit.span.start, hit.span.end, hit.rule.clone(), hit.text.clone());
        timeline.hits.iter().map(one).collect::<BTreeSet<_>>()
    };
    let early = Timeline::of(&early);
    assert_eq!(found(&Timeline::of(&events(4096, false))), found(&early));
    let late = Timeline::of(&events(160, true));
    assert_eq!(found(&late), found(&early));
    let cues = |timeline: &Timeline| {
        let one = |cue: &Cue| (cue.span.start, cue.span.end, cue.id.clone());
        timeline.cues.iter().map(one).collect::<BTreeSet<_>>()
    };
    assert_eq!(cues(&late), cues(&early));
}
