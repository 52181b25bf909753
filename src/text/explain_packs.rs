//! Mistakes in wording packs, in the language of the window: where, what was found, what was expected, what may have
//! been meant.

use super::explain::Explain;
use crate::practice::setup::SetupError;
use crate::session::event::HitLevel;
use crate::wording::{Hint, Misfit, PackError, PackProblem, PhraseError, PhraseMistake, Place};
use rust_i18n::t;

/// Words of the reader of packs that are told to people, and their keys under `packs.word`.
const WORDS: &[(&str, &str)] = &[
    ("empty", "empty"),
    ("a text", "text"),
    ("a whole number", "whole_number"),
    ("a decimal number", "decimal"),
    ("true or false", "flag"),
    ("a date", "date"),
    ("a list", "list"),
    ("a table", "table"),
    ("a text in quotation marks", "quoted"),
    ("a list of texts", "texts"),
    ("a whole number from 1, raised with every change", "version"),
    ("a table of language codes and names, e.g. { en = \"Service wording\" }", "names"),
    ("\"zh\" or \"en\"", "languages"),
    ("\"banned\" or \"discouraged\"", "levels"),
    ("\"info\", \"watch\" or \"bad\"", "severities"),
    ("a list of call phases, e.g. [\"opening\", \"closing\"]", "phases"),
    ("the id of a cue, e.g. \"E2.greeting\"", "cue_id"),
    ("one [[entry]] block for each rule", "entries"),
    ("one [[cue]] block for each cue", "cues"),
    ("a list of at least one phrase, e.g. [\"我不知道\"]", "phrases"),
    ("language", "language"),
    ("level", "level"),
    ("severity", "severity"),
    ("call phase", "phase"),
    ("cue", "cue"),
    ("rule or cue of the pack below", "below"),
    ("only has a meaning in a pack that \"extends\" another", "nothing_below"),
];

/// `word` in `locale`; as it is where it has no translation.
fn word(word: &str, locale: &str) -> String {
    match WORDS.iter().find(|(english, _)| *english == word) {
        Some((_, key)) => {
            let key = format!("packs.word.{key}");
            t!(&key, locale = locale).into_owned()
        }
        None => word.to_owned(),
    }
}

fn place(place: &Place, locale: &str) -> String {
    t!("packs.place", locale = locale, file = place.file, line = place.line, column = place.column).into_owned()
}

fn hint(hint: &Hint, locale: &str) -> String {
    match &hint.meant {
        Some(meant) => t!("packs.meant", locale = locale, word = meant),
        None => t!("packs.one_of", locale = locale, words = hint.allowed.join("、")),
    }
    .into_owned()
}

impl Explain for PhraseError {
    fn explain(&self, locale: &str) -> String {
        if locale == "en" {
            return self.to_string();
        }
        match &self.mistake {
            PhraseMistake::Unexpected(found) => t!("packs.phrase.unexpected", locale = locale, found = found),
            PhraseMistake::Empty => t!("packs.phrase.empty", locale = locale),
            PhraseMistake::Everywhere => t!("packs.phrase.everywhere", locale = locale),
            PhraseMistake::TooLong(count) => t!("packs.phrase.too_long", locale = locale, count = count),
            PhraseMistake::TooDeep => t!("packs.phrase.too_deep", locale = locale),
            PhraseMistake::Bracket { close, found } => {
                t!("packs.phrase.bracket", locale = locale, close = close, found = found)
            }
            PhraseMistake::NeverClosed(close) => t!("packs.phrase.never_closed", locale = locale, close = close),
            PhraseMistake::EmptyBracket => t!("packs.phrase.empty_bracket", locale = locale),
        }
        .into_owned()
    }
}

impl Explain for PackError {
    fn explain(&self, locale: &str) -> String {
        if locale == "en" {
            return self.to_string();
        }
        let what = match self {
            Self::Syntax { message, .. } => t!("packs.error.syntax", locale = locale, message = message),
            Self::UnknownKey { key, hint: meant, .. } => {
                t!("packs.error.unknown_key", locale = locale, key = key, hint = hint(meant, locale))
            }
            Self::MissingKey { key, expected, .. } => {
                t!("packs.error.missing_key", locale = locale, key = key, expected = word(expected, locale))
            }
            Self::WrongType { key, found, expected, .. } => {
                let (found, expected) = (word(found, locale), word(expected, locale));
                t!("packs.error.wrong_type", locale = locale, key = key, found = found, expected = expected)
            }
            Self::UnknownValue { what, value, hint: meant, .. } => {
                let (what, meant) = (word(what, locale), hint(meant, locale));
                t!("packs.error.unknown_value", locale = locale, what = what, value = value, hint = meant)
            }
            Self::Phrase { phrase, cause, .. } => {
                t!("packs.error.phrase", locale = locale, phrase = phrase, cause = cause.explain(locale))
            }
            Self::Duplicate { id, first_line, .. } => {
                t!("packs.error.duplicate", locale = locale, id = id, line = first_line)
            }
            Self::Misplaced { key, reason, .. } => {
                t!("packs.error.misplaced", locale = locale, key = key, reason = word(reason, locale))
            }
            Self::OtherLanguage { lower, .. } => t!("packs.error.other_language", locale = locale, lower = lower),
        };
        format!("{}{what}", place(self.place(), locale))
    }
}

