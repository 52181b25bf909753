//! Speech models in the settings: which are here, fetching and removing them, where they come from.

use super::backend::{ModelAction, ModelEntry, ModelState, ModelStatus, NoticeSeverity};
use super::command::Command;
use super::icons::{self, Icon};
use super::settings::{Choices, LINE, line_ui};
use super::theme::{self, BODY, GRID, SMALL, Tokens};
use super::widgets::button::{self, Look};
use super::widgets::card;
use super::words::Words;
use egui::{
    Align, Color32, CornerRadius, Galley, Layout, Rect, Role, Sense, Stroke, TextEdit, Ui, WidgetInfo, pos2, vec2,
};
use std::path::PathBuf;
use std::sync::Arc;

/// Height of a model.
const ROW: f32 = 8.0 * GRID;
/// Most lines of a sentence about what went wrong with it.
const ERROR_LINES: usize = 3;
/// Width of the buttons at its right, and of its state beside them.
const BUTTONS: f32 = 22.0 * GRID;
const STATE: f32 = 22.0 * GRID;
/// Below this width (large text in a small window) the state takes the place of the note.
const NARROW: f32 = 75.0 * GRID;

/// Height of everything in a card that is `width` wide inside.
pub fn height(ui: &Ui, choices: &Choices<'_>, width: f32) -> f32 {
    let rows = choices.models.entries.iter().map(|entry| ROW + error_height(ui, entry, width));
    let told = if choices.models.told.is_some() || choices.models.adding.is_some() { LINE } else { 0.0 };
    LINE + rows.sum::<f32>() + 3.0 * LINE + told + GRID
}

/// Draws the models, where they come from, and how a file is added.
pub fn models_ui(ui: &mut Ui, words: Words, choices: &Choices<'_>, out: &mut Vec<Command>) {
    status_ui(ui, words, choices.status);
    for entry in &choices.models.entries {
        row_ui(ui, words, entry, choices.asked == Some(entry.id.as_str()), out);
    }
    ui.add_space(GRID);
    let sites = &choices.settings.models;
    if let Some(site) = site_ui(ui, words, "models.source", &sites.source, "") {
        out.push(Command::SetModelSource(site));
    }
    if let Some(site) = site_ui(ui, words, "models.mirror", &sites.mirror, "models.mirror_none") {
        out.push(Command::SetModelMirror(site));
    }
    add_ui(ui, words, out);
    told_ui(ui, words, choices);
}

/// What went wrong, laid out beside its sign.
fn error_lines(ui: &Ui, error: &str, width: f32) -> Arc<Galley> {
    card::lines(ui.painter(), error, theme::font(SMALL), Tokens::of(ui).bad, width - 3.0 * GRID, ERROR_LINES)
}

fn error_height(ui: &Ui, entry: &ModelEntry, width: f32) -> f32 {
    entry.error.as_ref().map_or(0.0, |error| error_lines(ui, error, width).size().y + GRID)
}

fn status_ui(ui: &mut Ui, words: Words, status: &ModelStatus) {
    let tokens = Tokens::of(ui);
    line_ui(ui, &words.tr("settings.model"), |ui| {
        let (text, color) = match status {
            ModelStatus::Loading => (words.tr("model.loading"), tokens.quiet),
            ModelStatus::Ready { file } => (words.fill("first_run.model_ready", &[("file", file)]), tokens.good),
            ModelStatus::Failed { sentence } => (sentence.clone(), tokens.bad),
            ModelStatus::Off => (words.tr("model.off"), tokens.quiet),
        };
        let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &text));
        let failed = matches!(status, ModelStatus::Failed { .. });
        let (size, rows) = if failed { (SMALL, 2) } else { (BODY, 1) };
        let galley = card::lines(ui.painter(), &text, theme::font(size), color, rect.width(), rows);
        card::galley_at(ui.painter(), rect.left_center(), galley, color);
        if failed {
            response.on_hover_text(&text);
        }
    });
}

