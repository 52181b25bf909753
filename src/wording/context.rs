//! What stands around a finding, and whether the same is said again: what a dismissal goes by.
//!
//! Compared are the words before and behind the phrase in its clause, because the clause is what gives a phrase its
//! meaning (这个我不知道您是否收到了 is no refusal, 这个我不知道 is), and because clauses around it change from one
//! call to the next. A phrase that fills its clause says nothing by the clause alone, so then its whole sentence is
//! compared; a phrase that is the whole sentence is the same only where it stands alone again. They are compared as
//! phrases are found: numbers as they are read aloud, marks left out, by toneless sound with the recogniser's usual
//! slips cheap ([`super::sound`]), small words of hesitation free. A negation or a person that differs is another
//! statement at any length. Rule and phrase of the pack must be the same.

use super::normalize::units;
use super::sentence::{Sentence, SentenceBuilder};
use super::sound::{Class, REFUSED, Symbol};
use crate::session::event::{Dismissal, Hit, TextSegment, Word};
use crate::time::{Span, samples};

/// Text further from the finding than this belongs to other sentences, seconds.
const REACH_S: f64 = 30.0;
/// A clause with fewer units than this around the phrase is compared with the rest of its sentence.
const LEAST_AROUND: usize = 2;
/// Mean price of a unit around the phrase up to which it is the same. One character in four may have been heard as
/// something unrelated; 这个 and 那个 differ.
const SAME: f32 = 0.25;
/// Price of a unit that one has and the other has not.
const MISSING: f32 = 0.8;
/// The same for a word of hesitation.
const HESITATION: f32 = 0.1;
/// Words that come and go without changing what is said.
const HESITATIONS: [&str; 17] =
    ["啊", "嗯", "呃", "哦", "诶", "哎", "呢", "吧", "呀", "嘛", "哈", "啦", "那", "就", "um", "uh", "well"];

/// What stands around a finding.
#[derive(Clone, Debug, PartialEq)]
pub struct Context {
    before: String,
    after: String,
    /// Whether the text behind it may still go on.
    is_open: bool,
}

impl Context {
    /// The surroundings of `hit` in the text so far; none where its words are not in it. With `is_over` nothing more
    /// is to come.
    pub fn of(hit: &Hit, segments: &[TextSegment], is_over: bool) -> Option<Self> {
        let near = Span::new(hit.span.start.saturating_back(samples(REACH_S)), hit.span.end + samples(REACH_S));
        let (mut builder, mut sentences) = (SentenceBuilder::default(), Vec::new());
        for segment in segments.iter().filter(|segment| segment.span.overlap_samples(near) > 0) {
            builder.push(segment, &mut sentences);
        }
        let complete = sentences.len();
        builder.finish(&mut sentences);
        let touched = |sentence: &&Sentence| !sentence.units_in(hit.span).is_empty();
        let first = sentences.iter().find(touched)?;
        let last_place = sentences.iter().rposition(|sentence| touched(&sentence))?;
        let last = sentences.get(last_place)?;
        let (start, end) = (first.units_in(hit.span).start, last.units_in(hit.span).end);
        let clause = |sentence: &Sentence, unit: usize| {
            let holds = |clause: &&std::ops::Range<usize>| clause.contains(&unit);
            sentence.clauses.iter().find(holds).cloned().unwrap_or(0..sentence.units.len())
        };
        let mut from = clause(first, start).start;
        let mut to = clause(last, end.saturating_sub(1)).end.max(end);
        if (start - from) + (to - end) < LEAST_AROUND {
            (from, to) = (0, last.units.len());
        }
        Some(Self {
            before: first.text_of(&(from..start)),
            after: last.text_of(&(end..to)),
            is_open: !is_over && last_place >= complete && to == last.units.len(),
        })
    }

    /// The dismissal of `hit` in these surroundings.
    pub fn dismissal(self, hit: &Hit) -> Dismissal {
        Dismissal {
            rule: hit.rule.clone(),
            phrase: hit.phrase.clone(),
            before: self.before,
            text: hit.text.clone(),
            after: self.after,
        }
    }

    /// Whether the text behind the finding may still go on, so that it may turn out to be another clause.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// Whether `hit` in these surroundings is what was dismissed; as far as it goes, where the text may still go on.
    pub fn is_dismissed_by(&self, hit: &Hit, dismissal: &Dismissal) -> bool {
        if dismissal.rule != hit.rule || dismissal.phrase != hit.phrase {
            return false;
        }
        let before = difference(&symbols(&dismissal.before), &symbols(&self.before), false);
        let after = difference(&symbols(&dismissal.after), &symbols(&self.after), self.is_open);
        let price = before.price + after.price;
        // Words of hesitation alone are no difference; any other word beside nothing is.
        price <= SAME * (before.units + after.units).max(1) as f32
    }
}

/// What it costs to turn one stretch of speech into another, and how long the longer one is.
struct Difference {
    price: f32,
    units: usize,
}

fn symbols(text: &str) -> Vec<Symbol> {
    let word = Word { span: Span::default(), text: text.to_owned(), p: 1.0 };
    let (units, _) = units(std::slice::from_ref(&word));
    units.iter().map(|unit| Symbol::new(&unit.text)).collect()
}

