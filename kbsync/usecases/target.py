"""Looking after a target: whether everything is in place, and the removal of an apply lock whose holder is gone."""

from typing import TYPE_CHECKING

from kbsync.errors import MissingSecret
from kbsync.history.lease import show_time
from kbsync.history.lock import read_lock, remove_lock
from kbsync.history.remote import TargetRefs
from kbsync.history.repository import Repository
from kbsync.messages import message
from kbsync.settings import Driver
from kbsync.usecases.context import Call, Exit, is_agreed
from kbsync.usecases.git import is_shared
from kbsync.usecases.workspace import check_state, shared_state_directory

if TYPE_CHECKING:
    from kbsync.desk.doctor import Finding
    from kbsync.desk.probe import Settled

__all__ = ["examine_target", "unlock_target"]


def examine_target(call: Call, *, probing: bool = False) -> tuple[tuple["Finding", ...], tuple["Settled", ...], Exit]:
    """Ask the service about access, clock, Desk and limits; a finding that is not in order fails the command.

    With ``probing``, also how it reads what no vendor page says, unless it cannot be read at all.
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
        findings = examine(connection.transport, rate=target.calls_per_second, missing=missing)
        if probing and all(finding.ok for finding in findings if finding.name in READABLE):
            from kbsync.desk.probe import probe  # noqa: PLC0415

            settled = probe(connection.transport.until(connection.stop))
    return findings, settled, Exit.FAILED if any(finding.ok is False for finding in findings) else Exit.DONE


def unlock_target(call: Call, *, yes: bool) -> Exit:
    """Show who holds a target and, where that is agreed to, end it. Raises TargetLocked when the lock changed since."""
    workspace = call.open_workspace()
    target = workspace.target(call.target)
    refs = TargetRefs(target.name, target.key)
    repository = Repository.find(call.directory, environ=call.context.environ) if is_shared(target) else None
    shared = shared_state_directory(target, environ=call.context.environ)
    if shared is None:
        call.refuse_link()
        check_state(workspace.state)
    found = read_lock(repository, refs, directory=shared or workspace.state)
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
