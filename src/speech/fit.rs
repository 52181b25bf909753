//! Word times made better by what the speech detector knows.
//!
//! whisper.cpp's token times run on into the pause after a clause, and at the end of a window they sometimes pile up
//! on one instant. Words are said in speech, so each is moved into the stretch of speech it overlaps most; and where
//! many words of a stretch have no length left, its words share it evenly (one Han character is one syllable, and
//! syllables of one clause are of similar length).

use crate::session::event::Word;
use crate::time::{SampleTime, Span, samples};

/// Words shorter than this cannot have been said, seconds.
const LEAST_WORD_S: f64 = 0.05;
/// Share of such words in a stretch from which its words share it evenly.
const SQUEEZED_SHARE: f64 = 0.25;

/// Moves `words` into `speech`; both in order of time.
pub fn fit_to_speech(words: &mut [Word], speech: &[Span]) {
    if speech.is_empty() {
        return;
    }
    let mut places = Vec::with_capacity(words.len());
    let mut least = 0;
    for word in words.iter() {
        least = place_of(word.span, speech).max(least);
        places.push(least);
    }
    for (word, &place) in words.iter_mut().zip(&places) {
        let stretch = speech[place];
        let inside = |at: SampleTime| at.clamp(stretch.start, stretch.end);
        word.span = Span::new(inside(word.span.start), inside(word.span.end));
    }
    let mut first = 0;
    while first < words.len() {
        let count = places[first..].iter().take_while(|&&place| place == places[first]).count();
        spread(&mut words[first..first + count], speech[places[first]]);
        first += count;
    }
}

/// The stretch of speech that a word overlaps most, or the nearest.
fn place_of(word: Span, speech: &[Span]) -> usize {
    let middle = word.middle();
    let distance = |stretch: &Span| (stretch.start - middle).max(middle - stretch.end);
    let better = |&(_, a): &(usize, &Span), &(_, b): &(usize, &Span)| {
        let overlap = a.overlap_samples(word).cmp(&b.overlap_samples(word));
        overlap.then_with(|| distance(b).cmp(&distance(a)))
    };
    speech.iter().enumerate().max_by(better).map_or(0, |(place, _)| place)
}

fn spread(words: &mut [Word], stretch: Span) {
    let squeezed = words.iter().filter(|word| word.span.samples() < samples(LEAST_WORD_S)).count() as f64;
    let count = words.len() as u64;
    if squeezed < count as f64 * SQUEEZED_SHARE + 0.5 {
        return;
    }
    for (index, word) in words.iter_mut().enumerate() {
        let at = |part: u64| stretch.start + stretch.samples() * part / count;
        word.span = Span::new(at(index as u64), at(index as u64 + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(start_s: f64, end_s: f64) -> Word {
        Word { span: span(start_s, end_s), text: "好".into(), p: 0.9 }
    }

    fn span(start_s: f64, end_s: f64) -> Span {
        Span::new(SampleTime::from_seconds(start_s), SampleTime::from_seconds(end_s))
    }

    #[test]
    fn a_word_that_runs_into_the_pause_ends_with_the_speech() {
        let mut words = [word(0.4, 0.7), word(0.7, 1.5), word(1.5, 2.2)];
        fit_to_speech(&mut words, &[span(0.5, 1.0), span(1.6, 2.0)]);
        let spans: Vec<Span> = words.iter().map(|word| word.span).collect();
        assert_eq!(spans, [span(0.5, 0.7), span(0.7, 1.0), span(1.6, 2.0)]);
    }

    #[test]
    fn words_piled_up_on_one_instant_share_the_speech() {
        let mut words = [word(3.0, 3.0), word(3.0, 3.0), word(3.0, 3.0), word(3.0, 3.0)];
        fit_to_speech(&mut words, &[span(1.0, 3.0)]);
        assert_eq!(words[1].span, span(1.5, 2.0));
        assert_eq!(words[3].span, span(2.5, 3.0));
    }

    #[test]
    fn no_speech_and_no_words_are_left_alone() {
        fit_to_speech(&mut [], &[span(0.0, 1.0)]);
        let mut words = [word(1.0, 2.0)];
        fit_to_speech(&mut words, &[]);
        assert_eq!(words[0].span, span(1.0, 2.0));
    }
}
