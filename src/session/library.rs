//! The stored sessions of one root: listed, read, found by id, deleted. Recovery is in [`super::recover`].
//!
//! Nothing here trusts a file: one damaged session is listed as such and never hides the others.

use super::amendments;
use super::entry::{self, Digest};
pub use super::entry::{Entry, State};
use super::event::SessionEvent;
use super::log;
use super::recorder::at_16_khz;
use super::store::{self, Lock, StoreError};
use super::timeline::Timeline;
use super::wav;
use std::cmp::Reverse;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Word that stands for the newest session.
pub const LAST: &str = "last";

/// The sessions under one root. Holds nothing open, so that any number may exist beside each other and a recorder.
#[derive(Clone, Debug)]
pub struct Library {
    sessions: PathBuf,
}

/// A session as it was read from disk.
#[derive(Clone, Debug)]
pub struct Stored {
    /// What lists show of it.
    pub entry: Entry,
    /// Its events in order.
    pub events: Vec<SessionEvent>,
    /// The fold over its events. `header` is none when the log's first line is damaged.
    pub timeline: Timeline,
    /// Its recording; none when there is none. Beyond 4 GiB the file does not state its length ([`super::wav`]).
    pub audio_path: Option<PathBuf>,
    /// Its summary, as it was given to the recorder; none until the session is complete.
    pub summary: Option<serde_json::Value>,
    /// What could not be read, a sentence each.
    pub warnings: Vec<String>,
}

impl Library {
    /// The sessions under `root`, which need not exist yet.
    pub fn open(root: impl AsRef<Path>) -> Self {
        Self { sessions: root.as_ref().join(store::SESSIONS_FOLDER) }
    }

    /// The folder that holds one folder per session.
    pub fn folder(&self) -> &Path {
        &self.sessions
    }

    /// All sessions, newest first. Complete ones cost one small read, the others a pass over their log.
    ///
    /// # Errors
    /// [`StoreError::Io`] when the folder of the sessions cannot be read. A damaged session is no error.
    pub fn list(&self) -> Result<Vec<Entry>, StoreError> {
        let mut entries: Vec<Entry> = self.ids()?.iter().map(|id| self.entry(id)).collect();
        // By the moment, not by the id: ids tell local time, which jumps when summer time ends.
        entries.sort_by_cached_key(|entry| Reverse((store::unix_millis(&entry.started_at), entry.id.clone())));
        Ok(entries)
    }

    /// What lists show of one session.
    ///
    /// # Errors
    /// [`StoreError::BadId`] and [`StoreError::NotFound`].
    pub fn get(&self, id: &str) -> Result<Entry, StoreError> {
        self.session_folder(id)?;
        Ok(self.entry(id))
    }

    /// Reads a session, running ones included: they are read as far as they have come.
    ///
    /// # Errors
    /// [`StoreError::BadId`], [`StoreError::NotFound`]; [`StoreError::Io`] when the log cannot be read,
    /// [`StoreError::Damaged`] when no event in it can, [`StoreError::Newer`] when a newer version wrote it. Single
    /// damaged lines are left out and told in [`Stored::warnings`].
    pub fn load(&self, id: &str) -> Result<Stored, StoreError> {
        let folder = self.session_folder(id)?;
        let mut events = Vec::new();
        let log_path = folder.join(store::EVENTS_FILE);
        let state = log::read(&log_path, &mut |event| events.push(event))?;
        if events.is_empty() {
            return Err(StoreError::Damaged { path: log_path, reason: "it holds no event that can be read".into() });
        }
        let amended = amendments::read(&folder)?;
        events.extend(amended.events);
        let audio_path = folder.join(store::AUDIO_FILE);
        Ok(Stored {
            entry: self.entry(id),
            timeline: Timeline::of(&events),
            events,
            audio_path: audio_path.is_file().then_some(audio_path),
            summary: entry::stored_summary(&folder),
            warnings: [state.warnings, amended.warnings].concat(),
        })
    }

