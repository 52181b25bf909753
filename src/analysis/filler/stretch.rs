//! A stretch of voice in which nothing moves, measured as it grows.

use crate::analysis::spectrum::{CEPSTRA, Shape};
use crate::session::event::Frame;
use crate::time::{FRAME_S, FRAME_SAMPLES, SampleTime, Span};

/// A frame this far from the running mean of the spectra is another sound, dB RMS: twice what a held sound may stray
/// in all, so that this only cuts and the judgement is made over the whole stretch.
const NEW_SOUND_DB: f32 = 7.0;
/// A frame whose F0 is this far from the running mean begins another tone, semitones.
const NEW_TONE_ST: f32 = 1.5;
/// A sound that has fallen this far below its peak is dying away, dB.
const DYING_DB: f32 = 12.0;
/// The running means follow slow drift: weight of a new frame after the first ten (time constant 0.1 s).
const FOLLOW: f32 = 0.1;
/// The mouth closes for a murmur within this many frames, and the tilt falls by this much, dB.
const CLOSING_FRAMES: usize = 8;
const CLOSING_DB: f32 = 6.0;

/// F0 over a stretch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PitchLine {
    /// Mean, semitones above 1 Hz.
    pub mean_st: f32,
    /// Slope of the least-squares line, semitones per second.
    pub slope_st_per_s: f32,
    /// Standard deviation around that line, semitones.
    pub waver_st: f32,
}

/// Consecutive voiced frames that are like each other.
#[derive(Clone, Debug)]
pub struct Stretch {
    start: SampleTime,
    after_pause: bool,
    frames: usize,
    top_db: f32,
    /// Running means that the next frame is compared with.
    near: Shape,
    near_st: f32,
    /// First value of F0; the sums are of differences from it, so that they stay small.
    first_st: f32,
    /// Sums for the line through F0: Σt, Σt², Σf, Σtf, Σf², t in frames.
    sums: [f64; 5],
    /// Sums of the cepstra, of their squares, of the tilt and of the front level.
    cepstra: [f64; CEPSTRA],
    squares: f64,
    tilt_db: f64,
    front_db: f64,
}

impl Stretch {
    /// A stretch of one frame, which starts at `start`; `after_pause` says whether speech begins with it.
    pub fn new(start: SampleTime, after_pause: bool, frame: &Frame, shape: &Shape) -> Self {
        let first_st = semitones(frame);
        let mut stretch = Self {
            start,
            after_pause,
            frames: 0,
            top_db: frame.level_db,
            near: *shape,
            near_st: first_st,
            first_st,
            sums: [0.0; 5],
            cepstra: [0.0; CEPSTRA],
            squares: 0.0,
            tilt_db: 0.0,
            front_db: 0.0,
        };
        stretch.push(frame, shape);
        stretch
    }

    /// Whether a voiced frame continues the sound.
    pub fn fits(&self, frame: &Frame, shape: &Shape) -> bool {
        self.near.distance_db(shape) <= NEW_SOUND_DB
            && (semitones(frame) - self.near_st).abs() <= NEW_TONE_ST
            && frame.level_db >= self.top_db - DYING_DB
    }

    /// Adds a frame that fits.
    pub fn push(&mut self, frame: &Frame, shape: &Shape) {
        let (t, st) = (self.frames as f64, semitones(frame));
        self.frames += 1;
        let weight = (1.0 / self.frames as f32).max(FOLLOW);
        self.near_st += weight * (st - self.near_st);
        for (near, value) in self.near.cepstra.iter_mut().zip(&shape.cepstra) {
            *near += weight * (value - *near);
        }
        self.top_db = self.top_db.max(frame.level_db);
        let f = f64::from(st - self.first_st);
        for (sum, value) in self.sums.iter_mut().zip([t, t * t, f, t * f, f * f]) {
            *sum += value;
        }
        for (sum, &value) in self.cepstra.iter_mut().zip(&shape.cepstra) {
            *sum += f64::from(value);
            self.squares += f64::from(value) * f64::from(value);
        }
        self.tilt_db += f64::from(shape.tilt_db);
        self.front_db += f64::from(shape.front_db);
    }

    /// What was measured.
    pub fn held(&self) -> Held {
        let n = self.frames as f64;
        let mean_square: f64 = self.cepstra.iter().map(|sum| (sum / n).powi(2)).sum();
        Held {
            span: Span::new(self.start, self.start + (self.frames * FRAME_SAMPLES) as u64),
            frames: self.frames,
            after_pause: self.after_pause,
            pitch: self.pitch(),
            stray_db: (self.squares / n - mean_square).max(0.0).sqrt() as f32,
            tilt_db: (self.tilt_db / n) as f32,
            front_db: (self.front_db / n) as f32,
        }
    }

    fn pitch(&self) -> PitchLine {
        let n = self.frames as f64;
        let [t, tt, f, tf, ff] = self.sums;
        let (var_t, cov, var_f) = (tt / n - (t / n).powi(2), tf / n - t / n * f / n, ff / n - (f / n).powi(2));
        let slope = if var_t > 0.0 { cov / var_t } else { 0.0 };
        PitchLine {
            mean_st: self.first_st + (f / n) as f32,
            slope_st_per_s: (slope / FRAME_S) as f32,
            waver_st: (var_f - slope * cov).max(0.0).sqrt() as f32,
        }
    }
}

/// A held sound that is over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Held {
    /// Where it is.
    pub span: Span,
    /// Length in frames.
    pub frames: usize,
    /// Whether speech began with it, after a pause.
    pub after_pause: bool,
    /// F0.
    pub pitch: PitchLine,
    /// How far the spectra stray from their mean, dB RMS.
    pub stray_db: f32,
    /// Mean of [`Shape::tilt_db`].
    pub tilt_db: f32,
    /// Mean of [`Shape::front_db`].
    pub front_db: f32,
}

impl Held {
    /// This vowel and the murmur that follows it as one sound (um, 嗯 said with an open mouth first); none where the
    /// second is no murmur, or where tone or voice breaks between them.
    pub fn closing_into(&self, murmur: &Self) -> Option<Self> {
        let gap = (murmur.span.start - self.span.end) as usize / FRAME_SAMPLES;
        let closes = murmur.tilt_db <= self.tilt_db - CLOSING_DB;
        let same_tone = (murmur.pitch.mean_st - self.pitch.mean_st).abs() <= NEW_TONE_ST;
        if gap > CLOSING_FRAMES || !closes || !same_tone {
            return None;
        }
        let (first, second) = (self.frames as f32, murmur.frames as f32);
        let weighted = |a: f32, b: f32| (first * a + second * b) / (first + second);
        let between_s = ((first + second) / 2.0 + gap as f32) * FRAME_S as f32;
        Some(Self {
            span: Span::new(self.span.start, murmur.span.end),
            frames: self.frames + gap + murmur.frames,
            after_pause: self.after_pause,
            pitch: PitchLine {
                mean_st: weighted(self.pitch.mean_st, murmur.pitch.mean_st),
                slope_st_per_s: (murmur.pitch.mean_st - self.pitch.mean_st) / between_s,
                waver_st: self.pitch.waver_st.max(murmur.pitch.waver_st),
            },
            stray_db: weighted(self.stray_db.powi(2), murmur.stray_db.powi(2)).sqrt(),
            tilt_db: murmur.tilt_db,
            front_db: self.front_db,
        })
    }
}

fn semitones(frame: &Frame) -> f32 {
    12.0 * frame.f0_hz.max(1.0).log2()
}
