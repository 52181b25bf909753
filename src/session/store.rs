//! What recorder and library share: where sessions lie, what their files are called, who holds them, and what
//! can go wrong.
//!
//! A session is one folder, `<root>/sessions/<id>/`, with
//! - `audio.wav`: the voice at the source's rate, mono, 16 bit ([`super::wav`]);
//! - `events.jsonl`: one [`super::event::SessionEvent`] per line, only ever appended to ([`super::log`]);
//! - `amended.jsonl`: what people said about it afterwards, in the same form, only ever appended to ([`super::amendments`]);
//! - `summary.json`: written last, as a whole; a session that has one is complete;
//! - `lock`: empty, locked while a program writes the session. The system frees the lock when that program dies.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Folder under the root that holds one folder per session.
pub const SESSIONS_FOLDER: &str = "sessions";
/// File name of the recording.
pub const AUDIO_FILE: &str = "audio.wav";
/// File name of the event log.
pub const EVENTS_FILE: &str = "events.jsonl";
/// File name of what was said about a finished session.
pub const AMENDED_FILE: &str = "amended.jsonl";
/// File name of the summary.
pub const SUMMARY_FILE: &str = "summary.json";
/// File name of the lock.
pub const LOCK_FILE: &str = "lock";
/// Ending of a folder whose deletion has begun; no id has it, so such a folder is no session any more.
pub(super) const DELETING_SUFFIX: &str = ".deleting";
/// Environment variable that names another root.
pub const ROOT_VARIABLE: &str = "VOICEMIRROR_DATA";

/// Local date, time and time zone.
pub type LocalTime = jiff::Zoned;

/// What can go wrong with stored sessions. Every sentence says what happened, to which file, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The system names no data folder for this user.
    #[error("this user has no data folder to keep sessions in; set {ROOT_VARIABLE} to a folder that may be written to")]
    NoHome,
    /// No session can be started in this folder.
    #[error(
        "sessions cannot be kept in {folder}: {reason}; allow writing there, or set {ROOT_VARIABLE} to another folder",
        folder = folder.display()
    )]
    Unwritable {
        /// The folder, as far as it could be made.
        folder: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// The disk is full, or a limit on space or file size is reached.
    #[error(
        "there is no space left for the session in {folder} ({reason}); everything up to here is kept; free some \
         space on that disk (one hour of recording takes about {mb_per_hour} MB) and try again",
        folder = folder.display()
    )]
    Full {
        /// The session's folder.
        folder: PathBuf,
        /// The system's reason.
        reason: String,
        /// Megabytes that one hour of this session takes.
        mb_per_hour: u64,
    },
    /// The session's folder was removed or its disk unplugged during the session.
    #[error(
        "the session's folder {folder} is gone: it was deleted or moved, or its disk was unplugged; start a new session",
        folder = folder.display()
    )]
    Vanished {
        /// The folder.
        folder: PathBuf,
    },
    /// The system refuses something else.
    #[error("cannot {action} {path}: {reason}; check that the disk is connected and that you may read and write there", path = path.display())]
    Io {
        /// What was tried, e.g. `read`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// A number of the event is infinite or no number; JSON cannot hold it, so the line could not be read again.
    #[error("an event of type {kind} holds an infinite or undefined number and was not stored in {path}; please report this as a bug", path = path.display())]
    NotFinite {
        /// Type of the event.
        kind: String,
        /// The log.
        path: PathBuf,
    },
    /// The header has no sample rate.
    #[error("the session from {source_name:?} has a sample rate of 0 Hz and cannot be recorded; choose another input")]
    NoRate {
        /// File or device.
        source_name: String,
    },
    /// What was given is no session id (and must never become part of a path).
    #[error("{id:?} is not a session id; ids look like 20260131-094502-7f3a, `voicemirror sessions list` shows them")]
    BadId {
        /// What was given.
        id: String,
    },
    /// No session has this id.
    #[error("there is no session {id} in {folder}; `voicemirror sessions list` shows those present", folder = folder.display())]
    NotFound {
        /// The id, its beginning, or `last`.
        id: String,
        /// The folder of the sessions.
        folder: PathBuf,
    },
    /// Several ids begin this way.
    #[error("{prefix:?} stands for several sessions ({}); give more of the id", matches.join(", "))]
    Ambiguous {
        /// What was given.
        prefix: String,
        /// The ids that begin this way, at most five.
        matches: Vec<String>,
    },
    /// A program is writing this session.
    #[error("session {id} is running in a Voice Mirror window or command; stop it there first")]
    Running {
        /// The session.
        id: String,
    },
    /// Nothing of the session can be read.
    #[error("{path} is damaged: {reason}; restore the file from a backup, or delete the session", path = path.display())]
    Damaged {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A later version of the program wrote the session.
    #[error("{path} was written by a newer Voice Mirror (log version {found}, this one reads up to {known}); update the program", path = path.display())]
    Newer {
        /// The log.
        path: PathBuf,
        /// Version of its form.
        found: u64,
        /// Newest version that this program reads.
        known: u32,
    },
}

impl StoreError {
    /// `error` met while trying to `action` the file or folder at `path`.
    pub(super) fn io(action: &'static str, path: &Path, error: &io::Error) -> Self {
        if is_full(error) {
            let folder = path.parent().unwrap_or(path).to_path_buf();
            return Self::Full { folder, reason: error.to_string(), mb_per_hour: mb_per_hour(48_000) };
        }
        Self::Io { action, path: path.to_path_buf(), reason: error.to_string() }
    }
}

/// Whether `error` says that there is no room for more bytes.
pub(super) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
}

