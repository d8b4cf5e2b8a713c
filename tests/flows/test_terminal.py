"""A real terminal, a real process, real signals: what a person sees and what a killed run leaves behind."""

import contextlib
import os
import pty
import re
import select
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.flows.harness import Bench

PATIENCE = 60.0
"""Seconds after which a silent terminal is a failure."""


@dataclass
class Seat:
    """Somebody before a terminal."""

    process: subprocess.Popen[bytes]
    master: int
    written: bytes = b""

    @property
    def seen(self) -> str:
        """Everything that was written to the terminal."""
        return self.written.decode(errors="replace")

    def until(self, pattern: str) -> None:
        """Read on until something is to be seen, or until the end; fails when nothing comes for long."""
        while not re.search(pattern, self.seen):
            assert select.select([self.master], [], [], PATIENCE)[0], f"{pattern!r} was not seen in {self.seen!r}"
            try:
                self.written += os.read(self.master, 65536)
            except OSError:  # the other side is closed: the process has ended
                assert re.search(pattern, self.seen), f"{pattern!r} was not seen in {self.seen!r}"

    def end(self) -> int:
        """Read to the end and give the exit code."""
        with contextlib.suppress(OSError):
            while more := os.read(self.master, 65536):
                self.written += more
        return self.process.wait()


@contextmanager
def seated(bench: Bench, *words: str, **environ: str) -> Iterator[Seat]:
    """Run a command line on a terminal of its own."""
    master, slave = pty.openpty()
    termios.tcsetwinsize(slave, (24, 80))
    surroundings = {**os.environ, **bench.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **environ}
    process = subprocess.Popen(
        [sys.executable, "-m", "kbsync", *words],
        cwd=bench.path,
        env={name: value for name, value in surroundings.items() if value},
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
    )
    os.close(slave)
    try:
        yield Seat(process, master)
    finally:
        process.kill()
        process.wait()
        os.close(master)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    """Forty questions to create: eight seconds of work at the limit."""
    bench = Bench.make(tmp_path)
    asked = "".join(
        f"  - question: What is number {chr(97 + n % 26) * (n // 26 + 5)}?\n    answer: It is {n}.\n" for n in range(40)
    )
    bench.commit({"faq.yaml": f"categories: [{{title: Numbers}}]\n---\ncategory: Numbers\nquestions:\n{asked}"})
    return bench


def test_ctrl_c_ends_an_apply_well(bench: Bench) -> None:
    """After Ctrl-C the calls in flight end and are reported whole; the cursor was never hidden; the exit code is 4."""
    with seated(bench, "apply", "--yes", CI="") as seat:
        seat.until(r"applying.* [5-9]/41")
        seat.process.send_signal(signal.SIGINT)
        seat.until("Stopping: the calls in flight are finished and reported")
        assert seat.end() == 4
    assert "NOT finished: it was interrupted" in seat.seen
    assert "\x1b[?25l" not in seat.seen
    assert "Traceback" not in seat.seen
    assert "applying" not in seat.seen.rpartition("NOT finished")[2]


def test_a_second_ctrl_c_ends_it_at_once(bench: Bench) -> None:
    """Who presses again does not wait, and gets a terminal with a cursor and without half a bar back."""
    with seated(bench, "apply", "--yes", CI="") as seat:
        seat.until(r"applying.* [5-9]/41")
        seat.process.send_signal(signal.SIGINT)
        seat.until("Stopping")
        seat.process.send_signal(signal.SIGINT)
        assert seat.end() == -signal.SIGINT
    assert "\x1b[?25l" not in seat.seen
    assert "applying" not in seat.seen.rpartition("Stopping")[2]


@pytest.mark.parametrize("environ", [{"TERM": "dumb", "CI": ""}, {"CI": "true", "NO_COLOR": "1"}], ids=["dumb", "ci"])
def test_where_nothing_can_be_drawn_lines_are_written(environ: dict[str, str], bench: Bench) -> None:
    """A dumb terminal and a CI log get a line after a second, one every few seconds, and no escape code at all."""
    with seated(bench, "apply", "--yes", **environ) as seat:
        seat.until(r"applying: \d+ of 41, \d\.\d a second, 0:0\d left")
        assert seat.end() == 0
    assert "\x1b" not in seat.seen
    assert len(re.findall("applying: ", seat.seen)) <= 3
