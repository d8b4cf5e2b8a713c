"""The frame of a comment: headings, alerts, folds, and the loud word about what had no room.

What has room is decided by ``markdown_budget``.
"""

from collections import Counter
from collections.abc import Sequence
from urllib.parse import quote

from kbsync.render.markdown_budget import Block, Packed, pack
from kbsync.render.markdown_text import shortened, size
from kbsync.render.words import Words

__all__ = ["SMALLEST", "alert", "compose", "whole"]

SMALLEST = 30_000
"""A budget that always holds the counts, the warnings and the digest."""
_NOTICE = 900
"""Room kept for saying what is left out."""
_CATEGORIES, _CATEGORY = 8, 24
"""So many categories are counted one by one, by titles so long."""
_LONGEST_LINK = 500


def compose(head: str, blocks: Sequence[Block], foot: str, *, budget: int, rest: str, words: Words) -> str:
    """Put a comment together that is at most ``budget`` long; ``rest`` says where to find what has no room."""
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


def whole(link: str | None, artifact: str, words: Words) -> str:
    """Where everything is: a link that cannot break out of its brackets, or the artifact by name."""
    address = quote(link, safe=":/?#=&%+,;@~.-_") if link else ""
    if not address.startswith(("https://", "http://")) or len(address) > _LONGEST_LINK:
        return artifact
    return f"[{words('the whole plan')}]({address})"


def alert(kind: str, told: str) -> str:
    """A box of GitHub's kinds (NOTE, WARNING, CAUTION), which GitLab knows too; elsewhere it is a quotation."""
    return f"> [!{kind}]\n> {told}\n\n"


def _framed(entry: Packed, rest: str, words: Words) -> str:
    """A block with its heading: open when it is dangerous or asked for, else to be opened by a click."""
    block = entry.block
    count = len(block.items)
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


def _left_out(packed: tuple[Packed, ...], rest: str, words: Words) -> str:
    """Says loudly what has no room and where it is."""
    bodiless = sum(entry.bodiless for entry in packed)
    dangerous = sum(entry.unnamed for entry in packed if entry.block.danger)
    harmless = sum(entry.unnamed for entry in packed) - dangerous
    told = [
        words("{count} dangerous changes are not even named here: read the whole plan before you approve.", count=dangerous)
        if dangerous
        else "",
        words("Changes named without their texts: {count}.", count=bodiless) if bodiless else "",
        words("{count} harmless entries are only counted.", count=harmless) if harmless else "",
    ]
    if not any(told):
        return ""
    cut = words("This comment is cut to fit. Everything is in {rest}.", rest=rest)
    return alert("WARNING", " ".join(["**" + cut + "**", *filter(None, told)]))
