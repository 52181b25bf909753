//! A backend that shows a script and writes down what it is asked for.

use super::script;
use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use voicemirror::engine::judge::{Amendment, amended, said};
use voicemirror::practice::dismissals::Kept;
use voicemirror::practice::pack_editor::{Form, ItemKey};
use voicemirror::session::event::{FlagKind, SessionEvent};
use voicemirror::session::timeline::Timeline;
use voicemirror::ui::backend::*;

/// What the window has asked for, and where the loudspeaker is.
#[derive(Default)]
pub struct Log {
    pub asked: Vec<String>,
    pub position_s: f64,
    pub playing: bool,
    /// Events that arrive at the next look.
    pub coming: Vec<SessionEvent>,
}

/// A scripted backend.
pub struct Fake {
    pub timeline: Timeline,
    pub phase: Phase,
    pub changed: bool,
    pub model: ModelStatus,
    pub notices: Vec<Notice>,
    pub sessions: Vec<SessionEntry>,
    pub devices: Vec<DeviceChoice>,
    pub models: ModelList,
    pub dismissals: Vec<Kept>,
    pub saved: Timeline,
    pub wording: super::wording::Desk,
    pub level_db: f32,
    pub settings: Settings,
    pub speaker: bool,
    pub start_error: Option<String>,
    pub check_error: Option<String>,
    pub log: Rc<RefCell<Log>>,
}

impl Fake {
    /// No session yet, everything in order.
    pub fn idle() -> Self {
        Self {
            timeline: Timeline::default(),
            phase: Phase::Idle,
            changed: false,
            model: ModelStatus::Ready { file: "ggml-base-q8_0.bin".into() },
            notices: Vec::new(),
            sessions: Vec::new(),
            devices: vec![
                DeviceChoice { id: "jabra".into(), name: "Jabra Evolve2 40".into(), is_default: true },
                DeviceChoice { id: "built-in".into(), name: "内置麦克风".into(), is_default: false },
            ],
            models: ModelList { entries: models(Locale::Zh), ..ModelList::default() },
            dismissals: Vec::new(),
            saved: script::whole(),
            wording: super::wording::Desk::bundled(Locale::Zh),
            level_db: -120.0,
            settings: Settings { theme: ThemeChoice::Dark, first_run_done: true, ..Settings::default() },
            speaker: true,
            start_error: None,
            check_error: None,
            log: Rc::default(),
        }
    }

    /// A session that is going on.
    pub fn live(timeline: Timeline) -> Self {
        Self { timeline, phase: Phase::Live, level_db: -18.0, ..Self::idle() }
    }

    /// With saved sessions.
    pub fn with_sessions(mut self) -> Self {
        let entry = |id: &str, started_at: &str, duration_s, flags: &[(FlagKind, usize)], score, state| SessionEntry {
            id: id.into(),
            started_at: started_at.into(),
            duration_s,
            flags: flags.to_vec(),
            score,
            state,
            path: PathBuf::from("/home/agent/.local/share/voicemirror/sessions").join(id),
        };
        let many = [
            (FlagKind::BannedWording, 2),
            (FlagKind::FastSpeech, 5),
            (FlagKind::Monotone, 3),
            (FlagKind::LongPause, 1),
            (FlagKind::TooQuiet, 1),
        ];
        self.sessions = vec![
            entry("s4", "2026-11-21T21:17:16+08:00", 192.0, &[], None, SessionState::CutOff),
            entry("s3", "2026-11-21T15:02:40+08:00", script::WHOLE_S, &many, Some(71.6), SessionState::Complete),
            entry(
                "s2",
                "2026-11-20T09:30:00+08:00",
                1_260.0,
                &[(FlagKind::FastSpeech, 1)],
                Some(88.0),
                SessionState::Complete,
            ),
            entry("s1", "2026-11-19T18:45:12+08:00", 3_725.0, &[], Some(96.2), SessionState::Complete),
        ];
        self
    }

    fn note(&self, what: String) {
        self.log.borrow_mut().asked.push(what);
    }
}

