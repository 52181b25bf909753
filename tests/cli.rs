//! The command line: what it promises, and how it takes bad input.

mod common;

use assert_cmd::Command;
use common::root;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn program() -> Command {
    let mut command = Command::cargo_bin("voicemirror").expect("the program");
    command.env("VOICEMIRROR_DATA", std::env::temp_dir().join("voicemirror-cli-test"));
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    command
}

fn golden(name: &str) -> PathBuf {
    root().join("tests/golden/audio").join(name)
}

/// Runs, expects `code`, and answers with what was printed (standard output, standard error).
fn run(arguments: &[&str], code: i32) -> (String, String) {
    let output = program().args(arguments).output().expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{out}\n{err}");
    assert!(!err.contains("panicked"), "{arguments:?} panicked: {err}");
    (out, err)
}

fn path_text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

#[test]
fn help_shows_examples_and_unknown_words_are_usage_errors() {
    let (out, _) = run(&["--help"], 0);
    assert!(out.contains("Examples:") && out.contains("analyze"));
    assert!(run(&["analyze", "--help"], 0).0.contains("Examples:"));
    run(&["analyse"], 2);
    run(&["analyze"], 2);
    run(&["analyze", "x.wav", "--lang", "fr"], 2);
    run(&["live", "--seconds", "-3"], 2);
}

#[test]
fn threads_are_between_1_and_64() {
    for command in [["analyze", "x.wav"], ["live", "--no-text"]] {
        for threads in ["0", "65", "-1", "two"] {
            let (out, err) = run(&[command[0], command[1], "--threads", threads], 2);
            assert!(out.is_empty() && err.contains("--threads"), "{threads}: {err}");
        }
    }
    let file = golden("calm.flac");
    run(&["analyze", path_text(&file), "--no-text", "--threads", "64", "--json", "-"], 0);
}

#[test]
fn a_recording_stands_in_for_the_microphone_at_real_speed() {
    let data = tempfile::tempdir().expect("a folder");
    let file = golden("rushed.flac");
    let begun = std::time::Instant::now();
    let output = program()
        .env("VOICEMIRROR_DATA", data.path())
        .args(["live", "--from", path_text(&file), "--seconds", "4", "--no-text", "--save", "--json", "-"])
        .output()
        .expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(begun.elapsed().as_secs_f64() >= 3.5, "the recording came faster than it was spoken");
    let document: Value = serde_json::from_slice(&output.stdout).expect("one JSON document and nothing else");
    let duration_s = document["source"]["duration_s"].as_f64().expect("a length");
    assert!((3.5..5.5).contains(&duration_s), "{duration_s}");
    assert_eq!(document["source"]["path"], path_text(&file));
    assert!(document["speech"].as_array().is_some_and(|speech| !speech.is_empty()));
    assert_eq!(document["gaps"].as_array().map(Vec::len), Some(0));
    let mut listed = program();
    listed.env("VOICEMIRROR_DATA", data.path()).args(["sessions", "show", "last", "--json", "-"]);
    let listed = listed.output().expect("the program runs");
    let kept: Value = serde_json::from_slice(&listed.stdout).expect("the kept session");
    assert_eq!(kept["speech"], document["speech"]);
}

#[test]
fn a_recording_in_place_of_the_microphone_is_one_that_can_be_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = folder.path().join("text.mp3");
    std::fs::write(&text, "这不是录音".repeat(400)).expect("write");
    for file in [text, folder.path().join("absent.wav"), folder.path().to_owned()] {
        let (out, err) = run(&["live", "--from", path_text(&file), "--no-text", "--json", "-"], 1);
        assert!(out.is_empty() && err.contains(path_text(&file)), "{err}");
    }
    let (_, err) = run(&["live", "--from", "a.wav", "--device", "Jabra", "--no-text"], 2);
    assert!(err.contains("--from") && err.contains("--device"), "{err}");
}

#[test]
fn the_document_has_the_promised_keys() {
    let (out, _) = run(&["analyze", path_text(&golden("rushed.flac")), "--no-text", "--json", "-"], 0);
    let document: Value = serde_json::from_str(&out).expect("one JSON document and nothing else");
    for key in [
        "schema",
        "app_version",
        "source",
        "profile",
        "pack",
        "model",
        "language",
        "speech",
        "pauses",
        "segments",
        "transcript",
        "pace",
        "pitch",
        "loudness",
        "delivery",
        "flags",
        "checklist",
        "questions",
        "score",
        "timing",
    ] {
        assert!(document.get(key).is_some(), "{key} is missing");
    }
    assert_eq!(document["schema"], 1);
    assert_eq!(document["source"]["rate_hz"], 16_000);
    let fast = document["flags"].as_array().expect("flags").iter().find(|flag| flag["kind"] == "fast_speech");
    let fast = fast.expect("a fast recording is flagged without text, too");
    for key in ["rule", "start_s", "end_s", "raised_at_s", "severity", "text", "message", "suggestion"] {
        assert!(fast.get(key).is_some(), "flags[].{key} is missing");
    }
    assert!(fast["raised_at_s"].as_f64() >= fast["start_s"].as_f64());
}

