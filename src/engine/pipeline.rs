//! The pure core: samples and heard text in, events out. No thread, clock, lock or file.
//!
//! Everything is decided at 10 ms blocks counted from the start of the stream, so the same samples give the same
//! events however they are cut.

use super::judge::Judge;
use crate::analysis::delivery::LivelinessMeter;
use crate::analysis::fade::FadeMeter;
use crate::analysis::filler::{FilledPause, FillerFinder, FillerShape, SyllableRate, may_fill, spoken_filler};
use crate::analysis::loudness::{LoudnessMeter, clipped_share, power_db};
use crate::analysis::pace::PaceMeter;
use crate::analysis::pause::PauseMeter;
use crate::analysis::pitch::{Pitch, PitchTracker};
use crate::analysis::spectrum::{Shape, Spectrograph};
use crate::analysis::vad::{Change, VoiceDetector};
use crate::session::event::*;
use crate::speech::language::LanguageVote;
use crate::speech::window::WindowCutter;
use crate::speech::{Heard, TextJob};
use crate::time::{FRAME_SAMPLES, SampleTime, Span, samples};
use crate::wording::{Listener, Matcher, Pack, Provisional, facts, spoken_han, spoken_words};
use std::collections::VecDeque;
use std::sync::Arc;

/// Frames in one `Frames` event.
const FRAMES_PER_EVENT: usize = 10;
/// Blocks between two measurements of pace, liveliness and level (1 s).
const BLOCKS_PER_MEASUREMENT: u64 = 100;
/// Blocks after which silence behind complete text is told to the listener (0.1 s).
const BLOCKS_PER_SETTLING: u64 = 10;
/// Speech may have begun so long before it is announced, seconds.
const ANNOUNCED_S: f64 = 0.3;

/// How sure a filler is that the text shows; a judgement, not a measured rate.
const SPOKEN_FILLER_CONFIDENCE: f32 = 0.6;

/// The analyzers, in the order in which the data goes through them.
pub struct Pipeline {
    language: LanguageVote,
    with_text: bool,
    partial_block: Vec<f32>,
    /// Samples taken so far.
    taken: u64,
    blocks: u64,
    frames: u64,
    flushing: bool,
    last_power: f32,
    /// Power and clipped share of the blocks whose frame is not complete yet, and of the one before.
    powers: VecDeque<(f32, f32)>,
    pitches: VecDeque<Pitch>,
    shapes: VecDeque<Shape>,
    spectrograph: Spectrograph,
    fillers: FillerFinder,
    fade: FadeMeter,
    detector: VoiceDetector,
    tracker: PitchTracker,
    loudness: LoudnessMeter,
    liveliness: LivelinessMeter,
    pace: PaceMeter,
    pause: PauseMeter,
    speech_start: Option<SampleTime>,
    /// End of the last speech.
    speech_end: SampleTime,
    /// How far the stream has been heard as text.
    heard_to: SampleTime,
    pending: FrameBlock,
    cutter: WindowCutter,
    jobs: VecDeque<TextJob>,
    listener: Listener,
    phrases: Arc<Matcher>,
    /// Listeners with other packs, and the time from which on each counts.
    next_listeners: VecDeque<(SampleTime, Listener)>,
    provisional: Provisional,
    judge: Judge,
}

impl Pipeline {
    /// A pipeline at the start of a session described by `header`; its first event is `Started`.
    pub fn new(header: Header, pack: Arc<Pack>, out: &mut Vec<SessionEvent>) -> Self {
        let profile = header.profile.clone();
        let with_text = !header.model.is_empty();
        let unit = unit_of(header.language);
        let listener = Listener::new(pack);
        let mut pipeline = Self {
            language: LanguageVote::new(header.language),
            with_text,
            partial_block: Vec::with_capacity(FRAME_SAMPLES),
            taken: 0,
            blocks: 0,
            frames: 0,
            flushing: false,
            last_power: 0.0,
            powers: VecDeque::from([(0.0, 0.0)]),
            pitches: VecDeque::new(),
            shapes: VecDeque::new(),
            spectrograph: Spectrograph::new(),
            fillers: FillerFinder::new(),
            fade: FadeMeter::default(),
            detector: VoiceDetector::new(),
            tracker: PitchTracker::new(),
            loudness: LoudnessMeter::default(),
            liveliness: LivelinessMeter::new(header.baseline),
            pace: PaceMeter::new(profile.pace_window, unit),
            pause: PauseMeter::new(profile.pause),
            speech_start: None,
            speech_end: SampleTime::ZERO,
            heard_to: SampleTime::ZERO,
            pending: FrameBlock::default(),
            cutter: WindowCutter::new(),
            jobs: VecDeque::new(),
            phrases: Arc::new(listener.phrases().clone()),
            listener,
            next_listeners: VecDeque::new(),
            provisional: Provisional::default(),
            judge: Judge::new(profile, with_text, header.baseline.as_ref()),
        };
        pipeline.emit(SessionEvent::Started(Box::new(header)), out);
        pipeline
    }

