//! Text that is shown while it is still being spoken, kept from flickering; and where it is sure enough to be settled
//! before any pause.
//!
//! The open window is heard again and again while it grows. Its words are agreed as far as the last two hearings say
//! the same (local agreement, Liu et al. 2020, "Low-latency sequence-to-sequence speech recognition and translation
//! by partial hypothesis selection"; Macháček et al. 2023 for whisper). What is agreed stays as it was first shown
//! until the settled text replaces it. Pure: no clock, no thread.

use crate::session::event::Word;
use crate::time::{SampleTime, Span, samples};

/// How far the times of one word may lie apart in two hearings, seconds: whisper's own jitter.
const DRIFT_S: f64 = 0.3;
/// A window with less speech waits for a pause, seconds: most clauses end before, and a pause is the better cut.
const SETTLE_FROM_S: f64 = 6.0;
/// From here on any quiet place between two words will do, not only the end of a clause, seconds.
const SETTLE_ANYWHERE_FROM_S: f64 = 10.0;
/// Newest sound that is never settled early, seconds: its words still lack what comes after them.
const UNSURE_TAIL_S: f64 = 1.5;
/// Fewer words than fill this time are not settled early, seconds: what is left must not be cut again at once.
const LEAST_SETTLED_S: f64 = 2.5;
/// The place of a cut is looked for this far around the end of a word, seconds, and never further than a quarter into
/// either word: beyond that the next quiet place is that of another word.
const SEARCH_S: f64 = 0.15;

/// Text to show for the open window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// All of it.
    pub text: String,
    /// Characters at its beginning that will stay as they are until the text is settled.
    pub stable_chars: usize,
}

/// Where the open window may be cut between two words that were heard twice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Words of the newest hearing before the cut.
    pub words: usize,
    /// Where the cut may lie.
    pub within: Span,
    /// Whether a clause ends there, by the punctuation that was heard.
    pub clause_end: bool,
}

/// Compares the hearings of the open window.
#[derive(Clone, Debug, Default)]
pub struct Stabilizer {
    window: Option<u64>,
    /// The agreed words, as they are shown.
    agreed: Vec<Word>,
    /// The newest hearing.
    last: Vec<Word>,
    /// Words at the beginning of `last` that the hearing before said too.
    confirmed: usize,
}

impl Stabilizer {
    /// Takes what was heard in window `window` as far as it had grown.
    pub fn hear(&mut self, window: u64, words: Vec<Word>) {
        if self.window != Some(window) {
            *self = Self { window: Some(window), ..Self::default() };
        }
        // The newest word may be half a word, and its full stop is only the end of the sound: it is never agreed.
        let sure = words.len().saturating_sub(1);
        let same = common_prefix(&self.last, &words).min(sure);
        let kept = common_prefix(&self.agreed, &words);
        if kept == self.agreed.len() && same > kept {
            self.agreed.extend_from_slice(&words[kept..same]);
        }
        self.confirmed = same;
        self.last = words;
    }

    /// What is to be shown: the agreed words as they were, and behind them what the newest hearing adds.
    pub fn draft(&self) -> Draft {
        let agreed: String = self.agreed.iter().map(|word| word.text.as_str()).collect();
        let rest: String = self.behind_agreed().iter().map(|word| word.text.as_str()).collect();
        let text = format!("{agreed}{rest}");
        let lead = text.chars().count() - text.trim_start().chars().count();
        let text = text.trim().to_owned();
        let stable_chars = agreed.chars().count().saturating_sub(lead).min(text.chars().count());
        Draft { text, stable_chars }
    }

    /// The words of [`Self::draft`], each with its time.
    pub fn words(&self) -> Vec<Word> {
        self.agreed.iter().chain(self.behind_agreed()).cloned().collect()
    }

    /// The words of the newest hearing that come after the agreed ones: by count where it repeats them, by time where
    /// it says something else.
    fn behind_agreed(&self) -> &[Word] {
        let Some(end) = self.agreed.last().map(|word| word.span.end) else { return &self.last };
        let first = match common_prefix(&self.agreed, &self.last) {
            all if all == self.agreed.len() => all,
            _ => self.last.partition_point(|word| word.span.middle() < end),
        };
        &self.last[first..]
    }

