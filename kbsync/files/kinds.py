"""What a single value may be: each kind reads a node, says what is wrong with it, and describes itself as JSON Schema.

Kinds know nothing about questions or targets: which key has which kind is written in ``tables``. What holds other values is in
``containers``.
"""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from kbsync.diagnostics import Rule
from kbsync.files.nodes import ListNode, Node, Scalar
from kbsync.files.page import Page
from kbsync.files.scalars import FLOAT, INTEGER, is_plain, scalar_text, text_of
from kbsync.messages import Message, message

__all__ = [
    "TEXT_SCHEMA",
    "Boolean",
    "Choice",
    "Integer",
    "Kind",
    "Lines",
    "Number",
    "Spot",
    "Text",
    "Version",
    "closest",
    "nearest",
]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Spot = tuple[str, Node]
"""A text and where it stands."""

TEXT_SCHEMA: Mapping[str, Any] = {"type": ["string", "number", "boolean"], "minLength": 1, "pattern": r"\S"}
"""Numbers and true are text where text is due, as the reader has it; an editor would else complain about ``1.10``."""


class Kind(Protocol[T_co]):
    """One kind of value."""

    def read(self, node: Node, page: Page) -> T_co | None:
        """The value, or None when a fault was reported."""

    def schema(self) -> dict[str, Any]:
        """The same as JSON Schema 2020-12; tables are referred to by name."""


@dataclass(frozen=True, slots=True)
class Text:
    """Text with something to read in it."""

    def read(self, node: Node, page: Page) -> Spot | None:
        """The text with its place."""
        text = text_of(node, page)
        return None if text is None else (text, node)

    def schema(self) -> dict[str, Any]:
        """See ``TEXT_SCHEMA``."""
        return dict(TEXT_SCHEMA)


@dataclass(frozen=True, slots=True)
class Lines:
    """A list of texts; where ``single`` also one text alone."""

    single: bool = False

    def read(self, node: Node, page: Page) -> tuple[Spot, ...] | None:
        """The texts that could be read."""
        if type(node) is ListNode:
            return tuple([(text, item) for item in node.children if (text := text_of(item, page)) is not None])
        if self.single and type(node) is Scalar:
            text = text_of(node, page)
            return () if text is None else ((text, node),)
        page.fault(
            Rule.KB112, message("a list of texts is expected here"), node, hint=message("begin each with a dash and a space")
        )
        return None

    def schema(self) -> dict[str, Any]:
        """A list of texts, or either."""
        several: dict[str, Any] = {"type": "array", "items": dict(TEXT_SCHEMA)}
        return {"anyOf": [dict(TEXT_SCHEMA), several]} if self.single else several


@dataclass(frozen=True, slots=True)
class Boolean:
    """True or false and no other word for it."""

    def read(self, node: Node, page: Page) -> bool | None:
        """The value."""
        if type(node) is Scalar and is_plain(node) and node.value.lower() in ("true", "false"):
            return bool(node.value.lower() == "true")
        page.fault(
            Rule.KB112, message("true or false is expected here"), node, hint=message("write true or false, without quotes")
        )
        return None

    def schema(self) -> dict[str, Any]:
        """A boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number between two bounds, both allowed."""

    minimum: int
    maximum: int

    def read(self, node: Node, page: Page) -> int | None:
        """The value."""
        if type(node) is not Scalar or not is_plain(node) or not INTEGER.fullmatch(node.value):
            page.fault(Rule.KB112, message("a whole number is expected here"), node, hint=message("write digits, without quotes"))
            return None
        value = self.parse(node.value)
        if self.minimum <= value <= self.maximum:
            return value
        said = message("{value} is not between {minimum} and {maximum}", value=value, minimum=self.minimum, maximum=self.maximum)
        page.fault(Rule.KB114, said, node)
        return None

    @staticmethod
    def parse(text: str) -> int:
        """The number that a text matched by ``INTEGER`` stands for; ``017`` is seventeen."""
        return int(text, 0 if text[:2] in ("0o", "0x") else 10)

    def schema(self) -> dict[str, Any]:
        """An integer with its bounds."""
        return {"type": "integer", "minimum": self.minimum, "maximum": self.maximum}


@dataclass(frozen=True, slots=True)
class Version:
    """The version of a format; this kbsync knows one."""

    known: int

    def read(self, node: Node, page: Page) -> int | None:
        """The value."""
        if type(node) is Scalar and is_plain(node) and INTEGER.fullmatch(node.value) and Integer.parse(node.value) != self.known:
            said = message("this kbsync reads version {version}", version=self.known)
            page.fault(
                Rule.KB114, said, node, hint=message("write version: {version}, or install a newer kbsync", version=self.known)
            )
            return None
        return Integer(self.known, self.known).read(node, page)

    def schema(self) -> dict[str, Any]:
        """An integer."""
        return Integer(self.known, self.known).schema()


@dataclass(frozen=True, slots=True)
class Number:
    """A number above 0 and not above ``maximum``."""

    maximum: float

    def read(self, node: Node, page: Page) -> float | None:
        """The value."""
        if type(node) is not Scalar or not is_plain(node) or not FLOAT.fullmatch(node.value):
            page.fault(Rule.KB112, message("a number is expected here"), node, hint=message("write digits, without quotes"))
            return None
        value = float(node.value)
        if 0 < value <= self.maximum:
            return value
        page.fault(
            Rule.KB114,
            message("{value} is not above 0 and at most {maximum}", value=node.value, maximum=f"{self.maximum:g}"),
            node,
        )
        return None

    def schema(self) -> dict[str, Any]:
        """A number with its bounds."""
        return {"type": "number", "exclusiveMinimum": 0, "maximum": self.maximum}


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """One of a few words, each with what it means."""

    words: tuple[tuple[str, T], ...]

    def read(self, node: Node, page: Page) -> T | None:
        """What the word means."""
        text = scalar_text(node.value, node.style) if type(node) is Scalar else None
        for word, meaning in self.words:
            if word == text:
                return meaning
        known = [word for word, _ in self.words]
        page.fault(
            Rule.KB114,
            message("one of these is expected here: {known}", known=", ".join(known)),
            node,
            hint=closest(text or "", known),
        )
        return None

    def schema(self) -> dict[str, Any]:
        """The words; digits also as numbers, which is how an editor reads them."""
        words = [word for word, _ in self.words]
        return {"enum": [*words, *(int(word) for word in words if word.isdigit())]}


def closest(word: str, known: Iterable[str]) -> Message | None:
    """A hint with the known word that is nearest, if one is near."""
    found = nearest(word, known)
    return message("did you mean {word}?", word=found[0]) if found else None


def nearest(word: str, known: Iterable[str]) -> list[str]:
    """The known word that was probably meant, or none."""
    return difflib.get_close_matches(word[:80], list(known), n=1)
