//! The notes pane beside the transcript: what is to be remembered of the call, one line a note (curriculum B5, E8).
//!
//! A note belongs to the moment at which its first character was typed, and is known by it.

use super::command::Command;
use super::icons::{self, Icon};
use super::scene::Scene;
use super::theme::{self, BODY, GRID, SMALL, Tokens};
use super::widgets::{button, card};
use super::words::Words;
use crate::engine::judge::Amendment;
use crate::session::event::Note;
use crate::time::{SampleTime, clock_text, samples};
use egui::text::CCursor;
use egui::text_selection::CCursorRange;
use egui::{Color32, CornerRadius, Key, Rect, Role, ScrollArea, Sense, TextEdit, Ui, WidgetInfo, pos2, vec2};

/// Width of the times at the left edge; the two buttons of a note stand in their place when it is pointed at.
const TIMES: f32 = 6.0 * GRID;
/// Height of the field.
const FIELD: f32 = 5.0 * GRID;
/// Height of the line that offers a removed note back.
const UNDO: f32 = 3.5 * GRID;
/// Most characters of a note: it is a line and no letter.
const MOST_CHARS: usize = 300;
/// In a replay a note stands out for so long after its moment, seconds.
const CURRENT_S: f64 = 6.0;

/// The pane's own state: whether it is open, and the line that is being typed.
#[derive(Debug, Default)]
pub struct NotesPane {
    open: bool,
    line: String,
    /// The moment that the line belongs to, once there is one.
    at: Option<SampleTime>,
    /// The note that the line changes; none for a new one.
    changes: Option<Note>,
    /// Moments of the notes that were written here: some may not have come back yet.
    given: Vec<SampleTime>,
    wants_focus: bool,
    typing: bool,
    /// The note that was removed last, until something else happens.
    removed: Option<Note>,
}

impl NotesPane {
    /// A pane for a session that has these notes: open when there are any.
    pub fn of(notes: &[Note]) -> Self {
        Self { open: !notes.is_empty(), ..Self::default() }
    }

    /// Opens it, ready to be typed into, or closes it. A line that was begun stays.
    pub fn toggle(&mut self) {
        self.open = !self.open;
        self.wants_focus = self.open;
        self.typing = false;
        self.removed = None;
    }

    /// Whether it is shown.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Whether keys go into its field.
    pub fn is_typing(&self) -> bool {
        self.open && self.typing
    }

    /// Another session begins: nothing of the last one stays but that the pane is open.
    pub fn forget(&mut self) {
        *self = Self { open: self.open, ..Self::default() };
    }

    /// The session begins: a line that was begun while it was being opened belongs to its start.
    pub fn begin(&mut self) {
        self.at = self.at.map(|_| SampleTime::ZERO);
        self.given.clear();
        (self.changes, self.removed) = (None, None);
    }

    /// Ends the line; answers with what it asks for. A note of which nothing is left is removed.
    pub fn finish(&mut self) -> Option<Amendment> {
        let text = std::mem::take(&mut self.line).trim().to_owned();
        let (at, changes) = (self.at.take(), self.changes.take());
        let at = at?;
        if !text.is_empty() {
            self.given.push(at);
            self.removed = None;
            return Some(Amendment::Note { at, text });
        }
        self.removed = Some(changes?);
        Some(Amendment::RemoveNote { at })
    }

    /// Begins to change a note; a line that was begun is ended first.
    fn change(&mut self, note: &Note, out: &mut Vec<Command>) {
        out.extend(self.finish().map(Command::Amend));
        self.line.clone_from(&note.text);
        (self.at, self.changes, self.wants_focus) = (Some(note.at), Some(note.clone()), true);
    }

    /// Leaves the note that was being changed as it is.
    fn leave(&mut self) {
        self.line.clear();
        (self.at, self.changes) = (None, None);
    }

    /// The line was typed into: its moment is that of its first character. No two notes have the same moment.
    fn typed(&mut self, scene: &Scene<'_>) {
        if self.line.is_empty() && self.changes.is_none() {
            self.at = None;
        } else if self.at.is_none() {
            let mut at = scene.now;
            while self.given.contains(&at) || scene.timeline.notes.iter().any(|note| note.at == at) {
                at = at + 1;
            }
            self.at = Some(at);
        }
    }

