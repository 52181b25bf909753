//! Everything that is looked for in settled text, in one place: phrases that hurt, cues of the call, questions, and
//! sentences built as they should not be.

use super::cue_matcher::CueMatcher;
use super::matcher::Matcher;
use super::pack::Pack;
use super::service::Spoken;
use crate::session::event::{Hit, HitLevel, SessionEvent, TextSegment};
use crate::time::{SampleTime, Span};
use std::sync::Arc;

/// Listens to settled text with one pack.
#[derive(Clone, Debug)]
pub struct Listener {
    phrases: Matcher,
    cues: CueMatcher,
    spoken: Spoken,
}

impl Listener {
    /// A listener for `pack` that has heard nothing yet.
    pub fn new(pack: Arc<Pack>) -> Self {
        Self { phrases: Matcher::new(Arc::clone(&pack)), cues: CueMatcher::new(pack), spoken: Spoken::default() }
    }

    /// The pack that it listens with.
    pub fn pack(&self) -> &Arc<Pack> {
        self.phrases.pack()
    }

    /// What banned phrases are looked for with; it has heard nothing yet if the listener has not.
    pub fn phrases(&self) -> &Matcher {
        &self.phrases
    }

    /// Says ahead of its segment that a banned entry was not said within `span`, although it sounds so.
    pub fn refute(&mut self, entry: usize, span: Span) {
        self.phrases.refute(entry, span);
    }

    /// Takes in the next settled segment and appends what it completes to `out`: hits, cues, questions.
    pub fn push(&mut self, segment: &TextSegment, out: &mut Vec<SessionEvent>) {
        let from = out.len();
        let mut hits = Vec::new();
        self.phrases.push(segment, &mut hits);
        report(hits, out);
        self.cues.push(segment, out);
        self.spoken.push(segment, from, out);
    }

    /// The banned phrases that would be found if the talk ended with `segment`, which may still change; those that
    /// already wait to be reported are among them. Nothing is taken in.
    pub fn glance(&self, segment: &TextSegment) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut phrases = self.phrases.clone();
        phrases.push(segment, &mut hits);
        phrases.finish(&mut hits);
        hits.retain(|hit| hit.level == HitLevel::Banned);
        hits
    }

    /// Says that everything up to `at` is known and nothing more was said: what is followed by silence need not wait
    /// for the next segment. Calling it is optional.
    pub fn settle(&mut self, at: SampleTime, out: &mut Vec<SessionEvent>) {
        let from = out.len();
        let mut hits = Vec::new();
        self.phrases.settle(at, &mut hits);
        report(hits, out);
        self.cues.settle(at, out);
        self.spoken.settle(at, from, out);
    }

    /// Says that no more text follows for now, and appends what was still waiting to `out`.
    pub fn finish(&mut self, out: &mut Vec<SessionEvent>) {
        let from = out.len();
        let mut hits = Vec::new();
        self.phrases.finish(&mut hits);
        report(hits, out);
        self.cues.finish(out);
        self.spoken.finish(from, out);
    }
}

fn report(hits: Vec<Hit>, out: &mut Vec<SessionEvent>) {
    out.extend(hits.into_iter().map(SessionEvent::Hit));
}
