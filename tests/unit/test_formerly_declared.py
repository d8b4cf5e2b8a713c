"""Questions that git once declared: found in the commits before the base, whatever they are called there besides."""

from pathlib import Path

import pytest

from kbsync.usecases.git import declared_before
from tests.fakes.git_repos import GitRepos, WorkTree


@pytest.fixture
def tree(tmp_path: Path) -> WorkTree:
    """A new repository."""
    return GitRepos(tmp_path).init("repo")


def declare(tree: WorkTree, *texts: str) -> str:
    """Commit knowledge with these questions, each with an answer that names another."""
    listed = "".join(f"  - question: {text}\n    answer: Not {text}x\n" for text in texts)
    return tree.commit({"knowledge/a.yaml": f"categories: [{{title: A}}]\n---\ncategory: A\nquestions:\n{listed or '  []'}\n"})


def once(tree: WorkTree, *texts: str) -> frozenset[str]:
    """Those of some texts that the history knows, all of which is here."""
    found, untold = declared_before(texts, "HEAD", tree.repository, tree.path / "knowledge", target="production")
    assert not untold
    return found


def test_only_questions_count(tree: WorkTree) -> None:
    """A text that stood in an answer alone was never declared."""
    declare(tree, "one")
    declare(tree, "two")
    assert once(tree, "one", "onex", "three") == {"one"}


def test_a_text_that_came_and_went_is_found_at_once(tree: WorkTree) -> None:
    """The newest commit that has it is enough."""
    for texts in (("one",), (), ("one",), ()):
        declare(tree, *texts)
    assert once(tree, "one") == {"one"}


def test_many_texts_of_one_commit_are_found_together(tree: WorkTree) -> None:
    """Also where they are looked for in several searches that lead to the same commit."""
    texts = [f"question {number}" for number in range(100)]
    declare(tree, *texts)
    declare(tree)
    assert once(tree, *texts, "none") == {*texts}


def test_a_history_that_is_not_here_tells_nothing(tree: WorkTree) -> None:
    """Nobody can tell then, and that is said."""
    declare(tree, "one")
    found = declared_before(("one",), "0" * 40, tree.repository, tree.path / "knowledge", target="production")
    assert found == (frozenset(), frozenset({"one"}))


def test_a_history_that_was_cut_off_tells_what_it_has(tree: WorkTree) -> None:
    """What a shallow clone shows is told; of anything else it cannot be told."""
    for texts in (("one",), ("two",), ()):
        declare(tree, *texts)
    repos = GitRepos(tree.path.parent)
    short = repos.clone(tree, "short", "--depth=2")
    place = short.path / "knowledge"
    assert declared_before(("two",), "HEAD", short.repository, place, target="production") == (frozenset({"two"}), frozenset())
    assert declared_before(("one", "two"), "HEAD", short.repository, place, target="production") == (
        frozenset({"two"}),
        frozenset({"one"}),
    )
