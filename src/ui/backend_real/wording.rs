//! Wording packs for the window: which is in force, the user's own ones on disk, changes made in the window or in a text
//! editor. What cannot be used never takes the place of what can.

use super::RealBackend;
use super::wording_trial::{Job, TrialDesk, gaps};
use crate::engine::EngineError;
use crate::engine::live::spawn;
use crate::practice::bundled_packs::bundled_pack;
use crate::practice::pack_editor::{CueKey, Form, ItemKey, document, fixed_rows, rows};
use crate::practice::pack_shelf::{OwnPack, PackShelf, Stamps};
use crate::practice::setup::{SetupError, usual_pack};
use crate::session::event::Language;
use crate::session::library::Library;
use crate::session::store::StoreError;
use crate::text::explain::Explain;
use crate::ui::backend::{
    Backend, Locale, Notice, NoticeSeverity, OwnCounts, PackLine, Phase, Settings, Trial, TrialRequest, WordingAction,
    WordingView,
};
use crate::wording::{Checker, CueEntry, Pack, PackProblem};
use rust_i18n::t;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often files that were changed elsewhere are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A thread that looks at the files and tells when one has changed.
struct Watch {
    stop: Option<Sender<()>>,
    changed: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    fn start(shelf: PackShelf, wake: Arc<dyn Fn() + Send + Sync>) -> Result<Self, EngineError> {
        let (stop, stopped) = channel::<()>();
        let changed = Arc::new(AtomicBool::new(false));
        let tell = Arc::clone(&changed);
        let mut known: Stamps = shelf.stamps();
        let look = move || {
            while matches!(stopped.recv_timeout(LOOK_EVERY), Err(RecvTimeoutError::Timeout)) {
                let now = shelf.stamps();
                if now != known {
                    known = now;
                    tell.store(true, Ordering::Release);
                    wake();
                }
            }
        };
        Ok(Self { stop: Some(stop), changed, thread: Some(spawn("vm-packs", look)?) })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // Without a sender it stops waiting.
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // It has nothing to hand over.
            thread.join().ok();
        }
    }
}

/// The language of the pack for sessions in `language`.
fn of_pack(language: Language) -> Language {
    if language == Language::En { Language::En } else { Language::Zh }
}

/// The packs and what is being done with them.
pub(super) struct WordingDesk {
    shelf: Option<PackShelf>,
    chosen: Option<String>,
    language: Language,
    locale: Locale,
    /// Those that come with the program; one that could not be read is not there.
    bundled: Vec<(Language, Arc<Pack>)>,
    /// The chosen pack as it could be used last.
    own: Option<OwnPack>,
    /// Why the file of the chosen pack is not in force as it stands.
    trouble: Option<SetupError>,
    view: WordingView,
    trials: TrialDesk,
    watch: Option<Watch>,
}

impl WordingDesk {
    pub(super) fn new(root: Option<&Path>, settings: &Settings, wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        let shelf = root.map(PackShelf::open);
        let bundled = |language| Some((language, bundled_pack(usual_pack(language))?.ok()?));
        let watch = shelf.clone().and_then(|shelf| Watch::start(shelf, Arc::clone(&wake)).ok());
        let mut desk = Self {
            shelf,
            chosen: settings.pack.clone(),
            language: settings.language,
            locale: settings.locale,
            bundled: [Language::Zh, Language::En].into_iter().filter_map(bundled).collect(),
            own: None,
            trouble: None,
            view: WordingView::default(),
            trials: TrialDesk::new(root.map(Library::open), wake),
            watch,
        };
        desk.refresh(true);
        desk
    }

