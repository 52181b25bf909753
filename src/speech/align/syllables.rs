//! How many syllables a word has, roughly, and what stands behind it.

use crate::script::is_han;

/// Punctuation behind a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// None, or one that is not heard.
    None,
    /// A comma or the like.
    Comma,
    /// The end of a sentence.
    Sentence,
}

/// The mark behind the last letter of `text`.
pub fn mark_after(text: &str) -> Mark {
    let behind = text.chars().rev().take_while(|c| !c.is_alphanumeric());
    behind
        .map(|c| match c {
            '。' | '！' | '？' | '.' | '!' | '?' | ';' | '；' => Mark::Sentence,
            ',' | '，' | '、' | ':' | '：' | '—' | '…' => Mark::Comma,
            _ => Mark::None,
        })
        .max()
        .unwrap_or(Mark::None)
}

/// Syllables of a word when it is read aloud, at least one: a Han character has one, a digit one with the words of a
/// long number's places, a Latin word as many as it has groups of vowels, letters in capitals one each. The last two
/// are estimates: they only have to be as good as the nuclei are.
pub fn syllables(text: &str) -> usize {
    let chars: Vec<char> = text.chars().collect();
    let mut count = 0;
    let mut at = 0;
    while let Some(&first) = chars.get(at) {
        let run = |inside: &dyn Fn(char) -> bool| chars[at..].iter().take_while(|&&c| inside(c)).count();
        let (used, said) = if is_han(first) {
            (1, 1)
        } else if first.is_ascii_digit() {
            let digits = run(&|c| c.is_ascii_digit());
            (digits, digits_aloud(&chars[at..at + digits]))
        } else if first.is_alphabetic() {
            let letters = run(&|c| c.is_alphabetic() && !is_han(c));
            (letters, letters_aloud(&chars[at..at + letters]))
        } else {
            (1, mark_aloud(first, chars.get(at + 1).copied()))
        };
        count += said;
        at += used.max(1);
    }
    count.max(1)
}

/// Up to four digits are a quantity (五百八十: its places are said, its zeroes are not); more are read one by one.
fn digits_aloud(digits: &[char]) -> usize {
    let spoken = digits.iter().filter(|&&c| c != '0').count();
    match digits {
        [_] => 1,
        // Ten is 十 and not 一十.
        ['1', '0'] => 1,
        ['1', _] => 2,
        [_, '0'] => 2,
        [_, _, ..] if digits.len() <= 4 && digits[0] != '0' => {
            let inner_zero = digits.windows(2).any(|pair| pair[0] == '0' && pair[1] != '0');
            2 * spoken - usize::from(digits[digits.len() - 1] != '0') + usize::from(inner_zero)
        }
        _ => digits.len(),
    }
}

fn letters_aloud(letters: &[char]) -> usize {
    let capitals = letters.iter().all(|c| c.is_uppercase());
    if letters.len() == 1 || (letters.len() <= 4 && capitals) {
        return letters.len();
    }
    let vowel = |c: char| "aeiouyàáâäåèéêëìíîïòóôöùúûü".contains(c.to_ascii_lowercase());
    let groups = (0..letters.len()).filter(|&i| vowel(letters[i]) && (i == 0 || !vowel(letters[i - 1]))).count();
    let silent_e = groups > 1 && matches!(letters, [.., before, 'e'] if !vowel(*before) && *before != 'l');
    (groups - usize::from(silent_e)).max(1)
}

/// 点 in a decimal and 百分之 before a share are said, other marks are not.
fn mark_aloud(mark: char, after: Option<char>) -> usize {
    match mark {
        '.' if after.is_some_and(|c| c.is_ascii_digit()) => 1,
        '%' | '％' => 3,
        _ => 0,
    }
}
