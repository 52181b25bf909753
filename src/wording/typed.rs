//! What a pack finds in text that somebody typed, as if it had been spoken: for trainers who try a sentence, and for
//! measuring a pack on sentences with known labels.

use super::check::spoken;
use super::listen::Listener;
use super::pack::Pack;
use crate::session::event::SessionEvent;
use crate::time::{SampleTime, Span};
use std::sync::Arc;

/// Silence between two lines of a call, seconds.
const BETWEEN_LINES_S: f64 = 1.0;
/// The longest silence that a line may ask for, seconds: an hour.
const SILENCE_MAX_S: f64 = 3600.0;
/// How the lines of the customer begin, and of the agent where they are marked.
const CUSTOMER: [&str; 4] = ["客户：", "客户:", "C：", "C:"];
const AGENT: [&str; 4] = ["客服：", "客服:", "A：", "A:"];

/// A line of a call that somebody typed.
#[derive(Clone, Debug, PartialEq)]
pub enum TypedLine {
    /// What the agent says.
    Agent(String),
    /// What the customer says: it takes its time and is not listened to.
    Customer(String),
    /// So many seconds in which nobody speaks (`@ 45`).
    Silence(f64),
}

impl TypedLine {
    /// Reads a line. Empty lines and those that begin with `#` say nothing.
    pub fn parse(line: &str) -> Option<Self> {
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        if let Some(seconds) = line.strip_prefix('@').and_then(|rest| rest.trim().parse::<f64>().ok()) {
            return seconds.is_finite().then(|| Self::Silence(seconds.clamp(0.0, SILENCE_MAX_S)));
        }
        let after = |marks: &[&str]| marks.iter().find_map(|mark| line.strip_prefix(mark));
        Some(match (after(&CUSTOMER), after(&AGENT)) {
            (Some(text), _) => Self::Customer(text.trim().to_owned()),
            (None, Some(text)) => Self::Agent(text.trim().to_owned()),
            (None, None) => Self::Agent(line.to_owned()),
        })
    }
}

/// What is found in a call that somebody typed.
#[derive(Clone, Debug, PartialEq)]
pub struct TypedCall {
    /// When each line is said, in order.
    pub spans: Vec<Span>,
    /// The agent's speech and text, and what is found in it: hits, cues and questions.
    pub events: Vec<SessionEvent>,
}

/// What a listener that has heard nothing yet finds in one turn of the agent. It stays as it is: making one is dear.
pub fn listen_to_turn(fresh: &Listener, text: &str) -> Vec<SessionEvent> {
    let mut events = Vec::new();
    let mut listener = fresh.clone();
    listener.push(&spoken(text, 0.0), &mut events);
    listener.finish(&mut events);
    events
}

/// What `pack` finds in a whole call.
pub fn listen_to_call(pack: &Arc<Pack>, lines: &[TypedLine]) -> TypedCall {
    let mut call = TypedCall { spans: Vec::new(), events: Vec::new() };
    let mut listener = Listener::new(Arc::clone(pack));
    let mut at_s = 0.0;
    for line in lines {
        let span = match line {
            TypedLine::Silence(seconds) => {
                let span = Span::new(SampleTime::from_seconds(at_s), SampleTime::from_seconds(at_s + seconds));
                at_s += seconds;
                call.spans.push(span);
                continue;
            }
            TypedLine::Customer(text) => spoken(text, at_s).span,
            TypedLine::Agent(text) => {
                let segment = spoken(text, at_s);
                let span = segment.span;
                call.events.push(SessionEvent::Speech { span });
                // Ahead of what is found in it, as in the log of a session.
                call.events.push(SessionEvent::Text(segment.clone()));
                listener.push(&segment, &mut call.events);
                span
            }
        };
        call.spans.push(span);
        at_s = span.end.seconds() + BETWEEN_LINES_S;
        listener.settle(SampleTime::from_seconds(at_s), &mut call.events);
    }
    listener.finish(&mut call.events);
    call
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack() -> Arc<Pack> {
        Arc::new(Pack::bundled("zh-service").expect("known").expect("well formed"))
    }

    #[test]
    fn lines_say_who_speaks_and_how_long_nobody_does() {
        for (line, expected) in [
            ("您好", Some(TypedLine::Agent("您好".to_owned()))),
            ("\u{feff}客服： 您好", Some(TypedLine::Agent("您好".to_owned()))),
            ("客户：喂？", Some(TypedLine::Customer("喂？".to_owned()))),
            ("C: hello", Some(TypedLine::Customer("hello".to_owned()))),
            ("@ 45", Some(TypedLine::Silence(45.0))),
            ("@1e9", Some(TypedLine::Silence(SILENCE_MAX_S))),
            ("@ inf", None),
            ("@home", Some(TypedLine::Agent("@home".to_owned()))),
            ("# done: E2", None),
            ("  ", None),
        ] {
            assert_eq!(TypedLine::parse(line), expected, "{line}");
        }
    }

    #[test]
    fn the_customer_is_not_listened_to_but_takes_time() {
        let lines: Vec<_> = ["客户：这个我真的不知道", "@ 40", "这个我真的不知道", "好"]
            .into_iter()
            .filter_map(TypedLine::parse)
            .collect();
        let call = listen_to_call(&pack(), &lines);
        let hit_of = |event: &SessionEvent| if let SessionEvent::Hit(hit) = event { Some(hit.clone()) } else { None };
        let hits: Vec<_> = call.events.iter().filter_map(hit_of).collect();
        assert_eq!(call.spans.len(), 4);
        assert_eq!(hits.len(), 1, "{hits:?}");
        assert_eq!(hits[0].rule, "ban-08");
        assert!(hits[0].span.start >= call.spans[2].start && hits[0].span.end <= call.spans[2].end);
        assert!(call.spans[2].start.seconds() > 42.0, "{:?}", call.spans[2]);
    }

    #[test]
    fn a_turn_is_heard_to_its_end() {
        let fresh = Listener::new(pack());
        let found = listen_to_turn(&fresh, "这个我真的不知道");
        assert!(found.iter().any(|event| matches!(event, SessionEvent::Hit(hit) if hit.rule == "ban-08")), "{found:?}");
        assert!(listen_to_turn(&fresh, "").is_empty());
    }
}
