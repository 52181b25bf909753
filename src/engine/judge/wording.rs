//! Findings about wording: which of them are flagged. A finding stays a measurement; whether it counts is judged here,
//! by what a person has dismissed and by the part of the call that it was said in.

use super::flags::FlagWriter;
use crate::session::event::*;
use crate::session::log;
use crate::session::timeline::Timeline;
use crate::time::{SampleTime, samples};
use crate::wording::{Context, PhaseBorders};

/// Silence behind text that is complete, after which no clause goes on, seconds.
const CLAUSE_OVER_S: f64 = 0.7;
/// A segment of text reaches so far behind the speech in it, seconds.
const TEXT_REACH_S: f64 = 0.5;

/// Judges findings. By what is known so far, and anew when more is known.
#[derive(Clone, Debug, Default)]
pub struct WordingJudge {
    /// The call as far as it matters here: text, cues, findings and the flags about them.
    call: Timeline,
    /// Flags whose clause may still go on.
    open: Vec<u32>,
}

impl WordingJudge {
    /// A judge that has seen all of `timeline`.
    fn of(timeline: &Timeline) -> Self {
        let is_wording = |flag: &Flag| matches!(flag.kind, FlagKind::BannedWording | FlagKind::DiscouragedWording);
        let call = Timeline {
            segments: timeline.segments.clone(),
            cues: timeline.cues.clone(),
            hits: timeline.hits.clone(),
            flags: timeline.flags.iter().filter(|flag| is_wording(flag)).cloned().collect(),
            aside: timeline.aside.clone(),
            dismissals: timeline.dismissals.clone(),
            own_phases: timeline.own_phases,
            position: timeline.position,
            ..Timeline::default()
        };
        Self { call, open: Vec::new() }
    }

    /// Takes an event in; appends what follows from it.
    pub fn observe(&mut self, event: &SessionEvent, flags: &mut FlagWriter, out: &mut Vec<SessionEvent>) {
        self.call.position = self.call.position.max(log::reach(event));
        match event {
            SessionEvent::Started(_) => self.call.apply(event),
            SessionEvent::Text(_) => {
                self.call.apply(event);
                self.review_open(false, out);
            }
            SessionEvent::Hit(hit) => {
                self.call.apply(event);
                self.raise(hit, flags, out);
            }
            SessionEvent::Cue(_) => {
                self.call.apply(event);
                self.review(|hit| !hit.phases.is_empty(), true, out);
            }
            SessionEvent::Silence { start, at } if *at - *start >= samples(CLAUSE_OVER_S) => {
                let heard =
                    self.call.segments.last().is_some_and(|last| last.span.end + samples(TEXT_REACH_S) >= *start);
                self.review_open(heard, out);
            }
            SessionEvent::Dismissed(_) | SessionEvent::Restored(_) | SessionEvent::PhaseBegins { .. } => {
                self.call.apply(event);
                self.review(|_| true, true, out);
            }
            _ => {}
        }
    }

    /// The session is over at `at`: what rests on the whole call is judged by all of it.
    pub fn finish(&mut self, at: SampleTime, out: &mut Vec<SessionEvent>) {
        self.call.position = self.call.position.max(at);
        self.open.clear();
        self.review(|_| true, true, out);
    }

    /// Whether a finding in text that may still change is one that was dismissed, or does not count here.
    pub fn is_aside(&self, hit: &Hit, newest: &TextSegment) -> bool {
        let known = self.call.dismissals.iter().any(|known| known.rule == hit.rule && known.phrase == hit.phrase);
        if !known && hit.phases.is_empty() {
            return false;
        }
        let mut call = Self::of(&self.call).call;
        call.apply(&SessionEvent::Text(newest.clone()));
        why(&call, hit, false).is_some()
    }

    fn raise(&mut self, hit: &Hit, flags: &mut FlagWriter, out: &mut Vec<SessionEvent>) {
        let id = flags.next_id();
        if let Some(why) = why(&self.call, hit, false) {
            if why.is_dismissed() {
                self.open.push(id);
            }
            // Ahead of its flag, so that it is never shown.
            self.put(SessionEvent::FlagAside { id, why }, out);
        }
        let kind = match hit.level {
            HitLevel::Banned => FlagKind::BannedWording,
            HitLevel::Discouraged => FlagKind::DiscouragedWording,
        };
        let flag = Flag {
            id,
            kind,
            rule: hit.rule.clone(),
            span: hit.span,
            raised_at: hit.ready_at.max(hit.span.end),
            severity: hit.severity,
            measured: None,
            threshold: None,
            text: hit.text.clone(),
            reason: hit.reason.clone(),
            suggestion: hit.suggestion.clone(),
        };
        self.put(SessionEvent::Flag(flag), out);
    }

    /// Looks again at flags whose clause went on, or is over.
    fn review_open(&mut self, is_over: bool, out: &mut Vec<SessionEvent>) {
        for id in std::mem::take(&mut self.open) {
            let Some((flag, _)) = self.call.aside.iter().find(|(flag, _)| flag.id == id) else { continue };
            let Some(hit) = self.call.hit_of(flag).cloned() else { continue };
            self.decide(id, &hit, is_over, out);
            let goes_on = Context::of(&hit, &self.call.segments, is_over).is_some_and(|context| context.is_open());
            if goes_on && self.call.why_aside(id).is_some() {
                self.open.push(id);
            }
        }
    }

