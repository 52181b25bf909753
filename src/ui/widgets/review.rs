//! The review of a finished session: score, pace of the call's parts, key facts, habits.

use super::{card, phases, pins, service};
use crate::practice::key_facts::FactReview;
use crate::practice::phases::matter_is_slower;
use crate::practice::review::Review;
use crate::text::{delivery_reason, score_reason};
use crate::time::clock_text;
use crate::ui::command::Command;
use crate::ui::scene::Scene;
use crate::ui::theme::{self, BODY, GRID, Mood, SMALL, TITLE, Tokens};
use crate::ui::widgets::button::choice_ui;
use crate::ui::words::{Words, one_decimal, whole};
use egui::{Id, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2};

/// A part of the score below this wants work, and below that it wants it now.
const WATCH_SCORE: f32 = 80.0;
const BAD_SCORE: f32 = 60.0;

/// The two choices of the card's head, hints and review; whether the review is chosen. A session that has just
/// ended begins with its review, a replay with its hints.
pub fn chosen_ui(ui: &mut Ui, scene: &Scene<'_>, hints: usize) -> bool {
    let id = Id::unique(("review chosen", scene.replay));
    let mut chosen = ui.data(|data| data.get_temp(id)).unwrap_or(!scene.replay);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = GRID;
        let title = format!("{} {hints}", scene.words.tr("feed.title"));
        if choice_ui(ui, &scene.words.tr("review.title"), chosen) {
            chosen = true;
        }
        if choice_ui(ui, &title, !chosen) {
            chosen = false;
        }
    });
    ui.add_space(GRID);
    ui.data_mut(|data| data.insert_temp(id, chosen));
    chosen
}

/// The review itself.
pub fn review_ui(ui: &mut Ui, scene: &Scene<'_>, review: &Review, out: &mut Vec<Command>) {
    let words = scene.words;
    let locale = words.locale().code();
    ScrollArea::vertical().id_salt("review").auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = GRID / 2.0;
        if let Some(score) = &review.score {
            let total = score.total.map_or_else(|| "—".to_owned(), whole);
            line_ui(ui, &words.tr("review.score"), &total, score.total.map_or(Mood::Quiet, mood_of), TITLE);
            for part in &score.parts {
                let name = words.tr(&format!("review.part.{}", part.id));
                line_ui(ui, &name, &whole(part.score), mood_of(part.score), BODY);
                if part.id == "liveliness" {
                    note_ui(ui, &delivery_reason(review, scene.timeline.header.as_deref(), locale));
                } else {
                    note_ui(ui, &score_reason(part, locale));
                }
            }
        }
        if review.delivery.is_none() {
            note_ui(ui, &delivery_reason(review, scene.timeline.header.as_deref(), locale));
        }
        phases::review_ui(ui, scene, review, out);
        match matter_is_slower(&review.pace.phases) {
            Some(true) => note_ui(ui, &words.tr("review.matter_slower")),
            Some(false) => note_ui(ui, &words.tr("review.matter_not_slower")),
            None => {}
        }
        service::service_ui(ui, scene, review);
        if !review.facts.is_empty() {
            heading_ui(ui, &words.tr("review.facts"));
            for fact in &review.facts {
                fact_ui(ui, scene, fact, out);
            }
        }
        notes_ui(ui, words, review);
        heading_ui(ui, &words.tr("review.habits"));
        let mood = |count: usize| if count == 0 { Mood::Good } else { Mood::Quiet };
        line_ui(ui, &words.tr("review.fillers"), &review.fillers.to_string(), mood(review.fillers), BODY);
        line_ui(ui, &words.tr("review.fades"), &review.fading_ends.to_string(), mood(review.fading_ends), BODY);
        if let Some(tremor) = &review.tremor {
            line_ui(ui, &words.tr("review.tremor"), &format!("{:.1} Hz", tremor.rate_hz), Mood::Watch, BODY);
            note_ui(ui, &words.tr("review.tremor_advice"));
        }
    });
}

