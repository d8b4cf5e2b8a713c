"""YAML written for new values: scalars in the plainest style that reads back as exactly that text, entries, whole files.

A style can hold a text only if libyaml, PyYAML and our own reader read it back alike.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from itertools import count
from typing import Final

import yaml
from yaml.resolver import Resolver

from kbsync.files.directory import SETTINGS_FILE
from kbsync.files.kinds import CONTROL
from kbsync.files.parse import FLOAT, INTEGER
from kbsync.files.schema import QUESTION, SLASH
from kbsync.files.source import FORBIDDEN
from kbsync.model import AnswerType, CategoryPath, Content, Status, show_path
from kbsync.plan import Field

__all__ = ["can_be_written"]

MODELINE = "# yaml-language-server: $schema=.schema/knowledge.json"
"""The comment by which editors find a file's JSON Schema (``kbsync schema knowledge``)."""

CATEGORIES_FILE = "categories.yaml"
"""Where a first import writes the tree of categories."""

LONG: Final = 100
"""Characters from which an answer is written as a block."""

FIELDS: Final = tuple(Field(key) for key in QUESTION.names if key in set(Field))
"""The fields of a question in the order of their keys."""

PLAIN: Final = Content("", "", ())
"""What needs no key, because it is the default."""

TEXT_TAG = "tag:yaml.org,2002:str"

INDICATORS: Final = re.compile(r"[,\[\]{}#&*!|>'\"%@`]|[-?:](?:\s|$)|---|\.\.\.")
"""What a plain scalar may not begin with (yaml.org/spec/1.2.2/#733-plain-style)."""

INSIDE: Final = re.compile(r":(?:\s|$)|\s#|[\t\n]")
FLOW_INSIDE: Final = re.compile(r"[,\[\]{}:?]")

SHORT: Final = str.maketrans({"\t": "\\t", "\n": "\\n", '"': '\\"', "\\": "\\\\"})

LONGEST_NAME = 60
"""Characters of a file's name: with three bytes each they still fit in what file systems allow."""

DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(10))})
"""Names that Windows keeps for devices, whatever their suffix."""

Value = str | tuple[str, ...]
"""What is written under a key: a text, or a list of texts."""


def new_file(
    contents: Sequence[Content], *, category: CategoryPath | None = None, declared: Iterable[CategoryPath] = (), up: str = ""
) -> bytes:
    """A file in the canonical layout, with categories, with the questions of one category, or with both.

    ``up`` leads from its folder to the knowledge directory.
    """
    tree = _category_lines(declared)
    lines = [MODELINE.replace("=", f"={up}"), *tree]
    if category is not None:
        lines += ["---"] if tree else []
        lines += [*pair_lines("category", path_value(category)), "questions:"]
        for number, content in enumerate(contents):
            lines += [""] if number and lines[-1] else []
            lines += [f"  {line}" if line else "" for line in question_lines(content)]
    return "\n".join([*lines, ""]).encode()


def file_name(path: CategoryPath, taken: Collection[str], *, folders: bool = False) -> str:
    """A readable, unused name for the file of a category, whatever the file system's treatment of case.

    A child is put into the folder of its parent if ``folders`` is set or that folder exists.
    """
    folder = f"{_stem(path[:1])}/" if len(path) > 1 else ""
    inside = folders or any(name.casefold().startswith(folder) for name in taken)
    stem = f"{folder}{_stem(path[1:])}" if folder and inside else _stem(path)
    used = {SETTINGS_FILE, *(name.casefold() for name in taken)}
    names = (f"{stem}-{number}.yaml" if number > 1 else f"{stem}.yaml" for number in count(1))
    return next(name for name in names if name.casefold() not in used)


def _stem(path: CategoryPath) -> str:
    text = unicodedata.normalize("NFKC", "-".join(path)).lower()
    words = "".join(character if character.isalnum() else " " for character in text).split()
    stem = "-".join(words)[:LONGEST_NAME].strip("-") or "category"
    return f"{stem}-" if stem in DEVICES else stem


def question_lines(content: Content, *, category: CategoryPath | None = None, gap: int = 2) -> list[str]:
    """A question as an item of a list, from its dash on; ``category`` is written where the document's is another one."""
    lines = [line for key, value in _question_pairs(content, category) for line in pair_lines(key, value)]
    return [f"{' ' if number else '-'}{' ' * (gap - 1)}{line}" if line else "" for number, line in enumerate(lines)]


def question_flow(content: Content, *, category: CategoryPath | None = None) -> str:
    """A question on one line, for a list in flow style."""
    return "{" + ", ".join(f"{key}: {flow_value(value)}" for key, value in _question_pairs(content, category)) + "}"


def pair_lines(key: str, value: Value) -> list[str]:
    """The lines of a key with its value, not indented. A long answer is a block, a category is on one line."""
    if not isinstance(value, tuple):
        style = "|" if key == Field.ANSWER and len(value) > LONG else ""
        return f"{key}: {scalar(value, indent=0, style=style)}".split("\n")
    if key == Field.CATEGORY:
        return [f"{key}: {flow_value(value)}"]
    return [f"{key}:", *(line for text in value for line in f"  - {scalar(text, indent=2)}".split("\n"))]


