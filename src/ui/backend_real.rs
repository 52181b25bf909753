//! The window's backend: the engine, the stored sessions, the speech models, the microphone and the loudspeaker.

mod amend;
mod live;
mod loading;
mod models;
mod player;
mod wording;
mod wording_trial;

use super::backend::*;
use crate::analysis::loudness::{SILENCE_DB, peak_db};
use crate::audio::mic::{MicSource, input_devices};
use crate::audio::playback::Player;
use crate::audio::source::{Read, Source};
use crate::engine::judge::Amendment;
use crate::engine::live::{LiveSession, spawn};
use crate::practice::dismissals::{self, Kept};
use crate::practice::pack_editor::{Form, ItemKey};
use crate::practice::{choices, report};
use crate::session::event::SessionEvent;
use crate::session::library::{Entry, Library, State};
use crate::session::store::{StoreError, default_root};
use crate::session::timeline::Timeline;
use crate::speech::shelf::Shelf;
use crate::text::explain::Explain;
use crate::wording::Pack;
use loading::{Model, ModelLoading};
use models::ModelDesk;
use player::RealPlayer;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;
use wording::WordingDesk;

/// Drives the real program for the window.
pub struct RealBackend {
    root: Option<PathBuf>,
    settings: Settings,
    timeline: Timeline,
    session: Option<LiveSession>,
    phase: Phase,
    waiting: Option<StartRequest>,
    model: Model,
    /// Whether another model is wanted as soon as the present one is free.
    reload: bool,
    /// The model that takes over in the session that is going on, while it is being loaded.
    replacement: Option<ModelLoading>,
    models: ModelDesk,
    wording: WordingDesk,
    /// The pack that the session that is going on listens with.
    session_pack: Option<Arc<Pack>>,
    /// The notice about the wording pack that is shown now.
    wording_notice: Option<Notice>,
    cancel: Arc<AtomicBool>,
    /// Folder name of the session that has just ended, where it was kept.
    saved: Option<String>,
    /// What was said about the session and has not come back from its log yet.
    unsaid: Vec<SessionEvent>,
    notices: Vec<Notice>,
    check: Option<Check>,
    recovery: Option<JoinHandle<()>>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

/// A microphone that is open only to be looked at.
struct Check {
    stop: Arc<AtomicBool>,
    level_db_bits: Arc<AtomicU32>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Check {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A check that ended early has nothing more to say.
            thread.join().ok();
        }
    }
}

impl RealBackend {
    /// Reads the settings, begins to load the model and repairs what a crash left behind, both in the background.
    /// `wake` is called from any thread when the window should look.
    pub fn new(wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        Self::at(default_root().ok(), wake)
    }

    /// The same over another data folder.
    pub fn at(root: Option<PathBuf>, wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        let settings = root
            .as_ref()
            .and_then(|root| choices::read(root))
            .and_then(|choices| serde_json::from_value(choices).ok())
            .unwrap_or_default();
        let cancel = Arc::new(AtomicBool::new(false));
        let wording = WordingDesk::new(root.as_deref(), &settings, Arc::clone(&wake));
        let mut backend = Self {
            root,
            settings,
            timeline: Timeline::default(),
            session: None,
            phase: Phase::Idle,
            waiting: None,
            model: Model::InUse { file: String::new() },
            reload: false,
            replacement: None,
            models: ModelDesk::new(Shelf::open(), Arc::clone(&wake)),
            wording,
            session_pack: None,
            wording_notice: None,
            cancel,
            saved: None,
            unsaid: Vec::new(),
            notices: Vec::new(),
            check: None,
            recovery: None,
            wake,
        };
        backend.load_model();
        backend.recover_in_background();
        backend.show_wording_notice();
        backend
    }

    fn locale(&self) -> &'static str {
        self.settings.locale.code()
    }

    fn recover_in_background(&mut self) {
        let Some(root) = self.root.clone() else { return };
        let (wake, locale) = (Arc::clone(&self.wake), self.locale());
        let repair = move || {
            let summarize = |timeline: &Timeline| report::document(timeline, locale);
            // What cannot be repaired stays in the list, with a button that says why.
            Library::open(root).recover_all(&summarize).ok();
            wake();
        };
        self.recovery = spawn("vm-recover", repair).ok();
    }

    fn library(&self) -> Result<Library, String> {
        match &self.root {
            Some(root) => Ok(Library::open(root)),
            None => Err(StoreError::NoHome.explain(self.locale())),
        }
    }

    fn notice(&mut self, severity: NoticeSeverity, text: String) {
        if !self.notices.iter().any(|notice| notice.text == text) {
            self.notices.push(Notice { severity, text });
        }
    }
}

