//! Where speech is. A small network (`earshot`) says whether a sound is a voice; how clearly each block stands out of
//! the background says, to 10 ms, where it begins and ends. Neither alone is enough: the network's answer trails a
//! clause by a quarter of a second, and a level knows no difference between a voice and a keyboard.

mod background;
mod bands;

use crate::analysis::loudness::power_db;
use crate::time::FRAME_SAMPLES;
use background::{Background, Contrast};
use bands::{BANDS, FilterBank};
use std::collections::VecDeque;

/// Blocks from a frame's own block to the decision about it.
pub const DELAY_BLOCKS: usize = SCORE_DELAY + BACKDATE_FRAMES;

/// The network's frames are 256 samples: the score of a block is known two blocks later.
const SCORE_DELAY: usize = 2;
const NETWORK_FRAME: usize = 256;
/// Blocks that are compared with the background together: the block itself and those at hand on either side.
const WINDOW: usize = 2 * SCORE_DELAY + 1;
/// The answer about a frame may be taken back for this long.
const BACKDATE_FRAMES: usize = 15;
/// A start may be moved back this far from the first voiced frame, to where the sound rose: as long as a hissing
/// consonant lasts.
const ONSET_REACH_FRAMES: usize = 25;
/// An end may lie this far behind the last frame that the network takes for a voice.
const TAIL_FRAMES: usize = 25;
/// Speech is over when this much silence has followed it; shorter breaks, as a stop's closure, belong to it.
const HANGOVER_FRAMES: usize = 20;
/// The closure of a stop before its burst, or the wait before the last pulse of a creaking voice.
const CLOSURE_FRAMES: usize = 12;
/// Speech shorter than this is a click, not a syllable.
const MIN_SPEECH_FRAMES: usize = 7;
/// Score from which a sound is a voice (the network's documented default).
const ONSET_SCORE: f32 = 0.5;
/// Score below which it no longer is one.
const RELEASE_SCORE: f32 = 0.3;
/// Frames above the onset score that begin speech.
const ONSET_FRAMES: usize = 3;
/// Evidence, in nats, from which a block stands out of the background; what the background gives by itself is less
/// than half of that in all but few blocks.
const EVIDENT: f32 = 8.0;
/// Evidence that a block has to give alone before its neighbours may speak for it, nats: about what the background
/// gives on average, so that an end is not smeared into plain silence.
const COMMON: f32 = 1.5;
/// Below this level above the background nothing is speech, dB re full scale: the rounding of 16 bits makes −98 dB.
const LEAST_LEVEL_DB: f32 = -85.0;
/// Speech ends where it has fallen this far below the talker's own level, dB; what follows in a quiet room is its echo.
const TALKER_RANGE_DB: f32 = 38.0;
/// Where a word's end is put in a quiet room, dB below the talker's level (as `scripts/make_samples.py` cuts clauses).
const AUDIBLE_RANGE_DB: f32 = 32.0;
/// Noise above that hides the last of a word. A voice dies away by about this much per frame there, so the end is
/// moved on by what is hidden, dB.
const FALL_DB_PER_FRAME: f32 = 4.0;
const MOST_HIDDEN_FRAMES: f32 = 6.0;
/// The talker's level is the one that this share of the voiced frames stay below.
const TALKER_SHARE: f32 = 0.95;
/// Step of the running estimate of that level, dB.
const TALKER_STEP_DB: f32 = 1.0;
/// Frames looked back over for the start: the reach, and the frames that it took to begin.
const TRACE_FRAMES: usize = ONSET_FRAMES + ONSET_REACH_FRAMES;

/// A change that the detector has found; frame numbers count from the start of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Speech began at this frame.
    Started(usize),
    /// Speech ended before this frame.
    Ended(usize),
}

/// What the detector says after a block.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Decision {
    /// Whether the frame [`DELAY_BLOCKS`] back is inside speech; none at the start of the stream.
    pub speech: Option<bool>,
    /// A change found with this block.
    pub change: Option<Change>,
}

/// Streaming detector over 10 ms blocks of 16 kHz samples.
pub struct VoiceDetector {
    network: earshot::Detector,
    pending: Vec<f32>,
    scores: VecDeque<f32>,
    first_score: usize,
    filters: FilterBank,
    background: Background,
    /// Powers in the bands and level of the last blocks, newest last.
    window: VecDeque<([f32; BANDS], f32)>,
    frame: usize,
    state: State,
    /// Whether each of the last frames stood out, newest last.
    traces: VecDeque<bool>,
    /// Answers not yet given, newest last.
    answers: VecDeque<bool>,
    /// Voiced frames in a row.
    voiced_run: usize,
    /// Frames since the network last heard a voice.
    absent: usize,
    last_end: usize,
    talker_db: Option<f32>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Quiet,
    Speech(Stretch),
}

