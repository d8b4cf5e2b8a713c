"""One call through a pacer, sent again while it is refused for speed, and without a network."""

import math
import threading
from collections.abc import Callable
from typing import TypeVar

from kbsync.errors import Throttled
from kbsync.limiter import Overdue, Pacer
from kbsync.messages import message

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
    patience, failure, until = pacer.patience(), Throttled(message(""), command=command), math.inf
    while True:
        try:
            with pacer.slot(command, stop=stop, still=still, until=until):
                return send()
        except Overdue:
            raise failure from None
        except Throttled as refusal:
            failure, until = refusal, pacer.bear(refusal, patience, stop=stop)
