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
    work: Option<Work>,
    waiting: VecDeque<Job>,
    failures: HashMap<String, ModelError>,
    told: Option<Result<Added, ModelError>>,
    /// Models to remove as soon as nothing writes to them any more.
    removing: Vec<String>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl ModelDesk {
    pub(super) fn new(wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        Self { work: None, waiting: VecDeque::new(), failures: HashMap::new(), told: None, removing: Vec::new(), wake }
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
        Shelf::open()?.remove(id).map(|_| ())
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
            if let Err(error) = Shelf::open().and_then(|shelf| shelf.remove(&id)) {
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
        let shelf = Shelf::open()?;
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
        let listed = Shelf::open().map(|shelf| shelf.list()).unwrap_or_default();
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
