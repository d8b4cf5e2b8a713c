"""One apply from beginning to end: look, carry out phase by phase, look again. It decides nothing that the plan does not say."""

import threading

from kbsync.applier.job import Job
from kbsync.applier.ledger import Ledger, OnFailure
from kbsync.applier.looking import Looker
from kbsync.applier.preconditions import check_preconditions
from kbsync.errors import Misuse
from kbsync.messages import message
from kbsync.pacing import Clock
from kbsync.plan import Plan
from kbsync.progress import Progress, Silent
from kbsync.report import ApplyReport
from kbsync.store import Meter, Reader, Writer

__all__ = ["Applier"]


class Applier:
    """Carries out plans on one library. ``workers`` is how many calls may be in flight; their pace is the writer's business."""

    def __init__(
        self, reader: Reader, writer: Writer, *, clock: Clock, meter: Meter, progress: Progress | None = None, workers: int = 8
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._clock = clock
        self._meter = meter
        self._progress = progress or Silent()
        self._workers = workers

    def apply(self, plan: Plan, *, on_failure: OnFailure = OnFailure.STOP, stop: threading.Event | None = None) -> ApplyReport:
        """Do what the plan says and nothing else, and tell for each change how it ended.

        ``stop`` is set by whoever wants the apply to end early: calls in flight end, nothing new is started.
        Raises StalePlan when the live library moved since the plan was made, Misuse for a plan that was made offline, and
        ServiceError when the library cannot be listed at the start; then nothing was changed. Raises nothing of the kind later.
        """
        if plan.offline:
            raise Misuse(message("this plan was made without looking at the service, so it can be shown but not applied"))
        started, sent, throttled = self._clock.now(), dict(self._meter.calls), self._meter.throttled
        live = self._reader.read()
        standing = check_preconditions(plan, live)
        stop = stop or threading.Event()
        ledger = Ledger(plan, on_failure=on_failure, stop=stop, progress=self._progress)
        looker = Looker(self._reader, self._clock, progress=self._progress, stop=stop)
        job = Job(plan, self._writer, ledger=ledger, looker=looker, workers=self._workers, live=live, standing=standing)
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
