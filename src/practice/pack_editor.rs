//! Editing a company's own wording pack: what its entries are, beside those of the pack that it lies over, and an
//! entry as a form for people who do not write TOML. Pure; `document` changes the text of a pack, `preview` compares
//! what two packs find in a session.

pub mod document;
pub mod preview;

use crate::session::event::{HitLevel, Severity};
use crate::wording::{CallPhase, Entry, Pack, Phrase};

/// What tells the entries of a pack apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EntryKey {
    /// Rule, e.g. `ban-03`.
    pub id: String,
    /// Whether it is banned or only discouraged.
    pub level: HitLevel,
}

impl EntryKey {
    /// The key of an entry.
    pub fn of(entry: &Entry) -> Self {
        Self { id: entry.id.clone(), level: entry.level }
    }

    /// Whether `entry` has this key.
    pub fn fits(&self, entry: &Entry) -> bool {
        self.id == entry.id && self.level == entry.level
    }
}

/// Where an entry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// In the pack below.
    Below,
    /// In the company's pack, in the place of the same one below.
    Changed,
    /// In the company's pack alone.
    Own,
}

/// An entry in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryRow {
    /// Which one it is.
    pub key: EntryKey,
    /// How serious it is.
    pub severity: Severity,
    /// Its first phrase, as people read it.
    pub phrase: String,
    /// All that it may be searched for by, in small letters.
    pub haystack: String,
    /// Where it stands.
    pub layer: Layer,
    /// Whether the company has switched it off.
    pub off: bool,
}

impl EntryRow {
    /// Whether every word of `wanted` is in it.
    pub fn matches(&self, wanted: &str) -> bool {
        wanted.to_lowercase().split_whitespace().all(|word| self.haystack.contains(word))
    }
}

/// The entries of `upper` and of the pack below it: the company's own first, then those below in their order, each
/// with the company's version where there is one.
pub fn rows(upper: &Pack, below: Option<&Pack>) -> Vec<EntryRow> {
    let lower = || below.iter().flat_map(|pack| &pack.entries);
    let own = |entry: &&Entry| !lower().any(|lower| entry.replace && EntryKey::of(entry).fits(lower));
    let mut rows: Vec<_> = upper.entries.iter().filter(own).map(|entry| row(entry, Layer::Own, false)).collect();
    for entry in lower() {
        let mut above = upper.entries.iter();
        let changed = above.find(|above| above.replace && EntryKey::of(above).fits(entry));
        let off = changed.is_none() && upper.remove.iter().any(|removal| removal.id == entry.id);
        rows.push(match changed {
            Some(changed) => row(changed, Layer::Changed, false),
            None => row(entry, Layer::Below, off),
        });
    }
    rows
}

/// The entries of a pack that cannot be edited.
pub fn fixed_rows(pack: &Pack) -> Vec<EntryRow> {
    pack.entries.iter().map(|entry| row(entry, Layer::Below, false)).collect()
}

fn row(entry: &Entry, layer: Layer, off: bool) -> EntryRow {
    let sources = entry.phrases.iter().chain(&entry.exceptions).map(|phrase| phrase.source.as_str());
    let advice = [&entry.id, &entry.reason, &entry.suggestion].map(String::as_str);
    let examples = entry.hits.iter().map(String::as_str);
    let plain = entry.phrases.iter().map(Phrase::plain).collect::<Vec<_>>();
    let all = advice.into_iter().chain(sources).chain(examples).chain(plain.iter().map(String::as_str));
    EntryRow {
        key: EntryKey::of(entry),
        severity: entry.severity,
        phrase: plain.first().cloned().unwrap_or_default(),
        haystack: all.collect::<Vec<_>>().join("\n").to_lowercase(),
        layer,
        off,
    }
}

/// The entry with `key`: the company's, else the one below.
pub fn find<'a>(upper: &'a Pack, below: Option<&'a Pack>, key: &EntryKey) -> Option<&'a Entry> {
    upper.entries.iter().chain(below.into_iter().flat_map(|pack| &pack.entries)).find(|entry| key.fits(entry))
}

/// An entry as people fill it in; lists have one item a line.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryForm {
    /// Rule.
    pub id: String,
    /// Whether it is banned or only discouraged.
    pub level: HitLevel,
    /// How serious it is.
    pub severity: Severity,
    /// Topic; not shown, and kept.
    pub category: String,
    /// Parts of the call where it counts; not shown, and kept.
    pub phases: Vec<CallPhase>,
    /// What is looked for.
    pub phrases: String,
    /// What takes a hit back.
    pub exceptions: String,
    /// Why it hurts.
    pub reason: String,
    /// What to say instead: the advice, then further replacements.
    pub instead: String,
    /// Sentences that must hit.
    pub hits: String,
    /// Sentences that must not.
    pub misses: String,
}