    fn code(&self) -> &'static str {
        self.locale.code()
    }

    pub(super) fn bundled_of(&self, language: Language) -> Option<&Arc<Pack>> {
        let wanted = of_pack(language);
        self.bundled.iter().find(|(known, _)| *known == wanted).map(|(_, pack)| pack)
    }

    /// The pack for a session in `language`, where it is not the bundled one.
    pub(super) fn pack_for(&self, language: Language) -> Option<Arc<Pack>> {
        let own = self.own.as_ref()?;
        (language == Language::Auto || own.whole.language == language).then(|| Arc::clone(&own.whole))
    }

    /// What to say when the chosen pack does not fit the language of a session.
    pub(super) fn misfit(&self, language: Language) -> Option<String> {
        let own = self.own.as_ref().filter(|_| self.pack_for(language).is_none())?;
        Some(t!("wording.other_language", locale = self.code(), name = own.upper.name).into_owned())
    }

    /// The sentence to show until the chosen pack can be used again.
    pub(super) fn notice(&self) -> Option<Notice> {
        let reason = self.trouble.as_ref()?.explain(self.code());
        let text = match &self.own {
            Some(own) => {
                let (name, version) = (&own.upper.name, own.upper.version);
                t!("wording.kept_last", locale = self.code(), name = name, version = version, reason = reason)
            }
            None => t!("wording.kept_bundled", locale = self.code(), reason = reason),
        };
        Some(Notice { severity: NoticeSeverity::Watch, text: text.into_owned() })
    }

    /// Takes in other settings.
    pub(super) fn settings_changed(&mut self, settings: &Settings) {
        let chosen = self.chosen != settings.pack;
        if chosen || self.language != settings.language || self.locale != settings.locale {
            self.chosen = settings.pack.clone();
            (self.language, self.locale) = (settings.language, settings.locale);
            self.refresh(chosen);
            self.view.told = self.view.told.take().filter(|_| !chosen);
        }
    }

    /// Takes in what was changed elsewhere and what trials have found; answers whether anything changed. `running`:
    /// a session is going on.
    pub(super) fn poll(&mut self, running: bool) -> bool {
        let elsewhere = self.watch.as_ref().is_some_and(|watch| watch.changed.swap(false, Ordering::AcqRel));
        if elsewhere {
            let before = self.own.as_ref().map(|own| own.whole.clone());
            self.refresh(false);
            if let (Some(before), Some(own)) = (before, &self.own)
                && before != own.whole
            {
                let text = t!("wording.reloaded", locale = self.code(), version = own.upper.version);
                self.tell(text.into_owned(), running);
            }
        }
        self.trials.poll() || elsewhere
    }

    pub(super) fn tell(&mut self, text: String, running: bool) {
        let later = if running { t!("wording.later", locale = self.code()) } else { "".into() };
        self.view.told = Some(Notice { severity: NoticeSeverity::Info, text: format!("{text}{later}") });
    }

    /// Reads the packs anew; `other`: another one was chosen, so that the last good one is none of it.
    fn refresh(&mut self, other: bool) {
        if other {
            self.own = None;
        }
        self.trouble = None;
        if let (Some(file), Some(shelf)) = (&self.chosen, &self.shelf) {
            match shelf.read(file) {
                Ok(own) => {
                    shelf.keep_good(file, &own.text);
                    self.put_in_force(own);
                }
                Err(error) => {
                    if self.own.is_none() {
                        self.own = shelf.read_good(file).ok();
                    }
                    self.trouble = Some(error);
                }
            }
        }
        self.show();
    }

    fn put_in_force(&mut self, own: OwnPack) {
        self.trouble = None;
        self.own = Some(own);
    }

    /// Writes down anew what the window shows.
    fn show(&mut self) {
        let code = self.code();
        let mut packs = Vec::new();
        let bundled = self.bundled_of(self.language).cloned();
        if let Some(pack) = &bundled {
            packs.push(PackLine {
                file: None,
                name: pack.names.get(code).unwrap_or(&pack.name).clone(),
                over: None,
                version: pack.version,
                own: counts(pack),
                above: Vec::new(),
                in_force: self.own.is_none(),
                trouble: None,
            });
        }
        let files = self.shelf.as_ref().map(PackShelf::stamps).unwrap_or_default();
        packs.extend(files.into_keys().map(|file| self.line(file)));
        let shown = match (&self.own, &bundled) {
            (Some(own), _) => rows(&own.upper, own.below.as_ref()),
            (None, Some(pack)) => fixed_rows(pack),
            (None, None) => Vec::new(),
        };
        let below = self.own.as_ref().and_then(|own| own.below.as_ref()).or(bundled.as_deref());
        let view = &mut self.view;
        view.bundled_id = below.map(|pack| pack.id.clone()).unwrap_or_default();
        (view.packs, view.rows) = (packs, shown);
        view.editable = self.own.is_some();
        view.generation += 1;
    }

    fn line(&self, file: String) -> PackLine {
        let chosen = self.chosen.as_ref() == Some(&file);
        let known = self.own.as_ref().filter(|_| chosen);
        let read = if known.is_some() { None } else { self.shelf.as_ref().map(|shelf| shelf.read(&file)) };
        let own = known.or(read.as_ref().and_then(|read| read.as_ref().ok()));
        let trouble = if chosen { self.trouble.as_ref() } else { read.as_ref().and_then(|read| read.as_ref().err()) };
        PackLine {
            name: own.map_or_else(|| file.trim_end_matches(".toml").to_owned(), |own| own.upper.name.clone()),
            over: own.and_then(|own| own.upper.extends.as_ref().map(|lower| lower.name.clone())),
            version: own.map_or(0, |own| own.upper.version),
            own: own.map(|own| counts(&own.upper)).unwrap_or_default(),
            above: self.shelf.as_ref().map(|shelf| shelf.above(&file)).unwrap_or_default(),
            in_force: chosen && self.own.is_some(),
            trouble: trouble.map(|error| error.explain(self.code())),
            file: Some(file),
        }
    }

    pub(super) fn view(&self) -> &WordingView {
        &self.view
    }

    pub(super) fn form(&self, key: Option<&ItemKey>) -> Option<Form> {
        match &self.own {
            Some(own) => Form::of(Some(&own.upper), own.below.as_ref(), key),
            None => Form::of(None, self.bundled_of(self.language).map(Arc::as_ref), key),
        }
    }

    /// Makes a pack over the bundled one of the language; answers with its file.
    pub(super) fn create(&mut self, name: &str) -> Result<String, String> {
        let code = self.code();
        let shelf = self.shelf.as_ref().ok_or_else(|| StoreError::NoHome.explain(code))?;
        let language = of_pack(self.language);
        shelf.create(name, language, usual_pack(language)).map_err(|error| error.explain(code))
    }

    /// Gives a company's pack another name.
    pub(super) fn rename(&mut self, file: &str, name: &str, running: bool) -> Result<(), String> {
        let code = self.code();
        if self.chosen.as_deref() == Some(file) {
            self.take_in_file()?;
        }
        let shelf = self.shelf.as_ref().ok_or_else(|| StoreError::NoHome.explain(code))?;
        let own = shelf.read(file).map_err(|error| error.explain(code))?;
        let edited = document::rename(&own.text, name).map_err(|error| error.explain(code))?;
        let edited = shelf.understand(file, edited).map_err(|error| error.explain(code))?;
        shelf.write(file, &edited.text).map_err(|error| error.explain(code))?;
        if self.chosen.as_deref() == Some(file) {
            shelf.keep_good(file, &edited.text);
            self.put_in_force(edited);
        }
        self.show();
        self.tell(t!("wording.renamed", locale = code, name = name).into_owned(), running);
        Ok(())
    }

    /// Puts a company's pack aside; answers with its name and the name of its file where it is now. What others lie
    /// over stays.
    pub(super) fn put_aside(&mut self, file: &str) -> Result<(String, String), String> {
        let code = self.code();
        let shelf = self.shelf.as_ref().ok_or_else(|| StoreError::NoHome.explain(code))?;
        let above = shelf.above(file);
        if !above.is_empty() {
            return Err(t!("wording.carries", locale = code, above = above.join("、")).into_owned());
        }
        let known = self.view.packs.iter().find(|pack| pack.file.as_deref() == Some(file));
        let name = known.map_or_else(|| file.to_owned(), |pack| pack.name.clone());
        let aside = shelf.put_aside(file).map_err(|error| error.explain(code))?;
        let aside = aside.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        self.show();
        Ok((name, aside))
    }

    /// Changes the pack in force. What would make it unusable is refused.
    pub(super) fn change(&mut self, action: WordingAction, running: bool) -> Result<(), String> {
        let code = self.code();
        self.take_in_file()?;
        let (Some(file), Some(shelf), Some(own)) = (self.chosen.clone(), self.shelf.clone(), self.own.as_ref()) else {
            return Err(t!("wording.read_only", locale = code).into_owned());
        };
        if let WordingAction::Save { form, .. } = &action
            && let Some(gap) = gaps(form, code).into_iter().next()
        {
            return Err(gap);
        }
        let text = own.text.as_str();
        let (edited, key) = match &action {
            WordingAction::Save { old, form } => (own.with(old.as_ref(), form), Some(form.key())),
            WordingAction::SwitchOff(rule) => (document::switch(text, rule, true), None),
            WordingAction::SwitchOn(rule) => (document::switch(text, rule, false), None),
            WordingAction::Delete(key) => (document::delete(text, key), None),
            WordingAction::Use(_)
            | WordingAction::Create(_)
            | WordingAction::Rename { .. }
            | WordingAction::DeletePack(_) => return Ok(()),
        };
        let edited = edited.map_err(|error| error.explain(code))?;
        let edited = shelf.understand(&file, edited).map_err(|error| error.explain(code))?;
        if let Some(problem) = key.and_then(|key| problems(&edited, &key).into_iter().next()) {
            return Err(problem.explain(code));
        }
        shelf.write(&file, &edited.text).map_err(|error| error.explain(code))?;
        shelf.keep_good(&file, &edited.text);
        let version = edited.upper.version;
        self.put_in_force(edited);
        self.show();
        self.tell(t!("wording.saved", locale = code, version = version).into_owned(), running);
        Ok(())
    }

    /// Takes in a change that was made elsewhere a moment ago: nothing of it may be written over.
    fn take_in_file(&mut self) -> Result<(), String> {
        let (Some(file), Some(shelf)) = (&self.chosen, &self.shelf) else { return Ok(()) };
        let known = self.own.as_ref().map(|own| own.text.as_str());
        let same = std::fs::read_to_string(shelf.path(file)).is_ok_and(|text| Some(text.as_str()) == known);
        if !same || self.trouble.is_some() {
            self.refresh(false);
        }
        match &self.trouble {
            None => Ok(()),
            Some(error) => {
                Err(t!("wording.mend_first", locale = self.code(), reason = error.explain(self.code())).into())
            }
        }
    }

    /// Tries a form behind.
    pub(super) fn try_form(&mut self, request: TrialRequest) {
        let own = self.own.as_ref().zip(self.chosen.as_ref()).zip(self.shelf.as_ref());
        let whole = self.own.as_ref().map(|own| &own.whole).or(self.bundled_of(self.language));
        let Some(whole) = whole.cloned() else { return };
        self.trials.begin(Job {
            request,
            generation: self.view.generation,
            own: own.map(|((own, file), shelf)| (shelf.clone(), file.clone(), own.clone())),
            whole,
            locale: self.code(),
        });
    }

    pub(super) fn trial(&self) -> Option<&Trial> {
        self.trials.latest()
    }
}

