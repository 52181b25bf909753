//! How much is asked of the machine for text: less when text falls behind the voice, more again when it keeps up.
//!
//! The clock is the stream's own. Stepping down is quick and stepping up slow, and slower each time it was too soon:
//! so a machine on the edge does not swing between the two.

use crate::session::event::TextEffort;
use std::collections::VecDeque;

/// Text this far behind the voice steps down, seconds.
const BEHIND_S: f64 = 2.5;
/// Text no further behind than this keeps up, seconds: a window is always behind while it is being heard.
const KEEPS_UP_S: f64 = 1.5;
/// This far behind nothing but joined windows helps, seconds.
const FAR_BEHIND_S: f64 = 10.0;
/// Over how long the load is measured, seconds.
const LOAD_OVER_S: f64 = 10.0;
/// Share of the time spent on settled text above which the next busy moment would not be survived.
const HEAVY_LOAD: f64 = 0.8;
/// Share of the time below which there is room for more.
const LIGHT_LOAD: f64 = 0.5;
/// After a step its effect is awaited for this long, seconds.
const SETTLING_S: f64 = 2.0;
/// Keeping up for this long is rewarded with the first step up, and a third of it with each further one, seconds.
const PATIENCE_S: f64 = 10.0;
/// Falling back this soon after a step up doubles the patience, seconds; up to [`MOST_PATIENCE_S`].
const TOO_SOON_S: f64 = 20.0;
const MOST_PATIENCE_S: f64 = 80.0;

/// Decides the effort from how far text is behind and how long hearing takes.
#[derive(Clone, Debug)]
pub struct EffortControl {
    level: TextEffort,
    /// When settled windows were done and how long they took, seconds.
    runs: VecDeque<(f64, f64)>,
    stepped_down_s: f64,
    stepped_up_s: f64,
    calm_since_s: Option<f64>,
    patience_s: f64,
}

impl Default for EffortControl {
    fn default() -> Self {
        Self {
            level: TextEffort::Full,
            runs: VecDeque::new(),
            stepped_down_s: f64::NEG_INFINITY,
            stepped_up_s: f64::NEG_INFINITY,
            calm_since_s: None,
            patience_s: PATIENCE_S,
        }
    }
}

impl EffortControl {
    /// A window whose text is settled was heard within `wall_s`, done at `now_s`.
    pub fn settled(&mut self, now_s: f64, wall_s: f64) {
        self.runs.push_back((now_s, wall_s));
    }

    /// The effort at `now_s`, with text `behind_s` behind the voice.
    pub fn update(&mut self, now_s: f64, behind_s: f64) -> TextEffort {
        while self.runs.front().is_some_and(|&(at_s, _)| at_s < now_s - LOAD_OVER_S) {
            self.runs.pop_front();
        }
        let load = self.runs.iter().map(|&(_, wall_s)| wall_s).sum::<f64>() / LOAD_OVER_S;
        if behind_s > BEHIND_S || load > HEAVY_LOAD {
            self.calm_since_s = None;
            self.step_down(now_s, behind_s);
        } else if behind_s > KEEPS_UP_S || load > LIGHT_LOAD {
            self.calm_since_s = None;
        } else {
            self.step_up(now_s);
        }
        self.level
    }

    /// The effort that was decided last.
    pub fn level(&self) -> TextEffort {
        self.level
    }

    fn step_down(&mut self, now_s: f64, behind_s: f64) {
        let lower = match self.level {
            _ if behind_s > FAR_BEHIND_S => TextEffort::CatchUp,
            TextEffort::Full => TextEffort::Sparing,
            TextEffort::Sparing => TextEffort::SettledOnly,
            TextEffort::SettledOnly | TextEffort::CatchUp => TextEffort::CatchUp,
        };
        if lower == self.level || now_s - self.stepped_down_s < SETTLING_S {
            return;
        }
        if now_s - self.stepped_up_s < TOO_SOON_S {
            self.patience_s = (self.patience_s * 2.0).min(MOST_PATIENCE_S);
        }
        self.level = lower;
        self.stepped_down_s = now_s;
        self.stepped_up_s = f64::NEG_INFINITY;
    }

