//! Speaking rate: from settled text, and, before there is any, from syllable nuclei in the sound.

pub mod nuclei;

use self::nuclei::NucleusFinder;
use crate::session::event::{Frame, PacePoint, PaceSource, PaceUnit};
use crate::session::profile::PaceWindow;
use crate::time::{FRAME_SAMPLES, SampleTime, Span, samples};
use std::collections::VecDeque;

/// A window shorter than this says nothing about pace, seconds.
const LEAST_WINDOW_S: f64 = 1.5;
/// Nor does one with less speech than this, seconds.
const LEAST_SPEECH_S: f32 = 1.0;
/// Words per syllable of running English (Yaruss, Journal of Fluency Disorders 25, 2000: about 1.4 syllables a word).
pub const WORDS_PER_SYLLABLE: f32 = 0.7;
/// Pace over the profile's window, from sound and from text.
pub struct PaceMeter {
    window: PaceWindow,
    unit: PaceUnit,
    nuclei: NucleusFinder,
    /// Start of each nucleus in reach.
    syllables: VecDeque<SampleTime>,
    /// Middle and number of units of each word in reach.
    words: VecDeque<(SampleTime, f32)>,
    /// Start of each speech frame in reach, as runs.
    speech: VecDeque<Span>,
    first_speech: Option<SampleTime>,
    /// Text is settled up to here; the next window end to be judged by text.
    next_text: SampleTime,
    last_sound: SampleTime,
}

/// Windows end on whole seconds.
const STEP: u64 = crate::time::SAMPLE_RATE_HZ as u64;
/// Text may trail the sound by this much before its windows can no longer be filled.
const REACH_S: f64 = 120.0;

impl PaceMeter {
    /// A meter before any speech.
    pub fn new(window: PaceWindow, unit: PaceUnit) -> Self {
        Self {
            window,
            unit,
            nuclei: NucleusFinder::default(),
            syllables: VecDeque::new(),
            words: VecDeque::new(),
            speech: VecDeque::new(),
            first_speech: None,
            next_text: SampleTime(STEP),
            last_sound: SampleTime::ZERO,
        }
    }

    /// Changes what is counted (the language has been decided).
    pub fn set_unit(&mut self, unit: PaceUnit) {
        self.unit = unit;
    }

    /// Takes the frame that starts at `start` with its sonority in dB; answers with the
    /// syllable nucleus that it completes.
    pub fn push(&mut self, start: SampleTime, frame: Frame, sonority_db: f32) -> Option<SampleTime> {
        let end = start + FRAME_SAMPLES as u64;
        if frame.speech {
            self.first_speech.get_or_insert(start);
            match self.speech.back_mut() {
                Some(run) if run.end == start => run.end = end,
                _ => self.speech.push_back(Span::new(start, end)),
            }
        }
        let nucleus = self.nuclei.push(start, frame, sonority_db);
        self.syllables.extend(nucleus);
        self.last_sound = end;
        let horizon = end.saturating_back(samples(REACH_S));
        while self.syllables.front().is_some_and(|&at| at < horizon) {
            self.syllables.pop_front();
        }
        while self.words.front().is_some_and(|&(at, _)| at < horizon) {
            self.words.pop_front();
        }
        while self.speech.front().is_some_and(|run| run.end < horizon) {
            self.speech.pop_front();
        }
        nucleus
    }

    fn window_ending(&self, end: SampleTime) -> Option<Span> {
        let longest = end.saturating_back(samples(f64::from(self.window.window_s)));
        let window = Span::new(self.first_speech?.max(longest), end);
        (window.seconds() >= LEAST_WINDOW_S).then_some(window)
    }

    fn speech_s(&self, window: Span) -> f32 {
        let speech: u64 = self.speech.iter().map(|run| run.overlap_samples(window)).sum();
        speech as f32 / crate::time::SAMPLE_RATE_HZ as f32
    }

    /// Windows whose last second holds no speech repeat what is known: who listens does not slow down.
    fn has_news(&self, end: SampleTime) -> bool {
        self.speech_s(Span::new(end.saturating_back(STEP), end)) > 0.0
    }

