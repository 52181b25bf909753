//! The packs, and the entries of the one in force.

use super::{Shown, WordingPage};
use crate::practice::pack_editor::{EntryRow, Layer};
use crate::ui::backend::{PackLine, WordingAction, WordingView};
use crate::ui::command::Command;
use crate::ui::icons::Icon;
use crate::ui::theme::{self, BODY, GRID, Mood, RADIUS, SMALL, Tokens};
use crate::ui::widgets::button::{self, Look};
use crate::ui::widgets::{card, pins};
use crate::ui::words::Words;
use egui::{CornerRadius, Rect, Role, ScrollArea, Sense, Stroke, TextEdit, Ui, WidgetInfo, pos2, vec2};

/// Height of a pack.
const PACK: f32 = 6.0 * GRID;
/// Height of an entry.
const ENTRY: f32 = 6.5 * GRID;
/// Below this width an entry's second line has no room for its severity.
const NARROW: f32 = 32.0 * GRID;
/// Packs that are seen without scrolling.
const MOST: usize = 4;

/// Height of the card of packs.
pub(super) fn packs_height(view: &WordingView) -> f32 {
    11.5 * GRID + view.packs.len().clamp(1, MOST) as f32 * PACK
}

/// Draws the packs, and a line to make one.
pub(super) fn packs_ui(
    ui: &mut Ui,
    rect: Rect,
    words: Words,
    view: &WordingView,
    new_name: &mut String,
    out: &mut Vec<Command>,
) {
    card::card_ui(ui, rect, "packs", |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        card::heading_ui(ui, &words.tr("wording.packs"), "");
        let list = ui.available_height() - 5.5 * GRID;
        ScrollArea::vertical().id_salt("packs").max_height(list).auto_shrink([false, true]).show(ui, |ui| {
            for pack in &view.packs {
                pack_ui(ui, words, pack, out);
            }
        });
        ui.add_space(GRID);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = GRID;
            let create = Command::Wording(WordingAction::Create(new_name.trim().to_owned()));
            let text = create.text(words);
            let side = ui.painter().layout_no_wrap(text, theme::font(BODY), Tokens::of(ui).text).size().x;
            let width = ui.available_width() - side - 8.0 * GRID;
            let name = words.tr("wording.new_pack");
            let field = TextEdit::singleline(new_name)
                .hint_text(&name)
                .font(theme::font(BODY))
                .margin(egui::Margin::symmetric(10, 9))
                .desired_width(width);
            ui.add(field).widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &name));
            let before = out.len();
            button::command_ui(ui, words, &create, Look::Plain, !new_name.trim().is_empty(), out);
            if out.len() > before {
                new_name.clear();
            }
        });
    });
}

fn pack_ui(ui: &mut Ui, words: Words, pack: &PackLine, out: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), PACK), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, pack.in_force, &pack.name));
    if (response.hovered() || response.has_focus()) && !pack.in_force {
        ui.painter().rect_filled(rect.expand2(vec2(GRID, 0.0)), CornerRadius::same(RADIUS), tokens.raised);
    }
    let ring = pos2(rect.left() + GRID, rect.center().y);
    let color = if pack.in_force { tokens.accent } else { tokens.quiet };
    ui.painter().circle_stroke(ring, 7.0, Stroke::new(1.5, color));
    if pack.in_force {
        ui.painter().circle_filled(ring, 4.0, color);
    }
    let left = rect.left() + 3.5 * GRID;
    let room = rect.right() - left;
    let font = if pack.in_force { theme::bold(BODY) } else { theme::font(BODY) };
    let name = card::one_line(ui.painter(), &pack.name, font, tokens.text, room);
    card::galley_at(ui.painter(), pos2(left, rect.top() + 2.0 * GRID), name, tokens.text);
    let (note, color) = pack_note(words, pack, tokens);
    let galley = card::one_line(ui.painter(), &note, theme::font(SMALL), color, room);
    card::galley_at(ui.painter(), pos2(left, rect.top() + 4.25 * GRID), galley, color);
    let use_it = Command::Wording(WordingAction::Use(pack.file.clone()));
    let tip = match (&pack.trouble, &pack.file, pack.in_force) {
        (Some(trouble), ..) => trouble.clone(),
        (None, Some(file), true) => words.fill("wording.file", &[("note", &note), ("file", file)]),
        (None, None, true) => note,
        (None, _, false) => use_it.tooltip(words, ui.ctx()),
    };
    if response.on_hover_text(tip).clicked() && !pack.in_force {
        out.push(use_it);
    }
}

