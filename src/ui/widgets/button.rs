//! Buttons for commands: icon, text, tooltip with the key, one look everywhere.

use crate::ui::command::Command;
use crate::ui::icons::{self, Icon};
use crate::ui::theme::{self, BODY, GRID, RADIUS, SMALL, Tokens};
use crate::ui::words::Words;
use egui::{
    Align2, Color32, CornerRadius, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2,
};

/// How much a button asks for attention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// The one thing to do next.
    Main,
    /// One of several.
    Plain,
    /// Deletes something.
    Danger,
}

/// Height of ordinary buttons.
pub const HEIGHT: f32 = 40.0;

struct Colors {
    fill: Color32,
    text: Color32,
    line: Color32,
}

fn colors(tokens: &Tokens, look: Look, response: &Response, enabled: bool) -> Colors {
    if !enabled {
        return Colors { fill: tokens.raised, text: tokens.pale, line: tokens.line };
    }
    let lit = response.hovered() || response.has_focus();
    match look {
        Look::Main => {
            Colors { fill: tokens.accent, text: tokens.on_accent, line: if lit { tokens.text } else { tokens.accent } }
        }
        Look::Plain => Colors {
            fill: if lit { tokens.accent_dim } else { tokens.raised },
            text: tokens.text,
            line: if lit { tokens.accent } else { tokens.line },
        },
        Look::Danger => {
            Colors { fill: tokens.bad_dim, text: tokens.bad, line: if lit { tokens.bad } else { tokens.bad_dim } }
        }
    }
}

/// A button for `command`; adds it to `out` when clicked.
pub fn command_ui(ui: &mut Ui, words: Words, command: &Command, look: Look, enabled: bool, out: &mut Vec<Command>) {
    let text = command.text(words);
    let tip = command.tooltip(words, ui.ctx());
    if button_ui(ui, command.icon(), &text, &tip, look, enabled).clicked() {
        out.push(command.clone());
    }
}

/// A button for `command` with a text and an icon of its own.
pub fn named_ui(
    ui: &mut Ui,
    words: Words,
    command: &Command,
    (icon, text): (Option<Icon>, &str),
    look: Look,
    out: &mut Vec<Command>,
) {
    let tip = command.tooltip(words, ui.ctx());
    if button_ui(ui, icon, text, &tip, look, true).clicked() {
        out.push(command.clone());
    }
}

/// A button that shows only its icon; its text is in the tooltip and for screen readers.
pub fn icon_ui(ui: &mut Ui, words: Words, command: &Command, side: f32, out: &mut Vec<Command>) {
    let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::click());
    let text = command.text(words);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &text));
    let tokens = Tokens::of(ui);
    let lit = response.hovered() || response.has_focus();
    if lit {
        ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), tokens.accent_dim);
    }
    if let Some(icon) = command.icon() {
        icons::paint(ui.painter(), icon, rect.shrink(side * 0.25), if lit { tokens.accent } else { tokens.quiet });
    }
    let tip = command.tooltip(words, ui.ctx());
    if response.on_hover_text(tip).clicked() {
        out.push(command.clone());
    }
}

/// A button that shows only its icon, framed like the others; its text is for screen readers.
pub fn square_ui(ui: &mut Ui, icon: Icon, text: &str, tip: &str, look: Look) -> Response {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(HEIGHT, HEIGHT), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, text));
    let colors = colors(tokens, look, &response, true);
    let line = Stroke::new(1.0, colors.line);
    ui.painter().rect(rect, CornerRadius::same(RADIUS), colors.fill, line, StrokeKind::Inside);
    icons::paint(ui.painter(), icon, rect.shrink(12.0), colors.text);
    response.on_hover_text(tip)
}

