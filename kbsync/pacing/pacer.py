"""The pacer: gives each call of a command its moment and repeats what was refused for speed.

Here is the waiting, for many threads; ``slots`` decides which moment is right, ``patience`` how long a refused call pauses.
"""

import math
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from random import Random
from typing import TypeVar

from kbsync.errors import Interrupted, Rejected, Throttled, Unreachable
from kbsync.messages import message
from kbsync.pacing.clock import Clock
from kbsync.pacing.lane import Lane, Ticket
from kbsync.pacing.page import Page
from kbsync.pacing.patience import Patience
from kbsync.pacing.roads import Wariness
from kbsync.pacing.slots import Slots
from kbsync.settings import Pacing

__all__ = ["Pacer"]

Result = TypeVar("Result")

_WORTH_TELLING = 1.0


class Pacer:
    """Keeps each command within ``rate`` calls a second at the service, and counts what was sent and what was refused.

    For use by many threads; the calls of one command leave in the order in which they came, commands do not wait for each other.

    - ``pacing``: steady reaches for the whole limit, strict never risks a refusal.
    - ``stop``: when it is set, waiting ends and calls that have not left raise Interrupted.
    - ``patience``: seconds for which one call is repeated while it is refused.
    - ``dice``: spreads the pauses; hand in a seeded one to repeat a run.
    - ``on_pause``: told the command and the seconds when a refusal means waiting more than a second; called from any thread.
    - ``budget``: a file shared by the processes of this machine that use the target with the same rate; None for a budget of its
      own. Raises UnusableFile when it cannot be made.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        rate: float = 5.0,
        pacing: Pacing = Pacing.STEADY,
        stop: threading.Event | None = None,
        patience: float = 60.0,
        dice: Random | None = None,
        on_pause: Callable[[str, float], None] | None = None,
        budget: Path | None = None,
    ) -> None:
        self._clock = clock
        self._rate = rate
        self._pacing = pacing
        self._stop = stop
        self._patience = patience
        self._dice = dice or Random()  # noqa: S311  it spreads pauses and guards no secret
        self._on_pause = on_pause
        self._page = _shared(budget, clock) if budget else None
        self._wariness = Wariness()
        self._lanes: dict[str, Lane] = {}
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._throttled = 0

    @property
    def calls(self) -> Mapping[str, int]:
        """Calls sent so far, by command, refused ones included."""
        with self._lock:
            return dict(self._calls)

    @property
    def throttled(self) -> int:
        """How many calls were refused for speed so far."""
        with self._lock:
            return self._throttled

    def call(self, command: str, send: Callable[[], Result]) -> Result:
        """Send when the command's limit allows it; repeat after a pause while the service says it was too fast.

        Raises what ``send`` raises, Throttled too once the patience is used up, and Interrupted when stopped before sending.
        """
        lane = self._lane(command)
        patience = Patience(self._dice, limit=self._patience)
        while True:
            ticket = self._ticket(command, lane)
            try:
                return self._send(lane, ticket, send)
            except Throttled as refusal:
                with self._lock:
                    self._throttled += 1
                    pause = patience.pause(self._clock.now(), refusal.retry_after)
                if pause is None:
                    raise
            self._rest(command, pause)

    def _lane(self, command: str) -> Lane:
        with self._lock:
            if command not in self._lanes:
                slots = Slots(rate=self._rate, pacing=self._pacing, wariness=self._wariness)
                page = partial(self._page, command) if self._page else None
                self._lanes[command] = Lane(self._clock, slots, page=page)
            return self._lanes[command]

    def _ticket(self, command: str, lane: Lane) -> Ticket:
        """Wait in the queue of the command, then for a slot. Nobody waits or sends while holding a lock."""
        turn = threading.Event()
        with self._lock:
            lane.queue.append(turn)
            lane.queue[0].set()
        try:
            turn.wait()
            ticket = self._slot(command, lane)
        finally:
            with self._lock:
                lane.queue.remove(turn)
                if lane.queue:
                    lane.queue[0].set()
        with self._lock:
            self._calls[command] += 1
        return ticket

    def _slot(self, command: str, lane: Lane) -> Ticket:
        """As the first in the queue, wait until a call may leave.

        Where only an answer can free a slot, that is what is waited for, also when stopped: a call under way ends by itself.
        """
        while True:
            if self._stop is not None and self._stop.is_set():
                raise _interrupted(command)
            ticket, when = lane.attempt()
            if ticket is not None:
                return ticket
            if when == math.inf:
                lane.freed.wait()
            else:
                self._clock.wait(when - self._clock.now(), until=self._stop)

    def _send(self, lane: Lane, ticket: Ticket, send: Callable[[], Result]) -> Result:
        """Send, and tell the lane how the call ended, whatever happens."""
        try:
            result = send()
        except Throttled as refusal:
            lane.refused(ticket, refusal.retry_after)
            raise
        except Rejected:
            lane.answered(ticket)
            raise
        except Unreachable:
            lane.unsent(ticket)
            raise
        except BaseException:
            lane.lost(ticket)
            raise
        lane.answered(ticket)
        return result

    def _rest(self, command: str, pause: float) -> None:
        """Pause after a refusal."""
        if self._on_pause is not None and pause > _WORTH_TELLING:
            self._on_pause(command, pause)
        if self._clock.wait(pause, until=self._stop):
            raise _interrupted(command)


def _shared(path: Path, clock: Clock) -> Callable[[str], AbstractContextManager[Page]]:
    from kbsync.pacing.shared import SharedBudget  # noqa: PLC0415  (file locks are slow to import, and most runs share nothing)

    return SharedBudget(path, clock).page


def _interrupted(command: str) -> Interrupted:
    return Interrupted(message("Stopped before {command} was sent; nothing happened.", command=command), command=command)
