"""The Chinese catalogue: an English template to the same sentence in Chinese, with the same fields.

Only words that kbsync says itself belong here; what stands in a knowledge library is nobody's to translate.
"""

from collections.abc import Mapping

__all__ = ["CHINESE"]

CHINESE: Mapping[str, str] = {
    "no changes": "没有变更",
    "{count} to create": "新建 {count} 个问题",
    "{count} to update": "更新 {count} 个问题",
    "{count} to rename": "重命名 {count} 个问题",
    "{count} to move": "移动 {count} 个问题",
    "{count} to enable": "启用 {count} 个问题",
    "{count} to disable": "停用 {count} 个问题",
    "{count} to delete": "删除 {count} 个问题",
    "1 category to create": "新建 1 个分类",
    "1 category to rename": "重命名 1 个分类",
    "1 category to delete": "删除 1 个分类",
    "{count} categories to create": "新建 {count} 个分类",
    "{count} categories to rename": "重命名 {count} 个分类",
    "{count} categories to delete": "删除 {count} 个分类",
    "{count} unmanaged": "未纳入管理 {count} 个",
    "1 conflict": "1 处冲突",
    "{count} conflicts": "{count} 处冲突",
    "1 console edit to overwrite": "覆盖 1 处控制台修改",
    "{count} console edits to overwrite": "覆盖 {count} 处控制台修改",
    "1 call": "1 次调用",
    "{count} calls": "{count} 次调用",
    "about {seconds} s": "约 {seconds} 秒",
    "less than a second": "不到 1 秒",
    # findings
    "error": "错误",
    "warning": "警告",
    "note": "提示",
    "hint:": "建议：",
    "No findings.": "没有发现问题。",
    "errors {errors}, warnings {warnings}, notes {notes}": "错误 {errors} 个，警告 {warnings} 个，提示 {notes} 个",
    (
        "Not shown as annotations, because GitHub shows ten of a kind: errors {errors}, warnings {warnings}, "
        "notes {notes}. Run kbsync validate to see all."
    ): (
        "GitHub 每类只显示十条注释，未显示：错误 {errors} 个，"
        "警告 {warnings} 个，提示 {notes} 个。运行 kbsync validate 可查看全部。"
    ),
    # the parts of a plan
    "Removals": "删除",
    "Disabled": "停用",
    "Conflicts": "冲突",
    "Console edits to be overwritten": "将被覆盖的控制台修改",
    "Renamed": "重命名",
    "Moved": "移动",
    "Updated": "更新",
    "Enabled": "启用",
    "New": "新建",
    "Categories": "分类",
    "These leave the live library for good.": "以下内容将从线上知识库中永久删除。",
    "Customers no longer get these answers.": "客户将不再收到以下回答。",
    "Git and the console both changed these since the last apply.": "自上次应用以来，git 和控制台都修改了以下内容。",
    "Somebody edited these in the console; applying puts back what git declares.": (
        "有人在控制台修改了以下内容；应用后将恢复为 git 中的内容。"
    ),
    "changed in git": "在 git 中修改",
    "changed in the console": "在控制台修改",
    "changed on both sides": "两边都有修改",
    "no earlier state to compare with": "没有可比较的基准",
    "Question": "问题",
    "Answer": "回答",
    "Answer type": "回答类型",
    "Category": "分类",
    "Similar questions": "相似问题",
    "Status": "状态",
    "plain text": "纯文本",
    "rich text": "富文本",
    "enabled": "启用",
    "disabled": "停用",
    "Create": "新建",
    "Update": "更新",
    "Rename": "重命名",
    "Move": "移动",
    "Enable": "启用",
    "Disable": "停用",
    "Delete": "删除",
    "Create category": "新建分类",
    "Rename category": "重命名分类",
    "Delete category": "删除分类",
    "no base": "无基准",
    "base {commit}": "基准 {commit}",
    "base {commit}, the last one applied": "基准 {commit}（上次应用的提交）",
    "base {commit}, where the branch began": "基准 {commit}（分支起点）",
    "recognised by its answer": "按回答识别",
    "recognised by its wording, {confidence} % alike": "按措辞识别，相似度 {confidence}%",
    # a plan as text
    "Plan for {target} (SDKAppID {sdkappid})": "{target} 的变更计划（SDKAppID {sdkappid}）",
    "commit {commit}": "提交 {commit}",
    "files that are not committed": "尚未提交的文件",
    "digest {digest}": "摘要 {digest}",
    "Offline: the base stands in for the live library. This plan is for reading only.": (
        "离线：以基准代替线上知识库。此计划仅供阅读。"
    ),
    "Problems that stop this plan from being applied:": "以下问题使此计划无法应用：",
    "Please note:": "请注意：",
    "There is no change in this plan.": "此计划不含任何变更。",
    "Nothing to do: what git declares is the same as in the base.": "无需操作：git 声明的内容与基准相同。",
    "Nothing to do: git declares no question, and none is to be removed.": "无需操作：git 未声明任何问题，也没有要删除的问题。",
    "Nothing to do: whatever git declares is live as declared (questions: {count}).": (
        "无需操作：git 声明的内容已全部上线（问题 {count} 个）。"
    ),
    "No longer in git, left as they are ({count})": "git 中已不存在，保持原样（{count}）",
    "Not declared in git, left as they are: questions {questions}, categories {categories}.": (
        "git 未声明，保持原样：问题 {questions} 个，分类 {categories} 个。"
    ),
    "Summary": "汇总",
    "calls: {count}": "调用 {count} 次",
    "about {seconds} s at the limit": "按限速约 {seconds} 秒",
    "{count} unchanged": "{count} 个未变",
    "{count} unchanged characters": "{count} 个字符未变",
    "base said": "基准",
    "console says": "控制台",
    "git wants": "git",
    "was in {place}": "原位于 {place}",
    "new in git": "git 中新增",
    "no longer in git": "git 中已不存在",
    "deleted in the console since the last apply: applying makes it again": "自上次应用以来在控制台被删除：应用后将重新创建",
    "made in the console where git owns everything: applying takes it away": (
        "在由 git 全权管理的分类中由控制台新建：应用后将被移除"
    ),
    "changed in the console since the last apply: applying overwrites it": "自上次应用以来在控制台被修改：应用后将被覆盖",
    "changed in git and, differently, in the console since the last apply": "自上次应用以来，git 和控制台作了不同的修改",
    "not in the library yet": "知识库中尚不存在",
    "in the library and not in git; without a base nobody can tell why": "知识库中有而 git 中没有；没有基准，无法判断原因",
    "differs from git; without a base nobody can tell which side changed it": "与 git 不同；没有基准，无法判断是哪一边修改的",
    "recognised by its id": "按 id 识别",
    "recognised by “previously”": "按 previously 识别",
    "recognised by its answer, which is the same": "按相同的回答识别",
    # a report as text
    "Apply to {target} (SDKAppID {sdkappid})": "应用到 {target}（SDKAppID {sdkappid}）",
    "Applied by {actor}": "由 {actor} 应用",
    "from {started} to {finished}": "从 {started} 到 {finished}",
    "Finished: everything is live as declared.": "已完成：所有内容均已按声明上线。",
    "NOT finished: it was interrupted. Run kbsync plan to see what is left.": (
        "未完成：运行被中断。请运行 kbsync plan 查看剩余的变更。"
    ),
    "NOT finished. Run kbsync plan to see what is left.": "未完成。请运行 kbsync plan 查看剩余的变更。",
    "NOT verified: the library could not be read back. Run kbsync plan to see whether anything is left.": (
        "未核实：无法读回知识库。请运行 kbsync plan 查看是否还有剩余的变更。"
    ),
    "Outcome unknown": "结果未知",
    "Refused by the service": "被服务拒绝",
    "Not attempted": "未执行",
    "Applied": "已应用",
    "Already as declared": "原已一致",
    "unknown": "未知",
    "refused": "被拒绝",
    "not attempted": "未执行",
    "applied": "已应用",
    "already as declared": "原已一致",
    "No usable answer came, and looking again did not settle it.": "没有收到可用的应答，重新查询也未能确定结果。",
    "error code {code}": "错误码 {code}",
    "Reads back differently ({count})": "读回的内容不一致（{count}）",
    "sent": "已发送",
    "found": "读回",
    "Refused for speed and sent again: {count}": "因过快被拒绝后重发：{count} 次",
    "The library was not read back afterwards.": "应用后未读回知识库。",
    "took {seconds} s": "用时 {seconds} 秒",
}
