//! Numbers as they are read aloud: 15 → 十五, 2024年 → 二零二四年, 58.5 → 五十八点五, 100% → 百分之百.
//!
//! The recogniser writes the same spoken number once as digits and once as characters; read aloud, both are equal.

/// A number found in a text, with what belongs to it (decimals, per cent, currency, ranges, times of day).
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// Characters of the text that it takes up.
    pub consumed: usize,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    Value { digits: Vec<u8>, decimals: Vec<u8>, one_by_one: bool, grouped: bool, sign: Option<char> },
    Link(char),
}

/// What follows a long number that is a quantity, and not an account or a telephone number.
const QUANTITY_UNITS: &str = "元块万亿人名位件个次%‰米吨克公里天年月份分台辆单字";
/// Longest number that is read as a quantity, in digits.
const MAX_QUANTITY_DIGITS: usize = 16;

impl Number {
    /// The number that begins at `chars[0]`, if one does. Expects NFKC text.
    pub fn at(chars: &[char]) -> Option<Self> {
        let currency = chars.first().copied().filter(|c| matches!(c, '¥' | '$' | '€' | '£'));
        let mut at = usize::from(currency.is_some());
        let mut parts = Vec::new();
        loop {
            let (value, used) = value_at(&chars[at.min(chars.len())..])?;
            parts.push(value);
            at += used;
            let link = chars.get(at).copied().filter(|c| matches!(c, '-' | '~' | ':' | '/' | '.' | '–' | '—' | '∼'));
            match link {
                Some(link) if chars.get(at + 1).is_some_and(char::is_ascii_digit) => {
                    parts.push(Part::Link(if matches!(link, '–' | '—') { '-' } else { link }));
                    at += 1;
                }
                _ => break,
            }
        }
        if let (Some(sign), Some(Part::Value { sign: slot @ None, .. })) = (currency, parts.last_mut()) {
            *slot = Some(sign);
        }
        let mut number = Self { consumed: at, parts };
        number.mark_telephone_numbers();
        Some(number)
    }

    /// In a chain such as 400-800-1234 every group is read digit by digit.
    fn mark_telephone_numbers(&mut self) {
        let dashes = self.parts.iter().filter(|part| matches!(part, Part::Link('-'))).count();
        let telephone = dashes > 0
            && (dashes > 1
                || self.parts.iter().any(|part| match part {
                    Part::Value { digits, one_by_one, .. } => *one_by_one || digits.len() > 4,
                    Part::Link(_) => false,
                }));
        if telephone {
            for part in &mut self.parts {
                if let Part::Value { one_by_one, .. } = part {
                    *one_by_one = true;
                }
            }
        }
    }

    /// The number in Chinese characters as it is read aloud.
    pub fn hanzi(&self) -> String {
        if let [Part::Value { .. }, Part::Link('/'), Part::Value { .. }] = self.parts.as_slice() {
            return format!("{}分之{}", value_hanzi(&self.parts[2]), value_hanzi(&self.parts[0]));
        }
        let mut text = String::new();
        for (place, part) in self.parts.iter().enumerate() {
            let by_digits = |part: Option<&Part>| matches!(part, Some(Part::Value { one_by_one: true, .. }));
            match part {
                Part::Link('-') if by_digits(self.parts.get(place + 1)) => {}
                Part::Link('-' | '~' | '∼') => text.push('到'),
                Part::Link(':' | '.') => text.push('点'),
                Part::Link(_) => {}
                // Ten o'clock sharp is 十点, without the minutes.
                Part::Value { digits, .. }
                    if digits.as_slice() == [0, 0] && place > 0 && self.parts[place - 1] == Part::Link(':') => {}
                value @ Part::Value { .. } => text.push_str(&value_hanzi(value)),
            }
        }
        text
    }

