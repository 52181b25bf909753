//! Sentence ends that fade away (curriculum A1): how far the end of a stretch of speech lies below the rest of it.
//!
//! Level falls a little towards the end of every statement (declination: D. R. Ladd, "Declination: a review and some
//! hypotheses", Phonology Yearbook 1, 1984). Measured over half a second it is 1 dB in the median for a trained
//! service speaker (4 dB in the extreme) and 3 … 4 dB for people who read aloud (7 … 8 dB for one stretch in twenty).
//! The profile's limit lies beyond that; what to tell the speaker is the judge's business.

use crate::session::event::{Fade, Frame};
use crate::time::{FRAME_SAMPLES, SampleTime, Span, samples};

/// Silence that ends a stretch, seconds: the shortest pause that counts elsewhere.
const PAUSE_S: f64 = 0.25;
/// Shorter stretches have no body to compare with, seconds.
const LEAST_STRETCH_S: f64 = 1.2;
/// What counts as the end: the last two or three syllables, seconds up to the last voiced frame.
const TAIL_S: f64 = 0.5;
/// Voiced frames that the end and the rest must hold, 10 ms each. One short last syllable is enough.
const LEAST_TAIL_FRAMES: usize = 10;
const LEAST_BODY_FRAMES: usize = 30;
/// Of a longer stretch the last part counts: a listener compares with what was just said, seconds.
const MEMORY_S: usize = 20;

/// Streaming meter over 10 ms frames.
pub struct FadeMeter {
    /// Start of the stretch and end of its last speech frame; none in silence.
    stretch: Option<Span>,
    /// Voiced frames of the stretch: start and mean square.
    voiced: Vec<(SampleTime, f32)>,
}

impl Default for FadeMeter {
    fn default() -> Self {
        Self { stretch: None, voiced: Vec::with_capacity(2 * MEMORY_S * 100) }
    }
}

impl FadeMeter {
    /// Takes the frame that starts at `start`; answers when a pause has ended a stretch.
    pub fn push(&mut self, start: SampleTime, frame: Frame) -> Option<Fade> {
        let end = start + FRAME_SAMPLES as u64;
        if !frame.speech {
            let over = self.stretch.is_some_and(|stretch| end - stretch.end >= samples(PAUSE_S));
            return if over { self.speech_ended() } else { None };
        }
        self.stretch = Some(Span::new(self.stretch.map_or(start, |stretch| stretch.start), end));
        if frame.f0_hz > 0.0 && frame.level_db.is_finite() {
            if self.voiced.len() == self.voiced.capacity() {
                self.voiced.drain(..self.voiced.len() / 2);
            }
            self.voiced.push((start, 10f32.powf(frame.level_db / 10.0)));
        }
        None
    }

    /// The stretch is over, by a pause or by the end of the stream.
    pub fn speech_ended(&mut self) -> Option<Fade> {
        let stretch = self.stretch.take();
        let fade = stretch.filter(|stretch| stretch.seconds() >= LEAST_STRETCH_S).and_then(|_| self.measure());
        self.voiced.clear();
        fade
    }

    fn measure(&self) -> Option<Fade> {
        let end = self.voiced.last()?.0 + FRAME_SAMPLES as u64;
        let split = self.voiced.partition_point(|(start, _)| end - *start > samples(TAIL_S));
        let (body, tail) = self.voiced.split_at(split);
        if body.len() < LEAST_BODY_FRAMES || tail.len() < LEAST_TAIL_FRAMES {
            return None;
        }
        let mean_db = |part: &[(SampleTime, f32)]| {
            let power = part.iter().map(|(_, power)| f64::from(*power)).sum::<f64>() / part.len() as f64;
            (10.0 * power.max(1e-12).log10()) as f32
        };
        let (body_db, tail_db) = (mean_db(body), mean_db(tail));
        Some(Fade { span: Span::new(tail.first()?.0, end), drop_db: body_db - tail_db, body_db, tail_db })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames of a voice with `level_db` at each second, then half a second of silence.
    fn measure(seconds: f32, level_db: impl Fn(f32) -> f32) -> Vec<Fade> {
        let mut meter = FadeMeter::default();
        let voice = (seconds * 100.0) as usize;
        (0..voice + 50)
            .filter_map(|i| {
                let spoken = i < voice;
                let level_db = if spoken { level_db(i as f32 * 0.01) } else { -70.0 };
                // A consonant in every fifth of a second is unvoiced.
                let f0_hz = if spoken && i % 20 > 3 { 200.0 } else { 0.0 };
                let start = SampleTime((i * FRAME_SAMPLES) as u64);
                meter.push(start, Frame { f0_hz, voicing: 0.9, level_db, speech: spoken })
            })
            .collect()
    }

    #[test]
    fn a_steady_voice_does_not_fade() {
        let found = measure(3.0, |_| -20.0);
        assert_eq!(found.len(), 1);
        assert!(found[0].drop_db.abs() < 0.1, "{found:?}");
        assert!((found[0].span.end.seconds() - 3.0).abs() < 0.05 && found[0].span.seconds() <= TAIL_S);
    }

    #[test]
    fn an_end_that_sinks_is_measured() {
        let found = measure(3.0, |at| if at > 2.45 { -35.0 } else { -20.0 });
        assert_eq!(found.len(), 1);
        assert!((found[0].drop_db - 15.0).abs() < 0.2, "{found:?}");
    }

    #[test]
    fn a_short_call_is_not_judged() {
        assert_eq!(measure(1.0, |at| -20.0 - 20.0 * at), []);
    }

    #[test]
    fn the_level_of_the_recording_does_not_matter() {
        let sinking = |gain_db: f32| measure(2.0, move |at| gain_db - 10.0 * at)[0].drop_db;
        assert!((sinking(-20.0) - sinking(-50.0)).abs() < 0.01);
    }

    #[test]
    fn hours_without_a_pause_keep_the_memory_bounded() {
        let mut meter = FadeMeter::default();
        let room = meter.voiced.capacity();
        for i in 0..100_000 {
            let frame = Frame { f0_hz: 100.0, voicing: 1.0, level_db: -20.0, speech: true };
            meter.push(SampleTime((i * FRAME_SAMPLES) as u64), frame);
        }
        assert_eq!(meter.voiced.capacity(), room);
        assert!(meter.speech_ended().is_some());
    }
}
