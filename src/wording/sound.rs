//! How alike two characters or words sound, so that wording is found although the recogniser misheard it.
//!
//! A small recogniser writes 弄混 as 弄婚 or 梦惠: it keeps most of each syllable and none of the meaning. So
//! syllables are taken apart into initial, medial, nucleus and coda, and each part has its own price. Tones are
//! left out, because the recogniser gets them wrong most often. The prices were set by hand from what Mandarin
//! speakers and recognisers confuse (zh/z, n/l, in/ing, …), not fitted to recordings.

use pinyin::ToPinyin;

/// Price of something that must not be accepted at any length.
pub const REFUSED: f32 = f32::INFINITY;
/// Price of another character with the same syllable.
const SAME_SYLLABLE: f32 = 0.08;
/// Price of 你 for 您 and the reverse: both are "you", and they sound alike.
const YOU_FOR_YOU: f32 = 0.12;
/// Parts that differ more than this are as good as unrelated.
const UNRELATED: f32 = 0.72;
/// Highest price of two different finals under the same initial.
const FINAL_CAP: f32 = 0.45;
/// Price of two initials that have nothing in common.
const OTHER_INITIAL: f32 = 0.5;
/// Up to this price a negation or a pronoun may have been misheard; beyond it the meaning has changed.
const GUARDED_MAX: f32 = 0.2;

/// What a character or word does in the sentence, as far as matching must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Turns the meaning round (不, not): never added, dropped or swapped.
    Negation,
    /// Says whom the sentence is about (我, you): never swapped for another person.
    Pronoun,
    /// Everything else.
    Plain,
}

/// Initial and final of a syllable, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Syllable {
    initial: u8,
    last: Final,
}

/// The final of a syllable: medial, nucleus and coda.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Final {
    medial: u8,
    nucleus: u8,
    coda: u8,
}

/// How a character sounds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reading(Vec<Syllable>);

/// One character or one lower-case word, ready to be compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Symbol {
    /// The character or word.
    pub text: String,
    /// Its part in the sentence.
    pub class: Class,
    /// Readings of a character; empty for words of letters.
    readings: Vec<Syllable>,
}

impl Symbol {
    /// The symbol for one character or one lower-case word.
    pub fn new(text: &str) -> Self {
        let mut chars = text.chars();
        let single = chars.next().filter(|_| chars.next().is_none());
        Self { text: text.to_owned(), class: class_of(text), readings: single.map(readings).unwrap_or_default() }
    }

    /// How it sounds, when all that sounds so costs the same whatever else is heard.
    pub fn reading(&self) -> Option<Reading> {
        (self.class == Class::Plain && !self.readings.is_empty()).then(|| Reading(self.readings.clone()))
    }

    /// Price of having heard `heard` where the pack says `self`: 0 the same, about 0.1 the same syllable,
    /// 1 unrelated, [`REFUSED`] where the meaning would change.
    #[cfg(test)]
    pub fn cost(&self, heard: &Symbol) -> f32 {
        if self.text == heard.text { 0.0 } else { self.cost_of_other(heard) }
    }

    /// Price of having heard `heard`, which is written otherwise, where the pack says `self`.
    pub fn cost_of_other(&self, heard: &Symbol) -> f32 {
        if matches!((self.text.as_str(), heard.text.as_str()), ("你", "您") | ("您", "你")) {
            return YOU_FOR_YOU;
        }
        let alike = if self.readings.is_empty() || heard.readings.is_empty() {
            spelling_cost(&self.text, &heard.text)
        } else {
            let pairs =
                self.readings.iter().flat_map(|own| heard.readings.iter().map(|other| syllable_cost(*own, *other)));
            pairs.fold(1.0, f32::min)
        };
        let guarded = self.class != Class::Plain || heard.class != Class::Plain;
        // 不 heard as 部 is a slip; 我 heard as 你, or a new 不, is another statement. Two known pronouns or
        // negations are both real words, so nothing was misheard.
        let both_real = self.class != Class::Plain && heard.class != Class::Plain && self.readings != heard.readings;
        if guarded && (alike > GUARDED_MAX || both_real) { REFUSED } else { alike }
    }
}