fn row_ui(ui: &mut Ui, words: Words, entry: &ModelEntry, asked: bool, out: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    let height = ROW + error_height(ui, entry, ui.available_width());
    let (whole, _) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    ui.painter().hline(whole.x_range(), whole.top(), Stroke::new(1.0, tokens.line));
    let row = whole.with_max_y(whole.top() + ROW);
    let buttons = row.with_min_x(row.right() - BUTTONS);
    let narrow = row.width() < NARROW;
    let state = if narrow {
        Rect::from_min_max(row.left_center(), pos2(buttons.left() - GRID, row.bottom() - GRID))
    } else {
        Rect::from_min_max(pos2(buttons.left() - STATE, row.top()), pos2(buttons.left() - GRID, row.bottom()))
    };
    let name_right = if narrow { buttons.left() } else { state.left() };
    if !(narrow && asked) {
        name_ui(ui, words, row.with_max_x(name_right - GRID), entry, !narrow);
    }
    if asked {
        let left = if narrow { row.left() } else { state.left() - 6.0 * GRID };
        ask_ui(ui, words, row.with_min_x(left), entry, out);
    } else {
        state_ui(ui, words, state, entry);
        card::inside_ui(ui, buttons, &format!("buttons {}", entry.id), |ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| actions_ui(ui, words, entry, out));
        });
    }
    if let Some(error) = &entry.error {
        let place = Rect::from_min_max(pos2(whole.left(), row.bottom()), whole.max);
        let response = ui.interact(place, ui.scope_id().with(("error", &entry.id)), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Status, true, error));
        let square = Rect::from_min_size(place.min + vec2(0.0, 1.0), vec2(16.0, 16.0));
        icons::paint(ui.painter(), Icon::Bad, square, tokens.bad);
        let galley = error_lines(ui, error, whole.width());
        ui.painter().galley(place.min + vec2(3.0 * GRID, 0.0), galley, tokens.bad);
        response.on_hover_text(error);
    }
}

/// Name, size and for whom it is.
fn name_ui(ui: &mut Ui, words: Words, rect: Rect, entry: &ModelEntry, with_note: bool) {
    let tokens = Tokens::of(ui);
    let response = ui.interact(rect, ui.scope_id().with(("model", &entry.id)), Sense::hover());
    let size = format!("{:.0} MB", entry.size_bytes as f64 / 1e6);
    let spoken = format!("{} {size} {}", entry.id, entry.note);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    let painter = ui.painter();
    let middle = rect.top() + 2.75 * GRID;
    let name = card::one_line(painter, &entry.id, theme::bold(BODY), tokens.text, rect.width() - 18.0 * GRID);
    let mut right = card::galley_at(painter, pos2(rect.left(), middle), name, tokens.text) + 1.5 * GRID;
    let size = painter.layout_no_wrap(size, theme::font(SMALL), tokens.quiet);
    right = card::galley_at(painter, pos2(right, middle), size, tokens.quiet) + 1.5 * GRID;
    if entry.chosen {
        let mark = painter.layout_no_wrap(words.tr("models.chosen"), theme::font(SMALL), tokens.accent);
        let back = Rect::from_min_size(pos2(right, middle - 11.0), vec2(mark.size().x + 2.0 * GRID, 22.0));
        painter.rect_filled(back, CornerRadius::same(11), tokens.accent_dim);
        card::galley_at(painter, pos2(right + GRID, middle), mark, tokens.accent);
    }
    if with_note {
        let note = card::one_line(painter, &entry.note, theme::font(SMALL), tokens.quiet, rect.width());
        card::galley_at(painter, pos2(rect.left(), rect.top() + 5.5 * GRID), note, tokens.quiet);
    }
    response.on_hover_text(&entry.note);
}

