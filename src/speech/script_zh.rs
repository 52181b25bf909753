//! Simplified characters always: a converter behind the recogniser, which flips between the scripts at random.

use crate::script::is_han;
use crate::session::event::Word;
use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;

/// Turns traditional characters into simplified ones and leaves listed names as they are written.
pub struct Simplifier {
    converter: Option<OpenCC>,
    /// Names with a traditional character: as the converter would write them, and as they are written.
    names: Vec<(Vec<char>, Vec<char>)>,
}

impl Default for Simplifier {
    fn default() -> Self {
        Self::new()
    }
}

impl Simplifier {
    /// A converter that knows no names.
    pub fn new() -> Self {
        Self { converter: OpenCC::from_config(BuiltinConfig::T2s).ok(), names: Vec::new() }
    }

    /// Names that are to be written exactly so; those without a traditional character need no care.
    pub fn keep_names<'a>(&mut self, names: impl Iterator<Item = &'a str>) {
        let written = |name: &str| name.chars().collect::<Vec<char>>();
        let Some(converter) = &self.converter else { return };
        self.names = names
            .map(|name| (written(&converter.convert(name)), written(name)))
            .filter(|(plain, own)| plain != own && plain.len() == own.len())
            .collect();
    }

    /// Converts the words of one window together, so that the converter sees whole expressions. The number of
    /// characters of a word may change, its time not.
    pub fn convert(&self, words: &mut [Word]) {
        let Some(converter) = &self.converter else { return };
        if !words.iter().any(|word| word.text.chars().any(is_han)) {
            return;
        }
        let text: String = words.iter().map(|word| word.text.as_str()).collect();
        let mut converted: Vec<char> = converter.convert(&text).chars().collect();
        if converted.len() != text.chars().count() {
            for word in words.iter_mut() {
                word.text = converter.convert(&word.text);
            }
            return;
        }
        for (plain, own) in &self.names {
            let mut at = 0;
            while at + plain.len() <= converted.len() {
                if converted[at..at + plain.len()] == plain[..] {
                    converted[at..at + own.len()].copy_from_slice(own);
                }
                at += 1;
            }
        }
        let mut rest = converted.into_iter();
        for word in words.iter_mut() {
            let length = word.text.chars().count();
            word.text = rest.by_ref().take(length).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    fn converted(simplifier: &Simplifier, text: &str) -> String {
        let mut words: Vec<Word> =
            text.chars().map(|c| Word { span: Span::default(), text: c.to_string(), p: 0.9 }).collect();
        simplifier.convert(&mut words);
        assert_eq!(words.len(), text.chars().count(), "every word keeps its place");
        words.into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn traditional_characters_become_simplified() {
        assert_eq!(converted(&Simplifier::new(), "請問您的訂單號碼是多少"), "请问您的订单号码是多少");
        assert_eq!(converted(&Simplifier::new(), "乾隆年間的茶乾了VIP"), "乾隆年间的茶干了VIP");
    }

    #[test]
    fn listed_names_stay_as_they_are_written() {
        let mut simplifier = Simplifier::new();
        simplifier.keep_names(["萬寶龍", "客服中心"].into_iter());
        assert_eq!(converted(&simplifier, "這是萬寶龍的訂單"), "这是萬寶龍的订单");
        assert_eq!(converted(&simplifier, "这是万宝龙的订单"), "这是萬寶龍的订单");
    }
}
