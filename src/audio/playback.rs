//! Plays a recorded session and tells how far it really got, which is what moves the cursor of a replay.

use super::file::FileSource;
use super::mic::{DeviceInfo, Direction, explain_opening, find, is_supported, list, quiet, stream_config};
use super::resample::Resampler;
use super::source::{AudioError, Read, Source};
use cpal::traits::{DeviceTrait, StreamTrait};
use cpal::{Device, ErrorKind, FromSample, SampleFormat, SizedSample, Stream, StreamConfig};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use rtrb::{Consumer, Producer, RingBuffer};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A loudspeaker.
pub type OutputDevice = DeviceInfo;

/// Sound that is decoded ahead, in seconds.
const AHEAD_S: u32 = 1;
/// How often the ring is filled up.
const TICK: Duration = Duration::from_millis(10);
/// A device that asks for no sound for this long is given up when a seek waits for it.
const MUST_ASK_WITHIN: Duration = Duration::from_secs(2);
/// A device that has broken down is opened again after this time, and again if it refuses.
const REOPEN_AFTER: Duration = Duration::from_millis(200);
const REOPEN_TRIES: u32 = 8;
/// A device that hangs while it is closed is left behind after this time.
const CLOSE_WITHIN: Duration = Duration::from_secs(3);

/// The loudspeakers that can be opened now, the default first.
///
/// # Errors
/// [`AudioError::Device`] when the system's sound service refuses to list them; no device is an empty list.
pub fn output_devices() -> Result<Vec<OutputDevice>, AudioError> {
    list(Direction::Output)
}

/// A recording that is being played; dropping it stops the sound.
pub struct Player {
    shared: Arc<Shared>,
    seeks: Option<Sender<u64>>,
    thread: Option<JoinHandle<()>>,
    rate_hz: u32,
    total_frames: Option<u64>,
}

/// What the player, its thread and the audio callback share.
#[derive(Default)]
struct Shared {
    playing: AtomicBool,
    /// Frame of the file at which the sound now in the ring began.
    base: AtomicU64,
    /// Device frames played since then.
    played: AtomicU64,
    /// Rate of the device that plays, in Hz.
    device_hz: AtomicU64,
    /// The device has broken down and has to be opened again.
    broken: AtomicBool,
    /// Number of the latest seek, and of the last one that the callback has emptied the ring for.
    asked: AtomicU64,
    emptied: AtomicU64,
    /// One more than the number of the seek for which everything up to the file's end is in the ring …
    decoded: AtomicU64,
    /// … and for which all of that has been handed to the device. A later seek makes both out of date by itself.
    finished: AtomicU64,
    /// Why the sound stopped before its end.
    failure: Mutex<Option<String>>,
}

/// The callback's end of the ring.
pub struct PlaybackFeed {
    samples: Consumer<f32>,
    shared: Arc<Shared>,
    channels: usize,
    emptied: u64,
}

impl Player {
    /// Plays `path` from `from_frame` (at the file's rate) on `device`, an id or a part of a name, or the default.
    ///
    /// # Errors
    /// The file's errors of [`FileSource::open`]; [`AudioError::NoDevice`] when there is no loudspeaker,
    /// [`AudioError::NoSuchDevice`] and [`AudioError::Device`] for one that is missing or refuses.
    pub fn start(path: impl AsRef<Path>, from_frame: u64, device: Option<&str>) -> Result<Self, AudioError> {
        let mut file = FileSource::open(path.as_ref())?;
        if from_frame > 0 {
            file.seek(from_frame)?;
        }
        let (rate_hz, total_frames) = (file.rate_hz(), file.total_frames());
        let shared = Arc::new(Shared::default());
        shared.playing.store(true, Ordering::Release);
        shared.base.store(from_frame, Ordering::Release);
        let (seeks, seek_out) = bounded(8);
        let (ready_in, ready) = bounded(1);
        let refused = |reason: String| AudioError::Device {
            name: "the loudspeaker".into(),
            reason,
            remedy: "close other programs and try again".into(),
        };
        let (wanted, theirs) = (device.map(str::to_owned), shared.clone());
        let path = path.as_ref().to_path_buf();
        let thread = thread::Builder::new()
            .name("vm-playback".into())
            .spawn(move || play(path, file, wanted.as_deref(), &theirs, &seek_out, &ready_in))
            .map_err(|error| refused(error.to_string()))?;
        let opened = ready.recv().map_err(|_| refused("the sound system broke down while it was opened".into()))?;
        match opened {
            Ok(()) => Ok(Self { shared, seeks: Some(seeks), thread: Some(thread), rate_hz, total_frames }),
            Err(error) => {
                // The thread has nothing left to do.
                let _ = thread.join();
                Err(error)
            }
        }
    }

