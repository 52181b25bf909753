//! A private PulseAudio server: a loudspeaker that sounds nowhere, and a microphone that hears it.
//!
//! Nothing of the machine's own sound system is touched; everything lives in a temporary directory.
// Each test binary uses its own part of this.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const DIR_VARIABLE: &str = "VOICEMIRROR_TEST_PULSE_DIR";
const MISSING: &str = "cannot be started: install the packages pulseaudio, pulseaudio-utils and libasound2-plugins, \
                       or run ./scripts/test, which does";
/// Tests with a server of their own take turns, since each of them measures time.
static TURN: Mutex<()> = Mutex::new(());

/// A running server; dropping it ends it.
pub struct PulseServer {
    dir: PathBuf,
    daemon: Option<Child>,
    // Removed last.
    _owned: Option<TempDir>,
}

/// Runs `body` in a process of its own, in which every sound library sees only a private server.
///
/// `test` is the full name of the calling test: the test binary starts itself again with the environment set, which
/// cannot be done safely within a process that has threads.
pub fn alone_with_sound(test: &str, body: impl FnOnce(&mut PulseServer)) {
    if let Some(dir) = std::env::var_os(DIR_VARIABLE) {
        let mut server = PulseServer { dir: dir.into(), daemon: None, _owned: None };
        server.restart();
        body(&mut server);
        return;
    }
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let dir = TempDir::new().expect("a temporary directory");
    prepare(dir.path());
    let output = Command::new(std::env::current_exe().expect("the test's own path"))
        .args([test, "--exact", "--nocapture"])
        .env(DIR_VARIABLE, dir.path())
        .envs(environment(dir.path()))
        .output()
        .expect("the test binary runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("1 passed") || !output.status.success(), "{test} is not the name of the test:\n{said}");
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
}

impl PulseServer {
    /// Starts a server and waits until it answers.
    pub fn start() -> Self {
        let owned = TempDir::new().expect("a temporary directory");
        prepare(owned.path());
        let mut server = Self { dir: owned.path().to_path_buf(), daemon: None, _owned: Some(owned) };
        server.restart();
        server
    }

    /// The environment in which a program finds this server and no other.
    pub fn env(&self) -> Vec<(String, String)> {
        environment(&self.dir)
    }

    /// Plays a file into the loudspeaker, so that the microphone hears it.
    pub fn play(&self, path: &Path) -> Child {
        let player = Command::new("paplay").arg(path).envs(self.env()).stdin(Stdio::null()).spawn();
        player.unwrap_or_else(|error| panic!("paplay {MISSING} ({error})"))
    }

    /// Kills the server as a crash would.
    pub fn stop(&mut self) {
        if let Some(mut daemon) = self.daemon.take() {
            let _ = daemon.kill();
            let _ = daemon.wait();
        }
    }

    /// Starts the server again in the same place.
    pub fn restart(&mut self) {
        self.stop();
        let _ = fs::remove_file(socket(&self.dir));
        let log = self.dir.join("pulse.log");
        let daemon = Command::new("pulseaudio")
            .args(["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes"])
            .args(["--realtime=no", "--high-priority=no", "--log-level=notice"])
            .arg(format!("--log-target=file:{}", log.display()))
            .args(["-L", "module-null-sink sink_name=vm_speaker rate=48000 channels=2"])
            .args(["-L", "module-remap-source master=vm_speaker.monitor source_name=vm_microphone"])
            .args([
                "-L",
                &format!("module-native-protocol-unix auth-anonymous=1 socket={}", socket(&self.dir).display()),
            ])
            .envs(self.env())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.daemon = Some(daemon.unwrap_or_else(|error| panic!("pulseaudio {MISSING} ({error})")));
        let deadline = Instant::now() + Duration::from_secs(20);
        while !(self.ask(&["set-default-source", "vm_microphone"]) && self.ask(&["set-default-sink", "vm_speaker"])) {
            let log = fs::read_to_string(&log).unwrap_or_default();
            assert!(Instant::now() < deadline, "the private pulseaudio does not answer:\n{log}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn ask(&self, request: &[&str]) -> bool {
        let asked =
            Command::new("pactl").args(request).envs(self.env()).stdout(Stdio::null()).stderr(Stdio::null()).status();
        asked.unwrap_or_else(|error| panic!("pactl {MISSING} ({error})")).success()
    }
}

impl Drop for PulseServer {
    fn drop(&mut self) {
        self.stop();
    }
}

fn socket(dir: &Path) -> PathBuf {
    dir.join("native")
}

/// ALSA's `default` device leads to the server.
fn prepare(dir: &Path) {
    let config = "</usr/share/alsa/alsa.conf>\npcm.!default { type pulse }\nctl.!default { type pulse }\n";
    fs::write(dir.join("asound.conf"), config).expect("the temporary directory can be written to");
}

fn environment(dir: &Path) -> Vec<(String, String)> {
    let text = |path: PathBuf| path.display().to_string();
    vec![
        ("PULSE_SERVER".into(), format!("unix:{}", socket(dir).display())),
        ("ALSA_CONFIG_PATH".into(), text(dir.join("asound.conf"))),
        ("XDG_RUNTIME_DIR".into(), text(dir.to_path_buf())),
        ("XDG_CONFIG_HOME".into(), text(dir.join("config"))),
        ("HOME".into(), text(dir.to_path_buf())),
    ]
}

/// Writes a 16-bit mono wav file.
pub fn write_wav(path: &Path, rate_hz: u32, samples: &[f32]) {
    let data: Vec<u8> = samples.iter().flat_map(|s| ((s * 32_767.0) as i16).to_le_bytes()).collect();
    let mut bytes = Vec::from(*b"RIFF");
    bytes.extend((36 + data.len() as u32).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend(rate_hz.to_le_bytes());
    bytes.extend((rate_hz * 2).to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data");
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    fs::write(path, bytes).expect("the file can be written");
}
