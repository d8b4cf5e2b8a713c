"""Cuts an answer into the pieces in which it appears before a reader: sentences, never half a character.

Into which session they go, and whether they may, is told elsewhere.
"""

import regex

__all__ = ["pieces"]

SHORTEST = 40
LONGEST = 200
"""Characters: a piece is one call, so a few short sentences go together and a long one is cut at a space."""

FULL_STOPS = "。！？；…"
STOPS = ".!?" + FULL_STOPS
CLOSERS = "\"'”’」』）)]》"


def pieces(text: str) -> tuple[str, ...]:
    """The text in pieces that make it up again when joined; at least one."""
    signs: list[str] = regex.findall(r"\X", text)
    found: list[str] = []
    start = 0
    for end in range(1, len(signs)):
        if end - start >= SHORTEST and _sentence_ends(signs[max(start, end - 4) : end], signs[end]):
            cut = end
        elif end - start >= LONGEST:
            cut = _last_space(signs, start, end)
        else:
            continue
        found.append("".join(signs[start:cut]))
        start = cut
    return (*found, "".join(signs[start:]))


def _sentence_ends(before: list[str], following: str) -> bool:
    """Whether a sentence is over between the signs before and the one that follows."""
    if following in STOPS or following in CLOSERS or following.isspace():
        return False
    tail = "".join(before)
    if tail.endswith("\n"):
        return True
    last = tail.rstrip().rstrip(CLOSERS)[-1:]
    return last != "" and (last in FULL_STOPS or (last in STOPS and tail[-1].isspace()))


def _last_space(signs: list[str], start: int, end: int) -> int:
    """The place after the last space between the two, or the end where there is none."""
    return next((place for place in range(end, start, -1) if signs[place - 1].isspace()), end)