#[test]
fn several_files_are_an_array_and_tracks_a_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let tracks = folder.path().join("tracks");
    let report = folder.path().join("report.json");
    let files = [golden("flat.flac"), golden("calm.flac")];
    run(
        &[
            "analyze",
            path_text(&files[0]),
            path_text(&files[1]),
            "--no-text",
            "--json",
            path_text(&report),
            "--tracks",
            path_text(&tracks),
        ],
        0,
    );
    let documents: Value = serde_json::from_str(&std::fs::read_to_string(report).expect("a report")).expect("JSON");
    assert_eq!(documents.as_array().map(Vec::len), Some(2));
    let kinds = |index: usize| -> Vec<String> {
        let flags = documents[index]["flags"].as_array().expect("flags");
        flags.iter().map(|flag| flag["kind"].as_str().unwrap_or_default().to_owned()).collect()
    };
    assert!(kinds(0).contains(&"monotone".to_owned()), "{:?}", kinds(0));
    assert!(!kinds(1).contains(&"monotone".to_owned()), "{:?}", kinds(1));
    let csv = std::fs::read_to_string(tracks.join("flat.csv")).expect("tracks");
    assert_eq!(csv.lines().next(), Some("time_s,f0_hz,voicing,level_db,speech"));
    assert!(csv.lines().nth(1).expect("a frame").starts_with("0.005,"));
    let duration_s = documents[0]["source"]["duration_s"].as_f64().expect("a length");
    assert!((csv.lines().count() as f64 - 1.0 - duration_s * 100.0).abs() <= 1.0);
}

#[test]
fn bad_recordings_are_named_and_the_others_still_analysed() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("empty.wav"), b"").expect("write");
    std::fs::write(at("text.mp3"), "这不是录音".repeat(400)).expect("write");
    std::fs::write(at("zero.wav"), wav(16_000, 1, &[])).expect("write");
    std::fs::create_dir(at("folder.wav")).expect("write");
    for name in ["empty.wav", "text.mp3", "zero.wav", "folder.wav", "absent.wav"] {
        let (out, err) = run(&["analyze", path_text(&at(name)), "--no-text", "--json", "-"], 1);
        assert!(err.contains(name), "the message must name {name}: {err}");
        assert_eq!(out, "", "nothing but JSON may go to standard output");
    }
    let good = golden("calm.flac");
    let (out, err) = run(&["analyze", path_text(&at("text.mp3")), path_text(&good), "--no-text", "--json", "-"], 1);
    let documents: Value = serde_json::from_str(&out).expect("the good one's report");
    assert_eq!(documents.as_array().map(Vec::len), Some(1));
    assert!(err.contains("text.mp3"));
}

#[test]
fn odd_recordings_are_analysed() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    // Thirty-two channels, one of which speaks; a file cut off in the middle; samples that are no numbers.
    let tone: Vec<i16> = (0..32_000).map(|i| (9000.0 * (i as f32 * 0.08).sin()) as i16).collect();
    let many: Vec<i16> = tone.iter().flat_map(|&x| std::iter::repeat_n(x, 32)).collect();
    std::fs::write(at("many.wav"), wav(48_000, 32, &many)).expect("write");
    let whole = wav(8_000, 1, &tone);
    std::fs::write(at("cut.wav"), &whole[..whole.len() / 2]).expect("write");
    std::fs::write(at("nan.wav"), float_wav(16_000, &[f32::NAN, f32::INFINITY, 0.5, -0.5].repeat(8000)))
        .expect("write");
    for name in ["many.wav", "cut.wav", "nan.wav"] {
        let (out, _) = run(&["analyze", path_text(&at(name)), "--no-text", "--json", "-"], 0);
        let document: Value = serde_json::from_str(&out).expect("JSON");
        assert!(document["source"]["duration_s"].as_f64().is_some_and(|seconds| seconds > 0.5), "{name}: {out}");
    }
}

