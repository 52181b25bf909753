//! What `voicemirror packs check` finds: a pack may be well formed and still not do what its trainer means.

use super::cue_matcher::CueMatcher;
use super::matcher::Matcher;
use super::pack::{CueEntry, Entry, Pack};
use crate::session::event::{Cue, Hit, HitLevel, Language, SessionEvent, TextSegment, Word};
use crate::time::{SampleTime, Span, samples};
use std::sync::Arc;

/// Silence between two examples, seconds: nothing reaches across.
const BETWEEN_EXAMPLES_S: f64 = 60.0;

/// Something in a pack that does not work as its trainer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackProblem {
    /// Rule of the entry, or cue.
    pub entry: String,
    /// The file it stands in where that is a pack below the one that was checked.
    pub file: Option<String>,
    /// Line in its file, from 1.
    pub line: usize,
    /// What is wrong.
    pub misfit: Misfit,
}

/// How a pack differs from what its trainer means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// There is nothing in it.
    NoEntries,
    /// Nothing shows that it works.
    NoExample,
    /// A sentence that must be found is not.
    NotFound {
        /// The sentence.
        sentence: String,
    },
    /// A sentence that must be found is found as something else.
    FoundAs {
        /// The sentence.
        sentence: String,
        /// The rule that it is found as.
        rule: String,
        /// The level of that rule.
        level: HitLevel,
    },
    /// A sentence that must not be found is.
    FoundWrongly {
        /// The sentence.
        sentence: String,
        /// The words that were taken for it.
        text: String,
    },
}

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoEntries => write!(f, "the pack has no entries"),
            Self::NoExample => write!(f, "\"hits\" is empty; give at least one sentence that must be found"),
            Self::NotFound { sentence } => write!(f, "\"{sentence}\" should be found, but is not"),
            Self::FoundAs { sentence, rule, level } => {
                write!(f, "\"{sentence}\" is found as {rule} ({}) instead", level_name(*level))
            }
            Self::FoundWrongly { sentence, text } => {
                write!(f, "\"{sentence}\" should not be found, but \"{text}\" is")
            }
        }
    }
}

impl std::fmt::Display for PackProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}, ")?;
        }
        write!(f, "line {}, {}: {}", self.line, self.entry, self.misfit)
    }
}

/// Tries every example of a pack, and every phrase against the others. An empty list means that all is well.
pub fn check(pack: &Pack) -> Vec<PackProblem> {
    let pack = Arc::new(pack.clone());
    let mut checker = Checker::new(&pack);
    let mut problems = Vec::new();
    if pack.entries.is_empty() && pack.cues.is_empty() {
        problems.push(checker.problem(&pack.id, &pack.file, 1, Misfit::NoEntries));
    }
    problems.extend(pack.entries.iter().flat_map(|entry| checker.entry(entry)));
    problems.extend(pack.cues.iter().flat_map(|cue| checker.cue(cue)));
    problems
}

/// A pack being tried on its examples, one entry after the other.
pub struct Checker {
    matcher: Matcher,
    cues: CueMatcher,
    /// When the next sentence begins, seconds.
    at_s: f64,
}

impl Checker {
    /// A checker for `pack`.
    pub fn new(pack: &Arc<Pack>) -> Self {
        Self { matcher: Matcher::new(Arc::clone(pack)), cues: CueMatcher::new(Arc::clone(pack)), at_s: 0.0 }
    }

    fn problem(&self, entry: &str, file: &str, line: usize, misfit: Misfit) -> PackProblem {
        let file = Some(file.to_owned()).filter(|file| *file != self.matcher.pack().file);
        PackProblem { entry: entry.to_owned(), file, line, misfit }
    }

    fn next(&mut self, sentence: &str) -> TextSegment {
        let segment = spoken(sentence, self.at_s);
        self.at_s = segment.span.end.seconds() + BETWEEN_EXAMPLES_S;
        segment
    }

    fn hits(&mut self, sentence: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        let segment = self.next(sentence);
        self.matcher.push(&segment, &mut hits);
        self.matcher.finish(&mut hits);
        hits
    }

    fn cues(&mut self, sentence: &str) -> Vec<SessionEvent> {
        let mut found = Vec::new();
        let segment = self.next(sentence);
        self.cues.push(&segment, &mut found);
        self.cues.finish(&mut found);
        found
    }

    /// What is wrong with an entry of the pack.
    pub fn entry(&mut self, entry: &Entry) -> Vec<PackProblem> {
        let wrong = self.misfits(entry);
        wrong.into_iter().map(|misfit| self.problem(&entry.id, &entry.file, entry.line, misfit)).collect()
    }

    fn misfits(&mut self, entry: &Entry) -> Vec<Misfit> {
        let mut wrong = Vec::new();
        if entry.hits.is_empty() {
            wrong.push(Misfit::NoExample);
        }
        for sentence in &entry.hits {
            let found = self.hits(sentence);
            if !found.iter().any(|hit| is_of(hit, entry)) {
                let sentence = sentence.clone();
                wrong.push(match found.into_iter().next() {
                    None => Misfit::NotFound { sentence },
                    Some(hit) => Misfit::FoundAs { sentence, rule: hit.rule, level: hit.level },
                });
            }
        }
        for sentence in &entry.misses {
            if let Some(hit) = self.hits(sentence).into_iter().find(|hit| is_of(hit, entry)) {
                wrong.push(Misfit::FoundWrongly { sentence: sentence.clone(), text: hit.text });
            }
        }
        wrong
    }

    /// What is wrong with a cue of the pack.
    pub fn cue(&mut self, entry: &CueEntry) -> Vec<PackProblem> {
        let mut wrong = Vec::new();
        if entry.hits.is_empty() {
            wrong.push(Misfit::NoExample);
        }
        let found = |events: &[SessionEvent]| {
            events.iter().find_map(|event| match event {
                SessionEvent::Cue(cue) if cue.id == entry.id => Some(cue.text.clone()),
                _ => None,
            })
        };
        for sentence in &entry.hits {
            if found(&self.cues(sentence)).is_none() {
                wrong.push(Misfit::NotFound { sentence: sentence.clone() });
            }
        }
        for sentence in &entry.misses {
            if let Some(text) = found(&self.cues(sentence)) {
                wrong.push(Misfit::FoundWrongly { sentence: sentence.clone(), text });
            }
        }
        wrong.into_iter().map(|misfit| self.problem(entry.id, &entry.file, entry.line, misfit)).collect()
    }
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

/// What a pack's entries find in a text that is spoken evenly, without a recogniser in between.
pub fn scan(pack: &Arc<Pack>, text: &str) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut matcher = Matcher::new(Arc::clone(pack));
    matcher.push(&spoken(text, 0.0), &mut hits);
    matcher.finish(&mut hits);
    hits
}

/// What a pack's cues find in a text that is spoken evenly, without a recogniser in between.
pub fn scan_cues(pack: &Arc<Pack>, text: &str) -> Vec<Cue> {
    let mut found = Vec::new();
    let mut matcher = CueMatcher::new(Arc::clone(pack));
    matcher.push(&spoken(text, 0.0), &mut found);
    matcher.finish(&mut found);
    let cue = |event| match event {
        SessionEvent::Cue(cue) => Some(cue),
        _ => None,
    };
    found.into_iter().filter_map(cue).collect()
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
