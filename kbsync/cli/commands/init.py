"""``kbsync init``: a new knowledge directory."""

import click

from kbsync.cli.exits import Exit
from kbsync.cli.options import Invocation, invocation

__all__ = ["init"]


@click.command()
@click.option(
    "--ci",
    type=click.Choice(["github", "gitlab", "none"]),
    default="github",
    show_default=True,
    help="Whose workflow is written: plan on a pull request, apply after the merge.",
)
@invocation(target=False)
def init(call: Invocation, *, ci: str) -> int:
    """Begin a project: settings, an example, the schemas for editors, a workflow. Existing files are never replaced."""
    from kbsync.cli.starting import start_project  # noqa: PLC0415

    start_project(call, continuous=ci)
    return Exit.DONE
