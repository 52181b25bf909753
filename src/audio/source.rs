//! Where sound comes from: one interface for microphone, files, files at real speed and synthetic tones.

use std::path::PathBuf;
use std::time::Duration;

/// What [`Source::read`] has to say.
#[derive(Clone, Debug, PartialEq)]
pub enum Read {
    /// Samples were appended to the buffer.
    Audio,
    /// Nothing has arrived within the timeout; the session goes on.
    Idle,
    /// `frames` samples (at [`Source::rate_hz`]) are missing here, between what was read before and what comes.
    Gap { frames: u64, cause: Loss },
    /// The device has changed its state.
    State(InputState),
    /// No more sound will come.
    End,
}

/// Why samples are missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The reader was too slow and the ring was full.
    Overrun,
    /// The device delivered nothing for a while.
    Stalled,
    /// The device was gone.
    Lost,
}

/// State of an input, as its watchdog sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputState {
    /// Delivering sound.
    Ok,
    /// No frames for a second.
    Stalled,
    /// Unplugged or refused; being reopened.
    Lost,
    /// Frames arrive, but every sample is zero.
    Silent,
}

/// A source of mono samples.
pub trait Source: Send {
    /// Sample rate of what `read` delivers, in Hz; never changes during the life of the source.
    fn rate_hz(&self) -> u32;

    /// Channels of the original sound (for information; `read` delivers mono).
    fn channels(&self) -> u16;

    /// File path or device name for people.
    fn name(&self) -> String;

    /// Appends samples (−1 … 1, mono, finite) to `out`, waiting at most `timeout`.
    ///
    /// # Errors
    /// [`AudioError`] when the source cannot go on at all; everything appended before stays valid.
    fn read(&mut self, out: &mut Vec<f32>, timeout: Duration) -> Result<Read, AudioError>;

    /// Total length in samples, where it is known.
    fn total_frames(&self) -> Option<u64> {
        None
    }

    /// Whether the sound arrives at the speed of life, so that a slow reader would lose it.
    fn is_live(&self) -> bool {
        false
    }

    /// Frames (at [`Source::rate_hz`]) that are missing up to now in an outage that is not over.
    fn pending_gap_frames(&self) -> u64 {
        0
    }

    /// Stops or restarts the delivery while the agent has paused the session; what would have arrived is dropped.
    fn set_paused(&mut self, _paused: bool) {}
}

/// What can go wrong with sound.
#[derive(Debug, thiserror::Error)]
pub enum AudioError {
    /// The file cannot be opened or read.
    #[error("cannot read {path}: {reason}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// The file is no recording this program knows.
    #[error("{path} is not a recording that can be read (wav, flac, mp3, ogg or m4a is needed): {reason}", path = path.display())]
    UnknownFormat {
        /// The file.
        path: PathBuf,
        /// The decoder's reason.
        reason: String,
    },
    /// The file holds no sound at all.
    #[error("{path} holds no sound: it is empty or its length is 0 seconds; choose another recording", path = path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The rate or number of channels is beyond what is supported.
    #[error("{what} has {rate_hz} Hz and {channels} channels; 1 to 384000 Hz and 1 to 64 channels can be read")]
    UnsupportedFormat {
        /// File or device.
        what: String,
        /// Rate in Hz.
        rate_hz: u32,
        /// Number of channels.
        channels: u32,
    },
    /// There is no such device.
    #[error("there is no audio device named {name:?}; `voicemirror devices` lists those present{present}")]
    NoSuchDevice {
        /// What was asked for.
        name: String,
        /// `: a, b, c` or nothing.
        present: String,
    },
    /// There is no input or output device at all.
    #[error("no {direction} was found; plug one in or switch it on in the system's sound settings")]
    NoDevice {
        /// `microphone` or `loudspeaker`.
        direction: &'static str,
    },
    /// The device refuses.
    #[error("cannot use {name}: {reason}; {remedy}")]
    Device {
        /// The device.
        name: String,
        /// The system's reason.
        reason: String,
        /// What to do.
        remedy: String,
    },
    /// The resampler cannot be made for these rates.
    #[error("cannot convert sound from {from_hz} Hz to {to_hz} Hz: {reason}")]
    Resample {
        /// From.
        from_hz: u32,
        /// To.
        to_hz: u32,
        /// The library's reason.
        reason: String,
    },
}
