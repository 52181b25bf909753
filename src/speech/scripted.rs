//! A transcriber that reads from a script: the same words at the same times, whatever the sound.
//!
//! Tests use it where the words must be known beforehand, and `voicemirror` never does.

use super::{Heard, SpeechError, TextJob, Transcriber};
use crate::session::event::{Language, Word};

/// Says the script's words whose middle lies inside a window: windows that join without a gap say each word once.
#[derive(Clone, Debug, Default)]
pub struct ScriptedTranscriber {
    /// Words with session times, in order.
    pub script: Vec<Word>,
}

impl Transcriber for ScriptedTranscriber {
    fn transcribe(&mut self, job: &TextJob) -> Result<Heard, SpeechError> {
        let words = self.script.iter().filter(|word| job.span.contains(word.span.middle())).cloned().collect();
        Ok(Heard::new(words, Language::Zh))
    }

    fn model_name(&self) -> String {
        "script".into()
    }
}
