"""An apply from the lock to the receipt: everything around the applier that is not a call to the library."""

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kbsync.applier import Applier, OnFailure
from kbsync.errors import SafetyRefusal, UnusableFile
from kbsync.guards import Consent, objections
from kbsync.history.lock import TargetLock
from kbsync.history.renewer import Renewer
from kbsync.messages import message
from kbsync.plan import Plan
from kbsync.planfile import encode_receipt
from kbsync.progress import Progress
from kbsync.report import ApplyReport, Receipt
from kbsync.saving import save
from kbsync.settings import Target
from kbsync.wiring.doors import Door
from kbsync.wiring.planning import History, is_shared
from kbsync.wiring.workspace import prepare_state
from kbsync.wiring.world import World

__all__ = ["Wishes", "actor", "carry_out", "keep", "locked", "refuse_unsafe", "where"]


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
    return Receipt(report, actor(world.environ), _iso(started), _iso(world.clock.wall()))


def keep(receipt: Receipt, path: Path | None) -> UnusableFile | None:
    """Write the receipt where it was asked for; a failure is given back, because what was applied has to be told first."""
    try:
        if path is not None:
            save(path, encode_receipt(receipt))
    except UnusableFile as problem:
        return problem
    return None


def _apply(plan: Plan, door: Door, *, wishes: Wishes, world: World, progress: Progress) -> ApplyReport:
    # Rows that are read meanwhile are no steps of the apply, only signs of life.
    reader = door.reader(on_rows=lambda _: progress.advance(0))
    applier = Applier(reader, door.writer(), clock=world.clock, meter=door.pacer, progress=progress)
    return applier.apply(plan, on_failure=wishes.on_failure, stop=world.stop)


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
