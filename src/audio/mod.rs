//! Sound in and out. Knows only [`crate::time`]; `mic` and `playback` alone name cpal, `file` alone names
//! symphonia, `resample` alone names rubato.

pub mod source;
