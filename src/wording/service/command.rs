//! Commands to the customer, and their request form (curriculum H1).

mod english;

use super::imperative::imperative;
use crate::session::event::{Language, Severity};
use crate::wording::line::Line;
use crate::wording::sentence::Sentence;
use std::ops::Range;

/// A clause that commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// The units of the sentence that it takes up.
    pub units: Range<usize>,
    /// How hard it sounds.
    pub severity: Severity,
    /// The same as a request.
    pub request: String,
}

/// What makes a sentence a request, an offer, advice or a question.
const POLITE: [&str; 42] = [
    "请",
    "麻烦",
    "吗",
    "好不好",
    "行不行",
    "可不可以",
    "能不能",
    "可以",
    "能否",
    "是否",
    "劳驾",
    "辛苦",
    "您看",
    "你看这样",
    "建议",
    "希望",
    "方便",
    "烦请",
    "拜托",
    "帮忙",
    "呢",
    "就行",
    "就好",
    "即可",
    "就会",
    "不用",
    "不需要",
    "谢谢",
    "么",
    "对不起",
    "不好意思",
    "抱歉",
    "是不是",
    "放心",
    "如果",
    "要是",
    "假如",
    "的话",
    "只要",
    "的时候",
    "之后",
    "以后",
];
/// What is said before the command itself.
const OPENERS: [&str; 23] = [
    "嗯", "啊", "哦", "呃", "好的", "好", "那么", "那", "来", "行", "对", "先生", "女士", "小姐", "喂", "哎", "这样",
    "你好", "您好", "所以", "然后", "现在", "不是",
];
/// Adverbs between the subject and the verb that stay in the request.
const ADVERBS: [&str; 12] =
    ["先", "再", "就", "直接", "自己", "重新", "明天", "今天", "下午", "上午", "待会儿", "现在"];
/// Adverbs that push, and go from the request.
const PUSHING: [&str; 14] =
    ["赶紧", "赶快", "快点", "快些", "马上", "立刻", "必须", "一定要", "得", "给我", "快", "尽快", "务必", "最好"];
/// Things that a customer is told to do: verbs that the agent does not use of their own work.
const DOING: [&str; 68] = [
    "算", "翻", "拉", "想想", "去", "说", "报", "讲", "填", "写", "听", "等", "看", "查", "打", "拿", "给", "告诉",
    "发", "念", "签", "交", "付", "关", "开", "把", "下载", "重启", "拔", "插", "按", "点", "输入", "重说", "转", "带",
    "过来", "坐", "来", "问", "找", "弄", "试", "寄", "记", "提供", "登录", "注册", "联系", "换", "买", "选", "拍",
    "复述", "重复", "核对", "准备", "回", "上", "用", "做", "跟", "退", "站", "删", "存", "回去", "搞",
];
/// Those with which a clause without a subject commands. 查, 核对, 登记 are what the agent is doing.
const BARE: [&str; 33] = [
    "说一下",
    "说下",
    "说一遍",
    "报一下",
    "报下",
    "讲一下",
    "填一下",
    "填下",
    "写一下",
    "听我说",
    "等一下",
    "等会儿",
    "等着",
    "等一等",
    "把",
    "给我",
    "告诉我",
    "再说一遍",
    "重新说",
    "发给我",
    "念一下",
    "签一下",
    "签个",
    "交一下",
    "关掉",
    "打开",
    "重启",
    "拿过来",
    "提供一下",
    "重复一遍",
    "说清楚",
    "先把",
    "快点说",
];
/// Words by which 您 is no command: what is so, what comforts, what invites.
const NO_COMMAND: [&str; 38] = [
    "的",
    "好",
    "看",
    "放心",
    "稍等",
    "稍候",
    "慢走",
    "坐",
    "说的",
    "说得",
    "别着急",
    "别担心",
    "别急",
    "别客气",
    "别介意",
    "请",
    "是",
    "有",
    "要",
    "想",
    "会",
    "能",
    "可",
    "需要",
    "觉得",
    "这边",
    "那边",
    "也",
    "都",
    "已经",
    "还",
    "刚才",
    "之前",
    "在",
    "不",
    "没",
    "应该",
    "随时",
];
/// What comforts, behind 别 and 不要.
const COMFORT: [&str; 14] =
    ["着急", "担心", "急", "客气", "介意", "挂", "生气", "紧张", "害怕", "难过", "多想", "误会", "见怪", "忘"];
