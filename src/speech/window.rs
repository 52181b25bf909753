//! Cuts the stream into windows for the transcriber: never in silence, settled at pauses.
//!
//! A short window lacks context and is heard badly, a long one settles late. So a lone word waits for what follows it,
//! and anything longer is settled as soon as a pause is sure to be one.

mod early;

use super::TextJob;
use crate::time::{FRAME_SAMPLES, SampleTime, Span, samples};
use std::sync::Arc;

/// Sound kept before the first speech of a window, seconds.
const LEAD_S: f64 = 0.3;
/// Sound kept after its last speech, seconds.
const TAIL_S: f64 = 0.3;
/// Speech in a window below which it waits for more, seconds: a lone 好的 is heard better with what follows.
const SHORT_S: f64 = 0.8;
/// Pauses that settle a short and a longer window, seconds. The speech detector announces an end 0.2 s late, so 0.3 is
/// nearly the soonest.
const PAUSES_S: [f64; 2] = [0.7, 0.3];
/// A window is never longer than this, seconds; whisper hears 30.
const LONGEST_S: f64 = 16.0;
/// Less speech than this in a window is a click or a breath, seconds.
const LEAST_SPEECH_S: f64 = 0.12;
/// Text that is still growing is heard again after this much more sound, seconds.
pub const PARTIAL_STEP_S: f64 = 0.3;

/// Collects the stream and cuts windows from it.
pub struct WindowCutter {
    audio: Vec<f32>,
    start: SampleTime,
    now: SampleTime,
    speech: Vec<Span>,
    open: Option<SampleTime>,
    nuclei: Vec<SampleTime>,
    next_id: u64,
    next_partial: SampleTime,
}

impl Default for WindowCutter {
    fn default() -> Self {
        Self::new()
    }
}

impl WindowCutter {
    /// A cutter at the start of a stream.
    pub fn new() -> Self {
        Self {
            audio: Vec::new(),
            start: SampleTime::ZERO,
            now: SampleTime::ZERO,
            speech: Vec::new(),
            open: None,
            nuclei: Vec::new(),
            next_id: 0,
            next_partial: SampleTime::ZERO,
        }
    }

    /// Takes the next samples.
    pub fn push(&mut self, block: &[f32]) {
        self.audio.extend_from_slice(block);
        self.now = self.now + block.len() as u64;
        if self.open.is_none() && self.speech.is_empty() {
            // Speech is announced up to 0.2 s after its start.
            self.forget_before(self.now.saturating_back(samples(LEAD_S + 0.4)));
        }
    }

    fn forget_before(&mut self, at: SampleTime) {
        let drop = (at - self.start).min(self.audio.len() as u64);
        // Moving the rest is worth it only now and then.
        if drop > samples(1.0) {
            self.audio.drain(..drop as usize);
            self.start = self.start + drop;
            self.forget_nuclei();
        }
    }

    /// Speech began at `at`.
    pub fn speech_started(&mut self, at: SampleTime) {
        self.open = Some(at);
        if self.speech.is_empty() {
            self.next_partial = at + samples(PARTIAL_STEP_S);
        }
    }

    /// The speech that began last ended at `at`.
    pub fn speech_ended(&mut self, at: SampleTime) {
        if let Some(start) = self.open.take() {
            self.speech.push(Span::new(start, at));
        }
    }

    /// There is a syllable nucleus at `at`. Nuclei come in order, and later than the sound that they are in.
    pub fn nucleus(&mut self, at: SampleTime) {
        if at >= self.start {
            self.nuclei.push(at);
        }
    }

    fn forget_nuclei(&mut self) {
        let gone = self.nuclei.partition_point(|&at| at < self.start);
        self.nuclei.drain(..gone);
    }

    fn speech_s(&self) -> f64 {
        let open = self.open.map_or(0.0, |start| Span::new(start, self.now).seconds());
        self.speech.iter().map(|span| span.seconds()).sum::<f64>() + open
    }

    /// The window that is to be settled now, if there is one. To be asked once a block.
    pub fn poll(&mut self) -> Option<TextJob> {
        let first = self.speech.first().map(|span| span.start).or(self.open)?;
        if self.open.is_none() {
            let last = self.speech.last()?.end;
            let speech_s = self.speech_s();
            if self.now - last >= samples(PAUSES_S[usize::from(speech_s >= SHORT_S)]) {
                return self.settle(last + samples(TAIL_S));
            }
        }
        if self.now - first >= samples(LONGEST_S) {
            return self.cut_inside(first);
        }
        None
    }

