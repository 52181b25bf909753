//! The page of wording packs.

use super::pictures::picture;
use super::*;
use egui::accesskit::Role;
use std::sync::Arc;
use voicemirror::practice::pack_editor::preview::{Change, Found, PreviewHit};
use voicemirror::practice::pack_editor::{Form, ItemKey, document, fixed_rows, rows};
use voicemirror::wording::Pack;

const COMPANY: &str = r#"id = "galaxy"
version = 7
name = "星河公司"
language = "zh"
extends = "zh-service"
remove = ["ban-13", "E6.ask"]
terms = ["星河卡", "星光宝", "银河白金"]
fillers = ["那啥"]

[[entry]]
id = "own-01"
level = "banned"
phrases = ["[这|那](个)……[不归|不关|不属于][我们|星河]管", "[你|您](们)找(一下)[厂家|银行]去"]
reason = "客户只认星河，推给别人等于没人管。"
suggestion = "这件事我来帮您联系，今天下班前给您回话。"
instead = ["我先记下来，我去问，您不用再打一次。"]
hits = ["这个不归我们管", "您找厂家去"]
misses = ["这个归我们管"]

[[entry]]
id = "ban-08"
level = "banned"
replace = true
phrases = ["(这个)我(真的)不知道"]
reason = "把客户晾在那里。"
suggestion = "我帮您查一下，两分钟。"
hits = ["这个我不知道"]

[[cue]]
id = "E2.greeting"
phrases = ["星河为您服务", "[您好|你好]星河"]
hits = ["星河为您服务", "您好星河"]

[[cue]]
id = "E8.farewell"
replace = true
phrases = ["星河祝您(每天)愉快"]
hits = ["星河祝您愉快"]

[[cue]]
id = "C4.jargon"
phrases = ["星光宝"]
instead = "随时能取的活期理财"
hits = ["您可以放到星光宝里"]
"#;

/// Packs as the window is shown them, without files.
pub struct Desk {
    pub view: WordingView,
    pub trial: Option<Trial>,
    pub scripted: Option<Trial>,
    upper: Option<Pack>,
    below: Pack,
}

impl Desk {
    /// Only what comes with the program.
    pub fn bundled(locale: Locale) -> Self {
        let below = Pack::bundled("zh-service").unwrap().unwrap();
        let line = PackLine {
            file: None,
            name: below.names[locale.code()].clone(),
            over: None,
            version: below.version,
            own: OwnCounts { entries: below.entries.len(), ..OwnCounts::default() },
            above: Vec::new(),
            in_force: true,
            trouble: None,
        };
        let view = WordingView {
            packs: vec![line],
            rows: fixed_rows(&below),
            bundled_id: "zh-service".into(),
            editable: false,
            told: None,
            generation: 1,
        };
        Self { view, trial: None, scripted: None, upper: None, below }
    }

    /// With a company's pack in force and another beside it.
    fn company(locale: Locale) -> Self {
        let mut desk = Self::bundled(locale);
        let upper = Pack::parse(COMPANY, "galaxy.toml").unwrap();
        desk.view.rows = rows(&upper, Some(&desk.below));
        desk.view.editable = true;
        desk.view.packs[0].in_force = false;
        let own = |file: &str, name: &str, in_force, trouble: Option<&str>| PackLine {
            file: Some(file.into()),
            name: name.into(),
            over: Some("zh-service".into()),
            version: upper.version,
            own: OwnCounts {
                entries: upper.entries.len(),
                cues: upper.cues.len(),
                words: upper.terms.len() + upper.fillers.len(),
                off: upper.remove.len(),
            },
            above: Vec::new(),
            in_force,
            trouble: trouble.map(str::to_owned),
        };
        desk.view.packs.push(own("galaxy.toml", &upper.name, true, None));
        desk.view.packs.push(own("old.toml", "old", false, Some("old.toml 第 3 行第 1 列：没有“nam”这个键")));
        desk.upper = Some(upper);
        desk
    }

    pub fn in_language(mut self, locale: Locale) -> Self {
        self.view.packs[0].name = self.below.names[locale.code()].clone();
        self
    }

    pub fn form(&self, key: Option<&ItemKey>) -> Option<Form> {
        Form::of(self.upper.as_ref(), Some(&self.below), key)
    }

