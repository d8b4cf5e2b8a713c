"""Carries out the changes of one phase side by side, and settles by a listing what ended without an answer."""

import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from kbsync.applier.ledger import Attempt, Ending, Ledger
from kbsync.applier.polling import Observation, PathChanges, Poller, Snapshot
from kbsync.messages import Message, message
from kbsync.plan import Plan
from kbsync.ports import Writer

REPEATS = 2
"""How often a write without an answer is sent again, each time only after a listing showed that it did not happen."""


@dataclass(frozen=True, slots=True)
class Job:
    """What the strategies of one apply share.

    ``writer`` raises Interrupted once the apply is to stop; ``uninterruptible`` does not, and is for the rest of changes that
    were begun. ``before`` is the library before the apply, ``needs`` the changes without which each must not be carried out.
    """

    plan: Plan
    writer: Writer
    uninterruptible: Writer
    ledger: Ledger
    poller: Poller
    before: Snapshot
    paths: PathChanges
    needs: Mapping[int, tuple[int, ...]]

    @property
    def created(self) -> dict[int, str]:
        """The ids of what creates made, or found made."""
        return self.ledger.made

    def held(self, index: int) -> Attempt | None:
        """Why a change must not be carried out: an earlier one that it builds on did not reach its goal."""
        failed = self.ledger.first_failed(self.needs[index])
        if failed is None:
            return None
        reason = message(
            "it builds on the change of “{title}”, which was not carried out: {cause}",
            title=self.plan.changes[failed].title,
            cause=self.ledger.reason(failed),
        )
        return Attempt(Ending.HELD, reason)


class Strategy(ABC):
    """How one kind of change is carried out.

    ``gone_is_refused`` is for deletes: one that took effect without an answer is refused when it is sent again.
    ``one_by_one`` is for changes whose neighbours must not be on their way meanwhile.
    ``finishing`` is for the rest of changes already begun: neither another change's failure nor a wish to stop leaves them
    half done, because half of it may be an answer that customers must not get yet.
    """

    gone_is_refused = False
    one_by_one: ClassVar[bool] = False
    finishing = False

    def __init__(self, job: Job) -> None:
        self._job = job

    def batches(self, indices: Sequence[int], _seen: Snapshot | None) -> Sequence[Sequence[int]]:
        """The changes that are written together; ``_seen`` is the listing that a repetition follows, None at first."""
        return [(index,) for index in indices]

    @abstractmethod
    def write(self, batch: Sequence[int], seen: Snapshot | None) -> Mapping[int, Attempt]:
        """Write one batch; returns how each change in it ended, without those not started."""

    @abstractmethod
    def reached(self, index: int, seen: Snapshot) -> bool:
        """Whether a listing shows that a change reached its goal."""

    def settle(self, index: int, seen: Snapshot) -> None:  # noqa: B027  (most have nothing to learn)
        """Learn from the listing that showed that a change without an answer reached its goal."""

    def is_doubtful(self, attempt: Attempt, *, rounds: int) -> bool:
        """Whether only a listing can settle how it ended: a refusal may be due to an earlier sending."""
        refused = attempt.ended is Ending.REFUSED and not attempt.systemic
        return attempt.ended is Ending.UNKNOWN or (refused and (self.gone_is_refused or max(rounds, attempt.sent) > 1))


class PhaseRunner:
    """Runs the changes of one phase, in as many rounds as lost answers make necessary."""

    def __init__(self, ledger: Ledger, poller: Poller, *, workers: int) -> None:
        self._ledger = ledger
        self._poller = poller
        self._workers = workers

    def carry_out(self, indices: Iterable[int], strategy: Strategy) -> None:
        """Enter an outcome for every change that was started; once the ledger halts, the others are not."""
        left = tuple(indices)
        rounds: Counter[int] = Counter()
        seen: Snapshot | None = None
        while left and not self._is_over(strategy):
            attempts = self._side_by_side(strategy, left, seen)
            rounds.update(attempts.keys())
            doubtful = {index: end for index, end in attempts.items() if strategy.is_doubtful(end, rounds=rounds[index])}
            for index in attempts.keys() - doubtful.keys():
                self._ledger.enter(index, attempts[index])
            again: set[int] = set()
            if doubtful:
                found = self._poller.poll(partial(_all_reached, strategy, tuple(doubtful)), writes=self._ledger.writes)
                seen = found.snapshot
                again = {index for index, end in doubtful.items() if self._again(index, end, found, strategy, rounds[index])}
            left = tuple(index for index in left if index in again or index not in attempts)

    def _side_by_side(self, strategy: Strategy, indices: Sequence[int], seen: Snapshot | None) -> dict[int, Attempt]:
        """Run batches side by side. A cautious apply starts nothing more in this round once an answer is missing."""
        run = partial(self._run, strategy, seen, threading.Event())
        found: dict[int, Attempt] = {}
        pool = ThreadPoolExecutor(max_workers=1 if strategy.one_by_one else self._workers)
        try:
            for attempts in pool.map(run, strategy.batches(indices, seen)):
                found.update(attempts)
        finally:
            pool.shutdown(cancel_futures=True)
        return found

    def _run(
        self, strategy: Strategy, seen: Snapshot | None, doubt: threading.Event, batch: Sequence[int]
    ) -> Mapping[int, Attempt]:
        """Write one batch, in a thread of its own; ``doubt`` keeps those that have not begun from beginning."""
        if self._is_over(strategy) or doubt.is_set():
            return {}
        attempts = strategy.write(batch, seen)
        for index, attempt in attempts.items():
            if not _stops(attempt):
                self._ledger.show(index, attempt)
            elif self._ledger.cautious or attempt.systemic or attempt.interrupted:
                doubt.set()
        return attempts

    def _is_over(self, strategy: Strategy) -> bool:
        return self._ledger.halted and not strategy.finishing

    def _again(self, index: int, attempt: Attempt, found: Observation, strategy: Strategy, rounds: int) -> bool:
        """Settle one change without an answer; returns whether it has to be sent again."""
        if found.snapshot is not None and strategy.reached(index, found.snapshot):
            strategy.settle(index, found.snapshot)
            self._ledger.enter(index, Attempt(Ending.DONE))
            return False
        if attempt.ended is Ending.REFUSED:
            self._ledger.enter(index, attempt)
            return False
        if found.conclusive and rounds <= REPEATS and not self._is_over(strategy):
            return True
        self._ledger.enter(index, Attempt(Ending.UNKNOWN, _why(attempt, found), attempt.code))
        return False


def _all_reached(strategy: Strategy, indices: Sequence[int], seen: Snapshot) -> bool:
    return all(strategy.reached(index, seen) for index in indices)


def _stops(attempt: Attempt) -> bool:
    return attempt.ended not in (Ending.DONE, Ending.ALREADY, Ending.HELD)


def _why(attempt: Attempt, found: Observation) -> Message:
    if found.trouble is not None:
        return message(
            "no usable answer came ({cause}), and the library could not be listed afterwards ({trouble}): plan again to see",
            cause=attempt.reason,
            trouble=found.trouble,
        )
    return message(
        "no usable answer came ({cause}), and a listing afterwards does not show the change: plan again to see",
        cause=attempt.reason,
    )