impl Backend for RealBackend {
    fn poll(&mut self) -> bool {
        let mut changed = self.poll_model() | self.poll_replacement() | self.poll_models() | self.poll_wording();
        if self.recovery.as_ref().is_some_and(JoinHandle::is_finished) {
            self.recovery = None;
            changed = true;
        }
        let model_known = !matches!(self.model, Model::Loading(_));
        if model_known && let Some(request) = self.waiting.take() {
            changed = true;
            if let Err(sentence) = self.begin(&request) {
                self.phase = Phase::Idle;
                self.notice(NoticeSeverity::Bad, sentence);
            }
        }
        self.poll_session() || changed
    }

    fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    fn phase(&self) -> Phase {
        self.phase
    }

    fn devices(&mut self) -> Vec<DeviceChoice> {
        // No sound system at all is an empty list; starting a session says what is wrong.
        let devices = input_devices().unwrap_or_default();
        let choice = |device: crate::audio::mic::InputDevice| DeviceChoice {
            id: device.id,
            name: device.name,
            is_default: device.is_default,
        };
        devices.into_iter().map(choice).collect()
    }

    fn level_db(&self) -> f32 {
        match (&self.session, &self.check) {
            (Some(session), _) => session.level_db(),
            (None, Some(check)) => f32::from_bits(check.level_db_bits.load(Ordering::Relaxed)),
            (None, None) => SILENCE_DB,
        }
    }

    fn model(&self) -> ModelStatus {
        match &self.model {
            Model::Loading(_) => ModelStatus::Loading,
            Model::Ready(transcriber) => ModelStatus::Ready { file: transcriber.model_name() },
            Model::InUse { file } => ModelStatus::Ready { file: file.clone() },
            Model::Failed(error) => ModelStatus::Failed { sentence: error.explain(self.locale()) },
        }
    }

    fn notices(&self) -> &[Notice] {
        &self.notices
    }

    fn start(&mut self, request: StartRequest) -> Result<(), String> {
        if self.phase.is_running() {
            return Ok(());
        }
        self.stop_check();
        self.notices.clear();
        self.wording_notice = None;
        self.show_wording_notice();
        if matches!(self.model, Model::Loading(_)) {
            self.waiting = Some(request);
            self.phase = Phase::Starting;
            return Ok(());
        }
        self.begin(&request)
    }

    fn set_paused(&mut self, paused: bool) {
        if let Some(session) = &self.session
            && matches!(self.phase, Phase::Live | Phase::Paused)
        {
            session.set_paused(paused);
            self.phase = if paused { Phase::Paused } else { Phase::Live };
        }
    }

    fn stop(&mut self) {
        if self.waiting.take().is_some() {
            self.phase = Phase::Idle;
        }
        if let Some(session) = &self.session {
            // A second wish to stop means: do not wait for the rest of the text.
            if self.phase == Phase::Stopping {
                session.abandon()
            } else {
                session.stop()
            }
            self.phase = Phase::Stopping;
        }
    }

    fn sessions(&mut self) -> Vec<SessionEntry> {
        let Ok(library) = self.library() else { return Vec::new() };
        match library.list() {
            Ok(entries) => entries.into_iter().map(entry_of).collect(),
            Err(error) => {
                let sentence = error.explain(self.locale());
                self.notice(NoticeSeverity::Watch, sentence);
                Vec::new()
            }
        }
    }

    fn open_session(&mut self, id: &str) -> Result<ReplaySession, String> {
        let stored = self.library()?.load(id).map_err(|error| error.explain(self.locale()))?;
        let audio_rate_hz = stored.timeline.header.as_ref().map_or(0, |header| header.source.rate_hz);
        let audio_path = stored.audio_path.unwrap_or_else(|| stored.entry.path.join("audio.wav"));
        Ok(ReplaySession { entry: entry_of(stored.entry), timeline: stored.timeline, audio_path, audio_rate_hz })
    }

    fn recover(&mut self, id: &str) -> Result<(), String> {
        let locale = self.locale();
        let summarize = |timeline: &Timeline| report::document(timeline, locale);
        self.library()?.recover(id, &summarize).map_err(|error| error.explain(locale))?;
        Ok(())
    }

    fn delete(&mut self, id: &str) -> Result<(), String> {
        self.library()?.delete(id).map_err(|error| error.explain(self.locale()))
    }

    fn player(&mut self, session: &ReplaySession, from_s: f64) -> Result<Box<dyn PlayerHandle>, String> {
        let rate_hz = f64::from(session.audio_rate_hz.max(1));
        let from_frame = (from_s.max(0.0) * rate_hz) as u64;
        let player =
            Player::start(&session.audio_path, from_frame, None).map_err(|error| error.explain(self.locale()))?;
        Ok(Box::new(RealPlayer::new(player)))
    }

