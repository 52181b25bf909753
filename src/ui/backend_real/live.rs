//! The live session of the window: started, followed, and what is wrong with it told.

use super::RealBackend;
use super::loading::Model;
use crate::audio::file::FileSource;
use crate::audio::mic::MicSource;
use crate::audio::paced::PacedSource;
use crate::audio::source::{AudioError, Source};
use crate::engine::live::{LiveOptions, LiveSession, Trouble, live_text_threads};
use crate::practice::setup::{Setup, source_info};
use crate::practice::{baseline, report};
use crate::resources::{self, DEMO};
use crate::session::event::{Header, Language};
use crate::session::library::Library;
use crate::session::recorder::Recorder;
use crate::session::store::{StoreError, local_now, started_text};
use crate::session::timeline::Timeline;
use crate::speech::Transcriber;
use crate::text::explain::Explain;
use crate::ui::backend::{NoticeSeverity, Phase, StartRequest, StartSource};
use rust_i18n::t;
use std::sync::Arc;

impl RealBackend {
    fn open_source(&self, source: &StartSource) -> Result<Box<dyn Source>, String> {
        let explained = |error: AudioError| error.explain(self.locale());
        match source {
            StartSource::Microphone(id) => match MicSource::open(id.as_deref()) {
                // The chosen microphone is not plugged in today: the system's own choice is better than none.
                Err(AudioError::NoSuchDevice { .. }) => Ok(Box::new(MicSource::open(None).map_err(explained)?)),
                opened => Ok(Box::new(opened.map_err(explained)?)),
            },
            StartSource::Demo => {
                let path = resources::find(DEMO).ok_or_else(|| t!("notice.demo_missing", locale = self.locale()))?;
                Ok(Box::new(PacedSource::new(FileSource::open(&path).map_err(explained)?)))
            }
        }
    }

    /// Starts the session that was asked for, now that the model is ready or has failed.
    pub(super) fn begin(&mut self, request: &StartRequest) -> Result<(), String> {
        let locale = self.locale();
        let mut setup = Setup::load(&request.profile_id, None, request.language).map_err(|error| error.to_string())?;
        if let Some(pack) = self.wording.pack_for(request.language) {
            setup.pack = pack;
        } else if let Some(text) = self.wording.misfit(request.language) {
            self.notice(NoticeSeverity::Info, text);
        }
        let source = self.open_source(&request.source)?;
        let info = source_info(source.as_ref());
        let started = local_now();
        let transcriber = self.take_transcriber(request.language);
        let model = transcriber.as_ref().map_or(String::new(), |text| text.model_name());
        let baseline = self.root.as_ref().and_then(|root| baseline::of_library(&Library::open(root), &info));
        let dismissals = self.kept_dismissals();
        let header = Header { baseline, dismissals, ..setup.header(info, model, started_text(&started)) };
        let recorder = match (request.save, &self.root) {
            (false, _) => None,
            (true, None) => return Err(StoreError::NoHome.explain(locale)),
            (true, Some(root)) => match Recorder::create(root, &header, started) {
                Ok(recorder) => Some(recorder),
                Err(error) => {
                    // Practising is worth more than keeping: the session goes on unsaved and says so.
                    let reason = error.explain(locale);
                    self.notice(NoticeSeverity::Bad, t!("notice.not_saved", locale = locale, reason = reason).into());
                    None
                }
            },
        };
        let wake = Arc::clone(&self.wake);
        let session = LiveSession::start(LiveOptions {
            source,
            header,
            pack: Arc::clone(&setup.pack),
            transcriber,
            cancel: Arc::clone(&self.cancel),
            text_threads: live_text_threads(),
            partial_text: true,
            recorder,
            summarize: Box::new(move |timeline| report::document(timeline, locale)),
            wake: Box::new(move || wake()),
        })
        .map_err(|error| error.explain(locale))?;
        self.timeline = Timeline::default();
        self.saved = None;
        self.unsaid.clear();
        self.session_pack = Some(setup.pack);
        self.session = Some(session);
        self.phase = Phase::Live;
        Ok(())
    }

    fn take_transcriber(&mut self, language: Language) -> Option<Box<dyn Transcriber>> {
        let in_use = Model::InUse { file: String::new() };
        match std::mem::replace(&mut self.model, in_use) {
            Model::Ready(mut transcriber) => {
                transcriber.set_language(language);
                self.model = Model::InUse { file: transcriber.model_name() };
                Some(transcriber)
            }
            other => {
                self.model = other;
                None
            }
        }
    }

    pub(super) fn poll_session(&mut self) -> bool {
        let Some(session) = &self.session else { return false };
        // Asked before the events are taken, so that the last ones are not left behind.
        let finished = session.is_finished();
        let events = session.take_events();
        let troubles = session.take_troubles();
        let changed = !events.is_empty() || !troubles.is_empty() || finished;
        for event in &events {
            if let Some(place) = self.unsaid.iter().position(|said| said == event) {
                self.unsaid.remove(place);
            }
            self.timeline.apply(event);
        }
        for trouble in troubles {
            self.tell(&trouble);
        }
        if finished && let Some(session) = self.session.take() {
            let outcome = session.join();
            self.phase = Phase::Finished;
            let name = outcome.folder.as_ref().and_then(|folder| folder.file_name());
            self.saved = name.map(|name| name.to_string_lossy().into_owned());
            let unsaid = std::mem::take(&mut self.unsaid);
            if !unsaid.is_empty()
                && let Err(sentence) = self.amend_finished(&unsaid)
            {
                self.notice(NoticeSeverity::Bad, sentence);
            }
            if self.reload {
                self.load_model();
                return true;
            }
            self.model = match outcome.transcriber {
                Some(transcriber) => Model::Ready(transcriber),
                None => match std::mem::replace(&mut self.model, Model::InUse { file: String::new() }) {
                    failed @ Model::Failed(_) => failed,
                    _ => {
                        self.load_model();
                        return true;
                    }
                },
            };
        }
        changed
    }

    fn tell(&mut self, trouble: &Trouble) {
        let locale = self.locale();
        match trouble {
            Trouble::NotSaved(error) => {
                let reason = error.explain(locale);
                self.notice(NoticeSeverity::Bad, t!("notice.not_saved", locale = locale, reason = reason).into());
            }
            Trouble::Source(error) => self.notice(NoticeSeverity::Bad, error.explain(locale)),
            Trouble::Text(error) => self.notice(NoticeSeverity::Watch, error.explain(locale)),
        }
    }
}
