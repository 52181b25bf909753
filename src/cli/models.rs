//! `voicemirror models`.

use super::args::ModelsCommand;
use super::{Outcome, output};
use crate::speech::model;
use rust_i18n::t;

pub fn run(command: Option<&ModelsCommand>, locale: &str) -> Outcome {
    match command {
        None | Some(ModelsCommand::List) => list(locale),
        Some(ModelsCommand::Verify { model }) => {
            let path = model::find(model.as_deref())?;
            model::verify(&path)?;
            let hash = model::sha256_of(&path)?;
            output::print(&format!("{}: {}\n  sha256 {hash}\n", path.display(), t!("cli.model_ok", locale = locale)))
        }
    }
}

fn list(locale: &str) -> Outcome {
    let mut text = String::new();
    for known in model::catalog() {
        let place = model::folders().into_iter().map(|folder| folder.join(&known.file)).find(|path| path.is_file());
        let here = match &place {
            Some(path) => path.display().to_string(),
            None => t!("cli.model_absent", locale = locale).into_owned(),
        };
        let note = if locale == "en" { &known.note_en } else { &known.note_zh };
        let megabytes = known.size_bytes / 1_000_000;
        text += &format!("{:<24} {megabytes:>4} MB  {}\n    {note}\n    {here}\n", known.id, known.licence);
    }
    output::print(&text)
}
