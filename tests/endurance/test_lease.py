"""A holder that was killed keeps its lock on the git remote: others are told, and go on when it has run out or is removed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kbsync.limiter.clock import SystemClock
from kbsync.usecases.context import RunContext
from tests.endurance.processes import Play, played
from tests.fakes.clock import Sleepy
from tests.flows.harness import WRITES, writes

pytestmark = pytest.mark.no_cover


class Later(SystemClock):
    """The machine's clock on some later day. A thread of its own renews the lock, and a fake clock would never let it rest."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def wall(self) -> float:
        """Unix time, moved on."""
        return super().wall() + self._seconds


def later(play: Play, seconds: float) -> RunContext:
    """The surroundings of a run so much later."""
    return RunContext(clock=Later(seconds), environ=play.bench.environ)


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Play]:
    """A shop with a git remote."""
    with played(tmp_path) as play:
        tree = play.bench.tree
        assert tree is not None
        tree.git("init", "--quiet", "--bare", str(tmp_path / "origin"))
        tree.git("remote", "add", "origin", str(tmp_path / "origin"))
        tree.git("push", "--quiet", "origin", "HEAD", play.bench.refs.applied)
        yield play


@pytest.fixture
def orphaned(shared: Play) -> Play:
    """An apply that was killed in the middle of its writes."""
    assert shared.kill_at(14, done=True) == -9
    # The next run is on another machine.
    shared.bench.environ["HOME"] = str(shared.bench.path.parent / "elsewhere")
    Path(shared.bench.environ["HOME"]).mkdir()
    return shared


def test_the_lock_of_a_killed_apply_blocks_the_next(orphaned: Play) -> None:
    """Nobody knows from elsewhere that the holder is dead: nothing is sent, and the message says who holds it and until when."""
    before = orphaned.live
    run = orphaned.again()
    assert run.code == 8
    assert "tester" in run.err
    assert "kbsync unlock" in run.err
    assert orphaned.live == before


def test_it_runs_out(orphaned: Play) -> None:
    """After the lease, as the service counts, the next apply takes over, says so, and finishes."""
    orphaned.service.date_from(Later(900))
    run = orphaned.again(context=later(orphaned, 900))
    assert "Took over the lock of production" in run.err
    assert orphaned.wrong(run) == []


def test_nothing_is_written_without_the_lock(shared: Play) -> None:
    """A machine that slept for longer than its lease during the first writes sends no further one when it wakes up."""
    clock = Sleepy()

    def sleep(_number: int, command: str) -> None:
        clock.slept = 900.0 if command in WRITES else clock.slept

    shared.service.after = sleep
    run = shared.again(context=RunContext(clock=clock, environ=shared.bench.environ))
    assert run.code == 4
    # The two are of the first phase and start side by side; the second one may still have waited for its slot.
    assert set() < set(writes(shared.service)) <= {"add_chitchat_category", "update_chitchat_category"}


def test_a_wrong_clock_does_not_end_it(orphaned: Play) -> None:
    """However late the next machine believes it is: the service says otherwise."""
    assert orphaned.again(context=later(orphaned, 780)).code == 8


def test_the_same_machine_knows_its_own(orphaned: Play) -> None:
    """Where the lock file of the dead process is free, nobody waits for its lease."""
    del orphaned.bench.environ["HOME"]
    orphaned.bench.environ["HOME"] = str(orphaned.bench.path.parent)
    run = orphaned.again()
    assert "that an earlier run of this machine left behind" in run.err
    assert orphaned.wrong(run) == []


def test_it_can_be_removed(orphaned: Play) -> None:
    """Who knows that the holder is dead removes the lock and goes on at once."""
    removed = orphaned.bench.run("unlock", "--yes")
    assert removed.code == 0
    assert orphaned.wrong(orphaned.again(context=later(orphaned, 0))) == []
