//! A live session: the threads around the pipeline.
//!
//! ```text
//! source ─▶ engine thread ─ windows ▶ text thread ─ heard ▶ engine thread ─ events, audio ▶ store thread ─▶ mailbox
//! ```
//! The engine never waits for text or for the disk's slowest moment: it reads, measures and hands on. What is shown
//! has been written first.

mod engine;
mod store;

use super::EngineError;
use super::offline::prepare;
use super::pipeline::Pipeline;
use super::textwork::{TextDesk, TextManner};
use crate::analysis::loudness::SILENCE_DB;
use crate::audio::resample::Resampler;
use crate::audio::source::{AudioError, Source};
use crate::session::event::*;
use crate::session::recorder::Recorder;
use crate::session::store::StoreError;
use crate::session::timeline::Timeline;
use crate::speech::{SpeechError, Transcriber};
use crate::time::SAMPLE_RATE_HZ;
use crate::wording::{Listener, Pack};
use crossbeam_channel::{Sender, bounded, unbounded};
use engine::{Command, Engine};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use store::Store;

/// Sound handed to the store at once, so that a stalled disk cannot fill the memory unseen: about 4 minutes at 48 kHz.
const STORE_QUEUE: usize = 8192;

/// What makes a summary of a finished session.
pub type Summarize = Box<dyn Fn(&Timeline) -> serde_json::Value + Send>;

/// What a live session needs.
pub struct LiveOptions {
    /// Where the voice comes from; already open.
    pub source: Box<dyn Source>,
    /// What the session is judged with; its model name is filled in here.
    pub header: Header,
    /// The wording pack.
    pub pack: Arc<Pack>,
    /// Who writes the text; none for a session without text.
    pub transcriber: Option<Box<dyn Transcriber>>,
    /// Ends the transcriber's work at once when set.
    pub cancel: Arc<AtomicBool>,
    /// Threads the transcriber may use while the session is live.
    pub text_threads: usize,
    /// Whether text appears while it is being spoken, or only when it is settled.
    pub partial_text: bool,
    /// Where the session is kept; none for one that is not saved.
    pub recorder: Option<Recorder>,
    /// Writes the summary of a saved session.
    pub summarize: Summarize,
    /// Called when there is something new in the mailbox.
    pub wake: Box<dyn Fn() + Send>,
}

/// What has gone wrong beside the events.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The session goes on, but is no longer saved.
    #[error(transparent)]
    NotSaved(StoreError),
    /// The source cannot go on; the session has been ended.
    #[error(transparent)]
    Source(AudioError),
    /// The text of a window could not be heard.
    #[error(transparent)]
    Text(SpeechError),
}

/// What a session leaves behind.
pub struct LiveOutcome {
    /// The transcriber, for the next session.
    pub transcriber: Option<Box<dyn Transcriber>>,
    /// Folder of the saved session.
    pub folder: Option<PathBuf>,
}

#[derive(Default)]
struct Shared {
    mailbox: Mutex<Vec<SessionEvent>>,
    troubles: Mutex<Vec<Trouble>>,
    level_db_bits: AtomicU32,
    finished: AtomicBool,
}

impl Shared {
    fn trouble(&self, trouble: Trouble) {
        self.troubles.lock().unwrap_or_else(PoisonError::into_inner).push(trouble);
    }
}

/// A session that is going on. Dropping it stops and joins its threads.
pub struct LiveSession {
    commands: Sender<Command>,
    shared: Arc<Shared>,
    cancel: Arc<AtomicBool>,
    engine: Option<JoinHandle<Option<Box<dyn Transcriber>>>>,
    store: Option<JoinHandle<Option<PathBuf>>>,
}