/// Megabytes that an hour of sound at `rate_hz` takes, its events included.
pub(super) fn mb_per_hour(rate_hz: u32) -> u64 {
    // 16-bit samples, and about 10 MB of events.
    u64::from(rate_hz) * 2 * 3600 / 1_000_000 + 10
}

/// Folder under which all sessions are kept: `VOICEMIRROR_DATA` when set, else the platform's data folder.
///
/// # Errors
/// [`StoreError::NoHome`] when neither exists.
pub fn default_root() -> Result<PathBuf, StoreError> {
    if let Some(folder) = std::env::var_os(ROOT_VARIABLE).filter(|folder| !folder.is_empty()) {
        return Ok(PathBuf::from(folder));
    }
    let project = directories::ProjectDirs::from("", "", "VoiceMirror").ok_or(StoreError::NoHome)?;
    Ok(project.data_dir().to_path_buf())
}

/// The computer's date and time, for [`super::recorder::Recorder::create`].
pub fn local_now() -> LocalTime {
    jiff::Zoned::now()
}

/// RFC 3339 with milliseconds and UTC offset, for [`super::event::Header::started_at`].
pub fn started_text(started: &LocalTime) -> String {
    started.strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
}

/// Milliseconds since 1970 of an RFC 3339 text; none when it is no such text.
pub(super) fn unix_millis(started_at: &str) -> Option<i64> {
    started_at.parse::<jiff::Timestamp>().ok().map(|at| at.as_millisecond())
}

/// The start that the id tells, RFC 3339, for sessions whose log does not tell it.
pub(super) fn started_text_of_id(id: &str) -> Option<String> {
    let local = jiff::civil::DateTime::strptime("%Y%m%d-%H%M%S", id.get(..15)?).ok()?;
    local.to_zoned(jiff::tz::TimeZone::system()).ok().map(|at| started_text(&at))
}

/// The `number`-th id to try for a session that starts at `started`.
///
/// The time orders the ids for people; the random part keeps two programs that start in the same second from
/// trying the same id at first. That no id is used twice does not rest on it, but on making the folder.
pub(super) fn candidate_id(started: &LocalTime, number: u32) -> String {
    // Every `RandomState` has its own random keys.
    let random = RandomState::new().hash_one((std::process::id(), number));
    format!("{}-{:04x}", started.strftime("%Y%m%d-%H%M%S"), random & 0xffff)
}

/// Whether `id` has the form `YYYYMMDD-HHMMSS-xxxx`; anything else never becomes part of a path.
pub(super) fn is_id(id: &str) -> bool {
    id.len() == 20
        && id.bytes().enumerate().all(|(place, byte)| match place {
            8 | 15 => byte == b'-',
            16.. => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
            _ => byte.is_ascii_digit(),
        })
}

