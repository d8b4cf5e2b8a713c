"""How a run can be ended from outside: Ctrl-C at a question, a reader that goes away, a server that is told to stop."""

import contextlib
import io
import os
import subprocess
import sys
import threading
from typing import Any

import pytest

from kbsync.cli.app import run
from kbsync.sandbox.seeds import seeded_sessions
from kbsync.usecases.context import RunContext
from tests.flows.harness import Bench
from tests.flows.shop import FIRST


class Impatient(io.StringIO):
    """A keyboard at which somebody presses Ctrl-C instead of answering."""

    def isatty(self) -> bool:
        """There is somebody."""
        return True

    def readline(self, _size: int | None = -1, /) -> Any:
        """No line comes."""
        raise KeyboardInterrupt


def test_ctrl_c_at_the_question(bench: Bench) -> None:
    """It is no traceback, and nothing was applied."""
    bench.commit(FIRST)
    stopped = bench.run("apply", keyboard=Impatient())
    assert (stopped.code, stopped.err.endswith("Stopped.\n"), stopped.out) == (1, True, "")


class Lazy(io.TextIOWrapper):
    """A stream that lets its first flush pass without one, as a pipe with room does whose reader goes a moment later."""

    flushes = 0

    def flush(self) -> None:
        """Every one but the first meets the broken pipe."""
        self.flushes += 1
        if self.flushes > 1:
            super().flush()


@pytest.mark.parametrize("kind", [io.TextIOWrapper, Lazy])
def test_a_pipe_without_a_reader(bench: Bench, kind: type[io.TextIOWrapper]) -> None:
    """The run ends with exit 1, and Python finds nothing to complain about when it closes the stream."""
    reader, writer = os.pipe()
    os.close(reader)
    with contextlib.chdir(bench.path), kind(os.fdopen(writer, "wb")) as nowhere, contextlib.redirect_stdout(nowhere):
        assert run(["targets"], context=RunContext(environ=bench.environ)) == 1


def test_a_shell_completion_ends_well(bench: Bench) -> None:
    """What a shell asks for is answered with exit 0."""
    command = [sys.executable, "-m", "kbsync"]
    environ = {**bench.environ, "_KBSYNC_COMPLETE": "bash_complete", "COMP_WORDS": "kbsync pl", "COMP_CWORD": "1"}
    done = subprocess.run(command, cwd=bench.path, env=environ, capture_output=True, text=True, check=True)
    assert done.stdout == "plain,plan\n"


def test_a_server_that_is_told_to_stop(bench: Bench) -> None:
    """It gives its address, names its sessions, ends, and leaves the port."""
    stop = threading.Event()
    stop.set()
    served = bench.run("sandbox", "serve", "--port", "0", context=RunContext(environ=bench.environ, stop=stop))
    assert (served.code, served.out.startswith("http://127.0.0.1:")) == (0, True)
    assert f"endpoint {served.out.strip()}" in served.err
    assert all(session in served.err for session in seeded_sessions())
    assert "ended: kbsync coverage --since 2024-11-07 reads it" in served.err
