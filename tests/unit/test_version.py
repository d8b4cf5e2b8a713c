"""The version is that of the tag, wherever kbsync is built."""

import importlib.util
from pathlib import Path

import pytest

from tests.fakes.git_repos import GitRepos

ROOT = Path(__file__).parents[2]


def told(root: Path) -> str:
    """The version of what is built there."""
    spec = importlib.util.spec_from_file_location("kbsync_version", ROOT / ".ci" / "version.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return str(module.version(root))


def test_a_tag_gives_the_version(tmp_path: Path) -> None:
    """At the tag its own, later how many commits later; before the first tag, what is being worked on."""
    tree = GitRepos(tmp_path).init("work")
    assert told(tree.path) == "0.1.0.dev0"
    tree.commit({"a": "1"})
    assert told(tree.path) == "0.1.0.dev1"
    tree.git("tag", "-a", "-m", "first", "v1.2.0")
    assert told(tree.path) == "1.2.0"
    tree.git("tag", "-a", "-m", "of something else", "other-2.0")
    commit = tree.commit({"a": "2"})
    assert told(tree.path).startswith("1.2.0.post1+g")
    assert commit.startswith(told(tree.path).rpartition("+g")[2])


def test_a_source_distribution_keeps_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And an archive without history has that of nothing released, with git or without."""
    assert told(tmp_path) == "0.1.0.dev0"
    (tmp_path / ".git").mkdir()
    monkeypatch.setenv("PATH", "")
    assert told(tmp_path) == "0.1.0.dev0"
    (tmp_path / "PKG-INFO").write_text("Metadata-Version: 2.4\nName: kbsync\nVersion: 3.2.1\n", encoding="utf-8")
    assert told(tmp_path) == "3.2.1"
