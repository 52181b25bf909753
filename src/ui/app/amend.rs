//! What the agent says about findings and parts of the call, and what is noted of it.

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

    /// Opens or closes the notes of the session that is on the screen.
    pub(super) fn toggle_notes(&mut self) {
        match self.replay.as_mut().filter(|_| self.page == Page::Replay) {
            Some(replay) => replay.notes.toggle(),
            None => self.notes.toggle(),
        }
    }

    /// A line of the live session that is still being written becomes a note: the session ends, or makes room for
    /// another.
    pub(super) fn finish_line(&mut self) {
        if let Some(wish) = self.notes.finish()
            && let Err(sentence) = self.backend.amend(&wish)
        {
            self.error = Some(sentence);
        }
    }

    /// The same for the replay, which is being left.
    pub(super) fn finish_replay_line(&mut self) {
        let wish = self.replay.as_mut().and_then(|replay| Some((replay.notes.finish()?, replay.id().to_owned())));
        if let Some((wish, id)) = wish
            && let Err(sentence) = self.backend.amend_session(&id, &wish)
        {
            self.error = Some(sentence);
        }
    }

    /// Takes a dismissal back that was kept for all sessions.
    pub(super) fn restore_dismissal(&mut self, id: u32) {
        self.error = self.backend.restore_dismissal(id).err();
        self.dismissals = self.backend.dismissals();
    }
}
