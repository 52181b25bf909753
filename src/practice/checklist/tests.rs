use super::*;
use crate::session::event::{Language, SessionEvent, TextSegment, Word};

fn at(seconds: f64) -> SampleTime {
    SampleTime::from_seconds(seconds)
}

fn span(start_s: f64, end_s: f64) -> Span {
    Span::new(at(start_s), at(end_s))
}

fn speech(start_s: f64, end_s: f64) -> SessionEvent {
    SessionEvent::Speech { span: span(start_s, end_s) }
}

/// A cue of 1 s that is known 2 s after its start.
fn cue(id: &str, start_s: f64) -> SessionEvent {
    let cue = Cue {
        id: id.into(),
        span: span(start_s, start_s + 1.0),
        ready_at: at(start_s + 2.0),
        text: format!("<{id}>"),
        confidence: 1.0,
    };
    SessionEvent::Cue(cue)
}

fn text(start_s: f64, end_s: f64, text: &str) -> SessionEvent {
    let words = vec![Word { span: span(start_s, end_s), text: text.into(), p: 1.0 }];
    let segment = TextSegment { span: span(start_s, end_s), words, language: Language::Zh, ready_at: at(end_s + 1.0) };
    SessionEvent::Text(segment)
}

fn row(events: &[SessionEvent], id: &str, at_s: f64) -> Row {
    let rows = checklist(&Timeline::of(events), at(at_s));
    rows.into_iter().find(|row| row.id == id).expect("every row is there")
}

fn state(events: &[SessionEvent], id: &str, at_s: f64) -> RowState {
    row(events, id, at_s).state
}

#[test]
fn a_greeting_needs_a_name_and_comes_first() {
    let events = [speech(1.0, 9.0), cue("E2.greeting", 1.0), cue("E2.identity", 3.0)];
    assert_eq!(state(&events, "E2", 2.0), RowState::Open, "its text is not there yet");
    assert_eq!(state(&events, "E2", 3.5), RowState::Begun);
    let done = row(&events, "E2", 5.0);
    assert_eq!((done.state, done.at), (RowState::Done, Some(at(3.0))));
    assert_eq!(done.steps[1].text, "<E2.identity>");
}

#[test]
fn ten_seconds_of_speech_are_counted_and_not_of_silence() {
    let late = [speech(1.0, 14.0), text(1.0, 14.0, "…"), cue("E2.greeting", 1.0), cue("E2.identity", 12.0)];
    assert_eq!(state(&late, "E2", 13.0), RowState::Begun, "its text may still come");
    let missed = row(&late, "E2", 20.0);
    assert_eq!(missed.state, RowState::Missed);
    assert_eq!((missed.steps[1].done, missed.steps[1].text.as_str()), (false, "<E2.identity>"));
    let after_a_wait = [speech(1.0, 3.0), speech(30.0, 40.0), cue("E2.greeting", 1.0), cue("E2.identity", 31.0)];
    assert_eq!(state(&after_a_wait, "E2", 40.0), RowState::Done);
}

#[test]
fn the_last_question_is_no_offer_of_help() {
    let events = [cue("E3.offer_help", 40.0), cue("E8.anything_else", 40.2)];
    assert_eq!(state(&events, "E3", 60.0), RowState::Open);
    assert_eq!(state(&[cue("E3.offer_help", 4.0)], "E3", 60.0), RowState::Done);
}

#[test]
fn a_name_is_asked_for_and_used() {
    let events = [cue("E4.ask_name", 10.0), cue("E4.use_name", 20.0)];
    assert_eq!(state(&events, "E4", 15.0), RowState::Begun);
    assert_eq!(state(&events, "E4", 30.0), RowState::Done);
    assert_eq!(state(&[cue("B3.sum_up", 30.0)], "E5", 40.0), RowState::Done);
}

