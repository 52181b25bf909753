//! What the agent says about findings and parts of the call, and what is noted: put into the session's log, and dismissals kept.

use super::RealBackend;
use crate::engine::judge::{Amendment, amended, said};
use crate::practice::{dismissals, report};
use crate::session::event::{Dismissal, SessionEvent};
use crate::session::store::StoreError;
use crate::session::timeline::Timeline;
use crate::text::explain::Explain;
use crate::ui::backend::NoticeSeverity;
use std::path::PathBuf;

impl RealBackend {
    /// What was dismissed before; a file that cannot be read costs the agent a word and not the session.
    pub(super) fn kept_dismissals(&mut self) -> Vec<Dismissal> {
        let Some(root) = self.root.clone() else { return Vec::new() };
        let locale = self.locale();
        dismissals::for_session(&root, locale, &mut |sentence| self.notice(NoticeSeverity::Watch, sentence))
    }

    /// In the session that is on the screen.
    pub(super) fn amend_shown(&mut self, wish: &Amendment) -> Result<(), String> {
        let said = said(&self.timeline, wish);
        match &self.session {
            Some(session) => {
                said.iter().for_each(|event| session.say(event.clone()));
                // What comes too late for the log is added to the session when it is saved.
                self.unsaid.extend(said.iter().cloned());
            }
            None => self.amend_finished(&said)?,
        }
        self.keep(&said)
    }

    /// Adds what was said to the session that has just ended.
    pub(super) fn amend_finished(&mut self, said: &[SessionEvent]) -> Result<(), String> {
        let locale = self.locale();
        match self.saved.clone() {
            Some(id) => {
                let summarize = |timeline: &Timeline| report::document(timeline, locale);
                let say = |timeline: &Timeline| amended(timeline, said.to_vec());
                let stored = self.library()?.amend(&id, &say, &summarize).map_err(|error| error.explain(locale))?;
                self.timeline = stored.timeline;
            }
            None => amended(&self.timeline, said.to_vec()).iter().for_each(|event| self.timeline.apply(event)),
        }
        Ok(())
    }

    /// In a saved session; answers with it as it is then.
    pub(super) fn amend_saved(&mut self, id: &str, wish: &Amendment) -> Result<Timeline, String> {
        let locale = self.locale();
        let summarize = |timeline: &Timeline| report::document(timeline, locale);
        let library = self.library()?;
        let stored = library.load(id).map_err(|error| error.explain(locale))?;
        let said = said(&stored.timeline, wish);
        let say = |timeline: &Timeline| amended(timeline, said.clone());
        let stored = library.amend(id, &say, &summarize).map_err(|error| error.explain(locale))?;
        if self.saved.as_deref() == Some(id) {
            self.timeline = stored.timeline.clone();
        }
        self.keep(&said)?;
        Ok(stored.timeline)
    }

    /// Takes a kept dismissal back; in the session that is going on at once.
    pub(super) fn restore_kept(&mut self, id: u32) -> Result<(), String> {
        let locale = self.locale();
        let root = self.root.as_ref().ok_or_else(|| StoreError::NoHome.explain(locale))?;
        let restored = dismissals::restore(root, id).map_err(|error| error.explain(locale))?;
        if let (Some(kept), Some(session)) = (restored.kept, &self.session) {
            session.say(SessionEvent::Restored(kept.dismissal));
        }
        self.tell_set_aside(restored.set_aside);
        Ok(())
    }

    /// Keeps dismissals for the sessions to come, and forgets those that were taken back.
    fn keep(&mut self, said: &[SessionEvent]) -> Result<(), String> {
        let locale = self.locale();
        for event in said {
            let root = || self.root.as_ref().ok_or_else(|| StoreError::NoHome.explain(locale));
            let kept = match event {
                SessionEvent::Dismissed(dismissal) => dismissals::add(root()?, dismissal),
                SessionEvent::Restored(dismissal) => dismissals::forget(root()?, dismissal),
                _ => Ok(None),
            };
            let set_aside = kept.map_err(|error| error.explain(locale))?;
            self.tell_set_aside(set_aside);
        }
        Ok(())
    }

    fn tell_set_aside(&mut self, path: Option<PathBuf>) {
        if let Some(path) = path {
            let sentence = dismissals::set_aside_text(&path, self.locale());
            self.notice(NoticeSeverity::Watch, sentence);
        }
    }
}
