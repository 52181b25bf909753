//! Packs and sentences for measuring how fast wording is found: made up, but from pairs of characters that really
//! follow one another.

use std::sync::Arc;
use voicemirror::session::event::TextSegment;
use voicemirror::wording::{Pack, spoken};

pub const PHRASES: usize = 10_000;

/// A small generator of the same numbers everywhere (xorshift).
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

/// What agents are told to say and not to say, without marks: pairs of characters as they really follow one another.
pub fn talk() -> Vec<char> {
    let pack = Pack::bundled("zh-service").expect("known").expect("valid");
    let texts = pack.entries.iter().flat_map(|entry| entry.hits.iter().chain(&entry.misses).chain([&entry.suggestion]));
    texts.flat_map(|text| text.chars()).filter(|c| !c.is_ascii() && c.is_alphabetic()).collect()
}

/// Text of `chars` characters, put together from pairs of real talk.
pub fn made_up(talk: &[char], chars: usize, random: &mut Random) -> String {
    let pairs = std::iter::repeat_with(|| random.below(talk.len() - 1));
    pairs.flat_map(|at| [talk[at], talk[at + 1]]).take(chars).collect()
}

/// Sentences of real talk, cut to `chars` characters wherever one begins.
pub fn said(talk: &[char], chars: usize, random: &mut Random) -> String {
    let at = random.below(talk.len() - chars);
    talk[at..at + chars].iter().collect()
}

/// A phrase as packs have them: words that go together, two in five behind a beginning that many share, three in ten
/// with choices and a gap.
pub fn usual(talk: &[char], number: usize, random: &mut Random) -> String {
    let words = |count: usize, random: &mut Random| made_up(talk, count, random);
    let beginning = match number % 10 {
        0 => "您",
        1 => "我们",
        2 => "[你|您](们)",
        3 => "我们公司",
        _ => "",
    };
    match random.below(10) {
        0 => format!("{beginning}{}({}){}", words(2, random), words(2, random), words(3, random)),
        1 => format!("{beginning}{}…{}", words(3, random), words(3, random)),
        2 => format!("{beginning}{}[{}|{}]{}", words(2, random), words(2, random), words(1, random), words(2, random)),
        length => format!("{beginning}{}", words(3 + length % 5, random)),
    }
}

/// A pack of so many phrases, as entries or as cues, each made by `phrase`.
pub fn pack(cues: bool, mut phrase: impl FnMut(usize) -> String) -> Arc<Pack> {
    let mut text = "id = \"x\"\nversion = 1\nname = \"X\"\nlanguage = \"zh\"\nfillers = [\"就\", \"真的\", \"啊\", \"也\", \"都\"]\n".to_owned();
    for number in 0..PHRASES / 10 {
        let phrases: Vec<String> = (0..10).map(|place| format!("\"{}\"", phrase(number * 10 + place))).collect();
        let phrases = phrases.join(", ");
        text += &if cues {
            format!("[[cue]]\nid = \"F2.empathy\"\nphrases = [{phrases}]\n")
        } else {
            format!(
                "[[entry]]\nid = \"r-{number}\"\nlevel = \"banned\"\nphrases = [{phrases}]\nreason = \"r\"\nsuggestion = \"s\"\n"
            )
        };
    }
    Arc::new(Pack::parse(&text, "x.toml").expect("valid"))
}

/// Sentences for which a shape of packs is measured.
pub const SENTENCES: usize = 64;
/// Characters of each.
pub const SENTENCE_CHARS: usize = 20;

/// A pack and what is said to it.
pub struct Case {
    pub name: &'static str,
    pub pack: Arc<Pack>,
    /// Whether its phrases are cues.
    pub cues: bool,
    pub sentences: Vec<TextSegment>,
}

/// The kinds of packs that are measured.
pub fn cases() -> Vec<Case> {
    let talk = talk();
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let made: Vec<TextSegment> = (0..SENTENCES)
        .map(|place| spoken(&(made_up(&talk, SENTENCE_CHARS, &mut random) + "。"), place as f64 * 6.0))
        .collect();
    let lengths = |number: usize| 4 + number % 7;
    let plain = pack(false, |number| made_up(&talk, lengths(number), &mut random));
    let alike = pack(false, |number| format!("我们公司的{}", made_up(&talk, 2 + number % 3, &mut random)));
    let rich = pack(false, |number| {
        let piece = |chars, random: &mut Random| made_up(&talk, chars, random);
        let (a, b, c, d) =
            (piece(2, &mut random), piece(2, &mut random), piece(2, &mut random), piece(1 + number % 3, &mut random));
        format!("[你|您](们){a}({b}|{c})…{d}不")
    });
    let usual = pack(false, |number| usual(&talk, number, &mut random));
    let talked = (0..SENTENCES)
        .map(|place| spoken(&(said(&talk, SENTENCE_CHARS, &mut random) + "。"), place as f64 * 6.0))
        .collect();
    let cues = pack(true, |number| made_up(&talk, lengths(number), &mut random));
    let case = |name, pack, sentences| Case { name, pack, cues: false, sentences };
    vec![
        case("as packs are", usual, talked),
        case("plain", plain, made.clone()),
        case("one beginning", alike, made.clone()),
        case("choices and gaps", rich, made.clone()),
        Case { name: "cues", pack: cues, cues: true, sentences: made },
    ]
}

/// Talk of `chars` characters in each sentence, as many sentences as make up some thousand characters.
pub fn long_sentences(chars: usize) -> Vec<TextSegment> {
    let talk = talk();
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    let count = (4_000 / chars).clamp(4, SENTENCES);
    (0..count).map(|place| spoken(&(said(&talk, chars, &mut random) + "。"), (place * chars) as f64 * 0.5)).collect()
}
