"""Chinese for transcripts, coverage and previews.

What a library says belongs to nobody here; what is planned from it belongs to ``plans``.
"""

from collections.abc import Mapping

__all__ = ["CONVERSATIONS"]

CONVERSATIONS: Mapping[str, str] = {
    # conversations
    "the nearest declared question is {question}": "最接近的已声明问题是 {question}",
    "no file declares the question {question}": "没有文件声明问题 {question}",
    "{place}: the transcript has format {version}, this kbsync reads {known}": (
        "{place}：对话记录的格式为 {version}，此版本的 kbsync 能读取 {known}"
    ),
    "{place}: this is no transcript": "{place}：这不是对话记录",
    "kbsync coverage --save FILE writes such files, one session a line": (
        "这类文件由 kbsync coverage --save FILE 写入，每行一个会话"
    ),
    "the time span begins after its end: {since} to {until}": "时间范围的起点晚于终点：{since} 到 {until}",
    "{text} is no moment": "{text} 不是有效的时间",
    "write days before now, such as 7, or a date such as 2026-01-31": "请写距今的天数，如 7，或日期，如 2026-01-31",
    # coverage
    "reading transcripts": "正在读取对话记录",
    "Transcripts saved to {path}: personal data, delete it when it is done with.": (
        "对话记录已保存到 {path}：其中含有个人数据，用完请删除。"
    ),
    "The result is not masked: it is personal data.": "结果未经脱敏：其中含有个人数据。",
    "name the transcripts in one way: --since and --until, or --session, or --transcripts": (
        "请只用一种方式指定对话记录：--since 和 --until，或 --session，或 --transcripts"
    ),
    "--save keeps what the service told; --transcripts reads what was kept": (
        "--save 保存服务提供的内容；--transcripts 读取已保存的内容"
    ),
    "Asked and not declared ({count})": "客户问过但未声明（{count}）",
    "Nothing is asked by so many people that git does not declare.": "没有达到人数下限、而 git 又未声明的提问。",
    "Served and not declared ({count})": "机器人答过但未声明（{count}）",
    "also: {text}": "也有人问：{text}",
    "and {count} more that have no room here": "另有 {count} 项在此放不下",
    "messages {times}, people {people}, last on {day}": "消息 {times} 条，客户 {people} 人，最近一次 {day}",
    "messages {times}, last on {day}": "消息 {times} 条，最近一次 {day}",
    "Messages to the chatbot that were looked up: {count}": "查对的机器人接待消息：{count} 条",
    "declared in git: {count} (word for word {exact}, but for form {form}, similar {similar})": (
        "git 中已声明：{count} 条（原文一致 {exact}，仅写法不同 {form}，相似 {similar}）"
    ),
    "not declared: {count}": "未声明：{count} 条",
    "of these asked by fewer than {people} people, counted and not shown: {count}": (
        "其中提问人数少于 {people} 人的只计数、不显示：{count} 条"
    ),
    "said to a person and left out: {count}": "对人工客服说的，未计入：{count} 条",
    "no questions and left out: {wordless} without words, {lengthy} too long": (
        "不是问题，未计入：没有文字 {wordless} 条，过长 {lengthy} 条"
    ),
    "No account could be made out as the chatbot's, so nothing is known of its answers; name it with --bot.": (
        "无法判断哪个账号是机器人，因此无从得知它的回答；请用 --bot 指定。"
    ),
    "Addresses and numbers are not masked: this is personal data.": "地址和号码未经脱敏：其中含有个人数据。",
    "the chatbot said: {text}": "机器人说：{text}",
    "nearest, but disabled: {question} ({percent} % alike)": "最接近但已停用：{question}（相似度 {percent}%）",
    "nearest declared question: {question} ({percent} % alike)": "最接近的已声明问题：{question}（相似度 {percent}%）",
    "the preset question {question} in {category}": "{category} 中的预置问题 {question}",
    "the live question {question} in {category}": "{category} 中的线上问题 {question}",
    "and {count} more ways to ask": "另有 {count} 种问法",
    "Write the answers, choose a category, and take out what no answer is due to.": (
        "请写出答案、选择分类，并删去不需要答案的条目。"
    ),
    "Declared already, but disabled or renamed:": "已经声明，但被停用或已重命名：",
    # preview
    "Pieces sent to {session}: {sent} of {total}.": "已向 {session} 发送 {total} 段中的 {sent} 段。",
    "Not sent.": "未发送。",
    "The session went into state {state}, so the rest was kept back.": "会话进入了状态 {state}，因此其余部分没有发送。",
    "The service did not take piece {number} for certain.": "无法确定服务是否收到第 {number} 段。",
    "name the question whose answer is to be sent, or a text with --answer-file": (
        "请指明要发送其答案的问题，或用 --answer-file 指定文本"
    ),
    "The answer is rich text and a stream takes plain text only, so it goes without its markup.": (
        "答案是富文本，而流式消息只接受纯文本，因此发送时不带标记。"
    ),
    "nobody is here to agree; nothing was sent": "无人可以确认；未发送任何内容",
    "Send it to {session}, where a customer may read it?": "发送到 {session} 吗？可能有客户会看到。",
    "The message was ended with “…”.": "消息已以“…”结束。",
    "add --yes, or run kbsync preview in a terminal": "请加上 --yes，或在终端中运行 kbsync preview",
    "The message could not be ended; its key is {key}.": "无法结束该消息；它的键是 {key}。",
    "Stopping: the message is being ended.": "正在停止：正在结束消息。",
    "Stopped. Pieces sent before: {count}.": "已停止。此前发送的段数：{count}。",
    "The answer from {origin} (pieces: {count}):": "{origin} 的答案（段数：{count}）：",
    "Coverage (sessions: {count})": "覆盖情况（会话 {count} 个）",
    "answers that are not declared and were served in fewer than {sessions} sessions, not shown: {count}": (
        "未声明且服务的会话少于 {sessions} 个的答案，未显示：{count} 个"
    ),
    "answered live by the question {question}": "由线上问题 {question} 回答",
    "Asked and not declared (sessions: {count}).": "问过但未声明（会话 {count} 个）。",
    "sessions read: {read} of {total}; --limit {total} reads all of them": (
        "已读取的会话：{total} 个中的 {read} 个；--limit {total} 可全部读取"
    ),
}
