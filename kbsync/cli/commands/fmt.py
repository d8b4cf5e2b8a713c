"""``kbsync fmt``: one canonical layout."""

import click

from kbsync.cli.options import Invocation, documented, invocation
from kbsync.usecases.context import Exit


@documented(
    examples=(
        ("kbsync fmt", "lay out every file"),
        ("kbsync fmt --check", "for CI and pre-commit"),
        ("kbsync fmt --diff", "see it first"),
    ),
    exits={
        Exit.PENDING: "a file would change, with --check",
        Exit.INVALID: "a file has errors; nothing was written",
    },
)
@click.option("--check", is_flag=True, help="Write nothing; exit with 3 when a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@invocation("text", "json", target=False)
def fmt(call: Invocation, *, check: bool, diff: bool) -> int:
    """Lay the files out in one way, and list those that were not so.

    Keys of a question get one order, text of several lines becomes a block, quotes stay where they are needed, indentation
    is two columns. Comments, empty lines, anchors and the order of questions stay, and no value changes.
    """
    from kbsync.render.results import formatted_result  # noqa: PLC0415
    from kbsync.usecases.files import format_directory  # noqa: PLC0415

    found, code = format_directory(call, check=check, diff=diff)
    call.screen.result(formatted_result(found.paths, found.diff, call.format, diff=diff))
    return code
