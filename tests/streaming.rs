//! Live text: settled once and for good, shown early without flicker, never in the way of anything else.

mod common;

use common::{clauses, golden, header, manner};
use proptest::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use voicemirror::engine::pipeline::Pipeline;
use voicemirror::engine::textwork::TextDesk;
use voicemirror::engine::textwork::worker::TextWorker;
use voicemirror::session::event::{EndCause, SessionEvent, Word};
use voicemirror::session::timeline::Timeline;
use voicemirror::speech::scripted::ScriptedTranscriber;
use voicemirror::speech::{Heard, Interrupt, SpeechError, TextJob, Transcriber};
use voicemirror::time::{SampleTime, Span};

/// Speech without a pause: the clauses of several recordings end to end, and what is said in them.
fn talk(seconds: f64) -> (Vec<f32>, Vec<Word>) {
    let recordings: Vec<common::Golden> = ["rushed", "calm", "pauses"].into_iter().map(golden).collect();
    let (mut sound, mut script) = (vec![0.0; 8000], Vec::new());
    for (recording, clause) in recordings.iter().flat_map(|one| one.truth.clauses.iter().map(move |c| (one, c))).cycle()
    {
        let begin = sound.len();
        if begin as f64 > seconds * 16_000.0 {
            break;
        }
        let place = |at_s: f64| (at_s * 16_000.0) as usize;
        sound.extend_from_slice(&recording.samples[place(clause.start)..place(clause.end)]);
        let (length, count) = (sound.len() - begin, clause.text.chars().count());
        for (index, c) in clause.text.chars().enumerate() {
            let at = |part: usize| SampleTime((begin + length * part / count) as u64);
            let text = if index + 1 == count { format!("{c}，") } else { c.to_string() };
            script.push(Word { span: Span::new(at(index), at(index + 1)), text, p: 0.95 });
        }
    }
    sound.extend([0.0; 32_000]);
    (sound, script)
}

fn text_of(words: &[Word]) -> String {
    words.iter().map(|word| word.text.as_str()).collect()
}

/// Hears the newest words of a growing window wrong, each time in another way, and all of it a little early or late.
#[derive(Clone)]
struct Unsteady {
    script: ScriptedTranscriber,
    heard: usize,
}

impl Transcriber for Unsteady {
    fn transcribe(&mut self, job: &TextJob) -> Result<Heard, SpeechError> {
        let mut heard = self.script.transcribe(job)?;
        self.heard += 1;
        if !job.settle {
            let sure = heard.words.len().saturating_sub(1 + self.heard % 3);
            for (index, word) in heard.words.iter_mut().enumerate() {
                let late = (self.heard % 5) as u64 * 160;
                word.span = Span::new(word.span.start + late, word.span.end + late);
                if index >= sure {
                    word.text = ["是", "不", "吗"][(self.heard + index) % 3].into();
                }
            }
        }
        Ok(heard)
    }

    fn model_name(&self) -> String {
        "unsteady".into()
    }
}

/// Pushes `sound` in blocks of the sizes that `next_size` names, asking for text after each.
fn stream(
    sound: &[f32],
    transcriber: impl Transcriber + 'static,
    next_size: &mut dyn FnMut() -> usize,
) -> Vec<SessionEvent> {
    let (header, setup) = header(true);
    let mut events = Vec::new();
    let mut pipeline = Pipeline::new(header, Arc::clone(&setup.pack), &mut events);
    let mut desk = TextDesk::new(Some(Box::new(transcriber)), manner(true)).expect("a thread");
    let (mut rest, mut since_rest) = (sound, 0);
    while !rest.is_empty() {
        let (block, later) = rest.split_at(next_size().clamp(1, rest.len()));
        pipeline.push(block, &mut events);
        desk.step(&mut pipeline, false, &mut events);
        rest = later;
        since_rest += block.len();
        if since_rest >= 160 {
            // The text thread gets its turn, as it does in life; sound comes here some hundred times faster.
            since_rest = 0;
            std::thread::yield_now();
            while desk.settling() {
                std::thread::yield_now();
                desk.step(&mut pipeline, false, &mut events);
            }
        }
    }
    pipeline.finish(&mut events);
    while desk.hear_rest(&mut pipeline, &mut events) {}
    assert!(desk.take_troubles().is_empty());
    pipeline.end(EndCause::EndOfInput, &mut events);
    events
}

