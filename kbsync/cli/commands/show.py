"""``kbsync show``: any saved plan or receipt in any format."""

from pathlib import Path

import click

from kbsync.cli.options import Invocation, documented, invocation
from kbsync.render.formats import PLANS
from kbsync.usecases.context import Exit


@documented(
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
    from kbsync.planfile import read_plan_or_receipt  # noqa: PLC0415

    call.screen.show(read_plan_or_receipt(file))
    return Exit.DONE
