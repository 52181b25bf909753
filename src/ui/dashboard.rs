//! The dashboard: ribbon, transcript, meters and feed of one moment. Live view, replay and the supervisor's window
//! all draw this.

use super::command::Command;
use super::icons::Icon;
use super::notes::{self, NotesPane};
use super::scene::Scene;
use super::theme::{GRID, Mood};
use super::widgets::{card, flags, meter, pace, phases, review, ribbon, steps, transcript};
use super::words::one_decimal;
use crate::session::event::PauseKind;
use crate::text::liveliness_reason;
use crate::wording::PhaseBorders;
use egui::{Rect, Ui, pos2, vec2};

/// Width of the right column: a quarter of the window, within reason.
fn column_width(width: f32) -> f32 {
    (width * 0.27).clamp(264.0, 368.0)
}

/// From this width of the left part on, notes stand beside the transcript; below it they take the ribbon's place, so
/// that the transcript keeps its width.
const NOTES_BESIDE_FROM: f32 = 520.0;

/// In a lower column the steps of the call are one line of the meters, so that hints keep their room.
const STEPS_CARD_FROM: f32 = 640.0;

/// Draws the dashboard into `rect`; `notes` is none where nothing can be noted.
pub fn dashboard_ui(ui: &mut Ui, rect: Rect, scene: &Scene<'_>, notes: Option<&mut NotesPane>, out: &mut Vec<Command>) {
    let column = column_width(rect.width());
    let split = rect.right() - column;
    let left = Rect::from_min_max(rect.min, pos2(split - GRID, rect.bottom()));
    let right = Rect::from_min_max(pos2(split, rect.top()), rect.max);
    voice_and_text_ui(ui, left, scene, notes.filter(|_| !scene.empty), out);
    figures_ui(ui, right, scene, out);
}

/// Ribbon above, transcript below, and the notes where they are open.
fn voice_and_text_ui(
    ui: &mut Ui,
    rect: Rect,
    scene: &Scene<'_>,
    notes: Option<&mut NotesPane>,
    out: &mut Vec<Command>,
) {
    let can_open = notes.as_ref().is_some_and(|notes| !notes.is_open());
    let notes = notes.filter(|notes| notes.is_open());
    let beside = notes.is_some() && rect.width() >= NOTES_BESIDE_FROM;
    // The transcript gets in height what it gives in width.
    let (share, least) = match (beside, scene.replay) {
        (true, true) => (0.45, 232.0),
        (true, false) => (0.4, 200.0),
        (false, _) => (0.52, 200.0),
    };
    let ribbon_height = (rect.height() * share).clamp(least, 460.0);
    let upper = Rect::from_min_size(rect.min, vec2(rect.width(), ribbon_height));
    let mut lower = Rect::from_min_max(pos2(rect.left(), upper.bottom() + GRID), rect.max);
    let side = beside.then(|| {
        let width = (lower.width() * 0.38).clamp(224.0, 344.0);
        lower.with_min_x(lower.right() - width)
    });
    if let Some(side) = side {
        lower.max.x = side.left() - GRID;
    }
    if notes.is_none() || beside {
        card::card_ui(ui, upper, "voice", |ui| voice_ui(ui, scene, out));
    }
    card::card_ui(ui, lower, "text", |ui| text_ui(ui, scene, can_open, out));
    if let Some(notes) = notes {
        card::card_ui(ui, side.unwrap_or(upper), "notes", |ui| notes.ui(ui, scene, out));
    }
}

