//! Banned phrases that are shown before their text is settled: raised by text that may still change, and confirmed or
//! withdrawn when it is settled.

use crate::session::event::{Hit, SessionEvent};
use crate::time::{SampleTime, Span, samples};

/// Two findings of one rule this near to each other are the same, seconds: the recogniser's word times move.
const SAME_S: f64 = 0.5;
/// Hearings in a row that must lack a phrase before it is withdrawn: one hearing alone often loses a word.
const HEARINGS_WITHOUT: u8 = 2;

/// What has been raised and not yet settled.
#[derive(Clone, Debug, Default)]
pub struct Provisional {
    raised: Vec<Raised>,
}

#[derive(Clone, Debug)]
struct Raised {
    /// Its `ready_at` is the stream time at which it was first seen.
    hit: Hit,
    /// Hearings in a row that lacked it.
    missed: u8,
}

impl Provisional {
    /// Takes the `hits` of a new hearing of text that may still change; `at` is the stream time.
    pub fn hear(&mut self, hits: Vec<Hit>, at: SampleTime, out: &mut Vec<SessionEvent>) {
        let before = self.raised.len();
        let mut changed = false;
        for raised in &mut self.raised {
            raised.missed += 1;
        }
        for hit in hits {
            match self.raised.iter_mut().find(|raised| is_same(&raised.hit, &hit)) {
                Some(raised) => {
                    changed |= raised.hit.span != hit.span || raised.hit.text != hit.text;
                    raised.missed = 0;
                    raised.hit = Hit { ready_at: raised.hit.ready_at, ..hit };
                }
                None => self.raised.push(Raised { hit: Hit { ready_at: at, ..hit }, missed: 0 }),
            }
        }
        let added = self.raised.len() > before;
        let withdrawn = self.withdraw(at, out, |raised| raised.missed >= HEARINGS_WITHOUT);
        if added || changed || withdrawn {
            self.show(out);
        }
    }

    /// Takes what settled text up to `end` says. `said` are its findings, `waiting` the hits that only wait for what
    /// may follow them: they are raised now, if they were not before. A hit that was raised before keeps the time at which
    /// it was first seen.
    pub fn settle(
        &mut self,
        said: &mut [SessionEvent],
        waiting: &[Hit],
        end: SampleTime,
        at: SampleTime,
        out: &mut Vec<SessionEvent>,
    ) {
        let mut changed = false;
        for event in said.iter_mut() {
            let SessionEvent::Hit(hit) = event else { continue };
            if let Some(place) = self.raised.iter().position(|raised| is_same(&raised.hit, hit)) {
                hit.ready_at = hit.ready_at.min(self.raised.remove(place).hit.ready_at);
                changed = true;
            }
        }
        let is_settled = |raised: &Raised| {
            raised.hit.span.middle() < end && !waiting.iter().any(|waiting| is_same(&raised.hit, waiting))
        };
        changed |= self.withdraw(at, out, is_settled);
        let was_said =
            |hit: &Hit| said.iter().any(|event| matches!(event, SessionEvent::Hit(said) if is_same(said, hit)));
        for hit in waiting {
            if !was_said(hit) && !self.raised.iter().any(|raised| is_same(&raised.hit, hit)) {
                self.raised.push(Raised { hit: Hit { ready_at: at, ..hit.clone() }, missed: 0 });
                changed = true;
            }
        }
        if changed {
            self.show(out);
        }
    }

    fn withdraw(
        &mut self,
        at: SampleTime,
        out: &mut Vec<SessionEvent>,
        mut which: impl FnMut(&Raised) -> bool,
    ) -> bool {
        let before = self.raised.len();
        self.raised.retain(|raised| {
            let gone = which(raised);
            if gone {
                out.push(SessionEvent::Withdrawn { hit: raised.hit.clone(), at });
            }
            !gone
        });
        self.raised.len() < before
    }

    fn show(&self, out: &mut Vec<SessionEvent>) {
        out.push(SessionEvent::Provisional { hits: self.raised.iter().map(|raised| raised.hit.clone()).collect() });
    }
}

