//! The first-run screen: is the voice heard, and can it be written down?

use super::backend::{DeviceChoice, ModelStatus, Settings, ThemeChoice};
use super::bar;
use super::command::Command;
use super::icons::{self, Icon};
use super::theme::{self, BODY, DISPLAY, GRID, Mood, SMALL, TITLE, Tokens};
use super::widgets::button::{self, Look};
use super::widgets::{card, meter, pace};
use super::words::Words;
use egui::{Rect, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

/// A voice, not a click: this long above the level, seconds.
const HEARD_S: f64 = 0.4;
/// A voice is louder than this, dB re full scale.
const HEARD_DB: f32 = -42.0;

/// What the microphone check has found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MicCheck {
    /// Whether the microphone is open.
    pub open: bool,
    /// Why it is not.
    pub error: Option<String>,
    /// Seconds of voice so far.
    heard_s: f64,
}

impl MicCheck {
    /// A fresh check.
    pub fn started(result: Result<(), String>) -> Self {
        Self { open: result.is_ok(), error: result.err(), heard_s: 0.0 }
    }

    /// Takes a level in that lasted `seconds`.
    pub fn hear(&mut self, level_db: f32, seconds: f64) {
        if level_db > HEARD_DB {
            self.heard_s += seconds.clamp(0.0, 0.2);
        }
    }

    /// Whether a voice was heard.
    pub fn is_heard(&self) -> bool {
        self.heard_s >= HEARD_S
    }
}

/// What the screen shows.
pub struct FirstRun<'a> {
    /// The settings so far.
    pub settings: &'a Settings,
    /// Microphones that are present.
    pub devices: &'a [DeviceChoice],
    /// The check.
    pub check: &'a MicCheck,
    /// Level of the input now, dB re full scale.
    pub level_db: f32,
    /// State of the model.
    pub model: &'a ModelStatus,
}

/// Draws the screen.
pub fn first_run_ui(ui: &mut Ui, rect: Rect, words: Words, state: &FirstRun<'_>, out: &mut Vec<Command>) {
    let width = rect.width().min(640.0);
    let column = Rect::from_min_max(
        pos2(rect.center().x - width / 2.0, rect.top()),
        pos2(rect.center().x + width / 2.0, rect.bottom()),
    );
    card::inside_ui(ui, column, "first_run", |ui| {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let spare = (rect.height() - 600.0).max(0.0) / 3.0;
            ui.add_space(GRID + spare);
            head_ui(ui, words, state, out);
            ui.add_space(2.0 * GRID);
            step_ui(ui, "microphone", microphone_mood(state), 22.0 * GRID, |ui| microphone_ui(ui, words, state, out));
            let model_height = if matches!(state.model, ModelStatus::Failed { .. }) { 17.0 } else { 11.0 } * GRID;
            step_ui(ui, "model", model_mood(state.model), model_height, |ui| model_ui(ui, words, state.model));
            step_ui(ui, "privacy", Mood::Good, 11.0 * GRID, |ui| privacy_ui(ui, words));
            ui.add_space(GRID);
            let ready = state.check.is_heard();
            let key = if ready { "command.finish_first_run.text" } else { "first_run.skip" };
            let look = if ready { Look::Main } else { Look::Plain };
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
                button::named_ui(ui, words, &Command::FinishFirstRun, (None, &words.tr(key)), look, out);
            });
        });
    });
}

fn head_ui(ui: &mut Ui, words: Words, state: &FirstRun<'_>, out: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    ui.horizontal(|ui| {
        ui.label(RichText::new(words.tr("app.name")).font(theme::bold(DISPLAY)).color(tokens.text));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let other = words.locale().other();
            let name = words.tr("language.switch");
            button::named_ui(ui, words, &Command::SetLocale(other), (Some(Icon::Globe), &name), Look::Plain, out);
            let theme = if ui.visuals().dark_mode { ThemeChoice::Light } else { ThemeChoice::Dark };
            button::icon_ui(ui, words, &Command::SetTheme(theme), button::HEIGHT, out);
        });
    });
    let lead = if state.settings.first_run_done { "first_run.again" } else { "first_run.lead" };
    ui.label(RichText::new(words.tr(lead)).font(theme::font(BODY)).color(tokens.quiet));
}

