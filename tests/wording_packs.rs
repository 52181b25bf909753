//! Company packs as a whole, their cues and their word lists, through the backend that the window really uses.
#![cfg(feature = "gui")]

mod library_kit;

use library_kit::header;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use voicemirror::practice::pack_editor::preview::{Change, counts};
use voicemirror::practice::pack_editor::{CueForm, CueKey, EntryForm, Form, ItemKey, Layer, WordList, WordsForm};
use voicemirror::session::event::{Language, SessionEvent};
use voicemirror::session::library::Library;
use voicemirror::session::recorder::Recorder;
use voicemirror::session::store::local_now;
use voicemirror::ui::backend::*;
use voicemirror::ui::backend_real::RealBackend;
use voicemirror::wording::spoken;

fn open(root: &Path) -> RealBackend {
    RealBackend::at(Some(root.to_owned()), Arc::new(|| {}))
}

/// Polls as the window does until `wanted` holds.
fn wait(backend: &mut RealBackend, what: &str, wanted: impl Fn(&RealBackend) -> bool) {
    let begun = Instant::now();
    loop {
        backend.poll();
        if wanted(backend) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}: {:?}", backend.wording().told);
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn act(backend: &mut RealBackend, action: WordingAction) {
    backend.act_on_wording(action).expect("done");
}

fn company(root: &Path) -> RealBackend {
    let mut backend = open(root);
    act(&mut backend, WordingAction::Create("星河".into()));
    backend
}

fn told(backend: &RealBackend) -> String {
    backend.wording().told.as_ref().map(|told| told.text.clone()).unwrap_or_default()
}

fn cue(backend: &RealBackend, id: &str, place: Option<usize>) -> CueForm {
    match backend.wording_form(Some(&ItemKey::Cue(CueKey { id: id.into(), place }))) {
        Some(Form::Cue(form)) => form,
        other => panic!("no cue {id}: {other:?}"),
    }
}

fn words(backend: &RealBackend, list: WordList) -> WordsForm {
    match backend.wording_form(Some(&ItemKey::Words(list))) {
        Some(Form::Words(form)) => form,
        other => panic!("no words: {other:?}"),
    }
}

fn save(backend: &mut RealBackend, form: Form) -> Result<(), String> {
    let old = Some(form.key());
    backend.act_on_wording(WordingAction::Save { old, form: Box::new(form) })
}

fn layers(backend: &RealBackend, id: &str) -> Vec<(Layer, bool)> {
    let rows = backend.wording().rows.iter().filter(|row| row.key.id() == id);
    rows.map(|row| (row.layer, row.off)).collect()
}

fn keep_session(root: &Path) -> String {
    let mut recorder = Recorder::create(root, &header(), local_now()).expect("a session");
    let said = ["您好，星河为您服务。", "我帮您放到星光宝里，那啥其实很划算。"];
    for (index, text) in said.into_iter().enumerate() {
        recorder.event(&SessionEvent::Text(spoken(text, 20.0 * index as f64 + 1.0))).expect("written");
    }
    let id = recorder.id().to_owned();
    recorder.finish(&serde_json::json!({})).expect("kept");
    id
}

fn tried(backend: &mut RealBackend, form: Form, session: Option<String>) -> Trial {
    let request = TrialRequest { old: Some(form.key()), form: Some(form), session };
    backend.try_wording(request.clone());
    let whole = |trial: &Trial| trial.request == request && (!trial.mistakes.is_empty() || trial.others.is_some());
    wait(backend, "tried", |backend| backend.trial().is_some_and(whole));
    backend.trial().cloned().expect("one")
}

#[test]
fn a_pack_is_renamed_and_what_else_was_written_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut backend = company(folder.path());
    let file = folder.path().join("packs/星河.toml");
    let text = std::fs::read_to_string(&file).expect("text");
    std::fs::write(&file, format!("# 小王维护\n{text}")).expect("written");
    let rename = |name: &str| WordingAction::Rename { file: "星河.toml".into(), name: name.into() };
    act(&mut backend, rename("星河集团"));
    let pack = backend.wording().in_force().expect("one").clone();
    assert_eq!((pack.name.as_str(), pack.file.as_deref(), pack.version), ("星河集团", Some("星河.toml"), 2));
    assert!(std::fs::read_to_string(&file).expect("text").starts_with("# 小王维护\nid = \"星河\"\n"));
    assert!(told(&backend).contains("星河集团"));
    // One that is not in use, too; a broken one is left alone.
    act(&mut backend, WordingAction::Use(None));
    act(&mut backend, rename("星河"));
    assert!(backend.wording().packs.iter().any(|pack| pack.name == "星河"));
    std::fs::write(&file, "id = ").expect("written");
    assert!(backend.act_on_wording(rename("别的")).is_err());
    assert_eq!(std::fs::read_to_string(&file).expect("text"), "id = ");
}