    /// How far the stream has come.
    pub fn position(&self) -> SampleTime {
        SampleTime(self.taken)
    }

    /// Takes samples (mono, 16 kHz, −1 … 1; anything not finite counts as 0) and appends the events they complete.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<SessionEvent>) {
        let mut rest = samples;
        while !rest.is_empty() {
            let wanted = FRAME_SAMPLES - self.partial_block.len();
            let (now, later) = rest.split_at(wanted.min(rest.len()));
            self.partial_block.extend(now.iter().map(|x| if x.is_finite() { x.clamp(-8.0, 8.0) } else { 0.0 }));
            self.taken += now.len() as u64;
            rest = later;
            if let Ok(block) = <&[f32; FRAME_SAMPLES]>::try_from(self.partial_block.as_slice()) {
                let block = *block;
                self.partial_block.clear();
                self.step(&block, out);
            }
        }
    }

    /// `samples` of input are lost here: the counter goes on over silence, and the log says so.
    pub fn gap(&mut self, samples: u64, cause: GapCause, out: &mut Vec<SessionEvent>) {
        let start = self.position();
        self.emit(SessionEvent::Gap { span: Span::new(start, start + samples), cause }, out);
        let silence = [0.0; 4096];
        let mut left = samples;
        while left > 0 {
            let now = left.min(silence.len() as u64);
            self.push(&silence[..now as usize], out);
            left -= now;
        }
    }

    /// The next window of sound that is to be heard, oldest first.
    pub fn take_job(&mut self) -> Option<TextJob> {
        self.jobs.pop_front()
    }

    /// The window that is still growing, for text that may still change; at most twice a second of sound.
    pub fn partial_job(&mut self) -> Option<TextJob> {
        if self.with_text { self.cutter.partial() } else { None }
    }

    /// Number of the window that is still growing.
    pub fn open_window(&self) -> u64 {
        self.cutter.open_window()
    }

    /// The quietest place of the open window inside `within`, and how far it lies below the window's mean level, dB.
    pub fn quietest_within(&self, within: Span) -> Option<(SampleTime, f32)> {
        self.cutter.quietest_within(within)
    }

    /// Ends the open window at `cut`, before any pause; what lies behind belongs to the next one.
    pub fn settle_until(&mut self, cut: SampleTime) -> Option<TextJob> {
        self.cutter.settle_until(cut)
    }

    /// The language of the windows that will be heard from now on; [`Language::Auto`] is decided anew.
    pub fn set_language(&mut self, language: Language) {
        self.language = LanguageVote::new(language);
    }

    /// The language of the session: held, or [`Language::Auto`] while it is open.
    pub fn language(&self) -> Language {
        self.language.known()
    }

    /// The wording pack for what is said now.
    pub fn pack(&self) -> &Pack {
        self.next_listeners.back().map_or(&self.listener, |(_, listener)| listener).pack()
    }

    /// Goes on with another pack. What counts is when something was said, not when its text comes: windows that begin
    /// before this moment are still listened to with the pack before. What was found stays.
    pub fn change_pack(&mut self, listener: Listener, out: &mut Vec<SessionEvent>) {
        let at = self.position();
        self.emit(SessionEvent::PackChanged { at, pack: listener.pack().info() }, out);
        self.phrases = Arc::new(listener.phrases().clone());
        self.next_listeners.push_back((at, listener));
    }

    /// Lets the listener take over that counts for text from `start` on; what the one before still waits for is over.
    fn take_over(&mut self, start: SampleTime, ready_at: SampleTime, out: &mut Vec<SessionEvent>) {
        while self.next_listeners.front().is_some_and(|(from, _)| *from <= start) {
            let mut said = Vec::new();
            self.listener.finish(&mut said);
            let silence = self.silence(start, ready_at);
            out.append(&mut self.confirm(&mut said, &silence, ready_at));
            for event in said {
                self.emit(event, out);
            }
            if let Some((_, next)) = self.next_listeners.pop_front() {
                self.listener = next;
            }
        }
    }

    /// What banned phrases are looked for with, as it was before anything was heard.
    pub fn phrases(&self) -> Arc<Matcher> {
        Arc::clone(&self.phrases)
    }

    /// Takes in what was heard in a settled window; `ready_at` is the stream time at which it came. Answers with the
    /// language that is held from now on, where this window decides it: the transcriber is to be told.
    pub fn text(
        &mut self,
        job: &TextJob,
        heard: Heard,
        ready_at: SampleTime,
        out: &mut Vec<SessionEvent>,
    ) -> Option<Language> {
        let ready_at = ready_at.max(job.span.end);
        self.heard_to = self.heard_to.max(job.span.end);
        let held = self.language.hear(job, &heard);
        let unit = unit_of(self.language.likelier());
        self.pace.set_unit(unit);
        let units = |text: &str| match unit {
            PaceUnit::Han => spoken_han(text) as f32,
            PaceUnit::Word => spoken_words(text) as f32,
        };
        let counted: Vec<(Span, f32)> = heard.words.iter().map(|word| (word.span, units(&word.text))).collect();
        let segment = TextSegment { span: job.span, words: heard.words, language: heard.language, ready_at };
        self.take_over(segment.span.start, ready_at, out);
        let mut said = Vec::new();
        // Between two packs it is not known which one's entries were weighed.
        for (entry, span) in heard.refuted.into_iter().filter(|_| self.next_listeners.is_empty()) {
            self.listener.refute(entry, span);
        }
        self.listener.push(&segment, &mut said);
        let mut early = self.confirm(&mut said, &segment, ready_at);
        let found = facts(&segment);
        let fillers = self.spoken_fillers(&segment);
        if !segment.words.is_empty() {
            self.emit(SessionEvent::Text(segment), out);
        }
        out.append(&mut early);
        let fillers = fillers.into_iter().map(SessionEvent::Filler);
        let found = found.into_iter().map(SessionEvent::Fact);
        for event in fillers.chain(found).chain(said) {
            self.emit(event, out);
        }
        let mut points = Vec::new();
        self.pace.by_text(counted.into_iter(), job.span.end, ready_at, &mut points);
        for point in points {
            self.emit(SessionEvent::Pace(point), out);
        }
        held
    }

    /// Takes in words of a window that is not settled yet, heard as far as `span`; `at` is the stream time at which
    /// they came. Banned phrases in them show at once, and may be withdrawn.
    pub fn glance(&mut self, span: Span, words: Vec<Word>, at: SampleTime, out: &mut Vec<SessionEvent>) {
        let segment = TextSegment { span, words, language: self.language.likelier(), ready_at: at };
        let next = self.next_listeners.iter().rfind(|(from, _)| *from <= span.start);
        let mut hits = next.map_or(&self.listener, |(_, listener)| listener).glance(&segment);
        hits.retain(|hit| !self.judge.is_aside(hit, &segment));
        self.provisional.hear(hits, at, out);
    }

    /// Words of a settled segment that fill a pause: drawn out or set apart, and followed by silence.
    fn spoken_fillers(&mut self, segment: &TextSegment) -> Vec<Filler> {
        let words = &segment.words;
        let pauses = self.pause.recent();
        let found = (0..words.len()).filter(|&i| may_fill(words, i)).filter_map(|i| {
            let span = spoken_filler(words, i, SyllableRate::around(words, i)?, pauses)?;
            let text: String = words[i..].iter().take(2).map(|word| word.text.trim()).collect();
            let text = text.trim_end_matches(|c: char| !c.is_alphanumeric()).to_owned();
            let (source, ready_at) = (FillerSource::Text, segment.ready_at);
            Some(Filler { span, text, source, confidence: SPOKEN_FILLER_CONFIDENCE, ready_at })
        });
        found.collect()
    }

    fn filled_pause(&mut self, filled: FilledPause, out: &mut Vec<SessionEvent>) {
        let text = match (filled.shape, self.language.likelier()) {
            (FillerShape::Nasal, Language::En) => "um",
            (FillerShape::Vowel, Language::En) => "uh",
            (FillerShape::Nasal, _) => "嗯",
            (FillerShape::Vowel, _) => "呃",
        };
        let filler = Filler {
            span: filled.span,
            text: text.to_owned(),
            source: FillerSource::Sound,
            confidence: filled.confidence,
            ready_at: SampleTime(self.blocks * FRAME_SAMPLES as u64),
        };
        self.emit(SessionEvent::Filler(filler), out);
    }

    /// The stream is over: completes the last frames and cuts the last window. Text may still be taken in; then
    /// [`Pipeline::end`] closes the session.
    pub fn finish(&mut self, out: &mut Vec<SessionEvent>) {
        let total = self.taken;
        let frames = total.div_ceil(FRAME_SAMPLES as u64);
        self.flushing = true;
        let tail = FRAME_SAMPLES - self.partial_block.len();
        let silence = [0.0; FRAME_SAMPLES];
        if tail < FRAME_SAMPLES {
            self.push(&silence[..tail], out);
        }
        while self.frames < frames {
            self.step(&silence, out);
        }
        self.taken = total;
        if !self.pending.is_empty() {
            let block = std::mem::take(&mut self.pending);
            self.emit(SessionEvent::Frames(block), out);
        }
        if let Some(filled) = self.fillers.finish() {
            self.filled_pause(filled, out);
        }
        if let Some(fade) = self.fade.speech_ended() {
            self.emit(SessionEvent::Fade(fade), out);
        }
        if let Some(change) = self.detector.finish(frames as usize) {
            self.speech_changed(change, out);
        }
        if self.with_text {
            self.jobs.extend(self.cutter.finish());
        }
    }

    /// Closes the session.
    pub fn end(&mut self, cause: EndCause, out: &mut Vec<SessionEvent>) {
        let mut said = Vec::new();
        self.listener.finish(&mut said);
        for event in said {
            self.emit(event, out);
        }
        self.judge.finish(self.position(), out);
        out.push(SessionEvent::Ended { at: self.position(), cause });
    }

    /// Puts an event into the log, with the flags that follow from it.
    pub fn emit(&mut self, event: SessionEvent, out: &mut Vec<SessionEvent>) {
        let mut flags = Vec::new();
        self.judge.observe(&event, &mut flags);
        out.push(event);
        out.append(&mut flags);
    }

    fn step(&mut self, block: &[f32; FRAME_SAMPLES], out: &mut Vec<SessionEvent>) {
        self.blocks += 1;
        let power = block.iter().map(|x| x * x).sum::<f32>() / FRAME_SAMPLES as f32;
        // Two blocks smooth the periods of a low voice out of the level.
        let smooth = power_db((power + self.last_power) / 2.0);
        self.last_power = power;
        self.powers.push_back((power, clipped_share(block)));
        self.pitches.extend(self.tracker.push(block));
        self.shapes.extend(self.spectrograph.push(block));
        if self.with_text && !self.flushing {
            self.cutter.push(block);
        }
        let decision = self.detector.push(block, smooth);
        if let Some(change) = decision.change {
            self.speech_changed(change, out);
        }
        if let Some(speech) = decision.speech {
            self.complete_frame(speech, out);
        }
        if self.flushing {
            return;
        }
        let now = SampleTime(self.blocks * FRAME_SAMPLES as u64);
        if let Some(silence) = self.pause.silence(now) {
            self.emit(silence, out);
        }
        if self.blocks.is_multiple_of(BLOCKS_PER_MEASUREMENT) {
            self.measure(now, out);
        }
        if self.with_text {
            self.jobs.extend(self.cutter.poll());
            if self.blocks.is_multiple_of(BLOCKS_PER_SETTLING) {
                self.settle_text(now, out);
            }
        }
    }

    /// Settles what was raised by what was `said` in text up to `newest`, known at `at`; answers with what is to be shown
    /// of it. What is complete and only waits for what may follow it is raised now.
    fn confirm(&mut self, said: &mut [SessionEvent], newest: &TextSegment, at: SampleTime) -> Vec<SessionEvent> {
        let (mut shown, end) = (Vec::new(), newest.span.end);
        let mut waiting = self.listener.glance(&self.silence(end, at));
        waiting.retain(|hit| !self.judge.is_aside(hit, newest));
        self.provisional.settle(said, &waiting, end, at, &mut shown);
        shown
    }

    /// Text without words at `at`.
    fn silence(&self, at: SampleTime, ready_at: SampleTime) -> TextSegment {
        TextSegment { span: Span::new(at, at), words: Vec::new(), language: self.language.likelier(), ready_at }
    }

    /// Tells the listener of the silence behind text that is complete: a sentence need not wait for the next one.
    fn settle_text(&mut self, now: SampleTime, out: &mut Vec<SessionEvent>) {
        if self.speech_start.is_some() || self.heard_to < self.speech_end {
            return;
        }
        let mut said = Vec::new();
        self.listener.settle(now.saturating_back(samples(ANNOUNCED_S)), &mut said);
        if said.is_empty() {
            return;
        }
        let silence = self.silence(self.heard_to, now);
        out.append(&mut self.confirm(&mut said, &silence, now));
        for event in said {
            self.emit(event, out);
        }
    }

    fn speech_changed(&mut self, change: Change, out: &mut Vec<SessionEvent>) {
        let at = |frame: usize| SampleTime((frame * FRAME_SAMPLES) as u64);
        match change {
            Change::Started(frame) => {
                let at = at(frame);
                self.speech_start = Some(at);
                self.cutter.speech_started(at);
                self.emit(SessionEvent::SpeechStarted { at }, out);
                if let Some(pause) = self.pause.speech_started(at) {
                    self.emit(SessionEvent::Pause(pause), out);
                }
            }
            Change::Ended(frame) => {
                // The end of the file may lie inside the last frame.
                let end = if self.flushing { at(frame).min(SampleTime(self.taken)) } else { at(frame) };
                self.speech_end = end;
                self.cutter.speech_ended(end);
                self.pause.speech_ended(end);
                if let Some(start) = self.speech_start.take() {
                    self.emit(SessionEvent::Speech { span: Span::new(start, end) }, out);
                }
            }
        }
    }

    fn complete_frame(&mut self, speech: bool, out: &mut Vec<SessionEvent>) {
        let pitch = self.pitches.pop_front().unwrap_or_default();
        let shape = self.shapes.pop_front().unwrap_or_default();
        let around: Vec<f32> = self.powers.iter().take(3).map(|(power, _)| *power).collect();
        let level_db = power_db(around.iter().sum::<f32>() / around.len().max(1) as f32);
        let clipped = self.powers.get(1).map_or(0.0, |(_, clipped)| *clipped);
        self.powers.pop_front();
        let start = SampleTime(self.frames * FRAME_SAMPLES as u64);
        self.frames += 1;
        if self.pending.is_empty() {
            self.pending.start = start;
        }
        self.pending.push(Frame { f0_hz: pitch.f0_hz, voicing: pitch.voicing, level_db, speech });
        // The analyzers see the frame as the log keeps it, so that a stored session measures the same.
        let frame = self.pending.frames().last().unwrap_or_default();
        self.loudness.push(frame, clipped);
        self.liveliness.push(start, frame);
        if let Some(nucleus) = self.pace.push(start, frame, shape.sonority_db) {
            self.pending.nuclei.push(nucleus);
            self.cutter.nucleus(nucleus);
        }
        if let Some(filled) = self.fillers.push(start, frame, &shape) {
            self.filled_pause(filled, out);
        }
        if let Some(fade) = self.fade.push(start, frame) {
            self.emit(SessionEvent::Fade(fade), out);
        }
        if self.pending.len() == FRAMES_PER_EVENT {
            let block = std::mem::take(&mut self.pending);
            self.emit(SessionEvent::Frames(block), out);
        }
    }

    fn measure(&mut self, now: SampleTime, out: &mut Vec<SessionEvent>) {
        let noise_db = self.detector.noise_db();
        let points = [
            self.pace.by_sound(now).map(SessionEvent::Pace),
            self.liveliness.measure(now).map(SessionEvent::Liveliness),
            self.loudness.measure(now, noise_db).map(SessionEvent::Loudness),
        ];
        for point in points.into_iter().flatten() {
            self.emit(point, out);
        }
    }
}

/// What pace is counted in.
fn unit_of(language: Language) -> PaceUnit {
    if language == Language::En { PaceUnit::Word } else { PaceUnit::Han }
}
