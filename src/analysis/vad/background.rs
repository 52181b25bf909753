//! What the room sounds like without the talker: the level of the background in each band, learned between the
//! words, and how clearly a block stands out of it.

use super::bands::{BANDS, degrees_of_freedom};
use crate::analysis::loudness::SILENCE_DB;

/// Bands, and after them the whole of the sound.
const CHANNELS: usize = BANDS + 1;
/// The last channel: the whole of the sound.
const WHOLE: usize = BANDS;
/// Lower levels are those of digital silence, which says nothing about a room, dB re full scale.
const DIGITAL_SILENCE_DB: f32 = -110.0;
/// The least level a band is taken to have: that of 16-bit rounding, shared by the bands, dB re full scale.
const LEAST_BAND_DB: f32 = -105.0;
/// After this much digital silence, as at the start, the room is unknown.
const UNKNOWN_AFTER_FRAMES: usize = 30;
/// An unknown room is at first taken for the quietest of its first blocks, and never for louder than this in a
/// band (a room usually is not): a word that comes at once must not be taken for the room.
const UNKNOWN_BAND_DB: f32 = -60.0;
const SETTLING_FRAMES: usize = 30;
/// Switching on makes a click: how still a room is shows in the blocks after these.
const SWITCHING_FRAMES: usize = 10;
/// Bands whose smoothed levels move by less than this on average hold still, dB. Noise moves by 3, a voice by 10.
const STEADY_DB: f32 = 6.0;
/// Time constant with which the background follows blocks without speech, frames.
const FOLLOW_FRAMES: f32 = 30.0;
/// It follows no faster than this, dB per frame: a click or a breath must not carry it off.
const FOLLOW_DB: f32 = 0.5;
/// A voice has to be absent this long before something that stands out is believed to be a new background, longer
/// than the network's answer trails a voice.
const ABSENT_FRAMES: usize = 40;
/// Time constant of the levels whose minimum is taken, frames: within the closure of a stop.
const SMOOTH_FRAMES: f32 = 4.0;
/// Smoothed levels this far below the background replace it at once, dB on the mean of the bands.
const FALL_DB: f32 = 3.0;
/// Minima are kept for the last slots of this many frames, four seconds in all: in that time speech reaches the
/// background somewhere (minimum statistics: Martin, "Noise power spectral density estimation based on optimal
/// smoothing and minimum statistics", 2001).
const SLOT_FRAMES: usize = 50;
const SLOTS: usize = 8;
/// The background rises to the minimum no faster than this, dB per frame.
const RISE_DB: f32 = 0.1;

/// Noise is not equally strong over a wide band, so it gives fewer independent values than the band's width says: no
/// band counts for more than this many.
const MOST_FREEDOM: f32 = 24.0;

/// Two bounds of a level, dB.
#[derive(Clone, Copy)]
struct Range {
    least: f32,
    greatest: f32,
}

impl Range {
    const EMPTY: Self = Self { least: f32::INFINITY, greatest: f32::NEG_INFINITY };
}

/// How a block compares with the background.
#[derive(Clone, Copy, Debug, Default)]
pub struct Contrast {
    /// Log likelihood ratio, in nats, of "something is there besides the background" against "nothing is".
    pub evidence: f32,
    /// Power above the background.
    pub excess: f32,
}

/// The background, followed block by block.
pub struct Background {
    floor_db: [f32; CHANNELS],
    smooth_db: [f32; CHANNELS],
    slots_db: [[f32; CHANNELS]; SLOTS],
    slot: usize,
    in_slot: usize,
    settling: usize,
    /// Least and greatest smoothed levels of the first blocks.
    first_db: [Range; CHANNELS],
    silent: usize,
}

fn decibels(power: f32, least_db: f32) -> f32 {
    (10.0 * (power + 1e-13).log10()).max(least_db)
}

impl Background {
    /// An unknown room.
    pub fn new() -> Self {
        let mut floor_db = [UNKNOWN_BAND_DB; CHANNELS];
        // Eight bands of that level together.
        floor_db[WHOLE] += 9.0;
        Self {
            floor_db,
            smooth_db: [0.0; CHANNELS],
            slots_db: [[f32::INFINITY; CHANNELS]; SLOTS],
            slot: 0,
            in_slot: 0,
            settling: 0,
            first_db: [Range::EMPTY; CHANNELS],
            silent: UNKNOWN_AFTER_FRAMES,
        }
    }

    /// Level of the whole background, dB re full scale; that of silence while there is nothing else.
    pub fn level_db(&self) -> f32 {
        if self.silent >= UNKNOWN_AFTER_FRAMES { SILENCE_DB } else { self.floor_db[WHOLE] }
    }

    /// Level of the background in the bands together, where a voice is, dB re full scale.
    pub fn bands_db(&self) -> f32 {
        decibels(self.floor_db[..BANDS].iter().map(|floor_db| 10.0_f32.powf(floor_db / 10.0)).sum(), DIGITAL_SILENCE_DB)
    }