#[test]
fn a_deleted_pack_is_put_aside_and_the_bundled_one_takes_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let mut backend = company(root);
    let terms = WordsForm { own: "星河卡".into(), ..words(&backend, WordList::Terms) };
    save(&mut backend, Form::Words(terms)).expect("saved");
    let file = root.join("packs/星河.toml");
    let text = std::fs::read_to_string(&file).expect("text");
    // One that another lies over stays.
    let over = root.join("packs/over.toml");
    std::fs::write(&over, text.replace("\"zh-service\"", "\"星河.toml\"").replace("id = \"星河\"", "id = \"over\""))
        .expect("written");
    let delete = || WordingAction::DeletePack("星河.toml".into());
    let refused = backend.act_on_wording(delete()).expect_err("it carries another");
    assert!(refused.contains("over.toml") && file.exists(), "{refused}");
    std::fs::remove_file(&over).expect("removed");

    act(&mut backend, delete());
    assert!(!file.exists());
    let aside = root.join("packs/deleted/星河.toml");
    assert_eq!(std::fs::read_to_string(&aside).expect("kept"), text);
    assert_eq!(backend.settings().pack, None);
    assert!(backend.wording().in_force().is_some_and(|pack| pack.file.is_none()));
    assert!(backend.notices().is_empty() && told(&backend).contains("packs/deleted/星河.toml"));
    // It comes back as it was.
    std::fs::copy(&aside, &file).expect("put back");
    wait(&mut backend, "seen", |backend| backend.wording().packs.len() == 2);
    act(&mut backend, WordingAction::Use(Some("星河.toml".into())));
    assert_eq!(words(&backend, WordList::Terms).own, "星河卡");
    // A broken one can be deleted as well, and leaves no last good one behind.
    std::fs::write(&file, "id = ").expect("written");
    wait(&mut backend, "noticed", |backend| !backend.notices().is_empty());
    act(&mut backend, delete());
    assert!(backend.notices().is_empty(), "{:?}", backend.notices());
    assert!(root.join("packs/deleted/星河-2.toml").exists() && aside.exists());
    drop(backend);
    assert!(open(root).wording().in_force().is_some_and(|pack| pack.file.is_none()));
}

#[test]
fn cues_are_added_to_replaced_switched_off_and_tried_on_a_session() {
    let folder = tempfile::tempdir().expect("a folder");
    let session = keep_session(folder.path());
    let mut backend = company(folder.path());
    let greeting = cue(&backend, "E2.greeting", None);
    assert!(greeting.is_empty() && greeting.inherited.len() > 1);
    let greeting = CueForm { phrases: "星河为您服务".into(), hits: "星河为您服务".into(), ..greeting };
    let trial = tried(&mut backend, Form::Cue(greeting.clone()), Some(session.clone()));
    assert!(trial.is_well(), "{trial:?}");
    let hits = trial.preview.expect("a preview").expect("read");
    assert_eq!(counts(&hits)[..2], [1, 0], "{hits:?}");
    assert!(hits.iter().any(|hit| hit.change == Change::New && hit.found.text().contains("星河为您服务")));

    for (bad, reason) in [
        (CueForm { phrases: " ".into(), ..greeting.clone() }, "还没写“要找的说法”"),
        (CueForm { phrases: "星河\n好[的".into(), ..greeting.clone() }, "第 2 行第 2 个字"),
    ] {
        let trial = tried(&mut backend, Form::Cue(bad.clone()), None);
        assert!(trial.mistakes.iter().any(|mistake| mistake.contains(reason)), "{:?}", trial.mistakes);
        assert!(save(&mut backend, Form::Cue(bad)).is_err());
    }
    let bad = CueForm { hits: "今天天气不错".into(), ..greeting.clone() };
    assert_eq!(tried(&mut backend, Form::Cue(bad.clone()), None).problems, ["“今天天气不错”应该查出，却没有查出"]);
    assert!(save(&mut backend, Form::Cue(bad)).is_err());
    assert_eq!(layers(&backend, "E2.greeting"), [(Layer::Below, false)], "nothing wrong was saved");

    save(&mut backend, Form::Cue(greeting.clone())).expect("saved");
    assert_eq!(layers(&backend, "E2.greeting"), [(Layer::Own, false)]);
    assert_eq!(cue(&backend, "E2.greeting", Some(0)), greeting);
    let replacing = CueForm { replace: true, ..greeting };
    save(&mut backend, Form::Cue(replacing.clone())).expect("saved");
    assert_eq!(layers(&backend, "E2.greeting"), [(Layer::Changed, false)]);
    let trial = tried(&mut backend, Form::Cue(CueForm { replace: false, ..replacing }), Some(session.clone()));
    assert_eq!(counts(&trial.preview.expect("one").expect("read"))[0], 1, "您好 counts again");
    act(&mut backend, WordingAction::Delete(ItemKey::Cue(CueKey { id: "E2.greeting".into(), place: Some(0) })));
    assert_eq!(layers(&backend, "E2.greeting"), [(Layer::Below, false)]);
    act(&mut backend, WordingAction::SwitchOff("E2.greeting".into()));
    assert_eq!(layers(&backend, "E2.greeting"), [(Layer::Below, true)]);

    // Words that customers do not know come one by one, each with a plain one.
    for (place, word) in ["星光宝", "银河白金"].into_iter().enumerate() {
        let empty = cue(&backend, "C4.jargon", None);
        assert_eq!(empty.place, place);
        let jargon = CueForm { phrases: word.into(), hits: word.into(), ..empty };
        assert_eq!(tried(&mut backend, Form::Cue(jargon.clone()), None).mistakes, ["还没写“应该怎么说”"]);
        save(&mut backend, Form::Cue(CueForm { instead: "活期理财".into(), ..jargon })).expect("saved");
    }
    assert_eq!(layers(&backend, "C4.jargon"), [(Layer::Own, false), (Layer::Own, false), (Layer::Below, false)]);
}

