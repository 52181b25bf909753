//! Notes (curriculum B5, E8): on disk before they are shown, changed and removed by adding, there again in the saved
//! session, its report and its export.

mod common;

use common::header;
use std::fs::{self, OpenOptions};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use voicemirror::audio::source::{AudioError, Read, Source};
use voicemirror::engine::judge::{Amendment, amended, rejudge, said};
use voicemirror::engine::live::{LiveOptions, LiveSession};
use voicemirror::practice::{profile, report};
use voicemirror::session::event::*;
use voicemirror::session::library::{Library, State};
use voicemirror::session::recorder::Recorder;
use voicemirror::session::store::local_now;
use voicemirror::session::timeline::Timeline;
use voicemirror::time::SampleTime;

fn at(seconds: f64) -> SampleTime {
    SampleTime::from_seconds(seconds)
}

fn note(seconds: f64, text: &str) -> Note {
    Note { at: at(seconds), text: text.into() }
}

fn write(timeline: &mut Timeline, wish: &Amendment) {
    let events = amended(timeline, said(timeline, wish));
    events.iter().for_each(|event| timeline.apply(event));
}

fn noted(seconds: f64, text: &str) -> Amendment {
    Amendment::Note { at: at(seconds), text: text.into() }
}

fn summarize(timeline: &Timeline) -> serde_json::Value {
    report::document(timeline, "zh")
}

#[test]
fn a_note_is_known_by_its_moment() {
    let mut timeline = Timeline::default();
    write(&mut timeline, &noted(9.0, "  张女士 \n 尾号 6688 "));
    write(&mut timeline, &noted(4.0, "周三回电"));
    assert_eq!(timeline.notes, [note(4.0, "周三回电"), note(9.0, "张女士 尾号 6688")], "one line each, by their time");
    assert_eq!(said(&timeline, &noted(4.0, "周三回电")), [], "nothing would change");
    assert_eq!(said(&timeline, &noted(5.0, " \t")), [], "nothing is no note");
    write(&mut timeline, &noted(4.0, "周四回电"));
    write(&mut timeline, &Amendment::RemoveNote { at: at(9.0) });
    assert_eq!(timeline.notes, [note(4.0, "周四回电")]);
    assert_eq!(said(&timeline, &Amendment::RemoveNote { at: at(9.0) }), [], "there is none any more");
    let events = [
        SessionEvent::Started(Box::new(header(false).0)),
        SessionEvent::Noted(note(1.0, "一")),
        SessionEvent::Ended { at: at(3.0), cause: EndCause::Stopped },
    ];
    let judged = rejudge(&events, &profile::load("everyday-phone").expect("a profile"));
    assert_eq!(Timeline::of(&judged).notes, [note(1.0, "一")], "other thresholds leave notes alone");
}

