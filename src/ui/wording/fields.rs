//! The fields of the forms: entries, cues and word lists.

use super::Shown;
use super::editor::{level_key, severity_key};
use crate::practice::pack_editor::{CueForm, EntryForm, Form, ItemKey, ItemRow, Layer, WordList, WordsForm};
use crate::session::event::{CallPhase, HitLevel, Severity};
use crate::ui::theme::{self, BODY, GRID, RADIUS, SMALL, Tokens};
use crate::ui::widgets::phases::name as phase_name;
use crate::ui::widgets::{button, card};
use crate::ui::words::Words;
use egui::text::{LayoutJob, TextFormat};
use egui::{CornerRadius, Role, ScrollArea, Sense, Stroke, TextEdit, Ui, WidgetInfo, pos2, vec2};

/// Most lines of a field that are seen at once.
const FIELD_LINES: f32 = 9.0;
/// Room of the name before choices.
const NAME: f32 = 10.0 * GRID;

/// A list or text of the form: key of its texts, what is in it, fewest lines shown.
type Field<'a> = (&'static str, &'a mut String, usize);

/// What people call it.
pub(super) fn name(words: Words, key: &ItemKey) -> String {
    match key {
        ItemKey::Entry(key) => key.id.clone(),
        ItemKey::Cue(key) => words.tr(&format!("wording.cue.{}", key.id.to_lowercase())),
        ItemKey::Words(WordList::Terms) => words.tr("wording.field.terms.name"),
        ItemKey::Words(WordList::Fillers) => words.tr("wording.field.fillers.name"),
    }
}

/// Draws the fields of a form; true when something was changed.
pub(super) fn form_ui(ui: &mut Ui, shown: &Shown<'_>, form: &mut Form, row: Option<&ItemRow>, writable: bool) -> bool {
    let before = form.clone();
    ui.set_width(ui.available_width() - GRID);
    ui.add_space(GRID / 2.0);
    match form {
        Form::Entry(form) => {
            // The level of an entry that takes the place of one below tells which one that is.
            let own = row.is_none_or(|row| row.layer == Layer::Own);
            entry_ui(ui, shown.words, form, writable, own);
        }
        Form::Cue(form) => cue_ui(ui, shown, form, writable),
        Form::Words(form) => words_ui(ui, shown, form, writable),
    }
    *form != before
}

fn entry_ui(ui: &mut Ui, words: Words, form: &mut EntryForm, writable: bool, own: bool) {
    field_ui(ui, words, ("phrases", &mut form.phrases, 3), writable);
    choices_ui(ui, words, form, writable, own);
    let fields: [Field<'_>; 5] = [
        ("reason", &mut form.reason, 1),
        ("instead", &mut form.instead, 2),
        ("hits", &mut form.hits, 2),
        ("misses", &mut form.misses, 2),
        ("exceptions", &mut form.exceptions, 1),
    ];
    for field in fields {
        field_ui(ui, words, field, writable);
    }
    phases_ui(ui, words, &mut form.phases, writable);
    text_ui(ui, words, ("category", &mut form.category), writable);
}

