//! What the rules for service language find, and what they let pass.

use super::address::{names, nin_and_ni};
use super::command::command;
use super::order::reversed;
use super::*;
use crate::wording::sentence::tests::segment_of;

fn sentences(text: &str) -> Vec<Sentence> {
    let language = if text.is_ascii() { Language::En } else { Language::Zh };
    let (mut builder, mut out) = (SentenceBuilder::default(), Vec::new());
    builder.push(&segment_of(text, 0.0, language), &mut out);
    builder.finish(&mut out);
    out
}

/// A segment: its text, its start in seconds, and the cues in it by their words.
type Part<'a> = (&'a str, f64, &'a [(&'a str, &'a str)]);

/// Everything found in segments.
fn heard(segments: &[Part], settle_s: Option<f64>) -> Vec<SessionEvent> {
    let (mut spoken, mut out) = (Spoken::default(), Vec::new());
    for (text, start_s, cues) in segments {
        let language = if text.is_ascii() { Language::En } else { Language::Zh };
        let segment = segment_of(text, *start_s, language);
        let from = out.len();
        for (id, words) in *cues {
            let chars = |text: &str| if text.is_ascii() { text.split(' ').count() } else { text.chars().count() };
            let before = text.find(words).map(|at| chars(text[..at].trim_end())).expect("words of the segment");
            let before = if text.is_ascii() && text.starts_with(words) { 0 } else { before };
            // Marks are joined to the word before them.
            let marks = text.chars().take(before).filter(|c| !text.is_ascii() && !c.is_alphanumeric()).count();
            let first = &segment.words[before - marks];
            let last = &segment.words[(before - marks + chars(words) - 1).min(segment.words.len() - 1)];
            let span = Span::new(first.span.start, last.span.end);
            let (id, text) = ((*id).to_owned(), (*words).to_owned());
            out.push(SessionEvent::Cue(Cue { id, span, ready_at: segment.ready_at, text, confidence: 1.0 }));
        }
        spoken.push(&segment, from, &mut out);
    }
    let from = out.len();
    match settle_s {
        Some(at) => spoken.settle(SampleTime::from_seconds(at), from, &mut out),
        None => spoken.finish(from, &mut out),
    }
    out
}

fn rules(events: &[SessionEvent]) -> Vec<&str> {
    let hits = events.iter().filter_map(|event| if let SessionEvent::Hit(hit) = event { Some(hit) } else { None });
    hits.map(|hit| hit.rule.as_str()).filter(|rule| *rule != "H3").collect()
}

/// Commands with their request form (empty: any), and sentences that are none. Written before the rule.
const COMMANDS: [(&str, &str); 40] = [
    ("你去营业厅办理", "请您去营业厅办理，好吗？"),
    ("把号码报一下", "麻烦您把号码报一下，好吗？"),
    ("把身份证号码给我", "麻烦您把身份证号码给我，好吗？"),
    ("说一下你的姓名", "麻烦您说一下您的姓名，好吗？"),
    ("来，给您倒点水", "给您倒点水，好吗？"),
    ("等一下", "请您稍等一下，好吗？"),
    ("你先把机器关掉", "请您先把机器关掉，好吗？"),
    ("你自己看说明书", ""),
    ("赶紧把钱交了", ""),
    ("你听我说", ""),
    ("别说了", "请您先别说了，好吗？"),
    ("你再说一遍", "请您再说一遍，好吗？"),
    ("给我你的订单号", ""),
    ("你把验证码发给我", "请您把验证码发给我，好吗？"),
    ("报一下卡号后四位", "麻烦您报一下卡号后四位，好吗？"),
    ("重新说一遍", "麻烦您重新说一遍，好吗？"),
    ("你等着", ""),
    ("你明天再打过来", "请您明天再打过来，好吗？"),
    ("填一下这张表", "麻烦您填一下这张表，好吗？"),
    ("好，你把地址说一下", "请您把地址说一下，好吗？"),
    ("您把手机号报一下", "请您把手机号报一下，好吗？"),
    ("快点说", ""),
    ("你去下载我们的手机软件", "请您去下载我们的手机软件，好吗？"),
    ("告诉我你的密码", ""),
    ("先把表填好再来找我", ""),
    ("不要催", "请您先不要催，好吗？"),
    ("拔掉电源等一会儿再插上", ""),
    ("去二楼窗口交钱", ""),
    ("按井号键", "麻烦您按井号键，好吗？"),
    ("把说明书翻到最后一页", ""),
    ("往右拉", ""),
    ("再试一次", ""),
    ("您自己上网查去", ""),
    ("你先别插嘴", ""),
    ("Give me your number.", "Could you give me your number, please?"),
    ("Tell me your name.", "Could you tell me your name, please?"),
    ("Okay, send me the receipt.", "Could you send me the receipt, please?"),
    ("Hold on.", "Could you hold on, please?"),
    ("You wait there.", "Could you wait there, please?"),
    ("Call back tomorrow.", "Could you call back tomorrow, please?"),
];

