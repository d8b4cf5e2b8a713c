"""One call through a pacer, sent again while it is refused for speed, and without a network."""

import threading
from collections.abc import Callable
from typing import TypeVar

from kbsync.errors import Throttled
from kbsync.limiter import Pacer

__all__ = ["paced"]

Result = TypeVar("Result")


def paced(
    pacer: Pacer,
    command: str,
    send: Callable[[], Result],
    *,
    stop: threading.Event | None = None,
    still: Callable[[], bool] | None = None,
) -> Result:
    """What ``send`` gives, once the pacer let it leave and the service did not call it too fast."""
    patience = pacer.patience()
    while True:
        try:
            with pacer.slot(command, stop=stop, still=still):
                return send()
        except Throttled as refusal:
            pacer.bear(refusal, patience, stop=stop)
