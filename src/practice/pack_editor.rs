//! Editing a company's own wording pack: what is in it, beside the pack that it lies over, and each of that as a form
//! for people who do not write TOML. Pure; `cues` and `words` are the other two kinds beside entries, `document` changes
//! the text of a pack, `preview` compares what two packs find in a session.

mod cues;
pub mod document;
pub mod preview;
mod words;

pub use cues::{CueForm, CueKey};
pub use words::{WordList, WordMistake, WordsForm, mistake};

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

/// What tells everything apart that can be edited in a pack.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ItemKey {
    /// What not to say.
    Entry(EntryKey),
    /// What a call needs to hear.
    Cue(CueKey),
    /// A list of single words.
    Words(WordList),
}

impl ItemKey {
    /// Rule, cue, or name of the list.
    pub fn id(&self) -> &str {
        match self {
            Self::Entry(key) => &key.id,
            Self::Cue(key) => &key.id,
            Self::Words(list) => list.name(),
        }
    }
}

/// Something of a pack as people fill it in.
#[derive(Clone, Debug, PartialEq)]
pub enum Form {
    /// What not to say.
    Entry(EntryForm),
    /// What a call needs to hear.
    Cue(CueForm),
    /// A list of single words.
    Words(WordsForm),
}

impl Form {
    /// The key of what the form makes.
    pub fn key(&self) -> ItemKey {
        match self {
            Self::Entry(form) => ItemKey::Entry(form.key()),
            Self::Cue(form) => ItemKey::Cue(form.key()),
            Self::Words(form) => ItemKey::Words(form.list),
        }
    }

