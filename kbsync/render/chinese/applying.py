"""Chinese for an apply: its report, why something was not done, what reads back differently.

What the service itself says belongs to ``service``.
"""

from collections.abc import Mapping

__all__ = ["APPLYING"]

APPLYING: Mapping[str, str] = {
    "Applied by {actor}": "由 {actor} 应用",
    "from {started} to {finished}": "从 {started} 到 {finished}",
    "Finished: what git declares is live.": "已完成：git 声明的内容均已上线。",
    "Finished: everything is live as declared.": "已完成：所有内容均已按声明上线。",
    "Finished: the part that was chosen is live as declared; the rest was left alone.": (
        "已完成：所选部分已按声明上线；其余部分未作处理。"
    ),
    "NOT finished: it was interrupted. Run kbsync plan to see what is left.": (
        "未完成：运行被中断。请运行 kbsync plan 查看剩余的变更。"
    ),
    "NOT finished. Run kbsync plan to see what is left.": "未完成。请运行 kbsync plan 查看剩余的变更。",
    "NOT verified: the library could not be read back. Run kbsync plan to see whether anything is left.": (
        "未核实：无法读回知识库。请运行 kbsync plan 查看是否还有剩余的变更。"
    ),
    "the apply ended before this was settled: plan again to see": "应用在此项有结果之前结束：请重新生成计划查看",
    "Outcome unknown": "结果未知",
    "Refused by the service": "被服务拒绝",
    "Not attempted": "未执行",
    "Applied": "已应用",
    "Already as declared": "原已一致",
    "No usable answer came, and looking again did not settle it.": "没有收到可用的应答，重新查询也未能确定结果。",
    "error code {code}": "错误码 {code}",
    "sent": "已发送",
    "found": "读回",
    "Refused for speed and sent again: {count}": "因过快被拒绝后重发：{count} 次",
    "The library was not read back afterwards.": "应用后未读回知识库。",
    "took {seconds} s": "用时 {seconds} 秒",
    # applier
    "done in part, plan again to finish it: {cause}": "已部分完成，请重新生成计划以完成剩余部分：{cause}",
    "its category {category} is not there: {cause}": "其分类 {category} 不存在：{cause}",
    "no listing shows it": "任何一次列表中都没有它",
    "it belongs to the service and cannot be deleted": "它属于服务本身，不能删除",
    "the listing is not complete, so it cannot be known to be empty": "列表不完整，无法确认它为空",
    "it still holds questions ({count}), such as “{example}”, and deleting it would delete them": (
        "其中仍有 {count} 个问题，例如“{example}”，删除分类会一并删除这些问题"
    ),
    "it still has categories below it, such as {example}": "它下面仍有子分类，例如 {example}",
    "the library could not be listed to see that it is empty: {cause}": "无法列出知识库以确认它为空：{cause}",
    "the listing is not complete, and nothing is removed because of such a listing": "列表不完整，因此不删除任何内容",
    "it was created, and it could not be looked up to disable it: {cause}; plan again": (
        "已新建，但未能查到它以将其停用：{cause}；请重新生成计划"
    ),
    "it was not carried out": "未执行",
    "not started: the apply was stopped before": "未开始：应用在此之前已停止",
    "not started, because “{title}” failed: {cause}": "未开始，因为“{title}”失败：{cause}",
    "looking again in {seconds} s: reads may lag behind writes": "{seconds} 秒后重新查询：读取可能滞后于写入",
    "question “{question}” ({id}), {field}: it is “{found}” now, the plan was made when it was “{expected}”": (
        "问题“{question}”（{id}）的{field}：现在是“{found}”，生成计划时是“{expected}”"
    ),
    "question “{question}” ({id}) is gone": "问题“{question}”（{id}）已不存在",
    "question “{question}”, which the plan creates, exists now ({id}) with another {fields}": (
        "计划要新建的问题“{question}”现已存在（{id}），但{fields}不同"
    ),
    "category {category}, which “{title}” needs, is gone": "“{title}”所需的分类 {category} 已不存在",
    "category {id} is called {found} now, the plan was made when it was called {expected}": (
        "分类 {id} 现在名为 {found}，生成计划时名为 {expected}"
    ),
    "question “{question}” exists now ({id}), and the plan renames another question to it": (
        "问题“{question}”现已存在（{id}），而计划要将另一个问题重命名为它"
    ),
    "category {category} ({id}) is gone": "分类 {category}（{id}）已不存在",
    "the live library moved since the plan was made, so nothing was changed": (
        "计划生成之后线上知识库发生了变化，因此未作任何变更"
    ),
    "make the plan again, review it and apply the new one": "请重新生成计划，审阅后再应用新的计划",
    "category {path} exists now ({holder}), and the plan renames category {id} to it": (
        "分类 {path} 现已存在（{holder}），而计划要将分类 {id} 重命名为它"
    ),
    "it builds on the change of “{title}”, which was not carried out: {cause}": (
        "它依赖于“{title}”的变更，而该变更未执行：{cause}"
    ),
    "it is still listed: the service did not delete it, or reads lag behind writes": (
        "它仍在列表中：服务没有删除它，或者读取滞后于写入"
    ),
    "the last apply did not end in order: looking for what it made before anything is created": (
        "上一次应用未正常结束：在新建任何内容之前，先查找它已新建的内容"
    ),
    (
        "it is there more than once: an apply that was interrupted made it too, or somebody else did; "
        "delete all but one in the console"
    ): "它存在不止一份：被中断的应用或其他人也新建了它；请在控制台中只保留一份",
    "it is not listed: reads lag behind writes, or somebody removed it meanwhile": (
        "它不在列表中：读取滞后于写入，或者期间有人删除了它"
    ),
    "somebody else changed it meanwhile, or the service stores something other than what was sent": (
        "期间有人修改了它，或者服务保存的内容与发送的不同"
    ),
    (
        "the service seems to read AnswerType 0 as “leave as it is”: set the answer to plain text in the console, or "
        "delete the question and create it anew"
    ): ("服务似乎把 AnswerType 0 理解为“保持不变”：请在控制台将答案设为纯文本，或删除该问题后重新新建"),
    "the service reads an empty answer as “leave as it is”: disable or delete the question instead": (
        "服务把空答案理解为“保持不变”：请改为停用或删除该问题"
    ),
    "the service did not keep every similar question: it may drop repeats or allow fewer": (
        "服务没有保留全部相似问题：可能去掉了重复项，或允许的数量更少"
    ),
    "it reads as before: reads lag behind writes, or the service ignored the change without a word": (
        "读回的内容与之前相同：读取滞后于写入，或者服务忽略了变更而未作说明"
    ),
    "the service stores the text in its own spelling: write it that way in the file to end the difference": (
        "服务以自己的写法保存文本：请在文件中采用这种写法，以消除差异"
    ),
    "no usable answer came ({cause}), and a listing afterwards does not show the change: plan again to see": (
        "没有收到可用的应答（{cause}），之后的列表也未显示该变更：请重新生成计划查看"
    ),
    "no usable answer came ({cause}), and the library could not be listed afterwards ({trouble}): plan again to see": (
        "没有收到可用的应答（{cause}），之后也无法列出知识库（{trouble}）：请重新生成计划查看"
    ),
    "applying": "正在应用",
    # saving
    "choose another path, or mend the permissions of its directory": "请选择其他路径，或修正其目录的权限",
    "{path} is a symbolic link, and kbsync writes nothing of its own through links": (
        "{path} 是符号链接，而 kbsync 自己的文件不会通过链接写入"
    ),
    "remove the link, or put a file or directory in its place": "请移除该链接，或换成真正的文件或目录",
    "reading back what was applied": "正在读回已应用的内容",
    "the listing is not complete, and it may exist already": "列表不完整，它可能已经存在",
    "no change was about it: the service changed it as well, or somebody edited it meanwhile": (
        "没有变更涉及它：服务将它一并改动了，或者期间有人编辑了它"
    ),
    (
        "its {field} is “{found}” now, neither as it was nor as it was sent: somebody edited it meanwhile, or the "
        "service stores it otherwise; it was not sent again, so look at it and plan again"
    ): (
        "它的{field}现在是“{found}”，既不是原来的内容，也不是已发送的内容：期间有人编辑了它，或者服务保存的内容不同；"
        "没有再次发送，请查看后重新生成计划"
    ),
    (
        "it is called {category} now, neither as it was nor as it was sent: somebody renamed it meanwhile; it was not "
        "sent again, so look at it and plan again"
    ): "它现在名为 {category}，既不是原来的名称，也不是已发送的名称：期间有人重命名了它；没有再次发送，请查看后重新生成计划",
    "the plan puts “{title}” into it, and deleting it would delete that too": ("计划将“{title}”放入其中，删除分类会一并删除它"),
}
