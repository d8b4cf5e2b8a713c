"""A repository and the plain questions about it: where, which commit, which branch, how far back."""

import hashlib
import os
import re
import shutil
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile

from kbsync.display import short_commit
from kbsync.errors import HistoryUnavailable
from kbsync.history.git import Git
from kbsync.messages import Message, message
from kbsync.saving import links_on, unwritable

__all__ = ["Repository", "holders_of"]

QUIET = re.compile(
    r"(advice|alias|blame|branch|color|column|commit|diff|format|grep|gui|help|i18n|init|interactive|log|mailmap|merge|mergetool"
    r"|notes|pull|push|rebase|rerere|sequence|stash|status|tag|user|versionsort)\..*"
    r"|core\.(autocrlf|editor|eol|excludesfile|fsmonitor|hookspath|pager|safecrlf|whitespace)",
    re.DOTALL,
)
"""Configuration that lets none of the commands run here start a program or use another address."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A git repository with a working tree, whose top is ``root``. ``remotes`` are the names of those that it knows.

    ``partial``: a remote has promised objects which are missing here; ``split``: a push may be sent to another address
    than a fetch, ``shallow`` that the clone was cut off at some depth, so that older commits are missing. ``committer`` is the
    person whom git is configured to name in commits, with the address; empty where there is none. ``objects`` is where git keeps
    single objects, which it names by the hash ``form``.
    """

    root: Path
    git: Git
    remotes: tuple[str, ...] = ()
    partial: bool = False
    split: bool = False
    committer: str = ""
    shallow: bool = False
    objects: Path = Path()
    form: str = "sha1"
    _met: dict[str, str | None] = field(default_factory=dict, repr=False, compare=False)
    read_along: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)
    """Objects that were read together with others."""

    @classmethod
    def find(cls, directory: Path, *, environ: Mapping[str, str] | None = None) -> "Repository | None":
        """The repository around a directory (which need not exist yet), or None where no directory above it has a ``.git``.

        That is looked for here and not by git, which takes any directory with the right files in it for a bare repository and
        obeys the configuration there. Raises HistoryUnavailable when there is one that git does not trust or cannot read, and
        when a file that a branch brings configures git.
        """
        top = _top(directory.resolve(), os.environ if environ is None else environ)
        if top is None:
            return None
        git = Git(top, environ=environ)
        asked = ("--absolute-git-dir", "--git-path", "objects", "--show-object-format", "--is-shallow-repository")
        answer = git.attempt("rev-parse", *asked, "--show-toplevel")
        data, objects, form, shallow, root = (answer.text.split("\n", 4) + [""] * 4)[:5]
        # Where the directory is of no use git looks on: there, for a bare repository, and above it.
        if answer.code != 0 or not ((top / ".git").is_file() or Path(data).resolve() == (top / ".git").resolve()):
            raise git.unreadable(answer)
        git = Git(Path(root), environ=environ, data=Path(data))
        settings = tuple(_settings(git, Path(root)))
        _refuse_foreign(Path(root), settings, environ)
        # One without an address git takes for a directory of that name, which a branch may bring.
        remotes = {each.subsection for each in settings if each.section == "remote" and each.key.endswith(".url")}
        return cls(
            Path(root),
            git,
            tuple(sorted(remotes)),
            any(each.section == "remote" and each.key.endswith(".promisor") and each.is_on for each in settings),
            any(each.key.endswith((".pushurl", ".pushinsteadof")) for each in settings),
            _committer(settings),
            shallow == "true",
            top / objects,
            form,
        )

    def head(self) -> str | None:
        """The full id of the commit that is checked out, None before the first commit. Raises HistoryUnavailable."""
        commit = self.commit("HEAD")
        if commit is None:
            branch = self.git.attempt("symbolic-ref", "--quiet", "HEAD")
            if branch.code != 0 or self.git.attempt("rev-parse", "--verify", "--quiet", "HEAD").code == 0:
                raise self.git.outdated() or _damaged("HEAD")
        return commit

    def commit(self, revision: str) -> str | None:
        """The full id of the commit that a revision names, None when there is none here."""
        if revision in self._met:
            return self._met[revision]
        answer = self.git.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        return answer.text if answer.code == 0 else None

    def meet(self, revision: str) -> str | None:
        """The same, and how that commit stands to the one that is checked out: all in one question, and asked once."""
        answer = self.git.attempt("rev-parse", f"HEAD^{{commit}}...{revision}^{{commit}}")
        if answer.code != 0:
            return self.commit(revision)
        commit, head, *forks = (line.removeprefix("^") for line in answer.text.split("\n"))
        fork = forks[0] if forks else None
        self._met.update({"HEAD": head, head: head, revision: commit, commit: commit, f"{head}...{commit}": fork})
        if fork is not None:
            self._met.update({fork: fork, f"{head}...{fork}": fork})
        return commit

    def resolve(self, revision: str) -> str:
        """The full id of the commit that a revision names. Raises HistoryUnavailable when there is none here."""
        commit = self.commit(revision)
        if commit is None:
            raise self.git.outdated() or HistoryUnavailable(
                message("There is no commit {revision} in this repository.", revision=revision),
                hint=self._absence(),
            )
        return commit

    def local(self, ref: str) -> str | None:
        """The full id of the commit that a ref of this repository (``refs/…``) points to, None when there is no such ref.

        Raises HistoryUnavailable when it leads to no commit that is here.
        """
        answer = self.git.attempt("for-each-ref", "--format=%(objectname) %(objecttype) %(refname)", "--", ref)
        if answer.code != 0 or "broken ref" in answer.complaint:
            raise _damaged(ref)
        # The argument is a prefix that longer names may have too.
        found = next((line.split(" ") for line in answer.text.split("\n") if line.endswith(f" {ref}")), None)
        if found is None:
            return None
        commit = found[0] if found[1] == "commit" else self.commit(ref)
        if commit is None:
            raise _damaged(ref)
        return commit

    def date(self, commit: str) -> int:
        """When a commit was made, in Unix seconds. Raises HistoryUnavailable."""
        return int(self.git.run("log", "--max-count=1", "--format=%ct", commit).text)

    def branch(self) -> str | None:
        """The branch that is checked out, also before its first commit; None where no branch is."""
        return self._named("HEAD", "refs/heads/")

    def branch_named(self, name: str) -> str | None:
        """The ref of a branch, of this repository or of a remote as last fetched; None where the name is not one of a branch."""
        ref = self.git.attempt("rev-parse", "--symbolic-full-name", name).text
        return ref if ref.startswith(("refs/heads/", "refs/remotes/")) else None

    def remote_branch(self, remote: str) -> str | None:
        """The branch that a remote had checked out when it was cloned: the one that work is merged into. None if unknown."""
        return self._named(f"refs/remotes/{remote}/HEAD", f"refs/remotes/{remote}/")

    def has(self, identity: str) -> bool:
        """Whether an object, named by its full id, is in this clone."""
        return self.git.attempt("cat-file", "-e", identity).code == 0

    def write_commit(self, text: bytes, *, seconds: int) -> str:
        """Write a commit without files and parents, whose message is the text, and return its id; no git process is started.

        It is a loose object as git writes one (gitformat-loose). Raises HistoryUnavailable.
        """
        tree = self._write_object(b"tree", b"")
        person = b"kbsync <kbsync> %d +0000" % seconds
        return self._write_object(b"commit", b"tree %s\nauthor %s\ncommitter %s\n\n%s" % (tree.encode(), person, person, text))

    def _write_object(self, kind: bytes, data: bytes) -> str:
        content = b"%s %d\0%s" % (kind, len(data), data)
        name = hashlib.new(self.form, content, usedforsecurity=False).hexdigest()
        path = self.objects / name[:2] / name[2:]
        try:
            if not path.exists():
                with suppress(FileExistsError):
                    path.parent.mkdir()
                    # As the others are, where several users share the repository.
                    shutil.copymode(self.objects, path.parent)
                with NamedTemporaryFile(dir=path.parent, prefix="tmp_obj_", delete=False) as draft:
                    draft.write(zlib.compress(content))
                Path(draft.name).chmod(0o444)
                Path(draft.name).replace(path)
        except OSError as problem:
            raise unwritable(path, problem, HistoryUnavailable) from None
        return name

    def merge_base(self, first: str, second: str) -> str:
        """The best common ancestor of two revisions. Raises HistoryUnavailable when there is none here."""
        left, right = self.resolve(first), self.resolve(second)
        found = self.fork(left, right)
        if found is None:
            raise HistoryUnavailable(
                message(
                    "The commits {first} and {second} have no common ancestor here.",
                    first=short_commit(left),
                    second=short_commit(right),
                ),
                hint=self._absence(),
            )
        return found

    def fork(self, first: str, second: str) -> str | None:
        """The best common ancestor of two commits that are here, None when they have none here.

        In a shallow clone there may be another one, beyond the depth, unless it is one of the two.
        """
        if f"{first}...{second}" in self._met:
            return self._met[f"{first}...{second}"]
        answer = self.git.run("merge-base", first, second, accept=(0, 1))
        return answer.text if answer.code == 0 else None

    def inside(self, directory: Path) -> str:
        """A directory as git names it: POSIX, from the root, empty for the root itself."""
        absolute = directory.resolve()
        root = self.root.resolve()
        if not absolute.is_relative_to(root):
            raise HistoryUnavailable(
                message("{directory} is not inside the repository at {root}.", directory=directory, root=self.root),
                hint=message("Keep the knowledge directory in the repository whose history is asked for."),
            )
        path = absolute.relative_to(root).as_posix()
        return "" if path == "." else path

    def _named(self, ref: str, below: str) -> str | None:
        answer = self.git.attempt("symbolic-ref", "--quiet", ref)
        return answer.text.removeprefix(below) if answer.code == 0 and answer.text.startswith(below) else None

    def _absence(self) -> Message:
        if self.shallow:
            return message(
                "This is a shallow clone. Set `fetch-depth: 0` for actions/checkout (GitLab: `GIT_DEPTH: 0`), "
                "or run `git fetch --unshallow`.",
            )
        return message("Check the spelling, or fetch it first (`git fetch`).")


