//! Speed of matching: ten thousand phrases against settled sentences of twenty characters, one thread. Goal: less than
//! 2 ms a sentence, and a time that grows with the text and no faster.

#[path = "wording_kit/mod.rs"]
mod wording_kit;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;
use voicemirror::session::event::TextSegment;
use voicemirror::wording::{CueMatcher, Matcher};
use wording_kit::{cases, long_sentences};

/// How often each sentence is timed.
const REPEATS: usize = 20;
/// Characters of the sentences that show how time grows with the text.
const LENGTHS: [usize; 4] = [10, 50, 250, 1_000];

/// Prints how long single sentences take: on a busy machine the median says more than a mean does.
fn print_percentiles(name: &str, segments: &[TextSegment], mut push: impl FnMut(&TextSegment)) {
    segments.iter().for_each(&mut push);
    let mut millis: Vec<f64> = (0..REPEATS)
        .flat_map(|_| segments)
        .map(|segment| {
            let start = Instant::now();
            push(segment);
            start.elapsed().as_secs_f64() * 1_000.0
        })
        .collect();
    millis.sort_by(f64::total_cmp);
    let at = |share: f64| millis[((millis.len() - 1) as f64 * share) as usize];
    let mean = millis.iter().sum::<f64>() / millis.len() as f64;
    println!("{name}: median {:.3} ms, mean {mean:.3} ms, p90 {:.3} ms a sentence", at(0.5), at(0.9));
}

fn benchmarks(criterion: &mut Criterion) {
    let cases = cases();
    let mut group = criterion.benchmark_group("10,000 phrases, 64 sentences of 20 characters");
    group.sample_size(10);
    for case in &cases {
        if case.cues {
            let matcher = CueMatcher::new(Arc::clone(&case.pack));
            let (mut timed, mut found) = (matcher.clone(), Vec::new());
            print_percentiles(case.name, &case.sentences, |segment| timed.push(segment, &mut found));
            group.bench_function(case.name, |bench| {
                let mut matcher = matcher.clone();
                bench.iter(|| {
                    let mut found = Vec::new();
                    case.sentences.iter().for_each(|segment| matcher.push(segment, &mut found));
                    matcher.finish(&mut found);
                    black_box(found.len())
                });
            });
            continue;
        }
        let matcher = Matcher::new(Arc::clone(&case.pack));
        let (mut timed, mut hits) = (matcher.clone(), Vec::new());
        print_percentiles(case.name, &case.sentences, |segment| timed.push(segment, &mut hits));
        group.bench_with_input(BenchmarkId::new("entries", case.name), &matcher, |bench, matcher| {
            let mut matcher = matcher.clone();
            bench.iter(|| {
                let mut hits = Vec::new();
                case.sentences.iter().for_each(|segment| matcher.push(segment, &mut hits));
                matcher.finish(&mut hits);
                black_box(hits.len())
            });
        });
    }
    let Some(usual) = cases.first() else { return };
    let matcher = Matcher::new(Arc::clone(&usual.pack));
    for length in LENGTHS {
        let sentences = long_sentences(length);
        let (mut timed, mut hits) = (matcher.clone(), Vec::new());
        print_percentiles(&format!("{length} characters"), &sentences, |segment| timed.push(segment, &mut hits));
    }
    group.bench_function("a copy of a matcher", |bench| bench.iter(|| black_box(matcher.clone())));
    group.finish();
}

criterion_group!(benches, benchmarks);
criterion_main!(benches);
