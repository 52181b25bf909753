//! The way phrases are written in a pack.
//!
//! | written | means |
//! |---|---|
//! | `这个我不知道` | these characters, in this order, by character or by sound |
//! | `(真的)` | may be there or not |
//! | `[你\|您]` | one of these must be there, none of its characters left out or exchanged (misheard is fine) |
//! | `(了\|啦)` | one of these or none |
//! | `…` | up to 4 other characters or words, none is fine; `……` up to 12. Never across the end of a sentence |
//! | `，` | here the speaker may pause or end a sentence |
//! | `^` at the start | only at the start of a clause |
//! | `$` at the end | only at the end of a clause (吧, 啊, 了 may follow) |

use super::normalize::{Mark, Token, plain_word, tokens};
use unicode_normalization::UnicodeNormalization;

/// Most characters or words in one phrase.
const MAX_UNITS: usize = 48;
/// How deep brackets may be nested.
const MAX_DEPTH: usize = 4;

/// A phrase of a pack, understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Phrase {
    /// As it is written in the pack.
    pub source: String,
    /// Only at the start of a clause.
    pub at_start: bool,
    /// Only at the end of a clause.
    pub at_end: bool,
    /// Its pieces in order.
    pub items: Vec<Item>,
}

/// A piece of a phrase.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// One character or one lower-case word.
    Unit(String),
    /// A pause or the end of a sentence may be here.
    Break,
    /// Up to so many other units.
    Gap(u8),
    /// One of several ways to go on, or none of them.
    Choice { ways: Vec<Vec<Item>>, optional: bool },
}

/// What is wrong with a phrase.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{mistake}")]
pub struct PhraseError {
    /// Character of the phrase where it was noticed, from 0.
    pub position: usize,
    /// What was found and what was expected.
    pub mistake: PhraseMistake,
}

/// A mistake in the way a phrase is written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhraseMistake {
    /// A mark where none may be.
    #[error("unexpected \"{0}\"; only one ^ at the start and one $ at the end")]
    Unexpected(char),
    /// Nothing in it must be said.
    #[error("the phrase needs at least one character that must be there")]
    Empty,
    /// It is found in every sentence.
    #[error("one character alone is found everywhere; add more, or write ^ before and $ after it")]
    Everywhere,
    /// More characters or words than a phrase may have.
    #[error("the phrase has {0} characters; at most {MAX_UNITS}")]
    TooLong(usize),
    /// Brackets in brackets in brackets.
    #[error("brackets may be nested {MAX_DEPTH} deep at most")]
    TooDeep,
    /// A bracket goes on with something else than a way or its end.
    #[error("expected \"{close}\" or \"|\", found \"{found}\"")]
    Bracket {
        /// What closes it.
        close: char,
        /// What is there instead.
        found: char,
    },
    /// A bracket without its end.
    #[error("this bracket is never closed by \"{0}\"")]
    NeverClosed(char),
    /// A bracket around nothing.
    #[error("this bracket is empty")]
    EmptyBracket,
}

impl Phrase {
    /// Reads a phrase.
    ///
    /// # Errors
    /// When brackets do not match or are nested too deep, or when the phrase is empty, too short or too long.
    pub fn parse(source: &str) -> Result<Self, PhraseError> {
        let chars: Vec<char> = source.chars().map(unify).collect();
        let mut reader = Reader { chars: &chars, at: 0 };
        reader.skip_spaces();
        let at_start = reader.take('^');
        let mut items = reader.sequence(0)?;
        let at_end = reader.take('$');
        reader.skip_spaces();
        if let Some(extra) = reader.peek() {
            return Err(reader.error(PhraseMistake::Unexpected(extra)));
        }
        // A trailing … means that anything may follow, which is always so.
        let idle = |item: Option<&Item>| matches!(item, Some(Item::Gap(_) | Item::Break));
        while idle(items.last()) {
            items.pop();
        }
        while idle(items.first()) {
            items.remove(0);
        }
        let (shortest, longest) = (shortest(&items), longest(&items));
        let fail = |mistake| Err(PhraseError { position: 0, mistake });
        match shortest {
            0 => fail(PhraseMistake::Empty),
            1 if !(at_start && at_end) => fail(PhraseMistake::Everywhere),
            _ if longest > MAX_UNITS => fail(PhraseMistake::TooLong(longest)),
            _ => Ok(Self { source: source.to_owned(), at_start, at_end, items }),
        }
    }
}

/// One spelling for the characters that have a meaning in phrases.
fn unify(character: char) -> char {
    match character {
        '（' => '(',
        '）' => ')',
        '［' | '【' => '[',
        '］' | '】' => ']',
        '｜' => '|',
        '⋯' => '…',
        '＾' => '^',
        '＄' => '$',
        other => other,
    }
}

impl Phrase {
    /// The shortest way of saying it, for people: the first of each choice, and nothing that may be left out.
    pub fn plain(&self) -> String {
        let mut text = String::new();
        plain_text(&self.items, &mut text);
        text
    }
}

fn plain_text(items: &[Item], text: &mut String) {
    for item in items {
        match item {
            Item::Unit(unit) => {
                let joins = |c: char| c.is_ascii_alphanumeric();
                if unit.starts_with(joins) && text.ends_with(joins) {
                    text.push(' ');
                }
                text.push_str(unit);
            }
            Item::Break => text.push('，'),
            Item::Gap(_) => text.push('…'),
            Item::Choice { optional: true, .. } => {}
            Item::Choice { ways, .. } => ways.first().into_iter().for_each(|way| plain_text(way, text)),
        }
    }
}

