//! What the dashboard draws: a timeline, a moment, and how the two are shown.

use super::figures::{Figures, profile_of};
use super::theme::Mood;
use super::words::Words;
use crate::practice::nudge::{self, Nudge};
use crate::session::event::{Aside, DeviceState, Flag, FlagKind, Hit, Severity};
use crate::session::timeline::Timeline;
use crate::time::SampleTime;

/// Seconds that the live ribbon shows.
pub const LIVE_WINDOW_S: f64 = 20.0;

/// A flag this young still speaks against "all is well", seconds.
const RECENT_S: f64 = 6.0;

/// The stretch of a session that the ribbon shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    /// Seconds from the session's start to the left edge; negative while a session is young.
    pub start_s: f64,
    /// Seconds shown.
    pub len_s: f64,
}

impl View {
    /// The last seconds before `now`, newest at the right edge.
    pub fn ending_at(now: SampleTime) -> Self {
        Self { start_s: now.seconds() - LIVE_WINDOW_S, len_s: LIVE_WINDOW_S }
    }

    /// Seconds at the right edge.
    pub fn end_s(&self) -> f64 {
        self.start_s + self.len_s
    }
}

/// One moment of one session, ready to be drawn.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The session.
    pub timeline: &'a Timeline,
    /// The moment: the newest one live, the cursor in replay.
    pub now: SampleTime,
    /// The figures of that moment.
    pub figures: &'a Figures,
    /// Texts.
    pub words: Words,
    /// What the ribbon shows.
    pub view: View,
    /// Whether the whole session is there and can be played from any place.
    pub replay: bool,
    /// Whether who looks at it may say what does not count and where parts of the call begin.
    pub amendable: bool,
    /// Whether there is no session at all.
    pub empty: bool,
    /// Whether what is said is written down.
    pub writes: bool,
}

impl Scene<'_> {
    /// The nudge of this moment.
    pub fn nudge(&self) -> Option<Nudge> {
        nudge::current_nudge(self.timeline, self.now, &profile_of(self.timeline).nudge)
    }

    /// Whether a voice has been heard at all.
    pub fn is_heard(&self) -> bool {
        !self.timeline.speech.is_empty() || self.timeline.speech_open.is_some()
    }

    /// Whether there is nothing to mend at this moment: a voice is heard, and neither meter nor flag minds it.
    pub fn is_well(&self) -> bool {
        let calm = |mood| matches!(mood, Mood::Good | Mood::Quiet);
        let recent = crate::time::samples(RECENT_S);
        let device_works = self.timeline.device.as_ref().is_none_or(|(state, _)| *state == DeviceState::Ok);
        self.is_heard()
            && device_works
            && calm(self.figures.pace_mood())
            && calm(self.figures.liveliness_mood)
            && self.figures.silence.is_none_or(|(_, mood)| calm(mood))
            && !self
                .timeline
                .flags_until(self.now)
                .any(|flag| flag.severity > Severity::Info && self.now - flag.raised_at < recent)
    }

    /// A phrase that showed as banned a moment ago and was not borne out.
    pub fn withdrawn(&self) -> Option<&Hit> {
        let (hit, at) = self.timeline.withdrawn.as_ref()?;
        (self.now - *at < crate::time::samples(RECENT_S)).then_some(hit)
    }

    /// Flags that are known, oldest first: in replay all of them. Wording that is only worth knowing is marked in the
    /// transcript; as flags there would be too many of it.
    pub fn flags(&self) -> Vec<&Flag> {
        let mut flags: Vec<&Flag> = if self.replay {
            self.timeline.flags.iter().collect()
        } else {
            self.timeline.flags_until(self.now).collect()
        };
        flags.retain(|flag| flag.kind != FlagKind::DiscouragedWording || flag.severity > Severity::Info);
        flags.sort_by_key(|flag| (place(flag), flag.id));
        flags
    }

    /// Flags that were shown and then said not to count, oldest first.
    pub fn dismissed(&self) -> Vec<&Flag> {
        let by_hand = self.timeline.aside.iter().filter(|(_, why)| *why == Aside::Dismissed);
        by_hand.map(|(flag, _)| flag).collect()
    }
}

/// Where a flag stands on the time axis: wording where it was said, everything else where it became known.
pub fn place(flag: &Flag) -> SampleTime {
    use FlagKind::{
        BannedWording, DiscouragedWording, FadingEnd, Filler, LongPause, QuestionVolley, RushedFact, UnexplainedHold,
    };
    match flag.kind {
        BannedWording | DiscouragedWording | Filler | FadingEnd | RushedFact | QuestionVolley => flag.span.start,
        LongPause | UnexplainedHold => flag.span.start.max(flag.span.end.min(flag.raised_at)),
        _ => flag.raised_at,
    }
}
