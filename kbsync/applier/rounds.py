"""Carries out changes side by side and settles what ended without an answer: by looking, and repeating only what did not happen.

What one write is belongs to ``categories``, ``questions`` and ``batches``.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from kbsync.applier.attempts import Attempt, Ended
from kbsync.applier.ledger import Ledger
from kbsync.applier.looking import Look, Looker
from kbsync.applier.snapshot import Snapshot
from kbsync.messages import Message, message

__all__ = ["REPEATS", "Craft", "Rounds", "Task"]

REPEATS = 2
"""How often a write without an answer is sent again, each time only after a listing showed that it did not happen."""

Task = Callable[[], Mapping[int, Attempt]]
"""One or more writes that belong together; says how each change in it ended, and leaves out what it did not start."""


@dataclass(frozen=True, slots=True)
class Craft:
    """How one kind of change is carried out.

    ``tasks`` cuts changes into work; the listing is the one that a repetition follows, None at first. ``reached`` tells
    whether a listing shows that a change reached its goal. ``settled`` is told the listing that settled a change.
    ``gone_is_refused`` is for deletes: one that took effect without an answer is refused when it is sent again.
    ``one_by_one`` is for changes whose neighbours must not be on their way meanwhile.
    ``finishing`` is for the rest of changes already begun: neither another change's failure nor a wish to stop leaves them
    half done, because half of it may be an answer that customers must not get yet.
    """

    tasks: Callable[[Sequence[int], Snapshot | None], Sequence[Task]]
    reached: Callable[[int, Snapshot], bool]
    settled: Callable[[int, Snapshot], None] = lambda _index, _snapshot: None
    gone_is_refused: bool = False
    one_by_one: bool = False
    finishing: bool = False

    def doubtful(self, attempt: Attempt, *, rounds: int) -> bool:
        """Whether only a listing can tell how it ended: what was sent before may be why it is refused now."""
        refused = attempt.ended is Ended.REFUSED and not attempt.systemic
        return attempt.ended is Ended.UNKNOWN or (refused and (self.gone_is_refused or max(rounds, attempt.sent) > 1))


class Rounds:
    """Runs the changes of one phase, in as many rounds as lost answers make necessary."""

    def __init__(self, ledger: Ledger, looker: Looker, *, workers: int) -> None:
        self._ledger = ledger
        self._looker = looker
        self._workers = workers

    def carry_out(self, indices: Iterable[int], craft: Craft) -> tuple[int, ...]:
        """Enter an outcome for every change that was started, and return the others: the ledger halted before."""
        left = tuple(indices)
        rounds: Counter[int] = Counter()
        snapshot: Snapshot | None = None
        while left and not self._over(craft):
            attempts = self._together(craft.tasks(left, snapshot), craft)
            rounds.update(attempts.keys())
            doubtful = {index: end for index, end in attempts.items() if craft.doubtful(end, rounds=rounds[index])}
            for index in attempts.keys() - doubtful.keys():
                self._ledger.enter(index, attempts[index])
            again: set[int] = set()
            if doubtful:
                look = self._looker.look(_all_reached(doubtful, craft), writes=self._ledger.writes)
                snapshot = look.snapshot
                again = {index for index, end in doubtful.items() if self._again(index, end, look, craft, rounds)}
            left = tuple(index for index in left if index in again or index not in attempts)
        return left

    def _over(self, craft: Craft) -> bool:
        return self._ledger.halted and not craft.finishing

    def _again(self, index: int, attempt: Attempt, look: Look, craft: Craft, rounds: Counter[int]) -> bool:
        """Settle one change without an answer; says whether it is to be sent again."""
        if look.snapshot is not None and craft.reached(index, look.snapshot):
            craft.settled(index, look.snapshot)
            self._ledger.enter(index, Attempt(Ended.DONE))
            return False
        if attempt.ended is Ended.REFUSED:
            self._ledger.enter(index, attempt)
            return False
        if look.conclusive and rounds[index] <= REPEATS and not self._over(craft):
            return True
        self._ledger.enter(index, Attempt(Ended.UNKNOWN, _why(attempt, look), attempt.code))
        return False

    def _together(self, tasks: Sequence[Task], craft: Craft) -> dict[int, Attempt]:
        """Run tasks side by side. A cautious apply starts nothing more in this round once an answer is missing."""
        doubt = threading.Event()
        found: dict[int, Attempt] = {}

        def run(task: Task) -> Mapping[int, Attempt]:
            if self._over(craft) or doubt.is_set():
                return {}
            attempts = task()
            for index, ended in attempts.items():
                if not _stops(ended):
                    self._ledger.show(index, ended)
            if self._ledger.cautious and any(_stops(attempt) for attempt in attempts.values()):
                doubt.set()
            if any(attempt.systemic or attempt.interrupted for attempt in attempts.values()):
                doubt.set()
            return attempts

        pool = ThreadPoolExecutor(max_workers=1 if craft.one_by_one else self._workers)
        try:
            for attempts in pool.map(run, tasks):
                found.update(attempts)
        finally:
            pool.shutdown(cancel_futures=True)
        return found


def _all_reached(indices: Iterable[int], craft: Craft) -> Callable[[Snapshot], bool]:
    wanted = tuple(indices)
    return lambda seen: all(craft.reached(index, seen) for index in wanted)


def _stops(attempt: Attempt) -> bool:
    return attempt.ended not in (Ended.DONE, Ended.ALREADY, Ended.HELD)


def _why(attempt: Attempt, look: Look) -> Message:
    if look.trouble is not None:
        return message(
            "no usable answer came ({cause}), and the library could not be listed afterwards ({trouble}): plan again to see",
            cause=attempt.reason,
            trouble=look.trouble,
        )
    return message(
        "no usable answer came ({cause}), and a listing afterwards does not show the change: plan again to see",
        cause=attempt.reason,
    )