/// The part of a character or lower-case word in a sentence.
fn class_of(text: &str) -> Class {
    match text {
        "不" | "没" | "别" | "未" | "无" | "非" | "勿" | "甭" => Class::Negation,
        "not" | "no" | "never" | "nobody" | "nothing" | "none" | "cannot" => Class::Negation,
        // Apostrophes are gone by now.
        "dont" | "cant" | "wont" | "isnt" | "arent" | "didnt" | "doesnt" | "couldnt" | "shouldnt" | "wouldnt"
        | "wasnt" | "werent" | "havent" | "hasnt" | "hadnt" => Class::Negation,
        "我" | "你" | "您" | "他" | "她" | "它" | "咱" => Class::Pronoun,
        "i" | "you" | "we" | "they" | "he" | "she" | "my" | "your" | "our" | "their" => Class::Pronoun,
        _ => Class::Plain,
    }
}

/// Other common readings of characters with several; the table of `pinyin` gives the first one only.
fn second_reading(character: char) -> Option<&'static str> {
    Some(match character {
        '了' => "liao",
        '都' => "du",
        '还' => "huan",
        '重' => "chong",
        '行' => "hang",
        '长' => "zhang",
        '得' => "dei",
        '地' => "de",
        '着' => "zhao",
        '没' => "mo",
        '会' => "kuai",
        '的' => "di",
        '调' => "tiao",
        '乐' => "yue",
        '觉' => "jiao",
        '差' => "chai",
        '教' => "jiao",
        '便' => "pian",
        '数' => "shuo",
        '弄' => "long",
        _ => return None,
    })
}

/// Readings of a character, the usual one first; empty when it has none.
fn readings(character: char) -> Vec<Syllable> {
    let usual = character.to_pinyin().and_then(|pinyin| syllable(pinyin.plain()));
    let other = second_reading(character).and_then(syllable);
    usual.into_iter().chain(other).collect()
}

/// Takes a toneless pinyin spelling apart; none when it is no syllable.
fn syllable(spelling: &str) -> Option<Syllable> {
    let plain: String = spelling.chars().map(|c| if c == 'v' { 'ü' } else { c }).collect();
    let (initial, rest) = INITIALS
        .iter()
        .enumerate()
        .filter_map(|(number, initial)| plain.strip_prefix(initial).map(|rest| (number as u8, *initial, rest)))
        .max_by_key(|(_, initial, _)| initial.len())
        .map_or((NO_INITIAL, spelled_final("", &plain)), |(number, initial, rest)| {
            (number, spelled_final(initial, rest))
        });
    let (_, medial, nucleus, coda) = FINALS.iter().find(|(name, ..)| *name == rest)?;
    Some(Syllable { initial, last: Final { medial: *medial, nucleus: *nucleus, coda: *coda } })
}

/// The final as it sounds, from how it is spelled after `initial`.
fn spelled_final(initial: &str, rest: &str) -> String {
    match initial {
        "j" | "q" | "x" if rest.starts_with('u') => rest.replacen('u', "ü", 1),
        "zh" | "ch" | "sh" | "r" | "z" | "c" | "s" if rest == "i" => "ï".to_owned(),
        "" if rest.starts_with("yu") => rest.replacen("yu", "ü", 1),
        "" if rest.starts_with("yi") => rest.replacen("yi", "i", 1),
        "" if rest == "you" => "iu".to_owned(),
        "" if rest.starts_with('y') => rest.replacen('y', "i", 1),
        "" if rest == "wu" => "u".to_owned(),
        "" if rest == "wei" => "ui".to_owned(),
        "" if rest == "wen" => "un".to_owned(),
        "" if rest.starts_with('w') => rest.replacen('w', "u", 1),
        _ => rest.to_owned(),
    }
}

const INITIALS: [&str; 21] =
    ["b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x", "zh", "ch", "sh", "r", "z", "c", "s"];
/// Number of the empty initial.
const NO_INITIAL: u8 = 21;

/// Finals: spelling, medial (0 none, 1 i, 2 u, 3 ü), nucleus (0 a, 1 o, 2 e, 3 ê, 4 i, 5 u, 6 ü, 7 ï),
/// coda (0 none, 1 i, 2 u, 3 n, 4 ng, 5 r).
const FINALS: [(&str, u8, u8, u8); 38] = [
    ("a", 0, 0, 0),
    ("o", 0, 1, 0),
    ("e", 0, 2, 0),
    ("ai", 0, 0, 1),
    ("ei", 0, 3, 1),
    ("ao", 0, 0, 2),
    ("ou", 0, 1, 2),
    ("an", 0, 0, 3),
    ("en", 0, 2, 3),
    ("ang", 0, 0, 4),
    ("eng", 0, 2, 4),
    ("ong", 0, 5, 4),
    ("er", 0, 2, 5),
    ("i", 0, 4, 0),
    ("ia", 1, 0, 0),
    ("io", 1, 1, 0),
    ("ie", 1, 3, 0),
    ("iao", 1, 0, 2),
    ("iu", 1, 1, 2),
    ("ian", 1, 3, 3),
    ("in", 0, 4, 3),
    ("iang", 1, 0, 4),
    ("ing", 0, 4, 4),
    ("iong", 1, 5, 4),
    ("u", 0, 5, 0),
    ("ua", 2, 0, 0),
    ("uo", 2, 1, 0),
    ("uai", 2, 0, 1),
    ("ui", 2, 3, 1),
    ("uan", 2, 0, 3),
    ("un", 2, 2, 3),
    ("uang", 2, 0, 4),
    ("ueng", 2, 2, 4),
    ("ü", 0, 6, 0),
    ("üe", 3, 3, 0),
    ("üan", 3, 0, 3),
    ("ün", 0, 6, 3),
    ("ï", 0, 7, 0),
];

