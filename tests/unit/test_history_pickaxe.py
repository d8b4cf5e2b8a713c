"""Git's search through the history: commits that brought a text in or took it out, however a file writes it."""

from pathlib import Path

import pytest

from kbsync.errors import HistoryUnavailable
from kbsync.history.snapshot import commits_touching
from tests.fakes.git_repos import GitRepos, WorkTree


@pytest.fixture
def tree(tmp_path: Path) -> WorkTree:
    """A new repository."""
    return GitRepos(tmp_path).init("repo")


def found(tree: WorkTree, *texts: str) -> list[str]:
    """The commits of ``knowledge/`` up to what is checked out."""
    return [*commits_touching(tree.repository, tree.git("rev-parse", "HEAD"), tree.path / "knowledge", texts)]


def test_the_commits_that_added_and_removed_a_text_are_found(tree: WorkTree) -> None:
    """Newest first, and none in which it only stood."""
    added = tree.commit({"knowledge/a.yaml": "Is there a sale (now)?"})
    tree.commit({"knowledge/a.yaml": "Is there a sale (now)?\nmore"})
    removed = tree.commit({"knowledge/a.yaml": "more"})
    tree.commit({"elsewhere.yaml": "Is there a sale (now)?"})
    assert found(tree, "Is there a sale (now)?") == [removed, added]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Is it summer's sale?", "'Is it summer''s sale?'"),
        ('Say "hello there" to me', '"Say \\"hello there\\" to me"'),
        ("When will my parcel arrive?", "When will my\n    parcel arrive?"),
        ("你是机器人吗?", "你是机器人吗?"),
        ("a.b*c [d] {e} ^f$ \\g|h+", "a.b*c [d] {e} ^f$ \\g|h+"),
    ],
)
def test_a_text_is_found_however_it_is_written(tree: WorkTree, text: str, written: str) -> None:
    """Quotes are doubled or escaped and long lines folded in YAML; nothing in a text is taken for a pattern."""
    commit = tree.commit({"knowledge/a.yaml": written})
    assert found(tree, text) == [commit]


def test_many_texts_are_looked_for_in_few_searches(tree: WorkTree) -> None:
    """Each group of them finds its own commits."""
    first = tree.commit({"knowledge/a.yaml": "question 0 here"})
    second = tree.commit({"knowledge/b.yaml": "question 99 here"})
    assert found(tree, *(f"question {number} here" for number in range(100))) == [first, second]


def test_attributes_of_a_branch_have_no_say(tree: WorkTree) -> None:
    """What is searched is what the commits hold, whatever program the user has for such files."""
    for name in ("external", "command", "textconv"):
        tree.git("config", f"diff.{'' if name == 'external' else 'x.'}{name}", "touch trace; true")
    commit = tree.commit({"knowledge/a.yaml": "Is there a sale?", ".gitattributes": "*.yaml diff=x\n"})
    assert found(tree, "Is there a sale?") == [commit]
    assert not (tree.path / "trace").exists()


def test_a_text_of_quotes_alone_is_not_looked_for(tree: WorkTree) -> None:
    """Nothing is left of it that every file writes alike."""
    tree.commit({"knowledge/a.yaml": "x"})
    assert found(tree, '"\'"') == []


def test_a_commit_that_is_not_here_is_told(tree: WorkTree) -> None:
    """The caller hears of it and decides."""
    tree.commit({"knowledge/a.yaml": "x"})
    with pytest.raises(HistoryUnavailable):
        next(commits_touching(tree.repository, "0" * 40, tree.path / "knowledge", ["x"]))
