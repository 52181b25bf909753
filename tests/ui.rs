//! The window, driven and pictured without a display.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test --release --test ui` paints the pictures in `tests/snapshots` anew: look at each.
#![cfg(feature = "ui-tests")]

#[path = "ui/amend.rs"]
mod amend;
#[path = "ui/fake.rs"]
mod fake;
#[path = "ui/models.rs"]
mod models;
#[path = "ui/notes.rs"]
mod notes;
#[path = "ui/pictures.rs"]
mod pictures;
#[path = "ui/script.rs"]
mod script;
#[path = "ui/texts.rs"]
mod texts;
#[path = "ui/wording.rs"]
mod wording;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use fake::Fake;
use std::rc::Rc;
use std::time::Duration;
use voicemirror::session::event::*;
use voicemirror::session::replay::CursorMode;
use voicemirror::session::timeline::Timeline;
use voicemirror::time::SampleTime;
use voicemirror::ui::app::App;
use voicemirror::ui::backend::*;
use voicemirror::ui::command::Page;

type Window = Harness<'static, Stage>;

/// The window, made on the first frame as eframe makes it before the first.
struct Stage {
    parts: Option<(Fake, Option<StartRequest>)>,
    app: Option<App>,
}

impl Stage {
    fn app(&self) -> &App {
        self.app.as_ref().unwrap()
    }

    fn frame(&mut self, ui: &mut egui::Ui) {
        if let Some((fake, auto_start)) = self.parts.take() {
            self.app = Some(App::new(ui.ctx(), Box::new(fake), auto_start));
            ui.ctx().request_repaint();
        } else if let Some(app) = &mut self.app {
            app.take_in(ui.ctx());
            let whole = ui.ctx().content_rect();
            let mut child = ui.new_child(egui::UiBuilder::new().max_rect(whole));
            child.set_clip_rect(whole);
            app.show(&mut child);
        }
    }
}

fn window_of(fake: Fake, width: f32, height: f32, auto_start: Option<StartRequest>) -> Window {
    let stage = Stage { parts: Some((fake, auto_start)), app: None };
    let mut window = Harness::builder()
        .with_size([width, height])
        .with_step_dt(0.05)
        .with_os(egui::os::OperatingSystem::Nix)
        .build_ui_state(|ui, stage: &mut Stage| stage.frame(ui), stage);
    window.run();
    window
}

fn window(fake: Fake) -> Window {
    window_of(fake, 1280.0, 800.0, None)
}

fn english(mut fake: Fake) -> Fake {
    fake.settings.locale = Locale::En;
    fake.models.entries = fake::models(Locale::En);
    fake.wording = fake.wording.in_language(Locale::En);
    fake.settings.theme = ThemeChoice::Light;
    fake
}

fn replay(fake: Fake) -> Window {
    let mut window = window(fake.with_sessions());
    window.get_by_label_contains("Sessions").click();
    window.run();
    window.get_by_label("Open 2026-11-21 15:02").click();
    window.run();
    window
}