impl EntryForm {
    /// The form of an entry that is there.
    pub fn of(entry: &Entry) -> Self {
        let sources = |phrases: &[Phrase]| joined(phrases.iter().map(|phrase| phrase.source.as_str()));
        Self {
            id: entry.id.clone(),
            level: entry.level,
            severity: entry.severity,
            category: entry.category.clone(),
            phases: entry.phases.clone(),
            phrases: sources(&entry.phrases),
            exceptions: sources(&entry.exceptions),
            reason: one_line(&entry.reason),
            instead: joined(std::iter::once(&entry.suggestion).chain(&entry.instead).map(String::as_str)),
            hits: joined(entry.hits.iter().map(String::as_str)),
            misses: joined(entry.misses.iter().map(String::as_str)),
        }
    }

    /// An empty form with an id that no entry of the two packs has.
    pub fn new(upper: &Pack, below: Option<&Pack>) -> Self {
        let entries = upper.entries.iter().chain(below.into_iter().flat_map(|pack| &pack.entries));
        let mut number = 1;
        while entries.clone().any(|entry| entry.id == own_id(number)) {
            number += 1;
        }
        Self {
            id: own_id(number),
            level: HitLevel::Banned,
            severity: Severity::Bad,
            category: String::new(),
            phases: Vec::new(),
            phrases: String::new(),
            exceptions: String::new(),
            reason: String::new(),
            instead: String::new(),
            hits: String::new(),
            misses: String::new(),
        }
    }

    /// The key of the entry that the form makes.
    pub fn key(&self) -> EntryKey {
        EntryKey { id: self.id.clone(), level: self.level }
    }
}

fn own_id(number: usize) -> String {
    format!("own-{number:02}")
}

/// The lines of a field that say something.
pub fn lines(field: &str) -> Vec<String> {
    field.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// A text with its breaks taken out: in the form a break begins the next item.
fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

fn joined<'a>(items: impl Iterator<Item = &'a str>) -> String {
    items.map(one_line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn below() -> Pack {
        Pack::bundled("zh-service").expect("known").expect("valid")
    }

    fn upper(more: &str) -> Pack {
        let head = "id = \"x\"\nversion = 1\nname = \"X\"\nlanguage = \"zh\"\nextends = \"zh-service\"\n";
        Pack::parse(&format!("{head}{more}"), "x.toml").expect("valid")
    }

    const OWN: &str = "[[entry]]\nid = \"own-01\"\nlevel = \"banned\"\nphrases = [\"[你|您](们)……星河不管\"]\n\
        reason = \"r\"\nsuggestion = \"s\"\ninstead = [\"t\"]\nhits = [\"您星河不管\"]\n";

    #[test]
    fn each_entry_says_whose_it_is_and_whether_it_counts() {
        let changed = OWN.replace("own-01", "ban-08").replace("hits", "replace = true\nhits");
        let upper = upper(&format!("remove = [\"ban-13\"]\n{OWN}{changed}"));
        let below = below();
        let rows = rows(&upper, Some(&below));
        assert_eq!(rows.len(), below.entries.len() + 1);
        assert_eq!((rows[0].key.id.as_str(), rows[0].layer), ("own-01", Layer::Own));
        assert_eq!(rows[0].phrase, "你…星河不管");
        let of = |id: &str| rows.iter().find(|row| row.key.id == id && row.key.level == HitLevel::Banned).expect(id);
        assert_eq!((of("ban-08").layer, of("ban-08").off), (Layer::Changed, false));
        assert_eq!((of("ban-13").layer, of("ban-13").off), (Layer::Below, true));
        assert_eq!((of("ban-01").layer, of("ban-01").off), (Layer::Below, false));
        assert!(of("ban-01").matches("听不懂 BAN-01") && !of("ban-01").matches("星河"));
        assert_eq!(find(&upper, Some(&below), &of("ban-08").key).map(|entry| entry.replace), Some(true));
    }

    #[test]
    fn a_form_is_an_entry_and_a_new_one_has_an_id_of_its_own() {
        let (upper, below) = (upper(OWN), below());
        let form = EntryForm::of(&upper.entries[0]);
        assert_eq!((form.phrases.as_str(), form.instead.as_str()), ("[你|您](们)……星河不管", "s\nt"));
        assert_eq!(EntryForm::new(&upper, Some(&below)).id, "own-02");
        assert_eq!(lines(" 一 \n\n二\r\n"), ["一", "二"]);
    }
}