/// A button.
pub fn button_ui(ui: &mut Ui, icon: Option<Icon>, text: &str, tip: &str, look: Look, enabled: bool) -> Response {
    let tokens = Tokens::of(ui);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), theme::font(BODY), Color32::PLACEHOLDER);
    let icon_side = if icon.is_some() { BODY } else { 0.0 };
    let gap = if icon.is_some() { GRID } else { 0.0 };
    let width = galley.size().x + icon_side + gap + 4.0 * GRID;
    let sense = if enabled { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(width, HEIGHT), sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, text));
    let colors = colors(tokens, look, &response, enabled);
    let radius = CornerRadius::same(RADIUS);
    ui.painter().rect(rect, radius, colors.fill, Stroke::new(1.0, colors.line), StrokeKind::Inside);
    let mut left = rect.left() + 2.0 * GRID;
    if let Some(icon) = icon {
        let square =
            Rect::from_center_size(egui::pos2(left + icon_side / 2.0, rect.center().y), vec2(icon_side, icon_side));
        icons::paint(ui.painter(), icon, square, colors.text);
        left += icon_side + gap;
    }
    let place = egui::pos2(left, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(place, galley, colors.text);
    if tip.is_empty() { response } else { response.on_hover_text(tip) }
}

/// A button that is only a quiet word, its right edge in the middle of `place`: for what is seldom wanted and must not
/// draw the eye. Returns its left edge and whether it was clicked; `label` is for screen readers.
pub fn quiet_at(ui: &mut Ui, place: Pos2, text: &str, label: &str, tip: &str) -> (f32, bool) {
    let tokens = Tokens::of(ui);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), theme::font(SMALL), Color32::PLACEHOLDER);
    let size = vec2(galley.size().x + 1.5 * GRID, 2.75 * GRID);
    let rect = Rect::from_min_size(place - vec2(size.x, size.y / 2.0), size);
    let response = ui.interact(rect, ui.scope_id().with(("quiet", label)), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, label));
    let lit = response.hovered() || response.has_focus();
    let (line, color) = if lit { (tokens.accent, tokens.accent) } else { (tokens.line, tokens.quiet) };
    ui.painter().rect_stroke(rect, CornerRadius::same(4), Stroke::new(1.0, line), StrokeKind::Inside);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, color);
    (rect.left(), response.on_hover_text(tip).clicked())
}

/// One of the places of the rail: an icon with its name below it.
pub fn rail_ui(ui: &mut Ui, words: Words, command: &Command, text: &str, selected: bool, out: &mut Vec<Command>) {
    let width = ui.available_width();
    let (rect, response) = ui.allocate_exact_size(vec2(width, 7.0 * GRID), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, text));
    let tokens = Tokens::of(ui);
    let lit = response.hovered() || response.has_focus();
    let color = if selected {
        tokens.accent
    } else if lit {
        tokens.text
    } else {
        tokens.quiet
    };
    let back = if selected {
        tokens.accent_dim
    } else if lit {
        tokens.raised
    } else {
        Color32::TRANSPARENT
    };
    ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), back);
    if selected {
        let mark = Rect::from_min_size(rect.left_center() - vec2(0.0, 12.0), vec2(3.0, 24.0));
        ui.painter().rect_filled(mark, CornerRadius::same(1), tokens.accent);
    }
    if let Some(icon) = command.icon() {
        let square = Rect::from_center_size(rect.center_top() + vec2(0.0, 20.0), vec2(22.0, 22.0));
        icons::paint(ui.painter(), icon, square, color);
    }
    let place = rect.center_bottom() - vec2(0.0, 13.0);
    ui.painter().text(place, Align2::CENTER_CENTER, text, theme::font(SMALL), color);
    let tip = command.tooltip(words, ui.ctx());
    if response.on_hover_text(tip).clicked() {
        out.push(command.clone());
    }
}

/// One of several choices side by side; true when clicked.
pub fn choice_ui(ui: &mut Ui, text: &str, selected: bool) -> bool {
    let tokens = Tokens::of(ui);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), theme::font(BODY), Color32::PLACEHOLDER);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 4.0 * GRID, HEIGHT), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, selected, text));
    let lit = response.hovered() || response.has_focus();
    let (fill, line) = match (selected, lit) {
        (true, _) => (tokens.accent_dim, tokens.accent),
        (false, true) => (tokens.raised, tokens.accent),
        (false, false) => (tokens.raised, tokens.line),
    };
    ui.painter().rect(rect, CornerRadius::same(RADIUS), fill, Stroke::new(1.0, line), StrokeKind::Inside);
    let color = if selected { tokens.accent } else { tokens.text };
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, color);
    response.clicked()
}
