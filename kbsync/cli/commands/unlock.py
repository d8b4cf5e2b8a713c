"""``kbsync unlock``: shows who holds a target and, if wanted, ends it."""

import click

from kbsync.cli.exits import Exit
from kbsync.cli.options import Invocation, invocation
from kbsync.messages import message

__all__ = ["unlock"]


@click.command()
@click.option("--yes", is_flag=True, help="Remove the lock that is shown, without asking.")
@invocation()
def unlock(call: Invocation, *, yes: bool) -> int:
    """Show the apply lock of a target and remove it. Do so only when its holder is known to be gone."""
    from kbsync.cli.locks import find_lock, remove_found, show_lock  # noqa: PLC0415

    found = find_lock(call)
    if found is None:
        call.screen.note(message("Nobody holds the target."))
        return Exit.DONE
    call.screen.result(show_lock(found, call))
    if not yes and not click.confirm(call.screen.say(message("Remove this lock?")), err=True):
        return Exit.DONE
    remove_found(call, found)
    call.screen.note(message("The lock is removed."))
    return Exit.DONE