    /// Cuts a window that has no pause: at its longest break, else at its quietest moment in the last third.
    fn cut_inside(&mut self, first: SampleTime) -> Option<TextJob> {
        let earliest = first + samples(LONGEST_S * 0.6);
        let latest = self.now.saturating_back(samples(0.3));
        let breaks = self.speech.windows(2).map(|pair| Span::new(pair[0].end, pair[1].start));
        let open_break = self.open.zip(self.speech.last()).map(|(open, last)| Span::new(last.end, open));
        let longest = breaks
            .chain(open_break)
            .filter(|gap| gap.start > earliest && gap.end < latest)
            .max_by_key(|gap| gap.samples());
        let cut = match longest {
            Some(gap) => gap.middle(),
            None => self.quietest(Span::new(earliest, latest), FRAME_SAMPLES).map_or(latest, |(cut, _)| cut),
        };
        self.settle(cut)
    }

    /// The window up to `end`, and what lies behind it kept for the next one, with the silence before it: a window
    /// that begins abruptly is heard badly.
    fn settle(&mut self, end: SampleTime) -> Option<TextJob> {
        let end = end.min(self.now);
        let job = self.job(end, true);
        let open = self.open.map(|start| Span::new(start, self.now));
        let spoken = self.speech.iter().copied().chain(open).filter(|span| span.start < end).map(|span| span.end);
        let kept_from = spoken.max().map_or(end, |last| last.min(end));
        let rest: Vec<Span> = self
            .speech
            .iter()
            .filter(|span| span.end > end)
            .map(|span| Span::new(span.start.max(end), span.end))
            .collect();
        self.speech = rest;
        self.open = self.open.map(|start| start.max(end));
        let drop = ((kept_from - self.start) as usize).min(self.audio.len());
        self.audio.drain(..drop);
        self.start = self.start + drop as u64;
        self.forget_nuclei();
        self.next_partial = self.now + samples(PARTIAL_STEP_S);
        let job = job?;
        self.next_id += 1;
        Some(job)
    }

    fn job(&self, end: SampleTime, settle: bool) -> Option<TextJob> {
        let open = self.open.map(|start| Span::new(start, self.now));
        let speech: Vec<Span> = self
            .speech
            .iter()
            .copied()
            .chain(open)
            .filter(|span| span.start < end)
            .map(|span| Span::new(span.start, span.end.min(end)))
            .collect();
        let start = speech.first()?.start.saturating_back(samples(LEAD_S)).max(self.start);
        let (from, to) = ((start - self.start) as usize, (end - self.start) as usize);
        let audio = self.audio.get(from..to.min(self.audio.len()))?;
        let span = Span::new(start, start + audio.len() as u64);
        let job = TextJob {
            id: self.next_id,
            span,
            audio: Arc::from(audio),
            speech,
            nuclei: self.nuclei.iter().copied().filter(|&at| span.contains(at)).collect(),
            cut_at: self.now,
            settle,
        };
        (job.speech_s() >= LEAST_SPEECH_S).then_some(job)
    }

    /// The window as it stands, for text that may still change; once for every [`PARTIAL_STEP_S`] of new sound at the most.
    pub fn partial(&mut self) -> Option<TextJob> {
        if self.now < self.next_partial || (self.open.is_none() && self.speech.is_empty()) {
            return None;
        }
        self.next_partial = self.now + samples(PARTIAL_STEP_S);
        self.job(self.now, false)
    }

    /// The last window: the stream is over.
    pub fn finish(&mut self) -> Option<TextJob> {
        let last = self.speech.last().map(|span| span.end).or(self.open)?;
        let end = if self.open.is_some() { self.now } else { last + samples(TAIL_S) };
        self.settle(end)
    }
}

/// Whether window `second` can be heard together with what begins with `first`, in no more than `longest_s` seconds.
pub fn fit_together(first: &TextJob, second: &TextJob, longest_s: f64) -> bool {
    first.settle && second.settle && Span::new(first.span.start, second.span.end).seconds() <= longest_s
}

