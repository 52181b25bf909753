//! The models that the user manages: which are here, files dropped in by hand, files removed.
//!
//! A file gets its name only when it is whole and right: until then it is written beside, as `FILE.part`. So whatever
//! fails, a model that works stays as it is.

mod error;

pub use error::{ModelError, NoAnswer, Tried, megabytes_of};

use super::model::{self, CatalogModel, Flaw, Header};
use crate::session::store::{default_root, sync_folder};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// Ending of a file that is not yet whole.
pub const PART_ENDING: &str = "part";
/// Left free beside a model, so that a session can still be recorded, bytes.
pub const SPACE_TO_SPARE: u64 = 64_000_000;
/// Read and written at once, bytes.
const CHUNK: usize = 1 << 18;

/// Free bytes on the disk of a folder; none when the system does not tell.
pub type FreeSpace = fn(&Path) -> Option<u64>;

/// How far a file has come.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Bytes that are here.
    pub bytes: u64,
    /// Bytes of the whole file.
    pub total: u64,
    /// Bytes a second lately.
    pub bytes_per_s: f64,
}

impl Progress {
    /// The part that is here, 0 … 1.
    pub fn share(&self) -> f32 {
        (self.bytes as f64 / self.total.max(1) as f64).clamp(0.0, 1.0) as f32
    }
}

/// Whether a model is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Whole, as far as size and beginning tell.
    Here {
        /// The file.
        path: PathBuf,
    },
    /// Not on this computer.
    Absent,
    /// Begun.
    Partial {
        /// Bytes that are here.
        bytes: u64,
    },
    /// Here and not what it should be.
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        flaw: Flaw,
    },
}

/// A model of the list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// What the catalogue says; for files that it does not know, what the file says.
    pub model: CatalogModel,
    /// Whether the catalogue knows it.
    pub known: bool,
    /// Whether it is here.
    pub state: State,
}

/// A file that was dropped in by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// Id, or file name when the catalogue does not know it.
    pub id: String,
    /// Where it is now.
    pub path: PathBuf,
    /// Whether the catalogue knows it: then size and SHA-256 are right, else only its beginning was checked.
    pub known: bool,
    /// Whether it understands nothing but English.
    pub english_only: bool,
}

/// The models there are, and the folder that the user's own are kept in.
#[derive(Clone, Debug)]
pub struct Shelf {
    /// Models that are known.
    pub catalog: Vec<CatalogModel>,
    /// The user's folder: the only one that is ever written to.
    pub folder: PathBuf,
    /// Folders that are looked into, best first.
    pub search: Vec<PathBuf>,
    /// How free space is measured.
    pub free_space: FreeSpace,
}

impl Shelf {
    /// The user's models.
    ///
    /// # Errors
    /// [`ModelError::Folder`].
    pub fn open() -> Result<Self, ModelError> {
        let folder = match model::own_folder() {
            Some(folder) => folder,
            None => default_root()?.join("models"),
        };
        Ok(Self { catalog: model::catalog(), folder, search: model::folders(), free_space: free_bytes })
    }

    /// All known models and the user's unknown ones.
    pub fn list(&self) -> Vec<Listed> {
        let known =
            self.catalog.iter().map(|model| Listed { model: model.clone(), known: true, state: self.state(model) });
        known.chain(self.unknown()).collect()
    }

    /// A model of the catalogue by id or file name.
    ///
    /// # Errors
    /// [`ModelError::Unknown`] with the ids there are.
    pub fn known(&self, wanted: &str) -> Result<&CatalogModel, ModelError> {
        let found = self.catalog.iter().find(|model| model.id == wanted || model.file == wanted);
        found.ok_or_else(|| ModelError::Unknown {
            wanted: wanted.to_owned(),
            known: self.catalog.iter().map(|model| model.id.as_str()).collect::<Vec<_>>().join(", "),
        })
    }

    /// Where a model's file is, whole or not.
    pub fn path_of(&self, model: &CatalogModel) -> Option<PathBuf> {
        model::find_in(&self.search, &model.file, Some(model.size_bytes))
    }

