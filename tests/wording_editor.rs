//! Wording packs edited in the window and beside it, through the backend that the window really uses.
#![cfg(feature = "gui")]

mod library_kit;

use library_kit::header;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use voicemirror::practice::pack_editor::preview::{Change, PreviewHit, counts};
use voicemirror::practice::pack_editor::{EntryForm, EntryKey, Form, ItemKey, Layer};
use voicemirror::session::event::{HitLevel, Language, SessionEvent};
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

fn key(id: &str) -> ItemKey {
    ItemKey::Entry(EntryKey { id: id.into(), level: HitLevel::Banned })
}

/// An entry as a form; an empty one without a key.
fn entry(backend: &RealBackend, key: Option<&ItemKey>) -> Option<EntryForm> {
    match backend.wording_form(key)? {
        Form::Entry(form) => Some(form),
        other => panic!("no entry: {other:?}"),
    }
}

fn has(backend: &RealBackend, id: &str) -> bool {
    backend.wording().rows.iter().any(|row| row.key.id() == id && !row.off)
}

fn filled(backend: &RealBackend) -> EntryForm {
    let form = entry(backend, None).expect("an empty form");
    EntryForm {
        phrases: "这不归星河管".into(),
        reason: "推给别人。".into(),
        instead: "我帮您联系。\n我来问。".into(),
        hits: "这不归星河管".into(),
        misses: "这归星河管".into(),
        ..form
    }
}

fn save(backend: &mut RealBackend, old: Option<ItemKey>, form: &EntryForm) -> Result<(), String> {
    backend.act_on_wording(WordingAction::Save { old, form: Box::new(Form::Entry(form.clone())) })
}

#[test]
fn a_company_pack_is_edited_here_and_elsewhere_and_never_broken() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let mut backend = open(root);
    assert!(!backend.wording().editable && entry(&backend, None).is_none());
    let bundled = entry(&backend, Some(&key("ban-08"))).expect("bundled");
    assert!(save(&mut backend, None, &bundled).is_err(), "the bundled one is read only");
    backend.act_on_wording(WordingAction::Create("星河公司".into())).expect("made");
    let file = root.join("packs/星河公司.toml");
    assert_eq!(backend.settings().pack.as_deref(), Some("星河公司.toml"));
    assert!(backend.wording().editable && has(&backend, "ban-13"));

    let form = filled(&backend);
    save(&mut backend, None, &form).expect("saved");
    assert!(has(&backend, &form.id));
    assert_eq!(entry(&backend, Some(&key(&form.id))), Some(form.clone()));
    backend.act_on_wording(WordingAction::SwitchOff("ban-13".into())).expect("switched off");
    assert!(!has(&backend, "ban-13"));
    let mut changed = entry(&backend, Some(&key("ban-08"))).expect("there");
    changed.reason = "把客户晾在那里。".into();
    save(&mut backend, Some(key("ban-08")), &changed).expect("saved");
    let layer = |backend: &RealBackend, id: &str| {
        backend.wording().rows.iter().find(|row| row.key == key(id)).map(|row| row.layer)
    };
    assert_eq!(layer(&backend, "ban-08"), Some(Layer::Changed));
    backend.act_on_wording(WordingAction::Delete(key("ban-08"))).expect("restored");
    assert_eq!(layer(&backend, "ban-08"), Some(Layer::Below));

    let good = std::fs::read_to_string(&file).expect("text");
    for (what, bad) in [
        ("a bracket", EntryForm { phrases: "这[不归".into(), ..form.clone() }),
        ("an example that is not found", EntryForm { hits: "今天天气不错".into(), ..form.clone() }),
        ("one that is found wrongly", EntryForm { misses: "这不归星河管".into(), ..form.clone() }),
    ] {
        assert!(save(&mut backend, Some(key(&form.id)), &bad).is_err(), "{what}");
        assert_eq!(entry(&backend, Some(&key(&form.id))), Some(form.clone()), "{what}");
        assert_eq!(std::fs::read_to_string(&file).expect("text"), good, "{what}");
    }

    // A text editor.
    let more = "\n# 小王加的\n[[entry]]\nid = \"own-77\"\nlevel = \"banned\"\nphrases = [\"找小李去\"]\nreason = \"r\"\n\
        suggestion = \"s\"\nhits = [\"找小李去\"]\n";
    std::fs::write(&file, format!("{good}{more}")).expect("written");
    wait(&mut backend, "reloaded", |backend| has(backend, "own-77"));
    assert!(backend.wording().told.as_ref().is_some_and(|told| told.text.contains("别处")));
    let known = backend.wording().generation;
    let broken = format!("{good}{}", more.replace("phrases", "phrase"));
    std::fs::write(&file, &broken).expect("written");
    wait(&mut backend, "noticed", |backend| backend.wording().generation > known);
    assert!(has(&backend, "own-77"), "the last good one stays");
    let line = broken.lines().position(|line| line.starts_with("phrase ")).expect("there") + 1;
    let notice = backend.notices().iter().map(|notice| notice.text.as_str()).collect::<String>();
    let expected = format!("星河公司.toml 第 {line} 行第 1 列：没有“phrase”这个键；是不是想写“phrases”？");
    assert!(notice.contains(&expected), "{notice}");
    assert!(
        save(&mut backend, Some(key(&form.id)), &form).is_err(),
        "what a trainer is in the middle of is not written over"
    );
    assert_eq!(std::fs::read_to_string(&file).expect("text"), broken);

    drop(backend);
    let mut backend = open(root);
    assert_eq!(backend.settings().pack.as_deref(), Some("星河公司.toml"));
    assert!(has(&backend, "own-77") && backend.wording().editable, "the last good one stays beyond a restart");
    assert!(!backend.notices().is_empty());
    std::fs::write(&file, format!("{good}{more}\n")).expect("written");
    wait(&mut backend, "mended", |backend| backend.notices().is_empty());
    let edited = EntryForm { instead: "我来问。".into(), ..form.clone() };
    save(&mut backend, Some(key(&form.id)), &edited).expect("saved");
    assert!(std::fs::read_to_string(&file).expect("text").contains("# 小王加的\n[[entry]]"), "comments stay");

    let request =
        StartRequest { source: StartSource::Demo, profile_id: "textbook".into(), language: Language::Zh, save: false };
    backend.start(request).expect("started");
    wait(&mut backend, "started", |backend| backend.timeline().header.is_some());
    let version = backend.wording().in_force().expect("one is").version;
    let pack = &backend.timeline().header.as_ref().expect("a header").pack;
    assert_eq!((pack.id.as_str(), pack.version), ("星河公司", version), "sessions are listened to with it");
    backend.stop();
    backend.stop();
    wait(&mut backend, "stopped", |backend| !backend.phase().is_running());
    backend.act_on_wording(WordingAction::Use(None)).expect("back to the bundled one");
    assert!(!backend.wording().editable && has(&backend, "ban-13") && !has(&backend, "own-77"));
}

