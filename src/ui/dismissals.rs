//! The dismissed hints in the settings: what is kept for all sessions, and taking it back.

use super::command::Command;
use super::settings::LINE;
use super::theme::{self, BODY, GRID, SMALL, Tokens};
use super::widgets::{button, card};
use super::words::Words;
use crate::practice::dismissals::Kept;
use egui::{Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

/// Height of one.
const ROW: f32 = 5.0 * GRID;
/// More than this are listed on the command line: nobody looks through them here.
const MOST_ROWS: usize = 12;

/// Height of everything.
pub fn height(kept: &[Kept]) -> f32 {
    let rows = kept.len().min(MOST_ROWS) + usize::from(kept.len() > MOST_ROWS);
    LINE + rows as f32 * ROW
}

/// Draws those that are kept, the newest first.
pub fn dismissals_ui(ui: &mut Ui, words: Words, kept: &[Kept], out: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    let (head, response) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::hover());
    let note = words.tr(if kept.is_empty() { "dismissals.none" } else { "dismissals.note" });
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &note));
    let painter = ui.painter();
    let title = painter.layout_no_wrap(words.tr("dismissals.title"), theme::font(BODY), tokens.text);
    let right = card::galley_at(painter, head.left_center(), title, tokens.text) + 2.0 * GRID;
    let note = card::one_line(painter, &note, theme::font(SMALL), tokens.quiet, head.right() - right);
    card::galley_at(painter, pos2(head.right() - note.size().x, head.center().y), note, tokens.quiet);
    for one in kept.iter().rev().take(MOST_ROWS) {
        row_ui(ui, words, one, out);
    }
    if kept.len() > MOST_ROWS {
        let more = words.fill("dismissals.more", &[("count", &(kept.len() - MOST_ROWS).to_string())]);
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
        let more = card::one_line(ui.painter(), &more, theme::font(SMALL), tokens.quiet, rect.width());
        card::galley_at(ui.painter(), rect.left_center(), more, tokens.quiet);
    }
}

/// One: the words that were flagged in the clause they stand in, when it was dismissed, and the way back.
fn row_ui(ui: &mut Ui, words: Words, kept: &Kept, out: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let clause = kept.dismissal.clause();
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &clause));
    let command = Command::RestoreDismissal(kept.id);
    let (text, tip) = (command.text(words), command.tooltip(words, ui.ctx()));
    let place = pos2(rect.right(), rect.center().y);
    let label = format!("{text} {clause}");
    let (left, clicked) = button::quiet_at(ui, place, &text, &label, &tip);
    if clicked {
        out.push(command);
    }
    let painter = ui.painter();
    let day = kept.at.get(..10).unwrap_or(&kept.at).to_owned();
    let day = painter.layout_no_wrap(day, theme::font(SMALL), tokens.quiet);
    let day_left = left - 2.0 * GRID - day.size().x;
    card::galley_at(painter, pos2(day_left, rect.center().y), day, tokens.quiet);
    let row = Rect::from_min_max(rect.min, pos2(day_left - GRID, rect.bottom()));
    let mut job = egui::text::LayoutJob::default();
    let plain = egui::TextFormat::simple(theme::font(BODY), tokens.quiet);
    let said = egui::TextFormat::simple(theme::bold(BODY), tokens.text);
    let dismissal = &kept.dismissal;
    for (part, format) in [(&dismissal.before, &plain), (&dismissal.text, &said), (&dismissal.after, &plain)] {
        job.append(part, 0.0, format.clone());
    }
    job.wrap = egui::text::TextWrapping {
        max_width: row.width(),
        max_rows: 1,
        break_anywhere: true,
        overflow_character: Some('…'),
    };
    let galley = painter.layout_job(job);
    card::galley_at(painter, row.left_center(), galley, tokens.text);
}
