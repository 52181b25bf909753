//! `voicemirror dismissals`.

use super::args::DismissalsCommand;
use super::{Failure, Outcome, output};
use crate::practice::dismissals::{self, Kept};
use crate::session::store::default_root;
use anyhow::anyhow;
use rust_i18n::t;

pub fn run(command: &DismissalsCommand, locale: &str) -> Outcome {
    let root = default_root()?;
    match command {
        DismissalsCommand::List => {
            let shelf = dismissals::read(&root)?;
            if let Some(path) = &shelf.set_aside {
                eprintln!("voicemirror: {}", t!("dismissals.set_aside", locale = locale, path = path.display()));
            }
            if shelf.kept.is_empty() {
                return output::print(&format!("{}\n", t!("dismissals.none", locale = locale)));
            }
            output::print(&shelf.kept.iter().map(line).collect::<String>())
        }
        DismissalsCommand::Restore { id } => match dismissals::restore(&root, *id)? {
            Some(kept) => {
                let text = kept.dismissal.clause();
                output::print(&format!("{}\n", t!("dismissals.restored", locale = locale, text = text)))
            }
            None => Err(Failure::Usage(anyhow!(
                "there is no dismissal {id}; `voicemirror dismissals` lists those that are kept"
            ))),
        },
    }
}

/// Number, day, rule, and the clause with the words in brackets.
fn line(kept: &Kept) -> String {
    let Kept { id, at, dismissal } = kept;
    let day = at.get(..10).unwrap_or(at);
    let (before, text, after) = (&dismissal.before, &dismissal.text, &dismissal.after);
    format!("{id:>4}  {day}  {}{before}「{text}」{after}\n", output::pad(&dismissal.rule, 8))
}
