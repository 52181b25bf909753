//! The packs: which is in force, how a company's pack is made, renamed and deleted.

use crate::ui::backend::{OwnCounts, PackLine, WordingAction, WordingView};
use crate::ui::command::Command;
use crate::ui::icons::{self, Icon};
use crate::ui::theme::{self, BODY, GRID, RADIUS, SMALL, Tokens};
use crate::ui::widgets::button::{self, Look};
use crate::ui::widgets::card;
use crate::ui::words::Words;
use egui::{
    CornerRadius, Galley, Key, Popup, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, TextEdit, Ui, WidgetInfo,
    pos2, vec2,
};
use std::sync::Arc;

/// Height of a pack.
const PACK: f32 = 6.0 * GRID;
/// Most lines of what is said before a pack is deleted.
const SAID: usize = 12;
/// Side of the button for what can be done with a pack.
const MORE: f32 = 4.0 * GRID;
/// Room around what is said before a pack is deleted.
const PADDING: f32 = 1.5 * GRID;
/// Packs that are seen without scrolling.
const MOST: usize = 4;

/// What is being done with the packs.
#[derive(Debug, Default)]
pub(super) struct PackWork {
    /// Name of a pack to be made.
    new_name: String,
    /// File of the pack that is being renamed, and what was typed.
    renaming: Option<(String, String)>,
    /// File of the pack that the person is asked about.
    deleting: Option<String>,
}

impl PackWork {
    /// Called when the page is opened.
    pub(super) fn opened(&mut self) {
        (self.renaming, self.deleting) = (None, None);
    }

    /// Height of a card that is `width` wide.
    pub(super) fn height(&self, ui: &Ui, width: f32, words: Words, view: &WordingView) -> f32 {
        match self.asked(view) {
            Some(pack) => 6.5 * GRID + Asked::of(ui, words, pack, width - 4.0 * GRID).height(),
            None => 11.5 * GRID + view.packs.len().clamp(1, MOST) as f32 * PACK,
        }
    }

