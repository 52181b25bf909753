//! The capture thread: opens the device, watches whether it delivers, and brings it back when it does not.

use super::device::{self, Direction};
use crate::audio::capture::{CaptureReader, CaptureWriter, Counters, Progress, ring};
use crate::audio::source::{AudioError, InputState, Loss};
use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{Device, ErrorKind, FromSample, SampleFormat, SizedSample, Stream, StreamConfig};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How often the thread looks after the stream.
const TICK: Duration = Duration::from_millis(20);
/// Without a frame for this long, the device counts as stalled.
const STALLED_AFTER: Duration = Duration::from_secs(1);
/// A device that has just been opened must deliver within this time: Bluetooth takes two seconds to wake up.
const MUST_DELIVER_WITHIN: Duration = Duration::from_secs(3);
const FIRST_BACK_OFF: Duration = Duration::from_millis(250);
const LAST_BACK_OFF: Duration = Duration::from_secs(4);
/// For this long only the chosen device is waited for; then the system's default will do.
const INSIST_ON_DEVICE: Duration = Duration::from_secs(2);
/// Reports of the device that can wait; more of them say nothing new.
const MAX_FAULTS: usize = 16;

/// What the capture thread tells the reader, in the order in which it happened.
pub enum Event {
    /// From here on the sound comes out of this ring.
    Opened { reader: CaptureReader, name: String },
    /// Sound is missing for `us` microseconds.
    Gap { us: u64, cause: Loss },
    /// The device's state.
    State(InputState),
}

/// What the threads share.
#[derive(Default)]
pub struct Shared {
    /// Counted by the callback.
    pub counters: Arc<Counters>,
    /// Missing sound in microseconds: of the outage that lasts …
    pub outage_us: AtomicU64,
    /// … and of those over, whose `Gap` the reader has not taken yet.
    pub queued_us: AtomicU64,
}

/// An open device.
struct Live {
    // Held so that the device stays open.
    _stream: Stream,
    reader: CaptureReader,
    progress: Arc<Progress>,
    faults: Receiver<ErrorKind>,
    id: String,
    name: String,
}

/// The same after its ring has been handed to the reader.
struct Watched {
    _stream: Stream,
    progress: Arc<Progress>,
    faults: Receiver<ErrorKind>,
}

/// How an outage began.
struct Outage {
    cause: Loss,
    /// Time of the last sound, in microseconds since the epoch.
    since_us: u64,
}

/// The capture thread's own data.
pub struct Watcher {
    pub shared: Arc<Shared>,
    pub events: Sender<Event>,
    /// Disconnected when the session ends.
    pub stop: Receiver<()>,
    pub epoch: Instant,
}

impl Watcher {
    /// Opens `wanted`, answers through `ready`, and then looks after it until the session ends.
    pub fn run(self, wanted: Option<&str>, ready: &Sender<Result<(CaptureReader, String, String), AudioError>>) {
        let opened = device::find(Direction::Input, wanted).and_then(|found| {
            self.open(&found).map_err(|error| device::explain_opening(&error, &found, wanted, Direction::Input))
        });
        let live = match opened {
            Ok(live) => live,
            Err(error) => {
                // A caller that no longer waits does not need the answer.
                let _ = ready.send(Err(error));
                return;
            }
        };
        let chosen = live.id.clone();
        let mut watched = Watched { _stream: live._stream, progress: live.progress, faults: live.faults };
        if ready.send(Ok((live.reader, live.id, live.name))).is_err() {
            return;
        }
        while let Some(outage) = self.watch(&watched) {
            drop(watched);
            match self.recover(&outage, &chosen) {
                Some(again) => watched = again,
                None => return,
            }
        }
    }

    /// Waits until the device stops delivering; `None` when the session ends.
    fn watch(&self, watched: &Watched) -> Option<Outage> {
        let mut quiet_since_us = self.now_us();
        loop {
            self.wait(TICK)?;
            if self.shared.counters.is_paused() {
                quiet_since_us = self.now_us();
            }
            let since_us = watched.progress.last_us().unwrap_or(0).max(quiet_since_us);
            for kind in watched.faults.try_iter() {
                match kind {
                    ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied | ErrorKind::Xrun => {}
                    ErrorKind::DeviceNotAvailable | ErrorKind::PermissionDenied | ErrorKind::HostUnavailable => {
                        return Some(Outage { cause: Loss::Lost, since_us });
                    }
                    _ => return Some(Outage { cause: Loss::Stalled, since_us }),
                }
            }
            let patience = if watched.progress.began_us().is_some() { STALLED_AFTER } else { MUST_DELIVER_WITHIN };
            if self.now_us().saturating_sub(since_us) >= patience.as_micros() as u64 {
                return Some(Outage { cause: Loss::Stalled, since_us });
            }
        }
    }

