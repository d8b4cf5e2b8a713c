"""``history.renewer``: a lock stays alive while the work goes on, and its loss is noticed."""

import shutil
import threading
from pathlib import Path

import pytest

from kbsync.history.lease import LockInfo
from kbsync.history.lock import Renewer, TargetLock, read_lock, remove_lock
from kbsync.history.remote import TargetRefs
from tests.fakes.clock import FakeClock
from tests.fakes.git_repos import GitRepos, WorkTree

PATIENCE = 60.0


class SteppingClock(FakeClock):
    """Holds a waiting thread until the test lets that much time pass."""

    def __init__(self) -> None:
        super().__init__()
        self._arrived = threading.Semaphore(0)
        self._released = threading.Semaphore(0)

    def wait(self, seconds: float, *, until: threading.Event | None = None) -> bool:
        """Wait for the test; an event that is set meanwhile ends the waiting."""
        self._arrived.release()
        while not self._released.acquire(timeout=0.005):
            if until is not None and until.is_set():
                return True
        return super().wait(seconds, until=until)

    def settle(self) -> None:
        """Return when the thread has done its work and waits again."""
        assert self._arrived.acquire(timeout=PATIENCE)

    def step(self) -> None:
        """Let the waiting thread go on."""
        self._released.release()

    def steps(self, count: int) -> None:
        """Let it go on so often, each time until it waits again."""
        for _ in range(count):
            self.step()
            self.settle()


@pytest.fixture
def repos(tmp_path: Path) -> GitRepos:
    return GitRepos(tmp_path)


def lock_of(tree: WorkTree, clock: FakeClock) -> TargetLock:
    return TargetLock(
        tree.repository,
        TargetRefs("production", "1400000000-0123456789ab"),
        owner="me",
        where="here",
        clock=clock,
        directory=tree.path / ".kbsync",
        service=clock.service,
    )


def seen_from(tree: WorkTree) -> LockInfo | None:
    return read_lock(tree.repository, TargetRefs("production", "1400000000-0123456789ab"), directory=tree.path / ".kbsync")


def test_the_lock_is_confirmed_every_ten_seconds(repos: GitRepos) -> None:
    """Each time the expiry is a whole lease ahead, and the end of the block ends it all."""
    _, tree = repos.shared("anna")
    clock = SteppingClock()
    with lock_of(tree, clock) as lock, Renewer(lock, clock=clock):
        clock.settle()
        clock.steps(3)
        seen = seen_from(tree)
        assert seen is not None
        assert seen.expires == clock.wall() + 600
    assert clock.waits == [10] * 3
    assert seen_from(tree) is None


def test_a_lost_lock_is_noticed(repos: GitRepos) -> None:
    """When somebody removed the lock, the next renewal sets ``lost``, asks the work to stop, and the renewing ends."""
    _, tree = repos.shared("anna")
    clock, stop = SteppingClock(), threading.Event()
    with lock_of(tree, clock) as lock, Renewer(lock, clock=clock, on_lost=stop.set):
        clock.settle()
        assert lock.info is not None
        remove_lock(tree.repository, TargetRefs("production", "1400000000-0123456789ab"), lock.info)
        clock.step()
        assert stop.wait(PATIENCE)
        assert lock.lost.is_set()
        assert not lock.is_held()
    assert seen_from(tree) is None


def test_a_remote_that_is_away_is_tried_until_the_lease_ends(repos: GitRepos) -> None:
    """Without network the lock is confirmed no more; when the lease is used up, it is lost."""
    origin, tree = repos.shared("anna")
    clock = SteppingClock()
    with lock_of(tree, clock) as lock, Renewer(lock, clock=clock):
        shutil.rmtree(origin.path)
        clock.settle()
        clock.steps(59)
        assert lock.is_held()
        clock.step()
        assert lock.lost.wait(PATIENCE)
    assert clock.waits == [10] * 60


def test_a_machine_that_slept_through_its_lease_learns_of_it_on_waking(repos: GitRepos) -> None:
    """Waiting stands still while the machine sleeps: the next step, and no later one, finds the lock taken over."""
    _, tree, other = repos.shared("anna", "ben")
    clock, stop = SteppingClock(), threading.Event()
    with lock_of(tree, clock) as lock, Renewer(lock, clock=clock, on_lost=stop.set):
        clock.settle()
        clock.sleep(900)
        with lock_of(other, clock):
            clock.step()
            assert stop.wait(PATIENCE)
    assert clock.waits == [10]


def test_a_machine_that_slept_and_lost_nothing_goes_on(repos: GitRepos) -> None:
    """A lease that ran out while nobody wanted the target is renewed on waking."""
    _, tree = repos.shared("anna")
    clock = SteppingClock()
    with lock_of(tree, clock) as lock, Renewer(lock, clock=clock):
        clock.settle()
        clock.sleep(900)
        clock.steps(1)
        assert lock.is_held()


class Exhausted(TargetLock):
    """A lock whose renewal meets a machine that can start no more processes."""

    def renew(self) -> None:
        """Nothing works."""
        raise BlockingIOError(11, "Resource temporarily unavailable")


def test_a_machine_that_cannot_renew_gives_the_lock_up_in_time(repos: GitRepos) -> None:
    """Whatever goes wrong in the thread, the loss is told once the lease is used up."""
    _, tree = repos.shared("anna")
    clock, told = FakeClock(), threading.Event()
    lock = Exhausted(
        tree.repository,
        TargetRefs("production", "1400000000-0123456789ab"),
        owner="me",
        where="here",
        clock=clock,
        directory=tree.path / ".kbsync",
    )
    with lock, Renewer(lock, clock=clock, on_lost=told.set):
        assert told.wait(PATIENCE)
    assert lock.lost.is_set()
