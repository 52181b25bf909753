//! The real microphone and loudspeaker code, against a private sound server.
#![cfg(all(feature = "mic", target_os = "linux"))]

mod common;

use common::pulse::{alone_with_sound, write_wav};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use voicemirror::audio::mic::{MicSource, input_devices};
use voicemirror::audio::playback::{Player, output_devices};
use voicemirror::audio::source::{AudioError, InputState, Loss, Read, Source};
use voicemirror::audio::tones::{Tone, ToneSource};

const PATIENCE: Duration = Duration::from_millis(50);

fn tone_file(rate_hz: u32, hz: f64, seconds: f64) -> (TempDir, PathBuf) {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("tone.wav");
    write_wav(&path, rate_hz, &ToneSource::new(Tone::Sine { hz }, 0.5, rate_hz, seconds).unwrap().samples());
    (dir, path)
}

/// A microphone that has begun to deliver; the null sink's clock takes up to two seconds to wake up.
fn open_mic() -> MicSource {
    let mut mic = MicSource::open(None).unwrap();
    wait_for(&mut mic, Duration::from_secs(5), |read| *read == Read::Audio);
    mic
}

/// Reads for `time` and gives the samples; everything else that was said goes to `said`.
fn listen(mic: &mut MicSource, time: Duration, said: &mut Vec<Read>) -> Vec<f32> {
    let (start, mut out) = (Instant::now(), Vec::new());
    while start.elapsed() < time {
        match mic.read(&mut out, PATIENCE).unwrap() {
            Read::Audio | Read::Idle => {}
            other => said.push(other),
        }
    }
    out
}

/// Reads until `wanted` is said; the seconds that took, and what else was said.
fn wait_for(mic: &mut MicSource, limit: Duration, wanted: impl Fn(&Read) -> bool) -> (f64, Read) {
    let (start, mut out) = (Instant::now(), Vec::new());
    while start.elapsed() < limit {
        let read = mic.read(&mut out, PATIENCE).unwrap();
        if wanted(&read) {
            return (start.elapsed().as_secs_f64(), read);
        }
    }
    panic!("not said within {limit:?}");
}

/// Length in seconds and frequency in Hz of the loud part.
fn describe(samples: &[f32], rate_hz: u32) -> (f64, f64) {
    let first = samples.iter().position(|s| s.abs() > 0.05).expect("something sounds");
    let last = samples.iter().rposition(|s| s.abs() > 0.05).unwrap();
    let loud = &samples[first..=last];
    let crossings: Vec<usize> = (1..loud.len()).filter(|n| loud[n - 1] <= 0.0 && loud[*n] > 0.0).collect();
    let mut periods: Vec<usize> = crossings.windows(2).map(|w| w[1] - w[0]).collect();
    // The median does not mind a dropout of the sound server on a busy machine.
    periods.sort_unstable();
    (loud.len() as f64 / f64::from(rate_hz), f64::from(rate_hz) / periods[periods.len() / 2] as f64)
}

#[test]
fn devices_are_listed() {
    alone_with_sound("devices_are_listed", |_| {
        for devices in [input_devices().unwrap(), output_devices().unwrap()] {
            println!("{devices:?}");
            let first = &devices[0];
            assert!(first.is_default && first.id == "alsa:default" && first.rate_hz > 0 && first.channels > 0);
            assert!(devices.iter().all(|d| !d.id.contains("null") && !d.id.contains("surround")), "{devices:?}");
        }
    });
}

#[test]
fn a_missing_device_is_explained() {
    alone_with_sound("a_missing_device_is_explained", |server| {
        let error = MicSource::open(Some("Jabra")).err().unwrap();
        assert!(matches!(&error, AudioError::NoSuchDevice { .. }), "{error}");
        assert!(error.to_string().contains("\"Jabra\""), "{error}");
        server.stop();
        let error = MicSource::open(None).err().unwrap();
        assert!(matches!(&error, AudioError::NoDevice { direction: "microphone" }), "{error}");
        let (_dir, path) = tone_file(16_000, 440.0, 0.2);
        let error = Player::start(&path, 0, None).err().unwrap();
        assert!(matches!(&error, AudioError::NoDevice { direction: "loudspeaker" }), "{error}");
    });
}

