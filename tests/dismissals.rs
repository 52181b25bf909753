//! A finding that a person has said does not count: judged away, kept, and taken back; and parts of the call that a
//! person has set. Nothing of it touches what was measured.

mod common;

use common::header;
use std::fs::{self, OpenOptions};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use voicemirror::audio::source::{AudioError, Read, Source};
use voicemirror::engine::judge::{Amendment, amended, rejudge, said};
use voicemirror::engine::live::{LiveOptions, LiveSession};
use voicemirror::engine::pipeline::Pipeline;
use voicemirror::practice::{dismissals, profile, report};
use voicemirror::session::event::*;
use voicemirror::session::library::{Library, State};
use voicemirror::session::recorder::Recorder;
use voicemirror::session::store::{StoreError, local_now};
use voicemirror::session::timeline::Timeline;
use voicemirror::time::{SampleTime, Span};
use voicemirror::wording::{Pack, TypedLine, listen_to_call};

const CALL: &str = "\
您好，我是客服小林，请问有什么可以帮您？
这个我不知道您收到没有。
@ 3
我帮您查一下物流。
这个我不知道。
@ 3
这个我不知到您收到没有。
请问还有什么可以帮您的吗？感谢您的来电，再见。";
/// The sentences of the call that hold the phrase, in the order of their flags.
const SAME: [usize; 2] = [0, 2];

fn pack_with(phases: &str) -> Pack {
    let text = format!(
        "id = \"t\"\nversion = 1\nname = \"T\"\nlanguage = \"zh\"\n\n[[entry]]\nid = \"ban-08\"\nlevel = \"banned\"\n\
         phrases = [\"我不知道\"]\nreason = \"r\"\nsuggestion = \"s\"\n{phases}hits = [\"我不知道\"]\n"
    );
    let own = Pack::parse(&text, "t.toml").expect("a valid pack");
    let bundled = Pack::bundled("zh-service").expect("there").expect("valid");
    // The cues of the bundled pack tell the parts of the call.
    Pack { cues: bundled.cues, ..own }
}

/// The call as a session that was judged, with what had been dismissed before.
fn session(pack: Pack, known: Vec<Dismissal>) -> Vec<SessionEvent> {
    let lines: Vec<TypedLine> = CALL.lines().filter_map(TypedLine::parse).collect();
    let call = listen_to_call(&Arc::new(pack), &lines);
    let (header, _) = header(true);
    let mut events = vec![SessionEvent::Started(Box::new(Header { dismissals: known, ..header }))];
    let end = call.spans.last().expect("lines").end;
    events.extend(call.events);
    events.push(SessionEvent::Ended { at: end, cause: EndCause::EndOfInput });
    rejudge(&events, &profile::load("textbook").expect("a profile"))
}

fn wording(timeline: &Timeline) -> Vec<&Flag> {
    timeline.flags.iter().filter(|flag| flag.rule == "ban-08").collect()
}

fn change(timeline: &Timeline, wish: &Amendment) -> Vec<SessionEvent> {
    amended(timeline, said(timeline, wish))
}

fn applied(mut timeline: Timeline, events: &[SessionEvent]) -> Timeline {
    events.iter().for_each(|event| timeline.apply(event));
    timeline
}

fn dismissal_of(events: &[SessionEvent]) -> Dismissal {
    let found = events.iter().find_map(|event| match event {
        SessionEvent::Dismissed(dismissal) => Some(dismissal.clone()),
        _ => None,
    });
    found.expect("a dismissal")
}

/// The session, and its first flag's dismissal.
fn dismissed() -> (Timeline, Vec<SessionEvent>) {
    let timeline = Timeline::of(&session(pack_with(""), Vec::new()));
    assert_eq!(wording(&timeline).len(), 3, "{:?}", timeline.hits);
    let events = change(&timeline, &Amendment::Dismiss { flag: wording(&timeline)[0].id });
    (timeline, events)
}

