//! The bar at the top: elapsed time, what can be done now, the one nudge, microphone and model.

use super::backend::{DeviceChoice, ModelStatus, Phase};
use super::command::{Command, Page};
use super::icons::{self, Icon};
use super::scene::Scene;
use super::theme::{self, BODY, DISPLAY, GRID, Mood, RADIUS, SMALL, TITLE, Tokens};
use super::widgets::button::{self, Look};
use super::widgets::{card, meter, pace, pins};
use super::words::{one_decimal, whole};
use crate::session::event::{DeviceState, TextEffort};
use crate::time::clock_text;
use egui::{CornerRadius, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

/// Height of the bar.
pub const HEIGHT: f32 = 9.0 * GRID;

/// Below this width of its left part the bar's buttons show only their icons.
const NARROW: f32 = 480.0;

/// What the bar shows besides the scene.
pub struct Bar<'a> {
    /// Where the live session stands.
    pub phase: Phase,
    /// State of the model.
    pub model: &'a ModelStatus,
    /// Microphones that are present.
    pub devices: &'a [DeviceChoice],
    /// The chosen one.
    pub device: Option<&'a str>,
    /// Level of the input now, dB re full scale.
    pub level_db: f32,
    /// The level as a figure that stands still.
    pub level_held_db: f32,
    /// Whether the voice is that of the bundled recording.
    pub demo: bool,
    /// Whether the session is kept, so that it can be replayed.
    pub kept: bool,
    /// Whether nothing can be done here.
    pub read_only: bool,
}

/// Draws the bar.
pub fn bar_ui(ui: &mut Ui, rect: Rect, scene: &Scene<'_>, bar: &Bar<'_>, out: &mut Vec<Command>) {
    let right_width = (rect.width() * 0.27).clamp(248.0, 352.0);
    let right = Rect::from_min_max(pos2(rect.right() - right_width, rect.top()), rect.max);
    let left = Rect::from_min_max(rect.min, pos2(right.left() - GRID, rect.bottom()));
    let builder =
        UiBuilder::new().id_salt("bar").max_rect(left).layout(egui::Layout::left_to_right(egui::Align::Center));
    let mut child = ui.new_child(builder);
    if bar.phase != Phase::Idle {
        elapsed_ui(&mut child, scene, bar);
    }
    if !bar.read_only {
        buttons_ui(&mut child, scene, bar, out);
    }
    let rest = Rect::from_min_max(pos2(child.min_rect().right() + 2.0 * GRID, left.top()), left.max);
    nudge_ui(ui, rest, scene, bar);
    input_ui(ui, right, scene, bar, out);
}

fn elapsed_ui(ui: &mut Ui, scene: &Scene<'_>, bar: &Bar<'_>) {
    let tokens = Tokens::of(ui);
    let time = clock_text(scene.now);
    // The width is that of the longest text of its kind: a new digit must not push the buttons.
    let widest = if time.len() > 5 { "00:00:00" } else { "00:00" };
    let galley = ui.painter().layout_no_wrap(widest.to_owned(), theme::bold(TITLE), tokens.text);
    let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x + 3.5 * GRID, 5.0 * GRID), Sense::hover());
    let state = scene.words.tr(phase_key(bar.phase));
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{state} {time}")));
    let square = Rect::from_center_size(rect.left_center() + vec2(GRID, 0.0), vec2(16.0, 16.0));
    let (icon, color) = match bar.phase {
        Phase::Live => (Icon::Record, tokens.bad),
        Phase::Paused => (Icon::Pause, tokens.watch),
        _ => (Icon::Stop, tokens.quiet),
    };
    icons::paint(ui.painter(), icon, square, color);
    let text = ui.painter().layout_no_wrap(time, theme::bold(TITLE), tokens.text);
    card::galley_at(ui.painter(), rect.left_center() + vec2(3.0 * GRID, 0.0), text, tokens.text);
    response.on_hover_text(state);
}

fn phase_key(phase: Phase) -> &'static str {
    match phase {
        Phase::Idle => "phase.idle",
        Phase::Starting => "phase.starting",
        Phase::Live => "phase.live",
        Phase::Paused => "phase.paused",
        Phase::Stopping => "phase.stopping",
        Phase::Finished => "phase.finished",
    }
}

