"""``kbsync targets``: the applications that the settings name."""

import json

import click

from kbsync.cli.exits import Exit
from kbsync.cli.help import DocumentedCommand
from kbsync.cli.options import Invocation, invocation

__all__ = ["targets"]


@click.command(
    cls=DocumentedCommand,
    examples=(
        ("kbsync targets", "name, driver, SDKAppID"),
        ("kbsync targets --format matrix", "a CI matrix, one job a target"),
    ),
    exits={
        Exit.INVALID: "the settings have errors",
    },
)
@invocation("text", "json", "matrix", target=False)
def targets(call: Invocation) -> int:
    """List the targets of kbsync.yaml.

    With `--format matrix` the list feeds a CI matrix, one job a target.
    """
    from kbsync.usecases.workspace import open_workspace  # noqa: PLC0415

    workspace = open_workspace(call.directory)
    known = [workspace.target(target.name) for target in workspace.settings.targets]
    rows = [{"target": item.name, "driver": item.driver.value, "sdkappid": item.sdkappid} for item in known]
    match call.format:
        case "matrix":
            call.screen.result(json.dumps({"include": rows}, ensure_ascii=False))
        case "json":
            call.screen.result(json.dumps({"format_version": "1.0", "targets": rows}, ensure_ascii=False, indent=2))
        case _:
            call.screen.result("\n".join(f"{row['target']}  {row['driver']}  {row['sdkappid']}" for row in rows))
    return Exit.DONE
