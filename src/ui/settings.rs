//! The agent's choices.

use super::backend::{DeviceChoice, Locale, ModelList, ModelStatus, Settings, ThemeChoice};
use super::bar;
use super::command::{Command, Page};
use super::dismissals::{self, dismissals_ui};
use super::models;
use super::theme::{self, BODY, GRID, TITLE, Tokens};
use super::widgets::button::{self, Look};
use super::widgets::card;
use super::words::Words;
use crate::practice::dismissals::Kept;
use crate::practice::profile::bundled_ids;
use crate::session::event::Language;
use egui::{Rect, ScrollArea, Sense, Ui, pos2, vec2};

/// Height of a line.
pub(super) const LINE: f32 = 6.0 * GRID;
/// Sizes of the window's contents.
pub const FONT_SCALES: [f32; 4] = [1.0, 1.1, 1.25, 1.5];

/// What the page shows.
pub struct Choices<'a> {
    /// The settings in force.
    pub settings: &'a Settings,
    /// Microphones that are present.
    pub devices: &'a [DeviceChoice],
    /// State of the model in use.
    pub status: &'a ModelStatus,
    /// Speech models.
    pub models: &'a ModelList,
    /// Findings that are dismissed in all sessions to come.
    pub dismissals: &'a [Kept],
    /// The model that is about to be removed.
    pub asked: Option<&'a str>,
}

/// Draws the page.
pub fn settings_ui(ui: &mut Ui, rect: Rect, words: Words, choices: &Choices<'_>, out: &mut Vec<Command>) {
    let settings = choices.settings;
    card::inside_ui(ui, rect, "settings", |ui| {
        let tokens = Tokens::of(ui);
        let (head, _) = ui.allocate_exact_size(vec2(rect.width(), 6.0 * GRID), Sense::hover());
        let title = ui.painter().layout_no_wrap(words.tr("settings.title"), theme::bold(TITLE), tokens.text);
        card::galley_at(ui.painter(), head.left_center(), title, tokens.text);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            section_ui(ui, "look", 3.0 * LINE, |ui| look_ui(ui, words, settings, out));
            section_ui(ui, "practice", 4.0 * LINE, |ui| practice_ui(ui, words, settings, choices.devices, out));
            let height = models::height(ui, choices, section_width(ui) - 4.0 * GRID);
            section_ui(ui, "model", height, |ui| models::models_ui(ui, words, choices, out));
            let height = dismissals::height(choices.dismissals);
            section_ui(ui, "dismissals", height, |ui| dismissals_ui(ui, words, choices.dismissals, out));
        });
    });
}

fn section_width(ui: &Ui) -> f32 {
    (ui.available_width() - GRID).min(880.0)
}

fn section_ui(ui: &mut Ui, salt: &str, inside: f32, add: impl FnOnce(&mut Ui)) {
    let height = inside + 3.0 * GRID;
    let (rect, _) = ui.allocate_exact_size(vec2(section_width(ui), height), Sense::hover());
    card::card_ui(ui, rect, salt, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        add(ui);
    });
}

/// A line: what is chosen at the left, the choices at the right.
pub(super) fn line_ui(ui: &mut Ui, name: &str, add: impl FnOnce(&mut Ui)) {
    let tokens = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover());
    let label = 21.0 * GRID;
    let galley = card::one_line(ui.painter(), name, theme::font(BODY), tokens.text, label - GRID);
    card::galley_at(ui.painter(), rect.left_center(), galley, tokens.text);
    let inner = Rect::from_min_max(pos2(rect.left() + label, rect.top()), rect.max);
    card::inside_ui(ui, inner, name, |ui| {
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), add);
    });
}

fn look_ui(ui: &mut Ui, words: Words, settings: &Settings, out: &mut Vec<Command>) {
    line_ui(ui, &words.tr("settings.locale"), |ui| {
        for (locale, name) in [(Locale::Zh, "中文"), (Locale::En, "English")] {
            if button::choice_ui(ui, name, settings.locale == locale) {
                out.push(Command::SetLocale(locale));
            }
        }
    });
    line_ui(ui, &words.tr("settings.theme"), |ui| {
        let themes = [
            (ThemeChoice::System, "theme.system"),
            (ThemeChoice::Light, "theme.light"),
            (ThemeChoice::Dark, "theme.dark"),
        ];
        for (theme, key) in themes {
            if button::choice_ui(ui, &words.tr(key), settings.theme == theme) {
                out.push(Command::SetTheme(theme));
            }
        }
    });
    line_ui(ui, &words.tr("settings.font_scale"), |ui| {
        for scale in FONT_SCALES {
            let chosen = (settings.font_scale - scale).abs() < 0.01;
            if button::choice_ui(ui, &format!("{:.0}%", scale * 100.0), chosen) {
                out.push(Command::SetFontScale(scale));
            }
        }
    });
}

fn practice_ui(ui: &mut Ui, words: Words, settings: &Settings, devices: &[DeviceChoice], out: &mut Vec<Command>) {
    line_ui(ui, &words.tr("device.microphone"), |ui| {
        let width = (ui.available_width() - 23.0 * GRID).clamp(120.0, 320.0);
        bar::device_combo_ui(ui, words, devices, settings.device.as_deref(), width, out);
        button::icon_ui(ui, words, &Command::RefreshDevices, 32.0, out);
        let check = Command::Open(Page::FirstRun);
        button::named_ui(ui, words, &check, (None, &check.text(words)), Look::Plain, out);
    });
    line_ui(ui, &words.tr("settings.profile"), |ui| {
        for id in bundled_ids() {
            if button::choice_ui(ui, &words.profile(id), settings.profile_id == id) {
                out.push(Command::SetProfile(id.to_owned()));
            }
        }
    });
    line_ui(ui, &words.tr("settings.language"), |ui| {
        for language in [Language::Zh, Language::En, Language::Auto] {
            if button::choice_ui(ui, &words.language(language), settings.language == language) {
                out.push(Command::SetLanguage(language));
            }
        }
    });
    line_ui(ui, &words.tr("settings.save"), |ui| {
        for (save, key) in [(true, "settings.save_yes"), (false, "settings.save_no")] {
            if button::choice_ui(ui, &words.tr(key), settings.save_sessions == save) {
                out.push(Command::SetSaveSessions(save));
            }
        }
    });
}
