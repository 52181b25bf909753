//! Which language is spoken, where the user leaves that to the model.
//!
//! The model names a language for every window by itself, and a short window (a name, an "OK") is easily named wrong.
//! So windows vote until enough has been heard, each with its seconds of speech times the mean probability of its
//! words; then the language is held for the rest of the session.

use super::{Heard, TextJob};
use crate::session::event::Language;

/// Speech that must have been heard before the language is held, seconds: two clauses.
const ENOUGH_S: f64 = 5.0;
/// Windows that must agree: one alone may be a quotation.
const LEAST_WINDOWS: usize = 2;
/// Share of the votes that the language must have.
const LEAST_SHARE: f64 = 0.7;

/// The votes for one language.
#[derive(Clone, Copy, Debug, Default)]
struct Votes {
    weight: f64,
    windows: usize,
}

/// Decides a session's language from its windows.
#[derive(Clone, Debug)]
pub struct LanguageVote {
    asked: Language,
    held: Option<Language>,
    heard_s: f64,
    zh: Votes,
    en: Votes,
}

impl LanguageVote {
    /// A vote where `asked` was asked for; only [`Language::Auto`] leaves anything to decide.
    pub fn new(asked: Language) -> Self {
        let held = (asked != Language::Auto).then_some(asked);
        Self { asked, held, heard_s: 0.0, zh: Votes::default(), en: Votes::default() }
    }

    /// Takes what was heard in a settled window; answers with the language at the window that decides it.
    pub fn hear(&mut self, job: &TextJob, heard: &Heard) -> Option<Language> {
        if self.held.is_some() || heard.words.is_empty() {
            return None;
        }
        let mean_p = heard.words.iter().map(|word| f64::from(word.p)).sum::<f64>() / heard.words.len() as f64;
        let speech_s = job.speech_s();
        self.heard_s += speech_s;
        let votes = if heard.language == Language::En { &mut self.en } else { &mut self.zh };
        votes.weight += speech_s * mean_p;
        votes.windows += 1;
        let likelier = self.likelier();
        let leader = if likelier == Language::En { self.en } else { self.zh };
        let share = leader.weight / (self.en.weight + self.zh.weight).max(f64::MIN_POSITIVE);
        let decided = self.heard_s >= ENOUGH_S && leader.windows >= LEAST_WINDOWS && share >= LEAST_SHARE;
        self.held = decided.then_some(likelier);
        self.held
    }

    /// The language that is held, or the likelier one so far; Chinese before anything was heard.
    pub fn likelier(&self) -> Language {
        let leading = if self.en.weight > self.zh.weight { Language::En } else { Language::Zh };
        self.held.unwrap_or(leading)
    }

    /// What a transcriber is to be told: the language that is held, or that it is still open.
    pub fn known(&self) -> Language {
        self.held.unwrap_or(self.asked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::event::Word;
    use crate::time::{SampleTime, Span};

    fn hear(vote: &mut LanguageVote, language: Language, speech_s: f64, p: f32) -> Option<Language> {
        let span = Span::new(SampleTime::ZERO, SampleTime::from_seconds(speech_s));
        let job = TextJob::of_speech(speech_s);
        let words = vec![Word { span, text: "好".into(), p }];
        vote.hear(&job, &Heard::new(words, language))
    }

    #[test]
    fn two_windows_and_five_seconds_decide() {
        let mut vote = LanguageVote::new(Language::Auto);
        assert_eq!(vote.likelier(), Language::Zh);
        assert_eq!(hear(&mut vote, Language::En, 6.0, 0.9), None, "one window alone");
        assert_eq!(vote.likelier(), Language::En);
        assert_eq!(hear(&mut vote, Language::En, 0.8, 0.9), Some(Language::En));
        assert_eq!(hear(&mut vote, Language::En, 3.0, 0.9), None, "said once");
    }

    #[test]
    fn a_short_wrong_window_neither_decides_nor_flips() {
        let mut vote = LanguageVote::new(Language::Auto);
        assert_eq!(hear(&mut vote, Language::En, 0.7, 0.5), None);
        assert_eq!(hear(&mut vote, Language::Zh, 3.0, 0.8), None);
        assert_eq!(hear(&mut vote, Language::Zh, 3.0, 0.8), Some(Language::Zh));
        for _ in 0..50 {
            assert_eq!(hear(&mut vote, Language::En, 1.0, 0.9), None);
        }
        assert_eq!(vote.likelier(), Language::Zh);
    }

    #[test]
    fn a_close_vote_waits() {
        let mut vote = LanguageVote::new(Language::Auto);
        for _ in 0..4 {
            assert_eq!(hear(&mut vote, Language::Zh, 3.0, 0.8), None);
            assert_eq!(hear(&mut vote, Language::En, 2.9, 0.8), None);
        }
        assert_eq!(vote.likelier(), Language::Zh);
    }

    #[test]
    fn what_was_asked_for_is_never_voted_on() {
        let mut vote = LanguageVote::new(Language::Zh);
        assert_eq!(hear(&mut vote, Language::En, 9.0, 1.0), None);
        assert_eq!(hear(&mut vote, Language::En, 9.0, 1.0), None);
        assert_eq!((vote.likelier(), vote.known()), (Language::Zh, Language::Zh));
    }
}
