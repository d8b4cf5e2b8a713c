"""Edits of a file's text by the places of its values: everything that is not edited stays as it is, to the byte.

Which values are edited belongs to ``rewriting``. Anchors are looked after here, because any edit may take one away.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from kbsync.files.spans import Document, Shape, Span, all_spans, pairs, skip, spots
from kbsync.files.values import Value, flow_source, flow_value, meaning, pair_lines
from kbsync.files.wording import LONG, block, one_line, scalar, two_quotes

__all__ = ["Editor"]


HEADER = re.compile(r"[|>][-+0-9]*[ \t]+(#[^\r\n]*)")
REST = re.compile(r"[ \t]+(#[^\r\n]*)")
BELOW = re.compile(r"[^\n]*\n(?:[ \t\r]*\n)*( *)#")


@dataclass(frozen=True, slots=True)
class _Written:
    """The text of a new value; it takes the place of the old one and of ``eaten`` characters after that: a comment, moved."""

    text: str
    eaten: int = 0


class Editor:
    """Collects edits of one text and applies them at once. Lines are ended as the file ends its own."""

    def __init__(self, text: str, documents: Sequence[Document]) -> None:
        self.text = text
        self._newline = "\r\n" if re.match(r"[^\n]*\r\n", text) else "\n"
        self._roots = [one.root for one in documents if one.root is not None]
        self._spots = {id(span): spot for root in self._roots for span, spot in spots(root)}
        self._edits: list[tuple[int, int, str]] = []
        self._replaced: dict[int, tuple[Span, _Written]] = {}

    def replace(self, span: Span, value: Value, *, long: bool = False) -> None:
        """Put another text in a value's place, in the style of the old one where that can hold it.

        ``long`` texts get a block of their own where they are too long for a line.
        """
        self._replaced[id(span)] = (span, self._written(span, value, long=long))

    def add_pair(self, span: Span, key: str, value: Value, *, order: Sequence[str]) -> None:
        """Give a mapping another key, behind those that come before it in ``order``."""
        existing = list(pairs(span))
        if span.flow:
            line = f"{key}: {flow_value(value)}"
            self._insert(existing[-1][1].end, f", {line}")
            return
        earlier = [pair for pair in existing if order.index(pair[0].value) < order.index(key)]
        self._insert(self._line_end(earlier[-1][1].end), _indented(pair_lines(key, value), existing[0][0].column))

    def remove_pair(self, span: Span, key: str) -> None:
        """Take a key away with its value."""
        places = list(pairs(span))
        number = next(number for number, (found, _) in enumerate(places) if found.value == key)
        found, value = places[number]
        if span.flow:
            self._remove_between([(key.start, value.end) for key, value in places], number)
            return
        start, end = self._line_start(found.start), self._next_line(value.end)
        if self.text[start : found.start].strip():  # the dash stands before it and stays
            start, end = found.start, end + len(self.text[end:]) - len(self.text[end:].lstrip(" "))
        self._edits.append((start, end, ""))

    def add_item(self, span: Span, lines: Sequence[str], *, apart: bool = False) -> None:
        """Append an item to a list in block style that is not empty; ``lines`` begin with the dash, not indented."""
        text = _indented(lines, self._dash_column(span))
        self._insert(self._line_end(span.children[-1].end), f"\n{text}" if apart else text)

    def add_text(self, span: Span, text: str) -> None:
        """Append a text to a list of texts."""
        if span.flow:
            self.add_flow_item(span, one_line(text, flow=True))
        else:
            self.add_item(span, f"- {scalar(text, indent=0)}".split("\n"))

    def extend(self, span: Span, lines: Sequence[str]) -> None:
        """Give a mapping in block style further lines at its end; they are indented from its column on."""
        self._insert(self._line_end(span.end), _indented(lines, span.column))

    def add_flow_item(self, span: Span, text: str) -> None:
        """Append an item to a list in flow style."""
        if span.children:
            self._insert(span.children[-1].end, f", {text}")
        else:
            self._edits.append((span.body, span.end, f"[{text}]"))

    def fill(self, key: Span, span: Span, lines: Sequence[str]) -> None:
        """Put items in the place of an empty list; ``lines`` are indented from the key on."""
        self._edits.append((key.end, span.end, f":{_indented(lines, key.column)}"))

    def remove_items(self, key: Span, span: Span, items: Sequence[Span]) -> None:
        """Take items out of a list; where none is left, the list is an empty one."""
        gone = {id(item) for item in items}
        if span.flow:
            places = [(child.start, child.end) for child in span.children]
            for number in sorted((i for i, child in enumerate(span.children) if id(child) in gone), reverse=True):
                self._remove_between(places, number)
                places.pop(number)
            return
        place = span.body
        for child in span.children:
            if id(child) in gone:
                self._edits.append((*self._lines_of(skip(self.text, place), child.end), ""))
            place = child.end
        if len(gone) == len(span.children):
            colon = skip(self.text, key.end)
            self._insert(colon + 1, " []")

    def is_apart(self, span: Span) -> bool:
        """Whether an empty line stands between the items of a list."""
        between = [self.text[one.end : two.start] for one, two in zip(span.children, span.children[1:], strict=False)]
        return any(re.search(r"\n[ \t]*\r?\n", gap) for gap in between)

    def dash_gap(self, span: Span) -> int:
        """How far the items of a list are from their dashes."""
        return max(2, span.children[0].column - self._dash_column(span)) if span.children[0].shape is Shape.MAP else 2

    def result(self) -> str:
        """The text with every edit applied."""
        self._settle_anchors()
        pieces: list[str] = []
        place = 0
        for start, end, new in sorted(self._edits, key=lambda edit: (edit[0], edit[1] > edit[0])):
            if start < place:
                place = max(place, end)  # inside of what is taken away
                continue
            pieces += [self.text[place:start], new.replace("\n", self._newline)]
            place = end
        return "".join([*pieces, self.text[place:]])

    def _settle_anchors(self) -> None:
        """Where a value leaves that aliases repeat, the first of them that stays becomes the value."""
        spans = [span for root in self._roots for span in all_spans(root)]
        is_taken = _finder((start, end) for start, end, _ in self._edits if start < end)
        aliases: dict[int, list[Span]] = {}
        for span in spans:
            if span.target is not None:
                aliases.setdefault(id(span.target), []).append(span)
        moved: set[int] = set()
        for span in spans:
            if span.anchor is None or not (id(span) in self._replaced or is_taken(span)):
                continue
            staying = [one for one in aliases.get(id(span), ()) if id(one) not in self._replaced and not is_taken(one)]
            if staying:
                moved.add(id(span))
                written = _Written(flow_source(span)) if span.children else self._written(staying[0], meaning(span), long=False)
                self._put(staying[0], replace(written, text=f"&{span.anchor} {written.text}"), staying[0].start)
        for span, written in self._replaced.values():
            self._put(span, written, span.start if id(span) in moved else span.body)

    def _written(self, span: Span, value: Value, *, long: bool) -> "_Written":
        spot = self._spots[id(span)]
        if spot.flow or isinstance(value, tuple):
            return _Written(flow_value(value, style=span.style))
        header = HEADER.match(self.text, span.body) if span.block else REST.match(self.text, span.end)
        comment = "" if header is None else header[1]
        if span.block or "\n" in value or (long and len(value) > LONG):
            below = None if span.block else BELOW.match(self.text, span.end)
            if below is not None and len(below[1]) > spot.indent + 1:  # a block would take this comment for text
                return _Written(two_quotes(value, indent=spot.indent))
            found = block(value, indent=spot.indent, comment=comment, content=self._margin(span))
            if found is not None:
                end = span.end if header is None or span.block else header.end()
                return _Written(found, eaten=end - span.end)
        return _Written(scalar(value, indent=spot.indent, style=span.style, comment=comment if span.block else ""))

    def _put(self, span: Span, written: "_Written", start: int) -> None:
        after, text = self._spots[id(span)].after, written.text
        gap = "" if after is None else self.text[after : span.start]
        if after is not None and "\n" in gap and "#" not in gap:
            start, text = after, f": {text}"  # the value stood on the lines after its key
        self._edits.append((start, span.end + written.eaten, text))

    def _margin(self, span: Span) -> int | None:
        """The column of a block's text."""
        lines = self.text[span.body : span.end].split("\n")[1:] if span.block else []
        first = next((line for line in lines if line.strip()), None)
        figure = any(character.isdigit() for character in self.text[span.body : span.body + 3].split("\n")[0])
        return None if first is None or figure else len(first) - len(first.lstrip(" "))

    def _dash_column(self, span: Span) -> int:
        place = skip(self.text, span.body)
        return place - self._line_start(place)

    def _lines_of(self, start: int, end: int) -> tuple[int, int]:
        """The whole lines of an item, with the empty lines that would be left over."""
        first, last = self._line_start(start), self._next_line(end)
        after = last
        while self._is_blank(after):
            after = self._next_line(after)
        above = self.text[self._line_start(first - 1) : first].rstrip()
        if after > last and (not above or above.endswith(":")):
            last = after
        elif after == len(self.text) or self.text.startswith("---", last):
            while self._is_blank(self._line_start(first - 1)):
                first = self._line_start(first - 1)
        return first, last

    def _is_blank(self, place: int) -> bool:
        """Whether the line that begins here is empty."""
        return place < len(self.text) and not self.text[place : self._next_line(place)].strip()

    def _remove_between(self, places: Sequence[tuple[int, int]], number: int) -> None:
        """Take one of several things with commas between them away."""
        start, end = places[number]
        if number:
            start = places[number - 1][1]
        elif len(places) > 1:
            end = places[1][0]
        self._edits.append((start, end, ""))

    def _insert(self, place: int, text: str) -> None:
        self._edits.append((place, place, text))

    def _line_start(self, place: int) -> int:
        return self.text.rfind("\n", 0, place) + 1

    def _next_line(self, place: int) -> int:
        return self.text.find("\n", place) + 1 or len(self.text)

    def _line_end(self, place: int) -> int:
        found = self.text.find("\n", place)
        end = len(self.text) if found < 0 else found
        return end - (self.text[end - 1] == "\r")


def _indented(lines: Sequence[str], column: int) -> str:
    return "".join(f"\n{' ' * column}{line}" if line else "\n" for line in lines)


def _finder(taken: Iterable[tuple[int, int]]) -> Callable[[Span], bool]:
    """Tells whether a value lies within one of some ranges. Each answer is a search, because both can be thousands."""
    ranges = sorted(taken)
    starts = [start for start, _ in ranges]
    reach = [-1, *accumulate((end for _, end in ranges), max)]
    return lambda span: span.end <= reach[bisect_right(starts, span.start)]
