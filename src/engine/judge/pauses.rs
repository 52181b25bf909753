//! What silence means: dead air while it lasts, the kind of a pause once its words are known, and whether a key
//! fact was given time to sink in.

use super::flags::{Finding, FlagWriter, Open};
use crate::analysis::pause;
use crate::session::event::*;
use crate::session::profile::PauseLimits;
use crate::time::{SampleTime, Span};
use crate::wording::{Boundary, boundary};
use std::collections::VecDeque;

/// Words of the text before that are kept for the pause between two segments.
const KEPT_WORDS: usize = 12;

/// Judges pauses.
#[derive(Clone, Debug)]
pub struct PauseJudge {
    limits: PauseLimits,
    dead_air: Option<(SampleTime, Open)>,
    gap_end: SampleTime,
    pauses: VecDeque<Pause>,
    /// End of the speech before the silence that is going on.
    silence_start: Option<SampleTime>,
    last_words: Vec<Word>,
    /// Key facts behind which a pause may still come, or is going on.
    waiting: Vec<KeyFact>,
    /// Start of the newest frames.
    now: SampleTime,
}

impl PauseJudge {
    /// A judge before any speech.
    pub fn new(limits: PauseLimits) -> Self {
        Self {
            limits,
            dead_air: None,
            gap_end: SampleTime::ZERO,
            pauses: VecDeque::new(),
            silence_start: None,
            last_words: Vec::new(),
            waiting: Vec::new(),
            now: SampleTime::ZERO,
        }
    }

    /// Takes an event in; appends what follows from it.
    pub fn observe(&mut self, event: &SessionEvent, flags: &mut FlagWriter, out: &mut Vec<SessionEvent>) {
        match event {
            SessionEvent::Silence { start, at } => self.observe_silence(*start, *at, flags, out),
            SessionEvent::Speech { span } => self.silence_start = Some(span.end),
            SessionEvent::Pause(pause) => {
                self.end_silence(pause.span.end, out);
                if self.pauses.len() == pause::KEPT {
                    self.pauses.pop_front();
                }
                self.pauses.push_back(*pause);
            }
            SessionEvent::SpeechStarted { at } => {
                self.silence_start = None;
                self.end_silence(*at, out);
            }
            SessionEvent::Text(segment) => self.observe_text(segment, out),
            SessionEvent::Fact(fact) => {
                self.waiting.push(fact.clone());
                self.judge_facts(flags, out);
            }
            SessionEvent::Frames(block) => {
                self.now = block.start;
                self.judge_facts(flags, out);
            }
            SessionEvent::Gap { span, .. } => self.gap_end = span.end,
            _ => {}
        }
    }

    fn observe_silence(
        &mut self,
        start: SampleTime,
        at: SampleTime,
        flags: &mut FlagWriter,
        out: &mut Vec<SessionEvent>,
    ) {
        // Where the microphone was gone nobody can be blamed for silence.
        let span = Span::new(start.max(self.gap_end), at);
        let seconds = span.seconds() as f32;
        let bad = seconds >= self.limits.dead_air_bad_s;
        let finding = Finding {
            kind: FlagKind::LongPause,
            rule: "A5",
            severity: if bad { Severity::Bad } else { Severity::Watch },
            measured: seconds,
            threshold: if bad { self.limits.dead_air_bad_s } else { self.limits.dead_air_watch_s },
        };
        match self.dead_air {
            None if seconds >= self.limits.dead_air_watch_s => {
                let open = flags.raise(&finding, span, at, out);
                self.dead_air = Some((span.start, open));
            }
            Some((since, open)) => {
                // Amber turns red while it lasts, and the figure grows with it.
                let severity = finding.severity.max(open.severity);
                let Finding { measured, threshold, .. } = finding;
                out.push(SessionEvent::FlagWorse { id: open.id, severity, measured, threshold });
                out.push(SessionEvent::FlagClosed { id: open.id, end: at });
                self.dead_air = Some((since, Open { severity, ..open }));
            }
            None => {}
        }
    }

    fn end_silence(&mut self, end: SampleTime, out: &mut Vec<SessionEvent>) {
        let Some((start, open)) = self.dead_air.take() else { return };
        let measured = Span::new(start, end).seconds() as f32;
        let bad = open.severity == Severity::Bad;
        let threshold = if bad { self.limits.dead_air_bad_s } else { self.limits.dead_air_watch_s };
        // The final length replaces the one at which the flag was raised.
        out.push(SessionEvent::FlagWorse { id: open.id, severity: open.severity, measured, threshold });
        out.push(SessionEvent::FlagClosed { id: open.id, end });
    }

    /// The words around each pause inside and before this segment are known now.
    fn observe_text(&mut self, segment: &TextSegment, out: &mut Vec<SessionEvent>) {
        let Some(first) = segment.words.first() else { return };
        let known_from = self.last_words.last().map_or(first.span.start, |word| word.span.start);
        let words: Vec<Word> = self.last_words.iter().chain(&segment.words).cloned().collect();
        for pause in &mut self.pauses {
            let middle = pause.span.middle();
            if middle < known_from || middle >= segment.span.end {
                continue;
            }
            let place = words.partition_point(|word| word.span.start < middle);
            if place == 0 || place == words.len() {
                continue;
            }
            let kind = self.limits.kind(pause.span.seconds() as f32, boundary(&words[..place], &words[place..]));
            if kind != pause.kind {
                pause.kind = kind;
                out.push(SessionEvent::PauseKind { start: pause.span.start, kind });
            }
        }
        self.last_words = words[words.len().saturating_sub(KEPT_WORDS)..].to_vec();
    }

