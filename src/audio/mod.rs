//! Sound in and out. Knows only [`crate::time`]; `mic` and `playback` alone name cpal, `file` alone names
//! symphonia, `resample` alone names rubato.

pub mod capture;
pub mod file;
#[cfg(feature = "mic")]
pub mod mic;
pub mod paced;
#[cfg(feature = "mic")]
pub mod playback;
pub mod resample;
pub mod source;
pub mod tones;
mod wide_wav;
