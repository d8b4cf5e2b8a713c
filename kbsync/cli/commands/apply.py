"""``kbsync apply``: carries out a saved plan exactly, or plans, shows and asks."""

from pathlib import Path

import click

from kbsync.cli.options import Invocation, invocation

__all__ = ["apply"]


@click.command()
@click.argument("planfile", required=False, type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask; needed where nobody can answer.")
@click.option("--base", metavar="REV", help="Compare with the files at this commit. [default: what was last applied]")
@click.option("--only", metavar="PATTERN", help="Apply only what matches by question, category path or file.")
@click.option("--overwrite-conflicts", is_flag=True, help="Let git win where git and the console both changed something.")
@click.option("--allow-remove", type=click.IntRange(min=0), metavar="N", help="Agree to exactly N removals.")
@click.option("--receipt", type=click.Path(path_type=Path), help="Write what was done, for `show` and `plan --undo`.")
@click.option(
    "--on-failure",
    type=click.Choice(["stop", "continue"]),
    default="stop",
    show_default=True,
    help="After a refusal, start nothing new or go on with what does not depend on it.",
)
@click.option("--dry-run", is_flag=True, help="Do everything but write.")
@invocation("text", "json", "markdown")
def apply(call: Invocation, *, planfile: Path | None, dry_run: bool, base: str | None, only: str | None, **wishes: object) -> int:
    """Make the live library what the files say.

    \b
    kbsync apply                          plan, show, ask, carry out
    kbsync apply plan.json --yes          exactly this plan, or nothing
    kbsync apply --yes --allow-remove 3   with exactly three removals
    """
    from kbsync.cli.applying import Order, run_apply  # noqa: PLC0415

    order = Order.from_options(planfile=planfile, base=base, only=only, dry_run=dry_run, **wishes)
    return run_apply(call, order)
