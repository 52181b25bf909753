//! The steps of the call, ticked off while it goes on: a card of two columns, or one line where there is no room.
//!
//! How a step stands is told by its mark's shape: a tick, a half disc, an empty ring, a ring with a bar.

use super::{card, meter};
use crate::practice::checklist::{Row, RowState, Step, progress};
use crate::time::{SampleTime, clock_text, samples};
use crate::ui::icons::{self, Icon};
use crate::ui::scene::Scene;
use crate::ui::theme::{self, BODY, GRID, Mood, SMALL, Tokens};
use crate::ui::words::Words;
use egui::{
    Color32, CornerRadius, Painter, Pos2, Rect, RichText, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2,
};
use std::f32::consts::PI;

/// Height of a row of the grid.
const ROW: f32 = 3.25 * GRID;
/// Rows that the card always has room for: five steps that every call needs, and one more.
const LEAST_ROWS: usize = 3;
/// A step that was just taken stands out for so long after its words, seconds.
const FRESH_S: f64 = 6.0;
/// Radius of a mark.
const MARK: f32 = 8.0;

/// Rows that this call needs: those of every call first, so that a hold does not move them.
fn needed<'a>(scene: &Scene<'a>) -> Vec<&'a Row> {
    let mut rows: Vec<&Row> = scene.figures.steps.iter().filter(|row| row.needed).collect();
    rows.sort_by_key(|row| matches!(row.id, "E6" | "E7" | "F1" | "F2"));
    rows
}

/// Height of the card, or none when this session has no steps: without text nothing can be ticked off.
pub fn height(scene: &Scene<'_>) -> Option<f32> {
    let rows = needed(scene).len();
    (rows > 0).then(|| 3.0 * GRID + 3.5 * GRID + rows.div_ceil(2).max(LEAST_ROWS) as f32 * ROW)
}

/// Heading and grid of the card.
pub fn steps_ui(ui: &mut Ui, scene: &Scene<'_>) {
    let words = scene.words;
    let rows = needed(scene);
    ui.spacing_mut().item_spacing.y = 0.0;
    let (done, all) = progress(&scene.figures.steps);
    let count = words.fill("steps.progress", &[("done", &done.to_string()), ("needed", &all.to_string())]);
    card::heading_ui(ui, &words.tr("steps.title"), &count);
    ui.add_space(GRID / 2.0);
    let rect = ui.available_rect_before_wrap();
    let column = (rect.width() - GRID) / 2.0;
    for (place, row) in rows.into_iter().enumerate() {
        let corner = rect.min + vec2((place % 2) as f32 * (column + GRID), (place / 2) as f32 * ROW);
        slot_ui(ui, Rect::from_min_size(corner, vec2(column, ROW)), scene, row);
    }
}

fn slot_ui(ui: &Ui, rect: Rect, scene: &Scene<'_>, row: &Row) {
    let tokens = Tokens::of(ui);
    let words = scene.words;
    let name = row_name(words, row);
    let response = ui.interact(rect, ui.scope_id().with(("step", row.id)), Sense::hover());
    let spoken = format!("{name} {}", state_name(words, row.state));
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    let painter = ui.painter();
    if is_fresh(row, scene.now) && !scene.empty {
        painter.rect_filled(rect.expand2(vec2(GRID / 2.0, -1.0)), CornerRadius::same(6), tokens.good_dim);
    }
    let center = pos2(rect.left() + MARK, rect.center().y);
    mark(painter, center, row.state, tokens);
    let color = match row.state {
        RowState::Done | RowState::Begun => tokens.text,
        RowState::Open => tokens.quiet,
        RowState::Missed => tokens.watch,
    };
    let left = rect.left() + 2.0 * MARK + GRID;
    let galley = card::one_line(painter, &name, theme::font(BODY), color, rect.right() - left);
    card::galley_at(painter, pos2(left, rect.center().y), galley, color);
    response.on_hover_ui(|ui| about_ui(ui, words, row));
}

/// Whether the step was taken just now.
fn is_fresh(row: &Row, now: SampleTime) -> bool {
    row.done() && row.at.is_some_and(|at| at <= now && now - at <= samples(FRESH_S))
}

fn row_name(words: Words, row: &Row) -> String {
    words.tr(&format!("steps.{}.name", row.id.to_lowercase()))
}

/// Name of a step: `E2.greeting` is `steps.e2.greeting`.
pub fn step_name(words: Words, step: &Step) -> String {
    words.tr(&format!("steps.{}", step.id.to_lowercase()))
}

fn state_name(words: Words, state: RowState) -> String {
    words.tr(match state {
        RowState::Done => "steps.done",
        RowState::Begun => "steps.begun",
        RowState::Open => "steps.open",
        RowState::Missed => "steps.missed",
    })
}

