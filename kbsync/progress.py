"""How long work tells the world how far it is. What is drawn, and where, is the listener's business."""

from typing import Protocol

from kbsync.messages import Message

__all__ = ["Progress", "Silent"]


class Progress(Protocol):
    """Listens to work that can take more than a second. Called from several threads; must not raise."""

    def start(self, label: Message, total: int | None) -> None:
        """A stretch of work begins; ``total`` is the number of steps, None when unknown."""

    def advance(self, steps: int = 1) -> None:
        """Some steps are done; none is a sign of life from work that has no steps to show."""

    def note(self, words: Message) -> None:
        """Something worth a line, such as a pause that the service asked for."""

    def finish(self) -> None:
        """The stretch of work is over."""


class Silent:
    """Listens to nothing."""

    def start(self, label: Message, total: int | None) -> None:
        """Ignore it."""

    def advance(self, steps: int = 1) -> None:
        """Ignore it."""

    def note(self, words: Message) -> None:
        """Ignore it."""

    def finish(self) -> None:
        """Ignore it."""
