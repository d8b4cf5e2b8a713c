"""The rows and cells of a table: one question a row, every text unchanged, and never a formula."""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from kbsync.diagnostics import Diagnostic, Location, Rule, Severity
from kbsync.display import shorten
from kbsync.files.schema import SLASH
from kbsync.messages import message
from kbsync.model import AnswerType, CategoryPath, Content, Knowledge, Question, Status, bare, show_path
from kbsync.plan import FIELD_NAMES, Field

__all__ = ["COLUMNS", "find_long", "json_bytes"]

KEY = "key"
"""The column that identifies the question and the commit that a row was exported from."""

PLACE = "place"

COLUMNS: tuple[str, ...] = (
    Field.QUESTION,
    Field.SIMILAR,
    Field.ANSWER,
    Field.CATEGORY,
    Field.ANSWER_TYPE,
    Field.STATUS,
    PLACE,
    KEY,
)
"""The columns in the order in which they are written."""

HEADINGS: Mapping[str, tuple[str, ...]] = {
    Field.QUESTION: ("question", "问题", "standard question", "标准问题", "标准问", "问法"),
    Field.SIMILAR: ("similar questions", "相似问题", "similar", "alternative questions", "相似问", "相似问法", "扩展问"),
    Field.ANSWER: ("answer", "答案", "reply", "回答", "回复"),
    Field.CATEGORY: ("category", "分类", "category path", "类别", "目录"),
    Field.ANSWER_TYPE: ("answer type", "答案类型", "answer_type", "回答类型"),
    Field.STATUS: ("status", "状态"),
    PLACE: ("place", "位置"),
    KEY: ("key (do not edit)", "标识（请勿修改）", "key"),
}
"""What a column is called: in English, in Chinese, and by others whose tables are taken too."""

LONGEST = 32767
"""What a cell of a workbook can hold, in UTF-16 units; Excel cuts the rest off, out of a CSV file too."""

ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""With what the text of a cell begins that a spreadsheet may take for a formula (OWASP, "CSV Injection")."""

MARK = "'"
"""Stands before such a text, and before one that has it there itself, so that a reader knows what to take away."""

WORDS: Mapping[str, AnswerType | Status] = {
    **dict([*AnswerType.names(), *Status.names()]),
    "纯文本": AnswerType.TEXT,
    "文本": AnswerType.TEXT,
    "富文本": AnswerType.RICH,
    "启用": Status.ENABLED,
    "已启用": Status.ENABLED,
    "禁用": Status.DISABLED,
    "停用": Status.DISABLED,
    "已停用": Status.DISABLED,
}
"""What a cell may call a type of answer or a status."""


def column_named(heading: str) -> str | None:
    """The column that a heading names."""
    bare_name = bare(heading)
    return next((name for name, known in HEADINGS.items() if bare_name in map(bare, known)), None)


def guarded(text: str) -> str:
    """A text as a cell holds it."""
    return f"{MARK}{text}" if text.startswith((MARK, *ACTIVE)) else text


def bared(cell: str) -> str:
    """The text that a cell holds."""
    return cell[1:] if cell[:1] == MARK and cell[1:].startswith((MARK, *ACTIVE)) else cell


def join(wordings: tuple[str, ...]) -> str:
    """Similar questions, one a line."""
    return "\n".join(text if split(text) == (text,) else json.dumps(text, ensure_ascii=False) for text in wordings)


def split(cell: str) -> tuple[str, ...]:
    """The similar questions of a cell; one of several lines is written in quotes, as JSON writes it."""
    return tuple(_unquoted(line) for line in cell.split("\n") if line.strip())


def _unquoted(line: str) -> str:
    found = _json(line) if line.startswith('"') else None
    return found if isinstance(found, str) and ("\n" in found or found.startswith('"')) else line


def shown(path: CategoryPath) -> str:
    """A category as a cell holds it: as a list where a title would be mistaken for two."""
    text = show_path(path)
    return text if path_of(text) == path else json.dumps(path, ensure_ascii=False)


def path_of(cell: str) -> CategoryPath:
    """The category that a cell names."""
    found = _json(cell) if cell.startswith("[") else None
    if isinstance(found, list) and found and all(isinstance(each, str) for each in found):
        return tuple(found)
    return tuple(SLASH.split(cell.strip()))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def digest(content: Content) -> str:
    """A digest by which a changed row is recognised."""
    said = [Field(name).of(content) for name in COLUMNS if name in set(Field)]
    return sha256(json.dumps(said, ensure_ascii=True).encode()).hexdigest()[:16]


def rows(knowledge: Knowledge, commit: str | None) -> Iterator[dict[str, str]]:
    """One row a question, by column, as cells hold it."""
    for question in knowledge.questions:
        content = question.content
        cells = _values(question, commit) | {Field.SIMILAR: join(content.similar), Field.CATEGORY: shown(content.category)}
        yield {name: guarded(text) for name, text in cells.items()}


def _values(question: Question, commit: str | None) -> dict[str, Any]:
    """The values of a row, by column."""
    content = question.content
    return {
        Field.QUESTION.value: content.question,
        Field.SIMILAR.value: content.similar,
        Field.ANSWER.value: content.answer,
        Field.CATEGORY.value: content.category,
        Field.ANSWER_TYPE.value: content.answer_type.word,
        Field.STATUS.value: content.status.word,
        PLACE: "" if question.location is None else question.location.short,
        KEY: f"{digest(content)}@{commit or ''}",
    }


def find_long(knowledge: Knowledge) -> Iterator[Diagnostic]:
    """The texts that no cell can hold."""
    for question, row in zip(knowledge.questions, rows(knowledge, None), strict=True):
        for name in Field:
            if (size := units(row[name])) > LONGEST:
                yield Diagnostic(
                    Rule.KB501,
                    Severity.ERROR,
                    message(
                        "the {field} of {text} has {size} characters, and a cell holds {limit}",
                        field=FIELD_NAMES[name],
                        text=shorten(question.content.question),
                        size=size,
                        limit=LONGEST,
                    ),
                    question.location or Location("--live"),
                    hint=message("shorten it, or export as JSON, which has no such limit"),
                )


def units(text: str) -> int:
    """How long a text is to a spreadsheet."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def json_bytes(knowledge: Knowledge, commit: str | None) -> bytes:
    """The rows as JSON, with lists where cells have lines."""
    questions = [_values(one, commit) for one in knowledge.questions]
    document = {"format_version": "1.0", "commit": commit, "questions": questions}
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode()


def read(field: Field, cell: str) -> Any:
    """The value of a field in a cell; None for an unknown word."""
    match field:
        case Field.SIMILAR:
            return split(cell)
        case Field.CATEGORY:
            return path_of(cell)
        case Field.ANSWER_TYPE | Field.STATUS:
            found = WORDS.get(cell.strip().casefold())
            return found if isinstance(found, AnswerType if field is Field.ANSWER_TYPE else Status) else None
        case _:
            return cell