    /// What is scripted is the answer, else that all is well and nothing was found.
    pub fn try_form(&mut self, request: TrialRequest) {
        let well = Trial {
            request: TrialRequest::default(),
            generation: 0,
            mistakes: Vec::new(),
            problems: Vec::new(),
            others: Some(Vec::new()),
            preview: request.session.as_ref().map(|_| Ok(Vec::new())),
        };
        let answer = self.scripted.clone().unwrap_or(well);
        self.trial = Some(Trial { request, generation: self.view.generation, ..answer });
    }
}

fn hit(change: Change, rule: &str, start_s: f64, (before, text, after): (&str, &str, &str)) -> PreviewHit {
    let start = SampleTime::from_seconds(start_s);
    let span = voicemirror::time::Span::new(start, SampleTime::from_seconds(start_s + 1.5));
    let hit = Hit { rule: rule.into(), text: text.into(), span, ..script::whole().hits[0].clone() };
    PreviewHit { change, found: Found::Hit(hit), before: before.into(), after: after.into() }
}

fn heard(mistakes: &[&str], problems: &[&str]) -> Trial {
    let hits = vec![
        hit(Change::Kept, "ban-08", 25.2, ("", "这个我不知道", "，这是我们公司的规定。")),
        hit(Change::New, "own-01", 61.0, ("那个充值的事，", "那个不归我们管", "的，您问问别的部门吧。")),
        hit(Change::New, "own-01", 84.4, ("", "您找银行去", "问。")),
        hit(Change::Gone, "own-01", 130.2, ("坏了的话", "找厂家", "会快一些，这是他们的电话。")),
        hit(Change::Kept, "own-01", 171.0, ("", "您找厂家去", "吧。")),
    ];
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    Trial {
        request: TrialRequest::default(),
        generation: 0,
        mistakes: owned(mistakes),
        problems: owned(problems),
        others: Some(Vec::new()),
        preview: Some(Ok(hits)),
    }
}

fn opened(fake: Fake, width: f32, height: f32) -> Window {
    let name = if fake.settings.locale == Locale::En { "Wording" } else { "用语" };
    let mut window = window_of(fake, width, height, None);
    window.get_by_label(name).click();
    window.run();
    window.hover_at(egui::pos2(width - 2.0, 2.0));
    window.run();
    window
}

fn company(locale: Locale) -> Fake {
    let fake = if locale == Locale::En { english(Fake::idle()) } else { Fake::idle() };
    let mut fake = fake.with_sessions();
    fake.wording = Desk::company(locale);
    fake.wording.scripted = Some(heard(&[], &[]));
    fake
}

fn type_into(window: &mut Window, field: &str, text: &str) {
    window.get_by_role_and_label(Role::MultilineTextInput, field).click();
    window.run();
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::End);
    window.event(egui::Event::Text(text.into()));
    window.run();
    window.hover_at(egui::pos2(1.0, 1.0));
    window.run();
}

#[test]
fn pictures_before_there_is_a_company_pack_or_a_session() {
    picture(&mut opened(Fake::idle(), 1280.0, 800.0), "wording_bundled_no_session_zh_dark");
    let fake = english(Fake::idle());
    picture(&mut opened(fake, 960.0, 640.0), "wording_bundled_small_en_light");
}

#[test]
fn pictures_of_an_entry_of_the_companys_own() {
    let mut zh = opened(company(Locale::Zh), 1280.0, 800.0);
    type_into(&mut zh, "要找的说法", "\n[去|找]别家问");
    picture(&mut zh, "wording_edited_zh_dark");
    let mut fake = company(Locale::En);
    fake.wording.view.told = Some(Notice { severity: NoticeSeverity::Info, text: "Saved as version 7".into() });
    picture(&mut opened(fake, 1280.0, 800.0), "wording_saved_en_light");
    picture(&mut opened(company(Locale::En), 960.0, 640.0), "wording_small_en_light");
}

#[test]
fn pictures_of_what_is_wrong() {
    let mut fake = company(Locale::Zh);
    fake.wording.scripted = Some(heard(&["“要找的说法”第 3 行第 1 个字：这个括号少了配对的“]”"], &[]));
    let mut zh = opened(fake, 1280.0, 800.0);
    type_into(&mut zh, "要找的说法", "\n[去|找别家问");
    picture(&mut zh, "wording_invalid_zh_dark");
    let mut fake = company(Locale::En);
    fake.notices.push(Notice {
        severity: NoticeSeverity::Watch,
        text:
            "The file of “星河公司” has a mistake; version 7 stays in use. galaxy.toml, line 12, column 1: unknown key \
               \"phrase\"; did you mean \"phrases\"?"
                .into(),
    });
    fake.wording.view.packs[1].trouble = Some("galaxy.toml, line 12, column 1: unknown key \"phrase\"".into());
    fake.wording.scripted = Some(heard(
        &[],
        &["“您找厂家去” should be found, but is not", "“这个归我们管” should not be found, but “归我们管” is"],
    ));
    let mut en = opened(fake, 1280.0, 800.0);
    type_into(&mut en, "What to look for", "\n找厂家去吧");
    picture(&mut en, "wording_examples_fail_en_light");
}

