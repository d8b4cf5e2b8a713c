"""Making room for another client of the account: how many slots are left to it. Nothing here waits or sends."""

import math

__all__ = ["Yielding"]

_CHANCE = 3
_SOON = 10.0
_MOST_DOUBLINGS = 3
_FIRST_QUIET = 20.0
_LAST_QUIET = 300.0


class Yielding:
    """Refusals that our own calls do not explain: each gives one of ``size`` slots away, and the last slot is held longer.

    After a quiet time one slot is taken back, then the next. A full service refuses mostly whoever sends least, so that the
    other client would be shut out without our noticing: a slot that proves to be in use makes the next quiet time twice as long.
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

        ``certain``: there is no other explanation. Where there is, one or two of them are chance, three soon after each other not.
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
        self._given = min(self._given + 1, self._size - 1 + _MOST_DOUBLINGS)
        self._back_at = now + self._quiet