/// What is wrong with the examples of `key` in an edited pack.
fn problems(edited: &OwnPack, key: &ItemKey) -> Vec<PackProblem> {
    let whole = &edited.whole;
    match key {
        ItemKey::Entry(key) => {
            let entry = whole.entries.iter().find(|entry| key.fits(entry));
            entry.map(|entry| Checker::new(whole).entry(entry)).unwrap_or_default()
        }
        ItemKey::Cue(key) => own_cue(edited, key).map(|cue| Checker::new(whole).cue(cue)).unwrap_or_default(),
        // The recogniser alone knows them; fillers were tried on the examples of everything before.
        ItemKey::Words(_) => Vec::new(),
    }
}

/// The company's own block for a cue in an edited pack, together with what is below.
pub(super) fn own_cue<'a>(edited: &'a OwnPack, key: &CueKey) -> Option<&'a CueEntry> {
    let own = edited.whole.cues.iter().filter(|cue| cue.id == key.id && cue.file == edited.upper.file);
    own.into_iter().nth(key.place?)
}

/// How much stands in a pack's own file.
fn counts(pack: &Pack) -> OwnCounts {
    OwnCounts {
        entries: pack.entries.len(),
        cues: pack.cues.len(),
        words: pack.terms.len() + pack.fillers.len(),
        off: pack.remove.len(),
    }
}

