//! English questions: a question word or an auxiliary before its subject at the start of a clause, tags, alternatives.

mod words;

use super::Asked;
use crate::session::event::QuestionKind::{self, *};
use crate::wording::line::Line;
use crate::wording::sentence::Sentence;
use std::ops::Range;
use words::*;

/// The questions of a sentence, clause by clause.
pub fn questions(texts: &[&str], sentence: &Sentence) -> Vec<Asked> {
    let mut found: Vec<Asked> = Vec::new();
    let parts: Vec<Range<usize>> = sentence.clauses.iter().flat_map(|clause| parts(texts, clause)).collect();
    for (number, range) in parts.iter().enumerate() {
        let line = Line { units: &texts[range.clone()] };
        let before = number.checked_sub(1).map(|one| &parts[one]);
        let earlier = before.map(|range| Line { units: &texts[range.clone()] });
        let asked_before = before.is_some_and(|range| found.last().is_some_and(|one| one.units.end == range.end));
        let Some((kind, reach)) = question(line, earlier, asked_before, sentence.is_marked(range)) else { continue };
        let start = before.filter(|_| reach).map_or(range.start, |range| range.start);
        found.push(Asked { kind, units: start..range.end });
    }
    found
}

/// A clause, apart where "and" joins two questions: which model is it and have you registered it.
fn parts(texts: &[&str], clause: &Range<usize>) -> Vec<Range<usize>> {
    let line = Line { units: texts };
    let asks = |range: &Range<usize>| {
        let part = Line { units: &texts[range.clone()] };
        let part = part.tail(opened(part));
        inverted(part).is_some() || question_word(part).is_some()
    };
    let joined = (clause.start + 2..clause.end)
        .find(|place| line.unit(*place) == "and" && asks(&(clause.start..*place)) && asks(&(*place..clause.end)));
    match joined {
        Some(place) => vec![clause.start..place, place..clause.end],
        None => vec![clause.clone()],
    }
}

fn question(line: Line, earlier: Option<Line>, asked_before: bool, marked: bool) -> Option<(QuestionKind, bool)> {
    let line = line.tail(opened(line));
    if line.len() == 0 {
        return None;
    }
    if let Some(kind) = tag(line, earlier) {
        // Behind a question, "right" or "or the other one" says no new kind.
        return (!asked_before || kind == Choice).then_some((kind, true));
    }
    if asked_before && line.begins(&["or"]).is_some() && line.begins(&["or not"]).is_none() {
        return Some((Choice, true));
    }
    let if_at = line.find_any(&CONDITIONS).map(|(place, _)| place).filter(|_| !line.has(&POLITE));
    if line.begins(&["what if", "what about if"]).is_some() {
        return Some((Hypothetical, false));
    }
    // "If we sent it tomorrow would that work": the question begins behind the condition.
    let main = match if_at {
        Some(0) => (2..line.len()).find(|place| inverted(line.tail(*place)).is_some()).map(|place| line.tail(place))?,
        _ => line,
    };
    let kind = plain(main).or((marked && main.len() > 1 && if_at.is_none()).then_some(Closed))?;
    let supposed = if_at.is_some() && kind != Choice;
    let supposed_before = earlier.is_some_and(|before| {
        let before = before.tail(opened(before));
        before.begins(&CONDITIONS).is_some() && !before.has(&POLITE)
    });
    if supposed || supposed_before && kind != Leading {
        return Some((Hypothetical, supposed_before));
    }
    Some((kind, false))
}

/// How many units are said before the clause itself.
fn opened(line: Line) -> usize {
    let mut place = 0;
    while let Some(used) = line.any_at(place, &OPENERS) {
        place += used;
    }
    // "…, right" and "…, okay" alone are tags.
    if place < line.len() { place } else { 0 }
}

/// The kind of a question at the start of `line`.
fn plain(line: Line) -> Option<QuestionKind> {
    if let Some(kind) = question_word(line) {
        return Some(kind);
    }
    if let Some(kind) = short(line) {
        return Some(kind);
    }
    let request = line.begins(&REQUESTS).is_some();
    if request {
        if wants_detail(line) {
            return Some(Specific);
        }
        if line.has(&STORIES) {
            return Some(Open);
        }
        let asked = line.find_any(&TELL).and_then(|(place, used)| embedded(line.tail(place + used)));
        if asked.is_some() {
            return asked;
        }
    }
    let length = inverted(line)?;
    // "Do not worry", "have a nice day", "is fine" are no questions; nor "may you".
    if line.begins(&["have a", "have an", "do the", "do your", "do that", "do this", "do it"]).is_some() {
        return None;
    }
    if line.begins(&NEGATIVE).is_some() {
        return Some(Leading);
    }
    let rest = line.tail(length);
    if rest.has(&["agree", "not you agree"]) || line.begins(&["surely"]).is_some() {
        return Some(Leading);
    }
    let or = rest.find("or").filter(|place| {
        rest.any_at(*place, &["or not", "or anything", "or something", "or so", "or any", "or two"]).is_none()
    });
    Some(if or.is_some() { Choice } else { Closed })
}