    /// Reopens the device until it delivers again; `None` when the session ends.
    fn recover(&self, outage: &Outage, chosen: &str) -> Option<Watched> {
        let state = if outage.cause == Loss::Lost { InputState::Lost } else { InputState::Stalled };
        self.tell(Event::State(state))?;
        let mut clock = OutageClock { missing_us: self.now_us().saturating_sub(outage.since_us), at_us: self.now_us() };
        let (mut back_off, began) = (FIRST_BACK_OFF, Instant::now());
        loop {
            self.wait_in_outage(back_off, &mut clock)?;
            let insist = began.elapsed() < INSIST_ON_DEVICE;
            let default = || device::find(Direction::Input, None).ok().filter(|d| device::id_of(d) != chosen);
            let found = device::by_id(Direction::Input, chosen);
            let candidates = found.into_iter().chain(if insist { None } else { default() });
            for candidate in candidates {
                let Ok(live) = self.open(&candidate) else { continue };
                if self.wait_for_sound(&live, &mut clock)? {
                    return self.hand_over(live, outage.cause, &clock);
                }
            }
            back_off = (back_off * 2).min(LAST_BACK_OFF);
        }
    }

    /// Whether a reopened device delivers in time; `None` when the session ends.
    fn wait_for_sound(&self, live: &Live, clock: &mut OutageClock) -> Option<bool> {
        let opened = Instant::now();
        while opened.elapsed() < MUST_DELIVER_WITHIN {
            self.wait_in_outage(TICK, clock)?;
            if let Some(began_us) = live.progress.began_us() {
                clock.end(began_us);
                return Some(true);
            }
            let fatal = |kind| !matches!(kind, ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied | ErrorKind::Xrun);
            if live.faults.try_iter().any(fatal) {
                break;
            }
        }
        Some(false)
    }

    /// Tells the reader what is missing, where the sound goes on, and that all is well.
    fn hand_over(&self, live: Live, cause: Loss, clock: &OutageClock) -> Option<Watched> {
        self.shared.queued_us.fetch_add(clock.missing_us, Ordering::AcqRel);
        self.shared.outage_us.store(0, Ordering::Release);
        self.tell(Event::Gap { us: clock.missing_us, cause })?;
        self.tell(Event::Opened { reader: live.reader, name: live.name })?;
        self.tell(Event::State(InputState::Ok))?;
        Some(Watched { _stream: live._stream, progress: live.progress, faults: live.faults })
    }

    /// Waits while the missing time is counted; a pause of the session does not count.
    fn wait_in_outage(&self, time: Duration, clock: &mut OutageClock) -> Option<()> {
        let end = Instant::now() + time;
        loop {
            self.wait(TICK.min(end.saturating_duration_since(Instant::now())))?;
            clock.advance(self.now_us(), self.shared.counters.is_paused());
            self.shared.outage_us.store(clock.missing_us, Ordering::Release);
            if Instant::now() >= end {
                return Some(());
            }
        }
    }

    /// Waits; `None` when the session has ended.
    fn wait(&self, time: Duration) -> Option<()> {
        match self.stop.recv_timeout(time) {
            Err(RecvTimeoutError::Timeout) => Some(()),
            Ok(()) | Err(RecvTimeoutError::Disconnected) => None,
        }
    }

    /// Tells the reader, waiting while its queue is full; `None` when the session has ended.
    fn tell(&self, event: Event) -> Option<()> {
        let mut waiting = event;
        loop {
            match self.events.send_timeout(waiting, TICK) {
                Ok(()) => return Some(()),
                Err(crossbeam_channel::SendTimeoutError::Timeout(event)) => waiting = event,
                Err(crossbeam_channel::SendTimeoutError::Disconnected(_)) => return None,
            }
            self.wait(TICK)?;
        }
    }