const NO_COMMANDS: [&str; 57] = [
    "我把资料发给您",
    "我们去仓库给您找一下",
    "请您把号码报一下",
    "麻烦您说一下您的姓名",
    "您把号码报一下好吗",
    "您能再说一遍吗",
    "他把地址写错了",
    "您说的对",
    "您放心",
    "您先别着急",
    "别担心，我来处理",
    "您看看这样行不行",
    "我帮您查一下",
    "给您添麻烦了",
    "给您安排了一位工程师",
    "您去营业厅办理就可以了",
    "您可以把表格发到我们的邮箱",
    "如果您要退货，把东西寄回来就行",
    "把您的地址登记好了",
    "已经把钱退给您了",
    "你好",
    "你的心情我理解",
    "你说得很有道理",
    "您稍等",
    "您慢走",
    "来电的客户比较多",
    "等一下会有人联系您",
    "先给您登记一下",
    "这边给您重新发一次",
    "您先坐",
    "您的包裹到了，我给您送过去",
    "工程师会把机器带走",
    "您把手机号发给我就可以了",
    "听到您这样说我很高兴",
    "说一下我们的退货流程，一共有三步",
    "你看，这个价格已经很低了",
    "你上次买的那个型号停产了",
    "你写的地址我看到了",
    "去年这个价格更低",
    "点餐的电话是八八六六",
    "下载速度很慢",
    "打开以后有一点味道",
    "您在手机上打开那个页面，点击右上角",
    "马上查",
    "别的客户也在等",
    "我看一下，别让您白等",
    "回去的车票已经订好了",
    "查一下记录",
    "I will give you a call.",
    "Please tell me your name.",
    "Could you send me the receipt?",
    "Don't worry about it.",
    "Let me check that for you.",
    "Thank you for waiting.",
    "If you call back tomorrow, we can help.",
    "We send the receipt by mail.",
    "Take your time.",
];

#[test]
fn commands_get_a_request_form_and_statements_pass() {
    let mut wrong = Vec::new();
    for (text, expected) in COMMANDS {
        let found: Vec<String> = sentences(text).iter().flat_map(command).map(|one| one.request).collect();
        if found.len() != 1 || !expected.is_empty() && found[0] != expected {
            wrong.push(format!("{text}: {found:?}"));
        }
    }
    for text in NO_COMMANDS {
        let found: Vec<String> = sentences(text).iter().flat_map(command).map(|one| one.request).collect();
        if !found.is_empty() {
            wrong.push(format!("{text}: {found:?}"));
        }
    }
    println!("commands: {} of {} wrong\n{}", wrong.len(), COMMANDS.len() + NO_COMMANDS.len(), wrong.join("\n"));
    assert!(wrong.len() <= 3, "{}", wrong.join("\n"));
}

