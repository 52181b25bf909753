//! The window's texts, looked up in `assets/locales` for one language.
//!
//! The language is passed along instead of set globally, so that two windows, or two tests, may differ.

use super::backend::Locale;
use crate::session::event::{Flag, FlagKind, Language, PaceUnit};
use rust_i18n::t;

/// Texts of one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    locale: Locale,
}

impl Words {
    /// Texts of `locale`.
    pub fn new(locale: Locale) -> Self {
        Self { locale }
    }

    /// The language.
    pub fn locale(self) -> Locale {
        self.locale
    }

    /// The text of `key`.
    pub fn tr(self, key: &str) -> String {
        t!(key, locale = self.locale.code()).into_owned()
    }

    /// The text of `key` with `%{name}` replaced.
    pub fn fill(self, key: &str, values: &[(&str, &str)]) -> String {
        let mut text = self.tr(key);
        for (name, value) in values {
            text = text.replace(&format!("%{{{name}}}"), value);
        }
        text
    }

    /// Name of a kind of flag, short.
    pub fn kind(self, kind: FlagKind) -> String {
        self.tr(&format!("flag.{}.name", kind.name()))
    }

    /// The one word that the agent is told.
    pub fn nudge(self, kind: FlagKind) -> String {
        self.tr(&format!("nudge.{}", kind.name()))
    }

    /// What was wrong, in one sentence.
    pub fn message(self, flag: &Flag) -> String {
        crate::text::flag_message(flag, self.locale.code())
    }

    /// What to do instead.
    pub fn suggestion(self, flag: &Flag) -> String {
        crate::text::flag_suggestion(flag, self.locale.code())
    }

    /// `字/分` or `words/min`.
    pub fn pace_unit(self, unit: PaceUnit) -> String {
        self.tr(match unit {
            PaceUnit::Han => "unit.han_per_min",
            PaceUnit::Word => "unit.words_per_min",
        })
    }

    /// Name of a set of thresholds; an unknown one shows its id.
    pub fn profile(self, id: &str) -> String {
        match id {
            "textbook" => self.tr("profile.textbook"),
            "everyday-phone" => self.tr("profile.everyday_phone"),
            other => other.to_owned(),
        }
    }

    /// Name of a spoken language.
    pub fn language(self, language: Language) -> String {
        self.tr(match language {
            Language::Zh => "language.zh",
            Language::En => "language.en",
            Language::Auto => "language.auto",
        })
    }
}

/// A number with one decimal and a true minus sign.
pub fn one_decimal(value: f64) -> String {
    format!("{value:.1}").replace('-', "−")
}

/// A whole number with a true minus sign.
pub fn whole(value: f32) -> String {
    let rounded = value.round();
    // Without it a level just below zero reads as "−0".
    format!("{:.0}", if rounded == 0.0 { 0.0 } else { rounded }).replace('-', "−")
}