/// How many notes there are, and what was said and stands in none.
fn notes_ui(ui: &mut Ui, words: Words, review: &Review) {
    heading_ui(ui, &words.tr("notes.title"));
    let count = match review.notes {
        0 => words.tr("review.no_notes"),
        count => words.fill("review.notes_value", &[("count", &count.to_string())]),
    };
    line_ui(ui, &words.tr("review.notes"), &count, Mood::Quiet, BODY);
    let missing: Vec<&str> =
        review.facts.iter().filter(|fact| fact.noted == Some(false)).map(|fact| fact.text.as_str()).collect();
    if !missing.is_empty() {
        note_ui(ui, &words.fill("review.not_noted", &[("facts", &missing.join(&words.tr("steps.between")))]));
    }
}

fn mood_of(score: f32) -> Mood {
    match score {
        score if score < BAD_SCORE => Mood::Bad,
        score if score < WATCH_SCORE => Mood::Watch,
        _ => Mood::Good,
    }
}

pub fn heading_ui(ui: &mut Ui, text: &str) {
    ui.add_space(GRID);
    card::heading_ui(ui, text, "");
}

/// A name and its value at the right edge.
pub fn line_ui(ui: &mut Ui, name: &str, value: &str, mood: Mood, size: f32) {
    let tokens = Tokens::of(ui);
    let width = ui.available_width() - 1.5 * GRID;
    let (rect, response) = ui.allocate_exact_size(vec2(width, size + 1.5 * GRID), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name} {value}")));
    let color = if mood == Mood::Quiet { tokens.text } else { mood.color(tokens) };
    let painter = ui.painter();
    let value = painter.layout_no_wrap(value.to_owned(), theme::bold(size), color);
    let left = rect.right() - value.size().x;
    let name = card::one_line(painter, name, theme::font(BODY), tokens.text, left - rect.left() - GRID);
    card::galley_at(painter, rect.left_center(), name, tokens.text);
    card::galley_at(painter, pos2(left, rect.center().y), value, color);
}

/// A quiet sentence below a line.
pub fn note_ui(ui: &mut Ui, text: &str) {
    let tokens = Tokens::of(ui);
    let width = ui.available_width() - 1.5 * GRID;
    let galley = card::lines(ui.painter(), text, theme::font(SMALL), tokens.quiet, width, 3);
    let (rect, response) = ui.allocate_exact_size(vec2(width, galley.size().y + 2.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    ui.painter().galley(rect.left_top(), galley, tokens.quiet);
}

/// A fact: when it was said, what it is, how often, and whether it was given time.
fn fact_ui(ui: &mut Ui, scene: &Scene<'_>, fact: &FactReview, out: &mut Vec<Command>) {
    let Some(first) = fact.mentions.first() else { return };
    let words = scene.words;
    let tokens = Tokens::of(ui);
    let width = ui.available_width() - 1.5 * GRID;
    let sense = if scene.replay { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(width, BODY + 1.5 * GRID), sense);
    let pause = first.pause_after_s;
    let verdict = match (fact.mentions.len(), pause) {
        (2.., _) => words.fill("review.said_times", &[("count", &fact.mentions.len().to_string())]),
        (_, Some(pause_s)) => words.fill("review.pause_after", &[("seconds", &one_decimal(pause_s))]),
        (_, None) => words.tr("review.no_pause_after"),
    };
    let good = fact.mentions.len() > 1 || pause.is_some();
    let role = if scene.replay { Role::Button } else { Role::Label };
    response.widget_info(|| WidgetInfo::labeled(role, true, format!("{} {verdict}", fact.text)));
    let painter = ui.painter();
    let middle = rect.center().y;
    let time = painter.layout_no_wrap(clock_text(first.span.start), theme::font(SMALL), tokens.quiet);
    let text_left = card::galley_at(painter, rect.left_center(), time, tokens.quiet) + GRID;
    let color = if good { tokens.quiet } else { pins::mood(crate::session::event::Severity::Watch).color(tokens) };
    let verdict = painter.layout_no_wrap(verdict, theme::font(SMALL), color);
    let verdict_left = rect.right() - verdict.size().x;
    let text = card::one_line(painter, &fact.text, theme::font(BODY), tokens.text, verdict_left - text_left - GRID);
    card::galley_at(painter, pos2(text_left, middle), text, tokens.text);
    card::galley_at(painter, pos2(verdict_left, middle), verdict, color);
    if scene.replay && response.clicked() {
        out.push(Command::PlayFrom(first.span.start.seconds()));
    }
}
