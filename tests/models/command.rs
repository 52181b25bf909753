//! The same on the command line.

use super::server::{Reply, Server, dead};
use super::{FILE, content, model};
use assert_cmd::Command;
use serde_json::Value;
use std::path::PathBuf;
use tempfile::TempDir;

/// A user with a data folder and a catalogue of one model.
struct User {
    folder: TempDir,
}

impl User {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let known = model();
        let catalog = format!(
            "[[model]]\nid = {:?}\nfile = {:?}\nsize_bytes = {}\nsha256 = {:?}\nlicence = \"MIT\"\nhub = {:?}\n\
             hub_path = {:?}\nnote_zh = \"测试\"\nnote_en = \"A test\"\n",
            known.id,
            known.file,
            known.size_bytes,
            known.sha256,
            known.hub.unwrap(),
            known.hub_path.unwrap()
        );
        std::fs::write(folder.path().join("catalog.toml"), catalog).unwrap();
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("data/models").join(FILE)
    }

    /// Runs, expects `code`, and answers with what was printed (standard output, standard error).
    fn run(&self, arguments: &[&str], code: i32) -> (String, String) {
        let mut command = Command::cargo_bin("voicemirror").unwrap();
        command.env("VOICEMIRROR_DATA", self.folder.path().join("data"));
        command.env("VOICEMIRROR_CATALOG", self.folder.path().join("catalog.toml"));
        command.env_remove("VOICEMIRROR_MODELS").env_remove("VOICEMIRROR_MODEL_SOURCE");
        let output = command.args(["--locale", "en", "models"]).args(arguments).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{out}\n{err}");
        assert!(!err.contains("panicked"), "{err}");
        (out, err)
    }

    fn state(&self) -> String {
        let (out, _) = self.run(&["list", "--json"], 0);
        let list: Value = serde_json::from_str(&out).unwrap();
        list[0]["state"].as_str().unwrap().to_owned()
    }
}

#[test]
fn a_model_is_fetched_verified_and_removed() {
    let server = Server::new(|_, _| Reply::file(&content(1)));
    let user = User::new();
    assert!(user.run(&[], 0).0.contains("not on this machine"));
    assert_eq!(user.state(), "absent");
    assert!(user.run(&["get", "tiny-test", "--source", &server.url], 0).0.contains(FILE));
    assert_eq!(user.state(), "here");
    assert!(user.run(&["get", "tiny-test", "--source", &server.url], 0).0.contains("already"));
    assert!(user.run(&["verify", "tiny-test"], 0).0.contains(&model().sha256));
    let settings = user.folder.path().join("data/settings.json");
    std::fs::write(&settings, r#"{"theme": "dark", "models": {"chosen": "tiny-test"}}"#).unwrap();
    assert!(user.run(&["remove", "tiny-test"], 0).0.contains("bundled model is used again"));
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(settings).unwrap()).unwrap();
    assert_eq!((&kept["theme"], &kept["models"]["chosen"]), (&Value::from("dark"), &Value::Null));
    assert!(!user.path().exists());
    user.run(&["remove", "tiny-test"], 1);
}

#[test]
fn the_settings_name_source_and_mirror() {
    let server = Server::new(|_, _| Reply::file(&content(1)));
    let user = User::new();
    let settings = format!(r#"{{"models": {{"source": "{}", "mirror": "{}"}}}}"#, dead(), server.url);
    std::fs::create_dir_all(user.folder.path().join("data")).unwrap();
    std::fs::write(user.folder.path().join("data/settings.json"), settings).unwrap();
    user.run(&["get", "tiny-test"], 0);
    assert_eq!(std::fs::read(user.path()).unwrap(), content(1));
}

#[test]
fn what_goes_wrong_is_one_sentence_and_a_later_call_goes_on() {
    let server =
        Server::new(|number, _| Reply { cut_after: (number == 0).then_some(400_000), ..Reply::file(&content(1)) });
    let user = User::new();
    assert!(user.run(&["get", "large"], 2).1.contains("tiny-test"));
    assert!(user.run(&["get", "tiny-test", "--source", "ftp://x"], 2).1.contains("ftp://x"));
    let (_, err) = user.run(&["get", "tiny-test", "--source", &dead(), "--source", &dead()], 1);
    assert_eq!(err.trim().lines().count(), 1, "{err}");
    let (_, err) = user.run(&["get", "tiny-test", "--source", &server.url], 1);
    assert!(err.contains("40 %") && err.contains("goes on from there"), "{err}");
    assert_eq!(user.state(), "partial");
    assert!(user.run(&["list"], 0).0.contains("40 % fetched"));
    user.run(&["get", "tiny-test", "--source", &server.url], 0);
    assert_eq!(server.asked()[1].from, 400_000);
}

#[test]
fn a_file_is_added_by_hand_and_a_damaged_one_is_told() {
    let user = User::new();
    let file = user.folder.path().join("from a stick.bin");
    std::fs::write(&file, content(1)).unwrap();
    assert!(user.run(&["add", file.to_str().unwrap()], 0).0.contains("as it was published"));
    assert_eq!(user.state(), "here");
    std::fs::write(user.path(), &content(1)[..1000]).unwrap();
    assert_eq!(user.state(), "damaged");
    user.run(&["verify", "tiny-test"], 1);
    std::fs::write(&file, b"hello").unwrap();
    assert!(user.run(&["add", file.to_str().unwrap()], 1).1.contains("no speech model"));
}
