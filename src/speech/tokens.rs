//! From a recogniser's tokens to words with times: bytes are joined before they are decoded (a token may hold half
//! a character), Han characters stand alone, Latin words and numbers stay whole, punctuation joins what it follows.

use crate::script::is_han;
use crate::session::event::Word;
use crate::time::{SampleTime, Span};

/// One token as the model gave it.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// UTF-8 bytes, possibly only a part of a character.
    pub bytes: Vec<u8>,
    /// When it was said.
    pub span: Span,
    /// Probability, 0 … 1.
    pub p: f32,
}

/// Joins tokens into words. Bytes that are no UTF-8 are dropped.
pub fn words_of(tokens: &[Token]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut joiner = Joiner::default();
    let mut pending: Vec<u8> = Vec::new();
    let mut pending_span: Option<Span> = None;
    for token in tokens {
        let started = pending_span.map_or(token.span.start, |span| span.start);
        pending_span = Some(Span::new(started, token.span.end));
        pending.extend_from_slice(&token.bytes);
        let text = match std::str::from_utf8(&pending) {
            Ok(text) => text.to_owned(),
            // The rest of the character comes with the next token.
            Err(error) if error.error_len().is_none() && pending.len() < 64 => continue,
            Err(_) => String::from_utf8_lossy(&pending).replace('\u{fffd}', ""),
        };
        pending.clear();
        let span = pending_span.take().unwrap_or(token.span);
        joiner.add(&text, span, token.p, &mut words);
    }
    words
}

/// Gives Chinese text its own punctuation: the model writes `,` and `?` after Han characters as often as `，` and `？`.
pub fn full_width_punctuation(words: &mut [Word]) {
    for word in words {
        let mut after_han = false;
        word.text = word
            .text
            .chars()
            .map(|c| {
                let wide = match c {
                    ',' => '，',
                    '.' => '。',
                    '?' => '？',
                    '!' => '！',
                    ':' => '：',
                    ';' => '；',
                    other => other,
                };
                let c = if after_han { wide } else { c };
                after_han = is_han(c) || (after_han && !c.is_alphanumeric());
                c
            })
            .collect();
    }
}

#[derive(Default)]
struct Joiner {
    space: bool,
}

impl Joiner {
    fn add(&mut self, text: &str, span: Span, p: f32, words: &mut Vec<Word>) {
        let count = text.chars().count().max(1) as u64;
        for (index, c) in text.chars().enumerate() {
            let at = |part: u64| SampleTime(span.start.0 + span.samples() * part / count);
            let own = Span::new(at(index as u64), at(index as u64 + 1));
            if c.is_whitespace() {
                self.space = true;
                continue;
            }
            let space = std::mem::take(&mut self.space);
            let last = words.last_mut();
            match last {
                Some(word) if !space && joins(&word.text, c) => {
                    word.text.push(c);
                    word.span = Span::new(word.span.start, own.end.max(word.span.end));
                    word.p = word.p.min(p);
                }
                Some(word) if !c.is_alphanumeric() => word.text.push(c),
                _ if !c.is_alphanumeric() => {}
                _ => {
                    let latin = !is_han(c);
                    let glue = if space && latin && !words.is_empty() { " " } else { "" };
                    words.push(Word { span: own, text: format!("{glue}{c}"), p });
                }
            }
        }
    }
}

/// Whether `c` goes on the word `text`: letters and digits of one Latin run, with the signs inside numbers.
fn joins(text: &str, c: char) -> bool {
    let Some(last) = text.chars().last() else { return false };
    let latin = |c: char| c.is_alphanumeric() && !is_han(c);
    let inner = |c: char| matches!(c, '.' | '\'' | '-' | '’');
    (latin(last) && latin(c) && last.is_numeric() == c.is_numeric())
        || (latin(last) && latin(c) && text.chars().any(|c| c.is_ascii_alphabetic()))
        || (inner(last) && latin(c) && text.trim_start().chars().next().is_some_and(latin))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(bytes: &[u8], start: u64) -> Token {
        Token { bytes: bytes.to_vec(), span: Span::new(SampleTime(start), SampleTime(start + 100)), p: 0.9 }
    }

    fn texts(tokens: &[Token]) -> Vec<String> {
        words_of(tokens).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn a_character_split_over_two_tokens_is_whole_again() {
        let bytes = "您".as_bytes();
        let words = words_of(&[token(&bytes[..2], 0), token(&bytes[2..], 100), token("好".as_bytes(), 200)]);
        assert_eq!(words.len(), 2);
        assert_eq!(words[0].text, "您");
        assert_eq!(words[0].span, Span::new(SampleTime(0), SampleTime(200)));
    }

    #[test]
    fn punctuation_and_latin_words_stay_together() {
        assert_eq!(texts(&[token("您好，".as_bytes(), 0), token(b"VIP", 100)]), ["您", "好，", "VIP"]);
        assert_eq!(texts(&[token(b" I", 0), token(b"'m", 100), token(b" fine.", 200)]), ["I'm", " fine."]);
        assert_eq!(texts(&[token("共58.5元".as_bytes(), 0)]), ["共", "58.5", "元"]);
    }

    #[test]
    fn chinese_text_gets_chinese_punctuation() {
        let mut words = words_of(&[token("您好,VIP. 3.5元?".as_bytes(), 0)]);
        full_width_punctuation(&mut words);
        let text: String = words.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(text, "您好，VIP. 3.5元？");
    }

    #[test]
    fn broken_bytes_do_not_panic() {
        assert!(words_of(&[token(&[0xff, 0xfe], 0), token(&[0x80], 1)]).len() <= 1);
        assert_eq!(texts(&[token("。".as_bytes(), 0)]), Vec::<String>::new());
    }
}
