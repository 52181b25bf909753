//! Completing sessions that the program could not: after a crash, a kill, a full disk or a power cut.
//!
//! Every step looks at what is on disk and changes only what is not yet right, so that recovery may itself be cut
//! off and run again.

use super::amendments;
use super::entry::Digest;
use super::event::{EndCause, SessionEvent};
use super::library::{Library, State};
use super::log::{self, LogState};
use super::recorder::at_16_khz;
use super::store::{self, Lock, StoreError};
use super::timeline::Timeline;
use super::wav;
use crate::time::{SampleTime, clock_text};
use serde_json::Value;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::Path;

/// What recovering a session has done.
#[derive(Clone, Debug, PartialEq)]
pub struct Recovered {
    /// The session.
    pub id: String,
    /// Whether anything had to be changed.
    pub changed: bool,
    /// Its length, in seconds.
    pub duration_s: f64,
    /// What was lost or mended, a sentence each; empty when nothing was.
    pub notes: Vec<String>,
}

/// Makes a summary from a session's timeline, whose `header` is none when the log's first line is damaged.
pub type Summarize<'a> = &'a dyn Fn(&Timeline) -> Value;

impl Library {
    /// Completes a session that was cut off: removes a torn line and half a sample, repairs the recording's header,
    /// adds [`SessionEvent::Ended`] and writes the summary that `summarize` makes. A session that lacks nothing
    /// stays as it is.
    ///
    /// # Errors
    /// [`StoreError::BadId`], [`StoreError::NotFound`], [`StoreError::Running`]; [`StoreError::Damaged`] or
    /// [`StoreError::Newer`] when the log cannot be read, and then only the recording is repaired;
    /// [`StoreError::Io`] or [`StoreError::Full`] when a file cannot be written: recover again later.
    pub fn recover(&self, id: &str, summarize: Summarize<'_>) -> Result<Recovered, StoreError> {
        let folder = self.session_folder(id)?;
        let lock_path = folder.join(store::LOCK_FILE);
        let lock = Lock::take(&folder).map_err(|error| StoreError::io("lock", &lock_path, &error))?;
        let Some(_lock) = lock else { return Err(StoreError::Running { id: id.to_owned() }) };

        let mut events = Vec::new();
        let log_path = folder.join(store::EVENTS_FILE);
        let read = log::read(&log_path, &mut |event| events.push(event));
        let rate_hz = events.iter().find_map(|event| match event {
            SessionEvent::Started(header) => Some(header.source.rate_hz),
            _ => None,
        });
        let mut notes = Vec::new();
        let audio_end = repair_audio(&folder.join(store::AUDIO_FILE), rate_hz, &mut notes)?;
        let log = read?;
        if events.is_empty() {
            let reason = "it holds no event that can be read (the recording beside it is kept)".to_owned();
            return Err(StoreError::Damaged { path: log_path, reason });
        }
        let log_changed = repair_log(&log_path, &log, &mut events, audio_end, &mut notes)?;
        let amended = amendments::read(&folder)?;
        events.extend(amended.events);
        let mut digest = Digest::default();
        events.iter().for_each(|event| digest.take(event));
        if log_changed || !amendments::has_summary(id, &folder) {
            amendments::write_summary(id, &folder, &events, &summarize(&Timeline::of(&events)))?;
            notes.push("the summary was written anew".into());
        }
        let changed = !notes.is_empty();
        notes.extend(log.warnings);
        notes.extend(amended.warnings);
        Ok(Recovered { id: id.to_owned(), changed, duration_s: digest.position.seconds(), notes })
    }

