//! Puts settled segments together into sentences.
//!
//! The recogniser's marks are thin, and segments end at pauses or in the middle of talk; so a sentence ends where a
//! mark and a pause agree, at a long pause where the words allow it, and behind a particle that asks. What is decided
//! depends on words, marks and the silence between them; where the segments are cut matters only for a mark without
//! a pause, which the recogniser writes at the end of any segment.

use super::clause::{Boundary, boundary};
use super::line::Line;
use super::normalize::{Mark, Unit, units};
use crate::session::event::{Language, TextSegment, Word};
use crate::time::{SampleTime, Span, samples};
use std::ops::Range;

/// Silence behind a sentence mark, or behind 吗, that makes it one, seconds. Windows settle 0.3 s after speech, and
/// the recogniser's word times are good to about 0.1 s.
const STOP_PAUSE_S: f64 = 0.2;
/// Silence that ends a sentence without a mark where the words allow it, seconds (a little above the 0.6 s at which
/// listeners hear a boundary with certainty in Mandarin read speech).
const PAUSE_S: f64 = 0.7;
/// Silence that ends a sentence whatever its words, seconds.
const GIVEN_UP_S: f64 = 2.5;
/// Silence that parts clauses where the words allow it, seconds.
const CLAUSE_PAUSE_S: f64 = 0.35;
/// Units of a sentence at most; spoken ones have rarely more than 40.
const LONGEST_UNITS: usize = 160;

/// What was said between two ends of sentences.
#[derive(Clone, Debug, PartialEq)]
pub struct Sentence {
    /// The recogniser's words, in order.
    pub words: Vec<Word>,
    /// What was spoken; `first_word` and `last_word` count in `words`.
    pub units: Vec<Unit>,
    /// Its clauses, as stretches of `units`; together they are all of it.
    pub clauses: Vec<Range<usize>>,
    /// Language it was heard as.
    pub language: Language,
    /// When it was said.
    pub span: Span,
    /// Stream time at which it is known to be complete.
    pub ready_at: SampleTime,
}

impl Sentence {
    /// The texts of its units.
    pub fn texts(&self) -> Vec<&str> {
        self.units.iter().map(|unit| unit.text.as_str()).collect()
    }

    /// The words that the units in `range` come from.
    pub fn words_of(&self, range: &Range<usize>) -> &[Word] {
        let first = self.units.get(range.start).map(|unit| unit.first_word);
        let last = range.end.checked_sub(1).and_then(|last| self.units.get(last)).map(|unit| unit.last_word);
        first.zip(last).and_then(|(first, last)| self.words.get(first..=last)).unwrap_or_default()
    }

    /// When the units in `range` were said.
    pub fn span_of(&self, range: &Range<usize>) -> Span {
        let words = self.words_of(range);
        match (words.first(), words.last()) {
            (Some(first), Some(last)) => Span::new(first.span.start, last.span.end),
            _ => Span::new(self.span.start, self.span.start),
        }
    }

    /// The units in `range` as they were heard, without the marks around them.
    pub fn text_of(&self, range: &Range<usize>) -> String {
        let text: String = self.words_of(range).iter().map(|word| word.text.as_str()).collect();
        let edges = |c: char| !c.is_alphanumeric() && !matches!(c, '%' | '°' | '¥' | '$');
        text.trim_matches(edges).to_owned()
    }

    /// The units that were said inside `span`.
    pub fn units_in(&self, span: Span) -> Range<usize> {
        let inside =
            |unit: &Unit| self.words.get(unit.first_word).is_some_and(|word| span.contains(word.span.middle()));
        let start = self.units.iter().position(inside).unwrap_or(self.units.len());
        let end = self.units.iter().rposition(inside).map_or(start, |last| last + 1);
        start..end
    }

    /// Whether a question mark was written behind the units in `range`.
    pub fn is_marked(&self, range: &Range<usize>) -> bool {
        let next = self.units.get(range.end).map_or(self.words.len(), |unit| unit.first_word);
        let last = self.units.get(range.end.wrapping_sub(1)).map_or(0, |unit| unit.last_word);
        self.words.get(last..next).is_some_and(|words| words.iter().any(|word| word.text.contains(['?', '？'])))
    }
}

/// Builds sentences from settled segments in the order of their audio.
#[derive(Clone, Debug, Default)]
pub struct SentenceBuilder {
    words: Vec<Word>,
    units: Vec<Unit>,
    /// Units with which a new clause begins.
    breaks: Vec<usize>,
    language: Language,
    /// Mark behind the last unit.
    last_mark: Mark,
    /// `ready_at` of the segment that the last word comes from.
    ready_at: SampleTime,
}

