//! The closed classes of words by which Mandarin questions are told. Trainers have no reason to change them: they
//! belong to the language, not to a company.

/// Ends of a clause that ask yes or no; 么 and 嘛 are how 吗 is misheard.
pub const ASKING: [&str; 7] = ["吗", "么", "可以嘛", "好嘛", "行嘛", "对嘛", "方便嘛"];
/// Ends that only look so.
pub const NOT_ASKING: [&str; 6] = ["什么", "怎么", "那么", "这么", "多么", "干吗"];
/// Said behind a statement or a request to make it a question.
pub const TAGS: [&str; 31] = [
    "好吗",
    "可以吗",
    "行吗",
    "对吗",
    "是吗",
    "没错吧",
    "对吧",
    "是吧",
    "可以吧",
    "没问题吧",
    "好么",
    "可以么",
    "行么",
    "对么",
    "是么",
    "好嘛",
    "可以嘛",
    "行嘛",
    "对嘛",
    "好不好",
    "行不行",
    "对不对",
    "是不是",
    "可不可以",
    "好不",
    "行不",
    "对不",
    "没问题吗",
    "没错吗",
    "可以的吗",
    "是这样吗",
];
/// Said alone behind a statement or a proposal; with a subject of their own they are plain questions.
pub const ALONE: [&str; 12] = [
    "方便吗",
    "合适吗",
    "能接受吗",
    "可以接受吗",
    "明白吗",
    "清楚吗",
    "您同意吗",
    "您觉得呢",
    "您看呢",
    "您说呢",
    "您能接受吗",
    "您方便吗",
];
/// Tags that ask whether something is so, not whether it may be.
pub const CONFIRMING: [&str; 13] = [
    "对吗",
    "是吗",
    "对吧",
    "是吧",
    "没错吧",
    "对么",
    "是么",
    "对嘛",
    "对不对",
    "是不是",
    "对不",
    "没错吗",
    "是这样吗",
];
/// What a tag may begin with.
pub const LEADS: [&str; 14] = [
    "您看这样",
    "您看",
    "这样",
    "你看这样",
    "你看",
    "您觉得这样",
    "您觉得",
    "那您看",
    "这样的话",
    "那这样",
    "这个",
    "您",
    "那您看这样",
    "这样您看",
];
/// Ways to address the customer.
pub const ADDRESS: [&str; 5] = ["您", "你", "请问", "先生", "女士"];
/// Sounds and words before what is meant.
pub const FILLERS: [&str; 12] = ["嗯", "啊", "哦", "呃", "噢", "诶", "那", "好", "的", "对", "哎", "唉"];
/// Any will do.
pub const WHATEVER: [&str; 9] = ["无论", "不论", "不管", "随便", "任凭", "甭管", "别管", "不用管", "取决于"];
/// Verbs that a question can hang on.
pub const EMBEDDING: [&str; 41] = [
    "看一下",
    "看下",
    "看看",
    "查一下",
    "查清",
    "查明",
    "查查",
    "问一下",
    "问清",
    "问问",
    "了解",
    "核实",
    "核对",
    "确认",
    "知道",
    "清楚",
    "明白",
    "告诉",
    "通知",
    "提醒",
    "解释",
    "介绍",
    "说明",
    "说一下",
    "讲一下",
    "讲讲",
    "说说",
    "判断",
    "决定",
    "记录",
    "登记",
    "检查",
    "分析",
    "研究",
    "晓得",
    "确定",
    "教",
    "讲",
    "查",
    "问",
    "看",
];
/// Where one of those characters is part of another word, or of what was seen or heard.
pub const NOT_EMBEDDING: [&str; 12] =
    ["请问", "问题", "看到", "看见", "听说", "看中", "看好", "说的", "教育", "请讲", "访问", "教程"];
/// Verbs of asking out loud.
pub const ASKS: [&str; 12] =
    ["问一下", "问下", "问", "了解", "确认", "核实", "核对", "请教", "知道", "咨询", "问问", "确定"];
