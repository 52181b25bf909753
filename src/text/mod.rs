//! What measurements and flags say to people, in the language of the window or the terminal.

pub mod explain;

use crate::practice::score::Part;
use crate::session::event::{Flag, FlagKind};
use rust_i18n::t;

/// Languages that the program speaks, the default first.
pub const LOCALES: [&str; 2] = ["zh", "en"];

/// The locale to use: `wanted` when the program speaks it, else the environment's, else Chinese.
pub fn locale_of(wanted: Option<&str>) -> &'static str {
    let known = |tag: &str| LOCALES.into_iter().find(|locale| tag.to_lowercase().starts_with(locale));
    if let Some(locale) = wanted.and_then(known) {
        return locale;
    }
    let environment = std::env::var("VOICEMIRROR_LOCALE").ok();
    environment.as_deref().and_then(known).unwrap_or(LOCALES[0])
}

/// A figure as people read it, in the unit of its kind.
fn figure(kind: FlagKind, value: Option<f32>) -> String {
    let Some(value) = value else { return String::new() };
    match kind {
        FlagKind::FastSpeech | FlagKind::SlowSpeech | FlagKind::TooQuiet => format!("{value:.0}"),
        FlagKind::Monotone => format!("{:.0}", value * 100.0),
        FlagKind::TooLoud => format!("{:.1}", value * 100.0),
        _ => format!("{value:.1}"),
    }
}

/// What happened, in one sentence with the measured value and its threshold.
pub fn flag_message(flag: &Flag, locale: &str) -> String {
    let key = format!("flag.{}.message", flag.kind.name());
    let measured = figure(flag.kind, flag.measured);
    let threshold = figure(flag.kind, flag.threshold);
    t!(&key, locale = locale, measured = measured, threshold = threshold, text = flag.text, reason = flag.reason)
        .into_owned()
}

/// What to do instead: the pack's own words for wording, else the locale's advice.
pub fn flag_suggestion(flag: &Flag, locale: &str) -> String {
    if !flag.suggestion.is_empty() {
        return flag.suggestion.clone();
    }
    let key = format!("flag.{}.suggestion", flag.kind.name());
    t!(&key, locale = locale).into_owned()
}

/// Why a part of the score is what it is.
pub fn score_reason(part: &Part, locale: &str) -> String {
    let key = format!("score.{}", part.id);
    let figure = match part.id {
        "liveliness" => format!("{:.0}", part.figure * 100.0),
        _ => format!("{:.0}", part.figure),
    };
    t!(&key, locale = locale, figure = figure).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::event::{SessionEvent, Severity};
    use crate::time::{SampleTime, Span};

    #[test]
    fn every_kind_of_flag_speaks_both_languages() {
        use FlagKind::*;
        for kind in [FastSpeech, SlowSpeech, Monotone, TooQuiet, TooLoud, BannedWording, DiscouragedWording, LongPause]
        {
            let flag = Flag {
                id: 0,
                kind,
                rule: "A3".into(),
                span: Span::default(),
                raised_at: SampleTime::ZERO,
                severity: Severity::Watch,
                measured: Some(251.4),
                threshold: Some(240.0),
                text: "我不知道".into(),
                reason: "r".into(),
                suggestion: String::new(),
            };
            for locale in LOCALES {
                let message = flag_message(&flag, locale);
                assert!(!message.contains("flag.") && !message.contains("%{"), "{kind:?} {locale}: {message}");
                let suggestion = flag_suggestion(&flag, locale);
                assert!(!suggestion.is_empty() && !suggestion.contains("flag."), "{kind:?} {locale}: {suggestion}");
            }
            assert!(SessionEvent::Flag(flag).is_stored());
        }
    }
}
