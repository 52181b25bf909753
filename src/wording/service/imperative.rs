//! Whether a Mandarin clause without a subject is built as an imperative (curriculum H1): 打开手机看一下, 去营业厅办,
//! 把单号念一遍. Agents leave 我 out as well (查一下记录, 给您登记一下), so the verbs here are those of what customers
//! are told to do, and what tells, promises or explains takes the command out of a clause.

use crate::wording::line::Line;

/// Verbs with their result or object by which a clause commands as it begins.
const BEGINNINGS: [&str; 76] = [
    "打开",
    "关掉",
    "关上",
    "关闭",
    "拔掉",
    "拔下",
    "拔出",
    "插上",
    "插好",
    "插回",
    "按住",
    "按下",
    "按一下",
    "长按",
    "点击",
    "点开",
    "点进",
    "输入",
    "下载",
    "登录",
    "重新登录",
    "卸载",
    "退出",
    "扫码",
    "扫描",
    "拨打",
    "填写",
    "填好",
    "填上",
    "填完",
    "签字",
    "签名",
    "签上",
    "拍张",
    "拍个",
    "拍一张",
    "带上",
    "带好",
    "拿出",
    "拿好",
    "拿上",
    "翻到",
    "翻开",
    "写上",
    "写下",
    "写清楚",
    "抄下",
    "记住",
    "记得",
    "记好",
    "发到我",
    "寄到我",
    "寄回",
    "交到",
    "交给我",
    "跟着",
    "听我说",
    "听我讲",
    "听好",
    "告诉我",
    "回答",
    "说清楚",
    "讲清楚",
    "说重点",
    "说具体",
    "说大声",
    "重新说",
    "重新输",
    "看清楚",
    "看好",
    "想清楚",
    "试试",
    "抬头",
    "低头",
    "戴上",
    "拧开",
];
/// Verbs of what customers are told to do, said once or a little: 报一下, 扫下, 念一遍, 想想.
const SAID_SOFTLY: [&str; 27] = [
    "说", "报", "讲", "填", "写", "念", "签", "交", "扫", "拍", "量", "擦", "拧", "按", "点", "听", "等", "试", "输",
    "选", "读", "翻", "提供", "出示", "描述", "重复", "想",
];
/// What makes a verb of one character a deed to be done: how often, where to, which.
const OBJECTS: [&str; 30] = [
    "右", "左", "上面", "下面", "中间", "第", "这个", "这张", "这儿", "那个", "那张", "那三", "那两", "井号", "星号",
    "确定", "确认", "返回", "数字", "表", "两下", "三下", "四位", "六位", "一张", "个号", "个名", "个字", "进去",
    "出来",
];
/// Verbs of one character that take such an object.
const SHORT: [&str; 13] = ["点", "按", "填", "扫", "选", "输", "签", "拧", "拔", "插", "写", "取", "报"];
/// What is to be done again or at another time, behind 再, 先 or 明天.
const AGAIN: [&str; 12] =
    ["打一次", "来一次", "试", "打过来", "打来", "来办", "来一趟", "来取", "说一次", "念一次", "看说明", "看看说明"];
/// What tells, explains or promises, so that the clause commands nothing.
const TELLING: [&str; 22] = [
    "会", "将", "就能", "就", "我们", "已经", "一共", "需要", "是", "有", "能", "要", "正在", "完成", "成功", "失败",
    "都", "才", "还", "给您", "帮您", "为您",
];
/// Such words that are part of what is to be done: 是 in 是不是, 就 in 就这样.
const TOLD_ON: [&str; 8] = ["需要填", "要填的", "有问题", "要紧", "有字", "还要", "有二维码", "能不能"];
/// Ways to go, behind 去 and 回: not last year, not going away.
const NO_GOING: [&str; 14] =
    ["去年", "去掉", "去除", "去世", "去哪", "去不", "去过", "去了", "去的", "去向", "去处", "去得", "去看看", "去查"];

/// Whether the clause `line`, without what opens it, begins as an imperative; `again` where 先, 再 or a time stands
/// before its verb.
pub fn imperative(line: Line, again: bool) -> bool {
    if line.len() < 2 || tells(line) {
        return false;
    }
    begins(line) || softly(line) || short(line) || goes(line) || turns(line) || again && line.begins(&AGAIN).is_some()
}

