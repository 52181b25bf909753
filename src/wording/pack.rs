//! Wording packs: what not to say, why it hurts and what to say instead. Trainers write them as TOML files; a
//! mistake in one is told with its line, its column and what was expected.

use super::phrase::{Phrase, PhraseError};
use super::sound::edit_distance;
use crate::session::event::{HitLevel, Language, PackInfo, Severity};
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

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
    /// A neutral sentence in the manner of the speech, for the recogniser; may be empty.
    pub prompt: String,
    /// Names of companies and products and words of the trade that the recogniser should expect, as they are written.
    pub terms: Vec<String>,
    /// Characters or words that may be put in anywhere without changing what is said (就, 真, 啊).
    pub fillers: Vec<String>,
    /// What to look for.
    pub entries: Vec<Entry>,
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
    /// What to say instead.
    pub suggestion: String,
    /// Sentences that must hit; checked by `packs check`.
    pub hits: Vec<String>,
    /// Sentences that must not; checked by `packs check`.
    pub misses: Vec<String>,
    /// Line of the entry in its file, from 1.
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
}

/// What may have been meant instead of something unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The likely one.
    pub meant: Option<&'static str>,
    /// All that is allowed.
    pub allowed: &'static [&'static str],
}

impl Hint {
    fn new(found: &str, allowed: &'static [&'static str]) -> Self {
        let near = |word: &&&str| edit_distance(&found.to_lowercase(), word);
        let meant = allowed.iter().min_by_key(near).copied();
        Self { meant: meant.filter(|word| near(&word) * 3 <= word.len().max(3)), allowed }
    }
}

impl std::fmt::Display for Hint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.meant {
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
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let source = Source { text, file: origin };
        let document = DeTable::parse(text).map_err(|error| PackError::Syntax {
            place: source.place(error.span().map_or(0, |span| span.start)),
            message: error.message().lines().collect::<Vec<_>>().join(", "),
        })?;
        let table = Table { source, table: document.get_ref(), at: 0, owner: "the pack".to_owned() };
        table.only(&["id", "version", "name", "names", "language", "prompt", "terms", "fillers", "entry"])?;
        let mut pack = Self {
            id: table.text("id")?,
            version: table.version()?,
            name: table.text("name")?,
            names: table.names()?,
            language: table.one_of("language", "language", &[("zh", Language::Zh), ("en", Language::En)], None)?,
            prompt: table.text_or_empty("prompt")?,
            terms: table.texts("terms")?.into_iter().map(|(term, _)| term).collect(),
            fillers: table.texts("fillers")?.into_iter().map(|(filler, _)| filler).collect(),
            entries: Vec::new(),
        };
        pack.fillers = pack.fillers.iter().flat_map(|filler| split_filler(filler)).collect();
        for (entry, at) in table.tables("entry")? {
            let entry = parse_entry(source, entry, at)?;
            if let Some(first) = pack.entries.iter().find(|old| old.id == entry.id && old.level == entry.level) {
                return Err(PackError::Duplicate { place: source.place(at), id: entry.id, first_line: first.line });
            }
            pack.entries.push(entry);
        }
        Ok(pack)
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

    /// What is stored with a session.
    pub fn info(&self) -> PackInfo {
        PackInfo { id: self.id.clone(), version: self.version }
    }
}

fn usual_severity(level: HitLevel) -> Severity {
    match level {
        HitLevel::Banned => Severity::Bad,
        HitLevel::Discouraged => Severity::Watch,
    }
}

/// Fillers are compared unit by unit: 真的 gives 真 and 的, a word of letters stays whole.
fn split_filler(filler: &str) -> Vec<String> {
    if filler.is_ascii() {
        filler.split_whitespace().map(super::normalize::plain_word).collect()
    } else {
        filler.chars().filter(|c| c.is_alphanumeric()).map(String::from).collect()
    }
}

const LEVELS: [(&str, HitLevel); 2] = [("banned", HitLevel::Banned), ("discouraged", HitLevel::Discouraged)];
const SEVERITIES: [(&str, Severity); 3] =
    [("info", Severity::Info), ("watch", Severity::Watch), ("bad", Severity::Bad)];

