"""A wish to stop that is asked for when it matters, and not only told. Who wishes it is said by those who make one."""

import threading
from collections.abc import Callable

__all__ = ["StopWhen"]


class StopWhen(threading.Event):
    """Counts as set when ``stop`` is, and whenever ``reason`` says so at the moment of asking; ``set`` belongs to ``stop``.

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