fn keep_session(root: &Path) -> String {
    let mut recorder = Recorder::create(root, &header(), local_now()).expect("a session");
    for segment in
        [spoken("您好，这里是星河公司。这不归星河管的，您去问问银行吧。", 1.0), spoken("这个我不知道。", 20.0)]
    {
        recorder.event(&SessionEvent::Text(segment)).expect("written");
    }
    let id = recorder.id().to_owned();
    recorder.finish(&serde_json::json!({})).expect("kept");
    id
}

fn tried(backend: &mut RealBackend, request: TrialRequest) -> Trial {
    backend.try_wording(request.clone());
    let begun = Instant::now();
    wait(backend, "heard", |backend| backend.trial().is_some_and(|trial| trial.request == request));
    println!("first answer after {:?}", begun.elapsed());
    let whole = |trial: &Trial| trial.request == request && (!trial.mistakes.is_empty() || trial.others.is_some());
    wait(backend, "tried", |backend| backend.trial().is_some_and(whole));
    println!("everything after {:?}", begun.elapsed());
    backend.trial().cloned().expect("one")
}

#[test]
fn an_entry_is_tried_on_a_session_that_was_kept_before_it_is_saved() {
    let folder = tempfile::tempdir().expect("a folder");
    let session = keep_session(folder.path());
    let mut backend = open(folder.path());
    backend.act_on_wording(WordingAction::Create("a".into())).expect("made");
    let form = filled(&backend);
    let request =
        |form: EntryForm| TrialRequest { old: None, form: Some(Form::Entry(form)), session: Some(session.clone()) };
    let trial = tried(&mut backend, request(form.clone()));
    assert!(trial.is_well(), "{trial:?}");
    let hits = |trial: &Trial| -> Vec<PreviewHit> { trial.preview.clone().expect("a preview").expect("read") };
    assert_eq!(counts(&hits(&trial))[..2], [1, 0]);
    let new = hits(&trial).into_iter().find(|hit| hit.change == Change::New).expect("new");
    assert_eq!((new.found.id(), new.found.text().trim_end_matches('的')), ("own-01", "这不归星河管"));
    assert!(new.after.contains("您去问问银行吧"), "{new:?}");

    let trial = tried(&mut backend, request(EntryForm { phrases: "好的\n这[不归".into(), ..form.clone() }));
    assert_eq!(trial.mistakes, ["“要找的说法”第 2 行第 2 个字：这个括号少了配对的“]”"]);
    assert!(!trial.is_well() && trial.preview.is_some(), "what was heard last stays");
    let trial = tried(&mut backend, request(EntryForm { reason: " ".into(), ..form.clone() }));
    assert_eq!(trial.mistakes, ["还没写“为什么不好”"]);
    let trial = tried(&mut backend, request(EntryForm { hits: "谁管".into(), ..form.clone() }));
    assert_eq!(trial.problems, ["“谁管”应该查出，却没有查出"]);

    // A change that reaches too far disturbs the examples of others.
    let mut far = entry(&backend, Some(&key("ban-08"))).expect("there");
    far.phrases = "明白我的意思".into();
    far.hits = "明白我的意思".into();
    (far.misses, far.exceptions) = (String::new(), String::new());
    let request = TrialRequest { old: Some(key(&far.id)), form: Some(Form::Entry(far)), session: Some(session) };
    let trial = tried(&mut backend, request);
    assert_eq!(counts(&hits(&trial))[1], 1, "我不知道 is no longer found: {trial:?}");
}