    fn check_microphone(&mut self, id: Option<&str>) -> Result<(), String> {
        self.check = None;
        let mut source = MicSource::open(id).map_err(|error| error.explain(self.locale()))?;
        let stop = Arc::new(AtomicBool::new(false));
        let level_db_bits = Arc::new(AtomicU32::new(SILENCE_DB.to_bits()));
        let (stopped, level, wake) = (Arc::clone(&stop), Arc::clone(&level_db_bits), Arc::clone(&self.wake));
        let listen = move || {
            let mut samples = Vec::new();
            while !stopped.load(Ordering::Relaxed) {
                samples.clear();
                match source.read(&mut samples, Duration::from_millis(80)) {
                    Ok(Read::End) | Err(_) => break,
                    Ok(_) => {}
                }
                level.store(peak_db(&samples).to_bits(), Ordering::Relaxed);
                wake();
            }
        };
        let thread = spawn("vm-check", listen).map_err(|error| error.explain(self.locale()))?;
        self.check = Some(Check { stop, level_db_bits, thread: Some(thread) });
        Ok(())
    }

    fn stop_check(&mut self) {
        self.check = None;
    }

    fn models(&mut self) -> ModelList {
        self.models.list(&self.settings.models, self.locale())
    }

    fn act_on_model(&mut self, action: ModelAction) -> Result<(), String> {
        let locale = self.locale();
        let done = match action {
            ModelAction::Get(id) => self.models.get(&id, &self.settings.models),
            ModelAction::Add(path) => self.models.add(path),
            ModelAction::Pause(id) => {
                self.models.pause(&id);
                Ok(())
            }
            ModelAction::Use(id) => {
                let bundled = crate::speech::model::catalog().iter().any(|model| model.bundled && model.id == id);
                return self.use_model(Some(id).filter(|_| !bundled));
            }
            ModelAction::Remove(id) => {
                let removed = self.models.remove(&id);
                if removed.is_ok() && self.settings.models.chosen.as_ref() == Some(&id) {
                    return self.use_model(None);
                }
                removed
            }
        };
        done.map_err(|error| error.explain(locale))
    }

    fn amend(&mut self, wish: &Amendment) -> Result<(), String> {
        self.amend_shown(wish)
    }

    fn amend_session(&mut self, id: &str, wish: &Amendment) -> Result<Timeline, String> {
        self.amend_saved(id, wish)
    }

    fn dismissals(&mut self) -> Vec<Kept> {
        // What is wrong with the file is told where a session needs it.
        let shelf = self.root.as_ref().and_then(|root| dismissals::read(root).ok());
        shelf.unwrap_or_default().kept
    }

    fn restore_dismissal(&mut self, id: u32) -> Result<(), String> {
        self.restore_kept(id)
    }

    fn wording(&self) -> &WordingView {
        self.wording.view()
    }

    fn wording_form(&self, key: Option<&ItemKey>) -> Option<Form> {
        self.wording.form(key)
    }

    fn act_on_wording(&mut self, action: WordingAction) -> Result<(), String> {
        self.act_on_pack(action)
    }

    fn try_wording(&mut self, request: TrialRequest) {
        self.wording.try_form(request);
    }

    fn trial(&self) -> Option<&Trial> {
        self.wording.trial()
    }

    fn settings(&self) -> &Settings {
        &self.settings
    }

    fn save_settings(&mut self, settings: Settings) -> Result<(), String> {
        if let Some(session) = self.session.as_ref().filter(|_| settings.language != self.settings.language) {
            session.set_language(settings.language);
        }
        self.settings = settings;
        self.wording.settings_changed(&self.settings);
        self.pack_to_session();
        self.show_wording_notice();
        let root = self.root.clone().ok_or_else(|| StoreError::NoHome.explain(self.locale()))?;
        let choices = serde_json::to_value(&self.settings).unwrap_or_default();
        choices::write(&root, &choices).map_err(|error| error.explain(self.locale()))
    }
}

fn entry_of(entry: Entry) -> SessionEntry {
    SessionEntry {
        id: entry.id,
        started_at: entry.started_at,
        duration_s: entry.duration_s,
        flags: entry.flag_counts,
        score: entry.score,
        state: match entry.state {
            State::Complete => SessionState::Complete,
            State::CutOff | State::Damaged { .. } => SessionState::CutOff,
            State::Running => SessionState::Running,
        },
        path: entry.path,
    }
}
