"""The course of ``kbsync plan`` and ``kbsync drift``: make it, save it, show it."""

from pathlib import Path
from typing import Any

from kbsync.cli.drawing import draw_plan
from kbsync.cli.exits import Exit
from kbsync.cli.flow import Request, saved, show_drift, show_plan
from kbsync.cli.options import Invocation

__all__ = ["run_drift", "run_plan"]


def run_plan(call: Invocation, *, out: Path | None, detailed_exitcode: bool, **wanted: Any) -> int:
    """Plan as asked, save it where asked, show it, and give the exit code."""
    made = show_plan(call, Request(**wanted))
    if out is not None:
        saved(made, out, call)
    call.screen.result(draw_plan(made, call))
    return Exit.PENDING if detailed_exitcode and made.changes else Exit.DONE


def run_drift(call: Invocation, *, base: str | None) -> int:
    """Find what the console changed, show it, and give the exit code."""
    found = show_drift(call, base=base)
    call.screen.result(draw_plan(found, call))
    return Exit.PENDING if found.changes else Exit.DONE
