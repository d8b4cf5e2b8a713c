"""A lock that is lost in the middle of an apply: not one more write leaves, not even the second half of an update."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kbsync.history.lease import CONFIRM_SECONDS
from kbsync.history.lock import TargetLock
from kbsync.limiter.clock import SystemClock
from kbsync.rehearsal import Switches
from kbsync.sandbox.gate import Request
from kbsync.sandbox.replies import Reply
from kbsync.sandbox.service import Service
from kbsync.usecases.context import RunContext
from tests.fakes.clock import Hurried, Sleepy
from tests.fakes.git_repos import GitRepos, WorkTree
from tests.flows.harness import Bench, Run, writes
from tests.flows.runner import executable
from tests.flows.shop import SMALL

CHANGED = SMALL["small.yaml"].replace("answer: Yes.", "answer: Always., similar: [Are you open?]")

MANY = 40
"""Questions that a slow apply is at work on for longer than a confirmation takes to come."""

MORE = "category: Shop\nquestions:\n" + "".join(f"  - {{question: Question {number}?, answer: Yes.}}\n" for number in range(MANY))


class Eventful(Service):
    """A service in whose writes something happens."""

    event: Callable[[], object] = object

    def handle(self, request: Request) -> Reply:
        """Answer, and let it happen."""
        reply = super().handle(request)
        if request.path.endswith(("/update_chitchat", "/add_chitchat")):
            self.event()
        return reply


@pytest.fixture
def shared(bench: Bench, tmp_path: Path) -> Iterator[tuple[Bench, Eventful]]:
    """Another answer and another similar question are to be applied, which takes two calls."""
    assert bench.tree is not None
    bench.clock = Hurried()
    bench.tree.git("remote", "add", "origin", f"file://{GitRepos(tmp_path).init('origin', '--bare').path}")
    with bench.served(kind=Eventful) as service:
        assert isinstance(service, Eventful)
        bench.commit(SMALL)
        assert bench.run("apply", "--yes").code == 0
        bench.commit({"small.yaml": CHANGED})
        yield bench, service


def test_a_machine_that_slept_through_its_lease_sends_nothing_more(shared: tuple[Bench, Eventful]) -> None:
    """Whoever took over meanwhile may have brought a newer commit in: the half that is left stays unsent, and is told."""
    bench, service = shared
    before, clock = len(writes(service)), Sleepy()

    def sleep() -> None:
        clock.slept = 900.0

    service.event = sleep
    ended = bench.run("apply", "--yes", context=RunContext(clock=clock, environ=bench.environ))
    assert (ended.code, writes(service)[before:]) == (4, ["update_chitchat"])
    assert "NOT finished: the lock was lost while this ran" in " ".join(ended.out.split())
    service.event = object
    assert bench.run("apply", "--yes").code == 0


def test_a_lock_that_was_given_back_badly_is_told(shared: tuple[Bench, Eventful]) -> None:
    """At the end the remote is away: the lock stays for a while, and nobody is left in the dark."""
    bench, service = shared
    assert bench.tree is not None
    origin = bench.path.parent / "origin"

    def vanish() -> None:
        if origin.exists():
            origin.rename(origin.with_name("away"))

    service.event = vanish
    ended = bench.run("apply", "--yes")
    assert ended.code == 4
    assert "The lock of production could not be removed from the remote" in ended.err
    assert "the applied ref could not be moved" in " ".join(ended.out.split())


ROOT = Path(__file__).parents[2]

GIVEN_UP = 600.0
"""Seconds after which a test stops waiting for a process: more than the busiest machine takes."""


def process(bench: Bench, *words: str) -> "subprocess.Popen[str]":
    """A real process in the bench's directory."""
    environ = {**bench.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "kbsync", *words]
    return subprocess.Popen(command, cwd=bench.path, env=environ, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True)


def ended(running: "subprocess.Popen[str]") -> Run:
    """How it ended."""
    with running:
        out, err = running.communicate(timeout=GIVEN_UP)
    return Run(running.returncode, out, err)


