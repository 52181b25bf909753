//! How the customer is addressed: 您 or 你 (curriculum H3), and by name (D7).

use crate::session::event::{Language, Word};
use crate::wording::line::Line;
use crate::wording::normalize::units;
use crate::wording::sentence::Sentence;
use std::ops::Range;

/// The 200 most frequent Chinese surnames of one character, by the 2020 census and household registers.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏\
                        吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱\
                        严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁\
                        尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳\
                        时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾";
/// Surnames of two characters.
const DOUBLE: [&str; 16] = [
    "欧阳", "上官", "司马", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "夏侯", "令狐", "端木", "独孤",
    "南宫", "长孙",
];
/// Titles behind a name.
const TITLES: [&str; 6] = ["先生", "女士", "小姐", "老师", "太太", "总"];
/// What elder people and parents are called by; a surname stands before it where a clause begins or behind a greeting.
const KIN_TITLES: [&str; 8] = ["妈妈", "爸爸", "阿姨", "叔叔", "奶奶", "爷爷", "大姐", "大哥"];
/// Words before a name that is the agent's own or somebody else's.
const NOT_CUSTOMER: [&str; 32] = [
    "我是",
    "我姓",
    "我叫",
    "这里是",
    "我们",
    "咱们",
    "由",
    "让",
    "转给",
    "转接",
    "联系",
    "找",
    "他是",
    "她是",
    "叫",
    "跟",
    "和",
    "对",
    "关",
    "至",
    "属",
    "任",
    "这位",
    "那位",
    "一位",
    "哪位",
    "我们的",
    "主管",
    "工程师",
    "同事",
    "请教",
    "转到",
];
/// Words that begin with 总.
const ZONG: [&str; 12] =
    ["总是", "总共", "总额", "总部", "总量", "总价", "总结", "总数", "总的", "总会", "总公司", "总体"];
/// Characters that are no part of a given name.
const NO_NAME: &str = "您你我他她它的是了好吗请谢这那位有在和跟对为给把被会能可以就都也还不没们先再来去说问帮";
/// English titles.
const TITLES_EN: [&str; 6] = ["mr", "mrs", "ms", "miss", "mister", "dr"];

/// How often 您 and 你 are said to the customer in `words`.
pub fn nin_and_ni(words: &[Word]) -> (u32, u32) {
    let (spoken, _) = units(words);
    let texts: Vec<&str> = spoken.iter().map(|unit| unit.text.as_str()).collect();
    let polite = (0..texts.len()).filter(|place| texts[*place] == "您").count();
    // 您好 is a greeting and no address.
    let greetings = texts.windows(2).filter(|pair| pair == &["您", "好"]).count();
    ((polite - greetings) as u32, ni(&texts).len() as u32)
}

/// Where 你 or 你们 is said to the customer; not in 你好, 迷你, and what somebody else has said.
pub fn ni(texts: &[&str]) -> Vec<Range<usize>> {
    let line = Line { units: texts };
    let said_to = |place: usize| {
        let before = line.before(place, 1);
        let greeting = line.unit(place + 1) == "好" && !matches!(line.unit(place + 2), "像" | "多" | "几" | "不");
        let quoted = matches!(before, "说" | "问" | "讲" | "诉" | "骂")
            && line.head(place).tail(place.saturating_sub(6)).has(&["他", "她", "同事", "人家", "客户", "别人"]);
        line.unit(place) == "你" && !greeting && !quoted && before != "迷" && line.at(place, "你我").is_none()
    };
    let found = (0..line.len()).filter(|place| said_to(*place));
    found.map(|place| place..place + if line.unit(place + 1) == "们" { 2 } else { 1 }).collect()
}

/// Where the customer is called by name.
pub fn names(sentence: &Sentence) -> Vec<Range<usize>> {
    let texts = sentence.texts();
    let line = Line { units: &texts };
    if sentence.language == Language::En {
        return names_english(line);
    }
    let named = |place: usize| {
        if let Some(title) = line.any_at(place, &KIN_TITLES) {
            return kin(sentence, line, place).map(|start| start..place + title);
        }
        let title = line.any_at(place, &TITLES)?;
        if line.unit(place + title) == "们" || line.any_at(place, &ZONG).is_some() {
            return None;
        }
        let start = name_before(sentence, line, place, place > 0 && line.at(place, "总").is_none())?;
        (line.head(start).ends(&NOT_CUSTOMER).is_none()).then_some(start..place + title)
    };
    (1..line.len()).filter_map(named).collect()
}

/// Where 何妈妈, 李阿姨 begin; 和妈妈, 于阿姨家 inside a clause are none.
fn kin(sentence: &Sentence, line: Line, title: usize) -> Option<usize> {
    let start = title.checked_sub(1)?;
    let surname = SURNAMES.contains(line.unit(start)) && !matches!(line.unit(start), "和" | "连" | "向" | "方" | "时");
    let head = line.head(start);
    let called = sentence.clauses.iter().any(|clause| clause.start == start)
        || head.ends(&["您好", "谢谢", "感谢", "好的", "请问", "抱歉", "对不起", "不好意思", "嗯"]).is_some();
    (surname && called).then_some(start)
}

/// Where the name begins that ends before `title`; a given name of two characters at most stands between only where
/// a clause begins with the surname.
fn name_before(sentence: &Sentence, line: Line, title: usize, given: bool) -> Option<usize> {
    let surname = |place: usize| SURNAMES.contains(line.unit(place)) && !line.unit(place).is_empty();
    let double = title.checked_sub(2).filter(|place| line.any_at(*place, &DOUBLE).is_some());
    if double.is_some() {
        return double;
    }
    if title > 0 && surname(title - 1) {
        // 请问您和先生, 对于女士: what looks like a surname belongs to the word before it.
        let part =
            title > 1 && line.any_at(title - 2, &["对于", "关于", "由于", "属于", "至于", "任何", "您和"]).is_some();
        return (!part).then_some(title - 1);
    }
    let opens = |place: usize| {
        let starts = sentence.clauses.iter().any(|clause| clause.start == place);
        starts || matches!(line.before(place, 1), "您" | "是" | "的" | "问" | "谢")
    };
    let plain = |place: usize| (place + 1..title).all(|at| !NO_NAME.contains(line.unit(at)));
    let found = [2, 3].into_iter().filter_map(|back| title.checked_sub(back));
    found.filter(|_| given).find(|place| surname(*place) && plain(*place) && opens(*place))
}

fn names_english(line: Line) -> Vec<Range<usize>> {
    let named = |place: usize| {
        let title = line.any_at(place, &TITLES_EN)?;
        let own =
            line.head(place).ends(&["i am", "im", "name is", "this is", "to", "with", "from", "our", "is"]).is_some();
        let name = line.unit(place + title);
        let is_name =
            name.len() > 1 && !["you", "the", "your", "it", "that", "a", "this", "out", "any"].contains(&name);
        (!own && is_name).then_some(place..place + title + 1)
    };
    (0..line.len()).filter_map(named).collect()
}
