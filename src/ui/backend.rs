//! What the window needs from the rest of the program.
//!
//! The window draws what a [`Backend`] shows and asks it for everything else. The real one drives the engine, the
//! stored sessions and the loudspeaker; the tests put a scripted one in its place.

mod wording;

pub use wording::{OwnCounts, PackLine, Trial, TrialRequest, WordingAction, WordingView};

use crate::engine::judge::Amendment;
use crate::practice::dismissals::Kept;
use crate::practice::pack_editor::{Form, ItemKey};
use crate::session::event::{FlagKind, Language};
use crate::session::timeline::Timeline;
use crate::speech::source::ModelSettings;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Everything the window reads and asks for.
pub trait Backend {
    /// Takes in what has arrived, for a bounded time; true when something shown may have changed.
    fn poll(&mut self) -> bool;
    /// The session that is going on or has just ended; empty before the first one.
    fn timeline(&self) -> &Timeline;
    /// Where the live session stands.
    fn phase(&self) -> Phase;
    /// Microphones that are present now.
    fn devices(&mut self) -> Vec<DeviceChoice>;
    /// Level of the input at this moment, dB re full scale.
    fn level_db(&self) -> f32;
    /// State of the speech model.
    fn model(&self) -> ModelStatus;
    /// Sentences that the agent should see until their cause is gone.
    fn notices(&self) -> &[Notice];
    /// Starts a live session.
    ///
    /// # Errors
    /// One sentence that says what is wrong and what to do.
    fn start(&mut self, request: StartRequest) -> Result<(), String>;
    /// Pauses the live session or goes on with it.
    fn set_paused(&mut self, paused: bool);
    /// Ends the live session.
    fn stop(&mut self);
    /// Saved sessions, newest first.
    fn sessions(&mut self) -> Vec<SessionEntry>;
    /// Reads a saved session.
    ///
    /// # Errors
    /// One sentence that names the file and what to do.
    fn open_session(&mut self, id: &str) -> Result<ReplaySession, String>;
    /// Repairs a session that was cut off.
    ///
    /// # Errors
    /// One sentence that names the file and what to do.
    fn recover(&mut self, id: &str) -> Result<(), String>;
    /// Deletes a session for good.
    ///
    /// # Errors
    /// One sentence that names the file and what to do.
    fn delete(&mut self, id: &str) -> Result<(), String>;
    /// Plays a saved session through the loudspeaker, from `from_s` seconds after its start.
    ///
    /// # Errors
    /// One sentence; the window then moves its cursor by the clock and says that nothing is heard.
    fn player(&mut self, session: &ReplaySession, from_s: f64) -> Result<Box<dyn PlayerHandle>, String>;
    /// Opens a microphone only to look at its level ([`Backend::level_db`]).
    ///
    /// # Errors
    /// One sentence that says what is wrong and what to do.
    fn check_microphone(&mut self, id: Option<&str>) -> Result<(), String>;
    /// Ends the check.
    fn stop_check(&mut self);
    /// Speech models, here or to be had.
    fn models(&mut self) -> ModelList;
    /// Does something with a speech model; what takes time goes on behind.
    ///
    /// # Errors
    /// One sentence that says what is wrong and what to do.
    fn act_on_model(&mut self, action: ModelAction) -> Result<(), String>;
    /// Does what the agent wants of a flag, or of the parts of the call, in the session that is shown live.
    ///
    /// # Errors
    /// One sentence that names the file and what to do.
    fn amend(&mut self, wish: &Amendment) -> Result<(), String>;
    /// The same in a saved session; answers with it as it is then.
    ///
    /// # Errors
    /// One sentence that names the file and what to do.
    fn amend_session(&mut self, id: &str, wish: &Amendment) -> Result<Timeline, String>;
    /// Findings that are dismissed in all sessions to come, oldest first.
    fn dismissals(&mut self) -> Vec<Kept>;
    /// Takes one of them back.
    ///
    /// # Errors
    /// One sentence that names the file and what to do.
    fn restore_dismissal(&mut self, id: u32) -> Result<(), String>;
    /// Wording packs, and what is in the one in force.
    fn wording(&self) -> &WordingView;
    /// Something of the pack in force as a form; an empty one for a new entry when there is no key.
    fn wording_form(&self, key: Option<&ItemKey>) -> Option<Form>;
    /// Does something with wording packs.
    ///
    /// # Errors
    /// One sentence that says what is wrong and what to do; what was in force before still is.
    fn act_on_wording(&mut self, action: WordingAction) -> Result<(), String>;
    /// Tries a form behind; the newest wish counts.
    fn try_wording(&mut self, request: TrialRequest);
    /// What came of the last trial that got anywhere.
    fn trial(&self) -> Option<&Trial>;
    /// The settings in force.
    fn settings(&self) -> &Settings;
    /// Puts settings in force and keeps them.
    ///
    /// # Errors
    /// One sentence that names the file and what to do.
    fn save_settings(&mut self, settings: Settings) -> Result<(), String>;
}

/// A recording that is being played.
pub trait PlayerHandle {
    /// Seconds from the session's start to what is being heard now, counted in frames really played.
    fn position_s(&self) -> f64;
    /// Plays or holds.
    fn set_playing(&mut self, playing: bool);
    /// Goes to a place.
    fn seek_s(&mut self, at_s: f64);
    /// Whether sound is coming out.
    fn is_playing(&self) -> bool;
    /// Whether the end has been heard.
    fn is_finished(&self) -> bool;
}

/// Where the live session stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// No session yet.
    #[default]
    Idle,
    /// The input is being opened.
    Starting,
    /// Listening.
    Live,
    /// The agent has paused it.
    Paused,
    /// The last text is being settled and saved.
    Stopping,
    /// Over; its timeline is still shown.
    Finished,
}

