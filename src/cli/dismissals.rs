//! `voicemirror dismissals`.

use super::args::DismissalsCommand;
use super::{Failure, Outcome, output};
use crate::practice::dismissals::{self, Kept};
use crate::session::store::default_root;
use anyhow::anyhow;
use rust_i18n::t;
use std::path::Path;

pub fn run(command: &DismissalsCommand, locale: &str) -> Outcome {
    let root = default_root()?;
    match command {
        DismissalsCommand::List => {
            let shelf = dismissals::read(&root)?;
            tell_set_aside(shelf.set_aside.as_deref(), locale);
            if shelf.kept.is_empty() {
                return output::print(&format!("{}\n", t!("dismissals.none", locale = locale)));
            }
            output::print(&shelf.kept.iter().map(line).collect::<String>())
        }
        DismissalsCommand::Restore { id } => {
            let restored = dismissals::restore(&root, *id)?;
            tell_set_aside(restored.set_aside.as_deref(), locale);
            let none = || anyhow!("there is no dismissal {id}; `voicemirror dismissals` lists those that are kept");
            let kept = restored.kept.ok_or_else(|| Failure::Usage(none()))?;
            let text = kept.dismissal.clause();
            output::print(&format!("{}\n", t!("dismissals.restored", locale = locale, text = text)))
        }
    }
}

/// Says where a file that could not be read lies now.
fn tell_set_aside(path: Option<&Path>, locale: &str) {
    if let Some(path) = path {
        eprintln!("voicemirror: {}", dismissals::set_aside_text(path, locale));
    }
}

/// Number, day, rule, and the clause with the words in brackets.
fn line(kept: &Kept) -> String {
    let Kept { id, at, dismissal } = kept;
    let day = at.get(..10).unwrap_or(at);
    let (before, text, after) = (&dismissal.before, &dismissal.text, &dismissal.after);
    format!("{id:>4}  {day}  {}{before}「{text}」{after}\n", output::pad(&dismissal.rule, 8))
}