impl Explain for SetupError {
    fn explain(&self, locale: &str) -> String {
        if locale == "en" {
            return self.to_string();
        }
        let at = |here: &Place, what: &str| format!("{}{what}", place(here, locale));
        match self {
            Self::Profile(_) | Self::UnknownPack { .. } => self.to_string(),
            Self::Pack(error) => error.explain(locale),
            Self::PackUnreadable { path, reason } => {
                t!("packs.error.unreadable", locale = locale, path = path.display(), reason = reason).into_owned()
            }
            Self::UnknownLower { place, wanted, known } => {
                at(place, &t!("packs.error.unknown_lower", locale = locale, wanted = wanted, known = known))
            }
            Self::PackCircle { place, chain } => at(place, &t!("packs.error.circle", locale = locale, chain = chain)),
            Self::TooManyLayers { place, wanted } => {
                at(place, &t!("packs.error.layers", locale = locale, wanted = wanted))
            }
        }
    }
}

impl Explain for Misfit {
    fn explain(&self, locale: &str) -> String {
        if locale == "en" {
            return self.to_string();
        }
        match self {
            Self::NoEntries => t!("packs.misfit.no_entries", locale = locale),
            Self::NoExample => t!("packs.misfit.no_example", locale = locale),
            Self::NotFound { sentence } => t!("packs.misfit.not_found", locale = locale, sentence = sentence),
            Self::FoundAs { sentence, rule, level } => {
                let key = if *level == HitLevel::Banned { "packs.level.banned" } else { "packs.level.discouraged" };
                let level = t!(key, locale = locale);
                t!("packs.misfit.found_as", locale = locale, sentence = sentence, rule = rule, level = level)
            }
            Self::FoundWrongly { sentence, text } => {
                t!("packs.misfit.found_wrongly", locale = locale, sentence = sentence, text = text)
            }
        }
        .into_owned()
    }
}

impl Explain for PackProblem {
    fn explain(&self, locale: &str) -> String {
        if locale == "en" {
            return self.to_string();
        }
        t!("packs.problem", locale = locale, entry = self.entry, what = self.misfit.explain(locale)).into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::{Pack, check};

    const HEAD: &str = "id = \"x\"\nversion = 1\nname = \"X\"\nlanguage = \"zh\"\n";

    fn told(text: &str) -> String {
        Pack::parse(text, "公司.toml").expect_err("refused").explain("zh")
    }

    #[test]
    fn every_mistake_is_told_in_chinese_with_its_place() {
        let entry = |more: &str| format!("{HEAD}[[entry]]\nid = \"a\"\nlevel = \"banned\"\nreason = \"r\"\n{more}");
        let whole = entry("phrases = [\"甲乙\"]\nsuggestion = \"s\"\n");
        for (text, expected) in [
            (entry("phrase = [\"甲乙\"]"), "公司.toml 第 9 行第 1 列：没有“phrase”这个键；是不是想写“phrases”？"),
            (entry("phrases = [\"甲[乙\"]"), "公司.toml 第 9 行第 14 列：短语“甲[乙”：这个括号少了配对的“]”"),
            (entry("phrases = [\"甲乙\"]"), "缺少“suggestion”，应该是一段文字，写在引号里"),
            (entry("phrases = []"), "缺少“phrases”，应该是至少一条短语的列表，例如 [\"我不知道\"]"),
            (entry("phrases = \"甲乙\""), "“phrases”写成了一段文字，应该是一列文字"),
            (whole.replace("banned", "baned"), "第 7 行第 9 列：级别不能是“baned”；是不是想写“banned”？"),
            (format!("{whole}replace = true"), "“replace”只在叠于另一词库之上（extends）的词库里才有意义"),
            (format!("{whole}\n{}", whole.replace(HEAD, "")), "条目“a”同一级别写了两次，第一次在第 5 行"),
            (HEAD.replace("version = 1", "version = 0"), "“version”写成了一个整数，应该是从 1 起的整数，每改一次加一"),
            (HEAD.replace("\"zh\"", "\"fr\""), "语言不能是“fr”；只能是 zh、en 之一"),
        ] {
            let told = told(&text);
            assert!(told.contains(expected), "{told}\nexpected {expected}");
        }
        assert!(told("id = [").starts_with("公司.toml 第 1 行第 7 列：不是有效的 TOML"));
    }

    #[test]
    fn examples_that_fail_are_told_in_chinese() {
        let entry =
            "[[entry]]\nid = \"a\"\nlevel = \"banned\"\nreason = \"r\"\nphrases = [\"星河不管\"]\nsuggestion = \"s\"\n";
        let pack = |more: &str| Pack::parse(&format!("{HEAD}{entry}{more}"), "a.toml").expect("valid");
        let told = |more: &str| check(&pack(more)).iter().map(|problem| problem.explain("zh")).collect::<Vec<_>>();
        assert_eq!(told(""), ["a：没有“必须查出”的例句；至少写一句"]);
        assert_eq!(
            told("hits = [\"谁也不管\"]\nmisses = [\"星河不管谁管\"]"),
            ["a：“谁也不管”应该查出，却没有查出", "a：“星河不管谁管”不该查出，却查出了“星河不管”"]
        );
    }

    #[test]
    fn every_word_has_a_text_in_both_languages() {
        for (english, key) in WORDS {
            for locale in crate::text::LOCALES {
                let text = word(english, locale);
                assert!(!text.contains("packs.word"), "{key}: {text}");
            }
        }
    }
}
