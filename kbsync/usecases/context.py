"""What a run takes from outside besides its files: time, environment, and the wish to stop."""

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from kbsync.pacing.clock import Clock, SystemClock

__all__ = ["LinkedStop", "RunContext"]


@dataclass(frozen=True, slots=True)
class RunContext:
    """Time, environment and the wish to stop of one run. ``stop`` is set when the user or the system wants it to end."""

    clock: Clock = field(default_factory=SystemClock)
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    stop: threading.Event = field(default_factory=threading.Event)


class LinkedStop(threading.Event):
    """A stop event that is set when ``stop`` is, and whenever ``reason`` says so when asked; ``set`` belongs to ``stop``.

    A wait ends early for ``stop`` alone: ``reason`` is asked when it ends.
    """

    def __init__(self, stop: threading.Event, reason: Callable[[], bool]) -> None:
        super().__init__()
        self._stop = stop
        self._reason = reason

    def is_set(self) -> bool:
        """Whether to stop, as of now."""
        return self._stop.is_set() or self._reason()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait so many seconds at most; says whether to stop."""
        return self._stop.wait(timeout) or self.is_set()