fn state_ui(ui: &mut Ui, words: Words, rect: Rect, entry: &ModelEntry) {
    let tokens = Tokens::of(ui);
    let percent = |share: f32| format!("{:.0}", (share * 100.0).floor());
    let (text, icon, color, share) = match &entry.state {
        ModelState::Here if entry.bundled => (words.tr("models.bundled"), Some(Icon::Check), tokens.good, None),
        ModelState::Here => (words.tr("models.here"), Some(Icon::Check), tokens.good, None),
        ModelState::Absent => (words.tr("models.absent"), None, tokens.quiet, None),
        ModelState::Waiting => (words.tr("models.waiting"), None, tokens.quiet, None),
        ModelState::Damaged => (words.tr("models.damaged"), Some(Icon::Bad), tokens.bad, None),
        ModelState::Partial { share } => {
            (words.fill("models.partial", &[("percent", &percent(*share))]), None, tokens.quiet, Some(*share))
        }
        ModelState::Fetching { share, bytes_per_s } => {
            let key = if *bytes_per_s > 0.0 { "models.fetching" } else { "models.fetching_start" };
            let speed = format!("{:.1}", bytes_per_s / 1e6);
            (words.fill(key, &[("percent", &percent(*share)), ("speed", &speed)]), None, tokens.text, Some(*share))
        }
    };
    let response = ui.interact(rect, ui.scope_id().with(("state", &entry.id)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, format!("{} {text}", entry.id)));
    let painter = ui.painter();
    let beside = rect.height() < ROW;
    let middle = rect.center().y - if share.is_some() && !beside { 1.25 * GRID } else { 0.0 };
    let mut left = rect.left();
    if let Some(icon) = icon {
        let square = Rect::from_center_size(pos2(left + GRID, middle), vec2(16.0, 16.0));
        icons::paint(painter, icon, square, color);
        left += 3.0 * GRID;
    }
    let galley = card::one_line(painter, &text, theme::font(BODY), color, rect.right() - left);
    let right = card::galley_at(painter, pos2(left, middle), galley, color);
    if let Some(share) = share {
        let moving = matches!(entry.state, ModelState::Fetching { .. });
        let corner =
            if beside { pos2(right + GRID, middle - GRID / 2.0) } else { pos2(rect.left(), middle + 2.25 * GRID) };
        let place = Rect::from_min_size(corner, vec2((rect.right() - GRID - corner.x).max(0.0), GRID));
        bar_ui(ui, place, share, if moving { tokens.accent } else { tokens.quiet });
    }
}

fn bar_ui(ui: &Ui, rect: Rect, share: f32, color: Color32) {
    let radius = CornerRadius::same(4);
    ui.painter().rect_filled(rect, radius, Tokens::of(ui).raised);
    let full = rect.with_max_x(rect.left() + (rect.width() * share.clamp(0.0, 1.0)).max(rect.height()));
    ui.painter().rect_filled(full, radius, color);
}

fn actions_ui(ui: &mut Ui, words: Words, entry: &ModelEntry, out: &mut Vec<Command>) {
    let id = || entry.id.clone();
    let removable = !entry.bundled && matches!(entry.state, ModelState::Here | ModelState::Partial { .. });
    if removable || (!entry.bundled && entry.state == ModelState::Damaged) {
        button::icon_ui(ui, words, &Command::AskRemoveModel(id()), 32.0, out);
    }
    let get = Command::Model(ModelAction::Get(id()));
    let (command, key) = match entry.state {
        ModelState::Here if entry.chosen => return,
        ModelState::Here => (Command::Model(ModelAction::Use(id())), "command.use_model.text"),
        ModelState::Absent => (get, "command.get_model.text"),
        ModelState::Partial { .. } => (get, "command.resume_model.text"),
        ModelState::Damaged => (get, "command.again_model.text"),
        ModelState::Waiting | ModelState::Fetching { .. } => {
            (Command::Model(ModelAction::Pause(id())), "command.pause_model.text")
        }
    };
    let icon = command.icon();
    button::named_ui(ui, words, &command, (icon, &words.tr(key)), Look::Plain, out);
}

