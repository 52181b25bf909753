//! What has to stand beside a cue: an alternative beside a refusal, a time beside a promise, a duration beside a
//! request to wait. A finding waits until what is missing cannot come any more.

use super::advice::advice;
use super::{clauses_in, hit};
use crate::session::event::{Cue, FactKind, Language, SessionEvent, Severity, TextSegment};
use crate::time::{SampleTime, samples};
use crate::wording::facts::facts;
use crate::wording::line::Line;
use crate::wording::sentence::Sentence;
use std::collections::VecDeque;

/// An alternative is looked for in sentences that begin so soon after the refusal, seconds, and in so many at most.
const ALTERNATIVE_S: f64 = 8.0;
const ALTERNATIVE_SENTENCES: usize = 3;
/// The time of a promise may be in a sentence that begins so soon after it, seconds.
const TIME_S: f64 = 2.0;
/// Sentences and cues that are kept.
const KEPT_SENTENCES: usize = 8;
const KEPT_CUES: usize = 32;
/// Nothing is said any more.
const FOREVER: SampleTime = SampleTime(u64::MAX);

/// What shows an alternative without a cue of the pack; 不可以 shows none.
const ALTERNATIVES: [&str; 36] = [
    "您可以",
    "可以帮您",
    "可以给您",
    "可以为您",
    "建议您",
    "我帮您",
    "我给您",
    "我为您",
    "也可以",
    "换成",
    "要不",
    "帮您转",
    "您看这样",
    "i can",
    "we can",
    "you can",
    "you could",
    "instead",
    "what i can do",
    "let me",
    "i could",
    "we could",
    "how about",
    "what about",
    "shall i",
    "shall we",
    "would you like",
    "id suggest",
    "i suggest",
    "id recommend",
    "why not",
    "you may want",
    "you might want",
    "you might like",
    "put you through",
    "we do have",
];
/// Times that hold no number.
const TIMES: [&str; 53] = [
    "礼拜",
    "星期一",
    "星期二",
    "星期三",
    "星期四",
    "星期五",
    "星期六",
    "这就",
    "马上",
    "立刻",
    "立即",
    "现在",
    "今天",
    "明天",
    "后天",
    "当天",
    "今晚",
    "明早",
    "今早",
    "上午",
    "下午",
    "中午",
    "傍晚",
    "下班前",
    "下班之前",
    "月底",
    "周末",
    "本周",
    "这周",
    "下周",
    "半小时",
    "半个小时",
    "半天",
    "当场",
    "几分钟",
    "几个小时",
    "小时内",
    "几秒",
    "周一",
    "周二",
    "周三",
    "周四",
    "周五",
    "周六",
    "周日",
    "星期天",
    "星期日",
    "这个月",
    "本月",
    "下个月",
    "年底",
    "天内",
    "两三天",
];
const TIMES_EN: [&str; 49] = [
    "now",
    "right away",
    "immediately",
    "straight away",
    "today",
    "tomorrow",
    "tonight",
    "this morning",
    "this afternoon",
    "this evening",
    "this week",
    "next week",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "by the end of",
    "a minute",
    "a few minutes",
    "an hour",
    "at once",
    "by noon",
    "at noon",
    "midday",
    "lunchtime",
    "lunch time",
    "by evening",
    "in the evening",
    "in the morning",
    "in the afternoon",
    "end of the day",
    "end of day",
    "weekend",
    "this month",
    "next month",
    "few hours",
    "few days",
    "couple of hours",
    "couple of days",
    "couple of minutes",
    "working days",
    "working day",
    "business days",
    "business day",
    "within",
    "straightaway",
];

/// Minutes that are no duration.
const IDLE_EN: [&str; 4] = ["just a minute", "hold on a minute", "hang on a minute", "wait a minute"];

/// What a cue needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    Alternative,
    Time,
    Duration,
}

