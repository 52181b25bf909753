//! What the window shows of wording packs, and what can be done with them.

use super::Notice;
use crate::practice::pack_editor::preview::PreviewHit;
use crate::practice::pack_editor::{Form, ItemKey, ItemRow};

/// How much a pack holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnCounts {
    /// Entries.
    pub entries: usize,
    /// Blocks of phrases for cues.
    pub cues: usize,
    /// Words in its lists.
    pub words: usize,
    /// Rules and cues of the pack below that it switches off.
    pub off: usize,
}

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
    /// What is in it, beside what it lies over.
    pub own: OwnCounts,
    /// Other packs that lie over it, by the names of their files.
    pub above: Vec<String>,
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
    /// What is in the pack in force.
    pub rows: Vec<ItemRow>,
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
    /// Listen with a pack from now on; none is the bundled one.
    Use(Option<String>),
    /// Make a company's pack of this name over the bundled one, and use it.
    Create(String),
    /// Give a company's pack another name.
    Rename {
        /// Its file.
        file: String,
        /// The name.
        name: String,
    },
    /// Put a company's pack aside; where it was in use the bundled one is instead.
    DeletePack(String),
    /// Write an entry, a cue or a word list; `old` is what it takes the place of.
    Save {
        /// What was there before; none for a new entry.
        old: Option<ItemKey>,
        /// What is to be there.
        form: Box<Form>,
    },
    /// Switch a rule of the pack below off.
    SwitchOff(String),
    /// Switch it on again.
    SwitchOn(String),
    /// Take an entry or a cue out of the company's pack.
    Delete(ItemKey),
}

/// What is to be tried: a form as it stands, on a session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrialRequest {
    /// What was there before; none for a new entry.
    pub old: Option<ItemKey>,
    /// What is being edited, as it stands; none when nothing was changed.
    pub form: Option<Form>,
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
    /// Why it cannot be put in force at all; nothing else is known then.
    pub mistakes: Vec<String>,
    /// Examples of its own that do not come out as they should.
    pub problems: Vec<String>,
    /// Examples of others that no longer do; none while they are still being tried.
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
