//! A whole recording through the pipeline, as fast as the machine goes, on the calling thread.

use super::EngineError;
use super::hearing;
use super::pipeline::Pipeline;
use crate::audio::resample::Resampler;
use crate::audio::source::{Loss, Read, Source};
use crate::session::event::{EndCause, GapCause, Header, Language, SessionEvent, Word};
use crate::speech::doubt::lost_syllables;
use crate::speech::window::{PARTIAL_STEP_S, fit_together, join, parting};
use crate::speech::{Heard, SpeechError, TextJob, Transcriber, Vocabulary};
use crate::time::{SAMPLE_RATE_HZ, Span, samples};
use crate::wording::{Matcher, Pack};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Why samples are missing, in the words of the log.
pub fn gap_cause(loss: Loss) -> GapCause {
    match loss {
        Loss::Overrun => GapCause::Overrun,
        Loss::Stalled => GapCause::DeviceStalled,
        Loss::Lost => GapCause::DeviceLost,
    }
}

/// Makes a transcriber ready for a new session: the one before may have ended in another language, with another pack
/// and without anybody waiting for the text.
pub fn prepare(transcriber: &mut dyn Transcriber, language: Language, pack: &Pack) {
    transcriber.set_language(language);
    transcriber.set_vocabulary(&vocabulary(pack));
    transcriber.set_second_look(false);
}

/// What a pack says the recogniser should expect.
pub fn vocabulary(pack: &Pack) -> Vocabulary {
    Vocabulary { manner: pack.prompt.clone(), terms: pack.terms.clone() }
}

/// Runs `source` to its end. `sink` gets every event in order; `progress` the seconds analysed so far.
/// Text is said to become known at the time at which a live listener would have had it: where its window was cut, plus
/// its share of the time that hearing it took here.
///
/// # Errors
/// [`EngineError`] when the source or the model cannot go on; the events sent before stay valid.
pub fn analyse(
    source: &mut dyn Source,
    header: Header,
    pack: Arc<Pack>,
    mut transcriber: Option<&mut dyn Transcriber>,
    sink: &mut dyn FnMut(SessionEvent),
    progress: &mut dyn FnMut(f64),
) -> Result<(), EngineError> {
    let rate_hz = source.rate_hz();
    let mut resampler = Resampler::new(rate_hz, SAMPLE_RATE_HZ)?;
    if let Some(transcriber) = transcriber.as_deref_mut() {
        prepare(transcriber, header.language, &pack);
        transcriber.set_second_look(true);
    }
    let mut events = Vec::new();
    let mut pipeline = Pipeline::new(header, pack, &mut events);
    let mut together = Together { transcriber, windows: Vec::new() };
    let (mut raw, mut resampled) = (Vec::new(), Vec::new());
    loop {
        raw.clear();
        resampled.clear();
        let read = source.read(&mut raw, Duration::from_millis(500))?;
        resampler.push(&raw, &mut resampled);
        pipeline.push(&resampled, &mut events);
        match read {
            Read::End => break,
            Read::Gap { frames, cause } => {
                let missing = frames * u64::from(SAMPLE_RATE_HZ) / u64::from(rate_hz.max(1));
                pipeline.gap(missing, gap_cause(cause), &mut events);
            }
            Read::Audio | Read::Idle | Read::State(_) => {}
        }
        together.take(&mut pipeline, &mut events)?;
        events.drain(..).for_each(&mut *sink);
        progress(pipeline.position().seconds());
    }
    resampled.clear();
    resampler.finish(&mut resampled);
    pipeline.push(&resampled, &mut events);
    pipeline.finish(&mut events);
    together.take(&mut pipeline, &mut events)?;
    together.hear(&mut pipeline, &mut events)?;
    pipeline.end(EndCause::EndOfInput, &mut events);
    events.drain(..).for_each(sink);
    Ok(())
}

/// Windows up to this length are heard together, seconds: a recording has time, and every window is heard better, and
/// at less cost, with what is around it.
const TOGETHER_S: f64 = 14.0;
/// Windows further apart are not, seconds: what lies between them is not sound that the model should hear.
const APART_S: f64 = 1.0;

/// Hears the windows of a recording, several at a time.
struct Together<'a> {
    transcriber: Option<&'a mut dyn Transcriber>,
    /// The windows that are waiting to be heard as one, oldest first.
    windows: Vec<TextJob>,
}

