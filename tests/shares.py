"""What each push goes through: a share of the endurance tests' moments and the properties' examples; ``tox -e long``: all.

And in which of its tests coverage is measured.
"""

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

__all__ = ["ALL", "PAUSED", "examples", "long", "one_in", "paused", "shares"]

ALL = os.environ.get("KBSYNC_EXAMPLES") == "all"
"""Whether properties are tried with all their examples, drawn anew each time, as `tox -e long` does."""

PAUSED = Path(__file__).with_name("paused.txt")
"""The tests that are not measured, by what pytest calls them."""

long = pytest.mark.long
"""What a push leaves out."""


def shares(count: int, *, pushed: int = 0) -> list[object]:
    """The numbers of so many shares, of which one is each push's."""
    return [number if number == pushed else pytest.param(number, marks=long) for number in range(count)]


def one_in(count: int, cases: Iterable[object], *, first: int = 0) -> list[object]:
    """Cases of which a push goes through one in ``count``, from ``first`` on."""
    return [case if (number - first) % count == 0 else pytest.param(case, marks=long) for number, case in enumerate(cases)]


def examples(count: int) -> int:
    """How many of so many examples a property is tried with: a third on each push."""
    return count if ALL else count // 3


def paused() -> frozenset[str]:
    """The tests that add no coverage, as ``tests.pauses`` found them; none where ``KBSYNC_MEASURE=all`` asks for it."""
    return (
        frozenset() if os.environ.get("KBSYNC_MEASURE") == "all" else frozenset(PAUSED.read_text(encoding="utf-8").splitlines())
    )