fn parse_entry(source: Source<'_>, entry: &DeTable<'_>, at: usize) -> Result<Entry, PackError> {
    let mut table = Table { source, table: entry, at, owner: "this entry".to_owned() };
    table.only(&[
        "id",
        "level",
        "severity",
        "category",
        "phrases",
        "exceptions",
        "reason",
        "suggestion",
        "hits",
        "misses",
    ])?;
    let id = table.text("id")?;
    table.owner = format!("entry \"{id}\"");
    let level = table.one_of("level", "level", &LEVELS, None)?;
    let phrases = |key| -> Result<Vec<Phrase>, PackError> {
        table.texts(key)?.into_iter().map(|(text, at)| parse_phrase(source, &id, text, at)).collect()
    };
    let found = phrases("phrases")?;
    if found.is_empty() {
        return Err(table.missing("phrases", "a list of at least one phrase, e.g. [\"我不知道\"]"));
    }
    let plain =
        |key| -> Result<Vec<String>, PackError> { Ok(table.texts(key)?.into_iter().map(|(text, _)| text).collect()) };
    Ok(Entry {
        level,
        severity: table.one_of("severity", "severity", &SEVERITIES, Some(usual_severity(level)))?,
        category: table.text_or_empty("category")?,
        phrases: found,
        exceptions: phrases("exceptions")?,
        reason: table.text("reason")?,
        suggestion: table.text("suggestion")?,
        hits: plain("hits")?,
        misses: plain("misses")?,
        line: source.place(at).line,
        id,
    })
}

fn parse_phrase(source: Source<'_>, entry: &str, text: String, at: usize) -> Result<Phrase, PackError> {
    Phrase::parse(&text).map_err(|cause| {
        let mut place = source.place(at);
        // Behind the quotation mark; right for every phrase that needs no escapes.
        place.column += 1 + cause.position;
        PackError::Phrase { place, entry: entry.to_owned(), phrase: text, cause }
    })
}

/// The text of a pack and what it is called.
#[derive(Clone, Copy)]
struct Source<'a> {
    text: &'a str,
    file: &'a str,
}