/// Speech that is going on.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stretch {
    start: usize,
    /// Last frame that belongs to it.
    last: usize,
    /// Last frame that belongs to it and was a voice to the network.
    voiced: usize,
    announced: bool,
}

impl Default for VoiceDetector {
    fn default() -> Self {
        Self::new()
    }
}

impl VoiceDetector {
    /// A detector at the start of a stream.
    pub fn new() -> Self {
        Self {
            network: earshot::Detector::default(),
            pending: Vec::with_capacity(2 * NETWORK_FRAME),
            scores: VecDeque::with_capacity(4),
            first_score: 0,
            filters: FilterBank::new(),
            background: Background::new(),
            // Before the stream there is silence.
            window: VecDeque::from([([0.0; BANDS], 0.0); WINDOW - 1 - SCORE_DELAY]),
            frame: 0,
            state: State::Quiet,
            traces: VecDeque::with_capacity(TRACE_FRAMES),
            answers: VecDeque::with_capacity(BACKDATE_FRAMES + 1),
            voiced_run: 0,
            absent: 0,
            last_end: 0,
            talker_db: None,
        }
    }

    /// Level of the background, dB re full scale.
    pub fn noise_db(&self) -> f32 {
        self.background.level_db()
    }

    /// Takes the next block and its level in dB.
    pub fn push(&mut self, block: &[f32; FRAME_SAMPLES], level_db: f32) -> Decision {
        self.pending.extend_from_slice(block);
        while self.pending.len() >= NETWORK_FRAME {
            self.scores.push_back(self.network.predict_f32(&self.pending[..NETWORK_FRAME]));
            self.pending.drain(..NETWORK_FRAME);
        }
        self.window.push_back((self.filters.push(block), level_db));
        if self.window.len() < WINDOW {
            return Decision::default();
        }
        let score = self.score_of(self.frame);
        let contrast = self.contrast(score);
        let change = self.step(contrast, score);
        self.window.pop_front();
        self.frame += 1;
        let speech = (self.answers.len() > BACKDATE_FRAMES).then(|| self.answers.pop_front()).flatten();
        Decision { speech, change }
    }

    /// Ends the stream before `frames`: speech that is going on ends with its last frame that stood out.
    pub fn finish(&mut self, frames: usize) -> Option<Change> {
        let State::Speech(stretch) = self.state else { return None };
        self.state = State::Quiet;
        stretch.announced.then(|| Change::Ended(self.end_of(&stretch).min(frames)))
    }

    /// The network's score at the middle of a frame.
    fn score_of(&mut self, frame: usize) -> f32 {
        let index = (frame * FRAME_SAMPLES + FRAME_SAMPLES / 2) / NETWORK_FRAME;
        while self.first_score < index && !self.scores.is_empty() {
            self.scores.pop_front();
            self.first_score += 1;
        }
        self.scores.front().copied().unwrap_or(0.0)
    }

    /// Compares the frame in the middle of the window with the background, which then learns from it.
    fn contrast(&mut self, score: f32) -> Contrast {
        let (powers, level_db) = self.window[WINDOW - 1 - SCORE_DELAY];
        let alone = self.background.contrast(&powers, 1);
        self.absent = if score < ONSET_SCORE { self.absent + 1 } else { 0 };
        let mut evidence = alone.evidence;
        if (COMMON..EVIDENT).contains(&evidence) {
            evidence = evidence.max(self.lasting_evidence());
        }
        if self.background.learn(&powers, level_db, alone.evidence < EVIDENT / 2.0, self.absent) {
            self.forget();
        }
        Contrast { evidence, ..alone }
    }

    /// Evidence of the blocks of the window taken together: weak sounds that last.
    fn lasting_evidence(&self) -> f32 {
        let mut mean = [0.0; BANDS];
        for (powers, _) in &self.window {
            mean.iter_mut().zip(powers).for_each(|(mean, power)| *mean += power / WINDOW as f32);
        }
        self.background.contrast(&mean, WINDOW).evidence
    }

    /// What stood out until now was the room itself.
    fn forget(&mut self) {
        self.traces.iter_mut().for_each(|stood_out| *stood_out = false);
        if !matches!(self.state, State::Speech(Stretch { announced: true, .. })) {
            self.state = State::Quiet;
            self.voiced_run = 0;
        }
    }

