//! Key facts in a text: times, amounts, numbers to be noted, addresses (curriculum A5).
//!
//! A fact is a number as it is read aloud together with what makes it one: the unit behind it, the words of time
//! before it, or its length. 一下, 一些, 一个 and other numbers that count nothing are none.

use super::check::spoken;
use super::normalize::{Unit, units};
use crate::session::event::{FactKind, KeyFact, TextSegment};
use crate::time::Span;

/// Units behind a number, longest first within a kind.
const TIME_UNITS: [&str; 17] = [
    "个工作日",
    "工作日",
    "个小时",
    "小时",
    "分钟",
    "点钟",
    "点半",
    "个月",
    "星期",
    "礼拜",
    "点",
    "号",
    "天",
    "周",
    "年",
    "月",
    "秒",
];
const AMOUNT_UNITS: [&str; 11] = ["块钱", "万元", "美元", "元", "块", "角", "折", "万", "兆", "期", "分钱"];
const ADDRESS_UNITS: [&str; 7] = ["号楼", "号院", "单元", "栋", "楼", "层", "室"];
const UNITS_EN: [(&str, FactKind); 21] = [
    ("oclock", FactKind::Time),
    ("am", FactKind::Time),
    ("pm", FactKind::Time),
    ("minute", FactKind::Time),
    ("minutes", FactKind::Time),
    ("hour", FactKind::Time),
    ("hours", FactKind::Time),
    ("day", FactKind::Time),
    ("days", FactKind::Time),
    ("week", FactKind::Time),
    ("weeks", FactKind::Time),
    ("month", FactKind::Time),
    ("months", FactKind::Time),
    ("dollar", FactKind::Amount),
    ("dollars", FactKind::Amount),
    ("yuan", FactKind::Amount),
    ("euros", FactKind::Amount),
    ("pounds", FactKind::Amount),
    ("percent", FactKind::Amount),
    ("street", FactKind::Address),
    ("road", FactKind::Address),
];
const NUMBERS_EN: [&str; 29] = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "hundred",
    "thousand",
];
/// Words of time that belong to the number behind them.
const BEFORE_TIME: [&str; 13] =
    ["今天", "明天", "后天", "昨天", "上午", "中午", "下午", "晚上", "早上", "凌晨", "本周", "下周", "星期"];
/// Digits in a row that are a number to be noted.
const LONG_NUMBER: usize = 5;
/// Characters of a number, as it is read aloud, that tell it apart without its unit.
const LONG_ENOUGH: usize = 3;

fn is_digit(unit: &str) -> bool {
    matches!(unit, "零" | "〇" | "一" | "二" | "三" | "四" | "五" | "六" | "七" | "八" | "九" | "幺" | "两")
}

fn is_number(unit: &str) -> bool {
    is_digit(unit) || matches!(unit, "十" | "百" | "千" | "万" | "亿") || NUMBERS_EN.contains(&unit)
}

/// How many units `word` takes up when `units` begin with it.
fn begins_with(units: &[&str], word: &str) -> Option<usize> {
    let count = word.chars().count();
    let same = units.len() >= count && word.chars().zip(units).all(|(c, unit)| unit.chars().eq([c]));
    same.then_some(count)
}

struct Found {
    kind: FactKind,
    /// First unit, first unit of the key, and the unit behind the last.
    start: usize,
    key: usize,
    end: usize,
}

/// The facts of a settled segment, in order.
pub fn facts(segment: &TextSegment) -> Vec<KeyFact> {
    let (spoken, _) = units(&segment.words);
    let texts: Vec<&str> = spoken.iter().map(|unit| unit.text.as_str()).collect();
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while at < texts.len() {
        let Some(fact) = fact_at(&texts, &spoken, at) else {
            at += 1;
            continue;
        };
        at = fact.end.max(at + 1);
        match found.last_mut() {
            // 三月五号下午两点半 is one fact.
            Some(last) if last.end == fact.start && last.kind == fact.kind => last.end = fact.end,
            _ => found.push(fact),
        }
    }
    found.into_iter().filter_map(|fact| fact_of(&fact, &spoken, &texts, segment)).collect()
}

