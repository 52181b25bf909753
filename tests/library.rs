//! The session store against real files: what goes in comes out, whatever has happened to the files in between.
//! Crashes and full disks: `library_crash.rs`.

mod library_kit;

use library_kit::*;
use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Duration;
use voicemirror::session::event::*;
use voicemirror::session::library::{Library, State};
use voicemirror::session::recorder::Recorder;
use voicemirror::session::store::{StoreError, local_now, started_text};
use voicemirror::session::timeline::Timeline;
use voicemirror::session::wav;
use voicemirror::time::{SampleTime, Span};

// ------------------------------------------------------------------------------------------- round trips

#[test]
fn what_goes_in_comes_out() {
    let root = tempfile::tempdir().unwrap();
    let (id, events) = record(root.path(), 400, true);
    let library = Library::open(root.path());
    let stored = library.load(&id).unwrap();
    assert_eq!(stored.events, events);
    assert_eq!(stored.timeline, Timeline::of(&events));
    assert_eq!(stored.warnings, Vec::<String>::new());
    assert_eq!(stored.summary, Some(summarize(&stored.timeline)), "the summary comes back as it was given");
    let samples = decoded(&stored.audio_path.unwrap());
    assert_eq!(samples.len(), 400 * 4_800);
    assert_is_voice(&samples);

    let entry = only(&library);
    assert_eq!(entry, stored.entry);
    assert_eq!((entry.state, entry.ended), (State::Complete, Some(EndCause::EndOfInput)));
    assert_eq!((entry.duration_s, entry.score, entry.source.as_str()), (40.0, Some(81.5), "Jabra 耳机"));
    assert_eq!(entry.flag_counts, [(FlagKind::BannedWording, 25)]);
    assert!(matches!(&events[0], SessionEvent::Started(header) if header.started_at == entry.started_at));
    // A complete session needs no recovery, and its files are not touched by one.
    let before = fs::read(file(root.path(), &id, "summary.json")).unwrap();
    assert!(!library.recover(&id, &|_| panic!("nothing to sum up")).unwrap().changed);
    assert_eq!(fs::read(file(root.path(), &id, "summary.json")).unwrap(), before);
}

#[test]
fn events_for_the_screen_are_not_stored_and_the_end_is_added() {
    let root = tempfile::tempdir().unwrap();
    let header = header();
    let mut recorder = Recorder::create(root.path(), &header, local_now()).unwrap();
    recorder.event(&SessionEvent::Started(Box::new(header.clone()))).unwrap();
    recorder.event(&SessionEvent::Partial { span: Span::default(), text: "您".into(), stable_chars: 0 }).unwrap();
    recorder.event(&SessionEvent::Lag { at: SampleTime(1), behind_s: 0.5, effort: Default::default() }).unwrap();
    recorder.audio(&[2.0, f32::NAN, -7.0, 0.5, 0.25, 0.125]).unwrap();
    let folder = recorder.finish(&serde_json::json!("plain")).unwrap();
    let library = Library::open(root.path());
    let stored = library.load(&library.resolve("last").unwrap()).unwrap();
    let end = SessionEvent::Ended { at: SampleTime(2), cause: EndCause::Stopped };
    assert_eq!(stored.events, [SessionEvent::Started(Box::new(header)), end]);
    assert_eq!(stored.summary, Some("plain".into()));
    // Too loud is clipped, no number is silence.
    assert_eq!(decoded(&folder.join("audio.wav")), [32_767, 0, -32_768, 16_384, 8_192, 4_096]);
}

#[test]
fn an_event_that_json_cannot_hold_is_refused_alone() {
    let root = tempfile::tempdir().unwrap();
    let mut recorder = Recorder::create(root.path(), &header(), local_now()).unwrap();
    let mut block = FrameBlock::default();
    block.push(Frame { level_db: f32::NEG_INFINITY, ..Frame::default() });
    let error = recorder.event(&SessionEvent::Frames(block)).unwrap_err();
    assert!(matches!(&error, StoreError::NotFinite { kind, .. } if kind == "frames"), "{error}");
    recorder.event(&event(9)).unwrap();
    let folder = recorder.finish(&serde_json::Value::Null).unwrap();
    let id = folder.file_name().unwrap().to_str().unwrap();
    assert_eq!(Library::open(root.path()).load(id).unwrap().events.len(), 3);
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]
    #[test]
    fn every_finite_number_survives_the_log(bits: [u32; 8]) {
        let values: Vec<f32> = bits.iter().map(|&bits| f32::from_bits(bits)).filter(|value| value.is_finite()).collect();
        let columns = (values.clone(), values.clone(), vec![1; values.len()]);
        let (f0_hz, voicing, speech) = columns;
        let event = SessionEvent::Frames(FrameBlock { f0_hz, voicing, speech, level_db: values, ..FrameBlock::default() });
        let line = serde_json::to_vec(&event).unwrap();
        proptest::prop_assert_eq!(serde_json::from_slice::<SessionEvent>(&line).unwrap(), event);
    }
}