    fn step(&mut self, contrast: Contrast, score: f32) -> Option<Change> {
        let excess_db = power_db(contrast.excess);
        let range_db = self.talker_db.map_or(f32::NEG_INFINITY, |talker_db| talker_db - TALKER_RANGE_DB);
        let stands_out = contrast.evidence >= EVIDENT && excess_db >= range_db.max(LEAST_LEVEL_DB);
        if stands_out && score >= ONSET_SCORE {
            self.follow_talker(excess_db);
        }
        if self.traces.len() == TRACE_FRAMES {
            self.traces.pop_front();
        }
        self.traces.push_back(stands_out);
        let change = match self.state {
            State::Quiet => self.step_quiet(stands_out, score),
            State::Speech(stretch) => self.step_speech(stretch, stands_out, score),
        };
        let inside = matches!(&self.state, State::Speech(stretch) if self.frame < self.end_of(stretch));
        self.answers.push_back(inside);
        if let Some(Change::Started(start)) = change {
            let since = self.frame + 1 - start;
            self.answers.iter_mut().rev().take(since).for_each(|answer| *answer = true);
        }
        change
    }

    /// A running quantile: each voiced frame moves it up or down by as much as its share is worth.
    fn follow_talker(&mut self, excess_db: f32) {
        let level_db = self.talker_db.unwrap_or(excess_db);
        let step = if excess_db > level_db { TALKER_SHARE } else { TALKER_SHARE - 1.0 };
        self.talker_db = Some(level_db + step * TALKER_STEP_DB);
    }

    /// The frame before which a stretch ends, if nothing more belongs to it.
    fn end_of(&self, stretch: &Stretch) -> usize {
        let hidden_db =
            self.talker_db.map_or(0.0, |talker_db| self.background.bands_db() - talker_db + AUDIBLE_RANGE_DB);
        stretch.last + 1 + (hidden_db / FALL_DB_PER_FRAME).round().clamp(0.0, MOST_HIDDEN_FRAMES) as usize
    }

    fn step_quiet(&mut self, stands_out: bool, score: f32) -> Option<Change> {
        self.voiced_run = if stands_out && score >= ONSET_SCORE { self.voiced_run + 1 } else { 0 };
        if self.voiced_run < ONSET_FRAMES {
            return None;
        }
        self.voiced_run = 0;
        let stretch = Stretch { start: self.rise(), last: self.frame, voiced: self.frame, announced: false };
        self.step_speech(stretch, stands_out, score)
    }

    /// Where the sound that is a voice at this frame began: back over frames that stand out, and over a closure to the
    /// burst before it.
    fn rise(&self) -> usize {
        let mut start = self.frame;
        for (back, &stands_out) in self.traces.iter().rev().enumerate() {
            let Some(frame) = self.frame.checked_sub(back) else { break };
            if frame < self.last_end || start - frame > CLOSURE_FRAMES {
                break;
            }
            if stands_out {
                start = frame;
            }
        }
        start
    }

    fn step_speech(&mut self, mut stretch: Stretch, stands_out: bool, score: f32) -> Option<Change> {
        if stands_out {
            let away = self.frame - stretch.last;
            // Beyond a closure a single frame is a click; speech goes on with three in a row.
            let lasts = self.traces.iter().rev().take(ONSET_FRAMES).all(|&stands_out| stands_out);
            if score >= RELEASE_SCORE && (away <= CLOSURE_FRAMES || lasts) {
                stretch.voiced = self.frame;
                stretch.last = self.frame;
            } else if away <= CLOSURE_FRAMES && self.frame - stretch.voiced <= TAIL_FRAMES {
                stretch.last = self.frame;
            }
        }
        let mut change = None;
        let long = stretch.last + 1 - stretch.start >= MIN_SPEECH_FRAMES;
        if !stretch.announced && long && self.background.settled() {
            stretch.announced = true;
            change = Some(Change::Started(stretch.start));
        }
        self.state = State::Speech(stretch);
        // One change at a time: a start that is announced only now is followed by its end with the next frame.
        if change.is_none() && self.frame - stretch.last >= HANGOVER_FRAMES {
            self.state = State::Quiet;
            self.last_end = self.end_of(&stretch);
            change = stretch.announced.then_some(Change::Ended(self.last_end));
        }
        change
    }
}

#[cfg(test)]
mod tests;
