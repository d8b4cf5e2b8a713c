"""Chinese for git: the base, the applied mark, the lock.

What a plan makes of the base belongs to ``decisions``.
"""

from collections.abc import Mapping

__all__ = ["HISTORY"]

HISTORY: Mapping[str, str] = {
    # history
    "Which commit was last applied to {target} is not known:": "不知道上次应用到 {target} 的是哪个提交：",
    "Base: {commit}, the one that this clone saw last; it may be old.": "基准：{commit}，此克隆上次看到的提交；可能已过时。",
    "No base: every cause is unknown.": "没有基准：所有原因都未知。",
    "The ref {ref} on {remote} leads to {identity}, which is no commit.": "{remote} 上的 ref {ref} 指向 {identity}，它不是提交。",
    "Name the commit that was last applied with --base: an apply then moves the ref to its own.": (
        "请用 --base 指明上次应用的提交：应用之后，该 ref 会移到其自己的提交。"
    ),
    "drift cannot be told: {reason}": "无法判断漂移：{reason}",
    "The base {commit} has no directory {directory}, and git does not tell where it was.": (
        "基准 {commit} 中没有目录 {directory}，且 git 无法说明它当时在何处。"
    ),
    "The directory {directory} was moved: at the base {commit} it was {former}.": (
        "目录 {directory} 已被移动：在基准 {commit} 处它是 {former}。"
    ),
    "Another apply moved the mark of {target} from {expected} to {now} meanwhile; it was left there.": (
        "另一次应用在此期间将 {target} 的标记从 {expected} 移到了 {now}；标记未作改动。"
    ),
    "Run `kbsync plan` on the newest commit to see whether anything is left to do.": (
        "请在最新的提交上运行 `kbsync plan`，查看是否还有剩余的变更。"
    ),
    "No base: nothing was applied to {target} from git so far, and this is no pull request.": (
        "没有基准：迄今没有从 git 应用到 {target}，且这不是合并请求。"
    ),
    "Base: {commit}, where this pull request left {branch}.": "基准：{commit}，此合并请求从 {branch} 分出的位置。",
    "Base: {commit}, the commit last applied to {target}.": "基准：{commit}，上次应用到 {target} 的提交。",
    "No base: where this pull request left {branch} is not known.": "没有基准：不知道此合并请求从 {branch} 的何处分出。",
    "Base: {commit}, as given.": "基准：{commit}，由您指定。",
    "Check the network and the remote, then try again.": "请检查网络和远程仓库，然后重试。",
    "`git {command}` failed: {reason}": "`git {command}` 失败：{reason}",
    "Git does not trust the repository at {directory}: it belongs to another user.": (
        "git 不信任 {directory} 的仓库：它属于另一个用户。"
    ),
    "The git repository at {directory} cannot be read: {reason}": "无法读取 {directory} 的 git 仓库：{reason}",
    "its `.git` is not a whole repository": "其 `.git` 不是完整的仓库",
    (
        "Mend it, or clone again. A linked worktree or a submodule needs the repository that it belongs to, at the path that its "
        "`.git` names."
    ): "请修复它，或重新克隆。链接的工作树或子模块需要它所属的仓库，且位于其 `.git` 所写的路径。",
    "Git is configured by {file}, which a branch can change: it sets {key}.": (
        "git 的配置来自 {file}，而任何分支都能改动它：它设置了 {key}。"
    ),
    "Copy what you need of it to .git/config, and take the include of it out of git's configuration.": (
        "请将其中需要的内容复制到 .git/config，并从 git 的配置中去掉对它的引用（include）。"
    ),
    "The ref {ref} leads to no commit that is in this clone.": "ref {ref} 没有指向此克隆中的任何提交。",
    "Git is not installed, or not on the PATH.": "未安装 git，或 git 不在 PATH 中。",
    "Run `git config --global --add safe.directory {directory}`.": (
        "请运行 `git config --global --add safe.directory {directory}`。"
    ),
    "Install git 2.30 or later; kbsync asks it for the history of the knowledge files.": (
        "请安装 git 2.30 或更高版本；kbsync 需要用它读取知识文件的历史。"
    ),
    "The lock of {target} on {remote} cannot be read.": "无法读取 {remote} 上 {target} 的锁。",
    "The lock of {target} changes hands all the time.": "{target} 的锁一直在易手。",
    "This run lost the lock of {target}: it was removed, or taken over after it expired.": (
        "本次运行失去了 {target} 的锁：它被移除，或在过期后被他人接管。"
    ),
    "Try again in a moment.": "请稍后重试。",
    "Let fewer runs apply to it at once, then try again.": "请减少同时向它应用的运行，然后重试。",
    "Run `kbsync plan` to see what is left to do.": "请运行 `kbsync plan` 查看剩余的变更。",
    "The lock file in {directory} cannot be used: {reason}": "无法使用 {directory} 中的锁文件：{reason}",
    "Make the directory writable, with room in it, on a file system that knows file locks.": (
        "请使该目录可写、留有空间，并位于支持文件锁的文件系统上。"
    ),
    "Git cannot be started: {reason}": "无法启动 git：{reason}",
    "Took over the lock of {target} that {who} on {where} left behind; it expired at {expires}.": (
        "已接管 {where} 上的 {who} 留下的 {target} 的锁；它已于 {expires} 过期。"
    ),
    "The lock of {target} changed since it was shown: its holder is alive, or somebody else has it.": (
        "{target} 的锁在显示之后发生了变化：持有者仍在运行，或已被他人取得。"
    ),
    "Run `kbsync unlock -t {target}` again to see it.": "请再次运行 `kbsync unlock -t {target}` 查看。",
    "The lock of {target} could not be removed from the remote; it ends by itself at {expires}.": (
        "无法从远程移除 {target} 的锁；它会在 {expires} 自动失效。"
    ),
    "Another apply holds {target}: {who} on {where}, since {since}.": (
        "另一次应用正占用 {target}：{where} 上的 {who}，从 {since} 起。"
    ),
    (
        "Wait for it. It expires at {expires} unless it is renewed, and an expired one is taken over. If its run is "
        "dead for certain, remove it now with `kbsync unlock -t {target}`."
    ): (
        "请等待。若不续期，它将在 {expires} 过期，过期的锁会被接管。如果确定该运行已终止，可立即用 `kbsync unlock -t "
        "{target}` 移除。"
    ),
    "It ends with that process (id {process}): wait for it, or stop it.": (
        "它会随该进程（id {process}）结束：请等待，或停止该进程。"
    ),
    "It never expires. If nobody applies any more, remove it with `kbsync unlock -t {target}`.": (
        "它不会过期。如果已无人在应用，请用 `kbsync unlock -t {target}` 移除。"
    ),
    "The target name {target} cannot be part of a git ref.": "目标名 {target} 不能用于 git ref。",
    "Use letters, digits, `-`, `_` and single dots inside; the name must not end in `.lock`.": (
        "请使用字母、数字、`-`、`_`，中间可有单个句点；名称不能以 `.lock` 结尾。"
    ),
    (
        "An apply needs the right to push to refs/kbsync/. GitHub Actions: `permissions: contents: write` and "
        "`persist-credentials: true`; runs for pull requests from forks never have it. Elsewhere: a deploy key or a "
        "token that may write."
    ): (
        "应用需要向 refs/kbsync/ 推送的权限。GitHub Actions：`permissions: contents: write` 和 `persist-credentials: "
        "true`；来自 fork 的合并请求的运行没有此权限。其他环境：可写的部署密钥或令牌。"
    ),
    "The git remote {remote} cannot be read: {reason}": "无法读取 git 远程 {remote}：{reason}",
    "The git remote {remote} refused a push to {ref}: {reason}": "git 远程 {remote} 拒绝了对 {ref} 的推送：{reason}",
    (
        "Check the network and the credentials for it; in CI let the checkout step keep them (actions/checkout: "
        "`persist-credentials: true`)."
    ): ("请检查网络和访问凭据；在 CI 中让检出步骤保留凭据（actions/checkout：`persist-credentials: true`）。"),
    "Pushing {ref} to {remote} failed: {reason}": "将 {ref} 推送到 {remote} 失败：{reason}",
    "There are several git remotes and none is called origin: {names}.": "有多个 git 远程，且没有一个名为 origin：{names}。",
    "Give the one that all runners share that name: `git remote rename {name} origin`.": (
        "请将所有运行器共用的远程命名为 origin：`git remote rename {name} origin`。"
    ),
    "Check the spelling, or fetch it first (`git fetch`).": "请检查拼写，或先获取它（`git fetch`）。",
    (
        "This is a shallow clone. Set `fetch-depth: 0` for actions/checkout (GitLab: `GIT_DEPTH: 0`), or run `git "
        "fetch --unshallow`."
    ): ("这是浅克隆。请为 actions/checkout 设置 `fetch-depth: 0`（GitLab：`GIT_DEPTH: 0`），或运行 `git fetch --unshallow`。"),
    "There is no commit {revision} in this repository.": "此仓库中没有提交 {revision}。",
    "The commits {first} and {second} have no common ancestor here.": "提交 {first} 和 {second} 在此处没有共同祖先。",
    "{directory} is not inside the repository at {root}.": "{directory} 不在 {root} 的仓库中。",
    "Keep the knowledge directory in the repository whose history is asked for.": "请将知识目录放在要查询历史的仓库中。",
    "{path} has {size} bytes in the history, more than the {limit} that kbsync reads.": (
        "{path} 在历史中有 {size} 字节，超过 kbsync 能读取的 {limit} 字节。"
    ),
    "The knowledge directory has {size} bytes, more than the {limit} that kbsync reads.": (
        "知识目录有 {size} 字节，超过 kbsync 能读取的 {limit} 字节。"
    ),
    "The repository lacks the object {blob}.": "仓库缺少对象 {blob}。",
    "Keep large files outside the knowledge directory.": "请将大文件放在知识目录之外。",
    "Keep files that are no knowledge outside the knowledge directory.": "请将非知识文件放在知识目录之外。",
    "Run `git fsck`, or clone again.": "请运行 `git fsck`，或重新克隆。",
    "it is left out of the working tree (sparse checkout or skip-worktree): git sparse-checkout disable": (
        "工作区中没有检出此文件（稀疏检出或 skip-worktree）：请运行 git sparse-checkout disable"
    ),
    "it is not on the disk and marked assume-unchanged: git update-index --no-assume-unchanged": (
        "此文件不在磁盘上，且被标记为 assume-unchanged：请运行 git update-index --no-assume-unchanged"
    ),
    "it is not on the disk": "此文件不在磁盘上",
    "it is a symbolic link in git and a file here": "在 git 中是符号链接，在这里却是文件",
    "it lies in a submodule": "此文件位于子模块中",
    "git does not have it": "git 中没有此文件",
    "git changes it on its way to the disk ({driver})": "git 在检出时会改写此文件（{driver}）",
    "it was changed, and git was told not to look (skip-worktree or assume-unchanged)": (
        "此文件已被修改，但 git 被设置为不检查它（skip-worktree 或 assume-unchanged）"
    ),
    "it was changed": "此文件已被修改",
    "Files of no commit: {file} is not as in {commit}: {why}.": "文件不属于任何提交：{file} 与 {commit} 中的不同：{why}。",
    "{file} is in git and was not read, so what it declares is left alone and nothing is applied: {why}": (
        "{file} 在 git 中但未被读取，因此保留其声明的内容，且不应用任何变更：{why}"
    ),
    "{file} cannot be compared with the base {base}, so every cause is unknown: {why}; look at what the plan overwrites and, "
    "if it is meant, say so with --base {base}": (
        "{file} 无法与基准 {base} 比较，因此所有原因均未知：{why}；请查看计划将覆盖的内容，如确属本意，请用 --base {base} 说明"
    ),
}
