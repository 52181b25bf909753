//! Wording: what the agent should not have said, found in settled text by character and by sound.
//!
//! [`Pack`] is what trainers write, [`Matcher`] finds its phrases in a stream of text, [`check`] tries a pack on its
//! own examples. [`spoken_han`] and [`spoken_words`] count what a text is when read aloud. Nothing here reads time,
//! spawns, locks or touches disk.

mod automaton;
mod check;
mod clause;
mod cue;
mod facts;
mod listen;
mod matcher;
mod normalize;
mod numbers;
mod pack;
mod phrase;
mod provisional;
mod sound;

pub use check::{PackProblem, check, scan, spoken};
pub use clause::{Boundary, boundary};
pub use cue::CUES;
pub use facts::facts;
pub use listen::Listener;
pub use matcher::Matcher;
pub use normalize::{spoken_han, spoken_words};
pub use pack::{Entry, Hint, Pack, PackError, Place};
pub use phrase::{Item, Phrase, PhraseError};
pub use provisional::Provisional;

#[cfg(test)]
mod tests;
