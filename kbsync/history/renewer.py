"""Renewing a lock while the work goes on. What a lock is, and when it is lost, is said by the lock itself."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from kbsync.history.lock import TargetLock
from kbsync.pacing import Clock

__all__ = ["Renewer"]

STEPS = 60
"""Into so many steps a lease is cut for waiting: ten seconds each with the usual ten minutes."""


class Renewer:
    """Renews a held lock every third of its lease, in a thread of its own, until its block ends or ``lock.lost`` is set.

    While the remote does not answer it tries more often; the lock counts as lost once the lease is used up. Then ``on_lost`` is
    called, once and in that thread. A machine that slept renews within moments of waking up, and so learns what became of it.
    """

    def __init__(self, lock: TargetLock, *, clock: Clock, on_lost: Callable[[], None] | None = None) -> None:
        self._lock = lock
        self._clock = clock
        self._on_lost = on_lost
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="kbsync-lock", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        pause = self._lock.lease / 3
        while not self._lock.lost.is_set() and not self._rest(pause):
            pause = self._lock.lease / 3 if self._renew() else self._lock.lease / 20
        if self._lock.lost.is_set() and self._on_lost is not None:
            self._on_lost()

    def _rest(self, pause: float) -> bool:
        """Wait until a renewal is due; says whether the block ended meanwhile.

        In short steps, because waiting stands still while the machine sleeps, and the lease goes on by the wall clock.
        """
        due, wall_due = self._clock.now() + pause, self._clock.wall() + pause
        while (left := min(due - self._clock.now(), wall_due - self._clock.wall())) > 0:
            if self._clock.wait(min(left, self._lock.lease / STEPS), until=self._stop):
                return True
        return self._stop.is_set()

    def _renew(self) -> bool:
        try:
            self._lock.renew()
        except Exception:  # noqa: BLE001  (whatever it was, a thread that dies unseen would let the lease run out unseen)
            self._lock.is_held()
            return False
        return True
