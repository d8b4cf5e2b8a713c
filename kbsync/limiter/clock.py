"""Time as something that is handed in, so that hours can be played in milliseconds."""

import math
import threading
import time
from typing import Protocol

__all__ = ["Clock", "SystemClock"]


_FORWARD = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Clock(Protocol):
    """Tells the time and waits."""

    def now(self) -> float:
        """Seconds on a clock that only goes forward, also while the machine sleeps; its zero means nothing."""

    def wall(self) -> float:
        """Unix time in seconds."""

    def wait(self, seconds: float, *, until: threading.Event | None = None) -> bool:
        """Wait that long, infinity included, or until the event is set, whichever is first; says whether it was set."""


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