    /// Judges the facts whose pause is known by now, so that it does not matter how soon their text came.
    fn judge_facts(&mut self, flags: &mut FlagWriter, out: &mut Vec<SessionEvent>) {
        let silence_start = self.silence_start;
        let known = |fact: &mut KeyFact| {
            let end = fact.pause_reach().end;
            self.now >= end && silence_start.is_none_or(|start| start >= end)
        };
        for fact in self.waiting.extract_if(.., known).collect::<Vec<_>>() {
            self.judge_fact(&fact, fact.ready_at.max(self.now), flags, out);
        }
    }

    fn judge_fact(&self, fact: &KeyFact, at: SampleTime, flags: &mut FlagWriter, out: &mut Vec<SessionEvent>) {
        let limit_s = self.limits.after_fact_s;
        if limit_s <= 0.0 {
            return;
        }
        let near = fact.pause_reach();
        let behind = self.pauses.iter().filter(|pause| near.contains(pause.span.start));
        let longest_s = behind.map(|pause| pause.span.seconds() as f32).fold(0.0, f32::max);
        if longest_s < limit_s {
            let finding = Finding {
                kind: FlagKind::RushedFact,
                rule: "A5",
                severity: Severity::Watch,
                measured: longest_s,
                threshold: limit_s,
            };
            flags.raise_with_text(&finding, fact.span, at, fact.text.clone(), out);
        }
    }
}

impl PauseLimits {
    /// What kind a pause of `seconds` is between such words. Dead air is dead air whatever was said.
    fn kind(&self, seconds: f32, words: Boundary) -> PauseKind {
        if seconds >= self.dead_air_watch_s {
            return PauseKind::DeadAir;
        }
        match words {
            Boundary::Inside if seconds >= self.hesitation_s => PauseKind::Hesitation,
            Boundary::Inside => PauseKind::Clause,
            Boundary::Sentence => PauseKind::Sentence,
            Boundary::Clause if seconds < self.hesitation_s => PauseKind::Clause,
            Boundary::Clause | Boundary::Open => self.kind_by_length(seconds),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: PauseLimits = PauseLimits {
        min_s: 0.25,
        sentence_s: 0.6,
        hesitation_s: 0.8,
        dead_air_watch_s: 3.0,
        dead_air_bad_s: 5.0,
        after_fact_s: 0.3,
    };

    fn at(seconds: f64) -> SampleTime {
        SampleTime::from_seconds(seconds)
    }

    fn span(start_s: f64, end_s: f64) -> Span {
        Span::new(at(start_s), at(end_s))
    }

    fn pause(start_s: f64, end_s: f64) -> SessionEvent {
        SessionEvent::Pause(Pause { span: span(start_s, end_s), kind: PauseKind::Clause })
    }

    fn text(start_s: f64, step_s: f64, text: &str) -> SessionEvent {
        let words: Vec<Word> = text
            .chars()
            .enumerate()
            .map(|(i, c)| {
                let start_s = start_s + i as f64 * step_s;
                Word { span: span(start_s, start_s + step_s), text: c.into(), p: 1.0 }
            })
            .collect();
        let end = words.last().map_or(at(start_s), |word| word.span.end);
        SessionEvent::Text(TextSegment {
            span: Span::new(at(start_s), end),
            words,
            language: Language::Zh,
            ready_at: end,
        })
    }

    fn judged(events: &[SessionEvent]) -> Vec<SessionEvent> {
        let (mut judge, mut flags, mut out) = (PauseJudge::new(LIMITS), FlagWriter::default(), Vec::new());
        events.iter().for_each(|event| judge.observe(event, &mut flags, &mut out));
        out
    }

    #[test]
    fn a_pause_inside_a_clause_is_a_hesitation_when_it_lasts() {
        let long = judged(&[pause(1.0, 2.0), text(0.0, 0.25, "这是因为"), text(2.0, 0.25, "系统升级")]);
        assert_eq!(long, [SessionEvent::PauseKind { start: at(1.0), kind: PauseKind::Hesitation }]);
        let short = judged(&[pause(1.0, 1.4), text(0.0, 0.25, "这是因为"), text(1.4, 0.25, "系统升级")]);
        assert_eq!(short, []);
    }

    #[test]
    fn a_fact_without_a_pause_is_rushed() {
        let fact = |end_s: f64| {
            SessionEvent::Fact(KeyFact {
                kind: FactKind::Time,
                span: span(end_s - 1.0, end_s),
                text: "五点".into(),
                key: "五点".into(),
                ready_at: at(end_s + 5.0),
            })
        };
        let frames = |start_s: f64| SessionEvent::Frames(FrameBlock { start: at(start_s), ..FrameBlock::default() });
        let calm = judged(&[pause(4.0, 4.7), fact(3.5), frames(9.0)]);
        assert_eq!(calm, []);
        let early = judged(&[fact(3.5), frames(3.6), pause(5.0, 5.7), frames(9.0)]);
        assert_eq!(early, [], "its text came before its pause");
        let rushed = judged(&[pause(8.0, 8.7), fact(3.5), frames(9.0)]);
        assert!(matches!(&rushed[..], [SessionEvent::Flag(flag)] if flag.kind == FlagKind::RushedFact), "{rushed:?}");
        let last = judged(&[SessionEvent::Speech { span: span(0.0, 4.0) }, fact(3.5), frames(9.0)]);
        assert_eq!(last, [], "the silence after it is still going on");
    }
}
