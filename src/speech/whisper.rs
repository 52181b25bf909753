//! The one place that names whisper-rs.

mod weigh;

use super::align::align;
use super::doubt::Hearing;
use super::guard::{cut_repetition, is_invented, keep_what_was_said};
use super::script_zh::Simplifier;
use super::tokens::{Token, full_width_punctuation, words_of};
use super::{Heard, Interrupt, SpeechError, TextJob, Transcriber, Vocabulary, model};
use crate::session::event::{Language, Word};
use crate::time::Span;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use whisper_rs::{
    FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperError, WhisperState, WhisperTokenId,
};

/// Encoder frames a second of sound.
const ENCODER_FRAMES_PER_S: f64 = 50.0;
/// Encoder frames beyond the sound. Fewer cost accuracy and more cost time; but with the vocabulary before it and
/// repetitions cut, 96 are as good as 448 (`service` recordings: CER 9.6 and 9.9 %).
const ENCODER_MARGIN: f64 = 192.0;
/// The same for text that will be heard again: how soon it shows counts more.
const ENCODER_MARGIN_EARLY: f64 = 96.0;
/// All of the model's 30 s, which the second look takes: what the first one misheard, a little more margin mishears too
/// (with 448 frames instead: `read` recordings, CER 19.5 instead of 18.5 %; windows of 10 s and more with the margin of
/// the first look: `spontaneous` recordings, 23.3 instead of 21.8 %). 1500 frames less a rest, so that the count is a
/// multiple of [`ENCODER_STEP`].
const ENCODER_MOST: i32 = 1488;
/// Encoder frames come in multiples of this: ggml's blocked kernels leave other lengths to one that goes row by row.
const ENCODER_STEP: i32 = 16;
/// Tokens allowed per second of sound, and beside: without a cap short windows fall into repetition loops.
const TOKENS_PER_S: f64 = 7.0;
const TOKENS_BESIDE: f64 = 8.0;
/// Probability of a token that counts as none, so that its logarithm exists.
const LEAST_P: f32 = 1e-6;
/// The shortest sound that the model accepts (it refuses less than a second), samples.
const LEAST_SAMPLES: usize = 17_600;
/// A Mandarin sentence before the window makes the model write simplified characters and punctuation.
const PROMPT_ZH: &str = "以下是普通话的句子，这是一段客服通话。";
/// Characters of the vocabulary put before it: more cost time and push each other out of the model's memory.
const MOST_TERM_CHARS: usize = 100;
/// Beams of the second look.
const BEAMS: i32 = 5;
/// Numbers of whisper.cpp's language table.
const ENGLISH: i32 = 0;
const CHINESE: i32 = 1;

/// The whisper model, ready to hear windows.
pub struct WhisperTranscriber {
    state: WhisperState,
    context: WhisperContext,
    params: Params,
    simplifier: Simplifier,
    vocabulary: Vocabulary,
    second_look: bool,
    stop: Stop,
    language: Language,
    threads: usize,
    name: String,
}

impl WhisperTranscriber {
    /// Loads and verifies the model at `path`. `cancel` ends the work on a window at once when it becomes true.
    ///
    /// # Errors
    /// [`SpeechError`] when the file is missing, damaged, or this processor cannot run it.
    pub fn load(path: &Path, language: Language, threads: usize, cancel: Arc<AtomicBool>) -> Result<Self, SpeechError> {
        check_processor()?;
        model::verify(path)?;
        // whisper.cpp prints its loading log to standard error; nobody at the desk needs it.
        whisper_rs::install_logging_hooks();
        let damaged = |reason: String| SpeechError::ModelDamaged { path: path.to_owned(), reason };
        let mut parameters = WhisperContextParameters::default();
        // Flash attention made the text worse (measured, see the design).
        parameters.flash_attn(false);
        let context = WhisperContext::new_with_params(path, parameters)
            .map_err(|error| damaged(format!("whisper.cpp cannot load it ({error})")))?;
        let state = context.create_state().map_err(|error| SpeechError::Unavailable {
            reason: format!("too little memory for the model ({error})"),
        })?;
        let vocabulary = Vocabulary::default();
        let stop = Stop { cancel, interrupt: Interrupt::default() };
        let params = Params::new(language, threads, &stop, &vocabulary);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let simplifier = Simplifier::new();
        let second_look = false;
        Ok(Self { state, context, params, simplifier, vocabulary, second_look, stop, language, threads, name })
    }

    fn rebuild_params(&mut self) {
        self.params = Params::new(self.language, self.threads, &self.stop, &self.vocabulary);
    }

