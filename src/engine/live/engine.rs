//! The engine thread: reads, measures and hands on.

use super::store::ToStore;
use super::{Shared, Trouble};
use crate::analysis::loudness::peak_db;
use crate::audio::resample::Resampler;
use crate::audio::source::{InputState, Read, Source};
use crate::engine::offline::{gap_cause, prepare, vocabulary};
use crate::engine::pipeline::Pipeline;
use crate::engine::textwork::TextDesk;
use crate::session::event::*;
use crate::speech::{SpeechError, Transcriber};
use crate::time::SAMPLE_RATE_HZ;
use crate::wording::Listener;
use crossbeam_channel::{Receiver, Sender, TryRecvError};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How long one read from the source may wait; also how soon a command is obeyed.
const READ_TIMEOUT: Duration = Duration::from_millis(40);

/// What a person wants of a session that is going on.
pub(super) enum Command {
    Pause(bool),
    Language(Language),
    Transcriber(Box<dyn Transcriber>),
    Say(SessionEvent),
    Pack(Box<Listener>),
    Stop,
}

pub(super) struct Engine {
    pub source: Box<dyn Source>,
    pub resampler: Resampler,
    pub pipeline: Pipeline,
    pub desk: TextDesk,
    pub to_store: Sender<ToStore>,
    pub shared: Arc<Shared>,
    pub events: Vec<SessionEvent>,
    pub paused: bool,
}

impl Engine {
    pub fn run(mut self, commands: &Receiver<Command>) -> Option<Box<dyn Transcriber>> {
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
        while self.desk.hear_rest(&mut self.pipeline, &mut self.events) {
            self.take_last_words(commands);
            self.hand_on();
        }
        self.take_last_words(commands);
        self.tell_troubles();
        self.pipeline.end(cause, &mut self.events);
        self.hand_on();
        self.to_store.send(ToStore::Finish).ok();
        self.desk.finish()
    }

    /// What a person says while the rest of the text is heard still belongs into the log.
    fn take_last_words(&mut self, commands: &Receiver<Command>) {
        for command in commands.try_iter() {
            if let Command::Say(event) = command {
                self.pipeline.emit(event, &mut self.events);
            }
        }
    }

    /// Reads until the source or the person ends the session.
    fn listen(&mut self, commands: &Receiver<Command>) -> EndCause {
        let (mut raw, mut resampled) = (Vec::new(), Vec::new());
        loop {
            match commands.try_recv() {
                Ok(Command::Stop) | Err(TryRecvError::Disconnected) => return EndCause::Stopped,
                Ok(Command::Pause(paused)) => self.pause(paused),
                Ok(Command::Language(language)) => self.desk.set_language(language, &mut self.pipeline),
                Ok(Command::Transcriber(other)) => self.replace_transcriber(other),
                Ok(Command::Say(event)) => self.pipeline.emit(event, &mut self.events),
                Ok(Command::Pack(listener)) => {
                    self.desk.set_vocabulary(vocabulary(listener.pack()));
                    self.pipeline.change_pack(*listener, &mut self.events);
                }
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
            self.desk.step(&mut self.pipeline, self.paused, &mut self.events);
            self.tell_troubles();
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

    fn replace_transcriber(&mut self, mut other: Box<dyn Transcriber>) {
        prepare(other.as_mut(), self.pipeline.language(), self.pipeline.pack());
        if let Err(error) = self.desk.replace(other) {
            self.shared.trouble(Trouble::Text(SpeechError::Unavailable { reason: error.to_string() }));
        }
    }

    fn tell_troubles(&mut self) {
        for trouble in self.desk.take_troubles() {
            self.shared.trouble(Trouble::Text(trouble));
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
