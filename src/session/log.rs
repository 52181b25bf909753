//! Reading `events.jsonl`, in whatever state a crash, a full disk or another version has left it.

use super::event::{EVENT_SCHEMA, SessionEvent};
use super::store::StoreError;
use crate::time::{FRAME_SAMPLES, SAMPLE_RATE_HZ, SampleTime};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// Longest log that is read, in bytes. Eight hours take about 100 MB; a file beyond this is no log.
const MAX_BYTES: u64 = 4 << 30;
/// Latest time that is believed: ten years. Later ones come from damaged digits and would overflow sums.
const MAX_TIME: SampleTime = SampleTime(10 * 366 * 24 * 3600 * SAMPLE_RATE_HZ as u64);
/// Most warnings about single lines; the rest is counted.
const MAX_WARNINGS: usize = 20;

/// What was found besides the events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogState {
    /// Events read.
    pub events: usize,
    /// Lines that were left out and why, a sentence each.
    pub warnings: Vec<String>,
    /// Length up to the end of the last line that is whole, in bytes. What follows is a torn line.
    pub whole_bytes: u64,
    /// Length of the file, in bytes.
    pub file_bytes: u64,
    /// Whether the last whole line lacks its line feed (the very last byte was lost).
    pub lacks_line_feed: bool,
}

/// Where the session stands after `event`: its latest time, as [`super::timeline::Timeline::position`] has it.
pub fn reach(event: &SessionEvent) -> SampleTime {
    match event {
        SessionEvent::Frames(block) => SampleTime(block.start.0.saturating_add((block.len() * FRAME_SAMPLES) as u64)),
        SessionEvent::Speech { span } | SessionEvent::Gap { span, .. } => span.end,
        SessionEvent::Silence { at, .. } | SessionEvent::Device { at, .. } | SessionEvent::Ended { at, .. } => *at,
        _ => SampleTime::ZERO,
    }
}

/// Hands every event of the log at `path` to `take`, in order. Damaged lines are left out with a warning; so are
/// events of a newer version, which may have kinds that this one does not know. A torn last line is no damage.
///
/// # Errors
/// [`StoreError::Io`] when the file cannot be read, [`StoreError::Damaged`] when it is missing or too long to be a log,
/// [`StoreError::Newer`] when its first line shows that this version cannot make sense of it.
pub fn read(path: &Path, take: &mut dyn FnMut(SessionEvent)) -> Result<LogState, StoreError> {
    let failed = |error: &std::io::Error| match error.kind() {
        ErrorKind::NotFound => StoreError::Damaged { path: path.to_path_buf(), reason: "the file is missing".into() },
        _ => StoreError::io("read", path, error),
    };
    let file_bytes = fs::metadata(path).map_err(|error| failed(&error))?.len();
    if file_bytes > MAX_BYTES {
        let reason = format!("it has {} MB, far more than any session writes", file_bytes / 1_000_000);
        return Err(StoreError::Damaged { path: path.to_path_buf(), reason });
    }
    let bytes = fs::read(path).map_err(|error| failed(&error))?;
    let mut state = LogState { file_bytes: bytes.len() as u64, ..LogState::default() };
    let mut unread = Unread::default();
    let mut end = 0;
    for (number, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
        end += line.len() as u64;
        let has_line_feed = line.ends_with(b"\n");
        if line.trim_ascii().is_empty() {
            // Neither damage nor whole: at the end of the log it goes with the torn line.
            continue;
        }
        match parse(line) {
            Parsed::Event(event) => {
                take(*event);
                state.events += 1;
            }
            Parsed::Unknown { why } => unread.unknown.push((number + 1, why)),
            Parsed::Newer(found) => {
                return Err(StoreError::Newer { path: path.to_path_buf(), found, known: EVENT_SCHEMA });
            }
            // Not JSON: whole only if something readable follows, else the torn end of the log.
            Parsed::Torn => {
                unread.torn.push(number + 1);
                continue;
            }
        }
        unread.settle_torn();
        state.whole_bytes = end;
        state.lacks_line_feed = !has_line_feed;
    }
    state.warnings = unread.warnings(path);
    Ok(state)
}

/// What one line turned out to be.
enum Parsed {
    Event(Box<SessionEvent>),
    /// JSON, but no event of this version, and why.
    Unknown {
        why: String,
    },
    /// The header of a log whose form has this newer version.
    Newer(u64),
    /// No JSON.
    Torn,
}