/// Fewest units that the pieces stand for.
pub fn shortest(items: &[Item]) -> usize {
    items
        .iter()
        .map(|item| match item {
            Item::Unit(_) => 1,
            Item::Break | Item::Gap(_) => 0,
            Item::Choice { optional: true, .. } => 0,
            Item::Choice { ways, .. } => ways.iter().map(|way| shortest(way)).min().unwrap_or(0),
        })
        .sum()
}

/// Most units that the pieces stand for, gaps left out.
pub fn longest(items: &[Item]) -> usize {
    items
        .iter()
        .map(|item| match item {
            Item::Unit(_) => 1,
            Item::Break | Item::Gap(_) => 0,
            Item::Choice { ways, .. } => ways.iter().map(|way| longest(way)).max().unwrap_or(0),
        })
        .sum()
}

struct Reader<'a> {
    chars: &'a [char],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn skip_spaces(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn error(&self, mistake: PhraseMistake) -> PhraseError {
        PhraseError { position: self.at, mistake }
    }

    /// Pieces up to a closing bracket, a `|`, a `^`, a `$` or the end.
    fn sequence(&mut self, depth: usize) -> Result<Vec<Item>, PhraseError> {
        let mut items = Vec::new();
        let mut plain = String::new();
        loop {
            let next = self.peek();
            if !plain.is_empty() && next.is_none_or(|c| "()[]|…^$".contains(c)) {
                plain_items(&std::mem::take(&mut plain), &mut items);
            }
            match next {
                None | Some(')' | ']' | '|' | '^' | '$') => return Ok(items),
                Some('(') => items.push(self.choice(')', depth)?),
                Some('[') => items.push(self.choice(']', depth)?),
                Some('…') => {
                    self.at += 1;
                    items.push(Item::Gap(if self.take('…') { 12 } else { 4 }));
                    while self.take('…') {}
                }
                Some(other) => {
                    self.at += 1;
                    plain.push(other);
                }
            }
        }
    }

    /// A bracket with its ways, from the opening bracket on.
    fn choice(&mut self, close: char, depth: usize) -> Result<Item, PhraseError> {
        if depth >= MAX_DEPTH {
            return Err(self.error(PhraseMistake::TooDeep));
        }
        let opened = self.at;
        self.at += 1;
        let mut ways = Vec::new();
        loop {
            ways.push(self.sequence(depth + 1)?);
            if self.take('|') {
                continue;
            }
            if self.take(close) {
                break;
            }
            return Err(match self.peek() {
                Some(found) => self.error(PhraseMistake::Bracket { close, found }),
                None => PhraseError { position: opened, mistake: PhraseMistake::NeverClosed(close) },
            });
        }
        let empty = ways.iter().any(Vec::is_empty);
        ways.retain(|way| !way.is_empty());
        if ways.is_empty() {
            return Err(PhraseError { position: opened, mistake: PhraseMistake::EmptyBracket });
        }
        Ok(Item::Choice { ways, optional: close == ')' || empty })
    }
}

/// The pieces of text without any special character.
fn plain_items(plain: &str, items: &mut Vec<Item>) {
    let chars: Vec<char> = plain.nfkc().collect();
    tokens(&chars, |token, _, _| match token {
        Token::Han(character) => items.push(Item::Unit(character.to_string())),
        Token::Number(number) => items.extend(number.hanzi().chars().map(|c| Item::Unit(c.to_string()))),
        Token::Latin(word) => items.push(Item::Unit(plain_word(&word))),
        Token::Mark(Mark::None) => {}
        Token::Mark(_) => items.push(Item::Break),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_of_the_notation_is_read() {
        let phrase = Phrase::parse("^我（真的）不知道，[你|您们]…问$").expect("well formed");
        assert!(phrase.at_start && phrase.at_end);
        assert_eq!(shortest(&phrase.items), 6);
        assert_eq!(longest(&phrase.items), 9);
        assert!(phrase.items.contains(&Item::Gap(4)) && phrase.items.contains(&Item::Break));
        let open = Phrase::parse("你应该……").expect("well formed");
        assert_eq!(longest(&open.items), 3, "a trailing gap says nothing");
        assert_eq!(open.items.len(), 3);
        let words = Phrase::parse("I don't know").expect("well formed");
        assert_eq!(words.items[1], Item::Unit("dont".into()));
    }

    #[test]
    fn a_phrase_reads_plainly() {
        for (source, plain) in [
            ("[你|您](们)[好像|可能](还)[不|没]明白", "你好像不明白"),
            ("^[如果|要是]…不行，就算了$", "如果…不行，就算了"),
            ("I [can't|cannot] help (you)", "i cant help"),
        ] {
            assert_eq!(Phrase::parse(source).expect("well formed").plain(), plain);
        }
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        for (source, position, word) in [
            ("我(真的不知道", 1, "never closed"),
            ("我真的)不知道", 3, "unexpected"),
            ("我[你|您)", 5, "expected"),
            ("我()不知道", 1, "empty"),
            ("", 0, "at least one"),
            ("我", 0, "everywhere"),
            ("(真的)…", 0, "at least one"),
            ("((((((真))))))的不", 4, "nested"),
            ("不^知道", 1, "unexpected"),
        ] {
            let error = Phrase::parse(source).expect_err(source);
            assert_eq!(error.position, position, "{source}: {error}");
            assert!(error.to_string().contains(word), "{source}: {error}");
        }
    }
}
