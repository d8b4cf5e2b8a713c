"""One command's slots together with its page of the shared budget, safe for threads. Nothing here waits for a slot."""

import contextlib
import math
import threading
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeAlias

from kbsync.pacing.clock import Clock
from kbsync.pacing.page import Page
from kbsync.pacing.patience import LONGEST
from kbsync.pacing.slots import Slots

__all__ = ["Lane", "Ticket"]

Ticket: TypeAlias = int


class Lane:
    """The calls of one command, on all threads. ``queue`` has those that wait, the first of which alone watches the clock.

    ``freed`` is set whenever a call ends. ``awaited`` says whether any was under way at the last attempt: its end may make the
    next moment sooner than was told, or is what a slot waits for. ``told_until`` is the end of the pause that was told last.
    ``page`` opens this command's page of a budget that is shared with others; None for a budget of its own.
    """

    def __init__(self, clock: Clock, slots: Slots, *, page: Callable[[], AbstractContextManager[Page]] | None = None) -> None:
        self._clock = clock
        self._slots = slots
        self._page = page or _private
        self._lock = threading.Lock()
        self.queue: deque[threading.Event] = deque()
        self.freed = threading.Event()
        self.awaited = False
        self.told_until = -math.inf

    @property
    def blocked_until(self) -> float:
        """The moment before which the service wants no call of this command; minus infinity where it said nothing."""
        with self._lock:
            return self._slots.blocked_until

    def attempt(self, check: Callable[[], object] = object) -> tuple[Ticket | None, float]:
        """A ticket if a call may leave at once; else None and when to ask again, infinity when an answer must come first.

        ``check`` is called when the call could leave; what it raises comes out, and the slot stays free.
        """
        with self._page() as page, self._lock:
            now = self._clock.now()
            self._slots.block(page.blocked_until)
            when = self._slots.ready_at(now, page.others)
            if when > now:
                self.freed.clear()
                self.awaited = self._slots.under_way
                return None, when
            check()
            ticket = self._slots.sent(now)
            page.note(ticket, self._slots.hold(ticket))
            return ticket, now

    def answered(self, ticket: Ticket) -> None:
        """The call was served."""
        self._end(ticket, self._slots.answered)

    def refused(self, ticket: Ticket, retry_after: float | None) -> None:
        """The call was refused for speed; whoever shares the budget waits too when the service said how long.

        They are told of a minute at most: one absurd answer must not keep the processes of weeks from sending.
        """
        now = self._clock.now()
        block = now + min(retry_after, LONGEST) if retry_after else 0.0
        self._end(ticket, lambda ticket, now: self._slots.refused(ticket, now, retry_after), block=block)

    def lost(self, ticket: Ticket) -> None:
        """No usable answer came: nobody knows when, or whether, the call was served."""
        self._end(ticket, self._slots.lost)

    def unsent(self, ticket: Ticket) -> None:
        """No connection was made."""
        self._end(ticket, self._slots.unsent)

    def _end(self, ticket: Ticket, tell: Callable[[Ticket, float], None], *, block: float = 0.0) -> None:
        with self._page() as page:
            with self._lock:
                tell(ticket, self._clock.now())
                page.note(ticket, self._slots.hold(ticket))
            page.block = block
        self.freed.set()


def _private() -> AbstractContextManager[Page]:
    return contextlib.nullcontext(Page())
