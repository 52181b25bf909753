//! The store thread: writes what the engine hands on, then puts it into the mailbox.

use super::{Shared, Summarize, Trouble};
use crate::session::event::SessionEvent;
use crate::session::recorder::Recorder;
use crate::session::store::StoreError;
use crate::session::timeline::Timeline;
use crossbeam_channel::{Receiver, RecvTimeoutError};
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

/// The store writes the sound out at least this often.
const STORE_TICK: Duration = Duration::from_millis(200);

/// What the engine hands on.
pub(super) enum ToStore {
    Audio(Vec<f32>),
    Silence(u64),
    Event(SessionEvent),
    Finish,
}

pub(super) struct Store {
    pub recorder: Option<Recorder>,
    pub timeline: Timeline,
    pub summarize: Summarize,
    pub shared: Arc<Shared>,
    pub wake: Box<dyn Fn() + Send>,
}

impl Store {
    pub fn run(mut self, queue: &Receiver<ToStore>) -> Option<PathBuf> {
        let mut next_tick = Instant::now() + STORE_TICK;
        loop {
            let message = queue.recv_deadline(next_tick);
            let finish = match message {
                Ok(ToStore::Finish) | Err(RecvTimeoutError::Disconnected) => true,
                Ok(message) => {
                    self.take(message);
                    false
                }
                Err(RecvTimeoutError::Timeout) => false,
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