impl Phase {
    /// Whether a session is going on.
    pub fn is_running(self) -> bool {
        matches!(self, Self::Starting | Self::Live | Self::Paused | Self::Stopping)
    }
}

/// A microphone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceChoice {
    /// Stable id, as kept in the settings.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Whether the system prefers it.
    pub is_default: bool,
}

/// State of the speech model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ModelStatus {
    /// Being read and checked.
    #[default]
    Loading,
    /// Ready to write.
    Ready {
        /// File name of the model.
        file: String,
    },
    /// Cannot be used; the voice is still measured.
    Failed {
        /// What is wrong and what to do.
        sentence: String,
    },
    /// Text is switched off.
    Off,
}

/// Whether a speech model is here.
#[derive(Clone, Debug, PartialEq)]
pub enum ModelState {
    /// Ready to be used.
    Here,
    /// Not on this computer.
    Absent,
    /// Will be fetched after another.
    Waiting,
    /// Being fetched.
    Fetching {
        /// The part that is here, 0 … 1.
        share: f32,
        /// Bytes a second lately.
        bytes_per_s: f64,
    },
    /// Begun, and paused or cut off.
    Partial {
        /// The part that is here, 0 … 1.
        share: f32,
    },
    /// Here, but not what it should be.
    Damaged,
}

/// One speech model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelEntry {
    /// Id, or file name where the catalogue does not know it.
    pub id: String,
    /// Size of its file, bytes.
    pub size_bytes: u64,
    /// For whom it is, in the window's language.
    pub note: String,
    /// Whether it comes with the program, and so stays.
    pub bundled: bool,
    /// Whether it is the one that writes.
    pub chosen: bool,
    /// Whether it is here.
    pub state: ModelState,
    /// What went wrong with it last, and what to do.
    pub error: Option<String>,
}

/// The speech models, and what became of a file dropped in by hand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ModelList {
    /// The models.
    pub entries: Vec<ModelEntry>,
    /// How much of a file has been taken in, 0 … 1, while one is.
    pub adding: Option<f32>,
    /// What became of the last one.
    pub told: Option<Notice>,
}

/// What can be done with a speech model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelAction {
    /// Fetch it, or the rest of it.
    Get(String),
    /// Stop fetching it for now.
    Pause(String),
    /// Remove it from this computer.
    Remove(String),
    /// Write with it from the next session on.
    Use(String),
    /// Take in a file.
    Add(PathBuf),
}

/// How serious a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoticeSeverity {
    /// Good to know.
    Info,
    /// Something works less well.
    Watch,
    /// Something does not work.
    Bad,
}

/// A sentence shown as a banner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How serious it is.
    pub severity: NoticeSeverity,
    /// What is wrong and what to do, in the window's language.
    pub text: String,
}

/// Where a live session takes its voice from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StartSource {
    /// A microphone by id; none is the system's own choice.
    Microphone(Option<String>),
    /// The bundled recording, at real speed.
    Demo,
}

/// What a live session is started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartRequest {
    /// Where the voice comes from.
    pub source: StartSource,
    /// Thresholds to judge by.
    pub profile_id: String,
    /// Language that is spoken.
    pub language: Language,
    /// Whether recording and events are kept.
    pub save: bool,
}

/// Whether a saved session is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// Whole.
    Complete,
    /// The program ended before the session did; it can be repaired.
    CutOff,
    /// Being recorded now.
    Running,
}

/// One line of the list of saved sessions.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionEntry {
    /// Id, the folder's name.
    pub id: String,
    /// Local date and time of the start, RFC 3339.
    pub started_at: String,
    /// Length in seconds.
    pub duration_s: f64,
    /// Flags by kind.
    pub flags: Vec<(FlagKind, usize)>,
    /// Score, 0 … 100, where there was enough to judge.
    pub score: Option<f32>,
    /// Whether it is whole.
    pub state: SessionState,
    /// Where it is kept.
    pub path: PathBuf,
}

/// A saved session, opened.
#[derive(Clone, Debug, PartialEq)]
pub struct ReplaySession {
    /// Its line in the list.
    pub entry: SessionEntry,
    /// All its events, folded.
    pub timeline: Timeline,
    /// Its recording.
    pub audio_path: PathBuf,
    /// Rate of the recording, Hz.
    pub audio_rate_hz: u32,
}

/// Language of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// Simplified Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl Locale {
    /// `zh` or `en`, the name of the file in `assets/locales`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeChoice {
    /// As the system has it.
    #[default]
    System,
    /// Dark on any system.
    Dark,
    /// Light on any system.
    Light,
}

/// What the agent has chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Language of the window.
    pub locale: Locale,
    /// Light or dark.
    pub theme: ThemeChoice,
    /// Microphone by id; none is the system's own choice.
    pub device: Option<String>,
    /// Thresholds to judge by.
    pub profile_id: String,
    /// Language that is spoken.
    pub language: Language,
    /// Whether the first-run screen has been left.
    pub first_run_done: bool,
    /// Whether sessions are kept.
    pub save_sessions: bool,
    /// Size of everything in the window, 1 = normal.
    pub font_scale: f32,
    /// Speech model in use, and where models are fetched from.
    pub models: ModelSettings,
    /// File of the own wording pack in use; none is the bundled one of the language.
    pub pack: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            locale: Locale::Zh,
            theme: ThemeChoice::System,
            device: None,
            profile_id: "textbook".to_owned(),
            language: Language::Zh,
            first_run_done: false,
            save_sessions: true,
            font_scale: 1.0,
            models: ModelSettings::default(),
            pack: None,
        }
    }
}
