//! Model files: where they are looked for, and whether they are what they should be.

use super::SpeechError;
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

/// A model that the catalogue knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

/// The models that are known; empty only if the built-in catalogue were damaged (a test forbids it).
pub fn catalog() -> Vec<CatalogModel> {
    toml::from_str::<Catalog>(CATALOG).map(|catalog| catalog.model).unwrap_or_default()
}

/// Folders in which models are looked for, best first: beside the program, above it (a source tree), the user's data.
pub fn folders() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    if let Some(folder) = std::env::var_os("VOICEMIRROR_MODELS") {
        folders.push(PathBuf::from(folder));
    }
    folders.extend(crate::resources::roots().into_iter().map(|root| root.join("models")));
    folders
}

/// The model file to use: `wanted` (a path, or a file name or id of the catalogue), else the bundled one.
///
/// # Errors
/// [`SpeechError::ModelMissing`] with the place where it should be.
pub fn find(wanted: Option<&Path>) -> Result<PathBuf, SpeechError> {
    let name = match wanted {
        Some(path) if path.is_file() => return Ok(path.to_owned()),
        Some(path) => {
            let text = path.to_string_lossy().into_owned();
            let known = catalog().into_iter().find(|model| model.id == text || model.file == text);
            match known {
                Some(model) => model.file,
                None => return Err(SpeechError::ModelMissing { path: path.to_owned() }),
            }
        }
        None => BUNDLED_MODEL.to_owned(),
    };
    let folders = folders();
    if let Some(found) = folders.iter().map(|folder| folder.join(&name)).find(|path| path.is_file()) {
        return Ok(found);
    }
    let first = folders.into_iter().next().unwrap_or_else(|| PathBuf::from("models"));
    Err(SpeechError::ModelMissing { path: first.join(name) })
}

/// SHA-256 of a file, hexadecimal.
///
/// # Errors
/// [`SpeechError::ModelUnreadable`].
pub fn sha256_of(path: &Path) -> Result<String, SpeechError> {
    let unreadable =
        |error: std::io::Error| SpeechError::ModelUnreadable { path: path.to_owned(), reason: error.to_string() };
    let mut file = File::open(path).map_err(unreadable)?;
    let mut hash = Sha256::new();
    let mut chunk = vec![0_u8; 1 << 20];
    loop {
        let read = file.read(&mut chunk).map_err(unreadable)?;
        if read == 0 {
            break;
        }
        hash.update(&chunk[..read]);
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Checks a model file before it is loaded: its beginning, and size and hash where the catalogue knows its name.
///
/// # Errors
/// [`SpeechError::ModelMissing`], [`SpeechError::ModelUnreadable`] or [`SpeechError::ModelDamaged`].
pub fn verify(path: &Path) -> Result<(), SpeechError> {
    let unreadable =
        |error: std::io::Error| SpeechError::ModelUnreadable { path: path.to_owned(), reason: error.to_string() };
    let damaged = |reason: String| SpeechError::ModelDamaged { path: path.to_owned(), reason };
    if !path.exists() {
        return Err(SpeechError::ModelMissing { path: path.to_owned() });
    }
    let mut magic = [0; 4];
    let mut file = File::open(path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let known = catalog().into_iter().find(|model| model.file == name);
    if file.read_exact(&mut magic).is_err() || magic != MAGIC {
        return Err(damaged("it does not begin like a whisper model in ggml form".into()));
    }
    if let Some(model) = known {
        if size != model.size_bytes {
            return Err(damaged(format!("it has {size} bytes and should have {}", model.size_bytes)));
        }
        let hash = sha256_of(path)?;
        if hash != model.sha256 {
            return Err(damaged(format!(
                "its SHA-256 begins with {} and should with {}",
                &hash[..12],
                &model.sha256[..12]
            )));
        }
    } else if size < 10_000_000 {
        return Err(damaged(format!("{size} bytes are too few for a whisper model")));
    }
    Ok(())
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
        std::fs::write(&path, truncated).expect("write");
        assert!(verify(&path).expect_err("truncated").to_string().contains("81768585"));
    }
}
