//! What is chosen as a form, what is wrong with it, and what can be done with it.

use super::{Known, Shown, WordingPage, fields, sign_ui};
use crate::practice::pack_editor::{Form, ItemKey, ItemRow, Layer};
use crate::session::event::{HitLevel, Severity};
use crate::ui::backend::{Trial, WordingAction};
use crate::ui::command::{self, Command};
use crate::ui::icons::Icon;
use crate::ui::theme::{self, BODY, GRID, Mood, Tokens};
use crate::ui::widgets::button::{self, Look};
use crate::ui::widgets::card;
use crate::ui::words::Words;
use egui::{Align, Layout, Rect, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

/// Most height of what is said about the entry.
const TOLD: f32 = 14.0 * GRID;
/// Height of the line of buttons.
const BUTTONS: f32 = 6.0 * GRID;
/// Room of the buttons, where something short is said beside them.
const BUTTONS_WIDTH: f32 = 27.0 * GRID;

/// Key of the word for how serious an entry is.
pub(super) fn severity_key(severity: Severity) -> &'static str {
    match severity {
        Severity::Bad => "wording.bad",
        Severity::Watch => "wording.watch",
        Severity::Info => "wording.info",
    }
}

/// Key of the word for a level.
pub(super) fn level_key(level: HitLevel) -> &'static str {
    match level {
        HitLevel::Banned => "wording.banned",
        HitLevel::Discouraged => "wording.discouraged",
    }
}

impl WordingPage {
    /// Draws the form; true when something was changed in it.
    pub(super) fn editor_ui(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        shown: &Shown<'_>,
        form: &mut Form,
        known: Known<'_>,
        out: &mut Vec<Command>,
    ) -> bool {
        let (words, row) = (shown.words, known.row);
        let writable = shown.view.editable && row.is_none_or(|row| !row.off);
        let said = said(shown, known);
        card::card_ui(ui, rect, "entry", |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            card::heading_ui(ui, &title(words, row, form), &from(words, shown, row));
            let line = Stroke::new(1.0, Tokens::of(ui).line);
            let whole = ui.available_rect_before_wrap();
            let across = rect.x_range().shrink(1.0);
            ui.painter().hline(across, whole.top() + GRID / 2.0, line);
            let buttons = if shown.view.editable { BUTTONS } else { 0.0 };
            let beside = buttons > 0.0 && !self.asks && is_short(ui, &said, whole.width() - BUTTONS_WIDTH);
            let told = if beside { 0.0 } else { said_height(ui, &said, whole.width()) };
            let edge = whole.bottom() - told - buttons - if beside { 0.0 } else { GRID };
            ui.painter().hline(across, edge, line);
            let place = whole.with_max_y(edge).with_min_y(whole.top() + GRID / 2.0);
            let changed = card::inside_ui(ui, place, "form", |ui| {
                ui.shrink_clip_rect(place.expand2(vec2(GRID, 0.0)));
                let id = ("form", self.selected.clone());
                let area = ScrollArea::vertical().id_salt(id).auto_shrink(false);
                area.show(ui, |ui| fields::form_ui(ui, shown, form, row, writable)).inner
            });
            let foot = whole.with_min_y(whole.bottom() - buttons);
            if beside {
                let room = whole.width() - BUTTONS_WIDTH;
                let widths = said.iter().map(|(mood, sentence)| said_line(ui, *mood, sentence, room).size().x);
                let width = widths.fold(0.0, f32::max) + 4.0 * GRID;
                let middle = pos2(foot.right() - width / 2.0, foot.center().y + GRID / 2.0);
                let place = Rect::from_center_size(middle, vec2(width, 3.0 * GRID));
                card::inside_ui(ui, place, "said", |ui| said_ui(ui, &said));
            } else {
                let place = whole.with_min_y(edge + GRID).with_max_y(edge + GRID + told);
                card::inside_ui(ui, place, "said", |ui| said_ui(ui, &said));
            }
            if buttons > 0.0 {
                card::inside_ui(ui, foot.with_min_y(foot.top() + GRID), "buttons", |ui| {
                    let layout = Layout::left_to_right(Align::Center);
                    ui.with_layout(layout, |ui| self.buttons_ui(ui, shown, form, known, out));
                });
            }
            changed && writable
        })
    }

    fn buttons_ui(&mut self, ui: &mut Ui, shown: &Shown<'_>, form: &Form, known: Known<'_>, out: &mut Vec<Command>) {
        let (words, rows) = (shown.words, &shown.view.rows);
        let Known { row, edited, trial } = known;
        if self.asks
            && let Some(row) = row
        {
            let delete = Command::Wording(WordingAction::Delete(row.key.clone()));
            button::command_ui(ui, words, &delete, Look::Danger, true, out);
            if button::button_ui(ui, None, &words.tr("wording.keep"), "", Look::Plain, true).clicked() {
                self.asks = false;
            }
            super::note_ui(ui, &words.tr("wording.ask_delete"));
            return;
        }
        let save = Command::Wording(WordingAction::Save { old: self.selected.clone(), form: Box::new(form.clone()) });
        let ready = edited && trial.is_some_and(Trial::is_well);
        if edited || row.is_none() {
            let before = out.len();
            button::command_ui(ui, words, &save, Look::Main, ready, out);
            if ready {
                out.extend(command::pressed(ui.ctx(), std::slice::from_ref(&save)));
            }
            if out.len() > before {
                // What is there already is followed by its place in the list.
                self.saving = Some(form.key()).filter(|key| !rows.iter().any(|row| row.key == *key));
            }
            let (text, tip) = (words.tr("wording.discard"), words.tr("wording.discard_tip"));
            if button::button_ui(ui, None, &text, &tip, Look::Plain, true).clicked() {
                self.drafts.remove(&self.slot());
                self.chosen = row.is_some();
            }
            return;
        }
        let Some(row) = row.filter(|row| !matches!(row.key, ItemKey::Words(_))) else { return };
        let rule = row.key.id().to_owned();
        match row.layer {
            Layer::Below if row.off => {
                button::command_ui(ui, words, &Command::Wording(WordingAction::SwitchOn(rule)), Look::Main, true, out);
            }
            Layer::Below => {
                button::command_ui(
                    ui,
                    words,
                    &Command::Wording(WordingAction::SwitchOff(rule)),
                    Look::Plain,
                    true,
                    out,
                );
            }
            Layer::Own | Layer::Changed => {
                let own = row.layer == Layer::Own;
                let (key, tip) = if own {
                    ("wording.delete", "wording.delete_tip")
                } else {
                    ("wording.restore", "wording.restore_tip")
                };
                let icon = if own { Icon::Trash } else { Icon::Back };
                let look = Look::Plain;
                if button::button_ui(ui, Some(icon), &words.tr(key), &words.tr(tip), look, true).clicked() {
                    self.asks = true;
                }
            }
        }
    }
}

