//! Speech models in the settings.

use super::pictures::picture;
use super::*;

const NO_SITE_ZH: &str = "下载 ggml-medium-q5_0.bin 失败。https://huggingface.co：10 秒内连不上；https://hf-mirror.com：返回状态 503。\
    请检查网络、换一个下载地址，或用别的办法拿到文件后添加进来。";
const STALLED_EN: &str = "the download of ggml-small-q8_0.bin stands still: nothing came for 30 s, 89.9 of 264.5 MB (34 %) \
    are here; Resume (`voicemirror models get small-q8_0`) goes on from there";

/// One of everything.
fn busy(mut fake: Fake) -> Fake {
    let entries = &mut fake.models.entries;
    entries[0].chosen = false;
    entries[1].chosen = true;
    entries[1].state = ModelState::Here;
    entries[2].state = ModelState::Fetching { share: 0.347, bytes_per_s: 2_140_000.0 };
    entries[3].state = ModelState::Waiting;
    entries[4].state = ModelState::Partial { share: 0.62 };
    fake.models.adding = Some(0.4);
    fake
}

fn failed(mut fake: Fake) -> Fake {
    let english = fake.settings.locale == Locale::En;
    let entries = &mut fake.models.entries;
    entries[1].state = ModelState::Damaged;
    entries[2].state = ModelState::Partial { share: 0.34 };
    entries[2].error = english.then(|| STALLED_EN.into());
    entries[3].error = (!english).then(|| NO_SITE_ZH.into());
    entries.push(ModelEntry {
        id: "ggml-our-own-fine-tuned-model-with-a-long-name-v2.bin".into(),
        size_bytes: 487_601_967,
        note: voicemirror::ui::words::Words::new(fake.settings.locale).tr("models.unknown"),
        bundled: false,
        chosen: false,
        state: ModelState::Here,
        error: None,
    });
    let text = if english {
        "/home/agent/Downloads/ggml-model.bin is no speech model: it does not begin like a whisper model in ggml form; \
         nothing was changed"
    } else {
        "/home/agent/下载/ggml-model.bin 不是语音模型：开头不是 ggml 格式的 whisper 模型。什么都没有改动。"
    };
    fake.models.told = Some(Notice { severity: NoticeSeverity::Bad, text: text.into() });
    fake
}

/// The settings, scrolled to their end.
fn settings(fake: Fake, width: f32, height: f32) -> Window {
    let name = if fake.settings.locale == Locale::En { "Settings" } else { "设置" };
    let mut window = window_of(fake, width, height, None);
    window.get_by_label(name).click();
    window.run();
    window.hover_at(egui::pos2(width / 2.0, height / 2.0));
    window.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: egui::vec2(0.0, -5000.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: egui::Modifiers::NONE,
    });
    window.run_steps(60);
    window.hover_at(egui::pos2(width - 2.0, 2.0));
    window.run();
    window
}

#[test]
fn pictures_of_the_models() {
    picture(&mut settings(Fake::idle(), 1280.0, 800.0), "models_zh_dark");
    picture(&mut settings(english(Fake::idle()), 960.0, 640.0), "models_small_en_light");
    picture(&mut settings(busy(Fake::idle()), 1280.0, 800.0), "models_downloading_zh_dark");
    picture(&mut settings(busy(english(Fake::idle())), 960.0, 640.0), "models_downloading_small_en_light");
    picture(&mut settings(failed(Fake::idle()), 1280.0, 960.0), "models_failed_zh_dark");
    picture(&mut settings(failed(english(Fake::idle())), 960.0, 640.0), "models_failed_small_en_light");
}

#[test]
fn pictures_of_the_models_at_large_text() {
    let mut fake = busy(Fake::idle());
    fake.settings.font_scale = 1.5;
    picture(&mut settings(fake, 960.0, 640.0), "models_scale_150_small_zh_dark");
}

#[test]
fn every_button_of_a_model_asks_for_what_it_says() {
    let fake = busy(english(Fake::idle()));
    let log = Rc::clone(&fake.log);
    let mut window = settings(fake, 1280.0, 900.0);
    for button in ["Use", "Resume"] {
        window.get_by_label(button).click();
        window.run();
    }
    window.get_all_by_label("Pause").next().unwrap().click();
    window.run();
    assert_eq!(log.borrow().asked, [r#"Use("base-q8_0")"#, r#"Get("large-v3-turbo-q5_0")"#, r#"Pause("small-q8_0")"#]);
    log.borrow_mut().asked.clear();
    window.get_all_by_label("Remove model").next().unwrap().click();
    window.run();
    picture(&mut window, "models_ask_remove_en_light");
    window.get_by_label("Keep").click();
    window.run();
    assert_eq!(log.borrow().asked, [""; 0], "asked first");
    window.get_all_by_label("Remove model").next().unwrap().click();
    window.run();
    window.get_by_label("Remove").click();
    window.run();
    assert_eq!(log.borrow().asked, [r#"Remove("small-q5_1")"#]);
}

fn type_into(window: &mut Window, field: &str, text: &str) {
    window.get_by_role_and_label(egui::accesskit::Role::TextInput, field).click();
    window.run();
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    window.event(egui::Event::Text(text.into()));
    window.run();
}

#[test]
fn source_and_mirror_are_kept_when_they_are_addresses() {
    let mut window = settings(english(Fake::idle()), 1280.0, 900.0);
    let models = |window: &Window| window.state().app().backend().settings().models.clone();
    type_into(&mut window, "Fetch from", "models.example.cn/hub/");
    window.key_press(egui::Key::Enter);
    window.run();
    assert_eq!(models(&window).source, "https://models.example.cn/hub");
    type_into(&mut window, "Or else from", "ftp://old");
    window.key_press(egui::Key::Enter);
    window.run();
    assert_eq!(models(&window).mirror, "https://hf-mirror.com", "what is no address is refused");
    window.get_by_label_contains("is no address to fetch models from");
    window.key_press(egui::Key::Escape);
}

#[test]
fn a_path_that_is_typed_and_a_file_that_is_dropped_are_added() {
    #[derive(Debug)]
    struct Dropped(std::path::PathBuf);
    impl egui::DroppedFile for Dropped {
        fn path(&self) -> &std::path::Path {
            &self.0
        }
        fn bytes(&self) -> Result<Vec<u8>, String> {
            Err("nobody reads it here".into())
        }
    }
    let fake = english(Fake::idle());
    let log = Rc::clone(&fake.log);
    let mut window = settings(fake, 1280.0, 900.0);
    type_into(&mut window, "From a file", "/tmp/ggml-a.bin");
    window.get_by_label("Add").click();
    window.run();
    window.input_mut().dropped_files.push(std::sync::Arc::new(Dropped("/tmp/ggml-b.bin".into())));
    window.run();
    assert_eq!(log.borrow().asked, [r#"Add("/tmp/ggml-a.bin")"#, r#"Add("/tmp/ggml-b.bin")"#]);
}
