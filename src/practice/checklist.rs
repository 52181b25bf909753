//! The steps of a call (curriculum E2 to E8, F1, F2): which were taken by a given moment, when, and by which words.
//!
//! A pure function of the timeline and a time, so the live view, replay at its cursor and the report agree. What the
//! agent said counts from the moment at which a live user saw its text.

use crate::session::event::Cue;
use crate::session::timeline::Timeline;
use crate::time::{SAMPLE_RATE_HZ, SampleTime, Span, samples};

/// Greeting and identity belong into this much speech from the start (curriculum E2), seconds.
const GREETING_S: f64 = 10.0;
/// Who asks the customer to wait leaves at least this much silence for the answer (curriculum E6), seconds.
const ANSWER_S: f64 = 1.0;
/// The answer's silence begins this near behind the words that ask for it: text is timed to about 0.3 s, and the
/// sentence may go on (可以吗), seconds.
const ANSWER_REACH_S: (f64, f64) = (0.3, 3.0);
/// Words about waiting that are nearer to each other than this belong to one hold, seconds.
const ONE_HOLD_S: f64 = 10.0;
/// A silence of this length between them makes two, seconds.
const WAITED_S: f64 = 5.0;
/// The reason for a hold or transfer stands this near to its announcement, seconds.
const REASON_REACH_S: f64 = 15.0;
/// Thanks that come sooner than this behind greeting and offer of help still belong to them (感谢您的来电), seconds.
const AFTER_OPENING_S: f64 = 5.0;
/// What the agent calls the customer's anger; there is no cue for it.
const COMPLAINTS: [&str; 4] = ["投诉", "不满", "complain", "upset"];

/// How far a row has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowState {
    /// Nothing of it was said.
    Open,
    /// Some of its steps were taken.
    Begun,
    /// Done.
    Done,
    /// Not done, and too late for it: a greeting in the middle of the call.
    Missed,
}

/// One step of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Id in JSON and in the locale files, e.g. `E2.greeting`.
    pub id: &'static str,
    /// Whether it was taken, and in time.
    pub done: bool,
    /// When it was said; also set for words that came too late.
    pub at: Option<SampleTime>,
    /// The words as heard.
    pub text: String,
}

/// One row of the checklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Curriculum id, e.g. `E2`.
    pub id: &'static str,
    /// Whether this call needs it: a hold row only matters once there is a hold.
    pub needed: bool,
    /// How far it has come.
    pub state: RowState,
    /// When what completed it was said.
    pub at: Option<SampleTime>,
    /// Its steps.
    pub steps: Vec<Step>,
}

impl Row {
    /// Whether it is done.
    pub fn done(&self) -> bool {
        self.state == RowState::Done
    }
}

/// Rows that are done, and rows that are needed.
pub fn progress(rows: &[Row]) -> (usize, usize) {
    let needed = || rows.iter().filter(|row| row.needed);
    (needed().filter(|row| row.done()).count(), needed().count())
}

/// Every row as it stood at `at`.
pub fn checklist(timeline: &Timeline, at: SampleTime) -> Vec<Row> {
    let known = Known::new(timeline, at);
    vec![
        known.greeting(),
        Row::of("E3", true, vec![Step::of("E3.offer_help", known.offer())]),
        Row::of("E4", true, vec![known.step("E4.ask_name"), known.step("E4.use_name")]),
        Row::of(
            "E5",
            true,
            vec![Step::of("E5.repeat_back", known.first(&["E5.repeat_back", "B3.confirm", "B3.sum_up"]))],
        ),
        known.hold(),
        known.transfer(),
        known.closing(),
        known.comfort(),
        Row::of("F2", known.is_heated(), vec![known.step("F2.empathy")]),
    ]
}

impl Step {
    fn of(id: &'static str, cue: Option<&Cue>) -> Self {
        let text = cue.map_or(String::new(), |cue| cue.text.clone());
        Self { id, done: cue.is_some(), at: cue.map(|cue| cue.span.start), text }
    }
}

impl Row {
    /// A row that is done when all its steps are.
    fn of(id: &'static str, needed: bool, steps: Vec<Step>) -> Self {
        let done = steps.iter().all(|step| step.done);
        let begun = steps.iter().any(|step| step.done);
        let state = match (done, begun) {
            (true, _) => RowState::Done,
            (_, true) => RowState::Begun,
            _ => RowState::Open,
        };
        let at = if done { steps.iter().filter_map(|step| step.at).max() } else { None };
        Self { id, needed, state, at, steps }
    }
}

