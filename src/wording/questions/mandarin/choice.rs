//! Questions between alternatives, joined by 还是 or 或者, or named before one of them is to be picked.

use super::Clause;
use super::condition::{conditional, polite};
use super::evidence::*;
use super::words::*;
use crate::session::event::QuestionKind::{self, *};
use crate::wording::line::Line;
use std::ops::Range;

impl Clause<'_> {
    /// Whether 还是 or 或者 stands between alternatives, and whether the first one is the clause before.
    pub(super) fn alternatives(&self, asks: bool) -> Option<bool> {
        let line = self.line;
        let whatever = |line: Line| line.has(&WHATEVER);
        if whatever(line) || self.earlier.is_some_and(whatever) || line.ends(&["都可以", "都行"]).is_some() {
            return None;
        }
        if asks && line.begins(&["或者"]).is_some() && self.earlier.is_some() {
            return Some(true);
        }
        if line.begins(&["或者"]).is_some()
            && self.earlier.is_some_and(|before| before.begins(&FIRST_CHOICES).is_some() && before.len() >= 4)
        {
            return Some(true);
        }
        if let Some(place) = line.find("或者")
            && place > 1
            && (asks || line.ends(&["呢"]).is_some() || a_not_a(line).is_some())
            && !self.is_indirect(place)
            && !line.has(&["什么", "哪"])
        {
            return Some(false);
        }
        let (place, length) = line.find_last(&["还是说", "还是"])?;
        let rest = line.tail(place + length);
        if rest.len() == 0 || self.is_indirect(place) {
            return None;
        }
        let (first, reach) = if place > 0 { (line.head(place), false) } else { (self.earlier?, true) };
        // 您要退还是要换: what follows repeats a word of what stands before.
        let repeats = rest.units.iter().take(2).any(|unit| {
            first.units.contains(unit)
                && !["您", "我", "们", "的", "了", "这", "不", "有", "没", "是", "个"].contains(unit)
        });
        let second = rest
            .head(2)
            .units
            .last()
            .is_some_and(|unit| first.units.contains(unit) && !"的了们这不我您".contains(*unit));
        let still = rest.begins(&STILL).is_some();
        let opened = first.has(&OPENING_CHOICE) || line.ends(&["呢"]).is_some() || first.begins(&["是"]).is_some();
        // 您是想走投诉还是再等等.
        let firmly = first.begins(&FIRST_CHOICES).is_some() && first.len() >= 4 && rest.len() >= 2;
        let parallel = firmly || repeats || second || ends_alike(first, rest);
        let alone = first.len() <= 1 || "我们他她它就也仍".contains(line.before(place, 1)) && place > 0;
        ((parallel && !alone) || (opened && !still && !alone && first.len() >= 2)).then_some(reach)
    }

    /// 退款或者换新，您选哪个: the alternatives are named, and one of them is to be picked; whether they stand in the
    /// clause before.
    pub(super) fn picks(&self) -> Option<bool> {
        let line = self.line;
        let (place, _) = line.find_any(&PICKED)?;
        let head = line.head(place);
        let between = |line: Line| line.find_any(&["或者", "要么", "还是", "和", "跟"]).is_some_and(|(at, _)| at > 0);
        let prefers = line.has(&["喜欢", "选", "要", "用", "倾向", "合适", "方便"]);
        let paired = |line: Line| {
            line.find_any(&["和", "跟"]).is_some_and(|(at, _)| at > 0) && !line.has(&["您", "你", "我", "了", "吗"])
        };
        let named = |line: Line| line.has(&["或者", "要么", "还是"]) || prefers && paired(line);
        if !head.has(&["您", "你"]) {
            return None;
        }
        let own = head.find_any(&["您", "你"]).is_some_and(|(at, _)| between(head.head(at)));
        own.then_some(false).or_else(|| (self.listed || self.earlier.is_some_and(named)).then_some(true))
    }

    /// A choice, or what would be chosen: 要是……，您会换还是会退.
    pub(super) fn choice(&self, reach: bool) -> (QuestionKind, bool) {
        let supposed = self.earlier.is_some_and(|before| conditional(before).is_some() && !polite(before));
        let kind = if supposed && self.line.has(&WEIGHING) { Hypothetical } else { Choice };
        (kind, reach)
    }
}

/// Whether the last two of `before` are two short names of things, said one behind the other.
pub(super) fn listed(texts: &[&str], before: &[Range<usize>]) -> bool {
    let [.., first, second] = before else { return false };
    [first, second].iter().all(|range| {
        let line = Line { units: &texts[(*range).clone()] };
        (2..=4).contains(&line.len())
            && !line.has(&["您", "你", "我", "好", "是", "对", "了", "吗", "嗯", "先生", "女士", "请"])
    })
}

/// 上午方便还是下午方便, 靠窗的还是靠走道的: both ends say the same.
fn ends_alike(first: Line, second: Line) -> bool {
    let bare =
        |line: Line| line.units.iter().rev().find(|unit| !"呢啊呀吧".contains(**unit)).map(|unit| (*unit).to_owned());
    let (one, other) = (bare(first), bare(second));
    one.is_some() && one == other && !matches!(one.as_deref(), Some("了" | "吗"))
}
