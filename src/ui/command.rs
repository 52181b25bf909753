//! Everything the agent can ask for, in one enum: its text, its tooltip, its key and its icon.
//!
//! Drawing functions read state and return commands; [`super::app`] alone carries them out.

use super::backend::{Locale, ModelAction, ThemeChoice, TrialRequest, WordingAction};
use super::icons::Icon;
use super::words::Words;
use crate::engine::judge::Amendment;
use crate::session::event::Language;
use egui::{Key, KeyboardShortcut, Modifiers};

/// A page of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Page {
    /// Microphone and model are checked.
    FirstRun,
    /// The live session.
    #[default]
    Live,
    /// Saved sessions.
    Sessions,
    /// One saved session.
    Replay,
    /// Choices.
    Settings,
    /// Wording packs.
    Wording,
}

/// Something the agent asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Start a session with the chosen microphone.
    Start,
    /// Start a session with the bundled recording.
    StartDemo,
    /// End the session.
    Stop,
    /// Pause the session or go on.
    TogglePause,
    /// Go to a page.
    Open(Page),
    /// Leave the page.
    Back,
    /// Open a saved session.
    OpenSession(String),
    /// Open the session that has just ended.
    OpenLatest,
    /// Repair a session that was cut off.
    Recover(String),
    /// Ask whether a session is to be deleted.
    AskDelete(String),
    /// Delete it.
    Delete(String),
    /// Keep it after all.
    KeepSession,
    /// Play the replay or hold it.
    TogglePlay,
    /// Go to a place in the replay, in seconds.
    Seek(f64),
    /// Play from a place in the replay, in seconds.
    PlayFrom(f64),
    /// Move the replay, in seconds.
    Skip(f64),
    /// Show more (factor > 1) or less of the replay at once.
    Zoom(f32),
    /// Move what the replay shows, in seconds.
    Pan(f64),
    /// Show or hide the supervisor's window.
    ToggleSupervisor,
    /// Look for microphones again.
    RefreshDevices,
    /// Choose a microphone; none is the system's own choice.
    SetDevice(Option<String>),
    /// Listen to the microphone's level.
    CheckMicrophone,
    /// Leave the first-run screen.
    FinishFirstRun,
    /// Language of the window.
    SetLocale(Locale),
    /// Light or dark.
    SetTheme(ThemeChoice),
    /// Size of everything.
    SetFontScale(f32),
    /// Thresholds.
    SetProfile(String),
    /// Language that is spoken.
    SetLanguage(Language),
    /// Whether sessions are kept.
    SetSaveSessions(bool),
    /// Do something with a speech model.
    Model(ModelAction),
    /// Ask whether a speech model is to be removed.
    AskRemoveModel(String),
    /// Site that models are fetched from.
    SetModelSource(String),
    /// Site that is tried next.
    SetModelMirror(String),
    /// Say that a flag does not count, where a part of the call begins, or what a note says.
    Amend(Amendment),
    /// Open or close the notes.
    ToggleNotes,
    /// Take back a dismissal that is kept for all sessions.
    RestoreDismissal(u32),
    /// Do something with wording packs.
    Wording(WordingAction),
    /// Try an entry of a wording pack as it is being edited.
    TryWording(Box<TrialRequest>),
    /// Take away the last error.
    DismissError,
}

