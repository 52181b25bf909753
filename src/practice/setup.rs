//! What a session is set up with: profile, pack, language and model, named by the person and loaded here.

use super::bundled_packs::bundled_pack;
use super::profile::{self, ProfileError};
use crate::audio::source::Source;
use crate::engine::EngineError;
use crate::session::event::{EVENT_SCHEMA, Header, Language, SourceInfo};
use crate::session::profile::Profile;
use crate::speech::Transcriber;
use crate::wording::{Pack, PackError, Place};
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
    /// A pack extends something that is not there.
    #[error(
        "{place}: there is no wording pack {wanted:?}; \"extends\" takes one of {known} or the name of a .toml file in the same folder"
    )]
    UnknownLower {
        /// Where it is asked for.
        place: Place,
        /// What was asked for.
        wanted: String,
        /// The ids of the bundled packs.
        known: String,
    },
    /// A pack extends itself by way of others.
    #[error("{place}: these packs extend one another in a circle: {chain}")]
    PackCircle {
        /// Where the circle closes.
        place: Place,
        /// The files, from the first one back to it.
        chain: String,
    },
    /// A pack extends a pack that extends a pack, and so on.
    #[error("{place}: at most {MOST_LAYERS} packs may be laid over one another, and \"{wanted}\" would be one more")]
    TooManyLayers {
        /// Where the one too many is asked for.
        place: Place,
        /// Its name.
        wanted: String,
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

/// Id of the bundled pack for sessions in `language`; Mandarin where it is yet to be found out.
pub fn usual_pack(language: Language) -> &'static str {
    if language == Language::En { "en-service" } else { "zh-service" }
}

impl Setup {
    /// Loads the profile and the pack (ids of bundled ones, or paths); without a pack the language's own.
    ///
    /// # Errors
    /// [`SetupError`], one sentence for the person.
    pub fn load(profile: &str, pack: Option<&str>, language: Language) -> Result<Self, SetupError> {
        let pack = load_pack(pack.unwrap_or(usual_pack(language)))?;
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
            dismissals: Vec::new(),
        }
    }
}

/// What the log says of a source: its path or device, as it is and not as it will be analysed.
pub fn source_info(source: &dyn Source) -> SourceInfo {
    SourceInfo { path: source.name(), rate_hz: source.rate_hz(), channels: source.channels(), live: source.is_live() }
}

/// Most packs that may be laid over one another, the first one included.
const MOST_LAYERS: usize = 3;

/// Reads a pack from a file, laid over the packs that it extends.
///
/// # Errors
/// [`SetupError::PackUnreadable`], [`SetupError::Pack`] with file, line, column and what was expected, or what is
/// wrong with the packs below.
pub fn read_pack(path: &Path) -> Result<Pack, SetupError> {
    read_layers(path, &mut Vec::new())
}

/// A pack whose text may not be that of its file yet, and apart from it the pack that it lies over. Errors speak of its
/// file by its name alone.
///
/// # Errors
/// As [`read_pack`].
pub fn pack_of_text(text: &str, path: &Path) -> Result<(Pack, Option<Pack>), SetupError> {
    let name = path.file_name().map(|name| name.to_string_lossy());
    let pack = Pack::parse(text, &name.unwrap_or_else(|| path.to_string_lossy()))?;
    let below = read_below(path, &pack, &mut Vec::new())?;
    Ok((pack, below))
}

/// The text of a pack's file.
///
/// # Errors
/// [`SetupError::PackUnreadable`].
pub fn read_text(path: &Path) -> Result<String, SetupError> {
    std::fs::read_to_string(path)
        .map_err(|error| SetupError::PackUnreadable { path: path.to_owned(), reason: error.to_string() })
}

/// Reads the pack in `path` and those below it; `above` are the files that asked for it.
fn read_layers(path: &Path, above: &mut Vec<PathBuf>) -> Result<Pack, SetupError> {
    let pack = Pack::parse(&read_text(path)?, &path.display().to_string())?;
    match read_below(path, &pack, above)? {
        Some(below) => Ok(Pack::layered(pack, below)?),
        None => Ok(pack),
    }
}

/// Reads what `pack`, the one in `path`, lies over.
fn read_below(path: &Path, pack: &Pack, above: &mut Vec<PathBuf>) -> Result<Option<Pack>, SetupError> {
    let Some(lower) = pack.extends.clone() else { return Ok(None) };
    above.push(path.to_owned());
    let (place, wanted) = (lower.place, lower.name);
    let bundled = bundled_pack(&wanted);
    let next = path.with_file_name(&wanted);
    if bundled.is_none() {
        let plain = Path::new(&wanted).file_name().is_some_and(|name| name == wanted.as_str());
        if !plain || !next.is_file() {
            return Err(SetupError::UnknownLower { place, wanted, known: bundled_ids() });
        }
        if let Some(first) = above.iter().position(|file| is_same(file, &next)) {
            let files = above[first..].iter().chain([&next]).map(|file| file.display().to_string());
            return Err(SetupError::PackCircle { place, chain: files.collect::<Vec<_>>().join(" → ") });
        }
    }
    if above.len() >= MOST_LAYERS {
        return Err(SetupError::TooManyLayers { place, wanted });
    }
    Ok(Some(match bundled {
        Some(bundled) => Arc::unwrap_or_clone(bundled?),
        None => read_layers(&next, above)?,
    }))
}

/// Whether two paths are the same file, however they are written.
fn is_same(one: &Path, other: &Path) -> bool {
    one == other || one.canonicalize().ok().zip(other.canonicalize().ok()).is_some_and(|(one, other)| one == other)
}

fn bundled_ids() -> String {
    Pack::bundled_ids().collect::<Vec<_>>().join(", ")
}

