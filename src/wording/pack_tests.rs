//! Mistakes in packs, each told with its place and what was expected.

use super::*;

const GOOD: &str = r#"id = "x"
version = 3
name = "X"
language = "zh"

[[entry]]
id = "r-1"
level = "banned"
phrases = ["我不知道"]
reason = "why"
suggestion = "instead"
"#;

fn message(text: &str) -> String {
    Pack::parse(text, "packs/x.toml").expect_err("must be refused").to_string()
}

#[test]
fn a_small_pack_is_read() {
    let pack = Pack::parse(GOOD, "packs/x.toml").expect("valid");
    assert_eq!(pack.info(), PackInfo { id: "x".into(), version: 3 });
    assert_eq!((pack.entries[0].severity, pack.entries[0].line), (Severity::Bad, 6));
    assert!(Pack::parse(&format!("\u{feff}{GOOD}"), "x").is_ok(), "a byte order mark is no mistake");
}

#[test]
fn every_mistake_is_told_with_its_place() {
    let with = |from: &str, to: &str| message(&GOOD.replace(from, to));
    assert_eq!(
        with("reason =", "reasn ="),
        "packs/x.toml, line 10, column 1: unknown key \"reasn\"; did you mean \"reason\"?"
    );
    assert_eq!(
        with("\"banned\"", "\"bannd\""),
        "packs/x.toml, line 8, column 9: \"bannd\" is no level; did you mean \"banned\"?"
    );
    assert_eq!(
        with("\"banned\"", "\"forbidden\""),
        "packs/x.toml, line 8, column 9: \"forbidden\" is no level; expected one of banned, discouraged"
    );
    assert_eq!(
        with("suggestion = \"instead\"\n", ""),
        "packs/x.toml, line 6, column 1: entry \"r-1\" has no \"suggestion\"; expected a text in quotation marks"
    );
    assert_eq!(
        with("version = 3", "version = \"3\""),
        "packs/x.toml, line 2, column 11: \"version\" is a text; expected a whole number from 1, raised with every change"
    );
    assert_eq!(
        with("[\"我不知道\"]", "\"我不知道\""),
        "packs/x.toml, line 9, column 11: \"phrases\" is a text; expected a list of texts"
    );
    assert_eq!(
        with("我不知道", "我(真的不知道"),
        "packs/x.toml, line 9, column 14: phrase \"我(真的不知道\" of r-1: this bracket is never closed by \")\""
    );
    assert!(with("language = \"zh\"", "language = \"de\"").contains("line 4, column 12: \"de\" is no language"));
    assert!(with("name = \"X\"", "name = \"\"").contains("\"name\" is empty"));
    assert!(with("id = \"x\"\n", "").contains("line 1, column 1: the pack has no \"id\""));
    assert!(with("[\"我不知道\"]", "[]").contains("entry \"r-1\" has no \"phrases\""));
    assert!(with("\"banned\"", "\"banned").contains("line 8, column"), "{}", with("\"banned\"", "\"banned"));
    assert!(with("[[entry]]", "[entry]").contains("\"entry\" is a table"));
    let twice = format!("{GOOD}\n{}", &GOOD[GOOD.find("[[entry]]").expect("there")..]);
    assert_eq!(
        message(&twice),
        "packs/x.toml, line 13, column 1: entry \"r-1\" is there twice with the same level; the first is at line 6"
    );
}

#[test]
fn examples_that_do_not_work_are_reported() {
    let text = format!("{GOOD}hits = [\"我知道\", \"我不知道\"]\nmisses = [\"这个我不知道啊\", \"您好\"]\n");
    let pack = Pack::parse(&text, "x.toml").expect("valid");
    let problems: Vec<String> = crate::wording::check(&pack).iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "line 6, r-1: \"我知道\" should be found, but is not",
            "line 6, r-1: \"这个我不知道啊\" should not be found, but \"我不知道\" is",
        ]
    );
}
