"""The kinds of value that only knowledge files have: a category path, an answer, a pinned id.

Kinds that any file could have are in ``kinds``.
"""

import re
from dataclasses import dataclass
from typing import Any

from kbsync.diagnostics import Rule
from kbsync.files.containers import entries
from kbsync.files.kinds import TEXT_SCHEMA, Lines, Spot, Text
from kbsync.files.nodes import ListNode, MapNode, Node
from kbsync.files.page import Page
from kbsync.files.records import Field, Table, read_record
from kbsync.files.scalars import text_of
from kbsync.messages import message
from kbsync.model import CategoryPath

__all__ = ["ANSWER_FILE", "Answer", "FileName", "NoChildren", "Path", "Pin", "Pinned"]

SLASH = re.compile(" +/ +")
"""What separates two titles. A slash without spaces belongs to a title (``Q/A``); one with spaces needs the list form."""

LEVELS = 2
"""How deep categories nest (www.tencentcloud.com/document/product/1229/68845)."""


@dataclass(frozen=True, slots=True)
class Path:
    """A category by its titles: ``Shipping / Returns``, or a list of one or two titles."""

    def read(self, node: Node, page: Page) -> CategoryPath | None:
        """The titles."""
        if type(node) is ListNode:
            spots = Lines().read(node, page) or ()
            if len(spots) < len(node.children):
                return None
            titles = tuple(text for text, _ in spots)
        else:
            text = text_of(node, page)
            if text is None:
                return None
            titles = tuple(SLASH.split(text))
            if text.startswith("/ ") or text.endswith(" /") or "" in titles:
                page.fault(Rule.KB308, message("a title is missing beside the slash"), node)
                return None
        if 1 <= len(titles) <= LEVELS:
            return titles
        said = message("a category has one title or two, not {count}", count=len(titles))
        hint = message("the service has two levels; a title that contains a slash between spaces needs the form [first, second]")
        page.fault(Rule.KB308, said, node, hint=hint)
        return None

    def schema(self) -> dict[str, Any]:
        """Text or a short list."""
        return {"anyOf": [dict(TEXT_SCHEMA), {"type": "array", "items": dict(TEXT_SCHEMA), "minItems": 1, "maxItems": LEVELS}]}


@dataclass(frozen=True, slots=True)
class NoChildren:
    """What may stand under ``children`` on the second level: nothing, with a better reason than "unknown key"."""

    def read(self, node: Node, page: Page) -> None:
        """A fault, always."""
        page.fault(Rule.KB308, message("a third level of categories: the service has two"), node)

    def schema(self) -> dict[str, Any]:
        """Nothing fits."""
        return {"not": {}}


@dataclass(frozen=True, slots=True)
class FileName:
    """An answer that is the text of a file, by its path relative to the file that names it."""

    path: str
    node: Node


FILE = Field("file", Text(), "The path of a text file, relative to this one and inside the knowledge directory.", required=True)
ANSWER_FILE = Table("answer", (FILE,))


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its text, or ``{file: …}``."""

    def read(self, node: Node, page: Page) -> Spot | FileName | None:
        """The text with its place, or the name of the file that holds it."""
        if type(node) is not MapNode:
            return Text().read(node, page)
        record = read_record(node, page, ANSWER_FILE)
        spot = record.get(FILE) if record else None
        return FileName(*spot) if spot else None

    def schema(self) -> dict[str, Any]:
        """Text or a reference to the table."""
        return {"anyOf": [dict(TEXT_SCHEMA), {"$ref": "#/$defs/answer"}]}


@dataclass(frozen=True, slots=True)
class Pinned:
    """An id for one target, or for every target where ``target`` is None; ``key`` is where the target's name stands."""

    id: str
    node: Node
    target: str | None = None
    key: Node | None = None


@dataclass(frozen=True, slots=True)
class Pin:
    """A StandardQuestionId, or a mapping from target to one: ids differ from app to app."""

    def read(self, node: Node, page: Page) -> tuple[Pinned, ...]:
        """The ids that could be read."""
        if type(node) is not MapNode:
            text = text_of(node, page)
            return () if text is None else (Pinned(text, node),)
        pairs = [(name, key, value, text_of(value, page)) for (name, key), value in entries(node, page)]
        return tuple([Pinned(text, value, name, key) for name, key, value, text in pairs if text is not None])

    def schema(self) -> dict[str, Any]:
        """Text, or an object of texts."""
        return {"anyOf": [dict(TEXT_SCHEMA), {"type": "object", "additionalProperties": dict(TEXT_SCHEMA)}]}