    /// Draws heading, notes and field.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, out: &mut Vec<Command>) {
        ui.spacing_mut().item_spacing.y = 0.0;
        heading_ui(ui, scene, out);
        let rect = ui.available_rect_before_wrap();
        let field = Rect::from_min_max(pos2(rect.left(), rect.bottom() - FIELD), rect.max);
        let undo = if self.removed.is_some() { UNDO } else { 0.0 };
        let list = Rect::from_min_max(rect.min, pos2(rect.right(), field.top() - undo - GRID));
        card::inside_ui(ui, list, "notes", |ui| self.list_ui(ui, scene, out));
        if let Some(note) = self.removed.clone() {
            let row = Rect::from_min_size(pos2(rect.left(), list.bottom() + GRID / 2.0), vec2(rect.width(), UNDO));
            self.undo_ui(ui, row, scene.words, note, out);
        }
        self.field_ui(ui, field, scene, out);
    }

    fn list_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, out: &mut Vec<Command>) {
        let notes = &scene.timeline.notes;
        if notes.is_empty() {
            let key = if scene.replay { "notes.empty_replay" } else { "notes.empty" };
            card::empty_ui(ui, ui.available_rect_before_wrap(), Icon::Pencil, &scene.words.tr(key));
            return;
        }
        let scroll = ScrollArea::vertical().id_salt("notes").auto_shrink(false).stick_to_bottom(!scene.replay);
        scroll.show(ui, |ui| {
            for note in notes {
                self.note_ui(ui, scene, note, out);
            }
        });
    }

    /// One note: when and what. A click changes it, in a replay it plays from there.
    fn note_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, note: &Note, out: &mut Vec<Command>) {
        let tokens = Tokens::of(ui);
        let words = scene.words;
        let width = ui.available_width() - GRID;
        let later = scene.replay && note.at > scene.now;
        let color = if later { tokens.quiet } else { tokens.text };
        let painter = ui.painter().clone();
        let text = card::lines(&painter, &note.text, theme::font(BODY), color, width - TIMES, usize::MAX);
        let (rect, response) = ui.allocate_exact_size(vec2(width, text.size().y + GRID), Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &note.text));
        let changed = self.changes.as_ref().is_some_and(|changed| changed.at == note.at);
        let current = scene.replay && !later && scene.now - note.at < samples(CURRENT_S);
        // The buttons lie on the note, so that pointing at them is pointing at it.
        let pointed = ui.rect_contains_pointer(rect) || response.has_focus();
        if changed || current || pointed {
            let fill = if changed || current { tokens.accent_dim } else { tokens.raised };
            painter.rect_filled(rect.expand2(vec2(GRID / 2.0, 0.0)), CornerRadius::same(6), fill);
        }
        let line = rect.top() + GRID / 2.0 + 0.72 * BODY;
        painter.galley(pos2(rect.left() + TIMES, rect.top() + GRID / 2.0), text, color);
        let tip = words.tr(if scene.replay { "replay.click_plays" } else { "notes.change_tip" });
        match response.on_hover_text(tip).clicked() {
            true if scene.replay => out.push(Command::PlayFrom(note.at.seconds())),
            true => self.change(note, out),
            false => {}
        }
        self.buttons_ui(ui, pos2(rect.left(), line), words, note, pointed, out);
    }

    /// The time of a note, or what can be done with it while it is pointed at.
    fn buttons_ui(
        &mut self,
        ui: &mut Ui,
        middle: egui::Pos2,
        words: Words,
        note: &Note,
        pointed: bool,
        out: &mut Vec<Command>,
    ) {
        let tokens = Tokens::of(ui);
        let remove = Command::Amend(Amendment::RemoveNote { at: note.at });
        let side = 2.75 * GRID;
        let square = |index: f32| Rect::from_center_size(middle + vec2((index + 0.5) * side, 0.0), vec2(side, side));
        let change = (words.tr("notes.change"), words.tr("notes.change_tip"));
        let removal = (remove.text(words), remove.tooltip(words, ui.ctx()));
        let act = |ui: &mut Ui, index: f32, icon: Icon, (text, tip): (String, String)| {
            let rect = square(index);
            let response = ui.interact(rect, ui.scope_id().with((index as u8, note.at)), Sense::click());
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{text} {}", note.text)));
            let lit = response.hovered() || response.has_focus();
            if pointed || lit {
                icons::paint(ui.painter(), icon, rect.shrink(4.0), if lit { tokens.accent } else { tokens.quiet });
            }
            (lit, response.on_hover_text(tip).clicked())
        };
        let (lit_change, clicked_change) = act(ui, 0.0, Icon::Pencil, change);
        let (lit_remove, clicked_remove) = act(ui, 1.0, Icon::Trash, removal);
        if !pointed && !lit_change && !lit_remove {
            let time = ui.painter().layout_no_wrap(clock_text(note.at), theme::font(SMALL), tokens.quiet);
            card::galley_at(ui.painter(), middle, time, tokens.quiet);
        }
        if clicked_change {
            self.change(note, out);
        }
        if clicked_remove {
            if self.at == Some(note.at) {
                self.leave();
            }
            self.removed = Some(note.clone());
            out.push(remove);
        }
    }

    /// What was removed, and the way back.
    fn undo_ui(&mut self, ui: &mut Ui, row: Rect, words: Words, note: Note, out: &mut Vec<Command>) {
        let tokens = Tokens::of(ui);
        let (text, tip) = (words.tr("notes.undo"), words.tr("notes.undo_tip"));
        let label = format!("{text} {}", note.text);
        let (left, clicked) = button::quiet_at(ui, pos2(row.right(), row.center().y), &text, &label, &tip);
        let told = words.fill("notes.removed", &[("text", &note.text)]);
        let room = left - GRID - row.left();
        let galley = card::one_line(ui.painter(), &told, theme::font(SMALL), tokens.quiet, room);
        card::galley_at(ui.painter(), row.left_center(), galley, tokens.quiet);
        if clicked {
            self.removed = None;
            out.push(Command::Amend(Amendment::Note { at: note.at, text: note.text }));
        }
    }

    /// The line that is being typed, with its moment before it.
    fn field_ui(&mut self, ui: &mut Ui, rect: Rect, scene: &Scene<'_>, out: &mut Vec<Command>) {
        let tokens = Tokens::of(ui);
        let words = scene.words;
        let middle = rect.left_center();
        match self.at {
            Some(at) => {
                let time = ui.painter().layout_no_wrap(clock_text(at), theme::font(SMALL), tokens.accent);
                card::galley_at(ui.painter(), middle, time, tokens.accent);
            }
            None => {
                let square = Rect::from_center_size(middle + vec2(1.25 * GRID, 0.0), vec2(18.0, 18.0));
                icons::paint(ui.painter(), Icon::Pencil, square, tokens.pale);
            }
        }
        let name = words.tr("notes.field");
        let place = Rect::from_min_max(pos2(rect.left() + TIMES, rect.top()), rect.max);
        let edit = TextEdit::singleline(&mut self.line)
            .id_salt("note")
            .font(theme::font(BODY))
            .hint_text(hint(ui, words, place.width()))
            .char_limit(MOST_CHARS)
            .margin(egui::Margin::symmetric(10, 9))
            .desired_width(f32::INFINITY);
        let response = ui.put(place, edit);
        response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &name));
        if response.changed() {
            self.typed(scene);
        }
        let (ended, left) = ui.input(|input| (input.key_pressed(Key::Enter), input.key_pressed(Key::Escape)));
        if response.lost_focus() && ended {
            out.extend(self.finish().map(Command::Amend));
            self.wants_focus = true;
        } else if response.lost_focus() && left && self.changes.is_some() {
            self.leave();
        }
        if std::mem::take(&mut self.wants_focus) {
            response.request_focus();
            // What is typed next goes behind what is there.
            let end = CCursor::new(self.line.chars().count());
            let mut state = TextEdit::load_state(ui.ctx(), response.id).unwrap_or_default();
            state.cursor.set_char_range(Some(CCursorRange::one(end)));
            state.store(ui.ctx(), response.id);
        }
        self.typing = response.has_focus();
    }
}

