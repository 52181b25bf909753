//! Filled pauses (嗯, 呃, um, uh) found in the sound: recognisers leave them out.
//!
//! What marks them is what the speaker does while thinking: nothing moves. Voicing is held, F0 is level or falls a
//! little, and the articulators rest, so that the spectral envelope stays what it is (M. Goto, K. Itou and
//! S. Hayamizu, "A real-time filled pause detection system for spontaneous speech recognition", Eurospeech 1999;
//! K. Audhkhasi et al., "Formant-based technique for automatic filled-pause detection in spontaneous spoken English",
//! ICASSP 2009). They lie low in the speaker's range and often beside a pause (E. Shriberg, "Phonetic consequences of
//! speech disfluency", ICPhS 1999). Lengthened syllables are steady too, but for a shorter time and less strictly, and
//! they hang on a consonant: so the closer a steady sound is tied to the words around it, the longer and the steadier
//! it must be. A missed one costs little, a false one costs trust.

mod spoken;
mod stretch;

pub use spoken::{SyllableRate, beside_pause, is_lengthened, may_fill, spoken_filler};

use super::spectrum::Shape;
use crate::session::event::Frame;
use crate::time::{SampleTime, Span};
use stretch::{Held, Stretch};

/// A silence at least this long stands apart, frames: longer than the closure of any stop.
const PAUSE_FRAMES: usize = 20;
/// A steady sound may begin this long after speech begins, and end this long before it ends, frames: the glottis
/// opens and closes in that time, a consonant with a vowel does not fit.
const EDGE_FRAMES: usize = 10;
/// A part of a filler that has two (a vowel and a murmur) is at least this long, frames.
const LEAST_PART_FRAMES: usize = 8;
/// F0 above the speaker's median from which a steady sound is a stressed syllable or a sung high tone, semitones.
const HIGHEST_ABOVE_MEDIAN_ST: f32 = 3.0;
/// F0 may fall or rise this fast, semitones per second. Tone 2 and tone 4 move ten times as fast.
const STEEPEST_FALL_ST_PER_S: f32 = -14.0;
const STEEPEST_RISE_ST_PER_S: f32 = 2.5;
/// F0 may stray this far from its straight line, semitones (standard deviation).
const MOST_WAVER_ST: f32 = 0.6;
/// Voiced frames from which the speaker's median is known.
const LEAST_MEDIAN_FRAMES: u32 = 100;
/// More energy below 600 Hz than above by this much: a nasal murmur, dB (G. Fant, "Acoustic Theory of Speech
/// Production", 1960: one low formant, the rest damped).
const NASAL_TILT_DB: f32 = -18.0;
/// Fillers are central or open vowels or nasals; with more energy above 1800 Hz than below, it is an [i] or a fricative.
const FRONT_DB: f32 = 0.0;

/// How a steady sound is tied to the speech around it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Tie {
    Alone,
    AfterPause,
    BeforePause,
    Inside,
}

impl Tie {
    /// Least length in frames, and the most that the spectrum may stray, dB RMS, for a sound so tied.
    fn limits(self) -> (usize, f32) {
        match self {
            Self::Alone => (22, 3.4),
            Self::AfterPause => (30, 2.8),
            Self::BeforePause => (45, 2.5),
            Self::Inside => (55, 2.3),
        }
    }

    /// How often such a sound, just long enough, is a filler; a judgement of the author's, not a measured rate.
    fn confidence(self) -> f32 {
        match self {
            Self::Alone => 0.8,
            Self::AfterPause => 0.7,
            Self::BeforePause => 0.6,
            Self::Inside => 0.5,
        }
    }
}

/// What a filled pause sounds like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FillerShape {
    /// 嗯, mm, um: a nasal murmur, or a vowel that closes into one.
    Nasal,
    /// 呃, 啊, uh: a vowel.
    Vowel,
}

/// A pause that is filled with a held sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FilledPause {
    /// The steady part of the sound.
    pub span: Span,
    /// How sure it is, 0 … 1.
    pub confidence: f32,
    /// What it sounds like.
    pub shape: FillerShape,
}

/// Streaming finder. A filler is known at most [`FillerFinder::LATENCY_FRAMES`] frames after its end.
pub struct FillerFinder {
    range: SpeakerRange,
    /// Consecutive frames without speech up to the last frame, and with it (breaks shorter than a pause included).
    silent: usize,
    spoken: usize,
    /// The steady sound that is going on.
    stretch: Option<Stretch>,
    /// The steady sound before it, while voicing lasts.
    previous: Option<Held>,
    /// Sounds that ended at the same frame (the last one, and it with the vowel before it) and whose surroundings are
    /// not all known yet.
    ended: [Option<Held>; 2],
    /// Frames since it ended.
    since_end: usize,
}

impl Default for FillerFinder {
    fn default() -> Self {
        Self::new()
    }
}

impl FillerFinder {
    /// Frames after the end of a filler at which it is known at the latest.
    pub const LATENCY_FRAMES: usize = EDGE_FRAMES + PAUSE_FRAMES + 1;

    /// A finder at the start of a stream.
    pub fn new() -> Self {
        Self {
            range: SpeakerRange::default(),
            // Before the stream there is silence.
            silent: PAUSE_FRAMES,
            spoken: 0,
            stretch: None,
            previous: None,
            ended: [None; 2],
            since_end: 0,
        }
    }