/// What is to be said about the entry, the most important first.
fn said(shown: &Shown<'_>, known: Known<'_>) -> Vec<(Mood, String)> {
    let (words, row, edited) = (shown.words, known.row, known.edited);
    if !shown.view.editable {
        return vec![(Mood::Quiet, words.tr("wording.read_only"))];
    }
    if row.is_some_and(|row| row.off) {
        return vec![(Mood::Quiet, words.tr("wording.is_off"))];
    }
    let quiet = |key: &str| vec![(Mood::Quiet, words.tr(key))];
    if row.is_none() && !edited {
        return quiet("wording.fill_in");
    }
    match row.map(|row| (&row.key, row.layer)) {
        Some((ItemKey::Cue(_), Layer::Below)) if !edited => return quiet("wording.cue_below"),
        Some((ItemKey::Words(_), _)) if !edited => return quiet("wording.words_now"),
        _ => {}
    }
    let Some(trial) = known.trial else { return quiet("wording.trying") };
    let wrong = trial.mistakes.iter().chain(&trial.problems).chain(trial.others.iter().flatten());
    let mut said: Vec<_> = wrong.map(|sentence| (Mood::Bad, sentence.clone())).collect();
    match (said.is_empty(), edited, &trial.others) {
        (true, true, None) => said.push((Mood::Quiet, words.tr("wording.trying_others"))),
        (true, true, Some(_)) => said.push((Mood::Good, words.tr("wording.may_save"))),
        (true, false, _) => said.push((Mood::Good, words.tr("wording.all_right"))),
        (false, true, _) => {
            let version = shown.view.in_force().map_or(0, |pack| pack.version).to_string();
            said.push((Mood::Quiet, words.fill("wording.still", &[("version", &version)])));
        }
        (false, false, _) => {}
    }
    said
}

fn title(words: Words, row: Option<&ItemRow>, form: &Form) -> String {
    match row.map(|row| &row.key) {
        Some(ItemKey::Entry(key)) => key.id.clone(),
        Some(key) => fields::name(words, key),
        None => words.fill("wording.new_title", &[("id", form.key().id())]),
    }
}

/// Whose it is.
fn from(words: Words, shown: &Shown<'_>, row: Option<&ItemRow>) -> String {
    let below = &[("below", shown.view.bundled_id.as_str())];
    match row.map(|row| row.layer) {
        Some(Layer::Own) if matches!(row.map(|row| &row.key), Some(ItemKey::Words(_) | ItemKey::Cue(_))) => {
            words.fill("wording.from_both", below)
        }
        Some(Layer::Below) if shown.view.editable => words.fill("wording.from_below", below),
        Some(Layer::Below) => words.fill("wording.from_bundled", below),
        Some(Layer::Changed) => words.fill("wording.from_changed", below),
        Some(Layer::Own) | None => words.tr("wording.from_own"),
    }
}

fn said_line(ui: &Ui, mood: Mood, sentence: &str, width: f32) -> std::sync::Arc<egui::Galley> {
    let tokens = Tokens::of(ui);
    let color = if mood == Mood::Quiet { tokens.quiet } else { mood.color(tokens) };
    card::lines(ui.painter(), sentence, theme::font(BODY), color, width - 3.5 * GRID, 4)
}

/// Whether it is one sentence that fits into one line.
fn is_short(ui: &Ui, said: &[(Mood, String)], width: f32) -> bool {
    let fits = |(mood, sentence): &(Mood, String)| said_line(ui, *mood, sentence, width).rows.len() == 1;
    said.len() == 1 && said.iter().all(fits)
}

fn said_height(ui: &Ui, said: &[(Mood, String)], width: f32) -> f32 {
    let lines = said.iter().map(|(mood, sentence)| said_line(ui, *mood, sentence, width).size().y + GRID / 2.0);
    lines.sum::<f32>().min(TOLD)
}

fn said_ui(ui: &mut Ui, said: &[(Mood, String)]) {
    ScrollArea::vertical().id_salt("said").auto_shrink(false).show(ui, |ui| {
        for (mood, sentence) in said {
            let galley = said_line(ui, *mood, sentence, ui.available_width());
            let size = vec2(ui.available_width(), galley.size().y + GRID / 2.0);
            let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Status, true, sentence));
            sign_ui(ui, rect.left_top() + vec2(0.0, 1.5 * GRID), *mood);
            let color = mood.color(Tokens::of(ui));
            ui.painter().galley(rect.left_top() + vec2(3.0 * GRID, 0.0), galley, color);
        }
    });
}