fn pack_note(words: Words, pack: &PackLine, tokens: &Tokens) -> (String, egui::Color32) {
    let count = pack.entries.to_string();
    match (&pack.file, &pack.trouble, &pack.over) {
        (_, Some(_), _) => (words.tr("wording.broken"), tokens.bad),
        (None, ..) => (words.tr("wording.bundled"), tokens.quiet),
        (Some(_), None, Some(over)) => (words.fill("wording.over", &[("over", over), ("count", &count)]), tokens.quiet),
        (Some(_), None, None) => (words.fill("wording.alone", &[("count", &count)]), tokens.quiet),
    }
}

impl WordingPage {
    /// Draws the entries, with what they can be searched by.
    pub(super) fn entries_ui(&mut self, ui: &mut Ui, rect: Rect, shown: &Shown<'_>) {
        let (words, view) = (shown.words, shown.view);
        card::card_ui(ui, rect, "entries", |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let count = words.fill("wording.count", &[("count", &view.rows.len().to_string())]);
            card::heading_ui(ui, &words.tr("wording.entries"), &count);
            ui.add_space(GRID / 2.0);
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = GRID;
                let side = if view.editable { button::HEIGHT + GRID } else { 0.0 };
                let name = words.tr("wording.search");
                let field = TextEdit::singleline(&mut self.search)
                    .hint_text(&name)
                    .font(theme::font(BODY))
                    .margin(egui::Margin::symmetric(10, 9))
                    .desired_width(ui.available_width() - side);
                ui.add(field).widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &name));
                let (new, tip) = (words.tr("wording.new_entry"), words.tr("wording.new_entry_tip"));
                if view.editable && button::square_ui(ui, Icon::Plus, &new, &tip, Look::Plain).clicked() {
                    self.select(None);
                }
            });
            ui.add_space(GRID / 2.0);
            ScrollArea::vertical().id_salt("entries").auto_shrink(false).show(ui, |ui| {
                if self.chosen && self.selected.is_none() {
                    self.new_row_ui(ui, words);
                }
                let found: Vec<&EntryRow> = view.rows.iter().filter(|row| row.matches(&self.search)).collect();
                for row in &found {
                    self.entry_ui(ui, words, row);
                }
                if found.is_empty() {
                    ui.add_space(GRID);
                    super::note_ui(ui, &words.tr("wording.nothing_found"));
                }
            });
        });
    }

    fn new_row_ui(&mut self, ui: &mut Ui, words: Words) {
        let text = words.tr("wording.new_entry");
        let rect = list_row(ui, &text, true).0;
        let tokens = Tokens::of(ui);
        let galley = card::one_line(ui.painter(), &text, theme::bold(BODY), tokens.accent, rect.width() - 4.0 * GRID);
        card::galley_at(ui.painter(), pos2(rect.left() + 3.0 * GRID, rect.center().y), galley, tokens.accent);
    }

    fn entry_ui(&mut self, ui: &mut Ui, words: Words, row: &EntryRow) {
        let tokens = Tokens::of(ui);
        let selected = self.selected.as_ref() == Some(&row.key);
        let label = format!("{} {}", row.key.id, row.phrase);
        let (rect, clicked) = list_row(ui, &label, selected);
        let mood = if row.off { Mood::Quiet } else { pins::mood(row.severity) };
        pins::small(ui.painter(), pos2(rect.left() + 1.5 * GRID, rect.top() + 2.25 * GRID), mood, tokens);
        let left = rect.left() + 3.0 * GRID;
        let room = rect.right() - left - GRID;
        let color = if row.off { tokens.pale } else { tokens.text };
        let phrase = card::one_line(ui.painter(), &row.phrase, theme::font(BODY), color, room);
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
        let level = super::editor::level_key(row.key.level);
        let mut about = format!("{} · {}", row.key.id, words.tr(level));
        if rect.width() >= NARROW {
            // In a small window the shape alone tells how serious it is.
            about += &format!(" · {}", words.tr(super::editor::severity_key(row.severity)));
        }
        let galley = card::one_line(ui.painter(), &about, theme::font(SMALL), tokens.quiet, right - left - GRID);
        card::galley_at(ui.painter(), pos2(left, below), galley, tokens.quiet);
        if clicked {
            self.select(Some(row.key.clone()));
        }
    }
}

/// The ground of a row of the list; answers with its place and whether it was clicked.
fn list_row(ui: &mut Ui, label: &str, selected: bool) -> (Rect, bool) {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width() - GRID, ENTRY), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, selected, label));
    let lit = response.hovered() || response.has_focus();
    if selected || lit {
        let back = if selected { tokens.accent_dim } else { tokens.raised };
        ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), back);
    }
    (rect, response.clicked())
}
