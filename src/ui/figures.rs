//! The numbers on the screen, held still: each changes at most twice a second, and the voice's own range less often.

use super::theme::Mood;
use crate::analysis::delivery::Movement;
use crate::practice::checklist::{Row, checklist};
use crate::practice::profile::STANDARD;
use crate::practice::review::{Review, has_text};
use crate::session::event::{FlagKind, Hit, HitLevel, Note, OwnPhases, PaceUnit, PauseKind, Severity};
use crate::session::profile::{PaceLimits, Profile};
use crate::session::timeline::Timeline;
use crate::time::{SampleTime, Span, samples};
use std::sync::Arc;

/// Numbers stay for this long, seconds.
const HOLD_S: f64 = 0.5;
/// The voice's own range is measured anew after this long, seconds.
const VOICE_HOLD_S: f64 = 3.0;
/// The voice's own range rests on this much of the past, seconds.
const VOICE_WINDOW_S: f64 = 120.0;
/// A median that moved less than this stays where it is, semitones.
const VOICE_STEP_ST: f32 = 0.5;

/// The thresholds to show: those of the session, or the standard ones before there is any.
pub fn profile_of(timeline: &Timeline) -> &Profile {
    timeline.header.as_ref().map_or(&STANDARD, |header| &header.profile)
}

/// The speaker's own voice: the ribbon's axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Voice {
    /// Median F0, Hz.
    pub median_hz: f32,
    /// 10th percentile, semitones around the median.
    pub low_st: f32,
    /// 90th percentile, semitones around the median.
    pub high_st: f32,
}

/// Everything that the dashboard writes in figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// Units per minute, where enough was said.
    pub pace_per_min: Option<f32>,
    /// The same without pauses.
    pub articulation_per_min: Option<f32>,
    /// What is counted.
    pub pace_unit: PaceUnit,
    /// The band that is good.
    pub pace_limits: PaceLimits,
    /// 0 flat … 1 lively, where enough was said.
    pub liveliness: Option<f32>,
    /// What that rests on.
    pub movement: Option<Movement>,
    /// How lively that is by the profile.
    pub liveliness_mood: Mood,
    /// Silence that is going on, seconds, and how that is by the profile.
    pub silence: Option<(f64, Mood)>,
    /// The last finished pause, seconds, and how that was.
    pub last_pause: Option<(f64, PauseKind)>,
    /// Phrases that are banned.
    pub banned: usize,
    /// Phrases that are better said otherwise, without those that are only marked.
    pub discouraged: usize,
    /// Flags about anything else.
    pub other_flags: usize,
    /// Steps of the call; none in a session without text.
    pub steps: Vec<Row>,
    /// The speaker's own voice.
    pub voice: Option<Voice>,
    /// Speech below this level is too quiet, dB re full scale.
    pub quiet_db: f32,
    /// What the session came to, once it is over.
    pub review: Option<Arc<Review>>,
    /// What the review rests on and a person may change: flags that count, flags that do not, parts of the call, notes.
    reviewed: Option<(usize, usize, OwnPhases, Vec<Note>)>,
    updated_at: Option<SampleTime>,
    voice_at: Option<SampleTime>,
}

impl Default for Figures {
    fn default() -> Self {
        Self {
            pace_per_min: None,
            articulation_per_min: None,
            pace_unit: PaceUnit::Han,
            pace_limits: STANDARD.pace_zh,
            liveliness: None,
            movement: None,
            liveliness_mood: Mood::Quiet,
            silence: None,
            last_pause: None,
            banned: 0,
            discouraged: 0,
            other_flags: 0,
            steps: Vec::new(),
            voice: None,
            quiet_db: STANDARD.loudness.quiet_db,
            review: None,
            reviewed: None,
            updated_at: None,
            voice_at: None,
        }
    }
}

/// Whether `now` is `hold_s` away from `then`, in either direction.
fn is_due(then: Option<SampleTime>, now: SampleTime, hold_s: f64) -> bool {
    then.is_none_or(|then| (now - then).max(then - now) >= samples(hold_s))
}

impl Figures {
    /// Takes the timeline in as it was at `now`. While nothing moves (`moving` false) the figures are exact.
    pub fn update(&mut self, timeline: &Timeline, now: SampleTime, moving: bool) {
        if !moving || is_due(self.updated_at, now, HOLD_S) {
            self.updated_at = Some(now);
            self.measure(timeline, now);
        }
        if is_due(self.voice_at, now, VOICE_HOLD_S) {
            self.voice_at = Some(now);
            self.take_voice(voice(timeline, now, VOICE_WINDOW_S));
        }
    }