fn mark(painter: &Painter, center: Pos2, state: RowState, tokens: &Tokens) {
    let ring = |color: Color32| painter.circle_stroke(center, MARK - 1.0, Stroke::new(1.5, color));
    match state {
        RowState::Done => {
            painter.circle_filled(center, MARK, tokens.good);
            let square = Rect::from_center_size(center, vec2(13.0, 13.0));
            icons::paint(painter, Icon::Check, square, tokens.card);
        }
        RowState::Begun => {
            ring(tokens.good);
            let half = |step: u8| {
                let angle = PI * (0.5 + f32::from(step) / 16.0);
                center + (MARK - 1.0) * vec2(angle.cos(), angle.sin())
            };
            painter.add(Shape::convex_polygon((0..=16).map(half).collect(), tokens.good, Stroke::NONE));
        }
        RowState::Open => {
            ring(tokens.quiet);
        }
        RowState::Missed => {
            ring(tokens.watch);
            let ink = Stroke::new(2.0, tokens.watch);
            painter.line_segment([center - vec2(3.5, 0.0), center + vec2(3.5, 0.0)], ink);
        }
    }
}

/// What the step asks for, and the words that took it.
fn about_ui(ui: &mut Ui, words: Words, row: &Row) {
    let tokens = Tokens::of(ui);
    ui.set_max_width(360.0);
    ui.spacing_mut().interact_size.y = 0.0;
    let color = match row.state {
        RowState::Done => tokens.good,
        RowState::Missed => tokens.watch,
        RowState::Begun | RowState::Open => tokens.text,
    };
    let title = format!("{} · {}", row_name(words, row), state_name(words, row.state));
    ui.label(RichText::new(title).font(theme::bold(BODY)).color(color));
    let about = words.tr(&format!("steps.{}.about", row.id.to_lowercase()));
    ui.label(RichText::new(about).font(theme::font(SMALL)).color(tokens.quiet));
    ui.add_space(GRID / 2.0);
    for step in &row.steps {
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(vec2(2.0 * MARK, 2.0 * MARK), Sense::hover());
            let late = !step.done && step.at.is_some();
            let state = match (step.done, late) {
                (true, _) => RowState::Done,
                (_, true) => RowState::Missed,
                _ => RowState::Open,
            };
            mark(ui.painter(), rect.center(), state, tokens);
            let color = if step.done { tokens.text } else { tokens.quiet };
            ui.label(RichText::new(step_line(words, step, late)).font(theme::font(BODY)).color(color));
        });
    }
}

fn step_line(words: Words, step: &Step, late: bool) -> String {
    let mut line = step_name(words, step);
    if let Some(at) = step.at {
        line += &format!("  {}", clock_text(at));
    }
    if !step.text.is_empty() {
        line += &format!("  「{}」", step.text);
    }
    if late {
        line += &format!("  {}", words.tr("steps.too_late"));
    }
    line
}

/// The steps as one line of the meters.
pub fn line_ui(ui: &mut Ui, scene: &Scene<'_>, height: f32) {
    let words = scene.words;
    let rows = needed(scene);
    let (done, all) = progress(&scene.figures.steps);
    let count = words.fill("steps.progress", &[("done", &done.to_string()), ("needed", &all.to_string())]);
    let next = rows.iter().find(|row| !row.done() && row.state != RowState::Missed);
    let (value, mood) = match next.filter(|_| scene.timeline.ended.is_none() || scene.replay) {
        Some(next) => {
            let value = words.fill("steps.next", &[("progress", &count), ("name", &row_name(words, next))]);
            // Half a name says nothing.
            (if fits(ui, &words.tr("steps.title"), &value) { value } else { count }, Mood::Quiet)
        }
        None if done < all => (count, Mood::Watch),
        None => (words.fill("steps.complete", &[("progress", &count)]), Mood::Good),
    };
    let tip: Vec<String> =
        rows.iter().map(|row| format!("{}: {}", row_name(words, row), state_name(words, row.state))).collect();
    let line = meter::Row { name: &words.tr("steps.title"), value: &value, mood, dots: None, tip: &tip.join("\n") };
    meter::row_ui(ui, &line, height);
}

/// Whether a name and its value stand in one line of the meters.
fn fits(ui: &Ui, name: &str, value: &str) -> bool {
    let painter = ui.painter();
    let name = painter.layout_no_wrap(name.to_owned(), theme::bold(BODY), Color32::PLACEHOLDER);
    let value = painter.layout_no_wrap(value.to_owned(), theme::font(BODY), Color32::PLACEHOLDER);
    name.size().x + value.size().x + 4.0 * GRID <= ui.available_width()
}

/// What a row still lacks, in words.
pub fn lacks(words: Words, row: &Row) -> String {
    let missing: Vec<String> = row.steps.iter().filter(|step| !step.done).map(|step| step_name(words, step)).collect();
    words.fill("steps.missing", &[("steps", &missing.join(&words.tr("steps.between")))])
}