fn buttons_ui(ui: &mut Ui, scene: &Scene<'_>, bar: &Bar<'_>, out: &mut Vec<Command>) {
    let words = scene.words;
    // In a narrow window the nudge needs the room more than the buttons do.
    let narrow = ui.max_rect().width() < NARROW;
    match bar.phase {
        Phase::Idle | Phase::Finished => {
            button::command_ui(ui, words, &Command::Start, Look::Main, true, out);
            if bar.phase == Phase::Idle || !bar.kept {
                button::command_ui(ui, words, &Command::StartDemo, Look::Plain, true, out);
            } else {
                button::command_ui(ui, words, &Command::OpenLatest, Look::Plain, true, out);
            }
        }
        Phase::Starting | Phase::Stopping => {
            button::command_ui(ui, words, &Command::Stop, Look::Plain, bar.phase == Phase::Starting, out);
        }
        Phase::Live | Phase::Paused => {
            let paused = bar.phase == Phase::Paused;
            let (icon, key) =
                if paused { (Icon::Play, "command.resume.text") } else { (Icon::Pause, "command.toggle_pause.text") };
            let look = if paused { Look::Main } else { Look::Plain };
            let (stop, text) = (Command::Stop.text(words), words.tr(key));
            for (command, icon, text, look) in
                [(Command::Stop, Icon::Stop, stop, Look::Plain), (Command::TogglePause, icon, text, look)]
            {
                let tip = command.tooltip(words, ui.ctx());
                let clicked = if narrow {
                    button::square_ui(ui, icon, &text, &tip, look).clicked()
                } else {
                    button::button_ui(ui, Some(icon), &text, &tip, look, true).clicked()
                };
                if clicked {
                    out.push(command);
                }
            }
        }
    }
}

/// The one nudge, large; calm green when all is well; the state in words when nobody listens.
pub fn nudge_ui(ui: &mut Ui, rect: Rect, scene: &Scene<'_>, bar: &Bar<'_>) {
    let tokens = Tokens::of(ui);
    let (text, mood, icon) = match (bar.phase, scene.nudge()) {
        (Phase::Live, Some(nudge)) => {
            let mood = pins::mood(nudge.severity);
            let mood = if mood == Mood::Quiet { Mood::Watch } else { mood };
            (scene.words.nudge(nudge.kind), mood, pace::mood_icon(mood))
        }
        (Phase::Live, None) if scene.is_well() => (scene.words.tr("nudge.all_well"), Mood::Good, Some(Icon::Check)),
        (phase, _) => (scene.words.tr(phase_key(phase)), Mood::Quiet, None),
    };
    let urgent = matches!(mood, Mood::Watch | Mood::Bad);
    let size = if urgent { DISPLAY } else { TITLE };
    let icon_side = if icon.is_some() { 32.0 } else { 0.0 };
    if rect.width() < 8.0 * GRID {
        return;
    }
    let room = rect.width() - icon_side - 5.0 * GRID;
    let color = mood.color(tokens);
    let mut galley = card::one_line(ui.painter(), &text, theme::bold(size), color, room);
    if galley.elided {
        galley = card::one_line(ui.painter(), &text, theme::bold(TITLE), color, room);
    }
    let gap = if icon.is_some() { 1.5 * GRID } else { 0.0 };
    let width = galley.size().x + icon_side + gap;
    let inner = Rect::from_center_size(rect.center(), vec2(width, HEIGHT - 2.0 * GRID));
    let response = ui.interact(rect, ui.scope_id().with("nudge"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &text));
    if urgent {
        let plate = inner.expand2(vec2(2.0 * GRID, 0.0)).intersect(rect);
        ui.painter().rect_filled(plate, CornerRadius::same(RADIUS), mood.dim(tokens));
    }
    if let Some(icon) = icon {
        let square =
            Rect::from_center_size(pos2(inner.left() + icon_side / 2.0, rect.center().y), vec2(icon_side, icon_side));
        icons::paint(ui.painter(), icon, square, color);
    }
    card::galley_at(ui.painter(), pos2(inner.left() + icon_side + gap, rect.center().y), galley, color);
}

/// Microphone, level, and how far the text is behind.
fn input_ui(ui: &mut Ui, rect: Rect, scene: &Scene<'_>, bar: &Bar<'_>, out: &mut Vec<Command>) {
    let builder = UiBuilder::new().id_salt("input").max_rect(rect.shrink2(vec2(0.0, 6.0)));
    let mut child = ui.new_child(builder.layout(egui::Layout::top_down(egui::Align::Min)));
    child.spacing_mut().item_spacing = vec2(GRID, 2.0);
    let ui = &mut child;
    if bar.phase.is_running() || bar.read_only {
        ui.add_space(GRID / 2.0);
        device_line_ui(ui, scene, bar);
    } else {
        device_choice_ui(ui, scene, bar, out);
    }
    ui.horizontal(|ui| {
        if bar.phase.is_running() {
            level_ui(ui, scene, bar);
        }
        model_ui(ui, scene, bar, out);
    });
}

fn device_line_ui(ui: &mut Ui, scene: &Scene<'_>, bar: &Bar<'_>) {
    let tokens = Tokens::of(ui);
    let state = scene.timeline.device.as_ref().map(|(state, _)| *state);
    let lost = bar.phase.is_running() && !matches!(state, None | Some(DeviceState::Ok));
    let color = if lost { tokens.bad } else { tokens.text };
    let name = match &scene.timeline.device {
        _ if bar.demo => scene.words.tr("device.demo"),
        Some((_, name)) if !name.is_empty() => name.clone(),
        _ => device_name(scene, bar),
    };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 3.0 * GRID), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
    let square = Rect::from_center_size(rect.left_center() + vec2(GRID, 0.0), vec2(18.0, 18.0));
    icons::paint(ui.painter(), if lost { Icon::Bad } else { Icon::Microphone }, square, color);
    let galley = card::one_line(ui.painter(), &name, theme::font(BODY), color, rect.width() - 3.0 * GRID);
    card::galley_at(ui.painter(), rect.left_center() + vec2(3.0 * GRID, 0.0), galley, color);
    response.on_hover_text(name);
}

