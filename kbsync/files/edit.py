"""Edits of a file's text by the places of its values: everything that is not edited stays as it is, to the byte.

An alias whose value is edited away becomes the value.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from kbsync.files.cst import BLOCK_COMMENT, CstNode, Document, Shape, entries_of, pairs, skip, walk
from kbsync.files.emit import LONG, Value, block, flow_value, one_line, pair_lines, scalar, two_quotes
from kbsync.model import to_lf

COMMENT_BEHIND = re.compile(r"[ \t]+(#[^\r\n]*)")
EMPTY_LINES = re.compile(r"(?:[ \t]*\r?\n)*")
KEPT = re.compile(r"[|>][0-9]?\+")
COMMENT_BELOW = re.compile(r"[^\n]*\n(?:[ \t\r]*\n)*( *)#")


@dataclass(frozen=True, slots=True)
class _NewText:
    """The text of a new value; it takes the place of the old one and of ``eaten`` characters after that: a comment, moved."""

    text: str
    eaten: int = 0


class Editor:
    """Collects edits of one text and applies them at once. Lines are ended as the file ends its own."""

    def __init__(self, text: str, documents: Sequence[Document]) -> None:
        self.text = text
        self._newline = "\r\n" if re.match(r"[^\n]*\r\n", text) else "\n"
        self._roots = [one.root for one in documents if one.root is not None]
        self._entries = {id(entry.value): entry for root in self._roots for entry in entries_of(text, root)}
        self._edits: list[tuple[int, int, str]] = []
        self._replaced: dict[int, tuple[CstNode, _NewText]] = {}

    def replace(self, node: CstNode, value: Value, *, long: bool = False) -> None:
        """Replace a value, in the style of the old one if that can hold the new text.

        A ``long`` text becomes a block if it is too long for a line.
        """
        self._replaced[id(node)] = (node, self._new_text(node, value, long=long))

    def add_pair(self, mapping: CstNode, key: str, value: Value, *, order: Sequence[str]) -> None:
        """Add a key to a mapping, after those that precede it in ``order``."""
        existing = list(pairs(mapping))
        if mapping.flow:
            self._insert(existing[-1][1].end, f", {key}: {flow_value(value)}")
            return
        earlier = [pair for pair in existing if order.index(pair[0].value) < order.index(key)]
        self._insert_below(earlier[-1][1].end, pair_lines(key, value), existing[0][0].column)

    def remove_pair(self, mapping: CstNode, name: str) -> None:
        """Take a key away with its value."""
        if mapping.flow:
            self._remove_flow([(key.start, value.end, key.value == name) for key, value in pairs(mapping)])
            return
        key, value = next(pair for pair in pairs(mapping) if pair[0].value == name)
        start, end = self._line_start(key.start), self._next_line(value.end)
        if self.text[start : key.start].strip():  # the dash stands before it and stays
            start, end = key.start, end + len(self.text[end:]) - len(self.text[end:].lstrip(" "))
        self._edits.append((start, end, ""))

    def add_item(self, items: CstNode, lines: Sequence[str], *, apart: bool = False) -> None:
        """Append an item to a list in block style that is not empty; ``lines`` begin with the dash, not indented."""
        place = items.children[-1].end
        *_, last = walk(items.children[-1])  # an empty line more would belong to a text that keeps its line ends
        self._insert_below(place, ["", *lines] if apart and not self._is_kept(last) else lines, self._dash_column(items))

    def add_flow_item(self, items: CstNode, text: str) -> None:
        """Append an item to a list in flow style."""
        if items.children:
            self._insert(items.children[-1].end, f", {text}")
        else:
            self._edits.append((items.body, items.end, f"[{text}]"))

    def add_text(self, items: CstNode, text: str) -> None:
        """Append a text to a list of texts."""
        if items.flow:
            self.add_flow_item(items, one_line(text, flow=True))
        else:
            self.add_item(items, f"- {scalar(text, indent=0)}".split("\n"))

    def extend(self, mapping: CstNode, lines: Sequence[str]) -> None:
        """Give a mapping in block style further lines at its end; they are indented from its column on."""
        self._insert_below(mapping.end, lines, mapping.column)

    def fill(self, key: CstNode, items: CstNode, lines: Sequence[str]) -> None:
        """Put items in the place of an empty list; ``lines`` are indented from the key on."""
        self._edits.append((key.end, items.end, ":"))
        self._insert_below(items.end, lines, key.column)

    def remove_items(self, key: CstNode, items: CstNode, removed: Sequence[CstNode]) -> None:
        """Take items out of a list; where none is left, the list is an empty one."""
        gone = {id(item) for item in removed}
        if items.flow:
            self._remove_flow([(item.start, item.end, id(item) in gone) for item in items.children])
            return
        ends = dict(zip(map(id, items.children), (0, *(item.end for item in items.children)), strict=False))
        self._edits += [
            (*self._lines_of(self._own_start(item, ends[id(item)]), item.end, ends[id(item)]), "") for item in removed
        ]
        if len(gone) == len(items.children):
            self._insert(skip(self.text, key.end) + 1, " []")

    def item_lines(self, items: CstNode, item: CstNode) -> list[str]:
        """The lines of an item of a list in block style, with its comments, not indented."""
        number = next(at for at, one in enumerate(items.children) if one is item)
        start = self._own_start(item, items.children[number - 1].end if number else 0)
        column = self._entries[id(item)].column
        lines = to_lf(self.text[start : self._next_line(item.end)]).removesuffix("\n").split("\n")
        return [line[column:] if not line[:column].strip() else line.lstrip() for line in lines]

    def is_apart(self, items: CstNode) -> bool:
        """Whether the items of a list are separated by empty lines; True for a list of one item."""
        if len(items.children) == 1:
            return True
        between = [self.text[one.end : two.start] for one, two in zip(items.children, items.children[1:], strict=False)]
        return any(re.search(r"\n[ \t]*\r?\n", gap) for gap in between)

    def dash_gap(self, items: CstNode) -> int:
        """Columns from the dash of a list's items to their text."""
        first = items.children[0]
        return max(2, first.column - self._dash_column(items)) if first.shape is Shape.MAP else 2

    def result(self) -> str:
        """The text with every edit applied."""
        self._settle_anchors()
        pieces: list[str] = []
        place, is_kept = 0, False  # whether what was written last keeps its line ends: an empty line more would belong to it
        last = (len(self.text), len(self.text), "")
        kept = {self._next_line(node.end) for root in self._roots for node in walk(root) if self._is_kept(node)}
        for start, end, new in [*sorted(self._edits, key=lambda edit: (edit[0], edit[1] > edit[0])), last]:
            if start < place:
                place = max(place, end)  # inside of what is taken away
                continue
            is_cut, text = start < end and not new, new
            if is_kept:
                place = EMPTY_LINES.match(self.text, place, start).end()  # type: ignore[union-attr]  # it matches nothing as well
                if is_cut and start == place:
                    place = end
                    continue
                pieces.append(self._newline)
                text = new.lstrip("\n") if start == place else new
            if is_cut and place < start and start in kept:
                pieces.append(re.sub(r"\r?\n\Z", "", self.text[place:start]))
                place, is_kept = end, True
                continue
            pieces += [self.text[place:start], text.replace("\n", self._newline)]
            place, is_kept = end, new.endswith("\n")
        return "".join(pieces)

    def _settle_anchors(self) -> None:
        """Where a value leaves that aliases repeat, the first of them that stays becomes the value."""
        nodes = [node for root in self._roots for node in walk(root)]
        is_taken = _finder((start, end) for start, end, _ in self._edits if start < end)
        aliases: dict[int, list[CstNode]] = {}
        for node in nodes:
            if node.target is not None:
                aliases.setdefault(id(node.target), []).append(node)
        moved: set[int] = set()
        for node in nodes:
            if node.anchor is None or not (id(node) in self._replaced or is_taken(node)):
                continue
            staying = [one for one in aliases.get(id(node), ()) if id(one) not in self._replaced and not is_taken(one)]
            if staying:
                moved.add(id(node))
                new = _NewText(_flow_source(node)) if node.children else self._new_text(staying[0], node.text, long=False)
                self._put(staying[0], replace(new, text=f"&{node.anchor} {new.text}"), staying[0].start)
        for node, new in self._replaced.values():
            self._put(node, new, node.start if id(node) in moved else node.body)

    def _new_text(self, node: CstNode, value: Value, *, long: bool) -> _NewText:
        entry = self._entries[id(node)]
        if entry.around[-1].flow or isinstance(value, tuple):
            return _NewText(flow_value(value, style=node.style))
        beside = BLOCK_COMMENT.match(self.text, node.body) if node.block else COMMENT_BEHIND.match(self.text, node.end)
        comment = "" if beside is None else beside[1]
        if node.block or "\n" in value or (long and len(value) > LONG):
            below = None if node.block else COMMENT_BELOW.match(self.text, node.end)
            if below is not None and len(below[1]) > entry.column + 1:  # a block would take this comment for text
                return _NewText(two_quotes(value, indent=entry.column))
            found = block(value, indent=entry.column, comment=comment, content=self._margin(node))
            if found is not None:
                end = node.end if beside is None or node.block else beside.end()
                return _NewText(found, eaten=end - node.end)
        return _NewText(scalar(value, indent=entry.column, style=node.style, comment=comment if node.block else ""))

    def _put(self, node: CstNode, new: _NewText, start: int) -> None:
        key, text = self._entries[id(node)].key, new.text
        gap = "" if key is None else self.text[key.end : node.start]
        if key is not None and "\n" in gap and "#" not in gap:
            start, text = key.end, f": {text}"  # the value stood on the lines after its key
        self._edits.append((start, node.end + new.eaten, text))

    def _margin(self, node: CstNode) -> int | None:
        """The column of a block's text."""
        lines = self.text[node.body : node.end].split("\n")[1:] if node.block else []
        first = next((line for line in lines if line.strip()), None)
        figure = any(character.isdigit() for character in self.text[node.body : node.body + 3].split("\n")[0])
        return None if first is None or figure else len(first) - len(first.lstrip(" "))

    def _is_kept(self, node: CstNode) -> bool:
        """Whether a value is a block that keeps the empty lines at its end."""
        return node.block and KEPT.match(self.text, node.body) is not None

    def _dash_column(self, items: CstNode) -> int:
        return self._entries[id(items.children[0])].column

    def _lines_of(self, start: int, end: int, before: int) -> tuple[int, int]:
        """The whole lines of an item, with the empty lines that would be left over; those of a text ``before`` it stay."""
        first, last = self._line_start(start), self._next_line(end)
        after = last
        while self._is_blank(after):
            after = self._next_line(after)
        above = self.text[self._line_start(first - 1) : first].rstrip()
        if after > last and (not above or above.endswith(":")):
            last = after
        elif after == len(self.text) or self.text.startswith("---", last):
            while self._line_start(first - 1) > before and self._is_blank(self._line_start(first - 1)):
                first = self._line_start(first - 1)
        return first, last

    def _own_start(self, item: CstNode, before: int) -> int:
        """Where an item begins with the comments right above it, as far in as its dash; those ``before`` are another one's."""
        entry = self._entries[id(item)]
        first, comment = self._line_start(entry.start), f"{' ' * entry.column}#"
        while (above := self._line_start(first - 1)) > before and self.text.startswith(comment, above):
            first = above
        return first

    def _is_blank(self, place: int) -> bool:
        """Whether the line that begins here is empty."""
        return place < len(self.text) and not self.text[place : self._next_line(place)].strip()

    def _remove_flow(self, places: Sequence[tuple[int, int, bool]]) -> None:
        """Remove some members of a collection in flow style, each given by start, end and whether it is removed."""
        before = None
        for number, (start, end, gone) in enumerate(places, 1):
            if gone:
                behind = places[number][0] if number < len(places) else end
                self._edits.append((start, behind, "") if before is None else (before, end, ""))
            if before is not None or not gone:
                before = end

    def _insert_below(self, place: int, lines: Sequence[str], column: int) -> None:
        """Put lines, indented to a column, below what ends at a place and below the comments that are indented deeper.

        Such a comment belongs to what stands above it, and a block at the end of ``lines`` would take it for text.
        """
        while (below := COMMENT_BELOW.match(self.text, place)) is not None and len(below[1]) > column:
            place = below.end()
        self._insert(self._line_end(place), "".join(f"\n{' ' * column}{line}" if line else "\n" for line in lines))

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


def _flow_source(node: CstNode) -> str:
    """The YAML of a node on one line."""
    found = node.meant
    if found.shape is Shape.MAP:
        return f"{{{', '.join(f'{_flow_source(key)}: {_flow_source(value)}' for key, value in pairs(found))}}}"
    if found.shape is Shape.LIST:
        return f"[{', '.join(map(_flow_source, found.children))}]"
    return one_line(found.text, style=found.style, flow=True)


def _finder(taken: Iterable[tuple[int, int]]) -> Callable[[CstNode], bool]:
    """A predicate: whether a node lies within one of the ranges. It bisects, because nodes and ranges can be thousands."""
    ranges = sorted(taken)
    starts = [start for start, _ in ranges]
    reach = [-1, *accumulate((end for _, end in ranges), max)]
    return lambda node: node.end <= reach[bisect_right(starts, node.start)]
