//! The microphone as a source that survives what devices do: stalls, being unplugged, coming back with another
//! rate. A session never ends because of its microphone.

mod device;
mod watch;

use super::capture::{CaptureReader, Counters, Piece};
use super::resample::Resampler;
use super::source::{AudioError, InputState, Loss, Read, Source};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
pub use device::DeviceInfo as InputDevice;
pub(super) use device::{DeviceInfo, Direction, explain_opening, find, is_supported, list, quiet, stream_config};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
pub use watch::write_block;
use watch::{Event, Shared, Watcher};

/// How often the ring is looked at while waiting for sound.
const POLL: Duration = Duration::from_millis(5);
/// One call of `read` takes at most this much sound, in seconds.
const MAX_READ_S: f64 = 0.5;
/// Exact zeros for this long mean that the microphone is muted, in seconds.
const SILENT_AFTER_S: f64 = 1.5;
/// Events that can wait for the reader; the capture thread waits when there are more.
const MAX_EVENTS: usize = 64;
/// A device that hangs while it is closed is left behind after this time.
const CLOSE_WITHIN: Duration = Duration::from_secs(3);

/// The microphones that can be opened now, the default first.
///
/// # Errors
/// [`AudioError::Device`] when the system's sound service refuses to list them; no device is an empty list.
pub fn input_devices() -> Result<Vec<InputDevice>, AudioError> {
    list(Direction::Input)
}

/// A microphone. Its rate stays that of the device opened first; a device that replaces it is converted.
pub struct MicSource {
    id: String,
    name: String,
    rate_hz: u32,
    channels: u16,
    shared: Arc<Shared>,
    events: Receiver<Event>,
    /// Dropped to end the capture thread.
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    current: CaptureReader,
    /// Present while the device's rate is another than `rate_hz`.
    resampler: Option<Resampler>,
    /// An event that has to wait until the ring before it is empty.
    held: Option<Event>,
    /// What is to be said before more sound is read.
    said: VecDeque<Read>,
    raw: Vec<f32>,
    zero_frames: u64,
    silent: bool,
}

impl MicSource {
    /// Opens a microphone: `wanted` is an id, a name or a part of a name in any case; the default when `None`.
    ///
    /// # Errors
    /// [`AudioError::NoSuchDevice`], [`AudioError::NoDevice`] or [`AudioError::Device`], each with what to do.
    pub fn open(wanted: Option<&str>) -> Result<Self, AudioError> {
        let shared = Arc::new(Shared::default());
        let (event_in, events) = bounded(MAX_EVENTS);
        let (stop, stopped) = bounded(0);
        let (ready_in, ready) = bounded(1);
        let watcher = Watcher { shared: shared.clone(), events: event_in, stop: stopped, epoch: Instant::now() };
        let wanted = wanted.map(str::to_owned);
        let refused = |reason: String| AudioError::Device {
            name: "the microphone".into(),
            reason,
            remedy: "close other programs and try again".into(),
        };
        let thread = thread::Builder::new()
            .name("vm-capture".into())
            .spawn(move || watcher.run(wanted.as_deref(), &ready_in))
            .map_err(|error| refused(error.to_string()))?;
        let opened = ready.recv().map_err(|_| refused("the sound system broke down while it was opened".into()))?;
        let (current, id, name) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                // The thread has nothing left to do, and a panic in it has been reported by the channel.
                let _ = thread.join();
                return Err(error);
            }
        };
        Ok(Self {
            id,
            name,
            rate_hz: current.rate_hz(),
            channels: current.channels(),
            shared,
            events,
            stop: Some(stop),
            thread: Some(thread),
            current,
            resampler: None,
            held: None,
            said: VecDeque::new(),
            raw: Vec::new(),
            zero_frames: 0,
            silent: false,
        })
    }

    /// The id of the device opened first, for the settings.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Frames received, dropped, and the peak, counted by the callback.
    pub fn counters(&self) -> Arc<Counters> {
        self.shared.counters.clone()
    }

    fn frames_in(&self, us: u64) -> u64 {
        (u128::from(us) * u128::from(self.rate_hz) / 1_000_000) as u64
    }

    /// Takes what waits in the ring; `None` when that is nothing.
    fn take(&mut self, out: &mut Vec<f32>) -> Option<Read> {
        let max = (f64::from(self.current.rate_hz()) * MAX_READ_S).ceil() as usize;
        let before = out.len();
        loop {
            self.raw.clear();
            match self.current.next(&mut self.raw, max) {
                Piece::Nothing => return None,
                Piece::Lost(frames) => {
                    let frames = frames * u64::from(self.rate_hz) / u64::from(self.current.rate_hz());
                    self.said.push_back(Read::Gap { frames, cause: Loss::Overrun });
                    self.flush(out);
                }
                Piece::Samples => {
                    self.note_silence();
                    match &mut self.resampler {
                        Some(resampler) => resampler.push(&self.raw, out),
                        None => out.extend_from_slice(&self.raw),
                    }
                }
            }
            if out.len() > before {
                return Some(Read::Audio);
            }
            if let Some(said) = self.said.pop_front() {
                return Some(said);
            }
        }
    }

    /// Notices when a muted microphone falls silent and when it comes back.
    fn note_silence(&mut self) {
        let trailing = self.raw.iter().rev().take_while(|sample| **sample == 0.0).count();
        let all = trailing == self.raw.len();
        self.zero_frames = if all { self.zero_frames + trailing as u64 } else { trailing as u64 };
        if self.silent && !all {
            self.silent = false;
            self.said.push_back(Read::State(InputState::Ok));
        } else if !self.silent && self.zero_frames as f64 >= SILENT_AFTER_S * f64::from(self.current.rate_hz()) {
            self.silent = true;
            self.said.push_back(Read::State(InputState::Silent));
        }
    }

    /// Gives out what the resampler holds back, since the sound is interrupted here.
    fn flush(&mut self, out: &mut Vec<f32>) {
        if let Some(resampler) = &mut self.resampler {
            resampler.finish(out);
        }
    }

    /// Takes an event of the capture thread over, after all sound before it.
    fn handle(&mut self, event: Event, out: &mut Vec<f32>) -> Result<(), AudioError> {
        match event {
            Event::Gap { us, cause } => {
                self.flush(out);
                self.shared.queued_us.fetch_sub(us, Ordering::AcqRel);
                self.said.push_back(Read::Gap { frames: self.frames_in(us), cause });
            }
            Event::Opened { reader, name } => {
                let same_rate = reader.rate_hz() == self.rate_hz;
                self.resampler = if same_rate { None } else { Some(Resampler::new(reader.rate_hz(), self.rate_hz)?) };
                self.current = reader;
                self.name = name;
                (self.zero_frames, self.silent) = (0, false);
            }
            Event::State(state) => self.said.push_back(Read::State(state)),
        }
        Ok(())
    }
}