impl Need {
    fn of(cue: &str) -> Option<Self> {
        match cue {
            "D5.refusal" => Some(Self::Alternative),
            "D6.promise" => Some(Self::Time),
            "D8.hold" => Some(Self::Duration),
            _ => None,
        }
    }

    fn rule(self) -> (&'static str, Severity) {
        match self {
            Self::Alternative => ("D5", Severity::Watch),
            Self::Time => ("D6", Severity::Watch),
            Self::Duration => ("D8", Severity::Info),
        }
    }
}

/// What is known about a need.
enum Verdict {
    Wait,
    Met,
    /// Unmet, as was known at this time.
    Unmet(SampleTime),
}

/// Cues that wait for what they need, and the sentences and cues around them.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    waiting: Vec<(Need, Cue)>,
    sentences: VecDeque<Sentence>,
    cues: VecDeque<Cue>,
}

impl Beside {
    /// Takes in a cue.
    pub fn cue(&mut self, cue: &Cue) {
        if let Some(need) = Need::of(&cue.id) {
            self.waiting.push((need, cue.clone()));
        } else if matches!(cue.id.as_str(), "D5.alternative" | "D8.duration") {
            self.cues.push_back(cue.clone());
            if self.cues.len() > KEPT_CUES {
                self.cues.pop_front();
            }
        }
    }

    /// Takes in a complete sentence.
    pub fn sentence(&mut self, sentence: Sentence) {
        self.sentences.push_back(sentence);
        if self.sentences.len() > KEPT_SENTENCES {
            self.sentences.pop_front();
        }
    }

    /// Reports what is decided; nothing was said up to `silent_until`.
    pub fn decide(&mut self, silent_until: Option<SampleTime>, out: &mut Vec<SessionEvent>) {
        for (need, cue) in std::mem::take(&mut self.waiting) {
            match self.verdict(need, &cue, silent_until) {
                Verdict::Wait => self.waiting.push((need, cue)),
                Verdict::Met => {}
                Verdict::Unmet(known) => self.report(need, &cue, known, out),
            }
        }
    }

    /// Reports everything that still waits: nothing more comes.
    pub fn finish(&mut self, out: &mut Vec<SessionEvent>) {
        self.decide(Some(FOREVER), out);
        self.waiting.clear();
    }

    fn place_of(&self, cue: &Cue) -> Option<usize> {
        self.sentences.iter().position(|sentence| sentence.span.contains(cue.span.middle()))
    }

    fn verdict(&self, need: Need, cue: &Cue, silent_until: Option<SampleTime>) -> Verdict {
        let Some(place) = self.place_of(cue) else {
            // Its sentence is not complete, or long gone.
            let gone = self.sentences.front().is_some_and(|first| first.span.start > cue.span.middle());
            return if gone { Verdict::Met } else { Verdict::Wait };
        };
        let (reach_s, count) = match need {
            Need::Alternative => (ALTERNATIVE_S, ALTERNATIVE_SENTENCES),
            Need::Time => (TIME_S, 2),
            Need::Duration => (0.0, 1),
        };
        let own = &self.sentences[place];
        let from = if need == Need::Alternative { cue.span.end } else { own.span.end };
        let reach = from + samples(reach_s);
        let near = self.sentences.iter().skip(place).take(count).take_while(|next| next.span.start <= reach);
        let considered: Vec<&Sentence> = near.collect();
        if considered.iter().any(|sentence| self.meets(need, cue, sentence)) {
            return Verdict::Met;
        }
        let ready = considered.iter().map(|sentence| sentence.ready_at).max().unwrap_or(own.ready_at);
        let passed =
            self.sentences.len() > place + considered.len() || silent_until.is_some_and(|until| until >= reach);
        match considered.len() {
            all if all == count => Verdict::Unmet(ready),
            _ if silent_until == Some(FOREVER) => Verdict::Unmet(ready),
            _ if passed => Verdict::Unmet(ready.max(reach)),
            _ => Verdict::Wait,
        }
    }

