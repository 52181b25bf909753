//! What the agent says about findings and parts of the call.

use super::App;
use crate::engine::judge::Amendment;
use crate::ui::command::Page;

impl App {
    /// Carries out a wish about the session that is on the screen: the replay, or else the live one.
    pub(super) fn amend(&mut self, wish: &Amendment) {
        let replay = self.replay.as_mut().filter(|_| self.page == Page::Replay);
        let done = match replay {
            Some(replay) => {
                let id = replay.id().to_owned();
                self.backend.amend_session(&id, wish).map(|timeline| replay.amend(timeline))
            }
            None => self.backend.amend(wish),
        };
        self.error = done.err();
    }

    /// Takes a dismissal back that was kept for all sessions.
    pub(super) fn restore_dismissal(&mut self, id: u32) {
        self.error = self.backend.restore_dismissal(id).err();
        self.dismissals = self.backend.dismissals();
    }
}