    /// The frame of the file that has been handed to the device last.
    pub fn position_frames(&self) -> u64 {
        let position = self.shared.position_frames(self.rate_hz);
        self.total_frames.map_or(position, |total| position.min(total))
    }

    /// Rate of the file in Hz, the unit of all frames here.
    pub fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// Length of the file, where it is known.
    pub fn total_frames(&self) -> Option<u64> {
        self.total_frames
    }

    /// Pauses or goes on.
    pub fn set_playing(&self, playing: bool) {
        self.shared.playing.store(playing, Ordering::Release);
    }

    /// Goes on at `frame`; the position is that frame from now on. A player that falls behind with more than a few
    /// seeks leaves out all but the latest.
    pub fn seek(&self, frame: u64) {
        self.shared.base.store(frame, Ordering::Release);
        self.shared.asked.fetch_add(1, Ordering::AcqRel);
        if let Some(seeks) = &self.seeks {
            // The thread looks at `base` as well, so a full queue loses nothing.
            let _ = seeks.try_send(frame);
        }
    }

    /// Whether everything has been handed to the device, or nothing more can be; see [`Player::failure`].
    pub fn is_finished(&self) -> bool {
        let asked = self.shared.asked.load(Ordering::Acquire);
        self.shared.finished.load(Ordering::Acquire) == asked + 1 || self.failure().is_some()
    }

    /// Why the sound stopped before its end, in one sentence.
    pub fn failure(&self) -> Option<String> {
        self.shared.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        self.seeks = None;
        let Some(thread) = self.thread.take() else { return };
        let end = Instant::now() + CLOSE_WITHIN;
        while !thread.is_finished() && Instant::now() < end {
            thread::sleep(Duration::from_millis(2));
        }
        if thread.is_finished() {
            // Its panic, if it had one, has been printed.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn position_frames(&self, rate_hz: u32) -> u64 {
        let asked = self.asked.load(Ordering::Acquire);
        let played =
            if asked == self.emptied.load(Ordering::Acquire) { self.played.load(Ordering::Acquire) } else { 0 };
        let device_hz = self.device_hz.load(Ordering::Acquire).max(1);
        let since = u128::from(played) * u128::from(rate_hz) / u128::from(device_hz);
        self.base.load(Ordering::Acquire) + since as u64
    }

    fn fail(&self, sentence: String) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(sentence);
    }
}

impl PlaybackFeed {
    /// A ring for a device with this rate and number of channels, and the callback's end of it. For tests; a
    /// [`Player`] makes its own.
    pub fn with_ring(device_hz: u32, channels: u16) -> (Producer<f32>, Self) {
        let shared = Arc::new(Shared::default());
        shared.playing.store(true, Ordering::Release);
        Self::around(shared, device_hz, channels)
    }

    fn around(shared: Arc<Shared>, device_hz: u32, channels: u16) -> (Producer<f32>, Self) {
        let (producer, samples) = RingBuffer::new((device_hz * AHEAD_S).max(1) as usize);
        let emptied = shared.emptied.load(Ordering::Acquire);
        (producer, Self { samples, shared, channels: usize::from(channels.max(1)), emptied })
    }

