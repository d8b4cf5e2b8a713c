"""``history.unsettled``: what a run leaves behind that did not see all that it made, and that a takeover counts as one."""

from pathlib import Path

import pytest

from kbsync.errors import HistoryUnavailable
from kbsync.history.lock import TargetLock, Unsettled
from kbsync.history.remote import TargetRefs
from tests.fakes.clock import FakeClock
from tests.fakes.git_repos import GitRepos, WorkTree


def lock_of(tree: WorkTree, clock: FakeClock) -> TargetLock:
    return TargetLock(
        tree.repository,
        TargetRefs("production", "production"),
        owner="me",
        where="here",
        clock=clock,
        directory=tree.path / ".kbsync",
        service=clock.service,
    )


def test_the_note_outlives_its_writer(tmp_path: Path) -> None:
    """It is there for whoever comes next, for its own target alone, until everything has been seen."""
    Unsettled(tmp_path, TargetRefs("a", "a")).note()
    assert Unsettled(tmp_path, TargetRefs("a", "a")).is_noted()
    assert not Unsettled(tmp_path, TargetRefs("b", "b")).is_noted()
    Unsettled(tmp_path, TargetRefs("a", "a")).clear()
    Unsettled(tmp_path, TargetRefs("a", "a")).clear()
    assert not Unsettled(tmp_path, TargetRefs("a", "a")).is_noted()


def test_a_target_names_no_path(tmp_path: Path) -> None:
    """Its name is part of a file's name."""
    with pytest.raises(HistoryUnavailable):
        Unsettled(tmp_path, TargetRefs("../a", "../a"))


def test_a_note_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    """Without it a run that is killed would leave no trace."""
    with pytest.raises(HistoryUnavailable):
        Unsettled(tmp_path / "nowhere", TargetRefs("a", "a")).note()


def test_a_lock_that_is_taken_over_is_unsettled(tmp_path: Path) -> None:
    """Its holder did not end in order; a lock that was given back says nothing of the kind."""
    clock = FakeClock()
    _, anna, ben = GitRepos(tmp_path).shared("anna", "ben")
    with lock_of(anna, clock) as lock:
        assert not lock.unsettled.is_noted()
    lock_of(anna, clock).acquire()
    clock.move(700)
    with lock_of(ben, clock) as lock:
        assert lock.unsettled.is_noted()


def test_a_takeover_that_cannot_be_noted_gives_the_lock_back(tmp_path: Path) -> None:
    """Nobody would know any more that something is unsettled."""
    clock = FakeClock()
    _, anna, ben = GitRepos(tmp_path).shared("anna", "ben")
    lock_of(anna, clock).acquire()
    clock.move(700)
    (ben.path / ".kbsync").mkdir()
    (ben.path / ".kbsync" / "unsettled-production").symlink_to("nowhere/there")
    with pytest.raises(HistoryUnavailable):
        lock_of(ben, clock).acquire()
    (ben.path / ".kbsync" / "unsettled-production").unlink()
    with lock_of(ben, clock) as lock:
        assert not lock.notes
