//! A session: its events, what they add up to, and where they are kept.

pub mod amend;
pub mod amendments;
pub mod baseline;
mod entry;
pub mod event;
pub mod flag;
pub mod library;
pub mod log;
pub mod profile;
pub mod recorder;
pub mod recover;
pub mod replay;
pub mod said;
pub mod sound;
pub mod store;
pub mod text;
pub mod timeline;
pub mod wav;
