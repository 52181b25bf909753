//! Speed of matching: ten thousand phrases against settled sentences of twenty characters, one thread. Goal: less than
//! 2 ms a sentence.

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;
use voicemirror::session::event::TextSegment;
use voicemirror::wording::{CueMatcher, Matcher, Pack, spoken};

const PHRASES: usize = 10_000;
const SENTENCES: usize = 64;
const SENTENCE_CHARS: usize = 20;
/// How often each sentence is timed.
const REPEATS: usize = 20;

/// A small generator of the same numbers everywhere (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

/// What agents are told to say and not to say, without marks: pairs of characters as they really follow one another.
fn talk() -> Vec<char> {
    let pack = Pack::bundled("zh-service").expect("known").expect("valid");
    let texts = pack.entries.iter().flat_map(|entry| entry.hits.iter().chain(&entry.misses).chain([&entry.suggestion]));
    texts.flat_map(|text| text.chars()).filter(|c| !c.is_ascii() && c.is_alphabetic()).collect()
}

/// Text of `chars` characters, put together from pairs of real talk.
fn made_up(talk: &[char], chars: usize, random: &mut Random) -> String {
    let pairs = std::iter::repeat_with(|| random.below(talk.len() - 1));
    pairs.flat_map(|at| [talk[at], talk[at + 1]]).take(chars).collect()
}

/// Sentences of real talk, cut to `chars` characters wherever one begins.
fn said(talk: &[char], chars: usize, random: &mut Random) -> String {
    let at = random.below(talk.len() - chars);
    talk[at..at + chars].iter().collect()
}

/// A phrase as packs have them: words that go together, two in five behind a beginning that many share, three in ten
/// with choices and a gap.
fn usual(talk: &[char], number: usize, random: &mut Random) -> String {
    let words = |count: usize, random: &mut Random| made_up(talk, count, random);
    let beginning = match number % 10 {
        0 => "您",
        1 => "我们",
        2 => "[你|您](们)",
        3 => "我们公司",
        _ => "",
    };
    match random.below(10) {
        0 => format!("{beginning}{}({}){}", words(2, random), words(2, random), words(3, random)),
        1 => format!("{beginning}{}…{}", words(3, random), words(3, random)),
        2 => format!("{beginning}{}[{}|{}]{}", words(2, random), words(2, random), words(1, random), words(2, random)),
        length => format!("{beginning}{}", words(3 + length % 5, random)),
    }
}

/// A pack of so many phrases, as entries or as cues, each made by `phrase`.
fn pack(cues: bool, mut phrase: impl FnMut(usize) -> String) -> Arc<Pack> {
    let mut text = "id = \"x\"\nversion = 1\nname = \"X\"\nlanguage = \"zh\"\nfillers = [\"就\", \"真的\", \"啊\", \"也\", \"都\"]\n".to_owned();
    for number in 0..PHRASES / 10 {
        let phrases: Vec<String> = (0..10).map(|place| format!("\"{}\"", phrase(number * 10 + place))).collect();
        let phrases = phrases.join(", ");
        text += &if cues {
            format!("[[cue]]\nid = \"F2.empathy\"\nphrases = [{phrases}]\n")
        } else {
            format!(
                "[[entry]]\nid = \"r-{number}\"\nlevel = \"banned\"\nphrases = [{phrases}]\nreason = \"r\"\nsuggestion = \"s\"\n"
            )
        };
    }
    Arc::new(Pack::parse(&text, "x.toml").expect("valid"))
}

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
    let talk = talk();
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let sentences: Vec<String> = (0..SENTENCES).map(|_| made_up(&talk, SENTENCE_CHARS, &mut random) + "。").collect();
    let segments: Vec<TextSegment> =
        sentences.iter().enumerate().map(|(place, text)| spoken(text, place as f64 * 6.0)).collect();

    let mut group = criterion.benchmark_group("10,000 phrases, 64 sentences of 20 characters");
    group.sample_size(10);
    let lengths = |number: usize| 4 + number % 7;
    let plain = pack(false, |number| made_up(&talk, lengths(number), &mut random));
    let alike = pack(false, |number| format!("我们公司的{}", made_up(&talk, 2 + number % 3, &mut random)));
    let rich = pack(false, |number| {
        let piece = |chars, random: &mut Random| made_up(&talk, chars, random);
        let (a, b, c, d) =
            (piece(2, &mut random), piece(2, &mut random), piece(2, &mut random), piece(1 + number % 3, &mut random));
        format!("[你|您](们){a}({b}|{c})…{d}不")
    });
    let usual = pack(false, |number| usual(&talk, number, &mut random));
    let spoken_sentences: Vec<TextSegment> = (0..SENTENCES)
        .map(|place| spoken(&(said(&talk, SENTENCE_CHARS, &mut random) + "。"), place as f64 * 6.0))
        .collect();
    let cues = pack(true, |number| made_up(&talk, lengths(number), &mut random));
    let shapes = [
        ("as packs are", &usual, &spoken_sentences),
        ("plain", &plain, &segments),
        ("one beginning", &alike, &segments),
        ("choices and gaps", &rich, &segments),
    ];
    for (name, pack, segments) in shapes {
        let matcher = Matcher::new(Arc::clone(pack));
        let (mut timed, mut hits) = (matcher.clone(), Vec::new());
        print_percentiles(name, segments, |segment| timed.push(segment, &mut hits));
        group.bench_with_input(BenchmarkId::new("entries", name), &matcher, |bench, matcher| {
            let mut matcher = matcher.clone();
            bench.iter(|| {
                let mut hits = Vec::new();
                segments.iter().for_each(|segment| matcher.push(segment, &mut hits));
                matcher.finish(&mut hits);
                black_box(hits.len())
            });
        });
    }
    let matcher = CueMatcher::new(cues);
    let (mut timed, mut found) = (matcher.clone(), Vec::new());
    print_percentiles("cues", &segments, |segment| timed.push(segment, &mut found));
    group.bench_function("cues", |bench| {
        let mut matcher = matcher.clone();
        bench.iter(|| {
            let mut found = Vec::new();
            segments.iter().for_each(|segment| matcher.push(segment, &mut found));
            matcher.finish(&mut found);
            black_box(found.len())
        });
    });
    group.bench_function("a copy of a matcher", |bench| {
        let matcher = Matcher::new(Arc::clone(&plain));
        bench.iter(|| black_box(matcher.clone()));
    });
    group.finish();
}

criterion_group!(benches, benchmarks);
criterion_main!(benches);