    /// How many English words it takes to read the number aloud (25 is one: twenty-five).
    pub fn english_words(&self) -> usize {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Link('-' | ':') => 0,
                Part::Link(_) => 1,
                Part::Value { digits, decimals, one_by_one, grouped, sign } => {
                    let whole = if *one_by_one { digits.len() } else { english_count(digits, *grouped) };
                    whole + if decimals.is_empty() { 0 } else { decimals.len() + 1 } + usize::from(sign.is_some())
                }
            })
            .sum()
    }
}

/// Digits with thousands separators, decimals and a sign, and how many characters they take up.
fn value_at(chars: &[char]) -> Option<(Part, usize)> {
    let digit = |at: usize| chars.get(at).and_then(|c| c.to_digit(10)).map(|d| d as u8);
    let mut digits = Vec::new();
    let mut at = 0;
    let mut grouped = false;
    while let Some(value) = digit(at) {
        digits.push(value);
        at += 1;
        let group = (1..=3).all(|k| digit(at + k).is_some()) && digit(at + 4).is_none();
        let inner = (1..=3).all(|k| digit(at + k).is_some()) && chars.get(at + 4) == Some(&',');
        if chars.get(at) == Some(&',') && (group || inner) && (grouped || digits.len() <= 3) {
            grouped = true;
            at += 1;
        }
    }
    if digits.is_empty() {
        return None;
    }
    let mut decimals = Vec::new();
    if chars.get(at) == Some(&'.') && digit(at + 1).is_some() {
        at += 1;
        while let Some(value) = digit(at) {
            decimals.push(value);
            at += 1;
        }
    }
    let sign = match (chars.get(at), chars.get(at + 1)) {
        (Some(sign @ ('%' | '‰')), _) => Some((*sign, 1)),
        (Some('°'), Some('C')) => Some(('°', 2)),
        _ => None,
    };
    at += sign.map_or(0, |(_, used)| used);
    let next = chars.get(at).copied();
    let counted = grouped || !decimals.is_empty() || sign.is_some() || next.is_some_and(|c| QUANTITY_UNITS.contains(c));
    let one_by_one = (digits.len() > 1 && digits.first() == Some(&0))
        || (digits.len() == 4 && next == Some('年'))
        || (digits.len() >= 5 && !counted && (digits.len() > 9 || !digits.ends_with(&[0, 0, 0])))
        || digits.len() > MAX_QUANTITY_DIGITS;
    Some((Part::Value { digits, decimals, one_by_one, grouped, sign: sign.map(|(sign, _)| sign) }, at))
}

const DIGIT_NAMES: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

fn digit_name(digit: u8) -> char {
    DIGIT_NAMES[usize::from(digit.min(9))]
}

fn value_hanzi(part: &Part) -> String {
    let Part::Value { digits, decimals, one_by_one, sign, .. } = part else { return String::new() };
    if *sign == Some('%') && digits.as_slice() == [1, 0, 0] && decimals.is_empty() {
        return "百分之百".to_owned();
    }
    let mut text = String::new();
    match sign {
        Some('%') => text.push_str("百分之"),
        Some('‰') => text.push_str("千分之"),
        _ => {}
    }
    if *one_by_one {
        text.extend(digits.iter().map(|digit| digit_name(*digit)));
    } else {
        text.push_str(&quantity_hanzi(digits));
    }
    if !decimals.is_empty() {
        text.push('点');
        text.extend(decimals.iter().map(|digit| digit_name(*digit)));
    }
    match sign {
        Some('°') => text.push_str("摄氏度"),
        Some('¥') => text.push('元'),
        Some('$') => text.push_str("美元"),
        Some('€') => text.push_str("欧元"),
        Some('£') => text.push_str("英镑"),
        _ => {}
    }
    text
}