    fn state(&self, model: &CatalogModel) -> State {
        let part = || fs::metadata(self.part_path(&model.file)).map(|data| data.len()).unwrap_or(0);
        match self.path_of(model) {
            Some(path) => match fs::metadata(&path).map(|data| data.len()) {
                Ok(size) if size == model.size_bytes => State::Here { path },
                // Something better is on its way.
                _ if part() > 0 => State::Partial { bytes: part() },
                Ok(has) => State::Damaged { path, flaw: Flaw::Size { has, wants: model.size_bytes } },
                Err(error) => State::Damaged { path, flaw: Flaw::Unreadable(error.to_string()) },
            },
            None if part() > 0 => State::Partial { bytes: part() },
            None => State::Absent,
        }
    }

    /// Model files in the user's folder that the catalogue does not know, by name.
    fn unknown(&self) -> Vec<Listed> {
        let Ok(entries) = fs::read_dir(&self.folder) else { return Vec::new() };
        let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "bin"));
        paths.sort();
        let listed = |path: PathBuf| {
            let file = path.file_name()?.to_string_lossy().into_owned();
            if self.catalog.iter().any(|model| model.file == file) {
                return None;
            }
            let size_bytes = fs::metadata(&path).ok()?.len();
            let state = match model::read_header(&path) {
                Ok(_) => State::Here { path },
                Err(flaw) => State::Damaged { path, flaw },
            };
            let model = CatalogModel { id: file.clone(), file, size_bytes, ..CatalogModel::default() };
            Some(Listed { model, known: false, state })
        };
        paths.into_iter().filter_map(listed).collect()
    }

    pub(super) fn part_path(&self, file: &str) -> PathBuf {
        self.folder.join(format!("{file}.{PART_ENDING}"))
    }

    /// Copies a model file into the user's folder, under the catalogue's name where its content is known.
    /// `cancel` stops it; `progress` is told how far it has come.
    ///
    /// # Errors
    /// [`ModelError`]; whatever is in the folder stays as it was.
    pub fn add(
        &self,
        path: &Path,
        cancel: &AtomicBool,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Added, ModelError> {
        let not_a_model = |flaw: Flaw| ModelError::NotAModel { path: path.to_owned(), flaw };
        let data = fs::metadata(path).map_err(|error| not_a_model(Flaw::Unreadable(error.to_string())))?;
        if !data.is_file() {
            return Err(not_a_model(Flaw::NoFile));
        }
        let header = model::read_header(path).map_err(not_a_model)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let named = self.catalog.iter().find(|model| model.file == name);
        let sized = self.catalog.iter().filter(|model| model.size_bytes == data.len());
        if let Some(model) = named
            && model.size_bytes != data.len()
        {
            let flaw = Flaw::Size { has: data.len(), wants: model.size_bytes };
            return Err(ModelError::Mismatch { path: path.to_owned(), file: name, flaw });
        }
        if named.is_none() && sized.clone().next().is_none() && data.len() < model::LEAST_BYTES {
            return Err(not_a_model(Flaw::TooFew(data.len())));
        }
        let mut copy = Copy { shelf: self, from: path, size: data.len(), cancel, progress };
        let sized: Vec<&CatalogModel> = sized.collect();
        copy.run(&name, named, &sized, header)
    }

    /// Removes a model of the user's folder, with what has been fetched of it; answers with the files that are gone.
    ///
    /// # Errors
    /// [`ModelError::Bundled`], [`ModelError::NotHere`], [`ModelError::Io`].
    pub fn remove(&self, wanted: &str) -> Result<Vec<PathBuf>, ModelError> {
        let file = match self.known(wanted) {
            Ok(model) if model.bundled => return Err(ModelError::Bundled { id: model.id.clone() }),
            Ok(model) => model.file.clone(),
            Err(error) => {
                // A plain file name only: this must never become a path to somewhere else.
                let plain = Path::new(wanted).file_name().is_some_and(|name| name == wanted);
                let here = plain && wanted.ends_with(".bin") && self.folder.join(wanted).is_file();
                if here { wanted.to_owned() } else { return Err(error) }
            }
        };
        let part = self.part_path(&file);
        let mut removed = Vec::new();
        for path in [self.folder.join(&file), note_path(&part), part] {
            match fs::remove_file(&path) {
                Ok(()) => removed.push(path),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(io_error("remove", &path, &error)),
            }
        }
        if removed.is_empty() {
            return Err(ModelError::NotHere { id: wanted.to_owned(), folder: self.folder.clone() });
        }
        Ok(removed)
    }

    /// Fails when `missing` more bytes of a file would not fit on the disk.
    pub(super) fn check_space(&self, file: &str, missing: u64) -> Result<(), ModelError> {
        let needed_bytes = missing + SPACE_TO_SPARE;
        match (self.free_space)(&self.folder) {
            Some(free_bytes) if free_bytes < needed_bytes => Err(ModelError::NoSpace {
                file: file.to_owned(),
                folder: self.folder.clone(),
                needed_bytes,
                free_bytes,
            }),
            _ => Ok(()),
        }
    }

    pub(super) fn make_folder(&self) -> Result<(), ModelError> {
        fs::create_dir_all(&self.folder).map_err(|error| io_error("make the folder", &self.folder, &error))
    }
}

