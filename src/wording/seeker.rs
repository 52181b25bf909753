//! Finds written phrases in settled text, while it comes in.
//!
//! The machine ([`super::automaton`]) says what has just been heard in full. Here it is decided what becomes of
//! it: the best of several readings of the same words wins, exceptions take a finding back, and a finding waits only
//! while something that is being said could still change it.

use super::automaton::{Automaton, Break, Found, Purpose, score_of};
use super::normalize::{Mark, Unit, units};
use super::phrase::Phrase;
use super::reading::reading;
use super::sound::{Class, Symbol};
use crate::session::event::{MatchedBy, TextSegment, Word};
use crate::time::{SampleTime, Span, samples};
use std::collections::VecDeque;
use std::sync::Arc;

/// Silence that no phrase reaches across, seconds.
const SILENCE_S: f64 = 2.0;
/// Silence that separates clauses where the recogniser wrote no mark, seconds.
const PAUSE_S: f64 = 0.5;
/// A full stop at the end of a window with less silence behind it is only the window's end, seconds.
const STOP_PAUSE_S: f64 = 0.3;
/// Clauses of one statement lie closer together than this, seconds.
const SAME_STATEMENT_S: f64 = 1.0;
/// Units between two clauses of one statement at most.
const SAME_STATEMENT_UNITS: u64 = 2;
/// Units kept for the text of findings that wait.
const TAIL_UNITS: usize = 256;
/// A finding waits for this many units at most.
const LONGEST_WAIT: u64 = 24;
/// Said before the first real word of a clause.
const OPENERS: &str = "啊嗯呃哦诶哎唉噢喔那";
/// Said behind the last real word of a clause.
const CLOSERS: &str = "吧啊呀了嘛呢哦啦哈哎的";

/// Something that is looked for: phrases that mean the same, and what takes them back.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Subjects with the same number belong to one rule.
    pub rule: usize,
    /// Saying one of them is a finding.
    pub phrases: &'a [Phrase],
    /// What takes a finding back when the finding lies inside it.
    pub exceptions: &'a [Phrase],
}

/// Which findings exclude each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rivalry {
    /// The same words count once, under the rule that fits best, which is worth a short wait; two clauses of one
    /// statement are one finding.
    Everything,
    /// The same words may stand for several rules; each is told as soon as it was said.
    SameRule,
}

/// A phrase that was said.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// Index of the subject.
    pub subject: usize,
    /// Index of the phrase among those of the subject.
    pub phrase: usize,
    /// When it was said.
    pub span: Span,
    /// Stream time at which a live user sees it.
    pub ready_at: SampleTime,
    /// The words as heard.
    pub text: String,
    /// How sure it is, 0 … 1.
    pub confidence: f32,
    /// Whether it is written just so or only sounds like it.
    pub by: MatchedBy,
}

/// Words that sound like a phrase and are written otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct Suspected {
    /// Index of the subject.
    pub subject: usize,
    /// When it was said.
    pub span: Span,
    /// The words that are written otherwise, as the phrase has them: number of the word since the seeker began, and text.
    pub reading: Vec<(u64, String)>,
    /// Whether it is what is found there, and by its sound.
    pub found: bool,
}

/// Finds subjects in a stream of settled text.
#[derive(Clone, Debug)]
pub struct Seeker {
    /// Rule of each subject.
    rules: Arc<[usize]>,
    rivalry: Rivalry,
    machine: Automaton,
    /// Words of the tail, the first one numbered `first_word`.
    words: VecDeque<Word>,
    first_word: u64,
    /// First and last word of each unit of the tail, the first one numbered `first_unit`.
    origins: VecDeque<(u64, u64)>,
    first_unit: u64,
    /// Text of the unit before.
    last_unit: String,
    /// Mark behind the last unit, if the text went on after it.
    last_mark: Mark,
    /// End of the last word.
    last_end: Option<SampleTime>,
    /// Findings that something may still change, in order of their start.
    waiting: Vec<Candidate>,
    /// Phrases and exceptions that need the end of a clause behind them.
    unended: Vec<Candidate>,
    /// Exceptions heard lately: subject, first and last unit.
    shields: Vec<(usize, u64, u64)>,
    /// Findings reported lately: subject, form, first and last unit.
    reported: Vec<(usize, usize, u64, u64)>,
    /// What only sounds like a phrase, whether or not something else was found there; where that is asked for.
    suspected: Option<Vec<Suspected>>,
    /// Where a subject was not said, although it sounds so.
    refuted: Vec<(usize, Span)>,
    /// `ready_at` of the newest segment.
    ready_at: SampleTime,
    found: Vec<Found>,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    subject: usize,
    form: usize,
    start: u64,
    end: u64,
    len: u16,
    cost: f32,
    sounded: bool,
}

