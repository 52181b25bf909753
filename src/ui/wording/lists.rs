//! What is in the pack in force: entries, cues and word lists, one list each.

use super::editor::{level_key, severity_key};
use super::{Kind, Shown, WordingPage, fields, note_ui};
use crate::practice::pack_editor::{ItemKey, ItemRow, Layer};
use crate::ui::icons::Icon;
use crate::ui::theme::{self, BODY, GRID, Mood, RADIUS, SMALL, Tokens};
use crate::ui::widgets::button::{self, Look};
use crate::ui::widgets::{card, pins};
use crate::ui::words::Words;
use egui::{CornerRadius, Rect, Role, ScrollArea, Sense, Stroke, TextEdit, Ui, WidgetInfo, pos2, vec2};

/// Height of a row.
const ROW: f32 = 6.5 * GRID;
/// Height of the names of the lists.
const TABS: f32 = 4.5 * GRID;
/// Below this width an entry's second line has no room for its severity.
const NARROW: f32 = 32.0 * GRID;

impl WordingPage {
    /// Draws a list, with what it can be searched by.
    pub(super) fn items_ui(&mut self, ui: &mut Ui, rect: Rect, shown: &Shown<'_>) {
        let (words, view) = (shown.words, shown.view);
        card::card_ui(ui, rect, "entries", |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            self.tabs_ui(ui, shown);
            ui.add_space(GRID);
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = GRID;
                let adds = view.editable && self.kind == Kind::Entries;
                let side = if adds { button::HEIGHT + GRID } else { 0.0 };
                let name = words.tr("wording.search");
                let field = TextEdit::singleline(&mut self.search)
                    .hint_text(&name)
                    .font(theme::font(BODY))
                    .margin(egui::Margin::symmetric(10, 9))
                    .desired_width(ui.available_width() - side);
                ui.add(field).widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &name));
                let (new, tip) = (words.tr("wording.new_entry"), words.tr("wording.new_entry_tip"));
                if adds && button::square_ui(ui, Icon::Plus, &new, &tip, Look::Plain).clicked() {
                    self.select(None);
                }
            });
            ui.add_space(GRID / 2.0);
            let id = format!("items {:?}", self.kind);
            ScrollArea::vertical().id_salt(id).auto_shrink(false).show(ui, |ui| {
                if self.chosen && self.selected.is_none() && self.kind == Kind::Entries {
                    new_row_ui(ui, words);
                }
                let found = |row: &&ItemRow| Kind::of(&row.key) == self.kind && self.is_wanted(words, row);
                let found: Vec<&ItemRow> = view.rows.iter().filter(found).collect();
                for row in &found {
                    self.row_ui(ui, words, row);
                }
                if found.is_empty() {
                    ui.add_space(GRID);
                    note_ui(ui, &words.tr("wording.nothing_found"));
                }
            });
        });
    }

    /// Whether a row is searched for, by what is in it or by its name.
    fn is_wanted(&self, words: Words, row: &ItemRow) -> bool {
        row.matches(&self.search)
            || fields::name(words, &row.key).to_lowercase().contains(self.search.trim().to_lowercase().as_str())
    }

    /// The names of the lists, side by side.
    fn tabs_ui(&mut self, ui: &mut Ui, shown: &Shown<'_>) {
        let tokens = Tokens::of(ui);
        let kinds =
            [(Kind::Entries, "wording.entries"), (Kind::Cues, "wording.cues"), (Kind::Words, "wording.word_lists")];
        let (whole, _) = ui.allocate_exact_size(vec2(ui.available_width(), TABS), Sense::hover());
        ui.painter().hline(whole.x_range(), whole.bottom() - 0.5, Stroke::new(1.0, tokens.line));
        let width = whole.width() / kinds.len() as f32;
        for (index, (kind, key)) in kinds.into_iter().enumerate() {
            let place = Rect::from_min_size(whole.min + vec2(index as f32 * width, 0.0), vec2(width, TABS));
            let response = ui.interact(place, ui.scope_id().with(("list", index)), Sense::click());
            let (text, selected) = (shown.words.tr(key), self.kind == kind);
            response.widget_info(|| WidgetInfo::selected(Role::Tab, true, selected, &text));
            let lit = response.hovered() || response.has_focus();
            let color = match (selected, lit) {
                (true, _) => tokens.accent,
                (false, true) => tokens.text,
                (false, false) => tokens.quiet,
            };
            let font = if selected { theme::bold(BODY) } else { theme::font(BODY) };
            let galley = card::one_line(ui.painter(), &text, font, color, width);
            let left = place.center().x - galley.size().x / 2.0;
            card::galley_at(ui.painter(), pos2(left, place.center().y - 2.0), galley, color);
            if selected {
                ui.painter().hline(place.x_range(), whole.bottom() - 1.0, Stroke::new(2.0, tokens.accent));
            }
            if response.clicked() && !selected {
                self.show(kind, shown.view);
            }
        }
    }

    fn row_ui(&mut self, ui: &mut Ui, words: Words, row: &ItemRow) {
        let tokens = Tokens::of(ui);
        let selected = self.selected.as_ref() == Some(&row.key);
        let (title, about) = told(words, row, ui.available_width() - GRID);
        let label = format!("{} {title}", row.key.id());
        let (rect, clicked) = list_row(ui, &label, selected);
        let mut left = rect.left() + 1.5 * GRID;
        if let Some(severity) = row.severity {
            let mood = if row.off { Mood::Quiet } else { pins::mood(severity) };
            pins::small(ui.painter(), pos2(left, rect.top() + 2.25 * GRID), mood, tokens);
            left += 1.5 * GRID;
        }
        let room = rect.right() - left - GRID;
        let color = if row.off { tokens.pale } else { tokens.text };
        let phrase = card::one_line(ui.painter(), &title, theme::font(BODY), color, room);
        let middle = pos2(left, rect.top() + 2.25 * GRID);
        let right = card::galley_at(ui.painter(), middle, phrase, color);
        if row.off {
            ui.painter().hline(left..=right, middle.y, Stroke::new(1.0, color));
        }
        let unsaved = self.drafts.contains_key(&(self.pack.clone(), Some(row.key.clone())));
        let (state, color) = match (unsaved, row.off, row.layer) {
            (true, ..) => (Some("wording.unsaved"), tokens.watch),
            (false, true, _) => (Some("wording.off"), tokens.quiet),
            (false, false, Layer::Own) => (Some("wording.own"), tokens.accent),
            (false, false, Layer::Changed) => (Some("wording.changed"), tokens.accent),
            (false, false, Layer::Below) => (None, tokens.quiet),
        };
        let below = rect.top() + 4.75 * GRID;
        let mut right = rect.right() - GRID;
        if let Some(key) = state {
            let badge = ui.painter().layout_no_wrap(words.tr(key), theme::font(SMALL), color);
            right -= badge.size().x;
            card::galley_at(ui.painter(), pos2(right, below), badge, color);
        }
        let galley = card::one_line(ui.painter(), &about, theme::font(SMALL), tokens.quiet, right - left - GRID);
        card::galley_at(ui.painter(), pos2(left, below), galley, tokens.quiet);
        if clicked {
            self.select(Some(row.key.clone()));
        }
    }
}

