//! The list of saved sessions.

use super::backend::{SessionEntry, SessionState};
use super::command::Command;
use super::icons::Icon;
use super::theme::{self, BODY, GRID, Mood, RADIUS, SMALL, TITLE, Tokens};
use super::widgets::button::{self, Look};
use super::widgets::{card, pins};
use super::words::Words;
use crate::session::event::FlagKind;
use crate::time::{SampleTime, clock_text};
use egui::{CornerRadius, Painter, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

/// Height of a line of the list.
const ROW: f32 = 8.0 * GRID;

/// Left edges of the columns, as shares of the width.
const LENGTH_AT: f32 = 0.22;
const FLAGS_AT: f32 = 0.33;
const SCORE_AT: f32 = 0.62;
const STATE_AT: f32 = 0.71;

/// Draws the list; `asked` is the session that is about to be deleted.
pub fn library_ui(
    ui: &mut Ui,
    rect: Rect,
    words: Words,
    sessions: &[SessionEntry],
    asked: Option<&str>,
    out: &mut Vec<Command>,
) {
    card::inside_ui(ui, rect, "library", |ui| {
        let tokens = Tokens::of(ui);
        let (head, _) = ui.allocate_exact_size(vec2(rect.width(), 6.0 * GRID), Sense::hover());
        let title = ui.painter().layout_no_wrap(words.tr("library.title"), theme::bold(TITLE), tokens.text);
        let right = card::galley_at(ui.painter(), head.left_center(), title, tokens.text);
        if !sessions.is_empty() {
            let count = words.fill("library.count", &[("count", &sessions.len().to_string())]);
            let galley = ui.painter().layout_no_wrap(count, theme::font(BODY), tokens.quiet);
            card::galley_at(ui.painter(), pos2(right + 2.0 * GRID, head.center().y), galley, tokens.quiet);
        }
        if sessions.is_empty() {
            let rest = ui.available_rect_before_wrap();
            card::empty_ui(ui, rest, Icon::List, &words.tr("library.empty"));
            return;
        }
        header_ui(ui, words);
        ScrollArea::vertical().id_salt("sessions").auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = GRID;
            for session in sessions {
                row_ui(ui, words, session, asked == Some(session.id.as_str()), out);
            }
        });
    });
}

fn header_ui(ui: &mut Ui, words: Words) {
    let tokens = Tokens::of(ui);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width() - GRID, 3.0 * GRID), Sense::hover());
    let columns = [
        (0.0, "library.when"),
        (LENGTH_AT, "library.length"),
        (FLAGS_AT, "library.flags"),
        (SCORE_AT, "library.score"),
        (STATE_AT, "library.state"),
    ];
    for (share, key) in columns {
        let left = rect.left() + 2.0 * GRID + share * (rect.width() - 4.0 * GRID);
        let galley = ui.painter().layout_no_wrap(words.tr(key), theme::font(SMALL), tokens.quiet);
        card::galley_at(ui.painter(), pos2(left, rect.center().y), galley, tokens.quiet);
    }
}

/// `2026-11-21 21:17` from RFC 3339; anything else as it is.
pub fn when(started_at: &str) -> String {
    match (started_at.get(..10), started_at.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time}"),
        _ => started_at.to_owned(),
    }
}

fn row_ui(ui: &mut Ui, words: Words, session: &SessionEntry, asked: bool, out: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width() - GRID, ROW), Sense::click());
    let open = Command::OpenSession(session.id.clone());
    let name = format!("{} {}", open.text(words), when(&session.started_at));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    let lit = (response.hovered() || response.has_focus()) && !asked;
    let fill = if lit { tokens.raised } else { tokens.card };
    let line = if asked { tokens.bad } else { tokens.line };
    ui.painter().rect(rect, CornerRadius::same(RADIUS), fill, Stroke::new(1.0, line), StrokeKind::Inside);
    let inner = rect.shrink2(vec2(2.0 * GRID, 0.0));
    let at = |share: f32| pos2(inner.left() + share * inner.width(), inner.center().y);
    let painter = ui.painter().clone();
    let plain = |place, text: String, size: f32, color| {
        let galley = painter.layout_no_wrap(text, theme::font(size), color);
        card::galley_at(&painter, place, galley, color);
    };
    let when_room = LENGTH_AT * inner.width() - GRID;
    let day = card::one_line(&painter, &when(&session.started_at), theme::bold(BODY), tokens.text, when_room);
    card::galley_at(&painter, at(0.0), day, tokens.text);
    plain(at(LENGTH_AT), clock_text(SampleTime::from_seconds(session.duration_s)), BODY, tokens.text);
    let actions = Rect::from_min_max(pos2(at(STATE_AT).x, rect.top()), pos2(inner.right(), rect.bottom()));
    if asked {
        card::inside_ui(ui, actions_rect(inner), &format!("ask {}", session.id), |ui| ask_ui(ui, words, session, out));
        return;
    }
    flags_ui(&painter, tokens, at(FLAGS_AT), (SCORE_AT - FLAGS_AT) * inner.width() - 3.0 * GRID, session, words);
    let score = session.score.map_or_else(|| "—".to_owned(), |score| format!("{score:.0}"));
    plain(at(SCORE_AT), score, BODY, tokens.text);
    card::inside_ui(ui, actions, &format!("row {}", session.id), |ui| actions_ui(ui, words, session, out));
    if response.on_hover_text(open.tooltip(words, ui.ctx())).clicked() && session.state != SessionState::Running {
        out.push(open);
    }
}