/// What must hold of any stream of text: what is agreed stays in front until text settles.
fn assert_no_flicker(events: &[SessionEvent]) -> usize {
    let (mut agreed, mut partials) = (String::new(), 0);
    for event in events {
        match event {
            SessionEvent::Partial { text, stable_chars, .. } => {
                assert!(text.starts_with(&agreed), "{agreed} has become {text}");
                let stable: String = text.chars().take(*stable_chars).collect();
                assert!(stable.chars().count() == *stable_chars && stable.len() >= agreed.len());
                agreed = stable;
                partials += 1;
            }
            SessionEvent::Text(_) => agreed.clear(),
            _ => {}
        }
    }
    partials
}

fn settled(events: &[SessionEvent]) -> Vec<Span> {
    let segment = |event: &SessionEvent| match event {
        SessionEvent::Text(segment) => Some(segment.span),
        _ => None,
    };
    events.iter().filter_map(segment).collect()
}

fn check(sound: &[f32], script: &[Word], next_size: &mut dyn FnMut() -> usize) -> Vec<SessionEvent> {
    let unsteady = Unsteady { script: ScriptedTranscriber { script: script.to_vec() }, heard: 0 };
    let events = stream(sound, unsteady, next_size);
    let timeline = Timeline::of(&events);
    let words: Vec<Word> = timeline.segments.iter().flat_map(|segment| segment.words.clone()).collect();
    assert_eq!(text_of(&words), text_of(script), "every word once and in order");
    let spans = settled(&events);
    assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start), "windows must not overlap: {spans:?}");
    assert_no_flicker(&events);
    events
}

#[test]
fn forty_seconds_without_a_pause_are_settled_bit_by_bit_however_the_sound_is_cut() {
    let (sound, script) = talk(40.0);
    for size in [1, 7, 160, 441, 4096] {
        let events = check(&sound, &script, &mut || size);
        let spans = settled(&events);
        assert!(spans.len() >= 4, "blocks of {size}: {spans:?}");
        if size == 160 {
            let longest_s = spans.iter().map(|span| span.seconds()).fold(0.0, f64::max);
            assert!(longest_s < 14.0, "agreed words must settle before the window is full: {spans:?}");
            assert!(assert_no_flicker(&events) > 20);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6))]
    #[test]
    fn random_cuts_lose_no_word(seed in any::<u64>()) {
        let (sound, script) = talk(20.0);
        let mut state = seed | 1;
        check(&sound, &script, &mut || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            1 + (state >> 33) as usize % 3000
        });
    }
}

#[test]
fn sound_is_measured_the_same_with_and_without_early_text() {
    let (sound, script) = talk(30.0);
    let of_sound = |events: &[SessionEvent]| -> Vec<SessionEvent> {
        let heard = |event: &&SessionEvent| {
            matches!(
                event,
                SessionEvent::Frames(_)
                    | SessionEvent::Speech { .. }
                    | SessionEvent::Pause(_)
                    | SessionEvent::Liveliness(_)
                    | SessionEvent::Loudness(_)
                    | SessionEvent::Fade(_)
            )
        };
        events.iter().filter(heard).cloned().collect()
    };
    let early = check(&sound, &script, &mut || 160);
    let plain = common::pipeline_events(&sound, &mut |_| 160, &ScriptedTranscriber { script });
    assert_eq!(of_sound(&early), of_sound(&plain));
}

/// Takes its time for text that is only shown, unless it is interrupted.
struct Dawdling {
    script: ScriptedTranscriber,
    interrupt: Interrupt,
    partial: Duration,
    settle: Duration,
    cancelled: Arc<AtomicUsize>,
}

impl Transcriber for Dawdling {
    fn transcribe(&mut self, job: &TextJob) -> Result<Heard, SpeechError> {
        let begun = Instant::now();
        let wanted = if job.settle { self.settle } else { self.partial };
        loop {
            if self.interrupt.is_raised() {
                assert!(!job.settle, "an interrupt has reached a window that is to be settled");
                self.cancelled.fetch_add(1, Ordering::Relaxed);
                return Err(SpeechError::Cancelled);
            }
            if begun.elapsed() >= wanted {
                return self.script.transcribe(job);
            }
            std::thread::sleep(Duration::from_micros(200));
        }
    }

    fn model_name(&self) -> String {
        "dawdling".into()
    }

    fn set_interrupt(&mut self, interrupt: Interrupt) {
        self.interrupt = interrupt;
    }
}

fn dawdling(script: &[Word], partial: Duration, settle: Duration) -> (Dawdling, Arc<AtomicUsize>) {
    let cancelled = Arc::new(AtomicUsize::new(0));
    let script = ScriptedTranscriber { script: script.to_vec() };
    let transcriber =
        Dawdling { script, interrupt: Interrupt::default(), partial, settle, cancelled: Arc::clone(&cancelled) };
    (transcriber, cancelled)
}

