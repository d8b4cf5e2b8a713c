"""Chinese for the planner, the safety judgements and plan files.

How a plan is drawn belongs to ``plans``.
"""

from collections.abc import Mapping

__all__ = ["DECISIONS"]

DECISIONS: Mapping[str, str] = {
    # planner
    "category {path} exists neither in the files nor in the service: declare it under categories, or correct the path": (
        "分类 {path} 在文件和服务中都不存在：请在 categories 下声明它，或更正路径"
    ),
    "the service has {count} categories called {path} (ids {ids}): give all but one another title in the console": (
        "服务中有 {count} 个名为 {path} 的分类（id {ids}）：请在控制台为其余的改用其他标题"
    ),
    "{path} belongs to the service and cannot be renamed: take the title out of previously": (
        "{path} 属于服务本身，不能重命名：请从 previously 中去掉该标题"
    ),
    "category {new} is created while {old} is no longer declared: if it was renamed, write previously: [{title}] beside it": (
        "将新建分类 {new}，而 {old} 已不再声明：如果是重命名，请在旁边写上 previously: [{title}]"
    ),
    "{title} is not taken back: it is gone": "“{title}”未撤销：它已不存在",
    "{title} is not taken back: it exists again": "“{title}”未撤销：它又存在了",
    "{title} is not taken back: it was changed since": "“{title}”未撤销：它在此之后被修改过",
    "{title} is not taken back: its {field} was changed again": "“{title}”未撤销：它的{field}又被修改过",
    "{text} stands for {count} live questions ({candidates}): pin one with id:, or delete the others in the console": (
        "“{text}”对应 {count} 个线上问题（{candidates}）：请用 id: 固定其中一个，或在控制台删除其他的"
    ),
    "no live question has the pinned id {id}: {text} is looked for by its text instead; correct the id or take it out": (
        "线上没有固定 id 为 {id} 的问题：改为按文本查找“{text}”；请更正或去掉该 id"
    ),
    "category {path} is no longer declared but stays: {count} left in it, such as {example}": (
        "分类 {path} 已不再声明，但予以保留：其中还有 {count} 项，例如“{example}”"
    ),
    "the live listing is incomplete, so nothing is removed; plan again": "线上列表不完整，因此不删除任何内容；请重新生成计划",
    "no question is declared at all, so nothing is removed: is this the right directory?": (
        "没有声明任何问题，因此不删除任何内容：这是正确的目录吗？"
    ),
    (
        "these may all be renames and only some can be: {candidates}; beside each new text write previously: [old text], or "
        "previously: [] if it is no rename"
    ): (
        "这些都可能是重命名，但只有一部分能够成立：{candidates}；请在每个新文本旁写上 previously: [旧文本]，如果不是重命名则写 "
        "previously: []"
    ),
    (
        "{new} is created again while {old} appeared in the console; they are {confidence} % alike: if it was renamed "
        "there, run kbsync pull, or write previously: [{old}] beside {new}"
    ): (
        "将再次新建“{new}”，而控制台中出现了“{old}”；两者相似度为 {confidence}%：如果是在控制台重命名的，请运行 kbsync "
        "pull，或在“{new}”旁写上 previously: [{old}]"
    ),
    (
        "{new} is created while {old} is no longer declared; they are {confidence} % alike: if it was renamed, write "
        "previously: [{old}] beside {new}, if not, previously: []"
    ): (
        "将新建“{new}”，而“{old}”已不再声明；两者相似度为 {confidence}%：如果是重命名，请在“{new}”旁写上 previously: [{old}]，"
        "如果不是，则写 previously: []"
    ),
    # guards
    "the plan was made offline, without looking at the service: plan again with access to it": (
        "此计划是离线生成的，未查看线上服务：请在能访问服务时重新生成"
    ),
    (
        "{count} changed both in git and in the console, such as {example}: bring the console's side into git with "
        "kbsync pull, or let git win with --overwrite-conflicts"
    ): (
        "有 {count} 项在 git 和控制台都作了修改，例如“{example}”：请用 kbsync pull 将控制台的修改带入 git，或用 "
        "--overwrite-conflicts 以 git 为准"
    ),
    "the plan removes {count}: look at the removals and, if they are meant, add --allow-remove {count}": (
        "此计划会删除 {count} 项：请查看这些删除，如果确实需要，请加上 --allow-remove {count}"
    ),
    "--allow-remove {allowed} does not equal the number of removals in this plan, {count}: look at them again": (
        "--allow-remove {allowed} 与此计划的 {count} 项删除不符：请再次查看"
    ),
    (
        "{count} of {managed} managed questions would change at once; {name} is {percent} (at most {limit} here): "
        "check that this is meant, then raise policy.{name} in kbsync.yaml or apply a part with --only"
    ): (
        "{managed} 个纳入管理的问题中有 {count} 个会同时变更；{name} 为 {percent}（此处最多 {limit} 个）：请确认确实需"
        "要，然后在 kbsync.yaml 中调高 policy.{name}，或用 --only 只应用一部分"
    ),
    # planfile
    "{name} is too large for a plan file ({size} bytes)": "{name} 作为计划文件过大（{size} 字节）",
    "{name} is neither a kbsync plan nor a receipt": "{name} 既不是 kbsync 计划，也不是回执",
    "{name} has format version {found}; this kbsync reads {known}": (
        "{name} 的格式版本为 {found}；此版本的 kbsync 能读取 {known}"
    ),
    "{name} is damaged or was edited: its content does not match its digest": "{name} 已损坏或被编辑过：内容与摘要不符",
    "{path} cannot be read: {reason}": "无法读取 {path}：{reason}",
    "make the plan again with this version of kbsync": "请用此版本的 kbsync 重新生成计划",
    "look at the library itself: what an edited receipt says of an apply is not taken for true": (
        "请查看知识库本身：被编辑过的回执所述的内容不予采信"
    ),
    "make the plan again; a plan is never edited by hand": "请重新生成计划；计划不能手工编辑",
    "{name} contradicts itself: {reason}": "{name} 自相矛盾：{reason}",
    "{name} is not a kbsync plan or receipt: {reason}": "{name} 不是 kbsync 计划或回执：{reason}",
    "the live listing is incomplete, and questions that seem to be missing may be there already ({count}): plan again": (
        "线上列表不完整，看似缺少的 {count} 个问题可能已经存在：请重新生成计划"
    ),
    "{text} is protected and would be disabled: take protected or status out": (
        "“{text}”受保护，却将被停用：请去掉 protected 或 status"
    ),
    "{title} is not taken back: it may have been sent and did not end as applied; look at it": (
        "“{title}”未撤销：它已发送，但结果不是已应用；请查看"
    ),
    (
        "{text} is protected and stays, though no file declares it any more; to remove it, declare it once more "
        "without protected, apply that, then take it out"
    ): ("“{text}”受保护，虽已没有文件声明它，仍予以保留；要删除它，请再次声明它且不写 protected，应用之后再去掉"),
    # a part of a plan, old files, and what is no plan to apply
    "only what matches {pattern} is planned; changes left out: {count}": "仅计划与 {pattern} 匹配的内容；略去的变更：{count} 项",
    "nothing is to be done for what matches {pattern}; changes left out: {count}": (
        "与 {pattern} 匹配的内容无需变更；略去的变更：{count} 项"
    ),
    "--only {pattern} matches nothing, neither in the files nor in the service": (
        "--only {pattern} 没有匹配到任何内容，文件和服务中都没有"
    ),
    (
        "it is compared with whole questions, category paths (Parent / Child) and files; * stands for anything: --only '*word*'"
    ): "它与完整的问题、分类路径（上级 / 下级）和文件名比较；* 代表任意内容：--only '*词*'",
    "these files ({head}) are older than the base {base}: the plan takes later commits back": (
        "这些文件（{head}）早于基准 {base}：此计划会撤销之后的提交"
    ),
    (
        "these files ({head}) are older than what was last applied ({base}): the plan takes later commits back; check out the "
        "newest commit, or, if going back is meant, say so with --base {base}"
    ): (
        "这些文件（{head}）早于上次应用的内容（{base}）：此计划会撤销之后的提交；请检出最新的提交，如果确实要退回，"
        "请用 --base {base} 说明"
    ),
    "these files ({head}) left the history of the base {base} at {fork}: the plan takes back what came in there since": (
        "这些文件（{head}）在 {fork} 处离开了基准 {base} 的历史：此计划会撤销此后并入那里的内容"
    ),
    (
        "these files ({head}) lack commits that are applied already ({base}; the histories part at {fork}): the plan takes back "
        "what others brought in since; merge or rebase first, or, if that is meant, say so with --base {base}"
    ): (
        "这些文件（{head}）缺少已经应用的提交（{base}；历史在 {fork} 处分开）：此计划会撤销他人此后并入的内容；请先合并或变基，"
        "如果确实要这样，请用 --base {base} 说明"
    ),
    "whether these files ({head}) hold the base {base} cannot be told, because this clone is shallow": (
        "无法判断这些文件（{head}）是否包含基准 {base}，因为这是浅克隆"
    ),
    (
        "whether these files ({head}) hold what was last applied ({base}) cannot be told, because this clone is shallow: set "
        "`fetch-depth: 0` for actions/checkout (GitLab: `GIT_DEPTH: 0`) or run `git fetch --unshallow`, then plan again"
    ): (
        "无法判断这些文件（{head}）是否包含上次应用的内容（{base}），因为这是浅克隆：请为 actions/checkout 设置 "
        "`fetch-depth: 0`（GitLab：`GIT_DEPTH: 0`），或运行 `git fetch --unshallow`，然后重新生成计划"
    ),
    "these files ({head}) and the base {base} have no history in common": "这些文件（{head}）与基准 {base} 没有共同的历史",
    (
        "these files ({head}) and what was last applied ({base}) have no history in common: the plan takes back whatever is not "
        "in these files; if that is meant, say so with --base {base}"
    ): (
        "这些文件（{head}）与上次应用的内容（{base}）没有共同的历史：此计划会撤销这些文件中没有的一切；如果确实要这样，"
        "请用 --base {base} 说明"
    ),
    (
        "which commit was last applied to {target} could not be read from git, so the causes told here may be wrong: plan again "
        "when it can, or name that commit with --base COMMIT"
    ): (
        "无法从 git 读取上次应用到 {target} 的提交，因此这里所说的原因可能有误：请在能够读取时重新生成计划，或用 "
        "--base COMMIT 指定该提交"
    ),
    "which commit was last applied to {target} is not known, so nothing is done unless --base COMMIT names it: {reason}": (
        "不知道上次应用到 {target} 的是哪个提交，因此不作任何操作，除非用 --base COMMIT 指定它：{reason}"
    ),
    "what is new here may be what git took out earlier: not all of its history is in this clone (git fetch --unshallow)": (
        "这里的新内容也可能是 git 此前移除的：此克隆没有完整的历史（git fetch --unshallow）"
    ),
    (
        "{count} live questions are new or were taken out of git earlier, such as {example}: not all of its history is in this "
        "clone, so they stay out of the files; git fetch --unshallow brings it, --all takes them in."
    ): (
        "有 {count} 个线上问题是新的，或此前已从 git 中移除，例如“{example}”：此克隆没有完整的历史，因此它们不会写入文件；"
        "git fetch --unshallow 可取得完整的历史，--all 可将它们纳入。"
    ),
    (
        "{count} live questions were taken out of git earlier, such as {example}: they stay out of the files, and customers "
        "still get them; --all takes them in."
    ): "有 {count} 个线上问题此前已从 git 中移除，例如“{example}”：它们不会写回文件，客户仍能得到；--all 可将它们纳入。",
    "The files still say what was taken back: revert their commit, or the next apply brings it back.": (
        "文件中仍保留着已撤销的内容：请还原（revert）相应的提交，否则下次应用会再次带回。"
    ),
    "this shows what the console changed and is no plan to apply: kbsync plan makes one": (
        "这里显示的是控制台的修改，不是可应用的计划：请用 kbsync plan 生成计划"
    ),
    "changed": "已修改",
    "declared": "有声明",
    "removed": "已移除",
}
