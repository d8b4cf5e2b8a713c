"""``kbsync drift``: what the console changed since the base."""

import click

from kbsync.cli.exits import Exit
from kbsync.cli.options import Invocation, invocation

__all__ = ["drift"]


@click.command()
@click.option("--base", metavar="REV", help="Count from the files at this commit. [default: what was last applied]")
@invocation("text", "json", "markdown", "html", "github")
def drift(call: Invocation, *, base: str | None) -> int:
    """Show what the console changed since the last apply. Changes nothing.

    Each entry says what the console holds now and what git said; `kbsync pull` brings the console's side into the files.
    Exit code 3 when there is any.
    """
    from kbsync.cli.drawing import draw_plan  # noqa: PLC0415
    from kbsync.cli.flow import show_drift  # noqa: PLC0415

    found = show_drift(call, base=base)
    call.screen.result(draw_plan(found, call))
    return Exit.PENDING if found.changes else Exit.DONE
