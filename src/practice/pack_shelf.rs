//! The user's own wording packs: files `*.toml` in the folder `packs` of the data folder, made and edited in the window
//! or in a text editor.

use super::pack_editor::{Form, ItemKey, document};
use super::setup::{SetupError, pack_of_text, read_text};
use crate::session::event::Language;
use crate::session::store::{StoreError, move_aside, write_whole};
use crate::wording::{Pack, PackError};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// Folder of the user's own packs, in the data folder.
const FOLDER: &str = "packs";
/// Folder in it that keeps the last text of each pack that could be used, for the next start.
const GOOD_FOLDER: &str = "last-good";
/// Folder in it that deleted packs are moved to: what a trainer wrote is not lost with one click.
const DELETED_FOLDER: &str = "deleted";

/// The folder of the user's own packs.
#[derive(Clone, Debug)]
pub struct PackShelf {
    folder: PathBuf,
}

/// A pack that was read, apart from and together with the one below.
#[derive(Clone, Debug)]
pub struct OwnPack {
    /// Its text.
    pub text: String,
    /// What stands in its own file.
    pub upper: Pack,
    /// What it lies over.
    pub below: Option<Pack>,
    /// Both: what sessions are listened to with.
    pub whole: Arc<Pack>,
}

impl OwnPack {
    /// Its text with what is in `form` in the place of `old`, or behind the last of its kind: an entry replaces the
    /// same one of the pack below.
    ///
    /// # Errors
    /// [`PackError::Syntax`] when the text is no TOML.
    pub fn with(&self, old: Option<&ItemKey>, form: &Form) -> Result<String, PackError> {
        let replace = match form.key() {
            ItemKey::Entry(key) => {
                self.below.as_ref().is_some_and(|below| below.entries.iter().any(|entry| key.fits(entry)))
            }
            ItemKey::Cue(_) | ItemKey::Words(_) => false,
        };
        document::put(&self.text, old, form, replace)
    }
}

/// When each file was last written and how long it is, bytes: another value means that something was changed.
pub type Stamps = BTreeMap<String, (Option<SystemTime>, u64)>;

impl PackShelf {
    /// The packs under `root`, the data folder, which need not exist yet.
    pub fn open(root: &Path) -> Self {
        Self { folder: root.join(FOLDER) }
    }

    /// The file of a pack.
    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.join(file)
    }

    /// The state of all packs; their names are its keys. Empty where the folder cannot be read.
    pub fn stamps(&self) -> Stamps {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return Stamps::new() };
        let stamp = |entry: std::fs::DirEntry| {
            let name = entry.file_name().into_string().ok().filter(|name| name.ends_with(".toml"))?;
            let about = std::fs::metadata(entry.path()).ok().filter(std::fs::Metadata::is_file)?;
            Some((name, (about.modified().ok(), about.len())))
        };
        entries.flatten().filter_map(stamp).collect()
    }

    /// Reads a pack.
    ///
    /// # Errors
    /// [`SetupError`], with file, line, column and what was expected.
    pub fn read(&self, file: &str) -> Result<OwnPack, SetupError> {
        self.understand(file, read_text(&self.path(file))?)
    }

    /// Keeps a text that can be used, in case that of its file cannot be at the next start. Best effort: without it the
    /// bundled pack takes its place.
    pub fn keep_good(&self, file: &str, text: &str) {
        let path = self.folder.join(GOOD_FOLDER).join(file);
        if std::fs::read_to_string(&path).is_ok_and(|known| known == text) {
            return;
        }
        write_whole(&path, text.as_bytes()).ok();
    }

    /// The last text of a pack that could be used.
    ///
    /// # Errors
    /// [`SetupError`]; also when there never was one.
    pub fn read_good(&self, file: &str) -> Result<OwnPack, SetupError> {
        self.understand(file, read_text(&self.folder.join(GOOD_FOLDER).join(file))?)
    }

    /// What `text` would be as the text of a pack's file.
    ///
    /// # Errors
    /// [`SetupError`], with file, line, column and what was expected.
    pub fn understand(&self, file: &str, text: String) -> Result<OwnPack, SetupError> {
        let (upper, below) = pack_of_text(&text, &self.path(file))?;
        let whole = match below.clone() {
            Some(below) => Pack::layered(upper.clone(), below)?,
            None => upper.clone(),
        };
        Ok(OwnPack { text, upper, below, whole: Arc::new(whole) })
    }

    /// Makes a pack over the bundled one of a language; answers with the name of its file.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn create(&self, name: &str, language: Language, extends: &str) -> Result<String, StoreError> {
        let stem = stem_of(name);
        let stems = std::iter::once(stem.clone()).chain((2..).map(|number| format!("{stem}-{number}")));
        let free = |stem: &String| !self.path(&format!("{stem}.toml")).exists() && Pack::bundled(stem).is_none();
        let id = stems.into_iter().find(free).unwrap_or(stem);
        let file = format!("{id}.toml");
        self.write(&file, &document::new_pack(&id, name.trim(), language, extends))?;
        Ok(file)
    }

    /// Packs that lie over the one in `file` and could not be used without it.
    pub fn above(&self, file: &str) -> Vec<String> {
        let lies_over = |other: &String| {
            let text = read_text(&self.path(other)).ok();
            let pack = text.and_then(|text| Pack::parse(&text, other).ok());
            pack.and_then(|pack| pack.extends).is_some_and(|lower| lower.name == file)
        };
        self.stamps().into_keys().filter(lies_over).collect()
    }

    /// Takes a pack out of the list. Its file is moved aside, from where it can be taken back; answers with where it is.
    ///
    /// # Errors
    /// [`StoreError::Io`]; the pack is then still there.
    pub fn put_aside(&self, file: &str) -> Result<PathBuf, StoreError> {
        let aside = move_aside(&self.path(file), &self.folder.join(DELETED_FOLDER))?;
        // Another pack that gets this name some day must not fall back to this one.
        std::fs::remove_file(self.folder.join(GOOD_FOLDER).join(file)).ok();
        Ok(aside)
    }

    /// Writes a pack: afterwards there is either the old file or the whole new one.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn write(&self, file: &str, text: &str) -> Result<(), StoreError> {
        write_whole(&self.path(file), text.as_bytes())
    }
}