/// The kind of a question without a verb: any other questions, cash or card.
fn short(line: Line) -> Option<QuestionKind> {
    let said = line.head(line.ends(&["sir", "madam", "maam"]).unwrap_or(line.len()));
    if said
        .begins(&["any other", "any more", "any luck", "any news", "any further", "any chance", "any idea"])
        .is_some()
    {
        return (!said.has(&["you", "just", "please", "can", "will"]) || said.has(&["for you"])).then_some(Closed);
    }
    let or = said.find("or")?;
    let idiom =
        said.has(&["more or", "sooner or", "one or", "two or", "three or", "or so", "or two", "or not", "or else"]);
    let verbless = !said.has(&["i", "you", "we", "it", "they", "is", "are", "was", "to", "at", "on", "by", "please"]);
    (or > 0 && or + 1 < said.len() && said.len() <= 4 && !idiom && verbless).then_some(Choice)
}

/// Whether a detail is asked for: may I have your postcode.
fn wants_detail(line: Line) -> bool {
    let Some(used) = line.begins(&["may i", "can i", "could i", "might i"]) else { return false };
    let rest = line.tail(used);
    let rest = rest.tail(rest.begins(&["please", "just", "also", "quickly"]).unwrap_or(0));
    rest.begins(&WANTED).is_some_and(|verb| rest.tail(verb).begins(&["your"]).is_some())
}

/// How many units an auxiliary and its subject take up at the start.
fn inverted(line: Line) -> Option<usize> {
    let used = line.begins(&AUXILIARIES).or_else(|| line.begins(&NEGATIVE))?;
    let subject = line.any_at(used, &SUBJECTS)?;
    Some(used + subject)
}

/// The kind of a question that begins with a question word before its verb.
fn question_word(line: Line) -> Option<QuestionKind> {
    let after = line.begins(&[
        "may i ask",
        "can i ask",
        "could i ask",
        "and",
        "about",
        "to",
        "from",
        "with",
        "for",
        "at",
        "by",
        "in",
    ]);
    let line = line.tail(after.unwrap_or(0));
    if after.is_some() && line.begins(&["what", "which", "whom", "who", "when", "where", "how", "why"]).is_none() {
        return None;
    }
    if line.begins(&["how about", "what about", "what do you say"]).is_some() {
        return Some(Closed);
    }
    let kind = kind_of_word(line)?;
    // Question words also join clauses: what I can do is, when it arrives, who called us yesterday.
    let subject_question = line.begins(&[
        "what happened",
        "what seems",
        "what brings",
        "what made",
        "what went",
        "what kind of",
        "what time",
        "which one",
        "who is",
        "who was",
        "who did",
        "who can",
        "who has",
        "who told",
        "who gave",
        "who sold",
        "who should",
        "how come",
    ]);
    // "Who signed for it": somebody did it; "who signed it is on page two" says who that is.
    let doer = line.unit(0) == "who" && DID.contains(&line.unit(1)) && !line.has(&["is", "was", "will"]);
    let verb = (1..line.len().min(6)).any(|place| {
        line.any_at(place, &AUXILIARIES).is_some()
            && !line.head(place).has(&["i", "you", "we", "it", "they", "he", "she"])
    });
    let contracted = line.begins(&["whats", "hows", "wheres", "whos"]).is_some();
    let joins =
        line.begins(&["which is", "which are", "which was", "who is the", "when it", "when you", "when i", "when we"]);
    let asks = (subject_question.is_some() || doer || verb || contracted || after.is_some_and(|used| used > 1))
        && joins.is_none();
    asks.then_some(kind)
}

fn kind_of_word(line: Line) -> Option<QuestionKind> {
    if line.begins(&["whats", "what"]).is_some() && line.head(9).has(&STORY_NOUNS) {
        return Some(Open);
    }
    if line.begins(&DETAIL_WORDS[..10]).is_some() || line.begins(&DETAIL_HOW).is_some() {
        return Some(Specific);
    }
    if line.begins(&STORY_WORDS).is_some() || line.begins(&["hows"]).is_some() {
        return Some(Open);
    }
    let detail = line.begins(&DETAIL_WORDS).or_else(|| line.begins(&["whats", "wheres", "whos", "what is"]));
    detail.map(|_| Specific)
}

/// The kind of a question behind "tell me".
fn embedded(line: Line) -> Option<QuestionKind> {
    let place = (0..line.len().min(4)).find(|place| kind_of_word(line.tail(*place)).is_some())?;
    kind_of_word(line.tail(place))
}

/// The kind of a statement with a tag behind it.
fn tag(line: Line, earlier: Option<Line>) -> Option<QuestionKind> {
    let suggests = |line: Line| line.has(&SUGGESTING);
    // "You like it, don't you": an auxiliary and a pronoun that end the clause.
    let short = line.len() == 2
        && line.begins(&NEGATIVE).or_else(|| line.begins(&AUXILIARIES)).is_some()
        && line.any_at(1, &["you", "it", "we", "they", "he", "she", "that", "this", "there", "i"]).is_some();
    if short && earlier.is_some() {
        return Some(Leading);
    }
    let place = line.ends(&TAGS)?;
    let main = line.head(place);
    let statement = if main.len() > 0 { Some(main) } else { earlier };
    let statement = statement.filter(|line| line.has(&["you", "your", "its", "it", "that", "this", "the"]))?;
    let bare = main.len() > 0 && line.ends(&["right", "okay", "ok", "yes", "yeah", "correct"]).is_some();
    // "That is all right" and "you are right" end with no tag.
    let predicate =
        bare && main.ends(&["is", "are", "was", "all", "you", "thats", "its", "youre", "be", "not", "the"]).is_some();
    let question = plain(main).is_some();
    let assumes = line.ends(&["i take it", "i presume", "i suppose"]).is_some();
    (!predicate && !question).then_some(if assumes || suggests(statement) { Leading } else { Closed })
}

#[cfg(test)]
mod tests;
