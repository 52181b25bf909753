//! The window's state, and the one place where commands are carried out.

mod amend;
mod draw;
mod perform;

use super::FRAME_GAP;
use super::backend::{
    Backend, DeviceChoice, ModelAction, ModelList, Phase, SessionEntry, Settings, StartRequest, StartSource,
    ThemeChoice,
};
use super::command::{Command, Page};
use super::figures::Figures;
use super::first_run::MicCheck;
use super::notes::NotesPane;
use super::replay::Replay;
use super::theme;
use super::wording::WordingPage;
use super::words::Words;
use crate::practice::dismissals::Kept;
use crate::session::event::Language;
use egui::Ui;

/// A level stays written for this long, seconds.
const LEVEL_HOLD_S: f64 = 0.5;

/// The window.
pub struct App {
    backend: Box<dyn Backend>,
    auto_start: Option<StartRequest>,
    page: Page,
    figures: Figures,
    devices: Vec<DeviceChoice>,
    sessions: Vec<SessionEntry>,
    models: ModelList,
    dismissals: Vec<Kept>,
    wording: WordingPage,
    /// Notes of the live session.
    notes: NotesPane,
    replay: Option<Replay>,
    check: MicCheck,
    supervisor_open: bool,
    asked: Option<String>,
    error: Option<String>,
    /// What the session on the screen was started with.
    started: Option<StartRequest>,
    last_phase: Phase,
    last_poll_s: f64,
    level_held: (f64, f32),
    /// What is in force, to change it only when the settings have.
    in_force: Option<(ThemeChoice, f32)>,
}

impl App {
    /// A window over `backend`. Fonts and themes are put in force.
    pub fn new(ctx: &egui::Context, mut backend: Box<dyn Backend>, auto_start: Option<StartRequest>) -> Self {
        theme::install(ctx);
        let first = !backend.settings().first_run_done && auto_start.is_none();
        let devices = backend.devices();
        let mut app = Self {
            backend,
            auto_start,
            page: Page::Live,
            figures: Figures::default(),
            devices,
            sessions: Vec::new(),
            models: ModelList::default(),
            dismissals: Vec::new(),
            wording: WordingPage::default(),
            notes: NotesPane::default(),
            replay: None,
            check: MicCheck::default(),
            supervisor_open: false,
            asked: None,
            error: None,
            started: None,
            last_phase: Phase::Idle,
            last_poll_s: 0.0,
            level_held: (f64::NEG_INFINITY, -120.0),
            in_force: None,
        };
        app.put_settings_in_force(ctx);
        if first {
            app.open(Page::FirstRun);
        }
        app
    }

    /// The page that is shown.
    pub fn page(&self) -> Page {
        self.page
    }

    /// The backend, for tests.
    pub fn backend(&self) -> &dyn Backend {
        self.backend.as_ref()
    }

    /// The open replay.
    pub fn replay(&self) -> Option<&Replay> {
        self.replay.as_ref()
    }

    fn words(&self) -> Words {
        Words::new(self.backend.settings().locale)
    }

    fn put_settings_in_force(&mut self, ctx: &egui::Context) {
        let settings = self.backend.settings();
        let wanted = (settings.theme, settings.font_scale.clamp(0.8, 2.0));
        if self.in_force != Some(wanted) {
            theme::set_choice(ctx, wanted.0);
            ctx.set_zoom_factor(wanted.1);
            self.in_force = Some(wanted);
        }
    }

    /// Draws one picture and carries out what was asked for on it.
    pub fn show(&mut self, ui: &mut Ui) {
        let commands = self.draw(ui);
        let acted = !commands.is_empty();
        for command in commands {
            self.perform(command);
        }
        self.put_settings_in_force(ui.ctx());
        if acted {
            // This picture still shows what was before the command.
            ui.ctx().request_repaint();
        }
        self.supervisor_window(&ui.ctx().clone());
    }

    /// Takes in what has arrived; asks for the next picture only when something on this one may have changed.
    pub fn take_in(&mut self, ctx: &egui::Context) {
        if let Some(request) = self.auto_start.take() {
            self.start(request);
        }
        let changed = self.backend.poll();
        let now_s = ctx.time();
        if self.check.open {
            self.check.hear(self.backend.level_db(), now_s - self.last_poll_s);
        }
        self.last_poll_s = now_s;
        if now_s - self.level_held.0 >= LEVEL_HOLD_S {
            self.level_held = (now_s, self.backend.level_db());
        }
        let phase = self.backend.phase();
        if phase != self.last_phase {
            self.phase_changed(phase);
        }
        if self.page == Page::Settings {
            self.take_in_files(ctx);
            if changed {
                self.models = self.backend.models();
            }
        }
        let playing = self.page == Page::Replay && self.replay.as_mut().is_some_and(|replay| replay.step(now_s));
        let minimised = ctx.input(|input| input.viewport().minimized == Some(true));
        if minimised && changed && self.supervisor_open {
            // The supervisor may look at the session while the agent's window is out of the way.
            ctx.send_viewport_cmd(egui::ViewportCommand::RequestPaintWhileHidden);
        }
        if (changed || playing) && (!minimised || self.supervisor_open) {
            ctx.request_repaint_after(FRAME_GAP);
        }
    }