#[test]
fn what_is_dismissed_does_not_count_there_nor_where_the_same_is_said() {
    let (before, events) = dismissed();
    let ids: Vec<u32> = wording(&before).iter().map(|flag| flag.id).collect();
    let after = applied(before.clone(), &events);
    let aside: Vec<(u32, Aside)> = after.aside.iter().map(|(flag, why)| (flag.id, *why)).collect();
    assert_eq!(aside, SAME.map(|place| (ids[place], Aside::Dismissed)), "这个我不知道 alone is another sentence");
    assert_eq!(wording(&after).len(), 1);
    assert_eq!(after.hits, before.hits, "it stays a measurement");
    let (first, then) = (report::document(&before, "zh"), report::document(&after, "zh"));
    assert_eq!(
        (first["dismissed"].as_array().map(Vec::len), then["dismissed"].as_array().map(Vec::len)),
        (Some(0), Some(2))
    );
    assert_eq!(
        then["dismissed"][0],
        first["flags"][first["flags"].as_array().unwrap().iter().position(|flag| flag["rule"] == "ban-08").unwrap()]
    );
    assert!(then["score"]["total"].as_f64() > first["score"]["total"].as_f64(), "the score follows");
    let flag = &then["dismissed"][0];
    assert_eq!(
        (&flag["by"], &flag["phrase"], &flag["confidence"]),
        (&"characters".into(), &"我不知道".into(), &1.0.into())
    );
    // Every one of them is restored by taking back the one dismissal.
    let restored = change(&after, &Amendment::Restore { flag: ids[2] });
    assert_eq!(applied(after, &restored), before);
}

#[test]
fn what_was_dismissed_before_is_never_shown_again() {
    let (before, events) = dismissed();
    let known = dismissal_of(&events);
    assert_eq!(known.clause(), "这个我不知道您收到没有");
    let later = session(pack_with(""), vec![known]);
    let mut timeline = Timeline::default();
    for event in &later {
        timeline.apply(event);
        assert!(timeline.flags.iter().all(|flag| flag.text != "我不知道" || flag.span != wording(&before)[0].span));
    }
    assert_eq!(wording(&timeline).len(), 1);
    assert!(timeline.aside.iter().all(|(_, why)| *why == Aside::DismissedBefore));
    assert_eq!(timeline.hits, before.hits);
    // It can be taken back in the session as well.
    let restored = change(&timeline, &Amendment::Restore { flag: timeline.aside[0].0.id });
    assert_eq!(wording(&applied(timeline, &restored)).len(), 3);
}

#[test]
fn judging_again_keeps_what_a_person_has_said() {
    let (before, said) = dismissed();
    let events = [session(pack_with(""), Vec::new()), said].concat();
    let same = rejudge(&events, &profile::load("textbook").expect("a profile"));
    let after = Timeline::of(&same);
    assert_eq!(after, Timeline::of(&events));
    assert_ne!(after.flags, before.flags);
    let everyday = Timeline::of(&rejudge(&events, &profile::load("everyday-phone").expect("a profile")));
    assert_eq!(wording(&everyday).len(), 1);
}

#[test]
fn text_that_shows_early_is_not_marked_where_it_was_dismissed() {
    let known = dismissal_of(&dismissed().1);
    let (plain, _) = header(true);
    let shown = |dismissals: Vec<Dismissal>, text: &str| {
        let mut events = Vec::new();
        let header = Header { dismissals, ..plain.clone() };
        let mut pipeline = Pipeline::new(header, Arc::new(pack_with("")), &mut events);
        pipeline.push(&[0.0; 32_000], &mut events);
        let at = |index: usize| SampleTime(index as u64 * 3_200);
        let word =
            |(index, c): (usize, char)| Word { span: Span::new(at(index), at(index + 1)), text: c.into(), p: 1.0 };
        let words: Vec<Word> = text.chars().enumerate().map(word).collect();
        pipeline.glance(Span::new(SampleTime::ZERO, at(words.len())), words, SampleTime(32_000), &mut events);
        events.iter().any(|event| matches!(event, SessionEvent::Provisional { hits } if !hits.is_empty()))
    };
    assert!(shown(Vec::new(), "这个我不知道"));
    assert!(!shown(vec![known.clone()], "这个我不知道"), "it may still become the same sentence");
    assert!(!shown(vec![known.clone()], "这个我不知道您收到没有"));
    assert!(shown(vec![known], "这个我不知道怎么办"));
}