/// What stands in the empty field: half a sentence says nothing.
fn hint(ui: &Ui, words: Words, width: f32) -> String {
    let long = words.tr("notes.hint");
    let needs = ui.painter().layout_no_wrap(long.clone(), theme::font(BODY), Color32::PLACEHOLDER).size().x;
    if needs + 3.0 * GRID <= width { long } else { words.tr("notes.hint_short") }
}

/// What the pane is, how many notes there are, and the way to close it.
fn heading_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Vec<Command>) {
    let words = scene.words;
    let command = Command::ToggleNotes;
    let row = ui.available_rect_before_wrap();
    let place = pos2(row.right(), row.top() + 1.5 * GRID);
    let text = words.tr("notes.close");
    let (left, clicked) = button::quiet_at(ui, place, &text, &text, &command.tooltip(words, ui.ctx()));
    if clicked {
        out.push(command);
    }
    let title = title(words, scene.timeline.notes.len());
    card::heading_beside_ui(ui, &title, "", row.right() - left);
    ui.add_space(0.75 * GRID);
}

/// The name of the pane and how many notes there are.
fn title(words: Words, count: usize) -> String {
    let name = words.tr("notes.title");
    if count == 0 { name } else { format!("{name} {count}") }
}

/// The button that opens the pane, its right edge at `right`; returns its left edge.
pub fn open_ui(ui: &mut Ui, place: egui::Pos2, scene: &Scene<'_>, out: &mut Vec<Command>) -> f32 {
    let command = Command::ToggleNotes;
    let text = title(scene.words, scene.timeline.notes.len());
    let (left, clicked) = button::quiet_at(ui, place, &text, &text, &command.tooltip(scene.words, ui.ctx()));
    if clicked {
        out.push(command);
    }
    left
}