/// What stands before a verb of asking when the customer is asked straight out.
pub const ASK_OUT: [&str; 8] = ["想", "想要", "要", "方便", "想跟您", "跟您", "再", "先"];
/// Verbs of telling.
pub const TELLING: [&str; 26] = [
    "告诉我",
    "告诉",
    "告知",
    "说一下",
    "说说",
    "说一说",
    "说明",
    "讲一下",
    "讲讲",
    "讲一讲",
    "描述",
    "形容",
    "谈谈",
    "谈一下",
    "介绍",
    "聊聊",
    "回忆",
    "分享",
    "跟我说",
    "跟我讲",
    "说一遍",
    "讲一遍",
    "详细说",
    "具体说",
    "请讲",
    "请说",
];
/// What makes telling a request.
pub const REQUESTS: [&str; 10] = ["请", "麻烦", "能", "可以", "方便", "能否", "劳驾", "可不可以", "烦请", "您先"];
/// Matters that want more than one word for an answer.
pub const STORIES: [&str; 26] = [
    "情况",
    "情形",
    "经过",
    "过程",
    "想法",
    "感受",
    "原因",
    "看法",
    "需求",
    "要求",
    "意见",
    "建议",
    "事情",
    "来龙去脉",
    "现象",
    "怎么",
    "为什么",
    "怎样",
    "什么样",
    "顾虑",
    "担心",
    "问题",
    "详细说",
    "具体说",
    "理由",
    "前因后果",
];
/// Nouns behind 什么 that want a story.
pub const STORY_NOUNS: [&str; 37] = [
    "问题", "情况", "情形", "原因", "想法", "看法", "意见", "建议", "要求", "需求", "需要", "困难", "帮助", "顾虑",
    "感觉", "感受", "打算", "故障", "现象", "样", "事", "业务", "体验", "印象", "理由", "目的", "状态", "状况", "反应",
    "不满", "计划", "疑问", "疑虑", "期望", "影响", "变化", "方面",
];
/// Opinions: 有什么意见吗 asks for them.
pub const OPINIONS: [&str; 8] = ["意见", "建议", "想法", "看法", "感受", "感觉", "印象", "评价"];
/// Question words that want a story.
pub const STORY_WORDS: [&str; 17] = [
    "为什么",
    "为何",
    "为啥",
    "怎么回事",
    "怎么样",
    "怎么",
    "怎样",
    "如何",
    "咋",
    "什么样",
    "哪方面",
    "哪些方面",
    "哪一方面",
    "啥样",
    "干嘛",
    "凭什么",
    "咋样",
];
/// Ways of 哪 that want a story.
pub const STORY_WHICH: [&str; 12] = [
    "哪方面",
    "哪些方面",
    "哪一方面",
    "哪几方面",
    "哪几个方面",
    "哪些问题",
    "哪些困难",
    "哪些要求",
    "哪些想法",
    "哪些建议",
    "哪些需求",
    "哪些顾虑",
];
/// What 哪里 and 哪些地方 are asked about when they want a story.
pub const UNHAPPY: [&str; 12] =
    ["不满", "满意", "改进", "不好", "做得", "不舒服", "不明白", "不清楚", "不合适", "需要改", "出问题", "出了问题"];
/// Question words that want one detail.
pub const DETAIL_WORDS: [&str; 13] =
    ["多少", "多久", "多长", "多大", "多远", "多高", "多重", "多宽", "多厚", "何时", "何地", "谁", "多快"];
/// Counted behind 几.
pub const COUNTED: [&str; 40] = [
    "点", "号", "位", "月", "楼", "年级", "口", "岁", "次", "个", "天", "件", "年", "人", "层", "期", "套", "台", "张",
    "块", "分", "小时", "周", "斤", "米", "只", "条", "门", "栋", "单元", "室", "折", "份", "部", "本", "辆", "间",
    "包", "晚", "成",
];
/// 怎么 and 哪 that ask nothing.
pub const RHETORICAL: [&str; 14] = [
    "谁不想",
    "谁不希望",
    "怎么能",
    "怎么可能",
    "怎么敢",
    "怎么好意思",
    "哪能",
    "哪敢",
    "哪里会",
    "谁让",
    "谁叫",
    "哪里哪里",
    "哪会",
    "怎么说呢",
];
/// Help that is offered.
pub const HELPS: [&str; 16] = [
    "帮您",
    "帮到您",
    "帮助您",
    "帮你",
    "帮到你",
    "帮助您的",
    "为您做",
    "为您服务",
    "为您效劳",
    "效劳",
    "为您提供",
    "替您做",
    "协助您",
    "为你做",
    "为您处理",
    "为您解决",
];
/// Words by which a statement suggests the answer.
pub const SUGGESTING: [&str; 15] = [
    "应该",
    "肯定",
    "一定",
    "其实",
    "当然",
    "难道",
    "确实",
    "显然",
    "明显",
    "本来就",
    "更",
    "总归",
    "毕竟",
    "想必",
    "反正",
];
/// Verbs of thinking and wishing.
pub const MINDS: [&str; 13] =
    ["觉得", "希望", "认为", "知道", "看到", "想", "认同", "同意", "明白", "清楚", "了解", "愿意", "赞成"];