/// The cheapest way from `kept` to `heard`; where `heard` is `open`, to the beginning of `kept` that fits it best.
fn difference(kept: &[Symbol], heard: &[Symbol], open: bool) -> Difference {
    let missing = |symbol: &Symbol| match symbol.class {
        Class::Negation => REFUSED,
        _ if HESITATIONS.contains(&symbol.text.as_str()) => HESITATION,
        _ => MISSING,
    };
    let other = |a: &Symbol, b: &Symbol| if a.text == b.text { 0.0 } else { a.cost_of_other(b) };
    let mut row = vec![0.0_f32];
    for symbol in heard {
        row.push(row[row.len() - 1] + missing(symbol));
    }
    let whole = |row: &[f32]| row[heard.len()];
    let mut best = Difference { price: whole(&row), units: heard.len() };
    for (place, symbol) in kept.iter().enumerate() {
        let mut corner = row[0];
        row[0] += missing(symbol);
        for (column, said) in heard.iter().enumerate() {
            let swapped = corner + other(symbol, said);
            corner = row[column + 1];
            row[column + 1] = swapped.min(corner + missing(symbol)).min(row[column] + missing(said));
        }
        let units = heard.len().max(place + 1);
        if !open || whole(&row) <= best.price {
            best = Difference { price: whole(&row), units };
        }
    }
    if open { Difference { units: heard.len(), ..best } } else { best }
}

#[cfg(test)]
mod tests {
    use super::super::sentence::tests::segment_of;
    use super::*;
    use crate::session::event::{HitLevel, Language, MatchedBy, Severity};
    use crate::time::SampleTime;

    /// The hit on `phrase` in `text`, with the segment that it stands in.
    fn said(text: &str, phrase: &str) -> (Hit, TextSegment) {
        let segment = segment_of(text, 1.0, Language::Zh);
        let joined: String = segment.words.iter().map(|word| word.text.as_str()).collect();
        let start = joined.find(phrase).expect("the phrase");
        let mut at = 0;
        let mut span: Option<Span> = None;
        for word in &segment.words {
            if at >= start && at < start + phrase.len() {
                let whole = span.get_or_insert(word.span);
                whole.end = word.span.end;
            }
            at += word.text.len();
        }
        let hit = Hit {
            rule: "ban-08".into(),
            level: HitLevel::Banned,
            severity: Severity::Bad,
            span: span.expect("words"),
            ready_at: SampleTime::ZERO,
            text: phrase.into(),
            reason: String::new(),
            suggestion: String::new(),
            confidence: 1.0,
            phrase: "我不知道".into(),
            by: MatchedBy::Characters,
            phases: Vec::new(),
        };
        (hit, segment)
    }

    fn dismissed(text: &str) -> Dismissal {
        let (hit, segment) = said(text, "我不知道");
        Context::of(&hit, &[segment], true).expect("a context").dismissal(&hit)
    }

    fn is_same(kept: &str, heard: &str, phrase: &str, is_over: bool) -> bool {
        let (hit, segment) = said(heard, phrase);
        let context = Context::of(&hit, &[segment], is_over).expect("a context");
        context.is_dismissed_by(&hit, &dismissed(kept))
    }

    #[test]
    fn the_clause_is_kept_as_it_was_heard() {
        let kept = dismissed("您好，这个我不知道您收到没有，请您看一下");
        assert_eq!((kept.before.as_str(), kept.after.as_str()), ("这个", "您收到没有"));
        assert_eq!(kept.clause(), "这个我不知道您收到没有");
        let alone = dismissed("您说的这件事，我不知道。我去问一下");
        assert_eq!((alone.before.as_str(), alone.after.as_str()), ("您说的这件事", ""), "with its sentence");
    }

    #[test]
    fn the_same_sentence_is_the_same_however_it_was_heard() {
        let kept = "您好，这个我不知道您收到没有，请您看一下";
        for (heard, phrase) in [
            ("您好，这个我不知道您收到没有，请您看一下", "我不知道"),
            ("那这个我不知道您收到没有呢，好吧", "我不知道"),
            ("这个我不知到您收到没有", "我不知到"),
            ("这个我不知道你手到没有", "我不知道"),
        ] {
            assert!(is_same(kept, heard, phrase, true), "{heard}");
        }
    }

    #[test]
    fn the_same_phrase_in_another_sentence_is_another() {
        let kept = "您好，这个我不知道您收到没有，请您看一下";
        for heard in
            ["这个我不知道", "这个我不知道怎么办", "话费我不知道您收到没有", "这个我不知道您收到了", "我不知道"]
        {
            assert!(!is_same(kept, heard, "我不知道", true), "{heard}");
        }
        assert!(!is_same("我不知道", "这个我不知道", "我不知道", true), "alone is only alone");
        assert!(is_same("我不知道", "嗯，我不知道", "我不知道", true));
    }

    #[test]
    fn text_that_may_go_on_is_compared_as_far_as_it_goes() {
        let kept = "这个我不知道您收到没有";
        assert!(is_same(kept, "这个我不知道", "我不知道", false));
        assert!(is_same(kept, "这个我不知道您收", "我不知道", false));
        assert!(!is_same(kept, "这个我不知道怎么办", "我不知道", false));
        assert!(!is_same(kept, "话费我不知道", "我不知道", false));
    }

    #[test]
    fn another_rule_or_phrase_is_another_finding() {
        let (hit, segment) = said("这个我不知道您收到没有", "我不知道");
        let context = Context::of(&hit, &[segment], true).expect("a context");
        let kept = dismissed("这个我不知道您收到没有");
        assert!(context.is_dismissed_by(&hit, &kept));
        for other in [Dismissal { rule: "ban-09".into(), ..kept.clone() }, Dismissal { phrase: "x".into(), ..kept }] {
            assert!(!context.is_dismissed_by(&hit, &other));
        }
    }
}
