//! How likely the model finds other words than those it wrote, in the window that it has just heard.
//!
//! The encoder's output of that window is still there, so only the decoder runs: the text that both have in common is read
//! in one go, and what differs token by token, as for forced decoding. About 15 ms a token on one core.

use super::{WhisperContext, WhisperError, WhisperState, WhisperTokenId};
use crate::session::event::Word;

/// Characters behind the last difference that are weighed too: a wrong character makes the next ones less likely.
const CHARACTERS_BEHIND: usize = 2;
/// Text before the difference that is read at most, tokens: the model's memory holds 448.
const MOST_TOKENS: usize = 320;

/// The natural logarithm of how much likelier `words` are with each of `readings` in their place. A text that is too long
/// to be read counts as equally likely.
///
/// # Errors
/// Those of whisper.cpp.
pub fn weigh(
    context: &WhisperContext,
    state: &mut WhisperState,
    (language, threads): (WhisperTokenId, usize),
    words: &[Word],
    readings: &[&[(usize, String)]],
) -> Result<Vec<f32>, WhisperError> {
    let mut scale = Scale { context, state, language, threads };
    readings.iter().map(|reading| scale.ratio(words, reading)).collect()
}

struct Scale<'a> {
    context: &'a WhisperContext,
    state: &'a mut WhisperState,
    language: WhisperTokenId,
    threads: usize,
}

impl Scale<'_> {
    fn ratio(&mut self, words: &[Word], reading: &[(usize, String)]) -> Result<f32, WhisperError> {
        let Some(last) = reading.iter().map(|(at, _)| *at).max() else { return Ok(0.0) };
        let end = (last + 1 + CHARACTERS_BEHIND).min(words.len());
        let text = |exchanged: bool| -> String {
            let of = |(at, word): (usize, &Word)| match reading.iter().find(|(place, _)| exchanged && *place == at) {
                Some((_, character)) => character.clone(),
                None => word.text.clone(),
            };
            words[..end].iter().enumerate().map(of).collect()
        };
        let (written, other) = (self.tokens(&text(false))?, self.tokens(&text(true))?);
        let common = written.iter().zip(&other).take_while(|(a, b)| a == b).count();
        if written.len().max(other.len()) > MOST_TOKENS {
            return Ok(0.0);
        }
        let written = self.log_likelihood(&written, common)?;
        Ok(self.log_likelihood(&other, common)? - written)
    }

    fn tokens(&self, text: &str) -> Result<Vec<WhisperTokenId>, WhisperError> {
        // No text has more tokens than bytes. With too little room whisper-rs would take a negative count for a length.
        self.context.tokenize(text, text.len() + 1)
    }

    /// The log probability of what follows the first `known` of `tokens`.
    fn log_likelihood(&mut self, tokens: &[WhisperTokenId], known: usize) -> Result<f32, WhisperError> {
        let context = self.context;
        let mut before = vec![context.token_sot(), self.language, context.token_transcribe(), context.token_not()];
        before.extend_from_slice(&tokens[..known]);
        self.state.decode(&before, 0, self.threads)?;
        let mut sum = 0.0;
        for (index, token) in tokens.iter().enumerate().skip(known) {
            sum += log_p(self.state.get_logits()?, *token);
            self.state.decode(&[*token], before.len() + index - known, self.threads)?;
        }
        Ok(sum)
    }
}

/// The log probability of one of the tokens by their logits.
fn log_p(logits: &[f32], token: WhisperTokenId) -> f32 {
    let highest = logits.iter().copied().fold(f32::MIN, f32::max);
    let sum: f32 = logits.iter().map(|logit| (logit - highest).exp()).sum();
    let own = usize::try_from(token).ok().and_then(|token| logits.get(token));
    own.map_or(f32::MIN, |logit| logit - highest - sum.ln())
}

#[cfg(test)]
mod tests {
    use super::log_p;

    #[test]
    fn probabilities_sum_to_one() {
        let logits = [1.0, -2.0, 30.0, 29.0];
        let sum: f32 = (0..4).map(|token| log_p(&logits, token).exp()).sum();
        assert!((sum - 1.0).abs() < 1e-5, "{sum}");
        assert_eq!(log_p(&logits, 9), f32::MIN, "no such token");
    }
}
