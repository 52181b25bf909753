//! An entry, a cue or a word list being tried while it is typed: on its examples, on those of the others, on a session that was kept. A
//! short-lived thread does it; a newer wish ends the one before.

use super::wording::own_cue;
use crate::engine::live::spawn;
use crate::practice::pack_editor::preview::{Found, PreviewHit, difference, listen};
use crate::practice::pack_editor::{
    CueForm, EntryForm, Form, ItemKey, WordList, WordMistake, WordsForm, lines, mistake,
};
use crate::practice::pack_shelf::{OwnPack, PackShelf};
use crate::practice::setup::SetupError;
use crate::session::event::TextSegment;
use crate::session::library::Library;
use crate::text::explain::Explain;
use crate::ui::backend::{Trial, TrialRequest};
use crate::wording::{Checker, CueEntry, Entry, Pack, PackError, PackProblem};
use rust_i18n::t;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// What is to be tried.
pub(super) struct Job {
    pub request: TrialRequest,
    /// Generation of the pack in force.
    pub generation: u64,
    /// The company's pack with its shelf and file; none when only the bundled one is there.
    pub own: Option<(PackShelf, String, OwnPack)>,
    /// The pack in force.
    pub whole: Arc<Pack>,
    pub locale: &'static str,
}

/// A session that was listened to with the pack in force.
struct Heard {
    session: String,
    generation: u64,
    segments: Vec<TextSegment>,
    /// None when it was not listened to to its end.
    hits: Option<Vec<Found>>,
}

struct Work {
    cancel: Arc<AtomicBool>,
    found: Arc<Mutex<Option<Trial>>>,
    thread: Option<JoinHandle<Option<Heard>>>,
}

impl Drop for Work {
    fn drop(&mut self) {
        self.cancel.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // Nobody waits for what it found any more.
            thread.join().ok();
        }
    }
}