/// The two lines of a row that is `width` wide.
fn told(words: Words, row: &ItemRow, width: f32) -> (String, String) {
    match &row.key {
        ItemKey::Entry(key) => {
            let mut about = format!("{} · {}", key.id, words.tr(level_key(key.level)));
            if let Some(severity) = row.severity.filter(|_| width >= NARROW) {
                // In a small window the shape alone tells how serious it is.
                about += &format!(" · {}", words.tr(severity_key(severity)));
            }
            (row.phrase.clone(), about)
        }
        ItemKey::Cue(key) => (fields::name(words, &row.key), format!("{} · {}", key.id, row.phrase)),
        ItemKey::Words(_) => (fields::name(words, &row.key), row.phrase.clone()),
    }
}

fn new_row_ui(ui: &mut Ui, words: Words) {
    let text = words.tr("wording.new_entry");
    let rect = list_row(ui, &text, true).0;
    let tokens = Tokens::of(ui);
    let galley = card::one_line(ui.painter(), &text, theme::bold(BODY), tokens.accent, rect.width() - 4.0 * GRID);
    card::galley_at(ui.painter(), pos2(rect.left() + 3.0 * GRID, rect.center().y), galley, tokens.accent);
}

/// The ground of a row of the list; answers with its place and whether it was clicked.
fn list_row(ui: &mut Ui, label: &str, selected: bool) -> (Rect, bool) {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width() - GRID, ROW), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, label));
    let lit = response.hovered() || response.has_focus();
    if selected || lit {
        let back = if selected { tokens.accent_dim } else { tokens.raised };
        ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), back);
    }
    (rect, response.clicked())
}
