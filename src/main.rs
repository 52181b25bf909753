//! The program: everything it can do is in the library; see `voicemirror::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    voicemirror::cli::waits::shorten();
    voicemirror::cli::run()
}
