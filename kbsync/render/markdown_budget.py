"""Packing of a text that must not be longer than a site allows: what is important goes in first, what stays out is counted.

What the blocks say belongs to their authors; here they are only measured.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from kbsync.render.markdown_text import size

__all__ = ["Block", "Item", "Packed", "pack"]

WIDTHS = (200, 120, 60, 30, 20)
"""Titles of dangerous items are cut to shorter and shorter widths, in characters, until all of them fit."""
BRIEF, FULL = 240, 4000
"""Of each stretch of text so many characters are shown while room is short, and at most."""
_MISSES = 25
"""After so many items in a row that do not fit, the room counts as full."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to name: ``line`` writes its name at most so wide, ``body`` its details with stretches at most so long.

    ``group`` is what it is counted under where it cannot be named.
    """

    line: Callable[[int], str]
    body: Callable[[int], str] | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Items under one heading, one at least; the names of a ``danger`` block go before everything else.

    An ``opened`` block is not folded though it is harmless.
    """

    title: str
    items: tuple[Item, ...]
    note: str = ""
    danger: bool = False
    opened: bool = False


@dataclass(slots=True)
class Packed:
    """What of a block fits: the lines of its first items, and the bodies by the item's index.

    ``bodiless`` counts the named items whose details had no room.
    """

    block: Block
    lines: list[str] = field(default_factory=list)
    bodies: dict[int, str] = field(default_factory=dict)

    @property
    def unnamed(self) -> int:
        """How many items are not even named."""
        return len(self.block.items) - len(self.lines)

    @property
    def bodiless(self) -> int:
        """How many items are named and have details that had no room."""
        return sum(item.body is not None for item in self.block.items[: len(self.lines)]) - len(self.bodies)

    @property
    def text(self) -> str:
        """The lines, each with its body."""
        return "".join(line + self.bodies.get(index, "") for index, line in enumerate(self.lines))


def pack(blocks: Sequence[Block], room: int) -> tuple[Packed, ...]:
    """Fill ``room`` (as the sites measure) with the blocks: dangerous names, their details, other names, other details."""
    packed = tuple(Packed(block) for block in blocks)
    danger = [entry for entry in packed if entry.block.danger]
    harmless = [entry for entry in packed if not entry.block.danger]
    left = _name(danger, room, WIDTHS)
    left = _detail(danger, left, BRIEF)
    left = _name(harmless, left, (WIDTHS[1],))
    left = _detail(harmless, left, BRIEF)
    left = _detail(danger, left, FULL)
    _detail(harmless, left, FULL)
    return packed


def _name(entries: list[Packed], room: int, widths: Sequence[int]) -> int:
    """Give each block an equal share of the room, and what a small block does not need to the larger ones.

    The first block weighs double: it has the most important items. Tells how much room is left.
    """
    weights = {id(entry): 2 - bool(index) for index, entry in enumerate(entries)}
    waiting = sorted(entries, key=lambda entry: len(entry.block.items) / weights[id(entry)])
    for index, entry in enumerate(waiting):
        share = room * weights[id(entry)] // sum(weights[id(other)] for other in waiting[index:])
        room -= _name_block(entry, share, widths)
    return room


def _name_block(entry: Packed, share: int, widths: Sequence[int]) -> int:
    """Name every item, with titles as long as the share allows; where the shortest do not fit, the first ones, readably.

    Tells how much room it took.
    """
    for width in (*widths, widths[-2:][0]):
        lines = [item.line(width) for item in entry.block.items]
        taken = list(accumulate(size(line) for line in lines))
        if taken[-1] <= share:
            break
    entry.lines = lines[: bisect_right(taken, share)]
    return taken[len(entry.lines) - 1] if entry.lines else 0


def _detail(entries: list[Packed], room: int, limit: int) -> int:
    """Write bodies, or longer ones in place of brief ones, wherever they fit; tells how much room is left."""
    misses = 0
    for entry in entries:
        for index, item in enumerate(entry.block.items[: len(entry.lines)]):
            if item.body is None or misses > _MISSES:
                continue
            body = item.body(limit)
            more = size(body) - size(entry.bodies.get(index, ""))
            if more > room:
                misses += 1
                continue
            misses = 0
            entry.bodies[index] = body
            room -= more
    return room
