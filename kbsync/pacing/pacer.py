"""The pacer: gives each call of a command its moment and repeats what was refused for speed."""

import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping
from typing import TypeVar

from kbsync.errors import Throttled
from kbsync.pacing.clock import Clock

__all__ = ["Pacer"]

Result = TypeVar("Result")


class Pacer:
    """Keeps each command within ``rate`` calls a second and counts what was sent and what was refused."""

    def __init__(self, clock: Clock, *, rate: float = 5.0) -> None:
        self._clock = clock
        self._rate = rate
        self._sent: dict[str, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._calls: Counter[str] = Counter()
        self._throttled = 0

    @property
    def calls(self) -> Mapping[str, int]:
        """Calls sent so far, by command, refused ones included."""
        return dict(self._calls)

    @property
    def throttled(self) -> int:
        """How many calls were refused for speed so far."""
        return self._throttled

    def call(self, command: str, send: Callable[[], Result]) -> Result:
        """Send when the command's limit allows it; repeat after a pause while the service says it was too fast.

        Raises what ``send`` raises, Throttled too once the patience is used up.
        """
        while True:
            self._take(command)
            try:
                return send()
            except Throttled as refusal:
                self._throttled += 1
                self._clock.wait(refusal.retry_after or 1.0)

    def _take(self, command: str) -> None:
        with self._lock:
            sent = self._sent[command]
            slots = max(1, int(self._rate))
            if len(sent) >= slots:
                self._clock.wait(sent.popleft() + slots / self._rate + 0.05 - self._clock.now())
            sent.append(self._clock.now())
            self._calls[command] += 1
