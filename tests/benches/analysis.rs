//! Speed of the engine, one thread. The rate is in seconds of sound per second of computing ("elements"):
//! 300 elem/s means three hundred times real time.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use voicemirror::analysis::loudness::level_db;
use voicemirror::analysis::pitch::PitchTracker;
use voicemirror::analysis::vad::VoiceDetector;
use voicemirror::audio::file::FileSource;
use voicemirror::audio::resample::Resampler;
use voicemirror::engine::offline;
use voicemirror::practice::setup::Setup;
use voicemirror::session::event::{Language, SourceInfo};
use voicemirror::session::timeline::Timeline;
use voicemirror::time::FRAME_SAMPLES;

fn demo() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/demo.flac")
}

/// From the file to the folded timeline, without text.
fn analyse(path: &Path, setup: &Setup) -> Timeline {
    let mut source = FileSource::open(path).expect("the bundled recording");
    let header = setup.header(SourceInfo::default(), String::new(), String::new());
    let mut timeline = Timeline::default();
    let pack = Arc::clone(&setup.pack);
    offline::analyse(&mut source, header, pack, None, &mut |event| timeline.apply(&event), &mut |_| {})
        .expect("an analysis");
    timeline
}

fn benchmarks(criterion: &mut Criterion) {
    let setup = Setup::load("textbook", None, Language::Zh).expect("the bundled profile and pack");
    let seconds = analyse(&demo(), &setup).duration().seconds();
    let samples: Vec<f32> = (0..seconds as usize * 16_000)
        .map(|i| {
            let t = i as f32 / 16_000.0;
            let f0_hz = 180.0 + 60.0 * (t * 2.0).sin();
            0.2 * (1..8).map(|n| (std::f32::consts::TAU * f0_hz * n as f32 * t).sin() / n as f32).sum::<f32>()
        })
        .collect();
    let blocks = samples.as_chunks::<FRAME_SAMPLES>().0;

    let mut group = criterion.benchmark_group("seconds of sound per second");
    group.throughput(Throughput::Elements(seconds as u64)).sample_size(10);
    group.bench_function("whole analysis without text", |bench| bench.iter(|| black_box(analyse(&demo(), &setup))));
    group.bench_function("pitch", |bench| {
        bench.iter(|| {
            let mut tracker = PitchTracker::new();
            blocks.iter().filter_map(|block| tracker.push(block)).map(|pitch| pitch.f0_hz).sum::<f32>()
        });
    });
    group.bench_function("speech detection", |bench| {
        bench.iter(|| {
            let mut detector = VoiceDetector::new();
            blocks.iter().filter(|block| detector.push(block, level_db(*block)).speech == Some(true)).count()
        });
    });
    group.bench_function("resampling 48 kHz to 16 kHz", |bench| {
        let sound = samples.repeat(3);
        bench.iter(|| {
            let mut resampler = Resampler::new(48_000, 16_000).expect("a resampler");
            let mut out = Vec::with_capacity(samples.len());
            sound.chunks(480).for_each(|chunk| resampler.push(chunk, &mut out));
            out.len()
        });
    });
    group.finish();
}

criterion_group!(benches, benchmarks);
criterion_main!(benches);
