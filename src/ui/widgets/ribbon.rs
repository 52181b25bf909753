//! The pitch ribbon: the voice in semitones around the speaker's own median, its level below, pauses hatched, flags
//! as pins, all on one time axis.

use super::{card, hatch, pins};
use crate::session::event::{Frame, PauseKind};
use crate::session::timeline::Timeline;
use crate::time::{FRAME_S, SampleTime, Span, clock_text};
use crate::ui::command::Command;
use crate::ui::figures::Voice;
use crate::ui::scene::{Scene, View};
use crate::ui::theme::{self, GRID, Mood, SMALL, Tokens};
use crate::ui::words::one_decimal;
use egui::epaint::Mesh;
use egui::{
    Align2, Color32, CornerRadius, Painter, Pos2, Rangef, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2,
};

/// Half of the pitch axis, semitones.
const REACH_ST: f32 = 12.0;
/// Bottom of the level axis, dB re full scale.
const FLOOR_DB: f32 = -60.0;
/// A jump this large within one column is two voices, or an octave error: the line is broken there, semitones.
const BREAK_ST: f32 = 7.0;
/// Unvoiced stretches up to this long are led over, seconds.
const BRIDGE_S: f64 = 0.18;
/// Width of the labels at the left edge.
const GUTTER: f32 = 40.0;

/// Frames that share one pixel column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    /// Seconds from the session's start to its middle.
    pub at_s: f64,
    /// Mean pitch, semitones around the median; none where unvoiced.
    pub pitch_st: Option<f32>,
    /// Highest level, dB re full scale.
    pub level_db: f32,
    /// Whether any of it is speech.
    pub speech: bool,
}

/// Thins `timeline` out to at most one column a pixel. Columns hang on the session's own frames, not on the view, so
/// that a moving view does not make them flicker.
pub fn columns(timeline: &Timeline, view: View, width_px: f32, median_hz: Option<f32>) -> Vec<Column> {
    let frames_shown = (view.len_s / FRAME_S).max(1.0);
    let per_column = ((frames_shown / f64::from(width_px.max(1.0))).ceil() as usize).max(1);
    let first = ((view.start_s.max(0.0) / FRAME_S) as usize) / per_column * per_column;
    let last = ((view.end_s().max(0.0) / FRAME_S) as usize).min(timeline.frames.len());
    let Some(frames) = timeline.frames.get(first..last) else { return Vec::new() };
    let column = |(index, frames): (usize, &[Frame])| {
        let (mut sum_st, mut voiced, mut level_db, mut speech) = (0.0, 0, FLOOR_DB, false);
        for frame in frames {
            if let (Some(f0_hz), Some(median_hz), true) = (frame.f0(), median_hz, frame.speech) {
                sum_st += 12.0 * (f0_hz / median_hz).log2();
                voiced += 1;
            }
            level_db = frame.level_db.max(level_db);
            speech |= frame.speech;
        }
        let middle = first as f64 + (index as f64 + 0.5) * per_column as f64;
        let pitch_st = (voiced > 0).then(|| sum_st / voiced as f32);
        Column { at_s: middle * FRAME_S, pitch_st, level_db, speech }
    };
    frames.chunks(per_column).enumerate().map(column).collect()
}

/// The places of the ribbon's parts.
#[derive(Clone, Copy)]
struct Lanes {
    pins: Rect,
    pitch: Rect,
    level: Rect,
    axis: Rect,
    view: View,
}

impl Lanes {
    fn new(rect: Rect, view: View) -> Self {
        let left = rect.left() + GUTTER;
        let lane = |top: f32, bottom: f32| Rect::from_min_max(pos2(left, top), pos2(rect.right(), bottom));
        let axis_top = rect.bottom() - 2.5 * GRID;
        let level_top = axis_top - (rect.height() * 0.16).clamp(3.0 * GRID, 7.0 * GRID);
        let pins_bottom = rect.top() + 4.0 * GRID;
        Self {
            pins: lane(rect.top(), pins_bottom),
            pitch: lane(pins_bottom, level_top - GRID),
            level: lane(level_top, axis_top),
            axis: lane(axis_top, rect.bottom()),
            view,
        }
    }