/// Right part of a line while the agent is asked.
fn actions_rect(inner: Rect) -> Rect {
    Rect::from_min_max(pos2(inner.left() + FLAGS_AT * inner.width(), inner.top()), inner.max)
}

fn ask_ui(ui: &mut Ui, words: Words, session: &SessionEntry, out: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        button::command_ui(ui, words, &Command::KeepSession, Look::Plain, true, out);
        button::command_ui(ui, words, &Command::Delete(session.id.clone()), Look::Danger, true, out);
        let room = ui.available_width();
        let text = words.tr("library.ask_delete");
        let galley = card::one_line(ui.painter(), &text, theme::font(BODY), tokens.bad, room);
        let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Alert, true, &text));
        ui.painter().galley(rect.min, galley, tokens.bad);
    });
}

fn actions_ui(ui: &mut Ui, words: Words, session: &SessionEntry, out: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        if session.state != SessionState::Running {
            button::icon_ui(ui, words, &Command::AskDelete(session.id.clone()), 36.0, out);
        }
        if session.state == SessionState::CutOff {
            button::command_ui(ui, words, &Command::Recover(session.id.clone()), Look::Plain, true, out);
        }
        let (key, mood) = match session.state {
            SessionState::Complete => ("library.complete", Mood::Quiet),
            SessionState::CutOff => ("library.cut_off", Mood::Watch),
            SessionState::Running => ("library.running", Mood::Good),
        };
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
            let color = mood.color(tokens);
            let galley = card::one_line(ui.painter(), &words.tr(key), theme::font(BODY), color, ui.available_width());
            let (rect, response) = ui.allocate_exact_size(galley.size(), Sense::hover());
            ui.painter().galley(rect.min, galley, color);
            response.on_hover_text(session.path.display().to_string());
        });
    });
}

fn kind_mood(kind: FlagKind) -> Mood {
    if kind == FlagKind::BannedWording { Mood::Bad } else { Mood::Watch }
}

/// Kinds of flag with their counts, as many as there is room for.
fn flags_ui(painter: &Painter, tokens: &Tokens, start: egui::Pos2, room: f32, session: &SessionEntry, words: Words) {
    if session.flags.is_empty() {
        // A session that was cut off has not been judged to its end.
        let judged = session.state == SessionState::Complete;
        let text = if judged { words.tr("library.no_flags") } else { "—".to_owned() };
        let galley = card::one_line(painter, &text, theme::font(BODY), tokens.quiet, room);
        card::galley_at(painter, start, galley, tokens.quiet);
        return;
    }
    let mut flags = session.flags.clone();
    flags.sort_by_key(|(kind, count)| (*kind != FlagKind::BannedWording, std::cmp::Reverse(*count)));
    let mut x = start.x;
    for (index, (kind, count)) in flags.iter().enumerate() {
        let text = format!("{} {count}", words.kind(*kind));
        let galley = painter.layout_no_wrap(text, theme::font(BODY), tokens.text);
        let width = 2.5 * GRID + galley.size().x + 2.0 * GRID;
        let last = index + 1 == flags.len();
        let more_room = if last { 0.0 } else { 3.0 * GRID };
        if x + width - 2.0 * GRID + more_room > start.x + room && index > 0 {
            let more = painter.layout_no_wrap(format!("+{}", flags.len() - index), theme::font(BODY), tokens.quiet);
            card::galley_at(painter, pos2(x, start.y), more, tokens.quiet);
            return;
        }
        let mood = kind_mood(*kind);
        painter.add(pins::shape(pos2(x + 7.0, start.y), 7.0, mood, mood.color(tokens), Stroke::NONE));
        card::galley_at(painter, pos2(x + 2.5 * GRID, start.y), galley, tokens.text);
        x += width;
    }
}

#[cfg(test)]
mod tests {
    use super::when;

    #[test]
    fn dates_are_shown_without_seconds_and_odd_ones_as_they_are() {
        assert_eq!(when("2026-11-21T21:17:16+08:00"), "2026-11-21 21:17");
        assert_eq!(when(""), "");
        assert_eq!(when("昨天"), "昨天");
    }
}
