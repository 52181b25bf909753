//! What a pack finds in a session that was kept, and what another finds beside it.

use crate::session::event::{Cue, Hit, SessionEvent, TextSegment, Word};
use crate::time::Span;
use crate::wording::{Listener, Pack, ends_sentence};
use std::sync::Arc;

/// Most characters of the sentence that are shown on either side of a hit.
const AROUND: usize = 24;
/// A silence this long ends a sentence where no mark does, seconds.
const SILENCE_S: f64 = 1.5;

/// How a hit of the edited pack stands to those of the pack in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Only the edited pack finds it.
    New,
    /// Only the pack in force finds it.
    Gone,
    /// Both find it.
    Kept,
}

/// What a pack found.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// What not to say.
    Hit(Hit),
    /// What the call needs to hear.
    Cue(Cue),
}

impl Found {
    /// Rule or cue.
    pub fn id(&self) -> &str {
        match self {
            Self::Hit(hit) => &hit.rule,
            Self::Cue(cue) => &cue.id,
        }
    }

    /// When it was said.
    pub fn span(&self) -> Span {
        match self {
            Self::Hit(hit) => hit.span,
            Self::Cue(cue) => cue.span,
        }
    }

    /// The words as heard.
    pub fn text(&self) -> &str {
        match self {
            Self::Hit(hit) => &hit.text,
            Self::Cue(cue) => &cue.text,
        }
    }

    /// Whether two packs have found the same: under one rule, at one place, at the same level and severity.
    fn is_same(&self, other: &Self) -> bool {
        let (one, two) = (self.span(), other.span());
        let overlap = one.start < two.end && two.start < one.end;
        let kind = |found: &Self| match found {
            Self::Hit(hit) => Some((hit.level, hit.severity)),
            Self::Cue(_) => None,
        };
        self.id() == other.id() && kind(self) == kind(other) && (overlap || one == two)
    }
}

/// A finding in the preview.
#[derive(Clone, Debug, PartialEq)]
pub struct PreviewHit {
    /// How the two packs differ on it.
    pub change: Change,
    /// What was found.
    pub found: Found,
    /// What was said before it in the same sentence.
    pub before: String,
    /// What was said behind it.
    pub after: String,
}

/// What `pack` finds in the settled text of a session; none when `go_on` said no, which is asked before each segment.
pub fn listen(pack: &Arc<Pack>, segments: &[TextSegment], go_on: impl Fn() -> bool) -> Option<Vec<Found>> {
    let mut listener = Listener::new(Arc::clone(pack));
    let mut events = Vec::new();
    for segment in segments {
        if !go_on() {
            return None;
        }
        listener.push(segment, &mut events);
    }
    listener.finish(&mut events);
    let found = |event| match event {
        SessionEvent::Hit(hit) => Some(Found::Hit(hit)),
        SessionEvent::Cue(cue) => Some(Found::Cue(cue)),
        _ => None,
    };
    Some(events.into_iter().filter_map(found).collect())
}

/// What changes for a session when the pack that found `before` becomes the one that found `after`: in the order of
/// time.
pub fn difference(before: &[Found], after: &[Found], segments: &[TextSegment]) -> Vec<PreviewHit> {
    let words: Vec<&Word> = segments.iter().flat_map(|segment| &segment.words).collect();
    let mut taken = vec![false; before.len()];
    let mut found = Vec::new();
    for hit in after {
        let same = before.iter().zip(&taken).position(|(old, taken)| !taken && old.is_same(hit));
        if let Some(place) = same {
            taken[place] = true;
        }
        found.push(shown(hit, if same.is_some() { Change::Kept } else { Change::New }, &words));
    }
    let gone = before.iter().zip(&taken).filter(|(_, taken)| !**taken);
    found.extend(gone.map(|(hit, _)| shown(hit, Change::Gone, &words)));
    found.sort_by_key(|one| (one.found.span().start, one.change));
    found
}

fn shown(found: &Found, change: Change, words: &[&Word]) -> PreviewHit {
    let span = found.span();
    let first = words.partition_point(|word| word.span.end <= span.start);
    let behind = words.partition_point(|word| word.span.start < span.end).max(first);
    let mut start = first;
    while start > 0 && !parts(words[start - 1], words.get(start).copied()) {
        start -= 1;
    }
    let mut end = behind;
    while end > 0 && end < words.len() && !parts(words[end - 1], Some(words[end])) {
        end += 1;
    }
    let text = |range: &[&Word]| range.iter().map(|word| word.text.as_str()).collect::<String>();
    let (before, after) = (text(&words[start..first]), text(&words[behind..end]));
    PreviewHit { change, found: found.clone(), before: tail(before.trim_start()), after: head(after.trim_end()) }
}

