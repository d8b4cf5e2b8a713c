"""The comments of a file: found between its values, and given to the entry that they speak about.

An entry is a key with its value, or an item of a list. How comments are printed belongs to ``layout``.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from kbsync.files.spans import Document, Shape, Span, pairs, skip

__all__ = ["Entry", "Remark", "Remarks", "all_comments", "entries_of"]

COMMENT = re.compile(r"(?<![^\s\[\]{},])#[^\r\n]*")
HEADER = re.compile(r"[|>][-+0-9]*[ \t]+(#[^\r\n]*)")


@dataclass(frozen=True, slots=True)
class Remark:
    """One comment without the space behind it. ``apart`` means that an empty line stands before it."""

    place: int
    column: int
    text: str
    own_line: bool
    apart: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its value (``key`` is None for an item of a list); ``start`` is its key or its dash."""

    start: int
    column: int
    key: Span | None
    value: Span
    apart: bool


@dataclass(slots=True)
class Remarks:
    """The comments of a document by where they are printed.

    ``head`` comes before everything, ``before`` on the lines above an entry, ``beside`` at the end of its line (both by the
    entry's start), ``after`` at the end of a collection (by its ``id``).
    """

    head: list[Remark] = field(default_factory=list)
    before: dict[int, list[Remark]] = field(default_factory=dict)
    beside: dict[int, list[Remark]] = field(default_factory=dict)
    after: dict[int, list[Remark]] = field(default_factory=dict)

    @classmethod
    def of(cls, found: list[Remark], entries: list[tuple[Entry, tuple[Span, ...]]]) -> "Remarks":
        """Share the comments of one document out. ``entries`` come in order, each with the collections around it."""
        remarks = cls()
        places = [entry.start for entry, _ in entries]
        columns = {id(around[-1]): entry.column for entry, around in entries}
        for remark in found:
            number = bisect_right(places, remark.place)
            if not number:
                remarks.head.append(remark)
                continue
            (last, around), following = entries[number - 1], entries[number][0] if number < len(entries) else None
            home = _home(remark, following, around, columns)
            if not remark.own_line:
                remarks.beside.setdefault(last.start, []).append(remark)
            elif remark.place < last.value.start and not _is_inside(following, last.value):
                remarks.before.setdefault(last.start, []).append(remark)
            elif home is None and following is not None:
                remarks.before.setdefault(following.start, []).append(remark)
            else:
                remarks.after.setdefault(id(home or around[0]), []).append(remark)
        return remarks


def all_comments(text: str, documents: tuple[Document, ...]) -> list[Remark]:
    """Every comment of a file, in order."""
    found = []
    place = 0
    for start, end in [*(piece for one in documents if one.root for piece in _solid(one.root)), (len(text), len(text))]:
        found += [_remark(text, match.start(), match[0]) for match in COMMENT.finditer(text, place, start)]
        header = HEADER.match(text, start) if start < end else None
        if header is not None:
            found.append(_remark(text, header.start(1), header[1]))
        place = end
    return found


def entries_of(text: str, root: Span) -> list[tuple[Entry, tuple[Span, ...]]]:
    """Every entry below a value in the order of the file, with the collections around it from the outermost in."""
    found: list[tuple[Entry, tuple[Span, ...]]] = []
    _collect(text, root, (), found)
    return found


def _collect(text: str, span: Span, around: tuple[Span, ...], found: list[tuple[Entry, tuple[Span, ...]]]) -> None:
    inside = (*around, span)
    if span.shape is Shape.MAP:
        for key, value in pairs(span):
            found.append((_entry(text, key.start, key, value), inside))
            _collect(text, value, inside, found)
    elif span.shape is Shape.LIST:
        place = span.body
        for item in span.children:
            start = item.start if span.flow else skip(text, place)
            found.append((_entry(text, start, None, item), inside))
            _collect(text, item, inside, found)
            place = item.end


def _entry(text: str, start: int, key: Span | None, value: Span) -> Entry:
    line = text.rfind("\n", 0, start) + 1
    return Entry(start, start - line, key, value, apart=_is_apart(text, line))


def _solid(span: Span) -> Iterator[tuple[int, int]]:
    """The pieces of text in which a number sign is no comment."""
    if not span.children and span.shape not in (Shape.MAP, Shape.LIST):
        yield span.body, span.end
    for child in span.children:
        yield from _solid(child)


def _remark(text: str, place: int, comment: str) -> Remark:
    line = text.rfind("\n", 0, place) + 1
    return Remark(place, place - line, comment.rstrip(), own_line=not text[line:place].strip(), apart=_is_apart(text, line))


def _is_apart(text: str, line: int) -> bool:
    """Whether the line before the one that begins here is empty."""
    return line > 0 and not text[text.rfind("\n", 0, line - 1) + 1 : line].strip()


def _is_inside(entry: Entry | None, value: Span) -> bool:
    """Whether an entry is the first one of a collection in block style."""
    return entry is not None and entry.start < value.end and not value.flow


def _home(remark: Remark, following: Entry | None, around: tuple[Span, ...], columns: dict[int, int]) -> Span | None:
    """The collection that a comment closes, because it stands deeper than whatever comes after it."""
    floor = -1 if following is None else following.column
    best: Span | None = None
    for span in around:
        column = columns[id(span)]
        if floor < column <= remark.column and (best is None or column > columns[id(best)]):
            best = span
    return best