fn device_name(scene: &Scene<'_>, bar: &Bar<'_>) -> String {
    let chosen = bar.devices.iter().find(|device| bar.device.is_some_and(|id| id == device.id));
    chosen.map_or_else(|| scene.words.tr("device.system"), |device| device.name.clone())
}

fn device_choice_ui(ui: &mut Ui, scene: &Scene<'_>, bar: &Bar<'_>, out: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        let width = ui.available_width() - 5.0 * GRID;
        device_combo_ui(ui, scene.words, bar.devices, bar.device, width, out);
        button::icon_ui(ui, scene.words, &Command::RefreshDevices, 32.0, out);
    });
}

/// The list of microphones.
pub fn device_combo_ui(
    ui: &mut Ui,
    words: super::words::Words,
    devices: &[DeviceChoice],
    chosen: Option<&str>,
    width: f32,
    out: &mut Vec<Command>,
) {
    let system = words.tr("device.system");
    let name = |device: &DeviceChoice| {
        if device.is_default {
            format!("{} · {}", device.name, words.tr("device.default"))
        } else {
            device.name.clone()
        }
    };
    let selected = match chosen {
        None => system.clone(),
        Some(id) => devices
            .iter()
            .find(|device| device.id == id)
            .map_or_else(|| words.fill("device.missing", &[("name", id)]), |device| device.name.clone()),
    };
    let combo = egui::ComboBox::from_id_salt("device").selected_text(selected.clone()).width(width).truncate();
    let response = combo.show_ui(ui, |ui| {
        if ui.selectable_label(chosen.is_none(), &system).clicked() {
            out.push(Command::SetDevice(None));
        }
        for device in devices {
            if ui.selectable_label(chosen == Some(device.id.as_str()), name(device)).clicked() {
                out.push(Command::SetDevice(Some(device.id.clone())));
            }
        }
        if devices.is_empty() {
            ui.label(words.tr("device.none"));
        }
    });
    let label = format!("{}: {selected}", words.tr("device.microphone"));
    response.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, &label));
}

fn level_ui(ui: &mut Ui, scene: &Scene<'_>, bar: &Bar<'_>) {
    let tokens = Tokens::of(ui);
    let db = if bar.level_held_db <= -100.0 { "—".to_owned() } else { whole(bar.level_held_db) };
    let text = format!("{db} dB");
    ui.allocate_ui_with_layout(vec2(72.0, 20.0), egui::Layout::left_to_right(egui::Align::Center), |ui| {
        let name = format!("{} {text}", scene.words.tr("live.level"));
        meter::level_ui(ui, vec2(72.0, GRID), bar.level_db, scene.figures.quiet_db, &name);
    });
    // As wide as its longest text, so that what follows stands still.
    let (rect, _) = ui.allocate_exact_size(vec2(50.0, 20.0), Sense::hover());
    let galley = ui.painter().layout_no_wrap(text, theme::font(SMALL), tokens.quiet);
    card::galley_at(ui.painter(), rect.left_center(), galley, tokens.quiet);
}

fn model_ui(ui: &mut Ui, scene: &Scene<'_>, bar: &Bar<'_>, out: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    let words = scene.words;
    let (text, tip, mood) = match bar.model {
        ModelStatus::Loading => (words.tr("model.loading"), String::new(), Mood::Watch),
        ModelStatus::Failed { sentence } => (words.tr("model.failed"), sentence.clone(), Mood::Bad),
        ModelStatus::Off => (words.tr("model.off"), String::new(), Mood::Quiet),
        ModelStatus::Ready { file } if bar.phase.is_running() => {
            let behind = one_decimal(f64::from(scene.timeline.lag_s));
            let mood = if scene.timeline.lag_s > 6.0 { Mood::Watch } else { Mood::Quiet };
            let key =
                if scene.timeline.effort >= TextEffort::SettledOnly { "model.settled_only" } else { "model.behind" };
            (words.fill(key, &[("seconds", &behind)]), file.clone(), mood)
        }
        ModelStatus::Ready { file } => (words.tr("model.ready"), file.clone(), Mood::Quiet),
    };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
    let color = mood.color(tokens);
    let mut left = rect.left();
    if let Some(icon) = pace::mood_icon(mood) {
        let square = Rect::from_center_size(rect.left_center() + vec2(GRID, 0.0), vec2(14.0, 14.0));
        icons::paint(ui.painter(), icon, square, color);
        left += 2.5 * GRID;
    }
    let galley = card::one_line(ui.painter(), &text, theme::font(SMALL), color, rect.right() - left);
    card::galley_at(ui.painter(), pos2(left, rect.center().y), galley, color);
    let response = if tip.is_empty() { response } else { response.on_hover_text(tip) };
    if response.clicked() && !bar.read_only && !bar.phase.is_running() {
        out.push(Command::Open(Page::Settings));
    }
}
