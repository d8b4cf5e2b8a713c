"""Differences of texts: of two answers for readers, by words or characters, and of files as a unified diff.

For readers, texts are cut into tokens (words, or characters where a script has no spaces), the tokens are matched, and
neighbouring changes are joined and moved to where a reader would put them.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from kbsync.messages import plural

if TYPE_CHECKING:
    import regex

__all__ = ["unified"]

_KINSHIP = 0.3
"""The share of the shorter text that must be common; below it, marks inside the text would be confetti."""

_WORTHWHILE = 40
"""Characters that folding must at least save."""

_LARGE = 20_000
"""Characters of both texts together from which lines are aligned before words."""

_CELLS = 16_000_000
"""How many pairs of tokens are compared at most: a tenth of a second. Beyond that a stretch is replaced as a whole."""

_LONGEST_TAG = 400
"""Characters up to which a tag of a rich answer is kept whole: a word without its tag is read as part of the text."""

_TAG = re.compile(rf"</?[A-Za-z][^<>]{{0,{_LONGEST_TAG}}}>?")

_REST_OF_TAG = re.compile(rf"[^<>]{{0,{_LONGEST_TAG}}}>")

_BOUNDARY = r"(?w)\b"

_CLUSTER = r"\X"
"""A character as a reader sees it, of one or more code points."""

_UNSPACED = (
    r"[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Bopomofo}"
    r"\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}ー]"
)

_LETTER = r"[\p{L}\p{N}\p{Emoji_Presentation}]"

_ANCHOR = r"[\p{L}\p{N}\p{Emoji_Presentation}\n]"


@cache
def _compiled(pattern: str) -> "regex.Pattern[str]":
    import regex  # noqa: PLC0415  (a page without differences does not wait for it)

    return regex.compile(pattern)


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
class Omission:
    """A stretch of unchanged text that is not shown: how many characters, and how many line ends among them."""

    characters: int
    lines: int


UNCHANGED = plural("{count} unchanged character", "{count} unchanged characters")
"""The words for an omission."""


@dataclass(slots=True)
class _Stretch:
    """Tokens that both texts have, followed by tokens that only one of them has."""

    same: list[str]
    removed: list[str]
    added: list[str]


def difference(before: str, after: str) -> tuple[Piece, ...]:
    """Mark what was removed and added, in an order that rebuilds both texts exactly.

    Texts with little in common are shown as one removal and one addition. The time is bounded: huge texts are aligned
    by lines first, and stretches that are still too long are replaced as a whole.
    """
    if before == after:
        return _pieces([_Stretch([before], [], [])])
    steps = _align(before, after)
    if not _akin(steps, before, after):
        steps = [_Stretch([], [before], [after])]
    return _pieces(steps)


def blanks(text: str) -> str:
    """Space that came or went, drawn so that it can be seen."""
    return text.replace(" ", "␣").replace("\n", "↵\n")


def fold(pieces: Sequence[Piece], *, context: int = 40) -> tuple[Piece | Omission, ...]:
    """Leave out the middle of long unchanged stretches, keeping about ``context`` characters next to each change."""
    folded: list[Piece | Omission] = []
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
        gap = Omission(len(hidden), hidden.count("\n"))
        kept = (Piece(Mark.SAME, head), gap, Piece(Mark.SAME, tail))
        folded.extend(part for part in kept if isinstance(part, Omission) or part.text)
    return tuple(folded)


def _head(text: str, context: int, *, inside: bool) -> str:
    """About ``context`` characters from the start, ending with a whole word where there is one, and never in a tag.

    ``inside`` means that the text begins in the middle of a tag.
    """
    if len(text) <= context:
        return text
    whole = _tokens(text[: context + 1])[:-1]
    kept = "".join(whole).rstrip() or "".join(_compiled(_CLUSTER).findall(text[: context + 1])[:-1])
    opened = _REST_OF_TAG.match(text) if inside else None
    if opened and opened.end() > len(kept):
        return opened[0]
    around = _tag_around(text, len(kept))
    return text[: around[1]] if around else kept


def _tail(text: str, context: int) -> str:
    """About ``context`` characters from the end, beginning with a whole word where there is one, and never in a tag."""
    if len(text) <= context:
        return text
    whole = _tokens(text[-context - 1 :])[1:]
    kept = "".join(whole).lstrip() or "".join(_compiled(_CLUSTER).findall(text[-context - 1 :])[1:])
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


def _akin(steps: Iterable[_Stretch], before: str, after: str) -> bool:
    common = sum(_letters("".join(step.same)) for step in steps)
    return common >= _KINSHIP * min(_letters(before), _letters(after))


def _pieces(steps: Iterable[_Stretch]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for step in steps:
        for mark, listed in ((Mark.SAME, step.same), (Mark.REMOVED, step.removed), (Mark.ADDED, step.added)):
            text = "".join(listed)
            if text and pieces and pieces[-1].mark is mark:
                pieces[-1] = Piece(mark, pieces[-1].text + text)
            elif text:
                pieces.append(Piece(mark, text))
    return tuple(pieces)


def _align(before: str, after: str) -> list[_Stretch]:
    """Align two texts in bounded time: large ones by lines first, and what is still too long is replaced as a whole."""
    if len(before) + len(after) < _LARGE:
        steps = _steps(_tokens(before), _tokens(after))
    else:
        steps = list(_refined(_steps(before.splitlines(keepends=True), after.splitlines(keepends=True))))
    return _slid(_merged(steps))


def _steps(before: list[str], after: list[str]) -> list[_Stretch]:
    """Align two token lists; the common beginning and end are taken off first, because edits are mostly local."""
    start, end = _common_ends(before, after)
    left, right = before[start : len(before) - end], after[start : len(after) - end]
    steps = [_Stretch(before[:start], [], [])]
    if len(left) * len(right) > _CELLS:
        steps[0].removed, steps[0].added = left, right
    else:
        steps.extend(_aligned(left, right))
    return [*steps, _Stretch(before[len(before) - end :], [], [])]


def _common_ends(before: Sequence[str], after: Sequence[str]) -> tuple[int, int]:
    shorter = min(len(before), len(after))
    start = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    rest = shorter - start
    return start, next((at for at in range(rest) if before[-1 - at] != after[-1 - at]), rest)


def _aligned(before: list[str], after: list[str]) -> Iterator[_Stretch]:
    """Between two words that match, what the stretches begin and end with alike is common, the rest is a change."""
    step = _Stretch([], [], [])
    at = to = 0
    for left, right in (*_matches(before, after), (len(before), len(after))):
        removed, added = before[at:left], after[to:right]
        start, end = _common_ends(removed, added)
        step.same += removed[:start]
        if removed[start:] or added[start:]:
            step.removed, step.added = removed[start : len(removed) - end], added[start : len(added) - end]
            yield step
            step = _Stretch(removed[len(removed) - end :], [], [])
        step.same += before[left : left + 1]
        at, to = left + 1, right + 1
    yield step


def _matches(before: list[str], after: list[str]) -> Iterator[tuple[int, int]]:
    """Where both have the same word or line end; spaces and punctuation do not count, or they would outweigh words."""
    from rapidfuzz.distance import Indel  # noqa: PLC0415  (a page without differences does not wait for it)

    numbers: dict[str, int] = {}
    left, right = ([at for at, token in enumerate(side) if _compiled(_ANCHOR).search(token)] for side in (before, after))
    codes = Indel.opcodes(
        [numbers.setdefault(before[at], len(numbers)) for at in left],
        [numbers.setdefault(after[at], len(numbers)) for at in right],
    )
    for code in codes:
        if code.tag == "equal":
            yield from zip(left[code.src_start : code.src_end], right[code.dest_start : code.dest_end], strict=True)


def _refined(steps: Iterable[_Stretch]) -> Iterator[_Stretch]:
    """Align the words inside each stretch of changed lines."""
    for step in steps:
        yield _Stretch(step.same, [], [])
        yield from _steps(_tokens("".join(step.removed)), _tokens("".join(step.added)))


def _merged(steps: Iterable[_Stretch]) -> list[_Stretch]:
    """Join neighbouring changes with only a joint between them.

    A joint is empty, spaces and punctuation inside a line, or shorter than both neighbouring changes.
    """
    merged: list[_Stretch] = [_Stretch([], [], [])]
    for step in steps:
        merged.append(_Stretch(list(step.same), list(step.removed), list(step.added)))
        while len(merged) > 1 and _is_joint(merged[-2], merged[-1]):
            last = merged.pop()
            merged[-1].removed += last.same + last.removed
            merged[-1].added += last.same + last.added
            if not (merged[-1].removed or merged[-1].added):
                merged[-1].same += last.same
    return merged


def _is_joint(earlier: _Stretch, later: _Stretch) -> bool:
    between = "".join(later.same)
    if not between:
        return True
    if not (earlier.removed or earlier.added) or not (later.removed or later.added):
        return False
    if "\n" in between:
        return False
    return not _compiled(_LETTER).search(between) or len(between) <= min(_size(earlier), _size(later))


def _size(step: _Stretch) -> int:
    return max(len("".join(step.removed)), len("".join(step.added)))


def _slid(steps: list[_Stretch]) -> list[_Stretch]:
    """Move a pure insertion or removal to where a reader would put it: at the start of a line, sentence or word."""
    for step, following in pairwise(steps):
        edit = step.added or step.removed
        if bool(step.added) == bool(step.removed):
            continue
        room = 0
        while room < min(len(step.same), len(edit) * 4) and step.same[-1 - room] == edit[-1 - room % len(edit)]:
            room += 1
        line = step.same + edit
        best = max(range(room + 1), key=lambda back: (_start_of(line, len(step.same) - back), -back))
        if best:
            at = len(step.same) - best
            following.same = line[at + len(edit) :] + following.same
            edit[:] = line[at : at + len(edit)]
            step.same = line[:at]
    return steps


def _start_of(tokens: list[str], at: int) -> int:
    """How good a place is to begin an insertion: 4 a line, 3 a sentence, 2 after a space, 1 before one, 0 in a word."""
    earlier = "".join(tokens[max(0, at - 2) : at])
    if not earlier or earlier.endswith("\n"):
        return 4
    if earlier.rstrip() != earlier and earlier.rstrip().endswith((".", "!", "?", "…")):
        return 3
    if earlier.endswith(("。", "\uff01", "\uff1f")):
        return 3
    if earlier[-1].isspace():
        return 2
    return int(at < len(tokens) and tokens[at][0].isspace())


def _tokens(text: str) -> list[str]:
    """Cut a text into words and what is between them; into characters as readers see them where there are no spaces."""
    found: list[str] = []
    for word in _compiled(_BOUNDARY).split(text):
        if _compiled(_UNSPACED).search(word):
            found.extend(_compiled(_CLUSTER).findall(word))
        elif word:
            found.append(word)
    return found


def _letters(text: str) -> int:
    """How many letters, figures and emoji a text has, without spaces and punctuation."""
    return len(_compiled(_LETTER).findall(text))


def unified(before: Mapping[str, bytes], after: Mapping[str, bytes | None], *, shown_as: str) -> str:
    """The diff of every file of ``after``, named below ``shown_as``; None is a deleted file."""
    return "".join(line for name in sorted(after) for line in _diff(before.get(name), after[name], f"{shown_as}/{name}"))


def _diff(old: bytes | None, new: bytes | None, path: str) -> Iterator[str]:
    before, after = ((data or b"").decode().splitlines(keepends=True) for data in (old, new))
    names = ("/dev/null" if data is None else f"{side}/{path}" for side, data in (("a", old), ("b", new)))
    head = [f"{mark} {name}\n" for mark, name in zip(("---", "+++"), names, strict=True)]
    for group in _Matcher(before, after).get_grouped_opcodes():
        (_, a_start, _, b_start, _), (_, _, a_end, _, b_end) = group[0], group[-1]
        yield from head
        yield f"@@ -{_range(a_start, a_end)} +{_range(b_start, b_end)} @@\n"
        head = []
        for tag, a_start, a_end, b_start, b_end in group:
            if tag == "equal":
                yield from _marked(" ", before[a_start:a_end])
            else:
                yield from _marked("-", before[a_start:a_end])
                yield from _marked("+", after[b_start:b_end])


def _marked(mark: str, lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        yield f"{mark}{line}" if line.endswith("\n") else f"{mark}{line}\n\\ No newline at end of file\n"


def _range(start: int, end: int) -> str:
    """Lines as a hunk names them: the first one, counted from 1, and how many; of none, the one before."""
    return f"{start + 1}" if end - start == 1 else f"{start + (end > start)},{end - start}"


class _Matcher(SequenceMatcher[str]):
    """Searches between the lines that stand once in both texts: thousands of edits in a large file took minutes otherwise."""

    def __init__(self, before: Sequence[str], after: Sequence[str]) -> None:
        super().__init__(None, before, after)
        self._before = before
        self._after = after

    def get_matching_blocks(self) -> list[Match]:
        """See ``SequenceMatcher``."""
        places = [(-1, -1), *_anchors(self._before, self._after), (len(self._before), len(self._after))]
        found: list[Match] = []
        for (a_start, b_start), (a_end, b_end) in pairwise(places):
            between = SequenceMatcher(None, self._before[a_start + 1 : a_end], self._after[b_start + 1 : b_end])
            for a, b, size in between.get_matching_blocks()[:-1]:
                _append(found, Match(a_start + 1 + a, b_start + 1 + b, size))
            _append(found, Match(a_end, b_end, int(a_end < len(self._before))))
        return found


def _append(found: list[Match], new: Match) -> None:
    """Add a block, to the last one where nothing is between them; only the end of the texts is a block without lines."""
    last = found[-1] if found else Match(0, 0, 0)
    if new.size and last.size and (last.a + last.size, last.b + last.size) == (new.a, new.b):
        found[-1] = Match(last.a, last.b, last.size + new.size)
    else:
        found.append(new)


def _anchors(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """The numbers, in both texts, of lines that occur once in each, as the longest sequence in the same order."""
    once = {line for line, number in Counter(after).items() if number == 1}
    once &= {line for line, number in Counter(before).items() if number == 1}
    places = {line: number for number, line in enumerate(after) if line in once}
    ends: list[int] = []
    chains: list[tuple[int, int, int | None]] = []
    tails: list[int] = []
    for number, line in enumerate(before):
        if line in once:
            rank = bisect_left(ends, places[line])
            ends[rank : rank + 1], tails[rank : rank + 1] = [places[line]], [len(chains)]
            chains.append((number, places[line], tails[rank - 1] if rank else None))
    found = []
    at = tails[-1] if tails else None
    while at is not None:
        number, place, at = chains[at]
        found.append((number, place))
    return found[::-1]
