//! Everything about the text of a live session: which window is heard next and with what effort, what becomes of what
//! was heard.
//!
//! Windows whose text will be settled always go first. What is left of the time shows words early: the open window is
//! heard again and again, and the [`Stabilizer`] keeps what two hearings agree on. Who speaks on without a pause gets
//! agreed words settled at quiet places between them.

pub mod backlog;
pub mod budget;
pub mod effort;
pub mod worker;

use super::EngineError;
use super::pipeline::Pipeline;
use crate::session::event::{Language, SessionEvent, TextEffort, Word};
use crate::speech::doubt::lost_syllables;
use crate::speech::stabilize::{Place, Stabilizer};
use crate::speech::window::{in_context, split_at_pause};
use crate::speech::{Heard, SpeechError, TextJob, Transcriber, Vocabulary};
use crate::time::{SAMPLE_RATE_HZ, SampleTime, Span, samples};
use backlog::Backlog;
use budget::{CORE_SHARE, CORE_SHARE_SPARING, CoreBudget, ThreadChoice};
use effort::EffortControl;
use std::time::Instant;
use worker::{Done, TextWorker};

/// The lag shown changes in steps of this many seconds.
const LAG_STEP_S: f32 = 0.2;
/// Windows that wait are joined up to this length while text keeps up: short ones are heard better together. Seconds.
const JOIN_S: f64 = 10.0;
/// The same where text has to catch up: hearing costs less the longer the window. Seconds; whisper hears 30.
const JOIN_TO_CATCH_UP_S: f64 = 25.0;
/// New sound between two hearings of the open window where text has been behind, seconds.
const SPARING_STEP_S: f64 = 2.0;
/// Agreed words are settled without a further look when their mean probability reaches this, and their least the
/// second figure: the open window is heard with a smaller margin than a settled one.
const SURE_MEAN_P: f32 = 0.75;
const SURE_LEAST_P: f32 = 0.3;
/// A cut between two words must lie this far below the window's mean level, or it would go through a syllable. dB.
const CUT_BELOW_DB: f32 = 6.0;

/// How text is written in a live session.
#[derive(Clone, Copy, Debug)]
pub struct TextManner {
    /// Threads that the transcriber may use as a rule.
    pub threads: usize,
    /// Threads that it may use where that is seen to help, and when the sound is over.
    pub most_threads: usize,
    /// Whether text appears while it is being spoken, or only when it is settled.
    pub partial_text: bool,
}

/// The desk at which text is written.
pub struct TextDesk {
    worker: Option<TextWorker>,
    /// Whether the worker has been told what to look for.
    knows_phrases: bool,
    manner: TextManner,
    backlog: Backlog,
    stabilizer: Stabilizer,
    effort: EffortControl,
    budget: CoreBudget,
    threads: ThreadChoice,
    /// The window that was settled last: what a short one is heard together with.
    before: Option<TextJob>,
    /// A window that is being heard together with the one before it, and where its own words begin.
    in_context: Option<(TextJob, SampleTime)>,
    begun: Instant,
    next_partial: SampleTime,
    shown_lag_s: f32,
    shown_effort: TextEffort,
    troubles: Vec<SpeechError>,
}

impl TextDesk {
    /// A desk with a transcriber, or without text.
    ///
    /// # Errors
    /// [`EngineError::Thread`].
    pub fn new(transcriber: Option<Box<dyn Transcriber>>, manner: TextManner) -> Result<Self, EngineError> {
        Ok(Self {
            worker: transcriber.map(TextWorker::start).transpose()?,
            knows_phrases: false,
            manner,
            backlog: Backlog::default(),
            stabilizer: Stabilizer::default(),
            effort: EffortControl::default(),
            budget: CoreBudget::default(),
            threads: ThreadChoice::new(manner.threads, manner.most_threads),
            before: None,
            in_context: None,
            begun: Instant::now(),
            next_partial: SampleTime::ZERO,
            shown_lag_s: 0.0,
            shown_effort: TextEffort::Full,
            troubles: Vec::new(),
        })
    }

    /// What went wrong since the last call.
    pub fn take_troubles(&mut self) -> Vec<SpeechError> {
        std::mem::take(&mut self.troubles)
    }

