//! Any bytes as the text of a pack.
#![no_main]

#[path = "../rules.rs"]
#[allow(dead_code)] // the other target's half
mod rules;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| rules::pack_text_is_read_or_refused(&String::from_utf8_lossy(bytes)));
