"""``kbsync plan``: desired × live × base."""

from pathlib import Path
from typing import Any

import click

from kbsync.cli.options import Invocation, all_targets_option, documented, invocation
from kbsync.render.formats import PLANS
from kbsync.usecases.context import Exit


@documented(
    examples=(
        ("kbsync plan", "against the default target"),
        ("kbsync plan --out plan.json", "save it; apply carries out exactly this"),
        ("kbsync plan --only 'Shipping / *'", "a part of it"),
        ("kbsync plan --offline --base origin/main", "without a secret"),
        ("kbsync plan --undo last", "what would take the last apply back"),
    ),
    exits={
        Exit.PENDING: "changes are pending, with --detailed-exitcode",
        Exit.INVALID: "the files have errors; kbsync validate shows them",
    },
)
@click.option("--out", type=click.Path(path_type=Path), help="Save the plan for `kbsync apply FILE`.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 3 when changes are pending.")
@click.option("--base", metavar="REV", help="Compare with the files at this commit. [default: what was last applied]")
@click.option("--offline", is_flag=True, help="Compare with the base in place of the service; needs no secret.")
@click.option("--only", metavar="PATTERN", help="Plan only what matches by question, category path or file.")
@click.option("--undo", metavar="last|N|FILE", help="Plan to take an apply back: the last, by its number, by a receipt's file.")
@all_targets_option
@invocation(*PLANS)
def plan(call: Invocation, *, all_targets: bool, **wanted: Any) -> int:
    """Show what customers would see change, and why.

    Nothing is changed: the service is only read. Removals, conflicts and console edits come first.
    """
    from kbsync.usecases.plan import PlanOptions, plan_library  # noqa: PLC0415

    if all_targets:
        from kbsync.cli.side_by_side import for_target, run_side_by_side  # noqa: PLC0415

        out = wanted.pop("out")

        def plan_one(one: Invocation) -> int:
            made, code = plan_library(one, PlanOptions(out=for_target(out, one.target), **wanted))
            one.screen.show(made)
            return code

        return run_side_by_side(call, plan_one)
    made, code = plan_library(call, PlanOptions(**wanted))
    call.screen.show(made)
    return code
