//! Wording packs: what not to say, why it hurts and what to say instead. Trainers write them as TOML files; a
//! mistake in one is told with its line, its column and what was expected.

use super::phrase::{Phrase, PhraseError};
use super::sound::edit_distance;
use super::{pack_layer, pack_read};
pub use crate::session::event::CallPhase;
use crate::session::event::{HitLevel, Language, PackInfo, Severity};
use std::collections::BTreeMap;

/// The packs that come with the program: id and text.
const BUNDLED: [(&str, &str); 2] = [
    ("zh-service", include_str!("../../assets/packs/zh-service.toml")),
    ("en-service", include_str!("../../assets/packs/en-service.toml")),
];

/// A wording pack.
#[derive(Clone, Debug, PartialEq)]
pub struct Pack {
    /// Id, e.g. `zh-service`; stored with every session.
    pub id: String,
    /// Raised with every change; stored with every session.
    pub version: u32,
    /// Name for people.
    pub name: String,
    /// The name in other languages, by language code.
    pub names: BTreeMap<String, String>,
    /// Language that the phrases are in.
    pub language: Language,
    /// The file it was read from, as given.
    pub file: String,
    /// The pack that this one is still to be laid over.
    pub extends: Option<Lower>,
    /// Rules and cues of that pack that do not count.
    pub remove: Vec<Removal>,
    /// A neutral sentence in the manner of the speech, for the recogniser; may be empty.
    pub prompt: String,
    /// Names of companies and products and words of the trade that the recogniser should expect, as they are written.
    pub terms: Vec<String>,
    /// Characters or words that may be put in anywhere without changing what is said (就, 真的, 啊), as they are written.
    pub fillers: Vec<String>,
    /// What the agent should not say.
    pub entries: Vec<Entry>,
    /// What the call needs to hear.
    pub cues: Vec<CueEntry>,
}

/// The pack that another is laid over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lower {
    /// Id of a bundled pack, or name of a file in the same folder.
    pub name: String,
    /// Where it is asked for.
    pub place: Place,
}

/// A rule or cue that a pack takes out of the one below.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// Rule, e.g. `ban-03`, or cue.
    pub id: String,
    /// Where it stands.
    pub place: Place,
}

/// One way of saying something that the pack speaks against. Softer forms of the same rule are entries of their
/// own, with the same id and another level.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Rule, e.g. `ban-07` (curriculum §G).
    pub id: String,
    /// Whether it is banned or only discouraged.
    pub level: HitLevel,
    /// How serious it is; `bad` for banned and `watch` for discouraged ones unless the pack says otherwise.
    pub severity: Severity,
    /// Topic, e.g. `argument` or `blame`; may be empty.
    pub category: String,
    /// What is looked for; see [`Phrase`] for how it is written.
    pub phrases: Vec<Phrase>,
    /// What takes a hit back when the hit lies inside it.
    pub exceptions: Vec<Phrase>,
    /// Why it hurts.
    pub reason: String,
    /// What to say instead; the first line of advice.
    pub suggestion: String,
    /// More replacements, each a whole sentence.
    pub instead: Vec<String>,
    /// Parts of the call where it counts; everywhere when empty.
    pub phases: Vec<CallPhase>,
    /// Sentences that must hit; checked by `packs check`.
    pub hits: Vec<String>,
    /// Sentences that must not; checked by `packs check`.
    pub misses: Vec<String>,
    /// Whether it takes the place of the same rule and level in the pack below.
    pub replace: bool,
    /// The file it stands in.
    pub file: String,
    /// Line of the entry in its file, from 1.
    pub line: usize,
}

/// Ways of saying something that the call needs. The same cue may have several.
#[derive(Clone, Debug, PartialEq)]
pub struct CueEntry {
    /// One of [`super::CUES`], e.g. `E2.greeting`.
    pub id: &'static str,
    /// What is looked for; see [`Phrase`] for how it is written.
    pub phrases: Vec<Phrase>,
    /// What takes a cue back when the cue lies inside it.
    pub exceptions: Vec<Phrase>,
    /// What to say instead, for cues that are better said otherwise.
    pub instead: Option<String>,
    /// Sentences in which it must be found; checked by `packs check`.
    pub hits: Vec<String>,
    /// Sentences in which it must not; checked by `packs check`.
    pub misses: Vec<String>,
    /// Whether all of the same id in the pack below make way for it.
    pub replace: bool,
    /// The file it stands in.
    pub file: String,
    /// Line in that file, from 1.
    pub line: usize,
}

/// A place in a pack file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// File name as given.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}, line {}, column {}", self.file, self.line, self.column)
    }
}

