//! Conditions that make a question one about what might be.

use super::Clause;
use super::words::*;
use crate::session::event::QuestionKind::{self, *};
use crate::wording::line::Line;

impl Clause<'_> {
    /// 如果跟团您从哪儿出发 asks for a fact all the same, 您会选哪一种 for what might be.
    fn is_detail_as_it_is(&self, kind: QuestionKind) -> bool {
        let offered =
            self.earlier.is_some_and(|before| before.has(&["我现在", "我们现在", "我给", "我帮", "我们给", "我们帮"]));
        kind == Specific && !self.line.has(&WEIGHING) && !offered
    }

    /// Whether an 如果 makes the question one about what might be, and whether it stands in the clause before.
    pub(super) fn condition(&self, kind: QuestionKind) -> Option<bool> {
        let line = self.line;
        if let Some(place) = conditional(line) {
            let told = line.tail(place);
            let asks_kindly = polite(told) && kind != Open;
            return (!asks_kindly && told.len() > 5 && !self.is_detail_as_it_is(kind)).then_some(false);
        }
        let before = self.earlier?;
        conditional(before).or_else(|| condition_before(before))?;
        (!polite(before) && !self.is_detail_as_it_is(kind)).then_some(true)
    }
}

/// Where a condition begins.
pub(super) fn conditional(line: Line) -> Option<usize> {
    (0..line.len()).find(|&place| {
        // 主要是 and 只要是 hold no 要是.
        let inside = place > 0 && matches!(line.before(place, 1), "主" | "只" | "需" | "重" | "想" | "不");
        line.any_at(place, &CONDITIONS).is_some() && !(inside && line.unit(place) == "要")
    })
}

/// Where a whole clause before a question is a condition: 快递周末才到的话, 只要我们退运费, 就算补差价.
fn condition_before(line: Line) -> Option<usize> {
    let named = line
        .ends(&["的话"])
        .is_some_and(|place| place >= 3 && !matches!(line.before(place, 1), "说" | "讲" | "样" | "听" | "您" | "你"));
    let begins = line.begins(&SUPPOSING).is_some() && line.len() >= 5;
    (named || begins).then_some(0)
}

/// 如果方便的话, 如果您不介意: politeness, no supposition.
pub(super) fn polite(line: Line) -> bool {
    line.has(&POLITE_CONDITIONS)
}