#[test]
fn a_sentence_that_goes_on_otherwise_is_flagged_after_all() {
    let known = dismissal_of(&dismissed().1);
    let (header, _) = header(true);
    let at = |index: usize| SampleTime(16_000 + index as u64 * 3_200);
    let text = |from: usize, text: &str| {
        let word =
            |(i, c): (usize, char)| Word { span: Span::new(at(from + i), at(from + i + 1)), text: c.into(), p: 1.0 };
        let words: Vec<Word> = text.chars().enumerate().map(word).collect();
        let span = Span::new(at(from), at(from + words.len()));
        SessionEvent::Text(TextSegment { span, words, language: Language::Zh, ready_at: span.end })
    };
    let timeline = Timeline::of(&session(pack_with(""), Vec::new()));
    let hit = Hit { span: Span::new(at(2), at(6)), ..timeline.hits[0].clone() };
    let begun = [
        SessionEvent::Started(Box::new(Header { dismissals: vec![known], ..header })),
        text(0, "这个我不知道"),
        SessionEvent::Hit(hit),
    ];
    let profile = profile::load("textbook").expect("a profile");
    let flags = |more: &[SessionEvent]| rejudge(begun.iter().chain(more), &profile);
    assert_eq!(Timeline::of(&flags(&[])).flags, [], "so far it may be the same");
    assert_eq!(Timeline::of(&flags(&[text(6, "您收到没有")])).flags, []);
    assert_eq!(Timeline::of(&flags(&[text(6, "怎么办")])).flags.len(), 1);
    let silence = |start: usize| SessionEvent::Silence { start: at(start), at: at(start) + 16_000 };
    assert_eq!(Timeline::of(&flags(&[silence(6)])).flags.len(), 1, "it was over, and was another");
    assert_eq!(Timeline::of(&flags(&[silence(30)])).flags, [], "its text is not all there yet");
}

#[test]
fn an_entry_counts_in_its_parts_of_the_call_only() {
    let flagged = |phases: &str| wording(&Timeline::of(&session(pack_with(phases), Vec::new()))).len();
    assert_eq!(flagged(""), 3);
    assert_eq!(flagged("phases = [\"opening\", \"closing\"]\n"), 0);
    assert_eq!(flagged("phases = [\"enquiry\", \"handling\"]\n"), 3);
    // By a person's word the call begins to close at the second sentence.
    let timeline = Timeline::of(&session(pack_with("phases = [\"closing\"]\n"), Vec::new()));
    assert!(timeline.aside.iter().all(|(_, why)| *why == Aside::OtherPhase) && timeline.aside.len() == 3);
    assert_eq!(report::document(&timeline, "zh")["dismissed"].as_array().map(Vec::len), Some(0));
    let at = timeline.aside[1].0.span.start;
    let begins = change(&timeline, &Amendment::PhaseBegins { phase: CallPhase::Closing, at: Some(at) });
    let set = applied(timeline.clone(), &begins);
    assert_eq!(wording(&set).len(), 2);
    let phases = &report::document(&set, "zh")["pace"]["phases"];
    let own = phases.as_array().unwrap().iter().find(|phase| phase["id"] == "closing").unwrap();
    assert_eq!(own["own"], true);
    let back = change(&set, &Amendment::PhaseBegins { phase: CallPhase::Closing, at: None });
    assert_eq!(applied(set, &back), timeline);
}

// --------------------------------------------------------------------------------------- saved sessions

fn summarize(timeline: &Timeline) -> serde_json::Value {
    report::document(timeline, "zh")
}

/// Saves the call; returns the library and the session's id.
fn saved(root: &Path) -> (Library, String) {
    let events = session(pack_with(""), Vec::new());
    let Some(SessionEvent::Started(header)) = events.first() else { panic!("a header") };
    let mut recorder = Recorder::create(root, header, local_now()).unwrap();
    recorder.audio(&[0.0; 1600]).unwrap();
    events.iter().for_each(|event| recorder.event(event).unwrap());
    let id = recorder.id().to_owned();
    recorder.finish(&summarize(&Timeline::of(&events))).unwrap();
    (Library::open(root), id)
}

