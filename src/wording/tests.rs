//! The bundled packs, misheard wording, and what streams do to phrases.

use super::*;
use crate::session::event::{Hit, HitLevel, Severity, TextSegment};
use crate::time::{SampleTime, samples};
use proptest::prelude::*;
use std::sync::Arc;

fn zh() -> Arc<Pack> {
    Arc::new(Pack::bundled("zh-service").expect("known").expect("valid"))
}

fn rules(text: &str) -> Vec<String> {
    let name = |hit: &Hit| match hit.level {
        HitLevel::Banned => hit.rule.clone(),
        HitLevel::Discouraged => format!("({})", hit.rule),
    };
    scan(&zh(), text).iter().map(name).collect()
}

/// Hits of texts that are recognised one after the other, `pause_s` apart.
fn stream(texts: &[&str], pause_s: f64) -> Vec<Hit> {
    let mut matcher = Matcher::new(zh());
    let mut hits = Vec::new();
    let mut at = 0.0;
    for text in texts {
        let segment = spoken(text, at);
        matcher.push(&segment, &mut hits);
        at = segment.span.end.seconds() + pause_s;
    }
    matcher.finish(&mut hits);
    hits
}

#[test]
fn the_bundled_packs_do_what_their_examples_say() {
    for id in Pack::bundled_ids() {
        let pack = Pack::bundled(id).expect("known").expect("valid");
        let problems: Vec<String> = check(&pack).iter().map(ToString::to_string).collect();
        assert!(problems.is_empty(), "{id}\n{}", problems.join("\n"));
        assert_eq!(pack.info().id, id);
    }
    let ids: Vec<String> = zh().entries.iter().filter(|e| e.level == HitLevel::Banned).map(|e| e.id.clone()).collect();
    assert_eq!(ids, (1..=15).map(|n| format!("ban-{n:02}")).collect::<Vec<_>>());
}

#[test]
fn every_rule_is_found_in_the_curriculum_wording() {
    for (text, rule) in [
        ("你好像不明白我说的话", "ban-01"),
        ("你肯定弄混了日期", "ban-02"),
        ("你应该先登记", "ban-03"),
        ("我们不会给您换", "ban-04"),
        ("我们从没听说过", "ban-04"),
        ("我们不可能答应", "ban-04"),
        ("你弄错了", "ban-05"),
        ("以前从来没有人抱怨过这些", "ban-06"),
        ("这是我们公司的规定", "ban-07"),
        ("我不知道", "ban-08"),
        ("这不关我的事", "ban-09"),
        ("我们可不负责", "ban-10"),
        ("我们一直都是这样做的", "ban-11"),
        ("这是你的事，你自己做决定", "ban-12"),
        ("绝对不会", "ban-13"),
        ("绝对不可能", "ban-13"),
        ("你怎么连这个都不知道", "ban-14"),
        ("我不是问这个问题", "ban-15"),
    ] {
        assert_eq!(rules(text), [rule], "{text}");
        // The same inside a longer talk, and without any punctuation.
        assert_eq!(rules(&format!("您好，请问有什么可以帮您？{text}，好的，再见。")), [rule], "{text}");
        let bare: String = text.chars().filter(|c| *c != '，').collect();
        assert_eq!(rules(&format!("好的先生{bare}")), [rule], "{text}");
    }
}

#[test]
fn misheard_wording_is_found() {
    for (text, rule) in [
        ("你肯定弄婚了", "ban-02"),
        ("你肯定梦惠了", "ban-02"),
        ("你因该走楼梯", "ban-03"),
        ("我们步可能给你换新的", "ban-04"),
        ("我们从每一道过这种事", "ban-04"),
        ("以前从来没有人暴怨过这些", "ban-06"),
        ("这是我们公司的归定", "ban-07"),
        ("这是我们公丝的规定", "ban-07"),
        ("我不知到", "ban-08"),
        ("这不关我的手", "ban-09"),
        ("不管我的事", "ban-09"),
        ("我们可不付责", "ban-10"),
        ("我们一直都是这样坐的", "ban-11"),
        ("绝队不会", "ban-13"),
        ("你怎么连这个都不之道", "ban-14"),
        ("我不是问这个文体", "ban-15"),
    ] {
        let hits = scan(&zh(), text);
        assert_eq!(hits.len(), 1, "{text}: {hits:?}");
        assert_eq!((hits[0].rule.as_str(), hits[0].level), (rule, HitLevel::Banned), "{text}");
        assert!(hits[0].confidence < 1.0 && hits[0].confidence > 0.7, "{text}: {}", hits[0].confidence);
    }
}

