//! `voicemirror sessions`.

use super::args::SessionsCommand;
use super::{Failure, Outcome, output};
use crate::engine::judge::rejudge;
use crate::practice::{profile, report};
use crate::session::library::{Library, State};
use crate::session::recover::Recovered;
use crate::session::store::default_root;
use crate::session::timeline::Timeline;
use crate::time::{SampleTime, clock_text};
use anyhow::Context;
use rust_i18n::t;
use std::path::Path;

pub fn run(command: &SessionsCommand, locale: &str) -> Outcome {
    let library = Library::open(default_root()?);
    match command {
        SessionsCommand::List => list(&library, locale),
        SessionsCommand::Show { id, json, profile } => show(&library, id, json.as_deref(), profile.as_deref(), locale),
        SessionsCommand::Export { id, folder } => export(&library, id, folder, locale),
        SessionsCommand::Recover { id } => recover(&library, id.as_deref(), locale),
        SessionsCommand::Delete { id } => {
            let id = library.resolve(id)?;
            library.delete(&id)?;
            output::print(&format!("{}\n", t!("cli.deleted", locale = locale, id = id)))
        }
    }
}

fn list(library: &Library, locale: &str) -> Outcome {
    let entries = library.list()?;
    if entries.is_empty() {
        return output::print(&format!(
            "{}\n",
            t!("cli.no_sessions", locale = locale, folder = library.folder().display())
        ));
    }
    let mut text = String::new();
    for entry in entries {
        let score = entry.score.map_or("–".to_owned(), |score| format!("{score:.0}"));
        let flags: usize = entry.flag_counts.iter().map(|(_, count)| count).sum();
        text += &format!(
            "{}  {}  {:>8}  {score:>3}  {flags:>3}  {}  {}\n",
            entry.id,
            entry.started_at.get(..16).unwrap_or(&entry.started_at),
            clock_text(SampleTime::from_seconds(entry.duration_s)),
            state_name(&entry.state, locale),
            entry.source,
        );
    }
    output::print(&text)
}

fn state_name(state: &State, locale: &str) -> String {
    let key = format!("session.state.{}", state.name().replace(' ', "_"));
    t!(&key, locale = locale).into_owned()
}

fn recovered_lines(recovered: &Recovered, locale: &str) -> String {
    let key = if recovered.changed { "cli.recovered" } else { "cli.unharmed" };
    let length = clock_text(SampleTime::from_seconds(recovered.duration_s));
    let mut text = format!("{}: {} ({length})\n", recovered.id, t!(key, locale = locale));
    for note in &recovered.notes {
        text += &format!("    {note}\n");
    }
    text
}

fn show(library: &Library, id: &str, json: Option<&Path>, judge_with: Option<&str>, locale: &str) -> Outcome {
    let id = library.resolve(id)?;
    let stored = library.load(&id)?;
    let timeline = match judge_with {
        None => stored.timeline,
        Some(wanted) => {
            let profile = profile::load(wanted).map_err(|error| match error {
                profile::ProfileError::Unknown { .. } => Failure::Usage(error.into()),
                other => Failure::Failed(other.into()),
            })?;
            Timeline::of(&rejudge(&stored.events, &profile))
        }
    };
    let document = report::document(&timeline, locale);
    match json {
        Some(target) => output::write_json(&document, target),
        None => output::print(&output::summary(&document, &timeline, locale)),
    }
}

fn export(library: &Library, id: &str, folder: &Path, locale: &str) -> Outcome {
    let id = library.resolve(id)?;
    let stored = library.load(&id)?;
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let target = folder.join(format!("{id}.json"));
    output::write_json(&report::document(&stored.timeline, locale), &target)?;
    output::print(&format!("{}\n", target.display()))?;
    if let Some(recording) = &stored.audio_path {
        let target = folder.join(format!("{id}.wav"));
        std::fs::copy(recording, &target)
            .with_context(|| format!("cannot copy {} to {}", recording.display(), target.display()))?;
        output::print(&format!("{}\n", target.display()))?;
    }
    Ok(())
}

fn recover(library: &Library, id: Option<&str>, locale: &str) -> Outcome {
    let summarize = |timeline: &Timeline| report::document(timeline, locale);
    let results = match id {
        Some(id) => {
            let id = library.resolve(id)?;
            let result = library.recover(&id, &summarize);
            vec![(id, result)]
        }
        None => library.recover_all(&summarize)?,
    };
    if results.is_empty() {
        return output::print(&format!("{}\n", t!("cli.nothing_to_recover", locale = locale)));
    }
    let mut failed = false;
    for (_, result) in results {
        match result {
            Ok(recovered) => output::print(&recovered_lines(&recovered, locale))?,
            Err(error) => {
                eprintln!("voicemirror: {error}");
                failed = true;
            }
        }
    }
    if failed { Err(Failure::Told) } else { Ok(()) }
}
