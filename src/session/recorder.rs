//! Writes a session to disk while it runs, so that killing the program at any moment loses next to nothing.
//!
//! - An event is handed to the system before [`Recorder::event`] returns; show it only then.
//! - Sound is handed to the system a quarter of a second after it was heard at the latest.
//! - Once a second everything is forced to the disk, so that a power cut loses no more than that second.
//! - After the first error the recorder is spent: every call repeats that error at once, and what was written
//!   before stays readable.

use super::entry::Digest;
use super::event::{EndCause, Header, SessionEvent};
use super::store::{self, LocalTime, Lock, StoreError};
use super::wav::WavWriter;
use crate::time::{SAMPLE_RATE_HZ, SampleTime};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often everything is forced to the disk.
const SYNC_EVERY: Duration = Duration::from_secs(1);
/// Ids tried before giving up: more than could be taken within one second.
const MAX_ID_TRIES: u32 = 1_000;

/// A session that is being written. Lives in the store thread: [`Recorder::tick`] may wait for the disk.
///
/// Dropping it without [`Recorder::finish`] leaves a cut-off session, which the library recovers.
#[derive(Debug)]
pub struct Recorder {
    id: String,
    folder: PathBuf,
    audio: WavWriter,
    events: File,
    /// Length of the log up to its last whole line, in bytes.
    events_bytes: u64,
    rate_hz: u32,
    digest: Digest,
    last_sync: Instant,
    failure: Option<StoreError>,
    _lock: Lock,
}