fn cue_ui(ui: &mut Ui, shown: &Shown<'_>, form: &mut CueForm, writable: bool) {
    let words = shown.words;
    if shown.view.editable {
        field_ui(ui, words, ("phrases", &mut form.phrases, 3), writable);
        if form.has_advice() {
            text_ui(ui, words, ("plainly", &mut form.instead), writable);
        }
        if !form.inherited.is_empty() {
            replace_ui(ui, words, &mut form.replace, writable);
        }
    }
    let name = inherited_name(shown, form.inherited.len(), form.replace);
    inherited_ui(ui, &name, &form.inherited, shown.view.editable, form.replace);
    if shown.view.editable {
        let fields: [Field<'_>; 3] =
            [("hits", &mut form.hits, 2), ("misses", &mut form.misses, 2), ("exceptions", &mut form.exceptions, 1)];
        for field in fields {
            field_ui(ui, words, field, writable);
        }
    }
}

fn words_ui(ui: &mut Ui, shown: &Shown<'_>, form: &mut WordsForm, writable: bool) {
    let (words, key) = (shown.words, form.list.name());
    let (name, help) = (words.tr(&format!("wording.field.{key}.name")), words.tr(&format!("wording.field.{key}.help")));
    if shown.view.editable {
        label_ui(ui, &words.tr("wording.own_words"), &help);
        lines_ui(ui, &name, ("own words", &mut form.own, 6), writable);
    }
    let inherited = inherited_name(shown, form.inherited.len(), false);
    inherited_ui(ui, &inherited, &[form.inherited.join("　")], shown.view.editable, false);
}

/// What is said above what the pack below has.
fn inherited_name(shown: &Shown<'_>, count: usize, replaced: bool) -> String {
    let key = match (shown.view.editable, replaced) {
        (false, _) => "wording.bundled_has",
        (true, false) => "wording.inherited",
        (true, true) => "wording.replaced",
    };
    shown.words.fill(key, &[("below", &shown.view.bundled_id), ("count", &count.to_string())])
}

/// Name and explanation of a field.
fn label_ui(ui: &mut Ui, name: &str, help: &str) {
    let tokens = Tokens::of(ui);
    let width = ui.available_width();
    let name = card::one_line(ui.painter(), name, theme::bold(BODY), tokens.text, width);
    let beside = width - name.size().x - 1.5 * GRID;
    let one = ui.painter().layout_no_wrap(help.to_owned(), theme::font(SMALL), tokens.quiet);
    let fits = one.size().x <= beside;
    let help = if fits { one } else { card::lines(ui.painter(), help, theme::font(SMALL), tokens.quiet, width, 3) };
    let height = if fits { 3.0 * GRID } else { 3.0 * GRID + help.size().y };
    let (rect, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let middle = rect.top() + 1.5 * GRID;
    let right = card::galley_at(ui.painter(), pos2(rect.left(), middle), name, tokens.text);
    if fits {
        card::galley_at(ui.painter(), pos2(right + 1.5 * GRID, middle + 1.0), help, tokens.quiet);
    } else {
        ui.painter().galley(pos2(rect.left(), rect.top() + 3.0 * GRID), help, tokens.quiet);
    }
}

fn field_ui(ui: &mut Ui, words: Words, field: Field<'_>, writable: bool) {
    let name = words.tr(&format!("wording.field.{}.name", field.0));
    label_ui(ui, &name, &words.tr(&format!("wording.field.{}.help", field.0)));
    lines_ui(ui, &name, field, writable);
}

/// A list, one item a line.
fn lines_ui(ui: &mut Ui, name: &str, (key, text, rows): Field<'_>, writable: bool) {
    ui.add_space(2.0);
    let edit = TextEdit::multiline(text)
        .id_salt(("field", key))
        .font(theme::font(BODY))
        .margin(egui::Margin::symmetric(10, 8))
        .desired_rows(rows)
        .desired_width(f32::INFINITY)
        .interactive(writable);
    // A list of hundreds of characters must not push the rest of the form out of sight.
    let most = FIELD_LINES * ui.fonts_mut(|fonts| fonts.row_height(&theme::font(BODY))) + 2.0 * GRID;
    ScrollArea::vertical().id_salt(("lines", key)).max_height(most).auto_shrink([false, true]).show(ui, |ui| {
        ui.add(edit).widget_info(|| WidgetInfo::labeled(Role::MultilineTextInput, writable, name));
    });
    ui.add_space(1.5 * GRID);
}

/// A text of one line.
fn text_ui(ui: &mut Ui, words: Words, (key, text): (&'static str, &mut String), writable: bool) {
    let name = words.tr(&format!("wording.field.{key}.name"));
    label_ui(ui, &name, &words.tr(&format!("wording.field.{key}.help")));
    ui.add_space(2.0);
    let edit = TextEdit::singleline(text)
        .id_salt(("field", key))
        .font(theme::font(BODY))
        .margin(egui::Margin::symmetric(10, 8))
        .desired_width(f32::INFINITY)
        .interactive(writable);
    ui.add(edit).widget_info(|| WidgetInfo::labeled(Role::TextInput, writable, &name));
    ui.add_space(1.5 * GRID);
}

/// What the pack below has, to be read only. `beside`: it stands beside the company's own, and is kept short;
/// `replaced`: it does not count.
fn inherited_ui(ui: &mut Ui, name: &str, items: &[String], beside: bool, replaced: bool) {
    let tokens = Tokens::of(ui);
    label_ui(ui, name, "");
    ui.add_space(2.0);
    let color = if replaced { tokens.pale } else { tokens.quiet };
    let format = TextFormat {
        strikethrough: if replaced { Stroke::new(1.0, color) } else { Stroke::NONE },
        ..TextFormat::simple(theme::font(BODY), color)
    };
    let width = ui.available_width() - 3.0 * GRID;
    let galley = |item: &String| {
        let mut job = LayoutJob::default();
        job.wrap.max_width = width;
        job.append(item, 0.0, format.clone());
        ui.painter().layout_job(job)
    };
    let galleys: Vec<_> = items.iter().filter(|item| !item.is_empty()).map(galley).collect();
    let all: f32 = galleys.iter().map(|galley| galley.size().y + GRID / 2.0).sum();
    let line = ui.fonts_mut(|fonts| fonts.row_height(&theme::font(BODY)));
    let most = if beside { FIELD_LINES * line } else { (ui.available_height() - 3.0 * GRID).max(FIELD_LINES * line) };
    let size = vec2(ui.available_width(), all.min(most) + 1.5 * GRID);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, items.join("\n")));
    ui.painter().rect_filled(rect, CornerRadius::same(RADIUS), tokens.raised);
    card::inside_ui(ui, rect.shrink2(vec2(1.25 * GRID, GRID)), name, |ui| {
        ui.spacing_mut().item_spacing.y = GRID / 2.0;
        ScrollArea::vertical().id_salt("inherited").auto_shrink(false).show(ui, |ui| {
            for galley in galleys {
                let (rect, _) = ui.allocate_exact_size(galley.size(), Sense::hover());
                ui.painter().galley(rect.min, galley, color);
            }
        });
    });
    ui.add_space(1.5 * GRID);
}

/// A name, and what may be chosen behind it, in as many lines as it takes.
fn line_ui(ui: &mut Ui, name: &str, add: impl FnOnce(&mut Ui)) {
    let tokens = Tokens::of(ui);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(GRID / 2.0, GRID / 2.0);
        let galley = card::one_line(ui.painter(), name, theme::bold(BODY), tokens.text, ui.available_width());
        let (rect, _) =
            ui.allocate_exact_size(vec2((galley.size().x + GRID).max(NAME), button::HEIGHT), Sense::hover());
        card::galley_at(ui.painter(), rect.left_center(), galley, tokens.text);
        add(ui);
    });
    ui.add_space(GRID / 2.0);
}

