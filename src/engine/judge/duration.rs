//! How long a wait was said to be: 两分钟, 半分钟, 三五分钟, 30秒, a couple of minutes.

/// Units of time and how many seconds they are; longer names first.
const UNITS: [(&str, f32); 7] =
    [("小时", 3600.0), ("分", 60.0), ("秒", 1.0), ("hour", 3600.0), ("minute", 60.0), ("second", 1.0), ("sec", 1.0)];
/// What 几分钟 and "a few minutes" are taken for.
const FEW: f32 = 5.0;
const WORDS: [(&str, f32); 15] = [
    ("couple", 2.0),
    ("few", FEW),
    ("half", 0.5),
    ("one", 1.0),
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("ten", 10.0),
    ("fifteen", 15.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("forty", 40.0),
    ("a", 1.0),
    ("an", 1.0),
];

/// The longest time that `text` names, seconds; none where it names none (一会儿).
pub fn named_s(text: &str) -> Option<f32> {
    let text = text.to_lowercase();
    let named = UNITS.iter().filter_map(|(unit, seconds)| {
        let before = text.get(..text.find(unit)?)?;
        Some(number_at_end(before)? * seconds)
    });
    named.reduce(f32::max)
}

/// The number that `text` ends with; of two (三五, 三到五) the larger one, which comes last.
fn number_at_end(text: &str) -> Option<f32> {
    let text = text.trim_end_matches(['个', ' ', '-']).trim_end_matches(" of").trim_end();
    let digits: String = text.chars().rev().take_while(char::is_ascii_digit).collect();
    if !digits.is_empty() {
        return digits.chars().rev().collect::<String>().parse().ok();
    }
    let word: String = text.chars().rev().take_while(char::is_ascii_alphabetic).collect();
    if !word.is_empty() {
        let word: String = word.chars().rev().collect();
        return WORDS.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
    }
    han_number_at_end(text)
}

fn han_number_at_end(text: &str) -> Option<f32> {
    let digit = |c: char| "零一二三四五六七八九".chars().position(|known| known == c).map(|value| value as f32);
    let mut last = text.chars().rev();
    let value = match last.next()? {
        '半' => return Some(0.5),
        '几' | '数' => FEW,
        '两' => 2.0,
        '十' => 0.0,
        c => digit(c)?,
    };
    let tens = if text.ends_with('十') { Some('十') } else { last.next().filter(|c| *c == '十') };
    match tens {
        None => Some(value),
        Some(_) => {
            let count = last.next().and_then(|c| if c == '两' { Some(2.0) } else { digit(c) }).unwrap_or(1.0);
            Some(count * 10.0 + value)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_said() {
        for (text, seconds) in [
            ("大概两分钟", Some(120.0)),
            ("三十秒左右", Some(30.0)),
            ("二十五秒", Some(25.0)),
            ("十五秒", Some(15.0)),
            ("十分钟", Some(600.0)),
            ("半分钟", Some(30.0)),
            ("三到五分钟", Some(300.0)),
            ("一两分钟", Some(120.0)),
            ("几分钟", Some(300.0)),
            ("半个小时", Some(1800.0)),
            ("1分钟", Some(60.0)),
            ("45秒", Some(45.0)),
            ("about two minutes", Some(120.0)),
            ("a couple of minutes", Some(120.0)),
            ("30 seconds", Some(30.0)),
            ("a minute", Some(60.0)),
            ("一会儿", None),
            ("请稍等", None),
        ] {
            assert_eq!(named_s(text), seconds, "{text}");
        }
    }
}
