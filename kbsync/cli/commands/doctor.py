"""``kbsync doctor``: is everything in place, and what to do about what is not."""

import click

from kbsync.cli.options import Invocation, documented, invocation
from kbsync.usecases.context import Exit


@documented(
    examples=(
        ("kbsync doctor", "the default target"),
        ("kbsync doctor -t production", "before the first plan"),
        ("kbsync doctor -t production --format json", "for monitoring"),
        ("kbsync doctor -t production --probe", "how this service reads what no page says"),
    ),
    exits={
        Exit.FAILED: "something is not in order",
    },
)
@click.option("--probe", is_flag=True, help="Also settle, by reading alone, what the vendor's pages leave open.")
@invocation("text", "json")
def doctor(call: Invocation, *, probe: bool) -> int:
    """Check access, region, clock, Desk and limits of a target.

    Nothing is changed: signature, administrator right, region, clock, Desk, the chitchat switch, robots, the listings. Each
    finding that is not in order says what to do. What --probe finds is told in the switches of `kbsync sandbox serve`, so
    that a rehearsal plays the real service, and as a block for an issue; it holds no text and no id of the library.
    """
    from kbsync.render.results import checkup_result  # noqa: PLC0415
    from kbsync.usecases.target import examine_target  # noqa: PLC0415

    findings, settled, code = examine_target(call, probing=probe)
    call.screen.result(checkup_result(findings, settled, call.format, call.screen.options))
    return code
