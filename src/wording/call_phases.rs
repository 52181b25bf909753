//! Where the parts of a call lie: opening, enquiry, handling, closing.
//!
//! A pure function of the timeline. Cues and time draw the borders: the opening reaches to the last greeting, identity
//! or offer of help near the start; the enquiry to the first word of a solution, a proposal or what was understood; the
//! handling to the last question, thanks or farewell near the end. A person's own borders take the place of these.

use super::sentences::sentences;
use crate::session::event::{CallPhase, Cue};
use crate::session::timeline::Timeline;
use crate::time::{SampleTime, Span, samples};

/// An opening is over so long after the first word, seconds.
const LONGEST_OPENING_S: f64 = 30.0;
/// A closing does not begin before this share of the session: thanks and offers come in the middle too.
const EARLIEST_CLOSING: f64 = 0.6;
const OPENING_CUES: [&str; 3] = ["E2.greeting", "E2.identity", "E3.offer_help"];
const HANDLING_CUES: [&str; 3] = ["F1.solution", "D4.proposal", "E5.repeat_back"];
const CLOSING_CUES: [&str; 3] = ["E8.anything_else", "E8.thanks", "E8.farewell"];

/// Where each part of a call begins. A part that is not there begins where the next one does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhaseBorders {
    starts: [SampleTime; 4],
    end: SampleTime,
}

impl PhaseBorders {
    /// The borders of the call as far as it is known: a person's own, and those that cues and time show. None in a
    /// session without text, and in one that shows neither an opening nor a closing and where nobody has set one.
    pub fn of(timeline: &Timeline) -> Option<Self> {
        let (first, last) = (timeline.segments.first()?, timeline.segments.last()?);
        let own = &timeline.own_phases;
        let found = found(timeline, first.span.start, last.span.end);
        // Where nothing shows a border, all but what a person says is one part.
        let starts = match found {
            Some(starts) => starts,
            None if own.is_empty() => return None,
            None => [first.span.start, first.span.start, last.span.end, last.span.end],
        };
        Some(Self { starts: with_own(starts, timeline), end: last.span.end })
    }

    /// From the start of a part to its end; empty where there is no such part.
    pub fn span_of(&self, phase: CallPhase) -> Span {
        let place = phase as usize;
        let start = self.starts[place];
        Span::new(start, self.starts.get(place + 1).copied().unwrap_or(self.end).max(start))
    }

    /// The part that `at` lies in: what comes before the first border belongs to the first part that is there.
    pub fn phase_at(&self, at: SampleTime) -> CallPhase {
        let begun = CallPhase::ALL.into_iter().rev().find(|phase| self.starts[*phase as usize] <= at);
        let there = |phase: &CallPhase| self.span_of(*phase).samples() > 0;
        begun.or_else(|| CallPhase::ALL.into_iter().find(there)).unwrap_or(CallPhase::Opening)
    }

    /// Whether something said at `at` lies in one of `phases`, as far as the call is known. The agent's first sentence
    /// is the opening even where no word of an opening is in it: that may be what is wrong with it. In a call that
    /// shows no parts nothing else lies in any of them.
    pub fn is_in(timeline: &Timeline, phases: &[CallPhase], at: SampleTime) -> bool {
        let unset = timeline.own_phases.is_empty();
        let first = sentences(timeline).first().is_some_and(|sentence| at <= sentence.end);
        if unset && first && phases.contains(&CallPhase::Opening) {
            return true;
        }
        Self::of(timeline).is_some_and(|borders| phases.contains(&borders.phase_at(at)))
    }
}

/// Starts of the parts that cues and time show, in a call from `first` to `last`.
fn found(timeline: &Timeline, first: SampleTime, last: SampleTime) -> Option<[SampleTime; 4]> {
    let latest_opening = first + samples(LONGEST_OPENING_S);
    let earliest_closing = SampleTime((timeline.position.0 as f64 * EARLIEST_CLOSING) as u64);
    let sentences = sentences(timeline);
    let whole = |cue: &Cue| sentences.iter().find(|span| span.contains(cue.span.middle())).copied().unwrap_or(cue.span);
    let among = |ids: &'static [&'static str]| timeline.cues.iter().filter(move |cue| ids.contains(&cue.id.as_str()));
    let opened = among(&OPENING_CUES).rfind(|cue| cue.span.start < latest_opening);
    let opening_end = opened.map_or(first, |cue| whole(cue).end);
    let closed = among(&CLOSING_CUES).find(|cue| cue.span.start >= earliest_closing.max(opening_end));
    let handling_end = closed.map_or(last, |cue| whole(cue).start.max(opening_end));
    if opened.is_none() && closed.is_none() {
        return None;
    }
    let inside = |at: SampleTime| opening_end <= at && at < handling_end;
    let handled = among(&HANDLING_CUES).map(|cue| whole(cue).start).find(|start| inside(*start));
    // Without a word of a solution all of it is an enquiry.
    Some([first, opening_end, handled.unwrap_or(handling_end), handling_end])
}

