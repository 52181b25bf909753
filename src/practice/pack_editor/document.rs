//! Changes to the text of a company's pack. What was written by hand, comments and order too, stays as it is; only what
//! differs is written anew, and the version is raised by one.

use super::{CueForm, CueKey, EntryForm, EntryKey, Form, ItemKey, lines};
use crate::session::event::{HitLevel, Language, Severity};
use crate::wording::{CallPhase, Pack, PackError, Place};
use toml_edit::{Array, ArrayOfTables, Decor, DocumentMut, Item, Table, Value, value};

/// A list gets a line for each item when it would be longer than this in one, characters.
const LONG_LIST: usize = 80;

/// The text of a new pack over a bundled one.
pub fn new_pack(id: &str, name: &str, language: Language, extends: &str) -> String {
    let mut document = DocumentMut::new();
    document["id"] = value(id);
    document["version"] = value(1);
    document["name"] = value(name);
    document["language"] = value(language.code());
    document["extends"] = value(extends);
    document.to_string()
}

/// Puts what is in `form` into the pack: in the place of `old` where the pack has that, else behind the last of its
/// kind. `replace` says that an entry takes the place of the same one in the pack below.
///
/// # Errors
/// [`PackError::Syntax`] when `text` is no TOML.
pub fn put(text: &str, old: Option<&ItemKey>, form: &Form, replace: bool) -> Result<String, PackError> {
    match form {
        Form::Entry(form) => {
            let old = old.and_then(|old| if let ItemKey::Entry(key) = old { Some(key) } else { None });
            edit(text, |document| {
                with_tables(document, "entry", |tables| {
                    let place = old.and_then(|old| position(tables, old));
                    at(tables, place, |table| fill(table, form, replace));
                });
            })
        }
        Form::Cue(form) => edit(text, |document| {
            with_tables(document, "cue", |tables| {
                let place = cue_position(tables, &form.key());
                at(tables, place, |table| fill_cue(table, form));
            });
        }),
        Form::Words(form) => edit(text, |document| {
            set_list(document.as_table_mut(), form.list.name(), &lines(&form.own));
        }),
    }
}

/// Takes something out of the pack; what is below counts again.
///
/// # Errors
/// [`PackError::Syntax`] when `text` is no TOML.
pub fn delete(text: &str, key: &ItemKey) -> Result<String, PackError> {
    let take = |tables: &mut ArrayOfTables, place: Option<usize>| {
        if let Some(place) = place {
            tables.remove(place);
        }
    };
    edit(text, |document| match key {
        ItemKey::Entry(key) => with_tables(document, "entry", |tables| take(tables, position(tables, key))),
        ItemKey::Cue(key) => with_tables(document, "cue", |tables| take(tables, cue_position(tables, key))),
        ItemKey::Words(list) => set_list(document.as_table_mut(), list.name(), &[]),
    })
}

/// Gives the pack another name for people; its id stays.
///
/// # Errors
/// [`PackError::Syntax`] when `text` is no TOML.
pub fn rename(text: &str, name: &str) -> Result<String, PackError> {
    edit(text, |document| set_text(document.as_table_mut(), "name", name.trim()))
}

/// Switches a rule of the pack below off or on.
///
/// # Errors
/// [`PackError::Syntax`] when `text` is no TOML.
pub fn switch(text: &str, rule: &str, off: bool) -> Result<String, PackError> {
    edit(text, |document| {
        let known = document.get("remove").and_then(Item::as_array).map(texts).unwrap_or_default();
        let others = known.iter().filter(|known| *known != rule).cloned();
        let wanted: Vec<String> = others.chain(off.then(|| rule.to_owned())).collect();
        set_list(document.as_table_mut(), "remove", &wanted);
    })
}

fn edit(text: &str, change: impl FnOnce(&mut DocumentMut)) -> Result<String, PackError> {
    let (mark, plain) = text.strip_prefix('\u{feff}').map_or(("", text), |rest| ("\u{feff}", rest));
    let windows = plain.contains("\r\n");
    let mut document: DocumentMut = plain.replace("\r\n", "\n").parse().map_err(|error| no_toml(text, &error))?;
    change(&mut document);
    if let Some(version) = document.get("version").and_then(Item::as_integer) {
        set(document.as_table_mut(), "version", version.saturating_add(1).into());
    }
    let edited = document.to_string();
    Ok(format!("{mark}{}", if windows { edited.replace('\n', "\r\n") } else { edited }))
}