/// What makes …吧 a guess.
pub const GUESSING: [&str; 24] = [
    "不介意",
    "不反对",
    "不在意",
    "会考虑",
    "总不",
    "应该",
    "肯定",
    "一定",
    "也",
    "已经",
    "大概",
    "可能",
    "您是",
    "你是",
    "没有",
    "不会",
    "不想",
    "知道",
    "记得",
    "觉得",
    "希望",
    "没换",
    "想必",
    "了吧",
];
/// Beginnings of …吧 that propose something.
pub const PROPOSING: [&str; 17] = [
    "那就",
    "就",
    "先",
    "再",
    "还是",
    "我们",
    "我",
    "咱们",
    "让",
    "那我",
    "那先",
    "请",
    "要不",
    "要么",
    "这样",
    "那这样",
    "那您先",
];
/// Words that begin a condition.
pub const CONDITIONS: [&str; 13] =
    ["比方说", "如果", "假如", "要是", "假设", "万一", "倘若", "若是", "假使", "如若", "假若", "设想一下", "换作"];
/// Conditions that are only polite.
pub const POLITE_CONDITIONS: [&str; 11] = [
    "方便的话",
    "不介意",
    "可以的话",
    "没问题的话",
    "不麻烦",
    "您方便",
    "没有其他问题",
    "没有别的问题",
    "有时间的话",
    "同意的话",
    "没有疑问",
];
/// What follows 还是 where it means "still" or "rather".
pub const STILL: [&str; 36] = [
    "建议", "希望", "想", "要", "会", "能", "可以", "不", "没", "有", "先", "得", "挺", "很", "比较", "一样", "老",
    "那个", "请", "需要", "应该", "在", "非常", "蛮", "无法", "再", "继续", "按", "照", "尽量", "由", "原来", "您",
    "我", "显示", "好",
];
/// Words of a first alternative.
pub const OPENING_CHOICE: [&str; 22] = [
    "是", "要", "想", "用", "选", "喜欢", "希望", "打算", "准备", "需要", "通过", "请问", "您看", "走", "付", "办",
    "开", "送", "寄", "方便", "愿意", "倾向",
];
/// What the agent does with an open matter.
pub const FINDING: [&str; 21] = [
    "教您",
    "教你",
    "发个",
    "发给您",
    "演示",
    "说明",
    "解释",
    "介绍",
    "调查",
    "核实",
    "查",
    "处理",
    "跟进",
    "了解",
    "确认",
    "告诉",
    "登记",
    "反馈",
    "说一下",
    "讲一下",
    "研究",
];
/// Ends that ask the customer to agree with what the agent thinks.
pub const AGREED: [&str; 8] =
    ["您说对不对", "您说是不是", "您说是吧", "您说对吧", "你说对不对", "你说是不是", "你说是吧", "你说对吧"];
/// Judgements of what is offered.
pub const JUDGING: [&str; 22] = [
    "划算",
    "合算",
    "值得",
    "挺值",
    "很值",
    "更值",
    "总比",
    "更好",
    "也好",
    "都好",
    "稳妥",
    "省事",
    "省心",
    "省钱",
    "实惠",
    "优惠",
    "安心",
    "更方便",
    "更合适",
    "最合适",
    "更快",
    "更安全",
];
/// One of several.
pub const PICKED: [&str; 11] =
    ["哪一种", "哪种", "哪一个", "哪个", "哪样", "哪一款", "哪款", "哪一项", "哪项", "哪一家", "哪家"];
/// Beginnings of a clause that names the first of two ways.
pub const FIRST_CHOICES: [&str; 14] = [
    "您是想",
    "您是在",
    "您是要",
    "您是用",
    "您是打算",
    "您是自己",
    "您是先",
    "您是来",
    "您是走",
    "您是选",
    "您想是",
    "您看是",
    "您要么",
    "是想",
];
/// What might be done.
pub const WEIGHING: [&str; 8] = ["会", "愿意", "打算", "考虑", "觉得", "希望", "您想", "您是想"];
/// Words that make a whole clause a supposition for the question behind it.
pub const SUPPOSING: [&str; 12] =
    ["只要", "就算", "即使", "即便", "换成是您", "换成您", "换作您", "换了您", "比方说", "比如说", "比如", "假定"];
