//! Where speech is. A small network (`earshot`) says whether a sound is a voice; the level against the background
//! says, to 10 ms, where it begins and ends. Neither alone is enough: the network's answer trails a clause by a
//! quarter of a second, and a level knows no difference between a voice and a keyboard.

use crate::time::FRAME_SAMPLES;
use std::collections::VecDeque;

/// Blocks from a frame's own block to the decision about it.
pub const DELAY_BLOCKS: usize = SCORE_DELAY + BACKDATE_FRAMES;

/// The network's frames are 256 samples: the score of a block is known two blocks later.
const SCORE_DELAY: usize = 2;
const NETWORK_FRAME: usize = 256;
/// A start may be moved back this far, to where the level rose.
const BACKDATE_FRAMES: usize = 15;
/// Speech is over when this much silence has followed it; shorter breaks belong to it.
const HANGOVER_FRAMES: usize = 20;
/// Speech shorter than this is a click, not a syllable.
const MIN_SPEECH_FRAMES: usize = 7;
/// Score from which a sound is a voice (the network's documented default).
const ONSET_SCORE: f32 = 0.5;
/// Score below which it no longer is one.
const RELEASE_SCORE: f32 = 0.3;
/// Frames above the onset score that begin speech.
const ONSET_FRAMES: usize = 3;
/// Speech stands this far above the background, dB.
const ABOVE_NOISE_DB: f32 = 6.0;
/// Below this level nothing is speech, dB re full scale.
const LEAST_LEVEL_DB: f32 = -66.0;
/// The background is the level that this share of the last frames stay below.
const NOISE_PERCENTILE: f32 = 0.1;
const NOISE_WINDOW_FRAMES: usize = 500;

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

/// Level of the background: a low percentile of the last five seconds, from a histogram of 1 dB bins.
struct NoiseFloor {
    bins: [u16; 128],
    recent: VecDeque<u8>,
}

impl NoiseFloor {
    fn new() -> Self {
        Self { bins: [0; 128], recent: VecDeque::with_capacity(NOISE_WINDOW_FRAMES) }
    }

    fn push(&mut self, level_db: f32) {
        // Digital silence says nothing about the room.
        if level_db < -110.0 {
            return;
        }
        let bin = (-level_db).clamp(0.0, 127.0) as u8;
        if self.recent.len() == NOISE_WINDOW_FRAMES
            && let Some(oldest) = self.recent.pop_front()
        {
            self.bins[usize::from(oldest)] -= 1;
        }
        self.recent.push_back(bin);
        self.bins[usize::from(bin)] += 1;
    }

    fn level_db(&self) -> f32 {
        let wanted = (self.recent.len() as f32 * NOISE_PERCENTILE).ceil() as u32;
        let mut count = 0;
        for (bin, &n) in self.bins.iter().enumerate().rev() {
            count += u32::from(n);
            if count >= wanted.max(1) {
                return -(bin as f32);
            }
        }
        -127.0
    }
}