/// Behind 您 at the head of a clause: steps are described.
const DESCRIBED: [&str; 13] = ["先", "在", "打开", "登录", "点", "进", "下载", "找到", "到", "按", "用", "从", "就"];
/// Somebody else, or the agent, who does it.
const OTHERS: [&str; 21] = [
    "我",
    "我们",
    "他",
    "她",
    "它",
    "他们",
    "咱",
    "给您",
    "帮您",
    "为您",
    "跟您",
    "给你",
    "帮你",
    "工程师",
    "师傅",
    "同事",
    "系统",
    "公司",
    "客户",
    "专员",
    "快递",
];

/// The commands of a sentence.
pub fn command(sentence: &Sentence) -> Vec<Command> {
    let texts = sentence.texts();
    let whole = Line { units: &texts };
    if sentence.language == Language::En {
        return english::commands(sentence, &texts);
    }
    if whole.has(&POLITE) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut agent_acts = false;
    let mut called = false;
    for range in &sentence.clauses {
        let line = Line { units: &texts[range.clone()] };
        let asked = sentence.is_marked(range);
        if !asked && let Some((severity, request)) = clause(line, agent_acts, called) {
            found.push(Command { units: range.clone(), severity, request });
        }
        agent_acts |= line.has(&["我", "我们"]) && line.find("给我").is_none();
        // 您在手机上打开那个页面，点击右上角: what is described to 您 goes on.
        agent_acts |= line.unit(0) == "您" && line.tail(1).begins(&DESCRIBED).is_some();
        called = line.len() == 1 && line.unit(0) == "来";
    }
    found
}

/// How hard a clause commands, and its request form.
fn clause(line: Line, agent_acts: bool, called: bool) -> Option<(Severity, String)> {
    let mut start = 0;
    while let Some(used) = line.any_at(start, &OPENERS).filter(|used| start + used < line.len()) {
        // 来电, 好像 and 行李 begin no command either way; 来 before a verb stays with it.
        start += used;
    }
    let line = line.tail(start);
    if called && line.begins(&["给您", "给你"]).is_some() {
        return Some((Severity::Info, request(line, "", "")));
    }
    let subject = line.begins(&["你们", "您们", "你", "您"]);
    let told = line.tail(subject.unwrap_or(0));
    let polite = subject.is_some() && line.unit(0) == "您";
    let (mut place, mut pushed, mut hard_pushed) = (0, false, false);
    while let Some((used, pushes)) = adverb(told, place) {
        pushed |= pushes;
        hard_pushed |= told.any_at(place, &HARD).is_some();
        place += used;
    }
    let verb = told.tail(place);
    if let Some(used) = verb.begins(&["别", "不要", "不许", "不准"]) {
        let forbids = forbids(verb.tail(used), polite) && (subject.is_some() || !agent_acts) && verb.len() >= 3;
        return forbids.then(|| (Severity::Watch, request(verb, "请您先", "")));
    }
    let closed = line.begins(&["把", "先把"]).is_some() || verb.begins(&["把"]).is_some() && !polite;
    let done = line.ends(&["了", "过", "的"]).is_some() && !pushed && !closed;
    if done || others_act(told) || told.begins(&NO_COMMAND).is_some() && place == 0 && told.begins(&["看"]).is_none() {
        return None;
    }
    let commands = match subject {
        Some(_) if polite => pushed || verb.begins(&["把"]).is_some() || sent_off(told),
        Some(_) => orders(verb),
        None if agent_acts => false,
        None => pushed && pressed(verb, hard_pushed) || bare(told) || imperative(verb, place > 0),
    };
    let hard = pushed || subject.is_some() && !polite || line.has(&["给我"]);
    let severity = if hard { Severity::Watch } else { Severity::Info };
    commands.then(|| (severity, request(told, if subject.is_some() { "请您" } else { "麻烦您" }, " ")))
}