    fn nuclei_in(&self, window: Span) -> f32 {
        let first = self.syllables.partition_point(|&at| at < window.start);
        let last = self.syllables.partition_point(|&at| at < window.end);
        (last - first) as f32
    }

    fn units_in(&self, window: Span) -> f32 {
        let first = self.words.partition_point(|&(middle, _)| middle < window.start);
        let last = self.words.partition_point(|&(middle, _)| middle < window.end);
        self.words.range(first..last).map(|&(_, units)| units).sum()
    }

    fn point(&self, at: SampleTime, window: Span, units: f32, source: PaceSource) -> Option<PacePoint> {
        let speech_s = self.speech_s(window);
        (speech_s >= LEAST_SPEECH_S).then(|| PacePoint {
            at: at.max(window.end),
            window,
            per_min: units * 60.0 / window.seconds() as f32,
            articulation_per_min: units * 60.0 / speech_s,
            speech_s,
            source,
            unit: self.unit,
        })
    }

    /// Pace by ear alone, in the window that ends with the newest frame. What text there is changes nothing here: the
    /// events of a sound must not depend on how long computing took.
    pub fn by_sound(&self, at: SampleTime) -> Option<PacePoint> {
        let window = self.window_ending(self.last_sound)?;
        if !self.has_news(window.end) {
            return None;
        }
        let units = match self.unit {
            PaceUnit::Han => self.nuclei_in(window),
            PaceUnit::Word => self.nuclei_in(window) * WORDS_PER_SYLLABLE,
        };
        self.point(at, window, units, PaceSource::Acoustic)
    }

    /// Text has settled up to `settled`: adds `words` (span, units) and measures every window that ends before.
    /// `settled` reaches beyond the words where silence follows them.
    pub fn by_text(
        &mut self,
        words: impl Iterator<Item = (Span, f32)>,
        settled: SampleTime,
        at: SampleTime,
        out: &mut Vec<PacePoint>,
    ) {
        for (span, units) in words {
            let middle = span.middle();
            let place = self.words.partition_point(|&(known, _)| known <= middle);
            self.words.insert(place, (middle, units));
        }
        while self.next_text <= settled {
            let end = self.next_text;
            self.next_text = end + STEP;
            let Some(window) = self.window_ending(end) else { continue };
            if !self.has_news(end) {
                continue;
            }
            out.extend(self.point(at, window, self.units_in(window), PaceSource::Text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: PaceWindow = PaceWindow { window_s: 15.0, min_speech_s: 4.0 };

    fn frame(speech: bool, level_db: f32) -> Frame {
        Frame { f0_hz: if speech { 200.0 } else { 0.0 }, voicing: 0.9, level_db, speech }
    }

    fn swinging(seconds: u64) -> PaceMeter {
        let mut meter = PaceMeter::new(WINDOW, PaceUnit::Han);
        for i in 0..seconds * 100 {
            let swing = (i as f32 * std::f32::consts::TAU / 20.0).sin();
            meter.push(SampleTime(i * 160), frame(true, -20.0), -20.0 + 5.0 * swing);
        }
        meter
    }

    #[test]
    fn five_syllables_a_second_are_three_hundred_a_minute() {
        let point = swinging(10).by_sound(SampleTime(160_000)).expect("ten seconds of speech");
        assert!((point.per_min - 300.0).abs() < 12.0, "{point:?}");
    }

    #[test]
    fn pauses_count_into_pace() {
        let mut meter = PaceMeter::new(WINDOW, PaceUnit::Han);
        for i in 0..1000_u64 {
            meter.push(SampleTime(i * 160), frame(i % 200 < 100, -20.0), -20.0);
        }
        let words = (0..10_u64).map(|i| (Span::new(SampleTime(i * 16_000), SampleTime(i * 16_000 + 8_000)), 2.0));
        let mut points = Vec::new();
        meter.by_text(words, SampleTime(160_000), SampleTime(170_000), &mut points);
        let last = points.last().expect("a window");
        assert!((last.per_min - 120.0).abs() < 14.0, "{last:?}");
        assert!((last.articulation_per_min - 240.0).abs() < 26.0, "{last:?}");
        assert!(last.at >= last.window.end);
    }
}
