//! Models that the user manages: fetched from a server that misbehaves as it is told to, and dropped in by hand.
#![cfg(feature = "download")]

#[path = "models/command.rs"]
mod command;
#[path = "models/server.rs"]
mod server;

use server::{Reply, Server, dead};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use voicemirror::speech::download::{Cancel, Fetched, Options, fetch};
use voicemirror::speech::model::{CatalogModel, hexadecimal};
use voicemirror::speech::shelf::{ModelError, NoAnswer, Progress, Shelf, State};

const FILE: &str = "ggml-tiny-test.bin";
const SIZE: usize = 1_000_000;

/// The bytes of a file that begins like a whisper model.
fn content(seed: u32) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(SIZE);
    for number in [0x6767_6d6c, 51_865, 1500, 512, 8, 6, 448, 512, 8, 6, 80, 2007_u32] {
        bytes.extend(number.to_le_bytes());
    }
    let mut state = seed;
    while bytes.len() < SIZE {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        bytes.push((state >> 24) as u8);
    }
    bytes
}

fn model() -> CatalogModel {
    CatalogModel {
        id: "tiny-test".into(),
        file: FILE.into(),
        size_bytes: SIZE as u64,
        sha256: hexadecimal(&Sha256::digest(content(1))),
        licence: "MIT".into(),
        hub: Some("someone/models".into()),
        hub_path: Some(format!("resolve/main/{FILE}")),
        ..CatalogModel::default()
    }
}

/// An empty shelf, and what is done with it.
struct Desk {
    folder: TempDir,
    shelf: Shelf,
    cancel: Cancel,
    progress: Vec<Progress>,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let own = folder.path().join("models");
        let bundled = CatalogModel { id: "with-us".into(), file: "ggml-with-us.bin".into(), bundled: true, ..model() };
        let shelf =
            Shelf { catalog: vec![model(), bundled], folder: own.clone(), search: vec![own], free_space: |_| None };
        Self { folder, shelf, cancel: Cancel::default(), progress: Vec::new() }
    }

    fn get(&mut self, sources: &[&str]) -> Result<Fetched, ModelError> {
        let sources = sources.iter().map(|&url| url.to_owned()).collect();
        let options = Options { silence: Duration::from_millis(1500), ..Options::new(sources, self.cancel.clone()) };
        let seen = &mut self.progress;
        seen.clear();
        fetch(&self.shelf, &model(), &options, &mut |progress| seen.push(progress))
    }

    fn path(&self) -> PathBuf {
        self.shelf.folder.join(FILE)
    }

    fn state(&self) -> State {
        self.shelf.list().into_iter().find(|listed| listed.model.file == FILE).unwrap().state
    }

    /// Puts a file in the model's place that is older and still works.
    fn with_old(self) -> Self {
        std::fs::create_dir_all(&self.shelf.folder).unwrap();
        std::fs::write(self.path(), content(7)).unwrap();
        self
    }

    fn whole(&self) -> bool {
        std::fs::read(self.path()).is_ok_and(|bytes| bytes == content(1))
    }

    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.shelf.folder).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn why(error: ModelError) -> Vec<NoAnswer> {
    match error {
        ModelError::NoSource { tried, .. } => tried.into_iter().map(|one| one.why).collect(),
        other => panic!("{other}"),
    }
}

