//! What the agent says about findings and parts of the call: put into the session's log, and dismissals kept.

use super::RealBackend;
use crate::engine::judge::{Amendment, amended, said};
use crate::practice::{dismissals, report};
use crate::session::event::{Dismissal, SessionEvent};
use crate::session::store::StoreError;
use crate::session::timeline::Timeline;
use crate::text::explain::Explain;
use crate::ui::backend::{NoticeSeverity, Phase};
use rust_i18n::t;

impl RealBackend {
    /// What was dismissed before; a file that cannot be read costs the agent a word and not the session.
    pub(super) fn kept_dismissals(&mut self) -> Vec<Dismissal> {
        let locale = self.locale();
        let Some(root) = &self.root else { return Vec::new() };
        match dismissals::read(root) {
            Ok(shelf) => {
                if let Some(path) = &shelf.set_aside {
                    let text = t!("dismissals.set_aside", locale = locale, path = path.display());
                    self.notice(NoticeSeverity::Watch, text.into());
                }
                shelf.dismissals()
            }
            Err(error) => {
                self.notice(NoticeSeverity::Watch, error.explain(locale));
                Vec::new()
            }
        }
    }

    /// In the session that is on the screen.
    pub(super) fn amend_shown(&mut self, wish: &Amendment) -> Result<(), String> {
        let said = said(&self.timeline, wish);
        match (&self.session, self.phase) {
            (Some(session), Phase::Live | Phase::Paused) => said.iter().for_each(|event| session.say(event.clone())),
            // The engine has heard its last command; this waits until the session is saved.
            (Some(_), _) => self.unsaid.extend(said.iter().cloned()),
            (None, _) => self.amend_finished(&said)?,
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
        if let (Some(kept), Some(session)) = (restored, &self.session) {
            session.say(SessionEvent::Restored(kept.dismissal));
        }
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
                _ => Ok(()),
            };
            kept.map_err(|error| error.explain(locale))?;
        }
        Ok(())
    }
}
