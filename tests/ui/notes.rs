//! The notes pane: typing beside a live session and in a replay.

use super::pictures::picture;
use super::*;
use voicemirror::time::samples;

fn note(at_s: f64, text: &str) -> SessionEvent {
    SessionEvent::Noted(Note { at: SampleTime::from_seconds(at_s), text: text.into() })
}

fn with_notes(mut timeline: Timeline) -> Timeline {
    for event in [note(12.4, "王先生，话费"), note(18.9, "增值业务 3 月开通，想退费"), note(27.2, "尾号 6688")]
    {
        timeline.apply(&event);
    }
    timeline
}

fn english_notes(mut timeline: Timeline) -> Timeline {
    for event in [
        note(12.4, "Mr Wang, last bill"),
        note(18.9, "paid service since March, wants a refund"),
        note(27.2, "ends in 6688"),
    ] {
        timeline.apply(&event);
    }
    timeline
}

fn write(window: &mut Window, text: &str) {
    for piece in text.split_inclusive(' ') {
        // A space is a key as well as a text.
        if piece.ends_with(' ') {
            window.key_press(egui::Key::Space);
        }
        window.event(egui::Event::Text(piece.into()));
        window.run();
    }
}

fn at(seconds: f64) -> String {
    format!("{:?}", SampleTime::from_seconds(seconds))
}

/// Live, 31.6 s old, with the pane open.
fn open(fake: Fake) -> Window {
    let mut window = window(fake);
    window.key_press(egui::Key::F7);
    window.run();
    window
}

#[test]
fn a_line_becomes_a_note_of_the_moment_of_its_first_character() {
    let fake = Fake::live(script::live(31.6));
    let log = Rc::clone(&fake.log);
    let mut window = open(fake);
    write(&mut window, "王");
    let later = SampleTime::from_seconds(34.0);
    log.borrow_mut().coming.push(SessionEvent::Device { at: later, state: DeviceState::Ok, name: "Jabra".into() });
    window.run();
    write(&mut window, "先生 6688");
    window.key_press(egui::Key::Enter);
    window.run();
    write(&mut window, "周三");
    window.key_press(egui::Key::Enter);
    window.run();
    let first = format!("Note {{ at: {}, text: \"王先生 6688\" }}", at(31.6));
    let second = format!("Note {{ at: {}, text: \"周三\" }}", at(34.0));
    assert_eq!(log.borrow().asked, [first, second], "and no key that was typed did anything else");
    window.get_by_label("王先生 6688");
    window.get_by_label("周三");
}

#[test]
fn two_notes_never_have_the_same_moment() {
    let fake = Fake::live(script::live(31.6));
    let log = Rc::clone(&fake.log);
    let mut window = open(fake);
    for text in ["一", "二", "三"] {
        write(&mut window, text);
        window.key_press(egui::Key::Enter);
        window.run();
    }
    let notes = &window.state().app().backend().timeline().notes;
    assert_eq!(notes.iter().map(|note| note.text.as_str()).collect::<Vec<_>>(), ["一", "二", "三"]);
    assert!(notes[2].at - notes[0].at < samples(0.01));
    assert_eq!(log.borrow().asked.len(), 3);
}

#[test]
fn an_unfinished_line_is_saved_when_the_session_stops() {
    let fake = Fake::live(script::live(31.6));
    let log = Rc::clone(&fake.log);
    let mut window = open(fake);
    write(&mut window, "周三回");
    window.get_by_label("停止").click();
    window.run();
    let expected = format!("Note {{ at: {}, text: \"周三回\" }}", at(31.6));
    assert_eq!(log.borrow().asked, [expected, "stop".into()]);
}

#[test]
fn a_line_that_was_begun_stays_while_the_pane_is_closed() {
    let fake = Fake::live(script::live(31.6));
    let log = Rc::clone(&fake.log);
    let mut window = open(fake);
    write(&mut window, "周");
    window.key_press(egui::Key::F7);
    window.run();
    assert!(window.query_by_label("笔记内容").is_none());
    window.key_press(egui::Key::Space);
    window.run();
    assert_eq!(log.borrow().asked, ["paused true"], "the keys are the session's again");
    window.get_by_label("笔记").click();
    window.run();
    write(&mut window, "三");
    window.key_press(egui::Key::Enter);
    window.run();
    assert_eq!(log.borrow().asked[1], format!("Note {{ at: {}, text: \"周三\" }}", at(31.6)));
}