fn parse(line: &[u8]) -> Parsed {
    if let Ok(event) = serde_json::from_slice::<SessionEvent>(line) {
        if holds_impossible_time(line) {
            return Parsed::Unknown { why: "it tells a time beyond ten years".into() };
        }
        if let SessionEvent::Started(header) = &event
            && header.schema > EVENT_SCHEMA
        {
            return Parsed::Newer(u64::from(header.schema));
        }
        return Parsed::Event(Box::new(event));
    }
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(line) else { return Parsed::Torn };
    let kind = value.get("type").and_then(|kind| kind.as_str()).map(str::to_owned);
    // A newer header may have fields that make it unreadable here: its version says so.
    match value.get("schema").and_then(serde_json::Value::as_u64) {
        Some(found) if kind.as_deref() == Some("started") && found > u64::from(EVENT_SCHEMA) => Parsed::Newer(found),
        _ => Parsed::Unknown {
            why: match kind {
                Some(kind) => format!("this version cannot read events of type {kind} as it stands there"),
                None => "it is no event".into(),
            },
        },
    }
}

/// Whether a number of the line lies beyond [`MAX_TIME`]. No other whole number of an event comes near it.
fn holds_impossible_time(line: &[u8]) -> bool {
    fn beyond(value: &serde_json::Value) -> bool {
        match value {
            serde_json::Value::Number(number) => number.as_u64().is_some_and(|number| number > MAX_TIME.0),
            serde_json::Value::Array(values) => values.iter().any(beyond),
            serde_json::Value::Object(fields) => fields.values().any(beyond),
            _ => false,
        }
    }
    // Nearly no line has so many digits in a row (texts may), so that nearly none is parsed twice.
    let mut run = 0;
    let long = line.iter().any(|byte| {
        run = if byte.is_ascii_digit() { run + 1 } else { 0 };
        run >= 13
    });
    long && serde_json::from_slice::<serde_json::Value>(line).is_ok_and(|value| beyond(&value))
}

/// Lines that were left out.
#[derive(Default)]
struct Unread {
    /// Lines that are no JSON and after which nothing readable has come yet.
    torn: Vec<usize>,
    damaged: Vec<usize>,
    unknown: Vec<(usize, String)>,
}

impl Unread {
    /// Something readable has come: the lines before it are damage in the middle, not the torn end.
    fn settle_torn(&mut self) {
        self.damaged.append(&mut self.torn);
    }

    fn warnings(self, path: &Path) -> Vec<String> {
        let name = path.display();
        let all = self.damaged.len() + self.unknown.len();
        let damaged = self.damaged.iter().map(|line| format!("line {line} of {name} was left out: it is damaged"));
        let unknown = self.unknown.iter().map(|(line, why)| format!("line {line} of {name} was left out: {why}"));
        let mut warnings: Vec<String> = damaged.chain(unknown).take(MAX_WARNINGS).collect();
        if all > MAX_WARNINGS {
            warnings.push(format!("{} more lines of {name} were left out", all - MAX_WARNINGS));
        }
        warnings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::event::{DeviceState, EndCause, Frame, FrameBlock, GapCause};
    use crate::session::timeline::Timeline;
    use crate::time::Span;

    #[test]
    fn reach_is_the_position_of_the_timeline() {
        let at = SampleTime(1_600);
        let span = Span::new(SampleTime(160), at);
        let mut block = FrameBlock { start: SampleTime(320), ..FrameBlock::default() };
        block.push(Frame::default());
        for event in [
            SessionEvent::Frames(block),
            SessionEvent::SpeechStarted { at },
            SessionEvent::Speech { span },
            SessionEvent::Silence { start: SampleTime::ZERO, at },
            SessionEvent::Partial { span, text: "您好".into(), stable_chars: 1 },
            SessionEvent::FlagClosed { id: 0, end: at },
            SessionEvent::Gap { span, cause: GapCause::Overrun },
            SessionEvent::Device { at, state: DeviceState::Ok, name: String::new() },
            SessionEvent::Lag { at, behind_s: 1.0, effort: Default::default() },
            SessionEvent::Paused { at },
            SessionEvent::Resumed { at },
            SessionEvent::Ended { at, cause: EndCause::Stopped },
        ] {
            assert_eq!(reach(&event), Timeline::of([&event]).position, "{event:?}");
        }
    }

    #[test]
    fn times_beyond_reason_are_seen_but_not_in_texts() {
        assert!(holds_impossible_time(br#"{"type":"ended","at":99999999999999999,"cause":"stopped"}"#));
        assert!(holds_impossible_time(br#"{"type":"speech","span":{"start":0,"end":5060000000001000}}"#));
        assert!(!holds_impossible_time(br#"{"type":"partial","text":"99999999999999999"}"#));
        assert!(!holds_impossible_time(br#"{"type":"ended","at":5000000000000,"cause":"stopped"}"#));
    }
}