    /// The same for a whole session that is replayed: its axis is that of the whole session and never moves.
    pub fn update_replay(&mut self, timeline: &Timeline, now: SampleTime, moving: bool) {
        if !moving || is_due(self.updated_at, now, HOLD_S) {
            self.updated_at = Some(now);
            self.measure(timeline, now);
        }
        if self.voice_at.is_none() {
            self.voice_at = Some(timeline.position);
            self.voice = voice(timeline, timeline.position, timeline.position.seconds());
        }
    }

    fn take_voice(&mut self, new: Option<Voice>) {
        if let (Some(old), Some(new)) = (self.voice, new) {
            let moved_st = 12.0 * (new.median_hz / old.median_hz).log2();
            let widened = (new.low_st - old.low_st).abs().max((new.high_st - old.high_st).abs());
            if moved_st.abs() < VOICE_STEP_ST && widened < VOICE_STEP_ST {
                return;
            }
        }
        // Without a new one the old axis stays: a long silence does not change who speaks.
        self.voice = new.or(self.voice);
    }

    fn measure(&mut self, timeline: &Timeline, now: SampleTime) {
        let judged = (timeline.flags.len(), timeline.aside.len(), timeline.own_phases);
        let is_same = |(flags, aside, phases, notes): &(usize, usize, OwnPhases, Vec<Note>)| {
            (*flags, *aside, *phases) == judged && *notes == timeline.notes
        };
        if timeline.ended.is_some() && !self.reviewed.as_ref().is_some_and(is_same) {
            self.reviewed = Some((judged.0, judged.1, judged.2, timeline.notes.clone()));
            self.review = Some(Arc::new(Review::of(timeline)));
        }
        let profile = profile_of(timeline);
        let pace = timeline.pace_at(now).filter(|point| is_fresh(point.at, now, timeline));
        self.pace_per_min = pace.map(|point| point.per_min);
        // Sessions from before there was such a figure hold 0.
        self.articulation_per_min = pace.map(|point| point.articulation_per_min).filter(|rate| *rate > 0.0);
        if let Some(point) = pace {
            self.pace_unit = point.unit;
        } else if let Some(header) = &timeline.header {
            let english = header.language == crate::session::event::Language::En;
            self.pace_unit = if english { PaceUnit::Word } else { PaceUnit::Han };
        }
        self.pace_limits = match self.pace_unit {
            PaceUnit::Han => profile.pace_zh,
            PaceUnit::Word => profile.pace_en,
        };
        self.measure_delivery(timeline, now, profile);
        self.silence = timeline.silence_at(now).map(|seconds| (seconds, silence_mood(seconds, profile)));
        let finished = timeline.pauses.partition_point(|pause| pause.span.end <= now);
        self.last_pause = timeline.pauses[..finished].last().map(|pause| (pause.span.seconds(), pause.kind));
        let counts = |hit: &&Hit| hit.ready_at <= now && hit.severity > Severity::Info && !timeline.is_aside(hit);
        let said = |level| timeline.hits.iter().filter(counts).filter(|hit| hit.level == level).count();
        self.banned = said(HitLevel::Banned);
        self.discouraged = said(HitLevel::Discouraged);
        // Before a session the card shows what a call will need.
        let shows_steps = timeline.header.is_none() || has_text(timeline);
        self.steps = if shows_steps { checklist(timeline, now) } else { Vec::new() };
        let wording = |kind| matches!(kind, FlagKind::BannedWording | FlagKind::DiscouragedWording);
        self.other_flags = timeline.flags_until(now).filter(|flag| !wording(flag.kind)).count();
    }

    fn measure_delivery(&mut self, timeline: &Timeline, now: SampleTime, profile: &Profile) {
        let point = timeline.liveliness_at(now).filter(|point| is_fresh(point.at, now, timeline));
        // With less voice nothing is judged either.
        let point = point.filter(|point| point.voiced_s >= profile.delivery.min_voiced_s);
        self.liveliness = point.map(|point| point.liveliness.clamp(0.0, 1.0));
        // Logs of older versions hold the judgement without its figures.
        self.movement = point.filter(|point| point.span_st > 0.0).map(Movement::from);
        let (flat, lively) = (profile.delivery.monotone_below, profile.delivery.lively_above);
        self.liveliness_mood = match self.liveliness {
            None => Mood::Quiet,
            Some(value) if value < flat => Mood::Bad,
            Some(value) if value < lively => Mood::Watch,
            Some(_) => Mood::Good,
        };
        self.quiet_db = profile.loudness.quiet_db;
    }

