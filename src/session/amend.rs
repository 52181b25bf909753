//! What a person says about a session: that a finding does not count, where a part of the call begins, and what is to be
//! remembered of it.
//!
//! These are events like all others. They are no measurement that the program made and no judgement of a profile: they
//! stay when a session is judged again.

use crate::time::SampleTime;
use serde::{Deserialize, Serialize};

/// A finding that a person has said does not count: the phrase of the pack, and what stood around it.
///
/// Whether it is said again is decided by `wording::context`: the same rule and phrase, and around it what sounds the
/// same. The words are kept as they were heard, so that people can read what they have dismissed and a later way of
/// comparing can be applied to them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dismissal {
    /// Rule of the pack, e.g. `ban-07`.
    pub rule: String,
    /// The pack's phrase that was found, or the rule's name where it is no phrase.
    pub phrase: String,
    /// What stood before the words in their clause; with `after` the context.
    pub before: String,
    /// The words as heard.
    pub text: String,
    /// What stood behind the words in their clause.
    pub after: String,
}

impl Dismissal {
    /// The whole clause as it was heard.
    pub fn clause(&self) -> String {
        [self.before.as_str(), self.text.as_str(), self.after.as_str()].concat().trim().to_owned()
    }
}

/// A line that a person has written down during a call or afterwards (curriculum B5, E8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Stream time at which its first character was typed. It is what a note is known by: no two have the same.
    pub at: SampleTime,
    /// What was written, one line, never empty.
    pub text: String,
}

/// Why a flag is not shown and does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aside {
    /// A person dismissed it after it was shown.
    Dismissed,
    /// The same was dismissed before it was said: it was never shown.
    DismissedBefore,
    /// Its entry of the pack counts in other parts of the call only.
    OtherPhase,
}

impl Aside {
    /// Whether a person has said that it does not count.
    pub fn is_dismissed(self) -> bool {
        matches!(self, Self::Dismissed | Self::DismissedBefore)
    }
}

/// A part of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallPhase {
    /// Greeting, name, offer of help.
    Opening,
    /// What the customer wants.
    Enquiry,
    /// What is done about it.
    Handling,
    /// Recap, last question, thanks, farewell.
    Closing,
}

impl CallPhase {
    /// Every part, in the order of a call.
    pub const ALL: [Self; 4] = [Self::Opening, Self::Enquiry, Self::Handling, Self::Closing];

    /// The name in JSON, in packs and in the locale files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Enquiry => "enquiry",
            Self::Handling => "handling",
            Self::Closing => "closing",
        }
    }
}

/// Where parts of the call begin by a person's word; what is not set is found by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnPhases {
    starts: [Option<SampleTime>; 4],
}

impl OwnPhases {
    /// Where a part begins; none where that is found by itself.
    pub fn start_of(&self, phase: CallPhase) -> Option<SampleTime> {
        self.starts[phase as usize]
    }

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.starts.iter().all(Option::is_none)
    }

    /// Lets a part begin at `at`, or where it is found by itself. The last word counts: an earlier part that would
    /// begin behind it, and a later one that would begin before it, are found by themselves again.
    pub fn set(&mut self, phase: CallPhase, at: Option<SampleTime>) {
        let place = phase as usize;
        self.starts[place] = at;
        let Some(at) = at else { return };
        for (other, start) in self.starts.iter_mut().enumerate() {
            let crosses = |start: SampleTime| (other < place && start > at) || (other > place && start < at);
            if start.is_some_and(crosses) {
                *start = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_on_a_border_counts() {
        let at = SampleTime::from_seconds;
        let mut own = OwnPhases::default();
        own.set(CallPhase::Handling, Some(at(20.0)));
        own.set(CallPhase::Closing, Some(at(40.0)));
        own.set(CallPhase::Enquiry, Some(at(30.0)));
        assert_eq!(own.start_of(CallPhase::Handling), None, "it would begin before the enquiry");
        assert_eq!(own.start_of(CallPhase::Closing), Some(at(40.0)));
        own.set(CallPhase::Enquiry, None);
        own.set(CallPhase::Closing, None);
        assert!(own.is_empty());
    }
}