/// Meters, steps and feed.
fn figures_ui(ui: &mut Ui, right: Rect, scene: &Scene<'_>, out: &mut Vec<Command>) {
    let tight = right.height() < 520.0;
    let row = if tight { 3.25 * GRID } else { 4.5 * GRID };
    let steps = if scene.empty && !scene.writes { None } else { steps::height(scene) };
    // The review of a session that has just ended names the missing steps itself.
    let reviewed = scene.figures.review.is_some() && !scene.replay;
    let in_line = steps.is_some() && (reviewed || right.height() < STEPS_CARD_FROM);
    let rows = if in_line { 4.0 } else { 3.0 };
    let meters_height = pace::HEIGHT + rows * row + if tight { 3.5 } else { 5.0 } * GRID;
    let meters = Rect::from_min_size(right.min, vec2(right.width(), meters_height));
    card::card_ui(ui, meters, "meters", |ui| {
        meters_ui(ui, scene, row, tight);
        if in_line {
            steps::line_ui(ui, scene, row);
        }
    });
    let mut top = meters.bottom() + GRID;
    if let Some(height) = steps.filter(|_| !in_line) {
        let list = Rect::from_min_size(pos2(right.left(), top), vec2(right.width(), height));
        card::card_ui(ui, list, "steps", |ui| steps::steps_ui(ui, scene));
        top = list.bottom() + GRID;
    }
    let feed = Rect::from_min_max(pos2(right.left(), top), right.max);
    card::card_ui(ui, feed, "feed", |ui| feed_ui(ui, scene, out));
}

fn voice_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Vec<Command>) {
    let note = if scene.empty { String::new() } else { scene.words.tr("live.pitch_note") };
    card::heading_ui(ui, &scene.words.tr("live.pitch"), &note);
    if scene.empty {
        card::empty_ui(ui, ui.available_rect_before_wrap(), Icon::Wave, &scene.words.tr("live.empty_voice"));
        return;
    }
    let mut rect = ui.available_rect_before_wrap();
    if scene.replay {
        let strip = Rect::from_min_size(rect.min, vec2(rect.width(), 4.0 * GRID));
        ribbon::overview_ui(ui, strip, scene, out);
        rect.min.y = strip.bottom();
        if PhaseBorders::of(scene.timeline).is_some() {
            let lane = Rect::from_min_size(rect.min, vec2(rect.width(), phases::LANE));
            phases::lane_ui(ui, lane, scene, out);
            rect.min.y = lane.bottom();
        }
    }
    ribbon::ribbon_ui(ui, rect, scene, out);
}

fn text_ui(ui: &mut Ui, scene: &Scene<'_>, can_open_notes: bool, out: &mut Vec<Command>) {
    let note = match scene.withdrawn() {
        _ if scene.replay => scene.words.tr("replay.text_note"),
        Some(hit) => scene.words.fill("live.withdrawn", &[("text", &format!("「{}」", hit.text))]),
        None => String::new(),
    };
    let row = ui.available_rect_before_wrap();
    let place = pos2(row.right(), row.top() + 1.5 * GRID);
    let button = if can_open_notes { row.right() - notes::open_ui(ui, place, scene, out) } else { 0.0 };
    card::heading_beside_ui(ui, &scene.words.tr("live.transcript"), &note, button);
    if scene.timeline.segments.is_empty() && scene.timeline.partial.is_none() {
        let rect = ui.available_rect_before_wrap();
        let key = match (scene.empty, scene.writes) {
            (true, _) => "live.empty_text",
            (_, false) => "live.no_text",
            (_, true) if scene.replay || scene.timeline.ended.is_some() => "live.nothing_said",
            _ if scene.is_heard() => "live.no_text_yet",
            _ => "live.empty_text",
        };
        card::empty_ui(ui, rect, Icon::Text, &scene.words.tr(key));
    } else {
        transcript::transcript_ui(ui, scene, out);
    }
}