/// Whether a line that was written down holds the fact with this key; none where that cannot be told: English numbers
/// are said in words and written in figures.
pub fn names_fact(line: &str, key: &str) -> Option<bool> {
    if key.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return None;
    }
    let (read_aloud, _) = units(&spoken(line, 0.0).words);
    let read_aloud: String = read_aloud.iter().map(|unit| unit.text.as_str()).collect();
    let is_number_char = |c: char| is_number(c.encode_utf8(&mut [0; 4]));
    // 十五点 is not 五点.
    let holds = |part: &str| {
        let begins = |at: usize| read_aloud[..at].chars().next_back().is_none_or(|before| !is_number_char(before));
        read_aloud.match_indices(part).any(|(at, _)| begins(at))
    };
    // A longer number is noted without its unit.
    let number: String = key.chars().take_while(|c| is_number_char(*c)).collect();
    Some(holds(&key.replace(' ', "")) || (number.chars().count() >= LONG_ENOUGH && holds(&number)))
}

fn fact_of(fact: &Found, spoken: &[Unit], texts: &[&str], segment: &TextSegment) -> Option<KeyFact> {
    let first = segment.words.get(spoken.get(fact.start)?.first_word)?;
    let last = segment.words.get(spoken.get(fact.end.checked_sub(1)?)?.last_word)?;
    let joined = |from: usize| {
        let glue = if texts[from..fact.end].iter().all(|unit| unit.is_ascii()) { " " } else { "" };
        texts[from..fact.end].join(glue)
    };
    Some(KeyFact {
        kind: fact.kind,
        span: Span::new(first.span.start, last.span.end),
        text: joined(fact.start),
        key: joined(fact.key),
        ready_at: segment.ready_at,
    })
}

fn fact_at(texts: &[&str], spoken: &[Unit], start: usize) -> Option<Found> {
    let mut key = start;
    while let Some(used) = BEFORE_TIME.iter().find_map(|word| begins_with(&texts[key..], word)) {
        key += used;
    }
    let percent = begins_with(&texts[key..], "百分之").unwrap_or(0);
    let number = key + percent;
    let mut end = number;
    // A number goes on over 点 (decimals) but not over a comma, except where digits are read in groups.
    while end < texts.len() && is_number(texts[end]) {
        end += 1;
    }
    if end < texts.len() && end > number && texts[end] == "点" && texts.get(end + 1).is_some_and(|unit| is_digit(unit))
    {
        let decimals = texts[end + 1..].iter().take_while(|unit| is_number(unit)).count();
        let behind = &texts[end + 1 + decimals..];
        if AMOUNT_UNITS.iter().any(|unit| begins_with(behind, unit).is_some()) || percent > 0 {
            end += 1 + decimals;
        }
    }
    let count = end - number;
    if count == 0 {
        // 星期 三 and 周 五 carry their number behind them; everything else needs one here.
        return None;
    }
    let kind = if percent > 0 { Some((FactKind::Amount, 0)) } else { unit_behind(&texts[end..], key > start) };
    let alone = count == 1 && texts[number] == "一" && key == start;
    if let Some((kind, used)) = kind
        && !(alone && used == 1)
    {
        let street =
            kind == FactKind::Time && start > 0 && matches!(texts[start - 1], "路" | "街" | "道" | "巷" | "弄");
        let kind = if street { FactKind::Address } else { kind };
        return Some(Found { kind, start, key, end: end + used + minutes_behind(&texts[end + used..], kind) });
    }
    let digits = texts[number..end].iter().all(|unit| is_digit(unit));
    let unbroken = spoken[number + 1..end].iter().all(|unit| unit.mark_before != super::normalize::Mark::Sentence);
    (digits && unbroken && count >= LONG_NUMBER).then_some(Found {
        kind: FactKind::Number,
        start: number,
        key: number,
        end,
    })
}

