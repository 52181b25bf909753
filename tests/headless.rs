//! Invariants 2 and 3: the threads add nothing, and a stored session is the session.

mod common;

use common::{Golden, golden, header, pipeline_events, scripted_for, without_arrival};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use voicemirror::audio::file::FileSource;
use voicemirror::audio::source::{AudioError, Read, Source};
use voicemirror::engine::judge::rejudge;
use voicemirror::engine::live::{LiveOptions, LiveSession};
use voicemirror::engine::offline;
use voicemirror::practice::{profile, report};
use voicemirror::session::event::{EndCause, SessionEvent, TextSegment, Word};
use voicemirror::session::library::Library;
use voicemirror::session::recorder::Recorder;
use voicemirror::session::store::local_now;
use voicemirror::session::timeline::Timeline;
use voicemirror::speech::Transcriber;
use voicemirror::speech::scripted::ScriptedTranscriber;
use voicemirror::time::{SAMPLE_RATE_HZ, Span};

/// A file that looks like a live input to the threads, without the waiting.
struct Hurried(FileSource);

impl Source for Hurried {
    fn rate_hz(&self) -> u32 {
        self.0.rate_hz()
    }
    fn channels(&self) -> u16 {
        self.0.channels()
    }
    fn name(&self) -> String {
        self.0.name()
    }
    fn read(&mut self, out: &mut Vec<f32>, timeout: Duration) -> Result<Read, AudioError> {
        // A real device never runs hundreds of times faster than the store writes.
        std::thread::sleep(Duration::from_millis(1));
        self.0.read(out, timeout)
    }
}

