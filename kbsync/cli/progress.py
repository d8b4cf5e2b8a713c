"""How far long work is: a line every few seconds in a log, and the rate and the time left that a bar shows, too."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from kbsync.limiter.clock import BackgroundWork, Clock, Turn
from kbsync.messages import Message, message
from kbsync.ports import Progress

FIRST = 1.0
"""Seconds after which what is waited for is told."""

EVERY = 5.0
"""Seconds between two lines in a log: enough to see life, few enough to read."""

SETTLING = 2.0
"""Seconds after which a rate means something: the first calls leave in a burst."""


@contextmanager
def lines(clock: Clock, *, tell: Callable[[Message], None]) -> Iterator[Progress]:
    """A LineProgress that is watched from a thread of its own until the block ends."""
    progress, over = LineProgress(clock, tell=tell), Turn()
    watching = BackgroundWork(partial(progress.watch, over), clock)
    try:
        yield progress
    finally:
        over.set()
        watching.result()


class LineProgress:
    """Prints one line after a second, then at most one every few seconds, and none about shorter work."""

    def __init__(self, clock: Clock, *, tell: Callable[[Message], None]) -> None:
        self._clock = clock
        self._tell = tell
        self._lock = threading.Lock()
        self._label: Message | None = None
        self._total: int | None = None
        self._done = 0
        self._begun = self._said = clock.now()
        self._silent = True

    def start(self, label: Message, total: int | None) -> None:
        """Begin a stretch of work; the time of the last line is kept, so that many short ones print little too."""
        with self._lock:
            self._label, self._total, self._done = label, total, 0
            self._begun = self._clock.now()

    def advance(self, steps: int = 1) -> None:
        """Count steps as done; print a line if the last one is old."""
        with self._lock:
            self._done += steps
            self._say(EVERY)

    def watch(self, over: threading.Event) -> None:
        """Look every second whether a line is due, until ``over``: who waits for one answer takes no step."""
        while not self._clock.wait(FIRST, until=over):
            with self._lock:
                self._say(0.0 if self._silent else EVERY)

    def _say(self, after: float) -> None:
        """Print a line if the last one is so many seconds old."""
        now = self._clock.now()
        if self._label is not None and now - self._said >= after:
            self._said, self._silent = now, False
            self._tell(self._line(self._label, now - self._begun))

    def note(self, words: Message) -> None:
        """Print it at once."""
        self._tell(words)

    def finish(self) -> None:
        """Print nothing: the command's result reports completion."""
        with self._lock:
            self._label = None

    def _line(self, label: Message, seconds: float) -> Message:
        known, left = rate(self._done, seconds), time_left(self._done, self._total, seconds)
        if known is None:
            return message("{label}: {time} so far", label=label, time=minutes(seconds))
        pace = f"{known:.1f}"
        if self._total is None:
            return message("{label}: {done}, {rate} a second", label=label, done=self._done, rate=pace)
        return message(
            "{label}: {done} of {total}, {rate} a second, {time} left",
            label=label,
            done=self._done,
            total=self._total,
            rate=pace,
            time=left,
        )


def rate(done: float, seconds: float) -> float | None:
    """Average steps a second, None while unknown."""
    return done / seconds if done and seconds >= SETTLING else None


def time_left(done: float, total: float | None, seconds: float) -> str:
    """The remaining time at the rate so far, as minutes:seconds; empty while unknown."""
    known = rate(done, seconds)
    return "" if known is None or total is None else minutes((total - done) / known)


def minutes(seconds: float) -> str:
    """Minutes and seconds, such as 1:05."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02}"
