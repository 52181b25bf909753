//! Model files: where they are looked for, and whether they are what they should be.

use super::SpeechError;
use crate::session::store::default_root;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// File name of the bundled model.
pub const BUNDLED_MODEL: &str = "ggml-base-q8_0.bin";

const CATALOG: &str = include_str!("../../models/catalog.toml");
/// First bytes of every ggml model file.
const MAGIC: [u8; 4] = [0x6c, 0x6d, 0x67, 0x67];

/// Names another catalogue (TOML) instead of the built-in one, for tests.
const CATALOG_VARIABLE: &str = "VOICEMIRROR_CATALOG";
/// A whisper model that the catalogue does not know is never smaller, bytes.
pub const LEAST_BYTES: u64 = 10_000_000;

/// A model that the catalogue knows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CatalogModel {
    /// Id, e.g. `base-q8_0`.
    pub id: String,
    /// File name.
    pub file: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
    /// Licence of the weights.
    pub licence: String,
    /// Whether it comes with the program.
    #[serde(default)]
    pub bundled: bool,
    /// Repository that publishes it; none when it is published nowhere.
    #[serde(default)]
    pub hub: Option<String>,
    /// Path of the file inside that repository.
    #[serde(default)]
    pub hub_path: Option<String>,
    /// Approximate memory in use, MB.
    #[serde(default)]
    pub memory_mb: u32,
    /// For whom it is, in Chinese.
    #[serde(default)]
    pub note_zh: String,
    /// For whom it is, in English.
    #[serde(default)]
    pub note_en: String,
}

#[derive(Deserialize)]
struct Catalog {
    model: Vec<CatalogModel>,
}

/// The models that are known; empty only if the catalogue is damaged (a test forbids it for the built-in one).
pub fn catalog() -> Vec<CatalogModel> {
    let other = std::env::var_os(CATALOG_VARIABLE).map(|path| std::fs::read_to_string(path).unwrap_or_default());
    let text = other.as_deref().unwrap_or(CATALOG);
    toml::from_str::<Catalog>(text).map(|catalog| catalog.model).unwrap_or_default()
}

/// The folder that `VOICEMIRROR_MODELS` names.
pub fn own_folder() -> Option<PathBuf> {
    std::env::var_os("VOICEMIRROR_MODELS").filter(|folder| !folder.is_empty()).map(PathBuf::from)
}

/// Folders in which models are looked for, best first: the user's own, beside the program, above it (a source tree).
pub fn folders() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    let mut add = |folder: PathBuf| {
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    };
    own_folder().into_iter().for_each(&mut add);
    // Without a data folder there are still those of the program.
    default_root().ok().map(|root| root.join("models")).into_iter().for_each(&mut add);
    crate::resources::roots().into_iter().map(|root| root.join("models")).for_each(add);
    folders
}

/// The first file of this name, one of this size before any other: a damaged copy must not hide a good one.
pub fn find_in(folders: &[PathBuf], file: &str, size_bytes: Option<u64>) -> Option<PathBuf> {
    let here: Vec<PathBuf> = folders.iter().map(|folder| folder.join(file)).filter(|path| path.is_file()).collect();
    let right = |path: &&PathBuf| path.metadata().is_ok_and(|data| Some(data.len()) == size_bytes);
    here.iter().find(right).or_else(|| here.first()).cloned()
}

/// The model file to use: `wanted` (a path, or a file name or id of the catalogue, or the name of a file dropped into
/// one of the [`folders`]), else the bundled one.
///
/// # Errors
/// [`SpeechError::ModelMissing`] with the place where it should be.
pub fn find(wanted: Option<&Path>) -> Result<PathBuf, SpeechError> {
    let folders = folders();
    let (name, size_bytes) = match wanted {
        Some(path) if path.is_file() => return Ok(path.to_owned()),
        Some(path) => {
            let text = path.to_string_lossy().into_owned();
            let known = catalog().into_iter().find(|model| model.id == text || model.file == text);
            let dropped_in = path.file_name() == Some(path.as_os_str());
            match known {
                Some(model) => (model.file, Some(model.size_bytes)),
                None if dropped_in && find_in(&folders, &text, None).is_some() => (text, None),
                None => return Err(SpeechError::ModelMissing { path: path.to_owned() }),
            }
        }
        None => {
            let known = catalog().into_iter().find(|model| model.file == BUNDLED_MODEL);
            (BUNDLED_MODEL.to_owned(), known.map(|model| model.size_bytes))
        }
    };
    if let Some(found) = find_in(&folders, &name, size_bytes) {
        return Ok(found);
    }
    let first = folders.into_iter().next().unwrap_or_else(|| PathBuf::from("models"));
    Err(SpeechError::ModelMissing { path: first.join(name) })
}

/// What a model file says of itself at its beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Number of tokens it writes with.
    pub vocabulary: i32,
}

impl Header {
    /// Whether it understands nothing but English: such models have one token less than the smallest of the others.
    pub fn is_english_only(self) -> bool {
        self.vocabulary == 51_864
    }
}

/// What is wrong with a model file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// The system does not let it be read.
    #[error("{0}")]
    Unreadable(String),
    /// A folder or something else.
    #[error("it is no file")]
    NoFile,
    /// Another kind of file.
    #[error("it does not begin like a whisper model in ggml form")]
    Beginning,
    /// A ggml file of something else.
    #[error("it is a ggml file, but not that of a whisper model")]
    OtherModel,
    /// Smaller than any model, bytes.
    #[error("{0} bytes are too few for a whisper model")]
    TooFew(u64),
    /// Not the published size, bytes.
    #[error("it has {has} bytes and should have {wants}")]
    Size {
        /// Bytes of the file.
        has: u64,
        /// Bytes as published.
        wants: u64,
    },
    /// Not the published content.
    #[error("its SHA-256 begins with {has} and should with {wants}")]
    Hash {
        /// Beginning of the file's hash.
        has: String,
        /// Beginning of the published hash.
        wants: String,
    },
}