    /// Sound that waits to be heard, seconds.
    pub fn held_s(&self) -> f64 {
        self.backlog.held_s()
    }

    /// Whether a window waits to be settled, or is being heard to be.
    pub fn settling(&self) -> bool {
        let in_work = self.worker.as_ref().and_then(TextWorker::settling_since);
        in_work.is_some() || !self.backlog.is_empty()
    }

    /// Takes what was heard, and gives the transcriber its next window when it is free. Never waits.
    pub fn step(&mut self, pipeline: &mut Pipeline, paused: bool, out: &mut Vec<SessionEvent>) {
        self.collect(pipeline);
        let answer = self.worker.as_mut().map(TextWorker::poll);
        self.answered(answer.and_then(Result::transpose), pipeline, out);
        self.update_effort(pipeline.position(), out);
        let now_s = self.begun.elapsed().as_secs_f64();
        let Some(worker) = self.worker.as_mut().filter(|worker| worker.is_free()) else { return };
        if !std::mem::replace(&mut self.knows_phrases, true) {
            worker.look_for(pipeline.phrases());
        }
        let level = self.effort.level();
        let join_s = if level == TextEffort::CatchUp { JOIN_TO_CATCH_UP_S } else { JOIN_S };
        if let Some(job) = self.backlog.next(join_s) {
            let calm = level == TextEffort::Full;
            let context = self.before.as_ref().filter(|_| calm).and_then(|before| in_context(before, &job));
            let threads = self.threads.next(now_s, calm);
            match context {
                Some((both, from)) => {
                    self.in_context = Some((job, from));
                    worker.give(both, threads);
                }
                None => worker.give(job, threads),
            }
        } else if self.manner.partial_text
            && !paused
            && let Some((share, step_s)) = partials_at(level)
            && pipeline.position() >= self.next_partial
            && self.budget.allows(now_s, share)
            && let Some(job) = pipeline.partial_job()
        {
            self.next_partial = pipeline.position() + samples(step_s);
            worker.give(job, self.threads.usual());
        }
    }

    /// The sound is over: waits for one more window to be heard. False when none is left, or nobody wants to wait.
    pub fn hear_rest(&mut self, pipeline: &mut Pipeline, out: &mut Vec<SessionEvent>) -> bool {
        self.collect(pipeline);
        if let Some(worker) = &mut self.worker {
            worker.interrupt_partial();
            let settling = worker.settling_since().is_some();
            let answer = worker.wait().transpose();
            let cancelled = matches!(&answer, Some(Ok(Done { result: Err(SpeechError::Cancelled), .. })));
            if cancelled && settling {
                return false;
            }
            self.answered(answer, pipeline, out);
        }
        let Some(worker) = &mut self.worker else { return false };
        let Some(job) = self.backlog.next(JOIN_TO_CATCH_UP_S) else { return false };
        self.in_context = None;
        worker.give(job, self.manner.most_threads);
        true
    }

    /// The language of the next windows. A window that is being heard only to be shown is given up.
    pub fn set_language(&mut self, language: Language, pipeline: &mut Pipeline) {
        pipeline.set_language(language);
        self.stabilizer = Stabilizer::default();
        if let Some(worker) = &self.worker {
            worker.interrupt_partial();
            worker.set_language(language);
        }
    }

    /// What the recogniser should expect in the next windows; what is looked for has changed with it.
    pub fn set_vocabulary(&mut self, vocabulary: Vocabulary) {
        self.knows_phrases = false;
        if let Some(worker) = &self.worker {
            worker.set_vocabulary(vocabulary);
        }
    }

    /// Another transcriber for the next windows, also where the last one crashed. A window that is being heard only to
    /// be shown is given up; one that will be settled is heard to its end.
    ///
    /// # Errors
    /// [`EngineError::Thread`].
    pub fn replace(&mut self, transcriber: Box<dyn Transcriber>) -> Result<(), EngineError> {
        self.stabilizer = Stabilizer::default();
        match &self.worker {
            Some(worker) => {
                worker.interrupt_partial();
                worker.replace(transcriber);
            }
            None => {
                self.worker = Some(TextWorker::start(transcriber)?);
                self.knows_phrases = false;
            }
        }
        self.threads = ThreadChoice::new(self.manner.threads, self.manner.most_threads);
        Ok(())
    }

