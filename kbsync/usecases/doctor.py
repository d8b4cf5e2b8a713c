"""Everything that can be found out about a target by reading."""

from kbsync.desk.doctor import Finding, examine
from kbsync.usecases.composition import connected
from kbsync.usecases.context import Call, Exit
from kbsync.usecases.workspace import open_workspace

__all__ = ["examine_target"]


def examine_target(call: Call) -> tuple[tuple[Finding, ...], Exit]:
    """Ask the service about access, clock, Desk and limits; a finding that is not in order fails the command."""
    workspace = open_workspace(call.directory, target=call.target)
    target = call.paced(workspace.target(call.target))
    with connected(call, target, workspace.state) as connection:
        findings = examine(connection.transport, rate=target.calls_per_second)
    return findings, Exit.FAILED if any(finding.ok is False for finding in findings) else Exit.DONE
