//! Pictures of every state, compared with `tests/snapshots`.

use super::*;
use egui_kittest::SnapshotOptions;

pub fn picture(window: &mut Window, name: &str) {
    // Another version of the software renderer shades edges of glyphs a little differently; a moved line or another
    // colour is far beyond both numbers.
    let options = SnapshotOptions::new().threshold(1.5).max_failed_pixels(60);
    let result = window.try_snapshot_options(name, &options);
    assert!(result.is_ok(), "{}", result.unwrap_err());
}

fn light(mut fake: Fake) -> Fake {
    fake.settings.theme = ThemeChoice::Light;
    fake
}

#[test]
fn live_zh_dark() {
    picture(&mut window(Fake::live(script::live(31.6))), "live_zh_dark");
}

#[test]
fn live_en_light() {
    picture(&mut window(english(Fake::live(script::live(24.4)))), "live_en_light");
}

#[test]
fn live_all_is_well() {
    picture(&mut window(light(Fake::live(script::live(15.9)))), "live_all_is_well_zh_light");
}

#[test]
fn live_at_the_smallest_size() {
    picture(&mut window_of(Fake::live(script::live(31.6)), 960.0, 640.0, None), "live_small_zh_dark");
    picture(&mut window_of(english(Fake::live(script::live(31.6))), 960.0, 640.0, None), "live_small_en_light");
}

#[test]
fn live_at_large_text() {
    let mut fake = Fake::live(script::live(31.6));
    fake.settings.font_scale = 1.25;
    picture(&mut window(fake), "live_scale_125_zh_dark");
    let mut fake = english(Fake::live(script::live(31.6)));
    fake.settings.font_scale = 1.25;
    picture(&mut window_of(fake, 960.0, 640.0, None), "live_scale_125_small_en_light");
}

#[test]
fn live_with_far_too_much_of_everything() {
    picture(&mut window(Fake::live(script::full())), "live_full_zh_dark");
}

#[test]
fn a_pin_tells_what_why_and_what_instead() {
    let mut window = window(Fake::live(script::live(31.6)));
    let pins = window.get_all_by_label("禁言 说了“这是我们公司的规定”");
    let pin = pins.min_by_key(|node| node.rect().top() as i32).unwrap().rect();
    window.hover_at(pin.center());
    window.run_steps(12);
    window.get_by_label("把责任推给规定，客户听到的是拒绝。");
    picture(&mut window, "live_pin_tooltip_zh_dark");
}

#[test]
fn a_step_tells_what_it_asks_for_and_which_words_took_it() {
    let mut late = window(Fake::live(script::live(31.6)));
    let step = late.get_by_label("称呼客户 还没做全").rect();
    late.hover_at(step.center());
    late.run_steps(12);
    late.get_by_label_contains("「王先生」");
    picture(&mut late, "live_step_tooltip_zh_dark");
    let early = window(Fake::live(script::live(6.0)));
    early.get_by_label("问候报名 还没做全");
    early.get_by_label("主动帮忙 还没做");
}

#[test]
fn the_review_names_missing_steps_and_the_mix_of_questions() {
    for (fake, name) in [
        (english(Fake::live(script::whole())), "live_review_tall_en_light"),
        (Fake::live(script::whole()), "live_review_tall_zh_dark"),
    ] {
        let mut fake = fake;
        fake.phase = Phase::Finished;
        picture(&mut window_of(fake, 1280.0, 1800.0, None), name);
    }
}

#[test]
fn what_is_only_worth_knowing_is_told_when_it_is_pointed_at() {
    let mut window = replay(english(Fake::idle()));
    assert!(window.query_by_label_contains("您申请退费」").is_none(), "it is no hint");
    let paragraph = window.get_by_label_contains("先核对开通记录").rect();
    // 您申请退费 stands behind 您应该 → 建议您 先核对开通记录，然后我帮.
    window.hover_at(egui::pos2(paragraph.left() + 56.0 + 21.0 * 16.0, paragraph.top() + 14.0));
    window.run_steps(12);
    window.get_by_label("方案后面没有问客户的意见。");
}

