"""``kbsync coverage``: transcripts × knowledge."""

from pathlib import Path
from typing import Any

import click

from kbsync.cli.options import Invocation, documented, invocation
from kbsync.render.formats import COVERAGE, draw_coverage
from kbsync.usecases.context import Exit


@documented(
    examples=(
        ("kbsync coverage --since 30", "a month of finished sessions"),
        ("kbsync coverage --save chats.jsonl", "keep the transcripts"),
        ("kbsync coverage --transcripts chats.jsonl", "look again, offline"),
        ("kbsync coverage --format yaml > unanswered.yaml", "proposals, to be answered"),
    ),
    exits={
        Exit.PENDING: "questions are shown that nothing answers, with --detailed-exitcode",
        Exit.INVALID: "the files have errors; kbsync validate shows them",
    },
)
@click.option("--since", metavar="WHEN", help="Days ago, or a date such as 2026-01-31. [default: 7]")
@click.option("--until", metavar="WHEN", help="The same; a date includes its day. [default: now]")
@click.option("--session", "sessions", multiple=True, metavar="ID", help="Only this session; may be given again.")
@click.option("--transcripts", type=click.Path(path_type=Path), metavar="FILE", help="Look at transcripts saved earlier.")
@click.option("--save", type=click.Path(path_type=Path), metavar="FILE", help="Keep the transcripts, for you alone to read.")
@click.option("--limit", type=click.IntRange(min=1), default=200, show_default=True, help="Sessions to read at most.")
@click.option("--live", is_flag=True, help="Look up in the live library where undeclared answers come from.")
@click.option(
    "--threshold", type=click.FloatRange(0.5, 1.0), default=0.8, show_default=True, help="How alike wordings are the same."
)
@click.option("--min-count", type=click.IntRange(min=1), default=2, show_default=True, help="People who must have asked alike.")
@click.option("--bot", "robots", multiple=True, metavar="ACCOUNT", help="An account of the chatbot. [default: made out]")
# Intent is shown on the command line alone: a variable could unmask every run in silence.
@click.option("--unmasked", is_flag=True, allow_from_autoenv=False, help="Show addresses and numbers; personal data.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 3 when questions are shown that nothing answers.")
@invocation(*COVERAGE)
def coverage(
    call: Invocation,
    *,
    threshold: float,
    min_count: int,
    robots: tuple[str, ...],
    unmasked: bool,
    **wanted: Any,
) -> int:
    """Show what users asked that nothing in git answers.

    And what was answered that git does not declare. Nothing is changed. Transcripts are personal data: addresses and numbers
    are masked, and what fewer than --min-count people asked is only counted; names in running text cannot be recognised, so
    read before you publish.
    """
    from kbsync.conversations.coverage import Reading  # noqa: PLC0415
    from kbsync.usecases.coverage import CoverageOptions, find_coverage  # noqa: PLC0415

    reading = Reading(threshold=threshold, min_count=min_count, masked=not unmasked, robots=robots)
    found, code = find_coverage(call, CoverageOptions(**wanted, reading=reading))
    call.screen.result(draw_coverage(found, call.format, call.screen.options))
    return code
