//! The engine: a pure core ([`pipeline`], [`judge`]) and the threads around it ([`live`], [`textwork`], [`offline`]).

mod hearing;
pub mod judge;
pub mod live;
pub mod offline;
pub mod pipeline;
pub mod textwork;

use crate::audio::source::AudioError;
use crate::speech::SpeechError;

/// What can stop an analysis or a session.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The sound.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// The text.
    #[error(transparent)]
    Speech(#[from] SpeechError),
    /// The system.
    #[error("the system refuses another thread: {reason}; close other programs and try again")]
    Thread {
        /// The system's reason.
        reason: String,
    },
}