#[test]
fn the_drawback_comes_first() {
    for (text, expected) in [
        ("服务多，但是贵一点", true),
        ("虽然质量很好，但是价格比较高", true),
        ("这款收益高，不过时间有点长", true),
        ("这个套餐流量多，就是月租贵", true),
        ("功能很全，可是操作比较复杂", true),
        ("速度很快，但是不支持退货", true),
        ("布料很软，可惜容易皱", false),
        ("穿着很舒服，可惜容易皱", true),
        ("离学校近，但是有点吵", true),
        ("有点吵，但是离学校近", false),
        ("保障很全，可保费不低", true),
        ("虽然贵一点，但是服务多", false),
        ("价格是高了一些，不过质量有保障", false),
        ("虽然要等久一点，但是更安全", false),
        ("手续有点麻烦，但是能省不少钱", false),
        ("服务多，价格也便宜", false),
        ("好的，不过您的卡已经停用了", false),
        ("我理解您的心情，但是现在没有货", false),
        ("价格不贵，而且质量很好", false),
        ("虽然不便宜，但是很耐用", false),
        ("价格不贵，但是送货比较慢", true),
        ("It has more features, but it is expensive.", true),
        ("It is a bit expensive, but it has more features.", false),
    ] {
        assert_eq!(sentences(text).iter().any(|sentence| reversed(sentence).is_some()), expected, "{text}");
    }
    let found = sentences("虽然质量很好，但是价格比较高");
    let advice = reversed(&found[0]).expect("the wrong way round");
    assert!(advice.turned.contains("虽然价格比较高，但是质量很好"), "{}", advice.turned);
}

