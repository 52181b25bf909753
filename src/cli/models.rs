//! `voicemirror models`.

use super::args::ModelsCommand;
use super::{Failure, Outcome, output};
use crate::practice::choices;
use crate::session::store::default_root;
use crate::speech::model;
use crate::speech::shelf::{Listed, ModelError, Progress, Shelf, State};
use crate::text::explain::Explain;
use indicatif::{ProgressBar, ProgressStyle};
use rust_i18n::t;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub fn run(command: Option<&ModelsCommand>, locale: &str) -> Outcome {
    match command {
        None => list(None, locale),
        Some(ModelsCommand::List { json }) => list(json.as_deref(), locale),
        Some(ModelsCommand::Get { id, source }) => get(id, source, locale),
        Some(ModelsCommand::Verify { model }) => verify(model.as_deref(), locale),
        Some(ModelsCommand::Remove { id }) => remove(id, locale),
        Some(ModelsCommand::Add { path }) => add(path, locale),
    }
}

fn failure(error: &ModelError, locale: &str) -> Failure {
    let sentence = anyhow::anyhow!(error.explain(locale));
    if error.is_usage() { Failure::Usage(sentence) } else { Failure::Failed(sentence) }
}

fn list(json: Option<&Path>, locale: &str) -> Outcome {
    let listed = Shelf::open().map_err(|error| failure(&error, locale))?.list();
    match json {
        Some(target) => output::write_json(&listed.iter().map(document).collect(), target),
        None => output::print(&listed.iter().map(|one| lines(one, locale)).collect::<String>()),
    }
}

fn lines(listed: &Listed, locale: &str) -> String {
    let known = &listed.model;
    let id = &known.id;
    let here = match &listed.state {
        State::Here { path } => path.display().to_string(),
        State::Absent => t!("cli.model_absent", locale = locale).into_owned(),
        State::Partial { bytes } => {
            let percent = bytes.saturating_mul(100) / known.size_bytes.max(1);
            t!("cli.model_part", locale = locale, percent = percent, id = id).into_owned()
        }
        State::Damaged { path, flaw } => {
            let reason = flaw.explain(locale);
            t!("cli.model_damaged", locale = locale, path = path.display(), reason = reason, id = id).into_owned()
        }
    };
    let note = match (listed.known, locale) {
        (false, _) => t!("cli.model_unknown", locale = locale).into_owned(),
        (true, "en") => known.note_en.clone(),
        (true, _) => known.note_zh.clone(),
    };
    let megabytes = known.size_bytes / 1_000_000;
    format!("{id:<24} {megabytes:>4} MB  {}\n    {note}\n    {here}\n", known.licence)
}

fn document(listed: &Listed) -> Value {
    let known = &listed.model;
    let (state, path, bytes, reason) = match &listed.state {
        State::Here { path } => ("here", Some(path), Some(known.size_bytes), None),
        State::Absent => ("absent", None, None, None),
        State::Partial { bytes } => ("partial", None, Some(*bytes), None),
        State::Damaged { path, flaw } => ("damaged", Some(path), None, Some(flaw.to_string())),
    };
    json!({
        "id": known.id,
        "file": known.file,
        "size_bytes": known.size_bytes,
        "sha256": listed.known.then_some(&known.sha256),
        "licence": listed.known.then_some(&known.licence),
        "bundled": known.bundled,
        "known": listed.known,
        "state": state,
        "path": path,
        "bytes_here": bytes,
        "reason": reason,
    })
}

fn verify(model: Option<&Path>, locale: &str) -> Outcome {
    let path = model::find(model)?;
    let (hash, verdict) = match model::verify(&path)? {
        Some(hash) => (hash, "cli.model_ok"),
        // Nothing to compare it with; its hash may still be compared by eye.
        None => (model::sha256_of(&path)?, "cli.model_unknown"),
    };
    output::print(&format!("{}: {}\n  sha256 {hash}\n", path.display(), t!(verdict, locale = locale)))
}

