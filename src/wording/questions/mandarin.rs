//! Mandarin questions: 吗, question words, A-not-A, 还是, tags, and what takes the question out of them.

mod choice;
mod condition;
mod evidence;
mod words;

use super::Asked;
use crate::session::event::QuestionKind::{self, *};
use crate::wording::line::Line;
use crate::wording::sentence::Sentence;
use choice::listed;
use condition::{conditional, polite};
use evidence::*;
use std::ops::Range;
use words::*;

/// The questions of a sentence, clause by clause.
pub fn questions(texts: &[&str], sentence: &Sentence) -> Vec<Asked> {
    let mut found: Vec<Asked> = Vec::new();
    for (number, range) in sentence.clauses.iter().enumerate() {
        let line = Line { units: &texts[range.clone()] };
        // 找到没有啊: the last sound is no word of the question.
        let spoken = line.ends(&["啊", "呀", "哦", "哈", "啦"]).filter(|end| *end > 0).unwrap_or(line.len());
        let clause = Clause {
            line: line.head(spoken),
            earlier: number.checked_sub(1).map(|before| Line { units: &texts[sentence.clauses[before].clone()] }),
            later: sentence.clauses.get(number + 1).map(|after| Line { units: &texts[after.clone()] }),
            listed: listed(texts, &sentence.clauses[..number]),
            marked: sentence.is_marked(range),
        };
        let Some((kind, reach)) = clause.question() else { continue };
        let first = if reach && number > 0 { &sentence.clauses[number - 1] } else { range };
        found.push(Asked { kind, units: Range { start: first.start, end: range.end } });
    }
    found
}

/// A clause with the ones beside it.
struct Clause<'a> {
    line: Line<'a>,
    earlier: Option<Line<'a>>,
    later: Option<Line<'a>>,
    /// The clauses before it name two things and say nothing of them: 现金、刷卡，……
    listed: bool,
    /// A question mark was written behind it.
    marked: bool,
}