impl RealBackend {
    pub(super) fn poll_wording(&mut self) -> bool {
        let changed = self.wording.poll(self.is_listening());
        if changed {
            self.pack_to_session();
            self.show_wording_notice();
        }
        changed
    }

    /// Shows what is wrong with the chosen pack until it is mended.
    pub(super) fn show_wording_notice(&mut self) {
        let notice = self.wording.notice();
        if notice != self.wording_notice {
            let old = self.wording_notice.take();
            self.notices.retain(|known| Some(known) != old.as_ref());
            self.notices.extend(notice.clone());
            self.wording_notice = notice;
        }
    }

    /// Whether a session is going on that the chosen pack is for.
    fn is_listening(&self) -> bool {
        let language = self.timeline.header.as_ref().map(|header| header.language);
        let fits = language.is_none_or(|language| self.wording.misfit(language).is_none());
        matches!(self.phase, Phase::Live | Phase::Paused) && fits
    }

    /// Lets the session that is going on listen with the pack in force.
    pub(super) fn pack_to_session(&mut self) {
        let (Some(session), Some(known), Some(header)) = (&self.session, &self.session_pack, &self.timeline.header)
        else {
            return;
        };
        let own = self.wording.pack_for(header.language);
        let Some(pack) = own.or_else(|| self.wording.bundled_of(header.language).cloned()) else { return };
        if pack != *known && matches!(self.phase, Phase::Live | Phase::Paused) {
            session.set_pack(Arc::clone(&pack));
            self.session_pack = Some(pack);
        }
    }

