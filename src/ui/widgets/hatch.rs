//! Hatched rectangles: pauses are told from voice without colour.

use egui::{Color32, Painter, Rect, Shape, Stroke, pos2};

/// Fills `rect` with slanted lines `step` points apart. The lines hang on `anchor_x`, so that they move with what
/// they mark instead of flickering through it.
pub fn hatch(painter: &Painter, rect: Rect, anchor_x: f32, step: f32, color: Color32) {
    if rect.width() < 0.5 || rect.height() < 1.0 {
        return;
    }
    let painter = painter.with_clip_rect(painter.clip_rect().intersect(rect));
    let slant = rect.height();
    let first = ((rect.left() - slant - anchor_x) / step).floor() as i32;
    let last = ((rect.right() - anchor_x) / step).ceil() as i32;
    let line = |index: i32| {
        let x = anchor_x + index as f32 * step;
        Shape::line_segment([pos2(x, rect.bottom()), pos2(x + slant, rect.top())], Stroke::new(1.0, color))
    };
    // A damaged session must not ask for millions of lines.
    painter.extend((first..=last).take(4096).map(line));
}