/// Why a pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The file is no TOML.
    #[error("{place}: this is not valid TOML: {message}")]
    Syntax { place: Place, message: String },
    /// A key that no pack has.
    #[error("{place}: unknown key \"{key}\"{hint}")]
    UnknownKey { place: Place, key: String, hint: Hint },
    /// A key that must be there.
    #[error("{place}: {owner} has no \"{key}\"; expected {expected}")]
    MissingKey { place: Place, owner: String, key: &'static str, expected: &'static str },
    /// A value of the wrong kind.
    #[error("{place}: \"{key}\" is {found}; expected {expected}")]
    WrongType { place: Place, key: String, found: &'static str, expected: &'static str },
    /// A value that is none of those allowed.
    #[error("{place}: \"{value}\" is no {what}{hint}")]
    UnknownValue { place: Place, what: &'static str, value: String, hint: Hint },
    /// A phrase that cannot be understood.
    #[error("{place}: phrase \"{phrase}\" of {entry}: {cause}")]
    Phrase { place: Place, entry: String, phrase: String, cause: PhraseError },
    /// The same rule twice at the same level.
    #[error("{place}: entry \"{id}\" is there twice with the same level; the first is at line {first_line}")]
    Duplicate { place: Place, id: String, first_line: usize },
    /// A key where it has no meaning.
    #[error("{place}: \"{key}\" {reason}")]
    Misplaced { place: Place, key: &'static str, reason: String },
    /// The pack below is in another language.
    #[error("{place}: \"{lower}\" is in another language than this pack")]
    OtherLanguage { place: Place, lower: String },
}

impl PackError {
    /// Where the mistake is.
    pub fn place(&self) -> &Place {
        match self {
            Self::Syntax { place, .. }
            | Self::UnknownKey { place, .. }
            | Self::MissingKey { place, .. }
            | Self::WrongType { place, .. }
            | Self::UnknownValue { place, .. }
            | Self::Phrase { place, .. }
            | Self::Duplicate { place, .. }
            | Self::Misplaced { place, .. }
            | Self::OtherLanguage { place, .. } => place,
        }
    }
}

/// What may have been meant instead of something unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The likely one.
    pub meant: Option<Box<str>>,
    /// All that is allowed.
    pub allowed: Box<[String]>,
}

impl Hint {
    pub(super) fn new(found: &str, allowed: &[&str]) -> Self {
        let found = found.to_lowercase();
        let near = |word: &&&str| edit_distance(&found, &word.to_lowercase());
        let meant = allowed.iter().min_by_key(near).filter(|word| near(word) * 3 <= word.len().max(3));
        Self { meant: meant.map(|word| (*word).into()), allowed: allowed.iter().map(|&w| w.to_owned()).collect() }
    }
}

impl std::fmt::Display for Hint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.meant {
            Some(meant) => write!(f, "; did you mean \"{meant}\"?"),
            None => write!(f, "; expected one of {}", self.allowed.join(", ")),
        }
    }
}

impl Pack {
    /// Reads a pack from its text; `origin` is the file name that errors speak of.
    ///
    /// # Errors
    /// When the text is no TOML, has unknown, missing or wrong keys or values, or phrases that cannot be understood.
    pub fn parse(text: &str, origin: &str) -> Result<Self, PackError> {
        pack_read::parse(text, origin)
    }

    /// `upper` laid over `lower`: what stands in `upper` comes first; entries and cues that are there to replace
    /// take the place of those below, all others are added; `upper.remove` takes rules and cues out. Name, version
    /// and id are those of `upper`.
    ///
    /// # Errors
    /// When the languages differ, or when something is to be removed that `lower` does not have.
    pub fn layered(upper: Self, lower: Self) -> Result<Self, PackError> {
        pack_layer::layered(upper, lower)
    }

    /// The pack with this id that comes with the program; none when there is no such pack.
    pub fn bundled(id: &str) -> Option<Result<Self, PackError>> {
        let (id, text) = BUNDLED.iter().find(|(known, _)| *known == id)?;
        Some(Self::parse(text, &format!("{id}.toml")))
    }

    /// Ids of the packs that come with the program.
    pub fn bundled_ids() -> impl Iterator<Item = &'static str> {
        BUNDLED.iter().map(|(id, _)| *id)
    }

    /// The fillers as they are compared, unit by unit: 真的 gives 真 and 的, a word of letters stays whole.
    pub fn filler_units(&self) -> impl Iterator<Item = String> {
        self.fillers.iter().flat_map(|filler| -> Vec<String> {
            if filler.is_ascii() {
                filler.split_whitespace().map(super::normalize::plain_word).collect()
            } else {
                filler.chars().filter(|c| c.is_alphanumeric()).map(String::from).collect()
            }
        })
    }

    /// What is stored with a session.
    pub fn info(&self) -> PackInfo {
        PackInfo { id: self.id.clone(), version: self.version }
    }
}

#[cfg(test)]
#[path = "pack_tests.rs"]
mod tests;
