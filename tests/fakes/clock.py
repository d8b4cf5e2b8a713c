"""A clock that moves when told, or when somebody waits on it."""

import threading

__all__ = ["FakeClock"]


class FakeClock:
    """Starts at a fixed moment; waiting moves it at once, so that hours pass in no time. Safe to share by threads."""

    def __init__(self, wall: float = 1_760_000_000.0) -> None:
        self._now = 1000.0
        self._wall = wall
        self._lock = threading.Lock()
        self.waits: list[float] = []

    def now(self) -> float:
        """Seconds, forward only."""
        with self._lock:
            return self._now

    def wall(self) -> float:
        """Unix time that moves along with ``now``."""
        with self._lock:
            return self._wall + self._now - 1000.0

    def wait(self, seconds: float, *, until: threading.Event | None = None) -> bool:
        """Move on by ``seconds`` unless the event is set already."""
        if until is not None and until.is_set():
            return True
        with self._lock:
            self.waits.append(seconds)
            self._now += max(0.0, seconds)
        return False

    def sleep(self, seconds: float) -> None:
        """Let the machine sleep: the wall clock goes on, the forward-only one stands still, as on Linux."""
        with self._lock:
            self._wall += seconds

    def move(self, seconds: float) -> None:
        """Let time pass without anybody waiting."""
        with self._lock:
            self._now += seconds
