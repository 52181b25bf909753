//! Reports on paper: JSON and the lines that a person reads in the terminal.

use super::Failure;
use crate::session::event::{Flag, QuestionKind};
use crate::session::timeline::Timeline;
use crate::text::{flag_message, flag_suggestion, hit_reason};
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

/// One flag as two lines or three.
pub fn flag_lines(flag: &Flag, timeline: &Timeline, locale: &str) -> String {
    let mark = match flag.severity {
        crate::session::event::Severity::Bad => "!!",
        crate::session::event::Severity::Watch => " !",
        crate::session::event::Severity::Info => "  ",
    };
    let arrow = "→";
    let why = timeline.hit_of(flag).map_or(String::new(), |hit| format!("            {}\n", hit_reason(hit, locale)));
    format!(
        "{mark} {}  {:<8}{}\n            {arrow} {}\n{why}",
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
    text += &service_lines(document, locale, &line);
    text += &line("report.score", number(&document["score"]["total"], 0));
    if let Some(transcript) = document["transcript"].as_str().filter(|text| !text.is_empty()) {
        text += &format!("\n{transcript}\n");
    }
    if !timeline.notes.is_empty() {
        text += &format!("\n{} {}\n", t!("report.notes", locale = locale), timeline.notes.len());
    }
    for note in &timeline.notes {
        text += &format!("   {}  {}\n", clock_text(note.at), note.text);
    }
    text += &format!("\n{} {}\n", t!("report.flags", locale = locale), timeline.flags.len());
    let mut flags: Vec<&Flag> = timeline.flags.iter().collect();
    flags.sort_by_key(|flag| flag.span.start);
    for flag in flags {
        text += &flag_lines(flag, timeline, locale);
    }
    text
}

/// Steps, questions and service language, where there is text to judge them by.
fn service_lines(document: &Value, locale: &str, line: &dyn Fn(&str, String) -> String) -> String {
    let service = &document["service"];
    if service.is_null() {
        return String::new();
    }
    let mut text = line("report.steps", steps(document, locale));
    text += &line("report.questions", questions(document, locale));
    let figure = |key: &str| service[key].as_u64().unwrap_or_default();
    let value = t!(
        "report.service_value",
        locale = locale,
        formal = figure("formal_you"),
        plain = figure("plain_you"),
        can = figure("can"),
        cannot = figure("cannot"),
        asked = figure("proposals_asked"),
        proposals = figure("proposals"),
        names = figure("name_uses")
    );
    text += &line("report.service", value.into_owned());
    text
}

/// How many steps were taken, and the names of those that were not.
fn steps(document: &Value, locale: &str) -> String {
    let needed = || document["checklist"].as_array().into_iter().flatten().filter(|row| row["needed"] == true);
    let done = needed().filter(|row| row["done"] == true).count();
    let name = |row: &Value| {
        let id = row["id"].as_str().unwrap_or_default().to_lowercase();
        let key = format!("steps.{id}.name");
        t!(&key, locale = locale).into_owned()
    };
    let missing: Vec<String> = needed().filter(|row| row["done"] != true).map(name).collect();
    let mut text = t!("steps.progress", locale = locale, done = done, needed = needed().count()).into_owned();
    if !missing.is_empty() {
        let names = missing.join(&t!("steps.between", locale = locale));
        text += &format!("  {}", t!("steps.missing", locale = locale, steps = names));
    }
    text
}

/// Questions of each kind that was asked.
fn questions(document: &Value, locale: &str) -> String {
    let kinds = QuestionKind::ALL.iter().filter_map(|kind| {
        let count = document["questions"][kind.name()].as_u64().filter(|count| *count > 0)?;
        let key = format!("review.question.{}", kind.name());
        Some(format!("{} {count}", t!(&key, locale = locale)))
    });
    let parts: Vec<String> = kinds.collect();
    if parts.is_empty() { t!("cli.none", locale = locale).into_owned() } else { parts.join("  ") }
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn missing_steps_and_kinds_of_question_are_named() {
        let row = |id: &str, needed: bool, done: bool| json!({"id": id, "needed": needed, "done": done});
        let document = json!({
            "service": {"formal_you": 6, "plain_you": 1, "can": 2, "cannot": 1},
            "questions": {"open": 2, "closed": 3, "leading": 0},
            "checklist": [row("E2", true, true), row("E5", true, false), row("E7", false, false), row("E8", true, false)],
        });
        let line = |_: &str, value: String| format!("{value}\n");
        let text = service_lines(&document, "zh", &line);
        assert!(text.starts_with("1/3  还差：复述要点、收尾\n开放式 2  封闭式 3\n"), "{text}");
        assert!(text.contains("您 6 : 你 1") && !text.contains("%{"), "{text}");
        let text = service_lines(&document, "en", &line);
        assert!(text.contains("Missing: Repeat back, Closing") && !text.contains("%{"), "{text}");
        assert_eq!(service_lines(&json!({}), "zh", &line), "");
    }
}
