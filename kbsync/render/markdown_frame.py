"""Comments in Markdown within the length limit of a site, most important first; and foreign text made safe in them.

Foreign text can be no markup, mention or link. Both sites process a comment twice: a Markdown parser first, then filters for
mentions, references and emoji over the text of the finished HTML. Character references stop the first, an element inside the
word stops the second.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from kbsync.display import cut, visible
from kbsync.messages import plural
from kbsync.render.words import Words

SMALLEST = 30_000
"""A budget that always holds the counts, the warnings and the digest."""

_NOTICE = 900
"""Room kept for saying what is left out."""

_CATEGORIES, _CATEGORY = 8, 24
"""So many categories are counted one by one, by titles so long."""

WIDTHS = (200, 120, 60, 30, 20)
"""Titles of dangerous items are cut to shorter and shorter widths, in characters, until all of them fit."""

BRIEF, FULL = 240, 4000
"""Characters shown of each stretch of text: while room is short, and at most."""

_MISSES = 25
"""The room counts as full after this many successive items that do not fit."""


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
    """Items under one heading, one at least; the names of a ``danger`` block are listed first.

    ``count`` is what the heading counts, where one item stands for several things. An ``opened`` block is not folded though it is
    harmless.
    """

    title: str
    items: tuple[Item, ...]
    count: int = 0
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


def compose(head: str, blocks: Sequence[Block], foot: str, *, budget: int, rest: str, words: Words) -> str:
    """Put a comment together that is at most ``budget`` long; ``rest`` is where to find what has no room."""
    if budget < SMALLEST:
        raise ValueError(f"a comment needs a budget of at least {SMALLEST} characters")
    frames = sum(size(_framed(Packed(block), rest, words)) for block in blocks)
    room = budget - size(head) - size(foot) - frames - _NOTICE
    while True:
        packed = pack(blocks, max(room, 0))
        drawn = head + _left_out(packed, rest, words) + "".join(_framed(entry, rest, words) for entry in packed) + foot
        if size(drawn) <= budget or room <= 0:
            return drawn
        room -= size(drawn) - budget


def alert(kind: str, told: str) -> str:
    """A box of GitHub's kinds (NOTE, WARNING, CAUTION), which GitLab knows too; elsewhere it is a quotation."""
    return f"> [!{kind}]\n> {told}\n\n"


def _framed(entry: Packed, rest: str, words: Words) -> str:
    """A block with its heading: open when it is dangerous or asked for, else to be opened by a click."""
    block = entry.block
    count = block.count or len(block.items)
    missing = _unnamed(entry, rest, words=words)
    if not (block.danger or block.opened):
        return f"<details><summary><b>{block.title}</b> ({count})</summary>\n\n{entry.text}{missing}\n</details>\n\n"
    note = f"{block.note}\n\n" if block.note else ""
    return f"### {block.title} ({count})\n\n{note}{entry.text}{missing}\n"


def _unnamed(entry: Packed, rest: str, *, words: Words) -> str:
    if not entry.unnamed:
        return ""
    told = words("and {count} more that have no room here; all of them are named in {rest}", count=entry.unnamed, rest=rest)
    if not entry.block.danger:
        return f"- {told}\n"
    groups = Counter(item.group for item in entry.block.items[len(entry.lines) :]).most_common()
    counts = [f"{shortened(group, _CATEGORY)} ({count})" for group, count in groups[:_CATEGORIES]]
    return f"- **{told}** " + " · ".join([*counts, "…"] if len(groups) > _CATEGORIES else counts) + "\n"


_DANGEROUS = plural(
    "{count} dangerous change is not even named here: read the whole plan before you approve.",
    "{count} dangerous changes are not even named here: read the whole plan before you approve.",
)

_HARMLESS = plural("{count} harmless entry is only counted.", "{count} harmless entries are only counted.")