impl Clause<'_> {
    /// The kind of question that the clause is, and whether the clause before belongs to it.
    fn question(&self) -> Option<(QuestionKind, bool)> {
        let line = self.line;
        if line.len() == 0 || self.is_echo() {
            return None;
        }
        if line.ends(&["不是吗", "不是么"]).is_some() {
            return Some((Leading, line.len() == 3));
        }
        if line.ends(&AGREED).is_some() || self.says_it_is_good() {
            return Some((Leading, line.len() <= 5));
        }
        if let Some(main) = self.tag() {
            return Some((self.kind_of_tag(main), main.len() == 0));
        }
        let asks = line.ends(&ASKING).is_some() && line.ends(&NOT_ASKING).is_none();
        let indirect = |place: usize| self.is_indirect(place);
        let word = self.question_word(asks);
        let yes_or_no = asks
            || a_not_a(line).is_some_and(|place| !indirect(place) && !self.is_free(place, false))
            || whether(line).is_some_and(|place| !indirect(place) && !self.is_free(place, false))
            || self.not_yet();
        if let Some(reach) = self.alternatives(asks) {
            return Some(self.choice(reach));
        }
        if word == Some(Wants::Detail)
            && let Some(reach) = self.picks()
        {
            return Some(self.choice(reach));
        }
        if self.is_leading(asks, yes_or_no) {
            return Some((Leading, false));
        }
        if self.asks_whether_so() {
            return Some((Closed, false));
        }
        let invited = self.invites(word, yes_or_no);
        let plain = invited.or(match (yes_or_no, word) {
            (true, Some(_)) if asks && self.offers() => Some(Open),
            (true, _) if asks && line.has(&["有什么"]) && line.has(&OPINIONS) => Some(Open),
            (true, Some(wants)) if line.has(&["记得", "方便告诉", "方便说", "方便问"]) => {
                Some(wants.kind())
            }
            (true, _) => Some(Closed),
            (false, Some(wants)) => Some(wants.kind()),
            (false, None) if self.names() => Some(Specific),
            (false, None) if self.marked && self.may_ask() => Some(Closed),
            (false, None) => None,
        });
        let kind = plain?;
        match self.condition(kind) {
            Some(reach) => Some((Hypothetical, reach)),
            None => Some((kind, false)),
        }
    }

    /// 是吗, 真的吗 alone: an echo of what the customer said.
    fn is_echo(&self) -> bool {
        let spoken = self.line.units.iter().copied().filter(|unit| !FILLERS.contains(unit)).collect::<String>();
        self.earlier.is_none_or(|before| before.len() <= 1) && ["是吗", "真的吗", "是么"].contains(&spoken.as_str())
    }

    /// The part before 好吗, 可以吗, 对不对, … at the end; empty when the clause is nothing else.
    fn tag(&self) -> Option<Line<'_>> {
        let led = |place: &usize| *place == 0 || self.line.begins(&LEADS) == Some(*place);
        let alone = || self.earlier.and(self.line.ends(&ALONE)).filter(led);
        let place = self.line.ends(&TAGS).or_else(alone)?;
        let main = self.line.head(place);
        // 您看这样 and 这样 belong to the tag.
        let lead = LEADS.iter().find_map(|lead| main.ends(&[*lead]).filter(|place| *place == 0));
        let main = lead.map_or(main, |place| main.head(place));
        // 这样可以吧 and 那好吧 settle a matter, they ask nothing.
        let settles = self.line.ends(&["好吧", "行吧"]).is_some() && !main.has(&["您", "你"]);
        let bound = main.len() > 0 && !main.has(&ADDRESS) && self.line.ends(&["是不是"]).is_some();
        // 他方便吗, 信号好吗: the word before is what is asked about, not a statement to be confirmed.
        let predicate = main.len() > 0 && main.len() < 3;
        (!settles && !bound && !predicate).then_some(main)
    }

    fn kind_of_tag(&self, main: Line) -> QuestionKind {
        let whole = if main.len() > 0 { Some(main) } else { self.earlier };
        let Some(whole) = whole else { return Closed };
        let starts_or = whole.begins(&["或者", "还是"]).is_some();
        if starts_or || whole.has(&["或者"]) {
            return Choice;
        }
        let confirms = self.line.ends(&CONFIRMING).is_some();
        if confirms && (whole.has(&SUGGESTING) || whole.has(&["也"]) && whole.has(&MINDS)) {
            return Leading;
        }
        let story = whole.has(&TELLING) && whole.has(&REQUESTS);
        if story && (whole.has(&STORIES) || self.question_word(true) == Some(Wants::Story)) {
            return Open;
        }
        if let Some(place) = conditional(whole)
            && !whole.tail(place).has(&POLITE_CONDITIONS)
            && (main.len() == 0 || whole.len() > place + 4)
        {
            return Hypothetical;
        }
        if main.len() > 0 && self.earlier.is_some_and(|before| conditional(before).is_some() && !polite(before)) {
            return Hypothetical;
        }
        Closed
    }

    /// 挺划算的，对吧: a judgement of the agent's own that the customer is to share.
    fn says_it_is_good(&self) -> bool {
        let line = self.line;
        let tags = ["对吧", "是吧", "是不是", "对不对", "没错吧", "您说呢", "你说呢"];
        let Some(place) = line.ends(&tags) else { return false };
        let judged = if place == 0 { self.earlier } else { Some(line.head(place)) };
        judged.is_some_and(|said| said.has(&JUDGING) && !said.has(&["您说", "您刚", "意思", "觉得", "您想", "不"]))
    }

    /// 这个价格是含税的吧, 您是今天到的吧: whether a fact is so.
    fn asks_whether_so(&self) -> bool {
        let line = self.line;
        line.ends(&["的吧"]).is_some()
            && line.find("是").is_some_and(|place| place + 3 < line.len())
            && line.begins(&PROPOSING).is_none()
            && !line.has(&["我", "咱", "可能", "大概", "估计", "应该"])
    }

    /// What the first question word that really asks wants to know.
    fn question_word(&self, asks: bool) -> Option<Wants> {
        (0..self.line.len()).find_map(|place| {
            let (wants, length) = wants_at(self.line, place)?;
            let asks_so = !self.is_free(place, true)
                && !self.is_indirect(place)
                && !is_rhetorical(self.line, place)
                && !self.is_existential(place, asks)
                && !self.answers_itself(place + length)
                && !self.is_told_elsewhere();
            asks_so.then_some(wants)
        })
    }

    /// 为什么呢, 因为…… is told, not asked.
    fn answers_itself(&self, end: usize) -> bool {
        end + 1 >= self.line.len()
            && self.later.is_some_and(|after| after.begins(&["因为", "是因为", "就是因为"]).is_some())
    }

    /// 扣了多少，账单上写着: where to find it is said, nothing is asked.
    fn is_told_elsewhere(&self) -> bool {
        let told =
            |after: Line| after.has(&["上写着", "里写着", "上有写", "里有写", "上都有", "里都有", "上有", "写得清"]);
        self.later.is_some_and(|after| told(after) && !after.has(&["吗", "哪", "什么"]))
            && self.line.ends(&ASKING).is_none()
    }

    /// Any will do: 什么时候都可以, 无论多少, 怎么方便怎么来; `word` where a question word stands at `place`.
    fn is_free(&self, place: usize, word: bool) -> bool {
        let line = self.line;
        let earlier_free = self.earlier.is_some_and(|before| before.begins(&WHATEVER).is_some() && before.len() <= 3);
        if line.head(place).has(&WHATEVER) || earlier_free {
            return true;
        }
        let near = line.tail(place).head(12);
        let all = (1..near.len()).any(|at| {
            let every = near.at(at, "都").is_some()
                && (near.any_at(at, &["都是", "都有"]).is_none()
                    || at <= 4 && near.at(at, "都有").is_some() && near.begins(&["什么", "啥"]).is_some());
            let left_to = near.any_at(at, &["随您", "随你", "由您", "由你"]).is_some();
            let too = near.any_at(at, &["也行", "也可以", "也没", "也不", "也能", "也要", "也得", "也好"]).is_some();
            let then = word && near.at(at, "就").is_some() && near.any_at(at, &["就是", "就能"]).is_none();
            every || too || left_to || then && near.before(at, 1) != "也"
        });
        let supposed = line.find("的话").is_some_and(|at| at > place);
        let next_is_all = self.later.is_some_and(|after| after.begins(&["都", "我都", "我们都", "也都"]).is_some());
        all || supposed || next_is_all || word && is_said_twice(line, place)
    }

    /// Under a verb of finding out or telling whose subject is the agent: 我帮您看看是不是, 我给您讲怎么, 不知道您.
    fn is_indirect(&self, place: usize) -> bool {
        let line = self.line;
        let head = line.head(place);
        if head.has(&["根据", "按照", "取决于", "谢谢", "感谢"]) || self.is_looked_into(place) {
            return true;
        }
        let Some((verb, length)) = head.find_last(&EMBEDDING) else { return false };
        let asks = line.ends(&ASKING).is_some();
        if !asks && (head.find("再看看").is_some() || self.is_known(verb)) {
            return true;
        }
        if head.any_at(verb, &NOT_EMBEDDING).is_some() || verb > 0 && head.any_at(verb - 1, &NOT_EMBEDDING).is_some() {
            return false;
        }
        let before = line.head(verb);
        if line.ends(&["呢"]).is_some() && line.head(place).tail(verb).has(&["您", "你"]) {
            return false;
        }
        let subject = subject_of(before);
        if line.before(verb, 1) == "不"
            || line.before(verb, 1) == "没"
            || before.ends(&["不太", "不是很", "不大"]).is_some()
        {
            return subject != "您" && subject != "你";
        }
        // 我想问一下您……, 跟您确认一下您……, 请问: asked straight out.
        let told = line.any_at(verb, &["告诉", "教", "通知", "提醒", "给您", "跟您说", "跟您讲"]).is_some();
        let behind = verb + length;
        let addressed = line.head(behind + 4).tail(behind).has(&["您", "你", "咱"]);
        let asks_out = before.ends(&ASK_OUT).is_some() || before.has(&["请问", "方便", "想", "跟您", "和您", "向您"]);
        if line.any_at(verb, &ASKS).is_some() && addressed && asks_out {
            return false;
        }
        if told {
            let listener = line.unit(verb + line.any_at(verb, &["告诉", "教", "通知", "提醒"]).unwrap_or(0));
            return listener != "我" && listener != "下" && listener != "一";
        }
        let for_customer =
            before.ends(&["帮您", "给您", "跟您", "为您", "向您", "替您", "帮你", "给你", "跟你"]).is_some();
        let looks = line.at(verb, "看").is_some() && (verb == 0 || before.ends(&["就", "主要", "要", "得"]).is_some());
        matches!(subject, "我" | "们" | "他" | "她" | "咱" | "员" | "事") || for_customer && subject != "您" || looks
    }

    /// 哪个环节出了问题我们正在调查: what is asked is what the agent will find out or tell.
    fn is_looked_into(&self, place: usize) -> bool {
        let told = self.line.tail(place);
        let agent = told.find_any(&["我", "我们"]).map(|(at, _)| told.tail(at));
        let finds = agent.is_some_and(|told| told.has(&FINDING) && !told.has(&["可以吗", "好吗", "您看"]));
        // 您的订单号是多少我帮您查一下 asks all the same.
        finds && self.line.ends(&ASKING).is_none() && !self.line.head(place).has(&ADDRESS)
    }

    /// 您就知道怎样……: the customer knows it.
    fn is_known(&self, verb: usize) -> bool {
        self.line.any_at(verb, &["知道", "清楚", "明白"]).is_some()
            && self.line.ends(&["呢"]).is_none()
            && !self.line.head(verb).has(&["想", "要"])
            && self.line.before(verb, 1) != "不"
    }

    /// 有什么……, which asks nothing unless it offers or stands at the end of what is asked.
    fn is_existential(&self, place: usize, asks: bool) -> bool {
        let line = self.line;
        if line.before(place, 1) != "有" || line.at(place, "什么").is_none() {
            return false;
        }
        if self.offers() && !line.has(&["如果", "要是"]) {
            return false;
        }
        let goes_on = line.tail(place).has(&["随时", "请", "欢迎", "尽管", "直接", "再", "可以", "记得"]);
        let next = self.later.is_some_and(|after| {
            after.begins(&["您", "请", "随时", "可以", "都", "我", "欢迎", "尽管", "直接", "再", "也"]).is_some()
        });
        let conditional = conditional(line).is_some();
        let bare = line.before(place, 2) == "没" || !line.has(&["您", "你", "还", "请问", "对"]);
        goes_on || next || conditional || bare && !asks && line.ends(&["呢"]).is_none()
    }

    /// 有什么可以帮您, 能为您做些什么.
    fn offers(&self) -> bool {
        let line = self.line;
        let more = line.has(&["还有", "其他", "别的", "其它"]) && line.ends(&ASKING).is_some();
        let helps = line.has(&HELPS) && line.has(&["什么", "哪些", "怎么"]);
        helps && !more
    }

    /// 请告诉我是怎样的情形, 麻烦您讲一下经过, 能告诉我您的订单号是多少吗.
    fn invites(&self, word: Option<Wants>, yes_or_no: bool) -> Option<QuestionKind> {
        let line = self.line;
        let (verb, length) = line.find_any(&TELLING)?;
        let asked_of_agent =
            matches!(subject_of(line.head(verb)), "我" | "们" | "他" | "她") && !line.head(verb).has(&REQUESTS);
        if asked_of_agent || !line.has(&REQUESTS) {
            return None;
        }
        let told = line.tail(verb + length);
        // 把事情的经过跟我说一遍: the matter stands before the verb.
        let matter = line.head(verb).find("把").is_some_and(|place| line.head(verb).tail(place).has(&STORIES));
        if matter || told.has(&STORIES) || told.has(&UNHAPPY) && told.has(&["哪", "什么"]) {
            return Some(Open);
        }
        match word {
            Some(wants) if yes_or_no || line.before(verb, 1) != "请" || told.len() > 2 => Some(wants.kind()),
            _ => None,
        }
    }

    /// 您贵姓, 您的订单号呢, and 您的出发时间是, where nothing follows.
    fn names(&self) -> bool {
        let line = self.line;
        let short = line.len() <= 9 && line.has(&["您的", "你的"]) && line.ends(&["呢"]).is_some();
        let open = self.later.is_none()
            && line.ends(&["是"]).is_some_and(|place| {
                line.head(place).has(&["您的", "你的", "您所", "请问"])
                    && !"就不还但可要只都也的".contains(line.before(place, 1))
            });
        line.has(&["贵姓", "尊姓", "贵庚"])
            || open
            || short && !line.has(&["还", "着", "在", "才", "的话", "正", "不", "没"])
    }

    /// Whether a question mark alone is believed.
    fn may_ask(&self) -> bool {
        let line = self.line;
        let unsaid = (0..line.len()).any(|place| wants_at(line, place).is_some()) || a_not_a(line).is_some();
        !unsaid && line.has(&["您", "你", "请问"]) && line.has(&["是", "有", "要", "想", "可以", "能", "会", "了"])
    }

    /// 收到了没有, 您收到短信没有.
    fn not_yet(&self) -> bool {
        let line = self.line;
        let Some(place) = line.ends(&["没有", "没"]) else { return false };
        let before = line.before(place, 1);
        let done = matches!(before, "了" | "过" | "好" | "完");
        let after_verb = line.has(&ADDRESS) && line.head(place).has(&["到", "过", "好", "完", "了"]);
        place >= 2 && (done || after_verb && !"还都也是并来就时前我他她们暂有从".contains(before))
    }

    /// Whether the answer is suggested.
    fn is_leading(&self, asks: bool, yes_or_no: bool) -> bool {
        let line = self.line;
        if line.has(&["难道"]) {
            return true;
        }
        if asks && line.has(&["您不觉得", "你不觉得", "不认为", "您不希望", "您不想", "您就不", "你不想"])
        {
            return true;
        }
        // 换个套餐不就省事了吗: the answer is in the question.
        if asks && line.find("不就").is_some_and(|place| !"要是".contains(line.before(place, 1)) || place == 0) {
            return true;
        }
        let put_so = line.find_any(&["是不是", "是否"]).map(|(place, length)| line.tail(place + length));
        if put_so.is_some_and(|told| told.begins(&["应该", "该", "觉得", "更"]).is_some()) && line.has(&["您", "你"])
        {
            return true;
        }
        let is_not = line.find("不是").is_some_and(|place| !"是要".contains(line.before(place, 1)) || place == 0);
        if asks && is_not && line.at(line.find("不是").unwrap_or(0) + 2, "本人").is_none() {
            return true;
        }
        let also = line.has(&["您也", "你也", "是不是也", "会不会也"]) && line.has(&MINDS);
        let willing = line.begins(&["那么", "那"]).is_some() && line.has(&["愿意", "愿不愿意"]);
        if yes_or_no && (also || willing) {
            return true;
        }
        self.supposes()
    }

    /// 您应该没有开通吧: a guess about the customer that only wants a yes.
    fn supposes(&self) -> bool {
        let line = self.line;
        if line.ends(&["吧"]).is_none() || line.begins(&PROPOSING).is_some() {
            return false;
        }
        let about = line.has(&["您", "你"]) || line.begins(&["应该", "是不是", "肯定"]).is_some();
        let advises = line.has(&[
            "您先",
            "您再",
            "您还是",
            "您就",
            "您放心",
            "您看着",
            "您稍",
            "一下吧",
            "让我",
            "我们先",
            "我帮",
            "我给",
        ]);
        about && !advises && line.has(&GUESSING)
    }
}

/// The pronoun that is the subject of what follows `before`: the last one that no 帮, 给, 跟 … stands before.
fn subject_of<'a>(before: Line<'a>) -> &'a str {
    let mut place = before.len();
    while place > 0 {
        place -= 1;
        let unit = before.unit(place);
        let subject = matches!(unit, "我" | "您" | "你" | "他" | "她" | "咱" | "们")
            || unit == "员" && before.before(place, 1) != "人"
            || unit == "事" && before.before(place, 1) == "同";
        let object = "帮给跟向为替和".contains(before.before(place, 1)) && place > 0;
        // 您的情况 names a thing of the customer's.
        let owner = before.unit(place + 1) == "的";
        if subject && !object && !owner {
            return unit;
        }
    }
    ""
}