fn no_toml(text: &str, error: &toml_edit::TomlError) -> PackError {
    // The reader of packs says it with line and column.
    Pack::parse(text, "").err().unwrap_or_else(|| PackError::Syntax {
        place: Place { file: String::new(), line: 1, column: 1 },
        message: error.message().to_owned(),
    })
}

/// Works on the entries or cues, whichever way they are written.
fn with_tables(document: &mut DocumentMut, kind: &str, work: impl FnOnce(&mut ArrayOfTables)) {
    let item = document.entry(kind).or_insert(Item::None);
    let mut list = std::mem::take(item).into_array_of_tables().unwrap_or_default();
    work(&mut list);
    *item = Item::ArrayOfTables(list);
}

/// Works on the table at `place`, on a new one behind the last where there is none.
fn at(list: &mut ArrayOfTables, place: Option<usize>, work: impl FnOnce(&mut Table)) {
    let place = place.filter(|place| *place < list.len()).unwrap_or_else(|| {
        let mut table = Table::new();
        table.decor_mut().set_prefix("\n");
        list.push(table);
        list.len() - 1
    });
    if let Some(table) = list.get_mut(place) {
        work(table);
    }
}

/// Where the company's block for a cue stands.
fn cue_position(list: &ArrayOfTables, key: &CueKey) -> Option<usize> {
    let same = |table: &Table| table.get("id").and_then(Item::as_str).is_some_and(|id| id.trim() == key.id);
    list.iter().enumerate().filter(|(_, table)| same(table)).nth(key.place?).map(|(place, _)| place)
}

fn position(list: &ArrayOfTables, key: &EntryKey) -> Option<usize> {
    let is = |table: &Table, name: &str, wanted: &str| {
        table.get(name).and_then(Item::as_str).is_some_and(|text| text.trim() == wanted)
    };
    list.iter().position(|table| is(table, "id", &key.id) && is(table, "level", level_name(key.level)))
}

fn fill(table: &mut Table, form: &EntryForm, replace: bool) {
    let mut advice = lines(&form.instead).into_iter();
    let usual = if form.level == HitLevel::Banned { Severity::Bad } else { Severity::Watch };
    let phases: Vec<String> = form.phases.iter().map(|phase| phase_name(*phase).to_owned()).collect();
    set_text(table, "id", &form.id);
    set_text(table, "level", level_name(form.level));
    if form.severity != usual || table.contains_key("severity") {
        set_text(table, "severity", form.severity.name());
    }
    set_or_leave(table, "category", form.category.trim());
    if replace != flag(table, "replace") {
        set(table, "replace", replace.into());
    }
    set_list(table, "phrases", &lines(&form.phrases));
    set_list(table, "exceptions", &lines(&form.exceptions));
    set_list(table, "phases", &phases);
    set_text(table, "reason", form.reason.trim());
    set_text(table, "suggestion", &advice.next().unwrap_or_default());
    set_list(table, "instead", &advice.collect::<Vec<_>>());
    set_list(table, "hits", &lines(&form.hits));
    set_list(table, "misses", &lines(&form.misses));
}

fn fill_cue(table: &mut Table, form: &CueForm) {
    set_text(table, "id", &form.id);
    if form.replace != flag(table, "replace") {
        set(table, "replace", form.replace.into());
    }
    set_list(table, "phrases", &lines(&form.phrases));
    set_list(table, "exceptions", &lines(&form.exceptions));
    set_or_leave(table, "instead", form.instead.trim());
    set_list(table, "hits", &lines(&form.hits));
    set_list(table, "misses", &lines(&form.misses));
}

/// Sets a text; one that says nothing is not written.
fn set_or_leave(table: &mut Table, key: &str, text: &str) {
    if text.is_empty() {
        table.remove(key);
    } else {
        set_text(table, key, text);
    }
}

fn flag(table: &Table, key: &str) -> bool {
    table.get(key).and_then(Item::as_bool).unwrap_or(false)
}