fn through_the_threads(recording: &Golden, root: Option<&Path>, partial_text: bool) -> Vec<SessionEvent> {
    let (header, setup) = header(true);
    let recorder = root.map(|root| Recorder::create(root, &header, local_now()).expect("a new session"));
    let session = LiveSession::start(LiveOptions {
        source: Box::new(Hurried(FileSource::open(&recording.path).expect("a recording"))),
        header,
        pack: Arc::clone(&setup.pack),
        transcriber: Some(Box::new(scripted_for(recording))),
        cancel: Arc::new(AtomicBool::new(false)),
        text_threads: 1,
        partial_text,
        recorder,
        summarize: Box::new(|timeline| report::document(timeline, "zh")),
        wake: Box::new(|| {}),
    })
    .expect("a live session");
    let mut events = Vec::new();
    loop {
        let finished = session.is_finished();
        events.extend(session.take_events());
        if finished {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(session.take_troubles().is_empty());
    session.join();
    events
}

/// What the fold must agree on: everything but when text arrived.
fn folded(events: &[SessionEvent]) -> Timeline {
    let mut timeline = Timeline::of(&without_arrival(events));
    for (number, flag) in timeline.flags.iter_mut().enumerate() {
        flag.id = number as u32;
    }
    timeline.flags.sort_by(|a, b| (a.span.start, a.kind, &a.rule).cmp(&(b.span.start, b.kind, &b.rule)));
    timeline.flags.iter_mut().enumerate().for_each(|(number, flag)| flag.id = number as u32);
    timeline.pace.sort_by_key(|point| (point.source as u8, point.window.end));
    timeline
}

#[test]
fn the_threads_give_the_events_of_the_headless_run() {
    // Text that shows early may settle at other places, and must change nothing else by that.
    for (name, early) in ["rushed", "pauses", "flat"].into_iter().flat_map(|name| [(name, false), (name, true)]) {
        let recording = golden(name);
        let headless = pipeline_events(&recording.samples, &mut |_| 160, &scripted_for(&recording));
        let live = through_the_threads(&recording, None, early);
        let (headless, live) = (folded(&headless), folded(&live));
        assert!(!headless.segments.is_empty() && !headless.frames.is_empty());
        assert_eq!(headless.frames, live.frames, "{name}");
        assert_eq!(headless.pauses, live.pauses, "{name}");
        assert_eq!(headless.transcript(), live.transcript(), "{name}");
        assert_eq!(headless.flags, live.flags, "{name}");
        assert_eq!(headless.pace, live.pace, "{name}");
        assert_eq!(headless.liveliness, live.liveliness, "{name}");
    }
}

/// The events of a recording analysed with what `transcriber` hears in it.
fn analysed(recording: &Golden, transcriber: &mut dyn Transcriber) -> Vec<SessionEvent> {
    let (header, setup) = header(true);
    let mut source = FileSource::open(&recording.path).expect("a recording");
    let mut events = Vec::new();
    let pack = Arc::clone(&setup.pack);
    let sink = &mut |event| events.push(event);
    offline::analyse(&mut source, header, pack, Some(transcriber), sink, &mut |_| {}).expect("an analysis");
    events
}

#[test]
fn the_offline_run_gives_them_too() {
    let recording = golden("rushed");
    let events = analysed(&recording, &mut scripted_for(&recording));
    let direct = pipeline_events(&recording.samples, &mut |_| 160, &scripted_for(&recording));
    assert_eq!(folded(&events), folded(&direct));
    assert!(matches!(events.last(), Some(SessionEvent::Ended { cause: EndCause::EndOfInput, .. })));
}

#[test]
fn a_recording_flags_a_phrase_when_a_live_listener_would_have_seen_it_and_not_when_its_window_ends() {
    let recording = golden("rushed");
    let texts = |events: &[SessionEvent]| -> Vec<TextSegment> {
        events
            .iter()
            .filter_map(|event| if let SessionEvent::Text(text) = event { Some(text.clone()) } else { None })
            .collect()
    };
    let usual = analysed(&recording, &mut scripted_for(&recording));
    let longest = texts(&usual).into_iter().max_by_key(|text| text.span.samples()).expect("text");
    assert!(longest.span.seconds() > 3.0, "{}", longest.span.seconds());
    let place = |number: u64| {
        let start = longest.span.start + (4_800 + 3_200 * number);
        Span::new(start, start + 3_200)
    };
    let said = ["这", "不", "关", "我", "的", "事", "您", "再", "问", "问", "别", "人", "吧"];
    let script = said.iter().zip(0..).map(|(text, number)| Word { span: place(number), text: (*text).into(), p: 0.9 });
    let events = analysed(&recording, &mut ScriptedTranscriber { script: script.collect() });
    let hits = events.iter().filter_map(|event| if let SessionEvent::Hit(hit) = event { Some(hit) } else { None });
    let hit = hits.into_iter().find(|hit| hit.rule == "ban-09").expect("the phrase is found");
    let wait_s = (hit.ready_at - hit.span.end) as f64 / f64::from(SAMPLE_RATE_HZ);
    let settled = texts(&events)[0].ready_at;
    assert!((0.5..1.3).contains(&wait_s), "{wait_s}");
    assert!(hit.ready_at < settled, "{:?} {settled:?}", hit.ready_at);
}

#[test]
fn a_stored_session_is_the_session() {
    let root = tempfile::tempdir().expect("a temporary folder");
    let recording = golden("rushed");
    let live = through_the_threads(&recording, Some(root.path()), true);
    let live: Vec<SessionEvent> = live.into_iter().filter(SessionEvent::is_stored).collect();
    let library = Library::open(root.path());
    let id = library.resolve("last").expect("one session");
    let stored = library.load(&id).expect("a stored session");
    assert_eq!(stored.events, live);
    assert_eq!(stored.timeline, Timeline::of(&live));
    // Its summary comes out of its events again, to the letter.
    assert_eq!(stored.summary, Some(report::document(&stored.timeline, "zh")));
    // Its recording is as long as its events say.
    let audio = common::samples_of(&stored.audio_path.expect("a recording"));
    assert_eq!(audio.len() as u64, stored.timeline.position.0);
}

#[test]
fn other_thresholds_change_flags_and_never_measurements() {
    let recording = golden("rushed");
    let events = pipeline_events(&recording.samples, &mut |_| 160, &scripted_for(&recording));
    let first = Timeline::of(&events);
    let same = Timeline::of(&rejudge(&events, &profile::load("textbook").expect("a profile")));
    assert_eq!(first, same, "the same profile must give the same flags");
    let everyday = Timeline::of(&rejudge(&events, &profile::load("everyday-phone").expect("a profile")));
    assert_ne!(first.flags, everyday.flags);
    let measured = |mut timeline: Timeline| {
        timeline.flags.clear();
        timeline.header = None;
        timeline
    };
    assert_eq!(measured(first), measured(everyday));
}
