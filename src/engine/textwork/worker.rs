//! The text thread: one window at a time, so that two windows never fight for the cores.

use crate::engine::EngineError;
use crate::engine::hearing::hear;
use crate::engine::live::spawn;
use crate::session::event::Language;
use crate::speech::{Heard, Interrupt, SpeechError, TextJob, Transcriber, Vocabulary};
use crate::time::SampleTime;
use crate::wording::Matcher;
use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded, unbounded};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

/// A window that has been worked on.
pub struct Done {
    /// The window.
    pub job: TextJob,
    /// What was heard in it.
    pub result: Result<Heard, SpeechError>,
    /// Threads that it was heard with.
    pub threads: usize,
    /// Time that it took, seconds.
    pub wall_s: f64,
}

enum Task {
    Hear { job: TextJob, threads: usize },
    Language(Language),
    Phrases(Arc<Matcher>),
    Vocabulary(Vocabulary),
    Replace(Box<dyn Transcriber>),
}

/// Runs a transcriber on its own thread.
pub struct TextWorker {
    tasks: Sender<Task>,
    done: Receiver<Done>,
    thread: JoinHandle<Option<Box<dyn Transcriber>>>,
    interrupt: Interrupt,
    /// Since when the window in work has waited, and whether its text will be settled.
    busy: Option<(SampleTime, bool)>,
}

impl TextWorker {
    /// Starts the thread.
    ///
    /// # Errors
    /// [`EngineError::Thread`].
    pub fn start(transcriber: Box<dyn Transcriber>) -> Result<Self, EngineError> {
        // One window in work and none waiting: the engine keeps the queue, where windows can still be joined. Beside
        // windows there are only the wishes of a person.
        let (tasks, task_queue) = unbounded();
        let (done_queue, done) = bounded(1);
        let interrupt = Interrupt::default();
        let shared = interrupt.clone();
        let thread = spawn("vm-text", move || work(transcriber, &shared, &task_queue, &done_queue))?;
        Ok(Self { tasks, done, thread, interrupt, busy: None })
    }

    /// Whether it can take a window.
    pub fn is_free(&self) -> bool {
        self.busy.is_none()
    }

    /// Since when the window in work has been waiting to be settled; none when it is only a partial one.
    pub fn settling_since(&self) -> Option<SampleTime> {
        self.busy.and_then(|(since, settle)| settle.then_some(since))
    }

    /// Gives it a window; to be called only when it is free.
    ///
    /// An interrupt can never reach the wrong window: it is raised and lowered on this side only, and lowered where
    /// the next window is given, which is after the last one has been answered.
    pub fn give(&mut self, job: TextJob, threads: usize) {
        self.interrupt.lower();
        let busy = (job.cut_at, job.settle);
        self.busy = self.tasks.send(Task::Hear { job, threads }).is_ok().then_some(busy);
    }

    /// Something more urgent waits: a window whose text would have changed again is given up at once.
    pub fn interrupt_partial(&self) {
        if self.busy.is_some_and(|(_, settle)| !settle) {
            self.interrupt.raise();
        }
    }

    /// The language of the windows after the one in work.
    pub fn set_language(&self, language: Language) {
        self.tasks.send(Task::Language(language)).ok();
    }

    /// Banned phrases: what only sounds like one is weighed in the windows after the one in work.
    pub fn look_for(&self, phrases: Arc<Matcher>) {
        self.tasks.send(Task::Phrases(phrases)).ok();
    }

    /// What the recogniser should expect in the windows after the one in work.
    pub fn set_vocabulary(&self, vocabulary: Vocabulary) {
        self.tasks.send(Task::Vocabulary(vocabulary)).ok();
    }

    /// Another transcriber for the windows after the one in work.
    pub fn replace(&self, transcriber: Box<dyn Transcriber>) {
        self.tasks.send(Task::Replace(transcriber)).ok();
    }

    /// The finished window, if there is one.
    ///
    /// # Errors
    /// [`SpeechError::Crashed`] when the thread is gone.
    pub fn poll(&mut self) -> Result<Option<Done>, SpeechError> {
        match self.done.try_recv() {
            Ok(done) => {
                self.busy = None;
                Ok(Some(done))
            }
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err(gone()),
        }
    }

    /// Waits for the window in work; none when there is none.
    ///
    /// # Errors
    /// [`SpeechError::Crashed`] when the thread is gone.
    pub fn wait(&mut self) -> Result<Option<Done>, SpeechError> {
        match self.busy.take() {
            Some(_) => self.done.recv().map(Some).map_err(|_| gone()),
            None => Ok(None),
        }
    }

    /// Ends the thread and gives the transcriber back.
    pub fn finish(self) -> Option<Box<dyn Transcriber>> {
        drop(self.tasks);
        drop(self.done);
        self.thread.join().ok().flatten()
    }
}

fn gone() -> SpeechError {
    SpeechError::Crashed { reason: "its thread has ended".into() }
}

/// Hears windows until nobody asks any more. A transcriber that panicked is in no known state and not given back.
fn work(
    mut transcriber: Box<dyn Transcriber>,
    interrupt: &Interrupt,
    tasks: &Receiver<Task>,
    done: &Sender<Done>,
) -> Option<Box<dyn Transcriber>> {
    transcriber.set_interrupt(interrupt.clone());
    let mut phrases = None;
    for task in tasks {
        match task {
            Task::Language(language) => transcriber.set_language(language),
            Task::Phrases(wanted) => phrases = Some(wanted),
            Task::Vocabulary(vocabulary) => transcriber.set_vocabulary(&vocabulary),
            Task::Replace(other) => {
                transcriber = other;
                transcriber.set_interrupt(interrupt.clone());
            }
            Task::Hear { job, threads } => {
                let begun = Instant::now();
                let heard = catch_unwind(AssertUnwindSafe(|| {
                    transcriber.set_threads(threads);
                    hear(transcriber.as_mut(), &job, phrases.as_deref())
                }));
                let crashed = heard.is_err();
                let result =
                    heard.unwrap_or_else(|panic| Err(SpeechError::Crashed { reason: reason_of(panic.as_ref()) }));
                let wall_s = begun.elapsed().as_secs_f64();
                // Nobody waits for the answer any more: the session is over.
                let over = done.send(Done { job, result, threads, wall_s }).is_err();
                if crashed {
                    return None;
                }
                if over {
                    break;
                }
            }
        }
    }
    Some(transcriber)
}

fn reason_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no reason given".into())
}