/// Pushing that agents do not use of their own work, as they do 马上 and 尽快.
const HARD: [&str; 9] = ["赶紧", "赶快", "快点", "快些", "必须", "一定要", "给我", "务必", "快"];
/// What agents do themselves, and leave 我 out: 马上查, 尽快处理.
const OWN_WORK: [&str; 14] = ["查", "看", "问", "发", "转", "联系", "换", "登记", "退", "回", "弄", "用", "做", "上"];

/// Whether a clause that pushes commands: 赶紧把旧密码改掉, 必须在周五之前交上来; not 马上查.
fn pressed(verb: Line, hard: bool) -> bool {
    let deed = verb.begins(&DOING).is_some() || hard && verb.begins(&["在", "到", "于"]).is_some() && verb.has(&DOING);
    deed && (hard || verb.begins(&OWN_WORK).is_none()) && !verb.has(&["是", "才", "给您", "帮您"])
}

/// Whether what must not be done is a command and no comfort: 别说话; not 别着急, 别的, 别让您白等.
fn forbids(rest: Line, polite: bool) -> bool {
    let again = rest.begins(&["再", "太", "这么", "那么"]).unwrap_or(0);
    let comforts = rest.begins(&COMFORT).is_some() || rest.tail(again).begins(&COMFORT).is_some();
    let other = rest
        .begins(&["的", "人", "家", "处", "墅", "名", "是", "说是", "让", "叫", "给您", "耽误", "提", "看"])
        .is_some();
    let rude = rest.has(&["说话", "打断", "催", "吵", "喊", "嚷", "骂", "插嘴", "废话", "打来", "打电话"]);
    !comforts && !other && !rest.has(&OTHERS) && (!polite || rude)
}

/// 您自己上网查去, 您去问房东: the customer is sent off.
fn sent_off(told: Line) -> bool {
    let off = told.begins(&[
        "自己去",
        "自己上网",
        "自己找",
        "自己查",
        "自己问",
        "自己联系",
        "自己跟",
        "自己想办法",
        "自己算",
    ]);
    let goes = told.begins(&["去找", "去问", "先去", "去查"]).is_some()
        || told.begins(&["下次", "以后"]).is_some() && told.has(&["早点", "注意点", "自己"]);
    (off.is_some() || goes) && told.ends(&["了", "过", "的"]).is_none()
}

/// Whether what is said of 你 is an order; 你看 alone, 你写的, 你上次 are none.
fn orders(verb: Line) -> bool {
    let manner = verb.begins(&["慢点", "慢慢", "小声", "大声", "好好", "早点", "小心", "注意"]).is_some();
    if manner || imperative(verb, false) && verb.len() > 1 {
        return verb.ends(&["了", "的", "过"]).is_none() && verb.len() > 2;
    }
    let Some(used) = verb.begins(&DOING) else { return false };
    let went_on = matches!(verb.unit(used), "的" | "了" | "得" | "着" | "错" | "不")
        || verb.unit(used) == "过" && verb.any_at(used, &["过来", "过去"]).is_none()
        || verb.begins(&["上次", "上个", "上周", "上月", "来电", "来之", "回头", "给的"]).is_some();
    let looks = verb.begins(&["看"]).is_some() && verb.begins(&["看一下", "看看", "看清", "看说"]).is_none();
    verb.begins(&["等着"]).is_some() || !went_on && !looks && verb.len() > 1
}

