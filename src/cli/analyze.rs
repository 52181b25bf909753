//! `voicemirror analyze`.

use super::args::AnalyzeArgs;
use super::{Failure, Outcome, output};
use crate::audio::file::FileSource;
use crate::audio::source::Source;
use crate::engine::live::offline_text_threads;
use crate::engine::offline;
use crate::practice::report;
use crate::practice::setup::{Setup, SetupError, load_transcriber, source_info};
use crate::session::timeline::Timeline;
use crate::speech::Transcriber;
use crate::time::FRAME_S;
use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use std::io::{BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

/// Recordings shorter than this show no progress bar, seconds.
const LEAST_BAR_S: f64 = 20.0;

/// Sorts a set-up error into failure or usage.
pub fn setup_failure(error: SetupError) -> Failure {
    if error.is_usage() { Failure::Usage(error.into()) } else { Failure::Failed(error.into()) }
}

pub fn run(args: &AnalyzeArgs, locale: &str) -> Outcome {
    let language = args.setup.lang.into();
    let setup = Setup::load(&args.setup.profile, args.setup.pack.as_deref(), language).map_err(setup_failure)?;
    let several = args.files.len() > 1;
    if several && let Some(folder) = &args.tracks {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    let mut transcriber = match args.setup.no_text {
        true => None,
        false => {
            let cancel = Arc::new(AtomicBool::new(false));
            let threads = args.setup.threads_or(offline_text_threads());
            Some(load_transcriber(args.setup.model.as_deref(), language, threads, cancel)?)
        }
    };
    let mut documents = Vec::new();
    let mut failed = false;
    for path in &args.files {
        match analyse_file(path, &setup, transcriber.as_deref_mut(), locale) {
            Ok((document, timeline)) => {
                if let Some(target) = &args.tracks {
                    write_tracks(&timeline, &track_path(target, path, several))?;
                }
                if args.json.is_none() {
                    output::print(&output::summary(&document, &timeline, locale))?;
                }
                documents.push(document);
            }
            // The other recordings are still worth their reports.
            Err(error) => {
                eprintln!("voicemirror: {error:#}");
                failed = true;
            }
        }
    }
    if let Some(target) = &args.json
        && (several || !documents.is_empty())
    {
        let value = if several { Value::Array(documents) } else { documents.swap_remove(0) };
        output::write_json(&value, target)?;
    }
    if failed { Err(Failure::Told) } else { Ok(()) }
}

fn analyse_file(
    path: &Path,
    setup: &Setup,
    mut transcriber: Option<&mut (dyn Transcriber + 'static)>,
    locale: &str,
) -> anyhow::Result<(Value, Timeline)> {
    let begun = Instant::now();
    let mut source = FileSource::open(path)?;
    let info = source_info(&source);
    let model = transcriber.as_ref().map_or(String::new(), |text| text.model_name());
    let header = setup.header(info, model, String::new());
    let length_s = source.total_frames().map(|frames| frames as f64 / f64::from(source.rate_hz().max(1)));
    let bar = progress_bar(path, length_s);
    let mut timeline = Timeline::default();
    let transcriber = transcriber.as_mut().map(|text| &mut **text as &mut dyn Transcriber);
    let result = offline::analyse(
        &mut source,
        header,
        Arc::clone(&setup.pack),
        transcriber,
        &mut |event| timeline.apply(&event),
        &mut |done_s| bar.set_position(done_s as u64),
    );
    bar.finish_and_clear();
    result.with_context(|| path.display().to_string())?;
    if let Some(warning) = source.warning() {
        eprintln!("voicemirror: {warning}");
    }
    let mut document = report::document(&timeline, locale);
    report::add_timing(&mut document, begun.elapsed().as_secs_f64(), timeline.duration().seconds());
    Ok((document, timeline))
}

fn progress_bar(path: &Path, length_s: Option<f64>) -> ProgressBar {
    if !std::io::stderr().is_terminal() || length_s.is_none_or(|seconds| seconds < LEAST_BAR_S) {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(length_s.unwrap_or_default() as u64);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} s, {eta} left") {
        bar.set_style(style);
    }
    bar.set_message(path.file_name().unwrap_or_default().to_string_lossy().into_owned());
    bar
}

/// `NAME.csv` in the folder for several recordings, else the file that was named.
fn track_path(target: &Path, recording: &Path, several: bool) -> PathBuf {
    if several || target.is_dir() {
        let stem = recording.file_stem().unwrap_or_default();
        target.join(stem).with_extension("csv")
    } else {
        target.to_owned()
    }
}

/// `time_s,f0_hz,voicing,level_db,speech` every 10 ms, at the frame's centre.
fn write_tracks(timeline: &Timeline, path: &Path) -> anyhow::Result<()> {
    let write = || -> std::io::Result<()> {
        let mut file = BufWriter::new(std::fs::File::create(path)?);
        writeln!(file, "time_s,f0_hz,voicing,level_db,speech")?;
        for (index, frame) in timeline.frames.iter().enumerate() {
            let time_s = (index as f64 + 0.5) * FRAME_S;
            let f0_hz = frame.f0().map_or(String::new(), |f0_hz| format!("{f0_hz:.2}"));
            let speech = u8::from(frame.speech);
            writeln!(file, "{time_s:.3},{f0_hz},{:.2},{:.1},{speech}", frame.voicing, frame.level_db)?;
        }
        file.flush()
    };
    write().with_context(|| format!("cannot write the tracks to {}", path.display()))
}
