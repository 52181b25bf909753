//! Meters: liveliness in dots, level in a bar, and rows of a name and a value.

use super::{card, pace::mood_icon};
use crate::ui::icons;
use crate::ui::theme::{self, BODY, GRID, Mood, Tokens};
use egui::{CornerRadius, Rect, Response, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

/// Bottom of the level scale, dB re full scale.
const FLOOR_DB: f32 = -60.0;

/// A row of the right column.
pub struct Row<'a> {
    /// What it is.
    pub name: &'a str,
    /// Its value, in words or figures.
    pub value: &'a str,
    /// How that is.
    pub mood: Mood,
    /// Filled dots of five, instead of a shape.
    pub dots: Option<usize>,
    /// What it means.
    pub tip: &'a str,
}

/// Draws a row `height` tall.
pub fn row_ui(ui: &mut Ui, row: &Row<'_>, height: f32) -> Response {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let spoken = format!("{} {}", row.name, row.value);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    let painter = ui.painter();
    let middle = rect.center().y;
    let name = painter.layout_no_wrap(row.name.to_owned(), theme::bold(BODY), tokens.text);
    let name_right = card::galley_at(painter, rect.left_center(), name, tokens.text);
    let color = if row.mood == Mood::Quiet { tokens.quiet } else { row.mood.color(tokens) };
    let mut left = name_right;
    if let Some(filled) = row.dots {
        left = dots(ui, pos2(rect.left() + 8.0 * GRID, middle), filled, color);
    }
    let room = rect.right() - left - if row.dots.is_some() { GRID } else { 4.0 * GRID };
    let value = card::one_line(painter, row.value, theme::font(BODY), color, room);
    let value_left = rect.right() - value.size().x;
    if row.dots.is_none()
        && let Some(icon) = mood_icon(row.mood)
    {
        let square = Rect::from_center_size(pos2(value_left - 1.5 * GRID, middle), vec2(16.0, 16.0));
        icons::paint(painter, icon, square, color);
    }
    card::galley_at(painter, pos2(value_left, middle), value, color);
    response.on_hover_text(row.tip)
}

/// Five dots from `start` on; returns their right edge.
fn dots(ui: &Ui, start: egui::Pos2, filled: usize, color: egui::Color32) -> f32 {
    let tokens = Tokens::of(ui);
    for index in 0..5 {
        let center = start + vec2(6.0 + index as f32 * 2.0 * GRID, 0.0);
        if index < filled {
            ui.painter().circle_filled(center, 5.5, color);
        } else {
            ui.painter().circle_stroke(center, 5.0, Stroke::new(1.5, tokens.line));
        }
    }
    start.x + 10.0 * GRID
}

/// The input's level: a bar with a mark at the level below which speech is too quiet.
pub fn level_ui(ui: &mut Ui, size: egui::Vec2, level_db: f32, quiet_db: f32, name: &str) -> Response {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, name));
    let painter = ui.painter();
    let x = |db: f32| rect.left() + rect.width() * ((db - FLOOR_DB) / -FLOOR_DB).clamp(0.0, 1.0);
    let radius = CornerRadius::same(2);
    painter.rect_filled(rect, radius, tokens.raised);
    let mood = if level_db > -1.0 {
        Mood::Bad
    } else if level_db < quiet_db {
        Mood::Quiet
    } else {
        Mood::Good
    };
    let bar = Rect::from_min_max(rect.left_top(), pos2(x(level_db), rect.bottom()));
    painter.rect_filled(bar, radius, mood.color(tokens));
    let mark = x(quiet_db);
    painter.vline(mark, rect.y_range().expand(2.0), Stroke::new(1.5, tokens.text));
    response
}
