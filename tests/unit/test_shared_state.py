"""Where the processes of one user meet: one directory an application, private, and never somebody else's."""

import os
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from kbsync.errors import TargetLocked
from kbsync.history.base import Base
from kbsync.plan import BaseKind
from kbsync.settings import Driver, Target
from kbsync.usecases.apply import locked
from kbsync.usecases.composition import connect
from kbsync.usecases.context import RunContext
from kbsync.usecases.git import History
from kbsync.usecases.workspace import shared_state_directory
from tests.fakes.clock import FakeClock
from tests.fakes.paced import paced

TARGET = Target("production", endpoint="https://desk.invalid", sdkappid=1400000000)
SECRET = {"KBSYNC_SECRET_KEY": "canary"}


def place_of(target: Target = TARGET, /, **environ: Path | str) -> Path:
    """The meeting place in these surroundings."""
    found = shared_state_directory(target, environ={name: str(value) for name, value in environ.items()})
    assert found is not None
    return found


def test_every_spelling_of_an_application_meets(tmp_path: Path) -> None:
    """Whatever the target is called and however its endpoint is written; another application, or host, is apart."""
    same = [TARGET, replace(TARGET, name="prod"), replace(TARGET, endpoint="https://DESK.invalid.:443/")]
    others = [replace(TARGET, sdkappid=1400000001), replace(TARGET, endpoint="https://desk.invalid:8443")]
    assert len({place_of(target, HOME=tmp_path) for target in same}) == 1
    assert len({place_of(target, HOME=tmp_path) for target in (TARGET, *others)}) == 3


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        (("XDG_CACHE_HOME", "HOME", "XDG_RUNTIME_DIR", "TMPDIR"), "XDG_CACHE_HOME/kbsync"),
        (("HOME", "XDG_RUNTIME_DIR", "TMPDIR"), "HOME/.cache/kbsync"),
        (("XDG_RUNTIME_DIR", "TMPDIR"), "XDG_RUNTIME_DIR/kbsync"),
        (("TMPDIR",), f"TMPDIR/kbsync-{os.getuid()}"),
    ],
)
def test_the_first_directory_that_there_is_serves(environ: tuple[str, ...], expected: str, tmp_path: Path) -> None:
    """A place is found wherever a user has one, in the same order for all its processes, and nobody else can enter it."""
    for name in environ:
        (tmp_path / name).mkdir()
    found = place_of(**{name: tmp_path / name for name in environ})
    assert found.parent == tmp_path / expected
    assert {path.stat().st_mode & 0o777 for path in (found, found.parent)} == {0o700}


def test_a_place_that_others_could_enter_is_closed(tmp_path: Path) -> None:
    """An own directory that was left open is made private."""
    own = tmp_path / ".cache" / "kbsync"
    own.mkdir(parents=True)
    own.chmod(0o777)
    assert place_of(HOME=tmp_path).parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("trap", ["a link", "a file", "nothing", "a relative path"])
def test_a_place_that_cannot_be_trusted_is_passed_over(trap: str, tmp_path: Path) -> None:
    """What stands where the directory should be, and is none of this user's own, leads to the next place."""
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    elsewhere.mkdir()
    if trap != "nothing":
        (home / ".cache").mkdir(parents=True)
    if trap == "a link":
        (home / ".cache" / "kbsync").symlink_to(elsewhere)
    if trap == "a file":
        (home / ".cache" / "kbsync").write_text("")
    environ = {"HOME": "home" if trap == "a relative path" else home, "TMPDIR": tmp_path}
    assert place_of(**environ).parent == tmp_path / f"kbsync-{os.getuid()}"
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize("name", ["", "pace.json", "lock-production"])
def test_a_place_that_a_branch_could_have_made_is_passed_over(tmp_path: Path, name: str) -> None:
    """A cache that lies in a checkout may hold links: the directory itself, or a file in it."""
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    elsewhere.mkdir()
    found = place_of(HOME=home)
    if not name:
        found.rmdir()
    (found / name).symlink_to(elsewhere)
    assert place_of(HOME=home, TMPDIR=tmp_path).parent == tmp_path / f"kbsync-{os.getuid()}"
    assert list(elsewhere.iterdir()) == []