    /// Summaries of complete sessions, newest first, out of the newest `most` sessions; each is read when it is asked
    /// for. What cannot be read is left out.
    pub fn newest_summaries(&self, most: usize) -> impl Iterator<Item = serde_json::Value> + '_ {
        let mut ids = self.ids().unwrap_or_default();
        // An id begins with the local time; the hour that summer time repeats does not matter here.
        ids.sort_unstable_by(|a, b| b.cmp(a));
        ids.into_iter().take(most).filter_map(|id| entry::stored_summary(&self.sessions.join(id)))
    }

    /// Deletes a session with everything in it.
    ///
    /// # Errors
    /// [`StoreError::BadId`], [`StoreError::NotFound`], [`StoreError::Running`], [`StoreError::Io`].
    pub fn delete(&self, id: &str) -> Result<(), StoreError> {
        let folder = self.session_folder(id)?;
        let failed = |error: std::io::Error| StoreError::io("delete", &folder, &error);
        let Some(lock) = Lock::take(&folder).map_err(failed)? else {
            return Err(StoreError::Running { id: id.to_owned() });
        };
        // Renamed first: a deletion that is cut off must not leave half a session in the list.
        let doomed = self.sessions.join(format!("{id}{}", store::DELETING_SUFFIX));
        if cfg!(windows) {
            // Windows renames no folder that holds an open file.
            drop(lock);
        }
        fs::rename(&folder, &doomed).map_err(failed)?;
        fs::remove_dir_all(&doomed).map_err(failed)
    }

    /// The id that `text` stands for: a whole id, a beginning that only one id has, or `last` for the newest.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::Ambiguous`], [`StoreError::Io`].
    pub fn resolve(&self, text: &str) -> Result<String, StoreError> {
        let not_found = || StoreError::NotFound { id: text.to_owned(), folder: self.sessions.clone() };
        if text == LAST {
            return self.list()?.into_iter().next().map(|entry| entry.id).ok_or_else(not_found);
        }
        let mut matches = self.ids()?;
        matches.retain(|id| !text.is_empty() && id.starts_with(text));
        match matches.len() {
            0 => Err(not_found()),
            1 => Ok(matches.remove(0)),
            _ => {
                matches.sort();
                matches.truncate(5);
                Err(StoreError::Ambiguous { prefix: text.to_owned(), matches })
            }
        }
    }

    /// Ids of all folders that are sessions, in no order.
    pub(super) fn ids(&self) -> Result<Vec<String>, StoreError> {
        Ok(self.names()?.into_iter().filter(|name| store::is_id(name) && self.sessions.join(name).is_dir()).collect())
    }

    /// Everything that lies in the folder of the sessions; empty when there is no such folder.
    pub(super) fn names(&self) -> Result<Vec<String>, StoreError> {
        let failed = |error: std::io::Error| StoreError::io("read", &self.sessions, &error);
        let folder = match fs::read_dir(&self.sessions) {
            Ok(folder) => folder,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut names = Vec::new();
        for item in folder {
            // A name that is no text is no session.
            names.extend(item.map_err(failed)?.file_name().into_string());
        }
        Ok(names)
    }

    /// The folder of the session `id`. The only way from an id to a path.
    pub(super) fn session_folder(&self, id: &str) -> Result<PathBuf, StoreError> {
        if !store::is_id(id) {
            return Err(StoreError::BadId { id: id.to_owned() });
        }
        let folder = self.sessions.join(id);
        if folder.is_dir() {
            Ok(folder)
        } else {
            Err(StoreError::NotFound { id: id.to_owned(), folder: self.sessions.clone() })
        }
    }

    /// What lists show of the session `id`, however damaged it is.
    pub(super) fn entry(&self, id: &str) -> Entry {
        let folder = self.sessions.join(id);
        if let Some(entry) = entry::from_summary(id, &folder) {
            return entry;
        }
        let mut digest = Digest::default();
        let mut rate_hz = None;
        let read = log::read(&folder.join(store::EVENTS_FILE), &mut |event| {
            digest.take(&event);
            if let SessionEvent::Started(header) = &event {
                rate_hz = Some(header.source.rate_hz);
            }
        });
        amendments::read(&folder).unwrap_or_default().events.iter().for_each(|event| digest.take(event));
        if let Ok(Some(wav)) = wav::inspect(&folder.join(store::AUDIO_FILE), rate_hz) {
            digest.position = digest.position.max(at_16_khz(wav.frames, wav.rate_hz));
        }
        let running = Lock::is_held(&folder);
        if !running && let Some(entry) = entry::from_summary(id, &folder) {
            // It was finished while it was being looked at.
            return entry;
        }
        let state = match read {
            _ if running => State::Running,
            Ok(log) if log.events > 0 => State::CutOff,
            Ok(_) => State::Damaged { reason: format!("{} holds no event that can be read", store::EVENTS_FILE) },
            Err(error) => State::Damaged { reason: error.to_string() },
        };
        digest.entry(id, &folder, state)
    }
}
