//! Text never costs a session anything else: busy machines, crashes, changes of model and language on the way.

mod common;

use common::{clauses, header, manner};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use voicemirror::audio::source::{AudioError, Read, Source};
use voicemirror::engine::live::{LiveOptions, LiveSession, Trouble};
use voicemirror::engine::pipeline::Pipeline;
use voicemirror::engine::textwork::{TextDesk, backlog::MOST_HELD_S};
use voicemirror::session::event::{Language, SessionEvent, TextEffort, Word};
use voicemirror::session::timeline::Timeline;
use voicemirror::speech::scripted::ScriptedTranscriber;
use voicemirror::speech::window::split_at_pause;
use voicemirror::speech::{Heard, Interrupt, SpeechError, TextJob, Transcriber, Vocabulary};
use voicemirror::time::{SAMPLE_RATE_HZ, SampleTime, Span};

fn text_of(words: &[Word]) -> String {
    words.iter().map(|word| word.text.as_str()).collect()
}

/// Sound that is there at once, read `samples` at a time with a pause of `rest` between.
struct Tape {
    sound: Vec<f32>,
    at: usize,
    samples: usize,
    rest: Duration,
}

impl Source for Tape {
    fn rate_hz(&self) -> u32 {
        SAMPLE_RATE_HZ
    }
    fn channels(&self) -> u16 {
        1
    }
    fn name(&self) -> String {
        "tape".into()
    }
    fn read(&mut self, out: &mut Vec<f32>, _timeout: Duration) -> Result<Read, AudioError> {
        std::thread::sleep(self.rest);
        let end = (self.at + self.samples).min(self.sound.len());
        if self.at == end {
            return Ok(Read::End);
        }
        out.extend_from_slice(&self.sound[self.at..end]);
        self.at = end;
        Ok(Read::Audio)
    }
}

fn live(source: Tape, transcriber: impl Transcriber + 'static, cancel: &Arc<AtomicBool>) -> LiveSession {
    live_in(source, transcriber, cancel, Language::Zh)
}

fn live_in(
    source: Tape,
    transcriber: impl Transcriber + 'static,
    cancel: &Arc<AtomicBool>,
    language: Language,
) -> LiveSession {
    let (mut header, setup) = header(true);
    header.language = language;
    LiveSession::start(LiveOptions {
        source: Box::new(source),
        header,
        pack: Arc::clone(&setup.pack),
        transcriber: Some(Box::new(transcriber)),
        cancel: Arc::clone(cancel),
        text_threads: 1,
        partial_text: true,
        recorder: None,
        summarize: Box::new(|_| serde_json::Value::Null),
        wake: Box::new(|| {}),
    })
    .expect("a live session")
}

