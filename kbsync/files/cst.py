"""The concrete syntax tree of a YAML file: every value with its place in the text, and the comments with what they speak about.

Editing and layout go by it, for files that are free of faults. The libraries that read YAML into objects and write it out again
(ruamel.yaml is the best of them) lay out the whole file anew and hang each comment on the value before it, so that it leaves
with that value or stays when the next one is moved. With the places of the values an edit touches its own lines and nothing
else, and a comment keeps the place that its author chose.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import yaml

from kbsync.files.parse import scalar_text

PREFIX = re.compile(r"(?:[&!]\S*[ \t]*(?:\r?\n[ \t]*)?)*")
"""An anchor and a tag before a value, with the space after them."""

SPACE = re.compile(r"(?:[ \t\r\n]|#[^\r\n]*)*")
"""Space and comments."""

COMMENT = re.compile(r"(?<![^\s\[\]{},])#[^\r\n]*")

BLOCK_COMMENT = re.compile(r"[|>][-+0-9]*[ \t]+(#[^\r\n]*)")
"""The comment in the line that opens a block scalar."""


class Shape(Enum):
    """The kind of a node."""

    SCALAR = "scalar"
    ALIAS = "alias"
    MAP = "map"
    LIST = "list"


SHAPES = {
    yaml.ScalarEvent: Shape.SCALAR,
    yaml.AliasEvent: Shape.ALIAS,
    yaml.MappingStartEvent: Shape.MAP,
    yaml.SequenceStartEvent: Shape.LIST,
}


@dataclass(slots=True, eq=False)
class CstNode:
    """One value: ``text[start:end]`` is all of it, ``text[body:end]`` without anchor and tag; ``column`` is where it begins.

    A block collection ends with its last value, a block scalar before its last line end. ``value`` is the text of a scalar as
    the parser has it and the name of an alias; ``target`` what an alias repeats. ``children`` are items, or keys and values by
    turns.
    """

    shape: Shape
    start: int
    body: int
    end: int
    column: int
    value: str = ""
    style: str = ""
    anchor: str | None = None
    flow: bool = False
    plain: bool = False
    target: "CstNode | None" = None
    children: "list[CstNode]" = field(default_factory=list)

    @property
    def block(self) -> bool:
        """Whether it is a block scalar."""
        return self.style in ("|", ">")

    @property
    def meant(self) -> "CstNode":
        """The value itself; of an alias its target."""
        return self if self.target is None else self.target

    @property
    def text(self) -> str:
        """The text of a scalar as the reader has it, through an alias too."""
        return scalar_text(self.meant.value, self.meant.style)


@dataclass(frozen=True, slots=True)
class Document:
    """One document; ``start`` is its ``---`` or its first value. ``root`` is None where nothing is in it."""

    start: int
    root: CstNode | None


@dataclass(frozen=True, slots=True)
class CstEntry:
    """A key with its value, or an item of a list (``key`` is None).

    ``start`` is its key or its dash; ``apart`` means that an empty line stands before it; ``around`` are the collections that it
    is in, from the outermost in.
    """

    start: int
    column: int
    key: CstNode | None
    value: CstNode
    apart: bool
    around: tuple[CstNode, ...]


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment without the space behind it. ``apart`` means that an empty line stands before it."""

    place: int
    column: int
    text: str
    own_line: bool
    apart: bool


@dataclass(slots=True)
class Comments:
    """The comments of a document by where they are printed.

    ``head`` is printed first, ``before`` on the lines above an entry, ``beside`` at the end of its line (both keyed by the
    entry's start), ``after`` at the end of a collection (keyed by its ``id``).
    """

    head: list[Comment] = field(default_factory=list)
    before: dict[int, list[Comment]] = field(default_factory=dict)
    beside: dict[int, list[Comment]] = field(default_factory=dict)
    after: dict[int, list[Comment]] = field(default_factory=dict)


def read_documents(text: str) -> tuple[Document, ...]:
    """The documents of a file that is known to be YAML. They do not share anchors."""
    documents: list[Document] = []
    anchors: dict[str, CstNode] = {}
    open_nodes: list[CstNode] = []
    start, root = 0, None
    events: Iterator[Any] = yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    for event in events:
        begun, ended = event.start_mark.index, event.end_mark.index
        if isinstance(event, yaml.DocumentStartEvent):
            start, root = begun, None
            anchors.clear()
        elif isinstance(event, yaml.DocumentEndEvent):
            documents.append(Document(start, root))
        elif isinstance(event, yaml.CollectionEndEvent):
            node = open_nodes.pop()
            node.end = node.children[-1].end if node.children and not node.flow else ended
        elif type(event) in SHAPES:
            node = _node(event, text, anchors)
            if open_nodes:
                open_nodes[-1].children.append(node)
            elif node.shape is not Shape.SCALAR or node.end > node.start:
                root = node
            if isinstance(event, yaml.CollectionStartEvent):
                open_nodes.append(node)
    return tuple(documents)


def pairs(node: CstNode) -> Iterator[tuple[CstNode, CstNode]]:
    """The keys of a mapping with their values."""
    return zip(node.children[::2], node.children[1::2], strict=True)