/// Prices of initials that are taken for one another; everything else costs [`OTHER_INITIAL`].
const INITIAL_PAIRS: [(&str, &str, f32); 34] = [
    ("zh", "z", 0.08),
    ("ch", "c", 0.08),
    ("sh", "s", 0.08),
    ("n", "l", 0.1),
    ("f", "h", 0.15),
    ("r", "l", 0.15),
    ("b", "p", 0.2),
    ("d", "t", 0.2),
    ("g", "k", 0.2),
    ("j", "q", 0.2),
    ("zh", "ch", 0.2),
    ("z", "c", 0.2),
    ("m", "n", 0.2),
    ("j", "zh", 0.2),
    ("q", "ch", 0.2),
    ("x", "sh", 0.2),
    ("j", "z", 0.25),
    ("q", "c", 0.25),
    ("x", "s", 0.25),
    ("sh", "ch", 0.25),
    ("s", "c", 0.25),
    ("x", "q", 0.25),
    ("zh", "c", 0.25),
    ("ch", "z", 0.25),
    ("sh", "r", 0.3),
    ("zh", "r", 0.3),
    ("m", "l", 0.35),
    ("g", "h", 0.35),
    ("k", "h", 0.3),
    ("b", "d", 0.35),
    ("d", "g", 0.35),
    ("p", "t", 0.35),
    ("t", "k", 0.35),
    ("b", "m", 0.35),
];

/// Prices of nuclei, medials and codas that are taken for one another; everything else costs the last figure.
static NUCLEUS_COSTS: [[f32; 8]; 8] = table(
    &[
        (4, 6, 0.2),
        (4, 7, 0.3),
        (3, 4, 0.25),
        (2, 3, 0.1),
        (1, 2, 0.15),
        (1, 5, 0.15),
        (2, 5, 0.2),
        (0, 3, 0.2),
        (0, 2, 0.25),
        (0, 1, 0.3),
        (5, 6, 0.25),
        (2, 7, 0.25),
        (2, 4, 0.3),
    ],
    0.4,
);
static MEDIAL_COSTS: [[f32; 4]; 4] = table(&[(0, 1, 0.2), (0, 2, 0.2), (2, 3, 0.1), (1, 3, 0.12)], 0.25);
static CODA_COSTS: [[f32; 6]; 6] =
    table(&[(3, 4, 0.08), (0, 1, 0.15), (0, 3, 0.15), (0, 4, 0.15), (1, 3, 0.12), (0, 2, 0.2), (0, 5, 0.1)], 0.25);

/// A square table of prices: nothing for the same, that of the pair, or else `rest`.
const fn table<const N: usize>(pairs: &[(u8, u8, f32)], rest: f32) -> [[f32; N]; N] {
    let mut costs = [[rest; N]; N];
    let mut place = 0;
    while place < pairs.len() {
        let (a, b, cost) = pairs[place];
        costs[a as usize][b as usize] = cost;
        costs[b as usize][a as usize] = cost;
        place += 1;
    }
    let mut place = 0;
    while place < N {
        costs[place][place] = 0.0;
        place += 1;
    }
    costs
}

fn pair_cost<const N: usize>(own: u8, other: u8, table: &[[f32; N]; N]) -> f32 {
    table[usize::from(own)][usize::from(other)]
}

/// Prices of initials, the empty one last.
static INITIAL_COSTS: [[f32; INITIALS.len() + 1]; INITIALS.len() + 1] = initial_costs();