/// Streaming detector over 10 ms blocks of 16 kHz samples.
pub struct VoiceDetector {
    network: earshot::Detector,
    pending: Vec<f32>,
    scores: Vec<f32>,
    first_score: usize,
    levels: VecDeque<f32>,
    floor: NoiseFloor,
    frame: usize,
    state: State,
    /// Whether each frame not yet answered for is loud enough, newest last.
    loud: VecDeque<bool>,
    answers: VecDeque<bool>,
    above: usize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Quiet,
    Speech { start: usize, last: usize, announced: bool },
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
            scores: Vec::new(),
            first_score: 0,
            levels: VecDeque::new(),
            floor: NoiseFloor::new(),
            frame: 0,
            state: State::Quiet,
            loud: VecDeque::new(),
            answers: VecDeque::new(),
            above: 0,
        }
    }

    /// Level of the background, dB re full scale.
    pub fn noise_db(&self) -> f32 {
        self.floor.level_db()
    }

    /// Takes the next block and its level in dB.
    pub fn push(&mut self, block: &[f32; FRAME_SAMPLES], level_db: f32) -> Decision {
        self.pending.extend_from_slice(block);
        while self.pending.len() >= NETWORK_FRAME {
            self.scores.push(self.network.predict_f32(&self.pending[..NETWORK_FRAME]));
            self.pending.drain(..NETWORK_FRAME);
        }
        self.levels.push_back(level_db);
        if self.levels.len() <= SCORE_DELAY {
            return Decision::default();
        }
        let level_db = self.levels.pop_front().unwrap_or(-120.0);
        let score = self.score_of(self.frame);
        let change = self.step(level_db, score);
        self.frame += 1;
        let speech = (self.answers.len() > BACKDATE_FRAMES).then(|| self.answers.pop_front()).flatten();
        Decision { speech, change }
    }

    /// Ends the stream before `frames`: speech that is going on ends with its last loud frame.
    pub fn finish(&mut self, frames: usize) -> Option<Change> {
        let State::Speech { last, announced: true, .. } = self.state else { return None };
        self.state = State::Quiet;
        Some(Change::Ended((last + 1).min(frames)))
    }

    /// The network's score at the middle of a frame.
    fn score_of(&mut self, frame: usize) -> f32 {
        let index = (frame * FRAME_SAMPLES + FRAME_SAMPLES / 2) / NETWORK_FRAME;
        while self.first_score < index && !self.scores.is_empty() {
            self.scores.remove(0);
            self.first_score += 1;
        }
        self.scores.first().copied().unwrap_or(0.0)
    }

    fn step(&mut self, level_db: f32, score: f32) -> Option<Change> {
        self.floor.push(level_db);
        let loud = level_db > (self.floor.level_db() + ABOVE_NOISE_DB).max(LEAST_LEVEL_DB);
        self.loud.push_back(loud);
        if self.loud.len() > BACKDATE_FRAMES {
            self.loud.pop_front();
        }
        let change = match self.state {
            State::Quiet => self.step_quiet(loud, score),
            State::Speech { start, last, announced } => self.step_speech(start, last, announced, loud, score),
        };
        let inside = matches!(self.state, State::Speech { last, .. } if self.frame <= last + 1);
        self.answers.push_back(inside);
        if let Some(Change::Started(start)) = change {
            let count = self.answers.len();
            for back in 1..=(self.frame + 1 - start).min(count) {
                self.answers[count - back] = true;
            }
        }
        change
    }

    fn step_quiet(&mut self, loud: bool, score: f32) -> Option<Change> {
        self.above = if loud && score >= ONSET_SCORE { self.above + 1 } else { 0 };
        if self.above >= ONSET_FRAMES {
            self.above = 0;
            // Back to where the level rose; a gap of three frames (a stop's closure) may lie between.
            let mut start = self.frame;
            let mut gap = 0;
            for (back, &loud) in self.loud.iter().rev().enumerate() {
                if loud {
                    start = self.frame.saturating_sub(back);
                    gap = 0;
                } else {
                    gap += 1;
                    if gap > 3 {
                        break;
                    }
                }
            }
            self.state = State::Speech { start, last: self.frame, announced: false };
        }
        None
    }

    fn step_speech(
        &mut self,
        start: usize,
        mut last: usize,
        mut announced: bool,
        loud: bool,
        score: f32,
    ) -> Option<Change> {
        if loud && score >= RELEASE_SCORE {
            // A single loud frame after a long silence is a click; speech goes on with two in a row.
            if self.frame - last <= 3 || self.loud.iter().rev().take(3).filter(|&&loud| loud).count() == 3 {
                last = self.frame;
            }
        }
        let mut change = None;
        if !announced && last + 1 - start >= MIN_SPEECH_FRAMES {
            announced = true;
            change = Some(Change::Started(start));
        }
        self.state = State::Speech { start, last, announced };
        if self.frame - last >= HANGOVER_FRAMES {
            self.state = State::Quiet;
            if announced && change.is_none() {
                change = Some(Change::Ended(last + 1));
            }
        }
        change
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(samples: &[f32]) -> (Vec<Change>, usize) {
        let mut detector = VoiceDetector::new();
        let (mut changes, mut speech) = (Vec::new(), 0);
        for block in samples.as_chunks::<FRAME_SAMPLES>().0 {
            let power = block.iter().map(|x| x * x).sum::<f32>() / FRAME_SAMPLES as f32;
            let decision = detector.push(block, 10.0 * (power + 1e-12).log10());
            changes.extend(decision.change);
            speech += usize::from(decision.speech == Some(true));
        }
        (changes, speech)
    }

    #[test]
    fn silence_hum_and_steady_noise_are_not_speech() {
        let mut state = 7_u32;
        let mut noise = |amplitude: f32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            amplitude * (state as f32 / u32::MAX as f32 - 0.5)
        };
        assert_eq!(run(&vec![0.0; 48_000]).0, []);
        for amplitude in [0.003, 0.03, 0.3] {
            let steady: Vec<f32> = (0..160_000).map(|_| noise(amplitude)).collect();
            assert_eq!(run(&steady).1, 0, "white noise of amplitude {amplitude} became speech");
        }
        let hum: Vec<f32> = (0..160_000)
            .map(|i| 0.05 * (std::f32::consts::TAU * 50.0 * i as f32 / 16_000.0).sin() + noise(0.002))
            .collect();
        assert_eq!(run(&hum).1, 0, "mains hum became speech");
    }
}