#[test]
fn a_model_comes_whole_and_is_not_fetched_twice() {
    let server = Server::new(|_, _| Reply::file(&content(1)));
    let mut desk = Desk::new();
    assert_eq!(desk.state(), State::Absent);
    assert_eq!(desk.get(&[&server.url]), Ok(Fetched::New(desk.path())));
    assert!(desk.whole());
    assert_eq!(desk.files(), [FILE]);
    assert_eq!(desk.state(), State::Here { path: desk.path() });
    assert_eq!(server.asked()[0].path, format!("/someone/models/resolve/main/{FILE}"));
    let last = desk.progress.last().unwrap();
    assert_eq!((last.bytes, last.total, last.share()), (SIZE as u64, SIZE as u64, 1.0));
    assert_eq!(desk.get(&[&server.url]), Ok(Fetched::Already(desk.path())));
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn a_slow_server_is_waited_for_and_progress_is_told() {
    let server = Server::new(|_, _| Reply { slow: Some(20_000), ..Reply::file(&content(1)) });
    let mut desk = Desk::new();
    desk.get(&[&server.url]).unwrap();
    assert!(desk.whole());
    assert!(desk.progress.len() >= 4, "{:?}", desk.progress);
    assert!(desk.progress.windows(2).all(|pair| pair[0].bytes <= pair[1].bytes));
    let speed = desk.progress.last().unwrap().bytes_per_s;
    assert!((100_000.0..2_500_000.0).contains(&speed), "{speed}");
}

#[test]
fn a_cut_off_download_goes_on_where_it_ended() {
    let server =
        Server::new(|number, _| Reply { cut_after: (number == 0).then_some(400_000), ..Reply::file(&content(1)) });
    let mut desk = Desk::new();
    let error = desk.get(&[&server.url]).unwrap_err();
    assert!(matches!(error, ModelError::CutOff { bytes: 400_000, .. }), "{error}");
    let sentence = error.to_string();
    assert!(sentence.contains("0.4 of 1.0 MB (40 %)") && sentence.contains("models get tiny-test"), "{sentence}");
    assert_eq!(desk.state(), State::Partial { bytes: 400_000 });
    desk.get(&[&server.url]).unwrap();
    assert!(desk.whole());
    let asked = server.asked();
    assert_eq!((asked.len(), asked[1].from, asked[1].if_range.as_deref()), (2, 400_000, Some("\"v1\"")));
}

#[test]
fn a_stream_that_goes_dry_ends_in_time_and_is_gone_on_with() {
    let server =
        Server::new(|number, _| Reply { stall_after: (number == 0).then_some(300_000), ..Reply::file(&content(1)) });
    let mut desk = Desk::new();
    let begun = Instant::now();
    let error = desk.get(&[&server.url]).unwrap_err();
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    assert!(matches!(error, ModelError::Stalled { bytes: 300_000, .. }), "{error}");
    desk.get(&[&server.url]).unwrap();
    assert!(desk.whole());
    assert_eq!(server.asked()[1].from, 300_000);
}

#[test]
fn a_server_that_never_answers_is_passed_over() {
    let silent = Server::new(|_, _| Reply { stall_after: Some(0), ..Reply::file(&content(1)) });
    let server = Server::new(|_, _| Reply::file(&content(1)));
    let mut desk = Desk::new();
    desk.get(&[&silent.url, &server.url]).unwrap();
    assert!(desk.whole());
}

#[test]
fn a_server_without_ranges_sends_all_of_it_again() {
    let server = Server::new(|number, _| Reply {
        cut_after: (number == 0).then_some(400_000),
        ranges: false,
        ..Reply::file(&content(1))
    });
    let mut desk = Desk::new();
    desk.get(&[&server.url]).unwrap_err();
    desk.get(&[&server.url]).unwrap();
    assert!(desk.whole());
    assert_eq!(server.asked()[1].from, 400_000);
}

#[test]
fn a_file_that_was_changed_there_is_begun_anew() {
    // With If-Range honoured, and by a server that ignores it.
    for honest in [true, false] {
        let server = Server::new(move |number, request| {
            let first = number == 0;
            let mut reply = Reply::file(&content(if first { 2 } else { 1 }));
            reply.etag = Some(if first || (!honest && request.from == 0) { "\"v1\"" } else { "\"v2\"" });
            reply.cut_after = first.then_some(400_000);
            if !honest && request.from > 0 {
                reply.status = 206;
            }
            reply
        });
        let mut desk = Desk::new();
        desk.get(&[&server.url]).unwrap_err();
        desk.get(&[&server.url]).unwrap();
        assert!(desk.whole(), "honest: {honest}");
    }
}

#[test]
fn another_site_goes_on_with_what_one_began() {
    let first = Server::new(|_, _| Reply { cut_after: Some(400_000), ..Reply::file(&content(1)) });
    let second = Server::new(|_, _| Reply { etag: Some("\"other\""), ..Reply::file(&content(1)) });
    let mut desk = Desk::new();
    desk.get(&[&first.url]).unwrap_err();
    desk.get(&[&second.url]).unwrap();
    assert!(desk.whole());
    assert_eq!((second.asked()[0].from, second.asked()[0].if_range.as_deref()), (400_000, None));
}

#[test]
fn a_file_of_another_size_is_not_taken() {
    let has = (SIZE / 2) as u64;
    let reply = move |length| Reply { length, ..Reply::file(&content(1)[..SIZE / 2]) };
    for length in [true, false] {
        let server = Server::new(move |_, _| reply(length));
        let mut desk = Desk::new().with_old();
        let why = why(desk.get(&[&server.url]).unwrap_err());
        assert_eq!(why, [NoAnswer::Size { has, wants: SIZE as u64 }], "length told: {length}");
        assert_eq!(desk.files(), [FILE]);
    }
    let longer = Server::new(|_, _| Reply { length: false, ..Reply::file(&content(1).repeat(2)) });
    let why = why(Desk::new().get(&[&longer.url]).unwrap_err());
    assert!(matches!(why[..], [NoAnswer::Size { .. }]), "{why:?}");
}

#[test]
fn a_file_with_a_wrong_hash_is_thrown_away() {
    let server = Server::new(|_, _| Reply::file(&content(3)));
    let mut desk = Desk::new();
    let error = desk.get(&[&server.url]).unwrap_err();
    assert!(matches!(&error, ModelError::WrongHash { source_url, .. } if *source_url == server.url), "{error}");
    assert_eq!(desk.files(), [""; 0]);
    assert_eq!(desk.state(), State::Absent);
}

#[test]
fn redirections_are_followed_but_not_for_ever_and_not_out_of_encryption() {
    let files = Server::new(|_, _| Reply::file(&content(1)));
    let target = format!("{}/a/b.bin", files.url);
    let server = Server::new(move |_, request| match request.path.as_str() {
        "/next" => Reply::redirect(&target),
        _ => Reply::redirect("/next"),
    });
    let mut desk = Desk::new();
    desk.get(&[&server.url]).unwrap();
    assert!(desk.whole());
    assert_eq!(files.asked()[0].path, "/a/b.bin");
    let round = Server::new(|_, _| Reply::redirect("/again"));
    assert_eq!(why(Desk::new().get(&[&round.url]).unwrap_err()), [NoAnswer::Redirects(8)]);
    assert_eq!(round.asked().len(), 9);
    let odd = Server::new(|_, _| Reply::redirect("file:///etc/passwd"));
    assert!(matches!(why(Desk::new().get(&[&odd.url]).unwrap_err())[..], [NoAnswer::Unsafe(_)]));
}

#[test]
fn a_redirected_download_is_gone_on_with_too() {
    let server = Server::new(|number, request| match request.path.as_str() {
        "/file" => Reply { cut_after: (number == 1).then_some(250_000), ..Reply::file(&content(1)) },
        _ => Reply::redirect("/file"),
    });
    let mut desk = Desk::new();
    desk.get(&[&server.url]).unwrap_err();
    desk.get(&[&server.url]).unwrap();
    assert!(desk.whole());
    assert_eq!(server.asked()[3].from, 250_000);
}

#[test]
fn errors_of_the_server_are_told_with_their_status() {
    for status in [403, 404, 500, 503] {
        let server = Server::new(move |_, _| Reply::status(status));
        let error = Desk::new().get(&[&server.url]).unwrap_err();
        let sentence = error.to_string();
        assert!(sentence.contains(&status.to_string()) && sentence.contains("models add"), "{sentence}");
    }
    let server = Server::new(|number, _| match number {
        0 => Reply { cut_after: Some(400_000), ..Reply::file(&content(1)) },
        _ => Reply::status(503),
    });
    let mut desk = Desk::new();
    desk.get(&[&server.url]).unwrap_err();
    desk.get(&[&server.url]).unwrap_err();
    assert_eq!(desk.state(), State::Partial { bytes: 400_000 }, "what has come stays");
}

#[test]
fn the_mirror_is_tried_when_the_source_is_dead_and_both_are_named_when_both_are() {
    let mirror = Server::new(|_, _| Reply::file(&content(1)));
    let missing = Server::new(|_, _| Reply::status(404));
    for source in [&dead(), &missing.url] {
        let mut desk = Desk::new();
        desk.get(&[source, &mirror.url]).unwrap();
        assert!(desk.whole());
    }
    let (source, mirror) = (dead(), dead());
    let mut desk = Desk::new().with_old();
    let sentence = desk.get(&[&source, &mirror]).unwrap_err().to_string();
    assert!(sentence.contains(&source) && sentence.contains(&mirror) && sentence.contains("--source"), "{sentence}");
    assert_eq!(desk.files(), [FILE], "nothing is left behind");
}

#[test]
fn a_pause_is_at_once_even_while_nothing_comes_and_can_be_gone_on_from() {
    let server =
        Server::new(|number, _| Reply { stall_after: (number == 0).then_some(300_000), ..Reply::file(&content(1)) });
    let mut desk = Desk::new();
    let cancel = desk.cancel.clone();
    let stopper = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(400));
        cancel.stop();
        Instant::now()
    });
    let error = desk.get(&[&server.url]).unwrap_err();
    let stopped_at = stopper.join().unwrap();
    assert!(stopped_at.elapsed() < Duration::from_millis(300), "{:?}", stopped_at.elapsed());
    assert!(matches!(error, ModelError::Stopped { bytes: 300_000, .. }), "{error}");
    assert!(error.is_stop());
    desk.cancel = Cancel::default();
    desk.get(&[&server.url]).unwrap();
    assert!(desk.whole());
    assert_eq!(server.asked()[1].from, 300_000);
    let mut desk = Desk::new();
    desk.cancel.stop();
    assert!(desk.get(&[&server.url]).unwrap_err().is_stop(), "stopped before it began");
}

