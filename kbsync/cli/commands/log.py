"""``kbsync log``: what was applied to a target."""

import click

from kbsync.cli.options import Invocation, documented, invocation
from kbsync.usecases.context import Exit


@documented(
    examples=(
        ("kbsync log", "the last twenty applies"),
        ("kbsync log --last 1 --verbose", "everything that the last one did"),
        ("kbsync log --format markdown", "for a wiki"),
    ),
    exits={
        Exit.INVALID: "the files have errors; kbsync validate shows them",
    },
)
@click.option("--last", type=click.IntRange(min=1), default=20, show_default=True, metavar="N", help="So many, the newest first.")
@invocation("text", "json", "markdown")
def log(call: Invocation, *, last: int) -> int:
    """Show what was applied, when, by whom, and what was undone.

    It reads the receipts that all clones share; `kbsync plan --undo NUMBER` takes one back.
    """
    from kbsync.render.results import log_json  # noqa: PLC0415
    from kbsync.render.status import log_markdown, log_text  # noqa: PLC0415
    from kbsync.usecases.target import find_log  # noqa: PLC0415

    found = find_log(call, limit=last)
    match call.format:
        case "json":
            call.screen.result(log_json(found))
        case "markdown":
            call.screen.result(log_markdown(found, call.screen.options))
        case _:
            call.screen.result(log_text(found, call.screen.options))
    return Exit.DONE
