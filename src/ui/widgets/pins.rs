//! Flags as pins on the time axis: an octagon is bad, a triangle is to be watched, a disc is for information.

use crate::session::event::{Flag, Severity};
use crate::text::hit_reason;
use crate::ui::command::Command;
use crate::ui::scene::{Scene, place};
use crate::ui::theme::{self, BODY, GRID, Mood, SMALL, Tokens};
use egui::{
    Color32, CornerRadius, Painter, Pos2, Rect, RichText, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2,
};
use std::f32::consts::TAU;

/// Side of a pin.
const SIDE: f32 = 20.0;

/// How serious a flag is, as a colour.
pub fn mood(severity: Severity) -> Mood {
    match severity {
        Severity::Info => Mood::Quiet,
        Severity::Watch => Mood::Watch,
        Severity::Bad => Mood::Bad,
    }
}

/// The filled shape of a mood.
pub fn shape(center: Pos2, radius: f32, mood: Mood, color: Color32, edge: Stroke) -> Shape {
    let polygon = |corners: usize, turn: f32, radius: f32| {
        let corner = |index: usize| {
            let angle = (index as f32 / corners as f32 + turn) * TAU;
            center + radius * vec2(angle.cos(), angle.sin())
        };
        Shape::convex_polygon((0..corners).map(corner).collect(), color, edge)
    };
    match mood {
        Mood::Bad => polygon(8, 1.0 / 16.0, radius),
        Mood::Watch => {
            let (half, top) = (radius * 1.1, radius * 1.05);
            let corners =
                vec![center + vec2(0.0, -top), center + vec2(half, radius * 0.85), center + vec2(-half, radius * 0.85)];
            Shape::convex_polygon(corners, color, edge)
        }
        Mood::Good | Mood::Quiet => Shape::circle_filled(center, radius * 0.85, color),
    }
}

/// A shape without interaction, for the overview.
pub fn small(painter: &Painter, center: Pos2, mood: Mood, tokens: &Tokens) {
    painter.add(shape(center, 5.0, mood, mood.color(tokens), Stroke::new(1.0, tokens.raised)));
}

/// A shape with an exclamation mark, as pins and feed show it.
pub fn badge(painter: &Painter, center: Pos2, mood: Mood, tokens: &Tokens) {
    let color = mood.color(tokens);
    painter.add(shape(center, SIDE / 2.0, mood, color, Stroke::NONE));
    let ink = Stroke::new(2.0, tokens.card);
    let (low, high) = if mood == Mood::Watch { (2.5, -3.0) } else { (1.0, -5.0) };
    painter.line_segment([center + vec2(0.0, high), center + vec2(0.0, low)], ink);
    painter.circle_filled(center + vec2(0.0, low + 3.6), 1.3, tokens.card);
}

/// Draws the pins of the flags in view, in two rows where they are close; a click in a replay plays from there.
pub fn pins_ui(
    ui: &mut Ui,
    lane: Rect,
    pitch: Rect,
    x_of: &dyn Fn(f64) -> f32,
    scene: &Scene<'_>,
    out: &mut Vec<Command>,
) {
    let tokens = Tokens::of(ui);
    let mut last_x = f32::NEG_INFINITY;
    let mut raised = false;
    for flag in scene.flags() {
        let x = x_of(place(flag).seconds());
        if x < lane.left() - 1.0 || x > lane.right() + 1.0 {
            continue;
        }
        // The newest pin of a live ribbon would stand half outside.
        let center_x = x.clamp(lane.left() + SIDE / 2.0, (lane.right() - SIDE / 2.0).max(lane.left() + SIDE / 2.0));
        raised = center_x - last_x < SIDE && !raised;
        last_x = center_x;
        let center = pos2(center_x, lane.bottom() - if raised { SIDE } else { 10.0 });
        let color = mood(flag.severity).color(tokens);
        ui.painter().vline(x, center.y..=pitch.bottom(), Stroke::new(1.0, color.gamma_multiply(0.7)));
        badge(ui.painter(), center, mood(flag.severity), tokens);
        extent(ui.painter(), flag, pitch, x_of, color);
        let rect = Rect::from_center_size(center, vec2(SIDE, SIDE));
        let response = ui.interact(rect, ui.scope_id().with(("pin", flag.id)), Sense::click());
        let name = format!("{} {}", scene.words.kind(flag.kind), scene.words.message(flag));
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        let response = response.on_hover_ui(|ui| about_ui(ui, scene, flag));
        if scene.replay && response.clicked() {
            out.push(Command::PlayFrom(flag.span.start.seconds()));
        }
    }
}

/// The stretch that a flag speaks of, as a bar along the top of the ribbon.
fn extent(painter: &Painter, flag: &Flag, pitch: Rect, x_of: &dyn Fn(f64) -> f32, color: Color32) {
    let range = pitch.x_range();
    let (left, right) = (range.clamp(x_of(flag.span.start.seconds())), range.clamp(x_of(flag.span.end.seconds())));
    if right > left {
        let bar = Rect::from_min_max(pos2(left, pitch.top()), pos2(right.max(left + 3.0), pitch.top() + 3.0));
        painter.rect_filled(bar, CornerRadius::same(1), color);
    }
}

/// What, why, and what to do instead.
pub fn about_ui(ui: &mut Ui, scene: &Scene<'_>, flag: &Flag) {
    let words = scene.words;
    let tokens = Tokens::of(ui);
    ui.set_max_width(360.0);
    let color = mood(flag.severity).color(tokens);
    ui.label(RichText::new(words.kind(flag.kind)).font(theme::bold(BODY)).color(color));
    ui.label(RichText::new(words.message(flag)).font(theme::font(BODY)));
    if !flag.reason.is_empty() {
        ui.label(RichText::new(&flag.reason).font(theme::font(SMALL)).color(tokens.quiet));
    }
    let instead = words.suggestion(flag);
    if !instead.is_empty() {
        ui.add_space(GRID / 2.0);
        ui.label(RichText::new(words.tr("feed.instead")).font(theme::font(SMALL)).color(tokens.quiet));
        ui.label(RichText::new(instead).font(theme::bold(BODY)).color(tokens.good));
    }
    if let Some(hit) = scene.timeline.hit_of(flag) {
        let why = hit_reason(hit, words.locale().code());
        ui.label(RichText::new(why).font(theme::font(SMALL)).color(tokens.quiet));
    }
    if scene.replay {
        ui.label(RichText::new(words.tr("replay.click_plays")).font(theme::font(SMALL)).color(tokens.quiet));
    }
}
