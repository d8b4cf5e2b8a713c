"""``kbsync pull``: live to YAML."""

from typing import Any

import click

from kbsync.cli.options import Invocation, documented, invocation
from kbsync.usecases.context import Exit


@documented(
    examples=(
        ("kbsync pull", "take in what the console changed"),
        ("kbsync pull --check", "only show it"),
        ("kbsync pull --only 'Shipping / *'", "a part of it"),
        ("kbsync pull --all --include-presets", "also what git never declared"),
    ),
    exits={
        Exit.PENDING: "something would be written, with --check",
        Exit.INVALID: "the files have errors; kbsync validate shows them",
        Exit.UNSAFE: "git and the console changed the same, or an id is wrong; the rest is written",
    },
)
@click.option("--base", metavar="REV", help="Count from the files at this commit. [default: what was last applied]")
@click.option("--only", metavar="PATTERN", help="Only what matches by question, category path or file.")
@click.option("--all", "everything", is_flag=True, help="Take in what git never declared, too.")
@click.option("--include-presets", "presets", is_flag=True, help="Take in the questions of the system's own categories, too.")
@click.option("--theirs", is_flag=True, help="Where git and the console changed the same, take the console's side.")
@click.option("--check", "--dry-run", "check", is_flag=True, help="Write nothing; show the difference, exit with 3 for any.")
@invocation("text", "json")
def pull(call: Invocation, *, base: str | None, check: bool, **wanted: Any) -> int:
    """Bring what the console holds into the files.

    Where no declared question is live yet, everything comes: the tree, and one file for each category. Later, what the console
    changed since the base is written where each question stands, and comments, order and quotes stay; questions that are
    new in a declared category come to its file, deleted ones leave theirs.

    What git changed since then stays. Where both changed the same, git's side stays, the place is named, the rest is
    written, and the exit code is 6. Without a base the console's side is taken for every declared question.
    """
    from kbsync.puller import Scope  # noqa: PLC0415
    from kbsync.render.results import pulled_result  # noqa: PLC0415
    from kbsync.usecases.pull import pull_changes  # noqa: PLC0415

    pulled, code = pull_changes(call, Scope(**wanted), base=base, check=check)
    shown = pulled.merged, pulled.clashes, pulled.diff, call.format, call.screen.options
    call.screen.result(pulled_result(*shown, shown_as=call.directory.as_posix(), check=check))
    if pulled.refused is not None:
        raise pulled.refused
    return code