    /// Looks again at the flags about some findings.
    fn review(&mut self, which: impl Fn(&Hit) -> bool, is_over: bool, out: &mut Vec<SessionEvent>) {
        if !self.call.hits.iter().any(&which) {
            return;
        }
        let all = self.call.flags.iter().chain(self.call.aside.iter().map(|(flag, _)| flag));
        let mut judged: Vec<(u32, Hit)> =
            all.filter_map(|flag| Some((flag.id, self.call.hit_of(flag).filter(|hit| which(hit))?.clone()))).collect();
        judged.sort_by_key(|(id, _)| *id);
        for (id, hit) in judged {
            let is_over = is_over && !self.open.contains(&id);
            self.decide(id, &hit, is_over, out);
        }
    }

    fn decide(&mut self, id: u32, hit: &Hit, is_over: bool, out: &mut Vec<SessionEvent>) {
        let now = why(&self.call, hit, is_over);
        match (now, self.call.why_aside(id)) {
            (None, None) => {}
            (None, Some(_)) => self.put(SessionEvent::FlagBack { id }, out),
            // It was shown until now.
            (Some(why), None) if why.is_dismissed() => {
                self.put(SessionEvent::FlagAside { id, why: Aside::Dismissed }, out);
            }
            (Some(now), Some(then)) if now.is_dismissed() && then.is_dismissed() || now == then => {}
            (Some(why), _) => self.put(SessionEvent::FlagAside { id, why }, out),
        }
    }

    fn put(&mut self, event: SessionEvent, out: &mut Vec<SessionEvent>) {
        self.call.apply(&event);
        out.push(event);
    }
}

/// Why a finding is not flagged, by what is known of the call; none when it is.
fn why(call: &Timeline, hit: &Hit, is_over: bool) -> Option<Aside> {
    let is_candidate = |known: &&Dismissal| known.rule == hit.rule && known.phrase == hit.phrase;
    let mut candidates = call.dismissals.iter().filter(is_candidate).peekable();
    if candidates.peek().is_some()
        && let Some(context) = Context::of(hit, &call.segments, is_over)
        && candidates.any(|known| context.is_dismissed_by(hit, known))
    {
        return Some(Aside::DismissedBefore);
    }
    let counts = hit.phases.is_empty() || PhaseBorders::is_in(call, &hit.phases, hit.span.middle());
    (!counts).then_some(Aside::OtherPhase)
}

/// What a person wants of a flag, of the parts of the call or of the notes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amendment {
    /// This flag about wording does not count, here and wherever the same is said again.
    Dismiss {
        /// The flag.
        flag: u32,
    },
    /// It does count.
    Restore {
        /// The flag.
        flag: u32,
    },
    /// A part of the call begins here; without a time it is found by itself.
    PhaseBegins {
        /// Which part.
        phase: CallPhase,
        /// Where.
        at: Option<SampleTime>,
    },
    /// The note of this moment says this.
    Note {
        /// When its first character was typed.
        at: SampleTime,
        /// What it says, one line.
        text: String,
    },
    /// The note of this moment is gone.
    RemoveNote {
        /// When its first character was typed.
        at: SampleTime,
    },
}

/// A person's wish about a session in the words of its log; nothing where there is no such flag or note, and where
/// nothing would change.
pub fn said(timeline: &Timeline, wish: &Amendment) -> Vec<SessionEvent> {
    let known = |id: u32| {
        let all = timeline.flags.iter().chain(timeline.aside.iter().map(|(flag, _)| flag));
        let hit = all.into_iter().find(|flag| flag.id == id).and_then(|flag| timeline.hit_of(flag))?;
        Some((hit, Context::of(hit, &timeline.segments, true)?))
    };
    match wish {
        Amendment::PhaseBegins { phase, at } => vec![SessionEvent::PhaseBegins { phase: *phase, at: *at }],
        Amendment::Note { at, text } => {
            let note = Note { at: *at, text: text.split_whitespace().collect::<Vec<_>>().join(" ") };
            let changes = !note.text.is_empty() && !timeline.notes.contains(&note);
            changes.then_some(SessionEvent::Noted(note)).into_iter().collect()
        }
        Amendment::RemoveNote { at } => {
            let known = timeline.notes.iter().filter(|note| note.at == *at);
            known.map(|note| SessionEvent::NoteRemoved { at: note.at }).collect()
        }
        Amendment::Dismiss { flag } => {
            let dismissal = known(*flag).map(|(hit, context)| context.dismissal(hit));
            dismissal.map(SessionEvent::Dismissed).into_iter().collect()
        }
        Amendment::Restore { flag } => {
            let Some((hit, context)) = known(*flag) else { return Vec::new() };
            let same = timeline.dismissals.iter().filter(|known| context.is_dismissed_by(hit, known));
            same.cloned().map(SessionEvent::Restored).collect()
        }
    }
}

/// What a person has said about a session that is over, and what follows from it.
pub fn amended(timeline: &Timeline, said: Vec<SessionEvent>) -> Vec<SessionEvent> {
    let (mut judge, mut numbers) = (WordingJudge::of(timeline), FlagWriter::default());
    let mut events = Vec::new();
    for event in said {
        let mut follows = Vec::new();
        judge.observe(&event, &mut numbers, &mut follows);
        events.push(event);
        events.append(&mut follows);
    }
    events
}