#[test]
fn a_hold_wants_question_reason_answer_and_thanks() {
    assert!(!row(&[], "E6", 10.0).needed);
    let ask = [speech(10.0, 13.0), cue("E6.reason", 10.0), cue("E6.ask", 12.0)];
    assert!(row(&ask, "E6", 15.0).needed);
    let rest = [speech(15.0, 16.0), cue("D8.hold", 15.0), speech(40.0, 42.0), cue("D2.sorry_wait", 40.0)];
    let done = row(&[&ask[..], &rest].concat(), "E6", 60.0);
    assert_eq!((done.state, done.at), (RowState::Done, Some(at(40.0))));
    let no_answer = [speech(10.0, 14.5), speech(14.8, 16.0), cue("E6.reason", 10.0), cue("E6.ask", 12.0)];
    let row = row(&[&no_answer[..], &rest[2..]].concat(), "E6", 60.0);
    assert_eq!(row.state, RowState::Begun);
    assert_eq!(row.steps.iter().map(|step| step.done).collect::<Vec<_>>(), [true, true, false, true]);
}

#[test]
fn every_hold_counts() {
    let whole =
        [speech(10.0, 13.0), cue("E6.reason", 10.0), cue("E6.ask", 12.0), speech(20.0, 22.0), cue("E6.thanks", 20.0)];
    assert_eq!(state(&whole, "E6", 30.0), RowState::Done);
    let bare = [speech(50.0, 51.0), cue("D8.hold", 50.0)];
    let second = row(&[&whole[..], &bare].concat(), "E6", 60.0);
    assert_eq!(second.state, RowState::Open, "the second hold has nothing of it");
}

#[test]
fn a_transfer_needs_four_steps_and_only_when_there_is_one() {
    assert!(!row(&[cue("E7.reason", 5.0)], "E7", 60.0).needed);
    let events = [cue("E7.reason", 28.0), cue("E7.transfer", 30.0), cue("E7.to_whom", 30.2), cue("E7.answered", 40.0)];
    assert_eq!(state(&events, "E7", 60.0), RowState::Begun);
    assert_eq!(state(&[&events[..], &[cue("E7.pass_on", 45.0)]].concat(), "E7", 60.0), RowState::Done);
}

#[test]
fn thanks_for_calling_at_the_start_are_no_closing() {
    let opening = [speech(1.0, 6.0), cue("E2.greeting", 1.0), cue("E8.thanks", 2.0), cue("E2.identity", 4.0)];
    assert_eq!(state(&opening, "E8", 60.0), RowState::Open);
    let closing = [cue("E8.anything_else", 50.0), cue("E8.farewell", 55.0)];
    let row = row(&[&opening[..], &closing].concat(), "E8", 60.0);
    assert_eq!((row.state, row.at), (RowState::Done, Some(at(55.0))));
    assert_eq!(row.steps.iter().map(|step| step.done).collect::<Vec<_>>(), [false, true, false, true]);
}

#[test]
fn comfort_comes_before_the_solution_and_only_where_it_is_needed() {
    assert!(!row(&[cue("F1.solution", 20.0)], "F1", 60.0).needed);
    let kind = [cue("F2.empathy", 10.0), cue("F1.solution", 20.0)];
    assert_eq!((state(&kind, "F1", 60.0), state(&kind, "F2", 60.0)), (RowState::Done, RowState::Done));
    let late = [cue("F1.solution", 20.0), cue("F2.empathy", 30.0)];
    assert_eq!((state(&late, "F1", 60.0), state(&late, "F2", 60.0)), (RowState::Missed, RowState::Done));
    let angry = [text(1.0, 4.0, "您要投诉是吗"), cue("D5.sorry", 5.0)];
    assert!(row(&angry, "F1", 60.0).done() && !row(&angry, "F2", 60.0).done());
}

#[test]
fn progress_counts_what_is_needed() {
    let rows = checklist(&Timeline::of(&[cue("E3.offer_help", 4.0), cue("E7.transfer", 9.0)]), at(60.0));
    assert_eq!(progress(&rows), (1, 6));
}
