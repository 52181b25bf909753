//! The session store against real processes and real full disks: killed, limited, out of space.

mod library_kit;

use library_kit::*;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use voicemirror::session::event::*;
use voicemirror::session::library::{Library, State};
use voicemirror::session::recorder::Recorder;
use voicemirror::session::store::{StoreError, local_now};
use voicemirror::session::wav;

/// What the child processes are told through the environment.
const CHILD_MODE: &str = "VOICEMIRROR_TEST_CHILD";
const CHILD_ROOT: &str = "VOICEMIRROR_TEST_ROOT";

/// A child process that runs this file's `child`.
struct Spawned {
    process: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Spawned {
    /// `wrapper`: a shell script that prepares the process and then runs `"$@"`.
    fn new(mode: &str, root: &Path, wrapper: Option<&str>) -> Self {
        let program = std::env::current_exe().unwrap();
        let mut command = match wrapper {
            Some(script) => {
                let mut shell = Command::new("sh");
                shell.args(["-c", script, "sh"]).arg(&program);
                shell
            }
            None => Command::new(&program),
        };
        command.args(["--exact", "child", "--nocapture"]).env(CHILD_MODE, mode).env(CHILD_ROOT, root);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { process, lines }
    }

    /// What stands behind `word` in the first line that has it.
    fn wait_for(&mut self, word: &str) -> String {
        let line = self.lines.find(|line| line.as_ref().is_ok_and(|line| line.contains(word))).unwrap().unwrap();
        line.split_once(word).unwrap().1.trim().to_owned()
    }

    fn kill(&mut self) {
        // SIGKILL: the process learns nothing and tidies nothing.
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// Says something to the parent, at once.
fn tell(text: &str) {
    let mut out = std::io::stdout().lock();
    // The parent may have stopped listening.
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}

/// No test: what the child processes of the tests do.
#[test]
fn child() {
    let (Ok(mode), Some(root)) = (std::env::var(CHILD_MODE), std::env::var_os(CHILD_ROOT)) else { return };
    let root = PathBuf::from(root);
    match mode.as_str() {
        "hold" => {
            let mut recorder = Recorder::create(&root, &header(), local_now()).unwrap();
            recorder.event(&event(1)).unwrap();
            recorder.audio(&voice(0, 48_000)).unwrap();
            recorder.tick().unwrap();
            tell(&format!("ready {}", recorder.id()));
            std::thread::sleep(Duration::from_secs(600));
        }
        "forever" => write_and_tell(Recorder::create(&root, &header(), local_now()).unwrap(), u64::MAX, 1_000),
        "sessions" => loop {
            let mut recorder = Recorder::create(&root, &header(), local_now()).unwrap();
            recorder.audio(&voice(0, 10_000)).unwrap();
            recorder.event(&event(1)).unwrap();
            recorder.finish(&serde_json::json!({ "score": { "total": 1.0 } })).unwrap();
        },
        "full audio" => write_and_tell(Recorder::create(&root, &header(), local_now()).unwrap(), u64::MAX, 4_800),
        "full events" => write_and_tell(Recorder::create(&root, &header(), local_now()).unwrap(), u64::MAX, 1),
        other => panic!("no such mode: {other}"),
    }
}

/// Writes until the disk refuses, and tells after every call what is done. Then checks how the recorder goes on.
fn write_and_tell(mut recorder: Recorder, rounds: u64, frames: u64) {
    let failure = (0..rounds).find_map(|number| {
        recorder
            .event(&event(number))
            .map_err(|error| (number, error))
            .err()
            .or_else(|| {
                tell(&format!("event {}", number + 1));
                recorder
                    .audio(&voice(number * frames, frames))
                    .and_then(|()| if number % 3 == 2 { recorder.tick() } else { Ok(()) })
                    .map_err(|error| (number, error))
                    .err()
            })
            .or_else(|| {
                tell(&format!("audio {}", (number + 1) * frames));
                None
            })
    });
    let (_, error) = failure.expect("it goes on until something fails");
    check_spent(recorder, &error);
    tell(&format!("full {error}"));
}

/// After its first error a recorder repeats it, does not panic, and lets go of the session.
fn check_spent(mut recorder: Recorder, error: &StoreError) {
    assert!(matches!(error, StoreError::Full { folder, .. } if folder == recorder.folder()), "{error:?}");
    let sentence = error.to_string();
    assert!(
        sentence.contains("free some space") && sentence.contains(recorder.folder().to_str().unwrap()),
        "{sentence}"
    );
    let clock = std::time::Instant::now();
    for number in 0..1_000 {
        assert_eq!(&recorder.event(&event(number)).unwrap_err(), error);
        assert_eq!(&recorder.audio(&[0.0; 4_800]).unwrap_err(), error);
        assert_eq!(&recorder.tick().unwrap_err(), error);
    }
    assert!(clock.elapsed() < Duration::from_secs(1));
    assert_eq!(&recorder.finish(&serde_json::json!({})).unwrap_err(), error);
}

/// What a child has told: events and samples that it had been promised.
#[derive(Debug, Default)]
struct Told {
    events: usize,
    audio: usize,
    full: Option<String>,
}

impl Told {
    fn read(lines: impl Iterator<Item = String>) -> Self {
        let mut told = Self::default();
        for line in lines {
            let number = |text: &str| text.trim().parse().unwrap_or(0);
            // The test harness may have put its own words before the first one.
            match line.split_once("event ").or_else(|| line.split_once("audio ")).or_else(|| line.split_once("full ")) {
                Some((_, text)) if line.contains("event ") => told.events = told.events.max(number(text)),
                Some((_, text)) if line.contains("audio ") => told.audio = told.audio.max(number(text)),
                Some((_, text)) => told.full = Some(text.to_owned()),
                None => {}
            }
        }
        told
    }
}

/// Checks a session of `write_and_tell` before and after its recovery against what the child was promised.
fn check_promises(root: &Path, told: &Told, may_lose: usize) {
    let library = Library::open(root);
    let entry = only(&library);
    assert_eq!(entry.state, State::CutOff);
    let id = entry.id;
    if told.full.is_some() {
        // The recorder itself has left whole lines and whole samples.
        assert!(fs::read(file(root, &id, "events.jsonl")).unwrap().ends_with(b"\n"));
        assert!(wav::inspect(&file(root, &id, "audio.wav"), None).unwrap().unwrap().sound);
    }
    let before = library.load(&id).unwrap();
    assert!(matches!(before.events[0], SessionEvent::Started(_)));
    let count = before.events.len() - 1;
    assert!(count >= told.events, "{count} events of {told:?}");
    let expected: Vec<_> = (0..count as u64).map(event).collect();
    assert_eq!(before.events[1..], expected);
    assert_eq!(before.warnings, Vec::<String>::new());

    let recovered = library.recover(&id, &summarize).unwrap();
    let after = library.load(&id).unwrap();
    assert_eq!(after.events[..=count], before.events[..]);
    assert!(matches!(after.events[count + 1..], [SessionEvent::Ended { cause: EndCause::Recovered, .. }]));
    let path = file(root, &id, "audio.wav");
    let samples = decoded(&path);
    assert_is_voice(&samples);
    assert!(samples.len() + may_lose >= told.audio, "{} samples of {told:?}", samples.len());
    assert_eq!(fs::metadata(&path).unwrap().len(), 44 + samples.len() as u64 * 2);
    let length_s = samples.len() as f64 / f64::from(RATE_HZ);
    assert!(recovered.duration_s >= length_s && after.entry.duration_s == recovered.duration_s);
    assert_eq!((after.entry.state, after.timeline.ended), (State::Complete, Some(EndCause::Recovered)));
    assert!(!library.recover(&id, &summarize).unwrap().changed);
}

#[test]
fn kill_9_loses_no_event_and_at_most_a_second_of_sound() {
    let mut lost_most = 0;
    for round in 0..50u64 {
        let root = tempfile::tempdir().unwrap();
        let mut child = Spawned::new("forever", root.path(), None);
        child.wait_for("event ");
        // The child is now in the middle of its work; how long it goes on is different every time.
        let pause = Duration::from_micros((noise(round * 7 + u64::from(std::process::id())) * 60_000.0) as u64);
        let killer = {
            let id = child.process.id();
            std::thread::spawn(move || {
                std::thread::sleep(pause);
                Command::new("kill").args(["-9", &id.to_string()]).status().unwrap()
            })
        };
        // Reads to the end of the pipe, so that the child never waits for its listener.
        let told = Told::read(child.lines.by_ref().map_while(Result::ok));
        assert!(killer.join().unwrap().success());
        child.process.wait().unwrap();
        check_promises(root.path(), &told, RATE_HZ as usize);
        let library = Library::open(root.path());
        let kept = decoded(&file(root.path(), &only(&library).id, "audio.wav")).len();
        lost_most = lost_most.max(told.audio.saturating_sub(kept));
    }
    println!("50 kills lost {:.0} ms of sound at most", lost_most as f64 * 1e3 / f64::from(RATE_HZ));
}

#[test]
fn kill_9_while_sessions_start_and_finish_leaves_only_what_can_be_recovered() {
    let root = tempfile::tempdir().unwrap();
    let library = Library::open(root.path());
    let (mut cut_off, mut complete) = (0, 0);
    for round in 0..40u64 {
        let mut child = Spawned::new("sessions", root.path(), None);
        std::thread::sleep(Duration::from_micros(
            (5_000.0 + noise(round * 13 + u64::from(std::process::id())) * 40_000.0) as u64,
        ));
        child.kill();
        for entry in library.list().unwrap() {
            assert_ne!(entry.state, State::Running, "the lock dies with its process");
            cut_off += usize::from(entry.state == State::CutOff);
        }
        for (id, outcome) in library.recover_all(&summarize).unwrap() {
            assert!(outcome.is_ok(), "{id}: {outcome:?}");
        }
        for entry in library.list().unwrap() {
            assert_eq!(entry.state, State::Complete);
            assert!(!library.recover(&entry.id, &summarize).unwrap().changed, "{}", entry.id);
            library.delete(&entry.id).unwrap();
            complete += 1;
        }
    }
    println!("{complete} sessions, {cut_off} of them cut off while they started or finished");
    assert!(complete > 0);
}

#[cfg(unix)]
#[test]
fn a_limit_on_file_size_is_told_and_everything_before_it_stays() {
    // SIGXFSZ is set aside so that the limit is an error and no signal, as a full disk is.
    for (mode, limit) in [("full audio", 700), ("full audio", 701), ("full events", 300), ("full events", 301)] {
        let root = tempfile::tempdir().unwrap();
        let script = format!("trap '' XFSZ; ulimit -f {limit}; exec \"$@\"");
        let mut child = Spawned::new(mode, root.path(), Some(&script));
        let told = Told::read(child.lines.by_ref().map_while(Result::ok));
        assert!(child.process.wait().unwrap().success(), "{mode}: {told:?}");
        println!("{mode}: {told:?}");
        assert!(told.full.is_some() && told.events > 0);
        check_promises(root.path(), &told, RATE_HZ as usize);
    }
}

/// A file system of its own, unmounted when dropped.
#[cfg(target_os = "linux")]
struct Mounted(PathBuf);

#[cfg(target_os = "linux")]
impl Mounted {
    fn new(folder: &Path, options: &str) -> Option<Self> {
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(folder)
            .stderr(Stdio::null())
            .status();
        if mounted.is_ok_and(|status| status.success()) { Some(Self(folder.to_path_buf())) } else { None }
    }
}

#[cfg(target_os = "linux")]
impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_everything_before_it_stays() {
    let folder = tempfile::tempdir().unwrap();
    let Some(mounted) = Mounted::new(folder.path(), "size=600k") else {
        println!("SKIPPED: this user may not mount a small disk");
        return;
    };
    let root = folder.path().join("data");
    let mut recorder = Recorder::create(&root, &header(), local_now()).unwrap();
    let mut told = Told::default();
    let error = loop {
        let number = told.events as u64;
        if let Err(error) = recorder.event(&event(number)) {
            break error;
        }
        told.events += 1;
        if let Err(error) = recorder.audio(&voice(number * 1_000, 1_000)).and_then(|()| recorder.tick()) {
            break error;
        }
        told.audio += 1_000;
    };
    println!("{error}");
    check_spent(recorder, &error);
    let library = Library::open(&root);
    let id = library.resolve("last").unwrap();
    // The recording is sound without recovery; recovery says why it cannot go on, and harms nothing.
    assert!(wav::inspect(&file(&root, &id, "audio.wav"), None).unwrap().unwrap().sound);
    assert!(fs::read(file(&root, &id, "events.jsonl")).unwrap().ends_with(b"\n"));
    let samples = decoded(&file(&root, &id, "audio.wav"));
    assert_is_voice(&samples);
    assert!(samples.len() >= told.audio);
    fs::write(folder.path().join("filler"), vec![1; 4_096]).ok();
    let outcome = library.recover(&id, &summarize);
    assert!(matches!(&outcome, Err(StoreError::Full { .. }) | Ok(_)), "{outcome:?}");
    let refused = Recorder::create(&root, &header(), local_now()).unwrap_err();
    assert!(matches!(refused, StoreError::Full { .. }), "{refused:?}");
    assert_eq!(library.list().unwrap().len(), 1, "a start that failed leaves nothing behind");
    // With space again, it is completed.
    Command::new("mount").args(["-o", "remount,size=4m"]).arg(folder.path()).status().unwrap();
    let outcome = library.recover(&id, &summarize).unwrap();
    println!("{outcome:?}");
    let stored = library.load(&id).unwrap();
    assert_eq!(stored.entry.state, State::Complete);
    let expected: Vec<_> = (0..told.events as u64).map(event).collect();
    assert_eq!(stored.events[1..=told.events], expected);
    // The same disk, read only: sessions can be listed and read, and the refusals say why.
    Command::new("mount").args(["-o", "remount,ro"]).arg(folder.path()).status().unwrap();
    assert!(matches!(Recorder::create(&root, &header(), local_now()).unwrap_err(), StoreError::Unwritable { .. }));
    assert_eq!(library.load(&id).unwrap().events, stored.events);
    assert_eq!(library.list().unwrap().len(), 1);
    for error in [library.delete(&id).unwrap_err(), library.recover(&id, &summarize).unwrap_err()] {
        assert!(matches!(error, StoreError::Io { .. }), "{error:?}");
    }
    drop(mounted);
}

#[test]
fn a_running_session_is_left_alone() {
    let root = tempfile::tempdir().unwrap();
    let library = Library::open(root.path());
    let mut child = Spawned::new("hold", root.path(), None);
    let id = child.wait_for("ready");
    let entry = only(&library);
    assert_eq!((entry.state, entry.ended, entry.duration_s), (State::Running, None, 1.0));
    for error in [library.recover(&id, &summarize).unwrap_err(), library.delete(&id).unwrap_err()] {
        assert_eq!(error, StoreError::Running { id: id.clone() });
        assert!(error.to_string().contains("stop it"), "{error}");
    }
    assert_eq!(library.recover_all(&summarize).unwrap(), []);
    assert_eq!(library.load(&id).unwrap().events.len(), 2, "a supervisor may read along");
    child.kill();
    assert_eq!(only(&library).state, State::CutOff);
    assert!(library.recover(&id, &summarize).unwrap().changed);
    library.delete(&id).unwrap();
}
