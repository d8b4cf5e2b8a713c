"""Several targets at once end well together, and one by one."""

import os
import signal
from pathlib import Path

from kbsync.cli.options import Invocation
from kbsync.cli.screen import Screen
from kbsync.cli.side_by_side import run_side_by_side
from kbsync.usecases.context import RunContext
from tests.fakes.clock import FakeClock

SETTINGS = "version: 1\ndefault_target: one\ntargets: {one: {driver: sandbox}, two: {driver: sandbox}}\n"


def invocation(tmp_path: Path) -> Invocation:
    """A call for a directory with two targets."""
    (tmp_path / "kbsync.yaml").write_text(SETTINGS, encoding="utf-8")
    return Invocation(RunContext(clock=FakeClock(), environ={}), Screen(), tmp_path)


def test_a_signal_stops_every_target(tmp_path: Path) -> None:
    """Ctrl-C reaches all of them, each through its own wish to stop."""
    stopped: list[str | None] = []

    def wait(call: Invocation) -> int:
        if call.target == "one":
            os.kill(os.getpid(), signal.SIGINT)
        if call.context.stop.wait(20):
            stopped.append(call.target)
        return 0

    run_side_by_side(invocation(tmp_path), wait)
    assert sorted(map(str, stopped)) == ["one", "two"]


def test_one_that_must_stop_does_not_stop_the_others(tmp_path: Path) -> None:
    """A lost lock is one target's own trouble."""
    seen: list[bool] = []

    def lose(call: Invocation) -> int:
        if call.target == "one":
            call.context.stop.set()
        else:
            seen.append(call.context.stop.wait(0.05))
        return 0

    run_side_by_side(invocation(tmp_path), lose)
    assert seen == [False]
