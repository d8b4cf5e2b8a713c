"""``kbsync rename``, ``remove``, ``move``: the editor's verbs, which edit the files as a person would."""

from functools import partial
from typing import TYPE_CHECKING

import click

from kbsync.cli.options import Invocation, documented, invocation
from kbsync.usecases.context import Exit

if TYPE_CHECKING:
    from kbsync.usecases.files import Act

_EXITS = {Exit.USAGE: "no question has that text", Exit.INVALID: "the files have errors, or would have; nothing was written"}


_dry_run = click.option("--dry-run", is_flag=True, help="Write nothing; only show the difference.")


@documented(
    examples=(
        ("kbsync rename 'Do you deliver on Saturdays?' 'Do you deliver at weekends?'", ""),
        ("kbsync rename 'Old text' 'New text' --dry-run", "only show it"),
    ),
    exits=_EXITS,
)
@click.argument("old")
@click.argument("new")
@_dry_run
@invocation("text", "json", target=False)
def rename(call: Invocation, *, old: str, new: str, dry_run: bool) -> int:
    """Give a question another text, and show the difference.

    The old text comes under previously: for customers and for the service it is still the same question.
    """
    from kbsync.usecases.files import renamed  # noqa: PLC0415

    return _edit(call, partial(renamed, old=old, new=new), dry_run=dry_run)


@documented(
    examples=(
        ("kbsync remove 'Do you deliver on Saturdays?'", "an apply takes it from customers"),
        ("kbsync remove 'Do you deliver on Saturdays?' --dry-run", "only show it"),
    ),
    exits={**_EXITS, Exit.UNSAFE: "the question is protected"},
)
@click.argument("text")
@_dry_run
@invocation("text", "json", target=False)
def remove(call: Invocation, *, text: str, dry_run: bool) -> int:
    """Take a question out of its file, and show the difference.

    Its text comes under removed: in the same file, which is what removes it from the live library when that is applied.
    """
    from kbsync.usecases.files import removed  # noqa: PLC0415

    return _edit(call, partial(removed, text=text), dry_run=dry_run)


@documented(
    examples=(
        ("kbsync move 'Do you deliver on Saturdays?' 'Shipping / Delivery times'", ""),
        ("kbsync move 'Do you deliver on Saturdays?' Shipping --dry-run", "only show it"),
    ),
    exits=_EXITS,
)
@click.argument("text")
@click.argument("category")
@_dry_run
@invocation("text", "json", target=False)
def move(call: Invocation, *, text: str, category: str, dry_run: bool) -> int:
    """Put a question into another category, and show the difference."""
    from kbsync.usecases.files import moved  # noqa: PLC0415

    return _edit(call, partial(moved, text=text, category=category), dry_run=dry_run)


def _edit(call: Invocation, act: "Act", *, dry_run: bool) -> int:
    from kbsync.render.results import formatted_result  # noqa: PLC0415
    from kbsync.usecases.files import edit_directory  # noqa: PLC0415

    found = edit_directory(call, act, dry_run=dry_run)
    call.screen.result(formatted_result(found.paths, found.diff, call.format, diff=True))
    return Exit.DONE
