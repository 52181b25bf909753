//! What the window shows of wording packs, and what can be done with them.

use super::Notice;
use crate::practice::pack_editor::preview::PreviewHit;
use crate::practice::pack_editor::{EntryForm, EntryKey, EntryRow};

/// A wording pack in the list.
#[derive(Clone, Debug, PartialEq)]
pub struct PackLine {
    /// Its file; none for the one that comes with the program.
    pub file: Option<String>,
    /// Name for people.
    pub name: String,
    /// Id of the pack below it, where there is one.
    pub over: Option<String>,
    /// Version in force, or of the file where it is not in force.
    pub version: u32,
    /// Entries of its own.
    pub entries: usize,
    /// Whether new sessions are listened to with it.
    pub in_force: bool,
    /// What is wrong with its file, and where.
    pub trouble: Option<String>,
}

/// The wording packs and the entries of the one in force.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WordingView {
    /// The bundled one, then the user's own.
    pub packs: Vec<PackLine>,
    /// Entries of the pack in force.
    pub rows: Vec<EntryRow>,
    /// Id of the pack that bundled entries come from.
    pub bundled_id: String,
    /// Whether the pack in force can be edited.
    pub editable: bool,
    /// What became of the last change.
    pub told: Option<Notice>,
    /// Raised whenever the pack in force has become another.
    pub generation: u64,
}

impl WordingView {
    /// The pack in force.
    pub fn in_force(&self) -> Option<&PackLine> {
        self.packs.iter().find(|pack| pack.in_force)
    }
}

/// What can be done with wording packs.
#[derive(Clone, Debug, PartialEq)]
pub enum WordingAction {
    /// Listen with a pack from the next session on; none is the bundled one.
    Use(Option<String>),
    /// Make a company's pack of this name over the bundled one, and use it.
    Create(String),
    /// Write an entry; `old` is the one whose place it takes.
    Save {
        /// What was there before; none for a new entry.
        old: Option<EntryKey>,
        /// What is to be there.
        form: Box<EntryForm>,
    },
    /// Switch a rule of the pack below off.
    SwitchOff(String),
    /// Switch it on again.
    SwitchOn(String),
    /// Take an entry out of the company's pack.
    Delete(EntryKey),
}

/// What is to be tried: an entry as it stands in the form, on a session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrialRequest {
    /// What was there before; none for a new entry.
    pub old: Option<EntryKey>,
    /// The entry as it is being edited; none when nothing was changed.
    pub form: Option<EntryForm>,
    /// The session to listen to again; none when there is none.
    pub session: Option<String>,
}

/// What came of a trial.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// What was asked for.
    pub request: TrialRequest,
    /// Generation of the pack in force that it was compared with.
    pub generation: u64,
    /// Why the entry cannot be put in force at all; nothing else is known then.
    pub mistakes: Vec<String>,
    /// Examples of the entry that do not come out as they should.
    pub problems: Vec<String>,
    /// Examples of other entries that no longer do; none while they are still being tried.
    pub others: Option<Vec<String>>,
    /// What is found in the session; an error is a sentence.
    pub preview: Option<Result<Vec<PreviewHit>, String>>,
}

impl Trial {
    /// Whether everything was tried and nothing is wrong.
    pub fn is_well(&self) -> bool {
        self.mistakes.is_empty() && self.problems.is_empty() && self.others.as_ref().is_some_and(Vec::is_empty)
    }
}
