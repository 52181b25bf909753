//! The pace: the number first, then the band that shows how good it is.

use super::card;
use crate::session::profile::PaceLimits;
use crate::ui::figures::Figures;
use crate::ui::icons::{self, Icon};
use crate::ui::theme::{self, BODY, DISPLAY, GRID, Mood, SMALL, TITLE, Tokens};
use crate::ui::words::{Words, whole};
use egui::{Align2, CornerRadius, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

/// Height of number, band and its limits.
pub const HEIGHT: f32 = 14.5 * GRID;

/// The shape of a mood; shapes tell moods apart without colour.
pub fn mood_icon(mood: Mood) -> Option<Icon> {
    match mood {
        Mood::Quiet => None,
        Mood::Good => Some(Icon::Check),
        Mood::Watch => Some(Icon::Watch),
        Mood::Bad => Some(Icon::Bad),
    }
}

/// Number, verdict, band and needle.
pub fn pace_ui(ui: &mut Ui, words: Words, figures: &Figures, live: bool) {
    let tokens = Tokens::of(ui);
    let mood = figures.pace_mood();
    // Before a session, and in one that is replayed, nobody is asked to speak.
    let verdict = if live || mood != Mood::Quiet { words.tr(figures.pace_key()) } else { String::new() };
    let unit = words.pace_unit(figures.pace_unit);
    let number = figures.pace_per_min.map_or_else(|| "– –".to_owned(), whole);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    let spoken = format!("{} {number} {unit} {verdict}", words.tr("live.pace"));
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &spoken));
    let painter = ui.painter();
    let head = rect.top() + 1.5 * GRID;
    let name = painter.layout_no_wrap(words.tr("live.pace"), theme::bold(BODY), tokens.text);
    card::galley_at(painter, pos2(rect.left(), head), name, tokens.text);
    verdict_ui(ui, rect, head, mood, &verdict);
    let (font, color) = match mood {
        Mood::Quiet => (theme::font(DISPLAY), tokens.quiet),
        _ => (theme::bold(DISPLAY), tokens.text),
    };
    let middle = rect.top() + 6.25 * GRID;
    let number = painter.layout_no_wrap(number, font, color);
    let right = card::galley_at(painter, pos2(rect.left(), middle), number, color);
    let unit_base = pos2(right + GRID, middle + 19.0);
    let unit = painter.text(unit_base, Align2::LEFT_BOTTOM, unit, theme::font(BODY), tokens.quiet);
    let rate = figures.articulation_per_min.map(|rate| words.fill("live.without_pauses", &[("rate", &whole(rate))]));
    if let Some(rate) = &rate {
        let galley = painter.layout_no_wrap(rate.clone(), theme::font(SMALL), tokens.quiet);
        let place = pos2(rect.right() - galley.size().x, unit_base.y - galley.size().y);
        // In a narrow window only the tooltip has room for it.
        if place.x > unit.right() + GRID {
            painter.galley(place, galley, tokens.quiet);
        }
    }
    gauge_ui(ui, Rect::from_min_max(pos2(rect.left(), rect.top() + 11.0 * GRID), rect.right_bottom()), figures);
    let limits = &figures.pace_limits;
    let tip = words
        .fill("live.pace_tip", &[("low", &whole(limits.good_min_per_min)), ("high", &whole(limits.good_max_per_min))]);
    response.on_hover_text(rate.map_or(tip.clone(), |rate| format!("{tip}\n{rate}")));
}

fn verdict_ui(ui: &Ui, rect: Rect, middle: f32, mood: Mood, verdict: &str) {
    let tokens = Tokens::of(ui);
    let painter = ui.painter();
    let galley = card::one_line(painter, verdict, theme::bold(TITLE), mood.color(tokens), rect.width() * 0.6);
    let left = rect.right() - galley.size().x;
    if let Some(icon) = mood_icon(mood) {
        let square = Rect::from_center_size(pos2(left - 2.0 * GRID, middle), vec2(20.0, 20.0));
        icons::paint(painter, icon, square, mood.color(tokens));
    }
    card::galley_at(painter, pos2(left, middle), galley, mood.color(tokens));
}

/// Ends of the scale, units per minute.
fn scale(limits: &PaceLimits) -> (f32, f32) {
    let low = (limits.slow_per_min - 50.0).max(0.0);
    (low, limits.very_fast_per_min + 40.0)
}

fn gauge_ui(ui: &Ui, rect: Rect, figures: &Figures) {
    let tokens = Tokens::of(ui);
    let painter = ui.painter();
    let limits = &figures.pace_limits;
    let (low, high) = scale(limits);
    let x = |pace: f32| rect.left() + rect.width() * ((pace - low) / (high - low).max(1.0)).clamp(0.0, 1.0);
    let track = Rect::from_min_size(rect.left_top(), vec2(rect.width(), GRID));
    let zones = [
        (low, limits.slow_per_min, Mood::Bad),
        (limits.slow_per_min, limits.good_min_per_min, Mood::Watch),
        (limits.good_min_per_min, limits.good_max_per_min, Mood::Good),
        (limits.good_max_per_min, limits.fast_per_min, Mood::Watch),
        (limits.fast_per_min, high, Mood::Bad),
    ];
    for (from, to, mood) in zones {
        // The good band is taller: it is found without colour too.
        let grow = if mood == Mood::Good { 2.0 } else { 0.0 };
        let zone =
            Rect::from_min_max(pos2(x(from) + 1.0, track.top() - grow), pos2(x(to) - 1.0, track.bottom() + grow));
        let fill = if mood == Mood::Good { mood.color(tokens) } else { mood.color(tokens).gamma_multiply(0.55) };
        painter.rect_filled(zone, CornerRadius::same(2), fill);
    }
    for limit in [limits.good_min_per_min, limits.good_max_per_min] {
        let place = pos2(x(limit), track.bottom() + 5.0);
        painter.text(place, Align2::CENTER_TOP, whole(limit), theme::font(SMALL), tokens.quiet);
    }
    if let Some(pace) = figures.pace_per_min {
        // From above, so that it never covers the limits.
        let tip = pos2(x(pace), track.top() - 1.0);
        let needle = vec![tip + vec2(-7.0, -12.0), tip + vec2(7.0, -12.0), tip];
        painter.vline(tip.x, tip.y..=track.bottom() + 3.0, Stroke::new(2.0, tokens.text));
        painter.add(Shape::convex_polygon(needle, tokens.text, Stroke::NONE));
    }
}
