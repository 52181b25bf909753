//! The invariants that are sentences of absence, read off the source itself.

use std::fs;
use std::path::{Path, PathBuf};

fn sources(below: &str) -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a readable source folder") {
            let path = entry.expect("a folder entry").path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(below);
    let mut found = Vec::new();
    if root.is_dir() {
        walk(&root, &mut found)
    } else {
        found.push(root)
    }
    assert!(!found.is_empty(), "there is nothing under src/{below}");
    // Files that hold nothing but the tests of the file beside them.
    found.retain(|path| !path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("tests")));
    found.into_iter().map(|path| (path.clone(), code_of(&path))).collect()
}

/// A file's code without its comments and without its unit tests.
fn code_of(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a readable source file");
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn forbid(below: &str, words: &[&str], except: &[&str]) {
    for (path, code) in sources(below) {
        if except.iter().any(|name| path.ends_with(name)) {
            continue;
        }
        for word in words {
            assert!(!code.contains(word), "{} must not mention `{word}`", path.display());
        }
    }
}

#[test]
fn the_pure_parts_read_no_clock_spawn_nothing_lock_nothing_and_touch_no_disk() {
    let impure = [
        "std::time",
        "Instant",
        "SystemTime",
        "jiff",
        "thread::",
        "crossbeam",
        "Mutex",
        "RwLock",
        "Condvar",
        "Atomic",
        "std::fs",
        "fs::",
        "File::",
        "std::io",
        "std::env",
        "println!",
        "eprintln!",
    ];
    for below in [
        "analysis",
        "wording",
        "session/timeline.rs",
        "session/event.rs",
        "session/sound.rs",
        "session/text.rs",
        "engine/pipeline.rs",
        "engine/judge.rs",
        "engine/textwork/backlog.rs",
        "engine/textwork/budget.rs",
        "engine/textwork/effort.rs",
        "speech/align.rs",
        "speech/align",
        "speech/language.rs",
        "speech/stabilize.rs",
        "speech/window.rs",
        "speech/window",
    ] {
        forbid(below, &impure, &[]);
    }
}

#[test]
fn one_file_names_each_foreign_library() {
    for (library, home) in [
        ("whisper_rs", vec!["speech/whisper.rs"]),
        ("cpal", vec!["audio/mic.rs", "audio/mic", "audio/playback.rs", "audio/device.rs"]),
        ("rubato", vec!["audio/resample.rs"]),
        ("symphonia", vec!["audio/file.rs"]),
        ("earshot", vec!["analysis/vad.rs"]),
        ("realfft", vec!["analysis/pitch/period.rs", "analysis/spectrum.rs"]),
        ("ferrous_opencc", vec!["speech/script_zh.rs"]),
        ("ureq", vec!["speech/download/http.rs"]),
        ("fs4", vec!["speech/download/disk.rs"]),
        ("toml_edit", vec!["practice/pack_editor/document.rs"]),
    ] {
        for (path, code) in sources("") {
            let at_home =
                home.iter().any(|home| path.to_string_lossy().replace('\\', "/").contains(&format!("src/{home}")));
            assert!(at_home || !code.contains(&format!("{library}::")), "{} names {library}", path.display());
        }
    }
}

#[test]
fn dependencies_point_one_way() {
    let layers: [(&str, &[&str]); 6] = [
        ("audio", &["session", "analysis", "speech", "wording", "engine", "practice", "ui", "cli"]),
        ("session", &["analysis", "speech", "wording", "engine", "practice", "ui", "cli", "audio"]),
        ("analysis", &["speech", "wording", "engine", "practice", "ui", "cli", "audio"]),
        ("wording", &["analysis", "speech", "engine", "practice", "ui", "cli", "audio"]),
        ("speech", &["analysis", "wording", "engine", "practice", "ui", "cli", "audio"]),
        ("engine", &["practice", "ui", "cli"]),
    ];
    for (layer, above) in layers {
        for (path, code) in sources(layer) {
            for module in above {
                assert!(!code.contains(&format!("crate::{module}::")), "{} looks up to `{module}`", path.display());
            }
        }
    }
    forbid("practice", &["crate::ui::", "crate::cli::"], &[]);
    forbid("ui", &["crate::cli::"], &[]);
}

#[test]
fn nothing_opens_a_socket_but_a_download_that_the_user_asked_for() {
    forbid("", &["std::net", "TcpStream", "TcpListener", "UdpSocket", "tokio::net", "reqwest"], &[]);
    forbid("", &["ureq"], &["speech/download/http.rs"]);
    // The one way to that file, and who takes it: a command of the user's, and a button of the user's.
    forbid("", &["Client::new("], &["speech/download.rs"]);
    forbid("", &["download::{", "download::fetch"], &["cli/models.rs", "ui/backend_real/models.rs"]);
    for (path, code) in sources("ui/backend_real.rs") {
        let asks = code.matches("self.models.get(").count();
        assert_eq!(asks, 1, "{} fetches a model on the user's action alone", path.display());
        assert!(code.contains("ModelAction::Get(id) => self.models.get("));
    }
}

#[test]
fn nothing_in_the_library_can_panic_on_purpose() {
    forbid("", &[".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!(", "unreachable!("], &[]);
}

#[test]
fn nothing_is_unsafe() {
    forbid("", &["unsafe "], &[]);
}