/// Whether the agent or somebody else does it; 我们的 and 给我 name nobody who does.
fn others_act(line: Line) -> bool {
    (0..line.len()).any(|place| {
        let owner = |used: usize| line.unit(place + used) == "的" || line.at(place + used, "们的").is_some();
        line.any_at(place, &OTHERS).is_some_and(|used| !owner(used) && !given_to_agent(line, place))
    })
}

/// 给我, 发给我, 告诉我: what is to be done for the agent.
fn given_to_agent(line: Line, place: usize) -> bool {
    (line.unit(place) == "我" && line.before(place, 1) == "来" && line.unit(place + 1) == "看")
        || line.unit(place) == "我"
            && matches!(
                line.before(place, 1),
                "给" | "诉" | "听" | "找" | "跟" | "回" | "问" | "对" | "到" | "着" | "答"
            )
}

/// An adverb at `place`: its length, and whether it pushes.
fn adverb(line: Line, place: usize) -> Option<(usize, bool)> {
    let pushing = line.any_at(place, &PUSHING).filter(|_| line.at(place, "给我").is_none() || place > 0);
    pushing.map(|used| (used, true)).or_else(|| line.any_at(place, &ADVERBS).map(|used| (used, false)))
}

/// Whether a clause without a subject commands.
fn bare(line: Line) -> bool {
    let Some(used) = line.begins(&BARE) else { return false };
    let rest = line.tail(used);
    // 给我两分钟 asks for time, and the wait has its own row.
    if line.begins(&["给我"]).is_some() && line.has(&["分钟", "时间", "秒"]) {
        return false;
    }
    // 等一下会有人联系您, 说一下我们的流程, 把您的地址登记好了 tell what happens.
    let tells = rest.has(&["会", "将", "就", "我们", "已经", "一共"])
        || line.ends(&["了"]).is_some()
        || rest.begins(&["您的"]).is_some() && rest.ends(&["好"]).is_some();
    let asks_for = line.begins(&["把", "先把"]).is_none()
        || line.has(&["一下", "给我", "报", "说", "填", "写", "发", "拿", "关", "打开"]);
    // 把合同翻到第三页, 把电源拔掉; 把您转到专席 is the agent's own work.
    let handled = line.begins(&["把", "先把"]).is_some() && line.has(&HANDLED) && !rest.has(&["您", "你"]);
    !tells && (asks_for || handled)
}

/// What customers do with a thing that 把 names.
const HANDLED: [&str; 26] = [
    "翻到",
    "翻开",
    "拉到",
    "拉下",
    "拧",
    "拔",
    "插",
    "念",
    "读",
    "装上",
    "按",
    "打印出来",
    "签",
    "带上",
    "带来",
    "带过来",
    "输",
    "扫",
    "拍",
    "寄回",
    "放",
    "准备好",
    "抄",
    "删",
    "卸载",
    "调大",
];

/// The request form of a command: what is to be done, without what pushes, to 您.
fn request(line: Line, opening: &str, adverbs: &str) -> String {
    let mut text = String::new();
    let mut place = 0;
    while !adverbs.is_empty()
        && line.any_at(place, &ADVERBS).or_else(|| adverb(line, place).map(|(used, _)| used)).is_some()
    {
        let Some((used, pushes)) = adverb(line, place) else { break };
        if !pushes {
            text.extend(line.head(place + used).tail(place).units.iter().copied());
        }
        place += used;
    }
    let said = line.tail(place);
    let end = said.ends(&["吧", "啊", "呀", "哈", "嘛", "哦"]).unwrap_or(said.len());
    for unit in said.head(end).units {
        text.push_str(if *unit == "你" { "您" } else { unit });
    }
    if text.starts_with("等一") || text.starts_with("等着") || text.starts_with("等会") {
        text = "稍等一下".to_owned();
        return format!("请您{text}，好吗？");
    }
    format!("{opening}{text}，好吗？")
}
