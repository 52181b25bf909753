//! Small things that disturb only when they come often: filled pauses, and sentences whose end fades away.

use super::flags::{Finding, FlagWriter};
use crate::session::event::*;
use crate::session::profile::Profile;
use crate::time::{SampleTime, samples};
use std::collections::VecDeque;

/// Fillers are counted over this much of the past, seconds.
const FILLER_WINDOW_S: f64 = 60.0;
/// One fading end is human; this many within [`FADE_MEMORY_S`] are a habit.
const FADES: usize = 2;
/// How far back fading ends are remembered, seconds.
const FADE_MEMORY_S: f64 = 30.0;

/// Judges habits.
#[derive(Clone, Debug)]
pub struct HabitJudge {
    watch_per_min: f32,
    fade_db: f32,
    fillers: VecDeque<SampleTime>,
    /// Since when the agent has been told about fillers.
    told: Option<SampleTime>,
    fades: VecDeque<SampleTime>,
}

impl HabitJudge {
    /// A judge before any speech.
    pub fn new(profile: &Profile) -> Self {
        Self {
            watch_per_min: profile.filler.watch_per_min,
            fade_db: profile.loudness.fade_db,
            fillers: VecDeque::new(),
            told: None,
            fades: VecDeque::new(),
        }
    }

    /// Takes a filler or a fade in; appends what follows from it.
    pub fn observe(&mut self, event: &SessionEvent, flags: &mut FlagWriter, out: &mut Vec<SessionEvent>) {
        match event {
            SessionEvent::Filler(filler) => self.observe_filler(filler, flags, out),
            SessionEvent::Fade(fade) => self.observe_fade(fade, flags, out),
            _ => {}
        }
    }

    /// Every filler is marked; only many of them in a minute are worth a word to the agent.
    fn observe_filler(&mut self, filler: &Filler, flags: &mut FlagWriter, out: &mut Vec<SessionEvent>) {
        if self.watch_per_min <= 0.0 {
            return;
        }
        let window = samples(FILLER_WINDOW_S);
        let at = filler.span.start;
        let place = self.fillers.partition_point(|&known| known <= at);
        self.fillers.insert(place, at);
        while self.fillers.front().is_some_and(|&first| at - first > window) {
            self.fillers.pop_front();
        }
        let count = self.fillers.iter().filter(|&&known| known <= at && at - known <= window).count() as f32;
        let many = count > self.watch_per_min && self.told.is_none_or(|told| at - told > window);
        if many {
            self.told = Some(at);
        }
        let finding = Finding {
            kind: FlagKind::Filler,
            rule: "A5",
            severity: if many { Severity::Watch } else { Severity::Info },
            measured: count,
            threshold: self.watch_per_min,
        };
        flags.raise_with_text(&finding, filler.span, filler.ready_at, filler.text.clone(), out);
    }

    fn observe_fade(&mut self, fade: &Fade, flags: &mut FlagWriter, out: &mut Vec<SessionEvent>) {
        if self.fade_db <= 0.0 || fade.drop_db < self.fade_db {
            return;
        }
        let at = fade.span.end;
        self.fades.push_back(at);
        while self.fades.front().is_some_and(|&first| at - first > samples(FADE_MEMORY_S)) {
            self.fades.pop_front();
        }
        if self.fades.len() < FADES {
            return;
        }
        self.fades.clear();
        let finding = Finding {
            kind: FlagKind::FadingEnd,
            rule: "A1",
            severity: Severity::Watch,
            measured: fade.drop_db,
            threshold: self.fade_db,
        };
        flags.raise(&finding, fade.span, at, out);
    }
}
