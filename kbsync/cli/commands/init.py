"""``kbsync init``: a new knowledge directory."""

import click

from kbsync.cli.options import Invocation, documented, invocation
from kbsync.usecases.context import Exit


@documented(
    examples=(
        ("kbsync init", "settings, an example, a GitHub workflow"),
        ("kbsync init --ci gitlab", "the same with a GitLab pipeline"),
        ("kbsync init --package kbsync==1.2.3", "installed in CI, where kbsync cannot tell"),
        ("kbsync init -d faq --ci none", "in another directory, without a workflow"),
    ),
    exits={
        Exit.UNSAFE: "a file is there already, with other content",
    },
)
@click.option(
    "--ci",
    type=click.Choice(["github", "gitlab", "none"]),
    default="github",
    show_default=True,
    help="Whose workflow is written: plan on a pull request, apply after the merge.",
)
@click.option(
    "--package",
    metavar="REQUIREMENT",
    help="What the workflow has pip install. [default: the commit or file that this kbsync was installed from, as pip noted it]",
)
@invocation(target=False)
def init(call: Invocation, *, ci: str, package: str | None) -> int:
    """Begin a project: settings, an example, a CI workflow.

    The schemas for editors come too. Existing files are never replaced.
    """
    from kbsync.usecases.init import start_project  # noqa: PLC0415

    start_project(call, continuous=ci, package=package)
    return Exit.DONE
