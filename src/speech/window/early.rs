//! Windows that end between two words, before any pause: for talk that does not pause.

use super::WindowCutter;
use crate::speech::TextJob;
use crate::time::{FRAME_SAMPLES, SampleTime, Span};

/// Length over which the sound must be quiet where it is cut: shorter than a syllable, longer than a period of any
/// voice, samples.
const CUT_SAMPLES: usize = 5 * FRAME_SAMPLES;

impl WindowCutter {
    /// Number of the window that is still growing.
    pub fn open_window(&self) -> u64 {
        self.next_id
    }

    /// The middle of the quietest 50 ms inside `within`, and how far it lies below the whole window, dB; none where
    /// the window has no such sound any more.
    pub fn quietest_within(&self, within: Span) -> Option<(SampleTime, f32)> {
        let (cut, quietest) = self.quietest(within, FRAME_SAMPLES / 2)?;
        let below_db = 10.0 * (mean_power(&self.audio).max(1e-12) / quietest.max(1e-12)).log10();
        Some((cut, below_db))
    }

    /// The middle of the quietest 50 ms inside `within`, looked for every `step` samples, and its power.
    pub(super) fn quietest(&self, within: Span, step: usize) -> Option<(SampleTime, f32)> {
        let within = Span::new(within.start.max(self.start), within.end.min(self.now));
        let sound = self.audio.get((within.start - self.start) as usize..(within.end - self.start) as usize)?;
        let (at, power) = (0..sound.len())
            .step_by(step)
            .filter_map(|at| Some((at, mean_power(sound.get(at..at + CUT_SAMPLES)?))))
            .min_by(|a, b| a.1.total_cmp(&b.1))?;
        Some((within.start + (at + CUT_SAMPLES / 2) as u64, power))
    }

    /// Settles the open window up to `cut`; what lies behind stays in the window. None when nothing would be left on
    /// either side.
    pub fn settle_until(&mut self, cut: SampleTime) -> Option<TextJob> {
        let first = self.speech.first().map(|span| span.start).or(self.open)?;
        if cut <= first || cut >= self.now || cut <= self.start {
            return None;
        }
        self.settle(cut)
    }
}

fn mean_power(sound: &[f32]) -> f32 {
    sound.iter().map(|x| x * x).sum::<f32>() / sound.len().max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::samples;

    fn at(seconds: f64) -> SampleTime {
        SampleTime::from_seconds(seconds)
    }

    #[test]
    fn the_cut_lies_where_the_sound_is_quiet_and_loses_nothing() {
        let mut cutter = WindowCutter::new();
        for block in 0..800_usize {
            let quiet = (400..406).contains(&block);
            cutter.push(&[if quiet { 0.001 } else { 0.1 }; FRAME_SAMPLES]);
            if block == 60 {
                cutter.speech_started(at(0.5));
            }
        }
        let near = Span::new(at(3.9), at(4.2));
        let (cut, below_db) = cutter.quietest_within(near).expect("sound");
        assert!((cut.seconds() - 4.03).abs() < 0.011 && below_db > 30.0, "{} {below_db}", cut.seconds());
        let (_, flat_db) = cutter.quietest_within(Span::new(at(2.0), at(2.3))).expect("sound");
        assert!(flat_db < 1.0);
        let window = cutter.open_window();
        let job = cutter.settle_until(cut).expect("a window");
        assert_eq!((job.id, job.span.end, job.settle), (window, cut, true));
        let rest = cutter.finish().expect("the rest");
        assert_eq!((rest.id, rest.span.start), (window + 1, cut));
        assert!(rest.span.end - cut >= samples(3.9));
        assert_eq!(cutter.settle_until(at(99.0)), None);
    }
}
