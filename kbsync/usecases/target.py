"""The use cases on one target: ``doctor``, ``status``, ``log`` and ``unlock``."""

from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from kbsync.errors import HistoryUnavailable, MissingSecret, ServiceError, UnusableFile
from kbsync.history.lease import LockInfo, show_time
from kbsync.history.lock import read_lock, remove_lock
from kbsync.history.remote import TargetRefs
from kbsync.history.repository import Repository
from kbsync.messages import Message, message
from kbsync.plan import BaseKind, Cause
from kbsync.settings import Driver, Target
from kbsync.usecases.context import Call, Exit, is_agreed
from kbsync.usecases.git import leftovers_of, receipts_of
from kbsync.usecases.workspace import Workspace, check_state, shared_state_directory

if TYPE_CHECKING:
    from kbsync.desk.doctor import Finding, Settled
    from kbsync.render.status import PastApply, TargetStatus

__all__ = ["examine_target", "find_log", "find_status", "unlock_target"]

RECENT = 3
"""The number of recent applies in a status, which fits one screen."""


def examine_target(call: Call, *, probing: bool = False) -> tuple[tuple["Finding", ...], tuple["Settled", ...], Exit]:
    """Check access, clock, Desk and limits with calls to the service; FAILED if one of the findings is not ok.

    With ``probing``, also probe what no vendor page documents, if the service can be read at all.
    """
    from kbsync.desk.doctor import READABLE, examine  # noqa: PLC0415
    from kbsync.usecases.composition import connected, find_credentials  # noqa: PLC0415  (both load httpx, and a lock needs no network)

    workspace, missing = call.open_workspace(), None
    target = call.target_of(workspace)
    try:
        find_credentials(target, call.context.environ)
    except MissingSecret as absent:
        missing = absent if target.driver is Driver.DESK else None
    settled: tuple[Settled, ...] = ()
    with connected(call, workspace, signed=missing is None) as connection:
        with call.waiting(message("asking the service")):
            findings = examine(connection.transport, rate=target.calls_per_second, missing=missing)
        if probing and all(finding.ok for finding in findings if finding.name in READABLE):
            from kbsync.desk.doctor import probe  # noqa: PLC0415

            settled = probe(connection.transport.until(connection.stop))
    return findings, settled, Exit.FAILED if any(finding.ok is False for finding in findings) else Exit.DONE


def find_status(call: Call) -> tuple["TargetStatus", Exit]:
    """The status of a target; each part that cannot be read is a problem in it, and the exit code is FAILED."""
    from kbsync.render.status import TargetStatus, entries_of  # noqa: PLC0415
    from kbsync.usecases.plan import drift_between, plan_against, prepare, reader_of, settled_by  # noqa: PLC0415

    ready = prepare(call, base=None, certain=False)
    workspace, target, history = ready.workspace, ready.target, ready.history
    repository, applied = history.repository, history.base.kind is BaseKind.APPLIED
    shared = repository if target.is_shared else None
    found = TargetStatus(
        target,
        call.context.clock.wall(),
        len(workspace.knowledge.questions),
        history.commit,
        history.base.commit if applied else None,
        repository.date(history.base.commit) if repository and applied and history.base.commit else None,
        None,
        message("nothing"),
    )
    try:
        found = replace(found, lock=_find_lock(call, workspace, target, shared))
    except HistoryUnavailable as problem:
        found = replace(found, lock_problem=problem)
    try:
        found = replace(found, recent=entries_of(islice(receipts_of(workspace, target, context=call.context), RECENT)))
        _tell_leftovers(call, workspace, target)
    except HistoryUnavailable as problem:
        found = replace(found, recent_problem=problem)
    try:
        with reader_of(call, workspace) as reader:
            live = reader.read()
        ready = settled_by(live, ready)
    except (ServiceError, MissingSecret) as problem:
        found = replace(found, problem=problem)
    else:
        drift = drift_between(live, history.knowledge, ready) if applied and history.knowledge else None
        found = replace(found, plan=plan_against(live, ready), drift=drift)
    return replace(found, next=_next_step(found, call)), Exit.FAILED if found.problems else Exit.DONE