/// A session's lock, held until dropped.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Makes and takes the lock of a folder that was just made. Waits for library readers that are probing it.
    pub(super) fn create(folder: &Path) -> io::Result<Self> {
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(folder.join(LOCK_FILE))?;
        file.lock()?;
        Ok(Self { _file: file })
    }

    /// Takes the lock of an existing session; none when a program is writing the session.
    pub(super) fn take(folder: &Path) -> io::Result<Option<Self>> {
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(folder.join(LOCK_FILE))?;
        for _ in 0..20 {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Self { _file: file })),
                // Perhaps only a list being made, which is over in microseconds.
                Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(5)),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Whether a program is writing the session. Leaves nothing behind, and works in a folder that is read only.
    pub(super) fn is_held(folder: &Path) -> bool {
        let Ok(file) = File::open(folder.join(LOCK_FILE)) else { return false };
        // Shared, so that two lists being made at once do not take each other for a recorder.
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }
}

/// Makes `folder` and what leads to it, readable by this user only: voices are personal.
pub(super) fn make_private_folder(folder: &Path, with_parents: bool) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(with_parents);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// Writes `bytes` to `path` so that after a crash there is either the old file or the whole new one.
///
/// # Errors
/// What the system says; the old file stays.
pub fn replace_file(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("tmp");
    let written = (|| {
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        drop(file);
        fs::rename(&temporary, path)
    })();
    if written.is_err() {
        // Best effort: the first error is the one to tell.
        let _ = fs::remove_file(&temporary);
        return written;
    }
    sync_folder(path.parent().unwrap_or(path));
    Ok(())
}

/// Moves a file into `folder`, which is made where it is not there; a file of the same name there stays. Answers with
/// where the file is.
///
/// # Errors
/// [`StoreError::Io`]; the file is then where it was.
pub fn move_aside(path: &Path, folder: &Path) -> Result<PathBuf, StoreError> {
    let part = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
    let (stem, ending) = (part(path.file_stem()), part(path.extension()));
    let names = std::iter::once(part(path.file_name())).chain((2..).map(|number| format!("{stem}-{number}.{ending}")));
    let aside = names.map(|name| folder.join(name)).find(|path| !path.exists()).unwrap_or_else(|| folder.to_owned());
    fs::create_dir_all(folder).map_err(|error| StoreError::io("create", folder, &error))?;
    fs::rename(path, &aside).map_err(|error| StoreError::io("delete", path, &error))?;
    Ok(aside)
}

/// [`replace_file`], in a folder that need not exist yet.
///
/// # Errors
/// [`StoreError::Io`].
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let write = || -> io::Result<()> {
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        replace_file(path, bytes)
    };
    write().map_err(|error| StoreError::Io { action: "write", path: path.to_path_buf(), reason: error.to_string() })
}

/// Length of a file in bytes; 0 where there is none.
pub(super) fn length_of(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |file| file.len())
}

/// Asks the system to keep names made in `folder` across a power cut. Not every system can; that is no error.
pub fn sync_folder(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_ids_are_ids() {
        assert!(is_id("20260131-094502-7f3a"));
        for wrong in [
            "",
            "last",
            "..",
            "../../etc/passwd",
            "20260131-094502-7F3A",
            "20260131-094502-7f3a/",
            "20260131/094502-7f3a",
        ] {
            assert!(!is_id(wrong), "{wrong}");
        }
    }

    #[test]
    fn an_id_tells_the_local_time_of_the_start() {
        let started: LocalTime = "2026-01-31T09:45:02.5+08:00[Asia/Shanghai]".parse().expect("a time");
        assert_eq!(started_text(&started), "2026-01-31T09:45:02.500+08:00");
        let id = candidate_id(&started, 0);
        assert!(is_id(&id) && id.starts_with("20260131-094502-"), "{id}");
        assert_eq!(unix_millis("2026-01-31T09:45:02.500+08:00"), Some(1_769_823_902_500));
        assert!(started_text_of_id(&id).is_some_and(|text| text.starts_with("2026-01-31T09:45:02.000")));
        assert_eq!(started_text_of_id("20261399-999999-0000"), None);
    }
}
