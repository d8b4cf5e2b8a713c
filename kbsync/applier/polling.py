"""Listing the library again after writes, with patience: reads may lag behind writes."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from kbsync.applier.snapshot import Snapshot
from kbsync.errors import KbsyncError
from kbsync.limiter import Clock
from kbsync.messages import Message, message
from kbsync.model import Knowledge
from kbsync.plan import CategoryChange, Change, Plan
from kbsync.progress import Progress
from kbsync.store import Reader

__all__ = ["PAUSES", "Observation", "Poller", "await_pending_creates"]

PAUSES = (0.5, 1.0, 1.5, 3.0, 4.0)
"""Seconds between looks, ten in all. The vendor states no delay between a write and ``list_chitchat``, nor its absence."""

FAILURES = 2
"""Failed looks in a row after which looking ends: the reader has its own patience with the network."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What polling found.

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


class Poller:
    """Lists the library until it shows what is looked for, and not more often than needed.

    ``unwritten`` is the reader as long as no write was sent.
    """

    def __init__(self, reader: Reader, clock: Clock, *, unwritten: Reader, progress: Progress, stop: threading.Event) -> None:
        self._reader = reader
        self._unwritten = unwritten
        self._clock = clock
        self._progress = progress
        self._stop = stop
        self._latest: tuple[int, Observation] | None = None

    def age(self, seen: Observation) -> float:
        """Seconds since its listing came, by whichever clock says more: one stands still while the machine sleeps."""
        return max(self._clock.now() - seen.came[0], self._clock.wall() - seen.came[1])

    def poll(self, enough: Callable[[Snapshot], bool], *, writes: int, anew: bool = False) -> Observation:
        """List until ``enough`` or until patience or the user ends it; never raises what a reader raises.

        ``writes`` tells how many writes were sent so far: a listing since the last of them serves again, unless ``anew``.
        """
        if not anew and self._latest is not None and self._latest[0] == writes:
            last = self._latest[1]
            if last.snapshot is not None and enough(last.snapshot):
                return last
        last, failures = Observation(None, conclusive=False), 0
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

    def _list(self, writes: int) -> Observation:
        snapshot = Snapshot((self._reader if writes else self._unwritten).read())
        return Observation(snapshot, snapshot.knowledge.complete, came=(self._clock.now(), self._clock.wall()))

    def _ended(self, number: int) -> bool:
        """Let the reads catch up; says whether the user or the lock wants no more of it."""
        if number == len(PAUSES):
            return False
        if not self._stop.is_set():
            note = message("looking again in {seconds} s: reads may lag behind writes", seconds=PAUSES[number])
            self._progress.note(note)
        return self._clock.wait(PAUSES[number], until=self._stop)


def await_pending_creates(plan: Plan, live: Knowledge, *, poller: Poller, progress: Progress) -> Knowledge:
    """The library once it shows everything that the plan creates, or as it is after all patience.

    An earlier apply may have made what no listing shows yet. How long reads may lag behind writes is nowhere said, and no
    call refuses a second question of the same text for certain, so patience is all there is.

    Raises ServiceError when it cannot be listed; nothing has been sent then.
    """
    made = [change for change in plan.changes if change.before is None]

    def shows_all(seen: Snapshot) -> bool:
        return all(_is_there(change, seen) for change in made)

    if shows_all(Snapshot(live)):
        return live
    progress.note(message("the last apply did not end in order: looking for what it made before anything is created"))
    found = poller.poll(shows_all, writes=0)
    if found.snapshot is None or found.error is not None:
        assert found.error is not None  # noqa: S101  (without a listing there is an error)
        raise found.error
    return found.snapshot.knowledge


def _is_there(change: Change, seen: Snapshot) -> bool:
    if isinstance(change, CategoryChange):
        return seen.at(change.after or ()) is not None
    return bool(seen.called(change.title))
