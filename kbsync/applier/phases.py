"""Carries out the changes of one phase side by side; a ledger records how each write and each change ended.

What ended without an answer is settled by a listing.
"""

import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto
from functools import partial
from typing import ClassVar

from kbsync.applier.polling import Observation, PathChanges, Poller, Snapshot
from kbsync.errors import (
    DeskNotEnabled,
    Interrupted,
    KbsyncError,
    NotAdministrator,
    Outdated,
    Rejected,
    ServiceError,
    SignatureRejected,
    Throttled,
    UnknownCommand,
    Unreachable,
    WrongDataCentre,
)
from kbsync.messages import Message, message
from kbsync.plan import Plan
from kbsync.ports import Meter, Progress, Writer
from kbsync.report import ChangeOutcome, Outcome


class OnFailure(StrEnum):
    """What an apply does once a change has failed."""

    STOP = "stop"
    """Start nothing new; calls in flight end."""
    CONTINUE = "continue"
    """Go on with what does not depend on it."""


EVERY_CALL = (SignatureRejected, NotAdministrator, WrongDataCentre, DeskNotEnabled)
"""Refusals that have nothing to do with what was sent: every further call would meet them too."""


class Ending(Enum):
    """The ways a write can end."""

    DONE = auto()
    ALREADY = auto()
    """Nothing had to be sent."""
    REFUSED = auto()
    UNKNOWN = auto()
    """It may have happened: look."""
    UNSENT = auto()
    """It did not happen, and was not refused: no connection, or too many calls."""
    HELD = auto()
    """It was not tried, for a reason of its own."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """How it ended, and why when it is not done.

    ``hopeless`` means that the same call for fewer objects would fare no better, ``systemic`` that every other call would
    fail in the same way, ``interrupted`` that the user or the lock stopped it before it was sent, ``outdated`` that it had to
    wait for longer than its precondition is known to hold. ``sent`` is how often it was sent.
    """

    ended: Ending
    reason: Message | None = None
    code: int | None = None
    hopeless: bool = False
    systemic: bool = False
    interrupted: bool = False
    outdated: bool = False
    sent: int = 0

    def in_part(self) -> "Attempt":
        """The same for a change whose earlier calls took effect: it can no longer count as not attempted."""
        if self.ended not in (Ending.UNSENT, Ending.REFUSED):
            return self
        reason = message("done in part, plan again to finish it: {cause}", cause=self.reason)
        return replace(self, ended=Ending.REFUSED, reason=reason)


OUTCOMES = {
    Ending.DONE: Outcome.APPLIED,
    Ending.ALREADY: Outcome.ALREADY,
    Ending.REFUSED: Outcome.REFUSED,
    Ending.UNKNOWN: Outcome.UNKNOWN,
    Ending.UNSENT: Outcome.NOT_ATTEMPTED,
    Ending.HELD: Outcome.NOT_ATTEMPTED,
}


@dataclass(slots=True)
class Write:
    """One write; ``attempt`` is how it ended."""

    attempt: Attempt = Attempt(Ending.DONE)


class Ledger:
    """Written from several threads; every change is entered once, an entry can be corrected later.

    ``made`` maps creates to the ids of what they made, as they become known, ``homes`` moves and deletes to the CategoryIds of
    where the objects were.
    """

    def __init__(self, plan: Plan, *, on_failure: OnFailure, stop: threading.Event, meter: Meter, progress: Progress) -> None:
        self._changes = plan.changes
        self._on_failure = on_failure
        self._stop = stop
        self._meter = meter
        self._progress = progress
        self.made: dict[int, str] = {}
        self.homes: dict[int, int] = {}
        self._lock = threading.RLock()
        self._entries: dict[int, Attempt] = {}
        self._shown: dict[int, Attempt] = {}
        self._writes = 0
        self._calls = [0] * len(plan.changes)
        self._halted: Message | None = None
        self._interrupted = False

    @property
    def cautious(self) -> bool:
        """Whether the first failure ends the apply."""
        return self._on_failure is OnFailure.STOP

    @property
    def interrupted(self) -> bool:
        """Whether the user or the lock stopped the run."""
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
        """The number of writes begun so far: a listing shows only those begun before it."""
        return self._writes

    @contextmanager
    def write(self, index: int) -> Iterator[Write]:
        """One call of a writer for a change. Its exceptions end here; afterwards ``attempt`` is how it ended.

        The sent calls are counted, because the writer may repeat one.
        """
        with self._lock:
            self._writes += 1
        write, before = Write(), self._meter.calls_here
        try:
            yield write
        except KbsyncError as error:
            write.attempt = _failed(error)
        sent = self._meter.calls_here - before
        with self._lock:
            self._calls[index] += sent
        write.attempt = replace(write.attempt, sent=sent)

    def enter(self, index: int, attempt: Attempt) -> None:
        """Write down how a change ended, or correct what was written."""
        with self._lock:
            self._entries[index] = attempt
            self._judge(index, attempt)
        self.show(index, attempt)

    def show(self, index: int, attempt: Attempt) -> None:
        """Report a change as done to the progress display, once: a round can be long, and outcomes are entered at its end.

        Changes that were not carried out are not counted, because they would distort the estimate of the remaining time.
        """
        with self._lock:
            fresh = index not in self._shown
            self._shown[index] = attempt
        if fresh:
            self._progress.advance(int(OUTCOMES[attempt.ended].good))

    def outcome(self, index: int) -> Outcome | None:
        """How a change ended; None while that is open."""
        with self._lock:
            return OUTCOMES[self._entries[index].ended] if index in self._entries else None

    def is_good(self, index: int) -> bool:
        """Whether a change reached its goal; False while that is open."""
        outcome = self.outcome(index)
        return outcome is not None and outcome.good

    def reason(self, index: int) -> Message:
        """Why a change did not end well."""
        with self._lock:
            entry = self._entries.get(index)
        return (entry.reason if entry else None) or message("it was not carried out")

    def first_failed(self, indices: Iterable[int]) -> int | None:
        """The first of some changes that did not reach its goal."""
        return next((index for index in indices if not self.is_good(index)), None)

    def close(self) -> tuple[ChangeOutcome, ...]:
        """Every change's outcome in plan order; what was never started is not attempted, with the cause."""
        cause = self._halted or message("not started: the apply was stopped before")
        for index in range(len(self._changes)):
            if index not in self._entries:
                self.enter(index, Attempt(Ending.HELD, cause))
        return self._outcomes([self._entries[index] for index in range(len(self._changes))], self._calls)

    def so_far(self) -> tuple[ChangeOutcome, ...]:
        """What is known before the end; of a change that is open nothing is. A signal may ask in the middle of an entry."""
        with self._lock:
            shown, calls = dict(self._shown), tuple(self._calls)
        unsettled = Attempt(Ending.UNKNOWN, message("the apply ended before this was settled: plan again to see"))
        return self._outcomes([shown.get(index, unsettled) for index in range(len(calls))], calls)

    def _judge(self, index: int, attempt: Attempt) -> None:
        """Draw the consequence of a failure for everything not started yet."""
        self._interrupted |= attempt.interrupted
        failed = attempt.ended in (Ending.REFUSED, Ending.UNKNOWN, Ending.UNSENT)
        if failed and not attempt.interrupted and (self.cautious or attempt.systemic) and self._halted is None:
            self._halted = message(
                "not started, because “{title}” failed: {cause}", title=self._changes[index].title, cause=attempt.reason
            )

    def _outcomes(self, attempts: Sequence[Attempt], calls: Sequence[int]) -> tuple[ChangeOutcome, ...]:
        return tuple(
            ChangeOutcome(at, OUTCOMES[one.ended], one.reason, one.code, sent, self.made.get(at), self.homes.get(at))
            for at, (one, sent) in enumerate(zip(attempts, calls, strict=True))
        )


def _failed(error: KbsyncError) -> Attempt:
    """How a write ended that raised; what may be the service's and is of a kind not known here counts as unknown."""
    if isinstance(error, Interrupted | Outdated):
        outdated = isinstance(error, Outdated)
        return Attempt(Ending.UNSENT, error.message, interrupted=not outdated, outdated=outdated)
    if isinstance(error, Throttled | Unreachable):
        return Attempt(Ending.UNSENT, error.message, error.code)
    if isinstance(error, Rejected):
        systemic = isinstance(error, EVERY_CALL)
        hopeless = systemic or isinstance(error, UnknownCommand)
        return Attempt(Ending.REFUSED, error.message, error.code, hopeless=hopeless, systemic=systemic)
    if isinstance(error, ServiceError):
        return Attempt(Ending.UNKNOWN, error.message, error.code)
    return Attempt(Ending.UNSENT, error.message, systemic=True)


REPEATS = 2
"""How often a write without an answer is sent again, each time only after a listing showed that it did not happen.

The repetitions of an idempotent call within ``desk/client.py`` come before, and are none of these.
"""


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
            if attempt.ended in (Ending.DONE, Ending.ALREADY, Ending.HELD):
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
