//! Words used as fillers: 那个, 这个, 就是, 然后 where they hold the floor and mean nothing.
//!
//! All four are needed words most of the time, so the sound decides: a word that holds the floor is followed by a
//! pause and is itself drawn out or set apart (Y. Zhao and D. Jurafsky, "A preliminary study of Mandarin filled
//! pauses", DiSS 2005: demonstratives are the commonest fillers of Mandarin), or it is said twice in a row.

use crate::session::event::{Pause, Word};
use crate::time::{Span, samples};

const PHRASES: [&str; 4] = ["那个", "这个", "就是", "然后"];
/// A word is drawn out from this multiple of its usual length: syllables before a boundary reach 1.5 (final
/// lengthening), hesitations go beyond.
const LENGTHENED: f64 = 1.8;
/// Only pauses this long count, seconds.
const LEAST_PAUSE_S: f64 = 0.25;
/// Word times of a recogniser are this uncertain at a pause, seconds.
const TOLERANCE_S: f64 = 0.15;
/// Syllables on each side that the local rate is taken from, and how few are enough.
const AROUND: usize = 12;
const LEAST_AROUND: usize = 6;
const SENTENCE_ENDS: [char; 6] = ['。', '！', '？', '.', '!', '?'];

/// How long a syllable lasts here, pauses left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SyllableRate {
    /// Length of a syllable, seconds.
    pub syllable_s: f64,
}

impl SyllableRate {
    /// From an articulation rate in syllables (Han characters) per minute of speech; none unless positive.
    pub fn per_min(syllables_per_min: f32) -> Option<Self> {
        let usable = syllables_per_min.is_finite() && syllables_per_min > 0.0;
        usable.then(|| Self { syllable_s: 60.0 / f64::from(syllables_per_min) })
    }

    /// From the Han characters around word `i`, itself and the next left out: the median of their lengths.
    pub fn around(words: &[Word], i: usize) -> Option<Self> {
        let near = words.iter().enumerate().skip(i.saturating_sub(AROUND)).take(2 * AROUND + 2);
        let others = near.filter(|(k, word)| !(i..i + 2).contains(k) && bare(word).chars().count() == 1);
        let mut lengths: Vec<f64> = others.map(|(_, word)| word.span.seconds()).collect();
        lengths.sort_by(f64::total_cmp);
        let median = lengths.get(lengths.len() / 2).copied().filter(|length| *length > 0.0)?;
        (lengths.len() >= LEAST_AROUND).then_some(Self { syllable_s: median })
    }
}

/// Whether `characters` said over `span` are drawn out against the local rate.
pub fn is_lengthened(span: Span, characters: usize, rate: SyllableRate) -> bool {
    characters > 0 && span.seconds() >= LENGTHENED * characters as f64 * rate.syllable_s
}

/// Whether a pause lies directly before and directly after `span`.
pub fn beside_pause(span: Span, pauses: &[Pause]) -> (bool, bool) {
    let tolerance = samples(TOLERANCE_S);
    let close = |a: crate::time::SampleTime, b: crate::time::SampleTime| (a - b).max(b - a) <= tolerance;
    let long = || pauses.iter().filter(|pause| pause.span.seconds() >= LEAST_PAUSE_S);
    (long().any(|pause| close(pause.span.end, span.start)), long().any(|pause| close(pause.span.start, span.end)))
}

/// The span of the filler that begins with word `i` (one Han character a word); none where it is none or needed.
///
/// A pause must follow, and the words must be drawn out or stand between pauses; at the end of a sentence they are
/// its object (我要这个。). Or the same words must follow once more at once (这个这个).
pub fn spoken_filler(words: &[Word], i: usize, rate: SyllableRate, pauses: &[Pause]) -> Option<Span> {
    let phrase = phrase_at(words, i)?;
    let (first, second) = (words.get(i)?, words.get(i + 1)?);
    let span = Span::new(first.span.start, second.span.end);
    let (before, after) = beside_pause(span, pauses);
    if !after {
        let again = phrase_at(words, i + 2) == Some(phrase);
        return again.then_some(span);
    }
    let ends_sentence = second.text.trim_end().ends_with(SENTENCE_ENDS);
    // 也就是, 这就是: the first character belongs to a word before it.
    let bound = !before && phrase == "就是" && i > 0 && ["也", "这", "那", "不"].contains(&bare(&words[i - 1]));
    (!ends_sentence && !bound && (before || is_lengthened(span, 2, rate))).then_some(span)
}

