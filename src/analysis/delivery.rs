//! How lively a voice is.
//!
//! Plain F0 deviation says little: in a tone language the tones alone make about four semitones, and a bored voice
//! that creaks, or falls from a high start, deviates as much as a happy one. Three witnesses are heard instead:
//! - how fast pitch moves within voiced stretches (liveliness is heard in F0 excursions and in tempo, Traunmüller &
//!   Eriksson 1995, J. Acoust. Soc. Am. 97; tones that are only half reached move slowly, too),
//! - how far it moves around the falling line of each phrase (the declination of 't Hart, Collier & Cohen 1990 tells
//!   of breath, not of interest),
//! - how fast the level of the voice changes (articulation and stress).
//!
//! Each is mapped onto 0 … 1 between a level voice and a lively one. Where the agent's own usual voice is known, half
//! of the judgement is by that.

mod pitch;

use super::statistics::{mean_and_sd, middle_mean, percentile};
use crate::session::baseline::VoiceBaseline;
use crate::session::event::{Frame, LivelinessPoint};
use crate::time::{FRAME_SAMPLES, SampleTime, Span};
use pitch::Voiced;
use std::collections::VecDeque;

/// Seconds of a frame.
const FRAME_S: f32 = crate::time::FRAME_S as f32;
/// Speech frames that the live judgement looks back on (12 s of speech: three or four sentences).
const WINDOW_FRAMES: usize = 1200;
/// Voiced frames without which nothing is said (0.4 s: two words).
const LEAST_VOICED_FRAMES: usize = 40;
/// New speech frames between two live judgements.
const LEAST_NEW_FRAMES: usize = 30;
/// Speed of pitch in a level voice (what consonants and the unsteadiness of the voice make) and in a lively one,
/// semitones per second. Acted boredom has 15 to 16, neutral 20, happiness 24; spoken Mandarin 10 to 27.
const SPEED_ST_PER_S: Scale = Scale { level: 4.0, lively: 28.0 };
/// Span of pitch around the falling line, semitones.
const SPAN_ST: Scale = Scale { level: 1.0, lively: 8.0 };
/// Change of level within 20 ms of voice, dB.
const LEVEL_STEP_DB: Scale = Scale { level: 1.0, lively: 3.5 };
/// Shares of the three. Pitch decides: level alone makes no voice lively. The ranking hardly depends on the shares.
const SPEED_SHARE: f32 = 0.5;
const SPAN_SHARE: f32 = 0.3;
const LEVEL_SHARE: f32 = 0.2;
/// Frames from one level to the next that it is compared with (20 ms, about a third of an attack).
const LEVEL_STEP_FRAMES: u64 = 2;
/// Where an agent's own usual voice lies on the agent's own scale: the liveliness of ordinary speech.
const USUAL_LIVELINESS: f32 = 0.5;
/// An own scale is never based on less or more than this: whoever always speaks flatly shall still be told.
const OWN_SCALE_RANGE: (f32, f32) = (0.25, 0.75);
/// Share of the agent's own scale in the judgement.
const OWN_SCALE_SHARE: f32 = 0.5;

/// A figure from a level voice to a lively one.
struct Scale {
    level: f32,
    lively: f32,
}

impl Scale {
    /// Place of `value` on the scale, 0 … 1.
    fn place(&self, value: f32) -> f32 {
        ((value - self.level) / (self.lively - self.level)).clamp(0.0, 1.0)
    }
}

/// What a lively voice is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Witness {
    /// Speed of pitch.
    Speed,
    /// Span of pitch.
    Span,
    /// Change of level.
    Level,
}

/// What the three witnesses say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Movement {
    /// Mean speed of pitch within voiced stretches, without the slowest and fastest tenth, semitones per second.
    pub speed_st_per_s: f32,
    /// Span between the 20th and 80th percentile of F0 around the falling line of its phrase, semitones.
    pub span_st: f32,
    /// Mean change of level within 20 ms of voice, without the smallest and largest tenth, dB.
    pub level_step_db: f32,
}

impl Movement {
    /// The witness that speaks most for a flat voice.
    pub fn flattest(&self) -> Witness {
        let places = [
            (Witness::Span, SPAN_ST.place(self.span_st)),
            (Witness::Speed, SPEED_ST_PER_S.place(self.speed_st_per_s)),
            (Witness::Level, LEVEL_STEP_DB.place(self.level_step_db)),
        ];
        places.into_iter().min_by(|a, b| a.1.total_cmp(&b.1)).map_or(Witness::Span, |(witness, _)| witness)
    }

    /// Liveliness by the scale that is the same for everybody.
    fn liveliness(&self) -> f32 {
        SPEED_SHARE * SPEED_ST_PER_S.place(self.speed_st_per_s)
            + SPAN_SHARE * SPAN_ST.place(self.span_st)
            + LEVEL_SHARE * LEVEL_STEP_DB.place(self.level_step_db)
    }

    /// Liveliness by both scales: everybody's, and the one on which the agent's own usual voice is ordinary speech.
    fn liveliness_beside(&self, baseline: Option<&VoiceBaseline>) -> f32 {
        let Some(baseline) = baseline else { return self.liveliness() };
        let (least, most) = OWN_SCALE_RANGE;
        let usual = Self::from(baseline).liveliness().clamp(least, most);
        let own = (self.liveliness() / usual * USUAL_LIVELINESS).min(1.0);
        (1.0 - OWN_SCALE_SHARE) * self.liveliness() + OWN_SCALE_SHARE * own
    }
}

impl From<&VoiceBaseline> for Movement {
    fn from(&VoiceBaseline { speed_st_per_s, span_st, level_step_db, .. }: &VoiceBaseline) -> Self {
        Self { speed_st_per_s, span_st, level_step_db }
    }
}

