//! Reports on paper: JSON and the lines that a person reads in the terminal.

use super::Failure;
use crate::session::event::Flag;
use crate::session::timeline::Timeline;
use crate::text::{flag_message, flag_suggestion};
use crate::time::clock_text;
use anyhow::Context;
use rust_i18n::t;
use serde_json::Value;
use std::io::Write;
use std::path::Path;

/// Writes JSON to a file, or to standard output for `-`.
pub fn write_json(value: &Value, target: &Path) -> Result<(), Failure> {
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    if target == Path::new("-") {
        return print(&text);
    }
    std::fs::write(target, text).with_context(|| format!("cannot write the report to {}", target.display()))?;
    Ok(())
}

/// Prints to standard output; a reader that has gone away (`| head`) is no failure.
pub fn print(text: &str) -> Result<(), Failure> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(anyhow::Error::new(error).context("cannot write to standard output").into())
        }
        _ => Ok(()),
    }
}

/// One flag as a line or two.
pub fn flag_lines(flag: &Flag, locale: &str) -> String {
    let mark = match flag.severity {
        crate::session::event::Severity::Bad => "!!",
        crate::session::event::Severity::Watch => " !",
        crate::session::event::Severity::Info => "  ",
    };
    let arrow = "→";
    format!(
        "{mark} {}  {:<8}{}\n            {arrow} {}\n",
        clock_text(flag.span.start),
        flag.rule,
        flag_message(flag, locale),
        flag_suggestion(flag, locale)
    )
}

/// The report of a session for the terminal.
pub fn summary(document: &Value, timeline: &Timeline, locale: &str) -> String {
    let number = |value: &Value, digits: usize| match value.as_f64() {
        Some(value) => format!("{value:.digits$}"),
        None => "–".to_owned(),
    };
    let line = |name: &str, value: String| format!("  {}{value}\n", pad(&t!(name, locale = locale), 12));
    let mut text = format!("{}\n", document["source"]["path"].as_str().unwrap_or_default());
    let pace = &document["pace"];
    let unit_key = if pace["unit"] == "word" { "report.unit.word" } else { "report.unit.han" };
    let unit = t!(unit_key, locale = locale).into_owned();
    text += &line("report.duration", clock_text(timeline.duration()));
    text += &line(
        "report.pace",
        format!(
            "{} {unit} ({} {})",
            number(&pace["overall_per_min"], 0),
            number(&pace["articulation_per_min"], 0),
            t!("report.without_pauses", locale = locale)
        ),
    );
    let pitch = &document["pitch"];
    text += &line(
        "report.pitch",
        format!("{} Hz, {} st", number(&pitch["median_hz"], 0), number(&pitch["range_semitones"], 1)),
    );
    text += &line("report.liveliness", format!("{} / 100", number(&scaled(&document["delivery"]["liveliness"]), 0)));
    text += &line("report.pauses", document["pauses"].as_array().map_or(0, Vec::len).to_string());
    let counted = |key: &str| document[key].as_array().map_or(0, Vec::len).to_string();
    text += &line("report.fillers", counted("fillers"));
    text += &line("report.key_facts", key_facts(document, locale));
    text += &line("report.score", number(&document["score"]["total"], 0));
    if let Some(transcript) = document["transcript"].as_str().filter(|text| !text.is_empty()) {
        text += &format!("\n{transcript}\n");
    }
    text += &format!("\n{} {}\n", t!("report.flags", locale = locale), timeline.flags.len());
    let mut flags: Vec<&Flag> = timeline.flags.iter().collect();
    flags.sort_by_key(|flag| flag.span.start);
    for flag in flags {
        text += &flag_lines(flag, locale);
    }
    text
}

/// Each key fact with how often it was said.
fn key_facts(document: &Value, locale: &str) -> String {
    let facts = document["key_facts"].as_array().into_iter().flatten();
    let parts: Vec<String> = facts
        .map(|fact| format!("{} ×{}", fact["text"].as_str().unwrap_or_default(), fact["said"].as_u64().unwrap_or(1)))
        .collect();
    if parts.is_empty() { t!("cli.none", locale = locale).into_owned() } else { parts.join("  ") }
}

fn scaled(value: &Value) -> Value {
    value.as_f64().map_or(Value::Null, |value| Value::from(value * 100.0))
}

/// Pads to a width in terminal columns, in which a Han character takes two.
pub fn pad(text: &str, columns: usize) -> String {
    let width: usize = text.chars().map(|c| if c as u32 >= 0x2e80 { 2 } else { 1 }).sum();
    format!("{text}{}", " ".repeat(columns.saturating_sub(width)))
}
