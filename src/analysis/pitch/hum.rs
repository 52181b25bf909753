//! Mains hum taken out before the voice is looked at.
//!
//! Hum repeats itself exactly with the mains, at 50 or 60 Hz, for hours; a voice does not. One period is learned
//! where the sound is near its floor, so that speech does not enter it, and taken off when it explains that floor.
//! This is the adaptive noise canceller of B. Widrow et al., "Adaptive noise cancelling: principles and
//! applications", Proc. IEEE 63 (1975), with the clock as its reference.

use crate::time::{FRAME_SAMPLES, SAMPLE_RATE_HZ};

/// Share of the difference learned in a block at the floor, per second of sound: 90 % is known after 0.15 s.
const LEARNED_PER_S: f32 = 10.0;
/// The floor rises by this factor in a block (2 dB/s): it follows a fan that starts, and not a held vowel.
const FLOOR_RISE: f32 = 1.0046;
/// The loudest falls by this factor in a block (0.5 dB/s).
const TOP_FALL: f32 = 0.998_85;
/// Power of speech that is assumed before any was heard, −30 dB of full scale.
const USUAL_TOP: f32 = 1e-3;
/// Hum lies this far below speech, 10 dB; what is louder may be a tone that is meant.
const BELOW_TOP: f32 = 0.1;
/// Blocks after which even a loud steady line counts as hum: nobody holds exactly 50 or 60 Hz for 2 s.
const SURE_BLOCKS: u32 = 200;
/// Share of the floor's power that the template must leave over at most when it begins to be used, and while it is.
const BEGIN_REST: f32 = 0.5;
const KEEP_REST: f32 = 0.8;
/// Least share of the template's power at the mains frequency itself: it tells hum from other tones that fit in,
/// such as 100 or 300 Hz.
const FUNDAMENTAL_SHARE: f32 = 0.02;
/// Memory of the share left over, in blocks at the floor.
const REST_BLOCKS: f32 = 10.0;
/// A block that grows by this factor when the hum is taken off had no hum.
const GONE: f32 = 1.5;
/// 50 ms hold whole periods of both mains.
const PERIOD_BLOCKS: usize = 5;
/// Power below which there is nothing to learn: digital silence.
const NOTHING: f32 = 1e-12;

/// Learns and removes hum of 50 or 60 Hz.
pub(super) struct HumCanceller {
    mains: [Template; 2],
    /// Powers of the latest blocks: over this time, whole periods of both mains, hum has one power.
    powers: [f32; PERIOD_BLOCKS],
    floor: Option<f32>,
    top: f32,
}

impl HumCanceller {
    pub(super) fn new() -> Self {
        // 50 Hz: one period in two blocks; 60 Hz: three periods in five.
        Self {
            mains: [Template::new(2, 50.0), Template::new(PERIOD_BLOCKS, 60.0)],
            powers: [0.0; PERIOD_BLOCKS],
            floor: None,
            top: USUAL_TOP,
        }
    }

    /// The block without hum, and the power of the hum taken off it.
    pub(super) fn push(&mut self, block: &[f32; FRAME_SAMPLES]) -> ([f32; FRAME_SAMPLES], f32) {
        let power = block.iter().map(|x| x * x).sum::<f32>() / FRAME_SAMPLES as f32;
        if self.floor.is_none() {
            self.powers.fill(power);
        }
        self.powers.rotate_left(1);
        self.powers[PERIOD_BLOCKS - 1] = power;
        let mean = self.powers.iter().sum::<f32>() / PERIOD_BLOCKS as f32;
        let floor = self.floor.map_or(mean, |floor| (floor * FLOOR_RISE).min(mean)).max(NOTHING);
        self.floor = Some(floor);
        self.top = (self.top * TOP_FALL).max(power);
        // A factor of two is no step up yet.
        let nearness = (2.0 * floor / mean.max(NOTHING)).min(1.0).powi(2);
        let quiet = floor < BELOW_TOP * self.top;
        for template in &mut self.mains {
            template.learn(block, power, nearness, quiet);
        }
        let [first, second] = &self.mains;
        let used = match (first.used, second.used) {
            (true, true) => Some(if first.rest <= second.rest { first } else { second }),
            (true, false) => Some(first),
            (false, true) => Some(second),
            (false, false) => None,
        };
        let mut clean = *block;
        let mut hum_power = 0.0;
        if let Some(template) = used {
            let (mut left, mut hum_energy) = (0.0, 0.0);
            for (x, hum) in clean.iter_mut().zip(template.latest()) {
                *x -= hum;
                left += *x * *x;
                hum_energy += hum * hum;
            }
            hum_power = hum_energy / FRAME_SAMPLES as f32;
            // When the hum has just ended there is nothing to take it off.
            if left > GONE * power * FRAME_SAMPLES as f32 {
                clean = *block;
            }
        }
        for template in &mut self.mains {
            template.at = (template.at + 1) % template.blocks;
        }
        (clean, hum_power)
    }
}

/// What repeats with one mains frequency.
struct Template {
    samples: Vec<f32>,
    /// One turn at the mains frequency over the template, cosine and sine.
    turn: Vec<(f32, f32)>,
    blocks: usize,
    /// The current block's place.
    at: usize,
    /// Share of the floor's power that was left over of late.
    rest: f32,
    steady_blocks: u32,
    used: bool,
    learning: f32,
}

impl Template {
    fn new(blocks: usize, mains_hz: f32) -> Self {
        let step = std::f32::consts::TAU * mains_hz / SAMPLE_RATE_HZ as f32;
        let len = blocks * FRAME_SAMPLES;
        Self {
            samples: vec![0.0; len],
            turn: (0..len).map(|i| ((step * i as f32).cos(), (step * i as f32).sin())).collect(),
            blocks,
            at: 0,
            rest: 1.0,
            steady_blocks: 0,
            used: false,
            learning: 1.0 - (-LEARNED_PER_S * (len as f32 / SAMPLE_RATE_HZ as f32)).exp(),
        }
    }

    fn latest(&self) -> &[f32] {
        &self.samples[self.at * FRAME_SAMPLES..][..FRAME_SAMPLES]
    }

    fn learn(&mut self, block: &[f32; FRAME_SAMPLES], power: f32, nearness: f32, quiet: bool) {
        let start = self.at * FRAME_SAMPLES;
        let learned = self.learning * nearness;
        let mut left = 0.0;
        for (hum, x) in self.samples[start..start + FRAME_SAMPLES].iter_mut().zip(block) {
            let difference = x - *hum;
            left += difference * difference;
            *hum += learned * difference;
        }
        if power > NOTHING {
            let share = (left / FRAME_SAMPLES as f32 / power).min(2.0);
            self.rest += nearness / REST_BLOCKS * (share - self.rest);
        }
        let limit = if self.used { KEEP_REST } else { BEGIN_REST };
        let explains = self.rest < limit && self.has_fundamental();
        self.steady_blocks = if explains { self.steady_blocks.saturating_add(1) } else { 0 };
        self.used = explains && (self.used || quiet || self.steady_blocks > SURE_BLOCKS);
    }

    fn has_fundamental(&self) -> bool {
        let mut sums = [0.0_f32; 3];
        for (x, (cosine, sine)) in self.samples.iter().zip(&self.turn) {
            sums[0] += x * cosine;
            sums[1] += x * sine;
            sums[2] += x * x;
        }
        let line = 2.0 * (sums[0] * sums[0] + sums[1] * sums[1]) / self.samples.len() as f32;
        line > FUNDAMENTAL_SHARE * sums[2]
    }
}
