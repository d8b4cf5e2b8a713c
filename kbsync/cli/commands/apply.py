"""``kbsync apply``: carries out a saved plan exactly, or plans, shows and asks."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from kbsync.cli.options import Approval, Invocation, all_targets_option, documented, invocation
from kbsync.usecases.context import Exit


@documented(
    examples=(
        ("kbsync apply", "plan, show, ask, carry out"),
        ("kbsync apply plan.json --yes", "exactly this plan, or nothing"),
        ("kbsync apply --yes --allow-remove 3", "with exactly three removals"),
        ("kbsync apply --yes --receipt receipt.json", "kept for show and plan --undo"),
    ),
    exits={
        Exit.UNFINISHED: "it started and did not finish: read the report",
        Exit.INVALID: "the files have errors; kbsync validate shows them",
        Exit.UNSAFE: "refused for safety, nothing was changed: the reasons say the way past",
        Exit.STALE: "live moved since the plan was made, nothing was changed: plan again",
        Exit.LOCKED: "another apply holds the target",
    },
)
@click.argument("planfile", required=False, type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask; needed where nobody can answer.")
@click.option("--base", metavar="REV", help="Compare with the files at this commit. [default: what was last applied]")
@click.option("--only", metavar="PATTERN", help="Apply only what matches by question, category path or file.")
@click.option("--overwrite-conflicts", is_flag=True, help="Let git win where git and the console both changed something.")
@click.option("--overwrite-drift", is_flag=True, help="Overwrite console edits; a yes to the question agrees to that, too.")
@click.option("--allow-remove", type=click.IntRange(min=0), metavar="N", help="Agree to exactly N removals.")
@click.option(
    "--expect-digest",
    cls=Approval,
    metavar="DIGEST",
    help="Apply only the plan that has this digest: the one that was approved.",
)
@click.option(
    "--receipt",
    type=click.Path(path_type=Path),
    help="Write what was done, for `show` and `plan --undo`. One that is there stays where nothing was sent.",
)
@click.option(
    "--on-failure",
    type=click.Choice(["stop", "continue"]),
    default="stop",
    show_default=True,
    help="After a refusal, start nothing new or go on with what does not depend on it.",
)
@click.option("--dry-run", is_flag=True, help="Do everything but write.")
@all_targets_option
@invocation("text", "json", "markdown")
def apply(call: Invocation, *, all_targets: bool, on_failure: str, **wanted: Any) -> int:
    """Make the live library what the files say.

    The live library is read first: what moved since the plan was made stops the apply, what is there already is skipped.
    Ctrl-C finishes the calls in flight and reports; again, it ends at once.
    """
    from kbsync.applier import OnFailure  # noqa: PLC0415
    from kbsync.guards import Consent  # noqa: PLC0415
    from kbsync.usecases.apply import ApplyOptions, apply_plan  # noqa: PLC0415

    overwrite = {name: wanted.pop(name) for name in ("overwrite_conflicts", "overwrite_drift")}
    consent = Consent(remove=wanted.pop("allow_remove"), **overwrite)
    receipt = wanted.pop("receipt")
    options = ApplyOptions(**wanted, consent=consent, on_failure=OnFailure(on_failure))
    if all_targets:
        from kbsync.cli.side_by_side import for_target, run_side_by_side  # noqa: PLC0415

        options.check_for_all()
        return run_side_by_side(
            call, lambda one: apply_plan(one, replace(options, receipt=for_target(receipt, one.target))), lasting=True
        )
    return apply_plan(call, replace(options, receipt=receipt))
