"""Chinese for what is no plan to apply but looks like one: a drift, and the way back from an apply.

What every plan says belongs to ``plans``.
"""

from collections.abc import Mapping

__all__ = ["DRIFTS"]

DRIFTS: Mapping[str, str] = {
    "Drift of {target}": "{target} 的控制台修改",
    "no drift": "控制台没有修改",
    "No drift": "控制台没有修改",
    "The console holds what git said.": "控制台中的内容与 git 一致。",
    "Not everything could be compared": "有些内容无法比较",
    "{count} deleted": "删除了 {count} 个问题",
    "{count} disabled": "停用了 {count} 个问题",
    "{count} renamed": "重命名了 {count} 个问题",
    "{count} moved": "移动了 {count} 个问题",
    "{count} changed": "修改了 {count} 个问题",
    "{count} enabled": "启用了 {count} 个问题",
    "{count} made": "新建了 {count} 个问题",
    "{count} category deleted": "删除了 {count} 个分类",
    "{count} category renamed": "重命名了 {count} 个分类",
    "{count} category made": "新建了 {count} 个分类",
    "Deleted in the console": "在控制台被删除",
    "Disabled in the console": "在控制台被停用",
    "Renamed in the console": "在控制台被重命名",
    "Moved in the console": "在控制台被移动",
    "Changed in the console": "在控制台被修改",
    "Enabled in the console": "在控制台被启用",
    "New in the console": "在控制台新建",
    "Git still declares these.": "git 仍然声明以下内容。",
    "Changed": "已修改",
    "Deleted": "已删除",
    "New category": "新分类",
    "Category renamed": "分类已重命名",
    "Category deleted": "分类已删除",
    "git said": "git 原有",
    "the console holds": "控制台现有",
    "Git said nothing about this.": "git 中没有此内容。",
    "deleted in the console": "在控制台被删除",
    "deleted in the console; this is what git said": "在控制台被删除；以下是 git 中的内容",
    "made in the console, among what git declares": "由控制台新建，位于 git 声明的范围内",
    "What to do": "下一步",
    "kbsync pull brings these into the files; kbsync apply puts back what git declares.": (
        "kbsync pull 把这些修改写入文件；kbsync apply 恢复为 git 声明的内容。"
    ),
    # the way back from an apply
    "Undo for {target}": "撤销对 {target} 的应用",
    "nothing to take back": "没有可撤销的内容",
    "Nothing to take back": "没有可撤销的内容",
    "Nothing is live any more as the apply left it.": "那次应用的结果均已不在线上。",
    "takes back what was applied": "撤销已应用的内容",
    "Finished: what was applied is taken back.": "已完成：已应用的内容已被撤销。",
}
