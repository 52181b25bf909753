//! The window's state, and the one place where commands are carried out.

mod amend;
mod perform;

use super::FRAME_GAP;
use super::backend::{
    Backend, DeviceChoice, ModelAction, ModelList, ModelStatus, NoticeSeverity, Phase, SessionEntry, Settings,
    StartRequest, StartSource, ThemeChoice,
};
use super::banner::{self, Banner};
use super::bar::{self, Bar};
use super::command::{self, Command, Page};
use super::dashboard;
use super::figures::Figures;
use super::first_run::{self, FirstRun, MicCheck};
use super::library;
use super::replay::Replay;
use super::scene::{Scene, View};
use super::settings;
use super::supervisor;
use super::theme::{self, GRID, SMALL, Tokens};
use super::widgets::{button, card};
use super::wording::{self, WordingPage};
use super::words::Words;
use crate::practice::dismissals::Kept;
use crate::session::event::{DeviceState, Language};
use egui::{CornerRadius, Rect, Ui, pos2, vec2};

/// Width of the rail at the left edge.
const RAIL: f32 = 10.0 * GRID;
/// Size of the supervisor's window at its first opening, points: it fits beside a taskbar on a small screen.
const SUPERVISOR_SIZE: [f32; 2] = [1200.0, 700.0];
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
            self.sessions = self.backend.sessions();
        }
        if !self.last_phase.is_running() && phase.is_running() {
            self.figures = Figures::default();
        }
        self.last_phase = phase;
    }

    fn start(&mut self, request: StartRequest) {
        self.close_check();
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
        match self.page {
            Page::FirstRun => keys.truncate(0),
            Page::Live if running => keys.extend([Command::Stop, Command::TogglePause]),
            Page::Live => keys.extend([Command::Start, Command::StartDemo]),
            Page::Replay => keys.extend([
                Command::TogglePlay,
                Command::Skip(-5.0),
                Command::Skip(5.0),
                Command::Zoom(0.5),
                Command::Zoom(2.0),
                Command::Back,
            ]),
            Page::Sessions | Page::Settings => keys.push(Command::Back),
            // Escape belongs to what is being typed.
            Page::Wording => {}
        }
        keys
    }

    fn banners(&self, words: Words) -> Vec<Banner> {
        let mut banners: Vec<Banner> = self.backend.notices().iter().map(Banner::from).collect();
        let mut add = |severity, text, dismissable| banners.push(Banner { severity, text, dismissable });
        if let Some(error) = &self.error {
            add(NoticeSeverity::Bad, error.clone(), true);
        }
        if self.page != Page::Live && !self.supervisor_open {
            // The other pages are not about the live session.
            return banners;
        }
        if let ModelStatus::Failed { sentence } = self.backend.model() {
            let text = words.fill("notice.model_failed", &[("reason", &sentence)]);
            add(NoticeSeverity::Bad, text, false);
        }
        let device = self.backend.timeline().device.as_ref();
        if let (true, Some((state, name))) = (self.backend.phase().is_running(), device) {
            let key = match state {
                DeviceState::Ok => None,
                DeviceState::Lost => Some("notice.device_lost"),
                DeviceState::Stalled => Some("notice.device_stalled"),
                DeviceState::Silent => Some("notice.device_silent"),
            };
            if let Some(key) = key {
                add(NoticeSeverity::Bad, words.fill(key, &[("name", name)]), false);
            }
        }
        banners
    }

    fn draw(&mut self, ui: &mut Ui) -> Vec<Command> {
        let words = self.words();
        let mut out = command::pressed(ui.ctx(), &self.keys());
        let whole = ui.max_rect();
        ui.painter().rect_filled(whole, CornerRadius::ZERO, Tokens::of(ui).ground);
        if self.page == Page::FirstRun {
            self.first_run_ui(ui, whole, words, &mut out);
            return out;
        }
        let rail = Rect::from_min_max(whole.min, pos2(whole.left() + RAIL, whole.bottom()));
        self.rail_ui(ui, rail, words, &mut out);
        let inner =
            Rect::from_min_max(pos2(rail.right() + GRID, whole.top()), whole.max - vec2(1.5 * GRID, 1.5 * GRID));
        match self.page {
            Page::FirstRun | Page::Live => self.live_ui(ui, inner, words, &mut out),
            Page::Sessions => {
                let rest = banner::banners_ui(ui, words, inner.with_min_y(GRID), &mut self.banners(words), &mut out);
                library::library_ui(ui, rest, words, &self.sessions, self.asked.as_deref(), &mut out);
            }
            Page::Settings => {
                let rest = banner::banners_ui(ui, words, inner.with_min_y(GRID), &mut self.banners(words), &mut out);
                let choices = settings::Choices {
                    settings: self.backend.settings(),
                    devices: &self.devices,
                    status: &self.backend.model(),
                    models: &self.models,
                    dismissals: &self.dismissals,
                    asked: self.asked.as_deref(),
                };
                settings::settings_ui(ui, rest, words, &choices, &mut out);
            }
            Page::Wording => {
                let rest = banner::banners_ui(ui, words, inner.with_min_y(GRID), &mut self.banners(words), &mut out);
                let shown = wording::Shown {
                    words,
                    view: self.backend.wording(),
                    trial: self.backend.trial(),
                    sessions: &self.sessions,
                    stored: &|key| self.backend.entry_form(key),
                };
                self.wording.ui(ui, rest, &shown, &mut out);
            }
            Page::Replay => {
                let (top, rest) = split(inner);
                if let Some(replay) = &mut self.replay {
                    replay.ui(ui, top, rest, words, &mut out);
                }
            }
        }
        out
    }

    fn first_run_ui(&mut self, ui: &mut Ui, whole: Rect, words: Words, out: &mut Vec<Command>) {
        let state = FirstRun {
            settings: self.backend.settings(),
            devices: &self.devices,
            check: &self.check,
            level_db: self.backend.level_db(),
            model: &self.backend.model(),
        };
        first_run::first_run_ui(ui, whole.shrink(2.0 * GRID), words, &state, out);
    }

    fn live_ui(&mut self, ui: &mut Ui, inner: Rect, words: Words, out: &mut Vec<Command>) {
        let now = self.backend.timeline().position;
        self.figures.update(self.backend.timeline(), now, self.backend.phase() == Phase::Live);
        let (top, rest) = split(inner);
        let model = self.backend.model();
        bar::bar_ui(ui, top, &self.scene(words), &self.bar(&model, false), out);
        let rest = banner::banners_ui(ui, words, rest, &mut self.banners(words), out);
        dashboard::dashboard_ui(ui, rest, &self.scene(words), out);
    }

    fn scene(&self, words: Words) -> Scene<'_> {
        let timeline = self.backend.timeline();
        let now = timeline.position;
        let empty = timeline.header.is_none() && timeline.frames.is_empty();
        let writes = matches!(self.backend.model(), ModelStatus::Ready { .. } | ModelStatus::Loading);
        let view = View::ending_at(now);
        Scene { timeline, now, figures: &self.figures, words, view, replay: false, amendable: true, empty, writes }
    }

    fn bar<'a>(&'a self, model: &'a ModelStatus, read_only: bool) -> Bar<'a> {
        Bar {
            phase: self.backend.phase(),
            model,
            devices: &self.devices,
            device: self.backend.settings().device.as_deref(),
            level_db: self.backend.level_db(),
            level_held_db: self.level_held.1,
            demo: self.started.as_ref().is_some_and(|request| request.source == StartSource::Demo),
            kept: self.started.as_ref().is_none_or(|request| request.save && self.error.is_none()),
            read_only,
        }
    }

    fn rail_ui(&self, ui: &mut Ui, rect: Rect, words: Words, out: &mut Vec<Command>) {
        let tokens = Tokens::of(ui);
        ui.painter().rect_filled(rect, CornerRadius::ZERO, tokens.card);
        ui.painter().vline(rect.right() - 0.5, rect.y_range(), egui::Stroke::new(1.0, tokens.line));
        card::inside_ui(ui, rect.shrink(GRID), "rail", |ui| {
            let live = matches!(self.page, Page::Live | Page::FirstRun);
            let places = [
                (Command::Open(Page::Live), "rail.live", live),
                (Command::Open(Page::Sessions), "rail.sessions", matches!(self.page, Page::Sessions | Page::Replay)),
                (Command::ToggleSupervisor, "rail.supervisor", self.supervisor_open),
                (Command::Open(Page::Wording), "rail.wording", self.page == Page::Wording),
                (Command::Open(Page::Settings), "rail.settings", self.page == Page::Settings),
            ];
            let top = ui.max_rect().right_top();
            for (command, key, selected) in places {
                button::rail_ui(ui, words, &command, &words.tr(key), selected, out);
            }
            if self.backend.phase().is_running() && !live {
                // A session that goes on behind another page must not be forgotten.
                ui.painter().circle_filled(top + vec2(-1.5 * GRID, 1.5 * GRID), 5.0, tokens.bad);
            }
            ui.with_layout(egui::Layout::bottom_up(egui::Align::Center), |ui| {
                ui.label(egui::RichText::new(words.tr("language.other")).font(theme::font(SMALL)).color(tokens.quiet));
                button::icon_ui(ui, words, &Command::SetLocale(words.locale().other()), button::HEIGHT, out);
                // Large text in a small window: the choice is in the settings, too.
                if ui.available_height() >= button::HEIGHT {
                    let theme = if ui.visuals().dark_mode { ThemeChoice::Light } else { ThemeChoice::Dark };
                    button::icon_ui(ui, words, &Command::SetTheme(theme), button::HEIGHT, out);
                }
            });
        });
    }

    /// The supervisor's window; an immediate viewport, so that both windows draw the same moment.
    fn supervisor_window(&mut self, ctx: &egui::Context) {
        if !self.supervisor_open {
            return;
        }
        let words = self.words();
        if self.page != Page::Live {
            let now = self.backend.timeline().position;
            self.figures.update(self.backend.timeline(), now, self.backend.phase() == Phase::Live);
        }
        let builder = egui::ViewportBuilder::default()
            .with_title(words.tr("supervisor.window"))
            .with_inner_size(SUPERVISOR_SIZE)
            .with_min_inner_size(super::MIN_SIZE);
        let model = self.backend.model();
        let id = egui::ViewportId::from_hash_of("supervisor");
        let closed = ctx.show_viewport_immediate(id, builder, |ui, _class| {
            let mut banners = self.banners(words);
            supervisor::supervisor_ui(ui, &self.scene(words), &self.bar(&model, true), &mut banners);
            ui.input(|input| input.viewport().close_requested())
        });
        if closed {
            self.supervisor_open = false;
        }
    }
}

/// The bar and what is below it.
fn split(inner: Rect) -> (Rect, Rect) {
    let top = Rect::from_min_size(inner.min, vec2(inner.width(), bar::HEIGHT));
    (top, inner.with_min_y(top.bottom()))
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
        if self.backend.phase().is_running() {
            self.backend.stop();
        }
    }
}