@dataclass(frozen=True, slots=True)
class _Setting:
    """One line of git's configuration, its ``value`` only where it names a person; ``file`` is None where no file has it.

    ``is_own``: it is of this repository, and not of the user or the machine.
    """

    key: str
    file: Path | None
    is_on: bool
    is_own: bool
    value: str = ""

    @property
    def section(self) -> str:
        return self.key.partition(".")[0]

    @property
    def subsection(self) -> str:
        return self.key.partition(".")[2].rpartition(".")[0]


def _damaged(ref: str) -> HistoryUnavailable:
    return HistoryUnavailable(
        message("The ref {ref} leads to no commit that is in this clone.", ref=ref),
        hint=message("Run `git fsck`, or clone again."),
    )


def _top(start: Path, environ: Mapping[str, str]) -> Path | None:
    """The nearest directory with a ``.git``, whatever that is, up to those that the user's ceilings exclude."""
    ceilings = {Path(os.path.realpath(place)) for place in environ.get("GIT_CEILING_DIRECTORIES", "").split(os.pathsep) if place}
    above = list(start.parents)
    reach = next((index for index, place in enumerate(above) if place in ceilings), len(above))
    return next((place for place in (start, *above[:reach]) if os.path.lexists(place / ".git")), None)


def _settings(git: Git, root: Path) -> Iterator[_Setting]:
    """Everything that configures git here, with the file that has it."""
    words = git.run("config", "--list", "--show-scope", "--show-origin", "-z").text.split("\0")
    for scope, origin, entry in zip(words[::3], words[1::3], words[2::3], strict=False):
        kind, _, name = origin.partition(":")
        key, _, value = entry.partition("\n")
        file = root / name if kind == "file" else None
        person = " ".join(value.encode("utf-8", "replace").decode().split()) if key in ("user.name", "user.email") else ""
        yield _Setting(key, file, value.lower() not in ("false", "no", "off", "0"), scope in ("local", "worktree"), person)