    /// Places where a window with `speech_s` of speech, heard up to `newest`, may be cut, the best kind first and the
    /// latest first within a kind.
    pub fn places(&self, newest: SampleTime, speech_s: f64) -> Vec<Place> {
        if speech_s < SETTLE_FROM_S {
            return Vec::new();
        }
        let latest = newest.saturating_back(samples(UNSURE_TAIL_S));
        let Some(first) = self.last.first() else { return Vec::new() };
        let place = |words: usize| {
            let (before, after) = (self.last[words - 1].span, self.last[words].span);
            let long_enough = before.end - first.span.start >= samples(LEAST_SETTLED_S);
            let around = before.end.midpoint(after.start);
            let within = Span::new(
                around.saturating_back(samples(SEARCH_S)).max(before.start + before.samples() * 3 / 4),
                (around + samples(SEARCH_S)).min(after.start + after.samples() / 4),
            );
            let clause_end = self.last[words - 1].text.ends_with(CLAUSE_ENDS);
            (long_enough && around <= latest).then_some(Place { words, within, clause_end })
        };
        // What two hearings in a row say is settled even where something else was agreed, and shown, before: that is
        // how a wrong agreement ends. The word behind the cut must be confirmed as well, or the cut might lie inside it.
        let mut places: Vec<Place> = (1..self.confirmed).rev().filter_map(place).collect();
        places.sort_by_key(|place| !place.clause_end);
        if speech_s < SETTLE_ANYWHERE_FROM_S {
            places.retain(|place| place.clause_end);
        }
        places
    }

    /// The first `words` words of the newest hearing are settled with a window that ends at `cut`; what is left belongs
    /// to window `next`. Answers with them.
    pub fn settle(&mut self, words: usize, cut: SampleTime, next: u64) -> Vec<Word> {
        let words = words.min(self.last.len());
        let kept = common_prefix(&self.agreed, &self.last);
        let mut settled: Vec<Word> = self.last.drain(..words).collect();
        for word in &mut settled {
            word.span = Span::new(word.span.start.min(cut), word.span.end.min(cut));
        }
        for word in &mut self.last {
            word.span = Span::new(word.span.start.max(cut), word.span.end.max(cut));
        }
        self.confirmed = self.confirmed.saturating_sub(words);
        self.window = Some(next);
        if kept >= words {
            self.agreed.drain(..words);
        } else {
            self.agreed = self.last[..self.confirmed].to_vec();
        }
        settled
    }

    /// Window that the draft belongs to.
    pub fn window(&self) -> Option<u64> {
        self.window
    }
}

/// What ends a clause.
const CLAUSE_ENDS: [char; 12] = ['，', '。', '！', '？', '；', '：', ',', '.', '!', '?', ';', ':'];

/// How many words two hearings have in common from their beginning.
fn common_prefix(a: &[Word], b: &[Word]) -> usize {
    a.iter().zip(b).take_while(|(a, b)| is_same(a, b)).count()
}