    /// Files that were dropped onto the settings are speech models.
    fn take_in_files(&mut self, ctx: &egui::Context) {
        let dropped = ctx.input(|input| input.raw.dropped_files.clone());
        for path in dropped.into_iter().map(|file| file.path().to_owned()) {
            self.perform(Command::Model(ModelAction::Add(path)));
        }
    }

    fn phase_changed(&mut self, phase: Phase) {
        if phase == Phase::Finished {
            self.finish_line();
            self.sessions = self.backend.sessions();
        }
        if !self.last_phase.is_running() && phase.is_running() {
            self.figures = Figures::default();
        }
        if self.last_phase == Phase::Starting {
            self.notes.begin();
        }
        self.last_phase = phase;
    }

    fn start(&mut self, request: StartRequest) {
        self.close_check();
        self.finish_line();
        self.notes.forget();
        self.started = Some(request.clone());
        self.error = self.backend.start(request).err();
        self.figures = Figures::default();
        self.page = Page::Live;
    }

    fn request(&self, source: StartSource) -> StartRequest {
        let settings = self.backend.settings();
        // The bundled recording is Mandarin, and nobody's practice.
        let demo = source == StartSource::Demo;
        StartRequest {
            source,
            profile_id: settings.profile_id.clone(),
            language: if demo { Language::Zh } else { settings.language },
            save: settings.save_sessions && !demo,
        }
    }

    fn close_check(&mut self) {
        if self.check.open {
            self.backend.stop_check();
        }
        self.check = MicCheck::default();
    }

    fn open(&mut self, page: Page) {
        if self.page == Page::Replay && page != Page::Replay {
            self.finish_replay_line();
            // Dropping the player lets the loudspeaker go.
            self.replay = None;
        }
        match page {
            Page::FirstRun => self.check_microphone(),
            _ => self.close_check(),
        }
        if matches!(page, Page::Sessions | Page::Wording) {
            self.sessions = self.backend.sessions();
            self.wording.opened(&self.sessions);
        }
        if page == Page::Settings {
            self.models = self.backend.models();
            self.dismissals = self.backend.dismissals();
        }
        self.asked = None;
        self.page = page;
    }

    fn check_microphone(&mut self) {
        let device = self.backend.settings().device.clone();
        self.check = MicCheck::started(self.backend.check_microphone(device.as_deref()));
    }

    fn open_session(&mut self, id: &str) {
        match self.backend.open_session(id) {
            Ok(session) => {
                self.open(Page::Replay);
                self.replay = Some(Replay::new(session));
                self.error = None;
            }
            Err(reason) => self.error = Some(reason),
        }
    }

    fn change_settings(&mut self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.backend.settings().clone();
        change(&mut settings);
        if let Err(reason) = self.backend.save_settings(settings) {
            self.error = Some(reason);
        }
    }

    /// Commands whose keys count on this page.
    fn keys(&self) -> Vec<Command> {
        let running = self.backend.phase().is_running();
        let mut keys = vec![
            Command::Open(Page::Live),
            Command::Open(Page::Sessions),
            Command::Open(Page::Settings),
            Command::Open(Page::Wording),
            Command::ToggleSupervisor,
            Command::SetLocale(self.words().locale().other()),
        ];
        if self.page == Page::Live && self.backend.timeline().header.is_some() {
            keys.push(Command::ToggleNotes);
        }
        match self.page {
            Page::FirstRun => keys.truncate(0),
            Page::Live if running => keys.extend([Command::Stop, Command::TogglePause]),
            Page::Live => keys.extend([Command::Start, Command::StartDemo]),
            Page::Replay => {
                keys.extend([
                    Command::TogglePlay,
                    Command::Skip(-5.0),
                    Command::Skip(5.0),
                    Command::Zoom(0.5),
                    Command::Zoom(2.0),
                    Command::ToggleNotes,
                ]);
                // Escape belongs to what is being typed.
                if !self.replay.as_ref().is_some_and(|replay| replay.notes.is_typing()) {
                    keys.push(Command::Back);
                }
            }
            Page::Sessions | Page::Settings => keys.push(Command::Back),
            // Escape belongs to what is being typed.
            Page::Wording => {}
        }
        keys
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.take_in(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.show(ui);
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.close_check();
        self.finish_replay_line();
        self.finish_line();
        if self.backend.phase().is_running() {
            self.backend.stop();
        }
    }
}
