"""The course of ``kbsync doctor``: reach the target, ask, draw the findings."""

from collections.abc import Sequence

import click

from kbsync.cli.flow import chosen_target, opened
from kbsync.cli.options import Invocation
from kbsync.desk.examine import Finding, examine
from kbsync.render.json_documents import checkup_json
from kbsync.usecases.workspace import open_workspace

__all__ = ["draw_checkup", "run_checkup"]

MARKS = {True: click.style("ok", fg="green"), False: click.style("no", fg="red", bold=True), None: click.style("? ", fg="yellow")}


def run_checkup(call: Invocation) -> tuple[Finding, ...]:
    """Everything that can be found out about a target by reading."""
    workspace = open_workspace(call.directory, target=call.target)
    target = chosen_target(call, workspace)
    with opened(call, target, workspace.state) as connection:
        return examine(connection.transport, rate=target.calls_per_second)


def draw_checkup(findings: Sequence[Finding], call: Invocation) -> str:
    """The findings as text, or as JSON for machines."""
    if call.format == "json":
        return checkup_json(findings)
    return "\n".join(line for item in findings for line in _lines(item, call))


def _lines(item: Finding, call: Invocation) -> list[str]:
    lines = [f"{MARKS[item.ok]}  {item.name:<14} {call.screen.say(item.message)}"]
    if item.hint is not None:
        lines.append(f"{'':<19}{call.screen.say(item.hint)}")
    return lines