    pub(super) fn act_on_pack(&mut self, action: WordingAction) -> Result<(), String> {
        let running = self.is_listening();
        let done = match action {
            WordingAction::Use(file) => self.use_pack(file),
            WordingAction::Create(name) => self.wording.create(&name).and_then(|file| self.use_pack(Some(file))),
            WordingAction::Rename { file, name } => self.wording.rename(&file, &name, running),
            WordingAction::DeletePack(file) => self.delete_pack(&file),
            action => self.wording.change(action, running),
        };
        self.pack_to_session();
        self.show_wording_notice();
        done
    }

    fn delete_pack(&mut self, file: &str) -> Result<(), String> {
        let (name, aside) = self.wording.put_aside(file)?;
        let in_use = self.settings.pack.as_deref() == Some(file);
        let done = if in_use { self.use_pack(None) } else { Ok(()) };
        let key = if in_use { "wording.deleted_in_use" } else { "wording.deleted" };
        let text = t!(key, locale = self.locale(), name = name, file = aside).into_owned();
        let running = in_use && self.is_listening();
        self.wording.tell(text, running);
        done
    }

    fn use_pack(&mut self, file: Option<String>) -> Result<(), String> {
        let settings = Settings { pack: file, ..self.settings.clone() };
        self.save_settings(settings)
    }
}
