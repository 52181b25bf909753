//! What in a clause asks: question words and what they want to know, and verbs said with and without 不.

use super::words::*;
use crate::session::event::QuestionKind::{self, *};
use crate::wording::line::Line;

/// What a question word asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// More than a word.
    Story,
    /// One thing.
    Detail,
}

impl Wants {
    /// The kind of question that asks so.
    pub fn kind(self) -> QuestionKind {
        match self {
            Self::Story => Open,
            Self::Detail => Specific,
        }
    }
}

/// Where a verb is asked by saying it with and without 不 or 没: 是不是, 有没有, 方不方便, 知道不知道.
pub fn a_not_a(line: Line) -> Option<usize> {
    (0..line.len()).find(|&place| {
        let (verb, not) = (line.unit(place), line.unit(place + 1));
        let one = matches!(not, "不" | "没") && line.unit(place + 2) == verb && !"时动一三不偶没差错".contains(verb);
        let two = line.unit(place + 2) == "不"
            && verb == line.unit(place + 3)
            && line.unit(place + 1) == line.unit(place + 4)
            && !verb.is_empty();
        (one || two) && verb.chars().all(crate::script::is_han)
    })
}

/// Where 是否, 能否, 可否 stand.
pub fn whether(line: Line) -> Option<usize> {
    line.find_any(&["是否", "能否", "可否", "会否", "有无"]).map(|(place, _)| place)
}

/// 怎么会呢, 怎么能, 哪能: nothing is asked, unless 怎么会 is said to the customer about them.
pub fn is_rhetorical(line: Line, place: usize) -> bool {
    if line.at(place, "怎么会").is_some() {
        return !line.head(place).has(&["您", "你"]);
    }
    line.any_at(place, &RHETORICAL).is_some()
}

/// What the question word at `place` wants to know, and how long it is.
pub fn wants_at(line: Line, place: usize) -> Option<(Wants, usize)> {
    let before = line.before(place, 1);
    if let Some(length) = line.any_at(place, &["怎么称呼", "如何称呼", "怎样称呼"]) {
        return Some((Wants::Detail, length));
    }
    let negated = matches!(before, "没" | "不") || before == "有" && line.before(place, 2) == "没";
    if negated && line.at(place, "为").is_none() {
        return None;
    }
    if let Some(length) = line.any_at(place, &STORY_WORDS) {
        return Some((Wants::Story, length));
    }
    if line.any_at(place, &["什么", "啥"]).is_some() {
        return what_at(line, place);
    }
    if line.unit(place) == "几" {
        return how_many(line, place).then_some((Wants::Detail, 1));
    }
    if line
        .any_at(
            place,
            &[
                "哪怕",
                "多少会",
                "多少有",
                "多少都",
                "多少先",
                "多少得",
                "多少给",
                "多少能",
                "多少还",
                "哪里的话",
                "谁知",
                "多大的问题",
            ],
        )
        .is_some()
    {
        return None;
    }
    if line.unit(place) == "哪" {
        let rest = line.tail(place).head(10);
        let story = rest.any_at(0, &STORY_WHICH).is_some() || rest.has(&UNHAPPY);
        return Some((if story { Wants::Story } else { Wants::Detail }, 1));
    }
    line.any_at(place, &DETAIL_WORDS).map(|length| (Wants::Detail, length))
}

/// 什么: a detail where a thing of one word is asked for, a story where a matter is.
fn what_at(line: Line, place: usize) -> Option<(Wants, usize)> {
    let length = line.any_at(place, &["什么", "啥"])?;
    let next = line.tail(place + length);
    if next.begins(&["的"]).is_some() || line.before(place, 1) == "为" && length == 1 {
        return None;
    }
    if next.begins(&STORY_NOUNS).is_some() {
        return Some((Wants::Story, length));
    }
    let ends = next.len() == 0
        || next.begins(&["呢", "呀", "啊", "吗", "可以", "能", "让", "导致", "要", "需要", "吧"]).is_some();
    if ends && line.before(place, 1) == "是" {
        let story = line.head(place).has(&STORY_NOUNS);
        return Some((if story { Wants::Story } else { Wants::Detail }, length));
    }
    Some((if ends { Wants::Story } else { Wants::Detail }, length))
}

/// Whether the 几 at `place` asks for a number and is no 几天 that tells one.
fn how_many(line: Line, place: usize) -> bool {
    let before = line.before(place, 1);
    let counted = line.any_at(place + 1, &COUNTED).is_some();
    // 尾号是几, 第几.
    if place + 1 == line.len() || line.head(place + 2).ends(&["呢"]).is_some() && place + 2 == line.len() {
        return matches!(before, "是" | "第" | "为" | "到");
    }
    // 停了几个小时了.
    if before == "了" && line.ends(&["了"]).is_some() && !line.has(&["我", "已经", "都", "好几", "等"]) {
        return counted;
    }
    // 问您几个情况 announces questions.
    if line.any_at(place, &["几个问题", "几个情况", "几个信息", "几个细节", "几个事"]).is_some()
        && !line.head(place).has(&["有"])
    {
        return false;
    }
    if !counted || "这那过前后好十等百千再没又聊说把".contains(before) && !before.is_empty() {
        return false;
    }
    let near = line.head(place).tail(place.saturating_sub(5));
    let behind = line.tail(place + 2).head(4);
    if near.has(&["稍等", "等", "以问您", "想问您", "再问您", "请教", "耽误", "占用", "推荐", "介绍", "给您", "送您"])
        || behind.has(&["之内", "以内", "内", "左右", "后", "以后", "之后"])
    {
        return false;
    }
    matches!(before, "第" | "周" | "期" | "拜")
        || line.has(&["您", "你", "请问", "孩子", "家里", "一共", "总共"])
        || line.ends(&["呢"]).is_some()
}

/// 怎么方便怎么来, 什么时候想好什么时候联系我: whichever it is, not which.
pub fn is_said_twice(line: Line, place: usize) -> bool {
    ["怎么", "谁", "多少", "什么", "哪", "几"].iter().any(|word| {
        let Some(length) = line.at(place, word) else { return false };
        // 什么时候在什么地方 are two questions, 什么时候……什么时候 is none.
        let same = |at: usize| {
            let noun = !matches!(*word, "什么" | "哪" | "几") || line.unit(at + length) == line.unit(place + length);
            line.at(at, word).is_some() && noun
        };
        let apart = |at: usize| at.abs_diff(place) > length;
        (0..line.len()).any(|at| apart(at) && same(at))
    })
}