fn dismiss_first(library: &Library, id: &str) -> Timeline {
    let say = |timeline: &Timeline| change(timeline, &Amendment::Dismiss { flag: wording(timeline)[0].id });
    library.amend(id, &say, &summarize).unwrap().timeline
}

#[test]
fn a_saved_session_keeps_it_beside_its_log() {
    let root = tempfile::tempdir().unwrap();
    let (library, id) = saved(root.path());
    let folder = library.folder().join(&id);
    let log = fs::read(folder.join("events.jsonl")).unwrap();
    let count = |library: &Library| {
        library
            .get(&id)
            .unwrap()
            .flag_counts
            .iter()
            .find(|(kind, _)| *kind == FlagKind::BannedWording)
            .map(|(_, count)| *count)
    };
    assert_eq!(count(&library), Some(3));
    let score = library.get(&id).unwrap().score;
    let timeline = dismiss_first(&library, &id);
    assert_eq!(fs::read(folder.join("events.jsonl")).unwrap(), log, "the log is as it was recorded");
    let stored = library.load(&id).unwrap();
    assert_eq!((stored.timeline.clone(), stored.entry.state.clone()), (timeline.clone(), State::Complete));
    assert_eq!(stored.summary, Some(summarize(&timeline)));
    assert_eq!(count(&library), Some(1), "the list follows");
    assert!(library.get(&id).unwrap().score > score);
    let say = |timeline: &Timeline| change(timeline, &Amendment::Restore { flag: timeline.aside[0].0.id });
    let restored = library.amend(&id, &say, &summarize).unwrap();
    assert_eq!((count(&library), wording(&restored.timeline).len()), (Some(3), 3));
}

#[test]
fn a_kill_at_any_moment_loses_nothing_that_was_there() {
    let root = tempfile::tempdir().unwrap();
    let (library, id) = saved(root.path());
    let folder = library.folder().join(&id);
    let (before, summary) = (library.load(&id).unwrap(), fs::read(folder.join("summary.json")).unwrap());
    dismiss_first(&library, &id);
    let whole = fs::read(folder.join("amended.jsonl")).unwrap();
    for cut in (0..=whole.len()).step_by(7).chain([whole.len()]) {
        // Killed while the lines were being written, or before the summary was.
        fs::write(folder.join("amended.jsonl"), &whole[..cut]).unwrap();
        fs::write(folder.join("summary.json"), &summary).unwrap();
        let stored = library.load(&id).unwrap();
        assert_eq!(stored.timeline.hits, before.timeline.hits, "cut at {cut}");
        assert_eq!(stored.entry.state, if cut == 0 { State::Complete } else { State::CutOff }, "cut at {cut}");
        library.recover_all(&summarize).unwrap();
        let healed = library.load(&id).unwrap();
        assert_eq!(healed.entry.state, State::Complete, "cut at {cut}");
        assert_eq!(healed.summary, Some(summarize(&healed.timeline)), "cut at {cut}");
        // What is said next stands on a line of its own.
        let again = dismiss_first(&library, &id);
        assert_eq!(library.load(&id).unwrap().timeline, again, "cut at {cut}");
    }
}

#[test]
fn a_session_that_is_being_written_is_left_alone() {
    let root = tempfile::tempdir().unwrap();
    let (header, _) = header(true);
    let recorder = Recorder::create(root.path(), &header, local_now()).unwrap();
    let library = Library::open(root.path());
    let refused = library.amend(recorder.id(), &|_| panic!("not asked"), &summarize).unwrap_err();
    assert!(matches!(refused, StoreError::Running { .. }));
}

