//! Voice Mirror (声镜): measures how a customer-service agent speaks, and what is said, while it is being said.
//!
//! Dependencies point one way: `time` ← `session::event` ← `analysis`, `speech`, `wording` ← `engine` ←
//! `practice` ← `ui`, `cli`. See `ARCHITECTURE.md`.

pub mod audio;
pub mod session;
pub mod time;
