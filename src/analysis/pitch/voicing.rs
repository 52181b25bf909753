//! Whether a frame is voiced: signs of voicing, weighed together, and a path over time.

use super::DIGITAL_SILENCE;
use super::front::{Energy, HALVES};
use super::period::{Candidates, LOW_KEPT, likeness_at};
use super::weights::{BIAS, HIDDEN, HIDDEN_BIAS, HIDDEN_WEIGHTS, OUTPUT_WEIGHTS};

/// Signs measured in each frame, none of which depends on the gain. In this order:
///
/// 1. harmonicity (log10 of harmonic to noise power) by the highest autocorrelation peak, 2. by the likeness of
///    neighbouring periods; 3. and 4. height and likeness of the strongest candidate, as they are;
/// 5. level of the periodic part against the loudest of late, 20 dB;
/// 6. likeness of neighbouring periods in the base band alone, where the ends of voiced stretches last longest;
/// 7. level of the base band against its loudest, 20 dB; 8. against the whole band, 20 dB;
/// 9. spectral slope: level of the difference of samples against that of the samples, 20 dB;
/// 10. base band and 11. whole band above their floors, 20 dB;
/// 12. to 14. change of the base band's level: 10 ms ahead, from 10 ms before, 20 ms ahead, 10 dB.
pub(super) const SIGNS: usize = 14;
/// The first of them are also looked at in the two frames before and after.
pub(super) const SIGNS_AROUND: usize = 6;
/// Place of the level of the periodic part, against the loudest, in 20 dB.
pub(super) const PERIODIC_LEVEL: usize = 4;
/// Frames on each side that are looked at.
pub(super) const AROUND: usize = 2;
/// Inputs of the weighing.
pub(super) const INPUTS: usize = SIGNS + 2 * AROUND * SIGNS_AROUND;
/// Cost of a change between voiced and unvoiced, in units of log-odds.
const CHANGE_COST: f32 = 1.0;
/// The loudest level heard is forgotten with this speed, dB per frame (2 dB/s).
const TOP_FALL_DB: f32 = 0.02;
/// The floor rises with this speed, dB per frame (3 dB/s).
const FLOOR_RISE_DB: f32 = 0.03;

/// Place of the frame's centre among the half-blocks: it lies at the start of this one.
const CENTRE: usize = HALVES - 5;

/// Measures the signs; remembers how loud and how quiet it has been.
#[derive(Default)]
pub(super) struct SignMeter {
    levels: Option<Levels>,
}

#[derive(Clone, Copy)]
struct Levels {
    periodic_top_db: f32,
    base_top_db: f32,
    base_floor_db: f32,
    full_floor_db: f32,
}

fn level_db(power: f32) -> f32 {
    10.0 * (power + DIGITAL_SILENCE).log10()
}

/// Harmonics-to-noise ratio that belongs to a correlation (Boersma 1993), in tens of dB.
fn harmonicity(correlation: f32) -> f32 {
    let r = correlation.clamp(0.03, 0.997);
    (r / (1.0 - r)).log10()
}

