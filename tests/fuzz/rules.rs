//! What must hold for any pack text and any talk. Tried by the fuzz targets beside this file and by
//! `tests/wording.rs`.

use std::sync::{Arc, OnceLock};
use voicemirror::session::event::{Cue, Hit, SessionEvent, TextSegment, Word};
use voicemirror::time::{Span, samples};
use voicemirror::wording::{CueMatcher, Matcher, Pack, PackError, check, spoken};

/// Examples of longer packs are not tried: that is slow and nothing new.
const MOST_TRIED: usize = 2_000;
/// Clauses of one statement lie closer together than this and are one finding, seconds.
const SAME_STATEMENT_S: f64 = 1.0;

/// Any text is a pack, or is refused with a place inside it; a pack that can be read can be tried.
pub fn pack_text_is_read_or_refused(text: &str) {
    match Pack::parse(text, "x.toml") {
        Ok(pack) if text.len() <= MOST_TRIED => drop(check(&pack)),
        Ok(_) => {}
        Err(error) => has_a_place_inside(&error, text),
    }
}

fn has_a_place_inside(error: &PackError, text: &str) {
    let place = error.place();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    assert_eq!(place.file, "x.toml");
    let line = place.line.checked_sub(1).and_then(|line| text.split('\n').nth(line));
    let line = line.unwrap_or_else(|| panic!("{error}: the text has no such line\n{text}"));
    let columns = line.chars().count() + 1;
    assert!((1..=columns).contains(&place.column), "{error}: the line has no such column\n{text}");
}

/// The bundled pack, laid under cues so that both kinds of matching are tried.
fn pack() -> &'static Arc<Pack> {
    static PACK: OnceLock<Arc<Pack>> = OnceLock::new();
    PACK.get_or_init(|| {
        let mut pack = Pack::bundled("zh-service").expect("known").expect("valid");
        let cues = "id = \"x\"\nversion = 1\nname = \"X\"\nlanguage = \"zh\"\n\
            [[cue]]\nid = \"E2.greeting\"\nphrases = [\"您好\", \"你好\"]\nexceptions = [\"你好像\"]\n\
            [[cue]]\nid = \"F2.empathy\"\nphrases = [\"我(很|非常)理解您…[心情|感受]\", \"换作是我\"]\n\
            [[cue]]\nid = \"D8.hold\"\nphrases = [\"请(您)稍等(一下)$\"]\n";
        pack.cues.extend(Pack::parse(cues, "x.toml").expect("valid").cues);
        Arc::new(pack)
    })
}

/// Pieces of talk near the phrases of the pack: a random byte each makes talk that nearly hits.
pub fn pieces() -> &'static [String] {
    static PIECES: OnceLock<Vec<String>> = OnceLock::new();
    PIECES.get_or_init(|| {
        let examples = pack().entries.iter().flat_map(|entry| entry.hits.iter().chain(&entry.misses));
        let fixed = [
            "您好",
            "你好像",
            "我非常理解您的心情",
            "请稍等",
            "，",
            "。",
            "了",
            "不",
            "我",
            "您",
            "的",
            "就",
            "？",
            "ok",
        ];
        let mut pieces: Vec<String> = fixed.map(String::from).to_vec();
        for example in examples {
            let chars: Vec<char> = example.chars().collect();
            pieces.extend(chars.chunks(4).map(|part| part.iter().collect()));
            pieces.push(example.clone());
        }
        pieces
    })
}

/// What was found in a text that came in as these segments.
fn found(segments: &[TextSegment]) -> (Vec<Hit>, Vec<Cue>) {
    static MATCHERS: OnceLock<(Matcher, CueMatcher)> = OnceLock::new();
    let (matcher, cues) =
        MATCHERS.get_or_init(|| (Matcher::new(Arc::clone(pack())), CueMatcher::new(Arc::clone(pack()))));
    let (mut matcher, mut cues) = (matcher.clone(), cues.clone());
    let (mut hits, mut events) = (Vec::new(), Vec::new());
    for segment in segments {
        matcher.push(segment, &mut hits);
        cues.push(segment, &mut events);
    }
    matcher.finish(&mut hits);
    cues.finish(&mut events);
    let cue = |event| match event {
        SessionEvent::Cue(cue) => Some(cue),
        _ => None,
    };
    (hits, events.into_iter().filter_map(cue).collect())
}

/// How talk is cut into segments loses no finding, as long as it is cut where the speaker goes on and inside no
/// number or word. `cuts` says for each word whether a segment ends behind it.
pub fn cutting_loses_nothing(text: &str, mut cuts: impl FnMut() -> bool) {
    let whole = spoken(text, 0.0);
    let (hits, cues) = found(std::slice::from_ref(&whole));
    for hit in &hits {
        assert!((0.0..=1.0).contains(&hit.confidence) && hit.span.start <= hit.span.end, "{hit:?}");
        assert!(!hit.phrase.is_empty() && !hit.text.is_empty(), "{hit:?}");
    }
    let parts = cut(&whole, |word, next| {
        let spoken_on = next.span.start - word.span.end == 0;
        cuts() && spoken_on && ends_in_han(word) && ends_in_han(next)
    });
    let (cut_hits, cut_cues) = found(&parts);
    let told = |span: Span, other: Span| {
        span.start <= other.end + samples(SAME_STATEMENT_S) && other.start <= span.end + samples(SAME_STATEMENT_S)
    };
    for hit in hits {
        assert!(cut_hits.iter().any(|other| told(hit.span, other.span)), "{hit:?} is lost in {parts:?}");
    }
    for cue in cues {
        let same =
            |other: &&Cue| other.id == cue.id && other.span.start <= cue.span.end && cue.span.start <= other.span.end;
        assert!(cut_cues.iter().find(same).is_some(), "{cue:?} is lost in {parts:?}");
    }
}

/// One character of Chinese and no mark behind it.
fn ends_in_han(word: &Word) -> bool {
    let mut chars = word.text.chars();
    chars.next().is_some_and(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) && chars.next().is_none()
}

fn cut(whole: &TextSegment, mut ends: impl FnMut(&Word, &Word) -> bool) -> Vec<TextSegment> {
    let mut parts = Vec::new();
    let mut words: Vec<Word> = Vec::new();
    for (place, word) in whole.words.iter().enumerate() {
        words.push(word.clone());
        if whole.words.get(place + 1).is_none_or(|next| ends(word, next)) {
            let span = Span::new(words[0].span.start, word.span.end);
            parts.push(TextSegment { span, words: std::mem::take(&mut words), ..whole.clone() });
        }
    }
    parts
}
