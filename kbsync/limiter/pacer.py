"""The limiter for many threads: gives each call of a command its moment and repeats what was refused for speed.

``Patience`` is how long one refused call pauses, ``CommandQueue`` the calls of one command that wait or are under way, ``Pacer``
all commands together.
"""

import contextlib
import math
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import TypeAlias

from kbsync.errors import Interrupted, Outdated, Rejected, ServiceError, Throttled, Unreachable
from kbsync.limiter.clock import Clock, Turn
from kbsync.limiter.slots import LONGEST, BudgetView, InboundDelay, Slots
from kbsync.messages import Message, message
from kbsync.settings import Pacing

_FIRST = 0.5
_MOST = 20.0


class Overdue(Exception):
    """A call that is sent again finds no slot before the moment after which it must not be."""


class Patience:
    """The pauses of one call: they grow, with jitter so that clients do not meet again (decorrelated jitter).

    ``limit``: seconds from the first sending, or else the first refusal, after which the call is not sent again.
    """

    def __init__(self, dice: Random, *, limit: float) -> None:
        self._dice = dice
        self._limit = limit
        self._last = _FIRST
        self._since: float | None = None

    def begin(self, now: float) -> float:
        """Start the patience with the first sending; returns the moment after which the call is not sent again."""
        if self._since is None:
            self._since = now
        return self._since + self._limit

    def pause(self, now: float, retry_after: float | None = None) -> float | None:
        """Seconds to wait after a refusal, at least what the service asked for; None when patience is used up."""
        self._last = min(_MOST, self._dice.uniform(_FIRST, 3 * self._last))
        pause = max(self._last, retry_after or 0.0)
        return pause if now + pause <= self.begin(now) else None


Ticket: TypeAlias = int


class CommandQueue:
    """The calls of one command, on all threads. ``waiting`` has those that wait, the first of which alone watches the clock.

    ``freed`` is set whenever a call ends. ``awaited`` says whether any was under way at the last attempt: its end may make the
    next moment sooner than was told, or is what a slot waits for. ``ready_at`` is the next moment, as it was told last.
    ``announced_until`` is the end of the pause that was told last.
    ``page`` opens this command's page of a budget that is shared with others; None for a budget of its own.
    """

    def __init__(
        self, clock: Clock, slots: Slots, *, page: Callable[[], AbstractContextManager[BudgetView]] | None = None
    ) -> None:
        self._clock = clock
        self._slots = slots
        self._page = page or _private
        self._lock = threading.Lock()
        self.waiting: deque[threading.Event] = deque()
        self.freed = threading.Event()
        self.awaited = False
        self.ready_at = -math.inf
        self.announced_until = -math.inf

    @property
    def blocked_until(self) -> float:
        """The moment before which the service wants no call of this command; minus infinity if it named none."""
        with self._lock:
            return self._slots.blocked_until

    def attempt(self, check: Callable[[], object] = object, *, evenly: bool = False) -> tuple[Ticket | None, float]:
        """A ticket if a call may leave at once; else None and when to ask again, infinity when an answer must come first.

        ``check`` is called when the call could leave; what it raises comes out, and the slot stays free.
        """
        with self._page() as page, self._lock:
            now = self._clock.now()
            self._slots.block(page.blocked_until)
            when = self._slots.ready_at(now, page.others, evenly=evenly)
            if when > now:
                self.freed.clear()
                self.awaited = self._slots.under_way
                return None, when
            check()
            ticket = self._slots.sent(now)
            page.note(ticket, self._slots.hold(ticket))
            return ticket, now

    def left(self, ticket: Ticket) -> None:
        """The request begins to leave, over a connection that stands; told only where that was not clear before."""
        now = self._clock.now()
        with self._lock:
            hold = self._slots.hold(ticket)
        if hold.cold or now - hold.sent > _OPENING:
            with self._page() as page, self._lock:
                self._slots.left(ticket, now)
                page.note(ticket, self._slots.hold(ticket))

    def answered(self, ticket: Ticket) -> None:
        """The call was served."""
        self._end(ticket, self._slots.answered)

    def refused(self, ticket: Ticket, retry_after: float | None) -> None:
        """The service throttled the call. Processes sharing the budget wait too, at most a minute."""
        now = self._clock.now()
        block = now + min(retry_after, LONGEST) if retry_after else 0.0
        self._end(ticket, lambda ticket, now: self._slots.refused(ticket, now, retry_after), block=block)

    def recent(self, now: float) -> int:
        """How many calls were sent in the last window."""
        with self._lock:
            return self._slots.recent(now)

    def crowd(self, now: float) -> None:
        """Leave room to another command."""
        with self._lock:
            self._slots.crowd(now)

    def lost(self, ticket: Ticket) -> None:
        """The call ended without a usable answer; it may or may not have been served."""
        self._end(ticket, self._slots.lost)

    def unsent(self, ticket: Ticket) -> None:
        """No connection was made."""
        self._end(ticket, self._slots.unsent)

    def _end(self, ticket: Ticket, record: Callable[[Ticket, float], None], *, block: float = 0.0) -> None:
        with self._page() as page:
            with self._lock:
                record(ticket, self._clock.now())
                page.note(ticket, self._slots.hold(ticket))
            page.block = block
        self.freed.set()