/// One trial at a time.
pub(super) struct TrialDesk {
    library: Option<Library>,
    work: Option<Work>,
    waiting: Option<Job>,
    heard: Option<Heard>,
    latest: Option<Trial>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl TrialDesk {
    pub(super) fn new(library: Option<Library>, wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        Self { library, work: None, waiting: None, heard: None, latest: None, wake }
    }

    pub(super) fn latest(&self) -> Option<&Trial> {
        self.latest.as_ref()
    }

    /// Begins a trial, or puts it off until the one before has noticed that it is not wanted any more.
    pub(super) fn begin(&mut self, job: Job) {
        if let Some(work) = &self.work {
            work.cancel.store(true, Ordering::Relaxed);
            self.waiting = Some(job);
            return;
        }
        let cancel = Arc::new(AtomicBool::new(false));
        let found = Arc::new(Mutex::new(None));
        let trier = Trier {
            job,
            library: self.library.clone(),
            cancel: Arc::clone(&cancel),
            found: Arc::clone(&found),
            wake: Arc::clone(&self.wake),
        };
        let heard = self.heard.take();
        // Without a thread the last trial stays; the next key tries again.
        if let Ok(thread) = spawn("vm-wording", move || trier.run(heard)) {
            self.work = Some(Work { cancel, found, thread: Some(thread) });
        }
    }

    /// Takes in what was found; true when something was.
    pub(super) fn poll(&mut self) -> bool {
        let Some(work) = &mut self.work else { return false };
        // Asked first, so that nothing found at the end is left behind.
        let over = work.thread.as_ref().is_some_and(JoinHandle::is_finished);
        let found = work.found.lock().unwrap_or_else(PoisonError::into_inner).take();
        let changed = found.is_some();
        if let Some(mut trial) = found {
            let about = |trial: &Trial| (trial.request.old.clone(), trial.request.session.clone());
            let last = self.latest.take().filter(|last| trial.preview.is_none() && about(last) == about(&trial));
            // What could be heard last stays on the screen while the entry is half typed.
            trial.preview = trial.preview.or(last.and_then(|last| last.preview));
            self.latest = Some(trial);
        }
        if over {
            if let Some(thread) = work.thread.take() {
                // A thread that broke has remembered nothing.
                self.heard = thread.join().ok().flatten();
            }
            self.work = None;
            if let Some(job) = self.waiting.take() {
                self.begin(job);
            }
        }
        changed
    }
}

/// A trial that is going on.
struct Trier {
    job: Job,
    library: Option<Library>,
    cancel: Arc<AtomicBool>,
    found: Arc<Mutex<Option<Trial>>>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl Trier {
    fn goes_on(&self) -> bool {
        !self.cancel.load(Ordering::Relaxed)
    }

    fn tell(&self, trial: &Trial) {
        if self.goes_on() {
            *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(trial.clone());
            (self.wake)();
        }
    }

    fn run(self, heard: Option<Heard>) -> Option<Heard> {
        let mut trial = Trial {
            request: self.job.request.clone(),
            generation: self.job.generation,
            mistakes: Vec::new(),
            problems: Vec::new(),
            others: None,
            preview: None,
        };
        let edited = match self.edited() {
            Ok(edited) => edited,
            Err(mistakes) => {
                trial.mistakes = mistakes;
                self.tell(&trial);
                return heard;
            }
        };
        let Edited { own, whole: edited } = edited;
        let mut checker = Checker::new(&edited);
        trial.problems = self.told(&self.problems(&mut checker, own.as_ref(), &edited), false);
        if heard.as_ref().map(|heard| &heard.session) != self.job.request.session.as_ref() {
            // A long session takes a while to read; what is known of the form need not wait.
            self.tell(&trial);
        }
        let heard = self.heard(heard);
        trial.preview = match &heard {
            Some(Ok(heard)) => self.preview(heard, &edited).map(Ok),
            Some(Err(reason)) => Some(Err(reason.clone())),
            None => None,
        };
        self.tell(&trial);
        if self.job.request.form.is_none() {
            trial.others = Some(Vec::new());
        } else if let Some(problems) = self.others(&mut checker, &edited) {
            trial.others = Some(self.told(&problems, true));
        }
        if trial.others.is_some() {
            self.tell(&trial);
        }
        heard.and_then(Result::ok)
    }

    fn told(&self, problems: &[PackProblem], with_entry: bool) -> Vec<String> {
        let locale = self.job.locale;
        let one = |problem: &PackProblem| {
            if with_entry {
                let what = problem.misfit.explain(locale);
                return t!("wording.other_problem", locale = locale, entry = problem.entry, what = what).into_owned();
            }
            problem.misfit.explain(locale)
        };
        problems.iter().map(one).collect()
    }

    /// What the form, or what is in its place when nothing was changed, is about.
    fn key(&self) -> Option<ItemKey> {
        self.job.request.form.as_ref().map(Form::key).or_else(|| self.job.request.old.clone())
    }

    /// What is wrong with the examples of what is in the form.
    fn problems(&self, checker: &mut Checker, own: Option<&OwnPack>, edited: &Pack) -> Vec<PackProblem> {
        match self.key() {
            Some(ItemKey::Entry(key)) => {
                let entry = edited.entries.iter().find(|entry| key.fits(entry));
                entry.map(|entry| checker.entry(entry)).unwrap_or_default()
            }
            Some(ItemKey::Cue(key)) => {
                own.and_then(|own| own_cue(own, &key)).map(|cue| checker.cue(cue)).unwrap_or_default()
            }
            Some(ItemKey::Words(_)) | None => Vec::new(),
        }
    }

    /// The pack as it would be, or what speaks against it.
    fn edited(&self) -> Result<Edited, Vec<String>> {
        let own = self.job.own.as_ref().map(|(.., own)| own.clone());
        let Some(form) = &self.job.request.form else {
            return Ok(Edited { own, whole: Arc::clone(&self.job.whole) });
        };
        let locale = self.job.locale;
        let Some((shelf, file, own)) = &self.job.own else {
            return Err(vec![t!("wording.read_only", locale = locale).into_owned()]);
        };
        let gaps = gaps(form, locale);
        if !gaps.is_empty() {
            return Err(gaps);
        }
        let text = own.with(self.job.request.old.as_ref(), form).map_err(|error| vec![error.explain(locale)])?;
        let edited = shelf.understand(file, text).map_err(|error| vec![in_form(&error, form, locale)])?;
        Ok(Edited { whole: Arc::clone(&edited.whole), own: Some(edited) })
    }

    /// The session that is to be listened to, listened to with the pack in force.
    fn heard(&self, known: Option<Heard>) -> Option<Result<Heard, String>> {
        let session = self.job.request.session.clone()?;
        let (segments, hits) = match known {
            Some(known) if known.session == session => {
                let same = known.generation == self.job.generation;
                (known.segments, known.hits.filter(|_| same))
            }
            _ => match self.library.as_ref()?.load(&session) {
                Ok(stored) => (stored.timeline.segments, None),
                Err(error) => return Some(Err(error.explain(self.job.locale))),
            },
        };
        let hits = hits.or_else(|| listen(&self.job.whole, &segments, || self.goes_on()));
        Some(Ok(Heard { session, generation: self.job.generation, segments, hits }))
    }

    fn preview(&self, heard: &Heard, edited: &Arc<Pack>) -> Option<Vec<PreviewHit>> {
        let before = heard.hits.as_ref()?;
        let mut found = if self.job.request.form.is_none() {
            difference(before, before, &heard.segments)
        } else {
            difference(before, &listen(edited, &heard.segments, || self.goes_on())?, &heard.segments)
        };
        // An entry changes no cue, nor a cue an entry.
        match self.key() {
            Some(ItemKey::Cue(_)) => found.retain(|one| matches!(one.found, Found::Cue(_))),
            Some(ItemKey::Entry(_)) | None => found.retain(|one| matches!(one.found, Found::Hit(_))),
            Some(ItemKey::Words(_)) => {}
        }
        Some(found)
    }

    /// Examples of others that come out wrong only since this was edited; none when not all were tried.
    fn others(&self, checker: &mut Checker, edited: &Arc<Pack>) -> Option<Vec<PackProblem>> {
        let key = self.job.request.form.as_ref()?.key();
        let (entries, cues) = match key {
            ItemKey::Entry(_) => (true, false),
            // Each cue is looked for apart from all others, and terms are for the recogniser alone.
            ItemKey::Cue(_) | ItemKey::Words(WordList::Terms) => (false, false),
            ItemKey::Words(WordList::Fillers) => (true, true),
        };
        let is_this = |entry: &Entry| matches!(&key, ItemKey::Entry(key) if key.fits(entry));
        let entries = edited.entries.iter().filter(|entry| entries && !is_this(entry)).map(Tried::Entry);
        let cues = edited.cues.iter().filter(|_| cues).map(Tried::Cue);
        let mut before: Option<Checker> = None;
        let mut problems = Vec::new();
        for tried in entries.chain(cues) {
            if !self.goes_on() {
                return None;
            }
            let wrong = tried.by(checker);
            if !wrong.is_empty() {
                let before = before.get_or_insert_with(|| Checker::new(&self.job.whole));
                let known: Vec<_> = tried.by(before).into_iter().map(|problem| problem.misfit).collect();
                problems.extend(wrong.into_iter().filter(|problem| !known.contains(&problem.misfit)));
            }
        }
        Some(problems)
    }
}

/// A pack as it would be.
struct Edited {
    /// Apart from the pack below; none when only the bundled one is there.
    own: Option<OwnPack>,
    /// Together with it.
    whole: Arc<Pack>,
}

/// Something with examples.
#[derive(Clone, Copy)]
enum Tried<'a> {
    Entry(&'a Entry),
    Cue(&'a CueEntry),
}

impl Tried<'_> {
    fn by(self, checker: &mut Checker) -> Vec<PackProblem> {
        match self {
            Self::Entry(entry) => checker.entry(entry),
            Self::Cue(cue) => checker.cue(cue),
        }
    }
}

/// What is not filled in, or not as it can be meant.
pub(super) fn gaps(form: &Form, locale: &str) -> Vec<String> {
    match form {
        Form::Entry(form) => gaps_of_entry(form, locale),
        Form::Cue(form) => gaps_of_cue(form, locale),
        Form::Words(form) => mistakes_of_words(form, locale),
    }
}

fn empty(fields: &[(&String, &str)], locale: &str) -> Vec<String> {
    let empty = fields.iter().filter(|(field, _)| lines(field).is_empty());
    empty.map(|(_, key)| t!(*key, locale = locale).into_owned()).collect()
}

fn gaps_of_entry(form: &EntryForm, locale: &str) -> Vec<String> {
    let fields = [
        (&form.phrases, "wording.gap.phrases"),
        (&form.instead, "wording.gap.instead"),
        (&form.reason, "wording.gap.reason"),
    ];
    empty(&fields, locale)
}

fn gaps_of_cue(form: &CueForm, locale: &str) -> Vec<String> {
    let phrases = (&form.phrases, "wording.gap.phrases");
    if form.has_advice() {
        empty(&[phrases, (&form.instead, "wording.gap.instead")], locale)
    } else {
        empty(&[phrases], locale)
    }
}

fn mistakes_of_words(form: &WordsForm, locale: &str) -> Vec<String> {
    let told = mistake(form).map(|(line, word, mistake)| {
        let key = match mistake {
            WordMistake::Unspoken => "wording.word.unspoken",
            WordMistake::Twice => "wording.word.twice",
            WordMistake::TooLong => "wording.word.too_long",
            WordMistake::Meaning => "wording.word.meaning",
        };
        t!(key, locale = locale, line = line, word = word).into_owned()
    });
    told.into_iter().collect()
}

/// A mistake as somebody sees it who looks at the form and not at the file.
fn in_form(error: &SetupError, form: &Form, locale: &str) -> String {
    let (phrases, exceptions) = match form {
        Form::Entry(form) => (&form.phrases, &form.exceptions),
        Form::Cue(form) => (&form.phrases, &form.exceptions),
        Form::Words(_) => return error.explain(locale),
    };
    if let SetupError::Pack(PackError::Phrase { entry, phrase, cause, .. }) = error
        && *entry == form.key().id()
    {
        let line = |field: &str| lines(field).iter().position(|line| line == phrase).map(|line| line + 1);
        let place = match (line(phrases), line(exceptions)) {
            (Some(line), _) => Some(("wording.in_phrase", line)),
            (None, Some(line)) => Some(("wording.in_exception", line)),
            (None, None) => None,
        };
        if let Some((key, line)) = place {
            let (column, what) = (cause.position + 1, cause.explain(locale));
            return t!(key, locale = locale, line = line, column = column, what = what).into_owned();
        }
    }
    error.explain(locale)
}
