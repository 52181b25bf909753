//! A whole recording through the pipeline, as fast as the machine goes, on the calling thread.

use super::EngineError;
use super::hearing;
use super::pipeline::Pipeline;
use crate::audio::resample::Resampler;
use crate::audio::source::{Loss, Read, Source};
use crate::session::event::{EndCause, GapCause, Header, Language, SessionEvent, Word};
use crate::speech::doubt::lost_syllables;
use crate::speech::window::{fit_together, join, parting};
use crate::speech::{Heard, SpeechError, TextJob, Transcriber, Vocabulary};
use crate::time::{SAMPLE_RATE_HZ, samples};
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

    /// Hears what is waiting, as one; each window by itself where that lost some of what was said.
    fn hear(&mut self, pipeline: &mut Pipeline, events: &mut Vec<SessionEvent>) -> Result<(), EngineError> {
        let parts = std::mem::take(&mut self.windows);
        let (Some(joined), Some(transcriber)) = (join(&parts), self.transcriber.as_deref_mut()) else {
            return Ok(());
        };
        let begun = Instant::now();
        let phrases = pipeline.phrases();
        let heard = listen(transcriber, &joined, &phrases)?;
        let lost = if parts.len() > 1 { lost_syllables(&heard.words, &joined) } else { 0 };
        let mut texts = share(&parts, heard);
        if lost > 0 {
            let alone = parts.iter().map(|part| listen(transcriber, part, &phrases)).collect::<Result<Vec<_>, _>>()?;
            let words: Vec<Word> = alone.iter().flat_map(|heard| &heard.words).cloned().collect();
            if lost_syllables(&words, &joined) < lost {
                texts = alone;
            }
        }
        let cost = begun.elapsed().as_secs_f64() / joined.span.seconds().max(1e-3);
        for (part, heard) in parts.iter().zip(texts) {
            let ready_at = part.cut_at + samples(cost * part.span.seconds());
            if let Some(language) = pipeline.text(part, heard, ready_at, events) {
                transcriber.set_language(language);
            }
        }
        Ok(())
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
