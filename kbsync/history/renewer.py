"""Renewing a lock while the work goes on. What a lock is, and when it is lost, is said by the lock itself."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from kbsync.errors import HistoryUnavailable, TargetLocked
from kbsync.history.lock import TargetLock
from kbsync.pacing import Clock

__all__ = ["Renewer"]


class Renewer:
    """Renews a held lock every third of its lease, in a thread of its own, until its block ends or ``lock.lost`` is set.

    While the remote does not answer it tries more often; the lock counts as lost once the lease is used up. Then ``on_lost`` is
    called, once and in that thread.
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
        while not self._lock.lost.is_set() and not self._clock.wait(pause, until=self._stop):
            pause = self._lock.lease / 3 if self._renew() else self._lock.lease / 20
        if self._lock.lost.is_set() and self._on_lost is not None:
            self._on_lost()

    def _renew(self) -> bool:
        try:
            self._lock.renew()
        except (TargetLocked, HistoryUnavailable):
            return False
        except Exception:  # noqa: BLE001  (whatever it was, a thread that dies unseen would let the lease run out unseen)
            self._lock.is_held()
            return False
        return True
