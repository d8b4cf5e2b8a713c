"""A clock that moves when told, or when somebody waits on it."""

import math
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from kbsync.limiter.clock import SystemClock, Turn

__all__ = ["FakeClock", "Hurried", "Sleepy"]

RIGHT = 1_760_000_000.0


class FakeClock:
    """Starts at a fixed moment; waiting moves it at once, so that hours pass in no time. Safe to share by threads.

    Whoever waits for its turn behind another thread moves nothing: that one's waits do. In ``play`` every wait lasts as on a real
    clock: while some thread works, time stands still and whoever waits stays where it is.
    """

    def __init__(self, wall: float = RIGHT) -> None:
        self._now = 1000.0
        self._wall = wall
        self._lock = threading.Condition()
        self._playing = 0
        self._asleep: dict[int, tuple[float, threading.Event | None]] = {}
        self.waits: list[float] = []

    def now(self) -> float:
        """Seconds, forward only."""
        with self._lock:
            return self._now

    def wall(self) -> float:
        """Unix time that moves along with ``now``."""
        with self._lock:
            return self._wall + self._now - 1000.0

    def service(self, *, ask: bool = False) -> float:
        """Unix time by the clock of a service, which is right."""
        assert ask in (True, False)
        return RIGHT + self.now() - 1000.0

    def wait(self, seconds: float, *, until: threading.Event | None = None) -> bool:
        """Move on by ``seconds`` unless the event is set already; a wait without end is one for the event."""
        if until is not None and until.is_set():
            return True
        with self._lock:
            if self._playing:
                return self._last(seconds, until)
            if until is None or (seconds < math.inf and not isinstance(until, Turn)):
                self.waits.append(seconds)
                self._now += max(0.0, seconds)
                return False
        return until.wait()

    def sleep(self, seconds: float) -> None:
        """Let the machine sleep: the clocks go on, and whoever waits has waited no longer for it."""
        self.move(seconds)

    def set_wrong(self, seconds: float) -> None:
        """Set the wall clock wrong by so much."""
        with self._lock:
            self._wall += seconds

    def move(self, seconds: float) -> None:
        """Let time pass without anybody waiting."""
        with self._lock:
            self._now += seconds

    def play(self, works: Sequence[Callable[[], object]]) -> None:
        """Do each of these in a thread of its own, until all are done; all their waiting must be on this clock.

        Time moves only when every one of them waits, and then to the first moment at which a wait ends.
        """
        self._playing = len(works)
        with ThreadPoolExecutor(len(works)) as threads:
            done = [threads.submit(partial(self._do, work)) for work in works]
        for each in done:
            each.result()

    def start(self, work: Callable[[], object]) -> None:
        """Do some work in a thread of its own; in ``play`` time waits for it too."""
        with self._lock:
            self._playing += self._playing > 0
        threading.Thread(target=partial(self._do, work) if self._playing else work, daemon=True).start()

    def _do(self, work: Callable[[], object]) -> None:
        try:
            work()
        finally:
            with self._lock:
                self._playing -= 1
                self._move_on()

    def _last(self, seconds: float, until: threading.Event | None) -> bool:
        """Wait until time has moved so far, or until somebody who set the event waits or is done in turn."""
        here, end = threading.get_ident(), self._now + max(0.0, seconds)
        self._asleep[here] = (end, until)
        self._move_on()
        while not (woken := until is not None and until.is_set()) and self._now < end:
            self._lock.wait()
        del self._asleep[here]
        return woken

    def _move_on(self) -> None:
        """Let all that wait look at their events, and time go on if nobody works and no event is set."""
        woken = any(until is not None and until.is_set() for _, until in self._asleep.values())
        if self._playing and len(self._asleep) == self._playing and not woken:
            self._now = min(end for end, _ in self._asleep.values())
        self._lock.notify_all()


class Sleepy(SystemClock):
    """The clock of a machine that falls asleep for ``slept`` seconds, which no wait notices."""

    slept = 0.0

    def now(self) -> float:
        """Seconds, which go on."""
        return super().now() + self.slept

    def wall(self) -> float:
        """Unix time, which goes on."""
        return super().wall() + self.slept


class Hurried(SystemClock):
    """A clock on which four seconds pass in one: threads work, wait and meet as on the machine's own, and none waits for long."""

    def now(self) -> float:
        """Seconds, forward only."""
        return super().now() * 4

    def wall(self) -> float:
        """Unix time that moves along with ``now``."""
        return RIGHT + self.now()

    def wait(self, seconds: float, *, until: threading.Event | None = None) -> bool:
        """Wait a quarter of that."""
        return super().wait(seconds / 4, until=until)