    fn meets(&self, need: Need, cue: &Cue, sentence: &Sentence) -> bool {
        let shown = |id: &str| self.cues.iter().any(|one| one.id == id && sentence.span.contains(one.span.middle()));
        let texts = sentence.texts();
        match need {
            Need::Alternative => {
                // What the refusal itself says is no alternative: 您可以不用来了 may be one.
                let refused = sentence.units_in(cue.span);
                let offered = |line: Line| {
                    let place = line.find_any(&ALTERNATIVES).map(|(place, _)| place);
                    place.is_some_and(|place| line.before(place, 1) != "不" && line.before(place, 1) != "没")
                };
                shown("D5.alternative")
                    || goes_on(Line { units: &texts }, refused.end)
                    || offered(Line { units: &texts[..refused.start] })
                    || offered(Line { units: &texts[refused.end..] })
            }
            Need::Time => has_time(sentence, &texts),
            // "Just a minute" says no more than "just a moment".
            Need::Duration if (Line { units: &texts }).has(&IDLE_EN) => shown("D8.duration"),
            Need::Duration => shown("D8.duration") || has_time(sentence, &texts),
        }
    }

    fn report(&self, need: Need, cue: &Cue, known: SampleTime, out: &mut Vec<SessionEvent>) {
        let Some(sentence) = self.place_of(cue).and_then(|place| self.sentences.get(place)) else { return };
        let (rule, severity) = need.rule();
        let range = clauses_in(sentence, cue.span);
        // Two refusals in one sentence are one finding.
        let span = sentence.span;
        let told = out.iter().any(
            |event| matches!(event, SessionEvent::Hit(hit) if hit.rule == rule && span.overlap_samples(hit.span) > 0),
        );
        if !told {
            out.push(hit(rule, severity, sentence, &range, known, advice(rule, sentence.language)));
        }
    }
}

/// What shows behind a refusal that there is another way: what will be asked, who can help, what the customer thinks
/// of it.
const WAYS_ON: [&str; 24] = [
    "您看",
    "可以吗",
    "行吗",
    "好吗",
    "没问题",
    "请示",
    "请教",
    "帮您问",
    "我问问",
    "我去问",
    "转给",
    "转到",
    "转接",
    "旁边就有",
    "隔壁就有",
    "附近就有",
    "以旧换新",
    "您打",
    "您找",
    "先激活",
    "先认证",
    "先登记",
    "调过来",
    "调货",
];
/// Words that hold 能 and promise nothing.
const NO_ABILITY: [&str; 13] =
    ["可能", "功能", "性能", "智能", "节能", "能源", "能量", "不能", "没能", "哪能", "怎么能", "能不", "能否"];

/// Whether what follows a refusal shows a way on: one of the above, or something that can be done after all.
fn goes_on(line: Line, refused: usize) -> bool {
    let can = |place: usize| {
        let able = line.any_at(place, &["能", "可以"]).is_some();
        let near = |at: usize| line.any_at(at, &NO_ABILITY).is_some();
        let other = near(place) || place.checked_sub(1).is_some_and(near);
        let denied = matches!(line.before(place, 1), "不" | "没" | "别") || line.before(place, 2) == "怎";
        let asked = line.tail(place).head(8).has(&["吗"]);
        able && !other && !denied && !asked && line.len() >= place + 2
    };
    line.tail(refused).has(&WAYS_ON) || (refused..line.len()).any(can)
}

/// Whether a sentence says a time or a duration.
fn has_time(sentence: &Sentence, texts: &[&str]) -> bool {
    let line = Line { units: texts };
    let bare = if sentence.language == Language::En { line.has(&TIMES_EN) } else { line.has(&TIMES) };
    bare || facts(&TextSegment {
        span: sentence.span,
        words: sentence.words.clone(),
        language: sentence.language,
        ready_at: sentence.ready_at,
    })
    .iter()
    .any(|fact| fact.kind == FactKind::Time)
}