#[test]
fn a_banned_phrase_shows_before_its_text_is_settled_and_is_withdrawn_when_it_was_none() {
    let mut timeline = script::live(24.4);
    let hit = Hit { text: "这个业务".into(), ..timeline_hit() };
    timeline.apply(&SessionEvent::Provisional { hits: vec![hit.clone()] });
    picture(&mut window(english(Fake::live(timeline.clone()))), "live_provisional_en_light");
    timeline.apply(&SessionEvent::Provisional { hits: Vec::new() });
    timeline.apply(&SessionEvent::Withdrawn { hit, at: timeline.position });
    let window = window(Fake::live(timeline));
    assert_eq!(window.state().app().backend().timeline().provisional, []);
    picture(&mut { window }, "live_withdrawn_zh_dark");
}

fn timeline_hit() -> Hit {
    script::whole().hits[0].clone()
}

#[test]
fn live_paused_and_finished() {
    let mut fake = Fake::live(script::live(20.0));
    fake.phase = Phase::Paused;
    picture(&mut window(fake), "live_paused_zh_dark");
    let mut fake = light(Fake::live(script::whole()));
    fake.phase = Phase::Finished;
    picture(&mut window(fake), "live_finished_zh_light");
}

#[test]
fn idle() {
    picture(&mut window(Fake::idle()), "idle_zh_dark");
    picture(&mut window(english(Fake::idle())), "idle_en_light");
}

#[test]
fn first_run() {
    let mut fake = Fake::idle();
    fake.settings.first_run_done = false;
    fake.level_db = -60.0;
    picture(&mut window(fake), "first_run_zh_dark");
    let mut fake = english(Fake::idle());
    fake.settings.first_run_done = false;
    fake.level_db = -18.0;
    let mut heard = window_of(fake, 960.0, 640.0, None);
    heard.run_steps(12);
    picture(&mut heard, "first_run_heard_en_light");
}

#[test]
fn first_run_where_nothing_works() {
    let mut fake = light(Fake::idle());
    fake.settings.first_run_done = false;
    fake.devices.clear();
    fake.check_error = Some("没有找到麦克风；请插好麦克风，或在系统声音设置里打开它".into());
    fake.model = ModelStatus::Failed {
        sentence: "模型文件 models/ggml-base-q8_0.bin 不完整（校验和不对）；请重新安装，或用 --model 指定另一个".into(),
    };
    picture(&mut window(fake), "first_run_errors_zh_light");
}

#[test]
fn sessions() {
    let mut list = window(Fake::idle().with_sessions());
    list.get_by_label("记录").click();
    list.run();
    picture(&mut list, "sessions_zh_dark");
    let mut list = window_of(english(Fake::idle().with_sessions()), 960.0, 640.0, None);
    list.get_by_label("Sessions").click();
    list.run();
    picture(&mut list, "sessions_small_en_light");
    list.get_all_by_label("Delete").next().unwrap().click();
    list.run();
    picture(&mut list, "sessions_ask_delete_en_light");
    let mut list = window(light(Fake::idle()));
    list.get_by_label("记录").click();
    list.run();
    picture(&mut list, "sessions_empty_zh_light");
}

#[test]
fn replay_pictures() {
    let mut light = replay(english(Fake::idle()));
    picture(&mut light, "replay_en_light");
    let mut dark = window(Fake::idle().with_sessions());
    dark.get_by_label("记录").click();
    dark.run();
    dark.get_by_label("打开 2026-11-21 15:02").click();
    dark.run();
    dark.get_by_label("禁言 「这是我们公司的规定」").scroll_to_me();
    dark.run();
    dark.get_by_label("禁言 「这是我们公司的规定」").click();
    dark.run();
    picture(&mut dark, "replay_playing_zh_dark");
}

#[test]
fn replay_without_a_loudspeaker() {
    let mut fake = english(Fake::idle());
    fake.speaker = false;
    let mut window = replay(fake);
    window.key_press(egui::Key::Space);
    window.run_steps(30);
    let at = window.state().app().replay().unwrap().cursor().position();
    assert!(at > SampleTime::from_seconds(1.0), "the clock moves the cursor: {at:?}");
    assert!(window.state().app().replay().unwrap().silent().is_some());
    window.key_press(egui::Key::Space);
    window.run();
    picture(&mut window, "replay_silent_en_light");
}

