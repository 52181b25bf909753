//! Finds the pack's cues in settled text, while it comes in. The same words may be several cues at once, and each is
//! told as soon as it was said: the checklist ticks live, and what comes later takes no tick back.

use super::cue::advice;
use super::matcher::numbered;
use super::pack::{CueEntry, Pack};
use super::seeker::{Rivalry, Seeker, Sighting, Subject};
use crate::session::event::{Cue, Hit, HitLevel, SessionEvent, TextSegment};
use crate::time::SampleTime;
use std::sync::Arc;

/// Finds the cues of one pack in a stream of settled text.
#[derive(Clone, Debug)]
pub struct CueMatcher {
    pack: Arc<Pack>,
    seeker: Seeker,
}

impl CueMatcher {
    /// A matcher for `pack` that has heard nothing yet.
    pub fn new(pack: Arc<Pack>) -> Self {
        let rules = numbered(pack.cues.iter().map(|cue| cue.id));
        let subjects = pack.cues.iter().zip(rules).map(|(cue, rule)| Subject {
            rule,
            phrases: &cue.phrases,
            exceptions: &cue.exceptions,
        });
        let seeker = Seeker::new(subjects, pack.filler_units(), Rivalry::SameRule);
        Self { pack, seeker }
    }

    /// Takes in the next settled segment and appends what it completes to `out`: cues, and hits for words that are
    /// better said otherwise.
    pub fn push(&mut self, segment: &TextSegment, out: &mut Vec<SessionEvent>) {
        let mut found = Vec::new();
        self.seeker.push(segment, &mut found);
        self.report(found, out);
    }

    /// Says that everything up to `at` is known and nothing more was said. Calling it is optional.
    pub fn settle(&mut self, at: SampleTime, out: &mut Vec<SessionEvent>) {
        let mut found = Vec::new();
        self.seeker.settle(at, &mut found);
        self.report(found, out);
    }

    /// Says that no more text follows for now, and appends what was still waiting to `out`.
    pub fn finish(&mut self, out: &mut Vec<SessionEvent>) {
        let mut found = Vec::new();
        self.seeker.finish(&mut found);
        self.report(found, out);
    }

    fn report(&self, found: Vec<Sighting>, out: &mut Vec<SessionEvent>) {
        for found in found {
            let Some(entry) = self.pack.cues.get(found.subject) else { continue };
            let hit = self.hit(entry, &found);
            out.push(SessionEvent::Cue(Cue {
                id: entry.id.to_owned(),
                span: found.span,
                ready_at: found.ready_at,
                text: found.text,
                confidence: found.confidence,
            }));
            out.extend(hit.map(SessionEvent::Hit));
        }
    }

    /// What the agent should hear about a cue that has a better way to say it.
    fn hit(&self, entry: &CueEntry, found: &Sighting) -> Option<Hit> {
        let advice = advice(entry.id, self.pack.language)?;
        let suggestion = entry.instead.clone()?;
        Some(Hit {
            rule: advice.rule.to_owned(),
            level: HitLevel::Discouraged,
            severity: advice.severity,
            span: found.span,
            ready_at: found.ready_at,
            text: found.text.clone(),
            reason: advice.reason.to_owned(),
            suggestion,
            confidence: found.confidence,
            phrase: entry.phrases.get(found.phrase).map(|phrase| phrase.source.clone()).unwrap_or_default(),
            by: found.by,
            phases: Vec::new(),
        })
    }
}
