//! The command line of the program. Exit codes: 0 fine, 1 failed, 2 bad usage.
//!
//! Part of the library only so that its texts come from the same locale files; the one place that uses `anyhow`.

mod analyze;
mod args;
mod devices;
mod dismissals;
mod live;
mod models;
mod output;
mod packs;
mod sessions;
pub mod waits;

use args::{Args, Command};
use clap::Parser;
use std::process::ExitCode;

/// Why a command did not do what was asked.
pub enum Failure {
    /// Something went wrong; one sentence (exit code 1).
    Failed(anyhow::Error),
    /// Something was asked for that does not exist; one sentence (exit code 2).
    Usage(anyhow::Error),
    /// Already told (exit code 1).
    Told,
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// The outcome of a command.
pub type Outcome = Result<(), Failure>;

/// Parses the arguments and runs the command.
pub fn run() -> ExitCode {
    let args = Args::parse();
    let locale = crate::text::locale_of(args.locale.as_deref());
    rust_i18n::set_locale(locale);
    let outcome = match args.command {
        None => window(None),
        Some(Command::Demo { no_window: false }) if has_display() => window(Some(())),
        Some(Command::Demo { no_window }) => live::demo(no_window, locale),
        Some(Command::Analyze(wanted)) => analyze::run(&wanted, locale),
        Some(Command::Live(wanted)) => live::run(&wanted, locale),
        Some(Command::Devices) => devices::run(locale),
        Some(Command::Models { command }) => models::run(command.as_ref(), locale),
        Some(Command::Sessions { command }) => sessions::run(&command.unwrap_or_default(), locale),
        Some(Command::Dismissals { command }) => dismissals::run(&command.unwrap_or_default(), locale),
        Some(Command::Packs { command }) => packs::run(&command, locale),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Told) => ExitCode::from(1),
        Err(Failure::Failed(error)) => {
            eprintln!("voicemirror: {error:#}");
            ExitCode::from(1)
        }
        Err(Failure::Usage(error)) => {
            eprintln!("voicemirror: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Whether a window can be opened here.
fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value: std::ffi::OsString| !value.is_empty());
    cfg!(any(target_os = "windows", target_os = "macos")) || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

#[cfg(feature = "gui")]
fn window(demo: Option<()>) -> Outcome {
    if !has_display() {
        return Err(Failure::Failed(anyhow::anyhow!(
            "no display was found, so the window cannot open; `voicemirror demo --no-window` shows the coach in the \
             terminal, `voicemirror live` listens without a window"
        )));
    }
    crate::ui::open(demo.is_some()).map_err(|sentence| Failure::Failed(anyhow::anyhow!(sentence)))
}

#[cfg(not(feature = "gui"))]
fn window(_demo: Option<()>) -> Outcome {
    Err(Failure::Failed(anyhow::anyhow!(
        "this build has no window (feature `gui`); `voicemirror --help` lists what it can do"
    )))
}