#[test]
fn word_lists_are_checked_while_they_are_typed_and_kept_as_they_were_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let session = keep_session(folder.path());
    let mut backend = company(folder.path());
    let fillers = words(&backend, WordList::Fillers);
    assert!(fillers.own.is_empty() && fillers.inherited.contains(&"就".to_owned()));
    let of = |own: &str| Form::Words(WordsForm { own: own.into(), ..fillers.clone() });
    for (own, reason) in [("我不", "第 1 行“我不”"), ("那啥\n那啥", "写了两次"), ("……", "念出来")]
    {
        let mistakes = tried(&mut backend, of(own), None).mistakes;
        assert!(mistakes.iter().any(|mistake| mistake.contains(reason)), "{mistakes:?}");
        assert!(save(&mut backend, of(own)).is_err(), "{own}");
    }
    let trial = tried(&mut backend, of("那啥"), Some(session));
    assert!(trial.is_well(), "{trial:?}");
    save(&mut backend, of("那啥")).expect("saved");
    assert_eq!(words(&backend, WordList::Fillers).own, "那啥", "as it is written, not taken apart");
    let terms = WordsForm { own: "星河卡\n星光宝".into(), ..words(&backend, WordList::Terms) };
    save(&mut backend, Form::Words(terms.clone())).expect("saved");
    assert_eq!(words(&backend, WordList::Terms), terms);
    assert_eq!(layers(&backend, "terms"), [(Layer::Own, false)]);
    let text = std::fs::read_to_string(folder.path().join("packs/星河.toml")).expect("text");
    assert!(text.contains("terms = [\"星河卡\", \"星光宝\"]\n") && text.contains("fillers = [\"那啥\"]\n"), "{text}");
}

#[test]
fn a_session_that_is_going_on_follows_the_pack_and_its_log_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut backend = company(folder.path());
    let request =
        StartRequest { source: StartSource::Demo, profile_id: "textbook".into(), language: Language::Zh, save: true };
    backend.start(request).expect("started");
    wait(&mut backend, "started", |backend| backend.timeline().header.is_some());
    let Some(Form::Entry(form)) = backend.wording_form(None) else { panic!("an empty form") };
    let form = EntryForm {
        phrases: "这不归星河管".into(),
        reason: "推给别人。".into(),
        instead: "我帮您联系。".into(),
        hits: "这不归星河管".into(),
        ..form
    };
    backend.act_on_wording(WordingAction::Save { old: None, form: Box::new(Form::Entry(form)) }).expect("saved");
    assert!(told(&backend).contains("从现在说的话起"), "{}", told(&backend));
    wait(&mut backend, "followed", |backend| backend.timeline().pack_changes.len() == 1);
    act(&mut backend, WordingAction::DeletePack("星河.toml".into()));
    wait(&mut backend, "followed", |backend| backend.timeline().pack_changes.len() == 2);
    backend.stop();
    wait(&mut backend, "stopped", |backend| !backend.phase().is_running());
    let library = Library::open(folder.path());
    let stored = library.load(&library.resolve("last").expect("kept")).expect("read");
    assert_eq!(stored.timeline.pack_changes, backend.timeline().pack_changes);
    let packs: Vec<_> = stored.timeline.pack_changes.iter().map(|(_, pack)| (pack.id.as_str(), pack.version)).collect();
    let bundled = backend.wording().in_force().expect("the bundled one").version;
    assert_eq!(packs, [("星河", 2), ("zh-service", bundled)]);
    assert_eq!(stored.timeline.header.expect("a header").pack.id, "星河");
    // After the end nothing follows any more.
    act(&mut backend, WordingAction::Create("另一个".into()));
    backend.poll();
    assert_eq!(backend.timeline().pack_changes.len(), 2);
}