#[test]
fn a_settled_window_never_waits_for_a_slow_partial() {
    let (sound, script) = clauses("pauses");
    // A partial takes ten minutes: settled text comes only if partials are given up at once.
    let (transcriber, cancelled) = dawdling(&script, Duration::from_secs(600), Duration::ZERO);
    let (header, setup) = header(true);
    let mut events = Vec::new();
    let mut pipeline = Pipeline::new(header, Arc::clone(&setup.pack), &mut events);
    let mut desk = TextDesk::new(Some(Box::new(transcriber)), manner(true)).expect("a thread");
    let mut longest = Duration::ZERO;
    let mut texts = 0;
    for block in sound.chunks(160) {
        pipeline.push(block, &mut events);
        desk.step(&mut pipeline, false, &mut events);
        let begun = Instant::now();
        // A settled window that waits shows as lag or as sound held; it must be gone within moments.
        while desk.settling() {
            desk.step(&mut pipeline, false, &mut events);
            std::thread::sleep(Duration::from_micros(100));
            assert!(begun.elapsed() < Duration::from_secs(20), "a partial is in the way");
        }
        longest = longest.max(begun.elapsed());
        texts = events.iter().filter(|event| matches!(event, SessionEvent::Text(_))).count();
    }
    assert!(texts >= 3 && cancelled.load(Ordering::Relaxed) >= 3, "{texts} texts, {cancelled:?} interrupted");
    assert!(longest < Duration::from_millis(500), "{longest:?}");
    pipeline.finish(&mut events);
    while desk.hear_rest(&mut pipeline, &mut events) {}
    assert_eq!(text_of(&script), Timeline::of(&events).transcript().replace('\n', ""));
}

#[test]
fn a_window_that_is_cut_at_a_pause_knows_every_syllable_of_its_speech() {
    for name in ["rushed", "calm", "pauses"] {
        let recording = golden(name);
        let (header, setup) = header(true);
        let (mut events, mut jobs) = (Vec::new(), Vec::new());
        let mut pipeline = Pipeline::new(header, setup.pack, &mut events);
        for block in recording.samples.chunks(1600) {
            pipeline.push(block, &mut events);
            jobs.extend(std::iter::from_fn(|| pipeline.take_job()));
        }
        pipeline.finish(&mut events);
        jobs.extend(std::iter::from_fn(|| pipeline.take_job()));
        let nuclei: Vec<SampleTime> = events
            .iter()
            .filter_map(|event| if let SessionEvent::Frames(block) = event { Some(&block.nuclei) } else { None })
            .flatten()
            .copied()
            .collect();
        assert!(jobs.len() >= 2 && nuclei.len() > 10, "{name}: {} windows", jobs.len());
        for job in &jobs {
            let spoken = |at: &SampleTime| job.speech.iter().any(|stretch| stretch.contains(*at));
            let own: Vec<SampleTime> = nuclei.iter().copied().filter(spoken).collect();
            let known: Vec<SampleTime> = job.nuclei.iter().copied().filter(spoken).collect();
            assert_eq!(known, own, "{name}: {:?}", job.span);
        }
    }
}

/// The flag is raised around the very moment at which a partial ends, two thousand times over.
#[test]
fn an_interrupt_never_reaches_the_next_window() {
    let (transcriber, cancelled) = dawdling(&[], Duration::from_micros(500), Duration::from_micros(50));
    let mut worker = TextWorker::start(Box::new(transcriber)).expect("a thread");
    let job = |settle: bool| TextJob {
        id: 0,
        span: Span::new(SampleTime(0), SampleTime(160)),
        audio: vec![0.0; 160].into(),
        speech: Vec::new(),
        nuclei: Vec::new(),
        cut_at: SampleTime(160),
        settle,
    };
    let mut finished = 0;
    for round in 0..2000_u64 {
        worker.give(job(false), 1);
        std::thread::sleep(Duration::from_micros(round * 7 % 1200));
        worker.interrupt_partial();
        let partial = worker.wait().expect("alive").expect("an answer");
        finished += usize::from(partial.result.is_ok());
        worker.give(job(true), 1);
        // An interrupt for partials does nothing while a settled window is in work.
        worker.interrupt_partial();
        let settled = worker.wait().expect("alive").expect("an answer");
        assert!(settled.result.is_ok(), "round {round}: {:?}", settled.result);
    }
    assert!(cancelled.load(Ordering::Relaxed) > 100 && finished > 100, "{cancelled:?} {finished}");
}
