//! What people say about a session that is over: kept beside its log, which is never opened for writing again.
//!
//! `amended.jsonl` has one event per line like the log, and is only ever appended to. The summary says how much of it
//! it takes in, so that one which was not written any more (kill, power cut) is seen and made anew by recovery.

use super::entry::{self, Digest};
use super::event::SessionEvent;
use super::library::{Library, Stored};
use super::log;
use super::recover::{Summarize, append};
use super::store::{self, Lock, StoreError};
use super::timeline::Timeline;
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::Path;

/// What was said about a session.
#[derive(Debug, Default)]
pub(super) struct Amended {
    pub events: Vec<SessionEvent>,
    /// What could not be read, a sentence each.
    pub warnings: Vec<String>,
    /// Length up to the end of the last whole line, in bytes.
    whole_bytes: u64,
    lacks_line_feed: bool,
}

/// Reads what was said about the session in `folder`; nothing where nothing was.
///
/// # Errors
/// As [`log::read`].
pub(super) fn read(folder: &Path) -> Result<Amended, StoreError> {
    let path = folder.join(store::AMENDED_FILE);
    let mut amended = Amended::default();
    if !path.exists() {
        return Ok(amended);
    }
    let state = log::read(&path, &mut |event| amended.events.push(event))?;
    Ok(Amended {
        warnings: state.warnings,
        whole_bytes: state.whole_bytes,
        lacks_line_feed: state.lacks_line_feed,
        ..amended
    })
}

impl Library {
    /// Adds what a person says about a session that is not being recorded, and writes its summary anew: `say` makes
    /// the events from the timeline as it is. Answers with the session as it is then.
    ///
    /// # Errors
    /// As [`Library::load`]; [`StoreError::Running`]; [`StoreError::Io`] or [`StoreError::Full`] when a file cannot be
    /// written: then nothing was added, or only the summary is missing, which recovery makes.
    pub fn amend(
        &self,
        id: &str,
        say: &dyn Fn(&Timeline) -> Vec<SessionEvent>,
        summarize: Summarize<'_>,
    ) -> Result<Stored, StoreError> {
        let folder = self.session_folder(id)?;
        let lock_path = folder.join(store::LOCK_FILE);
        let lock = Lock::take(&folder).map_err(|error| StoreError::io("lock", &lock_path, &error))?;
        let Some(_lock) = lock else { return Err(StoreError::Running { id: id.to_owned() }) };
        let mut stored = self.load(id)?;
        let said = say(&stored.timeline);
        if said.is_empty() {
            return Ok(stored);
        }
        add(&folder, &said)?;
        for event in said {
            stored.timeline.apply(&event);
            stored.events.push(event);
        }
        // A session that was cut off has no summary yet: recovery completes it.
        if stored.timeline.ended.is_some() {
            let summary = summarize(&stored.timeline);
            write_summary(id, &folder, &stored.events, &summary)?;
            stored.summary = Some(summary);
        }
        stored.entry = self.entry(id);
        Ok(stored)
    }
}

/// Appends `events` in one write, behind the last whole line.
fn add(folder: &Path, events: &[SessionEvent]) -> Result<(), StoreError> {
    let path = folder.join(store::AMENDED_FILE);
    let failed = |error: std::io::Error| StoreError::io("write", &path, &error);
    let there = read(folder)?;
    match OpenOptions::new().write(true).create_new(true).open(&path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(failed(error)),
        _ => {}
    }
    let mut lines = Vec::new();
    if there.lacks_line_feed {
        lines.push(b'\n');
    }
    for event in events {
        serde_json::to_writer(&mut lines, event).map_err(|error| failed(error.into()))?;
        lines.push(b'\n');
    }
    append(&path, there.whole_bytes, &lines).map_err(failed)?;
    store::sync_folder(folder);
    Ok(())
}

/// Writes the summary of a session with these events as a whole.
pub(super) fn write_summary(
    id: &str,
    folder: &Path,
    events: &[SessionEvent],
    summary: &serde_json::Value,
) -> Result<(), StoreError> {
    let mut digest = Digest::default();
    events.iter().for_each(|event| digest.take(event));
    digest.amended_bytes = store::length_of(&folder.join(store::AMENDED_FILE));
    let path = folder.join(store::SUMMARY_FILE);
    store::replace_file(&path, &digest.summary_bytes(id, summary))
        .map_err(|error| StoreError::io("write", &path, &error))
}

/// Whether the session has a summary that takes in all that was said about it.
pub(super) fn has_summary(id: &str, folder: &Path) -> bool {
    entry::from_summary(id, folder).is_some()
}
