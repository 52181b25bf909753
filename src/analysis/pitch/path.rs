//! The period over time: the best path through the candidates (Viterbi), so that single frames do not jump an octave.

use super::LAG_FRAMES;
use super::period::{CANDIDATES, Candidate, Candidates};
use std::collections::VecDeque;

/// Cost of a jump by an octave between two frames, in units of a candidate's strength. The paper's 0.35 belongs to
/// strengths that fade with nothing; ours fade with the level, and 0.1 … 0.4 do alike.
const OCTAVE_JUMP_COST: f32 = 0.2;
/// What the candidates of a frame in silence still count.
const LEAST_WEIGHT: f32 = 0.05;

/// Candidates of the frames that are not final yet.
pub(super) struct PeriodPath {
    frames: VecDeque<PathFrame>,
}

#[derive(Clone, Copy, Default)]
struct PathFrame {
    candidates: Candidates,
    /// Best score of a path that ends at each candidate, and its candidate in the frame before.
    scores: [f32; CANDIDATES],
    from: [u8; CANDIDATES],
}

impl PeriodPath {
    pub(super) fn new() -> Self {
        Self { frames: VecDeque::with_capacity(LAG_FRAMES + 1) }
    }

    /// Takes the newest frame's candidates and answers for the frame [`LAG_FRAMES`] before.
    ///
    /// `weight` is how much the frame has to say, 0 … 1: weak frames follow their louder neighbours.
    pub(super) fn push(&mut self, candidates: Candidates, weight: f32) -> Option<Candidate> {
        let mut frame = PathFrame { candidates, ..PathFrame::default() };
        // A frame without a candidate has one that is nothing.
        frame.candidates.count = candidates.count.max(1);
        let mut top = f32::MIN;
        for (to, candidate) in frame.candidates.all().iter().enumerate() {
            let (score, from) = self.best_way(candidate);
            frame.scores[to] = score + weight.clamp(LEAST_WEIGHT, 1.0) * candidate.strength;
            frame.from[to] = from;
            top = top.max(frame.scores[to]);
        }
        // Only differences matter: keep the scores near zero so that hours of sound lose no precision.
        frame.scores[..frame.candidates.count].iter_mut().for_each(|score| *score -= top);
        self.frames.push_back(frame);
        if self.frames.len() <= LAG_FRAMES {
            return None;
        }
        let answer = self.oldest_on_best_path();
        self.frames.pop_front();
        answer
    }

    /// Best score of a path that goes on to `candidate`, and where it comes from.
    fn best_way(&self, candidate: &Candidate) -> (f32, u8) {
        let Some(before) = self.frames.back() else { return (0.0, 0) };
        let mut best = (f32::MIN, 0);
        for (from, earlier) in before.candidates.all().iter().enumerate() {
            let known = earlier.f0_hz > 0.0 && candidate.f0_hz > 0.0;
            let jump = if known { (earlier.log2_f0 - candidate.log2_f0).abs() } else { 0.0 };
            let score = before.scores[from] - OCTAVE_JUMP_COST * jump;
            if score > best.0 {
                best = (score, from as u8);
            }
        }
        best
    }

    fn oldest_on_best_path(&self) -> Option<Candidate> {
        let newest = self.frames.back()?;
        let scores = &newest.scores[..newest.candidates.count];
        let best = scores.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
        let mut index = best.map_or(0, |(index, _)| index);
        for frame in self.frames.iter().skip(1).rev() {
            index = usize::from(frame.from[index]);
        }
        self.frames.front().map(|oldest| oldest.candidates.list[index])
    }
}
