//! Voice Mirror (声镜): measures how a customer-service agent speaks, and what is said, while it is being said.
//!
//! Dependencies point one way: `time` ← `session::event` ← `analysis`, `speech`, `wording` ← `engine` ←
//! `practice` ← `ui`, `cli`. See `ARCHITECTURE.md`.

rust_i18n::i18n!("assets/locales", fallback = "zh");

pub mod analysis;
pub mod audio;
pub mod cli;
pub mod engine;
pub mod practice;
pub mod resources;
pub mod script;
pub mod session;
pub mod speech;
pub mod text;
pub mod time;
#[cfg(feature = "gui")]
pub mod ui;
pub mod wording;
