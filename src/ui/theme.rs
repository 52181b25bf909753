//! Colours, sizes and spaces: the only place where they are numbers.
//!
//! Good, watch and bad are never told by colour alone: each has its own shape too (see [`super::icons`]).

use super::backend::ThemeChoice;
use super::fonts;
use egui::{Color32, CornerRadius, FontId, Margin, Stroke, TextStyle, Vec2};

/// The grid that every distance is a multiple of, in points.
pub const GRID: f32 = 8.0;
/// Corner radius of cards and buttons.
pub const RADIUS: u8 = 8;
/// Notes, axis labels, times.
pub const SMALL: f32 = 13.0;
/// Text.
pub const BODY: f32 = 16.0;
/// Headings, elapsed time.
pub const TITLE: f32 = 20.0;
/// What is read from a metre away: the nudge and the pace.
pub const DISPLAY: f32 = 40.0;

/// Colours of one theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tokens {
    /// Behind everything.
    pub ground: Color32,
    /// Cards.
    pub card: Color32,
    /// Fields, tracks and buttons on cards.
    pub raised: Color32,
    /// Hairlines.
    pub line: Color32,
    /// Text.
    pub text: Color32,
    /// Secondary text.
    pub quiet: Color32,
    /// Text that may still change.
    pub pale: Color32,
    /// The voice, links and the main button.
    pub accent: Color32,
    /// Text on `accent`.
    pub on_accent: Color32,
    /// Behind accented things.
    pub accent_dim: Color32,
    /// All is well.
    pub good: Color32,
    /// Behind good things.
    pub good_dim: Color32,
    /// Keep an eye on it.
    pub watch: Color32,
    /// Behind things to watch.
    pub watch_dim: Color32,
    /// Mend it now.
    pub bad: Color32,
    /// Behind bad things.
    pub bad_dim: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// The dark theme.
pub const DARK: Tokens = Tokens {
    ground: rgb(0x0f1419),
    card: rgb(0x181f26),
    raised: rgb(0x252e38),
    line: rgb(0x34404c),
    text: rgb(0xe9eef3),
    quiet: rgb(0xa6b4c1),
    pale: rgb(0x8a99a7),
    accent: rgb(0x5fb3ff),
    on_accent: rgb(0x06121f),
    accent_dim: rgb(0x17324c),
    good: rgb(0x4fc98f),
    good_dim: rgb(0x16382a),
    watch: rgb(0xf3b53f),
    watch_dim: rgb(0x3c3014),
    bad: rgb(0xff8273),
    bad_dim: rgb(0x47221f),
};

/// The light theme.
pub const LIGHT: Tokens = Tokens {
    ground: rgb(0xeef1f5),
    card: rgb(0xffffff),
    raised: rgb(0xe9edf2),
    line: rgb(0xd0d8e0),
    text: rgb(0x16202a),
    quiet: rgb(0x4f5c69),
    pale: rgb(0x66727e),
    accent: rgb(0x0a5fc0),
    on_accent: rgb(0xffffff),
    accent_dim: rgb(0xdbeafb),
    good: rgb(0x0b7345),
    good_dim: rgb(0xdcf2e5),
    watch: rgb(0x875400),
    watch_dim: rgb(0xfcecca),
    bad: rgb(0xb82a1c),
    bad_dim: rgb(0xfbe1dd),
};

impl Tokens {
    /// The colours in force.
    pub fn of(ui: &egui::Ui) -> &'static Self {
        if ui.visuals().dark_mode { &DARK } else { &LIGHT }
    }
}

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mood {
    /// Nothing to judge.
    Quiet,
    /// All is well.
    Good,
    /// Keep an eye on it.
    Watch,
    /// Mend it now.
    Bad,
}

impl Mood {
    /// Colour of text and shapes.
    pub fn color(self, tokens: &Tokens) -> Color32 {
        match self {
            Self::Quiet => tokens.quiet,
            Self::Good => tokens.good,
            Self::Watch => tokens.watch,
            Self::Bad => tokens.bad,
        }
    }

    /// Colour behind them.
    pub fn dim(self, tokens: &Tokens) -> Color32 {
        match self {
            Self::Quiet => tokens.raised,
            Self::Good => tokens.good_dim,
            Self::Watch => tokens.watch_dim,
            Self::Bad => tokens.bad_dim,
        }
    }
}

/// Text of a size of this module.
pub fn font(size: f32) -> FontId {
    FontId::new(size, egui::FontFamily::Proportional)
}

/// Bold text of a size of this module.
pub fn bold(size: f32) -> FontId {
    FontId::new(size, fonts::bold_family())
}

