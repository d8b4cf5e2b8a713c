"""``kbsync unlock``: shows who holds a target and, if wanted, ends it."""

import click

from kbsync.cli.exits import Exit
from kbsync.cli.help import DocumentedCommand
from kbsync.cli.options import Invocation, invocation
from kbsync.messages import message

__all__ = ["unlock"]


@click.command(
    cls=DocumentedCommand,
    examples=(
        ("kbsync unlock -t production", "show who holds it, then ask"),
        ("kbsync unlock -t production --yes", "remove what is shown, without asking"),
    ),
    exits={
        Exit.LOCKED: "the lock changed hands meanwhile, and stays",
    },
)
@click.option("--yes", is_flag=True, help="Remove the lock that is shown, without asking.")
@invocation()
def unlock(call: Invocation, *, yes: bool) -> int:
    """Show the apply lock of a target and remove it.

    Do so only when its holder is known to be gone: a lock that nobody renews expires by itself.
    """
    from kbsync.cli.locks import agreed, find_lock, remove_found, show_lock  # noqa: PLC0415

    found = find_lock(call)
    if found is None:
        call.screen.note(message("Nobody holds the target."))
        return Exit.DONE
    call.screen.result(show_lock(found, call))
    if not yes and not agreed(call):
        return Exit.FAILED
    remove_found(call, found)
    call.screen.note(message("The lock is removed."))
    return Exit.DONE
