"""When the next call of one command may be sent: the state of its slots, without waiting, sending or reading a clock.

A command has as many slots as calls fit into one window. ``InboundDelay`` is what is known of requests that are late on the way
to the service, ``RoundTrips`` how long answers take, ``ContentionBackoff`` how many slots are left to another client of the
account, ``BudgetView`` what one visit to a shared budget reads and leaves there.
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kbsync.settings import Pacing

WINDOW = 1.0
"""Seconds in which the service counts (5 calls a second: www.tencentcloud.com/document/product/1229/68839)."""


LONGEST = 60.0
"""Seconds: the longest pause asked for by the service that is waited for; a longer one ends the call."""


_IDLE = 15.0
_LOOK_AGAIN = 0.05


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
        """Record the seconds from sending to answer; a call that is not ``alike`` the others does not count for the spread.

        A refused call is one of these, and yet it is recorded: the fastest calls are the ones that are refused.
        """
        self._all.append(seconds)
        if alike:
            self._alike.append(seconds)
        if len(self._alike) >= self._enough:
            self.spread = max(self._alike) - min(self._alike)
            self.shortest = max(0.0, min(self._all) - _CAUTION * self.spread / len(self._all))


class InboundDelay:
    """The seconds that a request may need to reach the service: 0 until a refusal shows otherwise.

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


_CHANCE = 3
_SOON = 10.0


_MOST_DOUBLINGS = 3
_FIRST_QUIET = 60.0


_LAST_QUIET = 600.0


class ContentionBackoff:
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


@dataclass(frozen=True, slots=True)
class Hold:
    """One call that holds a slot. Times are seconds of the clock; ``answered`` is None while the call is under way.

    ``cold``: it may have opened a connection first, which delays it, so that it does not count for the inbound delay of others.
    ``allowance``: the inbound delay, in seconds, that it was sent with.
    """

    sent: float
    answered: float | None = None
    cold: bool = False
    allowance: float = 0.0


class BudgetView:
    """The budget file's entries for one command, in seconds of this process's clock, and those to be added.

    ``others``: the calls of other processes; None, unknown, while another process holds the file.
    """

    def __init__(self, others: tuple[Hold, ...] | None = (), *, blocked_until: float = 0.0) -> None:
        self.others = others
        self.blocked_until = blocked_until
        self.notes: dict[int, Hold] = {}
        self.block = 0.0

    def note(self, ticket: int, hold: Hold) -> None:
        """Write a call of this process down, anew when it has ended."""
        self.notes[ticket] = hold