impl SentenceBuilder {
    /// Takes in the next segment and appends the sentences that are complete with it to `out`.
    pub fn push(&mut self, segment: &TextSegment, out: &mut Vec<Sentence>) {
        let (spoken, last_mark) = units(&segment.words);
        if spoken.is_empty() {
            return;
        }
        if (segment.language == Language::En) != (self.language == Language::En) {
            self.finish(out);
        }
        self.language = segment.language;
        let mut taken = 0;
        let mut known = self.ready_at;
        for (place, unit) in spoken.iter().enumerate() {
            let same_word = place > 0 && spoken[place - 1].last_word >= unit.first_word;
            if !same_word {
                self.words.extend(segment.words[taken..unit.first_word].iter().cloned());
                taken = unit.first_word;
                self.before(unit, place == 0, &segment.words[unit.first_word..], known.max(self.ready_at), out);
            }
            let here = |word: usize| (self.words.len() + word).saturating_sub(taken);
            self.units.push(Unit {
                text: unit.text.clone(),
                first_word: here(unit.first_word),
                last_word: here(unit.last_word),
                mark_before: if place == 0 { self.last_mark.max(unit.mark_before) } else { unit.mark_before },
            });
            let next = unit.last_word + 1;
            self.words.extend(segment.words[taken..next.max(taken)].iter().cloned());
            taken = taken.max(next);
            (self.ready_at, known) = (segment.ready_at, segment.ready_at);
        }
        self.words.extend(segment.words[taken..].iter().cloned());
        self.last_mark = last_mark;
        let silence = segment.span.end - self.last_end();
        if (last_mark == Mark::Sentence || self.asks()) && silence >= samples(STOP_PAUSE_S) {
            self.complete(self.ready_at, out);
        }
    }

    /// Says that everything up to `at` is known and nothing more was said.
    pub fn settle(&mut self, at: SampleTime, out: &mut Vec<Sentence>) {
        let silence = at - self.last_end();
        let finished = self.last_mark == Mark::Sentence || boundary(&self.words, &[]) != Boundary::Inside;
        if !self.units.is_empty() && (silence >= samples(GIVEN_UP_S) || finished && silence >= samples(PAUSE_S)) {
            let known = self.last_end() + samples(if finished { PAUSE_S } else { GIVEN_UP_S });
            self.complete(self.ready_at.max(known), out);
        }
    }

    /// Says that no more text follows for now.
    pub fn finish(&mut self, out: &mut Vec<Sentence>) {
        self.complete(self.ready_at, out);
    }

    /// Decides what lies between what is there and the next unit, with which `after` begins.
    fn before(&mut self, unit: &Unit, first: bool, after: &[Word], known: SampleTime, out: &mut Vec<Sentence>) {
        let (Some(next), false) = (after.first(), self.units.is_empty()) else { return };
        let end = self.last_end();
        let gap = next.span.start - end;
        let mark = if first { self.last_mark.max(unit.mark_before) } else { unit.mark_before };
        // The point of "Mr. Smith" ends nothing.
        let title = self.units.last().is_some_and(|last| ["mr", "mrs", "ms", "dr"].contains(&last.text.as_str()));
        let mark = if title { Mark::None } else { mark };
        let paused = gap >= samples(STOP_PAUSE_S);
        // An end that a pause shows was known when the pause was long enough, not when the next word came.
        // A question mark is written for the words' sake, not for the end of a segment.
        let asked = self.words.last().is_some_and(|word| word.text.contains(['?', '？']));
        let stopped =
            mark == Mark::Sentence && (paused || !first || asked) || self.asks() && (paused || mark != Mark::None);
        if stopped {
            let pause = if first { samples(STOP_PAUSE_S) } else { 0 };
            return self.complete(known.max(end + pause.min(gap)), out);
        }
        if gap < samples(CLAUSE_PAUSE_S) && mark == Mark::None {
            if self.units.last().is_some_and(|last| last.text == "吗") {
                self.breaks.push(self.units.len());
            }
            return self.bound(known, out);
        }
        let inside = boundary(&self.words[self.words.len().saturating_sub(8)..], after) == Boundary::Inside;
        let silence = samples(if inside { GIVEN_UP_S } else { PAUSE_S });
        if gap >= silence {
            self.complete(known.max(end + silence), out);
        } else {
            // At the end of a segment a mark says little; inside one it is trusted.
            if !inside || mark != Mark::None && !first {
                self.breaks.push(self.units.len());
            }
            self.bound(known, out);
        }
    }

