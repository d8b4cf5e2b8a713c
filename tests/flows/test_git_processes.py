"""How often git is started, and the remote is asked: each costs a runner time, and a remote its patience."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kbsync.history.lock import TargetLock
from kbsync.history.repository import Repository
from tests.fakes.clock import FakeClock, Hurried
from tests.fakes.git_repos import GitRepos, WorkTree
from tests.flows.harness import Bench
from tests.flows.runner import executable
from tests.flows.shop import SMALL

pytestmark = pytest.mark.no_cover

CONTACTS = ("ls-remote", "fetch", "push")
"""The commands that reach a remote."""


@pytest.fixture
def counted(bench: Bench, tmp_path: Path) -> Iterator[Bench]:
    """A bench with a bare remote and a served library; each start of git is noted, those that git starts itself are not."""
    assert bench.tree is not None
    bench.clock = Hurried()  # a lock on a remote is renewed in a thread of its own, for which told time would fly
    origin = GitRepos(tmp_path).init("origin", "--bare")
    bench.tree.git("remote", "add", "origin", f"file://{origin.path}")
    program = executable(tmp_path / "bin" / "git", f'echo "$*" >> "{tmp_path}/log"; exec "{shutil.which("git")}" "$@"')
    with bench.served():
        bench.environ["PATH"] = f"{program.parent}:{bench.environ['PATH']}"
        yield bench


def started(bench: Bench, *words: str) -> tuple[int, int]:
    """How many git processes a command starts, and how many of them reach the remote; it must succeed."""
    log = bench.path.parent / "log"
    log.write_text("", encoding="utf-8")
    done = bench.run(*words)
    assert done.code == 0, done.err
    lines = log.read_text(encoding="utf-8").splitlines()
    return len(lines), sum(any(f" {command} " in line for command in CONTACTS) for line in lines)


@pytest.mark.parametrize("clone", ["same", "fresh"])
def test_a_plan_and_its_apply_start_git_a_few_times(counted: Bench, clone: str) -> None:
    """A plan starts git 8 times and asks the remote once, its apply 12 times and 4 times, the first time and later on."""
    assert counted.tree is not None
    found = []
    for answer in ("Yes.", "Always.", "By night."):
        counted.commit({"small.yaml": SMALL["small.yaml"].replace("Yes.", answer)})
        counted.tree.git("push", "--quiet", "origin", "main")
        if clone == "fresh":
            shutil.rmtree(counted.path / ".git/refs/kbsync", ignore_errors=True)
        found += [started(counted, "plan", "--out", "plan.json"), started(counted, "apply", "--yes", "plan.json")]
    assert [(count, asked) for count, asked in found[::2] if count > 8 or asked != 1] == []
    assert [(count, asked) for count, asked in found[1::2] if count > 12 or asked > 4] == []


def test_a_fresh_clone_asks_the_remote_no_oftener(counted: Bench, tmp_path: Path) -> None:
    """What another machine applied, its receipt too, comes with the first answer; so it does where a clone was left behind."""
    assert counted.tree is not None
    counted.commit(SMALL)
    counted.tree.git("push", "--quiet", "origin", "main")
    assert counted.run("apply", "--yes").code == 0
    fresh = counted.path.parent / "fresh"
    counted.tree.git("clone", "--quiet", f"file://{tmp_path}/origin", str(fresh))
    tree = WorkTree(fresh, counted.tree.environ)
    other = replace(counted, path=fresh, tree=tree)
    for answer in ("Always.", "By night."):
        other.commit({"small.yaml": SMALL["small.yaml"].replace("Yes.", answer)})
        count, asked = started(other, "plan", "--out", "plan.json")
        assert (count <= 8, asked) == (True, 1)
        count, asked = started(other, "apply", "--yes", "plan.json")
        assert (count <= 12, asked <= 4) == (True, True)
        tree.git("push", "--quiet", "origin", "main")
        counted.tree.git("pull", "--quiet", "origin", "main")
        count, asked = started(counted, "plan")
        assert (count <= 8, asked) == (True, 1)


def test_a_confirmation_of_the_lock_is_one_process(counted: Bench) -> None:
    """A push, of what was written without git."""
    assert counted.tree is not None
    log, clock = counted.path.parent / "log", FakeClock()
    repository = Repository.find(counted.path, environ=counted.environ)
    with TargetLock(repository, counted.refs, owner="me", where="here", clock=clock, directory=counted.path) as lock:
        log.write_text("", encoding="utf-8")
        lock.renew()
        lines = log.read_text(encoding="utf-8").splitlines()
    assert ([" push " in line for line in lines], lock.notes) == ([True], ())


def test_a_pull_request_starts_git_no_oftener(counted: Bench) -> None:
    """Where nothing is applied yet its base is where it left its branch; with a look at its address first, 9 times."""
    assert counted.tree is not None
    counted.commit(SMALL)
    counted.tree.git("push", "--quiet", "origin", "main")
    counted.tree.git("fetch", "--quiet", "origin")
    counted.commit({"small.yaml": SMALL["small.yaml"].replace("Yes.", "Always.")})
    counted.environ["GITHUB_BASE_REF"] = "main"
    count, asked = started(counted, "plan")
    assert (count <= 9, asked) == (True, 1)
