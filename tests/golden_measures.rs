//! Golden recordings: what the analyzers measure in the project's own recordings, with a tolerance for each figure.
//! After a change that is meant to measure otherwise: `UPDATE_GOLDEN=1 cargo test --release --test golden_measures`,
//! and say in the commit why.

mod common;

use common::golden;
use serde_json::{Value, json};
use std::path::PathBuf;
use voicemirror::practice::report;
use voicemirror::session::timeline::Timeline;

/// Figures kept of each recording, as JSON pointers into its report, and how far they may move: a share of the value
/// and an absolute part.
const FIGURES: [(&str, f64, f64); 10] = [
    ("/pitch/median_hz", 0.01, 0.0),
    ("/pitch/sd_semitones", 0.05, 0.05),
    ("/pitch/range_semitones", 0.05, 0.1),
    ("/delivery/liveliness", 0.0, 0.05),
    ("/loudness/mean_db", 0.0, 0.3),
    ("/loudness/sd_db", 0.05, 0.1),
    ("/pace/overall_per_min", 0.03, 0.0),
    ("/pace/articulation_per_min", 0.03, 0.0),
    ("/speech/0/start_s", 0.0, 0.02),
    ("/speech/0/end_s", 0.0, 0.02),
];

fn measure(name: &str) -> Value {
    let events = common::pipeline_events(&golden(name).samples, &mut |rest| rest, &Default::default());
    let timeline = Timeline::of(&events);
    let report = report::document(&timeline, "en");
    let mut figures: serde_json::Map<String, Value> = FIGURES
        .iter()
        .map(|(pointer, ..)| ((*pointer).to_owned(), report.pointer(pointer).cloned().unwrap_or(Value::Null)))
        .collect();
    let lengths: Vec<f64> = timeline.pauses.iter().map(|pause| pause.span.seconds()).collect();
    figures.insert("pauses_s".into(), json!(lengths));
    figures.insert("nuclei".into(), json!(timeline.nuclei.len()));
    let voiced = timeline.frames.iter().filter(|frame| frame.f0_hz > 0.0).count();
    figures.insert("voiced_frames".into(), json!(voiced));
    Value::Object(figures)
}

#[test]
fn the_golden_recordings_measure_as_before() {
    for name in ["calm", "flat", "rushed", "pauses"] {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/golden/measures/{name}.json"));
        let found = measure(name);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder of the golden figures");
            let text = serde_json::to_string_pretty(&found).expect("JSON") + "\n";
            std::fs::write(&path, text).expect("the golden figures");
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("tests/golden/measures holds a file for each recording");
        let known: Value = serde_json::from_str(&text).expect("JSON");
        for (pointer, share, absolute) in FIGURES {
            compare(name, pointer, &known[pointer], &found[pointer], share, absolute);
        }
        compare(name, "nuclei", &known["nuclei"], &found["nuclei"], 0.03, 1.0);
        compare(name, "voiced_frames", &known["voiced_frames"], &found["voiced_frames"], 0.02, 2.0);
        let (known, found) = (&known["pauses_s"], &found["pauses_s"]);
        assert_eq!(known.as_array().map(Vec::len), found.as_array().map(Vec::len), "{name}: number of pauses");
        for (at, known) in known.as_array().into_iter().flatten().enumerate() {
            compare(name, "pauses_s", known, &found[at], 0.0, 0.03);
        }
    }
}

fn compare(name: &str, what: &str, known: &Value, found: &Value, share: f64, absolute: f64) {
    match (known.as_f64(), found.as_f64()) {
        (Some(known), Some(found)) => assert!(
            (known - found).abs() <= known.abs() * share + absolute,
            "{name}: {what} was {known} and is {found}"
        ),
        _ => assert_eq!(known, found, "{name}: {what}"),
    }
}