#[test]
fn pictures_at_large_text() {
    let mut fake = company(Locale::Zh);
    fake.settings.font_scale = 1.5;
    fake.settings.theme = ThemeChoice::Light;
    picture(&mut opened(fake, 1280.0, 800.0), "wording_scale_150_zh_light");
}

#[test]
fn an_entry_is_edited_tried_and_saved() {
    let fake = company(Locale::Zh);
    let log = Rc::clone(&fake.log);
    let mut window = opened(fake, 1280.0, 800.0);
    window.get_by_label("必须查出的例句");
    assert!(window.query_by_label("保存").is_none(), "there is nothing to save yet");
    type_into(&mut window, "要找的说法", "\n[去|找]别家问");
    window.get_by_label("新增 01:01 own-01 那个充值的事，那个不归我们管的，您问问别的部门吧。");
    // What was typed stays while another entry is looked at.
    window.get_by_label("ban-08 我不知道").click();
    window.run();
    window.get_by_label("own-01 这…不归我们管").click();
    window.run();
    window.get_by_label("保存").click();
    window.run();
    let asked = log.borrow().asked.join("\n");
    assert!(asked.starts_with("save Some(\"own-01\")") && asked.contains("\n[去|找]别家问 []"), "{asked}");
    window.get_by_label("放弃修改").click();
    window.run();
    assert!(window.query_by_label("保存").is_none());
}

#[test]
fn what_is_wrong_cannot_be_saved() {
    let mut fake = company(Locale::Zh);
    fake.wording.scripted = Some(heard(&["“要找的说法”第 3 行第 1 个字：这个括号少了配对的“]”"], &[]));
    let log = Rc::clone(&fake.log);
    let mut window = opened(fake, 1280.0, 800.0);
    type_into(&mut window, "要找的说法", "\n[去|找别家问");
    window.get_by_label("“要找的说法”第 3 行第 1 个字：这个括号少了配对的“]”");
    window.get_by_label("改好才能保存；在用的仍是第 7 版");
    window.get_by_label("保存").click();
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::S);
    window.run();
    assert_eq!(log.borrow().asked, [""; 0]);
}

#[test]
fn rules_are_switched_off_and_on_restored_and_deleted() {
    let fake = company(Locale::En);
    let log = Rc::clone(&fake.log);
    let mut window = opened(fake, 1280.0, 1400.0);
    click(&mut window, "Delete");
    click(&mut window, "Keep");
    click(&mut window, "Delete");
    click(&mut window, "Delete");
    window.get_by_label_contains("ban-01 ").click();
    window.run();
    click(&mut window, "Switch off");
    window.get_by_label_contains("ban-13 ").click();
    window.run();
    click(&mut window, "Switch on again");
    let asked = log.borrow().asked.clone();
    assert_eq!(asked.len(), 3, "{asked:?}");
    assert!(asked[0].starts_with("Delete(Entry(EntryKey { id: \"own-01\""));
    assert_eq!(asked[1..], ["SwitchOff(\"ban-01\")", "SwitchOn(\"ban-13\")"]);
}

#[test]
fn a_company_pack_is_made_and_chosen_and_entries_are_searched() {
    let fake = Fake::idle();
    let log = Rc::clone(&fake.log);
    let mut window = opened(fake, 1280.0, 800.0);
    window.get_by_label("自带词库只能看。在左边写上公司名新建一个，就能增、改、停用。");
    window.get_by_role_and_label(Role::TextInput, "公司名称").click();
    window.run();
    window.event(egui::Event::Text("星河".into()));
    window.run();
    window.get_by_label("新建").click();
    window.run();
    window.get_by_role_and_label(Role::TextInput, "搜索").click();
    window.run();
    window.event(egui::Event::Text("ban-08".into()));
    window.run();
    assert_eq!(log.borrow().asked, ["Create(\"星河\")"]);
    assert!(window.query_all_by_label_contains("ban-08 ").count() >= 1);
    assert!(window.query_by_label_contains("ban-01 ").is_none());
    let fake = company(Locale::Zh);
    let log = Rc::clone(&fake.log);
    let mut window = opened(fake, 1280.0, 800.0);
    window.get_by_role_and_label(Role::RadioButton, "客服禁言（普通话）").click();
    window.run();
    assert_eq!(log.borrow().asked, ["Use(None)"]);
}

