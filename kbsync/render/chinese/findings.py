"""Chinese for findings: the frame around each, and the content rules.

What is wrong with a file as a file belongs to ``files``.
"""

from collections.abc import Mapping

__all__ = ["FINDINGS"]

FINDINGS: Mapping[str, str] = {
    "error": "错误",
    "warning": "警告",
    "note": "提示",
    "hint:": "建议:",
    "No findings.": "没有发现问题。",
    "errors {errors}, warnings {warnings}, notes {notes}": "错误 {errors} 个，警告 {warnings} 个，提示 {notes} 个",
    (
        "Not shown as annotations, because GitHub shows ten of a kind: errors {errors}, warnings {warnings}, "
        "notes {notes}. Run kbsync validate to see all."
    ): (
        "GitHub 每类只显示十条注释，未显示：错误 {errors} 个，"
        "警告 {warnings} 个，提示 {notes} 个。运行 kbsync validate 可查看全部。"
    ),
    # checks
    "join them, one a similar question of the other; or word them so that customers can tell them apart": (
        "请合并它们，将其中一个作为另一个的相似问题；或修改措辞，让客户能够区分"
    ),
    "“{text}” is {percent} % the same as “{other}”, which belongs to another question": (
        "{text} 与属于另一个问题的 {other} 相似度为 {percent}%"
    ),
    "“{text}” differs from “{other}”, which belongs to another question, in capitals, width, punctuation or space alone": (
        "{text} 与 {other} 仅在大小写、全角半角、标点或空格上不同"
    ),
    "the other question": "另一个问题",
    "the plain answer holds {mark}, which customers would see as it is written": "纯文本答案中含有 {mark}，客户会原样看到它",
    "write answer_type: rich beside it, or take the markup out": "请在旁边写上 answer_type: rich，或去掉标记",
    "the rich answer has several lines and no markup, so they would run together": "富文本答案有多行却没有标记，各行会连在一起",
    "write answer_type: text, or mark the lines with <p> or <br>": "请写 answer_type: text，或用 <p>、<br> 标出各行",
    "the answer has {length} characters, more than {limit}": "答案有 {length} 个字符，超过 {limit} 个",
    "shorten it, or raise max of the check long-answer in kbsync.yaml": (
        "请缩短答案，或在 kbsync.yaml 中调高检查 long-answer 的 max"
    ),
    "finish the text; if the mark is meant, switch the check placeholder off in kbsync.yaml": (
        "请补全文本；如果该标记确有需要，请在 kbsync.yaml 中关闭检查 placeholder"
    ),
    "delete the word around it and type it again; pasted text often brings such characters along": (
        "请删除它所在的词并重新输入；粘贴的文本常会带入这类字符"
    ),
    "take the space away; after |+ a block keeps all its line ends, after | none": (
        "请去掉空格；块以 |+ 开头时保留末尾所有换行，以 | 开头时不保留"
    ),
    "the question": "问题",
    "the answer": "答案",
    "a similar question": "相似问题",
    "{part} still holds {mark}: {text}": "{part}中仍有占位标记 {mark}：{text}",
    "{part} holds the invisible character {code}, here shown as ▮: {near}": "{part}中含有不可见字符 {code}，此处显示为 ▮：{near}",
    "{part} begins or ends with space: {text}": "{part}以空格开头或结尾：{text}",
    "the category {path} is declared nowhere; did you mean {other}?": "没有声明分类 {path}；您是不是想写 {other}？",
    "write it as it is declared; if the service has both, declare this one as well": (
        "请按声明的写法填写；如果服务中两者都有，请把这个也声明出来"
    ),
    "the rich answer holds {marks}, which can act in the customer's window": (
        "富文本答案中含有 {marks}，它可能在客户的窗口中执行操作"
    ),
    "take it out: text, links to pages, pictures and videos are enough for an answer": (
        "请去掉它：答案只需要文字、网页链接、图片和视频"
    ),
}