const fn initial_costs() -> [[f32; INITIALS.len() + 1]; INITIALS.len() + 1] {
    let mut pairs = [(0, 0, 0.0); INITIAL_PAIRS.len()];
    let mut place = 0;
    while place < pairs.len() {
        let (a, b, cost) = INITIAL_PAIRS[place];
        pairs[place] = (initial_number(a), initial_number(b), cost);
        place += 1;
    }
    let mut costs = table(&pairs, OTHER_INITIAL);
    // A lost or invented soft initial is common in quick speech; a lost plosive is not.
    let mut number = 0;
    while number < INITIALS.len() {
        let soft = matches!(INITIALS[number].as_bytes(), b"h" | b"r" | b"n" | b"l");
        let cost = if soft { 0.3 } else { 0.45 };
        costs[number][NO_INITIAL as usize] = cost;
        costs[NO_INITIAL as usize][number] = cost;
        number += 1;
    }
    costs
}

const fn initial_number(name: &str) -> u8 {
    let mut number = 0;
    while number < INITIALS.len() {
        let (own, known) = (name.as_bytes(), INITIALS[number].as_bytes());
        let same_end = own[own.len() - 1] == known[known.len() - 1];
        if own.len() == known.len() && own[0] == known[0] && same_end {
            return number as u8;
        }
        number += 1;
    }
    NO_INITIAL
}

/// Price of hearing syllable `other` for `own`.
fn syllable_cost(own: Syllable, other: Syllable) -> f32 {
    let last = pair_cost(own.last.medial, other.last.medial, &MEDIAL_COSTS)
        + pair_cost(own.last.nucleus, other.last.nucleus, &NUCLEUS_COSTS)
        + pair_cost(own.last.coda, other.last.coda, &CODA_COSTS);
    let total = SAME_SYLLABLE + pair_cost(own.initial, other.initial, &INITIAL_COSTS) + last.min(FINAL_CAP);
    if total > UNRELATED { 1.0 } else { total }
}

/// Price of hearing word `other` for `own`, from the share of letters that differ.
fn spelling_cost(own: &str, other: &str) -> f32 {
    let longest = own.chars().count().max(other.chars().count());
    let shortest = own.chars().count().min(other.chars().count());
    // At least as many letters differ as one word is longer.
    if longest < 4 || (longest - shortest) as f32 / longest as f32 > 0.34 {
        return 1.0;
    }
    match edit_distance(own, other) as f32 / longest as f32 {
        share if share <= 0.2 => 0.25,
        share if share <= 0.34 => 0.5,
        _ => 1.0,
    }
}

/// Letters to add, drop or change to turn one word into the other. Also behind "did you mean".
pub fn edit_distance(own: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in own.chars().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let swapped = corner + usize::from(a != *b);
            corner = row[j + 1];
            row[j + 1] = swapped.min(corner + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cost(own: &str, heard: &str) -> f32 {
        Symbol::new(own).cost(&Symbol::new(heard))
    }

    #[test]
    fn every_mandarin_syllable_is_understood() {
        let mut unknown = Vec::new();
        for code in 0x4E00..0x9FA5u32 {
            if let Some(pinyin) = char::from_u32(code).and_then(|c| c.to_pinyin())
                && syllable(pinyin.plain()).is_none()
                // Syllables without a vowel (嗯 n, 呣 m) have no final.
                && pinyin.plain().contains(['a', 'e', 'i', 'o', 'u', 'ü'])
            {
                unknown.push(pinyin.plain());
            }
        }
        unknown.sort_unstable();
        unknown.dedup();
        assert!(unknown.iter().all(|s| matches!(*s, "ê")), "{unknown:?}");
    }

    #[test]
    fn what_sounds_alike_is_cheap() {
        assert_eq!(cost("关", "关"), 0.0);
        assert!(cost("关", "管") < 0.1);
        assert!(cost("混", "婚") < 0.1);
        assert!(cost("是", "四") < 0.2 && cost("你", "里") < 0.2 && cost("应", "因") < 0.2);
        assert!(cost("弄", "梦") < 0.6 && cost("混", "惠") < 0.35);
        assert!(cost("遇", "一") < 0.35);
        assert_eq!(cost("题", "光"), 1.0);
    }

    #[test]
    fn the_meaning_is_never_turned_round() {
        assert!(cost("不", "部") < 0.1);
        assert!(cost("没", "每") < 0.1);
        assert_eq!(cost("不", "没"), REFUSED);
        assert_eq!(cost("我", "你"), REFUSED);
        assert_eq!(cost("是", "不"), REFUSED);
        assert!(cost("你", "您") < 0.2);
        assert_eq!(cost("can", "cant"), REFUSED);
        assert!(cost("policy", "polici") < 0.3);
    }
}