fn set_text(table: &mut Table, key: &str, text: &str) {
    // In the form a text has no breaks: one that differs in nothing else is the same.
    let same = |known: &str| known.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    if table.get(key).and_then(Item::as_str).is_none_or(|known| same(known) != text || known.is_empty()) {
        set(table, key, text.into());
    }
}

/// Sets a value; what stands around it stays.
fn set(table: &mut Table, key: &str, mut new: Value) {
    let decor: Option<Decor> = table.get(key).and_then(Item::as_value).map(|old| old.decor().clone());
    if let Some(decor) = decor {
        *new.decor_mut() = decor;
    }
    match table.get_mut(key) {
        Some(item) => *item = Item::Value(new),
        None => drop(table.insert(key, Item::Value(new))),
    }
}

fn texts(list: &Array) -> Vec<String> {
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// An item of a list with what is written around it.
struct Written {
    value: Value,
    /// Its line break, comments above it, indentation.
    before: String,
    /// The comment behind it on the same line.
    behind: String,
}

/// The items of a list. What follows a comma on the same line belongs to the item before the comma.
fn written(list: &Array) -> Vec<Written> {
    let mut items: Vec<Written> = Vec::new();
    for value in list.iter() {
        let prefix = value.decor().prefix().and_then(|prefix| prefix.as_str()).unwrap_or_default();
        let (line, before) = prefix.split_at(prefix.find('\n').unwrap_or(0));
        if let Some(last) = items.last_mut() {
            last.behind = line.to_owned();
        }
        items.push(Written { value: value.clone(), before: before.to_owned(), behind: String::new() });
    }
    let trailing = list.trailing().as_str().unwrap_or_default();
    if let (Some(last), Some(end)) = (items.last_mut(), trailing.find('\n')) {
        last.behind = trailing[..end].to_owned();
    }
    items
}

/// Sets a list; items that stay keep their comments. An empty list is not written where there was none.
fn set_list(table: &mut Table, key: &str, wanted: &[String]) {
    let old = table.get(key).and_then(Item::as_array).cloned();
    let known = old.as_ref().map(texts);
    let plain = |texts: &[String]| texts.iter().map(|text| text.trim().to_owned()).collect::<Vec<_>>();
    if known.as_deref().map_or(wanted.is_empty(), |known| plain(known) == plain(wanted)) {
        return;
    }
    if wanted.is_empty() {
        table.remove(key);
        return;
    }
    let old = old.as_ref().map(written).unwrap_or_default();
    let length: usize = wanted.iter().map(|text| text.chars().count() + 4).sum();
    let many_lines = old.iter().any(|item| item.before.contains('\n')) || length > LONG_LIST;
    let mut list = Array::new();
    let mut behind = "";
    for (index, text) in wanted.iter().enumerate() {
        let kept = old.iter().find(|item| item.value.as_str().is_some_and(|known| known.trim() == text));
        let mut value = kept.map_or_else(|| Value::from(text.as_str()), |kept| kept.value.clone());
        let before = match kept.map(|kept| kept.before.as_str()).filter(|before| !before.is_empty()) {
            _ if !many_lines && index == 0 => "",
            _ if !many_lines => " ",
            Some(before) => before,
            None => "\n  ",
        };
        *value.decor_mut() = Decor::new(format!("{behind}{before}"), "");
        behind = kept.map_or("", |kept| kept.behind.as_str());
        list.push_formatted(value);
    }
    if many_lines {
        list.set_trailing_comma(true);
        list.set_trailing(format!("{behind}\n"));
    }
    set(table, key, Value::Array(list));
}

fn level_name(level: HitLevel) -> &'static str {
    match level {
        HitLevel::Banned => "banned",
        HitLevel::Discouraged => "discouraged",
    }
}