/// Loads a pack by the id of a bundled one or by its path.
///
/// # Errors
/// [`SetupError`], one sentence for the person.
pub fn load_pack(wanted: &str) -> Result<Arc<Pack>, SetupError> {
    if let Some(bundled) = bundled_pack(wanted) {
        return Ok(bundled?);
    }
    let path = Path::new(wanted);
    if path.extension().is_some_and(|ending| ending == "toml") || path.exists() {
        return read_pack(path).map(Arc::new);
    }
    Err(SetupError::UnknownPack { wanted: wanted.to_owned(), known: bundled_ids() })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(extends: &str, more: &str) -> String {
        let extends = if extends.is_empty() { String::new() } else { format!("extends = \"{extends}\"\n") };
        format!("id = \"x\"\nversion = 1\nname = \"X\"\nlanguage = \"zh\"\n{extends}{more}")
    }

    fn entry(id: &str, phrase: &str, more: &str) -> String {
        format!(
            "[[entry]]\nid = \"{id}\"\nlevel = \"banned\"\nphrases = [\"{phrase}\"]\nreason = \"r\"\nsuggestion = \"s\"\n{more}\n"
        )
    }

    /// The pack in the first of `files` (name and text), written to a folder of their own.
    fn read(files: &[(&str, String)]) -> Result<Pack, String> {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).expect("written");
        }
        let path = folder.path().join(files[0].0);
        read_pack(&path).map_err(|error| error.to_string().replace(&folder.path().display().to_string(), "DIR"))
    }

    #[test]
    fn a_company_pack_lies_over_a_bundled_one() {
        let more = format!(
            "terms = [\"星河卡\", \"保险\"]\nremove = [\"ban-13\", \"E8.farewell\"]\n{}{}",
            entry("own-01", "星河不管", ""),
            entry("ban-08", "星河不知道", "replace = true\nhits = [\"星河不知道\"]"),
        );
        let bundled = Pack::bundled("zh-service").expect("known").expect("valid");
        let removable = bundled.cues.iter().any(|cue| cue.id == "E8.farewell");
        let more = if removable { more } else { more.replace(", \"E8.farewell\"", "") };
        let whole = read(&[("own.toml", pack("zh-service", &more))]).expect("valid");
        assert_eq!((whole.id.as_str(), whole.name.as_str()), ("x", "X"));
        assert_eq!(whole.terms[..2], ["星河卡", "保险"]);
        assert_eq!(whole.terms.len(), bundled.terms.len() + 1, "保险 is there once");
        assert_eq!(whole.fillers, bundled.fillers);
        let count = |pack: &Pack, id: &str| pack.entries.iter().filter(|entry| entry.id == id).count();
        assert_eq!((count(&whole, "ban-13"), count(&whole, "own-01")), (0, 1));
        assert_eq!(count(&whole, "ban-08"), count(&bundled, "ban-08"), "only the same level is replaced");
        assert!(whole.entries.iter().any(|entry| entry.phrases[0].source == "星河不知道"));
        assert!(whole.extends.is_none() && whole.remove.is_empty());
        assert_eq!(
            whole.entries.iter().filter(|entry| entry.file == "zh-service.toml").count() + 2,
            whole.entries.len()
        );
    }

    #[test]
    fn three_packs_may_lie_on_one_another_and_no_more() {
        let files = [
            ("a.toml", pack("b.toml", &entry("a", "甲乙丙", ""))),
            ("b.toml", pack("c.toml", &entry("b", "甲乙丙", ""))),
            ("c.toml", pack("", &entry("c", "甲乙丙", ""))),
        ];
        let whole = read(&files).expect("valid");
        assert_eq!(whole.entries.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
        let mut four = files.to_vec();
        four[2].1 = pack("zh-service", "");
        assert_eq!(
            read(&four).expect_err("too many"),
            "DIR/c.toml, line 5, column 11: at most 3 packs may be laid over one another, and \"zh-service\" would be one more"
        );
    }

    #[test]
    fn what_is_wrong_below_is_told_with_the_file_that_asks_for_it() {
        let refused = |files: &[(&str, String)]| read(files).expect_err("refused");
        assert_eq!(
            refused(&[("a.toml", pack("b.toml", "")), ("b.toml", pack("a.toml", ""))]),
            "DIR/b.toml, line 5, column 11: these packs extend one another in a circle: DIR/a.toml → DIR/b.toml → DIR/a.toml"
        );
        for missing in ["zh-servce", "b.toml", "../b.toml", ".."] {
            let message = refused(&[("a.toml", pack(missing, ""))]);
            assert!(message.starts_with("DIR/a.toml, line 5, column 11: there is no wording pack"), "{message}");
        }
        assert_eq!(
            refused(&[("a.toml", pack("en-service", ""))]),
            "DIR/a.toml, line 5, column 11: \"en-service\" is in another language than this pack"
        );
        assert_eq!(
            refused(&[("a.toml", pack("zh-service", "remove = [\"bann-03\"]"))]),
            "DIR/a.toml, line 6, column 11: \"bann-03\" is no rule or cue of the pack below; did you mean \"ban-03\"?"
        );
        let below = refused(&[("a.toml", pack("b.toml", "")), ("b.toml", pack("", "oops = 1"))]);
        assert!(below.starts_with("DIR/b.toml, line 5, column 1: unknown key"), "{below}");
        let alone = refused(&[("a.toml", pack("", "remove = [\"ban-03\"]"))]);
        assert!(alone.contains("line 5, column 1: \"remove\" only has a meaning"), "{alone}");
        let alone = refused(&[("a.toml", pack("", &entry("a", "甲乙丙", "replace = true")))]);
        assert!(alone.contains("line 11, column 1: \"replace\" only has a meaning"), "{alone}");
    }
}
