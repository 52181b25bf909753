//! The text thread: one window at a time, so that two windows never fight for the cores.

use super::EngineError;
use super::live::{offline_text_threads, spawn};
use crate::speech::{Heard, SpeechError, TextJob, Transcriber};
use crate::time::SampleTime;
use crossbeam_channel::{Receiver, Sender, bounded};
use std::thread::JoinHandle;
use std::time::Instant;

/// A window that has been worked on.
pub struct Done {
    /// The window.
    pub job: TextJob,
    /// What was heard in it.
    pub result: Result<Heard, SpeechError>,
}

enum Task {
    Hear(TextJob),
    Threads(usize),
}

/// Runs a transcriber on its own thread.
pub struct TextWorker {
    tasks: Sender<Task>,
    done: Receiver<Done>,
    thread: JoinHandle<Box<dyn Transcriber>>,
    busy: Option<(SampleTime, bool)>,
    begun: Instant,
    /// Text that may still change waits until then.
    partial_after: Instant,
}

/// Rest after a window of text that may still change, as a share of the time it took: showing words early must leave
/// half a core to drawing and to whatever else runs on an agent's machine.
const PARTIAL_REST: f64 = 2.0;

impl TextWorker {
    /// Starts the thread; the transcriber may use `threads` of its own.
    ///
    /// # Errors
    /// [`EngineError::Thread`].
    pub fn start(mut transcriber: Box<dyn Transcriber>, threads: usize) -> Result<Self, EngineError> {
        // One window in work and none waiting: the engine keeps the queue, where windows can still be joined.
        let (tasks, task_queue) = bounded(2);
        let (done_queue, done) = bounded(2);
        let thread = spawn("vm-text", move || {
            transcriber.set_threads(threads);
            for task in task_queue {
                match task {
                    Task::Threads(threads) => transcriber.set_threads(threads),
                    Task::Hear(job) => {
                        let result = transcriber.transcribe(&job);
                        // Nobody waits for the answer any more: the session is over.
                        if done_queue.send(Done { job, result }).is_err() {
                            break;
                        }
                    }
                }
            }
            transcriber
        })?;
        let now = Instant::now();
        Ok(Self { tasks, done, thread, busy: None, begun: now, partial_after: now })
    }

    /// Whether it can take a window.
    pub fn is_free(&self) -> bool {
        self.busy.is_none()
    }

    /// Whether it may be given a window whose text will not be settled.
    pub fn may_take_partial(&self) -> bool {
        self.is_free() && Instant::now() >= self.partial_after
    }

    /// Since when the window in work has been waiting to be settled; none when it is only a partial one.
    pub fn settling_since(&self) -> Option<SampleTime> {
        self.busy.and_then(|(since, settle)| settle.then_some(since))
    }

    /// Gives it a window; to be called only when it is free.
    pub fn give(&mut self, job: TextJob) {
        self.busy = Some((job.cut_at, job.settle));
        self.begun = Instant::now();
        if self.tasks.send(Task::Hear(job)).is_err() {
            self.busy = None;
        }
    }

    /// The finished window, if there is one.
    pub fn poll(&mut self) -> Option<Done> {
        let done = self.done.try_recv().ok()?;
        self.busy = None;
        if !done.job.settle {
            self.partial_after = Instant::now() + self.begun.elapsed().mul_f64(PARTIAL_REST);
        }
        Some(done)
    }

    /// Waits for the window in work; none when there is none.
    pub fn wait(&mut self) -> Option<Done> {
        self.busy.take()?;
        self.done.recv().ok()
    }

    /// The microphone is closed: the rest may be heard with every core.
    pub fn use_all_cores(&mut self) {
        self.tasks.send(Task::Threads(offline_text_threads())).ok();
    }

    /// Ends the thread and gives the transcriber back.
    pub fn finish(self) -> Option<Box<dyn Transcriber>> {
        drop(self.tasks);
        drop(self.done);
        self.thread.join().ok()
    }
}
