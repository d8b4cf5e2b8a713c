"""How much of the endurance tests each push goes through: one fixed share of the moments; ``tox -e long`` goes through all."""

import pytest

__all__ = ["long", "shares"]

long = pytest.mark.long
"""What a push leaves out."""


def shares(count: int, *, pushed: int = 0) -> list[object]:
    """The numbers of so many shares, of which one is each push's."""
    return [number if number == pushed else pytest.param(number, marks=long) for number in range(count)]