    fn x(&self, at_s: f64) -> f32 {
        self.pitch.left() + ((at_s - self.view.start_s) / self.view.len_s) as f32 * self.pitch.width()
    }

    fn seconds(&self, x: f32) -> f64 {
        self.view.start_s + f64::from((x - self.pitch.left()) / self.pitch.width().max(1.0)) * self.view.len_s
    }

    fn y(&self, pitch_st: f32) -> f32 {
        let share = (pitch_st / REACH_ST).clamp(-1.0, 1.0);
        self.pitch.center().y - share * (self.pitch.height() / 2.0 - 3.0)
    }

    fn whole(&self) -> Rect {
        Rect::from_min_max(self.pins.min, self.axis.max)
    }

    /// The columns between two times, inside the lane.
    fn range(&self, span: Span) -> Rangef {
        let range = self.pitch.x_range();
        Rangef::new(range.clamp(self.x(span.start.seconds())), range.clamp(self.x(span.end.seconds())))
    }
}

/// Draws the ribbon at `rect`; dragging in a replay seeks.
pub fn ribbon_ui(ui: &mut Ui, rect: Rect, scene: &Scene<'_>, out: &mut Vec<Command>) {
    let lanes = Lanes::new(rect, scene.view);
    let tokens = Tokens::of(ui);
    let id = ui.scope_id().with("ribbon");
    let sense = if scene.replay { Sense::click_and_drag() } else { Sense::hover() };
    let response = ui.interact(lanes.whole(), id, sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Group, true, scene.words.tr("live.pitch")));
    let width_px = lanes.pitch.width() * ui.ctx().pixels_per_point();
    let voice = scene.figures.voice;
    let columns = columns(scene.timeline, scene.view, width_px, voice.map(|voice| voice.median_hz));
    grid(ui, &lanes, scene, voice);
    time_axis(ui.painter(), tokens, &lanes, scene);
    let painter = ui.painter().with_clip_rect(lanes.whole().expand2(vec2(1.0, 2.0)).intersect(ui.clip_rect()));
    pauses(&painter, tokens, &lanes, scene);
    lost(&painter, tokens, &lanes, scene);
    level(&painter, tokens, &lanes, &columns, scene.figures.quiet_db);
    contour(&painter, tokens, &lanes, &columns);
    pins::pins_ui(ui, lanes.pins, lanes.pitch, &|at_s| lanes.x(at_s), scene, out);
    if scene.replay {
        cursor(&painter, tokens, &lanes, scene.now);
        steer(ui, &lanes, &response, out);
    }
}

/// Where the pointer has just been put. A pointer that is held still asks for nothing, so nothing is painted.
fn moved(response: &egui::Response) -> Option<Pos2> {
    let moves = response.clicked() || response.drag_started() || response.drag_delta() != egui::Vec2::ZERO;
    response.interact_pointer_pos().filter(|_| moves)
}

/// Seeks where the pointer is, pans and zooms with the wheel.
fn steer(ui: &Ui, lanes: &Lanes, response: &egui::Response, out: &mut Vec<Command>) {
    if let Some(pointer) = moved(response) {
        out.push(Command::Seek(lanes.seconds(pointer.x)));
    }
    if response.hovered() {
        let (scroll, zoom) = ui.input(|input| (input.smooth_scroll_delta(), input.zoom_delta()));
        let along = if scroll.x.abs() > scroll.y.abs() { scroll.x } else { scroll.y };
        if (zoom - 1.0).abs() > 0.001 {
            out.push(Command::Zoom(1.0 / zoom));
        } else if along != 0.0 {
            let seconds = -f64::from(along / lanes.pitch.width().max(1.0)) * lanes.view.len_s;
            out.push(Command::Pan(seconds));
        }
    }
}