/// One of several choices; where nothing can be changed only the chosen one is shown. True when it was chosen now.
fn choice_ui(ui: &mut Ui, text: &str, chosen: bool, writable: bool) -> bool {
    let shown = chosen || writable;
    let clicked = shown && button::choice_ui(ui, text, chosen);
    clicked && writable
}

fn choices_ui(ui: &mut Ui, words: Words, form: &mut EntryForm, writable: bool, own: bool) {
    line_ui(ui, &words.tr("wording.level"), |ui| {
        for level in [HitLevel::Banned, HitLevel::Discouraged] {
            if choice_ui(ui, &words.tr(level_key(level)), form.level == level, writable && own) {
                form.level = level;
            }
        }
    });
    line_ui(ui, &words.tr("wording.severity"), |ui| {
        for severity in [Severity::Bad, Severity::Watch, Severity::Info] {
            if choice_ui(ui, &words.tr(severity_key(severity)), form.severity == severity, writable) {
                form.severity = severity;
            }
        }
    });
    ui.add_space(GRID);
}

/// Whether a cue is added to what the pack below has, or takes its place.
fn replace_ui(ui: &mut Ui, words: Words, replace: &mut bool, writable: bool) {
    line_ui(ui, &words.tr("wording.beside"), |ui| {
        for (value, key) in [(false, "wording.add"), (true, "wording.replace")] {
            let chosen = *replace == value;
            if choice_ui(ui, &words.tr(key), chosen, writable) {
                *replace = value;
            }
        }
    });
    ui.add_space(GRID);
}

/// Parts of the call where an entry counts; none of them means everywhere.
fn phases_ui(ui: &mut Ui, words: Words, phases: &mut Vec<CallPhase>, writable: bool) {
    label_ui(ui, &words.tr("wording.field.phases.name"), &words.tr("wording.field.phases.help"));
    ui.add_space(2.0);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(GRID / 2.0, GRID / 2.0);
        let everywhere = phases.is_empty();
        if choice_ui(ui, &words.tr("wording.whole_call"), everywhere, writable) {
            phases.clear();
        }
        for phase in CallPhase::ALL {
            let chosen = phases.contains(&phase);
            if choice_ui(ui, &phase_name(words, phase), chosen, writable) {
                *phases = CallPhase::ALL.into_iter().filter(|one| phases.contains(one) != (*one == phase)).collect();
            }
        }
    });
    if phases.len() == CallPhase::ALL.len() {
        // All of them is the whole call.
        phases.clear();
    }
    ui.add_space(1.5 * GRID);
}