def _left_out(packed: tuple[Packed, ...], rest: str, words: Words) -> str:
    """A warning about what has no room, and where it is."""
    bodiless = sum(entry.bodiless for entry in packed)
    dangerous = sum(entry.unnamed for entry in packed if entry.block.danger)
    harmless = sum(entry.unnamed for entry in packed) - dangerous
    told = [
        words.say(_DANGEROUS.fill(count=dangerous)) if dangerous else "",
        words("Changes named without their texts: {count}.", count=bodiless) if bodiless else "",
        words.say(_HARMLESS.fill(count=harmless)) if harmless else "",
    ]
    if not any(told):
        return ""
    cut = words("This comment is cut to fit. Everything is in {rest}.", rest=rest)
    return alert("WARNING", " ".join(["**" + cut + "**", *filter(None, told)]))


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

    The first block weighs double: it has the most important items. Returns how much room is left.
    """
    weights = {id(entry): 2 - bool(index) for index, entry in enumerate(entries)}
    waiting = sorted(entries, key=lambda entry: len(entry.block.items) / weights[id(entry)])
    for index, entry in enumerate(waiting):
        share = room * weights[id(entry)] // sum(weights[id(other)] for other in waiting[index:])
        room -= _name_block(entry, share, widths)
    return room


def _name_block(entry: Packed, share: int, widths: Sequence[int]) -> int:
    """Name every item, with titles as long as the share allows; where the shortest do not fit, the first ones, readably.

    Returns how much room it took.
    """
    for width in (*widths, widths[-2:][0]):
        lines = [item.line(width) for item in entry.block.items]
        taken = list(accumulate(size(line) for line in lines))
        if taken[-1] <= share:
            break
    entry.lines = lines[: bisect_right(taken, share)]
    return taken[len(entry.lines) - 1] if entry.lines else 0


def _detail(entries: list[Packed], room: int, limit: int) -> int:
    """Write bodies, or longer ones in place of brief ones, wherever they fit; returns how much room is left."""
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


NARROW = 60
"""Below this width a title only has to differ from other titles; it is too short to read."""

_MARKUP = re.compile(r"[\\`*_\[\]<>&|~^\"]")
"""What Markdown or HTML reads as structure inside a line."""

_REFERENCE = re.compile(
    r"""
    \A[ #+=\d-]                     # an indent, a heading, a list, a rule
    | [@#!~%^](?=[\w"'{\[])           # @everyone and name@host, #12, !12, ~label, %milestone, ^alert
    | \$                             # a formula, a snippet
    | &(?=\w)                        # an epic
    | :(?=[\w+-]+: | //)             # :emoji:, https://…
    | (?<=[A-Za-z])-(?=\d)           # GH-12, JIRA-12
    | \[(?=\[)                       # [[wiki page]]
    | (?<=[Ww]{3})\.                 # www.…
    | \b[0-9a-f](?=[0-9a-f]{6,63}\b) # a commit
    """,
    re.VERBOSE,
)
"""The character at which the filters would recognise a reference, or at which the parser would begin a block."""


def text(value: str) -> str:
    """One line of a stranger's text: shown as it is written, hidden characters made visible, line ends as ``↵``."""
    return _escaped(visible(value, newlines=False))


def lines(value: str) -> str:
    """A stranger's text with its line ends kept as ``<br>``."""
    return _escaped(visible(value)).replace("\n", "<br>")


def shortened(value: str, width: int) -> str:
    """A stranger's text on one line, cut to ``width`` characters with a visible ``…``.

    A narrow one is cut in its middle, because questions that begin alike differ at their ends.
    """
    tail = (width - 1) * 2 // 5 if width < NARROW else 0
    return _escaped(cut(visible(value, newlines=False), width, tail=tail))


def code(value: str, width: int = 100) -> str:
    """A stranger's text as code, where no filter looks for references."""
    return f"<code>{_entities(cut(visible(value, newlines=False), width))}</code>"


def comment_safe(value: str) -> str:
    """A name fit for an HTML comment: 100 characters, ``~2D~`` for all but letters, digits, ``.`` and ``_``."""
    return re.sub(r"[^A-Za-z0-9._]", lambda found: f"~{ord(found[0]):X}~", value[:100])


def size(written: str) -> int:
    """How long the sites take a text to be: UTF-16 units, so that an emoji counts twice as in their own limit."""
    return len(written.encode("utf-16-le", "surrogatepass")) // 2


def _escaped(value: str) -> str:
    parts: list[str] = []
    position = 0
    for found in _REFERENCE.finditer(value):
        parts += (_entities(value[position : found.start()]), f"<span>{_entities(found[0])}</span>")
        position = found.end()
    parts.append(_entities(value[position:]))
    return "".join(parts)


def _entities(value: str) -> str:
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", value)
