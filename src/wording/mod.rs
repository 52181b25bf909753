//! Wording: what the agent should not have said, found in settled text by character and by sound.
//!
//! [`Pack`] is what trainers write, [`Matcher`] finds its phrases in a stream of text, [`check`] tries a pack on its
//! own examples. [`spoken_han`] and [`spoken_words`] count what a text is when read aloud. Nothing here reads time,
//! spawns, locks or touches disk.

mod automaton;
mod check;
mod clause;
mod facts;
mod matcher;
mod normalize;
mod numbers;
mod pack;
mod phrase;
mod sound;

pub use check::{PackProblem, check, scan, spoken};
pub use clause::{Boundary, boundary};
pub use facts::facts;
pub use matcher::Matcher;
pub use normalize::{spoken_han, spoken_words};
pub use pack::{Entry, Hint, Pack, PackError, Place};
pub use phrase::{Item, Phrase, PhraseError};

#[cfg(test)]
mod tests;
