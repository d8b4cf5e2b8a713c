"""A pace that tells of every call. How fast calls may leave is ``pacing``'s business, how they are told of is ``cli``'s."""

import threading
from collections.abc import Callable
from typing import Any, TypeVar

from kbsync.errors import ServiceError
from kbsync.messages import Message
from kbsync.pacing import Clock, Pacer

__all__ = ["Heard", "TellingPacer"]

Result = TypeVar("Result")

Heard = Callable[[str, float, Message | None], None]
"""Is told a command, the seconds until its answer, and what went wrong, if anything; called from any thread."""


class TellingPacer(Pacer):
    """Tells ``on_call`` of every call that was sent, those included that were refused or got no answer."""

    def __init__(self, clock: Clock, *, on_call: Heard, **options: Any) -> None:
        super().__init__(clock, **options)
        self._told_by = clock
        self._on_call = on_call

    def call(
        self,
        command: str,
        send: Callable[[], Result],
        *,
        stop: threading.Event | None = None,
        still: Callable[[], bool] | None = None,
    ) -> Result:
        """Send as ever, and tell."""

        def told() -> Result:
            begun = self._told_by.now()
            try:
                result = send()
            except ServiceError as error:
                self._on_call(command, self._told_by.now() - begun, error.message)
                raise
            self._on_call(command, self._told_by.now() - begun, None)
            return result

        return super().call(command, told, stop=stop, still=still)
