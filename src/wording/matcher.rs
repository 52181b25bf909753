//! Finds the pack's entries in settled text, while it comes in.

use super::pack::{Entry, Pack};
use super::seeker::{Rivalry, Seeker, Sighting, Subject, Suspected};
use crate::session::event::{Hit, HitLevel, Language, TextSegment, Word};
use crate::time::{SampleTime, Span};
use std::sync::Arc;

/// Suspects in one window at most: weighing them takes time, and more than a few are no suspicion but a loose pack.
const MOST_SUSPECTS: usize = 8;

/// Finds the phrases of one pack in a stream of settled text.
#[derive(Clone, Debug)]
pub struct Matcher {
    pack: Arc<Pack>,
    seeker: Seeker,
}

/// Words that sound like a banned phrase and are written otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Suspect {
    /// Index of the pack's entry.
    pub entry: usize,
    /// When it was said.
    pub span: Span,
    /// The words that are written otherwise, each by its index, with the phrase's character in its place.
    pub reading: Vec<(usize, String)>,
    /// Whether it is what is found there when nothing else is known; otherwise something else fits better.
    pub found: bool,
}

impl Matcher {
    /// A matcher for `pack` that has heard nothing yet.
    pub fn new(pack: Arc<Pack>) -> Self {
        let rules = numbered(pack.entries.iter().map(|entry| entry.id.as_str()));
        let subjects = pack.entries.iter().zip(rules).map(|(entry, rule)| Subject {
            rule,
            phrases: &entry.phrases,
            exceptions: &entry.exceptions,
        });
        let seeker = Seeker::new(subjects, pack.filler_units(), Rivalry::Everything);
        Self { pack, seeker }
    }

    /// The pack that hits are taken from.
    pub fn pack(&self) -> &Arc<Pack> {
        &self.pack
    }

    /// Takes in the next settled segment and appends what it completes to `out`. A hit at the very end of the
    /// segment may wait for the next one when an exception could still follow; its `ready_at` is that of the
    /// segment that decides.
    pub fn push(&mut self, segment: &TextSegment, out: &mut Vec<Hit>) {
        let mut found = Vec::new();
        self.seeker.push(segment, &mut found);
        self.report(found, out);
    }

    /// The suspects in the words of one window, by a matcher that has heard nothing yet. Chinese only: English words
    /// are matched as they are written, or nearly so.
    pub fn suspects(&self, words: &[Word]) -> Vec<Suspect> {
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return Vec::new() };
        let span = Span::new(first.span.start, last.span.end);
        let segment = TextSegment { span, words: words.to_vec(), language: Language::Zh, ready_at: span.end };
        let suspect = |found: Suspected| {
            let entry = self.pack.entries.get(found.subject)?;
            let characters = found.reading.iter().all(|(_, text)| text.chars().count() == 1);
            let reading = found.reading.into_iter().map(|(at, text)| (at as usize, text)).collect();
            let is_one = entry.level == HitLevel::Banned && characters;
            is_one.then_some(Suspect { entry: found.subject, span: found.span, reading, found: found.found })
        };
        self.seeker.suspects(&segment).into_iter().filter_map(suspect).take(MOST_SUSPECTS).collect()
    }

    /// Says ahead of its segment that an entry was not said within `span`, although it sounds so.
    pub fn refute(&mut self, entry: usize, span: Span) {
        self.seeker.refute(entry, span);
    }

    /// Says that everything up to `at` is known and nothing more was said: hits whose phrase is followed by
    /// silence need not wait for the next segment. Calling it is optional.
    pub fn settle(&mut self, at: SampleTime, out: &mut Vec<Hit>) {
        let mut found = Vec::new();
        self.seeker.settle(at, &mut found);
        self.report(found, out);
    }

    /// Says that no more text follows for now, and appends what was still waiting to `out`.
    pub fn finish(&mut self, out: &mut Vec<Hit>) {
        let mut found = Vec::new();
        self.seeker.finish(&mut found);
        self.report(found, out);
    }

    fn report(&self, found: Vec<Sighting>, out: &mut Vec<Hit>) {
        out.extend(found.into_iter().filter_map(|found| Some(hit(self.pack.entries.get(found.subject)?, found))));
    }
}

fn hit(entry: &Entry, found: Sighting) -> Hit {
    Hit {
        rule: entry.id.clone(),
        level: entry.level,
        severity: entry.severity,
        span: found.span,
        ready_at: found.ready_at,
        text: found.text,
        reason: entry.reason.clone(),
        suggestion: entry.suggestion.clone(),
        confidence: found.confidence,
        phrase: entry.phrases.get(found.phrase).map(|phrase| phrase.source.clone()).unwrap_or_default(),
        by: found.by,
        phases: entry.phases.clone(),
    }
}

/// The same number for the same name, in the order given.
pub(super) fn numbered<'a>(names: impl Iterator<Item = &'a str>) -> Vec<usize> {
    let mut known = std::collections::HashMap::new();
    names
        .map(|name| {
            let next = known.len();
            *known.entry(name).or_insert(next)
        })
        .collect()
}