/// A file name without its ending: letters, digits and characters of the name, at most 40.
fn stem_of(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() { c.to_lowercase().next().unwrap_or(c) } else { '-' };
    let stem: String = name.trim().chars().take(40).map(plain).collect();
    match stem.trim_matches('-') {
        "" => "company".to_owned(),
        stem => stem.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_are_made_listed_and_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let shelf = PackShelf::open(folder.path());
        assert!(shelf.stamps().is_empty());
        for (name, file) in [
            ("星河公司", "星河公司.toml"),
            ("星河公司", "星河公司-2.toml"),
            (" ../A/b ", "a-b.toml"),
            ("zh service", "zh-service-2.toml"),
            ("", "company.toml"),
        ] {
            assert_eq!(shelf.create(name, Language::Zh, "zh-service").expect("made"), file);
        }
        std::fs::write(shelf.path("notes.txt"), "no pack").expect("written");
        let before = shelf.stamps();
        assert_eq!(before.len(), 5);
        let own = shelf.read("a-b.toml").expect("valid");
        assert_eq!((own.upper.entries.len(), own.upper.id.as_str()), (0, "a-b"));
        assert_eq!(own.whole.entries.len(), own.below.expect("it lies over one").entries.len());
        shelf.write("a-b.toml", &own.text.replace("version = 1", "version = 10")).expect("written");
        assert_ne!(shelf.stamps(), before);
        shelf.keep_good("a-b.toml", &own.text);
        assert_eq!(shelf.read_good("a-b.toml").expect("kept").text, own.text);
        assert_eq!(shelf.stamps().len(), 5, "what is kept is no pack of the list");
        let over = own.text.replace("id = \"a-b\"", "id = \"top\"").replace("\"zh-service\"", "\"a-b.toml\"");
        shelf.write("top.toml", &over).expect("written");
        assert_eq!(shelf.above("a-b.toml"), ["top.toml"]);
        std::fs::remove_file(shelf.path("top.toml")).expect("removed");
        let broken = shelf.understand("a-b.toml", own.text.replace("zh-service", "zh-servce")).expect_err("unknown");
        assert!(broken.to_string().contains("a-b.toml, line 5, column 11"), "{broken}");
        let kept = std::fs::read_to_string(shelf.path("a-b.toml")).expect("text");
        let aside = shelf.put_aside("a-b.toml").expect("moved");
        assert_eq!(std::fs::read_to_string(&aside).expect("kept"), kept);
        assert!(!shelf.stamps().contains_key("a-b.toml") && shelf.read_good("a-b.toml").is_err());
        assert_eq!(shelf.create("a b", Language::Zh, "zh-service").expect("made"), "a-b.toml");
        assert_ne!(shelf.put_aside("a-b.toml").expect("moved"), aside, "nothing that was put aside is lost");
        assert!(shelf.put_aside("a-b.toml").is_err());
    }
}