impl Command {
    /// Key in the locale files under `command.`.
    fn name(&self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::StartDemo => "start_demo",
            Self::Stop => "stop",
            Self::TogglePause => "toggle_pause",
            Self::Open(Page::FirstRun) => "open_first_run",
            Self::Open(Page::Live) => "open_live",
            Self::Open(Page::Sessions | Page::Replay) => "open_sessions",
            Self::Open(Page::Settings) => "open_settings",
            Self::Open(Page::Wording) => "open_wording",
            Self::Back => "back",
            Self::OpenSession(_) => "open_session",
            Self::OpenLatest => "open_latest",
            Self::Recover(_) => "recover",
            Self::AskDelete(_) => "ask_delete",
            Self::Delete(_) => "delete",
            Self::KeepSession => "keep_session",
            Self::TogglePlay => "toggle_play",
            Self::Seek(_) => "seek",
            Self::PlayFrom(_) => "play_from",
            Self::Skip(seconds) if *seconds < 0.0 => "skip_back",
            Self::Skip(_) => "skip_forward",
            Self::Zoom(factor) if *factor < 1.0 => "zoom_in",
            Self::Zoom(_) => "zoom_out",
            Self::Pan(_) => "pan",
            Self::ToggleSupervisor => "toggle_supervisor",
            Self::RefreshDevices => "refresh_devices",
            Self::SetDevice(_) => "set_device",
            Self::CheckMicrophone => "check_microphone",
            Self::FinishFirstRun => "finish_first_run",
            Self::SetLocale(_) => "set_locale",
            Self::SetTheme(_) => "set_theme",
            Self::SetFontScale(_) => "set_font_scale",
            Self::SetProfile(_) => "set_profile",
            Self::SetLanguage(_) => "set_language",
            Self::SetSaveSessions(_) => "set_save_sessions",
            Self::Model(ModelAction::Get(_)) => "get_model",
            Self::Model(ModelAction::Pause(_)) => "pause_model",
            Self::Model(ModelAction::Remove(_)) => "remove_model",
            Self::Model(ModelAction::Use(_)) => "use_model",
            Self::Model(ModelAction::Add(_)) => "add_model",
            Self::AskRemoveModel(_) => "ask_remove_model",
            Self::SetModelSource(_) => "set_model_source",
            Self::SetModelMirror(_) => "set_model_mirror",
            Self::Amend(Amendment::Dismiss { .. }) => "dismiss_flag",
            Self::Amend(Amendment::Restore { .. }) => "restore_flag",
            Self::Amend(Amendment::PhaseBegins { at: Some(_), .. }) => "begin_phase",
            Self::Amend(Amendment::PhaseBegins { at: None, .. }) => "find_phase",
            Self::Amend(Amendment::Note { .. }) => "write_note",
            Self::Amend(Amendment::RemoveNote { .. }) => "remove_note",
            Self::ToggleNotes => "toggle_notes",
            Self::RestoreDismissal(_) => "restore_dismissal",
            Self::Wording(WordingAction::Use(_)) => "use_pack",
            Self::Wording(WordingAction::Create(_)) => "create_pack",
            Self::Wording(WordingAction::Rename { .. }) => "rename_pack",
            Self::Wording(WordingAction::DeletePack(_)) => "delete_pack",
            Self::Wording(WordingAction::Save { .. }) => "save_entry",
            Self::Wording(WordingAction::SwitchOff(_)) => "switch_off_entry",
            Self::Wording(WordingAction::SwitchOn(_)) => "switch_on_entry",
            Self::Wording(WordingAction::Delete(_)) => "delete_entry",
            Self::TryWording(_) => "try_wording",
            Self::DismissError => "dismiss_error",
        }
    }

    /// What its button says.
    pub fn text(&self, words: Words) -> String {
        words.tr(&format!("command.{}.text", self.name()))
    }

    /// What it does, with its key.
    pub fn tooltip(&self, words: Words, ctx: &egui::Context) -> String {
        let tip = words.tr(&format!("command.{}.tip", self.name()));
        match self.shortcut() {
            Some(shortcut) => format!("{tip}  ({})", ctx.format_shortcut(&shortcut)),
            None => tip,
        }
    }

    /// Its key.
    pub fn shortcut(&self) -> Option<KeyboardShortcut> {
        let key = |modifiers, key| Some(KeyboardShortcut::new(modifiers, key));
        match self {
            Self::Start | Self::Stop => key(Modifiers::NONE, Key::F5),
            Self::StartDemo => key(Modifiers::NONE, Key::F6),
            Self::TogglePause | Self::TogglePlay => key(Modifiers::NONE, Key::Space),
            Self::Open(Page::Live) => key(Modifiers::COMMAND, Key::Num1),
            Self::Open(Page::Sessions) => key(Modifiers::COMMAND, Key::Num2),
            Self::Open(Page::Settings) => key(Modifiers::COMMAND, Key::Num3),
            Self::Open(Page::Wording) => key(Modifiers::COMMAND, Key::Num4),
            Self::Wording(WordingAction::Save { .. }) => key(Modifiers::COMMAND, Key::S),
            Self::ToggleNotes => key(Modifiers::NONE, Key::F7),
            Self::ToggleSupervisor => key(Modifiers::NONE, Key::F8),
            Self::Back => key(Modifiers::NONE, Key::Escape),
            Self::Skip(seconds) if *seconds < 0.0 => key(Modifiers::NONE, Key::ArrowLeft),
            Self::Skip(_) => key(Modifiers::NONE, Key::ArrowRight),
            Self::Zoom(factor) if *factor < 1.0 => key(Modifiers::COMMAND, Key::Plus),
            Self::Zoom(_) => key(Modifiers::COMMAND, Key::Minus),
            Self::SetLocale(_) => key(Modifiers::COMMAND, Key::L),
            _ => None,
        }
    }

    /// Its icon.
    pub fn icon(&self) -> Option<Icon> {
        Some(match self {
            Self::Start => Icon::Record,
            Self::StartDemo => Icon::Demo,
            Self::Stop => Icon::Stop,
            Self::TogglePause => Icon::Pause,
            Self::TogglePlay | Self::PlayFrom(_) | Self::OpenSession(_) | Self::OpenLatest => Icon::Play,
            Self::Open(Page::Live) => Icon::Wave,
            Self::Open(Page::Sessions | Page::Replay) => Icon::List,
            Self::Open(Page::Settings) => Icon::Gear,
            Self::Open(Page::Wording) => Icon::Book,
            Self::Wording(WordingAction::Create(_)) => Icon::Plus,
            Self::Wording(WordingAction::Save { .. } | WordingAction::Rename { .. }) => Icon::Check,
            Self::Wording(WordingAction::Delete(_) | WordingAction::DeletePack(_)) => Icon::Trash,
            Self::Wording(WordingAction::SwitchOff(_)) => Icon::Cross,
            Self::Open(Page::FirstRun) | Self::CheckMicrophone => Icon::Microphone,
            Self::Back => Icon::Back,
            Self::Recover(_) => Icon::Repair,
            Self::AskDelete(_) | Self::Delete(_) => Icon::Trash,
            Self::AskRemoveModel(_) | Self::Model(ModelAction::Remove(_)) => Icon::Trash,
            Self::Model(ModelAction::Pause(_)) => Icon::Pause,
            Self::Model(ModelAction::Add(_)) => Icon::Plus,
            Self::Amend(Amendment::RemoveNote { .. }) => Icon::Trash,
            Self::ToggleNotes => Icon::Pencil,
            Self::ToggleSupervisor => Icon::Screen,
            Self::RefreshDevices => Icon::Refresh,
            Self::SetLocale(_) => Icon::Globe,
            Self::SetTheme(ThemeChoice::Light) => Icon::Sun,
            Self::SetTheme(_) => Icon::Moon,
            Self::Zoom(factor) if *factor < 1.0 => Icon::Plus,
            Self::Zoom(_) => Icon::Minus,
            Self::DismissError => Icon::Cross,
            _ => return None,
        })
    }
}

/// Those of `commands` whose keys were pressed. Keys without a modifier belong to what has the focus.
pub fn pressed(ctx: &egui::Context, commands: &[Command]) -> Vec<Command> {
    let focused = ctx.memory(|memory| memory.focused().is_some());
    let hit = |command: &&Command| {
        command.shortcut().is_some_and(|shortcut| {
            let plain = shortcut.modifiers == Modifiers::NONE
                && matches!(shortcut.logical_key, Key::Space | Key::ArrowLeft | Key::ArrowRight);
            !(plain && focused) && ctx.input_mut(|input| input.consume_shortcut(&shortcut))
        })
    };
    commands.iter().filter(hit).cloned().collect()
}
