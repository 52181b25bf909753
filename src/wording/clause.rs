//! Whether a clause can end, or begin, at a place in a text: what parts a hesitation from a pause that punctuates.
//!
//! The recogniser's punctuation is thin, so the words themselves are asked: a clause does not end with a
//! conjunction, a preposition or an adverb that waits for its verb, and does not begin with a particle.

use super::normalize::{Mark, units};
use crate::session::event::Word;

/// Words with which no clause ends (closed classes of Mandarin: conjunctions, prepositions, adverbs, auxiliaries,
/// numerals' companions). Pronouns are not among them: 可以帮您 is finished.
const UNFINISHED_ZH: [&str; 65] = [
    "和", "跟", "与", "及", "或", "或者", "而且", "并且", "但是", "可是", "不过", "因为", "所以", "如果", "要是",
    "虽然", "把", "被", "给", "对", "向", "往", "从", "由", "为", "为了", "关于", "按", "按照", "比", "在", "到", "让",
    "请", "帮", "就", "也", "都", "还", "又", "再", "才", "只", "很", "太", "最", "更", "非常", "正在", "已经", "马上",
    "不", "没", "没有", "要", "会", "能", "想", "应该", "需要", "必须", "是", "这个", "那个", "一个",
];
/// Units with which no clause begins.
const UNBEGUN_ZH: [&str; 9] = ["的", "了", "吗", "呢", "吧", "过", "着", "们", "得"];
/// Words with which no English clause ends.
const UNFINISHED_EN: [&str; 52] = [
    "a", "an", "the", "and", "or", "but", "because", "if", "although", "of", "to", "in", "on", "at", "for", "with",
    "from", "by", "about", "into", "my", "your", "our", "their", "his", "her", "its", "is", "are", "was", "were", "be",
    "been", "has", "have", "had", "will", "would", "can", "could", "should", "must", "may", "might", "do", "does",
    "not", "very", "so", "that", "which", "who",
];

/// What the words around a pause say about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// Inside a clause: something still has to come.
    Inside,
    /// Between two clauses of a sentence.
    Clause,
    /// Between two sentences.
    Sentence,
    /// The words do not tell.
    Open,
}

/// What lies between the words `before` and the words `after` (each may be empty).
pub fn boundary(before: &[Word], after: &[Word]) -> Boundary {
    let (spoken, last_mark) = units(&before[before.len().saturating_sub(8)..]);
    let texts: Vec<&str> = spoken.iter().map(|unit| unit.text.as_str()).collect();
    let (next, _) = units(&after[..after.len().min(4)]);
    if next.first().is_some_and(|unit| UNBEGUN_ZH.contains(&unit.text.as_str())) || is_unfinished(&texts) {
        return Boundary::Inside;
    }
    match last_mark {
        Mark::Sentence => Boundary::Sentence,
        Mark::Comma => Boundary::Clause,
        Mark::None => Boundary::Open,
    }
}

/// Whether a clause that so far ends with `units` still waits for something.
fn is_unfinished(units: &[&str]) -> bool {
    let Some(last) = units.last() else { return false };
    if UNFINISHED_EN.contains(last) {
        return true;
    }
    let ends_with = |word: &str| {
        let mut left = units.iter().rev();
        word.chars().rev().all(|c| left.next().is_some_and(|unit| unit.chars().eq([c])))
    };
    // 是不是, 对不对, 好不好, 要不要 … ask; 不对, 不是, 不会, 不能 answer; 知道了吗 is no such case.
    let answers = ["不是", "不对", "不会", "不能", "不要", "不想", "还没有", "没有", "都不", "好的"];
    UNFINISHED_ZH.iter().any(|word| ends_with(word)) && !answers.iter().any(|word| ends_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    fn words(text: &str) -> Vec<Word> {
        let pieces: Vec<String> = if text.is_ascii() {
            text.split_inclusive(' ').map(str::to_owned).collect()
        } else {
            text.chars().map(String::from).collect()
        };
        pieces.into_iter().map(|text| Word { span: Span::default(), text, p: 1.0 }).collect()
    }

    #[test]
    fn the_words_tell_a_hesitation_from_a_full_stop() {
        for (before, after, expected) in [
            ("我先帮您查一下，", "请稍等", Boundary::Clause),
            ("已经登记好了。", "请问", Boundary::Sentence),
            ("这个问题我们会", "尽快处理", Boundary::Inside),
            ("请问有什么可以帮您。", "先生", Boundary::Sentence),
            ("因为", "系统升级", Boundary::Inside),
            ("您的订单已经发出", "了", Boundary::Inside),
            ("我帮您看看", "您别着急", Boundary::Open),
            ("不是", "我是说", Boundary::Open),
            ("请您提供一下订单号", "好的", Boundary::Open),
            ("I will send it to the ", "office", Boundary::Inside),
            ("Thank you for calling.", "How can I help", Boundary::Sentence),
            ("", "您好", Boundary::Open),
        ] {
            assert_eq!(boundary(&words(before), &words(after)), expected, "{before} | {after}");
        }
    }
}
