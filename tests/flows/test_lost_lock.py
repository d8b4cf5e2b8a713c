"""A lock that is lost in the middle of an apply: not one more write leaves, not even the second half of an update."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kbsync.limiter.clock import SystemClock
from kbsync.sandbox.gate import Request
from kbsync.sandbox.replies import Reply
from kbsync.sandbox.service import Service
from kbsync.usecases.context import RunContext
from tests.fakes.clock import Sleepy
from tests.fakes.git_repos import GitRepos
from tests.flows.harness import Bench, writes
from tests.flows.shop import SMALL

CHANGED = SMALL["small.yaml"].replace("answer: Yes.", "answer: Always., similar: [Are you open?]")


class Eventful(Service):
    """A service in whose first write something happens."""

    event: Callable[[], object] = object

    def handle(self, request: Request) -> Reply:
        """Answer, and let it happen."""
        reply = super().handle(request)
        if request.path.endswith("/update_chitchat"):
            self.event()
        return reply


@pytest.fixture
def shared(bench: Bench, tmp_path: Path) -> Iterator[tuple[Bench, Eventful]]:
    """Another answer and another similar question are to be applied, which takes two calls."""
    assert bench.tree is not None
    bench.clock = SystemClock()
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