#[test]
fn what_is_said_about_a_session_that_was_cut_off_is_there_after_its_recovery() {
    let root = tempfile::tempdir().unwrap();
    let (library, id) = saved(root.path());
    let folder = library.folder().join(&id);
    fs::remove_file(folder.join("summary.json")).unwrap();
    let log = fs::read_to_string(folder.join("events.jsonl")).unwrap();
    let kept: String = log.lines().filter(|line| !line.contains("\"ended\"")).map(|line| format!("{line}\n")).collect();
    OpenOptions::new().write(true).open(folder.join("events.jsonl")).unwrap().set_len(0).unwrap();
    fs::write(folder.join("events.jsonl"), kept).unwrap();
    assert_eq!(wording(&dismiss_first(&library, &id)).len(), 1);
    assert_eq!(library.get(&id).unwrap().state, State::CutOff);
    library.recover(&id, &summarize).unwrap();
    let stored = library.load(&id).unwrap();
    assert_eq!((stored.entry.state, wording(&stored.timeline).len()), (State::Complete, 1));
}

// --------------------------------------------------------------------------------------- live sessions

/// Silence for a while, at no particular speed.
struct Quiet(usize);

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
    fn read(&mut self, out: &mut Vec<f32>, _timeout: std::time::Duration) -> Result<Read, AudioError> {
        std::thread::sleep(std::time::Duration::from_millis(2));
        out.extend([0.0; 160]);
        self.0 = self.0.saturating_sub(1);
        Ok(if self.0 == 0 { Read::End } else { Read::Audio })
    }
}

#[test]
fn what_is_said_during_a_session_is_in_its_log() {
    let root = tempfile::tempdir().unwrap();
    let known = dismissal_of(&dismissed().1);
    let (header, setup) = header(false);
    let recorder = Recorder::create(root.path(), &header, local_now()).unwrap();
    let id = recorder.id().to_owned();
    let session = LiveSession::start(LiveOptions {
        source: Box::new(Quiet(200)),
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
    session.say(SessionEvent::Dismissed(known.clone()));
    session.say(SessionEvent::PhaseBegins { phase: CallPhase::Closing, at: Some(SampleTime(9)) });
    while !session.is_finished() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    session.join();
    let stored = Library::open(root.path()).load(&id).unwrap();
    assert_eq!(stored.timeline.dismissals, [known]);
    assert_eq!(stored.timeline.own_phases.start_of(CallPhase::Closing), Some(SampleTime(9)));
    assert!(!root.path().join("sessions").join(&id).join("amended.jsonl").exists());
}

// --------------------------------------------------------------------------------------- the command line

fn run(root: &Path, arguments: &[&str], code: i32) -> String {
    let mut command = assert_cmd::Command::cargo_bin("voicemirror").expect("the program");
    let output = command.env("VOICEMIRROR_DATA", root).args(arguments).output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(output.status.code(), Some(code), "{}", text(&output.stderr));
    text(&output.stdout) + &text(&output.stderr)
}

#[test]
fn the_command_line_lists_and_restores() {
    let root = tempfile::tempdir().unwrap();
    assert!(run(root.path(), &["dismissals"], 0).contains("没有标为"));
    dismissals::add(root.path(), &dismissal_of(&dismissed().1)).unwrap();
    let listed = run(root.path(), &["dismissals", "list"], 0);
    assert!(listed.starts_with("   1  ") && listed.contains("这个「我不知道」您收到没有"), "{listed}");
    assert!(run(root.path(), &["dismissals", "restore", "7"], 2).contains("no dismissal 7"));
    assert!(run(root.path(), &["--locale", "en", "dismissals", "restore", "1"], 0).contains("这个我不知道您收到没有"));
    assert!(run(root.path(), &["dismissals"], 0).contains("没有标为"));
    fs::write(root.path().join("dismissals.json"), "damaged").unwrap();
    let told = run(root.path(), &["--locale", "en", "dismissals"], 0);
    assert!(told.contains("dismissals.damaged-1.json"), "{told}");
    fs::write(root.path().join("dismissals.json"), "damaged again").unwrap();
    let told = run(root.path(), &["--locale", "en", "dismissals", "restore", "1"], 2);
    assert!(told.contains("dismissals.damaged-2.json") && told.contains("no dismissal 1"), "{told}");
    let (library, id) = saved(root.path());
    dismiss_first(&library, &id);
    let shown: serde_json::Value =
        serde_json::from_str(&run(root.path(), &["sessions", "show", &id, "--json", "-"], 0)).unwrap();
    assert_eq!(shown["dismissed"].as_array().map(Vec::len), Some(2));
}
