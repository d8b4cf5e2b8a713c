"""A repository and the plain questions about it: where, which commit, is it clean. Remotes and contents are asked elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from kbsync.errors import HistoryUnavailable
from kbsync.history.git import Git, GitMissing
from kbsync.messages import Message, message

__all__ = ["Repository"]

YAML = frozenset({".yaml", ".yml"})
"""The files that are read as knowledge unless a part of their path is hidden."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository. ``root`` is the top of the working tree; of a bare repository, the git directory itself."""

    root: Path
    git: Git
    bare: bool = False

    @classmethod
    def find(cls, directory: Path, *, environ: Mapping[str, str] | None = None) -> "Repository | None":
        """The repository that holds a directory (which need not exist yet), or None when none does.

        Raises HistoryUnavailable when there is one that git does not trust or cannot read.
        """
        start = directory.resolve()
        start = next(place for place in (start, *start.parents) if place.is_dir())
        git = Git(start, environ=environ)
        try:
            answer = git.attempt("rev-parse", "--is-inside-work-tree", "--absolute-git-dir")
        except GitMissing:
            if any((place / ".git").exists() for place in (start, *start.parents)):
                raise
            return None
        if answer.code != 0:
            if "not a git repository" in answer.complaint:
                return None
            raise git.failure("rev-parse", answer)
        inside, _, found = answer.text.partition("\n")
        if inside != "true":
            root = Path(found)
            return cls(root, Git(root, environ=environ), bare=True)
        root = Path(git.run("rev-parse", "--show-toplevel").text)
        return cls(root, Git(root, environ=environ))

    def head(self) -> str | None:
        """The full id of the commit that is checked out, None before the first commit."""
        return self._commit("HEAD")

    def resolve(self, revision: str) -> str:
        """The full id of the commit that a revision names. Raises HistoryUnavailable when there is none here."""
        commit = self._commit(revision)
        if commit is None:
            raise HistoryUnavailable(
                message("There is no commit {revision} in this repository.", revision=revision),
                hint=self._absence(),
            )
        return commit

    def local(self, ref: str) -> str | None:
        """The full id of the commit that a ref of this repository (``refs/…``) points to, None when it is missing."""
        return self._commit(ref)

    def branch(self) -> str | None:
        """The branch that is checked out, also before its first commit; None where no branch is."""
        return self._named("HEAD", "refs/heads/")

    def remote_branch(self, remote: str) -> str | None:
        """The branch that a remote had checked out when it was cloned: the one that work is merged into. None if unknown."""
        return self._named(f"refs/remotes/{remote}/HEAD", f"refs/remotes/{remote}/")

    def has(self, identity: str) -> bool:
        """Whether an object, named by its full id, is in this clone."""
        return self.git.attempt("cat-file", "-e", identity).code == 0

    def merge_base(self, first: str, second: str) -> str:
        """The best common ancestor of two revisions. Raises HistoryUnavailable when there is none here."""
        left, right = self.resolve(first), self.resolve(second)
        answer = self.git.run("merge-base", left, right, accept=(0, 1))
        if answer.code == 1:
            raise HistoryUnavailable(
                message("The commits {first} and {second} have no common ancestor here.", first=left[:12], second=right[:12]),
                hint=self._absence(),
            )
        return answer.text

    def is_clean(self, directory: Path) -> bool:
        """Whether everything below a directory is committed: nothing staged, changed or untracked.

        Ignored files do not count, unless they are read as knowledge, because no commit has them: YAML, and what a file here
        names, as it does with the file of an answer.
        """
        path = self.inside(directory) or "."
        if self.git.run("status", "--porcelain", "-z", "--untracked-files=normal", "--no-renames", "--", path).output:
            return False
        ignored = self.git.run("ls-files", "--others", "--ignored", "--exclude-standard", "--full-name", "-z", "--", path).output
        names = [PurePosixPath(name.decode("utf-8", "surrogateescape")) for name in ignored.split(b"\0") if name]
        above = len(PurePosixPath(path).parts)
        visible = [name for name in names if not any(part.startswith(".") for part in name.parts[above:])]
        return not any(name.suffix in YAML for name in visible) and not self._names_any(visible, path=path)

    def is_shallow(self) -> bool:
        """Whether this clone was cut off at some depth, so that older commits are missing."""
        return self.git.run("rev-parse", "--is-shallow-repository").text == "true"

    def inside(self, directory: Path) -> str:
        """A directory as git names it: POSIX, from the root, empty for the root itself.

        In a bare repository a relative directory counts from the root, else from the current directory.
        """
        absolute = (self.root / directory if self.bare else directory).resolve()
        root = self.root.resolve()
        if not absolute.is_relative_to(root):
            raise HistoryUnavailable(
                message("{directory} is not inside the repository at {root}.", directory=directory, root=self.root),
                hint=message("Keep the knowledge directory in the repository whose history is asked for."),
            )
        path = absolute.relative_to(root).as_posix()
        return "" if path == "." else path

    def _names_any(self, names: Sequence[PurePosixPath], *, path: str) -> bool:
        """Whether a file below the path speaks of one of these by its last name."""
        if not names:
            return False
        wanted = "".join(f"{name.name}\n" for name in names).encode("utf-8", "surrogateescape")
        answer = self.git.run("grep", "--quiet", "--fixed-strings", "-f", "-", "--", path, stdin=wanted, accept=(0, 1))
        return answer.code == 0

    def _commit(self, revision: str) -> str | None:
        answer = self.git.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        return answer.text if answer.code == 0 else None

    def _named(self, ref: str, below: str) -> str | None:
        answer = self.git.attempt("symbolic-ref", "--quiet", ref)
        return answer.text.removeprefix(below) if answer.code == 0 and answer.text.startswith(below) else None

    def _absence(self) -> Message:
        if self.is_shallow():
            return message(
                "This is a shallow clone. Set `fetch-depth: 0` for actions/checkout (GitLab: `GIT_DEPTH: 0`), "
                "or run `git fetch --unshallow`.",
            )
        return message("Check the spelling, or fetch it first (`git fetch`).")
