//! Drawback and benefit (curriculum D9): what is said last stays, so the drawback comes first.

mod english;

use crate::session::event::Language;
use crate::wording::line::Line;
use crate::wording::sentence::Sentence;
use std::ops::Range;

/// Words that turn from one side to the other.
const TURNS: [&str; 11] = ["但是", "不过", "可是", "只不过", "只是", "可惜", "只可惜", "唯一的", "就是", "然而", "但"];
/// Words before the side that is granted.
const GRANTS: [&str; 9] = ["虽然", "虽说", "尽管", "是", "虽", "though", "although", "while", "yes"];
/// Properties of an offer that are good whatever they are said of.
const GOOD: [&str; 69] = [
    "味道好",
    "好吃",
    "好学",
    "容易上手",
    "好打理",
    "离得近",
    "口碑好",
    "够用",
    "丰富",
    "便宜",
    "实惠",
    "划算",
    "合算",
    "方便",
    "耐用",
    "齐全",
    "很全",
    "更全",
    "安全",
    "稳定",
    "优惠",
    "省心",
    "省钱",
    "省力",
    "省事",
    "省不少",
    "省时间",
    "质量好",
    "质量很好",
    "服务好",
    "服务更好",
    "效果好",
    "好用",
    "免费",
    "专业",
    "贴心",
    "舒服",
    "漂亮",
    "周到",
    "放心",
    "有保障",
    "灵活",
    "划得来",
    "送货上门",
    "快",
    "更好",
    "很好",
    "挺好",
    "不错",
    "轻便",
    "多样",
    "高端",
    "赠送",
    "可靠",
    "到位",
    "没得说",
    "没话说",
    "省电",
    "省油",
    "清晰",
    "流畅",
    "结实",
    "美观",
    "好看",
    "安静",
    "宽敞",
    "很近",
    "精致",
    "耐看",
];
/// Properties that are bad whatever they are said of.
const BAD: [&str; 62] = [
    "容易脏",
    "容易皱",
    "容易掉",
    "容易碎",
    "容易断",
    "容易褪",
    "容易变",
    "容易堵",
    "容易过敏",
    "不耐",
    "排很久",
    "等很久",
    "等很长",
    "排长队",
    "要早起",
    "很早起",
    "难打理",
    "难清洗",
    "贵",
    "慢",
    "麻烦",
    "复杂",
    "很差",
    "比较差",
    "差一点",
    "差一些",
    "旧",
    "笨重",
    "不支持",
    "吵",
    "缺点",
    "不足",
    "受限",
    "有限制",
    "要排队",
    "等久",
    "等得久",
    "要等",
    "偏高",
    "偏少",
    "缺货",
    "繁琐",
    "占地方",
    "得等",
    "偏远",
    "远了",
    "远一",
    "较远",
    "有点远",
    "费电",
    "耗电",
    "费油",
    "费时",
    "费事",
    "不便宜",
    "不太够",
    "容易坏",
    "掉色",
    "断货",
    "紧张",
    "要付",
    "另收",
];
/// Properties that are good or bad by what they are said of: things, good words, bad words.
const OF_THINGS: [(&[&str], &[&str], &[&str]); 8] = [
    (&["信号", "网速", "动力", "吸力", "性能", "马力"], &["强", "快", "好", "足"], &["弱", "慢", "差"]),
    (
        &["噪音", "声音", "风险", "波动", "气味", "味道", "损耗", "耗电量"],
        &["小", "低", "少", "轻"],
        &["大", "高", "多", "重"],
    ),
    (&["房间", "面积", "屏幕", "尺寸", "车位", "窗户", "阳台"], &["大", "多"], &["小", "少"]),
    (
        &[
            "价格",
            "费用",
            "手续费",
            "利率",
            "价钱",
            "成本",
            "门槛",
            "月租",
            "首付",
            "运费",
            "保费",
            "利息",
            "学费",
            "房租",
            "租金",
            "票价",
            "单价",
            "会费",
            "年费",
            "物业费",
        ],
        &["低", "少"],
        &["高", "多"],
    ),
    (
        &["收益", "保障", "质量", "品质", "性价比", "清晰度", "配置", "额度", "安全性", "保额", "回报", "效率", "画质"],
        &["高", "好", "大", "强"],
        &["低", "差", "小", "弱"],
    ),
    (&["时间", "周期", "等待", "排队", "工期", "流程", "合约", "合同期", "锁定期"], &["短", "少"], &["长", "久", "多"]),
    (&["保修", "质保", "续航", "有效期", "寿命"], &["长", "久"], &["短"]),
    (
        &[
            "服务", "功能", "流量", "网点", "课程", "选择", "款式", "内容", "礼品", "赠品", "空间", "容量", "品种",
            "车次", "班次",
        ],
        &["多", "全", "好", "大", "丰富"],
        &["少", "差", "小", "单一"],
    ),
];
/// Before what somebody else weighs up.
const QUOTES: [&str; 6] = ["您说", "你说", "您觉得", "您担心", "您提到", "他说"];
/// Turn the word behind them into its opposite.
const NOT: [&str; 6] = ["不", "没", "没有", "不太", "不够", "不是很"];

/// A benefit that was named before its drawback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The units of the sentence that it takes up.
    pub units: Range<usize>,
    /// The same the right way round.
    pub turned: String,
}

