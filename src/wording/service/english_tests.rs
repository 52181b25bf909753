//! What the rules for service language find in English, and what they let pass.

use super::command::command;
use super::order::reversed;
use super::*;
use crate::wording::sentence::tests::segment_of;

fn sentence(text: &str) -> Sentence {
    let (mut builder, mut out) = (SentenceBuilder::default(), Vec::new());
    builder.push(&segment_of(text, 0.0, Language::En), &mut out);
    builder.finish(&mut out);
    out.remove(0)
}

#[test]
fn a_verb_that_begins_a_clause_commands() {
    for (text, request) in [
        ("Take the battery out.", "Could you take the battery out, please?"),
        ("Sir, you do one thing.", "Could you do one thing, please?"),
        ("Now check the light is on.", "Could you check the light is on, please?"),
        ("Don't touch the red one.", "Could you please not touch the red one?"),
    ] {
        let found = command(&sentence(text));
        assert_eq!(found.iter().map(|one| one.request.as_str()).collect::<Vec<_>>(), [request], "{text}");
    }
}

#[test]
fn a_thing_or_a_promise_at_the_start_commands_nothing() {
    for text in [
        "Call charges are on page two.",
        "Check in starts at noon.",
        "We'll get that sorted by Friday.",
        "No hurry at all.",
        "Take care now.",
        "Give us a call any time.",
        "Your order was sent.",
    ] {
        assert!(command(&sentence(text)).is_empty(), "{text}");
    }
}

#[test]
fn the_drawback_belongs_before_the_benefit() {
    for text in [
        "It is faster, however it is quite heavy",
        "The room is lovely but it is noisy",
        "Delivery is free, only it takes longer",
        "It is much faster though it does cost more",
    ] {
        assert!(reversed(&sentence(text)).is_some(), "{text}");
    }
    for text in [
        "It costs more but it is reliable",
        "It is slower, but much cheaper",
        "It is cheap but not slow",
        "It takes longer, however it is free",
        "I only have the cheap one",
    ] {
        assert!(reversed(&sentence(text)).is_none(), "{text}");
    }
}