impl From<&LivelinessPoint> for Movement {
    fn from(&LivelinessPoint { speed_st_per_s, span_st, level_step_db, .. }: &LivelinessPoint) -> Self {
        Self { speed_st_per_s, span_st, level_step_db }
    }
}

/// Figures of a stretch of frames.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delivery {
    /// 0 flat … 1 lively.
    pub liveliness: f32,
    /// What that rests on.
    pub movement: Movement,
    /// Median F0, Hz.
    pub median_hz: f32,
    /// Standard deviation of F0, semitones.
    pub sd_st: f32,
    /// Range of F0 between its 10th and 90th percentile, semitones.
    pub range_st: f32,
    /// Standard deviation of the level of voiced frames, dB.
    pub level_sd_db: f32,
    /// Voiced seconds that the figures rest on.
    pub voiced_s: f32,
}

/// Measures the voiced ones among consecutive `frames`; none when there are too few. With a `baseline` the agent's
/// own usual voice counts as well.
pub fn measure(frames: impl Iterator<Item = Frame>, baseline: Option<&VoiceBaseline>) -> Option<Delivery> {
    measure_voiced(&frames.zip(0..).filter_map(|(frame, number)| voiced(number, frame)).collect::<Vec<_>>(), baseline)
}

/// Voiced seconds among `frames`.
pub fn voiced_s(frames: impl Iterator<Item = Frame>) -> f32 {
    frames.filter(|frame| voiced(0, *frame).is_some()).count() as f32 * FRAME_S
}

fn voiced(number: u64, frame: Frame) -> Option<Voiced> {
    let f0_hz = frame.f0().filter(|_| frame.speech)?;
    Some(Voiced { number, tone_st: 12.0 * f0_hz.log2(), level_db: frame.level_db })
}

fn measure_voiced(voiced: &[Voiced], baseline: Option<&VoiceBaseline>) -> Option<Delivery> {
    if voiced.len() < LEAST_VOICED_FRAMES {
        return None;
    }
    let tones_st = || voiced.iter().map(|frame| frame.tone_st);
    let mut sorted_st: Vec<f32> = tones_st().collect();
    sorted_st.sort_unstable_by(f32::total_cmp);
    let mut around_st = pitch::around_the_falling_line_st(voiced);
    around_st.sort_unstable_by(f32::total_cmp);
    let movement = Movement {
        speed_st_per_s: middle_mean(pitch::speeds_st_per_s(voiced))?,
        span_st: percentile(&around_st, 0.8)? - percentile(&around_st, 0.2)?,
        level_step_db: middle_mean(level_steps_db(voiced))?,
    };
    Some(Delivery {
        liveliness: movement.liveliness_beside(baseline),
        movement,
        median_hz: (percentile(&sorted_st, 0.5)? / 12.0).exp2(),
        sd_st: mean_and_sd(tones_st()).1,
        range_st: percentile(&sorted_st, 0.9)? - percentile(&sorted_st, 0.1)?,
        level_sd_db: mean_and_sd(voiced.iter().map(|frame| frame.level_db)).1,
        voiced_s: voiced.len() as f32 * FRAME_S,
    })
}

/// How much the level changes within 20 ms where both ends are voiced.
fn level_steps_db(voiced: &[Voiced]) -> Vec<f32> {
    let earlier = |place: usize| {
        let number = voiced[place].number.checked_sub(LEVEL_STEP_FRAMES)?;
        voiced[..place].iter().rev().take(LEVEL_STEP_FRAMES as usize).find(|frame| frame.number == number)
    };
    let step = |place: usize| Some((voiced[place].level_db - earlier(place)?.level_db).abs());
    (0..voiced.len()).filter_map(step).collect()
}

/// Liveliness of the last seconds of speech.
#[derive(Default)]
pub struct LivelinessMeter {
    baseline: Option<VoiceBaseline>,
    window: VecDeque<(SampleTime, Frame)>,
    added: usize,
}

impl LivelinessMeter {
    /// A meter for an agent whose usual voice is `baseline`, where that is known.
    pub fn new(baseline: Option<VoiceBaseline>) -> Self {
        Self { baseline, ..Self::default() }
    }

    /// Takes the frame that starts at `start`.
    pub fn push(&mut self, start: SampleTime, frame: Frame) {
        if !frame.speech {
            return;
        }
        self.added += 1;
        if self.window.len() == WINDOW_FRAMES {
            self.window.pop_front();
        }
        self.window.push_back((start, frame));
    }

    /// The judgement at `at`; none when nothing new was said since the last one or there is too little voice.
    pub fn measure(&mut self, at: SampleTime) -> Option<LivelinessPoint> {
        if self.added < LEAST_NEW_FRAMES {
            return None;
        }
        let frames = self.window.iter().filter_map(|(start, frame)| voiced(start.0 / FRAME_SAMPLES as u64, *frame));
        let figures = measure_voiced(&frames.collect::<Vec<_>>(), self.baseline.as_ref())?;
        self.added = 0;
        let (first, last) = (self.window.front()?.0, self.window.back()?.0);
        Some(LivelinessPoint {
            at,
            window: Span::new(first, last + FRAME_SAMPLES as u64),
            liveliness: figures.liveliness,
            median_hz: figures.median_hz,
            range_st: figures.range_st,
            span_st: figures.movement.span_st,
            speed_st_per_s: figures.movement.speed_st_per_s,
            level_sd_db: figures.level_sd_db,
            level_step_db: figures.movement.level_step_db,
            voiced_s: figures.voiced_s,
        })
    }
}

#[cfg(test)]
#[path = "delivery/tests.rs"]
mod tests;
