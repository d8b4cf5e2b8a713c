"""Looking at the library again after writes, with patience: reads may lag behind writes. What is looked for is the caller's."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from kbsync.applier.snapshot import Snapshot
from kbsync.errors import KbsyncError
from kbsync.messages import Message, message
from kbsync.pacing import Clock
from kbsync.progress import Progress
from kbsync.store import Reader

__all__ = ["PAUSES", "Look", "Looker"]

PAUSES = (0.5, 1.0, 1.5, 3.0, 4.0)
"""Seconds between looks, ten in all. The vendor states no delay between a write and ``list_chitchat``, nor its absence."""

FAILURES = 2
"""Failed looks in a row after which looking ends: the reader has its own patience with the network."""


@dataclass(frozen=True, slots=True)
class Look:
    """What looking found.

    ``snapshot`` is the last listing that came, None when none did. ``conclusive`` means that a whole listing came after
    all patience or showed what was looked for, so that what it does not show did not happen. ``error`` is the reader's.
    ``came`` is when the listing came, by the forward-only clock and by the wall clock.
    """

    snapshot: Snapshot | None
    conclusive: bool
    error: KbsyncError | None = None
    came: tuple[float, float] = (0.0, 0.0)

    @property
    def trouble(self) -> Message | None:
        """What the reader said, None when the last listing came."""
        return None if self.error is None else self.error.message


class Looker:
    """Reads the library again, and not more often than needed; by ``unwritten`` as long as no write was sent."""

    def __init__(self, reader: Reader, clock: Clock, *, unwritten: Reader, progress: Progress, stop: threading.Event) -> None:
        self._reader = reader
        self._unwritten = unwritten
        self._clock = clock
        self._progress = progress
        self._stop = stop
        self._latest: tuple[int, Look] | None = None

    def age(self, look: Look) -> float:
        """Seconds since its listing came, by whichever clock says more: one stands still while the machine sleeps."""
        return max(self._clock.now() - look.came[0], self._clock.wall() - look.came[1])

    def look(self, enough: Callable[[Snapshot], bool], *, writes: int, anew: bool = False) -> Look:
        """List until ``enough`` or until patience or the user ends it; never raises what a reader raises.

        ``writes`` tells how many writes were sent so far: a listing since the last of them serves again, unless ``anew``.
        """
        if not anew and self._latest is not None and self._latest[0] == writes:
            last = self._latest[1]
            if last.snapshot is not None and enough(last.snapshot):
                return last
        last, failures = Look(None, conclusive=False), 0
        for number in range(len(PAUSES) + 1):
            try:
                last, failures = self._list(writes), 0
            except KbsyncError as error:
                last, failures = replace(last, conclusive=False, error=error), failures + 1
            else:
                self._latest = (writes, last)
                if last.snapshot is not None and enough(last.snapshot):
                    return last
            if failures == FAILURES or self._ended(number):
                return replace(last, conclusive=False)
        return last

    def _list(self, writes: int) -> Look:
        snapshot = Snapshot((self._reader if writes else self._unwritten).read())
        return Look(snapshot, snapshot.knowledge.complete, came=(self._clock.now(), self._clock.wall()))

    def _ended(self, number: int) -> bool:
        """Let the reads catch up; says whether the user or the lock wants no more of it."""
        if number == len(PAUSES):
            return False
        if not self._stop.is_set():
            note = message("looking again in {seconds} s: reads may lag behind writes", seconds=PAUSES[number])
            self._progress.note(note)
        return self._clock.wait(PAUSES[number], until=self._stop)