    /// Gives the transcriber back.
    pub fn finish(self) -> Option<Box<dyn Transcriber>> {
        self.worker.and_then(TextWorker::finish)
    }

    /// Queues the windows that have been cut; they do not wait for text that would change again.
    fn collect(&mut self, pipeline: &mut Pipeline) {
        while let Some(job) = pipeline.take_job() {
            if self.worker.is_some() {
                self.queue(job);
            }
        }
        if let Some(worker) = self.worker.as_ref().filter(|_| !self.backlog.is_empty()) {
            worker.interrupt_partial();
        }
    }

    fn queue(&mut self, job: TextJob) {
        if let Some(from) = self.backlog.push(job) {
            self.troubles.push(SpeechError::GivenUp { from_s: from.seconds() });
        }
    }

    fn answered(
        &mut self,
        answer: Option<Result<Done, SpeechError>>,
        pipeline: &mut Pipeline,
        out: &mut Vec<SessionEvent>,
    ) {
        match answer {
            None => {}
            Some(Ok(done)) => self.take_in(done, pipeline, out),
            Some(Err(error)) => self.lose_worker(error),
        }
    }

    /// The recogniser is gone; the sound goes on.
    fn lose_worker(&mut self, error: SpeechError) {
        self.troubles.push(error);
        self.worker = None;
        self.in_context = None;
        self.backlog.clear();
        self.effort = EffortControl::default();
    }

    fn take_in(&mut self, done: Done, pipeline: &mut Pipeline, out: &mut Vec<SessionEvent>) {
        self.budget.spend(done.wall_s * done.threads as f64);
        match done.result {
            Ok(heard) if done.job.settle => {
                let now_s = self.begun.elapsed().as_secs_f64();
                self.effort.settled(pipeline.position().seconds(), done.wall_s);
                self.threads.done(now_s, done.threads, done.job.span.seconds(), done.wall_s);
                let in_context = self.in_context.take();
                let with_context = in_context.is_some();
                let (job, heard) = own_words(in_context, done.job, heard);
                if with_context && lost_syllables(&heard.words, &job) > 0 {
                    // What was before it took its words away: it is heard by itself.
                    self.before = None;
                    self.backlog.put_back(job);
                    return;
                }
                if let Some((first, second)) = self.halves_to_hear(&job, &heard) {
                    self.backlog.put_back(second);
                    self.backlog.put_back(first);
                    return;
                }
                self.settle(&job, heard, pipeline, out);
                self.before = Some(job);
            }
            Ok(heard) => self.draft(&done.job, heard, pipeline, out),
            Err(error) => {
                if done.job.settle {
                    self.in_context = None;
                }
                match error {
                    SpeechError::Cancelled => {}
                    crash @ SpeechError::Crashed { .. } => self.lose_worker(crash),
                    other => self.troubles.push(other),
                }
            }
        }
    }

    /// Of a window in which the model left out a clause, what is before and behind its longest pause: those it hears
    /// better. Not while the machine is behind; and where it heard nothing at all, most likely nobody spoke.
    fn halves_to_hear(&self, job: &TextJob, heard: &Heard) -> Option<(TextJob, TextJob)> {
        let may = self.effort.level() == TextEffort::Full && !heard.words.is_empty();
        if may && lost_syllables(&heard.words, job) > 0 { split_at_pause(job) } else { None }
    }

    fn settle(&mut self, job: &TextJob, heard: Heard, pipeline: &mut Pipeline, out: &mut Vec<SessionEvent>) {
        let now = pipeline.position();
        let held = pipeline.text(job, heard, now, out);
        if let (Some(language), Some(worker)) = (held, &self.worker) {
            worker.set_language(language);
        }
        // The settled text took away what was shown of the open window.
        if self.stabilizer.window() == Some(pipeline.open_window()) {
            self.show(Span::new(job.span.end, now), pipeline, out);
        }
    }