    /// The pack that the person is asked about.
    fn asked<'a>(&self, view: &'a WordingView) -> Option<&'a PackLine> {
        view.packs.iter().find(|pack| pack.file.is_some() && pack.file == self.deleting)
    }

    /// Draws the packs, and a line to make one.
    pub(super) fn ui(&mut self, ui: &mut Ui, rect: Rect, words: Words, view: &WordingView, out: &mut Vec<Command>) {
        let there = |file: &String| view.packs.iter().any(|pack| pack.file.as_ref() == Some(file));
        self.deleting.take_if(|file| !there(file));
        self.renaming.take_if(|(file, _)| !there(file));
        card::card_ui(ui, rect, "packs", |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            card::heading_ui(ui, &words.tr("wording.packs"), "");
            if let Some(pack) = self.asked(view) {
                // Nothing else is to be done before this is answered, and in a small window there is room for nothing else.
                self.ask_ui(ui, words, pack, out);
                return;
            }
            let list = ui.available_height() - 5.5 * GRID;
            ScrollArea::vertical().id_salt("packs").max_height(list).auto_shrink([false, true]).show(ui, |ui| {
                for pack in &view.packs {
                    let is = |file: &String| pack.file.as_ref() == Some(file);
                    if self.renaming.as_ref().is_some_and(|(file, _)| is(file)) {
                        self.rename_ui(ui, words, out);
                    } else {
                        self.pack_ui(ui, words, pack, out);
                    }
                }
            });
            ui.add_space(GRID);
            self.new_ui(ui, words, out);
        });
    }

    fn new_ui(&mut self, ui: &mut Ui, words: Words, out: &mut Vec<Command>) {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = GRID;
            let create = Command::Wording(WordingAction::Create(self.new_name.trim().to_owned()));
            let text = create.text(words);
            let side = ui.painter().layout_no_wrap(text, theme::font(BODY), Tokens::of(ui).text).size().x;
            let width = ui.available_width() - side - 8.0 * GRID;
            name_ui(ui, &mut self.new_name, &words.tr("wording.new_pack"), width);
            let before = out.len();
            button::command_ui(ui, words, &create, Look::Plain, !self.new_name.trim().is_empty(), out);
            if out.len() > before {
                self.new_name.clear();
            }
        });
    }

    fn rename_ui(&mut self, ui: &mut Ui, words: Words, out: &mut Vec<Command>) {
        let Some((file, name)) = &mut self.renaming else { return };
        let mut over = false;
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), PACK), Sense::hover());
        let place = Rect::from_center_size(rect.center(), vec2(rect.width(), button::HEIGHT));
        card::inside_ui(ui, place, "rename", |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = GRID / 2.0;
                let width = ui.available_width() - 2.0 * (button::HEIGHT + GRID / 2.0);
                let field = name_ui(ui, name, &words.tr("wording.pack_name"), width);
                if ui.memory(|memory| memory.focused().is_none()) {
                    field.request_focus();
                }
                let rename = WordingAction::Rename { file: file.clone(), name: name.trim().to_owned() };
                let rename = Command::Wording(rename);
                let (text, tip) = (rename.text(words), rename.tooltip(words, ui.ctx()));
                let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
                let clicked = button::square_ui(ui, Icon::Check, &text, &tip, Look::Plain).clicked();
                if (clicked || entered) && !name.trim().is_empty() {
                    out.push(rename);
                    over = true;
                }
                let (text, tip) = (words.tr("wording.keep_name"), words.tr("wording.keep_name_tip"));
                over |= button::square_ui(ui, Icon::Cross, &text, &tip, Look::Plain).clicked();
            });
        });
        if over {
            self.renaming = None;
        }
    }

    /// Says what is lost, and asks.
    fn ask_ui(&mut self, ui: &mut Ui, words: Words, pack: &PackLine, out: &mut Vec<Command>) {
        let (tokens, Some(file)) = (Tokens::of(ui), &pack.file) else { return };
        let asked = Asked::of(ui, words, pack, ui.available_width());
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), asked.height()), Sense::hover());
        let said = format!("{} {}", asked.title.text(), asked.lost.text());
        response.widget_info(|| WidgetInfo::labeled(Role::Alert, true, &said));
        let frame = rect.shrink2(vec2(0.0, GRID / 2.0));
        let line = Stroke::new(1.0, tokens.bad);
        ui.painter().rect_stroke(frame, CornerRadius::same(RADIUS), line, StrokeKind::Inside);
        let inner = frame.shrink(PADDING);
        let below = inner.top() + asked.title.size().y + GRID / 2.0;
        ui.painter().galley(inner.min, asked.title, tokens.text);
        ui.painter().galley(pos2(inner.left(), below), asked.lost, tokens.quiet);
        let mut over = false;
        let buttons = inner.with_min_y(inner.bottom() - button::HEIGHT);
        card::inside_ui(ui, buttons, "ask pack", |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = GRID;
                let delete = Command::Wording(WordingAction::DeletePack(file.clone()));
                let before = out.len();
                if pack.above.is_empty() {
                    button::command_ui(ui, words, &delete, Look::Danger, true, out);
                }
                let keep = button::button_ui(ui, None, &words.tr("wording.keep"), "", Look::Plain, true);
                over = out.len() > before || keep.clicked();
            });
        });
        if over {
            self.deleting = None;
        }
    }

    fn pack_ui(&mut self, ui: &mut Ui, words: Words, pack: &PackLine, out: &mut Vec<Command>) {
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
        let room = rect.right() - left - if pack.file.is_some() { MORE } else { 0.0 };
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
        if let Some(file) = &pack.file {
            let place = Rect::from_center_size(pos2(rect.right() - MORE / 2.0, rect.center().y), vec2(MORE, MORE));
            self.more_ui(ui, words, place, pack, file);
        }
    }

    /// What can be done with a pack, behind three dots.
    fn more_ui(&mut self, ui: &mut Ui, words: Words, place: Rect, pack: &PackLine, file: &str) {
        let tokens = Tokens::of(ui);
        let response = ui.interact(place, ui.scope_id().with(("more", file)), Sense::click());
        let label = words.fill("wording.more", &[("name", &pack.name)]);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &label));
        let lit = response.hovered() || response.has_focus();
        if lit {
            ui.painter().rect_filled(place, CornerRadius::same(RADIUS), tokens.accent_dim);
        }
        icons::paint(ui.painter(), Icon::More, place.shrink(7.0), if lit { tokens.accent } else { tokens.quiet });
        Popup::menu(&response).show(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let texts = ["wording.rename", "wording.delete_pack"].map(|key| words.tr(key));
            let tips = ["wording.rename_tip", "wording.delete_pack_tip"].map(|key| words.tr(key));
            let long =
                |text: &String| ui.painter().layout_no_wrap(text.clone(), theme::font(BODY), tokens.text).size().x;
            let width = texts.iter().map(long).fold(0.0, f32::max) + 6.5 * GRID;
            // A file that cannot be read is mended in a text editor.
            if pack.trouble.is_none() && menu_row_ui(ui, Icon::Pencil, &texts[0], &tips[0], width) {
                (self.renaming, self.deleting) = (Some((file.to_owned(), pack.name.clone())), None);
                ui.close();
            }
            if menu_row_ui(ui, Icon::Trash, &texts[1], &tips[1], width) {
                (self.deleting, self.renaming) = (Some(file.to_owned()), None);
                ui.close();
            }
        });
    }
}

