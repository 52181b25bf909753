//! One pack laid over another: a company's own wording over a bundled pack.

use super::pack::{Hint, Pack, PackError, Place};
use std::collections::HashSet;

/// See [`Pack::layered`].
pub(super) fn layered(upper: Pack, lower: Pack) -> Result<Pack, PackError> {
    if upper.language != lower.language {
        let start = Place { file: upper.file, line: 1, column: 1 };
        let place = upper.extends.map_or(start, |lower| lower.place);
        return Err(PackError::OtherLanguage { place, lower: lower.id });
    }
    let known: HashSet<&str> =
        lower.entries.iter().map(|entry| entry.id.as_str()).chain(lower.cues.iter().map(|cue| cue.id)).collect();
    if let Some(unknown) = upper.remove.iter().find(|removal| !known.contains(removal.id.as_str())) {
        let mut known: Vec<&str> = known.into_iter().collect();
        known.sort_unstable();
        return Err(PackError::UnknownValue {
            place: unknown.place.clone(),
            what: "rule or cue of the pack below",
            value: unknown.id.clone(),
            hint: Hint::new(&unknown.id, &known),
        });
    }
    let mut whole = upper;
    let removed = |id: &str| whole.remove.iter().any(|removal| removal.id == id);
    let entries = lower.entries.into_iter().filter(|below| {
        let mut above = whole.entries.iter();
        !removed(&below.id) && !above.any(|entry| entry.replace && entry.id == below.id && entry.level == below.level)
    });
    let entries: Vec<_> = entries.collect();
    let cues = lower.cues.into_iter();
    let cues =
        cues.filter(|below| !removed(below.id) && !whole.cues.iter().any(|cue| cue.replace && cue.id == below.id));
    let cues: Vec<_> = cues.collect();
    whole.entries.extend(entries);
    whole.cues.extend(cues);
    add_missing(&mut whole.terms, lower.terms);
    add_missing(&mut whole.fillers, lower.fillers);
    if whole.prompt.is_empty() {
        whole.prompt = lower.prompt;
    }
    whole.extends = lower.extends;
    whole.remove = lower.remove;
    Ok(whole)
}

fn add_missing(own: &mut Vec<String>, more: Vec<String>) {
    let known: HashSet<String> = own.iter().cloned().collect();
    own.extend(more.into_iter().filter(|one| !known.contains(one)));
}
