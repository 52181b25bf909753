//! The part of the review about wording: which steps are missing, how questions were mixed, and the service language.

use super::review::{heading_ui, line_ui, note_ui};
use super::{card, steps};
use crate::practice::checklist::{Row, RowState, progress};
use crate::practice::review::Review;
use crate::practice::service_review::ServiceReview;
use crate::session::event::{PaceUnit, QuestionKind};
use crate::ui::scene::Scene;
use crate::ui::theme::{self, BODY, GRID, Mood, Tokens};
use crate::ui::words::{Words, whole};
use egui::{CornerRadius, Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

/// Width of the names before the bars of the question mix.
const NAMES: f32 = 13.5 * GRID;

/// Draws all of it; nothing in a session without text.
pub fn service_ui(ui: &mut Ui, scene: &Scene<'_>, review: &Review) {
    let Some(service) = &review.service else { return };
    steps_ui(ui, scene.words, &review.checklist);
    questions_ui(ui, scene.words, service, review.pace.unit);
    language_ui(ui, scene.words, service, review.pace.unit);
}

/// What the call lacks, step by step.
fn steps_ui(ui: &mut Ui, words: Words, rows: &[Row]) {
    let (done, needed) = progress(rows);
    let count = words.fill("steps.progress", &[("done", &done.to_string()), ("needed", &needed.to_string())]);
    heading_ui(ui, &format!("{} {count}", words.tr("steps.title")));
    for row in rows.iter().filter(|row| row.needed && !row.done()) {
        let name = words.tr(&format!("steps.{}.name", row.id.to_lowercase()));
        let state = if row.state == RowState::Missed { "steps.missed" } else { "steps.open" };
        let key = if row.state == RowState::Begun { "steps.begun" } else { state };
        line_ui(ui, &name, &words.tr(key), Mood::Watch, BODY);
        note_ui(ui, &steps::lacks(words, row));
    }
    if done == needed {
        note_ui(ui, &words.tr("steps.all_done"));
    }
}

/// A bar for each kind of question, and what to change.
fn questions_ui(ui: &mut Ui, words: Words, service: &ServiceReview, unit: PaceUnit) {
    heading_ui(ui, &words.tr("review.questions"));
    if service.asked() == 0 {
        note_ui(ui, &words.tr("review.no_questions"));
        return;
    }
    let most = service.questions.iter().copied().max().unwrap_or(1).max(1);
    for (kind, count) in QuestionKind::ALL.into_iter().zip(service.questions) {
        bar_ui(ui, &words.tr(&format!("review.question.{}", kind.name())), count, most);
    }
    if let Some(kind) = service.only_kind {
        let name = words.tr(&format!("review.question.{}", kind.name())).to_lowercase();
        let values = [("count", service.asked().to_string()), ("kind", name)];
        note_ui(ui, &words.fill("review.only_kind", &values.each_ref().map(|(key, value)| (*key, value.as_str()))));
    }
    if service.consent == Some(false) {
        note_ui(ui, &words.tr("review.no_consent"));
    }
    if let Some(units) = service.question_units {
        let key = if unit == PaceUnit::Word { "review.question_words" } else { "review.question_han" };
        note_ui(ui, &words.fill(key, &[("units", &whole(units as f32))]));
    }
}

fn bar_ui(ui: &mut Ui, name: &str, count: usize, most: usize) {
    let tokens = Tokens::of(ui);
    let width = ui.available_width() - 1.5 * GRID;
    let (rect, response) = ui.allocate_exact_size(vec2(width, BODY + GRID), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name} {count}")));
    let painter = ui.painter();
    let color = if count == 0 { tokens.quiet } else { tokens.text };
    let middle = rect.center().y;
    let name = card::one_line(painter, name, theme::font(BODY), color, NAMES - GRID);
    card::galley_at(painter, rect.left_center(), name, color);
    let figure = painter.layout_no_wrap(count.to_string(), theme::bold(BODY), color);
    let right = rect.right() - figure.size().x;
    card::galley_at(painter, pos2(right, middle), figure, color);
    let track = Rect::from_min_max(
        pos2(rect.left() + NAMES, middle - GRID / 2.0),
        pos2(rect.right() - 3.0 * GRID, middle + GRID / 2.0),
    );
    let radius = CornerRadius::same(3);
    painter.rect_filled(track, radius, tokens.raised);
    if count > 0 {
        let filled = track.width() * count as f32 / most as f32;
        painter.rect_filled(Rect::from_min_size(track.min, vec2(filled, track.height())), radius, tokens.accent);
    }
}

fn language_ui(ui: &mut Ui, words: Words, service: &ServiceReview, unit: PaceUnit) {
    heading_ui(ui, &words.tr("review.service"));
    let times = |count: usize| words.fill("review.times", &[("count", &count.to_string())]);
    let plain = |ui: &mut Ui, key: &str, value: &str| line_ui(ui, &words.tr(key), value, Mood::Quiet, BODY);
    plain(ui, "review.acknowledgements", &times(service.acknowledgements));
    if let Some(share) = service.affirmative_share {
        let percent = whole(share as f32 * 100.0);
        plain(ui, "review.affirmative", &words.fill("review.affirmative_value", &[("percent", &percent)]));
    }
    if service.proposals > 0 {
        let values = [("part", service.proposals_asked.to_string()), ("whole", service.proposals.to_string())];
        let value = words.fill("review.out_of", &values.each_ref().map(|(key, value)| (*key, value.as_str())));
        let mood = if service.proposals_asked == 0 { Mood::Watch } else { Mood::Quiet };
        line_ui(ui, &words.tr("review.asked_view"), &value, mood, BODY);
    }
    plain(ui, "review.name_used", &times(service.name_uses));
    plain(ui, "review.thanked", &times(service.thanks));
    plain(ui, "review.professional", &times(service.professional));
    plain(ui, "review.can_cannot", &format!("{} : {}", service.can, service.cannot));
    if unit == PaceUnit::Han {
        let mood = if service.plain_you > 0 { Mood::Watch } else { Mood::Quiet };
        let value = format!("{} : {}", service.formal_you, service.plain_you);
        line_ui(ui, &words.tr("review.formal_plain"), &value, mood, BODY);
    }
}