/// What is said before a pack is deleted.
struct Asked {
    title: Arc<Galley>,
    lost: Arc<Galley>,
}

impl Asked {
    fn of(ui: &Ui, words: Words, pack: &PackLine, width: f32) -> Self {
        let (tokens, width) = (Tokens::of(ui), width - 2.0 * PADDING);
        let title = words.fill("wording.ask_delete_pack", &[("name", &pack.name)]);
        Self {
            title: card::lines(ui.painter(), &title, theme::bold(BODY), tokens.text, width, 2),
            lost: card::lines(ui.painter(), &lost(words, pack), theme::font(SMALL), tokens.quiet, width, SAID),
        }
    }

    fn height(&self) -> f32 {
        let text = self.title.size().y + GRID / 2.0 + self.lost.size().y;
        text + 1.5 * GRID + button::HEIGHT + 2.0 * PADDING + GRID
    }
}

/// A row of a menu; true when clicked.
fn menu_row_ui(ui: &mut Ui, icon: Icon, text: &str, tip: &str, width: f32) -> bool {
    let tokens = Tokens::of(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(width, 4.5 * GRID), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::MenuItem, true, text));
    let lit = response.hovered() || response.has_focus();
    if lit {
        ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), tokens.accent_dim);
    }
    let color = if lit { tokens.accent } else { tokens.text };
    let square = Rect::from_center_size(pos2(rect.left() + 2.0 * GRID, rect.center().y), vec2(16.0, 16.0));
    icons::paint(ui.painter(), icon, square, color);
    let galley = card::one_line(ui.painter(), text, theme::font(BODY), color, width - 5.0 * GRID);
    card::galley_at(ui.painter(), pos2(rect.left() + 4.0 * GRID, rect.center().y), galley, color);
    response.on_hover_text(tip).clicked()
}

fn name_ui(ui: &mut Ui, text: &mut String, label: &str, width: f32) -> egui::Response {
    let field = TextEdit::singleline(text)
        .hint_text(label)
        .font(theme::font(BODY))
        .margin(egui::Margin::symmetric(10, 9))
        .desired_width(width);
    let response = ui.add(field);
    response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, label));
    response
}

/// What goes with a pack, and where its file is to be found.
fn lost(words: Words, pack: &PackLine) -> String {
    if !pack.above.is_empty() {
        return words.fill("wording.carries", &[("above", &pack.above.join("、"))]);
    }
    let OwnCounts { entries, cues, words: terms, off } = pack.own;
    let parts = [("entries", entries), ("cues", cues), ("words", terms), ("off", off)];
    let named = |(key, count): &(&str, usize)| {
        let count = count.to_string();
        words.fill(&format!("wording.lost.{key}"), &[("count", &count)])
    };
    let parts: Vec<String> = parts.iter().filter(|(_, count)| *count > 0).map(named).collect();
    let what = match (&pack.trouble, parts.is_empty()) {
        (Some(_), _) => words.tr("wording.lost.broken"),
        (None, true) => words.tr("wording.lost.nothing"),
        (None, false) => words.fill("wording.lost.what", &[("parts", &parts.join(&words.tr("wording.lost.between")))]),
    };
    let then = if pack.in_force { words.tr("wording.lost.then_bundled") } else { String::new() };
    format!("{what}{}{then}", words.tr("wording.lost.aside"))
}

fn pack_note(words: Words, pack: &PackLine, tokens: &Tokens) -> (String, egui::Color32) {
    let OwnCounts { entries, cues, words: terms, .. } = pack.own;
    let count = (entries + cues + terms).to_string();
    match (&pack.file, &pack.trouble, &pack.over) {
        (_, Some(_), _) => (words.tr("wording.broken"), tokens.bad),
        (None, ..) => (words.tr("wording.bundled"), tokens.quiet),
        (Some(_), None, Some(over)) => (words.fill("wording.over", &[("over", over), ("count", &count)]), tokens.quiet),
        (Some(_), None, None) => (words.fill("wording.alone", &[("count", &count)]), tokens.quiet),
    }
}
