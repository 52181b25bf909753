//! What measurements and flags say to people, in the language of the window or the terminal.

pub mod explain;
mod explain_packs;

use crate::analysis::delivery::{Movement, Witness};
use crate::practice::profile::STANDARD;
use crate::practice::review::Review;
use crate::practice::score::Part;
use crate::session::event::{Flag, FlagKind, Header, Hit, MatchedBy};
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

/// A finding this sure is beyond doubt: at most, every character was heard as another of the same syllable.
const VERY_SURE: f32 = 0.9;
/// A finding less sure than this wants a listener: every fifth character was heard as something else.
const SURE: f32 = 0.78;

/// How sure a finding is and what it rests on, in the words of people: whether the words are there, what they sound
/// like, or how the sentence is built.
pub fn hit_reason(hit: &Hit, locale: &str) -> String {
    let phrase = readable_phrase(&hit.phrase);
    let is_same = phrase == hit.text || phrase.is_empty();
    let by = match hit.by {
        MatchedBy::Characters if is_same => "hit.by_words",
        MatchedBy::Characters => "hit.by_pattern",
        MatchedBy::Sound => "hit.by_sound",
        MatchedBy::Likelihood => "hit.by_likelihood",
        MatchedBy::Structure => "hit.by_structure",
    };
    let by = t!(by, locale = locale, phrase = phrase, text = hit.text);
    t!("hit.reason", locale = locale, sure = hit_certainty(hit, locale), by = by).into_owned()
}

/// How sure a finding is, in a word.
pub fn hit_certainty(hit: &Hit, locale: &str) -> String {
    let key = match hit.confidence {
        sure if sure >= VERY_SURE => "hit.very_sure",
        sure if sure >= SURE => "hit.likely",
        _ => "hit.doubtful",
    };
    t!(key, locale = locale).into_owned()
}

/// A phrase of a pack without the signs that only packs know: of several ways the first, what may be missing left out.
fn readable_phrase(source: &str) -> String {
    let mut text = String::new();
    // For each bracket that is open: whether its contents are left out.
    let mut open: Vec<bool> = Vec::new();
    for character in source.chars() {
        match character {
            '(' | '（' => open.push(true),
            '[' | '【' => open.push(false),
            ')' | '）' | ']' | '】' => {
                open.pop();
            }
            '|' => {
                if let Some(left_out) = open.last_mut() {
                    *left_out = true;
                }
            }
            '^' | '$' => {}
            other if !open.contains(&true) => text.push(other),
            _ => {}
        }
    }
    text.trim().replace("……", "…")
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
    fn a_phrase_reads_without_the_signs_of_packs() {
        for (source, read) in [
            ("这是(我们)公司[的|之]规定", "这是公司的规定"),
            ("^我(真的|也)不知道$", "我不知道"),
            ("[你|您]……应该", "你…应该"),
            ("[[a|b] c|d]", "a c"),
        ] {
            assert_eq!(readable_phrase(source), read);
        }
    }

    #[test]
    fn a_finding_says_how_sure_it_is_and_why() {
        let hit = |confidence, by, phrase: &str| Hit {
            rule: "ban-08".into(),
            level: crate::session::event::HitLevel::Banned,
            severity: Severity::Bad,
            span: Span::default(),
            ready_at: SampleTime::ZERO,
            text: "我不知到".into(),
            reason: String::new(),
            suggestion: String::new(),
            confidence,
            phrase: phrase.into(),
            by,
            phases: Vec::new(),
        };
        let zh = |confidence, by, phrase: &str| hit_reason(&hit(confidence, by, phrase), "zh");
        assert_eq!(zh(1.0, MatchedBy::Characters, "我不知到"), "很确定：就是这几个字");
        assert_eq!(zh(0.85, MatchedBy::Sound, "我(真)不知道"), "可能：听着像“我不知道”");
        assert_eq!(zh(0.7, MatchedBy::Structure, "H1"), "待确认：从句子的说法看出来的");
        for by in [MatchedBy::Characters, MatchedBy::Sound, MatchedBy::Likelihood, MatchedBy::Structure] {
            for locale in LOCALES {
                let reason = hit_reason(&hit(0.85, by, "我(真)不知道"), locale);
                assert!(!reason.contains("hit.") && !reason.contains("%{"), "{reason}");
            }
        }
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
