//! A whole recording through the pipeline, as fast as the machine goes, on the calling thread.

use super::EngineError;
use super::pipeline::Pipeline;
use crate::audio::resample::Resampler;
use crate::audio::source::{Loss, Read, Source};
use crate::session::event::{EndCause, GapCause, Header, Language, SessionEvent};
use crate::speech::{Heard, SpeechError, Transcriber, Vocabulary};
use crate::time::{SAMPLE_RATE_HZ, samples};
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
/// Text becomes known at the time at which a live listener would have had it: where its window was cut, plus the
/// time that hearing it took here.
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
    let mut events = Vec::new();
    if let Some(transcriber) = transcriber.as_deref_mut() {
        transcriber.set_vocabulary(&vocabulary(&pack));
        transcriber.set_second_look(true);
    }
    let mut pipeline = Pipeline::new(header, pack, &mut events);
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
        hear(&mut pipeline, &mut transcriber, &mut events)?;
        events.drain(..).for_each(&mut *sink);
        progress(pipeline.position().seconds());
    }
    resampled.clear();
    resampler.finish(&mut resampled);
    pipeline.push(&resampled, &mut events);
    pipeline.finish(&mut events);
    hear(&mut pipeline, &mut transcriber, &mut events)?;
    pipeline.end(EndCause::EndOfInput, &mut events);
    events.drain(..).for_each(sink);
    Ok(())
}

fn hear(
    pipeline: &mut Pipeline,
    transcriber: &mut Option<&mut dyn Transcriber>,
    events: &mut Vec<SessionEvent>,
) -> Result<(), EngineError> {
    while let Some(job) = pipeline.take_job() {
        let Some(transcriber) = transcriber.as_deref_mut() else { continue };
        let begun = Instant::now();
        let heard = match transcriber.transcribe(&job) {
            Ok(heard) => heard,
            // One window that the model gave up on must not lose the rest of the recording.
            Err(SpeechError::Failed { .. }) => Heard { words: Vec::new(), language: Language::Zh },
            Err(error) => return Err(error.into()),
        };
        let ready_at = job.cut_at + samples(begun.elapsed().as_secs_f64());
        pipeline.text(&job, heard, ready_at, events);
    }
    Ok(())
}
