"""Chinese for what reviewers read: the comment, the HTML report, the annotations, the report of an apply.

What a terminal says too belongs to ``plans``.
"""

from collections.abc import Mapping

__all__ = ["REVIEWS"]

REVIEWS: Mapping[str, str] = {
    # what the plan is
    "Plan for {target}": "{target} 的变更计划",
    "Digest": "摘要",
    "Application": "应用",
    "Knowledge at": "知识库版本",
    "knowledge at": "知识库版本",
    "Compared with": "对比基准",
    "Managed questions": "纳入管理的问题",
    "About this page": "关于本页",
    "uncommitted changes": "未提交的修改",
    "the plan artifact": "计划文件（artifact）",
    "the whole plan": "完整计划",
    "Nothing to change": "没有需要变更的内容",
    "Made without looking at the live library: it can be read, not applied.": "生成时未查看线上知识库：只能阅读，不能应用。",
    "This plan cannot be applied as it stands": "此计划目前不能应用",
    "Problems": "问题",
    "Notices": "提示",
    "No longer in git, kept live": "git 中已不存在，线上保留",
    "Unmanaged questions, not touched": "未纳入管理的问题，不会改动",
    "Unmanaged categories, not touched": "未纳入管理的分类，不会改动",
    "Links": "链接",
    "{count} change takes an answer from customers or overwrites somebody's work.": (
        "{count} 项变更会使客户失去答案，或覆盖他人的修改。"
    ),
    # what has no room
    "{count} more characters": "另有 {count} 个字符",
    "and {count} more": "另有 {count} 个",
    "and {count} more that have no room here; all of them are named in {rest}": "另有 {count} 项在此放不下；{rest}中列出了全部",
    "This comment is cut to fit. Everything is in {rest}.": "本评论因长度限制有删减。全部内容见{rest}。",
    "{count} dangerous changes are not even named here: read the whole plan before you approve.": (
        "有 {count} 项危险变更未在此列出：批准前请阅读完整计划。"
    ),
    "Changes named without their texts: {count}.": "{count} 项变更只列出了名称，没有正文。",
    "{count} harmless entries are only counted.": "{count} 项无害内容只计数。",
    "GitHub shows ten annotations of a kind. Not shown: errors {errors}, warnings {warnings}, notices {notices}. "
    "The summary of this step names them.": (
        "GitHub 每类只显示十条注释。未显示：错误 {errors}、警告 {warnings}、提示 {notices}。此步骤的摘要列出了它们。"
    ),
    # conversations
    "Live now": "目前线上",
    "After the apply": "应用之后",
    "Git applied last": "git 上次应用",
    "Conversation": "对话",
    "Customer": "客户",
    "Chatbot": "机器人",
    "Customers get no answer yet.": "客户目前得不到答案。",
    "Customers get no answer any more.": "客户将不再得到答案。",
    "Source of the answer, with marks": "答案的源文本（带标记）",
    "image not loaded:": "未加载的图片：",
    # filters
    "Changes": "变更",
    "Skip to the changes": "跳到变更",
    "Filter": "筛选",
    "Find text": "查找文字",
    "Kind of change": "变更类型",
    "Cause": "原因",
    "All kinds": "所有类型",
    "All categories": "所有分类",
    "All causes": "所有原因",
    "Show all": "显示全部",
    "shown": "项显示",
    "No change matches the filter.": "没有符合筛选条件的变更。",
    # the report of an apply
    "Apply to {target}": "应用到 {target}",
    "Reads back differently": "读回的内容不一致",
    "the receipt": "回执",
    "Applied by": "执行者",
    "Started": "开始",
    "Ended": "结束",
    "Time": "用时",
}