    /// Fills one interleaved block of the device. Made for the audio callback: no allocation, no lock.
    pub fn fill<T: SizedSample + FromSample<f32>>(&mut self, data: &mut [T]) {
        let asked = self.shared.asked.load(Ordering::Acquire);
        if asked != self.emptied {
            // The sound from before the seek; the thread puts nothing into the ring until it is gone.
            if let Ok(chunk) = self.samples.read_chunk(self.samples.slots()) {
                chunk.commit_all();
            }
            self.shared.played.store(0, Ordering::Release);
            self.emptied = asked;
            self.shared.emptied.store(asked, Ordering::Release);
        }
        let frames = data.len() / self.channels;
        let playing = self.shared.playing.load(Ordering::Acquire);
        let decoded = self.shared.decoded.load(Ordering::Acquire) == asked + 1;
        let there = if playing { self.samples.slots().min(frames) } else { 0 };
        let (sounding, rest) = data.split_at_mut(there * self.channels);
        if let Ok(chunk) = self.samples.read_chunk(there) {
            for (frame, sample) in sounding.chunks_exact_mut(self.channels).zip(chunk) {
                frame.fill(T::from_sample_(sample));
            }
        }
        rest.fill(T::EQUILIBRIUM);
        self.shared.played.fetch_add(there as u64, Ordering::AcqRel);
        if playing && decoded && there < frames {
            self.shared.finished.store(asked + 1, Ordering::Release);
        }
    }
}

/// The playback thread: opens the device, then decodes ahead of it until the player is dropped.
fn play(
    path: PathBuf,
    file: FileSource,
    wanted: Option<&str>,
    shared: &Arc<Shared>,
    seeks: &Receiver<u64>,
    ready: &Sender<Result<(), AudioError>>,
) {
    quiet();
    let opened = open(wanted, shared).and_then(|(stream, producer, device_hz)| {
        let resampler = Resampler::new(file.rate_hz(), device_hz)?;
        Ok((stream, Decoder { file, resampler, producer, waiting: Vec::new(), given: 0, ended: false, asked: 0 }))
    });
    let (mut stream, mut decoder) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            // A caller that no longer waits does not need the answer.
            let _ = ready.send(Err(error));
            return;
        }
    };
    if ready.send(Ok(())).is_err() {
        return;
    }
    loop {
        let result = match decoder.run(shared, seeks) {
            Ok(Stopped::Dropped) => return,
            Ok(Stopped::Broken) => {
                // Closed before it is opened again, since many devices can be open only once.
                drop(stream);
                decoder.reopen(wanted, shared, seeks)
            }
            Err(error) => Err(error),
        };
        match result {
            Ok(reopened) => stream = reopened,
            Err(error) => return shared.fail(format!("the playing of {} stopped: {error}", path.display())),
        }
    }
}

/// Why the decoder stopped.
enum Stopped {
    /// The player is gone.
    Dropped,
    /// The device has broken down.
    Broken,
}

/// Keeps the ring full.
struct Decoder {
    file: FileSource,
    resampler: Resampler,
    producer: Producer<f32>,
    /// Decoded samples, of which `given` are in the ring.
    waiting: Vec<f32>,
    given: usize,
    ended: bool,
    /// Number of the last seek that has been carried out.
    asked: u64,
}

impl Decoder {
    /// Works until the player is dropped or the device breaks down.
    fn run(&mut self, shared: &Shared, seeks: &Receiver<u64>) -> Result<Stopped, AudioError> {
        loop {
            if shared.broken.load(Ordering::Acquire) {
                return Ok(Stopped::Broken);
            }
            self.fill(shared)?;
            match seeks.recv_timeout(TICK) {
                Ok(_) => self.seek(shared, seeks)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(Stopped::Dropped),
            }
        }
    }

    /// Opens the device again and goes on where it broke down: sound servers refuse for a moment when the processor
    /// is busy, and that must not end a replay.
    fn reopen(
        &mut self,
        wanted: Option<&str>,
        shared: &Arc<Shared>,
        seeks: &Receiver<u64>,
    ) -> Result<Stream, AudioError> {
        let (base, position) = (shared.base.load(Ordering::Acquire), shared.position_frames(self.file.rate_hz()));
        shared.played.store(0, Ordering::Release);
        // A seek that came in between has set another base, which then counts.
        let _ = shared.base.compare_exchange(base, position, Ordering::AcqRel, Ordering::Acquire);
        let mut tries = 1;
        let (stream, producer, device_hz) = loop {
            thread::sleep(REOPEN_AFTER);
            shared.broken.store(false, Ordering::Release);
            match open(wanted, shared) {
                Ok(opened) => break opened,
                Err(error) if tries == REOPEN_TRIES => return Err(error),
                Err(_) => tries += 1,
            }
        };
        self.producer = producer;
        self.resampler = Resampler::new(self.file.rate_hz(), device_hz)?;
        self.seek(shared, seeks)?;
        Ok(stream)
    }