    /// Compares the mean of `blocks` blocks with the background (ratio of two Gaussian models in each band, summed over
    /// the bands: Sohn, Kim & Sung, "A statistical model-based voice activity detection", 1999). What lies below
    /// counts nothing.
    pub fn contrast(&self, powers: &[f32; BANDS], blocks: usize) -> Contrast {
        let mut contrast = Contrast::default();
        for (band, &power) in powers.iter().enumerate() {
            let floor = 10.0_f32.powf(self.floor_db[band] / 10.0);
            let ratio = power / floor;
            if ratio > 1.0 {
                let half_freedom = degrees_of_freedom(band).min(MOST_FREEDOM) * blocks as f32 / 2.0;
                contrast.evidence += half_freedom * (ratio - 1.0 - ratio.ln());
                contrast.excess += power - floor;
            }
        }
        contrast
    }

    /// Whether the room has been heard for long enough to tell it from a voice.
    pub fn settled(&self) -> bool {
        self.settling >= SETTLING_FRAMES || self.silent > 0
    }

    /// Takes a block in. `plain` says that it does not stand out, `absent_frames` for how long no voice was heard.
    /// True when the blocks up to this one turn out to have been the room and nothing else.
    pub fn learn(&mut self, powers: &[f32; BANDS], level_db: f32, plain: bool, absent_frames: usize) -> bool {
        if level_db < DIGITAL_SILENCE_DB {
            self.silent += 1;
            return false;
        }
        let mut now_db = [level_db; CHANNELS];
        for (now_db, &power) in now_db.iter_mut().zip(powers) {
            *now_db = decibels(power, LEAST_BAND_DB);
        }
        if self.silent >= UNKNOWN_AFTER_FRAMES {
            *self = Self { smooth_db: now_db, silent: 0, ..Self::new() };
        }
        self.silent = 0;
        for (smooth_db, now_db) in self.smooth_db.iter_mut().zip(now_db) {
            *smooth_db += (now_db - *smooth_db) / SMOOTH_FRAMES;
        }
        self.settling += 1;
        let mut was_room = false;
        if self.settling <= SETTLING_FRAMES {
            was_room = self.settle(absent_frames);
        } else {
            if plain || absent_frames >= ABSENT_FRAMES {
                self.follow(&now_db);
            }
            self.fall();
        }
        self.keep_minima();
        was_room
    }

    /// The first blocks of an unknown room; says whether they were the room itself.
    fn settle(&mut self, absent_frames: usize) -> bool {
        for (first_db, smooth_db) in self.first_db.iter_mut().zip(self.smooth_db) {
            first_db.least = first_db.least.min(smooth_db);
            if self.settling > SWITCHING_FRAMES {
                first_db.greatest = first_db.greatest.max(smooth_db);
            }
        }
        // No voice in all of them, or nothing that moves: they are the room, however loud.
        let spread_db = self.first_db[..BANDS].iter().map(|first_db| first_db.greatest - first_db.least).sum::<f32>();
        let heard_none = absent_frames >= SETTLING_FRAMES || spread_db < STEADY_DB * BANDS as f32;
        let certain = self.settling == SETTLING_FRAMES && heard_none;
        for channel in 0..CHANNELS {
            // The least of thirty values lies below their mean.
            let mean_db = self.first_db[channel].least + 4.0 / degrees_of_freedom(channel).sqrt();
            self.floor_db[channel] = if certain { mean_db } else { self.floor_db[channel].min(mean_db) };
        }
        certain
    }

    fn follow(&mut self, now_db: &[f32; CHANNELS]) {
        for (channel, floor_db) in self.floor_db.iter_mut().enumerate() {
            // The mean of a level in dB lies below the level of the mean.
            let bias_db = 4.34 / degrees_of_freedom(channel);
            let away_db = now_db[channel] + bias_db - *floor_db;
            *floor_db += (away_db / FOLLOW_FRAMES).clamp(-FOLLOW_DB, FOLLOW_DB);
        }
    }

    fn fall(&mut self) {
        let above_db = |channel: usize| self.smooth_db[channel] - self.floor_db[channel];
        if (0..BANDS).map(above_db).sum::<f32>() < -FALL_DB * BANDS as f32 {
            for (floor_db, smooth_db) in self.floor_db.iter_mut().zip(self.smooth_db) {
                *floor_db = floor_db.min(smooth_db);
            }
        }
    }

    fn keep_minima(&mut self) {
        for (minimum, &smooth_db) in self.slots_db[self.slot].iter_mut().zip(&self.smooth_db) {
            *minimum = minimum.min(smooth_db);
        }
        for (channel, floor_db) in self.floor_db.iter_mut().enumerate() {
            let least_db = self.slots_db.iter().fold(f32::INFINITY, |least, minima| least.min(minima[channel]));
            // The slot just begun is not empty: it holds at least this block.
            if self.settling >= SLOT_FRAMES * SLOTS && least_db > *floor_db {
                *floor_db += (least_db - *floor_db).min(RISE_DB);
            }
        }
        self.in_slot += 1;
        if self.in_slot == SLOT_FRAMES {
            self.in_slot = 0;
            self.slot = (self.slot + 1) % SLOTS;
            self.slots_db[self.slot] = [f32::INFINITY; CHANNELS];
        }
    }
}
