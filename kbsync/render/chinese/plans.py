"""Chinese for a plan as text: its headline, its parts, its causes.

Why something is planned or refused belongs to ``decisions``, what only a review shows to ``reviews``.
"""

from collections.abc import Mapping

__all__ = ["PLANS"]

PLANS: Mapping[str, str] = {
    "no changes": "没有变更",
    "{count} to create": "新建 {count} 个问题",
    "{count} to update": "更新 {count} 个问题",
    "{count} to rename": "重命名 {count} 个问题",
    "{count} to move": "移动 {count} 个问题",
    "{count} to enable": "启用 {count} 个问题",
    "{count} to disable": "停用 {count} 个问题",
    "{count} to delete": "删除 {count} 个问题",
    "{taken} ({count} conflict: edited in the console too)": "{taken}（{count} 处冲突：控制台也有修改）",
    "{count} category to create": "新建 {count} 个分类",
    "{count} category to rename": "重命名 {count} 个分类",
    "{count} category to delete": "删除 {count} 个分类",
    "nothing to do in this part": "这一部分无需变更",
    "{count} answer still given that git no longer declares": "git 已不再声明、客户仍会得到的答案 {count} 个",
    "Customers still get {count} answer that git no longer declares.": "客户仍会得到 {count} 个 git 已不再声明的答案。",
    "{count} no longer in git, kept live": "git 中已不存在、线上保留 {count} 项",
    "{count} unmanaged question": "未纳入管理的问题 {count} 个",
    "disabled: customers get no answer": "已停用：客户得不到答案",
    "Git took these out earlier, and customers still get those that are enabled.": (
        "git 此前已移除这些内容，其中启用的客户仍能得到。"
    ),
    (
        "Customers still get these answers. To remove them, set policy.prune to disable or delete in kbsync.yaml before this is "
        "applied: afterwards they count as unmanaged."
    ): (
        "客户仍能得到这些答案。要移除它们，请在应用之前将 kbsync.yaml 中的 policy.prune 设为 disable 或 delete：应用之后它们将"
        "视为未纳入管理。"
    ),
    "{count} conflict": "{count} 处冲突",
    "{count} console edit to overwrite": "覆盖 {count} 处控制台修改",
    "{count} call": "{count} 次调用",
    "about {seconds} s": "约 {seconds} 秒",
    "less than a second": "不到 1 秒",
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
    "Customers no longer get these answers.": "客户将不再收到以下答案。",
    "Git and the console both changed these since the last apply.": "自上次应用以来，git 和控制台都修改了以下内容。",
    "Somebody edited these in the console; applying puts back what git declares.": (
        "有人在控制台修改了以下内容；应用后将恢复为 git 中的内容。"
    ),
    "changed in git": "在 git 中修改",
    "changed in the console": "在控制台修改",
    "changed on both sides": "两边都有修改",
    "no earlier state to compare with": "没有可比较的基准",
    "Question": "问题",
    "Answer": "答案",
    "Answer type": "答案类型",
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
    "recognised by its wording, {confidence} % alike": "按措辞识别，相似度 {confidence}%",
    # a plan as text
    "Only what matches {pattern}": "仅限与 {pattern} 匹配的内容",
    "commit {commit}": "提交 {commit}",
    "files that are not committed": "尚未提交的文件",
    "digest {digest}": "摘要 {digest}",
    "Offline: the base stands in for the live library. This plan is for reading only.": (
        "离线：以基准代替线上知识库。此计划仅供阅读。"
    ),
    "Please note:": "请注意：",
    "There is nothing else to show.": "没有其他内容。",
    "Nothing to do: what git declares is the same as in the base.": "无需操作：git 声明的内容与基准相同。",
    "Nothing to do: git declares no question, and none is to be removed.": "无需操作：git 未声明任何问题，也没有要删除的问题。",
    "Nothing to do in this part: what matches is as git declares it, or is left alone.": (
        "这一部分无需变更：匹配的内容与 git 的声明一致，或不予处理。"
    ),
    "Nothing to do: whatever git declares is live as declared (questions: {count}).": (
        "无需操作：git 声明的内容已全部上线（问题 {count} 个）。"
    ),
    "Not declared in git, left as they are: questions {questions}, categories {categories}.": (
        "git 未声明，保持原样：问题 {questions} 个，分类 {categories} 个。"
    ),
    "… and {count} more (kbsync plan --format json lists all)": "… 另有 {count} 个（kbsync plan --format json 列出全部）",
    "Summary": "汇总",
    "To apply": "应用前",
    "calls: {count}": "调用 {count} 次",
    "about {seconds} s at the limit": "按限速约 {seconds} 秒",
    "{count} unchanged": "{count} 个未变",
    "{count} unchanged characters": "{count} 个字符未变",
    "was in {place}": "原位于 {place}",
    "new in git": "git 中新增",
    "no longer in git": "git 中已不存在",
    "deleted in the console since the last apply: applying makes it again": "自上次应用以来在控制台被删除：应用后将重新创建",
    "made in the console where git owns everything: applying takes it away": (
        "在由 git 全权管理的分类中由控制台新建：应用后将被移除"
    ),
    "changed in the console since the last apply: applying overwrites it": "自上次应用以来在控制台被修改：应用后将被覆盖",
    "changed in git and, differently, in the console since the last apply": "自上次应用以来，git 和控制台作了不同的修改",
    "changed in git, and deleted in the console since the last apply: applying makes it again": (
        "在 git 中修改，且自上次应用以来在控制台被删除：应用后将重新创建"
    ),
    "no longer in git, and changed in the console since the last apply": "git 中已不存在，且自上次应用以来在控制台被修改",
    "not in the library yet": "知识库中尚不存在",
    "in the library and not in git; without a base nobody can tell why": "知识库中有而 git 中没有；没有基准，无法判断原因",
    "differs from git; without a base nobody can tell which side changed it": "与 git 不同；没有基准，无法判断是哪一边修改的",
    "recognised by its id": "按 id 识别",
    "recognised by “previously”": "按 previously 识别",
    "recognised by its answer, which is the same": "按相同的答案识别",
    # the parts of a question, inside a sentence
    "question": "问题",
    "answer": "答案",
    "answer type": "答案类型",
    "category": "分类",
    "similar questions": "相似问题",
    "status": "状态",
    "Note": "说明",
}
