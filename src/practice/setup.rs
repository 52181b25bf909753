//! What a session is set up with: profile, pack, language and model, named by the person and loaded here.

use super::profile::{self, ProfileError};
use crate::audio::source::Source;
use crate::engine::EngineError;
use crate::session::event::{EVENT_SCHEMA, Header, Language, SourceInfo};
use crate::session::profile::Profile;
use crate::speech::Transcriber;
use crate::wording::{Pack, PackError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Why a session cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The profile.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The pack.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The pack's file cannot be read.
    #[error("cannot read the wording pack {path}: {reason}", path = path.display())]
    PackUnreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// No bundled pack has this id, and it is no file.
    #[error("there is no wording pack {wanted:?}; choose one of {known} or give the path of a pack file (.toml)")]
    UnknownPack {
        /// What was asked for.
        wanted: String,
        /// The ids there are.
        known: String,
    },
}

impl SetupError {
    /// Whether the person asked for something that does not exist, as opposed to something that is broken.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::UnknownPack { .. } | Self::Profile(ProfileError::Unknown { .. }))
    }
}

/// What a session is judged with.
#[derive(Clone)]
pub struct Setup {
    /// The thresholds.
    pub profile: Profile,
    /// The wording.
    pub pack: Arc<Pack>,
    /// The language of the speech.
    pub language: Language,
}

impl Setup {
    /// Loads the profile and the pack (ids of bundled ones, or paths); without a pack the language's own.
    ///
    /// # Errors
    /// [`SetupError`], one sentence for the person.
    pub fn load(profile: &str, pack: Option<&str>, language: Language) -> Result<Self, SetupError> {
        let fallback = if language == Language::En { "en-service" } else { "zh-service" };
        let pack = Arc::new(load_pack(pack.unwrap_or(fallback))?);
        Ok(Self { profile: profile::load(profile)?, pack, language })
    }

    /// The first entry of a session's log.
    pub fn header(&self, source: SourceInfo, model: String, started_at: String) -> Header {
        Header {
            schema: EVENT_SCHEMA,
            app_version: env!("CARGO_PKG_VERSION").to_owned(),
            started_at,
            source,
            profile: self.profile.clone(),
            pack: self.pack.info(),
            model,
            language: self.language,
            baseline: None,
        }
    }
}

/// What the log says of a source: its path or device, as it is and not as it will be analysed.
pub fn source_info(source: &dyn Source) -> SourceInfo {
    SourceInfo { path: source.name(), rate_hz: source.rate_hz(), channels: source.channels(), live: source.is_live() }
}

/// Reads a pack from a file.
///
/// # Errors
/// [`SetupError::PackUnreadable`], or [`SetupError::Pack`] with file, line, column and what was expected.
pub fn read_pack(path: &Path) -> Result<Pack, SetupError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| SetupError::PackUnreadable { path: path.to_owned(), reason: error.to_string() })?;
    Ok(Pack::parse(&text, &path.display().to_string())?)
}

fn load_pack(wanted: &str) -> Result<Pack, SetupError> {
    if let Some(bundled) = Pack::bundled(wanted) {
        return Ok(bundled?);
    }
    let path = Path::new(wanted);
    if path.extension().is_some_and(|ending| ending == "toml") || path.exists() {
        return read_pack(path);
    }
    let known = Pack::bundled_ids().collect::<Vec<_>>().join(", ");
    Err(SetupError::UnknownPack { wanted: wanted.to_owned(), known })
}

/// Loads the speech model (`wanted`: path, file name or id; none: the bundled one).
///
/// # Errors
/// [`EngineError::Speech`] with the path and the remedy.
pub fn load_transcriber(
    wanted: Option<&Path>,
    language: Language,
    threads: usize,
    cancel: Arc<AtomicBool>,
) -> Result<Box<dyn Transcriber>, EngineError> {
    let path: PathBuf = crate::speech::model::find(wanted)?;
    #[cfg(feature = "whisper")]
    {
        let transcriber = crate::speech::whisper::WhisperTranscriber::load(&path, language, threads, cancel)?;
        Ok(Box::new(transcriber))
    }
    #[cfg(not(feature = "whisper"))]
    {
        let _ = (language, threads, cancel);
        let reason = format!("this build has no speech recogniser (feature `whisper`) for {}", path.display());
        Err(crate::speech::SpeechError::Unavailable { reason }.into())
    }
}
