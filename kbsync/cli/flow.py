"""What several commands do on the way: open the files, find the base, reach the service, tell of notes and warnings."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kbsync.cli.calls import tell_call, tell_calls
from kbsync.cli.options import Invocation
from kbsync.cli.progress import progress_for
from kbsync.diagnostics import Diagnostic
from kbsync.errors import Misuse
from kbsync.messages import message
from kbsync.plan import Plan
from kbsync.planfile import encode_plan, read_plan_or_receipt
from kbsync.report import Receipt
from kbsync.saving import save
from kbsync.settings import Target
from kbsync.usecases.planning import (
    History,
    check_target,
    find_drift,
    find_history,
    make_offline_plan,
    plan_against,
    plan_undo,
)
from kbsync.usecases.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    from kbsync.desk.chitchat import DeskReader
    from kbsync.usecases.composition import Connection

__all__ = ["Prepared", "Request", "chosen_target", "opened", "prepared", "reading", "saved", "show_drift", "show_plan", "warn"]


@dataclass(frozen=True, slots=True)
class Request:
    """Which plan is wanted."""

    base: str | None = None
    offline: bool = False
    only: str | None = None
    undo: Path | None = None

    def __post_init__(self) -> None:
        if self.undo is not None and (self.base or self.offline or self.only):
            raise Misuse(message("--undo takes back a whole apply: --base, --offline and --only have no place beside it"))


@dataclass(frozen=True, slots=True)
class Prepared:
    """The files and the git side of one target, before the service is reached."""

    workspace: Workspace
    target: Target
    history: History


def chosen_target(call: Invocation, workspace: Workspace, name: str | None = None) -> Target:
    """The target of a run, at the pace that the command line allows it. Raises Misuse."""
    target = workspace.target(name or call.target)
    return replace(target, calls_per_second=min(target.calls_per_second, call.calls_per_second or target.calls_per_second))


def prepared(call: Invocation, *, base: str | None, certain: bool = True) -> Prepared:
    """Read the files, warn of what is doubtful in them, and find the base; whoever only plans may do with a guess."""
    workspace = open_workspace(call.directory, target=call.target)
    warn(call, workspace.diagnostics)
    target = chosen_target(call, workspace)
    history = find_history(workspace, target, given=base, context=call.context, certain=certain)
    call.screen.notes(history.notes)
    return Prepared(workspace, target, history)


@contextmanager
def opened(call: Invocation, target: Target, state: Path) -> Iterator["Connection"]:
    """Reach a target's service; pauses that it asks for are told, with ``-v`` the calls in sum, with ``-vv`` each of them."""
    from kbsync.usecases.composition import connect  # noqa: PLC0415  (loads httpx, which nothing offline needs)

    call.refuse_link()

    def tell(command: str, seconds: float) -> None:
        call.screen.note(
            message("The service asks for less speed: {command} waits {seconds} s.", command=command, seconds=f"{seconds:.1f}")
        )

    heard = partial(tell_call, call.screen) if call.screen.verbosity > 1 else None
    with connect(target, context=call.context, state=state, on_pause=tell, on_call=heard) as connection:
        try:
            yield connection
        finally:
            if call.screen.verbosity > 0:
                tell_calls(call.screen, connection.pacer)


def show_plan(call: Invocation, request: Request) -> Plan:
    """Make the plan that was asked for, with progress while the service is read."""
    if request.undo is not None:
        return _show_undo(call, request.undo)
    ready = prepared(call, base=request.base, certain=False)
    if request.offline:
        return make_offline_plan(ready.workspace, ready.target, history=ready.history, only=request.only)
    with reading(call, ready) as reader:
        return plan_against(reader, ready.workspace, ready.target, history=ready.history, only=request.only)


def show_drift(call: Invocation, *, base: str | None) -> Plan:
    """What the console changed since the base, as the plan that would take it back."""
    ready = prepared(call, base=base)
    with reading(call, ready) as reader:
        return find_drift(reader, ready.workspace, ready.target, history=ready.history)


@contextmanager
def reading(call: Invocation, ready: Prepared) -> Iterator["DeskReader"]:
    """Reach a target's library to look at it, and show that something is going on."""
    with _looking(call, ready.target, ready.workspace.state) as reader:
        yield reader


@contextmanager
def _looking(call: Invocation, target: Target, state: Path) -> Iterator["DeskReader"]:
    with opened(call, target, state) as connection, progress_for(call.screen, clock=call.context.clock) as progress:
        progress.start(message("reading the live library"), None)
        yield connection.reader(on_rows=progress.advance)


def _show_undo(call: Invocation, path: Path) -> Plan:
    receipt = read_plan_or_receipt(path)
    if not isinstance(receipt, Receipt):
        raise Misuse(message("{path} is a plan and not a receipt: apply --receipt writes receipts", path=path))
    workspace = open_workspace(call.directory, target=call.target or receipt.report.plan.target.name)
    target = chosen_target(call, workspace, call.target or receipt.report.plan.target.name)
    check_target(receipt.report.plan, target)
    with _looking(call, target, workspace.state) as reader:
        return plan_undo(reader, workspace, target, receipt=receipt)


def saved(plan: Plan, path: Path, call: Invocation) -> None:
    """Save a plan file and say where."""
    save(path, encode_plan(plan))
    call.screen.note(message("Plan saved to {path}.", path=path))


def warn(call: Invocation, found: tuple[Diagnostic, ...]) -> None:
    """Show warnings on stderr."""
    if found and call.screen.verbosity >= 0:
        call.screen.findings(found)