#[test]
fn a_disk_that_is_too_small_is_told_before_anything_comes() {
    let server = Server::new(|_, _| Reply::file(&content(1)));
    let mut desk = Desk::new().with_old();
    desk.shelf.free_space = |_| Some(64_500_000);
    let error = desk.get(&[&server.url]).unwrap_err();
    let fits = ModelError::NoSpace {
        file: FILE.into(),
        folder: desk.shelf.folder.clone(),
        needed_bytes: 65_000_000,
        free_bytes: 64_500_000,
    };
    assert_eq!(error, fits);
    assert!(error.to_string().contains("65 MB") && error.to_string().contains("64 MB"), "{error}");
    assert_eq!((server.asked().len(), desk.files()), (0, vec![FILE.to_owned()]));
    desk.shelf.free_space = |_| Some(65_000_000);
    desk.get(&[&server.url]).unwrap();
    assert!(desk.whole());
}

#[test]
fn a_model_that_works_stays_as_it_is_whatever_fails() {
    let replies: [fn() -> Reply; 7] = [
        || Reply { cut_after: Some(999_999), ..Reply::file(&content(1)) },
        || Reply { stall_after: Some(10), ..Reply::file(&content(1)) },
        || Reply::file(&content(3)),
        || Reply::file(&content(1)[1..]),
        || Reply::redirect("/round"),
        || Reply::status(404),
        || Reply { cut_after: Some(0), ..Reply::file(&content(1)) },
    ];
    for (index, reply) in replies.into_iter().enumerate() {
        let server = Server::new(move |_, _| reply());
        let mut desk = Desk::new().with_old();
        desk.get(&[&server.url]).unwrap_err();
        assert_eq!(std::fs::read(desk.path()).unwrap(), content(7), "reply {index}");
    }
}

