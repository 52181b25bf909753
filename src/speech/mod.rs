//! From sound to timed text: windows cut at pauses, a transcriber that hears them, and guards against invention.

pub mod align;
pub mod doubt;
#[cfg(feature = "download")]
pub mod download;
pub mod guard;
pub mod language;
pub mod model;
#[cfg(feature = "whisper")]
pub mod script_zh;
pub mod scripted;
pub mod shelf;
pub mod source;
pub mod stabilize;
pub mod tokens;
#[cfg(feature = "whisper")]
pub mod whisper;
pub mod window;

use crate::session::event::{Language, Word};
use crate::time::{SampleTime, Span};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// One stretch of sound to be heard.
#[derive(Clone, Debug, PartialEq)]
pub struct TextJob {
    /// Number of the window, rising.
    pub id: u64,
    /// The sound's place in the session.
    pub span: Span,
    /// The sound, mono, 16 kHz; as long as `span`.
    pub audio: Arc<[f32]>,
    /// Stretches of speech inside `span`.
    pub speech: Vec<Span>,
    /// Syllable nuclei inside `span`, in order, as far as they are known.
    pub nuclei: Vec<SampleTime>,
    /// Stream time at which the window was cut.
    pub cut_at: SampleTime,
    /// Whether the text will be settled; otherwise it is only shown until more is known.
    pub settle: bool,
}

impl TextJob {
    /// A window of so many seconds of speech without its sound, for tests.
    #[cfg(test)]
    pub fn of_speech(speech_s: f64) -> Self {
        let span = Span::new(SampleTime::ZERO, SampleTime::from_seconds(speech_s));
        let (speech, nuclei) = (vec![span], Vec::new());
        Self { id: 0, span, audio: [].into(), speech, nuclei, cut_at: span.end, settle: true }
    }

    /// Speech inside the window, seconds.
    pub fn speech_s(&self) -> f64 {
        self.speech.iter().map(|span| span.seconds()).sum()
    }
}

/// What was heard in a window.
#[derive(Clone, Debug, PartialEq)]
pub struct Heard {
    /// Words in order, with session times; empty when nothing was said.
    pub words: Vec<Word>,
    /// Language it was heard as.
    pub language: Language,
    /// Banned phrases that it sounds like but that the model finds far less likely: index of the pack's entry, and where.
    pub refuted: Vec<(usize, Span)>,
}

impl Heard {
    /// Words that nothing speaks against.
    pub fn new(words: Vec<Word>, language: Language) -> Self {
        Self { words, language, refuted: Vec::new() }
    }
}

/// What a recogniser should expect to hear; from the wording pack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vocabulary {
    /// A sentence in the manner of the speech that is coming; may be empty.
    pub manner: String,
    /// Names of companies and products and words of the trade, as they are to be written, the most important first.
    pub terms: Vec<String>,
}

/// What can go wrong between sound and text.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SpeechError {
    /// There is no model file.
    #[error("the speech model is missing: looked for {path}; fetch one with `voicemirror models get ID`, build the bundled one with `python3 models/build_model.py`, or give a model with --model PATH, or use --no-text", path = path.display())]
    ModelMissing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file cannot be read.
    #[error("cannot read the speech model {path}: {reason}", path = path.display())]
    ModelUnreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// The file is not what its name or its beginning promises.
    #[error("the speech model {path} is damaged: {reason}; fetch it again (`voicemirror models get ID`, or `python3 models/build_model.py` for the bundled one) or choose another with --model PATH", path = path.display())]
    ModelDamaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// This build or this machine cannot run the model.
    #[error("speech cannot be turned into text here: {reason}; use --no-text to go on without")]
    Unavailable {
        /// Why not.
        reason: String,
    },
    /// The model failed on a window.
    #[error("the speech model failed between {start_s:.1} s and {end_s:.1} s: {reason}")]
    Failed {
        /// Start of the window, seconds.
        start_s: f64,
        /// End of the window, seconds.
        end_s: f64,
        /// The library's reason.
        reason: String,
    },
    /// The work was given up because the session is stopping, or because other work is more urgent.
    #[error("transcription was cancelled")]
    Cancelled,
    /// The machine is so far behind that windows were dropped unheard.
    #[error(
        "this machine is too busy for speech to text: what was said from {from_s:.0} s on is left out of the text until it has caught up; the recording has all of it"
    )]
    GivenUp {
        /// Start of the first window that was dropped, seconds.
        from_s: f64,
    },
    /// The recogniser is gone.
    #[error("the speech model has crashed ({reason}); the session goes on without text, and the recording is complete")]
    Crashed {
        /// What it said at its end.
        reason: String,
    },
}

/// Makes a transcriber give up the window in work, and that one only. Raised and lowered by whoever gives the
/// windows, never by the transcriber: so what was raised for one window cannot reach the next.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Gives up the window in work.
    pub fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// The next window is to be heard to its end.
    pub fn lower(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    /// Whether the window in work is to be given up.
    pub fn is_raised(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Turns windows of sound into text. Used from one thread at a time.
pub trait Transcriber: Send {
    /// Hears one window.
    ///
    /// # Errors
    /// [`SpeechError::Failed`] when the model gave up on this window (the next may work again),
    /// [`SpeechError::Cancelled`] when it was told to stop.
    fn transcribe(&mut self, job: &TextJob) -> Result<Heard, SpeechError>;

    /// Whether it can tell how likely other words are.
    fn weighs(&self) -> bool {
        false
    }

    /// How much likelier each of `readings` is than `words`, as heard in `job`, which was transcribed last: the natural
    /// logarithm of the ratio, below 0 where it is less likely. A reading is the words that differ, by index. Empty
    /// where [`Transcriber::weighs`] says no.
    ///
    /// # Errors
    /// As [`Transcriber::transcribe`].
    fn weigh(
        &mut self,
        _job: &TextJob,
        _words: &[Word],
        _readings: &[&[(usize, String)]],
    ) -> Result<Vec<f32>, SpeechError> {
        Ok(Vec::new())
    }

    /// File name of the model, for the record.
    fn model_name(&self) -> String;

    /// The language of the next windows.
    fn set_language(&mut self, _language: Language) {}

    /// What to expect in the next windows.
    fn set_vocabulary(&mut self, _vocabulary: &Vocabulary) {}

    /// Whether a doubtful window may be heard a second time, more fully: for recordings, where nobody waits.
    fn set_second_look(&mut self, _allowed: bool) {}

    /// How many threads the next window may use.
    fn set_threads(&mut self, _threads: usize) {}

    /// From now on a window is given up with [`SpeechError::Cancelled`] when `interrupt` is raised.
    fn set_interrupt(&mut self, _interrupt: Interrupt) {}
}
