//! Speaking rate: from settled text, and, before there is any, from syllable nuclei in the sound.

use crate::session::event::{Frame, PacePoint, PaceSource, PaceUnit};
use crate::session::profile::PaceWindow;
use crate::time::{FRAME_SAMPLES, SampleTime, Span, samples};
use std::collections::VecDeque;

/// Dip in level that parts two syllables, dB (de Jong & Wempe, Behavior Research Methods 41, 2009).
const DIP_DB: f32 = 2.0;
/// A window shorter than this says nothing about pace, seconds.
const LEAST_WINDOW_S: f64 = 3.0;
/// Words per syllable of running English (Yaruss, Journal of Fluency Disorders 25, 2000: about 1.4 syllables a word).
pub const WORDS_PER_SYLLABLE: f32 = 0.7;

/// Finds syllable nuclei: peaks of level with a dip before and after, in voiced speech.
#[derive(Default)]
struct NucleusFinder {
    smooth: VecDeque<f32>,
    peak_db: f32,
    peak_at: Option<SampleTime>,
    valley_db: f32,
    voiced: u8,
}

impl NucleusFinder {
    /// Takes the frame that starts at `start`; answers with the nucleus that it completes.
    fn push(&mut self, start: SampleTime, frame: Frame) -> Option<SampleTime> {
        self.smooth.push_back(frame.level_db);
        if self.smooth.len() > 5 {
            self.smooth.pop_front();
        }
        let level_db = self.smooth.iter().sum::<f32>() / self.smooth.len() as f32;
        // Voicing flickers; three frames of memory bridge it.
        self.voiced = if frame.f0_hz > 0.0 && frame.speech { 3 } else { self.voiced.saturating_sub(1) };
        match self.peak_at {
            None if level_db > self.valley_db + DIP_DB && self.voiced > 0 => {
                self.peak_at = Some(start);
                self.peak_db = level_db;
                None
            }
            None => {
                self.valley_db = self.valley_db.min(level_db);
                None
            }
            Some(_) if level_db > self.peak_db => {
                self.peak_at = Some(start);
                self.peak_db = level_db;
                None
            }
            Some(at) if level_db < self.peak_db - DIP_DB || self.voiced == 0 => {
                self.peak_at = None;
                self.valley_db = level_db;
                Some(at)
            }
            Some(_) => None,
        }
    }
}

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

    /// Takes the frame that starts at `start`; answers with the syllable nucleus that it completes.
    pub fn push(&mut self, start: SampleTime, frame: Frame) -> Option<SampleTime> {
        let end = start + FRAME_SAMPLES as u64;
        if frame.speech {
            self.first_speech.get_or_insert(start);
            match self.speech.back_mut() {
                Some(run) if run.end == start => run.end = end,
                _ => self.speech.push_back(Span::new(start, end)),
            }
        }
        let nucleus = self.nuclei.push(start, frame);
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

    /// Pace by ear alone, in the window that ends with the newest frame.
    pub fn by_sound(&self, at: SampleTime) -> Option<PacePoint> {
        let window = self.window_ending(self.last_sound)?;
        let count = self.syllables.iter().filter(|&&nucleus| window.contains(nucleus)).count() as f32;
        let speech_s = self.speech_s(window);
        if speech_s < 1.0 {
            return None;
        }
        let units = match self.unit {
            PaceUnit::Han => count,
            PaceUnit::Word => count * WORDS_PER_SYLLABLE,
        };
        let per_min = units * 60.0 / window.seconds() as f32;
        Some(PacePoint { at, window, per_min, speech_s, source: PaceSource::Acoustic, unit: self.unit })
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
            let middle = SampleTime((span.start.0 + span.end.0) / 2);
            let place = self.words.partition_point(|&(known, _)| known <= middle);
            self.words.insert(place, (middle, units));
        }
        while self.next_text <= settled {
            let end = self.next_text;
            self.next_text = end + STEP;
            let Some(window) = self.window_ending(end) else { continue };
            let speech_s = self.speech_s(window);
            // Windows that hold no new speech repeat what is known.
            if self.speech_s(Span::new(end.saturating_back(STEP), end)) == 0.0 || speech_s < 1.0 {
                continue;
            }
            let first = self.words.partition_point(|&(middle, _)| middle < window.start);
            let last = self.words.partition_point(|&(middle, _)| middle < window.end);
            let units: f32 = self.words.range(first..last).map(|&(_, units)| units).sum();
            let per_min = units * 60.0 / window.seconds() as f32;
            let at = at.max(end);
            out.push(PacePoint { at, window, per_min, speech_s, source: PaceSource::Text, unit: self.unit });
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

    #[test]
    fn five_syllables_a_second_are_three_hundred_a_minute() {
        let mut meter = PaceMeter::new(WINDOW, PaceUnit::Han);
        for i in 0..1000_u64 {
            let swing = (i as f32 * std::f32::consts::TAU / 20.0).sin();
            meter.push(SampleTime(i * 160), frame(true, -20.0 + 5.0 * swing));
        }
        let point = meter.by_sound(SampleTime(160_000)).expect("ten seconds of speech");
        assert!((point.per_min - 300.0).abs() < 12.0, "{point:?}");
    }

    #[test]
    fn pauses_count_into_pace() {
        let mut meter = PaceMeter::new(WINDOW, PaceUnit::Han);
        for i in 0..1000_u64 {
            meter.push(SampleTime(i * 160), frame(i % 200 < 100, -20.0));
        }
        let words = (0..10_u64).map(|i| (Span::new(SampleTime(i * 16_000), SampleTime(i * 16_000 + 8_000)), 2.0));
        let mut points = Vec::new();
        meter.by_text(words, SampleTime(160_000), SampleTime(170_000), &mut points);
        let last = points.last().expect("a window");
        assert!((last.per_min - 120.0).abs() < 14.0, "{last:?}");
        assert!(last.at >= last.window.end);
    }
}