    /// Recovers every session that was cut off, and clears away what a cut-off deletion or a start that wrote
    /// nothing has left; to be called when the program starts. One that fails does not keep others from recovery.
    ///
    /// # Errors
    /// [`StoreError::Io`] when the folder of the sessions cannot be read.
    #[expect(clippy::type_complexity, reason = "each session has its own outcome, told beside its id")]
    pub fn recover_all(
        &self,
        summarize: Summarize<'_>,
    ) -> Result<Vec<(String, Result<Recovered, StoreError>)>, StoreError> {
        for name in self.names()?.iter().filter(|name| name.ends_with(store::DELETING_SUFFIX)) {
            // Best effort: it is no session any more, and the next start tries again.
            let _ = fs::remove_dir_all(self.folder().join(name));
        }
        let mut outcomes = Vec::new();
        for entry in self.list()? {
            match entry.state {
                State::Complete | State::Running => {}
                State::Damaged { .. } if self.remove_if_empty(&entry.path) => {}
                State::CutOff | State::Damaged { .. } => {
                    let outcome = self.recover(&entry.id, summarize);
                    outcomes.push((entry.id, outcome));
                }
            }
        }
        Ok(outcomes)
    }

    /// Removes the folder of a session that was killed before it had written anything.
    fn remove_if_empty(&self, folder: &Path) -> bool {
        let Ok(Some(_lock)) = Lock::take(folder) else { return false };
        let length = |name: &str| match fs::metadata(folder.join(name)) {
            Ok(file) => file.len(),
            Err(error) if error.kind() == ErrorKind::NotFound => 0,
            Err(_) => u64::MAX,
        };
        if length(store::EVENTS_FILE) > 0 || length(store::AUDIO_FILE) > wav::HEADER_BYTES {
            return false;
        }
        // The lock goes last and the folder only when empty: a recorder that is just starting here either waits for
        // the lock and then finds no folder, or keeps its folder.
        for name in [store::EVENTS_FILE, store::AUDIO_FILE, store::LOCK_FILE] {
            let _ = fs::remove_file(folder.join(name));
        }
        fs::remove_dir(folder).is_ok()
    }
}

/// Makes the recording sound; returns where in the session it ends.
fn repair_audio(path: &Path, rate_hz: Option<u32>, notes: &mut Vec<String>) -> Result<SampleTime, StoreError> {
    let state = match wav::inspect(path, rate_hz) {
        Ok(Some(state)) => state,
        Ok(None) => {
            notes.push(format!("{} has a damaged header and no known rate; it was left as it is", path.display()));
            return Ok(SampleTime::ZERO);
        }
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(SampleTime::ZERO),
        Err(error) => return Err(StoreError::io("read", path, &error)),
    };
    if !state.sound {
        wav::repair(path, state).map_err(|error| StoreError::io("repair", path, &error))?;
        notes.push("the recording's header was brought in line with its length".into());
    }
    Ok(at_16_khz(state.frames, state.rate_hz))
}

/// Makes the log end with a whole line that says that the session has ended; returns whether it was changed.
fn repair_log(
    path: &Path,
    log: &LogState,
    events: &mut Vec<SessionEvent>,
    audio_end: SampleTime,
    notes: &mut Vec<String>,
) -> Result<bool, StoreError> {
    let mut tail = Vec::new();
    if log.lacks_line_feed {
        tail.push(b'\n');
    }
    let torn = log.file_bytes - log.whole_bytes;
    if torn > 0 {
        notes.push(format!("a torn line of {torn} bytes at the end of the log was removed"));
    }
    if !events.iter().any(|event| matches!(event, SessionEvent::Ended { .. })) {
        let at = events.iter().map(log::reach).fold(audio_end, SampleTime::max);
        let ended = SessionEvent::Ended { at, cause: EndCause::Recovered };
        serde_json::to_writer(&mut tail, &ended)
            .map_err(|error| StoreError::io("write", path, &io::Error::from(error)))?;
        tail.push(b'\n');
        events.push(ended);
        let clock = clock_text(at);
        notes.push(format!("the session was cut off at {clock}; at most the second before that is lost"));
    }
    if tail.is_empty() && torn == 0 {
        return Ok(false);
    }
    append(path, log.whole_bytes, &tail).map_err(|error| StoreError::io("repair", path, &error))?;
    Ok(true)
}

/// Cuts the file at `whole_bytes` and adds `tail`.
pub(super) fn append(path: &Path, whole_bytes: u64, tail: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    file.set_len(whole_bytes)?;
    file.seek(SeekFrom::Start(whole_bytes))?;
    file.write_all(tail)?;
    file.sync_all()
}