    fn fill(&mut self, shared: &Shared) -> Result<(), AudioError> {
        // Between a seek and the callback's answer the ring still holds the old sound.
        if shared.asked.load(Ordering::Acquire) != shared.emptied.load(Ordering::Acquire) {
            return Ok(());
        }
        loop {
            let (pushed, _) = self.producer.push_partial_slice(&self.waiting[self.given..]);
            self.given += pushed.len();
            if self.given < self.waiting.len() {
                return Ok(());
            }
            if self.ended {
                shared.decoded.store(self.asked + 1, Ordering::Release);
                return Ok(());
            }
            self.waiting.clear();
            self.given = 0;
            let mut block = Vec::new();
            match self.file.read(&mut block, Duration::ZERO)? {
                Read::End => {
                    self.ended = true;
                    self.resampler.finish(&mut self.waiting);
                }
                _ => self.resampler.push(&block, &mut self.waiting),
            }
        }
    }

    fn seek(&mut self, shared: &Shared, seeks: &Receiver<u64>) -> Result<(), AudioError> {
        // The callback may have emptied the ring for the player's seek before old sound was put in by `fill`; this
        // thread asks again, and puts nothing in until it is answered.
        shared.asked.fetch_add(1, Ordering::AcqRel);
        let started = Instant::now();
        loop {
            self.asked = shared.asked.load(Ordering::Acquire);
            if self.asked == shared.emptied.load(Ordering::Acquire) {
                break;
            }
            if started.elapsed() > MUST_ASK_WITHIN {
                return Err(AudioError::Device {
                    name: "the loudspeaker".into(),
                    reason: "it takes no more sound".into(),
                    remedy: "check the system's sound settings and play again".into(),
                });
            }
            thread::sleep(Duration::from_millis(2));
        }
        // Only the latest of several seeks counts, and that one is in `base`.
        while seeks.try_recv().is_ok() {}
        self.waiting.clear();
        self.given = 0;
        self.ended = false;
        let mut rest = Vec::new();
        self.resampler.finish(&mut rest);
        self.file.seek(shared.base.load(Ordering::Acquire))
    }
}

/// Finds, opens and starts the device.
fn open(wanted: Option<&str>, shared: &Arc<Shared>) -> Result<(Stream, Producer<f32>, u32), AudioError> {
    let found = find(Direction::Output, wanted)?;
    start_stream(&found, shared).map_err(|error| explain_opening(&error, &found, wanted, Direction::Output))
}

fn start_stream(found: &Device, shared: &Arc<Shared>) -> Result<(Stream, Producer<f32>, u32), cpal::Error> {
    let config = Direction::Output.config(found)?;
    if !is_supported(&config) {
        let form =
            format!("{} Hz with {} channels is beyond what can be played", config.sample_rate(), config.channels());
        return Err(cpal::Error::with_message(ErrorKind::UnsupportedConfig, form));
    }
    let device_hz = config.sample_rate();
    let (producer, feed) = PlaybackFeed::around(shared.clone(), device_hz, config.channels());
    let stream = start(found, config.sample_format(), stream_config(&config), feed, shared.clone())?;
    shared.device_hz.store(u64::from(device_hz), Ordering::Release);
    stream.play()?;
    Ok((stream, producer, device_hz))
}

