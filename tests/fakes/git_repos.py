"""Real git repositories below a test's own directory, deaf to the configuration of the machine."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from kbsync.history.base import advance
from kbsync.history.remote import TargetRefs
from kbsync.history.repository import Repository

__all__ = ["GitRepos", "WorkTree", "advance_applied", "needs_variables"]


def advance_applied(repository: Repository, refs: TargetRefs, commit: str, *, expected: str | None, shared: bool = True) -> None:
    """Move the applied ref alone, as an apply moves it."""
    advance(repository, refs, {refs.applied: expected}, {refs.applied: repository.resolve(commit)}, shared=shared)


def needs_variables(tree: "WorkTree") -> None:
    """Leave a test out where git is older than 2.31, which takes no configuration from variables."""
    known = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "a.b", "GIT_CONFIG_VALUE_0": "known"}
    if WorkTree(tree.path, {**tree.environ, **known}).git("config", "--default=", "a.b") != "known":
        pytest.skip("git reads configuration from variables since 2.31")


class WorkTree:
    """One repository on the disk that a test writes to and commits in."""

    def __init__(self, path: Path, environ: Mapping[str, str]) -> None:
        self.path = path
        self.environ = environ

    def git(self, *arguments: str) -> str:
        """Run git here and return what it said; a failure fails the test."""
        command = ["git", "-C", str(self.path), *arguments]
        return subprocess.run(command, env=dict(self.environ), check=True, capture_output=True, text=True).stdout.strip()

    def write(self, files: Mapping[str, str]) -> None:
        """Write files, named by their path from here."""
        for name, text in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")

    def commit(self, files: Mapping[str, str]) -> str:
        """Write files, commit everything, and return the commit's full id."""
        self.write(files)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message=change")
        return self.git("rev-parse", "HEAD")

    @property
    def repository(self) -> Repository:
        """What kbsync finds here."""
        found = Repository.find(self.path, environ=self.environ)
        assert found is not None
        return found


class GitRepos:
    """Makes repositories below a directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        person = {f"GIT_{role}_{part}": "tester" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "XDG_"))}
        # Git before 2.32 knows no GIT_CONFIG_GLOBAL: a user's own configuration is a file of the home directory.
        self.environ = {**kept, **person, "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(directory)}

    def init(self, name: str, *options: str) -> WorkTree:
        """A new, empty repository whose branch is called main."""
        tree = WorkTree(self.directory / name, self.environ)
        shutil.copytree(_empty(options), tree.path)
        return tree

    def clone(self, origin: WorkTree, name: str, *options: str) -> WorkTree:
        """A clone made the way a network clone is: through the transport, not by copying."""
        tree = WorkTree(self.directory / name, self.environ)
        WorkTree(self.directory, self.environ).git("clone", "--quiet", *options, f"file://{origin.path}", name)
        return tree

    def shared(self, *names: str) -> tuple[WorkTree, ...]:
        """A bare repository, called ``origin``, with one commit on main, and a clone of it for each name."""
        first = _pushed()
        trees = [WorkTree(self.directory / name, self.environ) for name in ("origin", *names)]
        for tree in trees:
            bare = tree is trees[0]
            shutil.copytree(first / ("origin" if bare else "clone"), tree.path)
            if not bare:
                config = tree.path / ".git" / "config"
                config.write_text(config.read_text(encoding="utf-8").replace(str(first), str(self.directory)), encoding="utf-8")
        return tuple(trees)


@cache
def _place() -> tempfile.TemporaryDirectory[str]:
    """Where the repositories lie that every test gets a copy of: it is gone when the process ends."""
    return tempfile.TemporaryDirectory(prefix="kbsync-repositories-")


@cache
def _empty(options: tuple[str, ...]) -> Path:
    """A repository that git made with these options, without its examples of hooks."""
    repos = GitRepos(Path(tempfile.mkdtemp(dir=_place().name)))
    tree = WorkTree(repos.directory / "empty", repos.environ)
    tree.path.mkdir()
    tree.git("init", "--quiet", "--initial-branch=main", *options)
    for example in tree.path.rglob("hooks/*.sample"):
        example.unlink()
    return tree.path


@cache
def _pushed() -> Path:
    """A directory with ``origin``, a bare repository with one commit on main, and ``clone``, a clone of it."""
    repos = GitRepos(Path(tempfile.mkdtemp(dir=_place().name)))
    origin = repos.init("origin", "--bare")
    seed = repos.clone(origin, "seed")
    seed.commit({"knowledge/a.yaml": "a"})
    seed.git("push", "--quiet", "origin", "HEAD:main")
    repos.clone(origin, "clone")
    return repos.directory
