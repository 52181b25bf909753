//! From written text to what was spoken: characters and words one by one, numbers as they are read aloud,
//! punctuation as breaks. Matching and the pace count both rest on this.
//!
//! Simplified characters are expected; the speech side has converted them already.

use super::numbers::Number;
use crate::script::is_han;
use crate::session::event::Word;
use unicode_normalization::UnicodeNormalization;

/// What separates two spoken units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Nothing, or a mark that is not heard (quotes, brackets).
    #[default]
    None,
    /// A comma or the like: inside a sentence.
    Comma,
    /// The end of a sentence.
    Sentence,
}

/// One piece of a text.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// A Chinese character (or one kana or hangul), one syllable.
    Han(char),
    /// A number with what belongs to it.
    Number(Number),
    /// A word of letters, in the case it was written in.
    Latin(String),
    /// Punctuation.
    Mark(Mark),
}

/// One spoken unit: a character, or a lower-case word without apostrophes.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// The character or word.
    pub text: String,
    /// Index of the first word that it comes from.
    pub first_word: usize,
    /// Index of the last word that it comes from.
    pub last_word: usize,
    /// Punctuation between the unit before and this one.
    pub mark_before: Mark,
}

/// How many syllables a text has when a Mandarin speaker reads it aloud: one for each character, digits as they
/// are read, letters by syllables. Punctuation never counts.
pub fn spoken_han(text: &str) -> usize {
    let chars: Vec<char> = text.nfkc().collect();
    let mut count = 0;
    tokens(&chars, |token, _, _| {
        count += match token {
            Token::Han(_) => 1,
            Token::Number(number) => number.hanzi().chars().count(),
            Token::Latin(word) => latin_syllables(&word),
            Token::Mark(_) => 0,
        }
    });
    count
}

/// How many words a text has when an English speaker reads it aloud; two Chinese characters count as one word.
pub fn spoken_words(text: &str) -> usize {
    let chars: Vec<char> = text.nfkc().collect();
    let (mut count, mut han) = (0, 0usize);
    tokens(&chars, |token, _, _| match token {
        Token::Han(_) => han += 1,
        Token::Number(number) => count += number.english_words(),
        Token::Latin(_) => count += 1,
        Token::Mark(_) => {}
    });
    count + han.div_ceil(2)
}

/// The spoken units of recognised words, each with the words it comes from, and the mark after the last unit.
pub fn units(words: &[Word]) -> (Vec<Unit>, Mark) {
    let mut chars = Vec::new();
    let mut origins = Vec::new();
    for (index, word) in words.iter().enumerate() {
        for character in word.text.nfkc() {
            chars.push(character);
            origins.push(index);
        }
    }
    let mut found = Vec::new();
    let mut mark = Mark::None;
    tokens(&chars, |token, start, end| {
        let first_word = origins.get(start).copied().unwrap_or_default();
        let last_word = origins.get(end.saturating_sub(1)).copied().unwrap_or(first_word);
        let mut push = |text: String| {
            found.push(Unit { text, first_word, last_word, mark_before: std::mem::take(&mut mark) });
        };
        match token {
            Token::Han(character) => push(character.to_string()),
            Token::Number(number) => number.hanzi().chars().for_each(|c| push(c.to_string())),
            Token::Latin(word) => push(plain_word(&word)),
            Token::Mark(kind) => mark = mark.max(kind),
        }
    });
    (found, mark)
}

/// A word as the matcher compares it: lower case, without apostrophes.
pub fn plain_word(word: &str) -> String {
    word.chars().filter(|c| !is_apostrophe(*c)).flat_map(char::to_lowercase).collect()
}

/// Cuts NFKC text into tokens and hands each over with its start and end in `chars`.
pub fn tokens(chars: &[char], mut each: impl FnMut(Token, usize, usize)) {
    let mut at = 0;
    while let Some(&character) = chars.get(at) {
        let rest = &chars[at..];
        let (token, used) = if let Some(number) = number_at(chars, at) {
            let used = number.consumed.max(1);
            (Some(Token::Number(number)), used)
        } else if is_han(character) {
            (Some(Token::Han(character)), 1)
        } else if character.is_alphabetic() {
            let used = rest.iter().take_while(|c| c.is_alphabetic() && !is_han(**c) || is_apostrophe(**c)).count();
            (Some(Token::Latin(rest[..used].iter().collect())), used)
        } else if rest.starts_with(&['.', '.']) {
            // NFKC of …: a pause in the sentence, not its end.
            (Some(Token::Mark(Mark::Comma)), rest.iter().take_while(|c| **c == '.').count())
        } else {
            let after = rest.get(1).copied();
            (mark_of(character, after).map(Token::Mark), 1)
        };
        if let Some(token) = token {
            each(token, at, at + used);
        }
        at += used;
    }
}