@pytest.mark.no_cover
def test_after_unlock_the_holder_stops_and_another_process_goes_on(shared: tuple[Bench, Eventful], tmp_path: Path) -> None:
    """Real ones: the lock is removed in mid-apply, the next confirmation fails, and a newer commit meets no conflict."""
    bench, service = shared
    assert bench.tree is not None
    repos = GitRepos(tmp_path)
    slow = (
        (bench.path / "knowledge/kbsync.yaml").read_text(encoding="utf-8").replace("sdkappid:", "calls_per_second: 1, sdkappid:")
    )
    bench.commit({"more.yaml": MORE, "kbsync.yaml": slow})
    bench.tree.git("push", "--quiet", "origin", "main")
    tree = repos.clone(WorkTree(tmp_path / "origin", repos.environ), "newer")
    newer = Bench(tree.path, bench.clock, {**bench.environ, "HOME": str(tmp_path / "home")}, tree, bench.endpoint, bench.default)
    newer.settings()
    newer.commit({"small.yaml": CHANGED.replace("Always.", "By night.").replace("Are you open?", "Is it open?")})
    told = tmp_path / "contacts"
    os.mkfifo(told)
    for kind in ("receivepack", "uploadpack"):
        program = executable(tmp_path / kind, f'git-{kind.replace("pack", "-pack")} "$@"; echo {kind} > {told}')
        bench.tree.git("config", f"remote.origin.{kind}", str(program))
    begun = threading.Event()
    service.event = begun.set
    before, pipe = len(writes(service)), os.open(told, os.O_RDWR)
    try:
        holder = process(bench, "apply", "--yes")
        assert begun.wait(GIVEN_UP)
        os.set_blocking(pipe, False)
        os.read(pipe, 4096)
        os.set_blocking(pipe, True)
        removed = ended(process(newer, "unlock", "--yes"))
        # The lock is confirmed by a push alone; where that fails, the remote is looked at.
        while b"uploadpack" not in os.read(pipe, 4096):
            pass
        sent = len(writes(service))
        lost = ended(holder)
    finally:
        os.close(pipe)
    assert (removed.code, "is held by tester" in removed.out) == (0, True)
    assert (lost.code, "the lock was lost while this ran" in " ".join(lost.out.split())) == (4, True)
    # One may have been on its way.
    assert 0 < len(writes(service)) - before < MANY
    assert len(writes(service)) - sent <= 1
    applied = ended(process(newer, "apply", "--yes"))
    assert (applied.code, newer.cause("plan")) == (0, {}), applied.err


class Patient(Sleepy):
    """A clock that the one who waits for a lock need not wait for; what happens each time can be said."""

    event: Callable[[], object] = object

    def wait(self, seconds: float, *, until: threading.Event | None = None) -> bool:
        """Wait, but not for ten seconds."""
        if seconds != CONFIRM_SECONDS or threading.current_thread().name == "kbsync-lock":
            return super().wait(seconds, until=until)
        self.slept += seconds
        self.event()
        return False


def test_everything_works_where_the_service_tells_no_time(bench: Bench, tmp_path: Path) -> None:
    """Without Date a living lock is respected, a dead one is taken over after a whole lease, and the rest is as ever."""
    assert bench.tree is not None
    bench.clock = clock = Patient()
    bench.tree.git("remote", "add", "origin", f"file://{GitRepos(tmp_path).init('origin', '--bare').path}")
    with bench.served(Switches(date_header=False)):
        bench.commit(SMALL)
        assert (bench.run("plan", "--out", "plan.json").code, bench.run("apply", "--yes", "plan.json").code) == (0, 0)
        assert (clock.slept, bench.cause("plan")) == (0, {})
        lock = TargetLock(
            bench.tree.repository, bench.refs, owner="ann", where="elsewhere", clock=SystemClock(), directory=tmp_path / "home"
        )
        lock.acquire()
        bench.commit({"small.yaml": CHANGED})
        clock.event = lock.renew
        busy = bench.run("apply", "--yes")
        assert (busy.code, "ann on elsewhere" in busy.err) == (8, True)
        clock.event = object
        taken = bench.run("apply", "--yes")
        assert (taken.code, "nobody renewed it" in taken.err, clock.slept > 600) == (0, True, True)
        assert bench.run("plan", "--undo", "last", "--out", "undo.json").code == 0
        assert bench.run("apply", "--yes", "undo.json").code == 0
        assert (bench.cause("plan"), bench.run("drift").code) == ({"Open?": "undone"}, 0)