/// Whether a sentence ends between two words.
fn parts(word: &Word, next: Option<&Word>) -> bool {
    let silent = next.is_some_and(|next| next.span.start.seconds() - word.span.end.seconds() >= SILENCE_S);
    silent || ends_sentence(word)
}

/// The end of a long text.
fn tail(text: &str) -> String {
    match text.chars().count().checked_sub(AROUND) {
        None | Some(0) => text.to_owned(),
        Some(more) => std::iter::once('…').chain(text.chars().skip(more)).collect(),
    }
}

/// The beginning of a long text.
fn head(text: &str) -> String {
    if text.chars().count() <= AROUND {
        return text.to_owned();
    }
    text.chars().take(AROUND).chain(['…']).collect()
}

/// How many are new, gone and kept.
pub fn counts(hits: &[PreviewHit]) -> [usize; 3] {
    [Change::New, Change::Gone, Change::Kept].map(|change| hits.iter().filter(|hit| hit.change == change).count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::spoken;

    fn pack(phrases: &[(&str, &str)]) -> Arc<Pack> {
        let mut text = "id = \"x\"\nversion = 1\nname = \"X\"\nlanguage = \"zh\"\n".to_owned();
        for (id, phrase) in phrases {
            text += &format!(
                "[[entry]]\nid = \"{id}\"\nlevel = \"banned\"\nphrases = [\"{phrase}\"]\nreason = \"r\"\nsuggestion = \"s\"\n"
            );
        }
        Arc::new(Pack::parse(&text, "x.toml").expect("valid"))
    }

    fn heard(phrases: &[(&str, &str)], segments: &[TextSegment]) -> Vec<Found> {
        listen(&pack(phrases), segments, || true).expect("heard to the end")
    }

    #[test]
    fn what_is_new_gone_and_kept_comes_with_its_sentence() {
        let segments =
            [spoken("您好，星河公司。这个星河不管的，您自己看吧。再见。", 0.0), spoken("这件事我们不负责。", 20.0)];
        let before = heard(&[("a", "星河不管"), ("b", "我们不负责")], &segments);
        let after = heard(&[("a", "星河不管"), ("c", "您自己看")], &segments);
        let found = difference(&before, &after, &segments);
        let seen: Vec<_> = found.iter().map(|one| (one.found.id(), one.change)).collect();
        assert_eq!(seen, [("a", Change::Kept), ("c", Change::New), ("b", Change::Gone)]);
        assert_eq!(counts(&found), [1, 1, 1]);
        assert_eq!((found[0].before.as_str(), found[0].after.as_str()), ("这个", "的，您自己看吧。"));
        assert_eq!((found[2].before.as_str(), found[2].found.text().trim_end_matches('。')), ("这件事", "我们不负责"));
        assert!(found[2].found.span().start.seconds() > 20.0);
        assert!(difference(&before, &before, &segments).iter().all(|one| one.change == Change::Kept));
        assert!(difference(&[], &[], &[]).is_empty());
    }

    #[test]
    fn a_hit_that_became_more_serious_is_another() {
        let segments = [spoken("这个星河不管的。", 0.0)];
        let before = heard(&[("a", "星河不管")], &segments);
        let mut after = before.clone();
        let Found::Hit(hit) = &mut after[0] else { panic!("a hit") };
        hit.severity = crate::session::event::Severity::Watch;
        assert_eq!(counts(&difference(&before, &after, &segments)), [1, 1, 0]);
    }

    #[test]
    fn a_sentence_without_an_end_is_cut() {
        let long = "好".repeat(60);
        let segments = [spoken(&format!("{long}星河不管{long}"), 0.0)];
        let hits = heard(&[("a", "星河不管")], &segments);
        let found = difference(&hits, &hits, &segments);
        assert_eq!(found[0].before.chars().count(), AROUND + 1);
        assert!(found[0].before.starts_with('…') && found[0].after.ends_with('…'));
    }
}
