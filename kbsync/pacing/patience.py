"""How long one refused call waits before it is sent again, and when to give up. Values only: nothing here waits."""

from random import Random

__all__ = ["LONGEST", "Patience"]

LONGEST = 60.0
"""Seconds: a call that the service wants to come later than this is not waited for, it ends."""

_FIRST = 0.5
_MOST = 20.0


class Patience:
    """The pauses of one call: they grow, with jitter so that clients do not meet again (decorrelated jitter).

    ``limit``: seconds from the first refusal after which the call is not sent again.
    """

    def __init__(self, dice: Random, *, limit: float) -> None:
        self._dice = dice
        self._limit = limit
        self._last = _FIRST
        self._since: float | None = None

    def pause(self, now: float, retry_after: float | None = None) -> float | None:
        """Seconds to wait after a refusal, at least what the service asked for; None when patience is used up."""
        if self._since is None:
            self._since = now
        self._last = min(_MOST, self._dice.uniform(_FIRST, 3 * self._last))
        pause = max(self._last, retry_after or 0.0)
        return pause if now - self._since + pause <= self._limit else None
