//! The replay of a saved session: the dashboard with a cursor and sound.

use super::backend::{Backend, PlayerHandle, ReplaySession};
use super::command::Command;
use super::dashboard;
use super::figures::Figures;
use super::icons::{self, Icon};
use super::library;
use super::notes::NotesPane;
use super::scene::{LIVE_WINDOW_S, Scene, View};
use super::theme::{self, BODY, DISPLAY, GRID, Mood, TITLE, Tokens};
use super::widgets::button::{self, Look};
use super::widgets::{card, pace, pins};
use super::words::Words;
use crate::session::replay::ReplayCursor;
use crate::session::timeline::Timeline;
use crate::time::{SampleTime, clock_text};
use egui::{Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

/// Least and most that the ribbon shows at once, seconds.
const ZOOM_S: (f64, f64) = (4.0, 600.0);

/// An open session.
pub struct Replay {
    session: ReplaySession,
    cursor: ReplayCursor,
    player: Option<Box<dyn PlayerHandle>>,
    /// Why nothing is heard.
    silent: Option<String>,
    view: View,
    figures: Figures,
    /// Its notes.
    pub notes: NotesPane,
    /// Time of the window at the last step, while the clock moves the cursor.
    clock_s: Option<f64>,
}

impl Replay {
    /// Opens a session with the cursor at its start.
    pub fn new(session: ReplaySession) -> Self {
        let length = session.timeline.position;
        let len_s = LIVE_WINDOW_S.min(length.seconds().max(ZOOM_S.0));
        Self {
            notes: NotesPane::of(&session.timeline.notes),
            session,
            cursor: ReplayCursor::at_start(length),
            player: None,
            silent: None,
            view: View { start_s: 0.0, len_s },
            figures: Figures::default(),
            clock_s: None,
        }
    }

    /// Id of the session.
    pub fn id(&self) -> &str {
        &self.session.entry.id
    }

    /// The session after something was said about it; cursor and sound stay where they are.
    pub fn amend(&mut self, timeline: Timeline) {
        self.session.timeline = timeline;
    }

    /// The cursor.
    pub fn cursor(&self) -> &ReplayCursor {
        &self.cursor
    }

    /// Why nothing is heard, after the first attempt to play.
    pub fn silent(&self) -> Option<&str> {
        self.silent.as_deref()
    }

    /// Moves the cursor with the sound, or with the clock where there is none. True while it plays.
    pub fn step(&mut self, now_s: f64) -> bool {
        if !self.cursor.is_playing() {
            self.clock_s = None;
            return false;
        }
        match &mut self.player {
            Some(player) => {
                let heard = SampleTime::from_seconds(player.position_s());
                self.cursor.played_to(heard);
                if player.is_finished() {
                    self.cursor.played_to(self.cursor.length());
                }
                if !self.cursor.is_playing() {
                    player.set_playing(false);
                }
            }
            None => {
                let passed_s = self.clock_s.map_or(0.0, |then| now_s - then);
                self.clock_s = Some(now_s);
                self.cursor.passed(passed_s);
            }
        }
        self.keep_in_view();
        self.cursor.is_playing()
    }

    /// Plays or holds.
    pub fn toggle(&mut self, backend: &mut dyn Backend) {
        self.cursor.toggle();
        if self.cursor.is_playing() {
            self.start_player(backend);
        } else if let Some(player) = &mut self.player {
            player.set_playing(false);
        }
        self.keep_in_view();
    }

    /// Plays from a place.
    pub fn play_from(&mut self, backend: &mut dyn Backend, at_s: f64) {
        self.cursor.seek(SampleTime::from_seconds(at_s));
        self.cursor.play();
        self.start_player(backend);
        self.keep_in_view();
    }

    /// Goes to a place; goes on playing there when it played.
    pub fn seek(&mut self, at_s: f64) {
        self.cursor.seek(SampleTime::from_seconds(at_s));
        if let Some(player) = &mut self.player {
            player.seek_s(self.cursor.position().seconds());
        }
        self.keep_in_view();
    }

    /// Goes on or back.
    pub fn skip(&mut self, seconds: f64) {
        self.seek(self.cursor.position().seconds() + seconds);
    }

    /// Shows more or less at once, around the cursor where it is in view.
    pub fn zoom(&mut self, factor: f32) {
        let length_s = self.cursor.length().seconds();
        let at_s = self.cursor.position().seconds();
        let anchor_s = if (self.view.start_s..=self.view.end_s()).contains(&at_s) {
            at_s
        } else {
            self.view.start_s + self.view.len_s / 2.0
        };
        let most = ZOOM_S.1.min(length_s.max(ZOOM_S.0));
        let len_s = (self.view.len_s * f64::from(factor)).clamp(ZOOM_S.0.min(most), most);
        let share = (anchor_s - self.view.start_s) / self.view.len_s;
        self.view = View { start_s: anchor_s - share * len_s, len_s };
        self.pan(0.0);
    }

    /// Moves what is shown.
    pub fn pan(&mut self, seconds: f64) {
        let last = (self.cursor.length().seconds() - self.view.len_s).max(0.0);
        self.view.start_s = (self.view.start_s + seconds).clamp(0.0, last);
    }

    /// Turns the page when the cursor has left it. The ribbon stands still while the cursor walks: a standing picture
    /// can be read and clicked.
    fn keep_in_view(&mut self) {
        let at_s = self.cursor.position().seconds();
        if at_s < self.view.start_s || at_s > self.view.end_s() {
            self.view.start_s = at_s - 0.1 * self.view.len_s;
            self.pan(0.0);
        }
    }

    fn start_player(&mut self, backend: &mut dyn Backend) {
        let from_s = self.cursor.position().seconds();
        if self.player.is_none() && self.silent.is_none() {
            match backend.player(&self.session, from_s) {
                Ok(player) => self.player = Some(player),
                Err(reason) => self.silent = Some(reason),
            }
        }
        if let Some(player) = &mut self.player {
            player.seek_s(from_s);
            player.set_playing(true);
        }
    }

    /// Draws the page.
    pub fn ui(&mut self, ui: &mut Ui, bar: Rect, rect: Rect, words: Words, out: &mut Vec<Command>) {
        let now = self.cursor.position();
        self.figures.update_replay(&self.session.timeline, now, self.cursor.is_playing());
        let timeline = &self.session.timeline;
        let scene = Scene {
            timeline,
            now,
            figures: &self.figures,
            words,
            view: self.view,
            replay: true,
            amendable: true,
            empty: false,
            writes: true,
        };
        self.bar_ui(ui, bar, &scene, out);
        dashboard::dashboard_ui(ui, rect, &scene, Some(&mut self.notes), out);
    }

    fn bar_ui(&self, ui: &mut Ui, rect: Rect, scene: &Scene<'_>, out: &mut Vec<Command>) {
        let words = scene.words;
        let layout = egui::Layout::left_to_right(egui::Align::Center);
        let mut child = ui.new_child(UiBuilder::new().id_salt("replay_bar").max_rect(rect).layout(layout));
        button::icon_ui(&mut child, words, &Command::Back, button::HEIGHT, out);
        let playing = self.cursor.is_playing();
        let (icon, key) = if playing { (Icon::Pause, "replay.hold") } else { (Icon::Play, "replay.play") };
        button::named_ui(&mut child, words, &Command::TogglePlay, (Some(icon), &words.tr(key)), Look::Main, out);
        button::named_ui(&mut child, words, &Command::Skip(-5.0), (None, "−5 s"), Look::Plain, out);
        button::named_ui(&mut child, words, &Command::Skip(5.0), (None, "+5 s"), Look::Plain, out);
        self.time_ui(&mut child, scene);
        let right_width = (rect.width() * 0.27).clamp(248.0, 352.0);
        let right = Rect::from_min_max(pos2(rect.right() - right_width, rect.top()), rect.max);
        let rest = Rect::from_min_max(
            pos2(child.min_rect().right() + GRID, rect.top()),
            pos2(right.left() - GRID, rect.bottom()),
        );
        nudge_ui(ui, rest, scene);
        self.about_ui(ui, right, words, out);
    }

    fn time_ui(&self, ui: &mut Ui, scene: &Scene<'_>) {
        let tokens = Tokens::of(ui);
        let length = clock_text(self.cursor.length());
        let text = format!("{} / {length}", clock_text(scene.now));
        let widest = format!("{} / {length}", "0".repeat(length.len()));
        let galley = ui.painter().layout_no_wrap(widest, theme::font(BODY), tokens.text);
        let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + GRID, 5.0 * GRID), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
        let galley = ui.painter().layout_no_wrap(text, theme::font(BODY), tokens.text);
        card::galley_at(ui.painter(), rect.left_center() + vec2(GRID, 0.0), galley, tokens.text);
    }

    /// Which session it is, how long the ribbon is, and whether anything is heard.
    fn about_ui(&self, ui: &mut Ui, rect: Rect, words: Words, out: &mut Vec<Command>) {
        let tokens = Tokens::of(ui);
        let layout = egui::Layout::right_to_left(egui::Align::Center);
        let mut child = ui.new_child(UiBuilder::new().id_salt("replay_about").max_rect(rect).layout(layout));
        button::icon_ui(&mut child, words, &Command::Zoom(0.5), 36.0, out);
        button::icon_ui(&mut child, words, &Command::Zoom(2.0), 36.0, out);
        let left = Rect::from_min_max(rect.min, pos2(child.min_rect().left() - GRID, rect.bottom()));
        let painter = ui.painter();
        let day = library::when(&self.session.entry.started_at);
        let title = card::one_line(painter, &day, theme::bold(BODY), tokens.text, left.width());
        let sound = match &self.silent {
            Some(_) => words.tr("replay.no_speaker"),
            None => words.fill("replay.shown", &[("seconds", &format!("{:.0}", self.view.len_s))]),
        };
        let color = if self.silent.is_some() { tokens.watch } else { tokens.quiet };
        let icon = if self.silent.is_some() { Icon::SpeakerOff } else { Icon::Speaker };
        card::galley_at(painter, pos2(left.left(), left.center().y - 12.0), title, tokens.text);
        let square = Rect::from_center_size(pos2(left.left() + GRID, left.center().y + 12.0), vec2(16.0, 16.0));
        icons::paint(painter, icon, square, color);
        let note = card::one_line(painter, &sound, theme::font(theme::SMALL), color, left.width() - 3.0 * GRID);
        card::galley_at(painter, pos2(left.left() + 3.0 * GRID, left.center().y + 12.0), note, color);
        let response = ui.interact(left, ui.scope_id().with("replay_sound"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{day} {sound}")));
        if let Some(reason) = &self.silent {
            response.on_hover_text(reason);
        }
    }
}

/// The nudge that the agent saw at this moment, where there is room for it.
fn nudge_ui(ui: &Ui, rect: Rect, scene: &Scene<'_>) {
    let tokens = Tokens::of(ui);
    let Some(nudge) = scene.nudge() else { return };
    let mood = pins::mood(nudge.severity);
    let mood = if mood == Mood::Quiet { Mood::Watch } else { mood };
    let text = scene.words.nudge(nudge.kind);
    let color = mood.color(tokens);
    let mut galley = ui.painter().layout_no_wrap(text.clone(), theme::bold(DISPLAY), color);
    if galley.size().x + 6.0 * GRID > rect.width() {
        galley = ui.painter().layout_no_wrap(text, theme::bold(TITLE), color);
    }
    let (icon_side, gap) = (28.0, GRID);
    if galley.size().x + icon_side + gap > rect.width() {
        return;
    }
    let width = galley.size().x + icon_side + gap;
    let left = rect.center().x - width / 2.0;
    if let Some(icon) = pace::mood_icon(mood) {
        let square = Rect::from_center_size(pos2(left + icon_side / 2.0, rect.center().y), vec2(icon_side, icon_side));
        icons::paint(ui.painter(), icon, square, color);
    }
    card::galley_at(ui.painter(), pos2(left + icon_side + gap, rect.center().y), galley, color);
}
