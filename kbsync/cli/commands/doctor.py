"""``kbsync doctor``: is everything in place, and what to do about what is not."""

import click

from kbsync.cli.options import DocumentedCommand, Invocation, invocation
from kbsync.usecases.context import Exit


@click.command(
    cls=DocumentedCommand,
    examples=(
        ("kbsync doctor", "the default target"),
        ("kbsync doctor -t production", "before the first plan"),
        ("kbsync doctor -t production --format json", "for monitoring"),
    ),
    exits={
        Exit.FAILED: "something is not in order",
    },
)
@invocation("text", "json")
def doctor(call: Invocation) -> int:
    """Check access, region, clock, Desk and limits of a target.

    Nothing is changed: signature, administrator right, region, clock, Desk, the chitchat switch, robots, the listings. Each
    finding that is not in order says what to do.
    """
    from kbsync.cli.drawing import draw_checkup  # noqa: PLC0415
    from kbsync.usecases.target import examine_target  # noqa: PLC0415

    findings, code = examine_target(call)
    call.screen.result(draw_checkup(findings, call))
    return code
