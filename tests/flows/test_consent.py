"""Who agrees to an apply, who holds the target, and how an apply is stopped."""

import os
import pty
import signal
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kbsync.cli.screen import Screen
from kbsync.history.lock import TargetLock
from kbsync.sandbox.service import Reply, Request, Service
from kbsync.usecases.context import RunContext
from tests.fakes.clock import Hurried
from tests.fakes.console import snapshot
from tests.fakes.git_repos import GitRepos
from tests.flows.harness import Bench, Terminal, held, writes
from tests.flows.shop import FIRST, SMALL


def untouched(bench: Bench) -> bool:
    """Whether the sandbox holds what a new one holds."""
    with bench.console() as service:
        return all(each["preset"] for each in snapshot(service)["questions"])


def test_nobody_there_means_no(bench: Bench) -> None:
    """Without a terminal and without ``--yes`` nothing is applied, and the way is told."""
    bench.commit(FIRST)
    refused = bench.run("apply")
    assert refused.code == 6
    assert "add --yes" in refused.err
    assert untouched(bench)


@pytest.mark.parametrize("answer", ["n\n", "\n", "", "perhaps\n"])
def test_anything_but_yes_means_no(bench: Bench, answer: str) -> None:
    """An empty line, the end of input and every other word leave the library as it is."""
    bench.commit(FIRST)
    declined = bench.run("apply", keyboard=Terminal(answer))
    assert declined.code == 1
    assert "Not applied; nothing was changed." in declined.err
    assert untouched(bench)


@pytest.mark.no_cover
@pytest.mark.parametrize("answer", ["y\n", "YES\n", "是\n"])
def test_yes_means_yes(bench: Bench, answer: str) -> None:
    """The plan is shown on stderr, the question repeats its counts, and stdout holds the receipt alone."""
    bench.commit(FIRST)
    applied = bench.run("apply", keyboard=Terminal(answer))
    assert applied.code == 0
    assert "Apply to sandbox: 1 to update, 10 to create, 6 categories to create? [y/N] " in applied.err
    assert applied.out.startswith("Applied by ")


def test_a_closed_input_is_nobody() -> None:
    """A process without standard input has nobody to ask."""
    before, sys.stdin = sys.stdin, None  # what Python does when descriptor 0 is closed
    try:
        assert not Screen().is_interactive()
    finally:
        sys.stdin = before


def test_a_person_at_a_real_terminal_is_asked(bench: Bench) -> None:
    """On a pseudo-terminal the program asks, hears yes and applies."""
    bench.commit(FIRST)
    main, child = pty.openpty()
    os.write(main, b"y\n")
    command = [sys.executable, "-m", "kbsync", "apply", "--color", "never"]
    done = subprocess.run(
        command, cwd=bench.path, stdin=child, env=bench.environ, capture_output=True, text=True, check=False, timeout=60
    )
    os.close(main)
    os.close(child)
    assert (done.returncode, "[y/N] " in done.stderr) == (0, True)
    assert "Finished" in done.stdout


def holder(bench: Bench) -> TargetLock:
    """Another process that applies."""
    (bench.path / ".kbsync").mkdir(exist_ok=True)
    return TargetLock(None, bench.refs, owner="somebody", where="elsewhere", clock=bench.clock, directory=bench.path / ".kbsync")


def test_a_target_that_is_held_is_left_alone(bench: Bench) -> None:
    """A second apply ends with exit 8, tells who holds the target, and changes nothing."""
    bench.commit(FIRST)
    with holder(bench):
        refused = bench.run("apply", "--yes")
    assert refused.code == 8
    assert "somebody" in refused.err
    assert untouched(bench)


def test_unlock_shows_the_holder_and_asks(bench: Bench) -> None:
    """Nobody holds it; somebody does; no terminal; no; yes."""
    bench.commit(FIRST)
    assert bench.run("unlock").err == "Nobody holds the target.\n"
    with holder(bench):
        shown = bench.run("unlock")
        assert (shown.code, "somebody" in shown.out) == (6, True)
        declined = bench.run("unlock", keyboard=Terminal("n\n"))
        assert (declined.code, "The lock stays." in declined.err) == (1, True)


def test_a_lock_of_this_machine_ends_with_its_process(bench: Bench) -> None:
    """What the system itself releases cannot be taken away from a living process."""
    bench.commit(FIRST)
    with holder(bench):
        assert bench.run("unlock", "--yes").code == 8


def test_a_forgotten_lock_on_the_remote_is_removed(bench: Bench, tmp_path: Path) -> None:
    """Exactly the lock that was shown goes, after consent, and the next apply takes the target."""
    assert bench.tree is not None
    bench.clock = Hurried()  # the lock is renewed in a thread of its own, for which told time would fly
    bench.tree.git("remote", "add", "origin", f"file://{GitRepos(tmp_path).init('origin', '--bare').path}")
    with bench.served():
        bench.commit(SMALL)

        def told(*, ask: bool = False) -> float:
            assert ask in (True, False)
            return bench.clock.wall()

        gone = TargetLock(
            bench.tree.repository, bench.refs, owner="ci", where="runner", clock=bench.clock, directory=tmp_path, service=told
        )
        gone.__enter__()
        assert bench.run("apply", "--yes").code == 8
        removed = bench.run("unlock", keyboard=Terminal("y\n"))
        assert (removed.code, "held by ci on runner since 2" in removed.out) == (0, True)
        assert bench.run("apply", "--yes").code == 0


def test_stop_before_the_first_write_changes_nothing(bench: Bench) -> None:
    """A wish to stop that is there from the beginning is obeyed: nothing is even planned."""
    bench.commit(FIRST)
    stop = threading.Event()
    stop.set()
    stopped = bench.run("apply", "--yes", context=RunContext(clock=bench.clock, environ=bench.environ, stop=stop))
    assert (stopped.code, "Stopped before" in stopped.err, stopped.out) == (1, True, "")
    assert untouched(bench)


class Alarmed(Service):
    """A service during whose second new question somebody presses Ctrl-C; it answers once that was noticed."""

    def __init__(self, *given: Any, stop: threading.Event, **options: Any) -> None:
        super().__init__(*given, **options)
        self.stop = stop

    def handle(self, request: Request) -> Reply:
        """Answer, and once press Ctrl-C before."""
        if request.path.endswith("/add_chitchat") and writes(self).count("add_chitchat") == 1 and not self.stop.is_set():
            os.kill(os.getpid(), signal.SIGINT)
            self.stop.wait(10)
        return super().handle(request)


def test_ctrl_c_ends_an_apply_well(bench: Bench) -> None:
    """The first Ctrl-C lets calls in flight end and reports what was done; the next apply does the rest."""
    stop = threading.Event()
    with bench.served(kind=partial(Alarmed, stop=stop)) as service:
        bench.commit(FIRST)
        stopped = bench.run("apply", "--yes", context=RunContext(clock=bench.clock, environ=bench.environ, stop=stop))
        assert stopped.code == 4
        assert "Stopping: the calls in flight are finished and reported." in stopped.err
        assert "Not attempted" in stopped.out
        assert bench.run("apply", "--yes").code == 0
        assert len(held(service, presets=False)) == 10