impl SignMeter {
    pub(super) fn measure(
        &mut self,
        candidates: &Candidates,
        energies: &[Energy; HALVES],
        base: &[f32; LOW_KEPT],
    ) -> [f32; SIGNS] {
        // 20 ms around a place, and 10 ms.
        let wide = |of: fn(&Energy) -> f32, k: usize| {
            let e = energies;
            level_db((of(&e[k - 1]) + of(&e[k]) + 0.5 * (of(&e[k - 2]) + of(&e[k + 1]))) / 3.0)
        };
        let near = |k: usize| level_db(0.5 * (energies[k - 1].base + energies[k].base));
        let full_db = wide(|e| e.full, CENTRE);
        let slope_db = wide(|e| e.slope, CENTRE);
        let base_db = wide(|e| e.base, CENTRE);
        let height = candidates.all().iter().fold(0.0_f32, |most, c| most.max(c.height));
        let likeness = candidates.all().iter().fold(0.0_f32, |most, c| most.max(c.likeness));
        let best = candidates.strongest().copied().unwrap_or_default();
        let periodic_db = base_db + 10.0 * height.clamp(0.03, 1.0).log10();
        let levels = self.follow(periodic_db, base_db, full_db);
        let base_now_db = near(CENTRE);
        [
            harmonicity(height),
            harmonicity(likeness),
            best.height,
            best.likeness,
            (periodic_db - levels.periodic_top_db).clamp(-45.0, 0.0) / 20.0,
            likeness_at(base, best.f0_hz),
            (base_db - levels.base_top_db).clamp(-45.0, 0.0) / 20.0,
            (base_db - full_db).clamp(-40.0, 10.0) / 20.0,
            (slope_db - full_db) / 20.0,
            (base_db - levels.base_floor_db).clamp(0.0, 40.0) / 20.0,
            (full_db - levels.full_floor_db).clamp(0.0, 40.0) / 20.0,
            (near(CENTRE + 2) - base_now_db).clamp(-20.0, 20.0) / 10.0,
            (base_now_db - near(CENTRE - 2)).clamp(-20.0, 20.0) / 10.0,
            (near(CENTRE + 4) - base_now_db).clamp(-20.0, 20.0) / 10.0,
        ]
    }

    fn follow(&mut self, periodic_db: f32, base_db: f32, full_db: f32) -> Levels {
        let before = self.levels.unwrap_or(Levels {
            periodic_top_db: periodic_db,
            base_top_db: base_db,
            base_floor_db: base_db,
            full_floor_db: full_db,
        });
        let levels = Levels {
            periodic_top_db: (before.periodic_top_db - TOP_FALL_DB).max(periodic_db),
            base_top_db: (before.base_top_db - TOP_FALL_DB).max(base_db),
            base_floor_db: (before.base_floor_db + FLOOR_RISE_DB).min(base_db),
            full_floor_db: (before.full_floor_db + FLOOR_RISE_DB).min(full_db),
        };
        self.levels = Some(levels);
        levels
    }
}

/// Log-odds of voicing for the middle of `frames` (natural logarithm).
pub(super) fn log_odds(frames: &[[f32; SIGNS]; 2 * AROUND + 1]) -> f32 {
    let mut inputs = [0.0; INPUTS];
    inputs[..SIGNS].copy_from_slice(&frames[AROUND]);
    let around = frames[..AROUND].iter().chain(&frames[AROUND + 1..]);
    for (into, signs) in inputs[SIGNS..].chunks_exact_mut(SIGNS_AROUND).zip(around) {
        into.copy_from_slice(&signs[..SIGNS_AROUND]);
    }
    let mut sum = BIAS;
    for unit in 0..HIDDEN {
        let weights = &HIDDEN_WEIGHTS[unit];
        let net: f32 = HIDDEN_BIAS[unit] + weights.iter().zip(&inputs).map(|(w, x)| w * x).sum::<f32>();
        sum += OUTPUT_WEIGHTS[unit] * net.tanh();
    }
    sum
}

/// The better of the paths that end voiced and unvoiced now, decided one frame later.
#[derive(Default)]
pub(super) struct VoicingPath {
    /// Score of being voiced now less that of being unvoiced.
    lead: f32,
    /// State of the frame before on the path that ends unvoiced, and on the one that ends voiced.
    before: [bool; 2],
}

impl VoicingPath {
    /// Takes the newest frame's log-odds and answers for the frame before.
    pub(super) fn push(&mut self, log_odds: f32) -> bool {
        self.before = [self.lead > CHANGE_COST, self.lead > -CHANGE_COST];
        self.lead = self.lead.clamp(-CHANGE_COST, CHANGE_COST) + log_odds;
        self.before[usize::from(self.lead > 0.0)]
    }
}
