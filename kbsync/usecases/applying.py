"""An apply from the lock to the receipt: everything around the applier that is not a call to the library."""

import os
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from kbsync.applier import Applier, OnFailure, Owed
from kbsync.applier.readback import PRESENCE
from kbsync.errors import UnusableFile
from kbsync.guards import Consent, refuse_unsafe
from kbsync.history.lock import Renewer, TargetLock
from kbsync.plan import Plan
from kbsync.planfile import encode_receipt
from kbsync.progress import Progress
from kbsync.report import ApplyReport, Outcome, Receipt
from kbsync.saving import is_replaceable, save
from kbsync.settings import Target
from kbsync.usecases.composition import Connection
from kbsync.usecases.context import LinkedStop, RunContext
from kbsync.usecases.planning import History, is_shared
from kbsync.usecases.workspace import prepare_state, shared_state_directory

__all__ = ["ReceiptJournal", "Wishes", "actor", "carry_out", "locked", "where"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person who applies wants besides the plan."""

    consent: Consent = Consent()
    on_failure: OnFailure = OnFailure.STOP
    receipt: Path | None = None


@contextmanager
def locked(target: Target, *, history: History, context: RunContext, state: Path) -> Iterator[TargetLock]:
    """Hold a target while one apply runs, on the git remote where there is one. Raises TargetLocked.

    The lock is renewed meanwhile; if it is lost, the run is asked to stop.
    """
    prepare_state(state)
    lock = TargetLock(
        history.repository if is_shared(target) else None,
        target=target.name,
        owner=actor(context.environ),
        where=where(context.environ),
        clock=context.clock,
        directory=shared_state_directory(target, environ=context.environ) or state,
    )
    with lock:
        if lock.info is None:
            yield lock
            return
        with Renewer(lock, clock=context.clock, on_lost=context.stop.set):
            yield lock


class ReceiptJournal:
    """One apply on record: from the moment when writing begins its receipt is on the disk, with what is known until then.

    So a process that is ended at once leaves a receipt. Nothing is written between for a device or a pipe, which cannot take
    back what it was given.
    """

    def __init__(self, wishes: Wishes, context: RunContext) -> None:
        self._path = wishes.receipt
        self._context = context
        self._started = context.clock.wall()
        self._so_far: Callable[[], ApplyReport] | None = None
        self._over = False

    @property
    def stays(self) -> Path | None:
        """A receipt of an earlier apply that is left alone, because this one had nothing to send; None without one."""
        there = self._path is not None and self._so_far is None and is_replaceable(self._path) and self._path.exists()
        return self._path if there else None

    def begin(self, so_far: Callable[[], ApplyReport]) -> None:
        """Writing begins now, and nothing is known of any change. Raises UnusableFile; then nothing may be sent."""
        if self._path is not None and is_replaceable(self._path):
            save(self._path, encode_receipt(self.record(so_far())))
        self._so_far = so_far

    def keep_interim(self) -> None:
        """Put on record what is known now, unless the end is. It may fail: what was on record before then stays."""
        if self._so_far is not None and not self._over and self._path is not None and is_replaceable(self._path):
            with suppress(UnusableFile):
                save(self._path, encode_receipt(self.record(self._so_far())))

    def keep(self, receipt: Receipt) -> UnusableFile | None:
        """Put the end on record; a failure is given back, because what was applied has to be told first."""
        self._over = True
        try:
            if self._path is not None and self.stays is None:
                save(self._path, encode_receipt(receipt))
        except UnusableFile as problem:
            return problem
        return None

    def record(self, report: ApplyReport) -> Receipt:
        """A report with who applied and when, up to now."""
        return Receipt(report, actor(self._context.environ), _iso(self._started), _iso(self._context.clock.wall()))


def carry_out(
    plan: Plan,
    connection: Connection,
    *,
    wishes: Wishes,
    context: RunContext,
    journal: ReceiptJournal,
    progress: Progress,
    lock: TargetLock | None = None,
) -> Receipt:
    """Apply a plan whose target is locked, and put it on record; an empty plan, and whoever has no lock, sends nothing.

    The lock is asked right before every call that writes: a machine that slept may have lost it unawares.
    Raises SafetyRefusal, StalePlan, ServiceError, UnusableFile, all of them before anything is sent.
    """
    refuse_unsafe(plan, wishes.consent)
    if not plan.changes or lock is None:
        return journal.record(ApplyReport(plan, ()))

    # Rows that are read meanwhile are no steps of the apply, only signs of life.
    def alive(_rows: int) -> None:
        progress.advance(0)

    def begin(so_far: Callable[[], ApplyReport]) -> None:
        journal.begin(so_far)
        if _creates(plan):
            lock.unsettled.note()

    stop = LinkedStop(context.stop, lambda: not lock.is_held())
    held = replace(connection, stop=stop)
    unsure = lock.unsettled.is_noted()
    applier = Applier(
        held.reader(on_rows=alive),
        held.writer(),
        owed=Owed(connection.uninterruptible_reader(on_rows=alive), connection.uninterruptible_writer()),
        clock=context.clock,
        meter=connection.pacer,
        progress=progress,
    )
    try:
        report = applier.apply(plan, on_failure=wishes.on_failure, stop=stop, on_begin=begin, unsure=unsure)
    except BaseException:
        journal.keep_interim()
        raise
    if _creates(plan) and _has_settled(report, unsure=unsure):
        lock.unsettled.clear()
    return journal.record(report)


def _creates(plan: Plan) -> bool:
    return any(change.before is None for change in plan.changes)


def _has_settled(report: ApplyReport, *, unsure: bool) -> bool:
    """Whether listings showed everything that was made, now and before.

    A run that was stopped, or that was about some questions only, has not looked for all that an earlier one may have made.
    """
    absent = {mismatch.change for mismatch in report.mismatches if mismatch.field == PRESENCE}
    unseen = any(
        report.plan.changes[it.change].before is None
        and (it.outcome is Outcome.UNKNOWN or (it.outcome is Outcome.APPLIED and (not report.verified or it.change in absent)))
        for it in report.outcomes
    )
    return not unseen and not (unsure and (report.interrupted or report.plan.only is not None))


def actor(environ: Mapping[str, str]) -> str:
    """Who applies: the CI system's user, else the system's, by number where a container gives it no name."""
    names = ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "KBSYNC_ACTOR", "LOGNAME", "USER", "USERNAME")
    return next((environ[name] for name in names if environ.get(name)), None) or f"uid {os.getuid()}"


def where(environ: Mapping[str, str]) -> str:
    """Where it runs: the address of the CI job, else the name of the machine."""
    if environ.get("GITHUB_RUN_ID"):
        parts = (
            environ.get("GITHUB_SERVER_URL", ""),
            environ.get("GITHUB_REPOSITORY", ""),
            "actions/runs",
            environ["GITHUB_RUN_ID"],
        )
        return "/".join(parts)
    return environ.get("CI_JOB_URL") or socket.gethostname()


def _iso(wall: float) -> str:
    return datetime.fromtimestamp(wall, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
