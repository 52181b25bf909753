//! What measurements and flags say to people, in the language of the window or the terminal.

pub mod explain;

use crate::analysis::delivery::{Movement, Witness};
use crate::practice::profile::STANDARD;
use crate::practice::review::Review;
use crate::practice::score::Part;
use crate::session::event::{Flag, FlagKind, Header};
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
        FlagKind::FastSpeech
        | FlagKind::SlowSpeech
        | FlagKind::TooQuiet
        | FlagKind::Filler
        | FlagKind::FadingEnd
        | FlagKind::QuestionVolley
        | FlagKind::UnexplainedHold => format!("{value:.0}"),
        FlagKind::Monotone => format!("{:.0}", value * 100.0),
        // 0.28 s must not read as the 0.3 s that it falls short of.
        FlagKind::RushedFact => format!("{value:.2}"),
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

/// A span of pitch that differs from the usual one by this factor is called narrower or wider.
const UNUSUAL: f32 = 1.2;

/// What was measured of how lively a voice is, and what to do, in one sentence. It speaks of the figure that is most
/// in need of it.
pub fn liveliness_reason(liveliness: f32, movement: &Movement, header: Option<&Header>, locale: &str) -> String {
    let lively_above = header.map_or(STANDARD.delivery.lively_above, |header| header.profile.delivery.lively_above);
    let usual_st = header.and_then(|header| header.baseline.as_ref()).map(|baseline| baseline.span_st.max(0.1));
    let beside_usual = usual_st.map(|usual_st| match movement.span_st / usual_st {
        ratio if ratio < 1.0 / UNUSUAL => "delivery.narrower",
        ratio if ratio > UNUSUAL => "delivery.wider",
        _ => "delivery.as_usual",
    });
    let key = match movement.flattest() {
        _ if liveliness >= lively_above => "delivery.lively",
        _ if beside_usual == Some("delivery.narrower") => "delivery.flat_span",
        Witness::Span => "delivery.flat_span",
        Witness::Speed => "delivery.flat_speed",
        Witness::Level => "delivery.flat_level",
    };
    let usual = beside_usual.zip(usual_st).map_or(String::new(), |(key, usual_st)| {
        t!(key, locale = locale, usual = format!("{usual_st:.1}")).into_owned()
    });
    t!(
        key,
        locale = locale,
        span = format!("{:.1}", movement.span_st),
        usual = usual,
        speed = format!("{:.0}", movement.speed_st_per_s),
        level = format!("{:.1}", movement.level_step_db)
    )
    .into_owned()
}

/// The same for a whole session.
pub fn delivery_reason(review: &Review, header: Option<&Header>, locale: &str) -> String {
    match &review.delivery {
        Some(figures) => liveliness_reason(figures.liveliness, &figures.movement, header, locale),
        None => too_little_voice(review.voiced_s, locale),
    }
}

/// That `voiced_s` seconds of voice do not suffice, and what to do.
fn too_little_voice(voiced_s: f32, locale: &str) -> String {
    t!("delivery.too_little", locale = locale, voiced = format!("{voiced_s:.1}")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::event::{SessionEvent, Severity};
    use crate::time::{SampleTime, Span};

    #[test]
    fn a_pause_just_too_short_does_not_read_as_long_enough() {
        assert_eq!(figure(FlagKind::RushedFact, Some(0.28)), "0.28");
        assert_eq!(figure(FlagKind::RushedFact, Some(0.3)), "0.30");
    }

    #[test]
    fn every_kind_of_flag_speaks_both_languages() {
        for kind in FlagKind::ALL {
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
