//! Speech models for the window: one thread at a time fetches or takes in a file, the rest waits its turn.

use crate::engine::live::spawn;
use crate::speech::download::{Cancel, Options, fetch};
use crate::speech::shelf::{Added, Listed, ModelError, Progress, Shelf, State};
use crate::speech::source::ModelSettings;
use crate::text::explain::Explain;
use crate::ui::backend::{ModelEntry, ModelList, ModelState, Notice, NoticeSeverity};
use rust_i18n::t;
use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Something to be done.
#[derive(Clone, Debug, PartialEq)]
enum Job {
    Get { id: String, sources: Vec<String> },
    Add(PathBuf),
}

/// What came of a job.
pub(super) enum Done {
    /// A model is here.
    Got(String),
    /// A file was taken in.
    Added(Added),
}

/// The job that is going on.
struct Work {
    job: Job,
    cancel: Cancel,
    progress: Arc<Mutex<Progress>>,
    shown: Progress,
    thread: Option<JoinHandle<Result<Done, ModelError>>>,
}

impl Work {
    fn progress(&self) -> Progress {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn gets(&self, wanted: &str) -> bool {
        matches!(&self.job, Job::Get { id, .. } if id == wanted)
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.cancel.stop();
        if let Some(thread) = self.thread.take() {
            // Nobody is left to be told how it ended; what has come is kept.
            thread.join().ok();
        }
    }
}

/// The models and what is being done with them.
pub(super) struct ModelDesk {
    shelf: Result<Shelf, ModelError>,
    work: Option<Work>,
    waiting: VecDeque<Job>,
    failures: HashMap<String, ModelError>,
    told: Option<Result<Added, ModelError>>,
    /// Models to remove as soon as nothing writes to them any more.
    removing: Vec<String>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl ModelDesk {
    pub(super) fn new(shelf: Result<Shelf, ModelError>, wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        Self {
            shelf,
            work: None,
            waiting: VecDeque::new(),
            failures: HashMap::new(),
            told: None,
            removing: Vec::new(),
            wake,
        }
    }

    /// Fetches a model, now or after what is going on.
    pub(super) fn get(&mut self, id: &str, settings: &ModelSettings) -> Result<(), ModelError> {
        let sources = settings.sources(&[])?;
        let waits = |job: &Job| matches!(job, Job::Get { id: other, .. } if other == id);
        let busy = self.work.as_ref().is_some_and(|work| work.gets(id) && !work.cancel.is_stopped());
        if busy || self.waiting.iter().any(waits) {
            return Ok(());
        }
        self.failures.remove(id);
        self.waiting.push_back(Job::Get { id: id.to_owned(), sources });
        self.begin_next()
    }

    /// Takes in a file, now or after what is going on.
    pub(super) fn add(&mut self, path: PathBuf) -> Result<(), ModelError> {
        self.told = None;
        self.waiting.push_back(Job::Add(path));
        self.begin_next()
    }

    /// Stops fetching a model for now.
    pub(super) fn pause(&mut self, id: &str) {
        self.waiting.retain(|job| !matches!(job, Job::Get { id: other, .. } if other == id));
        if let Some(work) = self.work.as_ref().filter(|work| work.gets(id)) {
            work.cancel.stop();
        }
    }

    /// Removes a model; one that is being fetched as soon as that has stopped.
    pub(super) fn remove(&mut self, id: &str) -> Result<(), ModelError> {
        self.failures.remove(id);
        self.pause(id);
        if self.work.as_ref().is_some_and(|work| work.gets(id)) {
            self.removing.push(id.to_owned());
            return Ok(());
        }
        self.shelf.as_ref().map_err(Clone::clone)?.remove(id).map(|_| ())
    }

    /// Takes in how far the work is; answers whether anything changed, and what has been done.
    pub(super) fn poll(&mut self) -> (bool, Option<Done>) {
        let Some(work) = &mut self.work else { return (false, None) };
        let progress = work.progress();
        let mut changed = std::mem::replace(&mut work.shown, progress) != progress;
        if !work.thread.as_ref().is_some_and(JoinHandle::is_finished) {
            return (changed, None);
        }
        changed = true;
        let outcome = work.thread.take().map(JoinHandle::join);
        let job = work.job.clone();
        self.work = None;
        let done = match outcome {
            Some(Ok(outcome)) => self.settle(&job, outcome),
            // A thread that broke has told nothing; its file is still only a part.
            _ => None,
        };
        for id in std::mem::take(&mut self.removing) {
            // A model of which nothing has come yet is as good as removed.
            if let Ok(shelf) = &self.shelf
                && let Err(error) = shelf.remove(&id)
                && !matches!(error, ModelError::NotHere { .. })
            {
                self.failures.insert(id, error);
            }
        }
        if let Err(error) = self.begin_next() {
            self.told = Some(Err(error));
        }
        (changed, done)
    }

    fn settle(&mut self, job: &Job, outcome: Result<Done, ModelError>) -> Option<Done> {
        match (job, outcome) {
            (_, Ok(done)) => {
                if let Done::Added(added) = &done {
                    self.failures.remove(&added.id);
                    self.told = Some(Ok(added.clone()));
                }
                Some(done)
            }
            (_, Err(error)) if error.is_stop() => None,
            (Job::Get { id, .. }, Err(error)) => {
                self.failures.insert(id.clone(), error);
                None
            }
            (Job::Add(_), Err(error)) => {
                self.told = Some(Err(error));
                None
            }
        }
    }

    fn begin_next(&mut self) -> Result<(), ModelError> {
        if self.work.is_some() {
            return Ok(());
        }
        let Some(job) = self.waiting.pop_front() else { return Ok(()) };
        let shelf = self.shelf.clone()?;
        let cancel = Cancel::default();
        let progress = Arc::new(Mutex::new(Progress::default()));
        let (stop, told, wake, todo) = (cancel.clone(), Arc::clone(&progress), Arc::clone(&self.wake), job.clone());
        let run = move || {
            let mut tell = |progress: Progress| {
                *told.lock().unwrap_or_else(PoisonError::into_inner) = progress;
                wake();
            };
            let outcome = match &todo {
                Job::Get { id, sources } => shelf.known(id).and_then(|model| {
                    let options = Options::new(sources.clone(), stop);
                    fetch(&shelf, model, &options, &mut tell).map(|_| Done::Got(id.clone()))
                }),
                Job::Add(path) => shelf.add(path, stop.flag(), &mut tell).map(Done::Added),
            };
            wake();
            outcome
        };
        let thread = spawn("vm-download", run).map_err(|error| ModelError::Io {
            action: "begin with",
            path: PathBuf::from("vm-download"),
            reason: error.to_string(),
        })?;
        self.work = Some(Work { job, cancel, progress, shown: Progress::default(), thread: Some(thread) });
        Ok(())
    }

    /// What the window shows.
    pub(super) fn list(&self, settings: &ModelSettings, locale: &str) -> ModelList {
        // Without a data folder there is nothing to list; getting or adding says why.
        let listed = self.shelf.as_ref().map(Shelf::list).unwrap_or_default();
        let entries = listed.into_iter().map(|listed| self.entry(listed, settings, locale)).collect();
        let adds = |work: &&Work| matches!(work.job, Job::Add(_));
        let adding = self.work.as_ref().filter(adds).map(|work| work.progress().share());
        let told = self.told.as_ref().map(|told| match told {
            Ok(added) => added_notice(added, locale),
            Err(error) => Notice { severity: NoticeSeverity::Bad, text: error.explain(locale) },
        });
        ModelList { entries, adding, told }
    }

    fn entry(&self, listed: Listed, settings: &ModelSettings, locale: &str) -> ModelEntry {
        let Listed { model, known, state } = listed;
        let note = match (known, locale) {
            (false, _) => t!("models.unknown", locale = locale).into_owned(),
            (true, "en") => model.note_en,
            (true, _) => model.note_zh,
        };
        let chosen = match &settings.chosen {
            Some(chosen) => *chosen == model.id || *chosen == model.file,
            None => model.bundled,
        };
        let error = self.failures.get(&model.id).map(|error| error.explain(locale));
        let waits = |job: &Job| matches!(job, Job::Get { id, .. } if *id == model.id);
        let state = match (&self.work, state) {
            (Some(work), _) if work.gets(&model.id) => {
                let progress = work.progress();
                ModelState::Fetching { share: progress.share(), bytes_per_s: progress.bytes_per_s }
            }
            _ if self.waiting.iter().any(waits) => ModelState::Waiting,
            (_, State::Here { .. }) => ModelState::Here,
            (_, State::Absent) => ModelState::Absent,
            (_, State::Partial { bytes }) => {
                ModelState::Partial { share: Progress { bytes, total: model.size_bytes, bytes_per_s: 0.0 }.share() }
            }
            (_, State::Damaged { .. }) => ModelState::Damaged,
        };
        ModelEntry { id: model.id, size_bytes: model.size_bytes, note, bundled: model.bundled, chosen, state, error }
    }
}

fn added_notice(added: &Added, locale: &str) -> Notice {
    let key = if added.known { "models.added" } else { "models.added_unknown" };
    let mut text = t!(key, locale = locale, id = added.id).into_owned();
    if added.english_only {
        text = format!("{text} {}", t!("models.english_only", locale = locale));
    }
    let sure = added.known && !added.english_only;
    Notice { severity: if sure { NoticeSeverity::Info } else { NoticeSeverity::Watch }, text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::speech::model::{CatalogModel, hexadecimal};
    use sha2::{Digest, Sha256};
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::time::{Duration, Instant};

    fn content() -> Vec<u8> {
        let numbers = [0x6767_6d6c, 51_865, 1500, 512, 8, 6, 448, 512, 8, 6, 80, 2007_u32];
        let mut bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        bytes.resize(200_000, 3);
        bytes
    }

    fn desk(folder: &std::path::Path) -> ModelDesk {
        let model = |id: &str| CatalogModel {
            id: id.into(),
            file: format!("ggml-{id}.bin"),
            size_bytes: content().len() as u64,
            sha256: hexadecimal(&Sha256::digest(content())),
            hub: Some("a/b".into()),
            hub_path: Some("c".into()),
            ..CatalogModel::default()
        };
        let shelf = Shelf {
            catalog: vec![model("one"), model("two")],
            folder: folder.to_owned(),
            search: vec![folder.to_owned()],
            free_space: |_| None,
        };
        ModelDesk::new(Ok(shelf), Arc::new(|| {}))
    }

    /// Answers `requests` requests: with the file, or with its first half and then nothing for a while.
    fn serve(requests: usize, stall: bool) -> (String, JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let thread = std::thread::spawn(move || {
            for _ in 0..requests {
                let (mut stream, _) = listener.accept().expect("a request");
                let lines = BufReader::new(stream.try_clone().expect("a stream")).lines();
                lines.map_while(Result::ok).take_while(|line| !line.is_empty()).for_each(drop);
                let bytes = content();
                let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", bytes.len());
                stream.write_all(head.as_bytes()).ok();
                // In two pieces: progress is not told more often than every 100 ms.
                for piece in bytes.chunks(bytes.len() / 4).take(if stall { 2 } else { 5 }) {
                    if stall {
                        std::thread::sleep(Duration::from_millis(120));
                    }
                    // The desk may have gone away, which some tests are about.
                    stream.write_all(piece).ok();
                }
                if stall {
                    std::thread::sleep(Duration::from_millis(1500));
                }
            }
        });
        (url, thread)
    }

    fn sites(source: String) -> ModelSettings {
        ModelSettings { chosen: Some("two".into()), source, mirror: String::new() }
    }

    /// Waits until nothing is going on; answers with the models that have come.
    fn settle(desk: &mut ModelDesk) -> Vec<String> {
        let begun = Instant::now();
        let mut got = Vec::new();
        while desk.work.is_some() {
            assert!(begun.elapsed() < Duration::from_secs(20), "it never ends");
            if let (_, Some(Done::Got(id))) = desk.poll() {
                got.push(id);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        got
    }

    fn states(desk: &ModelDesk) -> Vec<ModelState> {
        let list = desk.list(&sites("http://127.0.0.1:9".into()), "zh");
        list.entries.into_iter().map(|entry| entry.state).collect()
    }

    #[test]
    fn two_models_come_one_after_the_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut desk = desk(folder.path());
        let (url, server) = serve(2, false);
        for id in ["one", "two", "one"] {
            desk.get(id, &sites(url.clone())).expect("begun");
        }
        assert!(matches!(states(&desk)[..], [ModelState::Fetching { .. }, ModelState::Waiting]));
        assert_eq!(settle(&mut desk), ["one", "two"]);
        assert_eq!(states(&desk), [ModelState::Here, ModelState::Here]);
        server.join().expect("served");
        let list = desk.list(&sites(url), "en");
        assert_eq!(list.entries.iter().map(|entry| entry.chosen).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn a_failure_is_told_until_the_next_try_and_a_pause_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut desk = desk(folder.path());
        desk.get("one", &sites("http://127.0.0.1:9".into())).expect("begun");
        assert!(settle(&mut desk).is_empty());
        let error = |desk: &ModelDesk| desk.list(&sites(String::new()), "zh").entries[0].error.clone();
        assert!(error(&desk).is_some_and(|sentence| sentence.contains("http://127.0.0.1:9")));
        let (url, server) = serve(1, true);
        desk.get("one", &sites(url)).expect("begun");
        assert_eq!(error(&desk), None);
        let begun = Instant::now();
        while !matches!(states(&desk)[0], ModelState::Fetching { share, .. } if share > 0.0) {
            assert!(begun.elapsed() < Duration::from_secs(20), "nothing comes");
            std::thread::sleep(Duration::from_millis(5));
        }
        let asked = Instant::now();
        desk.pause("one");
        settle(&mut desk);
        assert!(asked.elapsed() < Duration::from_millis(800), "{:?}", asked.elapsed());
        assert!(matches!(states(&desk)[0], ModelState::Partial { .. }));
        assert_eq!(error(&desk), None);
        server.join().expect("served");
    }

    #[test]
    fn a_model_on_its_way_is_removed_and_the_desk_can_be_left_at_any_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut desk = desk(folder.path());
        let (url, server) = serve(2, true);
        desk.get("one", &sites(url.clone())).expect("begun");
        desk.remove("one").expect("stopped first");
        settle(&mut desk);
        assert_eq!(states(&desk), [ModelState::Absent, ModelState::Absent]);
        desk.get("two", &sites(url.clone())).expect("begun");
        let left = Instant::now();
        drop(desk);
        assert!(left.elapsed() < Duration::from_millis(800), "{:?}", left.elapsed());
        // Whatever of the two requests was not made is made here, so that the server ends.
        let address = url.trim_start_matches("http://").to_owned();
        while !server.is_finished() {
            if let Ok(mut stream) = std::net::TcpStream::connect(&address) {
                stream.write_all(b"\r\n\r\n").ok();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    #[test]
    fn a_file_that_is_no_model_is_told_below_the_field() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut desk = desk(&folder.path().join("models"));
        let file = folder.path().join("a.bin");
        std::fs::write(&file, b"hello").expect("write");
        desk.add(file.clone()).expect("begun");
        settle(&mut desk);
        let told = |desk: &ModelDesk| desk.list(&sites(String::new()), "zh").told.expect("a word");
        assert_eq!(told(&desk).severity, NoticeSeverity::Bad);
        std::fs::write(&file, content()).expect("write");
        desk.add(file).expect("begun");
        settle(&mut desk);
        assert_eq!(told(&desk).severity, NoticeSeverity::Info);
        assert_eq!(states(&desk)[0], ModelState::Here);
    }
}
