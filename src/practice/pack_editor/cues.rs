//! Cues of a company's pack beside those of the pack below, and one of them as a form.

use super::{ItemKey, ItemRow, Layer, joined, joined_sources};
use crate::wording::{CUES, CueEntry, Pack, Phrase, is_better_otherwise};

/// What tells the cues of a pack apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CueKey {
    /// Cue, e.g. `E2.greeting`.
    pub id: String,
    /// Which of the company's own blocks for it, from 0; none for what stands in the pack below.
    pub place: Option<usize>,
}

/// A cue as people fill it in; lists have one item a line.
#[derive(Clone, Debug, PartialEq)]
pub struct CueForm {
    /// Cue.
    pub id: String,
    /// Which of the company's own blocks for it, from 0; one that is not there yet stands behind the last.
    pub place: usize,
    /// Whether all that the pack below looks for makes way for it.
    pub replace: bool,
    /// What is looked for.
    pub phrases: String,
    /// What takes a cue back.
    pub exceptions: String,
    /// What to say instead, for cues that are better said otherwise.
    pub instead: String,
    /// Sentences that must be found.
    pub hits: String,
    /// Sentences that must not.
    pub misses: String,
    /// What the pack below looks for; shown, never changed.
    pub inherited: Vec<String>,
}

impl CueForm {
    /// The key of the cue that the form makes.
    pub fn key(&self) -> CueKey {
        CueKey { id: self.id.clone(), place: Some(self.place) }
    }

    /// Whether it is a cue that is better said otherwise, so that it says how.
    pub fn has_advice(&self) -> bool {
        is_better_otherwise(&self.id)
    }

    /// Whether nothing of the company's own is in it.
    pub fn is_empty(&self) -> bool {
        [&self.phrases, &self.exceptions, &self.instead, &self.hits, &self.misses].iter().all(|text| text.is_empty())
    }
}

fn blocks<'a>(pack: Option<&'a Pack>, id: &'a str) -> impl Iterator<Item = &'a CueEntry> {
    pack.into_iter().flat_map(|pack| &pack.cues).filter(move |cue| cue.id == id)
}

/// A cue of the two packs as a form; none when there is no such cue.
pub(super) fn form(upper: Option<&Pack>, below: Option<&Pack>, key: &CueKey) -> Option<CueForm> {
    CUES.iter().find(|(id, _)| *id == key.id)?;
    let own = key.place.map(|place| blocks(upper, &key.id).nth(place).ok_or(())).transpose().ok()?;
    let sources = |phrases: &[Phrase]| joined_sources(phrases);
    let sentences = |list: &[String]| joined(list.iter().map(String::as_str));
    Some(CueForm {
        id: key.id.clone(),
        place: key.place.unwrap_or_else(|| blocks(upper, &key.id).count()),
        replace: own.is_some_and(|own| own.replace),
        phrases: own.map(|own| sources(&own.phrases)).unwrap_or_default(),
        exceptions: own.map(|own| sources(&own.exceptions)).unwrap_or_default(),
        instead: own.and_then(|own| own.instead.clone()).unwrap_or_default(),
        hits: own.map(|own| sentences(&own.hits)).unwrap_or_default(),
        misses: own.map(|own| sentences(&own.misses)).unwrap_or_default(),
        inherited: blocks(below, &key.id).flat_map(inherited).collect(),
    })
}

/// What a block of the pack below looks for, with what it advises.
fn inherited(cue: &CueEntry) -> Vec<String> {
    let advice = cue.instead.as_ref().map(|instead| format!(" → {instead}")).unwrap_or_default();
    cue.phrases.iter().map(|phrase| format!("{}{advice}", phrase.source)).collect()
}

/// A row for each block of the company's own, and one for what stands below where that can still be added to.
pub(super) fn rows(upper: Option<&Pack>, below: Option<&Pack>) -> Vec<ItemRow> {
    let mut rows = Vec::new();
    for (id, meaning) in CUES {
        let own: Vec<&CueEntry> = blocks(upper, id).collect();
        for (place, cue) in own.iter().enumerate() {
            let layer = if cue.replace { Layer::Changed } else { Layer::Own };
            rows.push(row(CueKey { id: id.to_owned(), place: Some(place) }, meaning, &[*cue], layer, false));
        }
        let lower: Vec<&CueEntry> = blocks(below, id).collect();
        // Words that are better said otherwise come one by one, each with its own advice.
        if own.is_empty() || is_better_otherwise(id) {
            let off = upper.is_some_and(|upper| upper.remove.iter().any(|removal| removal.id == id));
            rows.push(row(CueKey { id: id.to_owned(), place: None }, meaning, &lower, Layer::Below, off));
        }
    }
    rows
}

fn row(key: CueKey, meaning: &str, blocks: &[&CueEntry], layer: Layer, off: bool) -> ItemRow {
    let phrases = || blocks.iter().flat_map(|cue| &cue.phrases);
    let plain = phrases().map(Phrase::plain);
    let examples = blocks.iter().flat_map(|cue| &cue.hits).cloned();
    let advice = blocks.iter().filter_map(|cue| cue.instead.clone());
    let sources = phrases().map(|phrase| phrase.source.clone());
    let all = [key.id.clone(), meaning.to_owned()].into_iter().chain(plain).chain(sources).chain(examples);
    ItemRow {
        severity: None,
        phrase: phrases().next().map(Phrase::plain).unwrap_or_default(),
        haystack: all.chain(advice).collect::<Vec<_>>().join("\n").to_lowercase(),
        key: ItemKey::Cue(key),
        layer,
        off,
    }
}
