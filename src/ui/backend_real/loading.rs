//! The speech model that writes: loaded in the background, changed between sessions.

use super::RealBackend;
use super::models::Done;
use crate::engine::EngineError;
use crate::engine::live::{live_text_threads, spawn};
use crate::practice::setup::load_transcriber;
use crate::speech::Transcriber;
use crate::text::explain::Explain;
use crate::ui::backend::{Backend, NoticeSeverity};
use rust_i18n::t;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

pub(super) type ModelLoading = JoinHandle<Loaded>;

/// What came of loading a model.
pub(super) struct Loaded {
    model: Result<Box<dyn Transcriber>, EngineError>,
    /// Why it is the bundled one and not the chosen one.
    fell_back: Option<EngineError>,
}

/// State of the speech model between sessions.
pub(super) enum Model {
    Loading(ModelLoading),
    Ready(Box<dyn Transcriber>),
    InUse { file: String },
    Failed(EngineError),
}

impl RealBackend {
    pub(super) fn load_model(&mut self) {
        self.reload = false;
        self.model = match self.start_loading() {
            Ok(loading) => Model::Loading(loading),
            Err(error) => Model::Failed(error),
        };
    }

    /// Begins to read the chosen model, or the bundled one where that fails.
    fn start_loading(&self) -> Result<ModelLoading, EngineError> {
        let cancel = Arc::clone(&self.cancel);
        let wake = Arc::clone(&self.wake);
        let language = self.settings.language;
        let chosen = self.settings.models.chosen.clone();
        spawn("vm-model", move || {
            let load = |wanted| load_transcriber(wanted, language, live_text_threads(), Arc::clone(&cancel));
            let loaded = match chosen.as_deref().map(|chosen| load(Some(Path::new(chosen)))) {
                None => Loaded { model: load(None), fell_back: None },
                Some(Ok(model)) => Loaded { model: Ok(model), fell_back: None },
                // Practising with the bundled model is better than without text.
                Some(Err(error)) => Loaded { model: load(None), fell_back: Some(error) },
            };
            wake();
            loaded
        })
    }

    /// Loads the chosen model. In a session that is going on the present one writes until the other is ready.
    pub(super) fn change_model(&mut self) {
        match self.model {
            Model::InUse { .. } if self.replacement.is_none() => match self.start_loading() {
                Ok(loading) => self.replacement = Some(loading),
                Err(_) => self.reload = true,
            },
            Model::Loading(_) | Model::InUse { .. } => self.reload = true,
            Model::Ready(_) | Model::Failed(_) => self.load_model(),
        }
    }

    pub(super) fn use_model(&mut self, id: Option<String>) -> Result<(), String> {
        let mut settings = self.settings.clone();
        let other = settings.models.chosen != id;
        settings.models.chosen = id;
        let saved = self.save_settings(settings);
        if other {
            self.change_model();
        }
        saved
    }

    pub(super) fn poll_models(&mut self) -> bool {
        let (changed, done) = self.models.poll();
        let id = match &done {
            Some(Done::Got(id)) => id,
            Some(Done::Added(added)) => &added.id,
            None => return changed,
        };
        let chosen = self.settings.models.chosen.as_ref();
        if matches!(self.model, Model::Failed(_)) || chosen == Some(id) {
            // What was missing or damaged may be what has just come.
            self.change_model();
        }
        true
    }

    /// Hands a model that was chosen in mid-session to the session, or keeps it for the next one.
    pub(super) fn poll_replacement(&mut self) -> bool {
        let Some(loading) = self.replacement.take_if(|loading| loading.is_finished()) else { return false };
        let Ok(Loaded { model, fell_back }) = loading.join() else { return true };
        self.tell_fallback(fell_back.as_ref());
        match (model, &self.session) {
            (Ok(model), Some(session)) => {
                self.model = Model::InUse { file: model.model_name() };
                session.replace_transcriber(model);
            }
            (Ok(model), None) => self.model = Model::Ready(model),
            // The present one goes on.
            (Err(error), _) => self.notice(NoticeSeverity::Watch, error.explain(self.locale())),
        }
        true
    }

    /// Says why the bundled model writes and not the chosen one.
    fn tell_fallback(&mut self, error: Option<&EngineError>) {
        if let Some(error) = error {
            let (locale, reason) = (self.locale(), error.explain(self.locale()));
            self.notice(NoticeSeverity::Watch, t!("models.fell_back", locale = locale, reason = reason).into());
        }
    }

    pub(super) fn poll_model(&mut self) -> bool {
        let Model::Loading(loading) = &self.model else { return false };
        if !loading.is_finished() {
            return false;
        }
        let in_use = Model::InUse { file: String::new() };
        if let Model::Loading(loading) = std::mem::replace(&mut self.model, in_use) {
            self.model = match loading.join() {
                Ok(loaded) => {
                    self.tell_fallback(loaded.fell_back.as_ref());
                    loaded.model.map_or_else(Model::Failed, Model::Ready)
                }
                Err(_) => Model::Failed(EngineError::Thread { reason: "vm-model".into() }),
            };
        }
        if self.reload {
            self.load_model();
        }
        true
    }
}
