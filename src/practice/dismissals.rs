//! The findings that were dismissed, kept in the data folder for all sessions to come: `dismissals.json`.
//!
//! The file is written as a whole, under a lock, so that two programs lose nothing of each other's. One that cannot be
//! read is set aside under another name and told; it is never written over.

use crate::session::event::Dismissal;
use crate::session::store::{StoreError, local_now, replace_file, started_text};
use crate::text::explain::Explain;
use rust_i18n::t;
use serde::{Deserialize, Serialize};
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

const FILE: &str = "dismissals.json";
const LOCK_FILE: &str = "dismissals.lock";
/// Version of the file's form.
const SCHEMA: u32 = 1;
/// Names that are tried for a file that is set aside.
const MOST_ASIDE: u32 = 1000;

/// One dismissal that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Number by which it is taken back; never given twice.
    pub id: u32,
    /// Local date and time of the dismissal, RFC 3339.
    pub at: String,
    /// What was dismissed.
    #[serde(flatten)]
    pub dismissal: Dismissal,
}

/// All that are kept, oldest first, and what was wrong with their file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shelf {
    /// The dismissals.
    pub kept: Vec<Kept>,
    /// Where a file that could not be read lies now.
    pub set_aside: Option<PathBuf>,
}

/// A dismissal that was taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// It; none where there was none of this number.
    pub kept: Option<Kept>,
    /// Where a file that could not be read lies now.
    pub set_aside: Option<PathBuf>,
}

#[derive(Serialize, Deserialize)]
struct Document {
    schema: u32,
    next_id: u32,
    dismissals: Vec<Kept>,
}

impl Default for Document {
    fn default() -> Self {
        Self { schema: SCHEMA, next_id: 1, dismissals: Vec::new() }
    }
}

impl Shelf {
    /// What was dismissed, for the header of a session.
    pub fn dismissals(&self) -> Vec<Dismissal> {
        self.kept.iter().map(|kept| kept.dismissal.clone()).collect()
    }
}

/// What a person is told of a file that was set aside.
pub fn set_aside_text(path: &Path, locale: &str) -> String {
    t!("dismissals.set_aside", locale = locale, path = path.display()).into_owned()
}

/// What was dismissed before a session, for its header. What is wrong with the file is handed to `tell`, a sentence
/// each, and keeps nobody from practising.
pub fn for_session(root: &Path, locale: &str, tell: &mut dyn FnMut(String)) -> Vec<Dismissal> {
    let shelf = read(root).unwrap_or_else(|error| {
        tell(error.explain(locale));
        Shelf::default()
    });
    if let Some(path) = &shelf.set_aside {
        tell(set_aside_text(path, locale));
    }
    shelf.dismissals()
}

/// Everything that is kept under `root`; nothing where nothing was.
///
/// # Errors
/// [`StoreError::Io`], and [`StoreError::Newer`] for the file of a newer version, which is left as it is.
pub fn read(root: &Path) -> Result<Shelf, StoreError> {
    if !root.join(FILE).exists() {
        return Ok(Shelf::default());
    }
    let _lock = lock(root)?;
    let (document, set_aside) = load(root)?;
    Ok(Shelf { kept: document.dismissals, set_aside })
}

/// Keeps a dismissal; one that is there already stays as it is. Answers with where a file that could not be read lies
/// now.
///
/// # Errors
/// As [`read`].
pub fn add(root: &Path, dismissal: &Dismissal) -> Result<Option<PathBuf>, StoreError> {
    change(root, |document| {
        if document.dismissals.iter().all(|kept| kept.dismissal != *dismissal) {
            let kept = Kept { id: document.next_id, at: started_text(&local_now()), dismissal: dismissal.clone() };
            document.dismissals.push(kept);
            document.next_id += 1;
        }
    })
}

/// Takes a dismissal back. Answers as [`add`].
///
/// # Errors
/// As [`read`].
pub fn forget(root: &Path, dismissal: &Dismissal) -> Result<Option<PathBuf>, StoreError> {
    change(root, |document| document.dismissals.retain(|kept| kept.dismissal != *dismissal))
}

/// Takes the dismissal with this number back and answers with it.
///
/// # Errors
/// As [`read`].
pub fn restore(root: &Path, id: u32) -> Result<Restored, StoreError> {
    let mut kept = None;
    let set_aside = change(root, |document| {
        kept = document.dismissals.iter().find(|kept| kept.id == id).cloned();
        document.dismissals.retain(|kept| kept.id != id);
    })?;
    Ok(Restored { kept, set_aside })
}