    /// What `key` is in the company's pack, or else in the one below; without a key a new entry.
    pub fn of(upper: Option<&Pack>, below: Option<&Pack>, key: Option<&ItemKey>) -> Option<Self> {
        Some(match key {
            None => Self::Entry(EntryForm::new(upper?, below)),
            Some(ItemKey::Entry(key)) => {
                let mut entries = upper.into_iter().chain(below).flat_map(|pack| &pack.entries);
                Self::Entry(EntryForm::of(entries.find(|entry| key.fits(entry))?))
            }
            Some(ItemKey::Cue(key)) => Self::Cue(cues::form(upper, below, key)?),
            Some(ItemKey::Words(list)) => Self::Words(words::form(*list, upper, below)),
        })
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

/// Something of a pack in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemRow {
    /// Which one it is.
    pub key: ItemKey,
    /// How serious it is, of entries.
    pub severity: Option<Severity>,
    /// Its first phrase, as people read it.
    pub phrase: String,
    /// All that it may be searched for by, in small letters.
    pub haystack: String,
    /// Where it stands.
    pub layer: Layer,
    /// Whether the company has switched it off.
    pub off: bool,
}

impl ItemRow {
    /// Whether every word of `wanted` is in it.
    pub fn matches(&self, wanted: &str) -> bool {
        wanted.to_lowercase().split_whitespace().all(|word| self.haystack.contains(word))
    }
}

/// What is in `upper` and in the pack below it. Of entries the company's own come first, then those below in their
/// order, each with the company's version where there is one; then cues, then word lists.
pub fn rows(upper: &Pack, below: Option<&Pack>) -> Vec<ItemRow> {
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
    rows.extend(cues::rows(Some(upper), below));
    rows.extend(words::rows(Some(upper), below));
    rows
}

/// What is in a pack that cannot be edited.
pub fn fixed_rows(pack: &Pack) -> Vec<ItemRow> {
    let entries = pack.entries.iter().map(|entry| row(entry, Layer::Below, false));
    entries.chain(cues::rows(None, Some(pack))).chain(words::rows(None, Some(pack))).collect()
}

fn row(entry: &Entry, layer: Layer, off: bool) -> ItemRow {
    let sources = entry.phrases.iter().chain(&entry.exceptions).map(|phrase| phrase.source.as_str());
    let advice = [&entry.id, &entry.reason, &entry.suggestion].map(String::as_str);
    let examples = entry.hits.iter().map(String::as_str);
    let plain = entry.phrases.iter().map(Phrase::plain).collect::<Vec<_>>();
    let all = advice.into_iter().chain(sources).chain(examples).chain(plain.iter().map(String::as_str));
    ItemRow {
        key: ItemKey::Entry(EntryKey::of(entry)),
        severity: Some(entry.severity),
        phrase: plain.first().cloned().unwrap_or_default(),
        haystack: all.collect::<Vec<_>>().join("\n").to_lowercase(),
        layer,
        off,
    }
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
    /// Topic, for the trainer's own order; may be empty.
    pub category: String,
    /// Parts of the call where it counts; everywhere when empty.
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
        Self {
            id: entry.id.clone(),
            level: entry.level,
            severity: entry.severity,
            category: entry.category.clone(),
            phases: entry.phases.clone(),
            phrases: joined_sources(&entry.phrases),
            exceptions: joined_sources(&entry.exceptions),
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

fn joined_sources(phrases: &[Phrase]) -> String {
    joined(phrases.iter().map(|phrase| phrase.source.as_str()))
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
        assert_eq!(rows.iter().filter(|row| row.severity.is_some()).count(), below.entries.len() + 1);
        assert_eq!((rows[0].key.id(), rows[0].layer), ("own-01", Layer::Own));
        assert_eq!(rows[0].phrase, "你…星河不管");
        let key = |id: &str| ItemKey::Entry(EntryKey { id: id.into(), level: HitLevel::Banned });
        let of = |id: &str| rows.iter().find(|row| row.key == key(id)).expect(id);
        assert_eq!((of("ban-08").layer, of("ban-08").off), (Layer::Changed, false));
        assert_eq!((of("ban-13").layer, of("ban-13").off), (Layer::Below, true));
        assert_eq!((of("ban-01").layer, of("ban-01").off), (Layer::Below, false));
        assert!(of("ban-01").matches("听不懂 BAN-01") && !of("ban-01").matches("星河"));
        let form = Form::of(Some(&upper), Some(&below), Some(&key("ban-08")));
        assert!(matches!(form, Some(Form::Entry(form)) if form.hits == "您星河不管"));
    }

    #[test]
    fn cues_and_words_say_what_is_inherited_and_what_is_the_companys() {
        let more = "terms = [\"星河卡\"]\nfillers = [\"那啥\"]\nremove = [\"E3.offer_help\"]\n\
            [[cue]]\nid = \"E2.greeting\"\nphrases = [\"星河为您服务\"]\n\
            [[cue]]\nid = \"E8.farewell\"\nreplace = true\nphrases = [\"星河祝您愉快\"]\n\
            [[cue]]\nid = \"C4.jargon\"\nphrases = [\"星光宝\"]\ninstead = \"活期理财\"\n";
        let (upper, below) = (upper(more), below());
        let rows = rows(&upper, Some(&below));
        let at = |id: &str| -> Vec<_> {
            rows.iter().filter(|row| row.key.id() == id).map(|row| (row.layer, row.off)).collect()
        };
        assert_eq!(at("E2.greeting"), [(Layer::Own, false)]);
        assert_eq!(at("E8.farewell"), [(Layer::Changed, false)]);
        assert_eq!(at("E3.offer_help"), [(Layer::Below, true)]);
        assert_eq!(at("C4.jargon"), [(Layer::Own, false), (Layer::Below, false)], "more words may be added");
        assert_eq!((at("terms"), at("fillers")), (vec![(Layer::Own, false)], vec![(Layer::Own, false)]));
        let form = |key: ItemKey| Form::of(Some(&upper), Some(&below), Some(&key)).expect("known");
        let cue = |id: &str, place| ItemKey::Cue(CueKey { id: id.into(), place });
        let Form::Cue(greeting) = form(cue("E2.greeting", Some(0))) else { panic!("a cue") };
        assert_eq!((greeting.phrases.as_str(), greeting.replace), ("星河为您服务", false));
        assert!(!greeting.inherited.is_empty());
        let Form::Cue(jargon) = form(cue("C4.jargon", None)) else { panic!("a cue") };
        assert!(jargon.is_empty() && jargon.place == 1 && jargon.inherited.iter().all(|line| line.contains(" → ")));
        assert_eq!(Form::of(None, Some(&below), Some(&cue("E2.greeting", Some(0)))), None);
        let Form::Words(fillers) = form(ItemKey::Words(WordList::Fillers)) else { panic!("words") };
        assert_eq!(fillers.own, "那啥", "as it is written, not taken apart");
        assert!(fillers.inherited.contains(&"就".to_owned()));
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