#[test]
fn the_report_has_the_notes_and_which_facts_stand_in_none() {
    let fact = |seconds: f64, text: &str| {
        let span = voicemirror::time::Span::new(at(seconds), at(seconds + 1.0));
        let key = text.to_owned();
        SessionEvent::Fact(KeyFact { kind: FactKind::Time, span, text: text.into(), key, ready_at: at(seconds + 2.0) })
    };
    let mut timeline = Timeline::of(&[
        SessionEvent::Started(Box::new(header(true).0)),
        fact(1.0, "五点"),
        fact(3.0, "三个工作日"),
        SessionEvent::Noted(note(2.3456, "5点回电 138 0000 1234")),
    ]);
    let document = summarize(&timeline);
    assert_eq!(document["notes"], serde_json::json!([{"at_s": 2.346, "text": "5点回电 138 0000 1234"}]));
    let facts = |document: &serde_json::Value| {
        document["key_facts"].as_array().unwrap().iter().map(|fact| fact["noted"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(facts(&document), [true, false]);
    write(&mut timeline, &Amendment::RemoveNote { at: note(2.3456, "").at });
    assert_eq!(
        (facts(&summarize(&timeline)), summarize(&timeline)["notes"].to_string()),
        (vec![false.into(); 2], "[]".into())
    );
}

// --------------------------------------------------------------------------------------- live sessions

/// Silence that goes on until it is stopped, or for some blocks.
struct Quiet(Option<usize>);

impl Source for Quiet {
    fn rate_hz(&self) -> u32 {
        16_000
    }
    fn channels(&self) -> u16 {
        1
    }
    fn name(&self) -> String {
        "quiet".into()
    }
    fn read(&mut self, out: &mut Vec<f32>, _timeout: Duration) -> Result<Read, AudioError> {
        std::thread::sleep(Duration::from_millis(2));
        out.extend([0.0; 160]);
        self.0 = self.0.map(|left| left.saturating_sub(1));
        Ok(if self.0 == Some(0) { Read::End } else { Read::Audio })
    }
}

fn start(root: &Path, source: Quiet) -> (LiveSession, String) {
    let (header, setup) = header(false);
    let recorder = Recorder::create(root, &header, local_now()).unwrap();
    let id = recorder.id().to_owned();
    let session = LiveSession::start(LiveOptions {
        source: Box::new(source),
        header,
        pack: Arc::clone(&setup.pack),
        transcriber: None,
        cancel: Arc::new(AtomicBool::new(false)),
        text_threads: 1,
        partial_text: false,
        recorder: Some(recorder),
        summarize: Box::new(|timeline| report::document(timeline, "zh")),
        wake: Box::new(|| {}),
    })
    .unwrap();
    (session, id)
}

/// Waits until the session has given `note` back.
fn wait_for(session: &LiveSession, timeline: &mut Timeline, wanted: &Note) {
    while !timeline.notes.contains(wanted) {
        session.take_events().iter().for_each(|event| timeline.apply(event));
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_note_is_in_the_log_before_it_is_shown_and_a_kill_leaves_the_finished_ones() {
    let root = tempfile::tempdir().unwrap();
    let (session, id) = start(root.path(), Quiet(None));
    let mut shown = Timeline::default();
    let log_path = root.path().join("sessions").join(&id).join("events.jsonl");
    let mut written = Vec::new();
    for (seconds, text) in [(0.1, "王先生"), (0.2, "尾号 6688"), (0.3, "周三下午5点前回电")] {
        let one = note(seconds, text);
        session.say(SessionEvent::Noted(one.clone()));
        wait_for(&session, &mut shown, &one);
        written.push(one);
        // What a kill at this moment leaves: the file as it is, and the next line torn.
        let copy = tempfile::tempdir().unwrap();
        let folder = copy.path().join("sessions").join(&id);
        fs::create_dir_all(&folder).unwrap();
        let log = fs::read(&log_path).unwrap();
        let torn = [log.as_slice(), b"{\"type\":\"noted\",\"at\":6400,\"te"].concat();
        fs::write(folder.join("events.jsonl"), torn).unwrap();
        let library = Library::open(copy.path());
        assert_eq!(library.load(&id).unwrap().timeline.notes, written);
        library.recover(&id, &summarize).unwrap();
        let healed = library.load(&id).unwrap();
        assert_eq!((healed.timeline.notes, healed.entry.state), (written.clone(), State::Complete));
        assert_eq!(healed.summary.unwrap()["notes"].as_array().unwrap().len(), written.len());
    }
    session.say(SessionEvent::NoteRemoved { at: at(0.2) });
    session.say(SessionEvent::Noted(note(0.1, "汪先生")));
    session.join();
    let stored = Library::open(root.path()).load(&id).unwrap();
    assert_eq!(stored.timeline.notes, [note(0.1, "汪先生"), note(0.3, "周三下午5点前回电")]);
    assert_eq!(stored.summary, Some(summarize(&stored.timeline)));
    assert!(!root.path().join("sessions").join(&id).join("amended.jsonl").exists());
}

#[test]
fn what_comes_when_the_sound_has_ended_is_in_the_log_or_never_comes_back() {
    for blocks in [1, 2, 5, 20] {
        let root = tempfile::tempdir().unwrap();
        let (session, id) = start(root.path(), Quiet(Some(blocks)));
        let mut given = Vec::new();
        while !session.is_finished() {
            let one = note(given.len() as f64, "记");
            session.say(SessionEvent::Noted(one.clone()));
            given.push(one);
            std::thread::sleep(Duration::from_micros(300));
        }
        let mut shown = Timeline::default();
        session.take_events().iter().for_each(|event| shown.apply(event));
        session.join();
        let stored = Library::open(root.path()).load(&id).unwrap();
        assert_eq!(stored.timeline.notes, shown.notes, "what was shown is on disk, after {blocks} blocks");
        assert_eq!(shown.notes, given[..shown.notes.len()], "in the order in which it was written");
    }
}

// --------------------------------------------------------------------------------------- saved sessions

/// A saved session with two notes.
fn saved(root: &Path) -> (Library, String) {
    let (header, _) = header(false);
    let mut recorder = Recorder::create(root, &header, local_now()).unwrap();
    recorder.audio(&[0.0; 1600]).unwrap();
    for one in [note(0.02, "王先生"), note(0.05, "退费 58.5")] {
        recorder.event(&SessionEvent::Noted(one)).unwrap();
    }
    let id = recorder.id().to_owned();
    let timeline = Timeline { notes: vec![note(0.02, "王先生"), note(0.05, "退费 58.5")], ..Timeline::default() };
    recorder.finish(&summarize(&timeline)).unwrap();
    (Library::open(root), id)
}

fn amend(library: &Library, id: &str, wish: &Amendment) -> Timeline {
    let say = |timeline: &Timeline| amended(timeline, said(timeline, wish));
    library.amend(id, &say, &summarize).unwrap().timeline
}

#[test]
fn notes_of_a_saved_session_are_amended_beside_its_log() {
    let root = tempfile::tempdir().unwrap();
    let (library, id) = saved(root.path());
    let folder = library.folder().join(&id);
    let log = fs::read(folder.join("events.jsonl")).unwrap();
    amend(&library, &id, &noted(0.03, "教员补记"));
    amend(&library, &id, &noted(0.02, "汪先生"));
    let timeline = amend(&library, &id, &Amendment::RemoveNote { at: at(0.05) });
    assert_eq!(timeline.notes, [note(0.02, "汪先生"), note(0.03, "教员补记")]);
    assert_eq!(fs::read(folder.join("events.jsonl")).unwrap(), log, "the log is as it was recorded");
    let stored = library.load(&id).unwrap();
    assert_eq!((&stored.timeline.notes, stored.entry.state), (&timeline.notes, State::Complete));
    assert_eq!(stored.summary, Some(summarize(&timeline)));
    // A line that a kill has torn does not take the others with it.
    let file = OpenOptions::new().write(true).open(folder.join("amended.jsonl")).unwrap();
    file.set_len(file.metadata().unwrap().len() - 4).unwrap();
    library.recover(&id, &summarize).unwrap();
    let expected = [note(0.02, "汪先生"), note(0.03, "教员补记"), note(0.05, "退费 58.5")];
    assert_eq!(library.load(&id).unwrap().timeline.notes, expected);
}

#[test]
fn the_command_line_shows_and_exports_notes_and_deletes_them_with_the_session() {
    let root = tempfile::tempdir().unwrap();
    let (library, id) = saved(root.path());
    let run = |arguments: &[&str]| {
        let mut command = assert_cmd::Command::cargo_bin("voicemirror").expect("the program");
        let output = command.env("VOICEMIRROR_DATA", root.path()).args(arguments).output().expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let shown = run(&["sessions", "show", &id]);
    assert!(shown.contains("笔记 2\n   00:00  王先生\n   00:00  退费 58.5\n"), "{shown}");
    assert!(run(&["--locale", "en", "sessions", "show", &id]).contains("Notes 2"));
    let expected = serde_json::json!([{"at_s": 0.02, "text": "王先生"}, {"at_s": 0.05, "text": "退费 58.5"}]);
    let json: serde_json::Value = serde_json::from_str(&run(&["sessions", "show", &id, "--json", "-"])).unwrap();
    assert_eq!(json["notes"], expected);
    let target = root.path().join("out");
    run(&["sessions", "export", &id, target.to_str().unwrap()]);
    let exported = fs::read_to_string(target.join(format!("{id}.json"))).unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&exported).unwrap()["notes"], expected);
    run(&["sessions", "delete", &id]);
    assert!(!library.folder().join(&id).exists());
}

// --------------------------------------------------------------------------------------- the window's backend

/// Through the backend that the window really uses; without a speech model, so that the session ends at once.
#[cfg(all(feature = "gui", not(feature = "whisper")))]
#[test]
fn what_is_noted_while_the_session_ends_is_saved_with_it() {
    use voicemirror::ui::backend::{Backend, Phase, StartRequest, StartSource};
    use voicemirror::ui::backend_real::RealBackend;

    let root = tempfile::tempdir().unwrap();
    let mut backend = RealBackend::at(Some(root.path().to_owned()), Arc::new(|| {}));
    let wait = |backend: &mut RealBackend, phase: Phase| {
        let begun = std::time::Instant::now();
        while backend.phase() != phase {
            assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", backend.notices());
            backend.poll();
            std::thread::sleep(Duration::from_millis(2));
        }
    };
    let request =
        StartRequest { source: StartSource::Demo, profile_id: "textbook".into(), language: Language::Zh, save: true };
    backend.start(request).unwrap();
    wait(&mut backend, Phase::Live);
    backend.amend(&noted(0.01, "王先生")).unwrap();
    backend.stop();
    backend.amend(&noted(0.02, "尾号 6688")).unwrap();
    wait(&mut backend, Phase::Finished);
    backend.amend(&noted(0.03, "周三回电")).unwrap();
    let expected = [note(0.01, "王先生"), note(0.02, "尾号 6688"), note(0.03, "周三回电")];
    assert_eq!(backend.timeline().notes, expected);
    let id = backend.sessions()[0].id.clone();
    assert_eq!(backend.open_session(&id).unwrap().timeline.notes, expected);
    let timeline = backend.amend_session(&id, &Amendment::RemoveNote { at: at(0.02) }).unwrap();
    assert_eq!(timeline.notes, [note(0.01, "王先生"), note(0.03, "周三回电")]);
    assert_eq!(backend.timeline().notes, timeline.notes, "the session that is still on the screen follows");
}