    /// Keeps a sentence without end from growing.
    fn bound(&mut self, known: SampleTime, out: &mut Vec<Sentence>) {
        if self.units.len() >= LONGEST_UNITS {
            self.complete(known, out);
        }
    }

    fn last_end(&self) -> SampleTime {
        let last = self.units.last().and_then(|unit| self.words.get(unit.last_word));
        last.map_or(SampleTime::ZERO, |word| word.span.end)
    }

    /// Whether the last word is a particle that ends a question: 吗 always, 呢 where something was asked for.
    fn asks(&self) -> bool {
        match self.units.last().map(|unit| unit.text.as_str()) {
            Some("吗") => true,
            Some("呢") => {
                let from = self.breaks.last().copied().unwrap_or_default();
                let texts: Vec<&str> = self.units[from..].iter().map(|unit| unit.text.as_str()).collect();
                let line = Line { units: &texts };
                line.has(&["什么", "怎", "哪", "谁", "多少", "几", "多久", "还是"]) && line.ends(&["的话呢"]).is_none()
            }
            _ => false,
        }
    }

    fn complete(&mut self, ready_at: SampleTime, out: &mut Vec<Sentence>) {
        let (words, units) = (std::mem::take(&mut self.words), std::mem::take(&mut self.units));
        let breaks = std::mem::take(&mut self.breaks);
        self.last_mark = Mark::None;
        let span = |unit: Option<&Unit>, last: bool| {
            unit.and_then(|unit| words.get(if last { unit.last_word } else { unit.first_word })).map(|word| word.span)
        };
        let (Some(first), Some(last)) = (span(units.first(), false), span(units.last(), true)) else { return };
        let starts: Vec<usize> = std::iter::once(0).chain(breaks).collect();
        let ends = starts.iter().skip(1).copied().chain([units.len()]);
        let clauses = starts.iter().copied().zip(ends).map(|(start, end)| start..end).filter(|c| !c.is_empty());
        out.push(Sentence {
            clauses: clauses.collect(),
            span: Span::new(first.start, last.end),
            ready_at: ready_at.max(last.end),
            language: self.language,
            words,
            units,
        });
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A segment of `text` from `start_s` on: a word every 0.2 s, 0.3 s of silence behind it. `_` is 0.3 s of silence.
    pub fn segment_of(text: &str, start_s: f64, language: Language) -> TextSegment {
        let mut words: Vec<Word> = Vec::new();
        let mut at = start_s;
        let english = text.is_ascii();
        let pieces: Vec<String> = if english {
            text.split_inclusive(' ').map(str::to_owned).collect()
        } else {
            text.chars().map(String::from).collect()
        };
        for piece in pieces {
            let spoken = piece.chars().any(char::is_alphanumeric);
            match words.last_mut() {
                _ if piece.trim() == "_" => at += 0.3,
                Some(last) if !spoken => last.text.push_str(&piece),
                _ => {
                    let (start, end) = (SampleTime::from_seconds(at), SampleTime::from_seconds(at + 0.2));
                    words.push(Word { span: Span::new(start, end), text: piece, p: 1.0 });
                    at += 0.2;
                }
            }
        }
        let end = SampleTime::from_seconds(at + 0.3);
        TextSegment {
            span: Span::new(SampleTime::from_seconds(start_s), end),
            words,
            language,
            ready_at: end + samples(0.2),
        }
    }

    /// The sentences of segments that follow one another.
    fn sentences(segments: &[TextSegment]) -> Vec<Sentence> {
        let (mut builder, mut out) = (SentenceBuilder::default(), Vec::new());
        for segment in segments {
            builder.push(segment, &mut out);
        }
        builder.finish(&mut out);
        out
    }

    fn texts(sentences: &[Sentence]) -> Vec<String> {
        sentences.iter().map(|sentence| sentence.text_of(&(0..sentence.units.len()))).collect()
    }

    /// A segment cut into pieces of words, as windows in the middle of talk are: no silence behind, a full stop put
    /// there by the recogniser.
    fn pieces(whole: &TextSegment, cuts: &[usize], stop: bool) -> Vec<TextSegment> {
        let mut from = 0;
        let mut found = Vec::new();
        for cut in cuts.iter().copied().chain([whole.words.len()]) {
            let mut words = whole.words[from..cut].to_vec();
            let mut end = whole.span.end;
            if cut < whole.words.len() {
                end = words.last().map_or(end, |word| word.span.end);
                if stop && let Some(last) = words.last_mut() {
                    last.text.push('。');
                }
            }
            let ready_at = end + samples(0.4);
            found.push(TextSegment { span: Span::new(words[0].span.start, end), words, ready_at, ..whole.clone() });
            from = cut;
        }
        found
    }

    #[test]
    fn sentences_end_at_marks_long_pauses_and_particles() {
        for (text, expected) in [
            ("您好，请问您贵姓？我帮您查一下。", vec!["您好，请问您贵姓", "我帮您查一下"]),
            ("我帮您查一下___您别着急", vec!["我帮您查一下", "您别着急"]),
            ("这个问题我们会___尽快处理", vec!["这个问题我们会尽快处理"]),
            ("您方便吗_我现在给您讲", vec!["您方便吗", "我现在给您讲"]),
            ("如果是上午的话呢，我帮您改", vec!["如果是上午的话呢，我帮您改"]),
            ("您什么时候有空呢，我帮您约", vec!["您什么时候有空呢", "我帮您约"]),
        ] {
            assert_eq!(texts(&sentences(&[segment_of(text, 1.0, Language::Zh)])), expected, "{text}");
        }
    }

    #[test]
    fn clauses_part_at_marks_and_short_pauses() {
        let found = sentences(&[segment_of("好的，我帮您查一下__您稍等", 0.0, Language::Zh)]);
        assert_eq!(found.len(), 1);
        let clauses: Vec<String> = found[0].clauses.iter().map(|clause| found[0].text_of(clause)).collect();
        assert_eq!(clauses, ["好的", "我帮您查一下", "您稍等"]);
    }

    #[test]
    fn where_segments_are_cut_changes_no_sentence() {
        let whole =
            segment_of("您好，这里是客服中心，请问您的订单号是多少？我帮您查一下，请您稍等两分钟", 2.0, Language::Zh);
        let expected = sentences(std::slice::from_ref(&whole));
        for cut in 1..whole.words.len() {
            for stop in [false, true] {
                let found = sentences(&pieces(&whole, &[cut], stop));
                let spoken = |list: &[Sentence]| -> Vec<String> {
                    list.iter().map(|sentence| sentence.texts().concat()).collect()
                };
                assert_eq!(spoken(&found), spoken(&expected), "cut at {cut}, full stop {stop}");
            }
        }
    }

    #[test]
    fn a_sentence_is_handed_on_as_soon_as_its_end_is_known() {
        let (mut builder, mut out) = (SentenceBuilder::default(), Vec::new());
        let marked = segment_of("请问您贵姓。", 0.0, Language::Zh);
        builder.push(&marked, &mut out);
        assert_eq!((out.len(), out[0].ready_at), (1, marked.ready_at), "a full stop with a pause");
        let bare = segment_of("请问您的地址", 5.0, Language::Zh);
        builder.push(&bare, &mut out);
        let end = bare.words[5].span.end;
        builder.settle(end + samples(0.5), &mut out);
        assert_eq!(out.len(), 1, "0.5 s is no end yet");
        builder.settle(end + samples(0.8), &mut out);
        assert_eq!((out.len(), out[1].ready_at), (2, bare.ready_at.max(end + samples(0.7))));
        builder.push(&segment_of("我们会", 10.0, Language::Zh), &mut out);
        builder.settle(SampleTime::from_seconds(12.0), &mut out);
        assert_eq!(out.len(), 2, "something still has to come");
        builder.settle(SampleTime::from_seconds(14.0), &mut out);
        assert_eq!(out.len(), 3);
    }

    #[test]
    fn whether_the_silence_was_told_or_the_next_word_came_is_all_the_same() {
        let (first, second) = (segment_of("请问您的地址", 0.0, Language::Zh), segment_of("好的", 6.0, Language::Zh));
        let waited = sentences(&[first.clone(), second.clone()]);
        let (mut builder, mut told) = (SentenceBuilder::default(), Vec::new());
        builder.push(&first, &mut told);
        builder.settle(SampleTime::from_seconds(3.0), &mut told);
        builder.push(&second, &mut told);
        builder.finish(&mut told);
        assert_eq!(told, waited);
    }

    #[test]
    fn endless_talk_is_cut() {
        let text = "这".repeat(500);
        let found = sentences(&[segment_of(&text, 0.0, Language::Zh)]);
        assert!(found.iter().all(|sentence| sentence.units.len() <= LONGEST_UNITS));
        assert_eq!(found.iter().map(|sentence| sentence.units.len()).sum::<usize>(), 500);
    }
}
