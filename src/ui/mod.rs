//! The window: draws the session's timeline and asks a [`backend::Backend`] for everything else.

pub mod app;
pub mod backend;
pub mod backend_real;
pub mod banner;
pub mod bar;
pub mod command;
pub mod dashboard;
pub mod dismissals;
pub mod figures;
pub mod first_run;
pub mod fonts;
pub mod icons;
pub mod library;
pub mod models;
pub mod notes;
pub mod replay;
pub mod scene;
pub mod settings;
pub mod supervisor;
pub mod theme;
pub mod widgets;
pub mod wording;
pub mod words;

use app::App;
use backend::{Backend, StartRequest};
use std::time::Duration;

/// Size of the window at its first start, points.
pub const DEFAULT_SIZE: [f32; 2] = [1280.0, 800.0];
/// Size below which parts of the window would be cut off, points.
pub const MIN_SIZE: [f32; 2] = [960.0, 640.0];
/// Time between two pictures of a live session: 12 a second are enough, and cheap without a graphics card.
pub const FRAME_GAP: Duration = Duration::from_millis(83);

/// Tells the window, from any thread, that something has arrived. Calls in quick succession cost one picture: the
/// earliest of them counts.
pub fn wake(ctx: &egui::Context) {
    // The threads do not draw: without naming the main window the call would go to whatever was drawn last.
    ctx.request_repaint_after_for(FRAME_GAP, egui::ViewportId::ROOT);
}

/// Opens the window and stays until it is closed. `make` builds the backend; its context is for [`wake`].
/// `auto_start` begins a session at once.
///
/// # Errors
/// One sentence that says why no window can be opened and what to do.
pub fn run(
    auto_start: Option<StartRequest>,
    make: impl FnOnce(egui::Context) -> Box<dyn Backend>,
) -> Result<(), String> {
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("声镜 Voice Mirror")
            .with_app_id("voicemirror")
            .with_inner_size(DEFAULT_SIZE)
            .with_min_inner_size(MIN_SIZE)
            .with_icon(icon()),
        // Virtual desktops in call centres have no graphics card: software OpenGL costs a third of software Vulkan.
        renderer: eframe::Renderer::Glow,
        ..eframe::NativeOptions::default()
    };
    let create = |context: &eframe::CreationContext<'_>| {
        let backend = make(context.egui_ctx.clone());
        Ok(Box::new(App::new(&context.egui_ctx, backend, auto_start)) as Box<dyn eframe::App>)
    };
    eframe::run_native("voicemirror", options, Box::new(create)).map_err(|error| {
        format!(
            "cannot open the window: {error}; a desktop with OpenGL is needed (on Linux: DISPLAY or WAYLAND_DISPLAY, \
             libegl1, libxkbcommon-x11-0); `voicemirror live` and `voicemirror analyze` work without a window"
        )
    })
}

/// Opens the window over the real program; `demo` begins at once with the bundled recording, which is not saved.
///
/// # Errors
/// One sentence that says why no window can be opened and what to do.
pub fn open(demo: bool) -> Result<(), String> {
    let auto_start = demo.then(|| StartRequest {
        source: backend::StartSource::Demo,
        profile_id: "textbook".to_owned(),
        language: crate::session::event::Language::Zh,
        save: false,
    });
    run(auto_start, |context| {
        let waker = move || wake(&context);
        Box::new(backend_real::RealBackend::new(std::sync::Arc::new(waker)))
    })
}

/// Side of the window's icon, pixels.
const ICON_SIDE: u32 = 64;

/// The window's icon: a voice between its own mirror images.
fn icon() -> egui::IconData {
    let bars = [(10.0, 7.0), (21.0, 16.0), (32.0, 24.0), (43.0, 16.0), (54.0, 7.0)];
    let pixel = |index: u32| {
        let (x, y) = ((index % ICON_SIDE) as f32 + 0.5, (index / ICON_SIDE) as f32 + 0.5);
        let corner = egui::vec2((x - 32.0).abs() - 18.0, (y - 32.0).abs() - 18.0).max(egui::Vec2::ZERO);
        let on_bar = bars.iter().any(|(at, half)| (x - at).abs() <= 3.2 && (y - 32.0).abs() <= *half);
        if corner.length() > 14.0 {
            [0; 4]
        } else if on_bar {
            theme::DARK.on_accent.to_array()
        } else {
            theme::DARK.accent.to_array()
        }
    };
    egui::IconData { rgba: (0..ICON_SIDE * ICON_SIDE).flat_map(pixel).collect(), width: ICON_SIDE, height: ICON_SIDE }
}