fn grid(ui: &Ui, lanes: &Lanes, scene: &Scene<'_>, voice: Option<Voice>) {
    let tokens = Tokens::of(ui);
    let painter = ui.painter();
    if let Some(voice) = voice {
        let band = Rect::from_x_y_ranges(lanes.pitch.x_range(), lanes.y(voice.high_st)..=lanes.y(voice.low_st));
        painter.rect_filled(band, CornerRadius::ZERO, tokens.accent_dim.gamma_multiply(0.6));
    }
    for step_st in [-8.0_f32, -4.0, 0.0, 4.0, 8.0] {
        let y = painter.round_to_pixel_center(lanes.y(step_st));
        let strong = step_st == 0.0;
        let color = if strong { tokens.pale } else { tokens.line };
        painter.hline(lanes.pitch.x_range(), y, Stroke::new(1.0, color.gamma_multiply(if strong { 0.9 } else { 0.6 })));
        let label = if strong { "0".to_owned() } else { format!("{step_st:+.0}").replace('-', "−") };
        let place = pos2(lanes.pitch.left() - GRID, y);
        painter.text(place, Align2::RIGHT_CENTER, label, theme::font(SMALL), tokens.quiet);
    }
    let place = pos2(lanes.level.left() - GRID, lanes.level.center().y);
    painter.text(place, Align2::RIGHT_CENTER, scene.words.tr("live.level"), theme::font(SMALL), tokens.quiet);
}

/// Distance between two times on the axis that leaves room for their text, seconds.
fn tick_step_s(len_s: f64, width: f32) -> f64 {
    let room = f64::from(width / 72.0).max(1.0);
    let steps = [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0];
    steps.into_iter().find(|step| len_s / step <= room).unwrap_or(3600.0)
}

fn time_axis(painter: &Painter, tokens: &Tokens, lanes: &Lanes, scene: &Scene<'_>) {
    painter.hline(lanes.axis.x_range(), lanes.axis.top(), Stroke::new(1.0, tokens.line));
    let step_s = tick_step_s(lanes.view.len_s, lanes.axis.width());
    let first = (lanes.view.start_s.max(0.0) / step_s).ceil();
    for index in 0..200 {
        let at_s = (first + f64::from(index)) * step_s;
        if at_s > lanes.view.end_s() || (scene.empty && at_s > 0.0) {
            break;
        }
        let x = lanes.x(at_s);
        let text = clock_text(SampleTime::from_seconds(at_s));
        let half = 20.0;
        // A time that would leave the ribbon is not written at all: half a figure says nothing.
        if x - half >= lanes.axis.left() - GUTTER && x + half <= lanes.axis.right() + 4.0 {
            painter.vline(x, lanes.axis.top()..=lanes.axis.top() + 4.0, Stroke::new(1.0, tokens.pale));
            painter.text(pos2(x, lanes.axis.bottom()), Align2::CENTER_BOTTOM, text, theme::font(SMALL), tokens.quiet);
        }
    }
}

fn pause_mood(kind: PauseKind) -> Mood {
    match kind {
        PauseKind::Clause | PauseKind::Sentence => Mood::Quiet,
        PauseKind::Hesitation => Mood::Watch,
        PauseKind::DeadAir => Mood::Bad,
    }
}

fn pauses(painter: &Painter, tokens: &Tokens, lanes: &Lanes, scene: &Scene<'_>) {
    let finished = scene.timeline.pauses.iter().map(|pause| (pause.span, pause_mood(pause.kind)));
    let open = scene.timeline.silence.filter(|silence| silence.seconds() >= 0.25).map(|silence| {
        let mood = scene.figures.silence.map_or(Mood::Quiet, |(_, mood)| mood);
        (silence, mood)
    });
    for (span, mood) in finished.chain(open) {
        if span.end.seconds() < lanes.view.start_s || span.start.seconds() > lanes.view.end_s() {
            continue;
        }
        let rect = Rect::from_x_y_ranges(lanes.range(span), lanes.pitch.y_range());
        let color = mood.color(tokens);
        if mood != Mood::Quiet {
            painter.rect_filled(rect, CornerRadius::ZERO, mood.dim(tokens).gamma_multiply(0.5));
        }
        hatch::hatch(painter, rect, lanes.x(span.start.seconds()), GRID, color.gamma_multiply(0.45));
        if rect.width() > 44.0 {
            let text = scene.words.fill("unit.seconds", &[("n", &one_decimal(span.seconds()))]);
            let galley = painter.layout_no_wrap(text, theme::font(SMALL), color);
            let back =
                Rect::from_center_size(pos2(rect.center().x, rect.bottom() - 12.0), galley.size() + vec2(8.0, 2.0));
            painter.rect_filled(back, CornerRadius::same(4), tokens.card);
            painter.galley(back.center() - galley.size() / 2.0, galley, color);
        }
    }
}

