"""What each push goes through: a share of the endurance tests' moments and the properties' examples; ``tox -e long``: all."""

import os

import pytest

__all__ = ["ALL", "examples", "long", "shares"]

ALL = os.environ.get("KBSYNC_EXAMPLES") == "all"
"""Whether properties are tried with all their examples, drawn anew each time, as `tox -e long` does."""

long = pytest.mark.long
"""What a push leaves out."""


def shares(count: int, *, pushed: int = 0) -> list[object]:
    """The numbers of so many shares, of which one is each push's."""
    return [number if number == pushed else pytest.param(number, marks=long) for number in range(count)]


def examples(count: int) -> int:
    """How many of so many examples a property is tried with: a third on each push."""
    return count if ALL else count // 3