fn change(root: &Path, change: impl FnOnce(&mut Document)) -> Result<Option<PathBuf>, StoreError> {
    std::fs::create_dir_all(root).map_err(|error| failed("make", root, &error))?;
    let _lock = lock(root)?;
    let (mut document, set_aside) = load(root)?;
    change(&mut document);
    let path = root.join(FILE);
    let write = || -> io::Result<()> { replace_file(&path, &serde_json::to_vec_pretty(&document)?) };
    write().map_err(|error| failed("write", &path, &error))?;
    Ok(set_aside)
}

/// The file's contents; sets the file aside when it is damaged. The lock is held.
fn load(root: &Path) -> Result<(Document, Option<PathBuf>), StoreError> {
    let path = root.join(FILE);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok((Document::default(), None)),
        Err(error) => return Err(failed("read", &path, &error)),
    };
    #[derive(Deserialize)]
    struct Head {
        schema: u64,
    }
    if let Ok(Head { schema }) = serde_json::from_slice(&bytes)
        && schema > u64::from(SCHEMA)
    {
        return Err(StoreError::Newer { path, found: schema, known: SCHEMA });
    }
    if let Ok(document) = serde_json::from_slice(&bytes) {
        return Ok((document, None));
    }
    let aside = (1..=MOST_ASIDE).map(|number| root.join(format!("dismissals.damaged-{number}.json")));
    let aside = aside.into_iter().find(|aside| !aside.exists()).unwrap_or_else(|| root.join("dismissals.damaged.json"));
    std::fs::rename(&path, &aside).map_err(|error| failed("move", &path, &error))?;
    Ok((Document::default(), Some(aside)))
}

/// Held until it is dropped; the system frees it when the program dies.
fn lock(root: &Path) -> Result<File, StoreError> {
    let path = root.join(LOCK_FILE);
    let take = || -> io::Result<File> {
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
        file.lock()?;
        Ok(file)
    };
    take().map_err(|error| failed("lock", &path, &error))
}

fn failed(action: &'static str, path: &Path, error: &io::Error) -> StoreError {
    StoreError::Io { action, path: path.to_path_buf(), reason: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dismissal(before: &str) -> Dismissal {
        Dismissal {
            rule: "ban-08".into(),
            phrase: "我不知道".into(),
            before: before.into(),
            text: "我不知道".into(),
            after: String::new(),
        }
    }

    #[test]
    fn what_is_dismissed_stays_until_it_is_taken_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = &folder.path().join("not there yet");
        assert_eq!(read(root).expect("nothing"), Shelf::default());
        for before in ["这个", "那件事", "这个"] {
            add(root, &dismissal(before)).expect("added");
        }
        let shelf = read(root).expect("read");
        assert_eq!(shelf.kept.iter().map(|kept| kept.id).collect::<Vec<_>>(), [1, 2], "the same is kept once");
        assert_eq!(restore(root, 2).expect("restored").kept.map(|kept| kept.dismissal), Some(dismissal("那件事")));
        assert_eq!(restore(root, 2).expect("nothing to do"), Restored::default());
        add(root, &dismissal("账单")).expect("added");
        forget(root, &dismissal("这个")).expect("forgotten");
        let shelf = read(root).expect("read");
        assert_eq!((shelf.kept.len(), shelf.kept[0].id), (1, 3), "a number is never given twice");
        assert_eq!(shelf.dismissals(), [dismissal("账单")]);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_set_aside_and_not_lost() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        for damaged in ["{\"schema\": 1, \"next", "[]"] {
            std::fs::write(root.join(FILE), damaged).expect("written");
            let shelf = read(root).expect("set aside");
            let aside = shelf.set_aside.expect("a name");
            assert_eq!((std::fs::read_to_string(aside).expect("there"), shelf.kept.len()), (damaged.to_owned(), 0));
        }
        let third = root.join("dismissals.damaged-3.json");
        std::fs::write(root.join(FILE), "nothing").expect("written");
        assert_eq!(add(root, &dismissal("这个")).expect("added"), Some(third.clone()), "a change tells it too");
        assert_eq!(read(root).expect("read").kept.len(), 1);
        assert_eq!(std::fs::read_to_string(third).expect("there"), "nothing");
        std::fs::write(root.join(FILE), "damaged").expect("written");
        let restored = restore(root, 1).expect("nothing to do");
        assert_eq!(restored, Restored { kept: None, set_aside: Some(root.join("dismissals.damaged-4.json")) });
        assert_eq!(add(root, &dismissal("这个")).expect("added"), None);
    }

    #[test]
    fn the_file_of_a_newer_version_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let newer = "{\"schema\": 2, \"all\": {}}";
        std::fs::write(folder.path().join(FILE), newer).expect("written");
        assert!(matches!(read(folder.path()), Err(StoreError::Newer { found: 2, .. })));
        assert!(add(folder.path(), &dismissal("这个")).is_err());
        assert_eq!(std::fs::read_to_string(folder.path().join(FILE)).expect("there"), newer);
    }
}
