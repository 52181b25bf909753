//! What several tests share. Each test uses its own part of it.
#![allow(dead_code, reason = "every test file includes this module and uses only some of it")]

pub mod pulse;

use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use voicemirror::audio::file::FileSource;
use voicemirror::audio::resample::Resampler;
use voicemirror::audio::source::{Read, Source};
use voicemirror::engine::pipeline::Pipeline;
use voicemirror::engine::textwork::TextManner;
use voicemirror::practice::setup::Setup;
use voicemirror::session::event::{EndCause, Header, Language, SessionEvent, SourceInfo, Word};
use voicemirror::speech::Transcriber;
use voicemirror::speech::scripted::ScriptedTranscriber;
use voicemirror::time::{SAMPLE_RATE_HZ, SampleTime, Span};

/// A recording made for the project, with what was said in it.
pub struct Golden {
    pub name: String,
    pub path: PathBuf,
    pub samples: Vec<f32>,
    pub truth: Truth,
}

#[derive(Deserialize)]
pub struct Truth {
    pub duration_s: f64,
    pub clauses: Vec<Clause>,
    pub pauses: Vec<Pause>,
    pub banned: Vec<Banned>,
    pub summary: Summary,
}

#[derive(Deserialize)]
pub struct Clause {
    pub text: String,
    pub start: f64,
    pub end: f64,
}

#[derive(Deserialize)]
pub struct Pause {
    pub start: f64,
    pub end: f64,
}

#[derive(Deserialize)]
pub struct Banned {
    pub rule: String,
    pub start: f64,
    pub end: f64,
}

#[derive(Deserialize)]
pub struct Summary {
    pub han_per_min_overall: f64,
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The recording `name` of `tests/golden/audio`.
pub fn golden(name: &str) -> Golden {
    load(root().join("tests/golden/audio").join(name).with_extension("flac"))
}

/// The recording that the demo plays.
pub fn demo() -> Golden {
    load(root().join("assets/samples/demo.flac"))
}

fn load(path: PathBuf) -> Golden {
    let truth = std::fs::read_to_string(path.with_extension("json")).expect("the truth beside the recording");
    Golden {
        name: path.file_stem().expect("a name").to_string_lossy().into_owned(),
        samples: samples_of(&path),
        truth: serde_json::from_str(&truth).expect("a truth file"),
        path,
    }
}

/// All samples of a file at 16 kHz, through the program's own decoder and resampler.
pub fn samples_of(path: &Path) -> Vec<f32> {
    let mut source = FileSource::open(path).expect("a recording");
    let mut resampler = Resampler::new(source.rate_hz(), SAMPLE_RATE_HZ).expect("a resampler");
    let (mut raw, mut samples) = (Vec::new(), Vec::new());
    loop {
        raw.clear();
        let read = source.read(&mut raw, Duration::from_secs(1)).expect("readable sound");
        resampler.push(&raw, &mut samples);
        if read == Read::End {
            break;
        }
    }
    resampler.finish(&mut samples);
    samples
}

/// The truth's clauses as the words of a scripted transcriber, spread evenly over each clause.
pub fn scripted_for(recording: &Golden) -> ScriptedTranscriber {
    let mut script = Vec::new();
    for clause in &recording.truth.clauses {
        let count = clause.text.chars().count() as f64;
        for (index, c) in clause.text.chars().enumerate() {
            let at = |part: f64| SampleTime::from_seconds(clause.start + (clause.end - clause.start) * part / count);
            let span = Span::new(at(index as f64), at(index as f64 + 1.0));
            script.push(Word { span, text: c.to_string(), p: 0.95 });
        }
    }
    ScriptedTranscriber { script }
}

/// A header with the default profile and pack; with a model name only when text will come.
pub fn header(with_text: bool) -> (Header, Setup) {
    let setup = Setup::load("textbook", None, Language::Zh).expect("the bundled profile and pack");
    let model = if with_text { "script" } else { "" };
    let source = SourceInfo { path: "test".into(), rate_hz: SAMPLE_RATE_HZ, channels: 1, live: false };
    (setup.header(source, model.into(), String::new()), setup)
}

/// Runs samples through the pipeline in blocks whose sizes `next_size` names (given what is left).
pub fn pipeline_events(
    samples: &[f32],
    next_size: &mut dyn FnMut(usize) -> usize,
    script: &ScriptedTranscriber,
) -> Vec<SessionEvent> {
    let (header, setup) = header(!script.script.is_empty());
    let mut transcriber = script.clone();
    let mut events = Vec::new();
    let mut pipeline = Pipeline::new(header, Arc::clone(&setup.pack), &mut events);
    let mut rest = samples;
    let hear = |pipeline: &mut Pipeline, transcriber: &mut ScriptedTranscriber, events: &mut Vec<SessionEvent>| {
        while let Some(job) = pipeline.take_job() {
            let heard = transcriber.transcribe(&job).expect("a script never fails");
            pipeline.text(&job, heard, job.cut_at, events);
        }
    };
    // Text is taken in where its window was cut, as a transcriber without delay would give it; that place must not
    // depend on the blocks either, so windows are asked for after every 10 ms.
    while !rest.is_empty() {
        let size = next_size(rest.len()).clamp(1, rest.len());
        let (block, later) = rest.split_at(size);
        pipeline.push(block, &mut events);
        rest = later;
    }
    pipeline.finish(&mut events);
    hear(&mut pipeline, &mut transcriber, &mut events);
    pipeline.end(EndCause::EndOfInput, &mut events);
    events
}

/// An event log in which the time of arrival, which depends on computing, is masked.
pub fn without_arrival(events: &[SessionEvent]) -> Vec<SessionEvent> {
    let mut kept: Vec<SessionEvent> = events.iter().filter(|event| event.is_stored()).cloned().collect();
    for event in &mut kept {
        match event {
            SessionEvent::Text(segment) => segment.ready_at = segment.span.end,
            SessionEvent::Hit(hit) => hit.ready_at = hit.span.end,
            SessionEvent::Cue(cue) => cue.ready_at = cue.span.end,
            SessionEvent::Question(question) => question.ready_at = question.span.end,
            SessionEvent::Flag(flag) => flag.raised_at = flag.span.end,
            SessionEvent::Pace(point) => point.at = point.window.end,
            _ => {}
        }
    }
    kept
}

/// A recording with its pauses, and what is said in it.
pub fn clauses(name: &str) -> (Vec<f32>, Vec<Word>) {
    let recording = golden(name);
    let script = scripted_for(&recording).script;
    (recording.samples, script)
}

/// One thread for text, shown early or not.
pub fn manner(partial_text: bool) -> TextManner {
    TextManner { threads: 1, most_threads: 1, partial_text }
}
