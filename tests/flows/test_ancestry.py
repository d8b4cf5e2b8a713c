"""Files that lack what was applied since: every plan of them says so, and no apply takes others' work back by surprise."""

from pathlib import Path

import pytest

from tests.flows.harness import Bench, copied
from tests.flows.shop import FIRST

MORE = "category: Payment\nquestions: [{question: 'More?', answer: 'Yes.'}]\n"
MINE = "category: Payment\nquestions: [{question: 'Mine?', answer: 'Yes.'}]\n"
LACK = "lack commits that are applied already"
OLDER = "are older than what was last applied"


@pytest.fixture
def passed(tmp_path: Path) -> Bench:
    """A bench whose branch ``old`` is one applied commit behind ``main``."""
    return copied(tmp_path, fall_behind)


def fall_behind(bench: Bench) -> None:
    """The branch ``old`` falls one applied commit behind ``main``."""
    bench.commit(FIRST)
    assert bench.tree is not None
    bench.tree.git("branch", "old")
    bench.commit({"more.yaml": MORE})
    assert bench.run("apply", "--yes").code == 0
    bench.tree.git("checkout", "--quiet", "old")


@pytest.mark.no_cover
@pytest.mark.parametrize("form", ["text", "markdown", "html", "json", "github"])
def test_a_branch_that_lacks_applied_commits_is_told(passed: Bench, form: str) -> None:
    """In every format a reviewer reads which commits they are and what to do."""
    assert passed.tree is not None
    head, base = passed.commit({"mine.yaml": MINE}), passed.tree.git("rev-parse", "main")
    told = passed.run("plan", "--format", form)
    words = " ".join(told.out.replace("<span>", "").replace("</span>", "").split())
    assert told.code == 0
    assert [each for each in (LACK, head[:12], base[:12], "merge or rebase first") if each not in words] == []


@pytest.mark.no_cover
def test_an_apply_of_such_a_branch_is_refused(passed: Bench) -> None:
    """Also as a saved plan; after a merge it goes through, and nothing of the others is lost."""
    assert passed.tree is not None
    passed.commit({"mine.yaml": MINE})
    assert passed.run("plan", "--out", "saved.json").code == 0
    for words in (("apply", "--yes", "--allow-remove", "1"), ("apply", "saved.json", "--yes", "--allow-remove", "1")):
        refused = passed.run(*words)
        assert (refused.code, LACK in " ".join(refused.err.split())) == (6, True)
    passed.tree.git("merge", "--quiet", "--no-edit", "main")
    assert LACK not in passed.run("plan").out
    assert passed.run("apply", "--yes").code == 0
    assert passed.cause("plan") == {}


def test_older_files_are_refused_unless_going_back_is_meant(passed: Bench) -> None:
    """An old job that is started again would roll everybody back; naming the base says that it is meant."""
    told = passed.run("plan")
    assert OLDER in " ".join(told.out.split())
    assert passed.run("apply", "--yes", "--allow-remove", "1").code == 6
    meant = passed.run("apply", "--yes", "--allow-remove", "1", "--base", "main")
    assert meant.code == 0
    assert "are older than the base" in " ".join(meant.err.split())


def test_files_without_any_commit_are_refused_too(passed: Bench) -> None:
    """On a branch that has none, begun anew or lost, nobody can tell what they hold; naming the base says that it is meant."""
    assert passed.tree is not None
    passed.tree.git("checkout", "--quiet", "--orphan", "new")
    told = passed.run("plan")
    assert (told.code, "belong to no commit yet" in " ".join(told.out.split())) == (0, True)
    refused = passed.run("apply", "--yes", "--allow-remove", "1")
    assert (refused.code, "say so with --base" in " ".join(refused.err.split())) == (6, True)
    assert passed.run("apply", "--yes", "--allow-remove", "1", "--base", "main").code == 0


def test_what_cannot_be_compared_is_not_the_same(passed: Bench) -> None:
    """A clone that lacks an object of these files does not vouch for them."""
    assert passed.tree is not None
    passed.commit({"mine.yaml": MINE})
    blob = passed.tree.git("rev-parse", "HEAD:knowledge/mine.yaml")
    (passed.path / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert LACK in " ".join(passed.run("plan").out.split())


def test_a_named_base_is_told_too(passed: Bench) -> None:
    """It warns whoever compares with a branch that went on meanwhile."""
    passed.commit({"mine.yaml": MINE})
    assert "left the history of the base" in " ".join(passed.run("plan", "--offline", "--base", "main").out.split())


def test_commits_without_knowledge_take_nothing_back(bench: Bench) -> None:
    """Where the files are the same at both commits, there is nothing to warn of."""
    assert bench.tree is not None
    bench.commit(FIRST)
    bench.tree.git("branch", "old")
    bench.tree.commit({"README.md": "Elsewhere."})
    assert bench.run("apply", "--yes").code == 0
    bench.tree.git("checkout", "--quiet", "old")
    bench.commit({"mine.yaml": MINE})
    assert LACK not in " ".join(bench.run("plan").out.split())
