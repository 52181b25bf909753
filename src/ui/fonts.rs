//! The bundled fonts. All digits of Noto Sans SC are equally wide, so figures stand still.

use egui::{FontData, FontDefinitions, FontFamily};
use std::sync::Arc;

const REGULAR: &[u8] = include_bytes!("../../assets/fonts/NotoSansSC-Regular.otf");
const BOLD: &[u8] = include_bytes!("../../assets/fonts/NotoSansSC-Bold.otf");

/// Name of the bold face among the font families.
pub fn bold_family() -> FontFamily {
    FontFamily::Name(Arc::from("bold"))
}

/// Noto Sans SC first, egui's own fonts for what it lacks; eframe adds the system's fonts behind them.
pub fn definitions() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    fonts.font_data.insert("noto_sc".to_owned(), Arc::new(FontData::from_static(REGULAR)));
    fonts.font_data.insert("noto_sc_bold".to_owned(), Arc::new(FontData::from_static(BOLD)));
    let fallback = fonts.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let family = |first: &str| -> Vec<String> { std::iter::once(first.to_owned()).chain(fallback.clone()).collect() };
    fonts.families.insert(FontFamily::Proportional, family("noto_sc"));
    fonts.families.insert(FontFamily::Monospace, family("noto_sc"));
    fonts.families.insert(bold_family(), family("noto_sc_bold"));
    fonts
}