impl LiveSession {
    /// Starts the threads.
    ///
    /// # Errors
    /// [`EngineError`] when the sound cannot be converted or the system refuses a thread.
    pub fn start(mut options: LiveOptions) -> Result<Self, EngineError> {
        let resampler = Resampler::new(options.source.rate_hz(), SAMPLE_RATE_HZ)?;
        let shared = Arc::new(Shared::default());
        shared.level_db_bits.store(SILENCE_DB.to_bits(), Ordering::Relaxed);
        // Stop must always get through; nobody clicks often enough for this to grow.
        let (commands, command_queue) = unbounded();
        let (to_store, store_queue) = bounded(STORE_QUEUE);
        let cancel = Arc::clone(&options.cancel);
        cancel.store(false, Ordering::Relaxed);
        options.header.model = options.transcriber.as_ref().map_or(String::new(), |text| text.model_name());
        if let Some(transcriber) = &mut options.transcriber {
            prepare(transcriber.as_mut(), options.header.language, &options.pack);
        }
        let store = Store {
            recorder: options.recorder.take(),
            timeline: Timeline::default(),
            summarize: options.summarize,
            shared: Arc::clone(&shared),
            wake: options.wake,
        };
        let store = spawn("vm-store", move || store.run(&store_queue))?;
        let engine_shared = Arc::clone(&shared);
        let manner = TextManner {
            threads: options.text_threads,
            most_threads: offline_text_threads().max(options.text_threads),
            partial_text: options.partial_text,
        };
        let desk = TextDesk::new(options.transcriber, manner)?;
        let mut first_events = Vec::new();
        let pipeline = Pipeline::new(options.header, options.pack, &mut first_events);
        let engine = Engine {
            source: options.source,
            resampler,
            pipeline,
            desk,
            to_store,
            shared: engine_shared,
            events: first_events,
            paused: false,
        };
        let engine = spawn("vm-engine", move || engine.run(&command_queue))?;
        Ok(Self { commands, shared, cancel, engine: Some(engine), store: Some(store) })
    }

    /// Takes the events that have arrived since the last call.
    pub fn take_events(&self) -> Vec<SessionEvent> {
        std::mem::take(&mut *self.shared.mailbox.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes the troubles that have come up since the last call.
    pub fn take_troubles(&self) -> Vec<Trouble> {
        std::mem::take(&mut *self.shared.troubles.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Peak level of the newest sound, dB re full scale.
    pub fn level_db(&self) -> f32 {
        f32::from_bits(self.shared.level_db_bits.load(Ordering::Relaxed))
    }

    /// Pauses or goes on.
    pub fn set_paused(&self, paused: bool) {
        // The engine is gone only when the session is over; then there is nothing to pause.
        self.commands.send(Command::Pause(paused)).ok();
    }

    /// Goes on in another language, from the next window of text on.
    pub fn set_language(&self, language: Language) {
        self.commands.send(Command::Language(language)).ok();
    }

    /// Puts into the log what a person says about the session: a dismissal, where a part of the call begins, a note.
    /// It comes back among the events when it is there; what comes too late does not come back.
    pub fn say(&self, event: SessionEvent) {
        self.commands.send(Command::Say(event)).ok();
    }

    /// Goes on with another wording pack for what is said from now on; the log says so.
    pub fn set_pack(&self, pack: Arc<Pack>) {
        // Made here: the engine must not stand still while thousands of phrases are taken apart.
        self.commands.send(Command::Pack(Box::new(Listener::new(pack)))).ok();
    }

    /// Goes on with another transcriber, from the next window of text on; also after the last one has crashed. It must
    /// obey the flag that the session was started with. A session that began without text stays without.
    pub fn replace_transcriber(&self, transcriber: Box<dyn Transcriber>) {
        self.commands.send(Command::Transcriber(transcriber)).ok();
    }

    /// Ends the session: the rest of the text is heard, everything is saved.
    pub fn stop(&self) {
        self.commands.send(Command::Stop).ok();
    }

    /// Ends the session without waiting for the rest of the text. What was recorded is saved all the same.
    pub fn abandon(&self) {
        self.cancel.store(true, Ordering::Relaxed);
        self.stop();
    }

    /// Whether the session is over and saved.
    pub fn is_finished(&self) -> bool {
        self.shared.finished.load(Ordering::Acquire)
    }

    /// Stops the session and waits until all is saved.
    pub fn join(mut self) -> LiveOutcome {
        self.stop();
        self.wait()
    }

    fn wait(&mut self) -> LiveOutcome {
        let transcriber = self.engine.take().and_then(|engine| engine.join().ok()).flatten();
        let folder = self.store.take().and_then(|store| store.join().ok()).flatten();
        LiveOutcome { transcriber, folder }
    }
}

impl Drop for LiveSession {
    fn drop(&mut self) {
        if self.engine.is_some() {
            self.abandon();
            self.wait();
        }
    }
}

/// Starts a named thread.
///
/// # Errors
/// [`EngineError::Thread`] when the system refuses one.
pub fn spawn<T: Send + 'static>(
    name: &str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, EngineError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(|error| EngineError::Thread { reason: error.to_string() })
}

/// Threads for text in a live session: one core stays with the window and the engine.
pub fn live_text_threads() -> usize {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    cores.saturating_sub(1).clamp(1, 4)
}

/// Threads for text when nothing else goes on.
pub fn offline_text_threads() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from).min(4)
}