/// Follows a session to its end; `each` sees every event first.
fn follow(session: &LiveSession, mut each: impl FnMut(&SessionEvent)) -> (Vec<SessionEvent>, Vec<Trouble>) {
    let (mut events, mut troubles) = (Vec::new(), Vec::new());
    loop {
        let finished = session.is_finished();
        for event in session.take_events() {
            each(&event);
            events.push(event);
        }
        troubles.extend(session.take_troubles());
        if finished {
            return (events, troubles);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Panics in its third window.
struct Fragile {
    script: ScriptedTranscriber,
    left: usize,
}

impl Transcriber for Fragile {
    fn transcribe(&mut self, job: &TextJob) -> Result<Heard, SpeechError> {
        assert!(self.left > 0, "the model's memory is gone");
        self.left -= usize::from(job.settle);
        self.script.transcribe(job)
    }
    fn model_name(&self) -> String {
        "fragile".into()
    }
}

#[test]
fn a_crash_of_the_recogniser_costs_no_sound_and_another_one_takes_over() {
    let (sound, script) = clauses("pauses");
    let length = sound.len();
    let cancel = Arc::new(AtomicBool::new(false));
    let script = ScriptedTranscriber { script };
    let fragile = Fragile { script: script.clone(), left: 1 };
    let tape = Tape { sound, at: 0, samples: 160, rest: Duration::from_micros(300) };
    let session = live(tape, fragile, &cancel);
    let mut replaced = None;
    let mut crashes = 0;
    let (mut events, mut last) = (Vec::new(), SampleTime::ZERO);
    loop {
        let finished = session.is_finished();
        for event in session.take_events() {
            if let SessionEvent::Frames(block) = &event {
                last = block.start;
            }
            events.push(event);
        }
        for trouble in session.take_troubles() {
            let told = trouble.to_string();
            assert!(told.contains("the model's memory is gone") && told.contains("goes on without text"), "{told}");
            crashes += 1;
            session.replace_transcriber(Box::new(script.clone()));
            replaced = Some(last);
        }
        if finished {
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(crashes, 1);
    let timeline = Timeline::of(&events);
    assert_eq!(timeline.position.0 as usize / 160, length.div_ceil(160), "no sound is lost");
    let replaced = replaced.expect("it crashed");
    assert!(timeline.segments.iter().any(|segment| segment.span.start > replaced), "text has come back");
    assert_eq!(session.join().transcriber.map(|text| text.model_name()), Some("script".into()));
}

#[test]
fn giving_up_is_immediate_while_a_window_is_being_heard() {
    struct Endless(Arc<AtomicBool>);
    impl Transcriber for Endless {
        fn transcribe(&mut self, _job: &TextJob) -> Result<Heard, SpeechError> {
            while !self.0.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(1));
            }
            Err(SpeechError::Cancelled)
        }
        fn model_name(&self) -> String {
            "endless".into()
        }
    }
    let (sound, _) = clauses("rushed");
    let cancel = Arc::new(AtomicBool::new(false));
    let tape = Tape { sound, at: 0, samples: 1600, rest: Duration::from_millis(2) };
    let session = live(tape, Endless(Arc::clone(&cancel)), &cancel);
    std::thread::sleep(Duration::from_millis(150));
    let begun = Instant::now();
    session.abandon();
    let outcome = session.join();
    assert!(begun.elapsed() < Duration::from_millis(500), "{:?}", begun.elapsed());
    assert!(outcome.transcriber.is_some());
}

/// Needs `slowness` times the length of a window, at the tape's own speed.
struct Busy {
    script: ScriptedTranscriber,
    slow: Arc<AtomicBool>,
    speed: f64,
    interrupt: Interrupt,
}

impl Transcriber for Busy {
    fn transcribe(&mut self, job: &TextJob) -> Result<Heard, SpeechError> {
        let slowness = if self.slow.load(Ordering::Relaxed) { 1.5 } else { 0.05 };
        let until = Instant::now() + Duration::from_secs_f64(job.span.seconds() * slowness / self.speed);
        while Instant::now() < until {
            if self.interrupt.is_raised() {
                return Err(SpeechError::Cancelled);
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        self.script.transcribe(job)
    }
    fn model_name(&self) -> String {
        "busy".into()
    }
    fn set_interrupt(&mut self, interrupt: Interrupt) {
        self.interrupt = interrupt;
    }
}

#[test]
fn a_busy_machine_steps_down_shows_it_and_recovers_by_itself() {
    let (sound, script) = clauses("rushed");
    let length = sound.len() as u64;
    let (mut long, mut words) = (Vec::new(), Vec::new());
    for round in 0..5 {
        long.extend_from_slice(&sound);
        words.extend(script.iter().map(|word| Word {
            span: Span::new(word.span.start + length * round, word.span.end + length * round),
            ..word.clone()
        }));
    }
    // Ten times as fast as life.
    let slow = Arc::new(AtomicBool::new(true));
    let script = ScriptedTranscriber { script: words.clone() };
    let busy = Busy { script, slow: Arc::clone(&slow), speed: 10.0, interrupt: Interrupt::default() };
    let cancel = Arc::new(AtomicBool::new(false));
    let session = live(Tape { sound: long, at: 0, samples: 320, rest: Duration::from_millis(2) }, busy, &cancel);
    let mut levels = Vec::new();
    let mut lag_s = 0.0_f32;
    let (events, troubles) = follow(&session, |event| match event {
        SessionEvent::Frames(block) if block.start.seconds() > 45.0 => slow.store(false, Ordering::Relaxed),
        SessionEvent::Lag { effort, behind_s, .. } => {
            lag_s = lag_s.max(*behind_s);
            levels.push(*effort);
        }
        _ => {}
    });
    session.join();
    assert!(troubles.is_empty(), "{troubles:?}");
    assert!(lag_s > 2.5);
    assert!(levels.iter().any(|&level| level >= TextEffort::SettledOnly), "{levels:?}");
    assert_eq!(levels.last(), Some(&TextEffort::Full), "{levels:?}");
    let timeline = Timeline::of(&events);
    assert_eq!(timeline.transcript().replace('\n', ""), text_of(&words), "text comes late, but it comes");
    assert_eq!(timeline.position.0, length * 5);
}

#[test]
fn four_hours_on_a_hopeless_machine_hold_two_minutes_of_sound_at_the_most() {
    struct Stuck(Interrupt, Arc<AtomicBool>);
    impl Transcriber for Stuck {
        fn transcribe(&mut self, _job: &TextJob) -> Result<Heard, SpeechError> {
            while !self.0.is_raised() && !self.1.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(1));
            }
            Err(SpeechError::Cancelled)
        }
        fn model_name(&self) -> String {
            "stuck".into()
        }
        fn set_interrupt(&mut self, interrupt: Interrupt) {
            self.0 = interrupt;
        }
    }
    let (sound, _) = clauses("rushed");
    let (header, setup) = header(true);
    let cancel = Arc::new(AtomicBool::new(false));
    let mut events = Vec::new();
    let mut pipeline = Pipeline::new(header, Arc::clone(&setup.pack), &mut events);
    let stuck = Stuck(Interrupt::default(), Arc::clone(&cancel));
    let mut desk = TextDesk::new(Some(Box::new(stuck)), manner(true)).expect("a thread");
    let mut most_held_s = 0.0_f64;
    let mut troubles = Vec::new();
    let mut worst = TextEffort::Full;
    while pipeline.position().seconds() < 4.0 * 3600.0 {
        for block in sound.chunks(640) {
            pipeline.push(block, &mut events);
            desk.step(&mut pipeline, false, &mut events);
            most_held_s = most_held_s.max(desk.held_s());
        }
        troubles.extend(desk.take_troubles());
        for event in events.drain(..) {
            if let SessionEvent::Lag { effort, .. } = event {
                worst = worst.max(effort);
            }
        }
    }
    assert!(most_held_s <= MOST_HELD_S && most_held_s > MOST_HELD_S / 2.0, "{most_held_s}");
    assert_eq!(worst, TextEffort::CatchUp);
    assert_eq!(troubles.len(), 1, "{troubles:?}");
    assert!(troubles[0].to_string().contains("the recording has all of it"));
    cancel.store(true, Ordering::Relaxed);
}

/// Names a language for each window as a model would, and writes down what it is told.
struct Polyglot {
    script: ScriptedTranscriber,
    told: Arc<Mutex<Vec<Language>>>,
    language: Language,
}

impl Transcriber for Polyglot {
    fn transcribe(&mut self, job: &TextJob) -> Result<Heard, SpeechError> {
        let words = self.script.transcribe(job)?.words;
        // A short window sounds Chinese to it.
        let guess = if job.speech_s() < 1.0 { Language::Zh } else { Language::En };
        Ok(Heard::new(words, if self.language == Language::Auto { guess } else { self.language }))
    }
    fn model_name(&self) -> String {
        "polyglot".into()
    }
    fn set_language(&mut self, language: Language) {
        self.language = language;
        self.told.lock().unwrap_or_else(PoisonError::into_inner).push(language);
    }
}

fn polyglot(script: Vec<Word>) -> (Polyglot, Arc<Mutex<Vec<Language>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let script = ScriptedTranscriber { script };
    (Polyglot { script, told: Arc::clone(&told), language: Language::Zh }, told)
}

#[test]
fn the_language_is_decided_from_enough_speech_and_then_held() {
    let (sound, script) = clauses("pauses");
    let (transcriber, told) = polyglot(script.clone());
    let cancel = Arc::new(AtomicBool::new(false));
    let tape = Tape { sound: sound.clone(), at: 0, samples: 320, rest: Duration::from_micros(500) };
    let session = live_in(tape, transcriber, &cancel, Language::Auto);
    let (events, troubles) = follow(&session, |_| {});
    session.join();
    assert!(troubles.is_empty());
    assert_eq!(*told.lock().expect("told"), [Language::Auto, Language::En]);
    let timeline = Timeline::of(&events);
    let last = timeline.segments.last().expect("text");
    assert_eq!(last.language, Language::En);
    // The same windows of a file decide the same.
    let (mut transcriber, told) = polyglot(script);
    let (mut header, setup) = header(true);
    header.language = Language::Auto;
    let mut tape = Tape { sound, at: 0, samples: 4096, rest: Duration::ZERO };
    let text: &mut dyn Transcriber = &mut transcriber;
    voicemirror::engine::offline::analyse(&mut tape, header, setup.pack, Some(text), &mut |_| {}, &mut |_| {})
        .expect("an analysis");
    assert_eq!(*told.lock().expect("told"), [Language::Auto, Language::En]);
}

#[test]
fn another_language_holds_from_the_next_window_on() {
    let (sound, script) = clauses("pauses");
    let (transcriber, told) = polyglot(script.clone());
    let cancel = Arc::new(AtomicBool::new(false));
    let session = live(Tape { sound, at: 0, samples: 160, rest: Duration::from_micros(300) }, transcriber, &cancel);
    let mut changed = false;
    let (events, troubles) = follow(&session, |event| {
        if matches!(event, SessionEvent::Text(_)) && !changed {
            changed = true;
            session.set_language(Language::En);
        }
    });
    session.join();
    assert!(troubles.is_empty());
    assert_eq!(*told.lock().expect("told"), [Language::Zh, Language::En]);
    let timeline = Timeline::of(&events);
    assert_eq!(timeline.segments.first().map(|segment| segment.language), Some(Language::Zh));
    assert_eq!(timeline.segments.last().map(|segment| segment.language), Some(Language::En));
    assert_eq!(timeline.transcript().replace('\n', ""), text_of(&script), "no word is lost by it");
}

/// Writes down what it is made ready with.
struct Prepared {
    script: ScriptedTranscriber,
    told: Arc<Mutex<Vec<(Language, usize)>>>,
    language: Language,
}

impl Transcriber for Prepared {
    fn transcribe(&mut self, job: &TextJob) -> Result<Heard, SpeechError> {
        self.script.transcribe(job)
    }
    fn model_name(&self) -> String {
        "prepared".into()
    }
    fn set_language(&mut self, language: Language) {
        self.language = language;
    }
    fn set_vocabulary(&mut self, vocabulary: &Vocabulary) {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).push((self.language, vocabulary.terms.len()));
    }
}

#[test]
fn a_model_that_takes_over_knows_the_language_and_the_words_of_the_session() {
    let (sound, script) = clauses("pauses");
    let cancel = Arc::new(AtomicBool::new(false));
    let told = Arc::new(Mutex::new(Vec::new()));
    let tape = Tape { sound, at: 0, samples: 160, rest: Duration::from_micros(300) };
    let session = live(tape, ScriptedTranscriber { script: script.clone() }, &cancel);
    session.set_language(Language::En);
    let mut other = Some(Prepared {
        script: ScriptedTranscriber { script: script.clone() },
        told: Arc::clone(&told),
        language: Language::Zh,
    });
    let (events, troubles) = follow(&session, |event| {
        if matches!(event, SessionEvent::Text(_))
            && let Some(other) = other.take()
        {
            session.replace_transcriber(Box::new(other));
        }
    });
    assert!(troubles.is_empty());
    assert_eq!(session.join().transcriber.map(|text| text.model_name()), Some("prepared".into()));
    let terms = voicemirror::wording::Pack::bundled("zh-service").expect("bundled").expect("well formed").terms.len();
    assert_eq!(*told.lock().expect("told"), [(Language::En, terms)]);
    assert_eq!(Timeline::of(&events).transcript().replace('\n', ""), text_of(&script), "no word is lost by it");
}

/// Leaves out what was said before the longest pause of a window, as the model does now and then.
struct Forgetful {
    script: ScriptedTranscriber,
    forgotten: Arc<Mutex<usize>>,
}

impl Transcriber for Forgetful {
    fn transcribe(&mut self, job: &TextJob) -> Result<Heard, SpeechError> {
        let mut heard = self.script.transcribe(job)?;
        if let Some((before, _)) = split_at_pause(job).filter(|_| job.settle) {
            let all = heard.words.len();
            heard.words.retain(|word| !before.span.contains(word.span.middle()));
            *self.forgotten.lock().unwrap_or_else(PoisonError::into_inner) += all - heard.words.len();
        }
        Ok(heard)
    }
    fn model_name(&self) -> String {
        "forgetful".into()
    }
}

#[test]
fn a_clause_that_the_model_left_out_of_a_long_window_is_heard_by_itself() {
    let mut forgotten_at_all = 0;
    for name in ["rushed", "flat"] {
        let (sound, words) = clauses(name);
        let (header, setup) = header(true);
        let forgotten = Arc::new(Mutex::new(0));
        let script = ScriptedTranscriber { script: words.clone() };
        let transcriber = Forgetful { script, forgotten: Arc::clone(&forgotten) };
        let mut events = Vec::new();
        let mut pipeline = Pipeline::new(header, Arc::clone(&setup.pack), &mut events);
        let mut desk = TextDesk::new(Some(Box::new(transcriber)), manner(false)).expect("a thread");
        for block in sound.chunks(640) {
            pipeline.push(block, &mut events);
            desk.step(&mut pipeline, false, &mut events);
            std::thread::sleep(Duration::from_micros(200));
        }
        pipeline.finish(&mut events);
        while desk.hear_rest(&mut pipeline, &mut events) {
            std::thread::sleep(Duration::from_millis(1));
        }
        let lost = *forgotten.lock().unwrap_or_else(PoisonError::into_inner);
        forgotten_at_all += lost;
        assert_eq!(Timeline::of(&events).transcript().replace('\n', ""), text_of(&words), "{name}");
    }
    assert!(forgotten_at_all > 0);
}
