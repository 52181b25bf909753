//! The page of wording packs: which is in force, what is in it, one thing of that as a form, and what it finds in a
//! session.

mod editor;
mod fields;
mod lists;
mod packs;
mod preview;

use super::backend::{SessionEntry, SessionState, Trial, TrialRequest, WordingView};
use super::command::Command;
use super::icons::{self, Icon};
use super::theme::{self, BODY, GRID, Mood, SMALL, TITLE, Tokens};
use super::widgets::{card, pace};
use super::words::Words;
use crate::practice::pack_editor::{Form, ItemKey, ItemRow};
use egui::{Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use std::collections::HashMap;

/// From this width on the preview stands beside the form and not below it.
const WIDE: f32 = 125.0 * GRID;

/// What the page draws.
pub struct Shown<'a> {
    /// The window's texts.
    pub words: Words,
    /// Packs, and what is in them.
    pub view: &'a WordingView,
    /// What came of the last trial.
    pub trial: Option<&'a Trial>,
    /// Saved sessions, newest first.
    pub sessions: &'a [SessionEntry],
    /// Something as it is in force; an empty entry for a new one.
    pub stored: &'a dyn Fn(Option<&ItemKey>) -> Option<Form>,
}

/// What a pack holds, one list each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    /// What not to say.
    #[default]
    Entries,
    /// What a call needs to hear.
    Cues,
    /// Words for the recogniser and words that do not matter.
    Words,
}

impl Kind {
    fn of(key: &ItemKey) -> Self {
        match key {
            ItemKey::Entry(_) => Self::Entries,
            ItemKey::Cue(_) => Self::Cues,
            ItemKey::Words(_) => Self::Words,
        }
    }
}

/// What is known of what is in the form.
#[derive(Clone, Copy)]
struct Known<'a> {
    /// Its row in the list; none for a new one.
    row: Option<&'a ItemRow>,
    /// Whether the form differs from what is in force.
    edited: bool,
    /// What came of trying exactly that.
    trial: Option<&'a Trial>,
}

/// The pack and the thing in it that something typed is about.
type Slot = (Option<String>, Option<ItemKey>);

/// What was chosen and typed on the page. What is typed stays until it is saved or given up.
#[derive(Debug, Default)]
pub struct WordingPage {
    /// The list that is shown.
    kind: Kind,
    /// What is in the form; none is a new entry.
    selected: Option<ItemKey>,
    /// Whether anything was chosen yet.
    chosen: bool,
    /// File of the pack in force.
    pack: Option<String>,
    /// What was typed and not saved.
    drafts: HashMap<Slot, Form>,
    /// What was asked to be saved last, where that makes something that was not there.
    saving: Option<ItemKey>,
    search: String,
    /// What is being done with the packs.
    packs: packs::PackWork,
    session: Option<String>,
    /// Whether the person is asked about deleting what is in the form.
    asks: bool,
    /// What was tried last, with which pack in force.
    tried: Option<(TrialRequest, u64)>,
}

impl WordingPage {
    /// Called when the page is opened: the newest session is the one to listen to.
    pub fn opened(&mut self, sessions: &[SessionEntry]) {
        let there = |id: &String| sessions.iter().any(|session| session.id == *id);
        if !self.session.as_ref().is_some_and(there) {
            let finished = |session: &&SessionEntry| session.state == SessionState::Complete;
            self.session = sessions.iter().find(finished).map(|session| session.id.clone());
        }
        self.tried = None;
        self.asks = false;
        self.packs.opened();
    }

    fn select(&mut self, key: Option<ItemKey>) {
        self.kind = key.as_ref().map(Kind::of).unwrap_or_default();
        self.selected = key;
        self.chosen = true;
        self.asks = false;
    }

    fn slot(&self) -> Slot {
        (self.pack.clone(), self.selected.clone())
    }

    /// Shows another list, and the first thing of it.
    fn show(&mut self, kind: Kind, view: &WordingView) {
        let first = view.rows.iter().find(|row| Kind::of(&row.key) == kind);
        self.select(first.map(|row| row.key.clone()));
        self.kind = kind;
    }

