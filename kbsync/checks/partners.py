"""Finds the pairs of texts that are nearly the same without comparing every text with every other.

Two texts that share most of their letters share most of their pieces of a few letters; so each text is looked up by its
rarest pieces only, as many as a partner cannot miss all of ("prefix filtering" in the literature on similarity joins).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

__all__ = ["alike"]

WORK = 1_000_000
"""About how much may be looked at: in a library of N wordings a piece counts if it stands in WORK / N of them at most.

A library of a thousand wordings is searched completely. In a large one, pieces that stand almost everywhere are left out, which
can hide a pair that has nothing rarer in common."""

FEWEST = 40
"""A piece in no more wordings than this always counts."""

LONGEST = 4
"""Letters in a piece at most. Longer ones would be rarer still, but a text has to be that long."""

EDGE = "\0"
"""Stands before and after a text, so that short texts have pieces too."""


def alike(forms: Sequence[str], threshold: float) -> Iterator[tuple[int, int, float]]:
    """Pairs (earlier, later, share): ``share`` of the wording in common is at least ``threshold``, above 2/3 and at most 1."""
    from rapidfuzz import fuzz  # noqa: PLC0415  (start-up should not wait for it)

    size = _size(threshold)
    pieces = [_pieces(form, size) for form in forms]
    counts = Counter(piece for group in pieces for piece in group)
    most = max(FEWEST, WORK // max(1, len(forms)))
    index: dict[str, list[int]] = defaultdict(list)
    for later, (form, group) in enumerate(zip(forms, pieces, strict=True)):
        candidates: set[int] = set()
        telling = size * _spoilt(form, threshold) + 1
        for piece in sorted(group, key=lambda piece: (counts[piece], piece))[:telling]:
            if 1 < counts[piece] <= most:
                candidates.update(index[piece])
                index[piece].append(later)
        for earlier in sorted(candidates):
            share = fuzz.ratio(forms[earlier], form, score_cutoff=threshold * 100)
            if share:
                yield earlier, later, share / 100


def _size(threshold: float) -> int:
    """The longest piece of which the letters that may differ cannot spoil every one."""
    return max(1, min(LONGEST, int(threshold / (2 - 2 * threshold)))) if threshold < 1 else LONGEST


def _pieces(form: str, size: int) -> frozenset[str]:
    edge = EDGE * (size - 1)
    whole = f"{edge}{form}{edge}"
    return frozenset(whole[start : start + size] for start in range(len(whole) - size + 1))


def _spoilt(form: str, threshold: float) -> int:
    """How many letters a partner may have more or less; each of them can spoil as many pieces as a piece has letters."""
    return int((1 - threshold) * 2 * len(form) / threshold + 1e-9)