/// A window with less speech than this is heard together with the one before it, seconds: a lone 好的 is too little for
/// the model to go by.
const CONTEXT_BELOW_S: f64 = 2.0;
/// The two may lie so far apart, seconds.
const CONTEXT_APART_S: f64 = 1.0;
/// They are together no longer than this, seconds: it costs time at every short clause.
const CONTEXT_LONGEST_S: f64 = 8.0;

/// A short window joined with the one `before` it, and where the words of `before` end; none where that does not help.
pub fn in_context(before: &TextJob, job: &TextJob) -> Option<(TextJob, SampleTime)> {
    let near = job.span.start - before.span.end <= samples(CONTEXT_APART_S);
    if job.speech_s() >= CONTEXT_BELOW_S || !near || !fit_together(before, job, CONTEXT_LONGEST_S) {
        return None;
    }
    Some((join(&[before.clone(), job.clone()])?, parting(before, job)))
}

/// The middle of the pause between two windows: where their words part.
pub fn parting(before: &TextJob, after: &TextJob) -> SampleTime {
    let end = before.speech.last().map_or(before.span.end, |speech| speech.end);
    let start = after.speech.first().map_or(after.span.start, |speech| speech.start);
    Span::new(end, start).middle()
}

/// Speech that each part of a window must have that is split, seconds: less is heard worse alone.
const PART_SPEECH_S: f64 = 1.0;

/// What is before and behind the longest pause inside a window; none where that leaves too little on one side.
pub fn split_at_pause(job: &TextJob) -> Option<(TextJob, TextJob)> {
    let speech_s = |spans: &[Span]| spans.iter().map(|span| span.seconds()).sum::<f64>();
    let places = (1..job.speech.len()).filter(|&place| {
        let (before, behind) = job.speech.split_at(place);
        speech_s(before) >= PART_SPEECH_S && speech_s(behind) >= PART_SPEECH_S
    });
    let pause = |place: usize| Span::new(job.speech[place - 1].end, job.speech[place].start);
    let place = places.max_by_key(|&place| pause(place).samples())?;
    let middle = pause(place).middle();
    let at = ((middle - job.span.start) as usize).min(job.audio.len());
    let part = |span: Span, audio: &[f32], speech: &[Span]| TextJob {
        span,
        audio: Arc::from(audio),
        speech: speech.to_vec(),
        nuclei: job.nuclei.iter().copied().filter(|&nucleus| span.contains(nucleus)).collect(),
        ..job.clone()
    };
    let before = part(Span::new(job.span.start, middle), &job.audio[..at], &job.speech[..place]);
    let behind = part(Span::new(middle, job.span.end), &job.audio[at..], &job.speech[place..]);
    Some((before, behind))
}

