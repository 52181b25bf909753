//! From samples to measurements. Everything here is a pure function of the samples it was given: no clock, no
//! thread, no lock, no file. Each analyzer takes 10 ms blocks and answers for frames that lie a fixed number of
//! blocks back, so results never depend on how the sound was cut.

pub mod calibration;
pub mod delivery;
pub mod fade;
pub mod filler;
pub mod loudness;
pub mod pace;
pub mod pause;
pub mod pitch;
pub mod spectrum;
pub mod statistics;
pub mod tremor;
pub mod vad;