fn number_at(chars: &[char], at: usize) -> Option<Number> {
    let character = chars.get(at)?;
    let may_begin = character.is_ascii_digit() || matches!(character, '¥' | '$' | '€' | '£');
    if may_begin { Number::at(&chars[at..]) } else { None }
}

fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '’' | '‘' | 'ʼ')
}

/// What a punctuation character means; none when nothing is heard. NFKC has made full-width marks plain ones.
fn mark_of(character: char, after: Option<char>) -> Option<Mark> {
    match character {
        '。' | '！' | '？' | '!' | '?' | ';' | '；' | '\n' => Some(Mark::Sentence),
        // The point of "www.x.com" ends no sentence.
        '.' if after.is_some_and(|c| c.is_ascii_alphanumeric()) => Some(Mark::Comma),
        '.' => Some(Mark::Sentence),
        ',' | '，' | '、' | ':' | '：' | '—' | '…' => Some(Mark::Comma),
        _ => None,
    }
}

/// Syllables of a word of letters as a Mandarin speaker says it: capitals up to four letters one by one
/// (W has three), else by groups of vowels.
fn latin_syllables(word: &str) -> usize {
    let letters: Vec<char> = word.chars().filter(|c| c.is_alphabetic()).collect();
    let spelled = letters.len() == 1 || (letters.len() <= 4 && letters.iter().all(|c| c.is_uppercase()));
    if spelled {
        return letters.iter().map(|c| if matches!(c, 'W' | 'w') { 3 } else { 1 }).sum();
    }
    let lower: Vec<char> = letters.iter().flat_map(|c| c.to_lowercase()).collect();
    let vowel = |c: char| "aeiouyàáâäåèéêëìíîïòóôöùúûüœæ".contains(c);
    let mut groups = 0;
    let mut inside = false;
    for c in &lower {
        groups += usize::from(vowel(*c) && !inside);
        inside = vowel(*c);
    }
    // A final e is silent (mobile, online), but not in -le after a consonant (single).
    let silent = match lower.as_slice() {
        [.., before, 'l', 'e'] => vowel(*before),
        [.., before, 'e'] => !vowel(*before),
        _ => false,
    };
    (groups - usize::from(silent && groups > 1)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    #[test]
    fn syllables_are_counted_as_read_aloud() {
        for (text, count) in [
            ("您好，这里是客户服务中心。", 11),
            ("15", 2),
            ("2024年", 5),
            ("58.5元", 6),
            ("100%", 4),
            ("10086", 5),
            ("13812345678", 11),
            ("１５天", 3),
            ("用APP下载", 6),
            ("下载 app 吧", 4),
            ("WPS", 5),
            ("QQ", 2),
            ("iPhone", 2),
            ("WiFi密码", 4),
            ("prime会员", 3),
            ("4G", 2),
            ("", 0),
            ("！？…… ——", 0),
            ("😀", 0),
            ("3-5个工作日", 7),
        ] {
            assert_eq!(spoken_han(text), count, "{text}");
        }
    }

    #[test]
    fn english_is_counted_in_words() {
        assert_eq!(spoken_words("I don't know."), 3);
        assert_eq!(spoken_words("That's our company's policy, Mr. Smith!"), 6);
        assert_eq!(spoken_words("wait 15 minutes"), 3);
        assert_eq!(spoken_words("您好"), 1);
        assert_eq!(spoken_words(" ... "), 0);
    }

    #[test]
    fn units_know_their_words_and_marks() {
        let word = |text: &str| Word { span: Span::default(), text: text.into(), p: 1.0 };
        let (units, last) = units(&[word("等"), word("1"), word("5"), word("天。"), word("好"), word("，")]);
        let texts: Vec<&str> = units.iter().map(|unit| unit.text.as_str()).collect();
        assert_eq!(texts, ["等", "十", "五", "天", "好"]);
        assert_eq!((units[1].first_word, units[2].last_word), (1, 2));
        assert_eq!(units[4].mark_before, Mark::Sentence);
        assert_eq!(last, Mark::Comma);
    }
}
