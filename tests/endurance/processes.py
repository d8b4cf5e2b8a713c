"""A real ``kbsync`` process that applies the shop's second commit over a real port, and a service that can end it at any call."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from kbsync.limiter.clock import Clock, SystemClock
from kbsync.model import Knowledge
from kbsync.planfile import read_plan_or_receipt
from kbsync.rehearsal import DEMO, Switches
from kbsync.report import Receipt
from kbsync.sandbox.server import SandboxServer
from kbsync.sandbox.service import Reply, Request, Service
from kbsync.usecases.context import RunContext
from tests.endurance.bench import FAST, Side, library, plant, unlike
from tests.endurance.shop import FIRST, SECOND, STRANGERS, add_unmanaged, read
from tests.fakes.clock import FakeClock
from tests.fakes.console import snapshot
from tests.fakes.git_repos import advance_applied
from tests.flows.harness import Bench, Run

__all__ = ["APPLY", "GIVEN_UP", "SIDE", "Moment", "Play", "Watched", "finish", "played"]

ROOT = Path(__file__).parents[2]
SIDE = Side(read(SECOND), read(FIRST))
APPLY = ("apply", "--yes", "--allow-remove", "2", "--receipt", "receipt.json")
"""The plan removes a question and its category."""

GIVEN_UP = 600.0
"""Seconds after which a test stops waiting for what should come at once: more than the busiest machine takes."""

Moment = Callable[[int, str], None]
"""Told the number of a call, counted from 1, and its command."""


class Watched(Service):
    """A service that tells when a call comes in and when it has been carried out, one call at a time."""

    def __init__(self, clock: Clock, switches: Switches) -> None:
        super().__init__(None, clock=clock, account=FAST, switches=switches)
        self.before: Moment = lambda _number, _command: None
        self.after: Moment = lambda _number, _command: None
        self.deaf = False
        """Calls that come in from now on are not carried out: whoever made them is gone."""
        self._turn = threading.Lock()
        self._calls = 0

    def handle(self, request: Request) -> Reply:
        """Answer as the service does, with a look before and after."""
        with self._turn:
            if self.deaf:
                return Reply(502, {}, b"")
            self._calls += 1
            number, command = self._calls, request.path.rpartition("/")[2]
            self.before(number, command)
            reply = self._carried_out(request)
            self.after(number, command)
            return reply

    def _carried_out(self, request: Request) -> Reply:
        return Reply(502, {}, b"") if self.deaf else super().handle(request)

    def date_from(self, clock: Clock) -> None:
        """Date the answers by another clock."""
        self.clock = clock

    def forget(self) -> None:
        """Nobody watches any more, and calls are counted anew."""
        self.before = self.after = lambda _number, _command: None
        self.deaf, self._calls = False, 0


@dataclass
class Play:
    """The shop's first commit is live, with what other people made; the second one is checked out and not applied."""

    bench: Bench
    service: Watched
    server: SandboxServer
    before: Knowledge

    @property
    def live(self) -> Knowledge:
        """What the service holds now."""
        return library(self.service)

    @property
    def receipt(self) -> Receipt:
        """What the last apply wrote down."""
        found = read_plan_or_receipt(self.bench.path / "receipt.json")
        assert isinstance(found, Receipt)
        return found

    @property
    def applied(self) -> str:
        """The commit that counts as applied."""
        assert self.bench.tree is not None
        return self.bench.tree.git("rev-parse", self.bench.refs.applied)

    def start(self, *words: str) -> "subprocess.Popen[str]":
        """Start a real process."""
        environ = {**self.bench.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "KBSYNC_SECRET_KEY": DEMO.secret}
        return subprocess.Popen(
            [sys.executable, "-m", "kbsync", *words],
            cwd=self.bench.path,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def kill_at(self, number: int, *, done: bool) -> int:
        """Apply in a real process and kill it at one call, before or after it is carried out; gives how the process ended."""
        victim: list[subprocess.Popen[str]] = []
        armed = threading.Event()

        def strike(call: int, _command: str) -> None:
            if call == number:
                assert armed.wait(GIVEN_UP)
                self.service.deaf = True  # before the end of the process, which the main thread waits for
                victim[0].send_signal(signal.SIGKILL)

        if done:
            self.service.after = strike
        else:
            self.service.before = strike
        victim.append(self.start(*APPLY))
        armed.set()
        code = finish(victim[0]).code
        self._reopen()
        self.service.forget()
        return code

    def _reopen(self) -> None:
        """Serve anew at the same address: what a dead process sent and nobody has read yet is gone with its connections."""
        port = urlsplit(self.server.address).port
        assert port is not None
        self.server.stop()
        self.server = SandboxServer(self.service, port=port)
        self.server.start()

    def again(self, *, context: RunContext | None = None) -> Run:
        """Apply once more, in this process, without waiting unless told, and agree to the removals that are left."""
        left = snapshot(self.service)
        gone = sum(each.get("question") == "Do you take cheques?" for each in left["questions"])
        gone += sum(each["title"] == "Old stuff" for each in left["categories"])
        return self.bench.run(*APPLY[:2], "--allow-remove", str(gone), *APPLY[4:], context=context)

    def wrong(self, run: Run) -> list[str]:
        """What is not as an apply that ended well leaves it."""
        assert self.bench.tree is not None
        theirs = {question.id: question for question in self.before.questions if question.content.question in STRANGERS}
        lost = [each.content.question for each in theirs.values() if each not in self.live.questions]
        return [
            *unlike(SIDE, self.live),
            *(f"{name} was touched" for name in lost),
            *([] if run.code == 0 else [f"exit code {run.code}: {run.err}"]),
            *([] if self.applied == self.bench.tree.git("rev-parse", "HEAD") else ["the commit does not count as applied"]),
        ]


def finish(process: "subprocess.Popen[str]", *, seconds: float = GIVEN_UP) -> Run:
    """Wait for a process; one that does not end is ended, and the test fails."""
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return Run(process.returncode, out, err)


@contextmanager
def played(tmp_path: Path, *, lag: float = 0.0) -> Iterator[Play]:
    """Serve the shop on a real port and check its second commit out.

    With a ``lag`` reads trail writes by so many seconds of the bench's clock, which goes on only where a run in this process
    waits: for a real process nothing that it wrote ever shows.
    """
    bench = Bench.make(tmp_path)
    bench.clock = FakeClock(wall=time.time())
    service = Watched(bench.clock if lag else SystemClock(), Switches(read_lag=lag))
    play = Play(bench, service, SandboxServer(service), Knowledge())
    play.server.start()
    try:
        plant(service, SIDE.base or Knowledge())
        add_unmanaged(service)
        bench.clock.wait(2 * lag)
        bench.endpoint, bench.default = play.server.address, "production"
        bench.environ["KBSYNC_SECRET_KEY"] = DEMO.secret
        bench.settings()
        first = bench.commit({"shop.yaml": FIRST})
        assert bench.tree is not None
        advance_applied(bench.tree.repository, bench.refs, first, expected=None, shared=False)
        bench.commit({"shop.yaml": SECOND})
        play.before = library(service)
        yield play
    finally:
        play.server.stop()
        service.close()
