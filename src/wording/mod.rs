//! Wording: what the agent should not have said, found in settled text by character and by sound.
//!
//! [`Pack`] is what trainers write, [`Matcher`] finds its phrases in a stream of text, [`check`] tries a pack on its
//! own examples. [`spoken_han`] and [`spoken_words`] count what a text is when read aloud. Nothing here reads time,
//! spawns, locks or touches disk.

mod alphabet;
mod automaton;
mod call_phases;
mod check;
mod clause;
mod context;
mod cue;
mod cue_matcher;
mod facts;
mod graph;
mod lately;
mod line;
mod listen;
mod matcher;
mod normalize;
mod numbers;
mod pack;
mod pack_layer;
mod pack_read;
mod pack_table;
mod phrase;
mod provisional;
mod questions;
mod reading;
mod seeker;
mod sentence;
mod sentences;
mod service;
mod shares;
mod sound;
mod triggers;
mod typed;
mod undecided;
mod way;

pub use call_phases::PhaseBorders;
pub use check::{Checker, Misfit, PackProblem, check, scan, scan_cues, spoken};
pub use clause::{Boundary, boundary};
pub use context::Context;
pub use cue::{CUES, is_better_otherwise};
pub use cue_matcher::CueMatcher;
pub use facts::{facts, names_fact};
pub use listen::Listener;
pub use matcher::{Matcher, Suspect};
pub use normalize::{spoken_han, spoken_words};
pub use pack::{CallPhase, CueEntry, Entry, Hint, Lower, Pack, PackError, Place, Removal};
pub use phrase::{Item, Phrase, PhraseError, PhraseMistake};
pub use provisional::Provisional;
pub use sentences::{ends_sentence, sentences};
pub use service::nin_and_ni;
pub use typed::{TypedCall, TypedLine, listen_to_call, listen_to_turn};

#[cfg(test)]
mod cue_tests;
#[cfg(test)]
mod tests;