fn ask_ui(ui: &mut Ui, words: Words, rect: Rect, entry: &ModelEntry, out: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    card::inside_ui(ui, rect, &format!("ask {}", entry.id), |ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            button::command_ui(ui, words, &Command::KeepSession, Look::Plain, true, out);
            let remove = Command::Model(ModelAction::Remove(entry.id.clone()));
            button::command_ui(ui, words, &remove, Look::Danger, true, out);
            let text = words.tr("models.ask_remove");
            let galley = card::lines(ui.painter(), &text, theme::font(SMALL), tokens.bad, ui.available_width(), 2);
            let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
            ui.painter().galley(rect.min, galley, tokens.bad);
        });
    });
}

/// A field of text; answers with its text when it is left, and with every key the text so far.
fn field_ui(ui: &mut Ui, name: &str, value: &str, hint: &str, width: f32) -> (Option<String>, String) {
    let id = ui.make_persistent_id(("field", name));
    let mut text = ui.data(|data| data.get_temp::<String>(id)).unwrap_or_else(|| value.to_owned());
    let edit = TextEdit::singleline(&mut text)
        .id(id)
        .font(theme::font(BODY))
        .hint_text(hint)
        .margin(egui::Margin::symmetric(10, 8))
        .desired_width(width);
    let response = ui.add(edit);
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, name));
    let left = response.lost_focus();
    if response.has_focus() || left {
        ui.data_mut(|data| data.insert_temp(id, text.clone()));
    }
    (left.then(|| text.clone()), text)
}

fn forget_field(ui: &Ui, name: &str) {
    let id = ui.make_persistent_id(("field", name));
    ui.data_mut(|data| data.remove_temp::<String>(id));
}

/// A site; answers with a new one.
fn site_ui(ui: &mut Ui, words: Words, key: &str, value: &str, hint_key: &str) -> Option<String> {
    let name = words.tr(key);
    let hint = if hint_key.is_empty() { String::new() } else { words.tr(hint_key) };
    let mut changed = None;
    line_ui(ui, &name, |ui| {
        let width = (ui.available_width() - 3.0 * GRID).min(440.0);
        let (left, _) = field_ui(ui, &name, value, &hint, width);
        if let Some(text) = left {
            forget_field(ui, &name);
            changed = Some(text.trim().to_owned()).filter(|text| text != value);
        }
    });
    changed
}

fn add_ui(ui: &mut Ui, words: Words, out: &mut Vec<Command>) {
    let name = words.tr("models.add");
    let hovered = ui.input(|input| !input.raw.hovered_files.is_empty());
    line_ui(ui, &name, |ui| {
        let width = (ui.available_width() - 16.0 * GRID).min(440.0);
        let (_, text) = field_ui(ui, &name, "", &words.tr("models.add_hint"), width);
        if hovered {
            let line = Stroke::new(2.0, Tokens::of(ui).accent);
            let place = ui.min_rect().expand(2.0);
            ui.painter().rect_stroke(place, CornerRadius::same(theme::RADIUS), line, egui::StrokeKind::Outside);
        }
        let path = text.trim().trim_matches('"');
        let add = Command::Model(ModelAction::Add(PathBuf::from(path)));
        let before = out.len();
        button::command_ui(ui, words, &add, Look::Plain, !path.is_empty(), out);
        if out.len() > before {
            forget_field(ui, &name);
        }
    });
}

/// What became of the file that was added.
fn told_ui(ui: &mut Ui, words: Words, choices: &Choices<'_>) {
    let tokens = Tokens::of(ui);
    let (text, color) = match (choices.models.adding, &choices.models.told) {
        (Some(share), _) => {
            let percent = format!("{:.0}", (share * 100.0).floor());
            (words.fill("models.adding", &[("percent", &percent)]), tokens.quiet)
        }
        (None, Some(notice)) => {
            let color = match notice.severity {
                NoticeSeverity::Info => tokens.good,
                NoticeSeverity::Watch => tokens.watch,
                NoticeSeverity::Bad => tokens.bad,
            };
            (notice.text.clone(), color)
        }
        (None, None) => return,
    };
    line_ui(ui, "", |ui| {
        let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &text));
        let galley = card::lines(ui.painter(), &text, theme::font(SMALL), color, rect.width(), 2);
        card::galley_at(ui.painter(), rect.left_center(), galley, color);
        response.on_hover_text(&text);
    });
}
