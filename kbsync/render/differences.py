"""What would be different in files, as a unified diff that git and people read."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import Match, SequenceMatcher
from itertools import pairwise

__all__ = ["unified"]


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
