"""The course of ``kbsync unlock``: find the lock of a target, show it, remove exactly what was shown."""

from kbsync.cli.asking import confirms, is_interactive
from kbsync.cli.options import Invocation
from kbsync.errors import SafetyRefusal
from kbsync.history.lease import LockInfo, show_time
from kbsync.history.lock import read_lock, remove_lock
from kbsync.history.repository import Repository
from kbsync.messages import message
from kbsync.usecases.planning import is_shared
from kbsync.usecases.workspace import check_state, open_workspace, shared_state_directory

__all__ = ["agreed", "find_lock", "remove_found", "show_lock"]


def find_lock(call: Invocation) -> LockInfo | None:
    """Who holds the target, None when nobody does."""
    workspace = open_workspace(call.directory, target=call.target)
    target = workspace.target(call.target)
    repository = _repository(call) if is_shared(target) else None
    place = shared_state_directory(target, environ=call.context.environ)
    if place is None:
        call.refuse_link()
        check_state(workspace.state)
    return read_lock(repository, target=target.name, directory=place or workspace.state)


def show_lock(found: LockInfo, call: Invocation) -> str:
    """The lock in words; times are UTC."""
    words = message(
        "{target} is held by {who} on {where} since {since}, until {expires}.",
        target=found.target,
        who=found.who,
        where=found.where,
        since=show_time(found.since),
        expires=show_time(found.expires),
    )
    return call.screen.say(words)


def agreed(call: Invocation) -> bool:
    """Ask whether the lock that is shown may go. Raises SafetyRefusal where nobody can answer."""
    if not is_interactive():
        raise SafetyRefusal(
            message("nobody is here to agree; the lock stays"), [message("add --yes, or run kbsync unlock in a terminal")]
        )
    if confirms(call.screen, message("Remove this lock?")):
        return True
    call.screen.note(message("The lock stays."))
    return False


def remove_found(call: Invocation, found: LockInfo) -> None:
    """Remove exactly this lock. Raises TargetLocked when it changed since."""
    remove_lock(_repository(call) if found.remote else None, found)


def _repository(call: Invocation) -> Repository | None:
    return Repository.find(call.directory, environ=call.context.environ)
