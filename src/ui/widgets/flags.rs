//! The list of flags: what happened, what to do instead, how sure it is and why; and the way to say that one does not
//! count.

use super::{button, card, pins};
use crate::engine::judge::Amendment;
use crate::session::event::{Flag, FlagKind};
use crate::text::{hit_certainty, hit_reason};
use crate::time::clock_text;
use crate::ui::command::Command;
use crate::ui::icons::Icon;
use crate::ui::scene::{Scene, place};
use crate::ui::theme::{self, BODY, GRID, SMALL, Tokens};
use egui::{CornerRadius, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

/// Height of a line of small text.
const FOOT: f32 = 2.75 * GRID;
/// Room for the sign before the text.
const SIGN: f32 = 4.5 * GRID;

/// Draws the list.
pub fn flags_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Vec<Command>) {
    let (flags, dismissed) = (scene.flags(), scene.dismissed());
    if flags.is_empty() && dismissed.is_empty() {
        let rect = ui.available_rect_before_wrap();
        let (icon, key) = if scene.is_heard() { (Icon::Check, "feed.none") } else { (Icon::Info, "feed.empty") };
        card::empty_ui(ui, rect, icon, &scene.words.tr(key));
        return;
    }
    let mut all: Vec<(&Flag, bool)> = flags.into_iter().map(|flag| (flag, true)).collect();
    all.extend(dismissed.into_iter().map(|flag| (flag, false)));
    all.sort_by_key(|(flag, _)| (place(flag), flag.id));
    if !scene.replay {
        // A replay is read from its start.
        all.reverse();
    }
    ScrollArea::vertical().id_salt("feed").auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = GRID / 2.0;
        for (flag, counts) in all {
            if counts {
                flag_ui(ui, scene, flag, out);
            } else {
                dismissed_ui(ui, scene, flag, out);
            }
        }
    });
}

/// What is said of a flag: the words in quotes, or the measured value.
fn message(scene: &Scene<'_>, flag: &Flag) -> String {
    let wording = matches!(flag.kind, FlagKind::BannedWording | FlagKind::DiscouragedWording);
    if wording { format!("「{}」", flag.text) } else { scene.words.message(flag) }
}

/// One flag: time and name, what was said or measured, what to do instead, how sure it is.
fn flag_ui(ui: &mut Ui, scene: &Scene<'_>, flag: &Flag, out: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    let mood = pins::mood(flag.severity);
    let width = ui.available_width() - 1.5 * GRID;
    let text_width = width - SIGN;
    let painter = ui.painter().clone();
    let message = message(scene, flag);
    let what = card::lines(&painter, &message, theme::font(BODY), tokens.text, text_width, 2);
    let instead = scene.words.suggestion(flag);
    let instead = (!instead.is_empty())
        .then(|| card::lines(&painter, &format!("→ {instead}"), theme::font(BODY), tokens.good, text_width, 3));
    let locale = scene.words.locale().code();
    let why = scene.timeline.hit_of(flag).map(|hit| [hit_reason(hit, locale), hit_certainty(hit, locale)]);
    let head = 2.75 * GRID;
    let foot = if why.is_some() { FOOT } else { 0.0 };
    let instead_height = instead.as_ref().map_or(0.0, |galley| galley.size().y + 2.0);
    let height = head + what.size().y + instead_height + foot + 1.5 * GRID;
    let sense = if scene.replay { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(width, height), sense);
    let role = if scene.replay { Role::Button } else { Role::Label };
    response.widget_info(|| WidgetInfo::labeled(role, true, format!("{} {message}", scene.words.kind(flag.kind))));
    let passed = scene.replay && flag.span.contains(scene.now);
    if passed || (scene.replay && response.hovered()) {
        let fill = if passed { tokens.accent_dim } else { tokens.raised };
        painter.rect_filled(rect, CornerRadius::same(6), fill);
    }
    let text_left = rect.left() + SIGN;
    let top = rect.top() + GRID * 0.75;
    let line = top + head / 2.0 - 1.0;
    pins::badge(&painter, pos2(rect.left() + 2.0 * GRID, line), mood, tokens);
    let time = painter.layout_no_wrap(clock_text(place(flag)), theme::font(SMALL), tokens.quiet);
    let name_room = text_width - time.size().x - GRID;
    let name = card::one_line(&painter, &scene.words.kind(flag.kind), theme::bold(BODY), mood.color(tokens), name_room);
    card::galley_at(&painter, pos2(text_left, line), name, tokens.text);
    let time_left = rect.right() - time.size().x - GRID / 2.0;
    card::galley_at(&painter, pos2(time_left, line), time, tokens.quiet);
    let mut y = top + head;
    let what_height = what.size().y;
    painter.galley(pos2(text_left, y), what, tokens.text);
    y += what_height + 2.0;
    if let Some(galley) = instead {
        painter.galley(pos2(text_left, y), galley, tokens.good);
    }
    if response.on_hover_ui(|ui| pins::about_ui(ui, scene, flag)).clicked() && scene.replay {
        out.push(Command::PlayFrom(flag.span.start.seconds()));
    }
    if let Some(why) = why {
        let middle = rect.bottom() - 0.5 * GRID - foot / 2.0;
        let row =
            Rect::from_x_y_ranges(text_left..=rect.right() - GRID / 2.0, middle - foot / 2.0..=middle + foot / 2.0);
        foot_ui(
            ui,
            scene,
            row,
            &why.each_ref().map(String::as_str),
            (Amendment::Dismiss { flag: flag.id }, &message),
            out,
        );
    }
}

/// A note, and the button that says something about the flag. Of the `notes` the first one that fits is written.
fn foot_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    row: Rect,
    notes: &[&str],
    (wish, about): (Amendment, &str),
    out: &mut Vec<Command>,
) {
    let tokens = Tokens::of(ui);
    let mut right = row.right();
    if scene.amendable {
        let command = Command::Amend(wish);
        let (text, tip) = (command.text(scene.words), command.tooltip(scene.words, ui.ctx()));
        let place = pos2(right, row.center().y);
        let (left, clicked) = button::quiet_at(ui, place, &text, &format!("{text} {about}"), &tip);
        if clicked {
            out.push(command);
        }
        right = left - GRID;
    }
    let room = right - row.left();
    let width = |note: &str| ui.painter().layout_no_wrap(note.to_owned(), theme::font(SMALL), tokens.quiet).size().x;
    let note = notes.iter().copied().find(|note| width(note) <= room).or(notes.last().copied()).unwrap_or_default();
    let note = card::one_line(ui.painter(), note, theme::font(SMALL), tokens.quiet, room);
    card::galley_at(ui.painter(), row.left_center(), note, tokens.quiet);
}

/// A flag that was said not to count in this session: one quiet line, and the way back.
fn dismissed_ui(ui: &mut Ui, scene: &Scene<'_>, flag: &Flag, out: &mut Vec<Command>) {
    let width = ui.available_width() - 1.5 * GRID;
    let (rect, response) = ui.allocate_exact_size(vec2(width, FOOT + GRID), Sense::hover());
    let about = message(scene, flag);
    let note = scene.words.fill("feed.dismissed", &[("text", &about)]);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &note));
    let row = Rect::from_min_max(pos2(rect.left() + SIGN, rect.top()), pos2(rect.right() - GRID / 2.0, rect.bottom()));
    foot_ui(ui, scene, row, &[&note], (Amendment::Restore { flag: flag.id }, &about), out);
}
