"""What one visit to a shared budget reads and leaves there. How it is kept is the business of ``shared``."""

from kbsync.pacing.slots import Hold

__all__ = ["Page"]


class Page:
    """What the file says of one command, in seconds of this process's clock, and what is to be added to it.

    ``others``: the calls of other processes; None where another process holds the file, so that nobody knows.
    """

    def __init__(self, others: tuple[Hold, ...] | None = (), *, blocked_until: float = 0.0) -> None:
        self.others = others
        self.blocked_until = blocked_until
        self.notes: dict[int, Hold] = {}
        self.block = 0.0

    def note(self, ticket: int, hold: Hold) -> None:
        """Write a call of this process down, anew when it has ended."""
        self.notes[ticket] = hold