#[test]
fn the_customers_name_is_heard_and_other_names_are_not() {
    for (text, expected) in [
        ("王先生您好", vec!["王先生"]),
        ("好的李女士，我帮您查一下", vec!["李女士"]),
        ("请问是欧阳小姐吗", vec!["欧阳小姐"]),
        ("张总，您放心", vec!["张总"]),
        ("陈建国先生您好", vec!["陈建国先生"]),
        ("感谢您赵老师", vec!["赵老师"]),
        ("我姓王", vec![]),
        ("我是客服小李", vec![]),
        ("这位先生您好", vec![]),
        ("谢谢您先生", vec![]),
        ("我帮您转给我们的王经理", vec![]),
        ("课程由李老师来讲", vec![]),
        ("对于女士们来说", vec![]),
        ("高总是很贵的", vec![]),
        ("好的先生", vec![]),
        ("Thank you, Mr. Smith.", vec!["Mr. Smith"]),
        ("Good morning Mrs Brown, how can I help", vec!["Mrs Brown"]),
        ("My name is Mr. Lee", vec![]),
    ] {
        let found: Vec<String> = sentences(text)
            .iter()
            .flat_map(|sentence| names(sentence).into_iter().map(|range| sentence.text_of(&range)).collect::<Vec<_>>())
            .collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn nin_and_ni_are_counted() {
    for (text, expected) in [
        ("您好，您的订单到了", (1, 0)),
        ("你好，你的订单到了", (0, 1)),
        ("你们可以一起来", (0, 1)),
        ("他说你不在家", (0, 0)),
        ("这个迷你的也有", (0, 0)),
        ("您看你什么时候方便", (1, 1)),
        ("祝您生活愉快", (1, 0)),
    ] {
        let words = segment_of(text, 0.0, Language::Zh).words;
        assert_eq!(nin_and_ni(&words), expected, "{text}");
    }
    let events = heard(&[("你的订单你看一下吧", 0.0, &[])], None);
    let marked =
        |event: &&SessionEvent| matches!(event, SessionEvent::Hit(hit) if hit.rule == "H3" && hit.text == "你");
    assert_eq!(events.iter().filter(marked).count(), 2);
}

#[test]
fn a_refusal_needs_an_alternative() {
    let no: &[(&str, &str)] = &[("D5.refusal", "不能退")];
    assert_eq!(rules(&heard(&[("这个不能退", 0.0, no)], None)), ["D5"]);
    let and: &[(&str, &str)] = &[("D5.refusal", "不能退"), ("D5.alternative", "给您换一件")];
    assert!(rules(&heard(&[("很抱歉这个不能退，我给您换一件", 0.0, and)], None)).is_empty());
    let other: &[(&str, &str)] = &[("D5.alternative", "给您换一件")];
    let later = [("这个不能退。", 0.0, no), ("真的很抱歉。", 2.0, &[]), ("我给您换一件", 5.0, other)];
    assert!(rules(&heard(&later, None)).is_empty());
    let too_late = [("这个不能退。", 0.0, no), ("我给您换一件", 12.0, other)];
    assert_eq!(rules(&heard(&too_late, None)), ["D5"]);
    assert!(rules(&heard(&[("这个不能退。", 0.0, no)], Some(6.0))).is_empty(), "an alternative may still come");
    assert_eq!(rules(&heard(&[("这个不能退。", 0.0, no)], Some(9.5))), ["D5"]);
    let built = [("这个不能退。", 0.0, no), ("不过您可以到门店换一件", 2.0, &[] as &[(&str, &str)])];
    assert!(rules(&heard(&built, None)).is_empty(), "the alternative shows without a cue");
}

#[test]
fn a_promise_needs_a_time() {
    let promise: &[(&str, &str)] = &[("D6.promise", "给您回复")];
    for (text, expected) in [
        ("我会给您回复", true),
        ("我会尽快给您回复", true),
        ("我会在下午五点前给您回复", false),
        ("我今天给您回复", false),
        ("我马上给您回复", false),
        ("我周五给您回复", false),
        ("我下班前给您回复", false),
    ] {
        assert_eq!(!rules(&heard(&[(text, 0.0, promise)], None)).is_empty(), expected, "{text}");
    }
    let after = [("我会给您回复。", 0.0, promise), ("最晚明天上午", 2.0, &[] as &[(&str, &str)])];
    assert!(rules(&heard(&after, None)).is_empty());
    let english: &[(&str, &str)] = &[("D6.promise", "call you back")];
    assert_eq!(rules(&heard(&[("I will call you back", 0.0, english)], None)), ["D6"]);
    assert!(rules(&heard(&[("I will call you back by five pm", 0.0, english)], None)).is_empty());
}

#[test]
fn a_hold_needs_a_duration() {
    let hold: &[(&str, &str)] = &[("D8.hold", "请您稍等")];
    assert_eq!(rules(&heard(&[("请您稍等", 0.0, hold)], None)), ["D8"]);
    assert_eq!(rules(&heard(&[("请您稍等，我查一下", 0.0, hold)], None)), ["D8"]);
    assert!(rules(&heard(&[("请您稍等两分钟", 0.0, hold)], None)).is_empty());
    assert!(rules(&heard(&[("请您稍等几分钟", 0.0, hold)], None)).is_empty());
    let told: &[(&str, &str)] = &[("D8.hold", "请您稍等"), ("D8.duration", "一小会儿")];
    assert!(rules(&heard(&[("请您稍等一小会儿", 0.0, told)], None)).is_empty());
    let english: &[(&str, &str)] = &[("D8.hold", "hold the line")];
    assert_eq!(rules(&heard(&[("please hold the line", 0.0, english)], None)), ["D8"]);
    assert!(rules(&heard(&[("please hold the line for two minutes", 0.0, english)], None)).is_empty());
}

#[test]
fn a_cue_that_comes_after_its_sentence_counts_all_the_same() {
    let (mut spoken, mut out) = (Spoken::default(), Vec::new());
    let segment = segment_of("我会给您回复。", 0.0, Language::Zh);
    spoken.push(&segment, 0, &mut out);
    let from = out.len();
    let (id, text) = ("D6.promise".to_owned(), "给您回复".to_owned());
    let span = Span::new(segment.words[2].span.start, segment.words[5].span.end);
    out.push(SessionEvent::Cue(Cue { id, span, ready_at: segment.ready_at, text, confidence: 1.0 }));
    spoken.finish(from, &mut out);
    assert_eq!(rules(&out), ["D6"]);
}

#[test]
fn every_finding_says_why_and_what_instead() {
    let no: &[(&str, &str)] = &[("D5.refusal", "不能退")];
    for event in heard(&[("你把号码报一下。", 0.0, &[]), ("这个不能退。", 3.0, no)], None) {
        if let SessionEvent::Hit(hit) = event {
            assert!(!hit.reason.is_empty() && !hit.suggestion.is_empty() && !hit.text.is_empty(), "{hit:?}");
            assert!(hit.ready_at >= hit.span.end && hit.by == MatchedBy::Structure, "{hit:?}");
        }
    }
}