    /// Runs the model over a window once.
    fn listen(&mut self, job: &TextJob, look: Look) -> Result<Hearing, SpeechError> {
        let seconds = job.span.seconds();
        let mut params = match look {
            Look::Early => self.params.early.clone(),
            Look::Quick => self.params.quick.clone(),
            Look::Full => self.params.full.clone(),
        };
        params.set_audio_ctx(look.frames(seconds));
        params.set_max_tokens((seconds * TOKENS_PER_S + TOKENS_BESIDE) as i32);
        let mut audio = job.audio.to_vec();
        if audio.len() < LEAST_SAMPLES {
            audio.resize(LEAST_SAMPLES, 0.0);
        }
        let result = self.state.full(params, &audio);
        if self.stop.is_given_up() {
            return Err(SpeechError::Cancelled);
        }
        result.map_err(|error| failed(job, &error.to_string()))?;
        let (tokens, no_speech_p) = self.tokens(job);
        let log_p: f32 = tokens.iter().map(|token| token.p.max(LEAST_P).ln()).sum();
        let mean_log_p = log_p / tokens.len().max(1) as f32;
        let mut words = words_of(&tokens);
        self.simplifier.convert(&mut words);
        full_width_punctuation(&mut words);
        let looped = cut_repetition(&mut words, job.speech_s());
        Ok(Hearing { words, no_speech_p, mean_log_p, looped })
    }

    fn tokens(&self, job: &TextJob) -> (Vec<Token>, f32) {
        let end_of_text = self.context.token_eot();
        let mut tokens = Vec::new();
        let mut no_speech_p = 0.0_f32;
        for segment in self.state.as_iter() {
            no_speech_p = no_speech_p.max(segment.no_speech_probability());
            for index in 0..segment.n_tokens() {
                let Some(token) = segment.get_token(index) else { continue };
                if token.token_id() >= end_of_text {
                    continue;
                }
                let Ok(bytes) = token.to_bytes() else { continue };
                let data = token.token_data();
                // Times are hundredths of a second within the window.
                let at = |centiseconds: i64| {
                    let samples = centiseconds.max(0) as u64 * 160;
                    (job.span.start + samples).min(job.span.end)
                };
                let span = Span::new(at(data.t0), at(data.t1));
                tokens.push(Token { bytes: bytes.to_vec(), span, p: data.p });
            }
        }
        (tokens, no_speech_p)
    }
}

fn failed(job: &TextJob, reason: &str) -> SpeechError {
    let (start_s, end_s) = (job.span.start.seconds(), job.span.end.seconds());
    SpeechError::Failed { start_s, end_s, reason: reason.to_owned() }
}

/// whisper.cpp is built for processors with AVX2 and FMA (every x86-64 desktop since about 2014).
fn check_processor() -> Result<(), SpeechError> {
    #[cfg(target_arch = "x86_64")]
    if !(std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")) {
        return Err(SpeechError::Unavailable {
            reason: "this processor lacks AVX2, which the speech model needs".into(),
        });
    }
    Ok(())
}

/// What ends the work on a window before its time.
#[derive(Clone)]
struct Stop {
    /// The session is over.
    cancel: Arc<AtomicBool>,
    /// A window that is to be settled waits.
    interrupt: Interrupt,
}

impl Stop {
    fn is_given_up(&self) -> bool {
        self.cancel.load(Ordering::Relaxed) || self.interrupt.is_raised()
    }
}

/// How closely a window is heard.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Greedy search with only the manner before it: the vocabulary costs a short window a third of its time, and that
    /// text is heard again with it.
    Early,
    /// Greedy search over the sound and a little beyond.
    Quick,
    /// Beam search with nothing before it (what is not about the pack's trade is heard better without its words, and even
    /// without a sentence about a call), over all that the model can take in.
    Full,
}

impl Look {
    /// Encoder frames for a window.
    fn frames(self, seconds: f64) -> i32 {
        let margin = match self {
            Self::Early => ENCODER_MARGIN_EARLY,
            Self::Quick => ENCODER_MARGIN,
            Self::Full => return ENCODER_MOST,
        };
        let frames = (seconds * ENCODER_FRAMES_PER_S + margin).ceil() as i32;
        let steps = (frames + ENCODER_STEP - 1).div_euclid(ENCODER_STEP);
        steps.saturating_mul(ENCODER_STEP).min(ENCODER_MOST)
    }
}

/// The text before the window: the vocabulary, then the manner.
fn prompt(look: Look, language: Language, vocabulary: &Vocabulary) -> Option<String> {
    let manner = match language {
        _ if look == Look::Full => return None,
        Language::Zh if vocabulary.manner.is_empty() => PROMPT_ZH,
        // It would decide what is to be found out.
        Language::Auto => return None,
        _ => &vocabulary.manner,
    };
    let (comma, stop) = if language == Language::Zh { ("、", "。") } else { (", ", ". ") };
    let mut terms = String::new();
    let before = if look == Look::Early { &[] } else { vocabulary.terms.as_slice() };
    for term in before {
        if terms.chars().count() + term.chars().count() > MOST_TERM_CHARS {
            break;
        }
        if !terms.is_empty() {
            terms.push_str(comma);
        }
        terms.push_str(term);
    }
    if !terms.is_empty() {
        terms.push_str(stop);
    }
    let prompt = terms + manner;
    (!prompt.is_empty()).then_some(prompt)
}

/// What whisper.cpp is told for each look. Built once and cloned for every window: several of the setters leak what
/// they are given.
struct Params {
    early: FullParams<'static, 'static>,
    quick: FullParams<'static, 'static>,
    full: FullParams<'static, 'static>,
}

