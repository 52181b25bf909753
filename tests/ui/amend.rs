//! Saying that a flag does not count, and where a part of the call begins.

use super::pictures::picture;
use super::*;
use voicemirror::practice::dismissals::Kept;

fn dismissal(before: &str, text: &str, after: &str) -> Dismissal {
    let [before, text, after] = [before, text, after].map(str::to_owned);
    Dismissal { rule: "ban-08".into(), phrase: text.clone(), before, text, after }
}

#[test]
fn a_flag_that_does_not_count_leaves_a_line_and_a_way_back() {
    let fake = Fake::live(script::live(31.6));
    let log = Rc::clone(&fake.log);
    let mut window = window(fake);
    window.get_by_label("不算 「我不知道」").click();
    window.run();
    assert_eq!(log.borrow().asked, ["Dismiss { flag: 2 }"]);
    window.get_by_label("「我不知道」 已标为不算");
    assert!(window.query_by_label("不算 「我不知道」").is_none());
    assert_eq!(window.state().app().backend().timeline().flags.len(), 3);
    picture(&mut window, "live_dismissed_zh_dark");
    window.get_by_label("撤销 「我不知道」").click();
    window.run();
    window.get_by_label("不算 「我不知道」");
    assert_eq!(log.borrow().asked.len(), 2);
}

#[test]
fn in_a_replay_the_saved_session_is_amended_and_a_click_on_the_button_does_not_play() {
    let fake = english(Fake::idle());
    let log = Rc::clone(&fake.log);
    let mut window = replay(fake);
    window.get_by_label("Dismiss 「我不知道」").scroll_to_me();
    window.run();
    window.get_by_label("Dismiss 「我不知道」").click();
    window.run();
    assert_eq!(log.borrow().asked, ["s3 Dismiss { flag: 2 }"]);
    picture(&mut window, "replay_dismissed_en_light");
    window.get_by_label("Review").click();
    window.run();
    window.get_by_label("Hints 4");
}

#[test]
fn a_part_of_the_call_begins_where_the_cursor_is() {
    let fake = Fake::idle();
    let log = Rc::clone(&fake.log);
    let mut window = window_of(fake.with_sessions(), 1280.0, 1000.0, None);
    window.get_by_label("记录").click();
    window.run();
    window.get_by_label("打开 2026-11-21 15:02").click();
    window.run();
    window.get_by_label("小结").click();
    window.run();
    let ribbon = window.get_by_label("音高").rect();
    window.drag_at(ribbon.center());
    window.run();
    window.drop_at(ribbon.center());
    window.run();
    window.get_by_label("从光标处开始 结束").scroll_to_me();
    window.run();
    window.get_by_label("从光标处开始 处理问题").click();
    window.run();
    let asked = log.borrow().asked.last().cloned().unwrap_or_default();
    assert!(asked.starts_with("s3 PhaseBegins { phase: Handling, at: Some("), "{asked}");
    window.get_by_label_contains("您设的");
    picture(&mut window, "replay_phases_zh_dark");
    window.get_by_label("自动 处理问题").click();
    window.run();
    assert!(window.query_by_label_contains("您设的").is_none());
}

#[test]
fn a_border_can_be_dragged() {
    let fake = english(Fake::idle());
    let log = Rc::clone(&fake.log);
    let mut window = replay(fake);
    let border = window.get_by_label("Drag to change where “Handling” begins").rect().center();
    window.drag_at(border);
    window.run();
    window.hover_at(border + egui::vec2(60.0, 0.0));
    window.run();
    window.drop_at(border + egui::vec2(60.0, 0.0));
    window.run();
    let asked = log.borrow().asked.last().cloned().unwrap_or_default();
    assert!(asked.starts_with("s3 PhaseBegins { phase: Handling, at: Some("), "{asked}");
}

#[test]
fn the_settings_list_what_is_dismissed_and_restore_it() {
    let mut fake = Fake::idle();
    let at = "2026-11-21T15:02:40+08:00".to_owned();
    fake.dismissals = vec![
        Kept { id: 3, at: at.clone(), dismissal: dismissal("这个", "我不知道", "您收到没有") },
        Kept { id: 4, at, dismissal: dismissal("", "您应该", "已经收到短信了") },
    ];
    let log = Rc::clone(&fake.log);
    let mut window = window(fake);
    window.get_by_label("设置").click();
    window.run();
    window.get_by_label("恢复 您应该已经收到短信了").scroll_to_me();
    window.run();
    picture(&mut window, "settings_dismissals_zh_dark");
    window.get_by_label("恢复 您应该已经收到短信了").click();
    window.run();
    assert_eq!(log.borrow().asked, ["restore 4"]);
    assert!(window.query_by_label("恢复 您应该已经收到短信了").is_none());
}

/// Clicks on 您申请退费, which is only worth knowing, so that it is in no list.
fn click_on_mark(window: &mut Window, chars_before: f32, button: egui::PointerButton) {
    let paragraph = window.get_by_label_contains("先核对开通记录").rect();
    let place = egui::pos2(paragraph.left() + 56.0 + chars_before * 16.0, paragraph.top() + 14.0);
    window.hover_at(place);
    window.run_steps(2);
    for pressed in [true, false] {
        let modifiers = egui::Modifiers::NONE;
        window.event(egui::Event::PointerButton { pos: place, button, pressed, modifiers });
        window.run_steps(2);
    }
    window.run();
}

#[test]
fn what_is_marked_in_the_transcript_alone_can_be_dismissed_there() {
    let fake = Fake::live(script::live(43.0));
    let log = Rc::clone(&fake.log);
    let mut window = window(fake);
    assert!(window.query_by_label("不算 「您申请退费」").is_none(), "it is in no list");
    click_on_mark(&mut window, 21.0, egui::PointerButton::Primary);
    picture(&mut window, "live_mark_zh_dark");
    window.get_by_label("不算").click();
    window.run();
    assert_eq!(log.borrow().asked, ["Dismiss { flag: 5 }"]);
    assert!(window.query_by_label("不算").is_none(), "the small window is closed");
    window.get_by_label("撤销 「您申请退费」").click();
    window.run();
    assert_eq!(log.borrow().asked.len(), 2, "and there is a way back");
}

#[test]
fn in_a_replay_a_right_click_asks_and_a_plain_one_plays() {
    let fake = english(Fake::idle());
    let log = Rc::clone(&fake.log);
    let mut window = replay(fake);
    click_on_mark(&mut window, 21.0, egui::PointerButton::Secondary);
    picture(&mut window, "replay_mark_en_light");
    window.get_by_label("Dismiss").click();
    window.run();
    assert_eq!(log.borrow().asked, ["s3 Dismiss { flag: 5 }"]);
    click_on_mark(&mut window, 16.0, egui::PointerButton::Primary);
    assert!(window.query_by_label("Dismiss").is_none());
    assert!(log.borrow().asked[1].starts_with("player 3"), "{:?}", log.borrow().asked);
}
