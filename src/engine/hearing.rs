//! Hearing one window to its end: what was said, and whether what only sounds like a banned phrase was that phrase.
//!
//! The recogniser writes 梦混 for 弄混, and the pack's phrase is found by its sound; but 事物 and 失误 sound alike too. The
//! sound itself tells them apart better than the text can: the model is asked how likely it finds the phrase's
//! characters in the place of those that it wrote.

use crate::speech::{Heard, SpeechError, TextJob, Transcriber};
use crate::wording::{Matcher, Suspect};

/// From this log likelihood ratio on the phrase is written as the pack has it: the recogniser's search only missed it.
const CONFIRMED: f32 = 0.0;
/// Below this one it was not said.
const REFUTED: f32 = -3.0;

/// Hears `job`; where its text will be settled, what sounds like one of `phrases` is weighed against what was written.
///
/// # Errors
/// Those of [`Transcriber::transcribe`].
pub fn hear(transcriber: &mut dyn Transcriber, job: &TextJob, phrases: Option<&Matcher>) -> Result<Heard, SpeechError> {
    let mut heard = transcriber.transcribe(job)?;
    let Some(phrases) = phrases.filter(|_| job.settle && transcriber.weighs()) else { return Ok(heard) };
    let suspects = phrases.suspects(&heard.words);
    if suspects.is_empty() {
        return Ok(heard);
    }
    let readings: Vec<&[(usize, String)]> = suspects.iter().map(|suspect| suspect.reading.as_slice()).collect();
    let ratios = match transcriber.weigh(job, &heard.words, &readings) {
        Ok(ratios) => ratios,
        Err(SpeechError::Cancelled) => return Err(SpeechError::Cancelled),
        // What was heard is worth more than what could not be found out about it.
        Err(_) => return Ok(heard),
    };
    let refuted = |index: usize| ratios.get(index).is_some_and(|ratio| *ratio < REFUTED);
    for (index, suspect) in suspects.iter().enumerate() {
        let same = |other: &Suspect| other.entry == suspect.entry && other.span.overlap_samples(suspect.span) > 0;
        if suspect.found && ratios.get(index).is_some_and(|ratio| *ratio > CONFIRMED) {
            for (place, text) in &suspect.reading {
                let Some(word) = heard.words.get_mut(*place) else { continue };
                word.text = rewritten(&word.text, text);
            }
        } else if (0..suspects.len()).all(|other| !same(&suspects[other]) || refuted(other)) {
            // No reading of these words as this phrase is left.
            heard.refuted.push((suspect.entry, suspect.span));
        }
    }
    Ok(heard)
}

/// A character of recognised text exchanged, with the marks around it left.
fn rewritten(word: &str, character: &str) -> String {
    let mut character = Some(character);
    let exchange = |c: char| match c.is_alphanumeric().then(|| character.take()).flatten() {
        Some(other) => other.to_owned(),
        None => c.to_string(),
    };
    word.chars().map(exchange).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::event::{Language, Word};
    use crate::time::{SampleTime, Span};
    use crate::wording::Pack;
    use std::sync::Arc;

    /// Writes what it is given, and finds every reading as likely as it is told.
    struct Weighing {
        text: &'static str,
        ratio: f32,
        asked: Vec<Vec<(usize, String)>>,
    }

    impl Transcriber for Weighing {
        fn transcribe(&mut self, job: &TextJob) -> Result<Heard, SpeechError> {
            let mut words: Vec<Word> = Vec::new();
            for (index, c) in self.text.chars().enumerate() {
                let at = |count: usize| job.span.start + SampleTime::from_seconds(0.2 * count as f64).0;
                match words.last_mut().filter(|_| !c.is_alphanumeric()) {
                    Some(last) => last.text.push(c),
                    None => words.push(Word { span: Span::new(at(index), at(index + 1)), text: c.into(), p: 0.9 }),
                }
            }
            Ok(Heard::new(words, Language::Zh))
        }

        fn weighs(&self) -> bool {
            true
        }

        fn weigh(
            &mut self,
            _job: &TextJob,
            _words: &[Word],
            readings: &[&[(usize, String)]],
        ) -> Result<Vec<f32>, SpeechError> {
            self.asked = readings.iter().map(|reading| reading.to_vec()).collect();
            Ok(vec![self.ratio; readings.len()])
        }

        fn model_name(&self) -> String {
            String::new()
        }
    }

    fn heard(text: &'static str, ratio: f32) -> (Heard, Vec<Vec<(usize, String)>>) {
        let pack = Pack::bundled("zh-service").expect("it is bundled").expect("it is well formed");
        let mut transcriber = Weighing { text, ratio, asked: Vec::new() };
        let matcher = Matcher::new(Arc::new(pack));
        let heard = hear(&mut transcriber, &TextJob::of_speech(4.0), Some(&matcher)).expect("heard");
        (heard, transcriber.asked)
    }

    fn text(heard: &Heard) -> String {
        heard.words.iter().map(|word| word.text.as_str()).collect()
    }

    #[test]
    fn a_phrase_that_the_model_finds_likelier_is_written_as_the_pack_has_it() {
        let (likely, asked) = heard("你肯定梦混了。", 2.0);
        assert!(asked.contains(&vec![(3, "弄".to_owned())]), "{asked:?}");
        assert_eq!(text(&likely), "你肯定弄混了。");
        let (open, _) = heard("你肯定梦混了。", -1.0);
        assert_eq!(text(&open), "你肯定梦混了。");
        assert!(open.refuted.is_empty());
    }

    #[test]
    fn a_phrase_that_the_model_finds_far_less_likely_is_refuted() {
        let (unlikely, _) = heard("这是你的事物。", -5.0);
        assert_eq!(text(&unlikely), "这是你的事物。");
        assert!(!unlikely.refuted.is_empty());
    }

    #[test]
    fn what_is_written_just_so_is_not_asked_about() {
        assert!(heard("我不知道您方便不方便，这是我们公司的规定。", -9.0).1.is_empty());
    }

    #[test]
    fn the_beginning_of_a_phrase_that_is_written_just_so_stays_as_it_is() {
        // 问题 is no misheard 问事, however likely that is.
        let (right, _) = heard("我不是问这个问题。", 2.0);
        assert_eq!(text(&right), "我不是问这个问题。");
    }
}
