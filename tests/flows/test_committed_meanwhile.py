"""Somebody commits while a command has just read the files: a commit is never noted for files that are not its own."""

import os
import shutil
from collections.abc import Callable

import pytest

from kbsync.usecases.context import RunContext
from kbsync.usecases.git import History, find_history
from kbsync.usecases.workspace import open_workspace
from tests.flows.harness import Bench
from tests.flows.runner import executable
from tests.flows.shop import SMALL

NEWER = {"small.yaml": SMALL["small.yaml"].replace("Yes.", "Always.")}


@pytest.fixture
def shop(bench: Bench) -> Bench:
    """A bench with one commit."""
    bench.commit(SMALL)
    return bench


def history_after(bench: Bench, event: Callable[[], object]) -> History:
    """The git side of a run during which something happens when the files have been read."""
    workspace = open_workspace(bench.path / "knowledge")
    event()
    return find_history(workspace, workspace.target(None), given=None, context=RunContext(environ=bench.environ))


def head(bench: Bench) -> str:
    """The commit that is checked out."""
    assert bench.tree is not None
    return bench.tree.git("rev-parse", "HEAD")


def test_a_newer_commit_is_not_the_one_that_was_read(shop: Bench) -> None:
    """Nothing is noted, so that no apply of the older files counts as one of it; and that is said."""
    found = history_after(shop, lambda: shop.commit(NEWER))
    assert found.commit is None
    assert "changed or were committed while they were read" in str(found.notes[-1])


def test_an_edit_that_was_given_up_is_in_no_commit(shop: Bench) -> None:
    """Files that were read while they were edited are not those of the commit that they went back to."""
    shop.write(NEWER)
    assert history_after(shop, lambda: shop.write(SMALL)).commit is None


def test_a_commit_of_just_what_was_read_is_noted(shop: Bench) -> None:
    """What counts is what the files say, and not when they were committed."""
    shop.write(NEWER)
    assert history_after(shop, lambda: shop.commit(NEWER)).commit == head(shop)


def test_a_commit_while_git_is_asked_is_not_noted(shop: Bench) -> None:
    """The commit noted is the one that was compared with what was read, whatever is checked out by then."""
    commit = "commit --quiet --allow-empty --message=meanwhile"
    git = shutil.which("git")
    line = f'case " $* " in *" ls-tree "*) {git} -C "{shop.path}" {commit};; esac; exec {git} "$@"'
    program = executable(shop.path / ".kbsync" / "git", line)
    before = head(shop)
    shop.environ["PATH"] = f"{program.parent}:{os.environ['PATH']}"
    assert history_after(shop, lambda: None).commit == before
    assert head(shop) != before
