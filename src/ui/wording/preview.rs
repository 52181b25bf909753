//! What is found in a session that was kept: what is new, what is gone, what stays.

use super::{Shown, WordingPage, note_ui};
use crate::practice::pack_editor::preview::{Change, Found, PreviewHit, counts};
use crate::practice::pack_editor::{Form, ItemKey, WordList};
use crate::session::event::HitLevel;
use crate::time::{SampleTime, clock_text};
use crate::ui::backend::{SessionEntry, SessionState, Trial};
use crate::ui::icons::{self, Icon};
use crate::ui::library::when;
use crate::ui::theme::{self, BODY, GRID, SMALL, Tokens};
use crate::ui::widgets::card;
use crate::ui::words::Words;
use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, Rect, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

/// Room for sign and time before a sentence.
const BEFORE: f32 = 9.5 * GRID;

impl WordingPage {
    /// Draws the sessions to choose from and what is found in the chosen one.
    pub(super) fn preview_ui(&mut self, ui: &mut Ui, rect: Rect, shown: &Shown<'_>, trial: Option<&Trial>) {
        let words = shown.words;
        card::card_ui(ui, rect, "preview", |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let terms = self.selected == Some(ItemKey::Words(WordList::Terms));
            let hits = trial.and_then(|trial| trial.preview.as_ref()).filter(|_| !terms);
            card::heading_ui(ui, &words.tr("wording.preview"), &summary(words, hits));
            let whole = |session: &&SessionEntry| session.state == SessionState::Complete;
            let sessions: Vec<&SessionEntry> = shown.sessions.iter().filter(whole).collect();
            if sessions.is_empty() {
                let rest = ui.available_rect_before_wrap();
                card::empty_ui(ui, rest, Icon::List, &words.tr("wording.no_session"));
                return;
            }
            ui.add_space(GRID / 2.0);
            self.sessions_ui(ui, words, &sessions);
            ui.add_space(GRID);
            if terms {
                note_ui(ui, &words.tr("wording.terms_later"));
                return;
            }
            match hits {
                None => note_ui(ui, &words.tr("wording.listening")),
                Some(Err(reason)) => note_ui(ui, reason),
                Some(Ok(hits)) => {
                    let stale = trial.is_some_and(|trial| !trial.mistakes.is_empty());
                    self.hits_ui(ui, words, hits, stale);
                }
            }
        });
    }

    fn sessions_ui(&mut self, ui: &mut Ui, words: Words, sessions: &[&SessionEntry]) {
        let name = |session: &SessionEntry| {
            let length = clock_text(SampleTime::from_seconds(session.duration_s));
            format!("{}  ·  {length}", when(&session.started_at))
        };
        let chosen = sessions.iter().find(|session| Some(&session.id) == self.session.as_ref());
        let text = chosen.map_or_else(|| words.tr("wording.choose_session"), |session| name(session));
        let combo = egui::ComboBox::from_id_salt("preview session")
            .selected_text(text.clone())
            .width(ui.available_width())
            .truncate();
        let response = combo.show_ui(ui, |ui| {
            for session in sessions {
                let selected = Some(&session.id) == self.session.as_ref();
                if ui.selectable_label(selected, name(session)).clicked() {
                    self.session = Some(session.id.clone());
                }
            }
        });
        let label = format!("{}: {text}", words.tr("wording.session"));
        response.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &label));
    }

    fn hits_ui(&self, ui: &mut Ui, words: Words, hits: &[PreviewHit], stale: bool) {
        let draft = self.drafts.get(&self.slot()).map(Form::key);
        let key = self.selected.as_ref().or(draft.as_ref());
        let mine = |hit: &&PreviewHit| key.map(ItemKey::id) == Some(hit.found.id());
        let of = |change: Change| hits.iter().filter(move |hit| hit.change == change);
        ScrollArea::vertical().id_salt("hits").auto_shrink(false).show(ui, |ui| {
            if stale {
                note_ui(ui, &words.tr("wording.stale"));
                ui.add_space(GRID);
            }
            for hit in of(Change::New).chain(of(Change::Gone)).chain(of(Change::Kept).filter(mine)) {
                hit_ui(ui, words, hit);
            }
            let others = of(Change::Kept).filter(|hit| !mine(hit)).count();
            if hits.len() == others && !matches!(key, Some(ItemKey::Words(_))) {
                note_ui(ui, &words.tr("wording.no_hit"));
                ui.add_space(GRID);
            }
            if others > 0 {
                let key = match key {
                    Some(ItemKey::Cue(_)) => "wording.other_cues",
                    Some(ItemKey::Words(_)) => "wording.all_kept",
                    Some(ItemKey::Entry(_)) | None => "wording.others",
                };
                note_ui(ui, &words.fill(key, &[("count", &others.to_string())]));
            }
        });
    }
}