fn remove(id: &str, locale: &str) -> Outcome {
    let shelf = Shelf::open().map_err(|error| failure(&error, locale))?;
    let removed = shelf.remove(id).map_err(|error| failure(&error, locale))?;
    let mut text = String::new();
    for path in removed {
        text += &format!("{}\n", t!("cli.model_removed", locale = locale, path = path.display()));
    }
    let names = shelf.known(id).map_or(vec![id], |model| vec![&model.id, &model.file]);
    if let Ok(root) = default_root()
        && choices::forget_model(&root, &names).map_err(|error| anyhow::anyhow!(error.explain(locale)))?
    {
        text += &format!("{}\n", t!("cli.model_fallback", locale = locale));
    }
    output::print(&text)
}

fn add(path: &Path, locale: &str) -> Outcome {
    let shelf = Shelf::open().map_err(|error| failure(&error, locale))?;
    let cancel = Arc::new(AtomicBool::new(false));
    let stop = Arc::clone(&cancel);
    // Without it Ctrl-C ends the program half way, which leaves a file that the next try overwrites.
    ctrlc::set_handler(move || stop.store(true, Ordering::SeqCst)).ok();
    let bar = Bar::new();
    let added = shelf.add(path, &cancel, &mut |progress| bar.show(progress));
    bar.end();
    let added = added.map_err(|error| failure(&error, locale))?;
    let key = if added.known { "cli.model_added" } else { "cli.model_added_unknown" };
    let mut text = format!("{}\n", t!(key, locale = locale, id = added.id, path = added.path.display()));
    if added.english_only {
        text += &format!("{}\n", t!("cli.model_english_only", locale = locale));
    }
    output::print(&text)
}

#[cfg(feature = "download")]
fn get(id: &str, sources: &[String], locale: &str) -> Outcome {
    use crate::speech::download::{Cancel, Fetched, Options, fetch};
    let failed = |error: ModelError| failure(&error, locale);
    let shelf = Shelf::open().map_err(failed)?;
    let model = shelf.known(id).map_err(failed)?;
    let settings = default_root().map(|root| choices::models(&root)).unwrap_or_default();
    let cancel = Cancel::default();
    let stop = cancel.clone();
    // Without it Ctrl-C ends the program half way; what has come is kept all the same.
    ctrlc::set_handler(move || stop.stop()).ok();
    let options = Options::new(settings.sources(sources).map_err(failed)?, cancel);
    let bar = Bar::new();
    let fetched = fetch(&shelf, model, &options, &mut |progress| bar.show(progress));
    bar.end();
    let (key, path) = match fetched.map_err(failed)? {
        Fetched::Already(path) => ("cli.model_already", path),
        Fetched::New(path) => ("cli.model_fetched", path),
    };
    output::print(&format!("{}\n", t!(key, locale = locale, id = model.id, path = path.display())))
}

#[cfg(not(feature = "download"))]
fn get(id: &str, _sources: &[String], locale: &str) -> Outcome {
    let shelf = Shelf::open().map_err(|error| failure(&error, locale))?;
    shelf.known(id).map_err(|error| failure(&error, locale))?;
    Err(failure(&ModelError::NoDownload { folder: shelf.folder }, locale))
}

/// A bar on standard error; nothing where that is no terminal.
struct Bar {
    bar: ProgressBar,
}

impl Bar {
    fn new() -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template("{bar:32} {percent:>3} %  {bytes} / {total_bytes}  {msg}") {
            bar.set_style(style);
        }
        Self { bar }
    }

    fn show(&self, progress: Progress) {
        self.bar.set_length(progress.total);
        self.bar.set_position(progress.bytes);
        if progress.bytes_per_s > 0.0 {
            self.bar.set_message(format!("{:.1} MB/s", progress.bytes_per_s / 1e6));
        }
    }

    fn end(&self) {
        self.bar.finish_and_clear();
    }
}
