//! Which one word the agent is told right now.
//!
//! A pure function of the timeline: the same session shows the same nudges live, in replay and to a supervisor.
//! One nudge at a time, and rarely: a voice that is corrected all the time listens to the screen, not to the
//! customer. Banned wording alone does not wait.

use crate::session::event::{Flag, FlagKind, Severity};
use crate::session::profile::NudgeLimits;
use crate::session::timeline::Timeline;
use crate::time::{SampleTime, samples};

/// One word to the agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nudge {
    /// What it is about; the text is `nudge.<kind>` in the locale files.
    pub kind: FlagKind,
    /// How serious it is.
    pub severity: Severity,
    /// The flag that it comes from.
    pub flag_id: u32,
    /// Stream time since which it shows.
    pub since: SampleTime,
}

/// The nudge that shows at `now`, if any.
///
/// Flags are taken in the order in which they were raised. One that comes less than `min_gap_s` after the last
/// nudge is left out: it stays in the feed. Banned wording shows at once and takes the place of what is there.
pub fn current_nudge(timeline: &Timeline, now: SampleTime, limits: &NudgeLimits) -> Option<Nudge> {
    // A single 嗯, or a 你 where 您 is kinder, is marked, and no more.
    let worth_a_word = |flag: &&Flag| flag.severity > Severity::Info;
    let mut raised: Vec<&Flag> = timeline.flags_until(now).filter(worth_a_word).collect();
    raised.sort_by_key(|flag| (flag.raised_at, flag.id));
    let mut shown: Option<Nudge> = None;
    for flag in raised {
        let free = shown.is_none_or(|last| flag.raised_at - last.since >= samples(f64::from(limits.min_gap_s)));
        if free || flag.kind == FlagKind::BannedWording {
            shown = Some(Nudge { kind: flag.kind, severity: flag.severity, flag_id: flag.id, since: flag.raised_at });
        }
    }
    let nudge = shown?;
    let over = now - nudge.since >= samples(f64::from(limits.show_s)) || is_answered(timeline, &nudge, now);
    (!over).then_some(nudge)
}

/// Whether the agent has already done what the nudge asks for: only speech after a silence can be seen at once.
fn is_answered(timeline: &Timeline, nudge: &Nudge, now: SampleTime) -> bool {
    nudge.kind == FlagKind::LongPause
        && (timeline.speech_open.is_some_and(|open| nudge.since < open && open <= now)
            || timeline.speech.iter().rev().any(|span| nudge.since < span.start && span.start <= now))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::event::SessionEvent;
    use crate::time::Span;

    const LIMITS: NudgeLimits = NudgeLimits { min_gap_s: 20.0, show_s: 6.0 };

    fn at(seconds: f64) -> SampleTime {
        SampleTime::from_seconds(seconds)
    }

    fn flag(id: u32, kind: FlagKind, raised_s: f64) -> SessionEvent {
        SessionEvent::Flag(Flag {
            id,
            kind,
            rule: String::new(),
            span: Span::new(at(raised_s - 1.0), at(raised_s)),
            raised_at: at(raised_s),
            severity: Severity::Watch,
            measured: None,
            threshold: None,
            text: String::new(),
            reason: String::new(),
            suggestion: String::new(),
        })
    }

    fn kind_at(timeline: &Timeline, seconds: f64) -> Option<FlagKind> {
        current_nudge(timeline, at(seconds), &LIMITS).map(|nudge| nudge.kind)
    }

    #[test]
    fn nudges_are_rare_and_end_by_themselves() {
        let timeline = Timeline::of(&[
            flag(0, FlagKind::FastSpeech, 10.0),
            flag(1, FlagKind::Monotone, 15.0),
            flag(2, FlagKind::TooQuiet, 31.0),
        ]);
        assert_eq!(kind_at(&timeline, 9.9), None);
        assert_eq!(kind_at(&timeline, 10.0), Some(FlagKind::FastSpeech));
        assert_eq!(kind_at(&timeline, 15.5), Some(FlagKind::FastSpeech), "one at a time");
        assert_eq!(kind_at(&timeline, 16.0), None, "left out, not put off");
        assert_eq!(kind_at(&timeline, 31.0), Some(FlagKind::TooQuiet));
    }

    #[test]
    fn banned_wording_does_not_wait() {
        let timeline = Timeline::of(&[flag(0, FlagKind::FastSpeech, 10.0), flag(1, FlagKind::BannedWording, 12.0)]);
        assert_eq!(kind_at(&timeline, 12.0), Some(FlagKind::BannedWording));
    }

    #[test]
    fn a_long_silence_is_over_when_the_agent_speaks() {
        let timeline =
            Timeline::of(&[flag(0, FlagKind::LongPause, 10.0), SessionEvent::SpeechStarted { at: at(11.0) }]);
        assert_eq!(kind_at(&timeline, 10.5), Some(FlagKind::LongPause));
        assert_eq!(kind_at(&timeline, 11.0), None);
    }

    #[test]
    fn what_is_only_worth_knowing_is_no_nudge() {
        let mut flag = flag(0, FlagKind::DiscouragedWording, 10.0);
        if let SessionEvent::Flag(flag) = &mut flag {
            flag.severity = Severity::Info;
        }
        assert_eq!(kind_at(&Timeline::of(&[flag]), 10.0), None);
    }

    #[test]
    fn replay_before_a_flag_does_not_know_it() {
        let timeline = Timeline::of(&[flag(0, FlagKind::FastSpeech, 10.0)]);
        assert_eq!(kind_at(&timeline, 3.0), None);
    }
}
