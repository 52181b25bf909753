//! The parts of a call and the pace of each (curriculum A3): was the hard part slower than opening and closing?
//!
//! A pure function of the timeline. Cues and time draw the borders: the opening reaches to the last greeting,
//! identity or offer of help near the start; the enquiry to the first word of a solution, a proposal or what was
//! understood; the handling to the last question, thanks or farewell near the end. A trainer's own borders take the
//! place of these; nothing stores them yet.

use super::sentences::sentences;
use crate::session::event::{Cue, PaceUnit};
use crate::session::timeline::Timeline;
use crate::time::{SampleTime, Span, samples};
use crate::wording::{spoken_han, spoken_words};
use serde::{Deserialize, Serialize};

/// An opening is over so long after the first word, seconds.
const LONGEST_OPENING_S: f64 = 30.0;
/// A closing does not begin before this share of the session: thanks and offers come in the middle too.
const EARLIEST_CLOSING: f64 = 0.6;
/// A part with less speech than this has no pace, seconds.
const LEAST_SPEECH_S: f64 = 2.0;
const OPENING_CUES: [&str; 3] = ["E2.greeting", "E2.identity", "E3.offer_help"];
const HANDLING_CUES: [&str; 3] = ["F1.solution", "D4.proposal", "E5.repeat_back"];
const CLOSING_CUES: [&str; 3] = ["E8.anything_else", "E8.thanks", "E8.farewell"];

/// Parts of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Greeting, identity, offer of help.
    Opening,
    /// What the customer wants.
    Enquiry,
    /// What is done about it.
    Handling,
    /// Last question, thanks, farewell.
    Closing,
}

impl Phase {
    /// Every part, in order.
    pub const ALL: [Self; 4] = [Self::Opening, Self::Enquiry, Self::Handling, Self::Closing];

    /// The name in JSON and in the locale files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Enquiry => "enquiry",
            Self::Handling => "handling",
            Self::Closing => "closing",
        }
    }
}

/// Where the parts of a call end: found, or set by a trainer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhaseBorders {
    /// End of the opening.
    pub opening_end: SampleTime,
    /// End of the enquiry, where the handling begins.
    pub enquiry_end: SampleTime,
    /// End of the handling, where the closing begins.
    pub handling_end: SampleTime,
}

impl PhaseBorders {
    /// The borders that cues and time show; none in a session that shows neither an opening nor a closing.
    pub fn of(timeline: &Timeline) -> Option<Self> {
        let (first, last) = (timeline.segments.first()?, timeline.segments.last()?);
        let latest_opening = first.span.start + samples(LONGEST_OPENING_S);
        let earliest_closing = SampleTime((timeline.position.0 as f64 * EARLIEST_CLOSING) as u64);
        let sentences = sentences(timeline);
        let whole =
            |cue: &Cue| sentences.iter().find(|span| span.contains(cue.span.middle())).copied().unwrap_or(cue.span);
        let among =
            |ids: &'static [&'static str]| timeline.cues.iter().filter(move |cue| ids.contains(&cue.id.as_str()));
        let opened = among(&OPENING_CUES).rfind(|cue| cue.span.start < latest_opening);
        let opening_end = opened.map_or(first.span.start, |cue| whole(cue).end);
        let closed = among(&CLOSING_CUES).find(|cue| cue.span.start >= earliest_closing.max(opening_end));
        let handling_end = closed.map_or(last.span.end, |cue| whole(cue).start.max(opening_end));
        if opened.is_none() && closed.is_none() {
            return None;
        }
        let inside = |at: SampleTime| opening_end <= at && at < handling_end;
        let handled = among(&HANDLING_CUES).map(|cue| whole(cue).start).find(|start| inside(*start));
        // Without a word of a solution all of it is an enquiry.
        Some(Self { opening_end, enquiry_end: handled.unwrap_or(handling_end), handling_end })
    }

    /// The parts between these borders, from `start` to `end`; borders in the wrong order leave parts empty.
    fn parts(&self, start: SampleTime, end: SampleTime) -> [(Phase, Span); 4] {
        let opening = Span::new(start, self.opening_end);
        let enquiry = Span::new(opening.end, self.enquiry_end);
        let handling = Span::new(enquiry.end, self.handling_end);
        let spans = [opening, enquiry, handling, Span::new(handling.end, end)];
        [0, 1, 2, 3].map(|place| (Phase::ALL[place], spans[place]))
    }
}