/// A person's own starts take the place of those that were found; found ones that they cross move along.
fn with_own(found: [SampleTime; 4], timeline: &Timeline) -> [SampleTime; 4] {
    let own = CallPhase::ALL.map(|phase| timeline.own_phases.start_of(phase));
    let mut starts = found;
    for (place, start) in own.iter().enumerate() {
        let Some(at) = *start else { continue };
        starts[place] = at;
        for earlier in (0..place).filter(|earlier| own[*earlier].is_none()) {
            starts[earlier] = starts[earlier].min(at);
        }
        for later in (place + 1..starts.len()).filter(|later| own[*later].is_none()) {
            starts[later] = starts[later].max(at);
        }
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::event::{Language, SessionEvent, TextSegment, Word};

    fn at(seconds: f64) -> SampleTime {
        SampleTime::from_seconds(seconds)
    }

    fn said(start_s: f64, text: &str) -> [SessionEvent; 2] {
        let time = |i: usize| at(start_s + i as f64 * 0.25);
        let word = |(i, c): (usize, char)| Word { span: Span::new(time(i), time(i + 1)), text: c.into(), p: 1.0 };
        let words: Vec<Word> = text.chars().enumerate().map(word).collect();
        let span = Span::new(time(0), time(words.len()));
        let segment = TextSegment { span, words, language: Language::Zh, ready_at: span.end };
        [SessionEvent::Speech { span }, SessionEvent::Text(segment)]
    }

    fn cue(id: &str, start_s: f64) -> SessionEvent {
        let span = Span::new(at(start_s), at(start_s + 0.5));
        SessionEvent::Cue(Cue { id: id.into(), span, ready_at: span.end, text: String::new(), confidence: 1.0 })
    }

    fn call() -> Timeline {
        let events = [
            &said(1.0, "您好这里是客服中心我是小王")[..],
            &said(10.0, "您的宽带是什么时候断的呢"),
            &said(20.0, "您的宽带需要先重新启动光猫"),
            &said(40.0, "请问还有什么可以帮您的吗谢谢您的来电"),
            &[cue("E2.greeting", 1.0), cue("E2.identity", 2.0), cue("F1.solution", 20.5)],
            &[cue("E8.anything_else", 40.5), cue("E8.thanks", 43.0), cue("E8.thanks", 5.0)],
        ];
        Timeline::of(&events.concat())
    }

    fn begins(timeline: &mut Timeline, phase: CallPhase, seconds: f64) {
        timeline.apply(&SessionEvent::PhaseBegins { phase, at: Some(at(seconds)) });
    }

    #[test]
    fn cues_and_time_draw_the_borders() {
        let borders = PhaseBorders::of(&call()).expect("borders");
        let phase = |seconds: f64| borders.phase_at(at(seconds));
        assert_eq!(
            [0.0, 2.0, 11.0, 21.0, 41.0].map(phase),
            [CallPhase::Opening, CallPhase::Opening, CallPhase::Enquiry, CallPhase::Handling, CallPhase::Closing]
        );
        assert!((borders.span_of(CallPhase::Closing).start.seconds() - 40.0).abs() < 0.01, "thanks at 5 s are none");
    }

    #[test]
    fn a_persons_borders_count_and_found_ones_move_along() {
        let mut timeline = call();
        begins(&mut timeline, CallPhase::Closing, 15.0);
        let borders = PhaseBorders::of(&timeline).expect("borders");
        assert_eq!(borders.phase_at(at(11.0)), CallPhase::Enquiry);
        assert_eq!(borders.phase_at(at(21.0)), CallPhase::Closing);
        assert_eq!(borders.span_of(CallPhase::Handling).samples(), 0);
        begins(&mut timeline, CallPhase::Opening, 12.0);
        let borders = PhaseBorders::of(&timeline).expect("borders");
        assert_eq!(borders.phase_at(at(13.0)), CallPhase::Enquiry, "the opening was over by then");
    }

    #[test]
    fn only_the_first_sentence_lies_in_a_part_where_the_call_shows_none() {
        let events = [&said(1.0, "喂谁呀")[..], &said(10.0, "说吧什么事")].concat();
        let timeline = Timeline::of(&events);
        let is_in = |phase, seconds| PhaseBorders::is_in(&timeline, &[phase], at(seconds));
        assert!(is_in(CallPhase::Opening, 1.2));
        assert!(
            !is_in(CallPhase::Enquiry, 1.2) && !is_in(CallPhase::Opening, 10.2) && !is_in(CallPhase::Enquiry, 10.2)
        );
        let mut timeline = timeline;
        begins(&mut timeline, CallPhase::Handling, 9.0);
        assert!(PhaseBorders::is_in(&timeline, &[CallPhase::Handling], at(10.2)));
    }
}
