//! The parts of a call and the pace of each (curriculum A3): was the hard part slower than opening and closing?
//!
//! A pure function of the timeline. The opening reaches to the last word of greeting, identity or offer of help
//! near the start; the closing begins with the first word of farewell or last question near the end; what lies
//! between is the matter itself.

use crate::session::event::{PaceUnit, TextSegment};
use crate::session::timeline::Timeline;
use crate::time::{SampleTime, Span, samples};
use crate::wording::{spoken_han, spoken_words};

/// An opening is over after this much of the session, seconds.
const LONGEST_OPENING_S: f64 = 30.0;
/// A closing does not begin before this share of the session.
const EARLIEST_CLOSING: f64 = 0.6;
/// A part with less speech than this has no pace, seconds.
const LEAST_SPEECH_S: f64 = 2.0;
const OPENING_WORDS: [&str; 16] = [
    "您好",
    "你好",
    "喂",
    "客服",
    "我是",
    "这里是",
    "为您服务",
    "能帮您",
    "可以帮您",
    "怎么帮您",
    "为您做",
    "hello",
    "good morning",
    "my name is",
    "help you",
    "speaking",
];
const CLOSING_WORDS: [&str; 14] = [
    "还有什么",
    "还有别的",
    "还需要",
    "其他问题",
    "别的问题",
    "再见",
    "来电",
    "祝您",
    "谢谢您的",
    "感谢您",
    "anything else",
    "goodbye",
    "have a nice",
    "thank you for calling",
];

/// Parts of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Greeting, identity, offer of help.
    Opening,
    /// The matter itself.
    Matter,
    /// Recap, last question, farewell.
    Closing,
}

impl Phase {
    /// The name in JSON and in the locale files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Matter => "matter",
            Self::Closing => "closing",
        }
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

/// The parts that the settled text shows, with their pace. Without text, or in a session that shows neither an
/// opening nor a closing, there are none.
pub fn phases(timeline: &Timeline, unit: PaceUnit) -> Vec<PhasePace> {
    let (Some(first), Some(last)) = (timeline.segments.first(), timeline.segments.last()) else { return Vec::new() };
    let opening_limit = first.span.start + samples(LONGEST_OPENING_S);
    let closing_limit = SampleTime((timeline.position.0 as f64 * EARLIEST_CLOSING) as u64);
    let has = |segment: &TextSegment, words: &[&str]| {
        let text = segment.text().to_lowercase();
        words.iter().any(|word| text.contains(word))
    };
    let opened = timeline.segments.iter().rfind(|s| s.span.start < opening_limit && has(s, &OPENING_WORDS));
    let opening_end = opened.map_or(first.span.start, |segment| segment.span.end);
    let closed =
        timeline.segments.iter().find(|s| s.span.start >= closing_limit.max(opening_end) && has(s, &CLOSING_WORDS));
    let closing_start = closed.map_or(last.span.end, |segment| segment.span.start);
    if opened.is_none() && closed.is_none() {
        return Vec::new();
    }
    [
        (Phase::Opening, Span::new(first.span.start, opening_end)),
        (Phase::Matter, Span::new(opening_end, closing_start)),
        (Phase::Closing, Span::new(closing_start, last.span.end)),
    ]
    .into_iter()
    .filter_map(|(phase, span)| pace_in(timeline, unit, phase, span))
    .collect()
}

/// Whether the matter was slower than opening and closing (articulation rate); none when a part is missing.
pub fn matter_is_slower(phases: &[PhasePace]) -> Option<bool> {
    let rate = |phase| phases.iter().find(|part| part.phase == phase).map(|part| part.articulation_per_min);
    let matter = rate(Phase::Matter)?;
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
    use crate::session::event::{Language, SessionEvent, Word};

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

    #[test]
    fn the_hard_part_is_compared_with_opening_and_closing() {
        let call = |matter_step_s: f64| {
            let events: Vec<SessionEvent> = [
                said(1.0, 0.25, "您好这里是客服中心我是小王"),
                said(10.0, matter_step_s, "您的宽带需要先重新启动光猫然后等待指示灯变绿"),
                said(40.0, 0.25, "请问还有什么可以帮您的吗谢谢您的来电"),
            ]
            .concat();
            phases(&Timeline::of(&events), PaceUnit::Han)
        };
        let slow = call(0.4);
        assert_eq!(
            slow.iter().map(|part| part.phase).collect::<Vec<_>>(),
            [Phase::Opening, Phase::Matter, Phase::Closing]
        );
        assert!((slow[0].articulation_per_min - 240.0).abs() < 1.0, "{slow:?}");
        assert_eq!(matter_is_slower(&slow), Some(true));
        assert_eq!(matter_is_slower(&call(0.2)), Some(false));
        assert_eq!(phases(&Timeline::of(&said(1.0, 0.25, "随便说几句话")), PaceUnit::Han), []);
    }
}