/// Kind and length of the unit with which `rest` begins; after a word of time a bare number is a time too.
fn unit_behind(rest: &[&str], after_time: bool) -> Option<(FactKind, usize)> {
    let of = |list: &[&str], kind| list.iter().find_map(|unit| begins_with(rest, unit)).map(|used| (kind, used));
    of(&ADDRESS_UNITS, FactKind::Address)
        .or_else(|| of(&AMOUNT_UNITS, FactKind::Amount))
        .or_else(|| of(&TIME_UNITS, FactKind::Time))
        .or_else(|| {
            let next = rest.first()?;
            UNITS_EN.iter().find(|(unit, _)| unit == next).map(|(_, kind)| (*kind, 1))
        })
        .or_else(|| after_time.then_some((FactKind::Time, 0)))
}

/// The minutes behind 两点: 两点三十(分), 两点半, 两点一刻.
fn minutes_behind(rest: &[&str], kind: FactKind) -> usize {
    if kind != FactKind::Time {
        return 0;
    }
    let number = rest.iter().take_while(|unit| is_number(unit)).count();
    match rest.get(number) {
        Some(&"分") if number > 0 => number + 1,
        Some(&"刻") if number > 0 => number + 1,
        Some(&"半") if number == 0 => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::event::{Language, Word};
    use crate::time::SampleTime;

    fn found(text: &str) -> Vec<(FactKind, String)> {
        let pieces: Vec<String> = if text.is_ascii() {
            text.split_inclusive(' ').map(str::to_owned).collect()
        } else {
            text.chars().map(String::from).collect()
        };
        let words = pieces
            .into_iter()
            .enumerate()
            .map(|(i, text)| {
                let start = SampleTime(i as u64 * 3200);
                Word { span: Span::new(start, start + 3200), text, p: 1.0 }
            })
            .collect();
        let segment = TextSegment { span: Span::default(), words, language: Language::Zh, ready_at: SampleTime::ZERO };
        facts(&segment).into_iter().map(|fact| (fact.kind, fact.text)).collect()
    }

    #[test]
    fn a_note_holds_a_fact_however_its_number_is_written() {
        for (line, key, expected) in [
            ("王先生，5点回电", "五点", true),
            ("五点", "五点", true),
            ("15点", "五点", false),
            ("回电", "五点", false),
            ("退58.5", "五十八点五元", true),
            ("电话10086", "一零零八六", true),
            ("3月", "三天", false),
            ("3%", "百分之三", true),
        ] {
            assert_eq!(names_fact(line, key), Some(expected), "{line}: {key}");
        }
        assert_eq!(names_fact("15 min", "fifteen minutes"), None);
    }

    #[test]
    fn facts_are_found_and_figures_of_speech_are_not() {
        use FactKind::*;
        for (text, expected) in [
            ("我会在下午五点之前给您回复", vec![(Time, "下午五点")]),
            ("3个工作日内到账", vec![(Time, "三个工作日")]),
            ("一共是58.5元", vec![(Amount, "五十八点五元")]),
            ("可以打八折", vec![(Amount, "八折")]),
            ("手续费是百分之三", vec![(Amount, "百分之三")]),
            ("请拨打10086转人工", vec![(Number, "一零零八六")]),
            ("三月五号下午两点半上门", vec![(Time, "三月五号下午两点半")]),
            ("人民路12号3单元", vec![(Address, "十二号三单元")]),
            ("您稍等一下", vec![]),
            ("这是一个好问题", vec![]),
            ("我一天都在", vec![]),
            ("十分感谢", vec![]),
            ("明天上门", vec![]),
            ("within 15 minutes", vec![(Time, "十五minutes")]),
            ("that is twenty dollars", vec![(Amount, "twenty dollars")]),
        ] {
            let expected: Vec<_> = expected.into_iter().map(|(kind, text)| (kind, text.to_owned())).collect();
            assert_eq!(found(text), expected, "{text}");
        }
    }
}