fn phase_name(phase: CallPhase) -> &'static str {
    match phase {
        CallPhase::Opening => "opening",
        CallPhase::Enquiry => "enquiry",
        CallPhase::Handling => "handling",
        CallPhase::Closing => "closing",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{WordList, WordsForm};
    use super::*;

    const HAND: &str = r#"# 星河公司的词库，小王维护。
id = "acme"
version = 7 # 每改一次加一
name = "星河"
language = "zh"
extends = "zh-service"
remove = ["ban-13"] # 我们这儿可以说

# 自己的规矩
[[entry]]
level = "banned"
id = "own-01"
phrases = [
  # 老员工爱说
  "星河不管",
  "这归星河管吗", # 反问
]
suggestion = "我帮您问一下。"
reason = "推给别人。"
hits = ["这个星河不管"]

# 保险
[[cue]]
id = "E2.greeting"
phrases = ["星河为您服务"]
hits = ["星河为您服务"]
"#;

    fn key(id: &str) -> ItemKey {
        ItemKey::Entry(EntryKey { id: id.into(), level: HitLevel::Banned })
    }

    fn put_entry(text: &str, old: Option<&ItemKey>, form: &EntryForm, replace: bool) -> Result<String, PackError> {
        put(text, old, &Form::Entry(form.clone()), replace)
    }

    fn form() -> EntryForm {
        EntryForm::of(&Pack::parse(HAND, "acme.toml").expect("valid").entries[0])
    }

    #[test]
    fn what_is_not_changed_stays_as_it_was_written() {
        let same = put_entry(HAND, Some(&key("own-01")), &form(), false).expect("TOML");
        assert_eq!(same, HAND.replace("version = 7", "version = 8"));
        let windows = HAND.replace('\n', "\r\n");
        let same = put_entry(&windows, Some(&key("own-01")), &form(), false).expect("TOML");
        assert_eq!(same, windows.replace("version = 7", "version = 8"));
        assert!(put_entry(&format!("\u{feff}{HAND}"), None, &form(), false).expect("TOML").starts_with('\u{feff}'));
    }

    #[test]
    fn comments_survive_a_changed_list() {
        let mut form = form();
        form.phrases = "这归星河管吗\n星河不管\n找别家去吧".into();
        form.instead = "我帮您问一下。\n我来联系。".into();
        form.severity = Severity::Watch;
        let text = put_entry(HAND, Some(&key("own-01")), &form, false).expect("TOML");
        let list = "[\n  \"这归星河管吗\", # 反问\n  # 老员工爱说\n  \"星河不管\",\n  \"找别家去吧\",\n]\n";
        assert!(text.contains(list), "{text}");
        assert!(text.contains("# 自己的规矩\n[[entry]]\nlevel") && text.contains("# 保险\n[[cue]]"), "{text}");
        let pack = Pack::parse(&text, "acme.toml").expect("valid");
        assert_eq!(EntryForm::of(&pack.entries[0]), form);
        assert_eq!((pack.version, pack.entries[0].instead.len()), (8, 1));
    }

    #[test]
    fn a_new_entry_stands_behind_the_last_one() {
        let mut form = form();
        form.id = "ban-08".into();
        form.misses = "一\n二".into();
        form.phases = vec![CallPhase::Closing];
        let text = put_entry(HAND, Some(&key("ban-08")), &form, true).expect("TOML");
        let pack = Pack::parse(&text, "acme.toml").expect("valid");
        assert_eq!(pack.entries.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>(), ["own-01", "ban-08"]);
        assert!(pack.entries[1].replace && pack.entries[1].line < pack.cues[0].line, "{text}");
        assert_eq!(pack.entries[1].phases, [CallPhase::Closing]);
        let back = delete(&text, &key("ban-08")).expect("TOML");
        assert_eq!(back, HAND.replace("version = 7", "version = 9"));
    }

    #[test]
    fn rules_are_switched_off_and_on() {
        let off = switch(HAND, "ban-02", true).expect("TOML");
        assert!(off.contains("remove = [\"ban-13\", \"ban-02\"] # 我们这儿可以说\n"), "{off}");
        assert_eq!(switch(&off, "ban-02", false).expect("TOML"), HAND.replace("version = 7", "version = 9"));
        let none = switch(HAND, "ban-13", false).expect("TOML");
        assert!(!none.contains("remove"), "{none}");
        assert!(switch(&none, "ban-01", true).expect("TOML").contains("remove = [\"ban-01\"]\n"));
    }

    fn cue_form(text: &str, id: &str, place: Option<usize>) -> CueForm {
        let pack = Pack::parse(text, "acme.toml").expect("valid");
        match Form::of(Some(&pack), None, Some(&ItemKey::Cue(CueKey { id: id.into(), place }))) {
            Some(Form::Cue(form)) => form,
            other => panic!("no cue: {other:?}"),
        }
    }

    #[test]
    fn cues_are_changed_added_and_taken_out() {
        let same = put(HAND, None, &Form::Cue(cue_form(HAND, "E2.greeting", Some(0))), false).expect("TOML");
        assert_eq!(same, HAND.replace("version = 7", "version = 8"));
        let mut greeting = cue_form(HAND, "E2.greeting", Some(0));
        greeting.replace = true;
        greeting.phrases += "\n您好星河";
        let text = put(HAND, None, &Form::Cue(greeting.clone()), false).expect("TOML");
        assert!(
            text.contains("# 保险\n[[cue]]\nid = \"E2.greeting\"\nphrases = [\"星河为您服务\", \"您好星河\"]\n"),
            "{text}"
        );
        assert_eq!(cue_form(&text, "E2.greeting", Some(0)), greeting);

        let new = CueForm {
            phrases: "星光宝".into(),
            hits: "星光宝".into(),
            instead: "活期理财".into(),
            ..cue_form(HAND, "C4.jargon", None)
        };
        let text = put(HAND, None, &Form::Cue(new.clone()), false).expect("TOML");
        assert_eq!(cue_form(&text, "C4.jargon", Some(0)), new);
        let key = |place| ItemKey::Cue(CueKey { id: "C4.jargon".into(), place: Some(place) });
        assert_eq!(delete(&text, &key(0)).expect("TOML"), HAND.replace("version = 7", "version = 9"));
        assert_eq!(
            delete(HAND, &key(3)).expect("TOML"),
            HAND.replace("version = 7", "version = 8"),
            "nothing else goes"
        );
    }

    #[test]
    fn word_lists_keep_their_comments_and_go_when_they_are_empty() {
        let text = HAND.replace("# 自己的规矩", "fillers = [\n  # 北方口音\n  \"那啥\",\n]\n\n# 自己的规矩");
        let form = |list, own: &str| Form::Words(WordsForm { list, own: own.into(), inherited: vec![] });
        let more = put(&text, None, &form(WordList::Fillers, "那啥\n说白了"), false).expect("TOML");
        assert!(more.contains("  # 北方口音\n  \"那啥\",\n  \"说白了\",\n]"), "{more}");
        let terms = put(HAND, None, &form(WordList::Terms, "星河卡\n 星光宝 "), false).expect("TOML");
        assert_eq!(Pack::parse(&terms, "acme.toml").expect("valid").terms, ["星河卡", "星光宝"]);
        let none = put(&terms, None, &form(WordList::Terms, "\n"), false).expect("TOML");
        assert_eq!(none, HAND.replace("version = 7", "version = 9"));
    }

    #[test]
    fn a_pack_gets_another_name_and_stays_what_it_is() {
        let text = rename(HAND, " 星河集团 ").expect("TOML");
        assert_eq!(text, HAND.replace("version = 7", "version = 8").replace("\"星河\"", "\"星河集团\""));
    }

    #[test]
    fn a_new_pack_is_one_and_takes_entries() {
        let text = new_pack("acme", "星河", Language::Zh, "zh-service");
        let pack = Pack::parse(&text, "acme.toml").expect("valid");
        assert_eq!((pack.version, pack.extends.map(|lower| lower.name).as_deref()), (1, Some("zh-service")));
        let text = put_entry(&text, None, &form(), false).expect("TOML");
        assert_eq!(EntryForm::of(&Pack::parse(&text, "acme.toml").expect("valid").entries[0]), form());
        let inline = "entry = [{id = \"own-01\", level = \"banned\", phrases = [\"甲乙\"], reason = \"r\", suggestion = \"s\"}]\n";
        let inline = format!("{}{inline}", new_pack("acme", "星河", Language::Zh, "zh-service"));
        let text = put_entry(&inline, Some(&key("own-01")), &form(), false).expect("TOML");
        assert_eq!(Pack::parse(&text, "acme.toml").expect("valid").entries.len(), 1, "{text}");
    }

    #[test]
    fn what_is_no_toml_is_not_touched() {
        let error = switch("id = \"x\"\nname = [", "ban-01", true).expect_err("no TOML");
        assert_eq!(error.place().line, 2);
    }
}