fn lost(painter: &Painter, tokens: &Tokens, lanes: &Lanes, scene: &Scene<'_>) {
    for (span, _) in &scene.timeline.gaps {
        let range = lanes.range(*span);
        if range.span() < 0.5 {
            continue;
        }
        let rect = Rect::from_x_y_ranges(range, lanes.pitch.top()..=lanes.level.bottom());
        painter.rect_filled(rect, CornerRadius::ZERO, tokens.bad_dim);
        let text = scene.words.tr("live.gap");
        let galley = card::one_line(painter, &text, theme::font(SMALL), tokens.bad, rect.width());
        if rect.width() > 40.0 {
            painter.galley(rect.center() - galley.size() / 2.0, galley, tokens.bad);
        }
    }
}

fn level(painter: &Painter, tokens: &Tokens, lanes: &Lanes, columns: &[Column], quiet_db: f32) {
    let share = |db: f32| ((db - FLOOR_DB) / -FLOOR_DB).clamp(0.0, 1.0);
    let width = columns.get(..2).map_or(1.0, |pair| lanes.x(pair[1].at_s) - lanes.x(pair[0].at_s));
    let mut mesh = Mesh::default();
    for column in columns {
        let x = lanes.x(column.at_s);
        if !lanes.level.x_range().contains(x) {
            continue;
        }
        let top = lanes.level.bottom() - share(column.level_db) * lanes.level.height();
        let color = match column {
            Column { level_db, .. } if *level_db > -0.5 => tokens.bad,
            Column { speech: true, .. } => tokens.accent.gamma_multiply(0.75),
            Column { .. } => tokens.pale.gamma_multiply(0.5),
        };
        let bar = Rect::from_min_max(pos2(x - width / 2.0, top), pos2(x + width / 2.0, lanes.level.bottom()));
        mesh.add_colored_rect(bar, color);
    }
    painter.add(Shape::mesh(mesh));
    let y = painter.round_to_pixel_center(lanes.level.bottom() - share(quiet_db) * lanes.level.height());
    let line = [pos2(lanes.level.left(), y), pos2(lanes.level.right(), y)];
    painter.extend(Shape::dashed_line(&line, Stroke::new(1.0, tokens.quiet.gamma_multiply(0.8)), 4.0, 4.0));
}

fn contour(painter: &Painter, tokens: &Tokens, lanes: &Lanes, columns: &[Column]) {
    let stroke = Stroke::new(2.5, tokens.accent);
    let mut run: Vec<Pos2> = Vec::new();
    let faint = Stroke::new(1.0, tokens.accent.gamma_multiply(0.55));
    let mut last_st: Option<f32> = None;
    let mut last_end: Option<(f64, f32, Pos2)> = None;
    let flush = |run: &mut Vec<Pos2>| {
        match run.as_slice() {
            [] => {}
            // A single voiced column would be invisible as a line.
            [point] => {
                painter.circle_filled(*point, 1.25, stroke.color);
            }
            _ => {
                painter.add(Shape::line(run.clone(), stroke));
            }
        }
        run.clear();
    };
    for column in columns {
        let x = lanes.x(column.at_s);
        let shown = column.pitch_st.filter(|_| lanes.pitch.x_range().contains(x));
        if let (Some(pitch), Some(last)) = (shown, last_st)
            && (pitch - last).abs() > BREAK_ST
        {
            flush(&mut run);
        }
        match shown {
            Some(pitch) => {
                let point = pos2(x, lanes.y(pitch));
                // A consonant is no pause: a faint line leads over it, so that the melody is seen as one.
                if let Some((end_s, end_st, end)) = last_end.filter(|_| run.is_empty())
                    && column.at_s - end_s < BRIDGE_S
                    && (pitch - end_st).abs() <= BREAK_ST
                {
                    painter.line_segment([end, point], faint);
                }
                last_end = Some((column.at_s, pitch, point));
                run.push(point);
            }
            None => flush(&mut run),
        }
        last_st = shown;
    }
    flush(&mut run);
}

