//! Practising: profiles, the score and the report, and which single thing to tell the agent next.

pub mod baseline;
pub mod checklist;
pub mod choices;
pub mod key_facts;
pub mod nudge;
pub mod phases;
pub mod profile;
pub mod report;
pub mod review;
pub mod score;
pub mod sentences;
pub mod service_review;
pub mod setup;
