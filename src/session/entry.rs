//! What a list of sessions shows of each, and how `summary.json` keeps it ready to read.

use super::event::{EndCause, FlagKind, SessionEvent};
use super::log;
use super::store;
use crate::time::SampleTime;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Key of `summary.json` under which the store keeps what lists show; everything else is the caller's summary.
const SESSION_KEY: &str = "session";
/// Key that holds a caller's summary which is no JSON object.
const PLAIN_KEY: &str = "summary";

/// One session in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The session's id, which is also the name of its folder.
    pub id: String,
    /// The session's folder.
    pub path: PathBuf,
    /// Local date and time of the start, RFC 3339; empty when nothing tells it.
    pub started_at: String,
    /// Length in seconds; so far, for a session that is running.
    pub duration_s: f64,
    /// How many flags of each kind there are, kinds without flags left out.
    pub flag_counts: Vec<(FlagKind, usize)>,
    /// `score.total` of the summary.
    pub score: Option<f32>,
    /// File path or device name of the source; empty when nothing tells it.
    pub source: String,
    /// How the session ended; none while it runs and when it was cut off.
    pub ended: Option<EndCause>,
    /// In what state it is.
    pub state: State,
}

/// In what state a stored session is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Finished, with its summary.
    Complete,
    /// The program ended before the session did; `recover` completes it.
    CutOff,
    /// A program is writing it.
    Running,
    /// Nothing of it can be read.
    Damaged {
        /// Why, in a sentence.
        reason: String,
    },
}

impl State {
    /// `complete`, `cut off`, `running` or `damaged`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::CutOff => "cut off",
            Self::Running => "running",
            Self::Damaged { .. } => "damaged",
        }
    }
}

/// What lists show, gathered event by event.
#[derive(Clone, Debug, Default)]
pub(super) struct Digest {
    pub started_at: String,
    pub source: String,
    pub position: SampleTime,
    pub ended: Option<EndCause>,
    flags: BTreeMap<u32, FlagKind>,
    /// Flags that do not count.
    aside: BTreeSet<u32>,
    /// Length of what was said about the session afterwards, in bytes.
    pub amended_bytes: u64,
}

impl Digest {
    /// How many flags that count there are of each kind.
    fn flag_counts(&self) -> BTreeMap<FlagKind, usize> {
        let mut counts = BTreeMap::new();
        for (_, kind) in self.flags.iter().filter(|(id, _)| !self.aside.contains(id)) {
            *counts.entry(*kind).or_default() += 1;
        }
        counts
    }

    pub fn take(&mut self, event: &SessionEvent) {
        self.position = self.position.max(log::reach(event));
        match event {
            SessionEvent::Started(header) => {
                self.started_at.clone_from(&header.started_at);
                self.source.clone_from(&header.source.path);
            }
            SessionEvent::Flag(flag) => {
                self.flags.insert(flag.id, flag.kind);
            }
            SessionEvent::FlagAside { id, .. } => {
                self.aside.insert(*id);
            }
            SessionEvent::FlagBack { id } => {
                self.aside.remove(id);
            }
            SessionEvent::Ended { cause, .. } => self.ended = Some(*cause),
            _ => {}
        }
    }

    /// The entry of the session `id`, whose state lies in `state`.
    pub fn entry(self, id: &str, path: &Path, state: State) -> Entry {
        let flag_counts = self.flag_counts().into_iter().collect();
        let told = (!self.started_at.is_empty()).then_some(self.started_at);
        Entry {
            id: id.to_owned(),
            path: path.to_path_buf(),
            started_at: told.or_else(|| store::started_text_of_id(id)).unwrap_or_default(),
            duration_s: self.position.seconds(),
            flag_counts,
            score: None,
            source: self.source,
            ended: self.ended,
            state,
        }
    }

    /// The bytes of `summary.json`: the caller's `summary`, and what lists show beside it.
    pub fn summary_bytes(&self, id: &str, summary: &Value) -> Vec<u8> {
        let part = SessionPart {
            id: id.to_owned(),
            started_at: self.started_at.clone(),
            source: self.source.clone(),
            duration_s: self.position.seconds(),
            ended: self.ended.and_then(|cause| serde_json::to_value(cause).ok()),
            flag_counts: self.flag_counts().into_iter().map(|(kind, count)| (kind.name().to_owned(), count)).collect(),
            amended_bytes: self.amended_bytes,
        };
        let mut fields = match summary {
            Value::Object(fields) => fields.clone(),
            plain => Map::from_iter([(PLAIN_KEY.to_owned(), plain.clone())]),
        };
        fields.insert(SESSION_KEY.to_owned(), serde_json::json!(part));
        format!("{:#}\n", Value::Object(fields)).into_bytes()
    }
}

/// What the store keeps in `summary.json`. Names instead of enums, so that those of a newer version do no harm.
#[derive(Debug, Serialize, Deserialize)]
struct SessionPart {
    id: String,
    started_at: String,
    source: String,
    duration_s: f64,
    ended: Option<Value>,
    flag_counts: BTreeMap<String, usize>,
    /// Length of what was said about the session afterwards and is taken in here, in bytes.
    #[serde(default)]
    amended_bytes: u64,
}

/// The parts of `summary.json` that a list needs; the rest is passed over without being kept.
#[derive(Deserialize)]
struct SummaryHead {
    session: SessionPart,
    #[serde(default)]
    score: Value,
}

/// The entry that the `summary.json` of a complete session tells; none when the file is missing or damaged, or when
/// more was said about the session since it was written.
pub(super) fn from_summary(id: &str, path: &Path) -> Option<Entry> {
    let bytes = std::fs::read(path.join(store::SUMMARY_FILE)).ok()?;
    let SummaryHead { session, score } = serde_json::from_slice(&bytes).ok()?;
    if session.amended_bytes != store::length_of(&path.join(store::AMENDED_FILE)) {
        return None;
    }
    let kind = |name: &str| serde_json::from_value::<FlagKind>(Value::from(name)).ok();
    let mut flag_counts: Vec<_> =
        session.flag_counts.iter().filter_map(|(name, count)| Some((kind(name)?, *count))).collect();
    flag_counts.sort_unstable();
    let digest = Digest { started_at: session.started_at, source: session.source, ..Digest::default() };
    Some(Entry {
        duration_s: session.duration_s,
        flag_counts,
        score: score.get("total").and_then(Value::as_f64).map(|total| total as f32),
        ended: session.ended.and_then(|cause| serde_json::from_value(cause).ok()),
        ..digest.entry(id, path, State::Complete)
    })
}

/// The summary as the caller gave it; none when the file is missing or damaged.
pub(super) fn stored_summary(path: &Path) -> Option<Value> {
    let bytes = std::fs::read(path.join(store::SUMMARY_FILE)).ok()?;
    let mut fields: Map<String, Value> = serde_json::from_slice(&bytes).ok()?;
    fields.remove(SESSION_KEY)?;
    match fields.len() {
        1 if fields.contains_key(PLAIN_KEY) => fields.remove(PLAIN_KEY),
        _ => Some(Value::Object(fields)),
    }
}
