//! From the text of a pack to the pack. Pure: what a pack extends is only noted.

use super::cue::{CUE_IDS, WITH_ADVICE, advice};
use super::pack::{CallPhase, CueEntry, Entry, Lower, Pack, PackError, Removal};
use super::pack_table::{Allowed, Source, Table};
use super::phrase::Phrase;
use crate::session::event::{HitLevel, Language, Severity};
use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};
use toml::de::DeTable;

const LANGUAGES: Allowed<Language> = Allowed {
    what: "language",
    expected: "\"zh\" or \"en\"",
    names: &["zh", "en"],
    meanings: &[Language::Zh, Language::En],
};
const LEVELS: Allowed<HitLevel> = Allowed {
    what: "level",
    expected: "\"banned\" or \"discouraged\"",
    names: &["banned", "discouraged"],
    meanings: &[HitLevel::Banned, HitLevel::Discouraged],
};
const SEVERITIES: Allowed<Severity> = Allowed {
    what: "severity",
    expected: "\"info\", \"watch\" or \"bad\"",
    names: &["info", "watch", "bad"],
    meanings: &[Severity::Info, Severity::Watch, Severity::Bad],
};
const PHASES: Allowed<CallPhase> = Allowed {
    what: "call phase",
    expected: "a list of call phases, e.g. [\"opening\", \"closing\"]",
    names: &["opening", "enquiry", "handling", "closing"],
    meanings: &CallPhase::ALL,
};
const CUES: Allowed<&str> =
    Allowed { what: "cue", expected: "the id of a cue, e.g. \"E2.greeting\"", names: &CUE_IDS, meanings: &CUE_IDS };

/// See [`Pack::parse`].
pub(super) fn parse(text: &str, origin: &str) -> Result<Pack, PackError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let source = Source { text, file: origin };
    let document = DeTable::parse(text).map_err(|error| PackError::Syntax {
        place: source.place(error.span().map_or(0, |span| span.start)),
        message: error.message().lines().collect::<Vec<_>>().join(", "),
    })?;
    let table = Table { source, table: document.get_ref(), at: 0, owner: "the pack".to_owned() };
    table.only(&[
        "id", "version", "name", "names", "language", "extends", "remove", "prompt", "terms", "fillers", "entry", "cue",
    ])?;
    let placed = |(text, at): (String, usize)| (text, source.place(at));
    let mut pack = Pack {
        id: table.text("id")?,
        version: table.version()?,
        name: table.text("name")?,
        names: table.names()?,
        language: table.one_of("language", &LANGUAGES, None)?,
        file: origin.to_owned(),
        extends: table.text_if_there("extends")?.map(placed).map(|(name, place)| Lower { name, place }),
        remove: table.texts("remove")?.into_iter().map(placed).map(|(id, place)| Removal { id, place }).collect(),
        prompt: table.text_or_empty("prompt")?,
        terms: plain(&table, "terms")?,
        fillers: plain(&table, "fillers")?,
        entries: Vec::new(),
        cues: Vec::new(),
    };
    if pack.extends.is_none() {
        table.refuse("remove", NOTHING_BELOW)?;
    }
    let mut known = HashMap::new();
    for (entry, at) in table.tables("entry", "one [[entry]] block for each rule")? {
        let entry = parse_entry(source, entry, at, pack.extends.is_some())?;
        match known.entry((entry.id.clone(), entry.level)) {
            Vacant(new) => drop(new.insert(entry.line)),
            Occupied(first) => {
                let first_line = *first.get();
                return Err(PackError::Duplicate { place: source.place(at), id: entry.id, first_line });
            }
        }
        pack.entries.push(entry);
    }
    for (cue, at) in table.tables("cue", "one [[cue]] block for each cue")? {
        pack.cues.push(parse_cue(source, cue, at, pack.extends.is_some())?);
    }
    Ok(pack)
}

const NOTHING_BELOW: &str = "only has a meaning in a pack that \"extends\" another";

fn usual_severity(level: HitLevel) -> Severity {
    match level {
        HitLevel::Banned => Severity::Bad,
        HitLevel::Discouraged => Severity::Watch,
    }
}

fn parse_entry(source: Source<'_>, entry: &DeTable<'_>, at: usize, layered: bool) -> Result<Entry, PackError> {
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
        "instead",
        "phases",
        "hits",
        "misses",
        "replace",
    ])?;
    let id = table.text("id")?;
    table.owner = format!("entry \"{id}\"");
    let level = table.one_of("level", &LEVELS, None)?;
    if !layered {
        table.refuse("replace", NOTHING_BELOW)?;
    }
    Ok(Entry {
        level,
        severity: table.one_of("severity", &SEVERITIES, Some(usual_severity(level)))?,
        category: table.text_or_empty("category")?,
        phrases: some_phrases(&table, &id)?,
        exceptions: phrases(&table, "exceptions", &id)?,
        reason: table.text("reason")?,
        suggestion: table.text("suggestion")?,
        instead: plain(&table, "instead")?,
        phases: table.some_of("phases", &PHASES)?,
        hits: plain(&table, "hits")?,
        misses: plain(&table, "misses")?,
        replace: table.flag("replace")?,
        file: source.file.to_owned(),
        line: source.place(at).line,
        id,
    })
}

fn parse_cue(source: Source<'_>, cue: &DeTable<'_>, at: usize, layered: bool) -> Result<CueEntry, PackError> {
    let mut table = Table { source, table: cue, at, owner: "this cue".to_owned() };
    table.only(&["id", "phrases", "exceptions", "instead", "hits", "misses", "replace"])?;
    let id = table.one_of("id", &CUES, None)?;
    table.owner = format!("cue \"{id}\"");
    if !layered {
        table.refuse("replace", NOTHING_BELOW)?;
    }
    if advice(id, Language::Zh).is_none() {
        table.refuse("instead", &format!("is only for cues that are better said otherwise: {WITH_ADVICE}"))?;
    }
    Ok(CueEntry {
        id,
        phrases: some_phrases(&table, id)?,
        exceptions: phrases(&table, "exceptions", id)?,
        instead: table.text_if_there("instead")?.map(|(text, _)| text),
        hits: plain(&table, "hits")?,
        misses: plain(&table, "misses")?,
        replace: table.flag("replace")?,
        file: source.file.to_owned(),
        line: source.place(at).line,
    })
}

fn plain(table: &Table<'_>, key: &'static str) -> Result<Vec<String>, PackError> {
    Ok(table.texts(key)?.into_iter().map(|(text, _)| text).collect())
}

fn phrases(table: &Table<'_>, key: &'static str, id: &str) -> Result<Vec<Phrase>, PackError> {
    table.texts(key)?.into_iter().map(|(text, at)| parse_phrase(table.source, id, text, at)).collect()
}

/// The phrases of a table that must have some.
fn some_phrases(table: &Table<'_>, id: &str) -> Result<Vec<Phrase>, PackError> {
    let found = phrases(table, "phrases", id)?;
    if found.is_empty() {
        return Err(table.missing("phrases", "a list of at least one phrase, e.g. [\"我不知道\"]"));
    }
    Ok(found)
}

fn parse_phrase(source: Source<'_>, entry: &str, text: String, at: usize) -> Result<Phrase, PackError> {
    Phrase::parse(&text).map_err(|cause| {
        let place = source.place(source.inside(at, &text, cause.position));
        PackError::Phrase { place, entry: entry.to_owned(), phrase: text, cause }
    })
}