impl Candidate {
    fn score(&self) -> f32 {
        score_of(self.len, self.cost)
    }

    fn overlap(&self, start: u64, end: u64) -> u64 {
        (self.end.min(end) + 1).saturating_sub(self.start.max(start))
    }

    /// Whether both are readings of the same words.
    fn rivals(&self, start: u64, end: u64, same_rule: bool) -> bool {
        let overlap = self.overlap(start, end);
        let shorter = (self.end - self.start).min(end - start) + 1;
        if same_rule { overlap > 0 } else { overlap * 2 >= shorter && overlap > 0 }
    }
}

impl Seeker {
    /// A seeker of `subjects` that forgives `fillers` and has heard nothing yet.
    pub fn new<'a>(
        subjects: impl IntoIterator<Item = Subject<'a>>,
        fillers: impl IntoIterator<Item = String>,
        rivalry: Rivalry,
    ) -> Self {
        let subjects: Vec<Subject<'a>> = subjects.into_iter().collect();
        let phrases = subjects.iter().enumerate().flat_map(|(index, subject)| {
            let all = move |purpose, phrases: &'a [Phrase]| {
                phrases.iter().enumerate().map(move |(place, phrase)| (index, purpose, place, phrase))
            };
            all(Purpose::Phrase, subject.phrases).chain(all(Purpose::Exception, subject.exceptions))
        });
        let machine = Automaton::new(phrases, fillers);
        Self {
            rules: subjects.iter().map(|subject| subject.rule).collect(),
            rivalry,
            machine,
            words: VecDeque::new(),
            first_word: 0,
            origins: VecDeque::new(),
            first_unit: 0,
            last_unit: String::new(),
            last_mark: Mark::None,
            last_end: None,
            waiting: Vec::new(),
            unended: Vec::new(),
            shields: Vec::new(),
            reported: Vec::new(),
            suspected: None,
            refuted: Vec::new(),
            ready_at: SampleTime::ZERO,
            found: Vec::new(),
        }
    }

    /// Takes in the next settled segment and appends what it completes to `out`. A finding at the very end of
    /// the segment may wait for the next one when an exception could still follow; its `ready_at` is that of the
    /// segment that decides.
    pub fn push(&mut self, segment: &TextSegment, out: &mut Vec<Sighting>) {
        let (units, last_mark) = units(&segment.words);
        self.ready_at = segment.ready_at;
        let base = self.first_word + self.words.len() as u64;
        self.words.extend(segment.words.iter().cloned());
        for (place, unit) in units.iter().enumerate() {
            let gap = self.gap_before(unit, place == 0, &segment.words);
            self.last_end = segment.words.get(unit.last_word).map(|word| word.span.end).or(self.last_end);
            self.origins.push_back((base + unit.first_word as u64, base + unit.last_word as u64));
            self.hear(&unit.text, gap, out);
        }
        if !units.is_empty() {
            self.last_mark = Mark::None;
        }
        self.last_mark = self.last_mark.max(last_mark);
        if self.last_mark != Mark::None {
            self.end_clause();
        }
        // The agent should see it now, not with the next sentence; only an exception is worth the wait.
        self.release(self.last_mark != Mark::Sentence, false, out);
        self.trim();
    }

    /// All that only sounds like a phrase in `segment`, by a seeker that has heard nothing yet: whether something else is
    /// found there is another question, which the silences around it decide.
    pub fn suspects(&self, segment: &TextSegment) -> Vec<Suspected> {
        let mut seeker = Self { suspected: Some(Vec::new()), ..self.clone() };
        let mut found = Vec::new();
        seeker.push(segment, &mut found);
        seeker.finish(&mut found);
        found.retain(|one| one.by == MatchedBy::Sound);
        let mut suspected = seeker.suspected.unwrap_or_default();
        for one in &mut suspected {
            let same = |found: &Sighting| found.subject == one.subject && found.span.overlap_samples(one.span) > 0;
            one.found = found.iter().any(same);
        }
        suspected
    }

    /// Says ahead of the segment with these words that `subject` was not said within `span`, although it sounds so.
    pub fn refute(&mut self, subject: usize, span: Span) {
        self.refuted.push((subject, span));
    }

    /// Says that everything up to `at` is known and nothing more was said: findings whose phrase is followed by
    /// silence need not wait for the next segment. Calling it is optional.
    pub fn settle(&mut self, at: SampleTime, out: &mut Vec<Sighting>) {
        if self.last_end.is_some_and(|end| at - end > samples(SILENCE_S)) {
            self.ready_at = self.ready_at.max(at);
            self.finish(out);
        }
    }

    /// Says that no more text follows for now, and appends what was still waiting to `out`.
    pub fn finish(&mut self, out: &mut Vec<Sighting>) {
        self.end_clause();
        self.release(false, false, out);
        self.machine.clear();
    }

    /// What lies between the unit before and `unit`.
    fn gap_before(&self, unit: &Unit, first: bool, words: &[Word]) -> Break {
        let start = words.get(unit.first_word).map(|word| word.span.start);
        let (Some(start), Some(end)) = (start, self.last_end) else { return Break::Silence };
        let pause = start - end;
        let mark = if first { unit.mark_before.max(self.last_mark) } else { unit.mark_before };
        match mark {
            _ if pause > samples(SILENCE_S) => Break::Silence,
            // A window that ends in the middle of a sentence gets a full stop from the recogniser all the same.
            Mark::Sentence if first && pause < samples(STOP_PAUSE_S) => Break::Comma,
            Mark::Sentence => Break::Sentence,
            Mark::Comma => Break::Comma,
            Mark::None if pause >= samples(PAUSE_S) => Break::Comma,
            Mark::None => Break::None,
        }
    }

    /// Moves everything on by one unit.
    fn hear(&mut self, text: &str, gap: Break, out: &mut Vec<Sighting>) {
        let number = self.first_unit + self.origins.len() as u64 - 1;
        if gap != Break::None || CLOSERS.contains(text) {
            self.end_clause();
        }
        // A clause does not end here, so these were not what the pack means.
        self.unended.clear();
        if gap == Break::Silence {
            self.release(false, false, out);
        }
        let opened = !self.last_unit.is_empty() && OPENERS.contains(self.last_unit.as_str());
        let clause_start = gap != Break::None || opened;
        let mut found = std::mem::take(&mut self.found);
        found.clear();
        self.machine.step(&Symbol::new(text), number, gap, clause_start, &mut found);
        for one in &found {
            let form = self.machine.form(one.form);
            if form.purpose == Purpose::Exception && !form.at_end {
                self.shield(form.subject, one.start, number);
            }
        }
        for one in &found {
            let form = self.machine.form(one.form);
            if form.purpose == Purpose::Phrase || form.at_end {
                let (subject, at_end) = (form.subject, form.at_end);
                let Found { form, start, len, cost, sounded } = *one;
                let candidate = Candidate { subject, form, start, end: number, len, cost, sounded };
                if at_end { self.unended.push(candidate) } else { self.consider(candidate) }
            }
        }
        self.found = found;
        self.last_unit.clear();
        self.last_unit.push_str(text);
        self.release(true, self.rivalry == Rivalry::Everything, out);
    }

    /// A clause has ended behind the last unit.
    fn end_clause(&mut self) {
        for candidate in std::mem::take(&mut self.unended) {
            match self.machine.form(candidate.form).purpose {
                Purpose::Exception => self.shield(candidate.subject, candidate.start, candidate.end),
                Purpose::Phrase => self.consider(candidate),
            }
        }
    }

    /// Takes back findings of `subject` inside an exception.
    fn shield(&mut self, subject: usize, start: u64, end: u64) {
        self.waiting.retain(|one| one.subject != subject || one.start < start || one.end > end);
        self.shields.push((subject, start, end));
    }

    fn same_rule(&self, subject: usize, other: usize) -> bool {
        self.rules.get(subject) == self.rules.get(other)
    }

    /// Whether a finding of `subject` on the units from `start` to `end` excludes `new`.
    fn rivals(&self, new: &Candidate, subject: usize, start: u64, end: u64) -> bool {
        let same_rule = self.same_rule(subject, new.subject);
        (same_rule || self.rivalry == Rivalry::Everything) && new.rivals(start, end, same_rule)
    }

    /// Whether a finding of `subject` by `form` on the units from `start` to `end` is another clause of what `new`
    /// belongs to.
    fn continues(&self, new: &Candidate, (subject, form, start, end): (usize, usize, u64, u64)) -> bool {
        self.rivalry == Rivalry::Everything
            && self.same_rule(subject, new.subject)
            && form != new.form
            && self.one_statement((start, end), (new.start, new.end))
    }

    /// Puts a new reading among those that wait, or drops it for a better one.
    fn consider(&mut self, mut new: Candidate) {
        let mut shields = self.shields.iter();
        let shielded =
            shields.any(|&(subject, start, end)| subject == new.subject && start <= new.start && new.end <= end);
        let told = self.reported.iter().any(|&old| {
            let (subject, _, start, end) = old;
            self.rivals(&new, subject, start, end) || self.continues(&new, old)
        });
        if !shielded && new.sounded {
            self.suspect(&new);
        }
        if shielded || told || self.is_refuted(&new) {
            return;
        }
        let mut place = 0;
        while let Some(&old) = self.waiting.get(place) {
            if self.rivals(&new, old.subject, old.start, old.end) {
                if old.score() >= new.score() {
                    return;
                }
                self.waiting.remove(place);
            } else if self.continues(&new, (old.subject, old.form, old.start, old.end)) {
                // Two clauses of one statement: one finding that covers both, with the surer one's words of advice.
                let better = if old.score() >= new.score() { old } else { new };
                new = Candidate { start: old.start.min(new.start), end: old.end.max(new.end), ..better };
                self.waiting.remove(place);
            } else {
                place += 1;
            }
        }
        let place = self.waiting.partition_point(|old| old.start <= new.start);
        self.waiting.insert(place, new);
    }

    fn suspect(&mut self, new: &Candidate) {
        if self.suspected.is_none() {
            return;
        }
        let (reading, span) = (self.reading(new), self.words_of(new.start, new.end).and_then(spanned));
        let (Some(suspected), Some(span)) = (&mut self.suspected, span) else { return };
        match suspected.iter_mut().find(|one| one.subject == new.subject && one.reading == reading) {
            Some(known) => known.span = Span::new(known.span.start.min(span.start), known.span.end.max(span.end)),
            None if reading.is_empty() => {}
            None => suspected.push(Suspected { subject: new.subject, span, reading, found: false }),
        }
    }

    /// Whether what only sounds like it was said otherwise.
    fn is_refuted(&self, new: &Candidate) -> bool {
        if !new.sounded || self.refuted.is_empty() {
            return false;
        }
        let Some(mut words) = self.words_of(new.start, new.end) else { return false };
        words.any(|word| {
            let said = |(subject, span): &(usize, Span)| *subject == new.subject && span.contains(word.span.middle());
            self.refuted.iter().any(said)
        })
    }

    /// What a finding that is not written just so would be in the words of its phrase, where that differs.
    fn reading(&self, found: &Candidate) -> Vec<(u64, String)> {
        let number = |unit: u64| Some(*self.origins.get(usize::try_from(unit.checked_sub(self.first_unit)?).ok()?)?);
        let places: Vec<u64> = (found.start..=found.end).filter_map(|unit| Some(number(unit)?.0)).collect();
        let texts = (found.start..=found.end).filter_map(|unit| self.words_of(unit, unit)?.next());
        let heard: Vec<Symbol> = texts.map(|word| Symbol::new(&plain(&word.text))).collect();
        if heard.len() != places.len() {
            return Vec::new();
        }
        let said = reading(&self.machine.graph, self.machine.form(found.form), &heard);
        let other = said.into_iter().zip(&heard).zip(places).filter_map(|((said, heard), place)| {
            let said = said.filter(|said| *said != heard.text && heard.class == Class::Plain)?;
            Some((place, said))
        });
        other.collect()
    }

    /// Whether two stretches of units are clauses of one statement.
    fn one_statement(&self, a: (u64, u64), b: (u64, u64)) -> bool {
        let (left, right) = if a.0 <= b.0 { (a, b) } else { (b, a) };
        let near = right.0 <= left.1 + 1 + SAME_STATEMENT_UNITS;
        let end = self.words_of(left.1, left.1).and_then(|mut words| words.next_back()).map(|word| word.span.end);
        let start = self.words_of(right.0, right.0).and_then(|mut words| words.next()).map(|word| word.span.start);
        let close = end.zip(start).is_some_and(|(end, start)| start - end <= samples(SAME_STATEMENT_S));
        near && close
    }

    /// Reports every finding that nothing can change any more. `shields` and `phrases` say what is worth waiting for.
    fn release(&mut self, shields: bool, phrases: bool, out: &mut Vec<Sighting>) {
        if self.waiting.is_empty() {
            return;
        }
        let last = self.first_unit + self.origins.len() as u64;
        let mut place = 0;
        while let Some(&one) = self.waiting.get(place) {
            let patient = last.saturating_sub(one.end) <= LONGEST_WAIT;
            let mut undecided = |shield| self.machine.undecided(one.subject, one.start, one.end, one.score(), shield);
            let unended = self.unended.iter().any(|other| other.subject == one.subject && other.start <= one.start);
            if patient && ((shields && (unended || undecided(true))) || (phrases && undecided(false))) {
                place += 1;
                continue;
            }
            self.waiting.remove(place);
            self.reported.push((one.subject, one.form, one.start, one.end));
            out.extend(self.report(&one));
        }
    }

    /// The words that units `start` to `end` come from.
    fn words_of(&self, start: u64, end: u64) -> Option<impl DoubleEndedIterator<Item = &Word>> {
        let origin = |unit: u64| self.origins.get(usize::try_from(unit.checked_sub(self.first_unit)?).ok()?);
        let first = origin(start)?.0.checked_sub(self.first_word)?;
        let last = origin(end)?.1.checked_sub(self.first_word)?;
        let range = usize::try_from(first).ok()?..usize::try_from(last + 1).ok()?.min(self.words.len());
        (range.start < range.end).then(|| self.words.range(range))
    }

    fn report(&self, found: &Candidate) -> Option<Sighting> {
        let mut text = String::new();
        let mut span = None;
        for word in self.words_of(found.start, found.end)? {
            text.push_str(&word.text);
            let whole = span.get_or_insert(word.span);
            whole.end = whole.end.max(word.span.end);
        }
        let edges = |c: char| c.is_whitespace() || (!c.is_alphanumeric() && !matches!(c, '%' | '°' | '¥' | '$'));
        Some(Sighting {
            subject: found.subject,
            phrase: self.machine.form(found.form).phrase,
            span: span?,
            ready_at: self.ready_at,
            text: text.trim_matches(edges).to_owned(),
            confidence: (1.0 - found.cost / f32::from(found.len.max(1))).clamp(0.0, 1.0),
            by: if found.sounded { MatchedBy::Sound } else { MatchedBy::Characters },
        })
    }

    /// Drops what no phrase can reach back to.
    fn trim(&mut self) {
        let waiting = self.waiting.iter().chain(&self.unended).map(|one| one.start).min().unwrap_or(u64::MAX);
        while self.origins.len() > TAIL_UNITS && self.first_unit < waiting {
            self.origins.pop_front();
            self.first_unit += 1;
        }
        let needed = self.origins.front().map_or(self.first_word, |origin| origin.0);
        while self.first_word < needed && self.words.pop_front().is_some() {
            self.first_word += 1;
        }
        let first = self.first_unit;
        self.shields.retain(|(_, _, end)| *end >= first);
        self.reported.retain(|(_, _, _, end)| *end >= first);
        let oldest = self.words.front().map_or(SampleTime::ZERO, |word| word.span.start);
        self.refuted.retain(|(_, span)| span.end >= oldest);
    }
}

/// From the first to the last of `words`.
fn spanned<'a>(mut words: impl DoubleEndedIterator<Item = &'a Word>) -> Option<Span> {
    let first = words.next()?;
    Some(Span::new(first.span.start, words.next_back().unwrap_or(first).span.end))
}

/// A recognised word without what is written around it.
fn plain(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).collect()
}