#[test]
fn settings_page() {
    let mut zh = window(Fake::idle());
    zh.get_by_label("设置").click();
    zh.run();
    picture(&mut zh, "settings_zh_dark");
    let mut en = window_of(english(Fake::idle()), 960.0, 640.0, None);
    en.get_by_label("Settings").click();
    en.run();
    picture(&mut en, "settings_small_en_light");
}

#[test]
fn error_states() {
    let mut fake = Fake::live(script::live(31.6));
    fake.timeline.apply(&SessionEvent::Device {
        at: SampleTime::from_seconds(31.6),
        state: DeviceState::Lost,
        name: "Jabra Evolve2 40".into(),
    });
    fake.model = ModelStatus::Failed {
        sentence: "模型文件 models/ggml-base-q8_0.bin 不完整（校验和不对），请重新安装。".into(),
    };
    fake.notices.push(Notice {
        severity: NoticeSeverity::Bad,
        text: "磁盘已满：/home/agent 只剩 12 MB，录音已停止保存；腾出空间后会自动继续。".into(),
    });
    picture(&mut window(fake), "errors_zh_dark");
    let mut fake = english(Fake::live(Timeline::of(&script::events(3.0)[..2])));
    fake.timeline.apply(&SessionEvent::Device {
        at: SampleTime::from_seconds(3.0),
        state: DeviceState::Silent,
        name: "Jabra Evolve2 40".into(),
    });
    picture(&mut window_of(fake, 960.0, 640.0, None), "digital_silence_small_en_light");
}

#[test]
fn supervisor_window() {
    for (fake, name) in [
        (Fake::live(script::live(31.6)), "supervisor_zh_dark"),
        (english(Fake::live(script::live(24.4))), "supervisor_en_light"),
    ] {
        let words = voicemirror::ui::words::Words::new(fake.settings.locale);
        let theme = if fake.settings.theme == ThemeChoice::Light { egui::Theme::Light } else { egui::Theme::Dark };
        let mut installed = false;
        let mut harness = Harness::builder().with_size([1280.0, 800.0]).with_theme(theme).build_ui(move |ui| {
            if !installed {
                voicemirror::ui::theme::install(ui.ctx());
                installed = true;
                return;
            }
            let mut figures = voicemirror::ui::figures::Figures::default();
            let now = fake.timeline.position;
            figures.update(&fake.timeline, now, false);
            let view = voicemirror::ui::scene::View::ending_at(now);
            let scene = voicemirror::ui::scene::Scene {
                timeline: &fake.timeline,
                now,
                figures: &figures,
                words,
                view,
                replay: false,
                amendable: true,
                empty: false,
                writes: true,
            };
            let bar = voicemirror::ui::bar::Bar {
                phase: fake.phase,
                model: &fake.model,
                devices: &fake.devices,
                device: None,
                level_db: fake.level_db,
                level_held_db: fake.level_db,
                demo: false,
                kept: true,
                read_only: true,
            };
            let whole = ui.ctx().content_rect();
            let mut child = ui.new_child(egui::UiBuilder::new().max_rect(whole));
            child.set_clip_rect(whole);
            voicemirror::ui::supervisor::supervisor_ui(&mut child, &scene, &bar, &mut []);
        });
        harness.run_steps(3);
        let options = SnapshotOptions::new().threshold(1.5).max_failed_pixels(60);
        let result = harness.try_snapshot_options(name, &options);
        assert!(result.is_ok(), "{}", result.unwrap_err());
        let buttons = harness.get_all_by_role(egui::accesskit::Role::Button).count();
        let pins =
            harness.get_all_by_role(egui::accesskit::Role::Button).filter(|node| node.rect().width() <= 21.0).count();
        assert_eq!(buttons, pins, "a supervisor can look at flags and do nothing else");
    }
}