/// What is known at a moment.
struct Known<'a> {
    timeline: &'a Timeline,
    at: SampleTime,
    cues: Vec<&'a Cue>,
}

impl<'a> Known<'a> {
    fn new(timeline: &'a Timeline, at: SampleTime) -> Self {
        Self { timeline, at, cues: timeline.cues.iter().filter(|cue| cue.ready_at <= at).collect() }
    }

    fn all(&self, ids: &'static [&'static str]) -> impl DoubleEndedIterator<Item = &'a Cue> + '_ {
        self.cues.iter().copied().filter(move |cue| ids.contains(&cue.id.as_str()))
    }

    fn first(&self, ids: &'static [&'static str]) -> Option<&'a Cue> {
        self.all(ids).next()
    }

    fn step(&self, id: &'static str) -> Step {
        Step::of(id, self.cues.iter().copied().find(|cue| cue.id == id))
    }

    /// Seconds of speech before `at`.
    fn speech_before_s(&self, at: SampleTime) -> f64 {
        let before = Span::new(SampleTime::ZERO, at);
        let ended: u64 = self.timeline.speech.iter().map(|speech| speech.overlap_samples(before)).sum();
        let open = self.timeline.speech_open.map_or(0, |start| at - start);
        (ended + open) as f64 / f64::from(SAMPLE_RATE_HZ)
    }

    /// E2: both within the first seconds of speech; later words show, and do not count.
    fn greeting(&self) -> Row {
        let step = |id: &'static str| {
            let said = self.cues.iter().copied().find(|cue| cue.id == id);
            let in_time = said.is_some_and(|cue| self.speech_before_s(cue.span.start) <= GREETING_S);
            Step { done: in_time, ..Step::of(id, said) }
        };
        let mut row = Row::of("E2", true, vec![step("E2.greeting"), step("E2.identity")]);
        // Only text says what was said: until there is text from behind the limit, a greeting may still come.
        let heard = self.timeline.segments.iter().filter(|segment| segment.ready_at <= self.at);
        let heard_to = heard.map(|segment| segment.span.end).max().unwrap_or_default();
        if !row.done() && self.speech_before_s(heard_to) > GREETING_S {
            row.state = RowState::Missed;
        }
        row
    }

    /// E3: an offer of help that is not the last question (还有什么可以帮您的吗).
    fn offer(&self) -> Option<&'a Cue> {
        let last_question =
            |cue: &Cue| self.all(&["E8.anything_else"]).any(|other| other.span.overlap_samples(cue.span) > 0);
        self.all(&["E3.offer_help"]).find(|cue| !last_question(cue))
    }

    /// Silence behind each stretch of speech, as far as it is known.
    fn silences(&self) -> impl Iterator<Item = Span> + '_ {
        let speech = &self.timeline.speech;
        speech.iter().enumerate().filter(|(_, span)| span.end <= self.at).map(|(place, span)| {
            let next = speech.get(place + 1).map(|next| next.start).or(self.timeline.speech_open);
            Span::new(span.end, next.unwrap_or(self.timeline.position).min(self.at))
        })
    }

    /// The holds of the call: the words that ask the customer to wait.
    fn holds(&self) -> Vec<Span> {
        let mut holds: Vec<Span> = Vec::new();
        for cue in self.all(&["D8.hold", "E6.ask"]) {
            match holds.last_mut() {
                Some(hold)
                    if cue.span.start - hold.end < samples(ONE_HOLD_S) && !self.waited(hold.end, cue.span.start) =>
                {
                    hold.end = hold.end.max(cue.span.end);
                }
                _ => holds.push(cue.span),
            }
        }
        holds
    }

    fn waited(&self, from: SampleTime, to: SampleTime) -> bool {
        self.silences().any(|silence| silence.contains(from.midpoint(to)) && silence.seconds() >= WAITED_S)
    }

    /// E6: every hold with its question, reason, answer and thanks; the first that lacks one shows.
    fn hold(&self) -> Row {
        let holds = self.holds();
        let row = |place: usize| {
            let hold = holds[place];
            let next = holds.get(place + 1).map_or(SampleTime(u64::MAX), |next| next.start);
            let before = place.checked_sub(1).map_or(SampleTime::ZERO, |last| holds[last].end);
            let near = Span::new(
                hold.start.saturating_back(samples(REASON_REACH_S)).max(before),
                hold.end + samples(REASON_REACH_S),
            );
            let asked = self.all(&["E6.ask"]).find(|cue| cue.span.overlap_samples(hold) > 0);
            let reason = self.all(&["E6.reason"]).find(|cue| near.contains(cue.span.start) && cue.span.start < next);
            let thanks = self
                .all(&["E6.thanks", "D2.sorry_wait"])
                .find(|cue| cue.span.start >= hold.end && cue.span.start < next);
            let answer = asked.and_then(|cue| self.answer_to(cue));
            let answered = Step { id: "E6.answer", done: answer.is_some(), at: answer, text: String::new() };
            let steps =
                vec![Step::of("E6.ask", asked), Step::of("E6.reason", reason), answered, Step::of("E6.thanks", thanks)];
            Row::of("E6", true, steps)
        };
        let mut rows: Vec<Row> = (0..holds.len()).map(row).collect();
        let shown = rows.iter().position(|row| !row.done()).unwrap_or(rows.len().saturating_sub(1));
        if shown < rows.len() {
            return rows.swap_remove(shown);
        }
        let nothing = ["E6.ask", "E6.reason", "E6.answer", "E6.thanks"].map(|id| Step::of(id, None));
        Row::of("E6", false, nothing.into())
    }

    /// When the silence that was left for an answer had lasted long enough.
    fn answer_to(&self, question: &Cue) -> Option<SampleTime> {
        let end = question.span.end;
        let reach = Span::new(end.saturating_back(samples(ANSWER_REACH_S.0)), end + samples(ANSWER_REACH_S.1));
        let long = self.silences().find(|silence| reach.contains(silence.start) && silence.seconds() >= ANSWER_S);
        long.map(|silence| silence.start)
    }

    /// E7: needed once the call is transferred.
    fn transfer(&self) -> Row {
        let transfer = self.first(&["E7.transfer"]);
        let from = transfer.map_or(SampleTime::ZERO, |cue| cue.span.start.saturating_back(samples(REASON_REACH_S)));
        let steps = ["E7.to_whom", "E7.reason", "E7.answered", "E7.pass_on"].map(|id| {
            let said = self.cues.iter().copied().find(|cue| cue.id == id && cue.span.start >= from);
            Step::of(id, said.filter(|_| transfer.is_some()))
        });
        Row::of("E7", transfer.is_some(), steps.into())
    }

    /// Where thanks and farewell begin to be a closing.
    fn opening_end(&self) -> SampleTime {
        let opening = self.all(&["E2.greeting", "E2.identity", "E3.offer_help"]);
        let near = opening.filter(|cue| self.speech_before_s(cue.span.start) <= GREETING_S);
        match near.map(|cue| cue.span.end).max() {
            Some(end) => end + samples(AFTER_OPENING_S),
            None => self.timeline.speech.first().map_or(SampleTime::ZERO, |first| first.start + samples(GREETING_S)),
        }
    }

    /// E8: done with the last question, and thanks or farewell; all four count as steps.
    fn closing(&self) -> Row {
        let from = self.opening_end();
        let steps = ["E8.actions", "E8.anything_else", "E8.thanks", "E8.farewell"]
            .map(|id| Step::of(id, self.cues.iter().copied().find(|cue| cue.id == id && cue.span.start >= from)));
        let asked = steps[1].at;
        let parted = steps[2..].iter().filter_map(|step| step.at).min();
        let mut row = Row::of("E8", true, steps.into());
        match asked.zip(parted) {
            Some((asked, parted)) => (row.state, row.at) = (RowState::Done, Some(asked.max(parted))),
            None => row.at = None,
        }
        row
    }

    /// Whether there is something to comfort: a refusal, a word about anger, or comfort itself.
    fn is_heated(&self) -> bool {
        let heard = || self.timeline.segments.iter().filter(|segment| segment.ready_at <= self.at);
        let named = |text: &str| COMPLAINTS.iter().any(|word| text.contains(word));
        self.first(&["D5.refusal", "F2.empathy"]).is_some()
            || heard().any(|segment| named(&segment.text().to_lowercase()))
    }

    /// F1: comfort before the first word of a solution.
    fn comfort(&self) -> Row {
        let comfort = self.first(&["F2.empathy", "D5.sorry"]);
        let solution = self.first(&["F1.solution"]);
        let first = comfort.filter(|cue| solution.is_none_or(|solution| cue.span.start <= solution.span.start));
        let step = Step { done: first.is_some(), ..Step::of("F1.comfort", comfort) };
        let mut row = Row::of("F1", self.is_heated(), vec![step]);
        if !row.done() && solution.is_some() {
            row.state = RowState::Missed;
        }
        row
    }
}

#[cfg(test)]
mod tests;
