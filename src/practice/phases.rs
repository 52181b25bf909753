//! The pace of each part of a call (curriculum A3): was the hard part slower than opening and closing?
//!
//! A pure function of the timeline; where the parts lie is decided in [`crate::wording::PhaseBorders`].

use crate::session::event::{CallPhase, PaceUnit};
use crate::session::timeline::Timeline;
use crate::time::Span;
use crate::wording::{PhaseBorders, spoken_han, spoken_words};

/// A part with less speech than this has no pace, seconds.
const LEAST_SPEECH_S: f64 = 2.0;

/// Pace of one part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhasePace {
    /// Which part.
    pub phase: CallPhase,
    /// Whether a person has said where it begins.
    pub is_own: bool,
    /// From its first to its last speech.
    pub span: Span,
    /// Units per minute, pauses counted.
    pub per_min: f64,
    /// Units per minute of speech.
    pub articulation_per_min: f64,
}

/// The parts of the call with their pace. Without text, or where nothing shows a border, there are none.
pub fn phases(timeline: &Timeline, unit: PaceUnit) -> Vec<PhasePace> {
    let Some(borders) = PhaseBorders::of(timeline) else { return Vec::new() };
    let parts = CallPhase::ALL.into_iter().map(|phase| (phase, borders.span_of(phase)));
    parts.filter_map(|(phase, span)| pace_in(timeline, unit, phase, span)).collect()
}

/// Whether the hard part was slower than opening and closing (articulation rate); none when a part is missing. The
/// hard part is the handling, or the enquiry where nothing was handled.
pub fn matter_is_slower(phases: &[PhasePace]) -> Option<bool> {
    let rate = |phase| phases.iter().find(|part| part.phase == phase).map(|part| part.articulation_per_min);
    let matter = rate(CallPhase::Handling).or_else(|| rate(CallPhase::Enquiry))?;
    match (rate(CallPhase::Opening), rate(CallPhase::Closing)) {
        (None, None) => None,
        (opening, closing) => Some(opening.into_iter().chain(closing).all(|other| matter < other)),
    }
}

fn pace_in(timeline: &Timeline, unit: PaceUnit, phase: CallPhase, part: Span) -> Option<PhasePace> {
    let text: String = timeline
        .segments
        .iter()
        .flat_map(|segment| &segment.words)
        .filter(|word| part.contains(word.span.middle()))
        .map(|word| word.text.as_str())
        .collect();
    let units = match unit {
        PaceUnit::Han => spoken_han(&text),
        PaceUnit::Word => spoken_words(&text),
    } as f64;
    let inside = || timeline.speech.iter().filter(|speech| speech.overlap_samples(part) > 0);
    let speech: u64 = inside().map(|speech| speech.overlap_samples(part)).sum();
    let speech_s = speech as f64 / f64::from(crate::time::SAMPLE_RATE_HZ);
    let span = Span::new(inside().next()?.start.max(part.start), inside().next_back()?.end.min(part.end));
    (speech_s >= LEAST_SPEECH_S).then(|| PhasePace {
        phase,
        is_own: timeline.own_phases.start_of(phase).is_some(),
        span,
        per_min: units * 60.0 / span.seconds(),
        articulation_per_min: units * 60.0 / speech_s,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::event::{Cue, Language, SessionEvent, TextSegment, Word};
    use crate::time::SampleTime;

    /// `text` from `start_s` on, one character every `step_s`.
    fn said(start_s: f64, step_s: f64, text: &str) -> [SessionEvent; 2] {
        let at = |i: usize| SampleTime::from_seconds(start_s + i as f64 * step_s);
        let words: Vec<Word> = text
            .chars()
            .enumerate()
            .map(|(i, c)| Word { span: Span::new(at(i), at(i + 1)), text: c.into(), p: 1.0 })
            .collect();
        let span = Span::new(at(0), at(words.len()));
        [
            SessionEvent::Speech { span },
            SessionEvent::Text(TextSegment { span, words, language: Language::Zh, ready_at: span.end }),
        ]
    }

    fn cue(id: &str, start_s: f64) -> SessionEvent {
        let span = Span::new(SampleTime::from_seconds(start_s), SampleTime::from_seconds(start_s + 0.5));
        SessionEvent::Cue(Cue { id: id.into(), span, ready_at: span.end, text: String::new(), confidence: 1.0 })
    }

    fn call(handling_step_s: f64) -> Timeline {
        let events: Vec<SessionEvent> = [
            &said(1.0, 0.25, "您好这里是客服中心我是小王")[..],
            &said(10.0, 0.25, "您的宽带是什么时候断的呢"),
            &said(20.0, handling_step_s, "您的宽带需要先重新启动光猫然后等待指示灯变绿"),
            &said(40.0, 0.25, "请问还有什么可以帮您的吗谢谢您的来电"),
            &[cue("E2.greeting", 1.0), cue("E2.identity", 2.0), cue("F1.solution", 20.5)],
            &[cue("E8.anything_else", 40.5), cue("E8.thanks", 43.0)],
        ]
        .concat();
        Timeline::of(&events)
    }

    #[test]
    fn the_hard_part_is_compared_with_opening_and_closing() {
        let slow = phases(&call(0.4), PaceUnit::Han);
        assert_eq!(slow.iter().map(|part| part.phase).collect::<Vec<_>>(), CallPhase::ALL);
        assert!((slow[0].articulation_per_min - 240.0).abs() < 1.0, "{slow:?}");
        assert!((slow[2].articulation_per_min - 150.0).abs() < 1.0, "whole sentences: {slow:?}");
        assert_eq!(matter_is_slower(&slow), Some(true));
        assert_eq!(matter_is_slower(&phases(&call(0.2), PaceUnit::Han)), Some(false));
    }

    #[test]
    fn what_shows_no_border_has_no_parts() {
        let plain = Timeline::of(&said(1.0, 0.25, "随便说几句话"));
        assert_eq!(phases(&plain, PaceUnit::Han), []);
        let events = [&said(1.0, 0.25, "您好我是小王请问有什么可以帮您")[..], &said(20.0, 0.3, "宽带昨天断了是吗")];
        let unsolved = Timeline::of(&[&events.concat()[..], &[cue("E2.greeting", 1.0)]].concat());
        let parts = phases(&unsolved, PaceUnit::Han);
        assert_eq!(parts.iter().map(|part| part.phase).collect::<Vec<_>>(), [CallPhase::Opening, CallPhase::Enquiry]);
    }

    #[test]
    fn where_a_person_lets_a_part_begin_it_begins() {
        let mut timeline = call(0.3);
        timeline
            .apply(&SessionEvent::PhaseBegins { phase: CallPhase::Handling, at: Some(SampleTime::from_seconds(15.0)) });
        let parts = phases(&timeline, PaceUnit::Han);
        let own: Vec<(CallPhase, bool)> = parts.iter().map(|part| (part.phase, part.is_own)).collect();
        let expected = CallPhase::ALL.map(|phase| (phase, phase == CallPhase::Handling));
        assert_eq!(own, expected, "{parts:?}");
        timeline.apply(&SessionEvent::PhaseBegins { phase: CallPhase::Handling, at: None });
        assert_eq!(phases(&timeline, PaceUnit::Han), phases(&call(0.3), PaceUnit::Han), "and back");
    }
}