/// Puts fonts, text sizes and both themes in force. Called once.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts::definitions());
    ctx.set_style_of(egui::Theme::Dark, style(&DARK, true));
    ctx.set_style_of(egui::Theme::Light, style(&LIGHT, false));
    // Ctrl with plus and minus would change the size behind the back of the settings.
    ctx.options_mut(|options| options.zoom_with_keyboard = false);
}

/// Light, dark or as the system has it.
pub fn set_choice(ctx: &egui::Context, choice: ThemeChoice) {
    ctx.set_theme(match choice {
        ThemeChoice::System => egui::ThemePreference::System,
        ThemeChoice::Dark => egui::ThemePreference::Dark,
        ThemeChoice::Light => egui::ThemePreference::Light,
    });
}

fn style(tokens: &Tokens, dark: bool) -> egui::Style {
    let mut style = egui::Style {
        text_styles: [
            (TextStyle::Small, font(SMALL)),
            (TextStyle::Body, font(BODY)),
            (TextStyle::Monospace, font(BODY)),
            (TextStyle::Button, font(BODY)),
            (TextStyle::Heading, bold(TITLE)),
        ]
        .into(),
        ..egui::Style::default()
    };
    style.spacing.item_spacing = Vec2::splat(GRID);
    style.spacing.button_padding = egui::vec2(12.0, 6.0);
    style.spacing.interact_size = egui::vec2(40.0, 32.0);
    style.spacing.menu_margin = Margin::same(8);
    style.spacing.tooltip_width = 360.0;
    style.spacing.scroll = egui::style::ScrollStyle::thin();
    // Nothing moves that did not change: no fades, no gliding.
    style.animation_time = 0.0;
    style.interaction.tooltip_delay = 0.2;
    style.visuals = visuals(tokens, dark);
    style
}

fn visuals(tokens: &Tokens, dark: bool) -> egui::Visuals {
    let mut visuals = if dark { egui::Visuals::dark() } else { egui::Visuals::light() };
    visuals.panel_fill = tokens.ground;
    visuals.window_fill = tokens.card;
    visuals.window_stroke = Stroke::new(1.0, tokens.line);
    visuals.extreme_bg_color = tokens.raised;
    visuals.faint_bg_color = tokens.raised;
    visuals.hyperlink_color = tokens.accent;
    visuals.selection.bg_fill = tokens.accent_dim;
    visuals.selection.stroke = Stroke::new(1.0, tokens.accent);
    visuals.window_corner_radius = CornerRadius::same(RADIUS);
    visuals.menu_corner_radius = CornerRadius::same(RADIUS);
    let widgets = &mut visuals.widgets;
    for (state, fill, text) in [
        (&mut widgets.noninteractive, tokens.card, tokens.text),
        (&mut widgets.inactive, tokens.raised, tokens.text),
        (&mut widgets.hovered, tokens.accent_dim, tokens.text),
        (&mut widgets.active, tokens.accent_dim, tokens.accent),
        (&mut widgets.open, tokens.raised, tokens.text),
    ] {
        state.bg_fill = fill;
        state.weak_bg_fill = fill;
        state.bg_stroke = Stroke::new(1.0, tokens.line);
        state.fg_stroke = Stroke::new(1.5, text);
        state.corner_radius = CornerRadius::same(RADIUS);
        state.expansion = 0.0;
    }
    visuals
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(color: Color32) -> f64 {
        let part = |value: u8| {
            let value = f64::from(value) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(color.r()) + 0.7152 * part(color.g()) + 0.0722 * part(color.b())
    }

    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_text_colour_reaches_contrast_aa() {
        for (name, t) in [("dark", DARK), ("light", LIGHT)] {
            let pairs = [
                ("text on ground", t.text, t.ground),
                ("text on card", t.text, t.card),
                ("text on raised", t.text, t.raised),
                ("quiet on ground", t.quiet, t.ground),
                ("quiet on card", t.quiet, t.card),
                ("quiet on raised", t.quiet, t.raised),
                ("pale on card", t.pale, t.card),
                ("accent on card", t.accent, t.card),
                ("on accent", t.on_accent, t.accent),
                ("text on accent_dim", t.text, t.accent_dim),
                ("accent on accent_dim", t.accent, t.accent_dim),
                ("good on card", t.good, t.card),
                ("good on its dim", t.good, t.good_dim),
                ("watch on card", t.watch, t.card),
                ("watch on its dim", t.watch, t.watch_dim),
                ("bad on card", t.bad, t.card),
                ("bad on its dim", t.bad, t.bad_dim),
                ("text on bad_dim", t.text, t.bad_dim),
            ];
            for (what, front, back) in pairs {
                assert!(contrast(front, back) >= 4.5, "{name}: {what} is {:.2}", contrast(front, back));
            }
        }
    }
}
