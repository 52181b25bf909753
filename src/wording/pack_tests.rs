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
    assert!(with("[\"我不知道\"]", "[\"\"\"\n我不\n(知道\"\"\"]").contains("line 11, column 1: phrase"), "over lines");
    assert!(with("我不知道", "\\u6211(").contains("line 9, column 12: phrase"), "with escapes, where it begins");
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

const CUE: &str = r#"
[[cue]]
id = "E2.greeting"
phrases = ["您好"]
exceptions = ["您好像"]
hits = ["您好，我是小王"]
misses = ["您好像没听见"]
"#;

#[test]
fn cues_are_read() {
    let two = format!("{GOOD}{CUE}{CUE}").replacen("\"您好\"]", "\"你好\"]", 1);
    let pack = Pack::parse(&two, "x.toml").expect("valid");
    let cues: Vec<_> = pack.cues.iter().map(|cue| (cue.id, cue.phrases[0].source.as_str(), cue.line)).collect();
    assert_eq!(cues, [("E2.greeting", "你好", 13), ("E2.greeting", "您好", 20)]);
    assert_eq!((pack.cues[0].hits.len(), pack.cues[0].misses.len(), pack.cues[0].exceptions.len()), (1, 1, 1));
    assert_eq!(pack.cues[0].instead, None);
}

#[test]
fn mistakes_in_cues_are_told_with_their_place() {
    let with = |from: &str, to: &str| message(&format!("{GOOD}{}", CUE.replace(from, to)));
    assert_eq!(
        with("E2.greeting", "E2.greting"),
        "packs/x.toml, line 14, column 6: \"E2.greting\" is no cue; did you mean \"E2.greeting\"?"
    );
    assert!(with("E2.greeting", "e2.Greetings").contains("did you mean \"E2.greeting\"?"));
    assert!(with("E2.greeting", "hello").contains("\"hello\" is no cue; expected one of B2.acknowledge, B3.confirm"));
    assert_eq!(
        with("exceptions", "exeptions"),
        "packs/x.toml, line 16, column 1: unknown key \"exeptions\"; did you mean \"exceptions\"?"
    );
    assert_eq!(
        with("[\"您好\"]", "[\"您(好\"]"),
        "packs/x.toml, line 15, column 14: phrase \"您(好\" of E2.greeting: this bracket is never closed by \")\""
    );
    assert!(with("phrases = [\"您好\"]\n", "").contains("line 13, column 1: cue \"E2.greeting\" has no \"phrases\""));
    assert!(with("id = \"E2.greeting\"\n", "").contains("line 13, column 1: this cue has no \"id\""));
    assert_eq!(
        with("hits =", "instead = \"x\"\nhits ="),
        "packs/x.toml, line 17, column 1: \"instead\" is only for cues that are better said otherwise: C4.jargon, C6.private or D3.blunt"
    );
    assert!(with("[[cue]]", "[cue]").contains("\"cue\" is a table; expected one [[cue]] block for each cue"));
    let jargon =
        format!("{GOOD}{}", CUE.replace("E2.greeting", "C4.jargon").replace("hits =", "instead = \"每月\"\nhits ="));
    assert_eq!(Pack::parse(&jargon, "x").expect("valid").cues[0].instead.as_deref(), Some("每月"));
}

#[test]
fn phases_and_replacements_are_read() {
    let text = format!("{GOOD}phases = [\"opening\", \"closing\", \"opening\"]\ninstead = [\"a\", \"b\"]\n");
    let entry = &Pack::parse(&text, "x.toml").expect("valid").entries[0];
    assert_eq!(entry.phases, [CallPhase::Opening, CallPhase::Closing]);
    assert_eq!(
        (entry.suggestion.as_str(), entry.instead.as_slice()),
        ("instead", ["a".to_owned(), "b".to_owned()].as_slice())
    );
    assert_eq!(
        message(&text.replace("\"closing\"", "\"closeing\"")),
        "packs/x.toml, line 12, column 22: \"closeing\" is no call phase; did you mean \"closing\"?"
    );
    assert!(message(&text.replace("[\"a\", \"b\"]", "\"a\"")).contains("line 13, column 11: \"instead\" is a text"));
}