#[test]
fn two_downloads_of_one_file_do_not_mix() {
    let server = Server::new(|_, _| Reply { slow: Some(10_000), ..Reply::file(&content(1)) });
    let mut desk = Desk::new();
    let (shelf, url) = (desk.shelf.clone(), server.url.clone());
    let other =
        std::thread::spawn(move || fetch(&shelf, &model(), &Options::new(vec![url], Cancel::default()), &mut |_| {}));
    while server.asked().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(desk.get(&[&server.url]), Err(ModelError::Busy { file: FILE.into() }));
    other.join().unwrap().unwrap();
    assert!(desk.whole());
}

#[test]
fn a_part_without_its_note_or_of_another_file_is_begun_anew() {
    let server = Server::new(|_, _| Reply::file(&content(1)));
    let mut desk = Desk::new();
    std::fs::create_dir_all(&desk.shelf.folder).unwrap();
    std::fs::write(desk.shelf.folder.join(format!("{FILE}.part")), b"left over").unwrap();
    desk.get(&[&server.url]).unwrap();
    assert!(desk.whole());
    assert_eq!(server.asked()[0].from, 0);
}

fn add(desk: &Desk, path: &Path) -> Result<voicemirror::speech::shelf::Added, ModelError> {
    desk.shelf.add(path, &AtomicBool::new(false), &mut |_| {})
}