fn click(window: &mut Window, label: &str) {
    window.get_by_label(label).click();
    window.run();
}

fn search(window: &mut Window, field: &str, text: &str) {
    window.get_by_role_and_label(Role::TextInput, field).click();
    window.run();
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    window.event(egui::Event::Text(text.into()));
    window.run();
}

fn rest(window: &mut Window) {
    window.hover_at(egui::pos2(1.0, 1.0));
    window.run();
}

/// Steps that the pack finds in the session.
fn heard_steps() -> Trial {
    let cue = |change, id: &str, start_s, (before, text, after): (&str, &str, &str)| {
        let start = SampleTime::from_seconds(start_s);
        let span = voicemirror::time::Span::new(start, SampleTime::from_seconds(start_s + 1.5));
        let cue = Cue { id: id.into(), span, ready_at: span.end, text: text.into(), confidence: 0.95 };
        PreviewHit { change, found: Found::Cue(cue), before: before.into(), after: after.into() }
    };
    let hits = vec![
        cue(Change::Kept, "E2.greeting", 1.2, ("", "您好", "，这里是客户服务中心。")),
        cue(Change::New, "E2.greeting", 3.4, ("", "星河为您服务", "，请讲。")),
        cue(Change::Kept, "E3.offer_help", 5.0, ("请问", "有什么可以帮您", "？")),
    ];
    Trial { preview: Some(Ok(hits)), ..heard(&[], &[]) }
}

#[test]
fn pictures_of_steps_and_words() {
    let mut fake = company(Locale::Zh);
    fake.wording.scripted = Some(heard_steps());
    let mut zh = opened(fake, 1280.0, 800.0);
    click(&mut zh, "步骤");
    search(&mut zh, "搜索", "问好");
    click(&mut zh, "E2.greeting 问好");
    type_into(&mut zh, "要找的说法", "\n星河竭诚为您服务");
    picture(&mut zh, "wording_step_edited_zh_dark");
    let mut fake = company(Locale::En);
    fake.wording.scripted = Some(heard_steps());
    let mut en = opened(fake, 1280.0, 800.0);
    click(&mut en, "Steps");
    search(&mut en, "Search", "E8");
    click(&mut en, "E8.farewell Says goodbye");
    rest(&mut en);
    picture(&mut en, "wording_step_replaced_en_light");
    let mut en = opened(company(Locale::En), 960.0, 640.0);
    click(&mut en, "Words");
    rest(&mut en);
    picture(&mut en, "wording_terms_small_en_light");
    let mut fake = company(Locale::Zh);
    fake.wording.scripted = Some(heard(&["第 2 行“我不”带有否定或人称，略过它会改变意思"], &[]));
    let mut zh = opened(fake, 1280.0, 800.0);
    click(&mut zh, "词表");
    click(&mut zh, "fillers 可略过的词");
    type_into(&mut zh, "可略过的词", "\n我不");
    picture(&mut zh, "wording_fillers_invalid_zh_dark");
    let mut zh = opened(Fake::idle().with_sessions(), 1280.0, 800.0);
    click(&mut zh, "步骤");
    click(&mut zh, "C4.jargon 行业术语");
    rest(&mut zh);
    picture(&mut zh, "wording_bundled_steps_zh_dark");
}

#[test]
fn pictures_of_a_pack_being_renamed_and_deleted() {
    let mut zh = opened(company(Locale::Zh), 1280.0, 800.0);
    click(&mut zh, "更多：星河公司");
    picture(&mut zh, "wording_pack_menu_zh_dark");
    click(&mut zh, "删除词库");
    rest(&mut zh);
    picture(&mut zh, "wording_pack_asked_zh_dark");
    let mut en = opened(company(Locale::En), 960.0, 640.0);
    click(&mut en, "More: 星河公司");
    click(&mut en, "Delete the pack");
    rest(&mut en);
    picture(&mut en, "wording_pack_asked_small_en_light");
    let mut en = opened(company(Locale::En), 1280.0, 800.0);
    click(&mut en, "More: 星河公司");
    click(&mut en, "Rename");
    rest(&mut en);
    picture(&mut en, "wording_pack_renamed_en_light");
}

