//! What `voicemirror packs check` finds: a pack may be well formed and still not do what its trainer means.

use super::matcher::Matcher;
use super::pack::{Entry, Pack};
use crate::session::event::{Hit, HitLevel, Language, TextSegment, Word};
use crate::time::{SampleTime, Span, samples};
use std::sync::Arc;

/// Something in a pack that does not work as its trainer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackProblem {
    /// Rule of the entry.
    pub entry: String,
    /// Line of the entry in its file, from 1.
    pub line: usize,
    /// What is wrong, in one sentence.
    pub message: String,
}

impl std::fmt::Display for PackProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}, {}: {}", self.line, self.entry, self.message)
    }
}

/// Tries every example of a pack, and every phrase against the others. An empty list means that all is well.
pub fn check(pack: &Pack) -> Vec<PackProblem> {
    let pack = Arc::new(pack.clone());
    let mut problems = Vec::new();
    if pack.entries.is_empty() {
        problems.push(PackProblem { entry: pack.id.clone(), line: 1, message: "the pack has no entries".to_owned() });
    }
    for entry in &pack.entries {
        let mut report = |message: String| {
            problems.push(PackProblem { entry: entry.id.clone(), line: entry.line, message });
        };
        if entry.hits.is_empty() {
            report("\"hits\" is empty; give at least one sentence that must be found".to_owned());
        }
        for sentence in &entry.hits {
            let found = scan(&pack, sentence);
            if !found.iter().any(|hit| is_of(hit, entry)) {
                report(match found.first() {
                    None => format!("\"{sentence}\" should be found, but is not"),
                    Some(hit) => {
                        format!("\"{sentence}\" is found as {} ({}) instead", hit.rule, level_name(hit.level))
                    }
                });
            }
        }
        for sentence in &entry.misses {
            if let Some(hit) = scan(&pack, sentence).iter().find(|hit| is_of(hit, entry)) {
                report(format!("\"{sentence}\" should not be found, but \"{}\" is", hit.text));
            }
        }
    }
    problems
}

fn is_of(hit: &Hit, entry: &Entry) -> bool {
    hit.rule == entry.id && hit.level == entry.level
}

fn level_name(level: HitLevel) -> &'static str {
    match level {
        HitLevel::Banned => "banned",
        HitLevel::Discouraged => "discouraged",
    }
}

/// What a pack finds in a text that is spoken evenly, without a recogniser in between.
pub fn scan(pack: &Arc<Pack>, text: &str) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut matcher = Matcher::new(Arc::clone(pack));
    matcher.push(&spoken(text, 0.0), &mut hits);
    matcher.finish(&mut hits);
    hits
}

/// A text as the recogniser would hand it over when it is spoken from `start_s` on: a fifth of a second for each
/// character, a pause of 0.3 s after a comma and 0.6 s after a sentence.
pub fn spoken(text: &str, start_s: f64) -> TextSegment {
    let language = if text.is_ascii() { Language::En } else { Language::Zh };
    let mut words: Vec<Word> = Vec::new();
    let mut at = start_s;
    for character in text.chars() {
        let sounds = character.is_alphanumeric();
        let joins = !sounds && !character.is_whitespace();
        let continues = character.is_ascii_alphanumeric() || matches!(character, '\'' | '’');
        match words.last_mut() {
            Some(word)
                if joins || (continues && word.text.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '\'')) =>
            {
                word.text.push(character);
            }
            _ => {
                let span = Span::new(SampleTime::from_seconds(at), SampleTime::from_seconds(at + 0.2));
                words.push(Word { span, text: character.to_string(), p: 1.0 });
                at += if sounds { 0.2 } else { 0.0 };
            }
        }
        at += match character {
            '，' | ',' | '、' => 0.3,
            '。' | '！' | '？' | '!' | '?' => 0.6,
            _ => 0.0,
        };
    }
    let end = words.last().map_or(SampleTime::from_seconds(start_s), |word| word.span.end);
    let span = Span::new(SampleTime::from_seconds(start_s), end);
    TextSegment { span, words, language, ready_at: end + samples(1.0) }
}
