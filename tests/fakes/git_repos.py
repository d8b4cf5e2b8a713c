"""Real git repositories below a test's own directory, deaf to the configuration of the machine."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from kbsync.history.repository import Repository

__all__ = ["GitRepos", "WorkTree"]


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
        self.environ = {**kept, **person, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(directory)}

    def init(self, name: str, *options: str) -> WorkTree:
        """A new, empty repository whose branch is called main."""
        tree = WorkTree(self.directory / name, self.environ)
        tree.path.mkdir()
        tree.git("init", "--quiet", "--initial-branch=main", *options)
        return tree

    def clone(self, origin: WorkTree, name: str, *options: str) -> WorkTree:
        """A clone made the way a network clone is: through the transport, not by copying."""
        tree = WorkTree(self.directory / name, self.environ)
        WorkTree(self.directory, self.environ).git("clone", "--quiet", *options, f"file://{origin.path}", name)
        return tree

    def shared(self, *names: str) -> tuple[WorkTree, ...]:
        """A bare repository, called ``origin``, with one commit on main, and a clone of it for each name."""
        origin = self.init("origin", "--bare")
        seed = self.clone(origin, "seed")
        seed.commit({"knowledge/a.yaml": "a"})
        seed.git("push", "--quiet", "origin", "HEAD:main")
        return (origin, *(self.clone(origin, name) for name in names))
