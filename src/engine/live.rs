//! A live session: the threads around the pipeline.
//!
//! ```text
//! source ─▶ engine thread ─ windows ▶ text thread ─ heard ▶ engine thread ─ events, audio ▶ store thread ─▶ mailbox
//! ```
//! The engine never waits for text or for the disk's slowest moment: it reads, measures and hands on. What is shown
//! has been written first.

use super::EngineError;
use super::offline::{gap_cause, vocabulary};
use super::pipeline::Pipeline;
use super::textwork::{Done, TextWorker};
use crate::analysis::loudness::{SILENCE_DB, peak_db};
use crate::audio::resample::Resampler;
use crate::audio::source::{AudioError, InputState, Read, Source};
use crate::session::event::*;
use crate::session::recorder::Recorder;
use crate::session::store::StoreError;
use crate::session::timeline::Timeline;
use crate::speech::{SpeechError, TextJob, Transcriber};
use crate::time::SAMPLE_RATE_HZ;
use crate::wording::Pack;
use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, unbounded};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long one read from the source may wait; also how soon a command is obeyed.
const READ_TIMEOUT: Duration = Duration::from_millis(40);
/// The store writes the sound out at least this often.
const STORE_TICK: Duration = Duration::from_millis(200);
/// Sound handed to the store at once, so that a stalled disk cannot fill the memory unseen: about 4 minutes at 48 kHz.
const STORE_QUEUE: usize = 8192;
/// The lag shown changes in steps of this many seconds.
const LAG_STEP_S: f32 = 0.2;

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

enum Command {
    Pause(bool),
    Stop,
}

