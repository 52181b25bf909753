//! A whole recording through the pipeline, as fast as the machine goes, on the calling thread.

use super::EngineError;
use super::pipeline::Pipeline;
use crate::audio::resample::Resampler;
use crate::audio::source::{Loss, Read, Source};
use crate::session::event::{EndCause, GapCause, Header, Language, SessionEvent};
use crate::speech::window::merge;
use crate::speech::{Heard, SpeechError, TextJob, Transcriber, Vocabulary};
use crate::time::{SAMPLE_RATE_HZ, SampleTime, Span, samples};
use crate::wording::Pack;
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

/// What the recogniser should expect in a session with `pack`.
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
        // The recording before may have been in another language.
        transcriber.set_language(header.language);
    }
    let mut events = Vec::new();
    if let Some(transcriber) = transcriber.as_deref_mut() {
        transcriber.set_vocabulary(&vocabulary(&pack));
        transcriber.set_second_look(true);
    }
    let mut pipeline = Pipeline::new(header, pack, &mut events);
    let mut hearing = Hearing { transcriber, together: Vec::new(), joined: None };
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
        hearing.take(&mut pipeline, &mut events)?;
        events.drain(..).for_each(&mut *sink);
        progress(pipeline.position().seconds());
    }
    resampled.clear();
    resampler.finish(&mut resampled);
    pipeline.push(&resampled, &mut events);
    pipeline.finish(&mut events);
    hearing.take(&mut pipeline, &mut events)?;
    hearing.finish(&mut pipeline, &mut events)?;
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
struct Hearing<'a> {
    transcriber: Option<&'a mut dyn Transcriber>,
    /// The windows that are waiting to be heard together, oldest first.
    together: Vec<TextJob>,
    /// All of them as one.
    joined: Option<TextJob>,
}

impl Hearing<'_> {
    /// Takes the windows that have been cut, and hears those that nothing more will join.
    fn take(&mut self, pipeline: &mut Pipeline, events: &mut Vec<SessionEvent>) -> Result<(), EngineError> {
        while let Some(job) = pipeline.take_job() {
            let longer = self.joined.as_ref().and_then(|joined| {
                let apart = Span::new(joined.span.end, job.span.start.max(joined.span.end));
                let both = Span::new(joined.span.start, job.span.end);
                if apart.seconds() > APART_S || both.seconds() > TOGETHER_S { None } else { merge(joined, &job) }
            });
            if longer.is_none() {
                self.finish(pipeline, events)?;
            }
            self.joined = Some(longer.unwrap_or_else(|| job.clone()));
            self.together.push(job);
        }
        Ok(())
    }

    /// Hears what is waiting.
    fn finish(&mut self, pipeline: &mut Pipeline, events: &mut Vec<SessionEvent>) -> Result<(), EngineError> {
        let parts = std::mem::take(&mut self.together);
        let (Some(joined), Some(transcriber)) = (self.joined.take(), self.transcriber.as_deref_mut()) else {
            return Ok(());
        };
        let begun = Instant::now();
        let heard = match transcriber.transcribe(&joined) {
            Ok(heard) => heard,
            // One window that the model gave up on must not lose the rest of the recording.
            Err(SpeechError::Failed { .. }) => Heard { words: Vec::new(), language: Language::Zh },
            Err(error) => return Err(error.into()),
        };
        let cost = begun.elapsed().as_secs_f64() / joined.span.seconds().max(1e-3);
        let mut words = heard.words.into_iter().peekable();
        for (index, part) in parts.iter().enumerate() {
            let until = parts.get(index + 1).map(|next| between(part, next));
            let mut own = Vec::new();
            while let Some(word) = words.next_if(|word| until.is_none_or(|until| middle(word.span) < until)) {
                own.push(word);
            }
            let ready_at = part.cut_at + samples(cost * part.span.seconds());
            let heard = Heard { words: own, language: heard.language };
            if let Some(language) = pipeline.text(part, heard, ready_at, events) {
                transcriber.set_language(language);
            }
        }
        Ok(())
    }
}

/// The middle of the pause between two windows: where their words part.
fn between(before: &TextJob, after: &TextJob) -> SampleTime {
    let end = before.speech.last().map_or(before.span.end, |speech| speech.end);
    let start = after.speech.first().map_or(after.span.start, |speech| speech.start);
    middle(Span::new(end, start.max(end)))
}

fn middle(span: Span) -> SampleTime {
    SampleTime(span.start.0 / 2 + span.end.0 / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_part_in_the_middle_of_the_pause_and_not_where_the_window_was_cut() {
        let at = SampleTime::from_seconds;
        let job = |start_s: f64, end_s: f64, cut_s: f64| TextJob {
            id: 0,
            span: Span::new(at(start_s), at(cut_s)),
            audio: [].into(),
            speech: vec![Span::new(at(start_s), at(end_s))],
            cut_at: at(cut_s),
            settle: true,
        };
        // The sound kept behind the first window reaches into the second's first syllable.
        let parting = between(&job(43.0, 44.81, 45.11), &job(45.09, 47.4, 47.7));
        assert_eq!(parting, at(44.95));
    }
}
