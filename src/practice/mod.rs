//! Practising: profiles, the score and the report, and which single thing to tell the agent next.

pub mod baseline;
pub mod bundled_packs;
pub mod checklist;
pub mod choices;
pub mod dismissals;
pub mod key_facts;
pub mod nudge;
pub mod pack_editor;
pub mod pack_shelf;
pub mod phases;
pub mod profile;
pub mod report;
pub mod review;
pub mod score;
pub mod service_review;
pub mod setup;