    /// Fast, slow or good.
    pub fn pace_mood(&self) -> Mood {
        let limits = &self.pace_limits;
        match self.pace_per_min {
            None => Mood::Quiet,
            Some(pace) if pace < limits.slow_per_min || pace > limits.fast_per_min => Mood::Bad,
            Some(pace) if pace < limits.good_min_per_min || pace > limits.good_max_per_min => Mood::Watch,
            Some(_) => Mood::Good,
        }
    }

    /// Key of the word for the pace.
    pub fn pace_key(&self) -> &'static str {
        let limits = &self.pace_limits;
        match self.pace_per_min {
            None => "pace.none",
            Some(pace) if pace > limits.very_fast_per_min => "pace.very_fast",
            Some(pace) if pace > limits.fast_per_min => "pace.fast",
            Some(pace) if pace > limits.good_max_per_min => "pace.rather_fast",
            Some(pace) if pace < limits.slow_per_min => "pace.slow",
            Some(pace) if pace < limits.good_min_per_min => "pace.rather_slow",
            Some(_) => "pace.good",
        }
    }
}

/// A figure from long ago says nothing about now, unless the session is over.
fn is_fresh(at: SampleTime, now: SampleTime, timeline: &Timeline) -> bool {
    now - at <= samples(15.0) || (timeline.ended.is_some() && now >= timeline.position)
}

fn silence_mood(seconds: f64, profile: &Profile) -> Mood {
    let (watch_s, bad_s) = (profile.pause.dead_air_watch_s, profile.pause.dead_air_bad_s);
    match seconds {
        seconds if seconds >= f64::from(bad_s) => Mood::Bad,
        seconds if seconds >= f64::from(watch_s) => Mood::Watch,
        _ => Mood::Quiet,
    }
}

/// Median and range of the voice over the last `window_s` seconds before `now`.
fn voice(timeline: &Timeline, now: SampleTime, window_s: f64) -> Option<Voice> {
    let median_hz = timeline.median_f0_hz(now, window_s)?;
    let window = Span::new(now.saturating_back(samples(window_s)), now);
    let mut tones_st: Vec<f32> = timeline
        .frames_in(window)
        .iter()
        .filter(|frame| frame.speech)
        .filter_map(|frame| frame.f0())
        .map(|f0_hz| 12.0 * (f0_hz / median_hz).log2())
        .collect();
    let percentile = |tones: &mut Vec<f32>, share: f32| {
        let place = ((tones.len() as f32 * share) as usize).min(tones.len().saturating_sub(1));
        (!tones.is_empty()).then(|| *tones.select_nth_unstable_by(place, f32::total_cmp).1)
    };
    let low_st = percentile(&mut tones_st, 0.1)?;
    let high_st = percentile(&mut tones_st, 0.9)?;
    Some(Voice { median_hz, low_st, high_st })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::event::{PacePoint, PaceSource, SessionEvent};

    fn pace(at_s: f64, per_min: f32) -> SessionEvent {
        let at = SampleTime::from_seconds(at_s);
        SessionEvent::Pace(PacePoint {
            at,
            window: Span::new(SampleTime::ZERO, at),
            per_min,
            articulation_per_min: per_min,
            speech_s: 5.0,
            source: PaceSource::Text,
            unit: PaceUnit::Han,
        })
    }

    #[test]
    fn a_number_changes_at_most_twice_a_second() {
        let mut timeline = Timeline::default();
        let mut figures = Figures::default();
        let (mut changes, mut last) = (0, None);
        for step in 0..100 {
            let at_s = 5.0 + f64::from(step) * 0.05;
            timeline.apply(&pace(at_s, 150.0 + step as f32));
            figures.update(&timeline, SampleTime::from_seconds(at_s), true);
            if figures.pace_per_min != last {
                (changes, last) = (changes + 1, figures.pace_per_min);
            }
        }
        assert!(changes <= 11, "{changes} changes in 5 seconds");
    }

    #[test]
    fn an_old_pace_is_not_shown_as_the_present_one() {
        let timeline = Timeline::of(&[pace(5.0, 150.0)]);
        let mut figures = Figures::default();
        figures.update(&timeline, SampleTime::from_seconds(6.0), false);
        assert_eq!((figures.pace_mood(), figures.pace_key()), (Mood::Good, "pace.good"));
        figures.update(&timeline, SampleTime::from_seconds(40.0), false);
        assert_eq!(figures.pace_per_min, None);
    }
}