#[test]
fn a_note_can_be_changed_removed_and_put_back() {
    let fake = Fake::live(with_notes(script::live(31.6)));
    let log = Rc::clone(&fake.log);
    let mut window = open(fake);
    window.get_by_label("尾号 6688").click();
    window.run();
    write(&mut window, "9");
    window.key_press(egui::Key::Escape);
    window.run();
    assert_eq!(log.borrow().asked.len(), 0, "Escape leaves it as it was");
    window.get_by_label("尾号 6688").click();
    window.run();
    write(&mut window, "，本人");
    window.key_press(egui::Key::Enter);
    window.run();
    window.get_by_label("删除 王先生，话费").click();
    window.run();
    assert!(window.query_by_label("王先生，话费").is_none());
    picture(&mut window, "live_notes_removed_zh_dark");
    window.get_by_label("撤销 王先生，话费").click();
    window.run();
    window.get_by_label("王先生，话费");
    let moment = |seconds: f64, text: &str| format!("Note {{ at: {}, text: {text:?} }}", at(seconds));
    let removed = format!("RemoveNote {{ at: {} }}", at(12.4));
    assert_eq!(log.borrow().asked, [moment(27.2, "尾号 6688，本人"), removed, moment(12.4, "王先生，话费")]);
}

#[test]
fn in_a_replay_a_note_plays_from_its_moment_and_the_trainer_writes_at_the_cursor() {
    let mut fake = english(Fake::idle());
    fake.saved = english_notes(fake.saved);
    let log = Rc::clone(&fake.log);
    let mut window = replay(fake);
    window.get_by_label("ends in 6688").click();
    window.run();
    assert_eq!(log.borrow().asked, ["player 27.20"]);
    log.borrow_mut().position_s = 28.0;
    window.run();
    picture(&mut window, "replay_notes_en_light");
    window.key_press(egui::Key::Space);
    window.run();
    assert!(!log.borrow().playing);
    window.get_by_label("Note").focus();
    window.run();
    write(&mut window, "ask for the date");
    window.key_press(egui::Key::Escape);
    window.run();
    assert_eq!(window.state().app().page(), Page::Replay, "Escape belongs to what is being typed");
    window.key_press(egui::Key::Escape);
    window.run();
    assert_eq!(window.state().app().page(), Page::Sessions);
    let written = format!("s3 Note {{ at: {}, text: \"ask for the date\" }}", at(28.0));
    assert_eq!(log.borrow().asked[1..], [written], "the line is a note when the replay is left");
}

#[test]
fn pictures_of_the_pane() {
    picture(&mut open(Fake::live(script::live(31.6))), "live_notes_empty_zh_dark");
    let mut fake = Fake::live(with_notes(script::live(31.6)));
    fake.settings.theme = ThemeChoice::Light;
    let mut light = open(fake);
    write(&mut light, "周三下午5点");
    picture(&mut light, "live_notes_zh_light");
    let small = |fake: Fake| {
        let mut window = window_of(fake, 960.0, 640.0, None);
        window.key_press(egui::Key::F7);
        window.run();
        window
    };
    picture(&mut small(Fake::live(with_notes(script::live(31.6)))), "live_notes_small_zh_dark");
    picture(&mut small(english(Fake::live(english_notes(script::live(31.6))))), "live_notes_small_en_light");
    let mut fake = Fake::live(with_notes(script::live(31.6)));
    fake.settings.font_scale = 1.25;
    picture(&mut small(fake), "live_notes_scale_125_small_zh_dark");
    let mut many = with_notes(script::full());
    for second in 0..30 {
        let text = if second % 4 == 0 {
            "客户要求周三下午五点之前回电，电话 13800001234，找王先生本人，不要打座机"
        } else {
            "已核实"
        };
        many.apply(&note(28.0 + f64::from(second) * 0.5, text));
    }
    picture(&mut open(Fake::live(many)), "live_notes_full_zh_dark");
    let mut fake = Fake::live(with_notes(script::whole()));
    fake.phase = Phase::Finished;
    let mut review = window_of(fake, 1280.0, 2000.0, None);
    review.key_press(egui::Key::F7);
    review.run();
    picture(&mut review, "live_notes_review_tall_zh_dark");
}
