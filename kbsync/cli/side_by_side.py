"""One command for all targets at once: limits are per application, so they do not wait for each other. One report."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from pathlib import Path

from kbsync.cli.options import Invocation
from kbsync.cli.screen import Screen, TargetScreen
from kbsync.errors import KbsyncError, Misuse
from kbsync.messages import message
from kbsync.render.results import joined_json
from kbsync.usecases.context import exit_of, gravest, stop_on_signal
from kbsync.usecases.workspace import open_workspace

FORMATS = ("text", "json", "markdown")
"""Formats in which several targets can be one result."""

Run = Callable[[Invocation], int]


@dataclass(frozen=True, slots=True)
class _Ended:
    """How one target's run ended, and what it put on stdout."""

    name: str
    code: int
    results: tuple[str, ...]


def run_side_by_side(call: Invocation, run: Run, *, lasting: bool = False) -> int:
    """Run a command once for each target, all at the same time, and report them together. Raises Misuse.

    ``lasting`` means that what was done stands, whether or not its report arrives.
    """
    if call.target is not None:
        raise Misuse(message("--all-targets and --target exclude each other"))
    if call.format not in FORMATS:
        raise Misuse(message("--all-targets can write {formats}", formats=", ".join(FORMATS)))
    names = [target.name for target in open_workspace(call.directory).settings.side_by_side]
    # A wish to stop of its own for each: one that loses its lock must not stop the others.
    calls = [replace(call, target=name, context=replace(call.context, stop=threading.Event())) for name in names]

    def stop_all() -> None:
        call.screen.note(message("Stopping every target."))
        for one in calls:
            one.context.stop.set()

    with stop_on_signal(call.context.stop, tell=stop_all), ThreadPoolExecutor(len(names)) as pool:
        ended = list(pool.map(lambda one: _run_one(one, run), calls))
    put = call.screen.report if lasting else call.screen.result
    put(_joined(ended, call))
    return gravest({one.code for one in ended})


def for_target(path: Path | None, name: str | None) -> Path | None:
    """A file's path for one of several targets: ``plan-{target}.json`` becomes ``plan-production.json``. Raises Misuse."""
    if path is None or name is None:
        return path
    if "{target}" not in path.name:
        raise Misuse(
            message("{path} would be written once for each target: put {mark} into its name", path=path, mark="{target}")
        )
    return path.with_name(path.name.replace("{target}", name))


def _run_one(call: Invocation, run: Run) -> _Ended:
    name = call.target or ""
    shared = {field.name: getattr(call.screen, field.name) for field in fields(Screen)}
    screen = TargetScreen(**{**shared, "animated": False}, name=name)
    try:
        code = run(replace(call, screen=screen))
    except KbsyncError as error:
        screen.error(error)
        code = exit_of(error)
    return _Ended(name, code, tuple(screen.results))


def _joined(ended: Sequence[_Ended], call: Invocation) -> str:
    if call.format != "json":
        return "\n".join(result for one in ended for result in one.results)
    return joined_json({one.name: one.results[0] if one.results else None for one in ended})