    fn now_us(&self) -> u64 {
        u64::try_from(self.epoch.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Opens and starts a device.
    fn open(&self, found: &Device) -> Result<Live, cpal::Error> {
        device::quiet();
        let config = Direction::Input.config(found)?;
        if !device::is_supported(&config) {
            let form =
                format!("{} Hz with {} channels is beyond what can be read", config.sample_rate(), config.channels());
            return Err(cpal::Error::with_message(ErrorKind::UnsupportedConfig, form));
        }
        let (writer, reader) = ring(config.sample_rate(), config.channels(), self.shared.counters.clone(), self.epoch);
        let progress = writer.progress();
        let (fault, faults) = bounded(MAX_FAULTS);
        let stream = start(found, config.sample_format(), device::stream_config(&config), writer, fault)?;
        stream.play()?;
        let (id, name) = (device::id_of(found), device::name_of(found));
        Ok(Live { _stream: stream, reader, progress, faults, id, name })
    }
}

/// Counts the time for which sound is missing.
struct OutageClock {
    missing_us: u64,
    /// Time up to which it has been counted.
    at_us: u64,
}

impl OutageClock {
    fn advance(&mut self, now_us: u64, paused: bool) {
        if !paused {
            self.missing_us += now_us.saturating_sub(self.at_us);
        }
        self.at_us = now_us;
    }

    /// Sound is there again since `began_us`, a little before it was noticed.
    fn end(&mut self, began_us: u64) {
        self.missing_us = self.missing_us.saturating_sub(self.at_us.saturating_sub(began_us));
    }
}

/// Takes one block of a device's samples, of whatever type; this is all that the audio callback does.
pub fn write_block<T: SizedSample>(writer: &mut CaptureWriter, data: &[T])
where
    f32: FromSample<T>,
{
    writer.write(data, f32::from_sample_);
}

fn start(
    found: &Device,
    format: SampleFormat,
    config: StreamConfig,
    writer: CaptureWriter,
    fault: Sender<ErrorKind>,
) -> Result<Stream, cpal::Error> {
    match format {
        SampleFormat::I8 => build::<i8>(found, config, writer, fault),
        SampleFormat::I16 => build::<i16>(found, config, writer, fault),
        SampleFormat::I24 => build::<cpal::I24>(found, config, writer, fault),
        SampleFormat::I32 => build::<i32>(found, config, writer, fault),
        SampleFormat::I64 => build::<i64>(found, config, writer, fault),
        SampleFormat::U8 => build::<u8>(found, config, writer, fault),
        SampleFormat::U16 => build::<u16>(found, config, writer, fault),
        SampleFormat::U24 => build::<cpal::U24>(found, config, writer, fault),
        SampleFormat::U32 => build::<u32>(found, config, writer, fault),
        SampleFormat::U64 => build::<u64>(found, config, writer, fault),
        SampleFormat::F32 => build::<f32>(found, config, writer, fault),
        SampleFormat::F64 => build::<f64>(found, config, writer, fault),
        other => Err(cpal::Error::with_message(
            ErrorKind::UnsupportedConfig,
            format!("its sample format {other} cannot be read"),
        )),
    }
}

fn build<T: SizedSample>(
    found: &Device,
    config: StreamConfig,
    mut writer: CaptureWriter,
    fault: Sender<ErrorKind>,
) -> Result<Stream, cpal::Error>
where
    f32: FromSample<T>,
{
    let progress = writer.progress();
    let on_error = move |error: cpal::Error| {
        if error.kind() == ErrorKind::Xrun {
            progress.note_overrun();
        }
        // A full queue holds enough reports already.
        let _ = fault.try_send(error.kind());
    };
    found.build_input_stream(config, move |data: &[T], _| write_block(&mut writer, data), on_error, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_does_not_lengthen_an_outage() {
        let mut clock = OutageClock { missing_us: 1_000, at_us: 50_000 };
        clock.advance(60_000, false);
        clock.advance(90_000, true);
        clock.advance(95_000, false);
        assert_eq!(clock.missing_us, 16_000);
        clock.end(93_000);
        assert_eq!(clock.missing_us, 14_000);
    }
}
