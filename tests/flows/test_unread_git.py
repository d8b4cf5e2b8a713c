"""What git does not tell is unknown and never none: clones cut off, repositories that are broken, remotes that are away."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kbsync.sandbox.service import Service
from tests.fakes.clock import Hurried
from tests.fakes.console import Console
from tests.fakes.git_repos import GitRepos, WorkTree
from tests.flows.harness import Bench, writes
from tests.flows.shop import SMALL

MARK = "refs/kbsync/applied/*"
UNTOLD = "cannot be told, because this clone is shallow"
GUESS = "which commit was last applied to production could not be read from git"
OPEN = {"small.yaml": SMALL["small.yaml"].replace("Yes.", "Always.")}
MORE = {"more.yaml": "category: Shop\nquestions: [{question: More?, answer: No.}]\n"}


@pytest.fixture
def service(bench: Bench, tmp_path: Path) -> Iterator[Service]:
    """What the bench's target reaches; two commits were applied to it, and the bench has a remote that knows."""
    assert bench.tree is not None
    bench.clock = Hurried()  # a lock on a remote is renewed in a thread of its own, for which told time would fly
    origin = GitRepos(tmp_path).init("origin", "--bare")
    origin.git("config", "uploadpack.allowAnySHA1InWant", "true")
    bench.tree.git("remote", "add", "origin", f"file://{origin.path}")
    with bench.served() as found:
        for files in (SMALL, OPEN):
            bench.commit(files)
            bench.tree.git("push", "--quiet", "origin", "main")
            assert bench.run("apply", "--yes").code == 0
        yield found


def runner(bench: Bench, revision: str, *options: str) -> Bench:
    """A clone made for one job, with a revision checked out."""
    assert bench.tree is not None
    repos = GitRepos(bench.path.parent)
    tree = WorkTree(bench.path.parent / "runner", bench.environ)
    shutil.rmtree(tree.path, ignore_errors=True)
    tree = repos.init("runner")
    tree.git("remote", "add", "origin", bench.tree.git("remote", "get-url", "origin"))
    tree.git("fetch", "--quiet", *options, "origin", bench.tree.git("rev-parse", revision))
    tree.git("checkout", "--quiet", "FETCH_HEAD")
    return Bench(tree.path, bench.clock, bench.environ, tree)


def words(text: str) -> str:
    """A text without its line breaks."""
    return " ".join(text.split())


@pytest.mark.no_cover
def test_an_older_job_in_a_shallow_clone_takes_nothing_back(bench: Bench, service: Service) -> None:
    """The plan says that it cannot tell, in every format; the apply is refused and names the depth, until it can."""
    assert bench.tree is not None
    job = runner(bench, "HEAD~1", "--depth=1")
    before = writes(service)
    for form in ("text", "markdown", "html", "json", "github"):
        told = job.run("plan", "--format", form, "--out", "plan.json")
        assert (form, told.code, UNTOLD in words(told.out)) == (form, 0, True)
    for line in ("apply --yes", "apply --yes plan.json"):
        refused = job.run(*line.split())
        assert (refused.code, UNTOLD in words(refused.err)) == (6, True)
        assert [way for way in ("`fetch-depth: 0`", "`GIT_DEPTH: 0`", "`git fetch --unshallow`") if way not in refused.err] == []
    assert job.tree is not None
    job.tree.git("fetch", "--quiet", "--unshallow", "origin", "main")
    told = job.run("apply", "--yes")
    assert (told.code, "older than what was last applied" in words(told.err)) == (6, True)
    assert writes(service) == before
    assert bench.tree.git("ls-remote", "origin", MARK).startswith(bench.tree.git("rev-parse", "HEAD"))


def test_a_newer_job_is_applied_where_it_can_be_told(bench: Bench, service: Service) -> None:
    """With the base in reach of the depth it goes through; one commit deep it is refused, though nothing is wrong with it."""
    assert bench.tree is not None
    head = bench.commit(MORE)
    bench.tree.git("push", "--quiet", "origin", "main")
    assert runner(bench, "HEAD", "--depth=1").run("apply", "--yes").code == 6
    named = runner(bench, "HEAD", "--depth=1").run("plan", "--base", bench.tree.git("rev-parse", "HEAD~1"))
    assert named.code == 1
    assert "fetch-depth: 0" in named.err
    assert runner(bench, "HEAD", "--depth=2").run("apply", "--yes").code == 0
    assert bench.tree.git("ls-remote", "origin", MARK).startswith(head)


def test_the_same_knowledge_takes_nothing_back(bench: Bench, service: Service) -> None:
    """A commit of something else may be applied from a clone of depth 1: there is nothing to lose."""
    assert bench.tree is not None
    head = bench.tree.commit({"README.md": "Elsewhere."})
    bench.tree.git("push", "--quiet", "origin", "main")
    assert runner(bench, "HEAD", "--depth=1").run("apply", "--yes").code == 0
    assert bench.tree.git("ls-remote", "origin", MARK).startswith(head)


@pytest.mark.no_cover
def test_where_going_back_is_meant_a_shallow_clone_will_do(bench: Bench, service: Service) -> None:
    """Whoever names the base has said so."""
    assert bench.tree is not None
    base = bench.tree.git("rev-parse", "HEAD")
    job = runner(bench, "HEAD~1", "--depth=1")
    assert job.tree is not None
    job.tree.git("fetch", "--quiet", "--depth=1", "origin", base)
    back = job.run("apply", "--yes", "--base", base)
    assert (back.code, "hold the base" in words(back.err)) == (0, True)