def _private() -> AbstractContextManager[BudgetView]:
    return contextlib.nullcontext(BudgetView())


_OPENING = 0.005
"""Seconds: what leaves later than this after its slot has opened a connection first."""

CallObserver: TypeAlias = Callable[[str, float, Message | None], object]
"""Called with a command, the seconds until its answer, and what went wrong, if anything; from any thread."""

_WORTH_REPORTING = 1.0
"""Seconds: a shorter pause is not reported."""


@dataclass(frozen=True, slots=True)
class _Departure:
    """What decides whether a call that waits may leave at all."""

    command: str
    stop: threading.Event | None
    still: Callable[[], bool] | None
    evenly: bool
    until: float

    def check_stop(self) -> None:
        """Raise Interrupted once ``stop`` is set."""
        if self.stop is not None and self.stop.is_set():
            raise _interrupted(self.command)

    def check(self) -> None:
        """Raise Interrupted or Outdated where the call must not leave any more."""
        self.check_stop()
        if self.still is not None and not self.still():
            words = message("{command} had to wait until what it rests on was too old; it was not sent.", command=self.command)
            raise Outdated(words, command=self.command)


class Pacer:
    """Keeps each command within ``rate`` calls a second at the service, and counts what was sent and what was refused.

    For use by many threads; the calls of one command leave in the order in which they came, commands do not wait for each other.

    - ``pacing``: steady reaches for the whole limit, strict never risks a refusal.
    - ``patience``: seconds for which one call is repeated while it is refused.
    - ``dice``: spreads the pauses; hand in a seeded one to repeat a run.
    - ``on_pause``: told the command and the seconds when the service makes a call wait more than a second, be it the refused
      one or one in the queue behind it; called from any thread.
    - ``on_call``: told of every call that was sent, also of those that were refused or got no answer; called from any thread.
    - ``budget``: a file shared by the processes of this machine that use the target with the same rate; None for a budget of its
      own. Raises UnusableFile when it cannot be made.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        rate: float = 5.0,
        pacing: Pacing = Pacing.STEADY,
        patience: float = 60.0,
        dice: Random | None = None,
        on_pause: Callable[[str, float], None] | None = None,
        on_call: CallObserver | None = None,
        budget: Path | None = None,
    ) -> None:
        self._clock = clock
        self._rate = rate
        self._pacing = pacing
        self._patience = patience
        self._dice = dice or Random()  # noqa: S311  it spreads pauses and guards no secret
        self._on_pause = on_pause
        self._on_call = on_call or _unobserved
        self._page = _shared(budget, clock) if budget else None
        self._inbound = InboundDelay()
        self._queues: dict[str, CommandQueue] = {}
        self._lock = threading.Lock()
        self._here = threading.local()
        self._calls: Counter[str] = Counter()
        self._throttled = 0

    @property
    def calls(self) -> Mapping[str, int]:
        """Calls sent so far, by command, refused ones included."""
        with self._lock:
            return dict(self._calls)

    @property
    def calls_here(self) -> int:
        """Calls sent so far by the thread that asks, those included that were refused for speed or sent again."""
        return getattr(self._here, "calls", 0)

    @property
    def throttled(self) -> int:
        """How many calls were refused for speed so far."""
        with self._lock:
            return self._throttled

    @contextlib.contextmanager
    def slot(
        self,
        command: str,
        *,
        stop: threading.Event | None = None,
        still: Callable[[], bool] | None = None,
        evenly: bool = False,
        until: float = math.inf,
    ) -> Iterator[Callable[[], None]]:
        """Wait until a call may leave; in the block it is under way, and how the block ends says how long its slot is held.

        One of many may leave ``evenly``, a share of the window after the one before it. After ``until`` none leaves.
        What is given is to be called when the request leaves, once a connection stands, by whoever knows.

        Raises Interrupted when ``stop``, which ends waiting, is set before the call has left; Outdated when ``still``, asked
        each time the call could leave, says that it must not any more; Throttled where the service wants a longer pause than
        is waited for; Overdue as soon as it is clear that it could leave only after ``until``.
        """
        queue = self._queue(command)
        ticket = self._ticket(_Departure(command, stop, still, evenly, until), queue)
        begun = self._clock.now()
        try:
            yield partial(queue.left, ticket)
        except BaseException as error:
            self._release(queue, ticket, error)
            if isinstance(error, ServiceError):
                self._on_call(command, self._clock.now() - begun, error.message)
            raise
        queue.answered(ticket)
        self._on_call(command, self._clock.now() - begun, None)

    def patience(self) -> Patience:
        """What one call has for refusals."""
        return Patience(self._dice, limit=self._patience)

    def bear(self, refusal: Throttled, patience: Patience, *, stop: threading.Event | None = None) -> float:
        """Wait until a refused call may be sent again; returns the moment after which it must not be.

        Raises Throttled once the patience is used up or where the service wants a longer pause than is waited for; Interrupted
        when ``stop`` is set meanwhile.
        """
        command, wish = refusal.command, refusal.retry_after
        with self._lock:
            pause = patience.pause(self._clock.now(), wish)
        if wish is not None and wish > LONGEST:
            raise _too_long(command, wish, code=refusal.code) from None
        if pause is None:
            raise refusal
        self._announce(command, self._queue(command), pause)
        if self._clock.wait(pause, until=stop):
            raise _interrupted(command)
        return patience.begin(self._clock.now())

    def _queue(self, command: str) -> CommandQueue:
        with self._lock:
            if command not in self._queues:
                slots = Slots(rate=self._rate, pacing=self._pacing, inbound=self._inbound)
                page = partial(self._page, command) if self._page else None
                self._queues[command] = CommandQueue(self._clock, slots, page=page)
            return self._queues[command]

    def _ticket(self, departure: _Departure, queue: CommandQueue) -> Ticket:
        """Wait in the queue of the command, then for a slot. No lock is held while waiting or sending."""
        turn = Turn()
        with self._lock:
            if queue.waiting and queue.ready_at > departure.until:
                raise Overdue
            queue.waiting.append(turn)
            queue.waiting[0].set()
        try:
            self._clock.wait(math.inf, until=turn)
            ticket = self._first_in_queue(departure, queue)
        finally:
            with self._lock:
                queue.waiting.remove(turn)
                if queue.waiting:
                    queue.waiting[0].set()
        with self._lock:
            self._calls[departure.command] += 1
        self._here.calls = self.calls_here + 1
        return ticket

    def _first_in_queue(self, departure: _Departure, queue: CommandQueue) -> Ticket:
        """As the first in the queue, wait until a call may leave.

        While calls are under way, the next answer ends a wait, because it may free a slot. A stop is noticed with that answer,
        which the run waits for in any case; without a call under way, at once.
        """
        while True:
            departure.check_stop()
            if self._clock.now() > departure.until:
                raise Overdue
            ticket, when = queue.attempt(departure.check, evenly=departure.evenly)
            if ticket is not None:
                return ticket
            self._respect_pause(departure.command, queue)
            queue.ready_at = -math.inf if queue.awaited else when
            left = departure.until - self._clock.now()
            if when > departure.until and (left <= 0 or not queue.awaited):
                raise Overdue
            pause = min(when - self._clock.now(), left)
            self._clock.wait(pause, until=queue.freed if queue.awaited else departure.stop)

    def _respect_pause(self, command: str, queue: CommandQueue) -> None:
        """Apply a pause that the service asked of an earlier call to those behind it: report it, or end them."""
        pause = queue.blocked_until - self._clock.now()
        if round(pause) > LONGEST:
            raise _too_long(command, pause)
        self._announce(command, queue, pause)

    def _release(self, queue: CommandQueue, ticket: Ticket, error: BaseException) -> None:
        """Record for the queue how a call without success ended."""
        if isinstance(error, Throttled):
            queue.refused(ticket, error.retry_after)
            with self._lock:
                self._throttled += 1
                queues = tuple(self._queues.values())
            self._make_room(queue, queues)
        elif isinstance(error, Rejected):
            queue.answered(ticket)
        elif isinstance(error, Unreachable):
            queue.unsent(ticket)
        else:
            queue.lost(ticket)

    def _make_room(self, refused: CommandQueue, queues: Sequence[CommandQueue]) -> None:
        """Slow the other commands where their calls, and not those of the refused one, are more than the limit.

        It is documented for each command. Where it is one for all, a call that must follow others at once never left.
        """
        now = self._clock.now()
        if refused.recent(now) < self._rate < sum(queue.recent(now) for queue in queues):
            for queue in queues:
                if queue is not refused:
                    queue.crowd(now)

    def _announce(self, command: str, queue: CommandQueue, pause: float) -> None:
        """Call ``on_pause``, once for all calls that wait for the same moment."""
        until = self._clock.now() + pause
        with self._lock:
            news = pause > _WORTH_REPORTING and until > queue.announced_until + _WORTH_REPORTING
            queue.announced_until = until if news else queue.announced_until
        if news and self._on_pause is not None:
            self._on_pause(command, pause)


def _shared(path: Path, clock: Clock) -> Callable[[str], AbstractContextManager[BudgetView]]:
    from kbsync.limiter.budget import SharedBudget  # noqa: PLC0415  (file locks are slow to import, and most runs share nothing)

    return SharedBudget(path, clock).page


def _unobserved(_command: str, _seconds: float, _problem: Message | None) -> None:
    """A CallObserver that ignores calls."""


def _interrupted(command: str) -> Interrupted:
    return Interrupted(message("Stopped before {command} was sent; nothing happened.", command=command), command=command)


def _too_long(command: str, seconds: float, *, code: int | None = None) -> Throttled:
    words = message(
        "The service wants no {command} for {seconds} s, which is longer than kbsync waits; nothing happened.",
        command=command,
        seconds=f"{seconds:.0f}",
    )
    hint = message("Run the command again after that time.")
    return Throttled(words, command=command, code=code, retry_after=seconds, hint=hint)