#[test]
fn unknown_profiles_packs_and_models_are_named() {
    let file = golden("calm.flac");
    let file = path_text(&file);
    assert!(run(&["analyze", file, "--no-text", "--profile", "quick"], 2).1.contains("textbook"));
    assert!(run(&["analyze", file, "--no-text", "--pack", "no-such"], 2).1.contains("zh-service"));
    assert!(run(&["analyze", file, "--no-text", "--pack", "absent.toml"], 1).1.contains("absent.toml"));
    #[cfg(feature = "whisper")]
    {
        let (_, err) = run(&["analyze", file, "--model", "absent.bin"], 1);
        assert!(err.contains("absent.bin") && err.contains("--model"), "{err}");
    }
}

#[test]
fn a_pack_with_a_typo_is_told_with_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("my.toml");
    let bundled = std::fs::read_to_string(root().join("assets/packs/zh-service.toml")).expect("the bundled pack");
    std::fs::write(&path, bundled.replacen("\nreason", "\nreasn", 1)).expect("write");
    let (_, err) = run(&["packs", "check", path_text(&path)], 1);
    assert!(err.contains("my.toml") && err.contains("line") && err.contains("reason"), "{err}");
    run(&["packs", "check", "zh-service"], 0);
    run(&["packs", "check", "en-service"], 0);
}

#[cfg(feature = "whisper")]
#[test]
fn a_damaged_model_is_told_and_never_loaded() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("ggml-base-q8_0.bin");
    let model = std::fs::read(root().join("models/ggml-base-q8_0.bin")).expect("the bundled model");
    let mut flipped = model.clone();
    flipped[40_000_000] ^= 1;
    let file = golden("calm.flac");
    for (what, bytes) in [("truncated", &model[..1_000_000]), ("flipped", &flipped[..]), ("text", b"hello".as_slice())]
    {
        std::fs::write(&path, bytes).expect("write");
        let (_, err) = run(&["analyze", path_text(&file), "--model", path_text(&path)], 1);
        assert!(err.contains(path_text(&path)) && err.contains("damaged"), "{what}: {err}");
    }
}

#[test]
fn sessions_that_do_not_exist_and_folders_that_cannot_be_written_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, b"x").expect("write");
    let output = program().env("VOICEMIRROR_DATA", file.join("below")).args(["sessions", "show", "last"]).output();
    assert_eq!(output.expect("runs").status.code(), Some(1));
    let output = program().env("VOICEMIRROR_DATA", folder.path()).args(["sessions", "list"]).output().expect("runs");
    assert_eq!(output.status.code(), Some(0));
    let output = program().env("VOICEMIRROR_DATA", folder.path()).args(["sessions", "show", "../../etc"]).output();
    assert_eq!(output.expect("runs").status.code(), Some(1));
}

#[cfg(feature = "gui")]
#[test]
fn without_a_display_the_window_says_so() {
    let (_, err) = run(&[], 1);
    assert!(err.contains("demo --no-window"), "{err}");
}

fn wav(rate_hz: u32, channels: u16, samples: &[i16]) -> Vec<u8> {
    let data: Vec<u8> = samples.iter().flat_map(|x| x.to_le_bytes()).collect();
    wav_file(rate_hz, channels, 1, 16, &data)
}

fn float_wav(rate_hz: u32, samples: &[f32]) -> Vec<u8> {
    let data: Vec<u8> = samples.iter().flat_map(|x| x.to_le_bytes()).collect();
    wav_file(rate_hz, 1, 3, 32, &data)
}

fn wav_file(rate_hz: u32, channels: u16, format: u16, bits: u16, data: &[u8]) -> Vec<u8> {
    let frame = channels * bits / 8;
    let mut file = Vec::new();
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + data.len() as u32).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16_u32.to_le_bytes());
    file.extend_from_slice(&format.to_le_bytes());
    file.extend_from_slice(&channels.to_le_bytes());
    file.extend_from_slice(&rate_hz.to_le_bytes());
    file.extend_from_slice(&(rate_hz * u32::from(frame)).to_le_bytes());
    file.extend_from_slice(&frame.to_le_bytes());
    file.extend_from_slice(&bits.to_le_bytes());
    file.extend_from_slice(b"data");
    file.extend_from_slice(&(data.len() as u32).to_le_bytes());
    file.extend_from_slice(data);
    file
}