/// A file on its way into the user's folder.
struct Copy<'a> {
    shelf: &'a Shelf,
    from: &'a Path,
    size: u64,
    cancel: &'a AtomicBool,
    progress: &'a mut dyn FnMut(Progress),
}

impl Copy<'_> {
    fn run(
        &mut self,
        name: &str,
        named: Option<&CatalogModel>,
        sized: &[&CatalogModel],
        header: Header,
    ) -> Result<Added, ModelError> {
        self.shelf.make_folder()?;
        self.shelf.check_space(name, self.size)?;
        // Not the name of a download, which may be half way.
        let beside = self.shelf.folder.join(format!("{name}.adding"));
        let outcome = self.copy(&beside).and_then(|hash| self.named_by(&hash, name, named, sized));
        let outcome = outcome.and_then(|(file, id, known)| {
            let to = self.shelf.folder.join(&file);
            fs::rename(&beside, &to).map_err(|error| io_error("write", &to, &error))?;
            sync_folder(&self.shelf.folder);
            Ok(Added { id, path: to, known, english_only: header.is_english_only() })
        });
        if outcome.is_err() {
            // What cannot be removed now is overwritten by the next try.
            fs::remove_file(&beside).ok();
        }
        outcome
    }

    fn copy(&mut self, to: &Path) -> Result<String, ModelError> {
        let mut from = File::open(self.from).map_err(|error| io_error("read", self.from, &error))?;
        let mut file = File::create(to).map_err(|error| io_error("write", to, &error))?;
        let (mut hash, mut chunk, mut bytes) = (Sha256::new(), vec![0_u8; CHUNK], 0);
        loop {
            if self.cancel.load(Ordering::Relaxed) {
                let name = self.from.display().to_string();
                return Err(ModelError::Stopped { id: name.clone(), file: name, bytes, total: self.size });
            }
            let read = from.read(&mut chunk).map_err(|error| io_error("read", self.from, &error))?;
            if read == 0 {
                break;
            }
            hash.update(&chunk[..read]);
            file.write_all(&chunk[..read]).map_err(|error| io_error("write", to, &error))?;
            bytes += read as u64;
            (self.progress)(Progress { bytes, total: self.size, bytes_per_s: 0.0 });
        }
        file.sync_all().map_err(|error| io_error("write", to, &error))?;
        Ok(model::hexadecimal(&hash.finalize()))
    }

    /// File name, id, and whether the catalogue knows the content.
    fn named_by(
        &self,
        hash: &str,
        name: &str,
        named: Option<&CatalogModel>,
        sized: &[&CatalogModel],
    ) -> Result<(String, String, bool), ModelError> {
        if let Some(model) = sized.iter().find(|model| model.sha256 == hash) {
            return Ok((model.file.clone(), model.id.clone(), true));
        }
        if let Some(model) = named {
            return Err(ModelError::Mismatch {
                path: self.from.to_owned(),
                file: model.file.clone(),
                flaw: Flaw::hash(hash, &model.sha256),
            });
        }
        let file = if name.ends_with(".bin") { name.to_owned() } else { format!("{name}.bin") };
        Ok((file.clone(), file, false))
    }
}

/// Where a part's origin is written down.
pub(super) fn note_path(part: &Path) -> PathBuf {
    part.with_added_extension("json")
}

pub(super) fn io_error(action: &'static str, path: &Path, error: &std::io::Error) -> ModelError {
    ModelError::Io { action, path: path.to_owned(), reason: error.to_string() }
}

#[cfg(feature = "download")]
fn free_bytes(folder: &Path) -> Option<u64> {
    super::download::free_bytes(folder)
}

#[cfg(not(feature = "download"))]
fn free_bytes(_folder: &Path) -> Option<u64> {
    None
}