fn cursor(painter: &Painter, tokens: &Tokens, lanes: &Lanes, now: SampleTime) {
    let x = lanes.x(now.seconds());
    if lanes.pitch.x_range().contains(x) {
        let color: Color32 = tokens.text;
        painter.vline(x, lanes.pins.top()..=lanes.axis.top(), Stroke::new(2.0, color));
        let head =
            [pos2(x - 6.0, lanes.axis.top() + 8.0), pos2(x, lanes.axis.top()), pos2(x + 6.0, lanes.axis.top() + 8.0)];
        painter.add(Shape::convex_polygon(head.to_vec(), color, Stroke::NONE));
    }
}

/// The whole session at once: level, flags, what the ribbon shows, and the cursor. Dragging seeks.
pub fn overview_ui(ui: &mut Ui, rect: Rect, scene: &Scene<'_>, out: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    let response = ui.interact(rect, ui.scope_id().with("overview"), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Group, true, scene.words.tr("replay.overview")));
    let len_s = scene.timeline.position.seconds().max(0.01);
    let view = View { start_s: 0.0, len_s };
    let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
    painter.rect_filled(rect, CornerRadius::same(4), tokens.raised);
    let x = |at_s: f64| rect.left() + (at_s / len_s) as f32 * rect.width();
    let mut mesh = Mesh::default();
    let columns = columns(scene.timeline, view, rect.width(), None);
    let width = rect.width() / (columns.len().max(1) as f32);
    for column in &columns {
        let height = ((column.level_db - FLOOR_DB) / -FLOOR_DB).clamp(0.0, 1.0) * (rect.height() - GRID) / 2.0;
        let color = if column.speech { tokens.accent.gamma_multiply(0.8) } else { tokens.pale.gamma_multiply(0.5) };
        let bar = Rect::from_center_size(pos2(x(column.at_s), rect.center().y), vec2(width, 2.0 * height.max(0.5)));
        mesh.add_colored_rect(bar, color);
    }
    painter.add(Shape::mesh(mesh));
    for flag in scene.flags() {
        let at = x(crate::ui::scene::place(flag).seconds());
        pins::small(&painter, pos2(at, rect.top() + 6.0), pins::mood(flag.severity), tokens);
    }
    let shown = Rect::from_x_y_ranges(x(scene.view.start_s)..=x(scene.view.end_s()), rect.y_range());
    painter.rect_stroke(
        shown.shrink(1.0),
        CornerRadius::same(4),
        Stroke::new(1.5, tokens.quiet),
        egui::StrokeKind::Inside,
    );
    painter.vline(x(scene.now.seconds()), rect.y_range(), Stroke::new(2.0, tokens.text));
    if let Some(pointer) = moved(&response) {
        out.push(Command::Seek(f64::from((pointer.x - rect.left()) / rect.width().max(1.0)) * len_s));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voice_of(frames: usize) -> Timeline {
        let frame = Frame { f0_hz: 220.0, voicing: 1.0, level_db: -20.0, speech: true };
        Timeline { frames: vec![frame; frames], ..Timeline::default() }
    }

    #[test]
    fn points_are_thinned_out_to_pixels() {
        let timeline = voice_of(60 * 60 * 100);
        let all = columns(&timeline, View { start_s: 0.0, len_s: 3600.0 }, 800.0, Some(220.0));
        assert!(all.len() <= 800, "{}", all.len());
        assert_eq!(all[0].pitch_st, Some(0.0));
    }

    #[test]
    fn a_moving_view_does_not_change_the_columns_it_keeps() {
        let timeline = voice_of(3000);
        let before = columns(&timeline, View { start_s: 2.0, len_s: 20.0 }, 700.0, Some(220.0));
        let after = columns(&timeline, View { start_s: 2.017, len_s: 20.0 }, 700.0, Some(220.0));
        assert!(before.iter().skip(2).take(100).all(|column| after.contains(column)));
    }

    #[test]
    fn views_outside_the_session_are_empty() {
        let timeline = voice_of(100);
        assert!(columns(&timeline, View { start_s: 50.0, len_s: 20.0 }, 700.0, None).is_empty());
        assert!(columns(&Timeline::default(), View { start_s: -20.0, len_s: 20.0 }, 700.0, None).is_empty());
        assert_eq!(columns(&timeline, View { start_s: -19.0, len_s: 20.0 }, 700.0, None).len(), 34);
    }
}
