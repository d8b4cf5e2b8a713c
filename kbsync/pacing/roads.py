"""What is known of the way to the service: how long round trips take, and whether requests are late on the way in.

Nothing here waits or sends; ``slots`` asks these values at which moment a call can have been served at the latest.
"""

from collections import deque

__all__ = ["CERTAIN_MARGIN", "FULL", "STEADY_MARGIN", "RoundTrips", "Wariness"]

STEADY_MARGIN = 0.02
"""Seconds added to a slot that is reckoned from the sending: requests may differ by this much on the way in, unnoticed."""

CERTAIN_MARGIN = 0.005
"""Seconds added where the moment of service is known from above: for clocks that tick differently and for closed windows."""

FULL = 3.0
"""Seconds: no request is stamped later than this after the sending, since the service gives itself 3 s for the whole call
(www.tencentcloud.com/zh/document/product/1047/34620)."""

_CAUTION = 2
_STEP = 0.6
_DWELL = 5.0
_FIRST_PROBE = 60.0
_LAST_PROBE = 600.0


class RoundTrips:
    """The round trips of the latest calls of one command, in seconds.

    ``spread`` is how much they differ, FULL while fewer than ``enough`` are known. ``shortest`` is what none is shorter than, 0
    while fewer are known: the shortest of n lies on average spread / n above the true bound, so twice that is taken off.
    """

    def __init__(self, *, enough: int, kept: int = 256) -> None:
        self._enough = enough
        self._all: deque[float] = deque(maxlen=kept)
        self._alike: deque[float] = deque(maxlen=kept)
        self.spread = FULL
        self.shortest = 0.0

    def add(self, seconds: float, *, alike: bool = True) -> None:
        """One call was answered so long after it was sent; one unlike the others says nothing of the spread.

        A refused call is such a one, and yet it must be counted: those that travel fastest are the ones that are refused.
        """
        self._all.append(seconds)
        if alike:
            self._alike.append(seconds)
        if len(self._alike) >= self._enough:
            self.spread = max(self._alike) - min(self._alike)
            self.shortest = max(0.0, min(self._all) - _CAUTION * self.spread / len(self._all))


class Wariness:
    """How many seconds a request may spend on the way in: 0 as long as no refusal says otherwise.

    One for all commands of a target, since they travel the same way. A refusal sets it to FULL; after a quiet time it is
    lowered step by step, so that a network that has become good again, or one whose *answers* are late, is used in full. A
    bad guess costs a refusal and makes the next guess wait twice as long.
    """

    def __init__(self) -> None:
        self._allowance = 0.0
        self._probe_at = 0.0
        self._quiet = _FIRST_PROBE

    def alarm(self, now: float) -> None:
        """A call was refused that had been sent on too low an allowance."""
        self._allowance = FULL
        self._probe_at = now + self._quiet
        self._quiet = min(self._quiet * 2, _LAST_PROBE)

    def allowance(self, now: float, spread: float) -> float:
        """The allowance now, for a command whose round trips differ by ``spread``; never far above what was seen to happen."""
        if self._allowance and now >= self._probe_at:
            lower = _STEP * min(self._allowance, spread)
            self._allowance = lower if lower > STEADY_MARGIN else 0.0
            self._probe_at = now + _DWELL
        return min(self._allowance, 2 * spread + STEADY_MARGIN)
