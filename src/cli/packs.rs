//! `voicemirror packs`.

use super::analyze::setup_failure;
use super::args::{PacksCommand, TryArgs};
use super::{Failure, Outcome, output};
use crate::practice::checklist::checklist;
use crate::practice::report::checklist_json;
use crate::practice::setup::{load_pack, read_pack};
use crate::session::event::{Cue, Hit, HitLevel, MatchedBy, Question, SessionEvent, Severity};
use crate::session::timeline::Timeline;
use crate::time::{SampleTime, Span, clock_text};
use crate::wording::{Listener, Pack, TypedLine, check, listen_to_call, listen_to_turn};
use anyhow::{Context, anyhow};
use rust_i18n::t;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, IsTerminal};
use std::path::Path;
use std::sync::Arc;

pub fn run(command: &PacksCommand, locale: &str) -> Outcome {
    match command {
        PacksCommand::List => {
            let ids: Vec<_> = Pack::bundled_ids().collect();
            output::print(&format!("{}\n", ids.join("\n")))
        }
        PacksCommand::Check { file } => check_pack(file),
        PacksCommand::Try(wanted) => try_pack(wanted, locale),
    }
}

fn check_pack(file: &str) -> Outcome {
    let pack = match Pack::bundled(file) {
        Some(bundled) => bundled?,
        None => read_pack(Path::new(file)).map_err(setup_failure)?,
    };
    let problems = check(&pack);
    for problem in &problems {
        eprintln!("{file}: {problem}");
    }
    if problems.is_empty() {
        return output::print(&format!(
            "{file}: {} version {}, {} entries, {} cues, all right\n",
            pack.id,
            pack.version,
            pack.entries.len(),
            pack.cues.len()
        ));
    }
    Err(Failure::Failed(anyhow!("{file} has {} problem(s)", problems.len())))
}

fn try_pack(wanted: &TryArgs, locale: &str) -> Outcome {
    let (pack, file) = wanted.pack_and_file();
    let pack = load_pack(pack).map_err(setup_failure)?;
    if file.is_none() && std::io::stdin().is_terminal() {
        eprintln!("{}", t!("cli.try.typing", locale = locale));
    }
    let lines = typed_lines(file)?;
    if wanted.call {
        return try_call(&pack, lines, wanted.json, locale);
    }
    let fresh = Listener::new(Arc::clone(&pack));
    let mut found = Vec::new();
    for line in lines {
        let TypedLine::Agent(text) = line? else { continue };
        let here = Found::of(listen_to_turn(&fresh, &text));
        if wanted.json {
            found.push(here.json(&text));
        } else {
            // At once: somebody may be typing.
            output::print(&format!("{text}\n{}", here.lines(locale)))?;
        }
    }
    if wanted.json { output::write_json(&Value::Array(found), Path::new("-")) } else { Ok(()) }
}

fn try_call(
    pack: &Arc<Pack>,
    lines: impl Iterator<Item = Result<TypedLine, Failure>>,
    as_json: bool,
    locale: &str,
) -> Outcome {
    let lines = lines.collect::<Result<Vec<_>, _>>()?;
    let call = listen_to_call(pack, &lines);
    let mut document = Vec::new();
    let mut shown = String::new();
    for (i, (line, span)) in lines.iter().zip(&call.spans).enumerate() {
        let (who, text) = match line {
            TypedLine::Agent(text) => ("agent", text.as_str()),
            TypedLine::Customer(text) => ("customer", text.as_str()),
            TypedLine::Silence(_) => ("silence", ""),
        };
        let next = call.spans.get(i + 1).map(|next| next.start);
        let belongs = |found: Span| who == "agent" && found.start >= span.start && next.is_none_or(|n| found.start < n);
        let here = Found::of(call.events.iter().filter(|event| span_of(event).is_some_and(belongs)).cloned());
        let mut entry = here.json(text);
        entry["who"] = json!(who);
        entry["start_s"] = json!(span.start.seconds());
        entry["end_s"] = json!(span.end.seconds());
        document.push(entry);
        let mark = if who == "agent" { "" } else { "  · " };
        shown += &format!("{}  {mark}{text}\n", clock_text(span.start));
        if who == "agent" && !here.is_empty() {
            shown += &here.lines(locale);
        }
    }
    if as_json {
        let timeline = Timeline::of(&call.events);
        let steps = checklist_json(&checklist(&timeline, SampleTime(u64::MAX)));
        let document = json!({"pack": pack.id, "lines": document, "checklist": steps});
        return output::write_json(&document, Path::new("-"));
    }
    output::print(&shown)
}

