//! The parts of the call in a replay: a lane under the overview whose borders can be dragged, and a line for each part
//! in the review with the way to set and to forget where it begins.

use super::{button, card, review};
use crate::engine::judge::Amendment;
use crate::practice::review::Review;
use crate::session::event::CallPhase;
use crate::time::{SampleTime, clock_text};
use crate::ui::command::Command;
use crate::ui::scene::Scene;
use crate::ui::theme::{self, BODY, GRID, Mood, SMALL, Tokens};
use crate::ui::words::{Words, whole};
use crate::wording::PhaseBorders;
use egui::{CornerRadius, CursorIcon, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

/// Height of the lane.
pub const LANE: f32 = 2.5 * GRID;
/// Width in which a border can be taken hold of.
const GRIP: f32 = 10.0;

/// Name of a part.
pub fn name(words: Words, phase: CallPhase) -> String {
    words.tr(&format!("review.phase.{}", phase.name()))
}

/// The parts of the whole session side by side; the one at the cursor stands out. Dragging a border sets it.
pub fn lane_ui(ui: &mut Ui, rect: Rect, scene: &Scene<'_>, out: &mut Vec<Command>) {
    let Some(borders) = PhaseBorders::of(scene.timeline) else { return };
    let tokens = Tokens::of(ui);
    let len_s = scene.timeline.position.seconds().max(0.01);
    let x = |at: SampleTime| rect.left() + (at.seconds() / len_s) as f32 * rect.width();
    let now = borders.phase_at(scene.now);
    for phase in CallPhase::ALL {
        let span = borders.span_of(phase);
        let part = Rect::from_x_y_ranges(x(span.start)..=x(span.end), rect.y_range()).shrink2(vec2(1.0, 2.0));
        if part.width() < 2.0 {
            continue;
        }
        let (fill, color) = if phase == now { (tokens.accent_dim, tokens.text) } else { (tokens.raised, tokens.quiet) };
        let painter = ui.painter();
        painter.rect_filled(part, CornerRadius::same(3), fill);
        let text = painter.layout_no_wrap(name(scene.words, phase), theme::font(SMALL), color);
        if text.size().x + GRID <= part.width() {
            card::galley_at(painter, pos2(part.center().x - text.size().x / 2.0, part.center().y), text, color);
        }
    }
    if scene.amendable {
        for phase in CallPhase::ALL.into_iter().skip(1) {
            border_ui(ui, rect, scene, (phase, borders.span_of(phase).start, len_s), out);
        }
    }
}

/// Where a part begins, to be dragged.
fn border_ui(
    ui: &mut Ui,
    lane: Rect,
    scene: &Scene<'_>,
    (phase, at, len_s): (CallPhase, SampleTime, f64),
    out: &mut Vec<Command>,
) {
    let tokens = Tokens::of(ui);
    let x = lane.left() + (at.seconds() / len_s) as f32 * lane.width();
    let grip = Rect::from_center_size(pos2(x, lane.center().y), vec2(GRIP, lane.height()));
    let response = ui.interact(grip, ui.scope_id().with(("phase border", phase.name())), Sense::drag());
    let tip = scene.words.fill("phases.drag", &[("phase", &name(scene.words, phase))]);
    response.widget_info(|| WidgetInfo::labeled(Role::Splitter, true, &tip));
    let own = scene.timeline.own_phases.start_of(phase).is_some();
    let held = response.dragged().then(|| response.interact_pointer_pos()).flatten();
    let shown = held.map_or(x, |pointer| pointer.x.clamp(lane.left(), lane.right()));
    let lit = response.hovered() || response.dragged();
    let color = if own || lit { tokens.accent } else { tokens.quiet };
    ui.painter().vline(shown, lane.y_range(), Stroke::new(if own || lit { 3.0 } else { 1.5 }, color));
    if response.drag_stopped()
        && let Some(pointer) = response.interact_pointer_pos()
    {
        let share = f64::from((pointer.x - lane.left()) / lane.width().max(1.0)).clamp(0.0, 1.0);
        let at = Some(SampleTime::from_seconds(share * len_s));
        out.push(Command::Amend(Amendment::PhaseBegins { phase, at }));
    }
    response.on_hover_cursor(CursorIcon::ResizeHorizontal).on_hover_text(tip);
}

/// The parts in the review: pace, where each begins and by whose word, and what to do about that.
pub fn review_ui(ui: &mut Ui, scene: &Scene<'_>, review: &Review, out: &mut Vec<Command>) {
    let words = scene.words;
    let sets = scene.replay && scene.amendable && !scene.timeline.segments.is_empty();
    if review.pace.phases.is_empty() && !sets {
        return;
    }
    review::heading_ui(ui, &words.tr("review.phases"));
    let unit = words.pace_unit(review.pace.unit);
    let borders = PhaseBorders::of(scene.timeline);
    for phase in CallPhase::ALL {
        let pace = review.pace.phases.iter().find(|part| part.phase == phase);
        if pace.is_none() && !sets {
            continue;
        }
        let rate = pace.map(|part| format!("{} {unit}", whole(part.articulation_per_min as f32)));
        review::line_ui(ui, &name(words, phase), rate.as_deref().unwrap_or("—"), Mood::Quiet, BODY);
        if sets {
            let span = borders.map(|borders| borders.span_of(phase)).filter(|span| span.samples() > 0);
            start_ui(ui, scene, phase, span.map(|span| span.start), out);
        }
    }
}

/// Where a part begins, and the buttons that set it to the cursor and back.
fn start_ui(ui: &mut Ui, scene: &Scene<'_>, phase: CallPhase, start: Option<SampleTime>, out: &mut Vec<Command>) {
    let (words, tokens) = (scene.words, Tokens::of(ui));
    let width = ui.available_width() - 1.5 * GRID;
    let (rect, response) = ui.allocate_exact_size(vec2(width, 3.0 * GRID), Sense::hover());
    let own = scene.timeline.own_phases.start_of(phase).is_some();
    let note = match start {
        None => words.tr("phases.none"),
        Some(at) => words.fill(if own { "phases.own" } else { "phases.found" }, &[("time", &clock_text(at))]),
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &note));
    let mut right = rect.right();
    let mut wishes = vec![Some(scene.now)];
    if own {
        wishes.push(None);
    }
    for at in wishes {
        let command = Command::Amend(Amendment::PhaseBegins { phase, at });
        let (text, tip) = (command.text(words), command.tooltip(words, ui.ctx()));
        let label = format!("{text} {}", name(words, phase));
        let (left, clicked) = button::quiet_at(ui, pos2(right, rect.center().y), &text, &label, &tip);
        if clicked {
            out.push(command);
        }
        right = left - GRID;
    }
    let color = if own { tokens.accent } else { tokens.quiet };
    let note = card::one_line(ui.painter(), &note, theme::font(SMALL), color, right - rect.left());
    card::galley_at(ui.painter(), rect.left_center(), note, color);
}
