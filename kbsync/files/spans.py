"""Where every value stands in the text of a file, from its first character to its last: what edits and layout go by.

What values mean belongs to the readers. Only files without faults are looked at here, so nothing is checked again.

The libraries that read YAML into objects and write it out again (ruamel.yaml is the best of them) lay out the whole file anew
and hang each comment on the value before it, so that it leaves with that value or stays when the next one is moved. With the
places of the values an edit touches its own lines and nothing else, and a comment keeps the place that its author chose.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import yaml

__all__ = ["Document", "Shape", "Span", "Spot", "all_spans", "get", "pairs", "read_documents", "skip", "spots"]

PREFIX = re.compile(r"(?:[&!]\S*[ \t]*(?:\r?\n[ \t]*)?)*")
"""An anchor and a tag before a value, with the space after them."""

COMMENT = re.compile(r"(?:[ \t\r\n]|#[^\r\n]*)*")


class Shape(Enum):
    """What stands in a place."""

    SCALAR = "scalar"
    ALIAS = "alias"
    MAP = "map"
    LIST = "list"


@dataclass(slots=True, eq=False)
class Span:
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
    target: "Span | None" = None
    children: "list[Span]" = field(default_factory=list)

    @property
    def block(self) -> bool:
        """Whether it is a block scalar."""
        return self.style in ("|", ">")

    @property
    def meant(self) -> "Span":
        """The value itself, where an alias stands for it."""
        return self if self.target is None else self.target


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a value belongs: under a key or behind a dash at ``indent``; ``after`` is the end of the key, if it has one."""

    indent: int
    flow: bool
    after: int | None


@dataclass(frozen=True, slots=True)
class Document:
    """One document; ``start`` is its ``---`` or its first value. ``root`` is None where nothing is in it."""

    start: int
    root: Span | None


def read_documents(text: str) -> tuple[Document, ...]:
    """The documents of a file that is known to be YAML."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    composer = _Composer(text)
    for event in yaml.parse(text, Loader=loader):
        composer.take(event)
    return tuple(composer.documents)


def pairs(span: Span) -> Iterator[tuple[Span, Span]]:
    """The keys of a mapping with their values."""
    return zip(span.children[::2], span.children[1::2], strict=True)


def get(span: Span, name: str) -> Span | None:
    """The value under a key."""
    return next((value for key, value in pairs(span) if key.value == name), None)


def all_spans(span: Span) -> Iterator[Span]:
    """A value and everything in it, in the order of the file."""
    yield span
    for child in span.children:
        yield from all_spans(child)


def spots(span: Span, *, flow: bool = False) -> Iterator[tuple[Span, Spot]]:
    """Every value below another one with the spot that it is in."""
    inside = flow or span.flow
    if span.shape is Shape.MAP:
        for key, value in pairs(span):
            yield value, Spot(key.column, inside, key.end)
            yield from spots(value, flow=inside)
    else:
        for item in span.children:
            # The column of the dash is not kept; two before the item is what a block needs at most.
            yield item, Spot(item.column - 2, inside, None)
            yield from spots(item, flow=inside)


def skip(text: str, place: int) -> int:
    """The first place from here on that is neither space nor comment."""
    found = COMMENT.match(text, place)
    return place if found is None else found.end()


class _Composer:
    """Builds spans from the parser's events; documents do not share anchors."""

    def __init__(self, text: str) -> None:
        self.documents: list[Document] = []
        self._text = text
        self._open: list[Span] = []
        self._anchors: dict[str, Span] = {}
        self._start = 0
        self._root: Span | None = None

    def take(self, event: Any) -> None:
        kind = type(event)
        if kind is yaml.DocumentStartEvent:
            self._start, self._root = event.start_mark.index, None
            self._anchors.clear()
        elif kind is yaml.DocumentEndEvent:
            self.documents.append(Document(self._start, self._root))
        elif kind is yaml.ScalarEvent:
            self._scalar(event)
        elif kind is yaml.AliasEvent:
            start, end = event.start_mark.index, event.end_mark.index
            target = self._anchors[event.anchor]
            self._add(Span(Shape.ALIAS, start, start, end, event.start_mark.column, event.anchor, target=target))
        elif kind in (yaml.MappingStartEvent, yaml.SequenceStartEvent):
            span = self._span(Shape.MAP if kind is yaml.MappingStartEvent else Shape.LIST, event, event.end_mark.index)
            span.flow = bool(event.flow_style)
            self._open.append(span)
        elif kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
            span = self._open.pop()
            span.end = span.children[-1].end if span.children and not span.flow else event.end_mark.index

    def _scalar(self, event: Any) -> None:
        end = event.end_mark.index
        span = self._span(Shape.SCALAR, event, end)
        span.value, span.style = event.value, event.style or ""
        span.plain = bool(event.implicit[0]) and event.tag is None
        if span.block:
            source = self._text[span.body : end]
            kept = source if "+" in source.split("\n", 1)[0].split("#", 1)[0] else source.rstrip() + "\n"
            span.end = span.body + len(kept) - (len(kept) - len(kept.removesuffix("\n").removesuffix("\r")))
        is_nothing = not event.value and not span.style and span.start == span.body
        if self._open or not is_nothing:
            self._anchor(span)

    def _span(self, shape: Shape, event: Any, end: int) -> Span:
        start = event.start_mark.index
        prefixed = event.anchor is not None or event.tag is not None
        found = PREFIX.match(self._text, start) if prefixed else None
        body = start if found is None else found.end()
        span = Span(shape, start, body, max(body, end), event.start_mark.column, anchor=event.anchor)
        if shape is not Shape.SCALAR:
            self._anchor(span)
        return span

    def _anchor(self, span: Span) -> None:
        if span.anchor is not None:
            self._anchors[span.anchor] = span
        self._add(span)

    def _add(self, span: Span) -> None:
        if self._open:
            self._open[-1].children.append(span)
        else:
            self._root = span