#[test]
fn a_dropped_in_file_is_known_by_its_content_whatever_it_is_called() {
    let desk = Desk::new();
    let file = desk.folder.path().join("download (1).bin");
    std::fs::write(&file, content(1)).unwrap();
    let added = add(&desk, &file).unwrap();
    assert_eq!((added.id.as_str(), added.known, added.path), ("tiny-test", true, desk.path()));
    assert!(desk.whole() && file.exists());
    assert_eq!(desk.files(), [FILE]);
}

#[test]
fn a_dropped_in_file_that_is_damaged_or_no_model_changes_nothing() {
    let desk = Desk::new().with_old();
    let mut bent = content(1);
    bent[500_000] ^= 1;
    let other = [&content(1)[..4], &[7; 5000][..]].concat();
    for (name, bytes, sentence) in [
        (FILE, &bent[..], "SHA-256"),
        (FILE, &content(1)[..900_000], "900000"),
        ("text.bin", b"hello", "begin"),
        ("empty.bin", b"", "begin"),
        ("small.bin", &content(1)[..5000], "too few"),
        ("other.bin", &other, "not that of a whisper"),
    ] {
        let path = desk.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let told = add(&desk, &path).unwrap_err().to_string();
        assert!(told.contains(sentence), "{told}");
        assert_eq!(std::fs::read(desk.path()).unwrap(), content(7));
        assert_eq!(desk.files(), [FILE]);
    }
    assert!(add(&desk, desk.folder.path()).unwrap_err().to_string().contains("no file"));
    assert!(add(&desk, &desk.folder.path().join("absent.bin")).unwrap_err().to_string().contains("absent.bin"));
}

#[test]
fn an_unknown_whisper_model_is_taken_with_a_note_and_listed() {
    let mut desk = Desk::new();
    let file = desk.folder.path().join("ggml-mine.bin");
    let mut mine = content(9);
    mine[4..8].copy_from_slice(&51_864_u32.to_le_bytes());
    mine.resize(10_000_001, 0);
    std::fs::write(&file, mine).unwrap();
    let added = add(&desk, &file).unwrap();
    assert_eq!((added.id.as_str(), added.known, added.english_only), ("ggml-mine.bin", false, true));
    let listed = desk.shelf.list().pop().unwrap();
    assert_eq!((listed.model.id.as_str(), listed.known), ("ggml-mine.bin", false));
    assert!(matches!(listed.state, State::Here { .. }));
    desk.shelf.free_space = |_| Some(1000);
    assert!(matches!(add(&desk, &file), Err(ModelError::NoSpace { .. })));
    assert!(matches!(desk.shelf.remove("../models/ggml-mine.bin"), Err(ModelError::Unknown { .. })));
    assert_eq!(desk.shelf.remove("ggml-mine.bin").unwrap().len(), 1);
    assert_eq!(desk.files(), [""; 0]);
}

#[test]
fn a_model_is_removed_with_what_was_fetched_of_it_and_the_bundled_one_stays() {
    let server = Server::new(|_, _| Reply { cut_after: Some(400_000), ..Reply::file(&content(1)) });
    let mut desk = Desk::new();
    desk.get(&[&server.url]).unwrap_err();
    assert_eq!(desk.shelf.remove("tiny-test").unwrap().len(), 2);
    assert_eq!(desk.files(), [""; 0]);
    assert!(matches!(desk.shelf.remove("tiny-test"), Err(ModelError::NotHere { .. })));
    assert!(matches!(desk.shelf.remove("with-us"), Err(ModelError::Bundled { .. })));
    assert!(matches!(desk.shelf.remove("../../x"), Err(ModelError::Unknown { .. })));
}
