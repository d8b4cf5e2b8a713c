"""How far long work is, on stderr: a moving bar with rate and time left on a terminal, a line every few seconds elsewhere."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kbsync.cli.screen import Screen
from kbsync.pacing.clock import Clock, SystemClock
from kbsync.progress import Progress, Silent

__all__ = ["LineProgress", "progress_for"]

EVERY = 5.0
"""Seconds between two lines in a log: enough to see life, few enough to read."""


@contextmanager
def progress_for(screen: Screen, *, clock: Clock | None = None) -> Iterator[Progress]:
    """What listens to work: nothing when quiet, a bar on a terminal that can draw one, lines elsewhere."""
    if screen.verbosity < 0:
        yield Silent()
    elif screen.animated:
        from kbsync.cli.bar import bar  # noqa: PLC0415  (loads rich)

        with bar() as progress:
            yield progress
    else:
        yield LineProgress(clock or SystemClock(), say=screen.aside)


class LineProgress:
    """Says at most one line every few seconds, and nothing at all about work that is over sooner."""

    def __init__(self, clock: Clock, *, say: Callable[[str], None]) -> None:
        self._clock = clock
        self._say = say
        self._lock = threading.Lock()
        self._label = ""
        self._total: int | None = None
        self._done = 0
        self._begun = self._said = clock.now()

    def start(self, label: str, total: int | None) -> None:
        """A stretch of work begins."""
        with self._lock:
            self._label, self._total, self._done = label, total, 0
            self._begun = self._said = self._clock.now()

    def advance(self, steps: int = 1) -> None:
        """Some steps are done; a line is due when the last one is old."""
        with self._lock:
            self._done += steps
            now = self._clock.now()
            if now - self._said < EVERY:
                return
            self._said = now
            self._say(self._line(now))

    def note(self, text: str) -> None:
        """Say it at once."""
        self._say(text)

    def finish(self) -> None:
        """Say nothing: the result says it."""

    def _line(self, now: float) -> str:
        rate = self._done / max(now - self._begun, 0.001)
        if self._total is None:
            return f"{self._label}: {self._done}"
        left = (self._total - self._done) / rate
        return f"{self._label}: {self._done}/{self._total}, {rate:.1f}/s, {left:.0f} s left"
