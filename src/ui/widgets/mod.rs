//! Parts of the window that know nothing of where their data comes from.

pub mod button;
pub mod card;
pub mod flags;
pub mod hatch;
pub mod meter;
pub mod pace;
pub mod phases;
pub mod pins;
pub mod review;
pub mod ribbon;
pub mod service;
pub mod steps;
pub mod transcript;