    /// Takes the frame that starts at `start` with the shape of its spectrum; answers when a filled pause has become
    /// certain.
    pub fn push(&mut self, start: SampleTime, frame: Frame, shape: &Shape) -> Option<FilledPause> {
        let begins = frame.speech && self.silent >= PAUSE_FRAMES;
        if begins {
            self.spoken = 0;
        }
        self.silent = if frame.speech { 0 } else { self.silent + 1 };
        self.spoken += 1;
        let voiced = frame.speech && frame.f0_hz > 0.0 && frame.level_db.is_finite();
        if voiced {
            self.range.push(frame.f0_hz);
        }
        let found = self.settle(frame.speech);
        if found.is_some() {
            self.previous = None;
        }
        let goes_on = voiced && self.stretch.as_ref().is_some_and(|stretch| stretch.fits(&frame, shape));
        if !goes_on && let Some(stretch) = self.stretch.take() {
            self.end(stretch.held());
        }
        if voiced {
            match &mut self.stretch {
                Some(stretch) => stretch.push(&frame, shape),
                None => self.stretch = Some(Stretch::new(start, self.spoken - 1 <= EDGE_FRAMES, &frame, shape)),
            }
        } else {
            self.previous = None;
        }
        found
    }

    /// The stream is over: silence follows.
    pub fn finish(&mut self) -> Option<FilledPause> {
        if let Some(stretch) = self.stretch.take() {
            self.end(stretch.held());
        }
        self.judge_ended(true)
    }

    /// A steady sound is over; short ones are syllables.
    fn end(&mut self, held: Held) {
        let joined = self.previous.as_ref().and_then(|vowel| vowel.closing_into(&held));
        let alone = (held.frames >= Tie::Alone.limits().0).then_some(held);
        if held.frames >= LEAST_PART_FRAMES {
            self.previous = Some(held);
            if joined.is_some() || alone.is_some() {
                self.ended = [joined, alone];
                self.since_end = 0;
            }
        }
    }

    /// Judges the sound that has ended as soon as it is known whether a pause follows it.
    fn settle(&mut self, speech: bool) -> Option<FilledPause> {
        if self.ended == [None; 2] {
            return None;
        }
        self.since_end += 1;
        let pause = self.silent >= PAUSE_FRAMES;
        let goes_on = speech && self.since_end > EDGE_FRAMES;
        // The pause must begin soon after the sound, and not only come some time later.
        let before_pause = pause && self.since_end <= EDGE_FRAMES + PAUSE_FRAMES;
        if pause || goes_on { self.judge_ended(before_pause) } else { None }
    }

    fn judge_ended(&mut self, before_pause: bool) -> Option<FilledPause> {
        let [joined, alone] = std::mem::take(&mut self.ended);
        // A vowel with a murmur is also half of the syllables of Mandarin: only after a pause, with no consonant.
        let joined = joined.filter(|held| held.after_pause).and_then(|held| self.judge(&held, before_pause));
        joined.or_else(|| self.judge(&alone?, before_pause))
    }

    fn judge(&self, held: &Held, before_pause: bool) -> Option<FilledPause> {
        let tie = match (held.after_pause, before_pause) {
            (true, true) => Tie::Alone,
            (true, false) => Tie::AfterPause,
            (false, true) => Tie::BeforePause,
            (false, false) => Tie::Inside,
        };
        let (least_frames, most_stray_db) = tie.limits();
        let pitch = held.pitch;
        let steady = (STEEPEST_FALL_ST_PER_S..=STEEPEST_RISE_ST_PER_S).contains(&pitch.slope_st_per_s)
            && pitch.waver_st <= MOST_WAVER_ST
            && held.stray_db <= most_stray_db;
        let low = self.range.median_st().is_none_or(|median_st| pitch.mean_st <= median_st + HIGHEST_ABOVE_MEDIAN_ST);
        let nasal = held.tilt_db <= NASAL_TILT_DB;
        let filler_sound = nasal || held.front_db <= FRONT_DB;
        if held.frames < least_frames || !steady || !low || !filler_sound {
            return None;
        }
        // Twice the least length and half the allowed stray each add half of what is left of the way to certainty.
        let longer = (held.frames as f32 / least_frames as f32 - 1.0).min(1.0);
        let steadier = (2.0 - 2.0 * held.stray_db / most_stray_db).clamp(0.0, 1.0);
        let base = tie.confidence();
        Some(FilledPause {
            span: held.span,
            confidence: base + (1.0 - base) * 0.5 * (longer + steadier).min(1.8),
            shape: if nasal { FillerShape::Nasal } else { FillerShape::Vowel },
        })
    }
}

/// The speaker's F0 so far, as a histogram in half semitones from 50 Hz up.
struct SpeakerRange {
    bins: [u32; 96],
    count: u32,
}

impl Default for SpeakerRange {
    fn default() -> Self {
        Self { bins: [0; 96], count: 0 }
    }
}

impl SpeakerRange {
    fn push(&mut self, f0_hz: f32) {
        let bin = (24.0 * (f0_hz / 50.0).log2()).clamp(0.0, 95.0) as usize;
        self.bins[bin] += 1;
        self.count += 1;
        // Every ten minutes of voice the past weighs half: another person may have taken over.
        if self.count >= 60_000 {
            self.bins.iter_mut().for_each(|bin| *bin /= 2);
            self.count = self.bins.iter().sum();
        }
    }

    /// Median in semitones above 1 Hz; none before enough voice was heard.
    fn median_st(&self) -> Option<f32> {
        if self.count < LEAST_MEDIAN_FRAMES {
            return None;
        }
        let mut below = 0;
        let bin = self.bins.iter().position(|&bin| {
            below += bin;
            2 * below >= self.count
        })?;
        Some(12.0 * 50.0_f32.log2() + (bin as f32 + 0.5) / 2.0)
    }
}

#[cfg(test)]
#[path = "filler/tests.rs"]
mod tests;