    /// Shows what was heard in the open window, and settles what of it is agreed for long enough.
    fn draft(&mut self, job: &TextJob, heard: Heard, pipeline: &mut Pipeline, out: &mut Vec<SessionEvent>) {
        self.stabilizer.hear(job.id, heard.words);
        let mut span = job.span;
        if job.id == pipeline.open_window()
            && self.backlog.is_empty()
            && let Some((place, cut)) = self.early_end(job, pipeline)
            && let Some(settled) = pipeline.settle_until(cut)
        {
            span = Span::new(cut, span.end);
            let words = self.stabilizer.settle(place.words, cut, pipeline.open_window());
            if is_sure(&words) {
                self.settle(&settled, Heard::new(words, heard.language), pipeline, out);
                self.before = Some(settled);
            } else {
                // Doubtful: what is shown stays until the window has been heard again with its full margin.
                self.queue(settled);
                return;
            }
        }
        self.show(span, pipeline, out);
    }

    fn show(&self, span: Span, pipeline: &mut Pipeline, out: &mut Vec<SessionEvent>) {
        pipeline.glance(span, self.stabilizer.words(), pipeline.position(), out);
        let draft = self.stabilizer.draft();
        out.push(SessionEvent::Partial { span, text: draft.text, stable_chars: draft.stable_chars });
    }

    /// Where the open window can end now: at the latest end of a clause where the sound is quiet, else at the quietest
    /// place between two words.
    fn early_end(&self, job: &TextJob, pipeline: &Pipeline) -> Option<(Place, SampleTime)> {
        let places = self.stabilizer.places(job.span.end, job.speech_s());
        let sound =
            |place: &Place| pipeline.quietest_within(place.within).map(|(cut, below_db)| (*place, cut, below_db));
        let quiet = places.iter().filter_map(sound).filter(|(_, _, below_db)| *below_db >= CUT_BELOW_DB);
        let found: Vec<(Place, SampleTime, f32)> = quiet.collect();
        let clause = found.iter().find(|(place, _, _)| place.clause_end);
        let (place, cut, _) = clause.or_else(|| found.iter().max_by(|a, b| a.2.total_cmp(&b.2)))?;
        Some((*place, *cut))
    }

    fn update_effort(&mut self, now: SampleTime, out: &mut Vec<SessionEvent>) {
        let settling = self.worker.as_ref().and_then(TextWorker::settling_since);
        let oldest = settling.or(self.backlog.waiting_since());
        let behind_s = oldest.map_or(0.0, |since| (now - since) as f32 / SAMPLE_RATE_HZ as f32);
        let effort = self.effort.update(now.seconds(), f64::from(behind_s));
        let moved = (behind_s - self.shown_lag_s).abs() >= LAG_STEP_S || (behind_s == 0.0 && self.shown_lag_s > 0.0);
        if moved || effort != self.shown_effort {
            (self.shown_lag_s, self.shown_effort) = (behind_s, effort);
            out.push(SessionEvent::Lag { at: now, behind_s, effort });
        }
    }
}

/// What text that will change again may cost, and how much new sound it is worth hearing again for, seconds.
fn partials_at(level: TextEffort) -> Option<(f64, f64)> {
    match level {
        TextEffort::Full => Some((CORE_SHARE, 0.0)),
        TextEffort::Sparing => Some((CORE_SHARE_SPARING, SPARING_STEP_S)),
        TextEffort::SettledOnly | TextEffort::CatchUp => None,
    }
}

/// Of a window that was heard together with the one before it, the window itself and its own words.
fn own_words(in_context: Option<(TextJob, SampleTime)>, heard_in: TextJob, mut heard: Heard) -> (TextJob, Heard) {
    let Some((job, from)) = in_context else { return (heard_in, heard) };
    heard.words.retain(|word| word.span.middle() >= from);
    heard.refuted.retain(|(_, span)| span.middle() >= from);
    (job, heard)
}

fn is_sure(words: &[Word]) -> bool {
    let mean = words.iter().map(|word| word.p).sum::<f32>() / words.len().max(1) as f32;
    mean >= SURE_MEAN_P && words.iter().all(|word| word.p >= SURE_LEAST_P)
}