impl Params {
    fn new(language: Language, threads: usize, stop: &Stop, vocabulary: &Vocabulary) -> Self {
        let build = |look| build_params(look, language, threads, stop, vocabulary);
        Self { early: build(Look::Early), quick: build(Look::Quick), full: build(Look::Full) }
    }
}

fn build_params(
    look: Look,
    language: Language,
    threads: usize,
    stop: &Stop,
    vocabulary: &Vocabulary,
) -> FullParams<'static, 'static> {
    let mut params = FullParams::new(match look {
        Look::Early | Look::Quick => SamplingStrategy::Greedy { best_of: 1 },
        Look::Full => SamplingStrategy::BeamSearch { beam_size: BEAMS, patience: -1.0 },
    });
    params.set_n_threads(threads.max(1) as i32);
    params.set_language(Some(language.code()));
    params.set_translate(false);
    params.set_no_context(true);
    params.set_single_segment(true);
    params.set_no_timestamps(false);
    params.set_token_timestamps(true);
    params.set_suppress_blank(true);
    params.set_suppress_nst(true);
    params.set_temperature(0.0);
    params.set_temperature_inc(0.0);
    params.set_print_special(false);
    params.set_print_progress(false);
    params.set_print_realtime(false);
    params.set_print_timestamps(false);
    if let Some(prompt) = prompt(look, language, vocabulary) {
        params.set_initial_prompt(&prompt);
    }
    let stop = stop.clone();
    // whisper-rs 0.16 boxes what it is given as `Box<dyn FnMut() -> bool>` and then calls through a pointer to the
    // type it was given. Both are the same type only if what it is given is that box: so it must be one.
    let abort: Box<dyn FnMut() -> bool> = Box::new(move || stop.is_given_up());
    params.set_abort_callback_safe::<_, Box<dyn FnMut() -> bool>>(abort);
    params
}

impl Transcriber for WhisperTranscriber {
    fn transcribe(&mut self, job: &TextJob) -> Result<Heard, SpeechError> {
        if self.stop.is_given_up() {
            return Err(SpeechError::Cancelled);
        }
        let mut hearing = self.listen(job, if job.settle { Look::Quick } else { Look::Early })?;
        if self.second_look && job.settle && hearing.is_doubtful(job) {
            let full = self.listen(job, Look::Full)?;
            hearing = hearing.or_better(full, job);
        }
        if is_invented(job, &hearing.words, hearing.mean_log_p) {
            hearing.words.clear();
        }
        let mut words = keep_what_was_said(job, hearing.words, hearing.no_speech_p);
        align(&mut words, &job.speech, &job.nuclei);
        let language = match self.language {
            Language::Auto => {
                if self.state.full_lang_id_from_state() == ENGLISH {
                    Language::En
                } else {
                    Language::Zh
                }
            }
            asked => asked,
        };
        Ok(Heard::new(words, language))
    }

    fn weighs(&self) -> bool {
        true
    }

    fn weigh(
        &mut self,
        job: &TextJob,
        words: &[Word],
        readings: &[&[(usize, String)]],
    ) -> Result<Vec<f32>, SpeechError> {
        if self.stop.is_given_up() {
            return Err(SpeechError::Cancelled);
        }
        // The phrases of packs that are weighed are Chinese.
        let language = self.context.token_lang(CHINESE);
        weigh::weigh(&self.context, &mut self.state, (language, self.threads), words, readings)
            .map_err(|error| failed(job, &error.to_string()))
    }

    fn model_name(&self) -> String {
        self.name.clone()
    }

    fn set_language(&mut self, language: Language) {
        if language != self.language {
            self.language = language;
            self.rebuild_params();
        }
    }

    fn set_vocabulary(&mut self, vocabulary: &Vocabulary) {
        if *vocabulary != self.vocabulary {
            self.simplifier.keep_names(vocabulary.terms.iter().map(String::as_str));
            self.vocabulary = vocabulary.clone();
            self.rebuild_params();
        }
    }

    fn set_second_look(&mut self, allowed: bool) {
        self.second_look = allowed;
    }

    fn set_threads(&mut self, threads: usize) {
        self.threads = threads;
        let Params { early, quick, full } = &mut self.params;
        for params in [early, quick, full] {
            params.set_n_threads(threads.max(1) as i32);
        }
    }

    fn set_interrupt(&mut self, interrupt: Interrupt) {
        self.stop.interrupt = interrupt;
        self.rebuild_params();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn early_text_is_cheaper_and_knows_the_manner_but_not_the_terms() {
        let vocabulary =
            Vocabulary { manner: "这是一段客服通话。".into(), terms: vec!["云享宽带".into()] };
        let before = |look| prompt(look, Language::Zh, &vocabulary);
        assert_eq!(before(Look::Early).as_deref(), Some("这是一段客服通话。"));
        assert_eq!(before(Look::Quick).as_deref(), Some("云享宽带。这是一段客服通话。"));
        assert_eq!(before(Look::Full), None);
        assert!(Look::Early.frames(2.0) < Look::Quick.frames(2.0));
        assert_eq!(Look::Early.frames(40.0), ENCODER_MOST);
    }
}
