//! What the English rules tell apart.

use super::super::questions;
use crate::session::event::Language;
use crate::session::event::QuestionKind::{self, *};
use crate::wording::sentence::SentenceBuilder;
use crate::wording::sentence::tests::segment_of;

fn kinds(text: &str) -> Vec<QuestionKind> {
    let (mut builder, mut sentences) = (SentenceBuilder::default(), Vec::new());
    builder.push(&segment_of(text, 0.0, Language::En), &mut sentences);
    builder.finish(&mut sentences);
    sentences.iter().flat_map(questions).map(|asked| asked.kind).collect()
}

#[test]
fn a_word_or_a_story_is_asked_for() {
    for (text, expected) in [
        ("how did you pay for it", Specific),
        ("how did that come about", Open),
        ("may I please have your postcode", Specific),
        ("can I put you on hold", Closed),
        ("who signed for the parcel", Specific),
        ("what can you tell me about the smell", Open),
    ] {
        assert_eq!(kinds(text), [expected], "{text}");
    }
}

#[test]
fn questions_without_a_verb_and_assumptions() {
    for (text, expected) in [
        ("any more questions for me", Closed),
        ("cash or card", Choice),
        ("you will take the blue one, I take it", Leading),
        ("let's say it came tomorrow, would that help", Hypothetical),
    ] {
        assert_eq!(kinds(text), [expected], "{text}");
    }
    for text in ["one or two", "more or less", "any problems you just ring us", "who signed it is on page two"] {
        assert!(kinds(text).is_empty(), "{text}: {:?}", kinds(text));
    }
}

#[test]
fn two_questions_that_and_joins_are_two() {
    assert_eq!(kinds("which model is it and have you registered it"), [Specific, Closed]);
    assert_eq!(kinds("did you get the card and the letter"), [Closed]);
    assert_eq!(kinds("can you check the light and tell me what you see").len(), 1);
}
