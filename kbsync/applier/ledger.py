"""The book of one apply: an outcome for each change, the calls it took, and whether anything new may be started."""

import threading
from collections.abc import Iterable
from enum import StrEnum

from kbsync.applier.attempts import Attempt, Ended
from kbsync.messages import Message, message
from kbsync.plan import Plan
from kbsync.progress import Progress
from kbsync.report import ChangeOutcome, Outcome

__all__ = ["GOOD", "Ledger", "OnFailure"]

GOOD = (Outcome.APPLIED, Outcome.ALREADY)
"""The outcomes that leave an object in its goal state."""

OUTCOMES = {
    Ended.DONE: Outcome.APPLIED,
    Ended.ALREADY: Outcome.ALREADY,
    Ended.REFUSED: Outcome.REFUSED,
    Ended.UNKNOWN: Outcome.UNKNOWN,
    Ended.UNSENT: Outcome.NOT_ATTEMPTED,
    Ended.HELD: Outcome.NOT_ATTEMPTED,
}


class OnFailure(StrEnum):
    """What an apply does once a change has failed."""

    STOP = "stop"
    """Start nothing new; calls in flight end."""
    CONTINUE = "continue"
    """Go on with what does not depend on it."""


class Ledger:
    """Written from several threads; every change is entered once, an entry can be corrected later."""

    def __init__(self, plan: Plan, *, on_failure: OnFailure, stop: threading.Event, progress: Progress) -> None:
        self._changes = plan.changes
        self._on_failure = on_failure
        self._stop = stop
        self._progress = progress
        self._lock = threading.RLock()
        self._entries: dict[int, tuple[Outcome, Message | None, int | None]] = {}
        self._shown: set[int] = set()
        self._calls = [0] * len(plan.changes)
        self._halted: Message | None = None
        self._interrupted = False

    @property
    def cautious(self) -> bool:
        """Whether the first failure ends the apply."""
        return self._on_failure is OnFailure.STOP

    @property
    def interrupted(self) -> bool:
        """Whether the user or the lock said stop."""
        return self._interrupted or self._stop.is_set()

    @property
    def halted(self) -> bool:
        """Whether nothing new may be started."""
        return self.interrupted or self._halted is not None

    @property
    def wrote(self) -> bool:
        """Whether anything was sent at all."""
        return any(self._calls)

    @property
    def writes(self) -> int:
        """How many writes were sent so far."""
        return sum(self._calls)

    def count(self, index: int) -> None:
        """One write is about to be sent for a change."""
        with self._lock:
            self._calls[index] += 1

    def enter(self, index: int, attempt: Attempt) -> None:
        """Write down how a change ended, or correct what was written."""
        with self._lock:
            self._entries[index] = (OUTCOMES[attempt.ended], attempt.reason, attempt.code)
            self._judge(index, attempt)
        self.show(index)

    def show(self, index: int) -> None:
        """Count a change as done for whoever watches, once: a round can be long, and its outcomes are entered at its end."""
        with self._lock:
            fresh = index not in self._shown
            self._shown.add(index)
        if fresh:
            self._progress.advance()

    def outcome(self, index: int) -> Outcome | None:
        """How a change ended; None while that is open."""
        with self._lock:
            return self._entries[index][0] if index in self._entries else None

    def reason(self, index: int) -> Message:
        """Why a change did not end well."""
        with self._lock:
            entry = self._entries.get(index)
        return (entry[1] if entry else None) or message("it was not carried out")

    def first_failed(self, indices: Iterable[int]) -> int | None:
        """The first of some changes that did not reach its goal."""
        return next((index for index in indices if self.outcome(index) not in GOOD), None)

    def close(self) -> tuple[ChangeOutcome, ...]:
        """Every change's outcome in plan order; what was never started is not attempted, with the cause."""
        cause = self._halted or message("not started: the apply was stopped before")
        for index in range(len(self._changes)):
            if index not in self._entries:
                self.enter(index, Attempt(Ended.HELD, cause))
        return tuple(
            ChangeOutcome(index, self._entries[index][0], self._entries[index][1], self._entries[index][2], self._calls[index])
            for index in range(len(self._changes))
        )

    def _judge(self, index: int, attempt: Attempt) -> None:
        """Draw the consequence of a failure for everything not started yet."""
        self._interrupted |= attempt.interrupted
        failed = attempt.ended in (Ended.REFUSED, Ended.UNKNOWN, Ended.UNSENT)
        if failed and (self.cautious or attempt.systemic) and self._halted is None:
            self._halted = message(
                "not started, because “{title}” failed: {cause}", title=self._changes[index].title, cause=attempt.reason
            )