#[test]
fn start_is_asked_for_with_what_was_chosen() {
    let mut fake = Fake::idle();
    fake.settings.device = Some("jabra".into());
    fake.settings.profile_id = "everyday-phone".into();
    let log = Rc::clone(&fake.log);
    let mut window = window(fake);
    window.get_by_label("开始").click();
    window.run();
    assert_eq!(log.borrow().asked, [r#"start Microphone(Some("jabra")) everyday-phone zh true"#]);
    window.key_press(egui::Key::Space);
    window.run();
    window.get_by_label("继续").click();
    window.run();
    window.get_by_label("停止").click();
    window.run();
    assert_eq!(log.borrow().asked[1..], ["paused true", "paused false", "stop"]);
}

#[test]
fn an_automatic_start_skips_the_first_run_screen() {
    let mut fake = Fake::idle();
    fake.settings.first_run_done = false;
    let log = Rc::clone(&fake.log);
    let request =
        StartRequest { source: StartSource::Demo, profile_id: "textbook".into(), language: Language::Zh, save: false };
    let window = window_of(fake, 1280.0, 800.0, Some(request));
    assert_eq!(log.borrow().asked, ["start Demo textbook zh false"]);
    assert_eq!(window.state().app().page(), Page::Live);
}

#[test]
fn a_start_that_fails_says_why_until_it_is_dismissed() {
    let mut fake = Fake::idle();
    fake.start_error = Some("麦克风被别的程序占用了；请关掉它再试".into());
    let mut window = window(fake);
    window.get_by_label("开始").click();
    window.run();
    window.get_by_label("麦克风被别的程序占用了；请关掉它再试");
    window.get_by_label("关闭提示").click();
    window.run();
    assert!(window.query_by_label("麦克风被别的程序占用了；请关掉它再试").is_none());
}

#[test]
fn space_plays_and_holds_a_replay() {
    let mut fake = english(Fake::idle());
    fake.changed = false;
    let log = Rc::clone(&fake.log);
    let mut window = replay(fake);
    window.key_press(egui::Key::Space);
    window.run();
    assert!(log.borrow().playing);
    assert_eq!(window.state().app().replay().unwrap().cursor().mode(), CursorMode::Playing);
    log.borrow_mut().position_s = 12.5;
    window.run();
    assert_eq!(window.state().app().replay().unwrap().cursor().position(), SampleTime::from_seconds(12.5));
    window.key_press(egui::Key::Space);
    window.run();
    assert!(!log.borrow().playing);
    assert_eq!(window.state().app().replay().unwrap().cursor().mode(), CursorMode::Paused);
}

#[test]
fn a_click_on_a_word_plays_from_there() {
    let fake = english(Fake::idle());
    let log = Rc::clone(&fake.log);
    let mut window = replay(fake);
    let paragraph = window.get_by_label_contains("您好，这里是").rect();
    // The third character, 这, is said at 2.1 s; 您好， are three characters wide.
    let place = egui::pos2(paragraph.left() + 56.0 + 3.5 * 16.0, paragraph.top() + 14.0);
    window.hover_at(place);
    window.run();
    for pressed in [true, false] {
        window.event(egui::Event::PointerButton {
            pos: place,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: egui::Modifiers::NONE,
        });
    }
    window.run();
    assert_eq!(log.borrow().asked, ["player 2.10"]);
    assert!(log.borrow().playing);
}

#[test]
fn a_click_on_a_flag_plays_from_where_it_was_said() {
    let fake = english(Fake::idle());
    let log = Rc::clone(&fake.log);
    let mut window = replay(fake);
    window.get_by_label("Banned wording 「我不知道」").scroll_to_me();
    window.run();
    window.get_by_label("Banned wording 「我不知道」").click();
    window.run();
    assert_eq!(log.borrow().asked, ["player 25.76"]);
}

#[test]
fn dragging_on_the_ribbon_seeks() {
    let mut window = replay(english(Fake::idle()));
    let ribbon = window.get_by_label("Pitch").rect();
    window.drag_at(ribbon.left_center() + egui::vec2(20.0, 0.0));
    window.run();
    window.hover_at(ribbon.center());
    window.run();
    window.drop_at(ribbon.center());
    window.run();
    let at_s = window.state().app().replay().unwrap().cursor().position().seconds();
    assert!((at_s - 10.0).abs() < 0.3, "the middle of the first 20 s: {at_s}");
}

#[test]
fn the_language_switch_changes_the_labels() {
    let mut window = window(Fake::idle());
    window.get_by_label("开始");
    window.get_by_label("切换语言").click();
    window.run();
    window.get_by_label("Start");
    assert!(window.query_by_label("开始").is_none());
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::L);
    window.run();
    window.get_by_label("开始");
}

#[test]
fn a_cut_off_session_is_repaired_and_a_deleted_one_is_asked_about_first() {
    let fake = Fake::idle().with_sessions();
    let log = Rc::clone(&fake.log);
    let mut window = window(fake);
    window.get_by_label("记录").click();
    window.run();
    window.get_by_label("修复").click();
    window.run();
    assert!(window.query_by_label("修复").is_none());
    window.get_all_by_label("删除").next().unwrap().click();
    window.run();
    window.get_by_label("保留").click();
    window.run();
    assert_eq!(log.borrow().asked, ["recover s4"]);
    window.get_all_by_label("删除").next().unwrap().click();
    window.run();
    window.get_all_by_label("删除").next().unwrap().click();
    window.run();
    assert_eq!(log.borrow().asked, ["recover s4", "delete s4"]);
}

fn next_picture(window: &Window) -> Duration {
    window.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay
}

#[test]
fn nothing_is_painted_while_nothing_happens() {
    assert_eq!(next_picture(&window(Fake::idle())), Duration::MAX, "idle");
    let mut fake = Fake::live(script::live(20.0));
    assert_eq!(next_picture(&window(fake)), Duration::MAX, "live, but nothing has arrived");
    fake = Fake::live(script::live(20.0));
    fake.changed = true;
    let delay = next_picture(&window(fake));
    assert!(delay >= Duration::from_millis(60) && delay <= Duration::from_millis(90), "live: {delay:?}");
    assert_eq!(next_picture(&replay(english(Fake::idle()))), Duration::MAX, "a replay that is held");
}

#[test]
fn the_first_run_screen_is_left_for_good() {
    let mut fake = Fake::idle();
    fake.settings.first_run_done = false;
    let log = Rc::clone(&fake.log);
    let mut window = window(fake);
    assert_eq!(window.state().app().page(), Page::FirstRun);
    window.get_by_label("先跳过").click();
    window.run();
    assert_eq!(window.state().app().page(), Page::Live);
    assert!(window.state().app().backend().settings().first_run_done);
    assert_eq!(log.borrow().asked, ["check None", "stop check"]);
}
