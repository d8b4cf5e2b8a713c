"""``fmt``: the one canonical layout of a file (order of keys, indentation, blocks, quotes), and a check that its meaning is kept.

Comments, items and anchors keep their order.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace

from kbsync.diagnostics import Rule, has_errors
from kbsync.errors import UnusableFile
from kbsync.files.cst import (
    Comment,
    CstEntry,
    CstNode,
    Document,
    Shape,
    all_comments,
    attach,
    entries_of,
    pairs,
    read_documents,
    walk,
)
from kbsync.files.decode import is_cut_short
from kbsync.files.directory import SETTINGS_FILE, is_yaml
from kbsync.files.emit import LONG, is_ambiguous, scalar
from kbsync.files.loading import load_tree
from kbsync.files.schema import CATEGORY, CUSTOMER_TEXTS, DOCUMENT, QUESTION
from kbsync.files.source import UTF8_MARK
from kbsync.messages import message
from kbsync.model import Category, Question, RemovalLine, to_lf

__all__ = ["format_files"]

ITEM_KEYS = {"questions": QUESTION.names, "categories": CATEGORY.names, "children": CATEGORY.names}
"""The order of keys in the items of these lists. What is in no order stays as its author put it."""

ALWAYS_BLOCK = (*ITEM_KEYS, "similar", "removed")
"""Lists that grow: one line for each item, so that a diff shows one line for one item."""


def format_files(files: Mapping[str, bytes], *, shown_as: str) -> dict[str, bytes]:
    """The new content of every YAML file that is not in the canonical layout. All files must be free of faults.

    Raises UnusableFile rather than lose a comment or change a meaning.
    """
    new = {name: laid_out(files[name]) for name in filter(is_yaml, files)}
    check_meaning(files, {**files, **new}, shown_as=shown_as)
    return {name: data for name, data in new.items() if data != files[name]}


def check_meaning(before: Mapping[str, bytes], after: Mapping[str, bytes], *, shown_as: str) -> None:
    """Check that formatting kept every file's values, comments and findings.

    Raises UnusableFile.
    """
    old, new = _meaning(before, shown_as), _meaning(after, shown_as)
    for path in sorted({*old, *new}):
        if old.get(path) != new.get(path):
            raise UnusableFile(
                message("the canonical layout would change what {path} says; nothing was written", path=path),
                hint=message("this is a fault of kbsync: report it with the file, and take the file's unusual YAML out"),
            )


def laid_out(data: bytes) -> bytes:
    """The canonical content of a file. Line ends stay what git makes of them in this clone (``core.autocrlf``)."""
    text = lay_out(data.removeprefix(UTF8_MARK).decode())
    return (text.replace("\n", "\r\n") if re.match(rb"[^\n]*\r\n", data) else text).encode()


def lay_out(text: str) -> str:
    """The canonical text of a file without faults, given without byte order mark; it ends with one LF, or is empty."""
    text = to_lf(text)
    documents = read_documents(text)
    comments = all_comments(text, documents)
    lines: list[str] = []
    ends = [*(one.start for one in documents[1:]), len(text) + 1]
    begun, printed = 0, False
    for document, end in zip(documents or (Document(0, None),), ends, strict=True):
        own = [comment for comment in comments if begun <= comment.place < end]
        begun = end
        if document.root is not None and printed:
            lines.append("---")
        printed = printed or document.root is not None
        lines += _Printer(text, document.root, own).lines()
    return "\n".join([*lines, ""]) if lines else ""


def _meaning(files: Mapping[str, bytes], shown_as: str) -> dict[str, list[object]]:
    """The values, findings and comments of each file, by the path it is shown as."""
    loaded = load_tree(files, shown_as=shown_as)
    said: dict[str, list[object]] = {f"{shown_as}/{SETTINGS_FILE}": [loaded.settings, has_errors(loaded.diagnostics)]}
    knowledge = loaded.knowledge
    declared: tuple[Category | Question | RemovalLine, ...] = (*knowledge.categories, *knowledge.questions, *knowledge.removed)
    for one in declared:
        said.setdefault(one.location.path if one.location else "", []).append(replace(one, location=None))
    told = (finding for finding in loaded.diagnostics if finding.rule is not Rule.KB121)  # which is about the layout
    found = Counter((finding.location.path, finding.rule.name) for finding in told)
    for (path, rule), times in sorted(found.items()):
        said.setdefault(path, []).append((rule, times))
    for name in filter(is_yaml, files):
        text = files[name].removeprefix(UTF8_MARK).decode("utf-8", "replace")
        comments = all_comments(text, read_documents(text))
        said.setdefault(f"{shown_as}/{name}", []).append(Counter(comment.text for comment in comments))
    return said


class _Printer:
    """Prints one document."""

    def __init__(self, text: str, root: CstNode | None, comments: list[Comment]) -> None:
        self._text = text
        self._root = root
        entries = [] if root is None else list(entries_of(text, root))
        self._entries = {id(entry.value): entry for entry in entries}
        self._comments = attach(comments, entries)
        self._texts = set() if root is None else set(map(id, _texts(root)))

    def lines(self) -> list[str]:
        lines = list(self._comment_lines(self._comments.head, 0, first=True))
        if self._root is None:
            return lines
        first = next(iter(self._entries.values()), None)
        if lines and first is not None and first.apart:
            lines.append("")
        return lines + self._collection(self._root, 0, DOCUMENT.names)

    def _collection(self, node: CstNode, column: int, order: tuple[str, ...]) -> list[str]:
        """The lines of a collection in block style. Its first line never is a comment of a key: see ``_item``."""
        lines: list[str] = []
        for entry in self._ordered(node, order):
            # An empty line at the end is the end of a text that keeps its line ends: a further one would belong to it.
            begun = bool(lines and lines[-1])
            before = list(self._comment_lines(self._comments.before.get(entry.start, []), column, first=not begun))
            if before and entry.apart:
                before.append("")
            elif begun and entry.apart:
                lines.append("")
            lines += before
            lines += self._pair(entry, column) if entry.key else self._item(entry, column, order)
        first = bool(lines) and not lines[-1]
        return lines + list(self._comment_lines(self._comments.after.get(id(node), []), column, first=first))

    def _ordered(self, node: CstNode, order: tuple[str, ...]) -> list[CstEntry]:
        if node.shape is Shape.LIST:
            return [self._entries[id(item)] for item in node.children]
        entries = [self._entries[id(value)] for _, value in pairs(node)]
        inside = set(map(id, walk(node)))
        if any(id(each.target) in inside for each in walk(node)):
            return entries  # an alias could come to stand before what it repeats
        return sorted(entries, key=lambda entry: _rank(entry, order))

    def _pair(self, entry: CstEntry, column: int) -> list[str]:
        assert entry.key is not None  # noqa: S101  (a pair is an entry with a key)
        name = entry.key.value
        value = entry.value
        key = f"{self._prefix(entry.key)}{self._scalar(entry.key, column, '')}:"
        beside = self._beside(entry)
        if value.shape in (Shape.SCALAR, Shape.ALIAS):
            return self._lines(f"{key} ", value, column, beside)
        flow = self._flow(value, always_block=name in ALWAYS_BLOCK, width=LONG - column - len(key))
        if flow is not None:
            return self._with_comment(f"{key} {flow}", [*beside, *self._inside(value)], column)
        head = f"{key} {self._prefix(value)}".rstrip()
        return self._with_comment(head, beside, column) + self._collection(value, column + 2, ITEM_KEYS.get(name, ()))

    def _item(self, entry: CstEntry, column: int, order: tuple[str, ...]) -> list[str]:
        value = entry.value
        beside = self._beside(entry)
        if value.shape in (Shape.SCALAR, Shape.ALIAS):
            return self._lines("- ", value, column, beside)
        inner = self._collection(value, column + 2, order)
        if value.start != value.body:
            return self._with_comment(f"- {self._prefix(value)}".rstrip(), beside, column) + inner
        # Comments above the first key are printed above the dash: between the two they would push the key off the dash's line.
        above = next(number for number, line in enumerate(inner) if line and not line.lstrip().startswith("#"))
        lines = list(self._comment_lines(beside, column, first=True))
        lines += [line[2:] for line in inner[:above] if line]
        return [*lines, f"{' ' * column}- {inner[above].lstrip()}", *inner[above + 1 :]]

    def _lines(self, lead: str, value: CstNode, column: int, beside: list[Comment]) -> list[str]:
        slip = self._slip(value, beside)
        comments = [comment.text for comment in beside if comment is not slip]
        if slip is None:
            written = self._scalar(value, column, comments.pop(0) if comments else "")
        else:
            written = self._as_it_stands(value, column, slip)
        above = [f"{' ' * column}{comment}" for comment in comments]
        return [*above, *f"{' ' * column}{lead}{self._prefix(value)}{written}".split("\n")]

    def _slip(self, value: CstNode, beside: list[Comment]) -> Comment | None:
        """The comment that may be a part of this text; validation asks the author (KB118)."""
        is_text = value.shape is Shape.SCALAR and not value.style and (id(value) in self._texts or value.anchor is not None)
        if not is_text or not is_cut_short(self._text, value.end):
            return None
        place = self._text.index("#", value.end)
        return next((comment for comment in beside if comment.place == place), None)

    def _as_it_stands(self, value: CstNode, column: int, slip: Comment) -> str:
        """A text with a comment that could be its end, in its own lines, the two as near to each other as they are."""
        first, *rest = (line.strip(" \t") for line in self._text[value.body : value.end].split("\n"))
        lines = [first, *(f"{' ' * (column + 2)}{line}" if line else "" for line in rest)]
        gap = " " if slip.place == value.end + 1 else "  "
        return "\n".join(lines) + gap + slip.text

    def _scalar(self, value: CstNode, column: int, comment: str, *, flow: bool = False) -> str:
        """A scalar in its canonical style: folded text keeps its lines, all other text is written anew."""
        source = self._text[value.body : value.end]
        if value.style == ">" and (folded := _folded(source, column, comment)) is not None:
            return folded
        if value.shape is Shape.ALIAS or (value.plain and not value.style and "\n" not in source):
            return f"{source}  {comment}" if comment else source
        # Unquoted, the word would mean something else to a reader that knows no schema, and the comment could be its end.
        style = value.style if value.block or is_ambiguous(value.text) or is_cut_short(f"  {comment}") else ""
        return scalar(value.text, indent=column, style=style, flow=flow, comment=comment)

    def _flow(self, node: CstNode, *, always_block: bool, width: int) -> str | None:
        """A collection on one line, if it is empty, or if its author wrote it so and it is short."""
        is_flow = node.flow and not always_block and "\n" not in self._text[node.body : node.end]
        line = self._on_one_line(node) if is_flow or not node.children else None
        return line if line is not None and len(line) <= width else None

    def _on_one_line(self, node: CstNode) -> str:
        if node.shape in (Shape.SCALAR, Shape.ALIAS):
            return self._prefix(node) + self._scalar(node, 0, "", flow=True)
        if node.shape is Shape.LIST:
            return f"{self._prefix(node)}[{', '.join(map(self._on_one_line, node.children))}]"
        pieces = [f"{self._on_one_line(key)}: {self._on_one_line(value)}" for key, value in pairs(node)]
        return f"{self._prefix(node)}{{{', '.join(pieces)}}}"

    def _inside(self, node: CstNode) -> list[Comment]:
        """The comments beside a collection on one line, which are attached to its last value."""
        inside = [self._entries[id(each)] for each in walk(node) if each is not node and id(each) in self._entries]
        return [comment for entry in inside for comment in self._beside(entry)]

    def _beside(self, entry: CstEntry) -> list[Comment]:
        return self._comments.beside.get(entry.start, [])

    def _with_comment(self, line: str, beside: list[Comment], column: int) -> list[str]:
        above = [f"{' ' * column}{comment.text}" for comment in beside[1:]]
        return [*above, f"{' ' * column}{line}" + (f"  {beside[0].text}" if beside else "")]

    def _comment_lines(self, comments: list[Comment], column: int, *, first: bool) -> Iterator[str]:
        for number, comment in enumerate(comments):
            if comment.apart and not (first and not number):
                yield ""
            yield f"{' ' * column}{comment.text}"

    def _prefix(self, node: CstNode) -> str:
        """The anchor and the tag of a value."""
        return " ".join([*self._text[node.start : node.body].split(), ""])


def _texts(root: CstNode) -> Iterator[CstNode]:
    """What customers read or write, wherever it stands."""
    for node in walk(root):
        if node.shape is Shape.MAP:
            for key, value in pairs(node):
                if key.value in CUSTOMER_TEXTS:
                    yield value
                    yield from value.children if value.shape is Shape.LIST else ()


def _rank(entry: CstEntry, order: tuple[str, ...]) -> int:
    """The place of a key in its order, after all others where it has none."""
    return order.index(entry.key.value) if entry.key and entry.key.value in order else len(order)


def _folded(source: str, column: int, comment: str) -> str | None:
    """A folded scalar with its own line ends, indented anew; None where its indentation or its end is part of its meaning."""
    head, *rest = source.split("\n")
    figure = head.split("#", 1)[0].strip()
    lines = [line.rstrip("\n") for line in rest]
    first = next((line for line in lines if line.strip()), "")
    margin = len(first) - len(first.lstrip(" "))
    if figure not in (">", ">-") or any(not line.strip() and len(line) > margin for line in lines):
        return None
    body = [f"{' ' * (column + 2)}{line[margin:]}" if line.strip() else "" for line in lines]
    return "\n".join([f"{figure}  {comment}" if comment else figure, *body])
