//! Any talk, cut anywhere: pieces near the phrases of the bundled pack, then text as it comes.
#![no_main]

#[path = "../rules.rs"]
#[allow(dead_code)] // the other target's half
mod rules;

libfuzzer_sys::fuzz_target!(|input: (Vec<u16>, String, Vec<u8>)| {
    let (numbers, tail, cuts) = input;
    let pieces = rules::pieces();
    let mut text: String = numbers.iter().map(|number| pieces[usize::from(*number) % pieces.len()].as_str()).collect();
    text.push_str(&tail);
    let mut cuts = cuts.iter().cycle();
    rules::cutting_loses_nothing(&text, || cuts.next().is_some_and(|cut| cut % 3 == 0));
});
