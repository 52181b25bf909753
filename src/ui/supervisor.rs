//! The supervisor's window: the same session, everything at once, read only.

use super::banner::{self, Banner};
use super::bar::{self, Bar};
use super::dashboard;
use super::icons::{self, Icon};
use super::scene::Scene;
use super::theme::{self, BODY, GRID, SMALL, Tokens};
use super::widgets::card;
use egui::{Rect, Ui, pos2, vec2};

/// Draws the window's contents.
pub fn supervisor_ui(ui: &mut Ui, scene: &Scene<'_>, bar: &Bar<'_>, banners: &mut [Banner]) {
    let scene = &Scene { amendable: false, ..*scene };
    let tokens = Tokens::of(ui);
    let whole = ui.max_rect();
    ui.painter().rect_filled(whole, egui::CornerRadius::ZERO, tokens.ground);
    let inner = whole.shrink2(vec2(2.0 * GRID, GRID));
    let head = Rect::from_min_size(inner.min, vec2(inner.width(), 4.0 * GRID));
    head_ui(ui, head, scene);
    let top = Rect::from_min_size(head.left_bottom(), vec2(inner.width(), bar::HEIGHT));
    // Nothing that is drawn here may act on the session.
    let mut ignored = Vec::new();
    bar::bar_ui(ui, top, scene, bar, &mut ignored);
    let rest = Rect::from_min_max(pos2(inner.left(), top.bottom() + GRID), inner.max);
    let rest = banner::banners_ui(ui, scene.words, rest, banners, &mut ignored);
    dashboard::dashboard_ui(ui, rest, scene, None, &mut ignored);
}

fn head_ui(ui: &Ui, rect: Rect, scene: &Scene<'_>) {
    let tokens = Tokens::of(ui);
    let painter = ui.painter();
    let square = Rect::from_center_size(rect.left_center() + vec2(1.25 * GRID, 0.0), vec2(20.0, 20.0));
    icons::paint(painter, Icon::Screen, square, tokens.accent);
    let title = painter.layout_no_wrap(scene.words.tr("supervisor.title"), theme::bold(BODY), tokens.text);
    let right = card::galley_at(painter, rect.left_center() + vec2(3.5 * GRID, 0.0), title, tokens.text);
    let lock = Rect::from_center_size(pos2(right + 3.0 * GRID, rect.center().y), vec2(14.0, 14.0));
    icons::paint(painter, Icon::Lock, lock, tokens.quiet);
    let note = painter.layout_no_wrap(scene.words.tr("supervisor.note"), theme::font(SMALL), tokens.quiet);
    card::galley_at(painter, pos2(right + 4.5 * GRID, rect.center().y), note, tokens.quiet);
}
