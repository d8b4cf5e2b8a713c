"""Values that hold others, and the one walk over the keys of a mapping.

What is inside is only counted and named here; reading it belongs to the readers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from kbsync.diagnostics import Related, Rule
from kbsync.files.kinds import Spot
from kbsync.files.nodes import ListNode, MapNode, Node, Scalar
from kbsync.files.page import Page, shorten
from kbsync.files.scalars import is_plain
from kbsync.messages import message

__all__ = ["Items", "Nested", "Tree", "entries"]


@dataclass(frozen=True, slots=True)
class Items:
    """A list of mappings of one table; reading them is the caller's."""

    table: str

    def read(self, node: Node, page: Page) -> tuple[Node, ...] | None:
        """The nodes of the entries."""
        if type(node) is ListNode:
            return tuple(node.children)
        page.fault(Rule.KB112, message("a list is expected here"), node, hint=message("begin each entry with a dash and a space"))
        return None

    def schema(self) -> dict[str, Any]:
        """A list of references."""
        return {"type": "array", "items": {"$ref": f"#/$defs/{self.table}"}}


@dataclass(frozen=True, slots=True)
class Tree:
    """A mapping from free names to mappings of one table; reading those is the caller's."""

    table: str

    def read(self, node: Node, page: Page) -> tuple[tuple[Spot, Node], ...] | None:
        """Each name with its place and its value, repeated names only once."""
        if type(node) is MapNode:
            return tuple(entries(node, page))
        page.fault(Rule.KB112, message("names with a value each are expected here"), node)
        return None

    def schema(self) -> dict[str, Any]:
        """An object with free names."""
        return {"type": "object", "additionalProperties": {"$ref": f"#/$defs/{self.table}"}}


@dataclass(frozen=True, slots=True)
class Nested:
    """A mapping of one table; reading it is the caller's."""

    table: str

    def read(self, node: Node, page: Page) -> Node:  # noqa: ARG002 - the shape of a kind
        """The node."""
        return node

    def schema(self) -> dict[str, Any]:
        """A reference."""
        return {"$ref": f"#/$defs/{self.table}"}


def entries(node: MapNode, page: Page) -> Iterator[tuple[Spot, Node]]:
    """The entries of a mapping by their names; merge keys, repeated keys and keys that are no text are reported and left out."""
    seen: dict[str, Node] = {}
    for key, value in node.pairs():
        if type(key) is not Scalar:
            page.fault(Rule.KB112, message("a key must be text"), key)
        elif key.value == "<<" and is_plain(key):
            hint = message("YAML 1.2 has no merge keys: write the entries out")
            page.fault(Rule.KB107, message("entries cannot be merged with <<"), key, hint=hint)
        elif (first := seen.get(key.value)) is not None:
            said = message("the key {key} stands here twice", key=shorten(key.value))
            page.fault(Rule.KB104, said, key, related=(Related(page.location(first), message("the first one")),))
        else:
            seen[key.value] = key
            yield (key.value, key), value
