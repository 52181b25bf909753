//! Word lists of a company's pack beside those of the pack below, and one of them as a form.

use super::{ItemKey, ItemRow, Layer, lines};
use crate::wording::Pack;

/// Words of the row that are shown.
const SHOWN: usize = 8;

/// A list of single words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WordList {
    /// Names and words of the trade that the recogniser should expect.
    Terms,
    /// Words that may be put in anywhere without changing what is said.
    Fillers,
}

impl WordList {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Terms, Self::Fillers];

    /// Its key in a pack's file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Terms => "terms",
            Self::Fillers => "fillers",
        }
    }

    fn of(self, pack: &Pack) -> &[String] {
        match self {
            Self::Terms => &pack.terms,
            Self::Fillers => &pack.fillers,
        }
    }
}

/// A word list as people fill it in.
#[derive(Clone, Debug, PartialEq)]
pub struct WordsForm {
    /// Which list it is.
    pub list: WordList,
    /// The company's own words, one a line, as they are written in the file.
    pub own: String,
    /// Those of the pack below, which count as well; shown, never changed.
    pub inherited: Vec<String>,
}

/// The form of a list.
pub(super) fn form(list: WordList, upper: Option<&Pack>, below: Option<&Pack>) -> WordsForm {
    let words = |pack: Option<&Pack>| pack.map(|pack| list.of(pack).to_vec()).unwrap_or_default();
    WordsForm { list, own: words(upper).join("\n"), inherited: words(below) }
}

/// A row for each list.
pub(super) fn rows(upper: Option<&Pack>, below: Option<&Pack>) -> Vec<ItemRow> {
    let row = |list: WordList| {
        let own = upper.map(|pack| list.of(pack)).unwrap_or_default();
        let all = || own.iter().chain(below.map(|pack| list.of(pack)).unwrap_or_default()).map(String::as_str);
        ItemRow {
            key: ItemKey::Words(list),
            severity: None,
            phrase: all().take(SHOWN).collect::<Vec<_>>().join("、"),
            haystack: all().chain([list.name()]).collect::<Vec<_>>().join("\n").to_lowercase(),
            layer: if own.is_empty() { Layer::Below } else { Layer::Own },
            off: false,
        }
    };
    WordList::ALL.map(row).into()
}

/// What is wrong with a line of a word list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordMistake {
    /// There is nothing that is spoken in it.
    Unspoken,
    /// It is there twice.
    Twice,
    /// It is longer than any word.
    TooLong,
    /// A filler that would take back what a sentence means.
    Meaning,
}

/// Most characters of a word of the trade, and of a filler; more is a sentence that was put into the wrong field.
const LONGEST: [usize; 2] = [24, 12];
/// Characters that turn a sentence into its opposite or say who is meant; never fillers.
const MEANINGFUL: [char; 9] = ['不', '没', '别', '我', '你', '您', '他', '她', '非'];

/// The first mistake in a form, with its line from 1 and the word.
pub fn mistake(form: &WordsForm) -> Option<(usize, String, WordMistake)> {
    let words = lines(&form.own);
    let longest = if form.list == WordList::Terms { LONGEST[0] } else { LONGEST[1] };
    words.iter().enumerate().find_map(|(index, word)| {
        let mistake = if !word.chars().any(char::is_alphanumeric) {
            WordMistake::Unspoken
        } else if words[..index].contains(word) {
            WordMistake::Twice
        } else if word.chars().count() > longest {
            WordMistake::TooLong
        } else if form.list == WordList::Fillers && word.chars().any(|c| MEANINGFUL.contains(&c)) {
            WordMistake::Meaning
        } else {
            return None;
        };
        Some((index + 1, word.clone(), mistake))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_cannot_be_meant_are_told_with_their_line() {
        let told = |list, own: &str| mistake(&WordsForm { list, own: own.into(), inherited: Vec::new() });
        assert_eq!(told(WordList::Terms, "星河卡\n星光宝 PLUS\n"), None);
        assert_eq!(told(WordList::Terms, "星河卡\n星河卡"), Some((2, "星河卡".into(), WordMistake::Twice)));
        assert_eq!(told(WordList::Fillers, "那啥\n……"), Some((2, "……".into(), WordMistake::Unspoken)));
        assert_eq!(told(WordList::Fillers, "我不"), Some((1, "我不".into(), WordMistake::Meaning)));
        let long = "很".repeat(25);
        assert_eq!(told(WordList::Terms, &long), Some((1, long.clone(), WordMistake::TooLong)));
    }
}