/// Whether a phrase that may fill a pause begins with word `i`; quick, and false for almost every word.
pub fn may_fill(words: &[Word], i: usize) -> bool {
    phrase_at(words, i).is_some()
}

fn phrase_at(words: &[Word], i: usize) -> Option<&'static str> {
    let (first, second) = (words.get(i)?, words.get(i + 1)?);
    // Punctuation after the first character: it ends another word.
    let joined = |phrase: &&str| {
        phrase.strip_prefix(first.text.trim()).is_some_and(|rest| !rest.is_empty() && rest == bare(second))
    };
    if first.text.trim().is_empty() { None } else { PHRASES.into_iter().find(joined) }
}

/// A word without spaces and punctuation.
fn bare(word: &Word) -> &str {
    word.text.trim_matches(|c: char| !c.is_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::event::PauseKind;
    use crate::time::SampleTime;

    /// `|` is a pause of 0.4 s, `~` after a character doubles its length; a character takes 0.2 s.
    fn heard(text: &str) -> (Vec<Word>, Vec<Pause>) {
        let (mut words, mut pauses, mut at_s) = (Vec::<Word>::new(), Vec::new(), 0.0);
        for c in text.chars() {
            let span =
                |from_s: f64, to_s: f64| Span::new(SampleTime::from_seconds(from_s), SampleTime::from_seconds(to_s));
            match c {
                '|' => {
                    pauses.push(Pause { span: span(at_s, at_s + 0.4), kind: PauseKind::Clause });
                    at_s += 0.4;
                }
                '~' | '，' | '。' => {
                    let Some(last) = words.last_mut() else { continue };
                    if c == '~' {
                        at_s += 0.2;
                        last.span = Span::new(last.span.start, SampleTime::from_seconds(at_s));
                    } else {
                        last.text.push(c);
                    }
                }
                c => {
                    words.push(Word { span: span(at_s, at_s + 0.2), text: c.to_string(), p: 0.9 });
                    at_s += 0.2;
                }
            }
        }
        (words, pauses)
    }

    fn fillers(text: &str) -> Vec<usize> {
        let (words, pauses) = heard(text);
        let rate = SyllableRate { syllable_s: 0.2 };
        (0..words.len()).filter(|&i| spoken_filler(&words, i, rate, &pauses).is_some()).collect()
    }

    #[test]
    fn words_that_hold_the_floor_are_fillers() {
        assert_eq!(fillers("我们的套餐|那个|一共有三种"), [5]);
        assert_eq!(fillers("我们的套餐这~个~|一共有三种"), [5]);
        assert_eq!(fillers("我想就是~~|问一下"), [2]);
        assert_eq!(fillers("您先登录|然后，|点这里"), [4]);
        assert_eq!(fillers("这个这个问题我们会处理"), [0]);
    }

    #[test]
    fn words_that_are_needed_are_none() {
        for text in [
            "|这个问题我们会处理",
            "|那~个~问题我们会处理",
            "我帮您看一下那个套餐|好吗",
            "我要这个|谢谢",
            "我要|这个。|谢谢",
            "您先登录，|然后点这里",
            "也就是~~|三天以后",
            "这样就是最好的",
            "这，个|人",
        ] {
            assert_eq!(fillers(text), [] as [usize; 0], "{text}");
        }
    }

    #[test]
    fn the_rate_is_that_of_the_neighbours() {
        let (words, _) = heard("我们的套餐这~~~个~~~一共有三种");
        let rate = SyllableRate::around(&words, 5).expect("enough neighbours");
        assert!((rate.syllable_s - 0.2).abs() < 1e-6);
        assert_eq!(SyllableRate::around(&words[..4], 0), None);
        assert_eq!(SyllableRate::per_min(0.0), None);
        let per_min = SyllableRate::per_min(300.0).expect("a rate");
        assert!((per_min.syllable_s - 0.2).abs() < 1e-6);
    }

    #[test]
    fn a_pause_is_beside_a_word_within_the_error_of_word_times() {
        let (words, pauses) = heard("好|那个|一共");
        let span = Span::new(words[1].span.start, words[2].span.end + samples(0.1));
        assert_eq!(beside_pause(span, &pauses), (true, true));
        assert_eq!(beside_pause(words[1].span, &pauses), (true, false));
        assert!(spoken_filler(&words, 99, SyllableRate { syllable_s: 0.2 }, &pauses).is_none());
    }
}
