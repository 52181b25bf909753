//! Speed of the analyzers of liveliness, pace, fillers, fading ends and tremor, one thread, in seconds of sound per second.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use voicemirror::analysis::delivery::LivelinessMeter;
use voicemirror::analysis::fade::FadeMeter;
use voicemirror::analysis::filler::FillerFinder;
use voicemirror::analysis::pace::PaceMeter;
use voicemirror::analysis::spectrum::Spectrograph;
use voicemirror::analysis::{calibration, tremor};
use voicemirror::session::event::{Frame, PaceUnit};
use voicemirror::session::profile::PaceWindow;
use voicemirror::time::{FRAME_SAMPLES, SampleTime};

const SECONDS: usize = 60;

fn benchmarks(criterion: &mut Criterion) {
    let samples: Vec<f32> = (0..SECONDS * 16_000)
        .map(|i| {
            let t = i as f32 / 16_000.0;
            let f0_hz = 180.0 + 60.0 * (t * 2.0).sin();
            0.2 * (1..8).map(|n| (std::f32::consts::TAU * f0_hz * n as f32 * t).sin() / n as f32).sum::<f32>()
        })
        .collect();
    let blocks = samples.as_chunks::<FRAME_SAMPLES>().0;
    let frames: Vec<Frame> = (0..blocks.len())
        .map(|i| {
            let speech = i % 200 < 160;
            let f0_hz = if speech { 180.0 + 60.0 * (i as f32 * 0.02).sin() } else { 0.0 };
            Frame { f0_hz, voicing: 0.9, level_db: if speech { -20.0 } else { -60.0 }, speech }
        })
        .collect();
    let start = |i: usize| SampleTime((i * FRAME_SAMPLES) as u64);

    let mut group = criterion.benchmark_group("seconds of sound per second");
    group.throughput(Throughput::Elements(SECONDS as u64)).sample_size(10);
    group.bench_function("filled pauses", |bench| {
        bench.iter(|| {
            let (mut finder, mut spectrograph) = (FillerFinder::new(), Spectrograph::new());
            let shapes = blocks.iter().filter_map(|block| spectrograph.push(block));
            let pairs = shapes.zip(&frames).enumerate();
            pairs.filter(|(i, (shape, frame))| finder.push(start(*i), **frame, shape).is_some()).count()
        });
    });
    group.bench_function("pace", |bench| {
        bench.iter(|| {
            let mut meter = PaceMeter::new(PaceWindow { window_s: 15.0, min_speech_s: 4.0 }, PaceUnit::Han);
            let nuclei = frames.iter().enumerate().filter(|(i, frame)| {
                let sonority_db = -20.0 + 5.0 * (*i as f32 * 0.3).sin();
                meter.push(start(*i), **frame, sonority_db).is_some()
            });
            nuclei.count()
        });
    });
    group.bench_function("liveliness", |bench| {
        bench.iter(|| {
            let mut meter = LivelinessMeter::new(None);
            let measured = frames.iter().enumerate().filter(|(i, frame)| {
                meter.push(start(*i), **frame);
                i % 100 == 99 && meter.measure(start(*i)).is_some()
            });
            measured.count()
        });
    });
    group.bench_function("fading ends", |bench| {
        bench.iter(|| {
            let mut meter = FadeMeter::default();
            frames.iter().enumerate().filter(|(i, frame)| meter.push(start(*i), **frame).is_some()).count()
        });
    });
    group.bench_function("tremor", |bench| bench.iter(|| tremor::tremor(&frames)));
    group.bench_function("level calibration", |bench| bench.iter(|| calibration::from_frames(&frames)));
    group.finish();
}

criterion_group!(benches, benchmarks);
criterion_main!(benches);
