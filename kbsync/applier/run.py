"""One apply from beginning to end: look, carry out phase by phase, look again. It decides nothing that the plan does not say."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from kbsync.applier.job import Job
from kbsync.applier.ledger import Ledger, OnFailure
from kbsync.applier.leftovers import look_for_leftovers
from kbsync.applier.looking import Looker
from kbsync.applier.preconditions import State, check_preconditions
from kbsync.errors import Interrupted
from kbsync.guards import refuse_unsafe
from kbsync.messages import message
from kbsync.pacing import Clock
from kbsync.plan import Plan
from kbsync.progress import Progress, Silent
from kbsync.report import ApplyReport
from kbsync.store import Meter, Reader, Writer

__all__ = ["Applier", "Begun", "Owed"]

Begun = Callable[[Callable[[], ApplyReport]], None]
"""Is handed what gives the report so far, which may be called at any time, also by the handler of a signal."""


@dataclass(frozen=True, slots=True)
class Owed:
    """The library for what a stopped apply still owes: a look at what it wrote, and the rest of the changes that it began."""

    reader: Reader
    writer: Writer


class Applier:
    """Carries out plans on one library. ``workers`` is how many calls may be in flight; their pace is the writer's business.

    ``reader`` and ``writer`` may raise Interrupted once the apply is to stop. Those of ``owed`` may not; without it they are
    the same.
    """

    def __init__(
        self,
        reader: Reader,
        writer: Writer,
        *,
        clock: Clock,
        meter: Meter,
        owed: Owed | None = None,
        progress: Progress | None = None,
        workers: int = 8,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._owed = owed or Owed(reader, writer)
        self._clock = clock
        self._meter = meter
        self._progress = progress or Silent()
        self._workers = workers

    def apply(
        self,
        plan: Plan,
        *,
        on_failure: OnFailure = OnFailure.STOP,
        stop: threading.Event | None = None,
        on_begin: Begun | None = None,
        unsure: bool = False,
    ) -> ApplyReport:
        """Do what the plan says and nothing else, and tell for each change how it ended.

        ``stop`` is set by whoever wants the apply to end early: calls in flight end, nothing new is started. ``on_begin`` hears
        that writing is about to begin, and gets what tells how far it is; what it raises ends the apply before that.
        ``unsure`` means that an earlier apply may have made what reads do not show yet: then it is looked for with patience.
        Raises StalePlan when the live library moved since the plan was made, SafetyRefusal for a plan that is for reading,
        and ServiceError when the library cannot be listed at the start; then nothing was changed. Raises nothing of the kind
        later, nor where that listing was stopped: then nothing was attempted.
        """
        refuse_unsafe(plan)
        started, sent, throttled = self._clock.now(), dict(self._meter.calls), self._meter.throttled
        stop = stop or threading.Event()
        ledger = Ledger(plan, on_failure=on_failure, stop=stop, meter=self._meter, progress=self._progress)
        looker = Looker(self._owed.reader, self._clock, unwritten=self._reader, progress=self._progress, stop=stop)
        try:
            live = self._reader.read()
            if unsure:
                live = look_for_leftovers(plan, live, looker=looker, progress=self._progress)
        except Interrupted:
            return ApplyReport(plan, ledger.close(), seconds=self._clock.now() - started, interrupted=True)
        standing = check_preconditions(plan, live)
        job = Job(
            plan,
            self._writer,
            ledger=ledger,
            looker=looker,
            finisher=self._owed.writer,
            workers=self._workers,
            live=live,
            standing=standing,
        )
        if on_begin is not None and any(state is not State.ALREADY for state in standing.states):
            on_begin(lambda: _unfinished(plan, ledger, seconds=self._clock.now() - started))
        self._progress.start(message("applying"), len(plan.changes))
        try:
            job.carry_out()
            self._progress.start(message("reading back what was applied"), None)
            mismatches, verified = job.read_back()
            outcomes = ledger.close()
        finally:
            self._progress.finish()
        calls = {command: count - sent.get(command, 0) for command, count in self._meter.calls.items()}
        return ApplyReport(
            plan=plan,
            outcomes=outcomes,
            mismatches=mismatches,
            calls={command: count for command, count in sorted(calls.items()) if count},
            throttled=self._meter.throttled - throttled,
            seconds=self._clock.now() - started,
            interrupted=ledger.interrupted,
            verified=verified,
        )


def _unfinished(plan: Plan, ledger: Ledger, *, seconds: float) -> ApplyReport:
    """A report without the meter's figures, whose lock the thread may hold that a signal interrupts."""
    return ApplyReport(plan, ledger.so_far(), seconds=seconds, interrupted=True, verified=False)
