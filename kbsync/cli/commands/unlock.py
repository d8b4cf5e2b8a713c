"""``kbsync unlock``: shows who holds a target and, if wanted, ends it."""

import click

from kbsync.cli.options import Invocation, documented, invocation
from kbsync.usecases.context import Exit


@documented(
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
    from kbsync.usecases.target import unlock_target  # noqa: PLC0415

    return unlock_target(call, yes=yes)
