//! Finds the pack's entries in settled text, while it comes in.

use super::pack::{Entry, Pack};
use super::seeker::{Rivalry, Seeker, Sighting, Subject};
use crate::session::event::{Hit, TextSegment};
use crate::time::SampleTime;
use std::sync::Arc;

/// Finds the phrases of one pack in a stream of settled text.
#[derive(Clone, Debug)]
pub struct Matcher {
    pack: Arc<Pack>,
    seeker: Seeker,
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
        let seeker = Seeker::new(subjects, pack.fillers.iter().cloned(), Rivalry::Everything);
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