fn meters_ui(ui: &mut Ui, scene: &Scene<'_>, row: f32, tight: bool) {
    let (words, figures) = (scene.words, scene.figures);
    ui.spacing_mut().item_spacing.y = 0.0;
    pace::pace_ui(ui, words, figures, !scene.replay && !scene.empty && scene.timeline.ended.is_none());
    ui.add_space(if tight { 0.5 } else { 1.5 } * GRID);
    let begun = !scene.timeline.speech.is_empty() && scene.timeline.ended.is_none() && !scene.replay;
    let tip = match figures.liveliness.zip(figures.movement) {
        Some((value, movement)) => {
            liveliness_reason(value, &movement, scene.timeline.header.as_deref(), words.locale().code())
        }
        None if begun => words.tr("delivery.listening_tip"),
        None => words.tr("live.life_tip"),
    };
    let (key, dots) = match (figures.liveliness, figures.liveliness_mood) {
        (None, _) if begun => ("delivery.listening", 0),
        (None, _) => ("life.none", 0),
        (Some(value), mood) => {
            let key = match mood {
                Mood::Bad => "life.flat",
                Mood::Watch => "life.rather_flat",
                Mood::Good | Mood::Quiet => "life.lively",
            };
            (key, (value * 5.0).round().clamp(1.0, 5.0) as usize)
        }
    };
    let life = meter::Row {
        name: &words.tr("live.life"),
        value: &words.tr(key),
        mood: figures.liveliness_mood,
        dots: Some(dots),
        tip: &tip,
    };
    meter::row_ui(ui, &life, row);
    let (value, mood) = pause_text(scene);
    let pauses = meter::Row {
        name: &words.tr("live.pauses"),
        value: &value,
        mood,
        dots: None,
        tip: &words.tr("live.pauses_tip"),
    };
    meter::row_ui(ui, &pauses, row);
    let mood = match (scene.empty, figures.banned, figures.discouraged) {
        (true, ..) => Mood::Quiet,
        (_, 0, 0) => Mood::Good,
        (_, 0, _) => Mood::Watch,
        _ => Mood::Bad,
    };
    let (banned, soft) = (figures.banned.to_string(), figures.discouraged.to_string());
    let value = match (scene.empty, figures.discouraged) {
        (true, _) => "—".to_owned(),
        (_, 0) => words.fill("live.banned_value", &[("banned", &banned)]),
        _ => words.fill("live.banned_and_soft", &[("banned", &banned), ("soft", &soft)]),
    };
    let wording = meter::Row {
        name: &words.tr("live.banned"),
        value: &value,
        mood,
        dots: None,
        tip: &words.tr("live.banned_tip"),
    };
    meter::row_ui(ui, &wording, row);
}

/// The silence that is going on, once it is worth a word, else the last pause.
fn pause_text(scene: &Scene<'_>) -> (String, Mood) {
    let words = scene.words;
    if let Some((seconds, mood)) = scene.figures.silence.filter(|(_, mood)| *mood != Mood::Quiet) {
        return (words.fill("live.silent_for", &[("seconds", &one_decimal(seconds))]), mood);
    }
    let Some((seconds, kind)) = scene.figures.last_pause else { return ("—".to_owned(), Mood::Quiet) };
    let (key, mood) = match kind {
        PauseKind::Clause => ("pause.clause", Mood::Good),
        PauseKind::Sentence => ("pause.sentence", Mood::Good),
        PauseKind::Hesitation => ("pause.hesitation", Mood::Watch),
        PauseKind::DeadAir => ("pause.dead_air", Mood::Bad),
    };
    let parts = [("seconds", one_decimal(seconds)), ("verdict", words.tr(key))];
    (words.fill("live.pause_value", &parts.each_ref().map(|(name, value)| (*name, value.as_str()))), mood)
}

fn feed_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Vec<Command>) {
    let flags = scene.flags();
    if let Some(review) = &scene.figures.review
        && review::chosen_ui(ui, scene, flags.len())
    {
        review::review_ui(ui, scene, review, out);
        return;
    }
    if scene.figures.review.is_some() {
        flags::flags_ui(ui, scene, out);
        return;
    }
    let count = scene.words.fill("feed.count", &[("count", &flags.len().to_string())]);
    let note = if flags.is_empty() { String::new() } else { count };
    card::heading_ui(ui, &scene.words.tr("feed.title"), &note);
    flags::flags_ui(ui, scene, out);
}