fn start(
    found: &Device,
    format: SampleFormat,
    config: StreamConfig,
    feed: PlaybackFeed,
    shared: Arc<Shared>,
) -> Result<Stream, cpal::Error> {
    match format {
        SampleFormat::I8 => build::<i8>(found, config, feed, shared),
        SampleFormat::I16 => build::<i16>(found, config, feed, shared),
        SampleFormat::I24 => build::<cpal::I24>(found, config, feed, shared),
        SampleFormat::I32 => build::<i32>(found, config, feed, shared),
        SampleFormat::I64 => build::<i64>(found, config, feed, shared),
        SampleFormat::U8 => build::<u8>(found, config, feed, shared),
        SampleFormat::U16 => build::<u16>(found, config, feed, shared),
        SampleFormat::U24 => build::<cpal::U24>(found, config, feed, shared),
        SampleFormat::U32 => build::<u32>(found, config, feed, shared),
        SampleFormat::U64 => build::<u64>(found, config, feed, shared),
        SampleFormat::F32 => build::<f32>(found, config, feed, shared),
        SampleFormat::F64 => build::<f64>(found, config, feed, shared),
        other => Err(cpal::Error::with_message(
            ErrorKind::UnsupportedConfig,
            format!("its sample format {other} cannot be played"),
        )),
    }
}

fn build<T: SizedSample + FromSample<f32>>(
    found: &Device,
    config: StreamConfig,
    mut feed: PlaybackFeed,
    shared: Arc<Shared>,
) -> Result<Stream, cpal::Error> {
    let on_error = move |error: cpal::Error| {
        let harmless = [ErrorKind::DeviceChanged, ErrorKind::RealtimeDenied, ErrorKind::Xrun];
        if !harmless.contains(&error.kind()) {
            shared.broken.store(true, Ordering::Release);
        }
    };
    found.build_output_stream(config, move |data: &mut [T], _| feed.fill(data), on_error, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_callback_gives_every_channel_the_sound_and_counts_it() {
        let (mut ring, mut feed) = PlaybackFeed::with_ring(100, 2);
        let _ = ring.push_partial_slice(&[0.5, -0.5, 0.25]);
        let mut block = [9.0_f32; 8];
        feed.fill(&mut block);
        assert_eq!(block, [0.5, 0.5, -0.5, -0.5, 0.25, 0.25, 0.0, 0.0]);
        assert_eq!(feed.shared.played.load(Ordering::Acquire), 3);
        assert_eq!(feed.shared.finished.load(Ordering::Acquire), 0, "the file may have more");
        feed.shared.decoded.store(1, Ordering::Release);
        let mut unsigned = [0_u8; 4];
        feed.fill(&mut unsigned);
        assert_eq!(unsigned, [128; 4], "silence of unsigned samples is their middle");
        assert_eq!(feed.shared.finished.load(Ordering::Acquire), 1);
    }

    #[test]
    fn a_pause_keeps_and_a_seek_empties_the_ring() {
        let (mut ring, mut feed) = PlaybackFeed::with_ring(100, 1);
        let _ = ring.push_partial_slice(&[0.5; 10]);
        let mut block = [0.0_f32; 4];
        feed.shared.playing.store(false, Ordering::Release);
        feed.fill(&mut block);
        assert_eq!((block, feed.shared.played.load(Ordering::Acquire)), ([0.0; 4], 0));
        feed.shared.playing.store(true, Ordering::Release);
        feed.fill(&mut block);
        assert_eq!((block, feed.shared.played.load(Ordering::Acquire)), ([0.5; 4], 4));
        feed.shared.asked.fetch_add(1, Ordering::AcqRel);
        feed.fill(&mut block);
        assert_eq!((block, feed.shared.played.load(Ordering::Acquire)), ([0.0; 4], 0));
        assert_eq!(feed.shared.emptied.load(Ordering::Acquire), 1);
    }

    #[test]
    fn a_seek_makes_an_old_end_out_of_date() {
        // On a busy machine a player that sought away from the end said that it had finished.
        let (_ring, mut feed) = PlaybackFeed::with_ring(100, 1);
        feed.shared.decoded.store(1, Ordering::Release);
        feed.shared.asked.fetch_add(1, Ordering::AcqRel);
        feed.fill(&mut [0.0_f32; 4]);
        assert_eq!(feed.shared.finished.load(Ordering::Acquire), 0);
        feed.shared.decoded.store(2, Ordering::Release);
        feed.fill(&mut [0.0_f32; 4]);
        assert_eq!(feed.shared.finished.load(Ordering::Acquire), 2);
    }
}
