"""Chinese for the command line and the way from its options to a run.

What a run finds belongs to the other parts.
"""

from collections.abc import Mapping

__all__ = ["COMMANDS"]

COMMANDS: Mapping[str, str] = {
    # cli
    "Not applied; nothing was changed.": "未应用，未作任何变更。",
    "Stopping: the calls in flight are finished and reported. Press again to end at once.": (
        "正在停止：已发出的调用会执行完并写入报告。再按一次则立即结束。"
    ),
    "{path} is a receipt and not a plan": "{path} 是回执，不是计划",
    "the plan is not the one that was approved; nothing was changed": "该计划不是获得批准的那一份；未作任何变更",
    "Dry run: nothing was sent.": "试运行：未发送任何内容。",
    "nobody is here to agree; nothing was changed": "无人可以确认；未作任何变更",
    "Apply this plan to {target}?": "将此计划应用到 {target} 吗？",
    "a plan file is carried out as it is: --base and --only have no place beside it": (
        "计划文件会原样执行：不能同时使用 --base 和 --only"
    ),
    "--expect-digest is empty, so nobody knows which plan was approved": "--expect-digest 为空，无法知道批准的是哪个计划",
    "find out why the plan gave out no digest; leave the option out where nobody approves plans": (
        "请查明计划为何没有给出摘要；如果不需要批准，请去掉此选项"
    ),
    "--all-targets plans for itself and asks nobody": "--all-targets 自行生成计划，不会询问任何人",
    "kbsync plan --undo {path} makes a plan that takes it back": "运行 kbsync plan --undo {path} 可生成撤销本次应用的计划",
    "reading the live library": "正在读取线上知识库",
    "approved: {digest}": "已批准：{digest}",
    "this plan: {digest}; look at it, and approve it or make the approved one again": (
        "此计划：{digest}；请查看并批准它，或重新生成获得批准的那一份"
    ),
    "nobody is here to agree; the lock stays": "无人可以确认；锁保留不变",
    "add --yes, or run kbsync unlock in a terminal": "请加上 --yes，或在终端中运行 kbsync unlock",
    "The lock stays.": "锁保留不变。",
    "{command}: answered after {seconds} s": "{command}：{seconds} 秒后收到应答",
    "{command}: {problem} ({seconds} s)": "{command}：{problem}（{seconds} 秒）",
    "Calls sent: {calls}; refused for speed: {throttled}.": "已发送调用：{calls}；因过快被拒绝：{throttled} 次。",
    "none": "无",
    "add --yes, or run kbsync apply in a terminal": "请加上 --yes，或在终端中运行 kbsync apply",
    "give them to kbsync plan --out": "请把它们交给 kbsync plan --out",
    "leave the plan file out and add --yes, or apply the targets one by one": "请去掉计划文件并加上 --yes，或逐个应用各目标",
    "The sandbox is as new.": "沙箱已恢复如新。",
    "faults waiting: {count}": "待触发的故障：{count} 个",
    "The lock is removed.": "锁已移除。",
    "Nobody holds the target.": "没有人占用该目标。",
    "Remove this lock?": "要移除这个锁吗？",
    "Valid. Questions: {questions}, categories: {categories}.": "{categories} 个分类中的 {questions} 个问题全部有效。",
    "Plan saved to {path}.": "计划已保存到 {path}。",
    "The service asks for less speed: {command} waits {seconds} s.": "服务要求降低速度：{command} 等待 {seconds} 秒。",
    "{path} is a plan and not a receipt: apply --receipt writes receipts": (
        "{path} 是计划，不是回执：回执由 apply --receipt 写入"
    ),
    "--undo takes back a whole apply: --base, --offline and --only have no place beside it": (
        "--undo 撤销整次应用：不能同时使用 --base、--offline 和 --only"
    ),
    "{target} is held by {who} on {where} since {since}, until {expires}.": (
        "{target} 由 {where} 上的 {who} 占用，从 {since} 起，到 {expires} 止。"
    ),
    "Stopped.": "已停止。",
    "the result cannot be written to stdout: {reason}": "无法将结果写入标准输出：{reason}",
    "Nothing was sent; {path} is left as it was.": "未发送任何内容；{path} 保持不变。",
    "{path} cannot be written: {reason}": "无法写入 {path}：{reason}",
    "error:": "错误:",
    (
        "The sandbox listens on {address}: a target with endpoint {address}, sdkappid {app}, identifier {who} and "
        "KBSYNC_SECRET_KEY={key} reaches it. Ctrl-C ends it."
    ): (
        "沙箱正在 {address} 监听：endpoint 为 {address}、sdkappid 为 {app}、identifier 为 {who} 的目标，配合 "
        "KBSYNC_SECRET_KEY={key} 即可访问。按 Ctrl-C 结束。"
    ),
    "Its sessions, for kbsync session, kbsync preview and kbsync coverage --session:": (
        "其中的会话，可用于 kbsync session、kbsync preview 和 kbsync coverage --session："
    ),
    "  {session}  {state}": "  {session}  {state}",
    "  {session}  ended: kbsync coverage --since {day} reads it": "  {session}  已结束：kbsync coverage --since {day} 可读取它",
    "the session is in state {state}; nothing was sent": "会话处于状态 {state}；未发送任何内容",
    "a person serves this session, or nobody does; add --anyway if the message is meant to go there": (
        "该会话由人工接待，或无人接待；如果消息确实要发往那里，请加上 --anyway"
    ),
    "--all-targets and --target exclude each other": "--all-targets 与 --target 不能同时使用",
    "--all-targets can write {formats}": "--all-targets 支持的格式：{formats}",
    "{path} would be written once for each target: put {mark} into its name": (
        "每个目标都会写入 {path}：请在文件名中加入 {mark}"
    ),
    "Stopping every target.": "正在停止所有目标。",
    "Next:": "后续步骤：",
    "  kbsync plan{option} shows what the example would change on the embedded service": (
        "  kbsync plan{option} 显示示例会在内置服务上产生哪些变更"
    ),
    "  kbsync apply{option} carries it out there": "  kbsync apply{option} 在内置服务上执行这些变更",
    "  put your SDKAppID into {path}, for the target production": "  在 {path} 中为目标 production 填写您的 SDKAppID",
    "Everything is there already; nothing was written.": "所需文件都已存在；未写入任何内容。",
    "  add the secret KBSYNC_SECRET_KEY and the environment production to the repository, then commit": (
        "  在仓库中添加密钥 KBSYNC_SECRET_KEY 和环境 production，然后提交"
    ),
    "  add the masked variable KBSYNC_SECRET_KEY to the project, then commit": (
        "  在项目中添加隐藏变量 KBSYNC_SECRET_KEY，然后提交"
    ),
    "  the workflow stops until it is told what to install, because where this kbsync came from is not known: "
    "see kbsync init --package": (
        "  无法得知此 kbsync 的来源，因此在指定要安装的内容之前，工作流会停止：参见 kbsync init --package"
    ),
    "  the workflow installs {package}, where this kbsync came from": "  工作流会安装 {package}，即此 kbsync 的来源",
    "  the workflow installs {package} from the package index, as no other place was noted for this kbsync: "
    "see that the name there belongs to whom you trust": (
        "  工作流会从软件包索引安装 {package}，因为没有记录此 kbsync 的其他来源：请确认该名称属于您信任的人"
    ),
    "  the workflow installs {package}": "  工作流会安装 {package}",
    "  the workflow installs {package}, which is not pinned: whoever can replace it runs beside your key; "
    "add ==VERSION, @COMMIT in full, or #sha256=DIGEST": (
        "  工作流会安装 {package}，但它没有固定版本：能替换它的人可以在您的密钥旁运行代码；"
        "请加上 ==版本、完整的 @提交 或 #sha256=摘要"
    ),
    "--package holds a credential, which has no place in a workflow": "--package 含有凭据，凭据不能写入工作流",
    "name the address without user, password, token and query, and give git or pip the credential in CI": (
        "请写不含用户名、密码、令牌和查询参数的地址，并在 CI 中把凭据交给 git 或 pip"
    ),
    "--package must be one requirement that pip understands, without quotes and options": (
        "--package 必须是 pip 能理解的一项依赖，不含引号和选项"
    ),
    "such as name==1.2.3, git+https://host/path@COMMIT, or ./path/file.whl": (
        "例如 name==1.2.3、git+https://host/path@COMMIT 或 ./path/file.whl"
    ),
    "  set KBSYNC_SECRET_KEY in the environment before you plan for production": (
        "  为 production 生成计划之前，请在环境中设置 KBSYNC_SECRET_KEY"
    ),
    "  include .gitlab/kbsync.yml in .gitlab-ci.yml, which was left as it is": (
        "  在 .gitlab-ci.yml 中引入 .gitlab/kbsync.yml；该文件未作改动"
    ),
    # usecases
    "the plan is not applied; nothing was changed": "未应用此计划；未作任何变更",
    "The files differ from every commit, so the next plan's base stays where it was: commit them.": (
        "文件与任何提交都不同，因此下一次计划的基准保持不变：请提交这些文件。"
    ),
    "sessions whose messages the service no longer keeps: {count}": "服务已不再保留其消息的会话：{count} 个",
    "no session ended from {start} to {end}: look further back with --since, or name one that lasts with --session": (
        "{start} 至 {end} 没有结束的会话：请用 --since 指定更早的时间，或用 --session 指定仍在进行的会话"
    ),
    "{path} holds no session": "{path} 中没有会话",
    "{path} can be read by others, and transcripts are personal data": "{path} 可被他人读取，而对话记录属于个人数据",
    "delete it, or take the others' permissions away: chmod 600 {path}": "请删除它，或取消他人的权限：chmod 600 {path}",
    "the plan is for target {planned} (SDKAppID {planned_app}), the settings say {target} (SDKAppID {app})": (
        "计划的目标是 {planned}（SDKAppID {planned_app}），而设置中是 {target}（SDKAppID {app}）"
    ),
    "the knowledge at the base {commit} has errors: {place}: {first}": "基准 {commit} 处的知识有错误：{place}：{first}",
    "The files changed or were committed while they were read: this is planned as of no commit.": (
        "读取期间文件有改动或被提交：此计划不对应任何提交。"
    ),
    "drift is counted from the base, and there is none": "漂移从基准算起，而目前没有基准",
    "--offline compares with the base, and there is none": "--offline 与基准比较，而目前没有基准",
    "name the plan's target with --target, or plan again": "请用 --target 指定计划的目标，或重新生成计划",
    "{directory} is in no git repository, so --base cannot be read": "{directory} 不在任何 git 仓库中，因此无法读取 --base",
    "name a commit whose files are valid with --base": "请用 --base 指定文件有效的提交",
    "apply once, or name a commit with --base REV": "请先应用一次，或用 --base REV 指定提交",
    "name one with --base REV, such as --base origin/main": "请用 --base REV 指定，例如 --base origin/main",
    "nobody is in the session, so nobody would read it": "会话中没有人，因此不会有人看到",
    "a person serves the session or is about to; answers are tried only where the chatbot serves alone": (
        "该会话正由人工接待或即将由人工接待；只能在仅由机器人接待时试用答案"
    ),
    "the answer in {origin} is empty": "{origin} 中的答案为空",
    "the answer in {origin} has {size} bytes; a session takes at most {limit}": (
        "{origin} 中的答案有 {size} 字节；会话最多接受 {limit} 字节"
    ),
    "{path} is not UTF-8": "{path} 不是 UTF-8",
    "shorten it, or try a part of it with --answer-file": "请缩短，或用 --answer-file 试用其中一部分",
    "save it as UTF-8": "请保存为 UTF-8",
    "some files are there already, with other content; nothing was written": "有些文件已经存在，且内容不同；未写入任何内容",
    "move them away, name another directory with --dir, or leave the workflow out with --ci none": (
        "请移走它们，用 --dir 指定其他目录，或用 --ci none 略去工作流"
    ),
    "{path} is in the way: it cannot be read as a text file": "{path} 挡在那里：无法作为文本文件读取",
    "the directory {path} cannot be made: {reason}": "无法建立目录 {path}：{reason}",
    "move it away, or name another directory with --dir": "请移走它，或用 --dir 指定其他目录",
    "name another directory with --dir, or mend the permissions of the one above": (
        "请用 --dir 指定其他目录，或修正上级目录的权限"
    ),
    "{path}": "{path}",
    "no secret for target {target}: KBSYNC_SECRET_KEY is not set": "目标 {target} 没有密钥：未设置 KBSYNC_SECRET_KEY",
    "set KBSYNC_SECRET_KEY (the app's key from the Chat console) or KBSYNC_USERSIG; {own} is for this target alone and wins": (
        "请设置 KBSYNC_SECRET_KEY（即时通信控制台中的应用密钥）或 KBSYNC_USERSIG；{own} 仅用于此目标，且优先"
    ),
    "errors: {errors}, files: {files}; nothing was sent": "{files} 个文件中有 {errors} 处错误；未发送任何内容",
    "there is no target {name} in kbsync.yaml": "kbsync.yaml 中没有目标 {name}",
    "{path} cannot be made: {reason}": "无法建立 {path}：{reason}",
    "make its parent directory writable": "请使其上级目录可写",
    # pull and fmt
    "files with errors cannot be laid out; nothing was written": "有错误的文件无法排版；未写入任何内容",
    (
        "Changed in git and in the console: {count}; the files keep git's side: settle that by hand, or "
        "take the console's side with --theirs"
    ): ("有 {count} 项在 git 和控制台都作了修改；文件保留 git 的一方：请手工处理，或用 --theirs 采用控制台的一方"),
    "{updated} changed, {added} new, {removed} removed": "变更 {updated} 个，新增 {added} 个，移除 {removed} 个",
    "{place}: {field} of {question}: git says {git}, the console {console}": (
        "{place}：{question} 的 {field}：git 是 {git}，控制台是 {console}"
    ),
    "rewritten": "已改写",
    "{place}: {question}: git says {git}, the console {console}": "{place}：{question}：git 是 {git}，控制台是 {console}",
    "Live questions that git does not declare: {count}; they stay so, and --all takes them in.": (
        "有 {count} 个线上问题未在 git 中声明，保持不变；--all 可将它们纳入。"
    ),
    "The files already say what the console holds.": "文件与控制台的内容已经一致。",
    "There is no base: the console's side is taken for every declared question, and none is removed.": (
        "没有基准：每个已声明的问题都采用控制台的一方，不移除任何问题。"
    ),
    "The live listing is incomplete: nothing is removed from the files.": "线上列表不完整：不从文件中移除任何内容。",
    "Category {path} is gone in the console and stays in the files: they have questions in it.": (
        "分类 {path} 已从控制台消失，但在文件中保留：其中还有文件声明的问题。"
    ),
    "{label}: {done} of {total}, {rate} a second, {time} left": (
        "{label}：{total} 项中的 {done} 项，每秒 {rate} 项，还需 {time}"
    ),
    "{label}: {time} so far": "{label}：已用时 {time}",
    "{label}: {done}, {rate} a second": "{label}：{done} 项，每秒 {rate} 项",
    "the service holds no question at all, and the files hold {count}": "服务中没有任何问题，而文件中有 {count} 个",
    "name another target with --target; to empty the files, delete them": "请用 --target 指定其他目标；要清空文件，请删除它们",
    "another commit was applied since this plan was made; nothing was changed": (
        "此计划生成之后已应用了另一个提交；未作任何变更"
    ),
    "the plan counts from {planned}, {target} now has {now}": "此计划以 {planned} 为基准，而 {target} 现在是 {now}",
    "plan again": "请重新生成计划",
    (
        "Not in a git repository: planned without a base, so causes are unknown, and only authoritative categories can "
        "lose anything."
    ): ("不在 git 仓库中：计划没有基准，因此原因未知，只有由 git 全权管理的分类可能减少内容。"),
}
