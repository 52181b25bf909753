//! When each word was said: words laid onto the syllables that the sound shows.
//!
//! A Han character is one syllable, and the sound shows its syllables as nuclei
//! ([`FrameBlock::nuclei`](crate::session::event::FrameBlock)). whisper.cpp's own times are often a second off in a
//! window that holds several clauses, and at its end they pile up on one instant. So they are only one hint of three:
//! how many syllables a stretch of speech holds, by its nuclei and its length; where the punctuation stands; and, up
//! to a limit, the recogniser's own times. First the words are parted among the stretches, then those of a stretch
//! are laid onto its nuclei (`place`). Both are dynamic programming, as in a forced alignment (L. R. Rabiner, "A
//! tutorial on hidden Markov models", Proc. IEEE 77 (1989)), with syllables for sounds. Where there are no nuclei
//! (a whisper, noise), length stands for their number and the words of a stretch share it evenly.
//!
//! The prices were set on joined windows of six synthetic sessions and of three streams of real speech, spoilt in
//! fifteen ways (marks, nuclei, whole clauses taken away, words added, times shifted). Where nothing was spoilt, any
//! price of this file may be a third larger or smaller without a clause or a recording losing a word to another.

mod place;
pub mod syllables;

use crate::session::event::Word;
use crate::time::{SampleTime, Span};
use syllables::{Mark, mark_after, syllables};

/// Share of the nuclei, and not of the length, in how many syllables a stretch is taken to hold.
const NUCLEI_SHARE: f64 = 0.6;
/// Syllables for a nucleus, at the least and the most: beyond that text is missing or invented.
const SYLLABLES_PER_NUCLEUS: [f64; 2] = [1.0, 1.6];
/// Variance of the syllables in a stretch about what its nuclei and its length say, syllables²: fixed, and for every
/// syllable expected.
const VARIANCE: [f64; 2] = [0.4, 0.16];
/// The most that a wrong count costs.
const COUNT_MOST: f64 = 12.0;
/// Price of a stretch without any word, where one syllable at least is expected.
const EMPTY: f64 = 3.0;
/// Price of a long pause between two words that no mark parts.
const UNMARKED_PAUSE: f64 = 3.5;
/// A pause of this length, seconds, bears the full price; a shorter one its share.
const FULL_PAUSE_S: f64 = 0.4;
/// Price of a comma and of a full stop that no pause follows.
const UNHEARD_MARK: [f64; 2] = [1.2, 2.0];
/// Price of a second between a word's own time and its stretch.
const AWAY_PER_S: f64 = 0.5;
/// Further away than this, seconds, costs no more.
const AWAY_MOST_S: f64 = 1.5;
/// Words shorter than this have no time of their own, seconds.
const LEAST_WORD_S: f64 = 0.05;

/// What is known of one word before it is placed.
struct Spoken {
    syllables: usize,
    mark: Mark,
}

/// Gives `words` the times at which they were said, inside `speech` (in order of time); `nuclei` are the syllables
/// that the sound shows, in order. Order and number of the words stay; without speech so do their times.
pub fn align(words: &mut [Word], speech: &[Span], nuclei: &[SampleTime]) {
    if speech.is_empty() || words.is_empty() {
        return;
    }
    let spoken: Vec<Spoken> =
        words.iter().map(|word| Spoken { syllables: syllables(&word.text), mark: mark_after(&word.text) }).collect();
    let stretches: Vec<Stretch> = speech.iter().map(|&span| Stretch::new(span, nuclei)).collect();
    let ends = part(words, &spoken, &stretches);
    let mut first = 0;
    for (stretch, end) in stretches.iter().zip(ends) {
        let spans = place::place(&spoken[first..end], stretch.span, stretch.nuclei);
        for (word, span) in words[first..end].iter_mut().zip(spans) {
            word.span = span;
        }
        first = end;
    }
}

/// A stretch of speech and its nuclei.
struct Stretch<'a> {
    span: Span,
    nuclei: &'a [SampleTime],
}

impl<'a> Stretch<'a> {
    fn new(span: Span, nuclei: &'a [SampleTime]) -> Self {
        let from = nuclei.partition_point(|&at| at < span.start);
        let to = nuclei.partition_point(|&at| at < span.end).max(from);
        Self { span, nuclei: &nuclei[from..to] }
    }
}

