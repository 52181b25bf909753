//! The whole program on its real path: a sound server's microphone, cpal, the speech model, the disk.
#![cfg(all(feature = "mic", feature = "whisper", target_os = "linux"))]

mod common;

use common::pulse::PulseServer;
use common::{demo, golden, root};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// One at a time: two speech models at once would starve each other.
static TURN: Mutex<()> = Mutex::new(());

fn program() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_voicemirror"))
}

fn analyse(path: &Path) -> Value {
    let output = Command::new(program()).args(["analyze", "--json", "-"]).arg(path).output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one document")
}

fn live(server: &PulseServer, data: &Path, arguments: &[&str]) -> Child {
    Command::new(program())
        .arg("live")
        .args(arguments)
        .envs(server.env())
        .env("VOICEMIRROR_DATA", data)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs")
}

fn finished(child: Child) -> Output {
    let output = child.wait_with_output().expect("the program ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!said.contains("panicked"), "{said}");
    output
}

/// Kinds that hang on a single word or on 0.05 s of a pause at a word's edge. A live voice is heard in shorter windows
/// than a recording, on a slow machine with fewer second looks, so these may differ where the words are heard otherwise.
const FRAGILE: [&str; 4] = ["rushed_fact", "discouraged_wording", "question_volley", "unexplained_hold"];

/// Kinds and rules of the flags that rest on sound or on a whole banned phrase, each banned rule by itself.
fn flags(document: &Value) -> BTreeSet<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let flags = document["flags"].as_array().expect("flags");
    let flags = flags.iter().map(|flag| (text(&flag["kind"]), text(&flag["rule"])));
    flags.filter(|(kind, _)| !FRAGILE.contains(&kind.as_str())).collect()
}

/// As a WAV file, which is all that `paplay` is sure to read.
fn as_wav(recording: &common::Golden, folder: &Path) -> PathBuf {
    let path = folder.join(&recording.name).with_extension("wav");
    common::pulse::write_wav(&path, 16_000, &recording.samples);
    path
}

#[test]
fn a_voice_into_the_microphone_gives_the_flags_of_the_file() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().expect("a folder");
    let recording = demo();
    let from_file = analyse(&recording.path);
    let mut server = PulseServer::start();
    let seconds = recording.truth.duration_s + 3.5;
    let session = live(&server, folder.path(), &["--seconds", &seconds.to_string(), "--json", "-", "--save"]);
    // The model is loaded before the microphone is opened; the recording must not begin before that.
    std::thread::sleep(Duration::from_secs(2));
    let mut player = server.play(&as_wav(&recording, folder.path()));
    assert!(player.wait().expect("paplay ends").success());
    let output = finished(session);
    server.stop();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let heard: Value = serde_json::from_slice(&output.stdout).expect("one document");

    assert_eq!(heard["gaps"].as_array().map(Vec::len), Some(0), "sound was lost: {}", heard["gaps"]);
    assert_eq!(flags(&heard), flags(&from_file), "{:#}\n{:#}", heard["flags"], from_file["flags"]);
    for expected in ["monotone", "fast_speech", "long_pause", "banned_wording"] {
        assert!(flags(&heard).iter().any(|(kind, _)| kind == expected), "{expected} is missing");
    }
    for banned in &recording.truth.banned {
        let wanted = ("banned_wording".to_owned(), banned.rule.clone());
        assert!(flags(&heard).contains(&wanted), "{} was not heard", banned.rule);
    }
    // The saved session holds the same report and a recording as long as the session.
    let shown = Command::new(program())
        .args(["sessions", "show", "last", "--json", "-"])
        .env("VOICEMIRROR_DATA", folder.path())
        .output()
        .expect("the program runs");
    let shown: Value = serde_json::from_slice(&shown.stdout).expect("one document");
    assert_eq!(shown["flags"], heard["flags"]);
    assert_eq!(shown["transcript"], heard["transcript"]);
}

#[test]
fn a_killed_session_is_recovered_and_nothing_listens_on_a_socket() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().expect("a folder");
    let recording = golden("rushed");
    let server = PulseServer::start();
    let mut session = live(&server, folder.path(), &["--save"]);
    let mut player = server.play(&as_wav(&recording, folder.path()));
    std::thread::sleep(Duration::from_secs(9));
    assert_eq!(internet_sockets(session.id()), Vec::<String>::new(), "a live session must open no network socket");
    session.kill().expect("SIGKILL");
    session.wait().expect("it is gone");
    player.kill().ok();
    player.wait().ok();

    let sessions = |arguments: &[&str]| {
        let output = Command::new(program())
            .arg("sessions")
            .args(arguments)
            .args(["--locale", "en"])
            .env("VOICEMIRROR_DATA", folder.path())
            .output()
            .expect("the program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    assert!(sessions(&["list"]).contains("cut off"));
    assert!(sessions(&["recover"]).contains("repaired"));
    assert!(sessions(&["list"]).contains("complete"));
    let report: Value = serde_json::from_str(&sessions(&["show", "last", "--json", "-"])).expect("a report");
    assert!(report["source"]["duration_s"].as_f64().is_some_and(|seconds| seconds > 5.0), "{}", report["source"]);
    assert!(report["speech"].as_array().is_some_and(|speech| !speech.is_empty()));
}

/// Internet sockets that a process holds, by their line in `/proc/net`.
fn internet_sockets(process: u32) -> Vec<String> {
    let held: BTreeSet<String> = std::fs::read_dir(format!("/proc/{process}/fd"))
        .expect("a running process")
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .filter_map(|link| Some(link.to_str()?.strip_prefix("socket:[")?.trim_end_matches(']').to_owned()))
        .collect();
    let mut found = Vec::new();
    for table in ["tcp", "tcp6", "udp", "udp6"] {
        let lines = std::fs::read_to_string(format!("/proc/{process}/net/{table}")).unwrap_or_default();
        let inode = |line: &str| line.split_whitespace().nth(9).map(str::to_owned);
        found.extend(
            lines.lines().filter(|line| inode(line).is_some_and(|inode| held.contains(&inode))).map(str::to_owned),
        );
    }
    found
}

#[test]
fn a_full_disk_ends_the_recording_and_not_the_session() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = tempfile::tempdir().expect("a folder");
    let server = PulseServer::start();
    // The shell's limit on file size (in blocks of 512 or 1024 bytes) stands for a full disk: writing fails the same way.
    let script =
        format!("trap '' XFSZ; ulimit -f 200; exec {} live --seconds 7 --no-text --save --json -", program().display());
    let begun = Instant::now();
    let output = Command::new("sh")
        .args(["-c", &script])
        .envs(server.env())
        .env("VOICEMIRROR_DATA", folder.path())
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(begun.elapsed() >= Duration::from_secs(6), "the session must go on to its end: {said}");
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("space"), "{said}");
    let listed = Command::new(program())
        .args(["sessions", "recover"])
        .env("VOICEMIRROR_DATA", folder.path())
        .output()
        .expect("the program runs");
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
}

#[test]
fn the_demo_in_the_terminal_shows_flags_and_a_report() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let output = Command::new(program())
        .args(["demo", "--no-window", "--locale", "en"])
        .env_remove("DISPLAY")
        .current_dir(root().join("tests"))
        .output()
        .expect("the program runs");
    let (told, report) = (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    assert!(output.status.success(), "{told}");
    assert!(told.contains("ban-08") && told.contains("A2"), "{told}");
    assert!(report.contains("Pace") && report.contains("Flags"), "{report}");
}
