//! Which windows deserve a second, fuller look, and which of two hearings is kept.
//!
//! Hearing everything more fully costs more than twice as much and helps only where the quick look went wrong; and
//! there the model itself was unsure. So its own probability decides.

use super::TextJob;
use super::align::syllables::syllables;
use super::guard::units;
use crate::session::event::Word;

/// Mean log probability of a token below which a hearing is doubtful. Sentences that the bundled model hears well lie
/// above −0.25, those that it mishears in most places below −0.4.
const DOUBTFUL_MEAN_LOG_P: f32 = -0.33;
/// The same for a long window, where one bad clause hides among good ones.
const DOUBTFUL_LONG_MEAN_LOG_P: f32 = -0.30;
/// From this length on a window is long, seconds.
const LONG_S: f64 = 10.0;
/// Speech that gives fewer syllables a second than this has lost some (slow speech has 2).
const LEAST_UNITS_PER_S: f64 = 1.2;
/// Less speech than this says nothing about the rate, seconds.
const RATE_NEEDS_S: f64 = 2.0;
/// Syllables fewer than nuclei: so many, and this share of the nuclei, and words are missing. Where nothing is, the two
/// counts differ by a tenth.
const LOST_SYLLABLES: usize = 4;
const LOST_SHARE: f64 = 0.2;

/// How many syllables of the sound have no words; none where the difference may be that of the two ways of counting,
/// or where no nuclei are known. The model leaves out whole clauses of a window with long pauses, and is sure of itself.
pub fn lost_syllables(words: &[Word], job: &TextJob) -> usize {
    let written: usize = words.iter().map(|word| syllables(&word.text)).sum();
    let lost = job.nuclei.len().saturating_sub(written);
    let much = LOST_SYLLABLES.max((job.nuclei.len() as f64 * LOST_SHARE) as usize);
    if lost >= much { lost } else { 0 }
}

/// One hearing of a window.
#[derive(Clone, Debug, Default)]
pub struct Hearing {
    /// What was heard.
    pub words: Vec<Word>,
    /// The model's probability that nobody spoke.
    pub no_speech_p: f32,
    /// Mean of the natural logarithm of the tokens' probabilities; 0 is sure.
    pub mean_log_p: f32,
    /// Whether a part had to be cut because it was a repetition that cannot have been said.
    pub looped: bool,
}

impl Hearing {
    /// Whether a fuller look is worth its time.
    pub fn is_doubtful(&self, job: &TextJob) -> bool {
        let least = if job.span.seconds() < LONG_S { DOUBTFUL_MEAN_LOG_P } else { DOUBTFUL_LONG_MEAN_LOG_P };
        self.looped || self.mean_log_p < least || self.has_lost_speech(job)
    }

    fn has_lost_speech(&self, job: &TextJob) -> bool {
        let speech_s = job.speech_s();
        let too_slow = speech_s >= RATE_NEEDS_S && (units(&self.words) as f64) < speech_s * LEAST_UNITS_PER_S;
        too_slow || lost_syllables(&self.words, job) > 0
    }

    /// The better of a quick and a full look at the same window.
    pub fn or_better(self, full: Self, job: &TextJob) -> Self {
        let flaws = |hearing: &Self| u8::from(hearing.looped) + u8::from(hearing.has_lost_speech(job));
        let full_is_better = match flaws(&full).cmp(&flaws(&self)) {
            std::cmp::Ordering::Less => true,
            std::cmp::Ordering::Greater => false,
            std::cmp::Ordering::Equal => full.mean_log_p > self.mean_log_p,
        };
        if full_is_better { full } else { self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{SampleTime, Span};

    fn heard(text: &str, mean_log_p: f32) -> Hearing {
        let words = text.chars().map(|c| Word { span: Span::default(), text: c.to_string(), p: 0.9 }).collect();
        Hearing { words, mean_log_p, ..Hearing::default() }
    }

    #[test]
    fn a_sure_hearing_is_left_and_an_unsure_one_is_not() {
        assert!(!heard("您好请问有什么可以帮您", -0.1).is_doubtful(&TextJob::of_speech(2.5)));
        assert!(heard("您好请问有什么可以帮您", -0.5).is_doubtful(&TextJob::of_speech(2.5)));
    }

    #[test]
    fn speech_without_its_words_is_doubtful_however_sure() {
        assert!(heard("您好", -0.05).is_doubtful(&TextJob::of_speech(6.0)));
        assert!(!heard("您好", -0.05).is_doubtful(&TextJob::of_speech(0.6)));
    }

    #[test]
    fn a_clause_without_words_is_missed_by_its_nuclei() {
        let mut job = TextJob::of_speech(8.0);
        job.nuclei = (0..30).map(|n| SampleTime::from_seconds(0.2 + 0.25 * f64::from(n))).collect();
        let whole: String = "好".repeat(27);
        assert_eq!(lost_syllables(&heard(&whole, -0.1).words, &job), 0, "a tenth is no loss");
        let rest = heard(&whole[..3 * 18], -0.1);
        assert_eq!(lost_syllables(&rest.words, &job), 12);
        assert!(rest.is_doubtful(&job), "however sure");
        assert_eq!(lost_syllables(&rest.words, &TextJob::of_speech(8.0)), 0, "no nuclei are known");
    }

    #[test]
    fn the_likelier_hearing_is_kept_unless_it_lost_words_or_looped() {
        let kept = heard("甲", -0.5).or_better(heard("乙", -0.4), &TextJob::of_speech(1.0));
        assert_eq!(kept.words[0].text, "乙");
        let whole = "您好请问有什么可以帮您";
        let kept = heard(whole, -0.5).or_better(heard("您好", -0.1), &TextJob::of_speech(5.0));
        assert_eq!(kept.words.len(), whole.chars().count());
    }
}