/// How many syllables each stretch is taken to hold.
fn expected(spoken: &[Spoken], stretches: &[Stretch]) -> Vec<f64> {
    let total: f64 = spoken.iter().map(|word| word.syllables as f64).sum();
    let found: f64 = stretches.iter().map(|stretch| stretch.nuclei.len() as f64).sum();
    let length: f64 = stretches.iter().map(|stretch| stretch.span.seconds()).sum();
    let [least, most] = SYLLABLES_PER_NUCLEUS;
    let (weight, heard) =
        if found > 0.0 { (NUCLEI_SHARE, total.clamp(found * least, found * most)) } else { (0.0, total) };
    stretches
        .iter()
        .map(|stretch| {
            let by_nuclei = stretch.nuclei.len() as f64 / found.max(1.0);
            let by_length = stretch.span.seconds() / length.max(1e-3);
            heard * (weight * by_nuclei + (1.0 - weight) * by_length)
        })
        .collect()
}

/// What it costs when a stretch holds another number of syllables than expected.
fn count_cost(syllables: f64, expected: f64) -> f64 {
    let cost = ((syllables - expected).powi(2) / (2.0 * (VARIANCE[0] + VARIANCE[1] * expected))).min(COUNT_MOST);
    if syllables > 0.0 { cost } else { cost.min(EMPTY * expected.min(1.0)) }
}

/// What a pause of `pause_s` behind a word costs.
fn pause_cost(mark: Mark, pause_s: f64) -> f64 {
    if mark == Mark::None { UNMARKED_PAUSE * (pause_s / FULL_PAUSE_S).min(1.0) } else { 0.0 }
}

/// What a mark costs that no pause follows.
fn unheard_cost(mark: Mark) -> f64 {
    match mark {
        Mark::None => 0.0,
        Mark::Comma => UNHEARD_MARK[0],
        Mark::Sentence => UNHEARD_MARK[1],
    }
}

/// What it costs to say a word in a stretch away from its own time.
fn away_cost(word: Span, stretch: Span) -> f64 {
    if word.seconds() < LEAST_WORD_S {
        return 0.0;
    }
    let middle = word.middle();
    let away = (stretch.start - middle).max(middle - stretch.end);
    AWAY_PER_S * SampleTime(away).seconds().min(AWAY_MOST_S)
}

/// Sums of the first 0, 1, … of `prices`: what a run of words costs is then one difference.
fn sums(prices: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut sums = vec![0.0];
    let mut sum = 0.0;
    sums.extend(prices.map(|price| {
        sum += price;
        sum
    }));
    sums
}

/// What it costs to say words in a stretch, for all runs of words.
struct Prices {
    expected: f64,
    /// Length of the pause behind, none behind the last stretch.
    pause_s: Option<f64>,
    away: Vec<f64>,
}

impl Prices {
    /// The price of saying words `begin` … `end` in the stretch.
    fn of(&self, begin: usize, end: usize, text: &Text) -> f64 {
        let counted = count_cost(text.syllables[end] - text.syllables[begin], self.expected);
        let Some(last) = end.checked_sub(1).filter(|&last| last >= begin) else { return counted };
        let after = self.pause_s.map_or(0.0, |pause_s| pause_cost(text.spoken[last].mark, pause_s));
        // The mark behind the last word is heard as the pause, or as the end of the window.
        let unheard = text.unheard[last] - text.unheard[begin];
        counted + after + unheard + self.away[end] - self.away[begin]
    }
}

/// The words with their sums.
struct Text<'a> {
    spoken: &'a [Spoken],
    syllables: Vec<f64>,
    unheard: Vec<f64>,
}

/// Parts the words among the stretches: for each, the index behind its last word.
fn part(words: &[Word], spoken: &[Spoken], stretches: &[Stretch]) -> Vec<usize> {
    let count = words.len();
    let expected = expected(spoken, stretches);
    let text = Text {
        spoken,
        syllables: sums(spoken.iter().map(|word| word.syllables as f64)),
        unheard: sums(spoken.iter().map(|word| unheard_cost(word.mark))),
    };
    // The price of the first k words in the stretches so far.
    let mut costs = vec![f64::INFINITY; count + 1];
    costs[0] = 0.0;
    let mut choices: Vec<Vec<usize>> = Vec::with_capacity(stretches.len());
    for (place, (stretch, &expected)) in stretches.iter().zip(&expected).enumerate() {
        let next = stretches.get(place + 1);
        let pause_s = next.map(|next| Span::new(stretch.span.end, next.span.start).seconds());
        let away = sums(words.iter().map(|word| away_cost(word.span, stretch.span)));
        let prices = Prices { expected, pause_s, away };
        let best = |end: usize| {
            let ways = (0..=end).map(|begin| (begin, costs[begin] + prices.of(begin, end, &text)));
            ways.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, f64::INFINITY))
        };
        let (choice, cost) = (0..=count).map(best).unzip();
        costs = cost;
        choices.push(choice);
    }
    let mut ends = vec![count; stretches.len()];
    for place in (1..stretches.len()).rev() {
        ends[place - 1] = choices[place][ends[place]];
    }
    ends
}

#[cfg(test)]
mod tests;