fn summary(words: Words, hits: Option<&Result<Vec<PreviewHit>, String>>) -> String {
    let Some(Ok(hits)) = hits else { return String::new() };
    let [new, gone, kept] = counts(hits).map(|count| count.to_string());
    words.fill("wording.summary", &[("new", &new), ("gone", &gone), ("kept", &kept)])
}

fn look(ui: &Ui, change: Change) -> (Icon, Color32, &'static str) {
    let tokens = Tokens::of(ui);
    match change {
        Change::New => (Icon::Plus, tokens.accent, "wording.new"),
        Change::Gone => (Icon::Minus, tokens.watch, "wording.gone"),
        Change::Kept => (Icon::Check, tokens.quiet, "wording.kept"),
    }
}

fn hit_ui(ui: &mut Ui, words: Words, hit: &PreviewHit) {
    let tokens = Tokens::of(ui);
    let (icon, color, key) = look(ui, hit.change);
    let galley = ui.painter().layout_job(sentence(hit, tokens, ui.available_width() - BEFORE - GRID));
    let height = galley.size().y + 2.5 * GRID + GRID;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let time = clock_text(hit.found.span().start);
    let label = format!("{} {time} {} {}{}{}", words.tr(key), hit.found.id(), hit.before, hit.found.text(), hit.after);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &label));
    let painter = ui.painter();
    let first = rect.top() + 1.5 * GRID;
    icons::paint(painter, icon, Rect::from_center_size(pos2(rect.left() + GRID, first), vec2(16.0, 16.0)), color);
    let time = painter.layout_no_wrap(time, theme::font(SMALL), tokens.quiet);
    card::galley_at(painter, pos2(rect.left() + 3.0 * GRID, first), time, tokens.quiet);
    painter.galley(pos2(rect.left() + BEFORE, rect.top()), galley, tokens.text);
    let about = format!("{} · {}", words.tr(key), hit.found.id());
    let about = card::one_line(painter, &about, theme::font(SMALL), color, rect.width() - BEFORE);
    card::galley_at(painter, pos2(rect.left() + BEFORE, rect.bottom() - 2.25 * GRID), about, color);
    if let Found::Hit(found) = &hit.found {
        response.on_hover_text(&found.phrase);
    }
}

/// The sentence with what was found marked in it.
fn sentence(hit: &PreviewHit, tokens: &Tokens, width: f32) -> LayoutJob {
    let format = |color| TextFormat::simple(theme::font(BODY), color);
    let mut job = LayoutJob::default();
    job.wrap.max_width = width.max(80.0);
    job.append(&hit.before, 0.0, format(tokens.quiet));
    let (color, back) = match &hit.found {
        Found::Hit(found) if found.level == HitLevel::Banned => (tokens.bad, tokens.bad_dim),
        Found::Hit(_) => (tokens.watch, tokens.watch_dim),
        Found::Cue(_) => (tokens.good, tokens.good_dim),
    };
    let mut found = TextFormat::simple(theme::bold(BODY), color);
    found.background = back;
    if hit.change == Change::Gone {
        found = format(tokens.quiet);
        found.strikethrough = Stroke::new(1.5, tokens.watch);
    }
    job.append(hit.found.text(), 0.0, found);
    job.append(&hit.after, 0.0, format(tokens.quiet));
    job
}
