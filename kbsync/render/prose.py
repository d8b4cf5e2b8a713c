"""The difference of two texts for readers: words where a script has spaces, characters where it has none.

Which marks or colours a difference is drawn with is each format's business.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kbsync.render.prose_steps import Step, align, clusters, letters, tokens

__all__ = ["Gap", "Mark", "Piece", "difference", "fold"]

_KINSHIP = 0.3
"""The share of the shorter text that must be common; below it, marks inside the text would be confetti."""
_WORTHWHILE = 40
"""Characters that folding must at least save."""
_LONGEST_TAG = 400
"""Characters up to which a tag of a rich answer is kept whole: a word without its tag is read as part of the text."""
_TAG = re.compile(rf"</?[A-Za-z][^<>]{{0,{_LONGEST_TAG}}}>?")
_REST_OF_TAG = re.compile(rf"[^<>]{{0,{_LONGEST_TAG}}}>")


class Mark(StrEnum):
    """What happened to a piece of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text with one mark; never empty."""

    mark: Mark
    text: str


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of unchanged text that is not shown: how many characters, and how many line ends among them."""

    characters: int
    lines: int


def difference(before: str, after: str) -> tuple[Piece, ...]:
    """Mark what was removed and added, in an order that rebuilds both texts exactly.

    Texts with little in common are shown as one removal and one addition. The time is bounded: huge texts are aligned
    by lines first, and stretches that are still too long are replaced as a whole.
    """
    if before == after:
        return _pieces([Step([before], [], [])])
    steps = align(before, after)
    if not _akin(steps, before, after):
        steps = [Step([], [before], [after])]
    return _pieces(steps)


def fold(pieces: Sequence[Piece], *, context: int = 40) -> tuple[Piece | Gap, ...]:
    """Leave out the middle of long unchanged stretches, keeping about ``context`` characters next to each change."""
    folded: list[Piece | Gap] = []
    for index, piece in enumerate(pieces):
        if piece.mark is not Mark.SAME:
            folded.append(piece)
            continue
        inside = _ends_in_tag("".join(each.text for each in pieces[max(0, index - 3) : index]))
        head = _head(piece.text, context, inside=inside) if index > 0 or len(pieces) == 1 else ""
        tail = _tail(piece.text, context) if index < len(pieces) - 1 else ""
        hidden = piece.text[len(head) : len(piece.text) - len(tail)]
        if len(head) + len(tail) + _WORTHWHILE > len(piece.text):
            folded.append(piece)
            continue
        gap = Gap(len(hidden), hidden.count("\n"))
        kept = (Piece(Mark.SAME, head), gap, Piece(Mark.SAME, tail))
        folded.extend(part for part in kept if isinstance(part, Gap) or part.text)
    return tuple(folded)


def _akin(steps: Iterable[Step], before: str, after: str) -> bool:
    common = sum(letters("".join(step.same)) for step in steps)
    return common >= _KINSHIP * min(letters(before), letters(after))


def _pieces(steps: Iterable[Step]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for step in steps:
        for mark, listed in ((Mark.SAME, step.same), (Mark.REMOVED, step.removed), (Mark.ADDED, step.added)):
            text = "".join(listed)
            if text and pieces and pieces[-1].mark is mark:
                pieces[-1] = Piece(mark, pieces[-1].text + text)
            elif text:
                pieces.append(Piece(mark, text))
    return tuple(pieces)


def _head(text: str, context: int, *, inside: bool) -> str:
    """About ``context`` characters from the start, ending with a whole word where there is one, and never in a tag.

    ``inside`` means that the text begins in the middle of a tag.
    """
    if len(text) <= context:
        return text
    whole = tokens(text[: context + 1])[:-1]
    kept = "".join(whole).rstrip() or "".join(clusters(text[: context + 1])[:-1])
    opened = _REST_OF_TAG.match(text) if inside else None
    if opened and opened.end() > len(kept):
        return opened[0]
    around = _tag_around(text, len(kept))
    return text[: around[1]] if around else kept


def _tail(text: str, context: int) -> str:
    """About ``context`` characters from the end, beginning with a whole word where there is one, and never in a tag."""
    if len(text) <= context:
        return text
    whole = tokens(text[-context - 1 :])[1:]
    kept = "".join(whole).lstrip() or "".join(clusters(text[-context - 1 :])[1:])
    around = _tag_around(text, len(text) - len(kept))
    return text[around[0] :] if around else kept


def _tag_around(text: str, at: int) -> tuple[int, int] | None:
    """Where the tag begins and ends that a cut at this place would go through."""
    start = text.rfind("<", max(0, at - _LONGEST_TAG), at)
    found = _TAG.match(text, start) if start >= 0 else None
    return found.span() if found and found.end() > at else None


def _ends_in_tag(text: str) -> bool:
    """Whether a text breaks off in the middle of a tag."""
    around = _tag_around(f"{text} ", len(text))
    return around is not None and around[1] > len(text)
