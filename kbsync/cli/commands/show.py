"""``kbsync show``: any saved plan or receipt in any format."""

from pathlib import Path

import click

from kbsync.cli.exits import Exit
from kbsync.cli.help import DocumentedCommand
from kbsync.cli.options import Invocation, invocation
from kbsync.render.formats import PLANS

__all__ = ["show"]


@click.command(
    cls=DocumentedCommand,
    examples=(
        ("kbsync show plan.json", "as plan would have shown it"),
        ("kbsync show plan.json --format html > plan.html", "for a browser"),
        ("kbsync show receipt.json --format markdown", "what an apply did, for a comment"),
    ),
)
@click.argument("file", type=click.Path(path_type=Path))
@invocation(*PLANS, target=False, directory=False)
def show(call: Invocation, *, file: Path) -> int:
    """Show a saved plan or receipt in any format.

    FILE is what `plan --out` or `apply --receipt` wrote. No service is asked.
    """
    from kbsync.cli.drawing import draw_plan, draw_receipt  # noqa: PLC0415
    from kbsync.planfile import read_plan_or_receipt  # noqa: PLC0415
    from kbsync.report import Receipt  # noqa: PLC0415

    found = read_plan_or_receipt(file)
    call.screen.result(draw_receipt(found, call) if isinstance(found, Receipt) else draw_plan(found, call))
    return Exit.DONE
