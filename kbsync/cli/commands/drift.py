"""``kbsync drift``: what the console changed since the base."""

import click

from kbsync.cli.options import Invocation, all_targets_option, documented, invocation
from kbsync.render.formats import PLANS
from kbsync.usecases.context import Exit


@documented(
    examples=(
        ("kbsync drift", "since the last apply"),
        ("kbsync drift --base v1.4", "since that commit"),
        ("kbsync drift --all-targets --format markdown", "a daily report"),
    ),
    exits={
        Exit.PENDING: "there is some",
        Exit.INVALID: "the files have errors; kbsync validate shows them",
    },
)
@click.option("--base", metavar="REV", help="Count from the files at this commit. [default: what was last applied]")
@all_targets_option
@invocation(*PLANS)
def drift(call: Invocation, *, base: str | None, all_targets: bool) -> int:
    """Show what the console changed since the last apply.

    Nothing is changed. Each entry says what the console holds now and what git said; `kbsync pull` brings the console's side
    into the files. Questions that are new in a declared category count, as pull takes them over; others are no drift.
    """
    from kbsync.usecases.plan import find_drift  # noqa: PLC0415

    def show(one: Invocation) -> int:
        found, code = find_drift(one, base=base)
        one.screen.show(found)
        return code

    if all_targets:
        from kbsync.cli.side_by_side import run_side_by_side  # noqa: PLC0415

        return run_side_by_side(call, show)
    return show(call)
