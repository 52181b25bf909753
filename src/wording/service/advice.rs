//! Why a way of speaking hurts, and what to say instead, in the language of the sentence.

use crate::session::event::Language;

/// What the agent is told about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// Why it hurts.
    pub reason: &'static str,
    /// What to say instead.
    pub suggestion: String,
}

/// Row, reason and suggestion in Chinese, reason and suggestion in English.
const ADVICE: [(&str, &str, &str, &str, &str); 6] = [
    (
        "D5",
        "只说不行，客户会觉得被推开，不知道接下来怎么办。",
        "先道歉，再说能做什么、可以找谁：很抱歉，这个我暂时办不了，我可以帮您……，或者您可以联系……",
        "A bare no pushes the customer away and leaves them without a next step.",
        "Say sorry, then what can be done or where to turn: I'm sorry, I can't do that, but what I can do is …",
    ),
    (
        "D6",
        "答应了却没说时间，客户只能干等，也不知道算不算数。",
        "说出时间：我会在今天下午五点前给您回复，请您放心。",
        "A promise without a time leaves the customer waiting and unsure.",
        "Say by when: I will call you back before five this afternoon.",
    ),
    (
        "D8",
        "只说请稍等，客户不知道要等多久；超过半分钟的等待要先说时间。",
        "说出要等多久，并征求同意：大概需要两分钟，您方便等一下吗？",
        "A bare \"please hold\" does not say how long; waits over half a minute need a time.",
        "Say how long and ask: It will take about two minutes, is that all right?",
    ),
    (
        "D9",
        "先说好处再说缺点，客户最后记住的是缺点。",
        "先说缺点，再说好处：虽然贵一点，但是服务更多。",
        "The last thing said is what stays: benefit first leaves the drawback in mind.",
        "Name the drawback first, then the benefit: It costs a little more, but you get more service.",
    ),
    (
        "H1",
        "这是命令的口气，客户会觉得被指挥；换成商量的口气，客户更愿意配合。",
        "请您……，好吗？",
        "This is a command; asked politely, customers are gladder to help.",
        "Could you …, please?",
    ),
    ("H3", "对客户称“你”不够尊重。", "您", "", ""),
];

/// The advice for `rule`, to an agent who speaks `language`.
pub fn advice(rule: &str, language: Language) -> Advice {
    let found = ADVICE.iter().find(|(known, ..)| *known == rule);
    match (found, language) {
        (Some((.., reason, suggestion)), Language::En) => Advice { reason, suggestion: (*suggestion).to_owned() },
        (Some((_, reason, suggestion, ..)), _) => Advice { reason, suggestion: (*suggestion).to_owned() },
        (None, _) => Advice { reason: "", suggestion: String::new() },
    }
}