/// A step: its state at the left, its contents at the right.
fn step_ui(ui: &mut Ui, salt: &str, mood: Mood, height: f32, add: impl FnOnce(&mut Ui)) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    card::card_ui(ui, rect, salt, |ui| {
        let tokens = Tokens::of(ui);
        let whole = ui.max_rect();
        let square = Rect::from_min_size(whole.min + vec2(0.0, 2.0), vec2(24.0, 24.0));
        match pace::mood_icon(mood) {
            Some(icon) => icons::paint(ui.painter(), icon, square, mood.color(tokens)),
            None => {
                ui.painter().circle_stroke(square.center(), 9.0, egui::Stroke::new(2.0, tokens.line));
            }
        }
        let inner = Rect::from_min_max(pos2(whole.left() + 5.0 * GRID, whole.top()), whole.max);
        card::inside_ui(ui, inner, "step", add);
    });
}

fn title_ui(ui: &mut Ui, text: &str) {
    let tokens = Tokens::of(ui);
    ui.label(RichText::new(text).font(theme::bold(TITLE)).color(tokens.text));
}

fn microphone_mood(state: &FirstRun<'_>) -> Mood {
    match (&state.check.error, state.check.is_heard()) {
        (Some(_), _) => Mood::Bad,
        (None, true) => Mood::Good,
        (None, false) => Mood::Quiet,
    }
}

fn microphone_ui(ui: &mut Ui, words: Words, state: &FirstRun<'_>, out: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    title_ui(ui, &words.tr("first_run.microphone"));
    ui.horizontal(|ui| {
        let width = ui.available_width() - 5.5 * GRID;
        bar::device_combo_ui(ui, words, state.devices, state.settings.device.as_deref(), width, out);
        button::icon_ui(ui, words, &Command::RefreshDevices, 32.0, out);
    });
    let name = words.tr("live.level");
    let level_db = if state.check.open { state.level_db } else { -120.0 };
    ui.add_space(GRID / 2.0);
    meter::level_ui(ui, vec2(ui.available_width(), 2.0 * GRID), level_db, HEARD_DB, &name);
    ui.add_space(GRID / 2.0);
    let (text, color) = match (&state.check.error, state.check.is_heard()) {
        (Some(error), _) => (error.clone(), tokens.bad),
        (None, true) => (words.tr("first_run.heard"), tokens.good),
        (None, false) => (words.tr("first_run.say_something"), tokens.text),
    };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 5.0 * GRID), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &text));
    let galley = card::lines(ui.painter(), &text, theme::bold(BODY), color, rect.width(), 2);
    ui.painter().galley(rect.min, galley, color);
}

fn model_mood(model: &ModelStatus) -> Mood {
    match model {
        ModelStatus::Ready { .. } => Mood::Good,
        ModelStatus::Failed { .. } => Mood::Bad,
        ModelStatus::Loading | ModelStatus::Off => Mood::Quiet,
    }
}

fn model_ui(ui: &mut Ui, words: Words, model: &ModelStatus) {
    let tokens = Tokens::of(ui);
    title_ui(ui, &words.tr("first_run.model"));
    let (text, color) = match model {
        ModelStatus::Loading => (words.tr("first_run.model_loading"), tokens.quiet),
        ModelStatus::Ready { file } => (words.fill("first_run.model_ready", &[("file", file)]), tokens.good),
        ModelStatus::Failed { sentence } => (sentence.clone(), tokens.bad),
        ModelStatus::Off => (words.tr("model.off"), tokens.quiet),
    };
    ui.label(RichText::new(text).font(theme::font(BODY)).color(color));
    if matches!(model, ModelStatus::Failed { .. }) {
        ui.label(RichText::new(words.tr("first_run.model_failed")).font(theme::font(SMALL)).color(tokens.quiet));
    }
}

fn privacy_ui(ui: &mut Ui, words: Words) {
    let tokens = Tokens::of(ui);
    title_ui(ui, &words.tr("first_run.privacy"));
    ui.label(RichText::new(words.tr("first_run.privacy_text")).font(theme::font(BODY)).color(tokens.quiet));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_is_not_a_voice() {
        let mut check = MicCheck::started(Ok(()));
        check.hear(-10.0, 5.0);
        assert!(!check.is_heard(), "one long frame of the window is not five seconds of voice");
        for _ in 0..10 {
            check.hear(-60.0, 0.07);
        }
        assert!(!check.is_heard());
        check.hear(-20.0, 0.2);
        assert!(check.is_heard());
    }
}