/// A quantity of up to [`MAX_QUANTITY_DIGITS`] digits in words: 105 → 一百零五.
fn quantity_hanzi(digits: &[u8]) -> String {
    let value = digits.iter().fold(0u64, |value, digit| value.saturating_mul(10).saturating_add(u64::from(*digit)));
    if value == 0 {
        return "零".to_owned();
    }
    let mut text = String::new();
    let mut zero_due = false;
    for (power, name) in [(3, "万亿"), (2, "亿"), (1, "万"), (0, "")] {
        let section = value / 10_000u64.pow(power) % 10_000;
        if section == 0 {
            zero_due |= !text.is_empty();
            continue;
        }
        if !text.is_empty() && (zero_due || section < 1000) {
            text.push('零');
        }
        section_hanzi(section as u16, &mut text);
        text.push_str(name);
        zero_due = false;
    }
    // 15 is 十五, 110 is 一百一十.
    if let Some(short) = text.strip_prefix("一十") { format!("十{short}") } else { text }
}

/// A number below 10,000 in words.
fn section_hanzi(section: u16, text: &mut String) {
    let mut zero_due = false;
    let mut begun = false;
    for (unit, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = (section / unit % 10) as u8;
        if digit == 0 {
            zero_due = begun;
            continue;
        }
        if zero_due {
            text.push('零');
        }
        text.push(digit_name(digit));
        text.push_str(name);
        (begun, zero_due) = (true, false);
    }
}

fn english_count(digits: &[u8], grouped: bool) -> usize {
    let value = digits.iter().fold(0u64, |value, digit| value.saturating_mul(10).saturating_add(u64::from(*digit)));
    // A year: nineteen ninety-nine, twenty twenty-four.
    if !grouped && (1100..2100).contains(&value) && value % 100 >= 10 {
        return 2;
    }
    let below_thousand = |n: u64| -> usize { (if n >= 100 { 2 } else { 0 }) + usize::from(!n.is_multiple_of(100)) };
    let mut words = 0;
    let mut rest = value;
    for power in [1_000_000_000_000u64, 1_000_000_000, 1_000_000, 1_000] {
        if rest >= power {
            words += below_thousand(rest / power % 1000) + 1;
            rest %= power;
        }
    }
    (words + below_thousand(rest)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hanzi(text: &str) -> String {
        let chars: Vec<char> = text.chars().collect();
        Number::at(&chars).map(|number| number.hanzi()).unwrap_or_default()
    }

    #[test]
    fn numbers_are_read_as_people_read_them() {
        for (digits, read) in [
            ("0", "零"),
            ("10", "十"),
            ("15", "十五"),
            ("20", "二十"),
            ("105", "一百零五"),
            ("110", "一百一十"),
            ("1010", "一千零一十"),
            ("2024年", "二零二四"),
            ("2024元", "二千零二十四"),
            ("58.5", "五十八点五"),
            ("100%", "百分之百"),
            ("99.9%", "百分之九十九点九"),
            ("13800138000", "一三八零零一三八零零零"),
            ("13812345678", "一三八一二三四五六七八"),
            ("10086", "一零零八六"),
            ("10000", "一万"),
            ("12345元", "一万二千三百四十五"),
            ("1,234,567", "一百二十三万四千五百六十七"),
            ("10:30", "十点三十"),
            ("10:05", "十点零五"),
            ("10:00", "十点"),
            ("3-5", "三到五"),
            ("400-800-1234", "四零零八零零一二三四"),
            ("010-12345678", "零一零一二三四五六七八"),
            ("1/2", "二分之一"),
            ("¥100", "一百元"),
            ("37°C", "三十七摄氏度"),
            ("100000000", "一亿"),
            ("100010元", "十万零一十"),
        ] {
            assert_eq!(hanzi(digits), read, "{digits}");
        }
    }

    #[test]
    fn english_numbers_are_counted_in_words() {
        let words = |text: &str| Number::at(&text.chars().collect::<Vec<_>>()).map_or(0, |n| n.english_words());
        assert_eq!(words("15"), 1);
        assert_eq!(words("125"), 3);
        assert_eq!(words("2024"), 2);
        assert_eq!(words("3.5"), 3);
        assert_eq!(words("100%"), 3);
        assert_eq!(words("13812345678"), 11);
    }
}
