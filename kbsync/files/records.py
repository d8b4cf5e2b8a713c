"""A mapping read against the table of its keys: unknown, repeated and missing keys are found here and nowhere else."""

import re
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from kbsync.diagnostics import Rule
from kbsync.files.colons import glued
from kbsync.files.containers import entries
from kbsync.files.kinds import Kind, nearest
from kbsync.files.nodes import MapNode, Node, Scalar
from kbsync.files.page import Page, shorten
from kbsync.files.scalars import is_plain
from kbsync.messages import message

__all__ = ["Field", "Record", "Table", "read_record"]

T = TypeVar("T")

SECRET = re.compile("secret|sig|pass|token|credential", re.IGNORECASE)
"""Keys whose value had better not be repeated anywhere; no table has one."""


@dataclass(frozen=True, slots=True)
class Field(Generic[T]):
    """One key of a mapping. ``about`` is a sentence for the person who has just typed it in an editor."""

    name: str
    kind: Kind[T]
    about: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The keys of one sort of mapping; ``name`` is what people call it."""

    name: str
    fields: tuple[Field[Any], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The keys in the order in which people write them."""
        return tuple(field.name for field in self.fields)


@dataclass(frozen=True, slots=True)
class Record:
    """A mapping whose keys have been checked. Each value is read, and its faults reported, when it is asked for."""

    page: Page
    node: MapNode
    nodes: dict[str, Node]

    def get(self, field: Field[T]) -> T | None:
        """The value of a key; None where the key is absent or its value faulty."""
        node = self.nodes.get(field.name)
        return None if node is None else field.kind.read(node, self.page)

    def has(self, field: Field[Any]) -> bool:
        """Whether the key stands there, with whatever value."""
        return field.name in self.nodes


def read_record(node: Node, page: Page, table: Table) -> Record | None:
    """Check the keys of a mapping; None and a fault where it is no mapping."""
    if type(node) is not MapNode:
        said = message("keys with values are expected here: {names}", names=", ".join(table.names))
        begun = glued(node.value, table.names) if type(node) is Scalar and is_plain(node) else None
        page.fault(Rule.KB112, said, node, hint=begun.hint if begun else None)
        return None
    found: dict[str, Node] = {}
    meant: set[str] = set()
    names = table.names
    for (name, key), value in entries(node, page):
        if name in names:
            found[name] = value
        else:
            meant.update(_unknown(name, key, value, page, table))
    for field in table.fields:
        if field.required and field.name not in found and field.name not in meant:
            page.fault(Rule.KB113, message("the key {key} is missing", key=field.name), node)
    return Record(page, node, found)


def _unknown(name: str, key: Node, value: Node, page: Page, table: Table) -> list[str]:
    """Report a key; the known one that was probably meant is returned, so that it is not called missing as well."""
    begun = glued(name, table.names)
    meant = [begun.key] if begun else nearest(name, table.names)
    if SECRET.search(name):
        page.hide(key)
        page.hide(value)
        hint = message("secrets come from the environment: take this one out, and replace it with a new one if it was committed")
    elif begun:
        hint = begun.hint
    elif meant:
        hint = message("did you mean {word}?", word=meant[0])
    else:
        hint = message("known keys: {names}", names=", ".join(table.names))
    page.fault(Rule.KB111, message("{key} is not a key of {table}", key=shorten(name), table=table.name), key, hint=hint)
    return meant