    /// What in the list the form is about.
    fn row<'a>(&self, view: &'a WordingView) -> Option<&'a ItemRow> {
        let key = self.selected.as_ref()?;
        view.rows.iter().find(|row| row.key == *key)
    }

    /// Follows what has become of the packs: something that was saved under another key, or is gone.
    fn follow(&mut self, view: &WordingView) {
        self.pack = view.in_force().and_then(|pack| pack.file.clone());
        let there = |key: &ItemKey| view.rows.iter().any(|row| row.key == *key);
        let saved = self.saving.take_if(|key| there(key));
        if saved.is_some() {
            self.drafts.remove(&self.slot());
            self.select(saved);
        } else if !self.selected.as_ref().map_or(self.chosen && view.editable, there) {
            // Where a cue of the company's own is gone, what it stood over is nearest.
            let same = |row: &&ItemRow| {
                self.selected
                    .as_ref()
                    .is_some_and(|key| Kind::of(key) == Kind::of(&row.key) && key.id() == row.key.id())
            };
            match view.rows.iter().find(same) {
                Some(row) => self.select(Some(row.key.clone())),
                None => self.show(self.kind, view),
            }
        }
    }

    /// What is in the form, and whether it differs from what is in force.
    fn form(&mut self, shown: &Shown<'_>) -> Option<(Form, bool)> {
        let stored = &(shown.stored)(self.selected.as_ref())?;
        let slot = self.slot();
        match (self.drafts.get_mut(&slot), stored) {
            // Its id may have been taken elsewhere meanwhile.
            (Some(Form::Entry(draft)), Form::Entry(stored)) if self.selected.is_none() => {
                draft.id.clone_from(&stored.id);
            }
            (Some(Form::Cue(draft)), Form::Cue(stored)) => {
                draft.place = stored.place;
                draft.inherited.clone_from(&stored.inherited);
            }
            (Some(Form::Words(draft)), Form::Words(stored)) => draft.inherited.clone_from(&stored.inherited),
            _ => {}
        }
        self.drafts.retain(|other, draft| *other != slot || draft != stored);
        Some(match self.drafts.get(&slot).filter(|_| shown.view.editable) {
            Some(draft) => (draft.clone(), true),
            None => (stored.clone(), false),
        })
    }

    /// Draws the page.
    pub fn ui(&mut self, ui: &mut Ui, rect: Rect, shown: &Shown<'_>, out: &mut Vec<Command>) {
        let words = shown.words;
        self.follow(shown.view);
        let head = Rect::from_min_size(rect.min, vec2(rect.width(), 6.0 * GRID));
        head_ui(ui, head, words, shown.view);
        let body = rect.with_min_y(head.bottom());
        let left = body.with_max_x(body.left() + (body.width() * 0.28).clamp(31.0 * GRID, 42.0 * GRID));
        let right = body.with_min_x(left.right() + GRID);
        let (form, preview) = if right.width() + left.width() >= WIDE {
            let edge = right.right() - (body.width() * 0.31).clamp(38.0 * GRID, 50.0 * GRID);
            (right.with_max_x(edge - GRID), right.with_min_x(edge))
        } else {
            let edge = right.top() + right.height() * 0.62;
            (right.with_max_y(edge - GRID), right.with_min_y(edge))
        };
        let packs = left
            .with_max_y(left.top() + self.packs.height(ui, left.width(), words, shown.view).min(left.height() * 0.62));
        self.packs.ui(ui, packs, words, shown.view, out);
        self.items_ui(ui, left.with_min_y(packs.bottom() + GRID), shown);
        let filled = self.form(shown);
        let request = TrialRequest {
            old: self.selected.clone(),
            form: filled.as_ref().filter(|(_, edited)| *edited).map(|(form, _)| form.clone()),
            session: self.session.clone(),
        };
        let trial = shown.trial.filter(|trial| trial.request == request && trial.generation == shown.view.generation);
        match filled {
            Some((mut typed, edited)) => {
                let known = Known { row: self.row(shown.view), edited, trial };
                let slot = self.slot();
                if self.editor_ui(ui, form, shown, &mut typed, known, out) {
                    self.drafts.insert(slot, typed);
                }
            }
            None => card::card_ui(ui, form, "entry", |ui| {
                let rest = ui.available_rect_before_wrap();
                card::empty_ui(ui, rest, Icon::Book, &words.tr("wording.no_entry"));
            }),
        }
        let about = |trial: &&Trial| trial.request.old == request.old && trial.request.session == request.session;
        self.preview_ui(ui, preview, shown, shown.trial.filter(about));
        if self.tried.as_ref() != Some(&(request.clone(), shown.view.generation)) {
            self.tried = Some((request.clone(), shown.view.generation));
            out.push(Command::TryWording(Box::new(request)));
        }
    }
}

/// Title, the pack in force, and what became of the last change.
fn head_ui(ui: &mut Ui, rect: Rect, words: Words, view: &WordingView) {
    let tokens = Tokens::of(ui);
    let title = ui.painter().layout_no_wrap(words.tr("wording.title"), theme::bold(TITLE), tokens.text);
    let left = card::galley_at(ui.painter(), rect.left_center(), title, tokens.text) + 2.0 * GRID;
    let Some(pack) = view.in_force() else { return };
    let version = pack.version.to_string();
    let text = words.fill("wording.in_force", &[("name", &pack.name), ("version", &version)]);
    let room = (rect.right() - left) * if view.told.is_some() { 0.5 } else { 1.0 };
    let galley = card::one_line(ui.painter(), &text, theme::font(BODY), tokens.quiet, room);
    let left = card::galley_at(ui.painter(), pos2(left, rect.center().y), galley, tokens.quiet) + 3.0 * GRID;
    if let Some(told) = &view.told {
        let place = rect.with_min_x(left);
        let response = ui.interact(place, ui.scope_id().with("told"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &told.text));
        sign_ui(ui, pos2(left, rect.center().y), Mood::Good);
        let start = pos2(left + 2.5 * GRID, rect.center().y);
        let galley = card::one_line(ui.painter(), &told.text, theme::font(BODY), tokens.good, rect.right() - start.x);
        card::galley_at(ui.painter(), start, galley, tokens.good);
        response.on_hover_text(&told.text);
    }
}

/// The sign of a mood, its left edge at `middle`.
fn sign_ui(ui: &Ui, middle: egui::Pos2, mood: Mood) {
    let tokens = Tokens::of(ui);
    let icon = if mood == Mood::Good { Some(Icon::Check) } else { pace::mood_icon(mood) };
    let square = Rect::from_center_size(middle + vec2(GRID, 0.0), vec2(16.0, 16.0));
    icons::paint(ui.painter(), icon.unwrap_or(Icon::Info), square, mood.color(tokens));
}

/// A line of quiet small text.
fn note_ui(ui: &mut Ui, text: &str) {
    let tokens = Tokens::of(ui);
    let galley = card::lines(ui.painter(), text, theme::font(SMALL), tokens.quiet, ui.available_width(), 3);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), galley.size().y), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    ui.painter().galley(rect.min, galley, tokens.quiet);
}