def _committer(settings: Sequence[_Setting]) -> str:
    """The person whom git names in commits; of several lines the last one counts."""
    said = {each.key: each.value for each in settings if each.value}
    name, address = said.get("user.name", ""), said.get("user.email", "")
    return f"{name} <{address}>" if name and address else name or address


def _refuse_foreign(root: Path, settings: Sequence[_Setting], environ: Mapping[str, str] | None) -> None:
    """Raise HistoryUnavailable where a committed file configures git, as with ``include.path = ../.gitconfig``.

    A branch could then let git run any program. Files of the repository itself, and the user's own that lie in the tree, may;
    so may what the user keeps in a repository that has nothing to do with this one.
    """
    found: dict[tuple[Path, bool], str] = {}
    for each in settings:
        if each.file is not None and not QUIET.fullmatch(each.key):
            found.setdefault((each.file, each.is_own), each.key)
    for (file, is_own), key in found.items():
        holders = (top for place in (*links_on(file), Path(os.path.realpath(file))) for top in holders_of(place, environ=environ))
        if any(is_own or top.is_relative_to(root) or _holds(top, root, environ) for top in holders):
            raise HistoryUnavailable(
                message("Git is configured by {file}, which a branch can change: it sets {key}.", file=file, key=key),
                hint=message("Copy what you need of it to .git/config, and take the include of it out of git's configuration."),
            )


def holders_of(place: Path, *, environ: Mapping[str, str] | None) -> Iterator[Path]:
    """The tops of the repositories that have a file or link, or the submodule that it lies in, under version control."""
    real = Path(os.path.realpath(place.parent), place.name)
    if ".git" not in real.parts:
        yield from (top for top in real.parents if os.path.lexists(top / ".git") and _holds(top, real, environ))


def _holds(top: Path, path: Path, environ: Mapping[str, str] | None) -> bool:
    """Whether a path, or a submodule or link that it lies in, is in the index of a repository. Raises HistoryUnavailable."""
    steps = {each.relative_to(top).as_posix() for each in (path, *path.parents) if top in each.parents}
    # Told where its data lie, git looks for no other repository, and it fetches nothing that this one may lack.
    git = Git(top, environ=environ, data=top / ".git")
    listed = git.run("ls-files", "-z", "--", *sorted(steps), extra={"GIT_ALLOW_PROTOCOL": "none"}) if steps else None
    return listed is not None and not steps.isdisjoint(listed.text.split("\0"))
