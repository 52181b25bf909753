//! Practising: profiles, the score and the report, and which single thing to tell the agent next.

pub mod nudge;
pub mod profile;
pub mod report;
pub mod score;
pub mod setup;
