//! The dashboard: ribbon, transcript, meters and feed of one moment. Live view, replay and the supervisor's window
//! all draw this.

use super::command::Command;
use super::icons::Icon;
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

/// In a lower column the steps of the call are one line of the meters, so that hints keep their room.
const STEPS_CARD_FROM: f32 = 640.0;

/// Draws the dashboard into `rect`.
pub fn dashboard_ui(ui: &mut Ui, rect: Rect, scene: &Scene<'_>, out: &mut Vec<Command>) {
    let column = column_width(rect.width());
    let split = rect.right() - column;
    let left = Rect::from_min_max(rect.min, pos2(split - GRID, rect.bottom()));
    let right = Rect::from_min_max(pos2(split, rect.top()), rect.max);
    let ribbon_height = (left.height() * 0.52).clamp(200.0, 460.0);
    let upper = Rect::from_min_size(left.min, vec2(left.width(), ribbon_height));
    let lower = Rect::from_min_max(pos2(left.left(), upper.bottom() + GRID), left.max);
    card::card_ui(ui, upper, "voice", |ui| voice_ui(ui, scene, out));
    card::card_ui(ui, lower, "text", |ui| text_ui(ui, scene, out));
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

fn text_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Vec<Command>) {
    let note = match scene.withdrawn() {
        _ if scene.replay => scene.words.tr("replay.text_note"),
        Some(hit) => scene.words.fill("live.withdrawn", &[("text", &format!("「{}」", hit.text))]),
        None => String::new(),
    };
    card::heading_ui(ui, &scene.words.tr("live.transcript"), &note);
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