/// Joins windows, oldest first, so that a transcriber hears them in one run; none when there are none.
pub fn join(jobs: &[TextJob]) -> Option<TextJob> {
    let (first, last) = (jobs.first()?, jobs.last()?);
    if jobs.len() == 1 {
        return Some(first.clone());
    }
    let span = Span::new(first.span.start, last.span.end);
    let mut audio = Vec::with_capacity(span.samples() as usize);
    for job in jobs {
        // What lies between two windows is silence that nobody has to hear.
        audio.resize((job.span.start - span.start) as usize, 0.0);
        audio.extend_from_slice(&job.audio);
    }
    let speech = jobs.iter().flat_map(|job| &job.speech).copied().collect();
    let nuclei = jobs.iter().flat_map(|job| &job.nuclei).copied().collect();
    Some(TextJob { id: last.id, span, audio: audio.into(), speech, nuclei, cut_at: last.cut_at, settle: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds 10 ms blocks of a stream whose speech is `speech` (seconds); returns the settled windows.
    fn cut(speech: &[(f64, f64)], length_s: f64) -> Vec<TextJob> {
        let mut cutter = WindowCutter::new();
        let mut jobs = Vec::new();
        for block in 0..(length_s * 100.0) as u64 {
            cutter.push(&[0.1; FRAME_SAMPLES]);
            let now = (block + 1) as f64 / 100.0;
            for &(start, end) in speech {
                // The detector announces a start 0.1 s and an end 0.2 s late.
                if (now - start - 0.1).abs() < 0.005 {
                    cutter.speech_started(SampleTime::from_seconds(start));
                }
                if (now - end - 0.2).abs() < 0.005 {
                    cutter.speech_ended(SampleTime::from_seconds(end));
                }
            }
            jobs.extend(cutter.poll());
        }
        jobs.extend(cutter.finish());
        jobs
    }

    #[test]
    fn nothing_is_heard_in_silence() {
        assert_eq!(cut(&[], 600.0), []);
    }

    #[test]
    fn a_pause_settles_and_every_word_is_in_one_window() {
        let jobs = cut(&[(1.0, 3.0), (3.15, 6.0), (8.0, 9.0)], 12.0);
        assert_eq!(jobs.len(), 2, "{:?}", jobs.iter().map(|job| job.span).collect::<Vec<_>>());
        assert_eq!(jobs[0].speech.len(), 2);
        assert!(jobs[0].span.start.seconds() <= 1.0 && jobs[0].span.end.seconds() >= 6.0);
        for job in &jobs {
            assert_eq!(job.audio.len() as u64, job.span.samples());
        }
    }

    #[test]
    fn a_short_window_waits_for_a_longer_pause() {
        let parts = |speech_s: f64, pause_s: f64| {
            let next = 1.0 + speech_s + pause_s;
            cut(&[(1.0, 1.0 + speech_s), (next, next + 2.0)], 10.0).len()
        };
        for (speech_s, pause_s, expected) in [(0.6, 0.55, 1), (0.6, 0.8, 2), (1.0, 0.4, 2), (2.0, 0.15, 1)] {
            assert_eq!(parts(speech_s, pause_s), expected, "{speech_s} s of speech, {pause_s} s of pause");
        }
    }

    #[test]
    fn forty_seconds_without_a_pause_are_cut_without_loss() {
        let jobs = cut(&[(0.5, 40.5)], 42.0);
        assert!(jobs.len() >= 3);
        for pair in jobs.windows(2) {
            assert_eq!(pair[0].span.end, pair[1].span.start, "nothing between two windows may be lost");
        }
        assert!(jobs.iter().all(|job| job.span.seconds() <= LONGEST_S + 1.0));
    }

    #[test]
    fn a_window_knows_its_nuclei_and_only_those() {
        let mut cutter = WindowCutter::new();
        let mut jobs = Vec::new();
        for block in 0..900_u64 {
            cutter.push(&[0.1; FRAME_SAMPLES]);
            let now = (block + 1) as f64 / 100.0;
            match block {
                110 | 510 => cutter.speech_started(SampleTime::from_seconds(now - 0.1)),
                320 | 720 => cutter.speech_ended(SampleTime::from_seconds(now - 0.2)),
                _ if block % 25 == 0 => cutter.nucleus(SampleTime::from_seconds(now - 0.25)),
                _ => {}
            }
            jobs.extend(cutter.poll());
        }
        assert_eq!(jobs.len(), 2);
        for job in &jobs {
            assert!((8..=11).contains(&job.nuclei.len()), "{:?}", job.nuclei);
            assert!(job.nuclei.is_sorted() && job.nuclei.iter().all(|&at| job.span.contains(at)));
        }
        let joined = join(&jobs).expect("two windows");
        assert_eq!(joined.nuclei, [jobs[0].nuclei.clone(), jobs[1].nuclei.clone()].concat());
    }

    #[test]
    fn a_window_splits_at_its_longest_pause_and_loses_nothing() {
        let jobs = cut(&[(1.0, 2.5), (2.6, 3.5), (3.65, 6.0), (6.1, 6.6)], 9.0);
        assert_eq!(jobs.len(), 1);
        let (before, behind) = split_at_pause(&jobs[0]).expect("two parts");
        assert_eq!((before.speech.len(), behind.speech.len()), (2, 2));
        assert!((before.span.end.seconds() - 3.575).abs() < 0.02, "{:?}", before.span);
        assert_eq!((before.span.start, before.span.end), (jobs[0].span.start, behind.span.start));
        assert_eq!([&before.audio[..], &behind.audio[..]].concat(), jobs[0].audio.to_vec());
        assert_eq!(behind.audio.len() as u64, behind.span.samples());
        assert!(split_at_pause(&before).is_none(), "too little would be left behind the pause");
    }

    #[test]
    fn merged_windows_keep_their_times() {
        let jobs = cut(&[(1.0, 3.5), (5.0, 8.0)], 10.0);
        assert!(fit_together(&jobs[0], &jobs[1], 25.0));
        let merged = join(&jobs[..2]).expect("two windows");
        assert_eq!(merged.audio.len() as u64, merged.span.samples());
        assert_eq!(merged.speech.len(), 2);
    }
}
