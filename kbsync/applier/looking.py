"""Looking at the library again after writes, with patience: reads may lag behind writes. What is looked for is the caller's."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

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
    all patience or showed what was looked for, so that what it does not show did not happen. ``trouble`` is the reader's.
    """

    snapshot: Snapshot | None
    conclusive: bool
    trouble: Message | None = None


class Looker:
    """Reads the library again, and not more often than needed."""

    def __init__(self, reader: Reader, clock: Clock, *, progress: Progress, stop: threading.Event) -> None:
        self._reader = reader
        self._clock = clock
        self._progress = progress
        self._stop = stop
        self._latest: tuple[int, Snapshot] | None = None

    def look(self, enough: Callable[[Snapshot], bool], *, writes: int, anew: bool = False) -> Look:
        """List until ``enough`` or until patience or the user ends it; never raises what a reader raises.

        ``writes`` tells how many writes were sent so far: a listing since the last of them serves again, unless ``anew``.
        """
        if not anew and self._latest is not None and self._latest[0] == writes and enough(self._latest[1]):
            return Look(self._latest[1], self._latest[1].knowledge.complete)
        last: Snapshot | None = None
        failures = 0
        for number in range(len(PAUSES) + 1):
            try:
                last, trouble, failures = Snapshot(self._reader.read()), None, 0
            except KbsyncError as error:
                trouble, failures = error.message, failures + 1
            else:
                self._latest = (writes, last)
                if enough(last):
                    return Look(last, last.knowledge.complete)
            if failures == FAILURES or self._ended(number):
                return Look(last, conclusive=False, trouble=trouble)
        return Look(last, trouble is None and last is not None and last.knowledge.complete, trouble)

    def _ended(self, number: int) -> bool:
        """Let the reads catch up; says whether the user or the lock wants no more of it."""
        if number == len(PAUSES):
            return False
        if not self._stop.is_set():
            note = message("looking again in {seconds} s: reads may lag behind writes", seconds=PAUSES[number])
            self._progress.note(note)
        return self._clock.wait(PAUSES[number], until=self._stop)
