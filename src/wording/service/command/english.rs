//! English commands: a clause that begins with its verb, without a word that makes it a request.

use super::Command;
use crate::session::event::Severity;
use crate::wording::line::Line;
use crate::wording::sentence::Sentence;
use std::ops::Range;

/// Verbs with which a command begins. Words that are as often a name of a thing (order, book, charge) are not here.
const VERBS: [&str; 92] = [
    "give",
    "tell",
    "send",
    "hold",
    "wait",
    "call",
    "spell",
    "say",
    "repeat",
    "check",
    "go",
    "read",
    "fill",
    "sign",
    "pay",
    "put",
    "get",
    "bring",
    "come",
    "stop",
    "listen",
    "look",
    "calm",
    "restart",
    "open",
    "close",
    "click",
    "press",
    "type",
    "enter",
    "provide",
    "confirm",
    "speak",
    "show",
    "write",
    "log",
    "turn",
    "plug",
    "unplug",
    "try",
    "download",
    "ask",
    "answer",
    "find",
    "fax",
    "email",
    "hang",
    "dont",
    "take",
    "remove",
    "switch",
    "sit",
    "keep",
    "make",
    "move",
    "reset",
    "reboot",
    "insert",
    "pull",
    "push",
    "scroll",
    "select",
    "choose",
    "use",
    "follow",
    "leave",
    "quit",
    "shut",
    "hurry up",
    "note",
    "scan",
    "upload",
    "attach",
    "submit",
    "forward",
    "reply",
    "return",
    "visit",
    "contact",
    "register",
    "verify",
    "install",
    "delete",
    "clear",
    "connect",
    "disconnect",
    "copy",
    "print",
    "tap",
    "swipe",
    "collect",
    "pass",
];
/// What makes a sentence a request, or a statement.
const POLITE: [&str; 18] = [
    "please",
    "could",
    "would",
    "can",
    "may",
    "if",
    "kindly",
    "lets",
    "let us",
    "mind",
    "thank",
    "thanks",
    "i",
    "we",
    "sorry",
    "so that",
    "when",
    "feel free",
];
/// What comforts, invites or takes leave.
const COMFORT: [&str; 30] = [
    "dont worry",
    "dont hesitate",
    "dont panic",
    "dont forget",
    "dont be",
    "dont mention",
    "take your time",
    "take all the time",
    "take care",
    "look forward",
    "look after",
    "get well",
    "get home",
    "get some rest",
    "go ahead",
    "go on",
    "keep well",
    "keep safe",
    "keep warm",
    "make yourself",
    "leave it with",
    "leave it to",
    "leave that with",
    "leave that to",
    "give us a",
    "give me a call",
    "call us any time",
    "call us anytime",
    "call back any time",
    "try not to worry",
];
/// Said before the command itself.
const OPENERS: [&str; 17] = [
    "okay", "ok", "so", "and", "well", "now", "then", "right", "sir", "madam", "maam", "just", "alright", "no", "yes",
    "first", "next",
];
/// What is told to do so behind "you"; other verbs may tell what is done.
const BEHIND_YOU: [&str; 9] = ["wait", "hold", "listen", "stop", "give", "tell", "go", "do one thing", "do this"];
/// What follows a verb that commands, where a word that is also a thing (call charges, check results) has none.
const OBJECTS: [&str; 46] = [
    "the", "a", "an", "your", "my", "me", "it", "this", "that", "these", "those", "them", "us", "him", "her", "all",
    "any", "both", "up", "down", "in", "on", "off", "out", "over", "again", "back", "here", "there", "to", "with",
    "for", "at", "through", "into", "one", "if", "what", "which", "who", "how", "when", "where", "whether", "yes",
    "now",
];
/// Verbs of a statement.
const FINITE: [&str; 21] = [
    "is", "are", "was", "were", "will", "has", "have", "starts", "opens", "closes", "costs", "takes", "ends", "begins",
    "goes", "apply", "applies", "comes", "works", "can", "isnt",
];

/// The commands of a sentence.
pub fn commands(sentence: &Sentence, texts: &[&str]) -> Vec<Command> {
    if (Line { units: texts }).has(&POLITE) {
        return Vec::new();
    }
    sentence.clauses.iter().filter_map(|range| command(sentence, texts, range)).collect()
}

fn command(sentence: &Sentence, texts: &[&str], range: &Range<usize>) -> Option<Command> {
    let clause = Line { units: texts }.head(range.end);
    let mut first = range.start;
    while let Some(used) = clause.any_at(first, &OPENERS).filter(|used| first + used < range.end) {
        // "We'll get it done" does not begin with "well".
        if sentence.text_of(&(first..first + used)).contains(['\'', '’']) && clause.unit(first) == "well" {
            return None;
        }
        first += used;
    }
    let subject = clause.any_at(first, &["you"]).unwrap_or(0);
    let verb = first + subject;
    let known = if subject == 0 { clause.any_at(verb, &VERBS) } else { clause.any_at(verb, &BEHIND_YOU) };
    let commands = known.is_some()
        && clause.any_at(verb, &COMFORT).is_none()
        && !tells(clause, verb)
        && !sentence.is_marked(range);
    let said = sentence.text_of(&(verb..range.end));
    let said = lower_first(said.trim_end_matches(|c: char| !c.is_alphanumeric()));
    let request = match said.strip_prefix("don't ") {
        Some(rest) => format!("Could you please not {rest}?"),
        None => format!("Could you {said}, please?"),
    };
    commands.then(|| Command { units: range.clone(), severity: Severity::Watch, request })
}

/// Whether what begins with the word at `verb` is a statement: call charges are on page two, check-in starts at noon.
fn tells(clause: Line, verb: usize) -> bool {
    let finite = |place: usize| clause.any_at(place, &FINITE).is_some();
    match clause.unit(verb + 1) {
        "in" | "out" | "up" | "off" => finite(verb + 2),
        next => !OBJECTS.contains(&next) && (1..=3).any(|ahead| finite(verb + ahead)),
    }
}

fn lower_first(text: &str) -> String {
    let mut rest = text.trim().chars();
    rest.next().map(|first| first.to_lowercase().chain(rest).collect()).unwrap_or_default()
}