/// 打开手机看一下; not 打开的时候, 下载速度, 登录名.
fn begins(line: Line) -> bool {
    let Some(used) = line.begins(&BEGINNINGS) else { return false };
    let rest = line.tail(used);
    let named = rest
        .begins(&[
            "的",
            "以后",
            "之后",
            "时",
            "后",
            "速度",
            "名",
            "密码是",
            "地址是",
            "过",
            "得",
            "不",
            "您上次",
            "您之前",
            "您说",
            "您刚",
            "费",
        ])
        .is_some();
    // 记得, 回答 and 登录 alone may tell what is so.
    let alone = rest.len() == 0 && line.begins(&["记得", "回答", "下载", "登录", "扫描"]).is_some();
    !named && !alone
}

/// 报一下, 说下, 念一遍, 想想; 等一下 has its own row but commands all the same.
fn softly(line: Line) -> bool {
    let Some(used) = line.begins(&SAID_SOFTLY) else { return false };
    let rest = line.tail(used);
    let little = rest.begins(&["一下", "下", "一遍", "两遍", "一次", "一声", "一", "说看", "看"]).filter(|length| {
        // 说一下, 说一说, 说说, 说说看; not 下周, 看到, 一共.
        let next = rest.unit(*length);
        let bare = rest.unit(0) == "下" && matches!(next, "来" | "去" | "周" | "个" | "次" | "午" | "单" | "面");
        let single = *length == 1 && rest.unit(0) == "一" && next != line.unit(0);
        !(bare || single || rest.unit(0) == "看" && *length == 1)
    });
    let doubled = used == 1 && rest.unit(0) == line.unit(0) && !matches!(line.unit(0), "点" | "等");
    // 说一下我们的流程, 念一遍给您听 are what the agent will do.
    let own = line.has(&["我们的", "给您听", "给你听", "流程"]) || rest.has(&["您的要求", "我的"]);
    (little.is_some() || doubled) && !own
}

/// 点右上角, 按井号键, 选第一项, 取个号.
fn short(line: Line) -> bool {
    let Some(used) = line.begins(&SHORT) else { return false };
    let rest = line.tail(used);
    rest.begins(&OBJECTS).is_some() && !rest.has(&["的话"])
}

/// 去营业厅办, 去一楼取号, 回去看看说明书.
fn goes(line: Line) -> bool {
    let goes = line.begins(&["去", "回去", "过来", "进去", "回到"]).is_some() && line.begins(&NO_GOING).is_none();
    let back = line.begins(&["回去", "过来", "进去"]);
    let rest = line.tail(back.unwrap_or(1));
    // 去营业厅 alone may answer where; the deed makes it a command.
    let deed = rest.has(&[
        "办", "取", "拿", "交", "问", "找", "看", "查", "买", "换", "改", "领", "签", "打印", "开", "登记", "修", "退",
        "补",
    ]);
    goes && rest.len() >= 2 && deed && rest.begins(&["的"]).is_none()
}

/// 往左拧半圈, 往下拉.
fn turns(line: Line) -> bool {
    let turned = line.begins(&["往", "向"]).is_some()
        && matches!(line.unit(1), "左" | "右" | "上" | "下" | "前" | "后" | "里" | "外");
    turned && line.has(&["拧", "拉", "走", "滑", "翻", "推", "转", "按", "拨", "划"]) && line.len() >= 3
}

/// Whether the clause tells what is so, what was done or what will come.
fn tells(line: Line) -> bool {
    let told = (1..line.len()).any(|place| {
        line.any_at(place, &TELLING).is_some() && line.any_at(place, &TOLD_ON).is_none() && !inside(line, place)
    });
    let over = line.ends(&["了", "过", "的", "着呢"]).is_some();
    told || over
}

/// Whether the word at `place` only looks as if it told: 会员, 有效期, 是否, 要求.
fn inside(line: Line, place: usize) -> bool {
    line.any_at(place, &["会员", "有效", "有关", "要求", "是否", "能量", "都市", "还款", "还原", "将来"]).is_some()
        || place > 0
            && line
                .any_at(
                    place - 1,
                    &["机会", "社会", "只要", "主要", "重要", "所有", "没有", "功能", "智能", "首都", "还是"],
                )
                .is_some()
            && line.any_at(place - 1, &["没有"]).is_none()
}
