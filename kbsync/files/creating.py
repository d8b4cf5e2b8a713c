"""New knowledge files: their names, and their text in the canonical layout.

What goes into them is decided by whoever calls.
"""

import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import count

from kbsync.files.sheets import path_value
from kbsync.files.values import Value, flow_value, pair_lines
from kbsync.files.wording import scalar
from kbsync.model import AnswerType, CategoryPath, Content, Status

__all__ = ["CATEGORIES_FILE", "MODELINE", "category_lines", "file_name", "new_file", "question_flow", "question_lines"]

MODELINE = "# yaml-language-server: $schema=.schema/knowledge.json"
"""Tells editors which schema a file has; ``kbsync schema knowledge`` prints it."""

CATEGORIES_FILE = "categories.yaml"
"""Where a first import writes the tree of categories."""

LONGEST = 60
"""Characters of a file's name: with three bytes each they still fit in what file systems allow."""

DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(10))})
"""Names that Windows keeps for devices, whatever their suffix."""


def file_name(path: CategoryPath, taken: Collection[str]) -> str:
    """A readable name for the file of a category that no file has, however the file system treats case."""
    stem = _slug(path)
    used = {name.casefold() for name in taken}
    names = (f"{stem}-{number}.yaml" if number > 1 else f"{stem}.yaml" for number in count(1))
    return next(name for name in names if name.casefold() not in used)


def new_file(
    contents: Sequence[Content], *, category: CategoryPath | None = None, declared: Iterable[CategoryPath] = ()
) -> bytes:
    """A file with categories, with the questions of one category, or with both."""
    tree = category_lines(declared)
    lines = [MODELINE, *tree]
    if category is not None:
        lines += ["---"] if tree else []
        lines += [*pair_lines("category", path_value(category)), "questions:"]
        for content in contents:
            lines += [f"  {line}" if line else "" for line in question_lines(content)]
    return "\n".join([*lines, ""]).encode()


def category_lines(paths: Iterable[CategoryPath]) -> list[str]:
    """The tree that declares some categories, and their parents with them."""
    children: dict[str, list[str]] = {}
    for path in paths:
        titles = children.setdefault(path[0], [])
        titles += [title for title in path[1:] if title not in titles]
    lines = ["categories:"] if children else []
    for parent, titles in children.items():
        lines.append(f"  - title: {scalar(parent, indent=4)}")
        lines += ["    children:"] if titles else []
        lines += [f"      - title: {scalar(title, indent=8)}" for title in titles]
    return lines


def question_lines(content: Content, *, category: CategoryPath | None = None, gap: int = 2) -> list[str]:
    """A question as an item of a list, from its dash on; ``category`` is written where the document's is another one."""
    lines = [line for key, value in _fields(content, category) for line in pair_lines(key, value)]
    return [f"{'-' if not number else ' '}{' ' * (gap - 1)}{line}" if line else "" for number, line in enumerate(lines)]


def question_flow(content: Content, *, category: CategoryPath | None = None) -> str:
    """A question on one line, for a list in flow style."""
    return "{" + ", ".join(f"{key}: {flow_value(value)}" for key, value in _fields(content, category)) + "}"


def _fields(content: Content, category: CategoryPath | None) -> Iterable[tuple[str, Value]]:
    """What is written of a question: whatever is not the default."""
    found: Mapping[str, Value | None] = {
        "question": content.question,
        "answer": content.answer,
        "answer_type": None if content.answer_type is AnswerType.TEXT else content.answer_type.word,
        "similar": content.similar or None,
        "category": None if category is None else path_value(category),
        "status": None if content.status is Status.ENABLED else content.status.word,
    }
    return [(key, value) for key, value in found.items() if value is not None]


def _slug(path: CategoryPath) -> str:
    text = unicodedata.normalize("NFKC", "-".join(path)).lower()
    words = "".join(character if character.isalnum() else " " for character in text).split()
    stem = "-".join(words)[:LONGEST].strip("-") or "category"
    return f"{stem}-" if stem in DEVICES else stem