def test_a_shallow_clone_knows_what_git_gave_up(bench: Bench, service: Service) -> None:
    """The receipts come whole: what git took out is not called new, and what the console added is told and taken over."""
    assert bench.tree is not None
    bench.commit({"more.yaml": "category: Shop\nquestions: [{question: Gone?, answer: Soon.}]\n", "kbsync.yaml": _keeping(bench)})
    for _ in range(2):
        bench.tree.git("push", "--quiet", "origin", "main")
        assert bench.run("apply", "--yes").code == 0
        (bench.path / "knowledge/more.yaml").unlink(missing_ok=True)
        bench.commit({})
    bench.tree.git("push", "--quiet", "origin", "main")
    assert bench.run("apply", "--yes").code == 0
    Console(service).add_question("Since when?", "Last year.", category=Console(service).category("Shop"))
    job = runner(bench, "HEAD", "--depth=1")
    drift, pull = job.run("drift"), job.run("pull")
    assert (drift.code, "New in the console (1)" in words(drift.out), "Gone? (Shop)" in words(drift.out)) == (3, True, True)
    assert (pull.code, "1 new" in pull.out, "taken out of git earlier: Gone?" in words(pull.err)) == (0, True, True)


def _keeping(bench: Bench) -> str:
    text = (bench.path / "knowledge/kbsync.yaml").read_text(encoding="utf-8")
    return text.replace("prune: delete", "prune: keep")


def nobody(tree: WorkTree) -> None:
    """The remote is gone."""
    tree.git("remote", "set-url", "origin", f"file://{tree.path}/nowhere")


def several(tree: WorkTree) -> None:
    """Nobody can say which remote is the shared one."""
    tree.git("remote", "rename", "origin", "one")
    tree.git("remote", "add", "other", "nowhere")


@pytest.mark.no_cover
@pytest.mark.parametrize("harm", [nobody, several], ids=lambda harm: harm.__name__)
def test_a_remote_that_cannot_be_asked_is_not_no_base(bench: Bench, service: Service, harm: Callable[[WorkTree], None]) -> None:
    """A merged edit that is not live yet is not taken for the console's: nothing is written, compared or applied in the dark."""
    job = runner(bench, "HEAD")
    assert job.tree is not None
    job.commit({"small.yaml": SMALL["small.yaml"].replace("Yes.", "By night.")})
    harm(job.tree)
    before = writes(service), dict(files(job))
    for line in ("pull", "pull --check", "pull --theirs", "drift", "apply --yes", "apply --yes --dry-run"):
        refused = job.run(*line.split())
        told = words(refused.err)
        assert (line, refused.code, refused.out) == (line, 1, "")
        assert "which commit was last applied to production is not known, so nothing is done unless --base COMMIT" in told
    planned = job.run("plan", "--out", "plan.json")
    assert (planned.code, GUESS in words(planned.out), "By night." in planned.out) == (0, True, True)
    assert "nothing was applied" not in words(planned.out + planned.err)
    applied = job.run("apply", "--yes", "plan.json")
    assert applied.code in (1, 6)
    assert (writes(service), dict(files(job))) == before
    assert job.run("pull", "--base", "HEAD~1").code == 0
    assert job.run("drift", "--base", "HEAD~1").code == 0
    assert dict(files(job)) == before[1]


def files(bench: Bench) -> Iterator[tuple[str, str]]:
    """The knowledge files with their texts."""
    for path in sorted((bench.path / "knowledge").rglob("*.yaml")):
        yield path.name, path.read_text(encoding="utf-8")


@pytest.mark.no_cover
def test_a_plan_made_in_the_dark_is_not_applied_in_daylight(bench: Bench, service: Service) -> None:
    """Also where the remote can be asked again; every format says so, and a base named by hand mends it."""
    job = runner(bench, "HEAD")
    assert job.tree is not None
    job.commit({"small.yaml": SMALL["small.yaml"].replace("Yes.", "By night.")})
    url = job.tree.git("remote", "get-url", "origin")
    nobody(job.tree)
    for form in ("text", "markdown", "html", "json", "github"):
        assert (form, GUESS in words(job.run("plan", "--format", form, "--out", "plan.json").out)) == (form, True)
    assert GUESS not in words(job.run("plan", "--base", "HEAD~1").out)
    job.tree.git("remote", "set-url", "origin", url)
    before = writes(service)
    refused = job.run("apply", "--yes", "plan.json")
    assert (refused.code, GUESS in words(refused.err), writes(service)) == (6, True, before)
    assert GUESS not in words(job.run("plan").out)


def test_a_repository_that_cannot_be_read_stops_whoever_needs_it(bench: Bench, service: Service) -> None:
    """Without the shared lock and the base nothing is applied, pulled or compared; looking at the files alone goes on."""
    (bench.path / ".git").rename(bench.path.parent / "elsewhere")
    (bench.path / ".git").write_text("gitdir: /nowhere/.git/worktrees/w\n", encoding="utf-8")
    bench.write({"small.yaml": SMALL["small.yaml"].replace("Yes.", "By night.")})
    before = writes(service), dict(files(bench))
    for line in ("plan", "drift", "pull", "apply --yes", "unlock --yes", "init --ci none --dir other"):
        refused = bench.run(*line.split())
        assert (line, refused.code, refused.out, "cannot be read" in refused.err) == (line, 1, "", True)
    assert (writes(service), dict(files(bench)), (bench.path / "other").exists()) == (*before, False)
    assert bench.run("validate").code == 0


def test_git_that_is_missing_stops_whoever_needs_it(bench: Bench, service: Service) -> None:
    """There is a repository, and nobody can read it."""
    before = writes(service)
    for line in ("plan", "drift", "pull", "apply --yes", "unlock --yes"):
        refused = bench.run(*line.split(), PATH=str(bench.path))
        assert (line, refused.code, "Git is not installed" in refused.err) == (line, 1, True)
    assert writes(service) == before