/// The first drawback of a sentence that was named behind its benefit.
pub fn reversed(sentence: &Sentence) -> Option<Order> {
    let texts = sentence.texts();
    let whole = Line { units: &texts };
    let english = sentence.language == Language::En;
    let mut at = 0;
    while at < whole.len() {
        let mandarin = || turn_at(whole, at).or_else(|| bare_turn(sentence, whole, at));
        let turn = if english { english::turn_at(sentence, whole, at) } else { mandarin() };
        let Some(length) = turn else {
            at += 1;
            continue;
        };
        let first = side(sentence, at, true);
        let second = side(sentence, at + length, false);
        let good_first = value(Line { units: &texts[first.clone()] }, english) > 0;
        let bad_second = value(Line { units: &texts[second.clone()] }, english) < 0;
        let quoted = whole.head(first.end).has(&QUOTES);
        if good_first && bad_second && !quoted {
            let granted = Line { units: &texts[first.clone()] }.begins(&GRANTS).unwrap_or(0);
            let benefit = sentence.text_of(&(first.start + granted..first.end));
            let drawback = sentence.text_of(&second);
            let turned = if english {
                format!("Name the drawback first, then the benefit: {}, but {}.", capital(&drawback), benefit.trim())
            } else {
                format!("先说缺点，再说好处：虽然{drawback}，但是{benefit}。")
            };
            return Some(Order { units: first.start..second.end, turned });
        }
        at += length;
    }
    None
}

/// 可 at the head of a clause turns too, unless it begins a word: 可以, 可能.
fn bare_turn(sentence: &Sentence, line: Line, at: usize) -> Option<usize> {
    let heads = at > 0 && sentence.clauses.iter().any(|clause| clause.start == at);
    let word = "以能是见靠爱口乐疑惜".contains(line.unit(at + 1));
    (heads && line.unit(at) == "可" && !word).then_some(1)
}

/// Whether a word that turns stands at `at`: inside a clause 就是 and 但 say too little.
fn turn_at(line: Line, at: usize) -> Option<usize> {
    let length = line.any_at(at, &TURNS[..8]).or_else(|| line.any_at(at, &TURNS[8..]))?;
    let other = line.any_at(at, &["唯一的办法", "唯一的一", "就是您", "就是说您"]).is_some()
        || line.any_at(at, &["不但", "但凡", "就是说", "不仅仅"]).is_some()
        || at > 0 && line.at(at - 1, "不但").is_some();
    (!other && at > 0).then_some(length)
}

/// The side of a turn at `at`: the clause before it or the one behind it, two where the first is short.
fn side(sentence: &Sentence, at: usize, before: bool) -> Range<usize> {
    let own = sentence.clauses.iter().position(|clause| clause.contains(&at)).unwrap_or(0);
    let start_of = |clause: usize| sentence.clauses.get(clause).map_or(at, |range| range.start);
    let end_of = |clause: usize| sentence.clauses.get(clause).map_or(at, |range| range.end);
    if !before {
        let end = end_of(own).max(at);
        return if end - at < 3 { at..end_of(own + 1).max(end) } else { at..end };
    }
    let start = start_of(own).min(at);
    if at - start >= 3 || own == 0 { start..at } else { start_of(own - 1)..at }
}

/// Above zero where more good is said than bad, below it where more bad is.
fn value(line: Line, english: bool) -> i32 {
    let (good, bad): (&[&str], &[&str]) = if english { (&english::GOOD, &english::BAD) } else { (&GOOD, &BAD) };
    let mut sum = 0;
    let mut at = 0;
    while at < line.len() {
        let word = |list: &[&str]| list.iter().filter_map(|word| line.at(at, word)).max();
        let (gain, used) = match (word(good), word(bad)) {
            (Some(up), Some(down)) if down >= up => (-1, down),
            (_, Some(down)) => (-1, down),
            (Some(up), None) => (1, up),
            (None, None) => (0, 1),
        };
        let before = line.head(at);
        let not: &[&str] = if english { &english::NOT } else { &NOT };
        let denied = gain != 0 && (before.ends(not).is_some() || before.head(at.saturating_sub(1)).ends(not).is_some());
        sum += if denied { -gain } else { gain };
        at += used;
    }
    // 离地铁近, 离公司远.
    let far = line.find_any(&["离", "距离"]).map(|(place, length)| line.tail(place + length).head(6));
    sum += far.map_or(0, |said| match (said.has(&["近"]), said.has(&["远"])) {
        (true, false) if !said.has(&["不", "很近"]) => 1,
        (false, true) if !said.has(&["不", "远了", "远一", "较远", "有点远", "偏远"]) => -1,
        _ => 0,
    });
    sum + OF_THINGS.iter().map(|(things, good, bad)| of_thing(line, things, good, bad)).sum::<i32>()
}

/// What is said of one of `things`, within a few units behind it.
fn of_thing(line: Line, things: &[&str], good: &[&str], bad: &[&str]) -> i32 {
    let Some((place, length)) = line.find_any(things) else { return 0 };
    let said = line.tail(place + length).head(6);
    let (up, down) = (said.find_any(good), said.find_any(bad));
    let (gain, at) = match (up, down) {
        (Some((up, _)), Some((down, _))) if down < up => (-1, down),
        (Some((up, _)), _) => (1, up),
        (None, Some((down, _))) => (-1, down),
        (None, None) => return 0,
    };
    let before = said.head(at);
    let denied = before.ends(&NOT).is_some() || before.head(at.saturating_sub(1)).ends(&NOT).is_some();
    if denied { -gain } else { gain }
}

fn capital(text: &str) -> String {
    let mut rest = text.trim().chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}