impl Recorder {
    /// Starts a session under `root`, which is made if need be: its folder, its lock, an empty recording at
    /// `header.source.rate_hz`, and `header` as the log's first event.
    ///
    /// # Errors
    /// [`StoreError::NoRate`], [`StoreError::Unwritable`] where no folder can be made, [`StoreError::Full`].
    pub fn create(root: &Path, header: &Header, started: LocalTime) -> Result<Self, StoreError> {
        let rate_hz = header.source.rate_hz;
        if rate_hz == 0 {
            return Err(StoreError::NoRate { source_name: header.source.path.clone() });
        }
        let sessions = root.join(store::SESSIONS_FOLDER);
        let refused = |error: io::Error| match store::is_full(&error) {
            true => full(&sessions, &error, rate_hz),
            false => StoreError::Unwritable { folder: sessions.clone(), reason: error.to_string() },
        };
        store::make_private_folder(&sessions, true).map_err(refused)?;
        for number in 0..MAX_ID_TRIES {
            let id = store::candidate_id(&started, number);
            let folder = sessions.join(&id);
            match store::make_private_folder(&folder, false) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::AlreadyExists => continue,
                Err(error) => return Err(refused(error)),
            }
            match Self::open_files(id, &folder, header) {
                Ok(mut recorder) => {
                    if let Err(error) = recorder.write_event(&SessionEvent::Started(Box::new(header.clone()))) {
                        drop(recorder);
                        // Best effort, here and below; an empty folder that stays is removed by `recover_all`.
                        let _ = fs::remove_dir_all(&folder);
                        return Err(error);
                    }
                    store::sync_folder(&folder);
                    store::sync_folder(&sessions);
                    return Ok(recorder);
                }
                // Another program's clean-up found the folder while it was still empty: leave it alone.
                Err(error) if matches!(error.kind(), ErrorKind::AlreadyExists | ErrorKind::NotFound) => continue,
                Err(error) => {
                    let _ = fs::remove_dir_all(&folder);
                    return Err(refused(error));
                }
            }
        }
        let reason = format!("no free session id was found in {MAX_ID_TRIES} tries");
        Err(StoreError::Unwritable { folder: sessions, reason })
    }

    fn open_files(id: String, folder: &Path, header: &Header) -> io::Result<Self> {
        let lock = Lock::create(folder)?;
        let rate_hz = header.source.rate_hz;
        Ok(Self {
            audio: WavWriter::create(&folder.join(store::AUDIO_FILE), rate_hz)?,
            events: OpenOptions::new().write(true).create_new(true).open(folder.join(store::EVENTS_FILE))?,
            folder: folder.to_path_buf(),
            digest: Digest::default(),
            id,
            events_bytes: 0,
            rate_hz,
            last_sync: Instant::now(),
            failure: None,
            _lock: lock,
        })
    }

    /// The session's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The session's folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Length of the recording so far, in samples at the source's rate.
    pub fn audio_frames(&self) -> u64 {
        self.audio.frames()
    }

    /// Adds sound: mono, −1 … 1, at the source's rate. For lost input, pass the silence that stands for it.
    ///
    /// # Errors
    /// [`StoreError::Full`], [`StoreError::Vanished`] or [`StoreError::Io`], and the same at every later call.
    pub fn audio(&mut self, samples: &[f32]) -> Result<(), StoreError> {
        self.guard()?;
        let pushed = self.audio.push(samples);
        self.settle("write", store::AUDIO_FILE, pushed)
    }

    /// Adds an event to the log; when this returns, the system has it. Events that are only for the screen are
    /// passed over, and so is [`SessionEvent::Started`], which `create` has written.
    ///
    /// # Errors
    /// As [`Recorder::audio`]; and [`StoreError::NotFinite`] for an event that JSON cannot hold, which alone is
    /// left out: the session goes on.
    pub fn event(&mut self, event: &SessionEvent) -> Result<(), StoreError> {
        self.guard()?;
        if !event.is_stored() || matches!(event, SessionEvent::Started(_)) {
            return Ok(());
        }
        self.write_event(event)
    }

    fn write_event(&mut self, event: &SessionEvent) -> Result<(), StoreError> {
        let line = self.line(event)?;
        // One write for the line and its line feed.
        let written = self.events.write_all(&line);
        self.settle("write", store::EVENTS_FILE, written)?;
        self.events_bytes += line.len() as u64;
        self.digest.take(event);
        Ok(())
    }

    fn line(&self, event: &SessionEvent) -> Result<Vec<u8>, StoreError> {
        let path = self.folder.join(store::EVENTS_FILE);
        let mut line = serde_json::to_vec(event).map_err(|error| StoreError::Io {
            action: "write an event to",
            path: path.clone(),
            reason: error.to_string(),
        })?;
        // JSON writes numbers that are not finite as null and cannot read that back. Checked only where a null is.
        if line.windows(4).any(|bytes| bytes == b"null") && serde_json::from_slice::<SessionEvent>(&line).is_err() {
            let value: serde_json::Value = serde_json::from_slice(&line).unwrap_or_default();
            let kind = value.get("type").and_then(|kind| kind.as_str()).unwrap_or_default().to_owned();
            return Err(StoreError::NotFinite { kind, path });
        }
        line.push(b'\n');
        Ok(line)
    }

    /// To be called about every 250 ms: hands gathered sound to the system, updates the recording's header, and
    /// once a second forces everything to the disk and looks whether the folder is still there.
    ///
    /// # Errors
    /// As [`Recorder::audio`].
    pub fn tick(&mut self) -> Result<(), StoreError> {
        self.guard()?;
        let flushed = self.audio.flush().and_then(|()| self.audio.patch_header());
        self.settle("write", store::AUDIO_FILE, flushed)?;
        if self.last_sync.elapsed() >= SYNC_EVERY { self.sync() } else { Ok(()) }
    }

    fn sync(&mut self) -> Result<(), StoreError> {
        self.last_sync = Instant::now();
        // Writing to a deleted file succeeds on most systems, so that its absence must be looked for.
        let length = |name| fs::metadata(self.folder.join(name)).map_or(0, |file| file.len());
        if length(store::EVENTS_FILE) < self.events_bytes || length(store::AUDIO_FILE) < self.audio.file_bytes() {
            return Err(self.fail(StoreError::Vanished { folder: self.folder.clone() }));
        }
        let synced = self.audio.sync();
        self.settle("write", store::AUDIO_FILE, synced)?;
        let synced = self.events.sync_data();
        self.settle("write", store::EVENTS_FILE, synced)
    }

    /// Completes the session: adds [`SessionEvent::Ended`] where the log lacks it, forces everything to the disk,
    /// and writes `summary` as a whole. Returns the session's folder.
    ///
    /// # Errors
    /// As [`Recorder::audio`]. The session then stays cut off but readable, and the library can recover it.
    pub fn finish(mut self, summary: &serde_json::Value) -> Result<PathBuf, StoreError> {
        if self.failure.is_some() {
            // Once more: there may be space by now to tidy up what could not be tidied then.
            self.salvage();
        }
        self.guard()?;
        if self.digest.ended.is_none() {
            let at = self.digest.position.max(at_16_khz(self.audio.frames(), self.rate_hz));
            self.write_event(&SessionEvent::Ended { at, cause: EndCause::Stopped })?;
        }
        self.tick()?;
        self.sync()?;
        let bytes = self.digest.summary_bytes(&self.id, summary);
        let written = store::replace_file(&self.folder.join(store::SUMMARY_FILE), &bytes);
        self.settle("write", store::SUMMARY_FILE, written)?;
        Ok(self.folder.clone())
    }

    fn guard(&self) -> Result<(), StoreError> {
        self.failure.clone().map_or(Ok(()), Err)
    }

    fn settle(&mut self, action: &'static str, name: &str, result: io::Result<()>) -> Result<(), StoreError> {
        let Err(error) = result else { return Ok(()) };
        let failure = if store::is_full(&error) {
            full(&self.folder, &error, self.rate_hz)
        } else if !self.folder.is_dir() {
            StoreError::Vanished { folder: self.folder.clone() }
        } else {
            StoreError::io(action, &self.folder.join(name), &error)
        };
        Err(self.fail(failure))
    }

    fn fail(&mut self, failure: StoreError) -> StoreError {
        self.failure = Some(failure.clone());
        self.salvage();
        failure
    }

    /// Leaves whole lines and whole samples. Best effort: the first error has been told, and the library repairs
    /// what this cannot.
    fn salvage(&mut self) {
        let _ = self.audio.salvage();
        if self.events.metadata().is_ok_and(|file| file.len() > self.events_bytes) {
            let _ = self.events.set_len(self.events_bytes);
        }
    }
}

impl Drop for Recorder {
    /// Hands over what a program that unwinds has not; errors have nobody to be told to any more.
    fn drop(&mut self) {
        if self.failure.is_none() && self.audio.flush().and_then(|()| self.audio.patch_header()).is_err() {
            self.salvage();
        }
    }
}

fn full(folder: &Path, error: &io::Error, rate_hz: u32) -> StoreError {
    StoreError::Full {
        folder: folder.to_path_buf(),
        reason: error.to_string(),
        mb_per_hour: store::mb_per_hour(rate_hz),
    }
}

/// The session time after `frames` samples at `rate_hz`, rounded up.
pub(super) fn at_16_khz(frames: u64, rate_hz: u32) -> SampleTime {
    let samples = (u128::from(frames) * u128::from(SAMPLE_RATE_HZ)).div_ceil(u128::from(rate_hz.max(1)));
    SampleTime(u64::try_from(samples).unwrap_or(u64::MAX))
}