#[test]
fn a_tone_is_heard_whole() {
    alone_with_sound("a_tone_is_heard_whole", |server| {
        let (_dir, path) = tone_file(48_000, 440.0, 3.0);
        let mut mic = open_mic();
        let mut player = server.play(&path);
        let mut said = Vec::new();
        let samples = listen(&mut mic, Duration::from_millis(4_500), &mut said);
        player.wait().unwrap();
        let (seconds, hz) = describe(&samples, mic.rate_hz());
        println!("{} Hz, {} channels: {seconds:.3} s at {hz:.2} Hz, {said:?}", mic.rate_hz(), mic.channels());
        assert!((seconds - 3.0).abs() < 0.05, "{seconds} s");
        assert!((hz - 440.0).abs() < 1.0, "{hz} Hz");
        assert!(!said.iter().any(|read| matches!(read, Read::Gap { .. })), "{said:?}");
        assert_eq!(mic.counters().dropped_frames(), 0);
        assert!((mic.counters().take_peak() - 0.5).abs() < 0.02);
    });
}

#[test]
fn the_samples_arrive_at_the_speed_of_life() {
    alone_with_sound("the_samples_arrive_at_the_speed_of_life", |_| {
        let mut mic = open_mic();
        listen(&mut mic, Duration::from_millis(500), &mut Vec::new());
        let samples = listen(&mut mic, Duration::from_secs(3), &mut Vec::new());
        let seconds = samples.len() as f64 / f64::from(mic.rate_hz());
        assert!((seconds - 3.0).abs() < 0.15, "{seconds} s of sound in 3 s");
        mic.set_paused(true);
        listen(&mut mic, Duration::from_millis(100), &mut Vec::new());
        let mut said = Vec::new();
        assert!(listen(&mut mic, Duration::from_millis(1_500), &mut said).is_empty());
        assert_eq!(said, [], "a pause is no outage");
        mic.set_paused(false);
        assert!(!listen(&mut mic, Duration::from_millis(500), &mut said).is_empty());
    });
}

#[test]
fn a_muted_microphone_is_noticed() {
    alone_with_sound("a_muted_microphone_is_noticed", |server| {
        let mut mic = open_mic();
        let silent = |read: &Read| *read == Read::State(InputState::Silent);
        let (seconds, _) = wait_for(&mut mic, Duration::from_secs(3), silent);
        assert!((1.4..2.2).contains(&seconds), "{seconds} s");
        let mut said = Vec::new();
        listen(&mut mic, Duration::from_millis(600), &mut said);
        assert_eq!(said, [], "silence is reported once");
        let (_dir, path) = tone_file(48_000, 300.0, 1.0);
        let mut player = server.play(&path);
        wait_for(&mut mic, Duration::from_secs(3), |read| *read == Read::State(InputState::Ok));
        player.wait().unwrap();
    });
}

#[test]
fn a_sound_server_that_dies_and_comes_back_costs_only_a_gap() {
    alone_with_sound("a_sound_server_that_dies_and_comes_back_costs_only_a_gap", |server| {
        let mut mic = open_mic();
        listen(&mut mic, Duration::from_millis(700), &mut Vec::new());
        let killed = Instant::now();
        server.stop();
        let gone = |read: &Read| matches!(read, Read::State(InputState::Lost | InputState::Stalled));
        let (seconds, state) = wait_for(&mut mic, Duration::from_secs(3), gone);
        println!("{state:?} after {seconds:.2} s");
        assert!(seconds < 1.6, "{seconds} s");
        let mut said = Vec::new();
        assert!(listen(&mut mic, Duration::from_millis(1_500), &mut said).is_empty());
        assert_eq!(said, []);
        let pending_s = mic.pending_gap_frames() as f64 / f64::from(mic.rate_hz());
        assert!((pending_s - killed.elapsed().as_secs_f64()).abs() < 0.3, "{pending_s} s are missing so far");
        server.restart();
        let (_, gap) = wait_for(&mut mic, Duration::from_secs(10), |read| matches!(read, Read::Gap { .. }));
        let outage_s = killed.elapsed().as_secs_f64();
        let Read::Gap { frames, cause } = gap else { unreachable!() };
        let gap_s = frames as f64 / f64::from(mic.rate_hz());
        println!("gap of {gap_s:.3} s ({cause:?}) in an outage of {outage_s:.3} s");
        assert!(gap_s <= outage_s + 0.05 && outage_s - gap_s < 0.3, "{gap_s} s of {outage_s} s");
        assert_ne!(cause, Loss::Overrun);
        wait_for(&mut mic, Duration::from_secs(1), |read| *read == Read::State(InputState::Ok));
        assert_eq!(mic.pending_gap_frames(), 0);
        let (_dir, path) = tone_file(48_000, 440.0, 1.0);
        let mut player = server.play(&path);
        let samples = listen(&mut mic, Duration::from_millis(2_000), &mut Vec::new());
        player.wait().unwrap();
        let (seconds, hz) = describe(&samples, mic.rate_hz());
        assert!((seconds - 1.0).abs() < 0.05 && (hz - 440.0).abs() < 2.0, "{seconds} s at {hz} Hz");
    });
}