/// Pace of one part.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhasePace {
    /// Which part.
    pub phase: Phase,
    /// From its first to its last speech.
    pub span: Span,
    /// Units per minute, pauses counted.
    pub per_min: f64,
    /// Units per minute of speech.
    pub articulation_per_min: f64,
}

/// The parts of the call with their pace: between `own` borders, or else between those that the call shows. Without
/// text, or where nothing shows a border, there are none.
pub fn phases(timeline: &Timeline, unit: PaceUnit, own: Option<&PhaseBorders>) -> Vec<PhasePace> {
    let (Some(first), Some(last)) = (timeline.segments.first(), timeline.segments.last()) else { return Vec::new() };
    let Some(borders) = own.copied().or_else(|| PhaseBorders::of(timeline)) else { return Vec::new() };
    let parts = borders.parts(first.span.start, last.span.end).into_iter();
    parts.filter_map(|(phase, span)| pace_in(timeline, unit, phase, span)).collect()
}

/// Whether the hard part was slower than opening and closing (articulation rate); none when a part is missing. The
/// hard part is the handling, or the enquiry where nothing was handled.
pub fn matter_is_slower(phases: &[PhasePace]) -> Option<bool> {
    let rate = |phase| phases.iter().find(|part| part.phase == phase).map(|part| part.articulation_per_min);
    let matter = rate(Phase::Handling).or_else(|| rate(Phase::Enquiry))?;
    match (rate(Phase::Opening), rate(Phase::Closing)) {
        (None, None) => None,
        (opening, closing) => Some(opening.into_iter().chain(closing).all(|other| matter < other)),
    }
}

fn pace_in(timeline: &Timeline, unit: PaceUnit, phase: Phase, part: Span) -> Option<PhasePace> {
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
        span,
        per_min: units * 60.0 / span.seconds(),
        articulation_per_min: units * 60.0 / speech_s,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::event::{Language, SessionEvent, TextSegment, Word};

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
        let slow = phases(&call(0.4), PaceUnit::Han, None);
        assert_eq!(slow.iter().map(|part| part.phase).collect::<Vec<_>>(), Phase::ALL);
        assert!((slow[0].articulation_per_min - 240.0).abs() < 1.0, "{slow:?}");
        assert!((slow[2].articulation_per_min - 150.0).abs() < 1.0, "whole sentences: {slow:?}");
        assert_eq!(matter_is_slower(&slow), Some(true));
        assert_eq!(matter_is_slower(&phases(&call(0.2), PaceUnit::Han, None)), Some(false));
    }

    #[test]
    fn what_shows_no_border_has_no_parts() {
        let plain = Timeline::of(&said(1.0, 0.25, "随便说几句话"));
        assert_eq!(phases(&plain, PaceUnit::Han, None), []);
        let events = [&said(1.0, 0.25, "您好我是小王请问有什么可以帮您")[..], &said(20.0, 0.3, "宽带昨天断了是吗")];
        let unsolved = Timeline::of(&[&events.concat()[..], &[cue("E2.greeting", 1.0)]].concat());
        let parts = phases(&unsolved, PaceUnit::Han, None);
        assert_eq!(parts.iter().map(|part| part.phase).collect::<Vec<_>>(), [Phase::Opening, Phase::Enquiry]);
    }

    #[test]
    fn thanks_at_the_start_do_not_begin_the_closing() {
        let mut timeline = call(0.3);
        timeline.apply(&cue("E8.thanks", 5.0));
        let borders = PhaseBorders::of(&timeline).expect("borders");
        assert!((borders.handling_end.seconds() - 40.0).abs() < 0.01, "{borders:?}");
    }

    #[test]
    fn a_trainers_own_borders_take_their_place() {
        let at = SampleTime::from_seconds;
        let own = PhaseBorders { opening_end: at(15.0), enquiry_end: at(15.0), handling_end: at(35.0) };
        let stored: PhaseBorders =
            serde_json::from_str(&serde_json::to_string(&own).expect("JSON")).expect("the same borders");
        let parts = phases(&call(0.3), PaceUnit::Han, Some(&stored));
        assert_eq!(
            parts.iter().map(|part| part.phase).collect::<Vec<_>>(),
            [Phase::Opening, Phase::Handling, Phase::Closing]
        );
    }
}