#[test]
fn sessions_that_start_in_the_same_second_have_folders_of_their_own() {
    let root = tempfile::tempdir().unwrap();
    let started = local_now();
    let recorders: Vec<Recorder> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..8)
            .map(|_| {
                let started = started.clone();
                let root = root.path();
                let start = move |_| Recorder::create(root, &header(), started.clone()).unwrap();
                scope.spawn(move || (0..25).map(start).collect::<Vec<_>>())
            })
            .collect();
        // Lists and clean-ups of other windows meanwhile, which must neither fail nor take a folder away.
        let library = Library::open(root.path());
        for _ in 0..20 {
            library.list().unwrap();
            assert!(library.recover_all(&summarize).unwrap().iter().all(|(_, outcome)| outcome.is_err()));
        }
        starts.into_iter().flat_map(|start| start.join().unwrap()).collect()
    });
    let ids: std::collections::BTreeSet<&str> = recorders.iter().map(Recorder::id).collect();
    assert_eq!(ids.len(), 200);
    for recorder in recorders {
        recorder.finish(&serde_json::json!({})).unwrap();
    }
    let entries = Library::open(root.path()).list().unwrap();
    assert_eq!(entries.iter().filter(|entry| entry.state == State::Complete).count(), 200);
}

#[test]
fn five_hundred_sessions_are_listed_newest_first() {
    let root = tempfile::tempdir().unwrap();
    let start = local_now();
    for number in 0..500i64 {
        let started = &start + Duration::from_secs(number as u64 * 61);
        let header = Header { started_at: started_text(&started), ..header() };
        Recorder::create(root.path(), &header, started).unwrap().finish(&serde_json::json!({})).unwrap();
    }
    let clock = std::time::Instant::now();
    let entries = Library::open(root.path()).list().unwrap();
    println!("500 sessions listed in {:?}", clock.elapsed());
    assert_eq!(entries.len(), 500);
    assert!(entries.windows(2).all(|pair| pair[0].started_at > pair[1].started_at));
    assert_eq!(Library::open(root.path()).resolve("last").unwrap(), entries[0].id);
    let prefix = &entries[0].id[..15];
    assert_eq!(Library::open(root.path()).resolve(prefix).unwrap(), entries[0].id);
    let error = Library::open(root.path()).resolve("2").unwrap_err();
    assert!(matches!(&error, StoreError::Ambiguous { matches, .. } if matches.len() == 5), "{error}");
}

// ------------------------------------------------------------------------------------------------ damage

