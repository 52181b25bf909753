//! A file that is not yet whole: `FILE.part` in the user's folder, with a note beside it that says where it is from.

use crate::session::store::sync_folder;
use crate::speech::model::{self, CatalogModel};
use crate::speech::shelf::{self, ModelError, Shelf, io_error};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// Read at once while what is here is hashed, bytes.
const CHUNK: usize = 1 << 20;

/// Where the bytes of a part are from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Note {
    /// SHA-256 of the file that it is to become.
    pub sha256: String,
    /// Site of the last bytes.
    pub source_url: String,
    /// What that site called this version of the file.
    pub etag: Option<String>,
}

/// The file, held by this process alone; hashed as it grows.
pub struct Part {
    file: File,
    path: PathBuf,
    hash: Sha256,
    bytes: u64,
    /// Where it is from.
    pub note: Note,
}

impl Part {
    /// Opens the part of `model`, or begins one. What is here is hashed, unless it belongs to another file. `go_on` is
    /// told how much has been hashed and says whether to go on.
    ///
    /// # Errors
    /// [`ModelError::Busy`], [`ModelError::Io`], [`ModelError::Stopped`].
    pub fn open(shelf: &Shelf, model: &CatalogModel, go_on: &mut dyn FnMut(u64) -> bool) -> Result<Self, ModelError> {
        let path = shelf.part_path(&model.file);
        let mut options = OpenOptions::new();
        let opened = options.read(true).write(true).create(true).truncate(false).open(&path);
        let file = opened.map_err(|error| io_error("write", &path, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(ModelError::Busy { file: model.file.clone() }),
            // A disk on the network without locks: two downloads at once are then up to the user.
            Err(TryLockError::Error(_)) => {}
        }
        let note = fs::read_to_string(shelf::note_path(&path)).ok();
        let note: Note = note.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let mut part = Self { file, path, hash: Sha256::new(), bytes: 0, note };
        let size = part.file.metadata().map_err(|error| part.failed("read", &error))?.len();
        if part.note.sha256 != model.sha256 || size > model.size_bytes {
            part.restart()?;
            part.note = Note { sha256: model.sha256.clone(), ..Note::default() };
            return Ok(part);
        }
        part.hash_what_is_here(go_on).map(|whole| (part, whole)).and_then(|(part, whole)| match whole {
            true => Ok(part),
            false => {
                let (id, file) = (model.id.clone(), model.file.clone());
                Err(ModelError::Stopped { id, file, bytes: size, total: model.size_bytes })
            }
        })
    }

    fn hash_what_is_here(&mut self, go_on: &mut dyn FnMut(u64) -> bool) -> Result<bool, ModelError> {
        let mut chunk = vec![0_u8; CHUNK];
        loop {
            let read = match self.file.read(&mut chunk) {
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.failed("read", &error)),
            };
            if read == 0 {
                return Ok(true);
            }
            self.hash.update(&chunk[..read]);
            self.bytes += read as u64;
            if !go_on(self.bytes) {
                return Ok(false);
            }
        }
    }

    /// Bytes that are here.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Throws away what is here.
    ///
    /// # Errors
    /// [`ModelError::Io`].
    pub fn restart(&mut self) -> Result<(), ModelError> {
        self.file.set_len(0).map_err(|error| self.failed("write", &error))?;
        self.file.seek(SeekFrom::Start(0)).map_err(|error| self.failed("write", &error))?;
        self.hash = Sha256::new();
        self.bytes = 0;
        Ok(())
    }

    /// Writes down where the next bytes are from.
    ///
    /// # Errors
    /// [`ModelError::Io`].
    pub fn keep_note(&mut self, source_url: &str, etag: Option<String>) -> Result<(), ModelError> {
        self.note = Note { sha256: self.note.sha256.clone(), source_url: source_url.to_owned(), etag };
        let path = shelf::note_path(&self.path);
        let text = serde_json::to_vec(&self.note).unwrap_or_default();
        fs::write(&path, text).map_err(|error| io_error("write", &path, &error))
    }

    /// Adds bytes.
    ///
    /// # Errors
    /// [`ModelError::Io`], e.g. when the disk is full.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), ModelError> {
        self.file.write_all(bytes).map_err(|error| self.failed("write", &error))?;
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Gives the file its name, if it is what it should be. A wrong one is removed, and what had the name stays.
    ///
    /// # Errors
    /// [`ModelError::WrongHash`], [`ModelError::Io`].
    pub fn finish(self, model: &CatalogModel, to: &Path) -> Result<(), ModelError> {
        self.file.sync_all().map_err(|error| self.failed("write", &error))?;
        let right = self.bytes == model.size_bytes && model::hexadecimal(&self.hash.clone().finalize()) == model.sha256;
        if !right {
            let source_url = self.note.source_url.clone();
            self.discard();
            return Err(ModelError::WrongHash { file: model.file.clone(), source_url });
        }
        fs::rename(&self.path, to).map_err(|error| io_error("write", to, &error))?;
        fs::remove_file(shelf::note_path(&self.path)).ok();
        if let Some(folder) = to.parent() {
            sync_folder(folder);
        }
        Ok(())
    }

    /// Removes the part.
    pub fn discard(self) {
        // What cannot be removed is emptied by the next try: without a note it belongs to no file.
        fs::remove_file(shelf::note_path(&self.path)).ok();
        fs::remove_file(&self.path).ok();
    }

    /// Removes the part when it is empty: nothing has come, so there is nothing to go on from.
    pub fn leave(self) {
        if self.bytes == 0 {
            self.discard();
        }
    }

    fn failed(&self, action: &'static str, error: &std::io::Error) -> ModelError {
        io_error(action, &self.path, error)
    }
}
