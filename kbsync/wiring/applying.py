"""An apply from the lock to the receipt: everything around the applier that is not a call to the library."""

import getpass
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kbsync.applier import Applier, OnFailure
from kbsync.errors import HistoryUnavailable, SafetyRefusal
from kbsync.guards import Consent, objections
from kbsync.history.applied import advance_applied, read_applied
from kbsync.history.lock import TargetLock
from kbsync.history.renewer import Renewer
from kbsync.messages import Message, message
from kbsync.plan import BaseKind, Plan
from kbsync.planfile import encode_receipt
from kbsync.progress import Progress
from kbsync.report import ApplyReport, Receipt
from kbsync.saving import save
from kbsync.settings import Target
from kbsync.wiring.doors import Door
from kbsync.wiring.planning import History, is_shared
from kbsync.wiring.workspace import prepare_state
from kbsync.wiring.world import World

__all__ = ["Wishes", "actor", "carry_out", "is_due", "locked", "record", "refuse_unsafe", "where"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person who applies wants besides the plan."""

    consent: Consent = Consent()
    on_failure: OnFailure = OnFailure.STOP
    receipt: Path | None = None


def refuse_unsafe(plan: Plan, consent: Consent) -> None:
    """Raise SafetyRefusal with every reason why the plan may not be carried out."""
    reasons = objections(plan, consent)
    if reasons:
        raise SafetyRefusal(message("the plan is not applied; nothing was changed"), reasons)


@contextmanager
def locked(target: Target, *, history: History, world: World, state: Path) -> Iterator[TargetLock]:
    """Hold a target while one apply runs, on the git remote where there is one. Raises TargetLocked.

    The lock is renewed meanwhile; if it is lost, the run is asked to stop.
    """
    prepare_state(state)
    lock = TargetLock(
        history.repository if is_shared(target) else None,
        target=target.name,
        owner=actor(world.environ),
        where=where(world.environ),
        clock=world.clock,
        directory=state,
    )
    with lock:
        if lock.info is None:
            yield lock
            return
        with Renewer(lock, clock=world.clock, on_lost=world.stop.set):
            yield lock


def carry_out(plan: Plan, door: Door, *, wishes: Wishes, world: World, progress: Progress) -> Receipt:
    """Apply a plan whose target is locked, and put it on record; an empty plan sends nothing.

    Raises SafetyRefusal, StalePlan, ServiceError.
    """
    refuse_unsafe(plan, wishes.consent)
    started = world.clock.wall()
    report = _apply(plan, door, wishes=wishes, world=world, progress=progress) if plan.changes else ApplyReport(plan, ())
    receipt = Receipt(report, actor(world.environ), _iso(started), _iso(world.clock.wall()))
    if wishes.receipt is not None:
        save(wishes.receipt, encode_receipt(receipt))
    return receipt


def is_due(plan: Plan, *, history: History) -> bool:
    """Whether a finished apply of this plan moves the applied ref: it is whole, committed, and not the last one again."""
    commit = plan.source.commit
    whole = history.repository is not None and plan.only is None and commit is not None
    return whole and (history.base.kind, history.base.commit) != (BaseKind.APPLIED, commit)


def record(plan: Plan, target: Target, *, history: History) -> tuple[Message, ...]:
    """Advance the applied ref after a finished apply, still under the lock; the notes say why where it could not be."""
    commit = plan.source.commit
    if history.repository is not None and plan.only is None and commit is None:
        return (message("The files differ from every commit, so the next plan's base stays where it was: commit them."),)
    if not is_due(plan, history=history) or history.repository is None or commit is None:
        return ()
    try:
        expected = _mark(history, target)
        advance_applied(history.repository, target.name, commit, expected=expected, shared=is_shared(target))
    except HistoryUnavailable as problem:
        return (problem.message, *((problem.hint,) if problem.hint else ()))
    return ()


def _apply(plan: Plan, door: Door, *, wishes: Wishes, world: World, progress: Progress) -> ApplyReport:
    # Rows that are read meanwhile are no steps of the apply, only signs of life.
    reader = door.reader(on_rows=lambda _: progress.advance(0))
    applier = Applier(reader, door.writer(), clock=world.clock, meter=door.pacer, progress=progress)
    return applier.apply(plan, on_failure=wishes.on_failure, stop=world.stop)


def _mark(history: History, target: Target) -> str | None:
    """The commit that the applied ref named when the plan was made; with another base it is looked up now, under the lock."""
    if history.base.kind in (BaseKind.APPLIED, BaseKind.NONE) or history.repository is None:
        return history.base.commit
    return read_applied(history.repository, target.name, shared=is_shared(target))[0]


def actor(environ: Mapping[str, str]) -> str:
    """Who applies: the CI system's user, else the system's."""
    named = (environ.get(name) for name in ("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "KBSYNC_ACTOR", "LOGNAME", "USER", "USERNAME"))
    return next(filter(None, named), None) or _system_user()


def _system_user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container whose user has no name, or a system without users
        return "unknown"


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