#[test]
fn a_torn_last_line_is_left_out_and_recovery_removes_it() {
    for cut in 1..120 {
        let root = tempfile::tempdir().unwrap();
        let (id, events) = record(root.path(), 9, false);
        let path = file(root.path(), &id, "events.jsonl");
        let length = fs::metadata(&path).unwrap().len();
        OpenOptions::new().write(true).open(&path).unwrap().set_len(length - cut).unwrap();
        let library = Library::open(root.path());
        assert_eq!(only(&library).state, State::CutOff);
        let stored = library.load(&id).unwrap();
        // The very last byte is only the line feed: the event itself is whole.
        let kept = if cut == 1 { events.len() } else { events.len() - 1 };
        assert_eq!(stored.events, events[..kept], "cut {cut}");
        assert_eq!(stored.warnings, Vec::<String>::new());

        let recovered = library.recover(&id, &summarize).unwrap();
        assert!(recovered.changed && (recovered.duration_s - 0.9).abs() < 1e-9, "{recovered:?}");
        let stored = library.load(&id).unwrap();
        let ended = SessionEvent::Ended { at: SampleTime(14_400), cause: EndCause::Recovered };
        assert_eq!(stored.events[..kept], events[..kept]);
        assert_eq!(stored.events[kept..], [ended]);
        assert_eq!((&stored.entry.state, stored.entry.score), (&State::Complete, Some(81.5)));
        assert_eq!(stored.summary, Some(summarize(&stored.timeline)));
        // Once more changes nothing.
        let bytes = fs::read(&path).unwrap();
        assert!(!library.recover(&id, &summarize).unwrap().changed);
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
}

#[test]
fn zeros_and_scraps_that_a_power_cut_leaves_at_the_end_are_removed() {
    for scrap in [vec![0; 4_096], b"{\"type\":\"speech\",\n\n\xff\xfe{".to_vec(), b"\n\n  \n".to_vec()] {
        let root = tempfile::tempdir().unwrap();
        let (id, events) = record(root.path(), 9, false);
        let path = file(root.path(), &id, "events.jsonl");
        let whole = fs::read(&path).unwrap();
        fs::write(&path, [&whole[..], &scrap].concat()).unwrap();
        let library = Library::open(root.path());
        assert_eq!(library.load(&id).unwrap().events, events);
        library.recover(&id, &summarize).unwrap();
        assert!(fs::read(&path).unwrap().starts_with(&whole));
        let stored = library.load(&id).unwrap();
        assert_eq!((stored.events.len(), stored.warnings), (events.len() + 1, vec![]));
        assert!(!library.recover(&id, &summarize).unwrap().changed);
    }
}

#[test]
fn any_end_of_the_recording_can_be_repaired() {
    let root = tempfile::tempdir().unwrap();
    let (id, _) = record(root.path(), 9, false);
    let path = file(root.path(), &id, "audio.wav");
    let whole = fs::read(&path).unwrap();
    let library = Library::open(root.path());
    for length in [0, 3, 20, 43, 44, 45, 46, 47, 20_001, 20_002, whole.len()] {
        fs::write(&path, &whole[..length]).unwrap();
        fs::remove_file(file(root.path(), &id, "summary.json")).ok();
        library.recover(&id, &summarize).unwrap();
        let samples = decoded(&path);
        assert_eq!(samples.len(), length.saturating_sub(44) / 2, "length {length}");
        assert_is_voice(&samples);
    }
    // A header of zeros (power cut), and one that is older than the data.
    for header in [[0; 44], wav::header(RATE_HZ, 10)] {
        let mut bytes = whole.clone();
        bytes[..44].copy_from_slice(&header);
        fs::write(&path, &bytes).unwrap();
        assert!(library.recover(&id, &summarize).unwrap().changed);
        assert_eq!(fs::read(&path).unwrap(), whole);
    }
    // No recording at all: the events are worth keeping.
    fs::remove_file(&path).unwrap();
    assert!(!library.recover(&id, &summarize).unwrap().changed);
    assert_eq!(library.load(&id).unwrap().audio_path, None);
}

#[test]
fn the_recording_can_be_read_while_it_runs() {
    let root = tempfile::tempdir().unwrap();
    let mut recorder = Recorder::create(root.path(), &header(), local_now()).unwrap();
    let path = recorder.folder().join("audio.wav");
    for number in 0..40 {
        recorder.audio(&voice(number * 480, 480)).unwrap();
        if number % 7 == 6 {
            recorder.tick().unwrap();
            let samples = decoded(&path);
            assert_eq!(samples.len() as u64, (number + 1) * 480);
            assert_is_voice(&samples);
        }
    }
    // Dropped without an end, as by a panic: nothing that was taken is lost.
    drop(recorder);
    assert_eq!(decoded(&path).len(), 40 * 480);
}

#[test]
fn more_than_four_gigabytes_stay_one_readable_file() {
    let root = tempfile::tempdir().unwrap();
    let (id, _) = record(root.path(), 1, false);
    let path = file(root.path(), &id, "audio.wav");
    // Eight hours at 192 kHz, as a file with a hole: 11 GB that take no space.
    let frames = 8 * 3_600 * 192_000u64;
    let mut audio = OpenOptions::new().write(true).open(&path).unwrap();
    audio.write_all(&wav::header(192_000, 0)).unwrap();
    if let Err(error) = audio.set_len(44 + frames * 2 + 1) {
        println!("SKIPPED: this file system holds no 11 GB file with a hole: {error}");
        return;
    }
    let tail: Vec<u8> = (0..5_000).flat_map(|index| sample(index).to_le_bytes()).collect();
    audio.seek(SeekFrom::Start(44 + (frames - 5_000) * 2)).unwrap();
    audio.write_all(&tail).unwrap();
    let library = Library::open(root.path());
    let recovered = library.recover(&id, &summarize).unwrap();
    assert_eq!(recovered.duration_s, 8.0 * 3_600.0);
    assert_eq!(fs::metadata(&path).unwrap().len(), 44 + frames * 2);
    let (rate_hz, samples) = decoded_from(&path, frames - 5_000);
    assert_eq!(rate_hz, 192_000);
    assert!(samples.len() >= 5_000);
    assert_is_voice(&samples[samples.len() - 5_000..]);
    assert!(!library.recover(&id, &summarize).unwrap().changed);
}

#[test]
fn one_damaged_session_hides_no_other() {
    let root = tempfile::tempdir().unwrap();
    let (good, _) = record(root.path(), 5, true);
    let (cut, _) = record(root.path(), 5, false);
    let sessions = root.path().join("sessions");
    let make = |id: &str, events: Option<&[u8]>| {
        fs::create_dir(sessions.join(id)).unwrap();
        if let Some(events) = events {
            fs::write(sessions.join(id).join("events.jsonl"), events).unwrap();
        }
    };
    make("20200101-000000-0001", None);
    make("20200101-000000-0002", Some(b""));
    make("20200101-000000-0003", Some(&[0; 5_000]));
    make("20200101-000000-0004", Some(b"\xff\xfe\n{\"type\":\n[[[[[\n"));
    make("20200101-000000-0005", Some(&b"[".repeat(100_000)));
    make("20200101-000000-0006", Some(br#"{"type":"started","schema":99,"unheard_of":1}"#));
    fs::create_dir_all(sessions.join("20200101-000000-0007/events.jsonl")).unwrap();
    fs::write(sessions.join("20200101-000000-0008"), "a file, no folder").unwrap();
    fs::create_dir(sessions.join("notes of mine")).unwrap();
    // A summary that is not one: the log still tells everything.
    let (torn_summary, _) = record(root.path(), 5, true);
    fs::write(file(root.path(), &torn_summary, "summary.json"), r#"{"session": {"id"#).unwrap();

    let library = Library::open(root.path());
    let state = |id: &str| library.get(id).unwrap().state;
    assert_eq!(library.list().unwrap().len(), 10);
    assert_eq!((state(&good), state(&cut), state(&torn_summary)), (State::Complete, State::CutOff, State::CutOff));
    for number in 1..=7 {
        let id = format!("20200101-000000-000{number}");
        let State::Damaged { reason } = state(&id) else { panic!("{id} should be damaged") };
        println!("{id}: {reason}");
        assert!(library.load(&id).is_err() && library.recover(&id, &summarize).is_err());
        assert!(library.get(&id).unwrap().started_at.starts_with("2020-01-01T00:00:00"));
    }
    let error = library.load("20200101-000000-0006").unwrap_err();
    assert!(matches!(error, StoreError::Newer { found: 99, .. }), "{error}");

    let outcomes = library.recover_all(&summarize).unwrap();
    let recovered: Vec<_> = outcomes.iter().filter(|(_, outcome)| outcome.is_ok()).map(|(id, _)| id).collect();
    assert_eq!(recovered.len(), 2, "{outcomes:?}");
    assert_eq!((state(&cut), state(&torn_summary)), (State::Complete, State::Complete));
    // What had never been written to is cleared away, everything else stays.
    assert!(library.get("20200101-000000-0001").is_err() && library.get("20200101-000000-0002").is_err());
    assert!(library.get("20200101-000000-0003").is_ok() && sessions.join("notes of mine").is_dir());
}

#[test]
fn damage_in_the_middle_and_events_of_a_newer_version_are_left_out_and_told() {
    let root = tempfile::tempdir().unwrap();
    let (id, events) = record(root.path(), 20, true);
    let path = file(root.path(), &id, "events.jsonl");
    let mut lines: Vec<Vec<u8>> = fs::read(&path).unwrap().split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
    lines[3].truncate(10);
    lines[5] = br#"{"type":"heartbeat","at":3}"#.to_vec();
    lines[7] = br#"{"type":"speech","span":{"start":1,"end":18446744073709551615}}"#.to_vec();
    lines[9] =
        br#"{"type":"frames","start":18446744073709551615,"f0_hz":[1],"voicing":[1],"level_db":[1],"speech":[1]}"#
            .to_vec();
    fs::write(&path, lines.join(&b"\n"[..])).unwrap();
    let stored = Library::open(root.path()).load(&id).unwrap();
    let kept: Vec<_> = events
        .iter()
        .enumerate()
        .filter(|(place, _)| ![3, 5, 7, 9].contains(place))
        .map(|(_, event)| event.clone())
        .collect();
    assert_eq!(stored.events, kept);
    println!("{}", stored.warnings.join("\n"));
    assert_eq!(stored.warnings.len(), 4);
    assert!(stored.warnings[0].contains("line 4") && stored.warnings[1].contains("heartbeat"));
}

#[test]
fn a_log_without_its_first_line_can_still_be_recovered() {
    let root = tempfile::tempdir().unwrap();
    let (id, _) = record(root.path(), 9, false);
    let path = file(root.path(), &id, "events.jsonl");
    let mut bytes = fs::read(&path).unwrap();
    bytes[0] = b'X';
    fs::write(&path, bytes).unwrap();
    let library = Library::open(root.path());
    library.recover(&id, &summarize).unwrap();
    let stored = library.load(&id).unwrap();
    assert_eq!((stored.timeline.header, stored.entry.duration_s), (None, 0.9));
}

// ------------------------------------------------------------------------------------ ids, locks, folders

#[test]
fn nothing_but_an_id_ever_reaches_the_disk() {
    let root = tempfile::tempdir().unwrap();
    let (id, _) = record(root.path(), 1, true);
    let precious = root.path().join("precious");
    fs::create_dir(&precious).unwrap();
    let library = Library::open(root.path());
    for wrong in [
        "../precious",
        "..",
        ".",
        "",
        "/",
        "precious",
        "20260131-094502-7f3a/../../precious",
        &format!("{id}/.."),
        "last",
        "二零二六",
    ] {
        for error in [
            library.delete(wrong).unwrap_err(),
            library.load(wrong).unwrap_err(),
            library.recover(wrong, &summarize).unwrap_err(),
        ] {
            assert!(matches!(error, StoreError::BadId { .. }), "{wrong}: {error}");
        }
        assert!(wrong == "last" || library.resolve(wrong).is_err(), "{wrong}");
    }
    assert!(precious.is_dir());
    let gone = "19990101-000000-ffff";
    assert!(matches!(library.delete(gone).unwrap_err(), StoreError::NotFound { .. }));
    library.delete(&id).unwrap();
    assert_eq!(library.list().unwrap(), []);
    assert!(matches!(library.resolve("last").unwrap_err(), StoreError::NotFound { .. }));
    assert_eq!(Library::open(root.path().join("never made")).list().unwrap(), []);
}
#[test]
fn a_deletion_that_was_cut_off_is_finished_at_the_next_start() {
    let root = tempfile::tempdir().unwrap();
    let (id, _) = record(root.path(), 1, true);
    let sessions = root.path().join("sessions");
    fs::rename(sessions.join(&id), sessions.join(format!("{id}.deleting"))).unwrap();
    let library = Library::open(root.path());
    assert_eq!(library.list().unwrap(), []);
    library.recover_all(&summarize).unwrap();
    assert_eq!(fs::read_dir(sessions).unwrap().count(), 0);
}

#[test]
fn a_folder_that_cannot_be_written_to_is_told_at_the_start() {
    let root = tempfile::tempdir().unwrap();
    let blocked = root.path().join("a file");
    fs::write(&blocked, "").unwrap();
    let refuse = |root: &Path| {
        let error = Recorder::create(root, &header(), local_now()).unwrap_err();
        println!("{error}");
        assert!(matches!(&error, StoreError::Unwritable { folder, .. } if folder.starts_with(root)), "{error:?}");
        assert!(error.to_string().contains("VOICEMIRROR_DATA"));
    };
    refuse(&blocked.join("below"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let locked = root.path().join("locked");
        fs::create_dir(&locked).unwrap();
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
        if fs::create_dir(locked.join("probe")).is_ok() {
            println!("SKIPPED: permissions do not bind this user");
        } else {
            refuse(&locked);
        }
    }
    let mut no_rate = header();
    no_rate.source.rate_hz = 0;
    let error = Recorder::create(root.path(), &no_rate, local_now()).unwrap_err();
    assert!(matches!(error, StoreError::NoRate { .. }), "{error}");
}

#[cfg(unix)]
#[test]
fn a_folder_that_vanishes_is_told_within_a_second_or_two() {
    let root = tempfile::tempdir().unwrap();
    let mut recorder = Recorder::create(root.path(), &header(), local_now()).unwrap();
    recorder.event(&event(0)).unwrap();
    fs::remove_dir_all(root.path().join("sessions")).unwrap();
    let mut error = None;
    for _ in 0..12 {
        std::thread::sleep(Duration::from_millis(150));
        error = recorder.audio(&[0.0; 100]).and_then(|()| recorder.tick()).err();
        if error.is_some() {
            break;
        }
    }
    let error = error.expect("the loss should be noticed");
    assert_eq!(error, StoreError::Vanished { folder: recorder.folder().to_path_buf() });
    assert_eq!(recorder.event(&event(1)).unwrap_err(), error);
    assert_eq!(recorder.finish(&serde_json::json!({})).unwrap_err(), error);
}