impl Together<'_> {
    /// Takes the windows that have been cut, and hears those that nothing more will join.
    fn take(&mut self, pipeline: &mut Pipeline, events: &mut Vec<SessionEvent>) -> Result<(), EngineError> {
        while let Some(job) = pipeline.take_job() {
            let joins = |first: &TextJob, last: &TextJob| {
                job.span.start - last.span.end <= samples(APART_S) && fit_together(first, &job, TOGETHER_S)
            };
            if !self.windows.first().zip(self.windows.last()).is_some_and(|(first, last)| joins(first, last)) {
                self.hear(pipeline, events)?;
            }
            self.windows.push(job);
        }
        Ok(())
    }

    /// Hears what is waiting, as one; by themselves those windows of which that lost some of what was said.
    fn hear(&mut self, pipeline: &mut Pipeline, events: &mut Vec<SessionEvent>) -> Result<(), EngineError> {
        let parts = std::mem::take(&mut self.windows);
        let (Some(joined), Some(transcriber)) = (join(&parts), self.transcriber.as_deref_mut()) else {
            return Ok(());
        };
        let begun = Instant::now();
        let phrases = pipeline.phrases();
        let heard = listen(transcriber, &joined, &phrases)?;
        let lost = lost_syllables(&heard.words, &joined);
        let mut texts = share(&parts, heard);
        if parts.len() > 1 {
            if lost > 0 {
                let nothing = texts.iter().all(|heard| heard.words.is_empty());
                let alone = each_alone(transcriber, &parts, &phrases, nothing)?;
                let words: Vec<Word> = alone.iter().flat_map(|heard| &heard.words).cloned().collect();
                if lost_syllables(&words, &joined) < lost {
                    texts = alone;
                }
            } else {
                find_lost(transcriber, &parts, &phrases, &mut texts)?;
            }
        }
        let cost = begun.elapsed().as_secs_f64() / joined.span.seconds().max(1e-3);
        for (part, heard) in parts.iter().zip(texts) {
            glance_early(pipeline, part, &heard.words, cost, events);
            let ready_at = part.cut_at + samples(cost * part.span.seconds());
            if let Some(language) = pipeline.text(part, heard, ready_at, events) {
                transcriber.set_language(language);
            }
        }
        Ok(())
    }
}

/// Sound behind a word without which it is not heard, seconds.
const EARLY_MARGIN_S: f64 = 0.5;

/// Shows banned phrases at the times at which a live listener would have seen them in early text, though nobody waits
/// here: so that flags say when they would have been raised. The window is heard no more often for that: its words are
/// taken as heard so far, each hearing at the `cost` measured, seconds a second of sound.
fn glance_early(pipeline: &mut Pipeline, part: &TextJob, words: &[Word], cost: f64, events: &mut Vec<SessionEvent>) {
    let (step, margin) = (samples(PARTIAL_STEP_S), samples(EARLY_MARGIN_S));
    let mut at = part.span.start + step;
    let mut shown = 0;
    while at < part.cut_at {
        let known = words.iter().take_while(|word| word.span.end + margin <= at).count();
        if known > shown {
            let span = Span::new(part.span.start, at);
            pipeline.glance(span, words[..known].to_vec(), at + samples(cost * span.seconds()), events);
            shown = known;
        }
        at = at + step;
    }
}

/// Hears one window. One that the model gave up on must not lose the rest of the recording.
fn listen(transcriber: &mut dyn Transcriber, job: &TextJob, phrases: &Matcher) -> Result<Heard, EngineError> {
    match hearing::hear(transcriber, job, Some(phrases)) {
        Ok(heard) => Ok(heard),
        Err(SpeechError::Failed { .. }) => Ok(Heard::new(Vec::new(), Language::Zh)),
        Err(error) => Err(error.into()),
    }
}

/// Each of `parts` heard by itself. Where `nothing` was heard in them together, most likely nobody spoke: a closer look is
/// worth its time only at a window that gives words by itself.
fn each_alone(
    transcriber: &mut dyn Transcriber,
    parts: &[TextJob],
    phrases: &Matcher,
    nothing: bool,
) -> Result<Vec<Heard>, EngineError> {
    let mut alone = Vec::with_capacity(parts.len());
    for part in parts {
        transcriber.set_second_look(!nothing);
        let mut heard = listen(transcriber, part, phrases)?;
        transcriber.set_second_look(true);
        if nothing && !heard.words.is_empty() {
            heard = listen(transcriber, part, phrases)?;
        }
        alone.push(heard);
    }
    Ok(alone)
}