def find_log(call: Call, *, limit: int) -> tuple["PastApply", ...]:
    """The last applies to a target, newest first, with a note if there is none. Raises HistoryUnavailable."""
    from kbsync.render.status import entries_of  # noqa: PLC0415

    workspace = call.open_workspace()
    target = call.target_of(workspace)
    entries = entries_of(islice(receipts_of(workspace, target, context=call.context), limit))
    _tell_leftovers(call, workspace, target)
    if not entries:
        call.screen.note(message("No apply to this target is on record."))
    return entries


def _tell_leftovers(call: Call, workspace: Workspace, target: Target) -> None:
    """Show a note for each receipt that is not in git yet. Raises HistoryUnavailable."""
    try:
        for path, receipt in leftovers_of(workspace, target, context=call.context):
            words = message("The apply of {when} is not in git; its receipt is {path}", when=receipt.started, path=path)
            call.screen.note(words)
    except UnusableFile as problem:
        call.screen.note(problem.message)


_ASK_GIT = message("find out why git cannot tell that: an apply needs to know it")


def _next_step(found: "TargetStatus", call: Call) -> Message:
    """The advisable next step, with its command line."""
    from kbsync.render.view import outline  # noqa: PLC0415

    option = call.options
    if found.plan is None or found.problems:
        doctor = message("kbsync doctor{option} tells what is not in order", option=option)
        return doctor if found.problem is not None else found.problems[0].hint or _ASK_GIT
    plan, drift = found.plan, found.drift is not None and bool(found.drift.changes)
    edited = any({Cause.DRIFT, Cause.CONFLICT} & {*change.causes} for change in plan.changes)
    stopped = bool(outline(plan).blocking)
    wait = message("wait until that apply has ended; kbsync unlock{option} removes the lock of one that is gone", option=option)
    steps = (
        (found.lock is not None, wait),
        (drift and edited, message("kbsync pull{option} takes the console's edits into the files", option=option)),
        (stopped, message("kbsync plan{option} shows what stops an apply", option=option)),
        (found.commit is None, message("kbsync plan{option} shows what an apply would do; then commit", option=option)),
        (
            drift or bool(plan.changes) or found.base is None,
            message("kbsync apply{option} shows it, asks, and carries it out", option=option),
        ),
        (True, message("nothing: what git declares is live")),
    )
    return next(said for holds, said in steps if holds)


def _find_lock(call: Call, workspace: Workspace, target: Target, repository: Repository | None) -> LockInfo | None:
    shared = shared_state_directory(target, environ=call.context.environ)
    if shared is None:
        call.refuse_link()
        check_state(workspace.state)
    return read_lock(repository, TargetRefs(target.name, target.key), directory=shared or workspace.state)


def unlock_target(call: Call, *, yes: bool) -> Exit:
    """Show the holder of a target's lock and remove the lock after consent. Raises TargetLocked if it changed meanwhile."""
    workspace = call.open_workspace()
    target = workspace.target(call.target)
    refs = TargetRefs(target.name, target.key)
    repository = Repository.find(call.directory, environ=call.context.environ) if target.is_shared else None
    found = _find_lock(call, workspace, target, repository)
    if found is None:
        call.screen.note(message("Nobody holds the target."))
        return Exit.DONE
    call.screen.answer(
        message(
            "{target} is held by {who} on {where} since {since}, until {expires}.",
            target=found.target,
            who=found.who,
            where=found.where,
            since=show_time(found.since),
            expires=show_time(found.expires),
        )
    )
    agreed = yes or is_agreed(
        call.screen,
        message("Remove this lock?"),
        absent=message("nobody is here to agree; the lock stays"),
        instead=message("add --yes, or run kbsync unlock in a terminal"),
        declined=message("The lock stays."),
    )
    if not agreed:
        return Exit.FAILED
    remove_lock(repository, refs, found)
    call.screen.note(message("The lock is removed."))
    return Exit.DONE
