"""How far long work is, on stderr: a moving bar with rate and time left on a terminal, a line every few seconds elsewhere."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kbsync.cli.screen import Screen
from kbsync.cli.tempo import minutes, rate, time_left
from kbsync.messages import Message, message
from kbsync.pacing.clock import Clock, SystemClock
from kbsync.progress import Progress, Silent

__all__ = ["LineProgress", "progress_for"]

EVERY = 5.0
"""Seconds between two lines in a log: enough to see life, few enough to read."""


@contextmanager
def progress_for(screen: Screen, *, clock: Clock | None = None, stop: threading.Event | None = None) -> Iterator[Progress]:
    """What listens to work: nothing when quiet, a bar on a terminal that can draw one, lines elsewhere.

    The bar goes away when ``stop`` is set.
    """
    chosen = clock or SystemClock()
    if screen.verbosity < 0:
        yield Silent()
    elif screen.animated:
        from kbsync.cli.bar import bar  # noqa: PLC0415  (loads rich)

        with bar(chosen, color=screen.color_errors, say=screen.say, stop=stop) as progress:
            yield progress
    else:
        yield LineProgress(chosen, tell=screen.note)


class LineProgress:
    """Says at most one line every few seconds, and nothing at all about work that is over sooner."""

    def __init__(self, clock: Clock, *, tell: Callable[[Message], None]) -> None:
        self._clock = clock
        self._tell = tell
        self._lock = threading.Lock()
        self._label = Message("")
        self._total: int | None = None
        self._done = 0
        self._begun = self._said = clock.now()

    def start(self, label: Message, total: int | None) -> None:
        """A stretch of work begins; when the last line was said still counts, so that many short ones stay quiet too."""
        with self._lock:
            self._label, self._total, self._done = label, total, 0
            self._begun = self._clock.now()

    def advance(self, steps: int = 1) -> None:
        """Some steps are done; a line is due when the last one is old."""
        with self._lock:
            self._done += steps
            now = self._clock.now()
            if now - self._said < EVERY:
                return
            self._said = now
            self._tell(self._line(now - self._begun))

    def note(self, words: Message) -> None:
        """Say it at once."""
        self._tell(words)

    def finish(self) -> None:
        """Say nothing: the result says it."""

    def _line(self, seconds: float) -> Message:
        known, left = rate(self._done, seconds), time_left(self._done, self._total, seconds)
        if known is None:
            return message("{label}: {time} so far", label=self._label, time=minutes(seconds))
        pace = f"{known:.1f}"
        if self._total is None:
            return message("{label}: {done}, {rate} a second", label=self._label, done=self._done, rate=pace)
        return message(
            "{label}: {done} of {total}, {rate} a second, {time} left",
            label=self._label,
            done=self._done,
            total=self._total,
            rate=pace,
            time=left,
        )