/// Runs `packs try` on what is typed.
fn try_typed(arguments: &[&str], typed: &str) -> (String, String) {
    let output =
        program().args(["packs", "try"]).args(arguments).write_stdin(typed).output().expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", text(&output.stderr));
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn every_typed_line_is_tried_on_its_own() {
    let (out, _) = try_typed(&["--json"], "这块儿我还真不知道\n\n# 备注\n周一到周五早八点到晚六点\r\n");
    let found: Value = serde_json::from_str(&out).expect("one JSON document and nothing else");
    let found = found.as_array().expect("a list");
    assert_eq!(found.len(), 2, "{out}");
    let hit = &found[0]["hits"][0];
    assert_eq!((&hit["rule"], &hit["level"], &hit["severity"]), (&"ban-08".into(), &"banned".into(), &"bad".into()));
    assert!(hit["text"].as_str().is_some_and(|text| text.contains("不知道")), "{hit}");
    assert!(hit["suggestion"].as_str().is_some_and(|text| !text.is_empty()), "{hit}");
    assert_eq!(hit["by"], "characters");
    assert!(hit["confidence"].as_f64().is_some_and(|sure| sure > 0.5 && sure <= 1.0), "{hit}");
    assert_eq!(found[1]["text"], "周一到周五早八点到晚六点");
    for list in ["hits", "cues", "questions"] {
        assert_eq!(found[1][list], serde_json::json!([]), "{out}");
    }
}

#[test]
fn what_is_found_reads_in_the_language_of_the_interface() {
    let typed = "That's not my problem\nYour parcel is on the way\n";
    let (out, err) = try_typed(&["en-service", "-", "--locale", "en"], typed);
    assert!(out.contains("ban-09") && out.contains("nothing found"), "{out}");
    assert!(err.is_empty(), "{err}");
    assert!(try_typed(&["en-service", "--locale", "zh"], typed).0.contains("没有发现"));
}

#[test]
fn a_typed_call_is_one_document_without_the_customer() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("call.txt");
    std::fs::write(&path, "# 备注\n客户：这块儿我还真不知道\n@ 40\n这块儿我还真不知道\n").expect("write");
    let (out, _) = run(&["packs", "try", "--call", "--json", path_text(&path)], 0);
    let call: Value = serde_json::from_str(&out).expect("one JSON document and nothing else");
    let lines = call["lines"].as_array().expect("the lines");
    let who: Vec<_> = lines.iter().map(|line| line["who"].as_str().unwrap_or_default()).collect();
    assert_eq!(who, ["customer", "silence", "agent"]);
    assert_eq!(lines[0]["hits"], serde_json::json!([]));
    assert_eq!(lines[2]["hits"][0]["rule"], "ban-08", "{out}");
    assert!(lines[2]["start_s"].as_f64().is_some_and(|start| start > 40.0), "{out}");
    assert!(run(&["packs", "try", "zh-service", path_text(&path), "--call"], 0).0.contains("ban-08"));
}

#[test]
fn packs_and_texts_that_cannot_be_read_are_named() {
    assert!(run(&["packs", "try", "no-such"], 2).1.contains("zh-service"));
    assert!(run(&["packs", "try", "absent.toml"], 1).1.contains("absent.toml"));
    assert!(run(&["packs", "try", "zh-service", "absent.txt"], 1).1.contains("absent.txt"));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("gbk.txt");
    std::fs::write(&path, [0xc4, 0xfa, 0xba, 0xc3, b'\n']).expect("write");
    let (_, err) = run(&["packs", "try", path_text(&path)], 1);
    assert!(err.contains("gbk.txt") && err.contains("UTF-8"), "{err}");
}

/// libgomp reads how long its threads spin before the program begins, so the program starts itself again.
#[test]
#[cfg(all(target_os = "linux", feature = "whisper"))]
fn the_threads_of_the_speech_model_do_not_spin_for_long() {
    let file = golden("calm.flac");
    let environment = |name: &str, value: Option<&str>| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_voicemirror"));
        command.args(["live", "--no-text", "--from", path_text(&file)]).env_remove("GOMP_SPINCOUNT");
        if let Some(value) = value {
            command.env(name, value);
        }
        let mut child = command.stderr(std::process::Stdio::piped()).stdout(std::process::Stdio::null()).spawn();
        let child = child.as_mut().expect("the program");
        let mut first = String::new();
        let out = child.stderr.take().expect("its messages");
        std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut first).expect("it listens");
        let bytes = std::fs::read(format!("/proc/{}/environ", child.id())).expect("its environment");
        child.kill().and_then(|()| child.wait()).expect("it ends");
        String::from_utf8_lossy(&bytes).into_owned()
    };
    assert!(environment("", None).contains("GOMP_SPINCOUNT=1000"), "nobody has said how to wait");
    assert!(environment("GOMP_SPINCOUNT", Some("7")).contains("GOMP_SPINCOUNT=7\0"), "somebody has");
    assert!(!environment("OMP_WAIT_POLICY", Some("active")).contains("GOMP_SPINCOUNT"), "in other words");
}
