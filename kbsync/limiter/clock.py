"""Time, and work aside, as something that is handed in, so that hours can be played in milliseconds."""

import math
import threading
import time
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

__all__ = ["Clock", "SystemClock"]

Result = TypeVar("Result")


_FORWARD = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Clock(Protocol):
    """A clock: the time, and waiting."""

    def now(self) -> float:
        """Seconds of a monotonic clock that includes sleep of the machine; its zero has no meaning."""

    def wall(self) -> float:
        """Unix time in seconds."""

    def wait(self, seconds: float, *, until: threading.Event | None = None) -> bool:
        """Wait that long, infinity included, or until the event is set, whichever is first; says whether it was set."""

    def start(self, work: Callable[[], object]) -> None:
        """Do some work in a thread of its own, which does not keep the process from ending."""


class Turn(threading.Event):
    """An event that another thread, which is at work or waits itself, is sure to set: a clock that is played lets it do so."""


class BackgroundWork(Generic[Result]):
    """A call in a thread of its own."""

    def __init__(self, work: Callable[[], Result], clock: Clock) -> None:
        self._work = work
        self._clock = clock
        self._over = threading.Event()
        self._result: list[Result] = []
        self._error: BaseException | None = None
        clock.start(self._do)

    def result(self) -> Result:
        """Wait for its end; returns its result or raises its exception."""
        self._clock.wait(math.inf, until=self._over)
        if self._error is not None:
            raise self._error
        return self._result[0]

    def _do(self) -> None:
        try:
            self._result.append(self._work())
        except BaseException as error:  # noqa: BLE001  (whoever asks for the result gets it)
            self._error = error
        finally:
            self._over.set()


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        """Seconds since some moment, never backwards; on Linux only CLOCK_BOOTTIME counts sleep."""
        return time.clock_gettime(_FORWARD)

    def wall(self) -> float:
        """Unix time in seconds."""
        return time.time()

    def wait(self, seconds: float, *, until: threading.Event | None = None) -> bool:
        """Wait that long, infinity included, or until the event is set, whichever is first; says whether it was set."""
        if until is None:
            time.sleep(max(0.0, seconds))
            return False
        return until.wait(None if seconds == math.inf else max(0.0, seconds))

    def start(self, work: Callable[[], object]) -> None:
        """Do some work in a thread of its own, which does not keep the process from ending."""
        threading.Thread(target=work, daemon=True).start()
