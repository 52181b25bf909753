//! Cards, and text that never leaves its place.

use crate::ui::icons::{self, Icon};
use crate::ui::theme::{self, BODY, GRID, RADIUS, SMALL, Tokens};
use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Color32, CornerRadius, FontId, Galley, Painter, Pos2, Rect, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2};
use std::sync::Arc;

/// Draws a card at `rect` and its contents inside it; nothing of them is seen outside.
pub fn card_ui<R>(ui: &mut Ui, rect: Rect, salt: &str, add: impl FnOnce(&mut Ui) -> R) -> R {
    let tokens = Tokens::of(ui);
    let radius = CornerRadius::same(RADIUS);
    ui.painter().rect(rect, radius, tokens.card, Stroke::new(1.0, tokens.line), StrokeKind::Inside);
    inside_ui(ui, rect.shrink2(vec2(2.0 * GRID, 1.5 * GRID)), salt, add)
}

/// Draws contents at `rect`; nothing of them is seen outside.
pub fn inside_ui<R>(ui: &mut Ui, rect: Rect, salt: &str, add: impl FnOnce(&mut Ui) -> R) -> R {
    let builder = UiBuilder::new().id_salt(salt).max_rect(rect).layout(egui::Layout::top_down(egui::Align::Min));
    let mut child = ui.new_child(builder);
    child.shrink_clip_rect(rect.expand(GRID));
    add(&mut child)
}

/// One line of text, cut with an ellipsis at `width`.
pub fn one_line(painter: &Painter, text: &str, font: FontId, color: Color32, width: f32) -> Arc<Galley> {
    lines(painter, text, font, color, width, 1)
}

/// At most `rows` lines of text, cut with an ellipsis.
pub fn lines(painter: &Painter, text: &str, font: FontId, color: Color32, width: f32, rows: usize) -> Arc<Galley> {
    let mut job = LayoutJob::simple_format(text.to_owned(), TextFormat::simple(font, color));
    job.wrap = TextWrapping {
        max_width: width.max(1.0),
        max_rows: rows,
        break_anywhere: rows == 1,
        overflow_character: Some('…'),
    };
    painter.layout_job(job)
}

/// Heading of a card, with something quiet at its right edge.
pub fn heading_ui(ui: &mut Ui, text: &str, note: &str) {
    heading_beside_ui(ui, text, note, 0.0);
}

/// The same beside a button of this width at the right edge.
pub fn heading_beside_ui(ui: &mut Ui, text: &str, note: &str, button: f32) {
    let tokens = Tokens::of(ui);
    let (mut rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 3.0 * GRID), egui::Sense::hover());
    if button > 0.0 {
        rect.max.x -= button + 1.5 * GRID;
    }
    let painter = ui.painter();
    let title = one_line(painter, text, theme::bold(BODY), tokens.text, rect.width());
    let rest = rect.width() - title.size().x - 2.0 * GRID;
    painter.galley(pos2(rect.left(), rect.center().y - title.size().y / 2.0), title, tokens.text);
    if !note.is_empty() && rest > 4.0 * GRID {
        let note = one_line(painter, note, theme::font(SMALL), tokens.quiet, rest);
        painter.galley(pos2(rect.right() - note.size().x, rect.center().y - note.size().y / 2.0), note, tokens.quiet);
    }
}

/// What an empty place says: an icon, a sentence, and what to do.
pub fn empty_ui(ui: &mut Ui, rect: Rect, icon: Icon, text: &str) {
    let tokens = Tokens::of(ui);
    let painter = ui.painter();
    let width = (rect.width() - 4.0 * GRID).min(420.0);
    let mut job = LayoutJob::simple(text.to_owned(), theme::font(BODY), tokens.quiet, width);
    job.halign = egui::Align::Center;
    let galley = painter.layout_job(job);
    let show_icon = rect.height() >= galley.size().y + 7.0 * GRID;
    let icon_height = if show_icon { 5.0 * GRID } else { 0.0 };
    let top = rect.center().y - (galley.size().y + icon_height) / 2.0;
    if show_icon {
        let square = Rect::from_center_size(pos2(rect.center().x, top + 1.5 * GRID), vec2(28.0, 28.0));
        icons::paint(painter, icon, square, tokens.pale);
    }
    // A centred galley is placed by its middle.
    painter.galley(pos2(rect.center().x, top + icon_height), galley, tokens.quiet);
}

/// Draws a galley so that its vertical middle is at `middle`; returns its right edge.
pub fn galley_at(painter: &Painter, middle: Pos2, galley: Arc<Galley>, color: Color32) -> f32 {
    let right = middle.x + galley.size().x;
    painter.galley(pos2(middle.x, middle.y - galley.size().y / 2.0), galley, color);
    right
}
