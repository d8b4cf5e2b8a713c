"""Ctrl-C and SIGTERM during an apply: the first asks it to end well, the second ends it at once."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["stopping_well"]


@contextmanager
def stopping_well(stop: threading.Event, *, tell: Callable[[], None]) -> Iterator[None]:
    """Set ``stop`` on the first signal; from then on a further one has its usual effect. ``tell`` says so to the user."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in numbers}

    def ask(_number: int, _frame: FrameType | None) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)
        stop.set()
        tell()

    for number in numbers:
        signal.signal(number, ask)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
