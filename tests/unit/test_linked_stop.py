"""A run stops when it is told to, and when its lock is lost: noticed by a thread of its own, and asked for before every write."""

import threading
from pathlib import Path

from kbsync.history.base import Base
from kbsync.plan import BaseKind
from kbsync.settings import Target
from kbsync.usecases.apply import locked
from kbsync.usecases.context import LinkedStop, RunContext
from kbsync.usecases.git import History
from tests.fakes.clock import FakeClock
from tests.fakes.git_repos import GitRepos

PATIENCE = 20.0


def test_it_is_set_when_the_outer_one_is() -> None:
    """A signal ends a wait at once."""
    outer = threading.Event()
    stop = LinkedStop(outer, lambda: False)
    assert (stop.is_set(), stop.wait(0)) == (False, False)
    outer.set()
    assert (stop.is_set(), stop.wait(PATIENCE)) == (True, True)


def test_it_asks_each_time() -> None:
    """The reason counts as of the moment of asking, also at the end of a wait, and leaves the outer one alone."""
    outer, answers = threading.Event(), iter([False, True, False, True])
    stop = LinkedStop(outer, lambda: next(answers))
    assert [stop.is_set(), stop.is_set(), stop.wait(0), stop.wait(0)] == [False, True, False, True]
    assert not outer.is_set()


def test_a_lost_lock_stops_the_run(tmp_path: Path) -> None:
    """The thread that renews the lock says so, to whoever is waiting."""
    origin, tree = GitRepos(tmp_path).shared("anna")
    context = RunContext(clock=FakeClock(), environ={**tree.environ, "USER": "anna"})
    history = History(tree.repository, Base(None, BaseKind.NONE), None, None)
    with locked(Target("production"), history=history, context=context, state=tree.path / ".kbsync"):
        origin.path.rename(tmp_path / "gone")  # at once: a push that is under way writes into it
        assert context.stop.wait(PATIENCE)
