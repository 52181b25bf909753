//! What a call needs to hear (curriculum B to F), as cues that a pack gives phrases for.

use crate::session::event::{Language, Severity};

/// Every cue a pack may give phrases for: row and step, and what it stands for.
pub const CUES: [(&str, &str); 44] = [
    ("B2.acknowledge", "the agent shows that they listen (是的，我明白)"),
    ("B3.confirm", "the agent asks whether they understood (您的意思是……，对吗)"),
    ("B3.sum_up", "the agent sums up what was said"),
    ("C2.consent", "the agent asks whether they may ask"),
    ("C4.jargon", "a word that customers do not know; `instead` says it plainly"),
    ("C6.private", "a private matter that is none of the company's business"),
    ("C7.thanks", "the agent thanks for an answer"),
    ("C7.care", "a word of care"),
    ("D1.yes", "a word that says yes"),
    ("D1.agree", "the agent takes the customer's side (如果是我，我也会)"),
    ("D2.sorry_wait", "the agent apologises for a wait"),
    ("D3.blunt", "a blunt way to ask for a repetition; `instead` says it politely"),
    ("D3.polite", "a polite way to ask for a repetition"),
    ("D4.ask_view", "the agent asks for the customer's view of a proposal (您看这样可以吗)"),
    ("D4.proposal", "the agent proposes something"),
    ("D5.refusal", "the agent refuses something"),
    ("D5.sorry", "the agent says sorry for not being able to"),
    ("D5.alternative", "the agent says what can be done instead, or where to turn"),
    ("D6.promise", "the agent promises to do something"),
    ("D8.hold", "the agent asks the customer to wait (请稍等)"),
    ("D8.duration", "how long the wait will be"),
    ("E2.greeting", "a greeting"),
    ("E2.identity", "who is speaking: company, department or name"),
    ("E3.offer_help", "the agent offers help"),
    ("E4.ask_name", "the agent asks for the customer's name"),
    ("E4.use_name", "the customer is called by name; found without phrases"),
    ("E5.repeat_back", "the agent repeats the key points back"),
    ("E6.ask", "the agent asks whether the customer can hold the line"),
    ("E6.reason", "the agent says why they have to wait"),
    ("E6.thanks", "the agent thanks for waiting"),
    ("E7.transfer", "the agent transfers the call"),
    ("E7.to_whom", "to whom the call is transferred"),
    ("E7.reason", "why the call is transferred"),
    ("E7.answered", "the agent makes sure that somebody takes the call"),
    ("E7.pass_on", "the agent passes name and matter on"),
    ("E8.actions", "the agent repeats what will be done"),
    ("E8.anything_else", "the agent asks whether there is anything else"),
    ("E8.thanks", "the agent thanks for the call"),
    ("E8.farewell", "the agent says goodbye"),
    ("F1.solution", "the agent begins to solve the matter"),
    ("F2.empathy", "a word of empathy or understanding"),
    ("F3.can", "what can be done"),
    ("F3.cannot", "what cannot be done"),
    ("H4.professional", "a professional phrase beyond mere politeness"),
];

/// The ids of [`CUES`], in the same order.
pub(super) static CUE_IDS: [&str; CUES.len()] = {
    let mut ids = [""; CUES.len()];
    let mut place = 0;
    while place < ids.len() {
        ids[place] = CUES[place].0;
        place += 1;
    }
    ids
};

/// What the agent is told about a cue that is better said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Advice {
    /// Row of the curriculum.
    pub rule: &'static str,
    /// How serious it is.
    pub severity: Severity,
    /// Why it is better said otherwise.
    pub reason: &'static str,
}

/// Cues that are better said otherwise: id, row, severity, reason in Chinese and in English.
const ADVICE: [(&str, &str, Severity, &str, &str); 3] = [
    (
        "C4.jargon",
        "C4",
        Severity::Info,
        "这是行业里的说法，客户不一定听得懂，听不懂又不好意思问。",
        "This is a word of the trade; customers may not know it and may not like to ask.",
    ),
    (
        "C6.private",
        "C6",
        Severity::Watch,
        "这是客户的私事，与要办的业务无关，问起来让人不舒服。",
        "This is the customer's private matter and has nothing to do with the call.",
    ),
    (
        "D3.blunt",
        "D3",
        Severity::Watch,
        "这样让客户重说一遍，听起来像是不耐烦，或者在怪客户没说清楚。",
        "Asked like this, the customer hears impatience, or that they did not speak clearly.",
    ),
];

/// What to tell about cue `id` to an agent who speaks `language`; none for cues that are good to say.
pub(super) fn advice(id: &str, language: Language) -> Option<Advice> {
    let (_, rule, severity, zh, en) = ADVICE.iter().find(|(known, ..)| *known == id)?;
    let reason = if language == Language::En { en } else { zh };
    Some(Advice { rule, severity: *severity, reason })
}

/// Whether `id` is a cue that is better said otherwise.
pub fn is_better_otherwise(id: &str) -> bool {
    ADVICE.iter().any(|(known, ..)| *known == id)
}

/// Ids of the cues that are better said otherwise, for error messages.
pub(super) const WITH_ADVICE: &str = "C4.jargon, C6.private or D3.blunt";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cue_has_one_id_of_row_and_step() {
        for (place, id) in CUE_IDS.iter().enumerate() {
            let (row, step) = id.split_once('.').expect("row and step");
            assert!(row.len() == 2 && !step.is_empty(), "{id}");
            assert!(!CUE_IDS[..place].contains(id), "{id} is there twice");
        }
        for (id, rule, ..) in ADVICE {
            assert!(CUE_IDS.contains(&id) && id.starts_with(rule) && WITH_ADVICE.contains(id));
        }
    }
}