impl Source<'_> {
    /// The place of byte `at`.
    fn place(&self, at: usize) -> Place {
        let before: &str = match self.text.get(..at) {
            Some(before) => before,
            // Inside a character or behind the end: the place where the text ends is as near as it gets.
            None => self.text,
        };
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        Place {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

/// A table that is being read.
struct Table<'a> {
    source: Source<'a>,
    table: &'a DeTable<'a>,
    /// Byte at which it begins.
    at: usize,
    /// What errors call it.
    owner: String,
}

impl<'a> Table<'a> {
    /// Refuses every key that is not `allowed`; the first in the file is reported.
    fn only(&self, allowed: &'static [&'static str]) -> Result<(), PackError> {
        let unknown = self.table.keys().filter(|key| !allowed.contains(&key.get_ref().as_ref()));
        match unknown.min_by_key(|key| key.span().start) {
            None => Ok(()),
            Some(key) => Err(PackError::UnknownKey {
                place: self.source.place(key.span().start),
                key: key.get_ref().to_string(),
                hint: Hint::new(key.get_ref(), allowed),
            }),
        }
    }

    fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table.iter().find(|(known, _)| known.get_ref().as_ref() == key).map(|(_, value)| value)
    }

    fn missing(&self, key: &'static str, expected: &'static str) -> PackError {
        PackError::MissingKey { place: self.source.place(self.at), owner: self.owner.clone(), key, expected }
    }

    fn wrong(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &'static str) -> PackError {
        let found = match value.get_ref() {
            DeValue::String(text) if text.trim().is_empty() => "empty",
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a decimal number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        PackError::WrongType { place: self.source.place(value.span().start), key: key.to_owned(), found, expected }
    }

    /// A text that must be there and must say something.
    fn text(&self, key: &'static str) -> Result<String, PackError> {
        const EXPECTED: &str = "a text in quotation marks";
        let value = self.get(key).ok_or_else(|| self.missing(key, EXPECTED))?;
        match value.get_ref().as_str().map(str::trim) {
            Some(text) if !text.is_empty() => Ok(text.to_owned()),
            _ => Err(self.wrong(key, value, EXPECTED)),
        }
    }

    fn text_or_empty(&self, key: &'static str) -> Result<String, PackError> {
        match self.get(key).map(|value| (value, value.get_ref().as_str())) {
            None => Ok(String::new()),
            Some((_, Some(text))) => Ok(text.trim().to_owned()),
            Some((value, None)) => Err(self.wrong(key, value, "a text in quotation marks")),
        }
    }

    /// A list of texts with the byte at which each begins; empty when it is not there.
    fn texts(&self, key: &'static str) -> Result<Vec<(String, usize)>, PackError> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let list = value.get_ref().as_array().ok_or_else(|| self.wrong(key, value, "a list of texts"))?;
        list.iter()
            .map(|item| match item.get_ref().as_str() {
                Some(text) => Ok((text.to_owned(), item.span().start)),
                None => Err(self.wrong(key, item, "a list of texts")),
            })
            .collect()
    }

    fn version(&self) -> Result<u32, PackError> {
        const EXPECTED: &str = "a whole number from 1, raised with every change";
        let value = self.get("version").ok_or_else(|| self.missing("version", EXPECTED))?;
        let number = value.get_ref().as_integer().and_then(|n| u32::from_str_radix(n.as_str(), n.radix()).ok());
        number.filter(|number| *number > 0).ok_or_else(|| self.wrong("version", value, EXPECTED))
    }

    fn names(&self) -> Result<BTreeMap<String, String>, PackError> {
        const EXPECTED: &str = "a table of language codes and names, e.g. { en = \"Service wording\" }";
        let Some(value) = self.get("names") else { return Ok(BTreeMap::new()) };
        let table = value.get_ref().as_table().ok_or_else(|| self.wrong("names", value, EXPECTED))?;
        table
            .iter()
            .map(|(code, name)| match name.get_ref().as_str() {
                Some(name) => Ok((code.get_ref().to_string(), name.to_owned())),
                None => Err(self.wrong("names", name, EXPECTED)),
            })
            .collect()
    }

    /// One of several names; `usual` when the key is not there.
    fn one_of<T: Copy>(
        &self,
        key: &'static str,
        what: &'static str,
        known: &[(&'static str, T)],
        usual: Option<T>,
    ) -> Result<T, PackError> {
        let (expected, names): (&'static str, &'static [&'static str]) = match key {
            "level" => ("\"banned\" or \"discouraged\"", &["banned", "discouraged"]),
            "language" => ("\"zh\" or \"en\"", &["zh", "en"]),
            _ => ("\"info\", \"watch\" or \"bad\"", &["info", "watch", "bad"]),
        };
        let Some(value) = self.get(key) else { return usual.ok_or_else(|| self.missing(key, expected)) };
        let Some(text) = value.get_ref().as_str() else { return Err(self.wrong(key, value, expected)) };
        known.iter().find(|(name, _)| *name == text).map(|(_, meaning)| *meaning).ok_or_else(|| {
            PackError::UnknownValue {
                place: self.source.place(value.span().start),
                what,
                value: text.to_owned(),
                hint: Hint::new(text, names),
            }
        })
    }

    /// A list of tables with the byte at which each begins; empty when it is not there.
    fn tables(&self, key: &'static str) -> Result<Vec<(&'a DeTable<'a>, usize)>, PackError> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let wrong = |item| self.wrong(key, item, "one [[entry]] block for each rule");
        let list = value.get_ref().as_array().ok_or_else(|| wrong(value))?;
        list.iter()
            .map(|item| item.get_ref().as_table().map(|table| (table, item.span().start)).ok_or_else(|| wrong(item)))
            .collect()
    }
}

#[cfg(test)]
#[path = "pack_tests.rs"]
mod tests;
