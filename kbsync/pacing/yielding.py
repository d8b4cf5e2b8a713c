"""Making room for another client of the account: how much longer than due a slot is held. Nothing here waits or sends."""

import math

__all__ = ["Yielding"]

_CHANCE = 3
_SOON = 10.0
_FACTOR = 1.5
_MOST = 8.0
_QUIET = 5.0
_BACK = 0.05


class Yielding:
    """Refusals that our own calls do not explain: a few are chance, more of them soon after each other are another client.

    Each further one stretches the hold of a slot by half; when none has come for a while, the stretch shrinks steadily.
    """

    def __init__(self) -> None:
        self._stretch = 1.0
        self._yielded_at = -math.inf
        self._surprised_at = -math.inf
        self._surprises = 0

    def surprise(self, sent: float, now: float) -> None:
        """A call sent then was refused, and our own calls do not explain it; calls sent before the last one are no news."""
        if sent < self._surprised_at:
            return
        self._surprises = self._surprises + 1 if now - self._surprised_at < _SOON else 1
        self._surprised_at = now
        if self._surprises >= _CHANCE:
            self._stretch = min(self.stretch(now) * _FACTOR, _MOST)
            self._yielded_at = now

    def stretch(self, now: float) -> float:
        """How many times longer than due a slot is held; 1 when all is quiet."""
        return max(1.0, self._stretch - _BACK * max(0.0, now - self._yielded_at - _QUIET))