#[test]
fn ordinary_service_talk_is_left_alone() {
    for text in [
        "您好，这里是客户服务中心，请问有什么可以帮您？",
        "对不起，这一点目前确实做不到，我能帮您做的是延长保修。",
        "我们会尽全力避免这种情况，万一再发生，请直接打我的电话。",
        "您说的情况我明白了，我们一起核对一下好吗？",
        "这件事由物流部门负责，我现在就帮您转过去。",
        "我们不会因为这次投诉影响您的信用记录。",
        "您应该可以在首页看到这个按钮。",
        "这样的情况应该不会再出现了。",
        "您放心，我们绝不会不管的。",
        "我知道您很着急，我马上帮您查。",
        "不知道您什么时候有时间？",
        "您是不是弄错了，这个不是验证码。",
        "这是我们公司的最新优惠。",
        "这是您的市内电话号码对吗",
        "没有关系，我们慢慢来。",
        "请问您是怎么知道我们公司的？",
        "您自己也可以在网上办理。",
        "我不是很确定，我帮您问一下。",
    ] {
        assert_eq!(rules(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn the_ladder_of_not_knowing_has_its_three_rungs() {
    assert_eq!(rules("我不知道。"), ["ban-08"]);
    assert_eq!(rules("对不起，我不知道。"), ["(ban-08)"]);
    assert_eq!(rules("对不起，我不清楚，我帮您问一下。"), Vec::<String>::new());
    let hit = &scan(&zh(), "对不起，我不知道。")[0];
    assert_eq!(hit.severity, Severity::Info);
    assert!(hit.suggestion.contains("我帮您问一下"));
}

#[test]
fn softer_forms_are_told_apart() {
    assert_eq!(rules("你应该先看说明书"), ["ban-03"]);
    assert_eq!(rules("您应该先看说明书"), ["(ban-03)"]);
}

#[test]
fn one_utterance_is_one_hit() {
    assert_eq!(rules("你怎么连这个都不知道，我真的不知道"), ["ban-14", "ban-08"]);
    assert_eq!(rules("我们绝对不可能给您换"), ["ban-13"]);
    assert_eq!(rules("这是你的事，你自己做决定吧。"), ["ban-12"]);
    assert_eq!(rules("绝对不会。绝对不会。"), ["ban-13", "ban-13"], "said twice is twice");
    assert_eq!(rules("以前从来没有人抱怨过这些，别人也没有投诉过"), ["ban-06"]);
}

#[test]
fn the_span_is_that_of_the_phrase() {
    let hits = scan(&zh(), "您好，这是我们公司的规定。");
    assert_eq!(hits[0].text, "这是我们公司的规定");
    // Two characters of 0.2 s and a comma of 0.3 s come first.
    assert!((hits[0].span.start.seconds() - 0.7).abs() < 1e-6, "{:?}", hits[0].span);
    assert!((hits[0].span.seconds() - 1.8).abs() < 1e-6);
}

#[test]
fn phrases_straddle_segments_and_are_told_once() {
    for (texts, rule) in [
        (["这是我们公", "司的规定。"], "ban-07"),
        (["我不", "知道。"], "ban-08"),
        // The recogniser closes every window with a full stop.
        (["这不关。", "我的事。"], "ban-09"),
        (["你怎么连这个都", "不知道"], "ban-14"),
    ] {
        let hits = stream(&texts, 0.1);
        assert_eq!(hits.len(), 1, "{texts:?}: {hits:?}");
        assert_eq!(hits[0].rule, rule);
        assert_eq!(stream(&texts, 2.5).iter().filter(|hit| hit.rule == rule).count(), 0, "a silence parts {texts:?}");
    }
    let hits = stream(&["我不知道。", "我不知道。"], 0.8);
    assert_eq!(hits.len(), 2, "said twice");
    assert!(hits[0].ready_at < hits[1].ready_at);
}

#[test]
fn the_end_of_a_sentence_parts_a_phrase() {
    assert_eq!(rules("请您联系我们。不会很久的。"), Vec::<String>::new());
    assert_eq!(rules("这是你的事。你自己做决定。"), ["ban-12"], "the pack has a comma there");
}

#[test]
fn a_hit_waits_for_its_exception_and_no_longer() {
    let mut matcher = Matcher::new(zh());
    let mut hits = Vec::new();
    let first = spoken("我不知道您", 0.0);
    matcher.push(&first, &mut hits);
    assert!(hits.is_empty(), "您方便吗 may follow");
    matcher.push(&spoken("方便不方便", first.span.end.seconds()), &mut hits);
    matcher.finish(&mut hits);
    assert!(hits.is_empty(), "{hits:?}");

    matcher.push(&spoken("我不知道", 60.0), &mut hits);
    matcher.settle(SampleTime(samples(61.0)), &mut hits);
    assert!(hits.is_empty());
    matcher.settle(SampleTime(samples(64.0)), &mut hits);
    assert_eq!(hits.len(), 1);
    matcher.settle(SampleTime(samples(70.0)), &mut hits);
    matcher.finish(&mut hits);
    assert_eq!(hits.len(), 1, "told once");
}

#[test]
fn a_finished_sentence_is_told_at_once() {
    let mut matcher = Matcher::new(zh());
    let mut hits = Vec::new();
    let segment = spoken("我不知道。", 0.0);
    matcher.push(&segment, &mut hits);
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0].ready_at, segment.ready_at);
    matcher.push(&spoken("这不关我的事", 5.0), &mut hits);
    assert_eq!(hits.len(), 2, "nothing is worth waiting for");
}

#[test]
fn how_the_text_is_cut_does_not_matter() {
    let text = "您好这是我们公司的规定我真的不知道您应该先去登记以前从来没有人抱怨过这些这不关我的事";
    // A hit that waits for its exception may be told after a later one; the timeline puts them in order.
    let told = |parts: &[&str]| {
        let mut hits = stream(parts, 0.0);
        hits.sort_by_key(|hit| hit.span.start);
        hits.into_iter().map(|hit| (hit.rule, hit.span.start)).collect::<Vec<_>>()
    };
    let whole = told(&[text]);
    assert_eq!(whole.len(), 5);
    let chars: Vec<char> = text.chars().collect();
    for size in 1..12 {
        let parts: Vec<String> = chars.chunks(size).map(|part| part.iter().collect()).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        assert_eq!(told(&parts), whole, "in parts of {size}");
    }
}

#[test]
fn hours_of_talk_cost_no_memory_of_their_own() {
    let mut matcher = Matcher::new(zh());
    let mut hits = Vec::new();
    let mut at = 0.0;
    for _ in 0..2_000 {
        let segment = spoken("好的我帮您看一下请您稍等这是我们公司的规定", at);
        matcher.push(&segment, &mut hits);
        at = segment.span.end.seconds() + 1.0;
    }
    matcher.finish(&mut hits);
    assert_eq!(hits.len(), 2_000);
}

#[test]
fn english_wording_is_found_word_by_word() {
    let pack = Arc::new(Pack::bundled("en-service").expect("known").expect("valid"));
    let hits = scan(&pack, "Well, I really don't know. That's our company policy.");
    let rules: Vec<&str> = hits.iter().map(|hit| hit.rule.as_str()).collect();
    assert_eq!(rules, ["ban-08", "ban-07"]);
    assert_eq!(hits[0].text, "I really don't know");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_text_is_survived(texts in prop::collection::vec("\\PC{0,40}", 0..6), pause in 0.0f64..3.0) {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let hits = stream(&texts, pause);
        for hit in &hits {
            prop_assert!((0.0..=1.0).contains(&hit.confidence));
            prop_assert!(hit.span.start <= hit.span.end);
        }
        for text in texts {
            let _ = (spoken_han(text), spoken_words(text));
        }
    }

    #[test]
    fn any_times_are_survived(starts in prop::collection::vec(0u64..1_000_000, 0..60)) {
        let pool: Vec<char> = "我不知道你应该这是们公司的规定绝对会，。15a".chars().collect();
        let mut matcher = Matcher::new(zh());
        let mut hits = Vec::new();
        for (place, start) in starts.iter().enumerate() {
            let mut segment: TextSegment = spoken(&pool[place % pool.len()].to_string(), 0.0);
            for word in &mut segment.words {
                word.span.start = SampleTime(*start);
                word.span.end = SampleTime(start / 2);
            }
            matcher.push(&segment, &mut hits);
            matcher.settle(SampleTime(*start), &mut hits);
        }
        matcher.finish(&mut hits);
    }

    #[test]
    fn any_digits_are_read(text in "[0-9.,:/%¥$°C-]{0,40}") {
        let _ = (spoken_han(&text), spoken_words(&text));
    }

    #[test]
    fn any_pack_text_is_survived(text in "\\PC{0,200}", phrase in "[我不知道(|)\\[\\]…^$，a ]{0,20}") {
        let _ = Pack::parse(&text, "x.toml");
        let _ = Phrase::parse(&phrase);
    }
}