/// The lines of a file, or of standard input, one by one.
fn typed_lines(file: Option<&Path>) -> Result<impl Iterator<Item = Result<TypedLine, Failure>>, Failure> {
    let name = file.map_or_else(|| "-".to_owned(), |file| file.display().to_string());
    let reader: Box<dyn BufRead> = match file {
        None => Box::new(std::io::stdin().lock()),
        Some(path) => {
            Box::new(BufReader::new(std::fs::File::open(path).with_context(|| format!("cannot read {name}"))?))
        }
    };
    Ok(reader.lines().filter_map(move |line| match line {
        Ok(line) => TypedLine::parse(&line).map(Ok),
        Err(error) => Some(Err(anyhow::Error::new(error).context(format!("cannot read {name} as UTF-8 text")).into())),
    }))
}

/// What was found in a text.
#[derive(Default)]
struct Found {
    hits: Vec<Hit>,
    cues: Vec<Cue>,
    questions: Vec<Question>,
}

impl Found {
    fn of(events: impl IntoIterator<Item = SessionEvent>) -> Self {
        let mut found = Self::default();
        for event in events {
            match event {
                SessionEvent::Hit(hit) => found.hits.push(hit),
                SessionEvent::Cue(cue) => found.cues.push(cue),
                SessionEvent::Question(question) => found.questions.push(question),
                _ => {}
            }
        }
        found.hits.sort_by_key(|hit| hit.span.start);
        found.cues.sort_by_key(|cue| cue.span.start);
        found.questions.sort_by_key(|question| question.span.start);
        found
    }

    fn is_empty(&self) -> bool {
        self.hits.is_empty() && self.cues.is_empty() && self.questions.is_empty()
    }

    fn json(&self, text: &str) -> Value {
        let hits: Vec<Value> = self
            .hits
            .iter()
            .map(|hit| {
                json!({
                    "rule": hit.rule, "level": hit.level, "severity": hit.severity.name(), "text": hit.text,
                    "confidence": rounded(hit.confidence), "phrase": hit.phrase, "by": hit.by,
                    "suggestion": hit.suggestion,
                })
            })
            .collect();
        let cues: Vec<Value> = self
            .cues
            .iter()
            .map(|cue| json!({"id": cue.id, "text": cue.text, "confidence": rounded(cue.confidence)}))
            .collect();
        let questions: Vec<Value> =
            self.questions.iter().map(|asked| json!({"kind": asked.kind.name(), "text": asked.text})).collect();
        json!({"text": text, "hits": hits, "cues": cues, "questions": questions})
    }

    /// A line for each thing found.
    fn lines(&self, locale: &str) -> String {
        if self.is_empty() {
            return format!("     {}\n", t!("cli.try.nothing", locale = locale));
        }
        let mut text = String::new();
        for hit in &self.hits {
            let mark = match (hit.level, hit.severity) {
                (HitLevel::Banned, _) | (_, Severity::Bad) => "!!",
                (_, Severity::Watch) => " !",
                (_, Severity::Info) => "  ",
            };
            let by = t!(by_key(hit.by), locale = locale);
            let sure = 100.0 * hit.confidence;
            text += &format!("  {mark} {:<8}{}  ({by}, {sure:.0} %)  → {}\n", hit.rule, hit.text, hit.suggestion);
        }
        for cue in &self.cues {
            text += &format!("   + {:<18}{}\n", cue.id, cue.text);
        }
        for asked in &self.questions {
            let key = format!("cli.try.kind.{}", asked.kind.name());
            text += &format!("   ? {}  {}\n", t!(&key, locale = locale), asked.text);
        }
        text
    }
}

/// To two digits, without the noise of a wider float.
fn rounded(confidence: f32) -> f64 {
    (f64::from(confidence) * 100.0).round() / 100.0
}

fn by_key(by: MatchedBy) -> &'static str {
    match by {
        MatchedBy::Characters => "cli.try.by.characters",
        MatchedBy::Sound => "cli.try.by.sound",
        MatchedBy::Likelihood => "cli.try.by.likelihood",
        MatchedBy::Structure => "cli.try.by.structure",
    }
}

fn span_of(event: &SessionEvent) -> Option<Span> {
    match event {
        SessionEvent::Hit(hit) => Some(hit.span),
        SessionEvent::Cue(cue) => Some(cue.span),
        SessionEvent::Question(question) => Some(question.span),
        _ => None,
    }
}