impl Backend for Fake {
    fn poll(&mut self) -> bool {
        let coming = std::mem::take(&mut self.log.borrow_mut().coming);
        coming.iter().for_each(|event| self.timeline.apply(event));
        self.changed || !coming.is_empty()
    }
    fn timeline(&self) -> &Timeline {
        &self.timeline
    }
    fn phase(&self) -> Phase {
        self.phase
    }
    fn devices(&mut self) -> Vec<DeviceChoice> {
        self.devices.clone()
    }
    fn level_db(&self) -> f32 {
        self.level_db
    }
    fn model(&self) -> ModelStatus {
        self.model.clone()
    }
    fn notices(&self) -> &[Notice] {
        &self.notices
    }
    fn start(&mut self, request: StartRequest) -> Result<(), String> {
        self.note(format!(
            "start {:?} {} {} {}",
            request.source,
            request.profile_id,
            request.language.code(),
            request.save
        ));
        if let Some(error) = &self.start_error {
            return Err(error.clone());
        }
        self.phase = Phase::Live;
        Ok(())
    }
    fn set_paused(&mut self, paused: bool) {
        self.note(format!("paused {paused}"));
        self.phase = if paused { Phase::Paused } else { Phase::Live };
    }
    fn stop(&mut self) {
        self.note("stop".into());
        self.phase = Phase::Finished;
    }
    fn sessions(&mut self) -> Vec<SessionEntry> {
        self.sessions.clone()
    }
    fn open_session(&mut self, id: &str) -> Result<ReplaySession, String> {
        let entry = self.sessions.iter().find(|session| session.id == id).cloned().ok_or("no such session")?;
        let audio_path = entry.path.join("audio.flac");
        Ok(ReplaySession { entry, timeline: self.saved.clone(), audio_path, audio_rate_hz: 48_000 })
    }
    fn recover(&mut self, id: &str) -> Result<(), String> {
        self.note(format!("recover {id}"));
        for session in self.sessions.iter_mut().filter(|session| session.id == id) {
            session.state = SessionState::Complete;
        }
        Ok(())
    }
    fn delete(&mut self, id: &str) -> Result<(), String> {
        self.note(format!("delete {id}"));
        self.sessions.retain(|session| session.id != id);
        Ok(())
    }
    fn player(&mut self, _session: &ReplaySession, from_s: f64) -> Result<Box<dyn PlayerHandle>, String> {
        self.note(format!("player {from_s:.2}"));
        if self.speaker { Ok(Box::new(Speaker(self.log.clone()))) } else { Err("no loudspeaker was found".into()) }
    }
    fn check_microphone(&mut self, id: Option<&str>) -> Result<(), String> {
        self.note(format!("check {id:?}"));
        self.check_error.clone().map_or(Ok(()), Err)
    }
    fn stop_check(&mut self) {
        self.note("stop check".into());
    }
    fn models(&mut self) -> ModelList {
        self.models.clone()
    }
    fn act_on_model(&mut self, action: ModelAction) -> Result<(), String> {
        self.note(format!("{action:?}"));
        Ok(())
    }
    fn amend(&mut self, wish: &Amendment) -> Result<(), String> {
        self.note(format!("{wish:?}"));
        for event in amended(&self.timeline, said(&self.timeline, wish)) {
            self.timeline.apply(&event);
        }
        Ok(())
    }
    fn amend_session(&mut self, id: &str, wish: &Amendment) -> Result<Timeline, String> {
        self.note(format!("{id} {wish:?}"));
        let events = amended(&self.saved, said(&self.saved, wish));
        events.iter().for_each(|event| self.saved.apply(event));
        Ok(self.saved.clone())
    }
    fn dismissals(&mut self) -> Vec<Kept> {
        self.dismissals.clone()
    }
    fn restore_dismissal(&mut self, id: u32) -> Result<(), String> {
        self.note(format!("restore {id}"));
        self.dismissals.retain(|kept| kept.id != id);
        Ok(())
    }
    fn wording(&self) -> &WordingView {
        &self.wording.view
    }
    fn wording_form(&self, key: Option<&ItemKey>) -> Option<Form> {
        self.wording.form(key)
    }
    fn act_on_wording(&mut self, action: WordingAction) -> Result<(), String> {
        self.note(match &action {
            WordingAction::Save { old, form } => {
                let typed = match form.as_ref() {
                    Form::Entry(form) => format!("{} {:?} {}", form.phrases, form.phases, form.category),
                    Form::Cue(form) => format!("{} replace {}", form.phrases, form.replace),
                    Form::Words(form) => form.own.clone(),
                };
                format!("save {:?} {typed}", old.as_ref().map(ItemKey::id))
            }
            other => format!("{other:?}"),
        });
        Ok(())
    }
    fn try_wording(&mut self, request: TrialRequest) {
        self.wording.try_form(request);
    }
    fn trial(&self) -> Option<&Trial> {
        self.wording.trial.as_ref()
    }
    fn settings(&self) -> &Settings {
        &self.settings
    }
    fn save_settings(&mut self, settings: Settings) -> Result<(), String> {
        self.settings = settings;
        Ok(())
    }
}

/// The models of the catalogue; only the bundled one is here.
pub fn models(locale: Locale) -> Vec<ModelEntry> {
    let entry = |model: voicemirror::speech::model::CatalogModel| ModelEntry {
        id: model.id,
        size_bytes: model.size_bytes,
        note: if locale == Locale::En { model.note_en } else { model.note_zh },
        bundled: model.bundled,
        chosen: model.bundled,
        state: if model.bundled { ModelState::Here } else { ModelState::Absent },
        error: None,
    };
    voicemirror::speech::model::catalog().into_iter().map(entry).collect()
}

/// A loudspeaker that plays nothing.
struct Speaker(Rc<RefCell<Log>>);

impl PlayerHandle for Speaker {
    fn position_s(&self) -> f64 {
        self.0.borrow().position_s
    }
    fn set_playing(&mut self, playing: bool) {
        self.0.borrow_mut().playing = playing;
    }
    fn seek_s(&mut self, at_s: f64) {
        self.0.borrow_mut().position_s = at_s;
    }
    fn is_playing(&self) -> bool {
        self.0.borrow().playing
    }
    fn is_finished(&self) -> bool {
        false
    }
}