enum ToStore {
    Audio(Vec<f32>),
    Silence(u64),
    Event(SessionEvent),
    Finish,
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
            transcriber.set_vocabulary(&vocabulary(&options.pack));
            transcriber.set_second_look(false);
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
        let worker = options.transcriber.map(|text| TextWorker::start(text, options.text_threads)).transpose()?;
        let mut first_events = Vec::new();
        let pipeline = Pipeline::new(options.header, options.pack, &mut first_events);
        let engine = Engine {
            source: options.source,
            resampler,
            pipeline,
            worker,
            settle: VecDeque::new(),
            partial_text: options.partial_text,
            to_store,
            shared: engine_shared,
            events: first_events,
            lag_s: 0.0,
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

struct Engine {
    source: Box<dyn Source>,
    resampler: Resampler,
    pipeline: Pipeline,
    worker: Option<TextWorker>,
    settle: VecDeque<TextJob>,
    partial_text: bool,
    to_store: Sender<ToStore>,
    shared: Arc<Shared>,
    events: Vec<SessionEvent>,
    lag_s: f32,
    paused: bool,
}

impl Engine {
    fn run(mut self, commands: &Receiver<Command>) -> Option<Box<dyn Transcriber>> {
        let cause = self.listen(commands);
        let mut rest = Vec::new();
        self.resampler.finish(&mut rest);
        self.pipeline.push(&rest, &mut self.events);
        let missing = self.source.pending_gap_frames();
        if missing > 0 {
            self.lose(missing, GapCause::DeviceLost);
        }
        self.pipeline.finish(&mut self.events);
        self.hand_on();
        self.finish_text();
        self.pipeline.end(cause, &mut self.events);
        self.hand_on();
        self.to_store.send(ToStore::Finish).ok();
        self.worker.take().and_then(TextWorker::finish)
    }

    /// Reads until the source or the person ends the session.
    fn listen(&mut self, commands: &Receiver<Command>) -> EndCause {
        let (mut raw, mut resampled) = (Vec::new(), Vec::new());
        loop {
            match commands.try_recv() {
                Ok(Command::Stop) | Err(TryRecvError::Disconnected) => return EndCause::Stopped,
                Ok(Command::Pause(paused)) => self.pause(paused),
                Err(TryRecvError::Empty) => {}
            }
            raw.clear();
            resampled.clear();
            let read = match self.source.read(&mut raw, READ_TIMEOUT) {
                Ok(read) => read,
                Err(error) => {
                    self.shared.trouble(Trouble::Source(error));
                    return EndCause::EndOfInput;
                }
            };
            if !raw.is_empty() {
                self.show_level(&raw);
                self.resampler.push(&raw, &mut resampled);
                self.pipeline.push(&resampled, &mut self.events);
                self.send(ToStore::Audio(raw.clone()));
            }
            match read {
                Read::End => return EndCause::EndOfInput,
                Read::Gap { frames, cause } => self.lose(frames, gap_cause(cause)),
                Read::State(state) => self.device_changed(&state),
                Read::Audio | Read::Idle => {}
            }
            self.work_on_text();
            self.hand_on();
        }
    }

    fn show_level(&self, samples: &[f32]) {
        self.shared.level_db_bits.store(peak_db(samples).to_bits(), Ordering::Relaxed);
    }

    fn pause(&mut self, paused: bool) {
        if paused == self.paused {
            return;
        }
        self.paused = paused;
        self.source.set_paused(paused);
        let at = self.pipeline.position();
        let event = if paused { SessionEvent::Paused { at } } else { SessionEvent::Resumed { at } };
        self.pipeline.emit(event, &mut self.events);
    }

    /// `frames` of the source are missing: silence in the recording, a gap in the log, the counter goes on.
    fn lose(&mut self, frames: u64, cause: GapCause) {
        let samples = frames * u64::from(SAMPLE_RATE_HZ) / u64::from(self.source.rate_hz().max(1));
        self.pipeline.gap(samples, cause, &mut self.events);
        self.send(ToStore::Silence(frames));
    }

    fn device_changed(&mut self, state: &InputState) {
        let state = match state {
            InputState::Ok => DeviceState::Ok,
            InputState::Stalled => DeviceState::Stalled,
            InputState::Lost => DeviceState::Lost,
            InputState::Silent => DeviceState::Silent,
        };
        let event = SessionEvent::Device { at: self.pipeline.position(), state, name: self.source.name() };
        self.pipeline.emit(event, &mut self.events);
    }

    /// Takes what was heard, and gives the text thread its next window when it is free.
    fn work_on_text(&mut self) {
        while let Some(job) = self.pipeline.take_job() {
            self.settle.push_back(job);
        }
        let Some(worker) = &mut self.worker else {
            self.settle.clear();
            return;
        };
        if let Some(done) = worker.poll() {
            take_in(&mut self.pipeline, &self.shared, done, &mut self.events);
        }
        if worker.is_free() {
            if let Some(job) = next_settled(&mut self.settle) {
                worker.give(job);
            } else if self.partial_text
                && !self.paused
                && worker.may_take_partial()
                && let Some(job) = self.pipeline.partial_job()
            {
                worker.give(job);
            }
        }
        let oldest = worker.settling_since().or(self.settle.front().map(|job| job.cut_at));
        let behind_s = oldest.map_or(0.0, |since| (self.pipeline.position() - since) as f32 / SAMPLE_RATE_HZ as f32);
        if (behind_s - self.lag_s).abs() >= LAG_STEP_S || (behind_s == 0.0 && self.lag_s > 0.0) {
            self.lag_s = behind_s;
            self.events.push(SessionEvent::Lag { at: self.pipeline.position(), behind_s });
        }
    }

    /// The stream is over: hears what is left, unless the person does not want to wait.
    fn finish_text(&mut self) {
        while let Some(job) = self.pipeline.take_job() {
            self.settle.push_back(job);
        }
        if let Some(worker) = &mut self.worker {
            worker.use_all_cores();
        }
        while let Some(worker) = &mut self.worker {
            if let Some(done) = worker.wait() {
                if matches!(done.result, Err(SpeechError::Cancelled)) {
                    return;
                }
                take_in(&mut self.pipeline, &self.shared, done, &mut self.events);
            }
            let Some(job) = next_settled(&mut self.settle) else { return };
            worker.give(job);
            self.hand_on();
        }
    }

    fn send(&self, message: ToStore) {
        // Waits when the store is far behind: the ring before us holds some seconds more, then frames are dropped and
        // said to be dropped. A store that is gone has already told why.
        self.to_store.send(message).ok();
    }

    fn hand_on(&mut self) {
        for event in std::mem::take(&mut self.events) {
            self.send(ToStore::Event(event));
        }
    }
}

/// The oldest window to be settled, joined with those after it when several wait.
fn next_settled(queue: &mut VecDeque<TextJob>) -> Option<TextJob> {
    let mut job = queue.pop_front()?;
    while let Some(next) = queue.front() {
        let Some(merged) = crate::speech::window::merge(&job, next) else { break };
        job = merged;
        queue.pop_front();
    }
    Some(job)
}

fn take_in(pipeline: &mut Pipeline, shared: &Shared, done: Done, events: &mut Vec<SessionEvent>) {
    match done.result {
        Ok(heard) if done.job.settle => {
            let now = pipeline.position();
            pipeline.text(&done.job, heard, now, events);
        }
        Ok(heard) => {
            let text: String = heard.words.iter().map(|word| word.text.as_str()).collect();
            events.push(SessionEvent::Partial { span: done.job.span, text: text.trim().to_owned() });
        }
        Err(SpeechError::Cancelled) => {}
        Err(error) => shared.trouble(Trouble::Text(error)),
    }
}

struct Store {
    recorder: Option<Recorder>,
    timeline: Timeline,
    summarize: Summarize,
    shared: Arc<Shared>,
    wake: Box<dyn Fn() + Send>,
}

impl Store {
    fn run(mut self, queue: &Receiver<ToStore>) -> Option<PathBuf> {
        let mut next_tick = Instant::now() + STORE_TICK;
        loop {
            let message = queue.recv_deadline(next_tick);
            let finish = match message {
                Ok(ToStore::Finish) | Err(crossbeam_channel::RecvTimeoutError::Disconnected) => true,
                Ok(message) => {
                    self.take(message);
                    false
                }
                Err(crossbeam_channel::RecvTimeoutError::Timeout) => false,
            };
            if Instant::now() >= next_tick {
                self.record(Recorder::tick);
                next_tick = Instant::now() + STORE_TICK;
            }
            if finish {
                break;
            }
        }
        let folder = self.finish();
        self.shared.finished.store(true, Ordering::Release);
        (self.wake)();
        folder
    }

    fn take(&mut self, message: ToStore) {
        match message {
            ToStore::Audio(samples) => self.record(|recorder| recorder.audio(&samples)),
            ToStore::Silence(frames) => {
                let silence = [0.0; 4096];
                let mut left = frames;
                while left > 0 && self.recorder.is_some() {
                    let now = left.min(silence.len() as u64) as usize;
                    self.record(|recorder| recorder.audio(&silence[..now]));
                    left -= now as u64;
                }
            }
            ToStore::Event(event) => {
                // On disk before it is shown.
                self.record(|recorder| recorder.event(&event));
                if self.recorder.is_some() {
                    self.timeline.apply(&event);
                }
                self.shared.mailbox.lock().unwrap_or_else(PoisonError::into_inner).push(event);
                (self.wake)();
            }
            ToStore::Finish => {}
        }
    }

    /// Writes; after the first failure the session goes on unsaved and says so.
    fn record(&mut self, write: impl FnOnce(&mut Recorder) -> Result<(), StoreError>) {
        let Some(recorder) = &mut self.recorder else { return };
        if let Err(error) = write(recorder) {
            self.shared.trouble(Trouble::NotSaved(error));
            self.recorder = None;
        }
    }

    fn finish(&mut self) -> Option<PathBuf> {
        let recorder = self.recorder.take()?;
        let summary = (self.summarize)(&self.timeline);
        match recorder.finish(&summary) {
            Ok(folder) => Some(folder),
            Err(error) => {
                self.shared.trouble(Trouble::NotSaved(error));
                None
            }
        }
    }
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