class Slots:
    """The slots of one command: ``rate`` calls a second, and never more than ``size`` of them in one window at the service.

    Steady: a slot is free a window after its call was *sent*; where requests are known to be late on the way in, a window
    after the latest moment at which the call can have been served (its answer's arrival less the shortest round trip).
    Strict: a window after the call's answer arrived. A rate between two whole numbers lengthens the window, never shortens it.
    """

    def __init__(self, *, rate: float = 5.0, pacing: Pacing = Pacing.STEADY, inbound: InboundDelay | None = None) -> None:
        if not 0 < rate < math.inf:
            raise ValueError(rate)
        self.size = math.ceil(rate)
        self._period = WINDOW * self.size / rate
        self._strict = pacing is Pacing.STRICT
        self._inbound = inbound or InboundDelay()
        self._contention = ContentionBackoff(self.size)
        self._trips = RoundTrips(enough=self.size)
        self._holds: dict[int, Hold] = {}
        self._serial = 0
        self._cold = 0
        self._last_sent = -math.inf
        self._blocked_until = -math.inf

    @property
    def blocked_until(self) -> float:
        """The moment before which the service wants no call; minus infinity if it named none."""
        return self._blocked_until

    @property
    def under_way(self) -> bool:
        """Whether a call is still under way."""
        return any(hold.answered is None for hold in self._holds.values())

    def ready_at(self, now: float, others: Sequence[Hold] | None = (), *, evenly: bool = False) -> float:
        """When the next call may be sent: not after ``now`` means at once, infinity means not before some answer is here.

        ``others`` are calls of other processes under the same limit; their ends are not signalled, so if one could make it
        sooner, ask again soon. None if they are unknown: strict asks again, steady ignores them. Many calls may leave
        ``evenly``: that takes no longer, and other clients do not meet them all at once.
        """
        if others is None:
            if self._strict:
                return now + _LOOK_AGAIN
            others = ()
        self._forget(now)
        free = self._free_at(now, others)
        if free > now + _LOOK_AGAIN and self._free_at(now, [_ended(hold, now) for hold in others]) < free:
            free = now + _LOOK_AGAIN
        return max(free, self._blocked_until, self._last_sent + self._gap(self._allowance(now), evenly=evenly))

    def sent(self, now: float) -> int:
        """Record that a call is sent; returns the ticket used to report its end."""
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

    def left(self, ticket: int, now: float) -> None:
        """The request leaves only now: what had to be opened before is open, so it is as late on the way in as any other."""
        self._holds[ticket] = replace(self._holds[ticket], sent=now, cold=False)

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
            self._contention.surprise(hold.sent, now, certain=not uneven)
        elif hold.allowance >= self._allowance(now):
            self._inbound.alarm(now)

    def recent(self, now: float) -> int:
        """How many calls were sent in the last window."""
        return sum(hold.sent > now - self._period for hold in self._holds.values())

    def crowd(self, now: float) -> None:
        """Leave room to another command, whose calls and these share one limit."""
        self._contention.surprise(now, now, certain=True)

    def lost(self, ticket: int, now: float) -> None:
        """Record that no answer will arrive; the service may still serve the call, within its own timeout."""
        self._holds[ticket] = replace(self._holds[ticket], answered=now + FULL, cold=True)

    def unsent(self, ticket: int, now: float) -> None:
        """No connection was made; the slot is held all the same, so that trying again is paced too."""
        self._end_of_call(ticket, now)

    def block(self, until: float) -> None:
        """Send nothing before that moment, by order of the service."""
        self._blocked_until = max(self._blocked_until, until)

    def _free_at(self, now: float, others: Sequence[Hold]) -> float:
        """When a slot is free, by the calls known here."""
        allowance = self._allowance(now)
        size, stretch = self._contention.room(now)
        ends = sorted(self._end(hold, self._period * stretch, allowance) for hold in (*self._holds.values(), *others))
        return ends[-size] if len(ends) >= size else now

    def _end_of_call(self, ticket: int, now: float) -> Hold:
        """Record the end of a call; returns its earlier hold."""
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

    def _gap(self, allowance: float, *, evenly: bool) -> float:
        """Seconds between two calls while nobody knows which way round trips are uneven: half an even share.

        It costs no pace, and where it is the requests that are late, one call is refused before four more have left.
        Where many are to leave ``evenly`` it is the whole share.
        """
        if evenly and not self._strict:
            return (self._period + STEADY_MARGIN) / self.size
        unknown = STEADY_MARGIN < self._trips.spread < FULL and not self._strict and not allowance
        return self._period / self.size / 2 if unknown else 0.0

    def _allowance(self, now: float) -> float:
        """Seconds that a request may be late on the way in, as far as refusals have taught."""
        return self._inbound.allowance(now, self._trips.spread)

    def _forget(self, now: float) -> None:
        """Drop the calls that can no longer matter, however wary one becomes."""
        _, stretch = self._contention.room(now)
        oldest = now - self._period * stretch - STEADY_MARGIN
        self._holds = {ticket: hold for ticket, hold in self._holds.items() if hold.answered is None or hold.answered > oldest}


def _ended(hold: Hold, now: float) -> Hold:
    """The call as it would be if its answer came now."""
    return replace(hold, answered=now) if hold.answered is None else hold
