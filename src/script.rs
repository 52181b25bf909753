//! What kind of writing a character belongs to.

/// Whether a character is a spoken syllable of its own, written without spaces around it: Chinese, and kana and
/// hangul, which the recogniser writes now and then.
pub fn is_han(character: char) -> bool {
    matches!(character as u32,
        0x3005 | 0x3007 | 0x3041..=0x3096 | 0x30A1..=0x30FA | 0x3400..=0x4DBF | 0x4E00..=0x9FFF
        | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF | 0x2_0000..=0x3_23AF)
}
