"""Making room for another client of the account: how many slots are left to it. Nothing here waits or sends."""

import math

__all__ = ["Yielding"]

_CHANCE = 3
_SOON = 10.0
_MOST_DOUBLINGS = 3
_FIRST_QUIET = 60.0
_LAST_QUIET = 600.0


class Yielding:
    """Refusals that our own calls do not explain: each gives half of ``size`` slots away, at last the only one is held longer.

    After a quiet minute one slot is taken back, then the next; one that proves to be in use makes the next quiet time twice as
    long. The time is that long because whoever takes a slot the moment it is free shuts the other client out and seldom notices.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._given = 0
        self._quiet = _FIRST_QUIET
        self._back_at = math.inf
        self._probing = False
        self._surprised_at = -math.inf
        self._surprises = 0

    def surprise(self, sent: float, now: float, *, certain: bool) -> None:
        """A call sent then was refused, and our own calls do not explain it; calls sent before the last one are no news.

        ``certain``: there is no other explanation. Where there is one, it takes three of them soon after each other.
        """
        if sent < self._surprised_at:
            return
        self._surprises = self._surprises + 1 if now - self._surprised_at < _SOON else 1
        self._surprised_at = now
        if certain or self._surprises >= _CHANCE:
            self._give(now)

    def room(self, now: float) -> tuple[int, float]:
        """How many slots are ours now, and how many times longer than due each is held."""
        while now >= self._back_at:
            self._given -= 1
            self._probing = True
            self._back_at = self._back_at + self._quiet if self._given else math.inf
        spare = self._size - self._given
        return max(1, spare), 2.0 ** max(0, 1 - spare)

    def _give(self, now: float) -> None:
        if self._probing:
            self._quiet = min(2 * self._quiet, _LAST_QUIET)
        self._probing = False
        spare = max(1, self._size - self._given)
        self._given = min(self._given + max(1, spare // 2), self._size - 1 + _MOST_DOUBLINGS)
        self._back_at = now + self._quiet
