//! Cues: the same words may be several, each is told at once, and exceptions take them back.

use super::*;
use crate::session::event::{HitLevel, MatchedBy, SessionEvent, Severity};
use std::sync::Arc;

const PACK: &str = r#"id = "x"
version = 1
name = "X"
language = "zh"
fillers = ["啊", "就"]

[[cue]]
id = "E2.greeting"
phrases = ["您好", "你好"]
exceptions = ["你好像"]
hits = ["您好，我是小王"]
misses = ["你好像没听明白"]

[[cue]]
id = "E3.offer_help"
phrases = ["我能为您做[些|点]什么"]
hits = ["您好，我能为您做点什么吗？"]

[[cue]]
id = "H4.professional"
phrases = ["能为您做[些|点]什么吗"]

[[cue]]
id = "E3.offer_help"
phrases = ["请问有什么可以帮您"]

[[cue]]
id = "D3.blunt"
phrases = ["^再说一遍$"]
instead = "对不起，我没有听清楚，请您重复一遍，好吗？"
"#;

fn pack() -> Arc<Pack> {
    Arc::new(Pack::parse(PACK, "x.toml").expect("valid"))
}

fn ids(text: &str) -> Vec<String> {
    scan_cues(&pack(), text).into_iter().map(|cue| cue.id).collect()
}

#[test]
fn the_same_words_may_be_several_cues() {
    assert_eq!(ids("您好，我能为您做点什么吗？"), ["E2.greeting", "E3.offer_help", "H4.professional"]);
    let cues = scan_cues(&pack(), "您好，请问有什么可以帮您？");
    assert_eq!(cues.iter().map(|cue| cue.text.as_str()).collect::<Vec<_>>(), ["您好", "请问有什么可以帮您"]);
    assert!((cues[1].span.start.seconds() - 0.7).abs() < 1e-6, "{:?}", cues[1].span);
    assert_eq!(ids("您好，您好。"), ["E2.greeting", "E2.greeting"], "said twice is twice");
}

#[test]
fn exceptions_take_a_cue_back() {
    assert_eq!(ids("你好像没听明白"), Vec::<String>::new());
    assert_eq!(ids("你好，相信您没听明白"), ["E2.greeting"]);
}

#[test]
fn a_cue_is_told_at_once_unless_an_exception_may_follow() {
    let mut matcher = CueMatcher::new(pack());
    let mut out = Vec::new();
    matcher.push(&spoken("请问有什么可以帮您", 0.0), &mut out);
    assert_eq!(out.len(), 1, "{out:?}");
    matcher.push(&spoken("你好", 10.0), &mut out);
    assert_eq!(out.len(), 1, "像 may follow");
    matcher.push(&spoken("我是小王", 10.4), &mut out);
    assert_eq!(out.len(), 2, "{out:?}");
    let SessionEvent::Cue(cue) = &out[1] else { panic!("{out:?}") };
    assert_eq!((cue.id.as_str(), cue.text.as_str()), ("E2.greeting", "你好"));
    matcher.finish(&mut out);
    assert_eq!(out.len(), 2, "told once");
}

#[test]
fn what_is_better_said_otherwise_is_a_cue_and_a_hit() {
    let mut out = Vec::new();
    let mut listener = Listener::new(pack());
    listener.push(&spoken("再说一遍。", 0.0), &mut out);
    listener.finish(&mut out);
    let [SessionEvent::Cue(cue), SessionEvent::Hit(hit)] = out.as_slice() else { panic!("{out:?}") };
    assert_eq!(cue.id, "D3.blunt");
    assert_eq!((hit.rule.as_str(), hit.level, hit.severity), ("D3", HitLevel::Discouraged, Severity::Watch));
    assert_eq!((hit.span, hit.phrase.as_str(), hit.by), (cue.span, "^再说一遍$", MatchedBy::Characters));
    assert!(hit.suggestion.starts_with("对不起") && !hit.reason.is_empty());
}

#[test]
fn examples_of_cues_are_tried() {
    assert_eq!(
        check(&pack()).iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "line 19, H4.professional: \"hits\" is empty; give at least one sentence that must be found",
            "line 23, E3.offer_help: \"hits\" is empty; give at least one sentence that must be found",
            "line 27, D3.blunt: \"hits\" is empty; give at least one sentence that must be found",
        ]
    );
    let wrong =
        PACK.replace("hits = [\"您好，我是小王\"]", "hits = [\"喂\"]").replace("\"你好像没听明白\"", "\"您好\"");
    let problems = check(&Pack::parse(&wrong, "x.toml").expect("valid"));
    assert_eq!(problems[0].to_string(), "line 7, E2.greeting: \"喂\" should be found, but is not");
    assert_eq!(problems[1].to_string(), "line 7, E2.greeting: \"您好\" should not be found, but \"您好\" is");
}

#[test]
fn how_a_phrase_was_found_is_told() {
    let by = |text: &str| scan(&Arc::new(Pack::bundled("zh-service").expect("known").expect("valid")), text)[0].clone();
    let exact = by("这个我真的不知道啊");
    assert_eq!(exact.by, MatchedBy::Characters);
    assert!(exact.phrase.contains("不知道"), "{}", exact.phrase);
    assert_eq!(by("这不关我的手").by, MatchedBy::Sound);
    assert_eq!(by("这是我们公司的归定").by, MatchedBy::Sound);
}