    fn step_up(&mut self, now_s: f64) {
        let calm_s = now_s - *self.calm_since_s.get_or_insert(now_s);
        if calm_s < self.patience_s {
            return;
        }
        let higher = match self.level {
            TextEffort::CatchUp => TextEffort::SettledOnly,
            TextEffort::SettledOnly => TextEffort::Sparing,
            TextEffort::Sparing => TextEffort::Full,
            TextEffort::Full => {
                // Calm at full effort for a while: what was too soon once is forgotten.
                if calm_s > MOST_PATIENCE_S {
                    self.patience_s = PATIENCE_S;
                }
                return;
            }
        };
        self.level = higher;
        self.stepped_up_s = now_s;
        self.calm_since_s = Some(now_s - self.patience_s * 2.0 / 3.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A machine that takes `slowness` seconds for a second of speech, with a clause of 2 s every 2.5 s; windows are
    /// heard one by one. Answers with the levels by the second.
    fn run(slowness: impl Fn(f64) -> f64, seconds: usize) -> Vec<TextEffort> {
        let mut control = EffortControl::default();
        let mut waiting: VecDeque<f64> = VecDeque::new();
        let mut work: Option<(f64, f64, f64)> = None;
        let mut levels = Vec::new();
        for tick in 0..seconds * 25 {
            let now_s = tick as f64 * 0.04;
            if tick % 62 == 61 {
                waiting.push_back(now_s);
            }
            if let Some((_, end_s, wall_s)) = work.filter(|&(_, end_s, _)| end_s <= now_s) {
                control.settled(end_s, wall_s);
                work = None;
            }
            if work.is_none()
                && let Some(cut_s) = waiting.pop_front()
            {
                // Catching up joins what waits; its fixed cost is paid once.
                let joined = if control.level() == TextEffort::CatchUp { waiting.drain(..).count() } else { 0 };
                let wall_s = slowness(now_s) * (2.0 + joined as f64 * 0.5);
                work = Some((cut_s, now_s + wall_s, wall_s));
            }
            let oldest_s = work.map(|(cut_s, _, _)| cut_s).or(waiting.front().copied());
            let level = control.update(now_s, oldest_s.map_or(0.0, |cut_s| now_s - cut_s));
            if tick % 25 == 24 {
                levels.push(level);
            }
        }
        levels
    }

    #[test]
    fn a_machine_that_keeps_up_is_left_alone() {
        assert!(run(|_| 0.3, 300).iter().all(|&level| level == TextEffort::Full));
    }

    #[test]
    fn a_busy_machine_steps_down_and_recovers_by_itself() {
        let levels = run(|now_s| if now_s < 40.0 { 1.5 } else { 0.2 }, 120);
        assert!(levels[..20].contains(&TextEffort::SettledOnly) || levels[..20].contains(&TextEffort::CatchUp));
        assert_eq!(levels[35], TextEffort::CatchUp);
        assert_eq!(levels[75], TextEffort::Full, "{levels:?}");
        // It went down once and up once.
        let rises = levels.windows(2).filter(|pair| pair[1] < pair[0]).count();
        let falls = levels.windows(2).filter(|pair| pair[1] > pair[0]).count();
        assert!(rises <= 3 && falls <= 3, "{levels:?}");
    }

    #[test]
    fn a_machine_on_the_edge_does_not_swing() {
        let levels = run(|now_s| if now_s % 30.0 < 8.0 { 1.6 } else { 0.25 }, 600);
        let changes = levels[300..].windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert!(changes <= 14, "{changes} changes in five minutes: {levels:?}");
    }

    #[test]
    fn one_long_window_that_takes_its_time_is_no_reason() {
        let mut control = EffortControl::default();
        control.settled(20.0, 1.8);
        assert_eq!(control.update(20.0, 1.8), TextEffort::Full);
    }
}