#[test]
fn pictures_of_the_end_of_an_entry() {
    let mut zh = opened(company(Locale::Zh), 1280.0, 1240.0);
    click(&mut zh, "处理问题");
    rest(&mut zh);
    picture(&mut zh, "wording_whole_entry_zh_dark");
}

#[test]
fn packs_are_renamed_and_deleted_after_asking() {
    let fake = company(Locale::Zh);
    let log = Rc::clone(&fake.log);
    let mut window = opened(fake, 1280.0, 800.0);
    assert!(window.query_by_label("更多：客服禁言（普通话）").is_none(), "the bundled one stays as it is");
    click(&mut window, "更多：星河公司");
    click(&mut window, "改名");
    window.get_by_role_and_label(Role::TextInput, "词库名称").click();
    window.run();
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::End);
    window.event(egui::Event::Text("二部".into()));
    window.run();
    click(&mut window, "改名");
    click(&mut window, "更多：星河公司");
    click(&mut window, "删除词库");
    window.get_by_label_contains("条目 2、步骤说法 3、词 4、停用 2");
    click(&mut window, "保留");
    // A file with a mistake can be deleted, and is renamed where it is mended.
    click(&mut window, "更多：old");
    assert!(window.query_by_label("改名").is_none());
    click(&mut window, "删除词库");
    rest(&mut window);
    window.query_all_by_label("删除").next().unwrap().click();
    window.run();
    let asked = log.borrow().asked.clone();
    assert_eq!(asked, ["Rename { file: \"galaxy.toml\", name: \"星河公司二部\" }", "DeletePack(\"old.toml\")"]);
}

#[test]
fn steps_words_and_parts_of_the_call_are_edited() {
    let fake = company(Locale::Zh);
    let log = Rc::clone(&fake.log);
    let mut window = opened(fake, 1280.0, 1240.0);
    click(&mut window, "处理问题");
    click(&mut window, "结束");
    click(&mut window, "保存");
    click(&mut window, "步骤");
    search(&mut window, "搜索", "E2");
    click(&mut window, "E2.greeting 问好");
    click(&mut window, "只算公司的");
    click(&mut window, "保存");
    search(&mut window, "搜索", "E3");
    click(&mut window, "E3.offer_help 问能帮什么");
    click(&mut window, "停用");
    search(&mut window, "搜索", "E6");
    click(&mut window, "E6.ask 问能不能等");
    click(&mut window, "重新启用");
    search(&mut window, "搜索", "t");
    click(&mut window, "词表");
    type_into(&mut window, "识别用词", "\n星河贷");
    click(&mut window, "保存");
    let asked = log.borrow().asked.clone();
    assert_eq!(asked.len(), 5, "{asked:?}");
    assert!(asked[0].ends_with("[Handling, Closing] "), "{}", asked[0]);
    assert!(asked[1].starts_with("save Some(\"E2.greeting\")") && asked[1].ends_with("replace true"), "{}", asked[1]);
    assert_eq!(asked[2..4], ["SwitchOff(\"E3.offer_help\")", "SwitchOn(\"E6.ask\")"]);
    assert_eq!(asked[4], "save Some(\"terms\") 星河卡\n星光宝\n银河白金\n星河贷");
}

#[test]
fn nothing_is_painted_while_nobody_types() {
    assert_eq!(next_picture(&opened(company(Locale::Zh), 1280.0, 800.0)), Duration::MAX);
}

#[test]
fn the_scripted_pack_is_one() {
    let upper = Pack::parse(COMPANY, "galaxy.toml").unwrap();
    let whole = Pack::layered(upper, Pack::bundled("zh-service").unwrap().unwrap()).unwrap();
    let whole = Arc::new(whole);
    let mut checker = voicemirror::wording::Checker::new(&whole);
    for entry in whole.entries.iter().filter(|entry| entry.file == "galaxy.toml") {
        assert_eq!(checker.entry(entry), []);
    }
    for cue in whole.cues.iter().filter(|cue| cue.file == "galaxy.toml") {
        assert_eq!(checker.cue(cue), []);
    }
    assert!(document::switch(COMPANY, "ban-13", false).is_ok());
}
