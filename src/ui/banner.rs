//! Sentences that the agent should see until their cause is gone.

use super::backend::{Notice, NoticeSeverity};
use super::command::Command;
use super::icons::{self, Icon};
use super::theme::{self, BODY, GRID, Mood, RADIUS, Tokens};
use super::widgets::{button, card};
use super::words::Words;
use egui::{CornerRadius, Rect, Role, Ui, WidgetInfo, pos2, vec2};

/// More than this many at once would hide what they are about.
const MOST: usize = 3;

/// One banner.
pub struct Banner {
    /// How serious it is.
    pub severity: NoticeSeverity,
    /// What is wrong and what to do.
    pub text: String,
    /// Whether it can be taken away.
    pub dismissable: bool,
}

impl From<&Notice> for Banner {
    fn from(notice: &Notice) -> Self {
        Self { severity: notice.severity, text: notice.text.clone(), dismissable: false }
    }
}

/// Draws the most serious banners at the top of `rect`; returns what is left below them.
pub fn banners_ui(ui: &mut Ui, words: Words, rect: Rect, banners: &mut [Banner], out: &mut Vec<Command>) -> Rect {
    // Two banners of one kind keep their order: nothing jumps when a third joins them.
    banners.sort_by_key(|banner| std::cmp::Reverse(banner.severity));
    let mut rest = rect;
    for (index, banner) in banners.iter().take(MOST).enumerate() {
        rest.min.y = banner_ui(ui, words, rest, index, banner, out) + GRID;
    }
    rest
}

fn banner_ui(ui: &mut Ui, words: Words, rect: Rect, index: usize, banner: &Banner, out: &mut Vec<Command>) -> f32 {
    let tokens = Tokens::of(ui);
    let (mood, icon) = match banner.severity {
        NoticeSeverity::Info => (Mood::Quiet, Icon::Info),
        NoticeSeverity::Watch => (Mood::Watch, Icon::Watch),
        NoticeSeverity::Bad => (Mood::Bad, Icon::Bad),
    };
    let button_room = if banner.dismissable { 5.0 * GRID } else { 0.0 };
    let room = rect.width() - 7.0 * GRID - button_room;
    let galley = card::lines(ui.painter(), &banner.text, theme::font(BODY), tokens.text, room, 3);
    let height = (galley.size().y + 2.0 * GRID).max(5.0 * GRID);
    let place = Rect::from_min_size(rect.min, vec2(rect.width(), height));
    ui.painter().rect_filled(place, CornerRadius::same(RADIUS), mood.dim(tokens));
    let square = Rect::from_center_size(pos2(place.left() + 3.0 * GRID, place.center().y), vec2(22.0, 22.0));
    icons::paint(ui.painter(), icon, square, mood.color(tokens));
    card::galley_at(ui.painter(), pos2(place.left() + 5.5 * GRID, place.center().y), galley, tokens.text);
    let response = ui.interact(place, ui.scope_id().with(("banner", index)), egui::Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Alert, true, &banner.text));
    if banner.dismissable {
        let corner = Rect::from_center_size(pos2(place.right() - 3.0 * GRID, place.center().y), vec2(32.0, 32.0));
        card::inside_ui(ui, corner, "dismiss", |ui| button::icon_ui(ui, words, &Command::DismissError, 32.0, out));
    }
    place.bottom()
}