def flow_value(value: Value, *, style: str = "") -> str:
    """A value on one line, for a place in flow style."""
    if isinstance(value, tuple):
        return f"[{', '.join(one_line(text, flow=True) for text in value)}]"
    return one_line(value, style=style, flow=True)


def field_value(content: Content, field: Field) -> Value:
    """What is written for a field of a question."""
    value: Value | AnswerType | Status = field.of(content)
    if isinstance(value, AnswerType | Status):
        return value.word
    return path_value(content.category) if field is Field.CATEGORY else value


def path_value(path: CategoryPath) -> Value:
    """A category as it is written in a file: as a list where a title would be mistaken for two."""
    text = show_path(path)
    plain = tuple(SLASH.split(text)) == path and not text.startswith("/ ") and not text.endswith(" /")
    return text if plain else path


def can_be_written(text: str) -> bool:
    """Whether a file can hold the text: it is not blank and has no control character."""
    return bool(text) and not text.isspace() and "\r" not in text and CONTROL.search(text) is None


def scalar(text: str, *, indent: int, style: str = "", flow: bool = False, comment: str = "") -> str:
    """A scalar for ``text``, of ``style`` (``|``, ``'``, ``"`` or plain) if that can hold it, without a final line end.

    ``indent`` is the column of its key or dash; ``comment`` is appended to its first line.
    """
    if not flow and (style in ("|", ">") or "\n" in text):
        found = block(text, indent=indent, comment=comment)
        if found is not None:
            return found
    line = one_line(text, style=style, flow=flow) if flow or "\n" not in text else two_quotes(text, indent=indent)
    return f"{line}  {comment}" if comment else line


def block(text: str, *, indent: int, comment: str = "", content: int | None = None) -> str | None:
    """A literal block, None where none can hold the text. ``content`` is the column of the text, two more than ``indent``."""
    shown = text.rstrip("\n")
    if FORBIDDEN.search(text) or not shown or shown[-1].isspace():  # nobody sees space at the end, and many editors take it away
        return None
    column = indent + 2 if content is None else content
    # Without the figure the parser would take the first line's own space for the indentation.
    figure = str(column - indent) if text[0].isspace() else ""
    figure += "+" if text.endswith("\n") else ""
    head = f"|{figure}  {comment}" if comment else f"|{figure}"
    return "\n".join([head, *(f"{' ' * column}{line}" if line else "" for line in text.split("\n"))])


def one_line(text: str, *, style: str = "", flow: bool = False) -> str:
    """The text on one line: plain, or in quotes where plain would not be this text; ``style`` is the author's choice."""
    if style not in ("'", '"') and _can_be_plain(text, flow=flow):
        return text
    single = "\n" not in text and "\t" not in text and FORBIDDEN.search(text) is None
    wanted = style == "'" or (style != '"' and ('"' in text or "\\" in text))
    return f"'{text.replace(chr(39), chr(39) * 2)}'" if single and wanted else f'"{_escaped(text)}"'


def two_quotes(text: str, *, indent: int) -> str:
    """Text of several lines in double quotes, one source line for each: for texts whose beginning or end no block can hold."""
    pieces = [_escaped(piece) for piece in re.findall(r"[^\n]*\n|[^\n]+", text)]
    # A line that begins with space must say so, because the parser drops the space of a continued line.
    rest = [f"\\{piece}" if piece[0] == " " else piece for piece in pieces[1:]]
    return '"' + f"\\\n{' ' * (indent + 2)}".join([pieces[0], *rest]) + '"'


def is_ambiguous(text: str) -> bool:
    """Whether some YAML reader takes it, written plain, for a number, a date, a truth value, null or a merge."""
    if INTEGER.fullmatch(text) or FLOAT.fullmatch(text):
        return True
    tag = Resolver().resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]  # the stubs leave it open
    return bool(tag != TEXT_TAG)


def _category_lines(paths: Iterable[CategoryPath]) -> list[str]:
    """The tree that declares some categories, and their parents with them."""
    children: dict[str, dict[str, None]] = {}
    for path in paths:
        children.setdefault(path[0], {}).update(dict.fromkeys(path[1:]))
    lines = ["categories:"] if children else []
    for parent, titles in children.items():
        lines.append(f"  - title: {scalar(parent, indent=4)}")
        lines += ["    children:"] if titles else []
        lines += [f"      - title: {scalar(title, indent=8)}" for title in titles]
    return lines


def _question_pairs(content: Content, category: CategoryPath | None) -> Iterable[tuple[str, Value]]:
    """What is written of a question: whatever is not the default."""
    for field in FIELDS:
        if field is Field.CATEGORY:
            if category is not None:
                yield field.value, path_value(category)
        elif field.differs(content, PLAIN):
            yield field.value, field_value(content, field)


def _can_be_plain(text: str, *, flow: bool) -> bool:
    return not (
        text != text.strip()
        or INDICATORS.match(text)
        or INSIDE.search(text)
        or FORBIDDEN.search(text)
        or (flow and (FLOW_INSIDE.search(text) or text.startswith("-")))
        or is_ambiguous(text)
    )


def _escaped(text: str) -> str:
    return FORBIDDEN.sub(lambda found: f"\\u{ord(found[0]):04X}", text.translate(SHORT))