#[test]
fn a_session_that_ends_during_an_outage_ends_at_once() {
    alone_with_sound("a_session_that_ends_during_an_outage_ends_at_once", |server| {
        let mut mic = open_mic();
        listen(&mut mic, Duration::from_millis(300), &mut Vec::new());
        server.stop();
        listen(&mut mic, Duration::from_millis(2_500), &mut Vec::new());
        let start = Instant::now();
        drop(mic);
        assert!(start.elapsed() < Duration::from_millis(1_000), "{:?}", start.elapsed());
    });
}

#[test]
fn a_late_reader_is_told_exactly_what_it_missed() {
    alone_with_sound("a_late_reader_is_told_exactly_what_it_missed", |_| {
        let mut mic = open_mic();
        std::thread::sleep(Duration::from_millis(5_000));
        let (mut out, mut lost) = (Vec::new(), 0);
        let start = Instant::now();
        while lost == 0 {
            if let Read::Gap { frames, cause } = mic.read(&mut out, PATIENCE).unwrap() {
                assert_eq!(cause, Loss::Overrun);
                lost = frames;
            }
            assert!(start.elapsed() < Duration::from_secs(3), "nothing was lost");
        }
        assert_eq!(out.len() as u32, 4 * mic.rate_hz(), "the ring holds four seconds");
        let counters = mic.counters();
        assert!(lost <= counters.dropped_frames() && lost as f64 > 0.5 * f64::from(mic.rate_hz()), "{lost}");
    });
}

#[test]
fn a_recording_plays_at_the_speed_of_life() {
    alone_with_sound("a_recording_plays_at_the_speed_of_life", |server| {
        let (_dir, path) = tone_file(16_000, 500.0, 4.0);
        let mut mic = open_mic();
        let player = Player::start(&path, 0, None).unwrap();
        listen(&mut mic, Duration::from_millis(500), &mut Vec::new());
        let (before, start) = (player.position_frames(), Instant::now());
        let samples = listen(&mut mic, Duration::from_secs(2), &mut Vec::new());
        let moved_s = (player.position_frames() - before) as f64 / 16_000.0;
        let took_s = start.elapsed().as_secs_f64();
        println!("{moved_s:.3} s played in {took_s:.3} s");
        assert!((moved_s / took_s - 1.0).abs() < 0.1, "{moved_s} s played in {took_s} s");
        let (_, hz) = describe(&samples, mic.rate_hz());
        assert!((hz - 500.0).abs() < 2.0, "{hz} Hz");

        player.set_playing(false);
        listen(&mut mic, Duration::from_millis(200), &mut Vec::new());
        let stopped = player.position_frames();
        listen(&mut mic, Duration::from_millis(300), &mut Vec::new());
        assert_eq!(player.position_frames(), stopped);

        player.seek(8_000);
        assert_eq!(player.position_frames(), 8_000);
        player.set_playing(true);
        listen(&mut mic, Duration::from_millis(1_000), &mut Vec::new());
        assert!((12_000..28_000).contains(&player.position_frames()), "{}", player.position_frames());
        assert!(!player.is_finished(), "{:?}", player.failure());

        server.stop();
        std::thread::sleep(Duration::from_millis(500));
        let stopped = player.position_frames();
        server.restart();
        let start = Instant::now();
        while player.position_frames() == stopped {
            assert!(start.elapsed() < Duration::from_secs(5), "{:?}", player.failure());
            std::thread::sleep(PATIENCE);
        }
        assert!(player.position_frames() - stopped < 16_000, "it goes on where it was interrupted");

        player.seek(56_000);
        let start = Instant::now();
        while !player.is_finished() {
            assert!(start.elapsed() < Duration::from_secs(4), "stuck at {}", player.position_frames());
            std::thread::sleep(PATIENCE);
        }
        assert_eq!((player.position_frames(), player.failure()), (64_000, None));
    });
}