/// Hears those of `parts` by themselves that have lost their words to what is around them: in a long window a clause is
/// too small a share to be missed.
fn find_lost(
    transcriber: &mut dyn Transcriber,
    parts: &[TextJob],
    phrases: &Matcher,
    texts: &mut [Heard],
) -> Result<(), EngineError> {
    for (part, heard) in parts.iter().zip(texts) {
        let lost = lost_syllables(&heard.words, part);
        if lost > 0 {
            let alone = listen(transcriber, part, phrases)?;
            if lost_syllables(&alone.words, part) < lost {
                *heard = alone;
            }
        }
    }
    Ok(())
}

/// What was heard in `parts` together: to each its own words.
fn share(parts: &[TextJob], heard: Heard) -> Vec<Heard> {
    let mut words = heard.words.into_iter().peekable();
    let until = |index: usize| parts.get(index + 1).map(|next| parting(&parts[index], next));
    let own = |index: usize| {
        let until = until(index);
        let mut own = Vec::new();
        while let Some(word) = words.next_if(|word| until.is_none_or(|until| word.span.middle() < until)) {
            own.push(word);
        }
        let refuted = heard.refuted.iter().filter(|(_, span)| own.iter().any(|word| span.contains(word.span.middle())));
        Heard { refuted: refuted.cloned().collect(), ..Heard::new(own, heard.language) }
    };
    (0..parts.len()).map(own).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{SampleTime, Span};

    fn phrases() -> Matcher {
        Matcher::new(Arc::new(Pack::bundled("zh-service").expect("it is bundled").expect("it is well formed")))
    }

    /// Gives each window the same answer; counts how often it is asked.
    struct Constant(&'static str, usize);

    impl Transcriber for Constant {
        fn transcribe(&mut self, job: &TextJob) -> Result<Heard, SpeechError> {
            self.1 += 1;
            let word = |c: char| Word { span: job.span, text: c.to_string(), p: 0.9 };
            Ok(Heard::new(self.0.chars().map(word).collect(), Language::Zh))
        }

        fn model_name(&self) -> String {
            "constant".into()
        }
    }

    #[test]
    fn a_clause_that_got_lost_among_others_is_heard_by_itself() {
        let window = |nuclei: u64| {
            let nuclei = (0..nuclei).map(|nucleus| SampleTime(3_200 * (nucleus + 1))).collect();
            TextJob { nuclei, ..TextJob::of_speech(8.0) }
        };
        let said = |count: usize| {
            let word = Word { span: Span::default(), text: "好".into(), p: 0.9 };
            Heard::new(vec![word; count], Language::Zh)
        };
        let mut texts = vec![said(30), Heard::new(Vec::new(), Language::Zh)];
        let mut transcriber = Constant("感谢您的来电", 0);
        let phrases = phrases();
        find_lost(&mut transcriber, &[window(32), window(6)], &phrases, &mut texts).expect("heard");
        assert_eq!((texts[0].words.len(), texts[1].words.len(), transcriber.1), (30, 6, 1));
        // What is heard there no better stays as it is.
        let mut texts = vec![said(6), said(30)];
        find_lost(&mut Constant("嗯", 0), &[window(6), window(38)], &phrases, &mut texts).expect("heard");
        assert_eq!((texts[0].words.len(), texts[1].words.len()), (6, 30));
    }

    #[test]
    fn where_nobody_spoke_nothing_is_looked_at_more_closely() {
        let window = TextJob { nuclei: vec![SampleTime(3_200); 6], ..TextJob::of_speech(2.0) };
        let parts = [window.clone(), window];
        let phrases = phrases();
        let mut silent = Constant("", 0);
        let texts = each_alone(&mut silent, &parts, &phrases, true).expect("heard");
        assert!(texts.iter().all(|heard| heard.words.is_empty()) && silent.1 == 2);
        let mut speaking = Constant("我在这里听着", 0);
        let texts = each_alone(&mut speaking, &parts, &phrases, true).expect("heard");
        assert!(texts.iter().all(|heard| heard.words.len() == 6) && speaking.1 == 4, "the closer look");
    }

    #[test]
    fn words_part_in_the_middle_of_the_pause_and_not_where_the_window_was_cut() {
        let at = SampleTime::from_seconds;
        let job = |start_s: f64, end_s: f64, cut_s: f64| TextJob {
            id: 0,
            span: Span::new(at(start_s), at(cut_s)),
            audio: [].into(),
            speech: vec![Span::new(at(start_s), at(end_s))],
            nuclei: Vec::new(),
            cut_at: at(cut_s),
            settle: true,
        };
        // The sound kept behind the first window reaches into the second's first syllable.
        let parting = parting(&job(43.0, 44.81, 45.11), &job(45.09, 47.4, 47.7));
        assert_eq!(parting, at(44.95));
    }
}