def find(node: CstNode, name: str) -> tuple[CstNode, CstNode] | None:
    """A key of a mapping with its value."""
    return next((pair for pair in pairs(node) if pair[0].value == name), None)


def get(node: CstNode, name: str) -> CstNode | None:
    """The value under a key."""
    found = find(node, name)
    return None if found is None else found[1]


def walk(node: CstNode) -> Iterator[CstNode]:
    """A value and everything in it, in the order of the file."""
    yield node
    for child in node.children:
        yield from walk(child)


def entries_of(text: str, node: CstNode, around: tuple[CstNode, ...] = ()) -> Iterator[CstEntry]:
    """Every entry in a value, in the order of the file."""
    inside = (*around, node)
    place = node.body
    members = pairs(node) if node.shape is Shape.MAP else ((None, item) for item in node.children)
    for key, value in members:
        start = key.start if key is not None else value.start if node.flow else skip(text, place)
        line = text.rfind("\n", 0, start) + 1
        begins_line = not text[line:start].strip(" -")
        yield CstEntry(start, start - line, key, value, begins_line and _is_apart(text, line), inside)
        yield from entries_of(text, value, inside)
        place = value.end


def all_comments(text: str, documents: Sequence[Document]) -> list[Comment]:
    """Every comment of a file, in order."""
    found = []
    place = 0
    for start, end in [*(piece for one in documents if one.root for piece in _solid(one.root)), (len(text), len(text))]:
        found += [_comment(text, match.start(), match[0]) for match in COMMENT.finditer(text, place, start)]
        opening = BLOCK_COMMENT.match(text, start) if start < end else None
        if opening is not None:
            found.append(_comment(text, opening.start(1), opening[1]))
        place = end
    return found


def attach(comments: Sequence[Comment], entries: Sequence[CstEntry]) -> Comments:
    """Give the comments of one document to its entries; both are in the order of the file."""
    found = Comments()
    starts = [entry.start for entry in entries]
    columns = {id(entry.around[-1]): entry.column for entry in entries}
    for comment in comments:
        number = bisect_right(starts, comment.place)
        if not number:
            found.head.append(comment)
            continue
        last, following = entries[number - 1], entries[number] if number < len(entries) else None
        closed = _closed(comment, following, last.around, columns)
        if not comment.own_line:
            found.beside.setdefault(last.start, []).append(comment)
        elif comment.place < last.value.start and not _is_inside(following, last.value):
            found.before.setdefault(last.start, []).append(comment)
        elif closed is None and following is not None:
            found.before.setdefault(following.start, []).append(comment)
        else:
            found.after.setdefault(id(closed or last.around[0]), []).append(comment)
    return found


def skip(text: str, place: int) -> int:
    """The first place from here on that is neither space nor comment."""
    found = SPACE.match(text, place)
    return place if found is None else found.end()


def _node(event: Any, text: str, anchors: dict[str, CstNode]) -> CstNode:
    """The node that an event begins."""
    shape, start, end, column = SHAPES[type(event)], event.start_mark.index, event.end_mark.index, event.start_mark.column
    if shape is Shape.ALIAS:
        return CstNode(shape, start, start, end, column, event.anchor, target=anchors[event.anchor])
    prefix = PREFIX.match(text, start) if event.anchor is not None or event.tag is not None else None
    body = start if prefix is None else prefix.end()
    node = CstNode(shape, start, body, max(body, end), column, anchor=event.anchor)
    if shape is Shape.SCALAR:
        node.value, node.style = event.value, event.style or ""
        node.plain = bool(event.implicit[0]) and event.tag is None
        if node.block:
            source = text[body:end]
            kept = source if "+" in source.split("\n", 1)[0].split("#", 1)[0] else source.rstrip() + "\n"
            node.end = body + len(kept.removesuffix("\n").removesuffix("\r"))
    else:
        node.flow = bool(event.flow_style)
    if event.anchor is not None:
        anchors[event.anchor] = node
    return node


def _solid(node: CstNode) -> Iterator[tuple[int, int]]:
    """The ranges of text in which ``#`` does not begin a comment."""
    if node.shape in (Shape.SCALAR, Shape.ALIAS):
        yield node.body, node.end
    for child in node.children:
        yield from _solid(child)


def _comment(text: str, place: int, comment: str) -> Comment:
    line = text.rfind("\n", 0, place) + 1
    return Comment(place, place - line, comment.rstrip(), own_line=not text[line:place].strip(), apart=_is_apart(text, line))


def _is_apart(text: str, line: int) -> bool:
    """Whether the line before the one that begins here is empty."""
    return line > 0 and not text[text.rfind("\n", 0, line - 1) + 1 : line].strip()


def _is_inside(entry: CstEntry | None, value: CstNode) -> bool:
    """Whether an entry is the first one of a collection in block style."""
    return entry is not None and entry.start < value.end and not value.flow


def _closed(comment: Comment, following: CstEntry | None, around: tuple[CstNode, ...], columns: dict[int, int]) -> CstNode | None:
    """The collection that ends at this comment: it is indented deeper than the next token."""
    floor = -1 if following is None else following.column
    deep = [node for node in around if floor < columns[id(node)] <= comment.column]
    return max(deep, key=lambda node: columns[id(node)], default=None)
