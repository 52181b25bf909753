//! Where the files that come with the program are: models and samples (texts, packs and fonts are compiled in).

use std::path::PathBuf;

/// Folders that may hold `models` and `assets`, best first: beside the program, the folders above it (a source
/// tree holds the program in `target/release`), an installation's share folder, the current folder, the user's data.
pub fn roots() -> Vec<PathBuf> {
    let mut roots = Vec::new();
    if let Ok(program) = std::env::current_exe() {
        let program = program.canonicalize().unwrap_or(program);
        roots.extend(program.ancestors().skip(1).take(4).map(PathBuf::from));
        if let Some(prefix) = program.ancestors().nth(2) {
            roots.push(prefix.join("share").join("voicemirror"));
        }
    }
    roots.push(PathBuf::from("."));
    if let Some(folders) = directories::ProjectDirs::from("", "", "VoiceMirror") {
        roots.push(folders.data_dir().to_owned());
    }
    roots
}

/// The recording that comes with the program, as a path below one of the [`roots`].
pub const DEMO: &str = "assets/samples/demo.flac";

/// The first existing file named `relative` below one of the [`roots`].
pub fn find(relative: &str) -> Option<PathBuf> {
    roots().into_iter().map(|root| root.join(relative)).find(|path| path.is_file())
}
