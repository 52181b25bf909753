//! Drawing the window: its pages, its rail, its banners, and the supervisor's window beside it.

use super::App;
use crate::session::event::DeviceState;
use crate::session::timeline::Timeline;
use crate::ui::MIN_SIZE;
use crate::ui::backend::{ModelStatus, NoticeSeverity, Phase, StartSource, ThemeChoice};
use crate::ui::banner::{self, Banner};
use crate::ui::bar::{self, Bar};
use crate::ui::command::{self, Command, Page};
use crate::ui::figures::Figures;
use crate::ui::first_run::{self, FirstRun};
use crate::ui::scene::{Scene, View};
use crate::ui::theme::{self, GRID, SMALL, Tokens};
use crate::ui::widgets::{button, card};
use crate::ui::words::Words;
use crate::ui::{dashboard, library, settings, supervisor, wording};
use egui::{CornerRadius, Rect, Ui, pos2, vec2};

/// Width of the rail at the left edge.
const RAIL: f32 = 10.0 * GRID;
/// Size of the supervisor's window at its first opening, points: it fits beside a taskbar on a small screen.
const SUPERVISOR_SIZE: [f32; 2] = [1200.0, 700.0];

impl App {
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

    pub(super) fn draw(&mut self, ui: &mut Ui) -> Vec<Command> {
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
                    stored: &|key| self.backend.wording_form(key),
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
        let scene = scene_of(self.backend.timeline(), &self.figures, &model, words);
        dashboard::dashboard_ui(ui, rest, &scene, Some(&mut self.notes), out);
    }

    fn scene(&self, words: Words) -> Scene<'_> {
        scene_of(self.backend.timeline(), &self.figures, &self.backend.model(), words)
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
    pub(super) fn supervisor_window(&mut self, ctx: &egui::Context) {
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
            .with_min_inner_size(MIN_SIZE);
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

/// The newest moment of the live session.
fn scene_of<'a>(timeline: &'a Timeline, figures: &'a Figures, model: &ModelStatus, words: Words) -> Scene<'a> {
    let now = timeline.position;
    let empty = timeline.header.is_none() && timeline.frames.is_empty();
    let writes = matches!(model, ModelStatus::Ready { .. } | ModelStatus::Loading);
    let view = View::ending_at(now);
    Scene { timeline, now, figures, words, view, replay: false, amendable: true, empty, writes }
}

/// The bar and what is below it.
fn split(inner: Rect) -> (Rect, Rect) {
    let top = Rect::from_min_size(inner.min, vec2(inner.width(), bar::HEIGHT));
    (top, inner.with_min_y(top.bottom()))
}
