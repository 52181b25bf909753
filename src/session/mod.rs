//! A session: its events, what they add up to, and where they are kept.

pub mod event;
pub mod profile;
pub mod timeline;
