"""``kbsync doctor``: is everything in place, and what to do about what is not."""

import click

from kbsync.cli.exits import Exit
from kbsync.cli.options import Invocation, invocation

__all__ = ["doctor"]


@click.command()
@invocation("text", "json")
def doctor(call: Invocation) -> int:
    """Check signature, administrator right, region, clock, Desk, chitchat and limits of a target. Changes nothing.

    Exit code 1 when something is not in order.
    """
    from kbsync.cli.checkup import draw_checkup, run_checkup  # noqa: PLC0415

    findings = run_checkup(call)
    call.screen.result(draw_checkup(findings, call))
    return Exit.FAILED if any(finding.ok is False for finding in findings) else Exit.DONE