impl Flaw {
    /// A hash that is not the published one.
    pub fn hash(has: &str, wants: &str) -> Self {
        let begins = |hash: &str| hash.get(..12).unwrap_or(hash).to_owned();
        Self::Hash { has: begins(has), wants: begins(wants) }
    }

    fn of(self, path: &Path) -> SpeechError {
        let path = path.to_owned();
        match self {
            Self::Unreadable(reason) => SpeechError::ModelUnreadable { path, reason },
            other => SpeechError::ModelDamaged { path, reason: other.to_string() },
        }
    }
}

/// Reads the beginning of a file and checks that it is that of a whisper model in ggml form: the magic number, then
/// eleven small numbers whose ranges no other kind of ggml file has.
///
/// # Errors
/// [`Flaw`].
pub fn read_header(path: &Path) -> Result<Header, Flaw> {
    let mut file = File::open(path).map_err(|error| Flaw::Unreadable(error.to_string()))?;
    let mut bytes = [0; 4 + 11 * 4];
    if file.read_exact(&mut bytes).is_err() || bytes[..4] != MAGIC {
        return Err(Flaw::Beginning);
    }
    let number = |index: usize| {
        let at = 4 + 4 * index;
        i32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
    };
    // n_vocab, n_audio_ctx, _state, _head, _layer, n_text_ctx, _state, _head, _layer, n_mels, ftype.
    let ranges = [
        (51_864..=51_900),
        (1..=1500),
        (64..=2048),
        (1..=64),
        (1..=64),
        (1..=448),
        (64..=2048),
        (1..=64),
        (1..=64),
        (80..=128),
        (0..=9999),
    ];
    if !ranges.iter().enumerate().all(|(index, range)| range.contains(&number(index))) {
        return Err(Flaw::OtherModel);
    }
    Ok(Header { vocabulary: number(0) })
}

fn unreadable(path: &Path, error: &std::io::Error) -> SpeechError {
    SpeechError::ModelUnreadable { path: path.to_owned(), reason: error.to_string() }
}

/// Lower-case hexadecimal digits.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 of a file, hexadecimal.
///
/// # Errors
/// [`SpeechError::ModelUnreadable`].
pub fn sha256_of(path: &Path) -> Result<String, SpeechError> {
    let mut file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0_u8; 1 << 20];
    loop {
        let read = file.read(&mut chunk).map_err(|error| unreadable(path, &error))?;
        if read == 0 {
            break;
        }
        hash.update(&chunk[..read]);
    }
    Ok(hexadecimal(&hash.finalize()))
}

/// Checks a model file before it is loaded: its beginning, and size and hash where the catalogue knows its name.
/// Answers with the SHA-256 where it had to be computed.
///
/// # Errors
/// [`SpeechError::ModelMissing`], [`SpeechError::ModelUnreadable`] or [`SpeechError::ModelDamaged`].
pub fn verify(path: &Path) -> Result<Option<String>, SpeechError> {
    if !path.exists() {
        return Err(SpeechError::ModelMissing { path: path.to_owned() });
    }
    read_header(path).map_err(|flaw| flaw.of(path))?;
    let size = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?.len();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match catalog().into_iter().find(|model| model.file == name) {
        Some(model) => matches(path, &model).map(Some),
        None if size < LEAST_BYTES => Err(Flaw::TooFew(size).of(path)),
        None => Ok(None),
    }
}

/// Checks that a file is the model that the catalogue describes; answers with its SHA-256.
///
/// # Errors
/// [`SpeechError::ModelUnreadable`] or [`SpeechError::ModelDamaged`].
pub fn matches(path: &Path, model: &CatalogModel) -> Result<String, SpeechError> {
    let has = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?.len();
    if has != model.size_bytes {
        return Err(Flaw::Size { has, wants: model.size_bytes }.of(path));
    }
    let hash = sha256_of(path)?;
    if hash != model.sha256 {
        return Err(Flaw::hash(&hash, &model.sha256).of(path));
    }
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_holds_the_bundled_model_and_larger_ones() {
        let models = catalog();
        assert!(models.iter().any(|model| model.bundled && model.file == BUNDLED_MODEL));
        assert!(models.len() >= 5);
        assert!(models.iter().all(|model| model.sha256.len() == 64 && model.licence == "MIT"));
    }

    #[test]
    fn a_file_that_is_no_model_is_refused_with_its_path() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join(BUNDLED_MODEL);
        assert!(matches!(verify(&path), Err(SpeechError::ModelMissing { .. })));
        std::fs::write(&path, b"not a model").expect("write");
        let sentence = verify(&path).expect_err("no model").to_string();
        assert!(sentence.contains(BUNDLED_MODEL) && sentence.contains("--model"), "{sentence}");
        let mut truncated = MAGIC.to_vec();
        truncated.resize(4000, 0);
        std::fs::write(&path, &truncated).expect("write");
        assert!(verify(&path).expect_err("no whisper model").to_string().contains("not that of a whisper"));
        for (index, number) in [51_865, 1500, 512, 8, 6, 448, 512, 8, 6, 80, 2007_i32].into_iter().enumerate() {
            truncated[4 + 4 * index..8 + 4 * index].copy_from_slice(&number.to_le_bytes());
        }
        std::fs::write(&path, truncated).expect("write");
        assert!(verify(&path).expect_err("truncated").to_string().contains("81768585"));
    }
}