impl Source for MicSource {
    fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    fn channels(&self) -> u16 {
        self.channels
    }

    fn name(&self) -> String {
        self.name.clone()
    }

    fn read(&mut self, out: &mut Vec<f32>, timeout: Duration) -> Result<Read, AudioError> {
        let (before, deadline) = (out.len(), Instant::now() + timeout);
        loop {
            if let Some(said) = self.said.pop_front() {
                return Ok(said);
            }
            if let Some(read) = self.take(out) {
                return Ok(read);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let event = match self.held.take() {
                Some(event) => event,
                None => match self.events.recv_timeout(POLL.min(left)) {
                    Ok(event) => event,
                    Err(RecvTimeoutError::Timeout) if Instant::now() < deadline => continue,
                    Err(RecvTimeoutError::Timeout) => return Ok(Read::Idle),
                    Err(RecvTimeoutError::Disconnected) => return Ok(Read::End),
                },
            };
            // What the callback has pushed before the event comes first.
            if self.current.has_more() {
                self.held = Some(event);
                continue;
            }
            self.handle(event, out)?;
            if out.len() > before {
                return Ok(Read::Audio);
            }
        }
    }

    fn is_live(&self) -> bool {
        true
    }

    /// Counts what no [`Read::Gap`] has told of: of an outage that lasts, and of one whose gap waits to be read.
    fn pending_gap_frames(&self) -> u64 {
        let us = self.shared.outage_us.load(Ordering::Acquire) + self.shared.queued_us.load(Ordering::Acquire);
        self.frames_in(us)
    }

    fn set_paused(&mut self, paused: bool) {
        self.shared.counters.set_paused(paused);
        self.zero_frames = 0;
    }
}

impl Drop for MicSource {
    fn drop(&mut self) {
        self.stop = None;
        let Some(thread) = self.thread.take() else { return };
        let end = Instant::now() + CLOSE_WITHIN;
        while !thread.is_finished() && Instant::now() < end {
            // The thread may wait for room for an event that nobody will read any more.
            while self.events.try_recv().is_ok() {}
            thread::sleep(POLL);
        }
        if thread.is_finished() {
            // Its panic, if it had one, has been printed; the session is over anyway.
            let _ = thread.join();
        }
    }
}
