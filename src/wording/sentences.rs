//! The settled text as sentences: a recogniser's full stops are thin and a window's border is none, so silence ends
//! a sentence too.

use crate::session::event::Word;
use crate::session::timeline::Timeline;
use crate::time::{Span, samples};

/// Silence between two words that ends a sentence, seconds: the profiles' `sentence_s`.
const SENTENCE_GAP_S: f64 = 0.6;
const FULL_STOPS: [char; 6] = ['。', '！', '？', '.', '!', '?'];

/// From the first word of each sentence to the end of its last, in order.
pub fn sentences(timeline: &Timeline) -> Vec<Span> {
    let mut found: Vec<Span> = Vec::new();
    let mut ended = true;
    for word in timeline.segments.iter().flat_map(|segment| &segment.words) {
        match found.last_mut().filter(|last| !ended && word.span.start - last.end < samples(SENTENCE_GAP_S)) {
            Some(sentence) => sentence.end = sentence.end.max(word.span.end),
            None => found.push(word.span),
        }
        ended = ends_sentence(word);
    }
    found
}

/// A point inside a number (58.5) is one word with it, so a point at the end of a word ends the sentence.
pub fn ends_sentence(word: &Word) -> bool {
    word.text.trim_end().ends_with(FULL_STOPS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::event::{Language, SessionEvent, TextSegment};
    use crate::time::SampleTime;

    #[test]
    fn stops_and_silence_end_a_sentence_and_windows_do_not() {
        let word = |start_s: f64, text: &str| {
            let at = SampleTime::from_seconds;
            Word { span: Span::new(at(start_s), at(start_s + 0.25)), text: text.into(), p: 1.0 }
        };
        let segment = |words: Vec<Word>| {
            let span = Span::new(words[0].span.start, words[words.len() - 1].span.end);
            SessionEvent::Text(TextSegment { span, words, language: Language::Zh, ready_at: span.end })
        };
        let timeline = Timeline::of(&[
            segment(vec![word(1.0, "您"), word(1.25, "好。"), word(1.5, "我")]),
            segment(vec![word(1.75, "是"), word(3.0, "好")]),
        ]);
        let starts: Vec<f64> = sentences(&timeline).iter().map(|span| span.start.seconds()).collect();
        assert_eq!(starts, [1.0, 1.5, 3.0]);
    }
}