/// Whether both are the same words under the same rule.
fn is_same(a: &Hit, b: &Hit) -> bool {
    let widened = Span::new(a.span.start.saturating_back(samples(SAME_S)), a.span.end + samples(SAME_S));
    a.rule == b.rule && a.level == b.level && widened.overlap_samples(b.span) > 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::event::{HitLevel, MatchedBy, Severity};

    fn hit(start_s: f64, ready_s: f64) -> Hit {
        let span = Span::new(SampleTime::from_seconds(start_s), SampleTime::from_seconds(start_s + 1.0));
        Hit {
            rule: "ban-08".into(),
            level: HitLevel::Banned,
            severity: Severity::Bad,
            span,
            ready_at: SampleTime::from_seconds(ready_s),
            text: "我不知道".into(),
            reason: String::new(),
            suggestion: String::new(),
            confidence: 1.0,
            phrase: String::new(),
            by: MatchedBy::Characters,
            phases: Vec::new(),
        }
    }

    fn at(seconds: f64) -> SampleTime {
        SampleTime::from_seconds(seconds)
    }

    #[test]
    fn a_phrase_that_only_waits_for_what_may_follow_it_shows_at_once() {
        let (mut early, mut out) = (Provisional::default(), Vec::new());
        early.settle(&mut [], &[hit(2.0, 9.0)], at(3.2), at(3.6), &mut out);
        assert!(matches!(out.last(), Some(SessionEvent::Provisional { hits }) if hits.len() == 1));
        // What follows makes it longer; it was seen without.
        let mut said = [SessionEvent::Hit(hit(2.0, 7.0))];
        early.settle(&mut said, &[], at(6.0), at(7.0), &mut out);
        assert!(matches!(&said[0], SessionEvent::Hit(settled) if settled.ready_at == at(3.6)));
        let shown = out.len();
        let mut said = [SessionEvent::Hit(hit(12.0, 14.0))];
        early.settle(&mut said, &[hit(12.2, 14.0)], at(13.5), at(14.0), &mut out);
        assert_eq!(out.len(), shown, "what has been said needs not be raised");
    }

    #[test]
    fn a_hit_that_is_settled_keeps_the_time_at_which_it_was_first_seen() {
        let (mut early, mut out) = (Provisional::default(), Vec::new());
        early.hear(vec![hit(2.0, 9.0)], at(3.5), &mut out);
        early.hear(vec![hit(2.1, 9.0)], at(4.0), &mut out);
        let mut said = [SessionEvent::Hit(hit(2.2, 5.0))];
        early.settle(&mut said, &[], at(4.0), at(5.0), &mut out);
        let SessionEvent::Hit(settled) = &said[0] else { panic!("it stays a hit") };
        assert_eq!(settled.ready_at, at(3.5));
        assert!(matches!(out.last(), Some(SessionEvent::Provisional { hits }) if hits.is_empty()));
        assert!(!out.iter().any(|event| matches!(event, SessionEvent::Withdrawn { .. })));
    }

    #[test]
    fn what_settled_text_does_not_say_is_withdrawn_once() {
        let (mut early, mut out) = (Provisional::default(), Vec::new());
        early.hear(vec![hit(2.0, 3.0)], at(3.0), &mut out);
        early.settle(&mut [], &[], at(4.0), at(5.0), &mut out);
        early.settle(&mut [], &[], at(6.0), at(7.0), &mut out);
        let withdrawn = out.iter().filter(|event| matches!(event, SessionEvent::Withdrawn { .. })).count();
        assert_eq!(withdrawn, 1);
    }

    #[test]
    fn what_waits_for_an_exception_and_what_lies_behind_the_settled_text_stay() {
        let (mut early, mut out) = (Provisional::default(), Vec::new());
        early.hear(vec![hit(2.0, 3.0), hit(6.0, 7.0)], at(7.0), &mut out);
        early.settle(&mut [], &[hit(2.0, 7.0)], at(4.0), at(7.5), &mut out);
        assert!(!out.iter().any(|event| matches!(event, SessionEvent::Withdrawn { .. })));
    }

    #[test]
    fn one_hearing_without_it_withdraws_nothing() {
        let (mut early, mut out) = (Provisional::default(), Vec::new());
        early.hear(vec![hit(2.0, 3.0)], at(3.0), &mut out);
        early.hear(Vec::new(), at(3.5), &mut out);
        early.hear(vec![hit(2.0, 4.0)], at(4.0), &mut out);
        assert_eq!(out.len(), 1, "{out:?}");
        early.hear(Vec::new(), at(4.5), &mut out);
        early.hear(Vec::new(), at(5.0), &mut out);
        assert!(matches!(out[1], SessionEvent::Withdrawn { .. }));
    }
}
