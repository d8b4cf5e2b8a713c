"""When the next call of one command may be sent: the state of its slots, without waiting, sending or reading a clock.

A command has as many slots as calls fit into one window. Threads, queues and pauses are the business of ``pacer``.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kbsync.pacing.roads import CERTAIN_MARGIN, FULL, STEADY_MARGIN, RoundTrips, Wariness
from kbsync.pacing.yielding import Yielding
from kbsync.settings import Pacing

__all__ = ["WINDOW", "Hold", "Slots"]

WINDOW = 1.0
"""Seconds in which the service counts (5 calls a second: www.tencentcloud.com/document/product/1229/68839)."""

_IDLE = 15.0
_LOOK_AGAIN = 0.05


@dataclass(frozen=True, slots=True)
class Hold:
    """One call that holds a slot. Times are seconds of the clock; ``answered`` is None while the call is under way.

    ``cold``: it may have opened a connection first, so that it was late on the way in and says nothing about others.
    ``allowance``: the wariness, in seconds, that it was sent with.
    """

    sent: float
    answered: float | None = None
    cold: bool = False
    allowance: float = 0.0


class Slots:
    """The slots of one command: ``rate`` calls a second, and never more than ``size`` of them in one window at the service.

    Steady: a slot is free a window after its call was *sent*; where requests are known to be late on the way in, a window
    after the latest moment at which the call can have been served (its answer's arrival less the shortest round trip).
    Strict: a window after the call's answer arrived. A rate between two whole numbers lengthens the window, never shortens it.
    """

    def __init__(self, *, rate: float = 5.0, pacing: Pacing = Pacing.STEADY, wariness: Wariness | None = None) -> None:
        if not 0 < rate < math.inf:
            raise ValueError(rate)
        self.size = math.ceil(rate)
        self._period = WINDOW * self.size / rate
        self._strict = pacing is Pacing.STRICT
        self._wariness = wariness or Wariness()
        self._yielding = Yielding(self.size)
        self._trips = RoundTrips(enough=self.size)
        self._holds: dict[int, Hold] = {}
        self._serial = 0
        self._cold = 0
        self._last_sent = -math.inf
        self._blocked_until = -math.inf

    @property
    def blocked_until(self) -> float:
        """The moment before which nothing may be sent because the service said so; minus infinity where it did not."""
        return self._blocked_until

    @property
    def under_way(self) -> bool:
        """Whether an answer is still to come."""
        return any(hold.answered is None for hold in self._holds.values())

    def ready_at(self, now: float, others: Sequence[Hold] | None = ()) -> float:
        """When the next call may be sent: not after ``now`` means at once, infinity means not before some answer is here.

        ``others`` are calls under the same limit that somebody else sent; nobody tells when they end, so where an answer of
        theirs would make it sooner, look again soon. None where it is not known what they sent: strict looks again, steady
        counts on nothing.
        """
        if others is None:
            if self._strict:
                return now + _LOOK_AGAIN
            others = ()
        self._forget(now)
        free = self._free_at(now, others)
        if free > now + _LOOK_AGAIN and self._free_at(now, [_ended(hold, now) for hold in others]) < free:
            free = now + _LOOK_AGAIN
        return max(free, self._blocked_until, self._last_sent + self._gap(self._allowance(now)))

    def sent(self, now: float) -> int:
        """A call leaves now; gives the ticket by which its end is told."""
        if now - self._last_sent > _IDLE:
            self._cold = self.size
        self._last_sent = now
        self._serial += 1
        self._holds[self._serial] = Hold(now, cold=self._cold > 0, allowance=self._allowance(now))
        self._cold = max(0, self._cold - 1)
        return self._serial

    def hold(self, ticket: int) -> Hold:
        """What is known of a call, until a window after its end."""
        return self._holds[ticket]

    def answered(self, ticket: int, now: float) -> None:
        """The call was served, and its answer is here."""
        hold = self._end_of_call(ticket, now)
        self._trips.add(now - hold.sent, alike=not hold.cold)

    def refused(self, ticket: int, now: float, retry_after: float | None = None) -> None:
        """The call was refused for speed. It holds its slot like a served one, because the service may count it."""
        hold = self._end_of_call(ticket, now)
        self._trips.add(now - hold.sent, alike=False)
        self.block(now + (retry_after or 0.0))
        uneven = self._trips.spread > STEADY_MARGIN and not self._strict
        if not uneven or hold.allowance >= self._trips.spread:
            self._yielding.surprise(hold.sent, now, certain=not uneven)
        elif hold.allowance >= self._allowance(now):
            self._wariness.alarm(now)

    def lost(self, ticket: int, now: float) -> None:
        """No answer will come. The service may serve the call all the same, for as long as it gives itself."""
        self._holds[ticket] = replace(self._holds[ticket], answered=now + FULL, cold=True)

    def unsent(self, ticket: int, now: float) -> None:
        """No connection was made; the slot is held all the same, so that trying again is paced too."""
        self._end_of_call(ticket, now)

    def block(self, until: float) -> None:
        """Send nothing before that moment: the service said so."""
        self._blocked_until = max(self._blocked_until, until)

    def _free_at(self, now: float, others: Sequence[Hold]) -> float:
        """When a slot is free, as far as the calls known here say."""
        allowance = self._allowance(now)
        size, stretch = self._yielding.room(now)
        ends = sorted(self._end(hold, self._period * stretch, allowance) for hold in (*self._holds.values(), *others))
        return ends[-size] if len(ends) >= size else now

    def _end_of_call(self, ticket: int, now: float) -> Hold:
        """Write down when a call ended; gives what was known before."""
        hold = self._holds[ticket]
        self._holds[ticket] = replace(hold, answered=now)
        return hold

    def _end(self, hold: Hold, period: float, allowance: float) -> float:
        """When the slot of a call is free again."""
        if self._strict:
            return math.inf if hold.answered is None else hold.answered + period + CERTAIN_MARGIN
        late = FULL if hold.cold else allowance
        if hold.answered is not None:
            late = min(late, hold.answered - hold.sent - (0.0 if hold.cold else self._trips.shortest))
        return hold.sent + period + max(STEADY_MARGIN, late + CERTAIN_MARGIN)

    def _gap(self, allowance: float) -> float:
        """Seconds between two calls while nobody knows which way round trips are uneven: half an even share.

        It costs no pace, and where it is the requests that are late, one call is refused before four more have left.
        """
        unknown = STEADY_MARGIN < self._trips.spread < FULL and not self._strict and not allowance
        return self._period / self.size / 2 if unknown else 0.0

    def _allowance(self, now: float) -> float:
        """Seconds that a request may be late on the way in, as far as refusals have taught."""
        return self._wariness.allowance(now, self._trips.spread)

    def _forget(self, now: float) -> None:
        """Drop the calls that can no longer matter, however wary one becomes."""
        _, stretch = self._yielding.room(now)
        oldest = now - self._period * stretch - STEADY_MARGIN
        self._holds = {ticket: hold for ticket, hold in self._holds.items() if hold.answered is None or hold.answered > oldest}


def _ended(hold: Hold, now: float) -> Hold:
    """The call as it would be if its answer came now."""
    return replace(hold, answered=now) if hold.answered is None else hold
