//! What a finished session comes to: the figures behind the report, the terminal's summary and the window's review.
//!
//! A pure function of the timeline, so a stored session gives the same review again.

use super::checklist::{Row, checklist};
use super::key_facts::{self, FactReview};
use super::phases::{self, PhasePace};
use super::score::{self, Score};
use super::service_review::ServiceReview;
use crate::analysis::delivery::{self, Delivery};
use crate::analysis::tremor::{Tremor, tremor};
use crate::session::event::{FlagKind, Language, PaceSource, PaceUnit};
use crate::session::timeline::Timeline;
use crate::time::{SampleTime, Span};
use crate::wording::{spoken_han, spoken_words};

/// The review of a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Review {
    /// The score; none in a timeline without a header.
    pub score: Option<Score>,
    /// Pitch and liveliness over the whole session; none with too little voice.
    pub delivery: Option<Delivery>,
    /// Seconds of voice in it.
    pub voiced_s: f32,
    /// Speaking rate.
    pub pace: PaceReview,
    /// Key facts, in the order in which they were first said.
    pub facts: Vec<FactReview>,
    /// Notes that were written.
    pub notes: usize,
    /// Filled pauses.
    pub fillers: usize,
    /// Times that the agent was told about fading ends.
    pub fading_ends: usize,
    /// A wobble of the voice; none when there is none or too little sustained voice.
    pub tremor: Option<Tremor>,
    /// Steps of the call; empty in a session without text, which shows none.
    pub checklist: Vec<Row>,
    /// Figures about the wording of the service; none in a session without text.
    pub service: Option<ServiceReview>,
}

/// Speaking rate of a session.
#[derive(Clone, Debug, PartialEq)]
pub struct PaceReview {
    /// What is counted.
    pub unit: PaceUnit,
    /// Where the count comes from.
    pub source: PaceSource,
    /// Units per minute from the first to the last speech; none without speech.
    pub overall_per_min: Option<f64>,
    /// Units per minute of speech; none without speech.
    pub articulation_per_min: Option<f64>,
    /// Pace of the call's parts.
    pub phases: Vec<PhasePace>,
}

/// Less than this is too short for a rate, seconds.
const LEAST_S: f64 = 0.5;

impl Review {
    /// The review of `timeline`.
    pub fn of(timeline: &Timeline) -> Self {
        let baseline = timeline.header.as_ref().and_then(|header| header.baseline.as_ref());
        let delivery = delivery::measure(timeline.frames.iter().copied(), baseline);
        let liveliness = delivery.as_ref().map(|figures| figures.liveliness);
        let with_text = has_text(timeline);
        Self {
            score: timeline.header.as_ref().map(|header| score::score(timeline, &header.profile, liveliness)),
            delivery,
            voiced_s: delivery::voiced_s(timeline.frames.iter().copied()),
            pace: PaceReview::of(timeline),
            facts: key_facts::review(timeline),
            notes: timeline.notes.len(),
            fillers: timeline.fillers.len(),
            fading_ends: timeline.flags.iter().filter(|flag| flag.kind == FlagKind::FadingEnd).count(),
            tremor: tremor(&timeline.frames),
            checklist: if with_text { checklist(timeline, SampleTime(u64::MAX)) } else { Vec::new() },
            service: with_text.then(|| ServiceReview::of(timeline)),
        }
    }
}

impl PaceReview {
    fn of(timeline: &Timeline) -> Self {
        let has_text = has_text(timeline);
        let source = if has_text { PaceSource::Text } else { PaceSource::Acoustic };
        let unit = timeline.pace.iter().rev().find(|point| point.source == source).map(|point| point.unit);
        let unit = unit.unwrap_or(if language_of(timeline) == Language::En { PaceUnit::Word } else { PaceUnit::Han });
        let count = match (has_text, unit) {
            (true, PaceUnit::Han) => spoken_han(&timeline.transcript()) as f64,
            (true, PaceUnit::Word) => spoken_words(&timeline.transcript()) as f64,
            (false, PaceUnit::Han) => timeline.nuclei.len() as f64,
            (false, PaceUnit::Word) => {
                timeline.nuclei.len() as f64 * f64::from(crate::analysis::pace::WORDS_PER_SYLLABLE)
            }
        };
        let spoken = Span::new(
            timeline.speech.first().map_or(SampleTime::ZERO, |span| span.start),
            timeline.speech.last().map_or(SampleTime::ZERO, |span| span.end),
        );
        let speech_s: f64 = timeline.speech.iter().map(|span| span.seconds()).sum();
        let per_min = |over_s: f64| (over_s > LEAST_S).then(|| count * 60.0 / over_s);
        Self {
            unit,
            source,
            overall_per_min: per_min(spoken.seconds()),
            articulation_per_min: per_min(speech_s),
            phases: phases::phases(timeline, unit),
        }
    }
}

/// Whether what was said is written down in this session.
pub fn has_text(timeline: &Timeline) -> bool {
    timeline.header.as_ref().is_some_and(|header| !header.model.is_empty())
}

/// The language that was asked for, or, where the model was to decide, the one it heard most.
pub fn language_of(timeline: &Timeline) -> Language {
    let asked = timeline.header.as_ref().map_or(Language::Zh, |header| header.language);
    if asked != Language::Auto {
        return asked;
    }
    let english = timeline.segments.iter().filter(|segment| segment.language == Language::En).count();
    if timeline.segments.is_empty() {
        Language::Auto
    } else if english * 2 > timeline.segments.len() {
        Language::En
    } else {
        Language::Zh
    }
}