def test_somebody_elses_directory_is_passed_over(tmp_path: Path) -> None:
    """Whoever made it first in a directory for everybody's files does not get our notes, nor can it stop us."""
    if os.getuid() != 0:
        pytest.skip("only root can make a directory that is somebody else's")
    foreign = tmp_path / f"kbsync-{os.getuid()}"
    foreign.mkdir()
    os.chown(foreign, 12345, 12345)
    assert shared_state_directory(TARGET, environ={"TMPDIR": str(tmp_path)}) is None


def budgets(target: Target, state: Path, **environ: str) -> list[str]:
    """The budget files that one call leaves below a directory, from there."""
    context = RunContext(clock=FakeClock(), environ={**SECRET, **environ})
    with connect(target, context=context, state=state) as connection:
        paced(connection.pacer, "list_chitchat", lambda: None)
    return sorted(str(path.relative_to(state.parent)) for path in state.parent.rglob("pace*.json"))


def test_two_checkouts_share_one_budget(tmp_path: Path) -> None:
    """What one process has sent counts for another that runs in another checkout under another target's name."""
    clock, waited = FakeClock(), []
    for name in ("one", "other"):
        context = RunContext(clock=clock, environ={**SECRET, "HOME": str(tmp_path)})
        with connect(replace(TARGET, name=name), context=context, state=tmp_path / name / ".kbsync") as connection:
            begin = clock.now()
            for _ in range(3):
                paced(connection.pacer, "list_chitchat", lambda: None)
            waited.append(clock.now() - begin)
    assert waited == [0.0, pytest.approx(1.02, abs=1e-5)]


def test_two_checkouts_share_one_lock(tmp_path: Path) -> None:
    """Without a git remote too, an apply in one checkout keeps out one of the same target in another; other targets go on."""
    context = RunContext(clock=FakeClock(), environ={"HOME": str(tmp_path), "USER": "anna"})

    def lock(target: Target, checkout: str) -> AbstractContextManager[object]:
        history = History(None, Base(None, BaseKind.NONE), None, None)
        return locked(target, history=history, context=context, state=tmp_path / checkout / ".kbsync")

    another = replace(TARGET, sdkappid=1400000001)
    held = pytest.raises(TargetLocked, match="Another apply holds production: anna")
    with lock(TARGET, "one"), lock(another, "one"), held, lock(TARGET, "other"):
        raise AssertionError
    with lock(TARGET, "other"):
        pass


def test_without_a_place_the_checkout_has_the_budget(tmp_path: Path) -> None:
    """As where the user has no directory at all; two targets of one application still share it."""
    nowhere = str(tmp_path / "nowhere")
    assert budgets(TARGET, tmp_path / ".kbsync", TMPDIR=nowhere) == [f".kbsync/pace-{TARGET.key}.json"]
    assert budgets(replace(TARGET, name="prod"), tmp_path / ".kbsync", TMPDIR=nowhere) == [f".kbsync/pace-{TARGET.key}.json"]


def test_a_library_can_be_looked_at_where_nothing_can_be_written(tmp_path: Path) -> None:
    """Without a place for the budget, be it the user's or the checkout's, a process keeps one of its own."""
    (tmp_path / "file").write_text("")
    assert budgets(TARGET, tmp_path / "file" / ".kbsync", TMPDIR=str(tmp_path / "nowhere")) == []


def test_each_embedded_library_has_a_budget_of_its_own(tmp_path: Path) -> None:
    """It lies beside the library, since every one of them counts for itself."""
    for name in ("one", "other"):
        found = budgets(Target(name, Driver.SANDBOX), tmp_path / ".kbsync", HOME=str(tmp_path))
    assert found == [".kbsync/pace-one.json", ".kbsync/pace-other.json"]