/// The same letters, digits and characters at about the same time; punctuation and case do not count.
fn is_same(a: &Word, b: &Word) -> bool {
    let bare = |text: &str| -> Vec<char> {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let (a_at, b_at) = (a.span.middle(), b.span.middle());
    (a_at - b_at).max(b_at - a_at) <= samples(DRIFT_S) && bare(&a.text) == bare(&b.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One word a character (with the punctuation behind it), a quarter of a second each.
    fn words(text: &str) -> Vec<Word> {
        let mut words: Vec<Word> = Vec::new();
        for c in text.chars() {
            match words.last_mut().filter(|_| !c.is_alphanumeric()) {
                Some(word) => word.text.push(c),
                None => {
                    let at = |part: usize| SampleTime::from_seconds(part as f64 * 0.25);
                    let span = Span::new(at(words.len()), at(words.len() + 1));
                    words.push(Word { span, text: c.to_string(), p: 0.9 });
                }
            }
        }
        words
    }

    fn drafts(hearings: &[&str]) -> Vec<Draft> {
        let mut stabilizer = Stabilizer::default();
        let hear = |text: &&str| {
            stabilizer.hear(7, words(text));
            stabilizer.draft()
        };
        hearings.iter().map(hear).collect()
    }

    fn stable(draft: &Draft) -> String {
        draft.text.chars().take(draft.stable_chars).collect()
    }

    #[test]
    fn what_two_hearings_say_is_agreed_but_for_the_newest_word() {
        let shown = drafts(&["您好。", "您好，这里", "您好，这里是客户"]);
        assert_eq!(shown[0], Draft { text: "您好。".into(), stable_chars: 0 });
        assert_eq!((shown[1].text.as_str(), stable(&shown[1]).as_str()), ("您好，这里", "您好，"));
        assert_eq!((shown[2].text.as_str(), stable(&shown[2]).as_str()), ("您好，这里是客户", "您好，这里"));
    }

    #[test]
    fn agreed_text_never_changes_and_only_grows() {
        let shown = drafts(&["您好这里", "您好这里是", "您号这里是客服", "您号这里是客服中", "", "您好这里是客服中心"]);
        for pair in shown.windows(2) {
            let (before, after) = (stable(&pair[0]), stable(&pair[1]));
            assert!(after.starts_with(&before), "{before} {after}");
            assert!(pair[1].text.starts_with(&before));
        }
        assert_eq!(shown[2].text, "您好这里是客服");
        assert_eq!(shown[4].text, "您好这里");
    }

    #[test]
    fn punctuation_and_case_do_not_count_and_time_does() {
        let mut stabilizer = Stabilizer::default();
        stabilizer.hear(0, words("OK好的吗"));
        stabilizer.hear(0, words("ok，好的吗您"));
        assert_eq!(stable(&stabilizer.draft()), "ok，好的吗");
        let mut late = words("ok，好的吗您说");
        late.iter_mut().for_each(|word| word.span = Span::new(word.span.start + 8000, word.span.end + 8000));
        assert_eq!(common_prefix(&words("ok，好的吗您说"), &late), 0);
    }

    #[test]
    fn another_window_begins_anew() {
        let mut stabilizer = Stabilizer::default();
        stabilizer.hear(0, words("您好这里"));
        stabilizer.hear(0, words("您好这里"));
        stabilizer.hear(1, words("请说"));
        assert_eq!(stabilizer.draft(), Draft { text: "请说".into(), stable_chars: 0 });
    }

    #[test]
    fn long_talk_is_settled_at_the_end_of_a_clause() {
        let mut stabilizer = Stabilizer::default();
        let talk = "今天上午收到您的退货申请，我们马上给您处理这个问题然后给您打电话";
        stabilizer.hear(3, words(talk));
        stabilizer.hear(3, words(talk));
        let newest = SampleTime::from_seconds(8.0);
        assert_eq!(stabilizer.places(newest, 5.9), []);
        let places = stabilizer.places(newest, 7.5);
        assert_eq!(places.iter().map(|place| place.words).collect::<Vec<_>>(), [12]);
        let place = places[0];
        assert!(place.within.start.seconds() >= 2.8 && place.within.end.seconds() <= 3.2, "{:?}", place.within);
        assert!(stabilizer.places(newest, 11.0).len() > 5);
        assert!(stabilizer.places(newest, 11.0)[0].clause_end);
        let cut = SampleTime::from_seconds(3.05);
        let settled = stabilizer.settle(12, cut, 4);
        assert_eq!(settled.iter().map(|word| word.text.as_str()).collect::<String>(), "今天上午收到您的退货申请，");
        assert!(settled.iter().all(|word| word.span.end <= cut));
        // What is left is shown on and agreed with the next hearings of the rest.
        let before = stabilizer.draft();
        assert!(before.text.starts_with("我们马上") && before.stable_chars > 10);
        let rest: Vec<Word> = words(talk).split_off(12);
        stabilizer.hear(4, rest);
        assert_eq!(stabilizer.draft(), before);
    }

    #[test]
    fn a_wrong_agreement_stays_on_screen_and_is_not_settled() {
        let mut stabilizer = Stabilizer::default();
        let talk = "今天上午收到您的退货申请，我们马上给您处理这个问题然后给您打电话";
        for hearing in ["今天上五收到", "今天上五收到", talk, talk] {
            stabilizer.hear(3, words(hearing));
            assert!(hearing == "今天上五收到" || stabilizer.draft().text.starts_with("今天上五收"));
        }
        let places = stabilizer.places(SampleTime::from_seconds(8.0), 7.5);
        assert_eq!(places.iter().map(|place| place.words).collect::<Vec<_>>(), [12]);
        let settled = stabilizer.settle(12, SampleTime::from_seconds(3.05), 4);
        assert_eq!(settled.iter().map(|word| word.text.as_str()).collect::<String>(), "今天上午收到您的退货申请，");
        assert!(stabilizer.draft().text.starts_with("我们马上"));
    }

    #[test]
    fn nothing_is_settled_that_the_newest_hearing_doubts() {
        let mut stabilizer = Stabilizer::default();
        let talk = "今天上午收到您的退货申请，我们马上给您处理这个问题然后给您打电话";
        stabilizer.hear(3, words(talk));
        stabilizer.hear(3, words(talk));
        stabilizer.hear(3, words(&talk.replace('午', "五")));
        assert_eq!(stabilizer.places(SampleTime::from_seconds(8.0), 12.0), []);
    }
}
