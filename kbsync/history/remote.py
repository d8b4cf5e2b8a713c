"""The refs of kbsync and the remote that shares them: their names, read, fetched, and moved by compare-and-swap.

A push with lease carries the value that the ref must still have, and the remote checks it while it holds the ref: of several
pushes with the same expectation exactly one takes effect.
"""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from kbsync.errors import HistoryUnavailable
from kbsync.history.git import NETWORK_SECONDS, Answer
from kbsync.history.repository import Repository
from kbsync.messages import Message, message

__all__ = ["TargetRefs", "find_editor"]


CONTENTION = (
    "stale info",
    "cannot lock ref",
    "failed to update ref",
    "incorrect old value",
    "reference already exists",
    "fetch first",
)
"""The words of git and its servers for a push whose expectation no longer holds, or that met another one on the ref."""

COMPONENT = re.compile(r"(?!.*\.\.)(?!.*\.lock$)[A-Za-z0-9_][A-Za-z0-9._-]*(?<!\.)")
"""One component of a ref by the rules of git-check-ref-format, narrowed to letters, digits, dot, dash and underscore."""

LOST = re.compile(r"bad object (refs/kbsync/\S+)")
"""The words of a remote for a push where another ref leads to an object that it does not have."""

HIDDEN = re.compile(r"(remote: )?error: (refs/kbsync/\S+) does not point to a valid object")
"""The same of a remote whose git is older than 2.34: it leaves such a ref out of all its answers, as if there were none."""

FORGE = re.compile(
    r"(?:(?:(?P<web>https?)|ssh|git)://(?:[^/]*@)?(?P<host>[\w.-]+)(?P<port>:\d+)?/|(?:[^/]*@)?(?P<scp>[\w.-]+):)"
    r"/?(?P<path>[\w.~-]+/[\w./~-]+?)(?:\.git)?/*",
    re.ASCII,
)
"""The address of a repository at a forge, in the three ways of writing it; of what stands before the host nothing is kept."""

DEFAULT_DIRECTORY = "knowledge"
"""The directory whose applied ref has the application's plain name."""


@dataclass(frozen=True, slots=True)
class TargetRefs:
    """The refs of a target. They belong to its application, the applied one also to the knowledge directory.

    ``target`` is what people call it, ``application`` what settings.Target calls its key: nothing here depends on the name but
    what an older kbsync made and looks for. ``directory`` is POSIX, from the root. ``names_it`` decides by an older
    ``kbsync.yaml`` whether the target was the same application then. Raises HistoryUnavailable for a key that no ref can carry.
    """

    target: str
    application: str
    directory: str = DEFAULT_DIRECTORY
    names_it: Callable[[bytes], bool] = field(default=lambda _settings: True, repr=False, compare=False)

    def __post_init__(self) -> None:
        if COMPONENT.fullmatch(self.application) is None:
            raise HistoryUnavailable(
                message("The target name {target} cannot be part of a git ref.", target=repr(self.application)),
                hint=message("Use letters, digits, `-`, `_` and single dots inside; the name must not end in `.lock`."),
            )

    @property
    def applied(self) -> str:
        """Names the commit that was last applied in full from the directory."""
        return self._applied(self.application)

    @property
    def locks(self) -> tuple[str, ...]:
        """A ref that exists while an apply runs, and what an older kbsync calls it: for one version both are held."""
        return tuple(f"refs/kbsync/lock/{name}" for name in self.names)

    @property
    def receipts(self) -> str:
        """The last of the commits that hold the receipts."""
        return f"refs/kbsync/receipts/{self.application}"

    @property
    def former_applied(self) -> tuple[str, ...]:
        """What ``applied`` was called before, most exact first; the last one was that of all directories once."""
        if COMPONENT.fullmatch(self.target) is None:
            return ()
        found = dict.fromkeys((self._applied(self.target), f"refs/kbsync/applied/{self.target}"))
        return tuple(ref for ref in found if ref != self.applied)

    @property
    def names(self) -> tuple[str, ...]:
        """The application's key, and the target's name where that is another one and may have been used in its place."""
        former = () if self.target == self.application or COMPONENT.fullmatch(self.target) is None else (self.target,)
        return self.application, *former

    def _applied(self, name: str) -> str:
        own = hashlib.sha256(self.directory.encode("utf-8", "surrogateescape")).hexdigest()[:12]
        return f"refs/kbsync/applied/{name}" + ("" if self.directory == DEFAULT_DIRECTORY else f"@{own}")


@dataclass(frozen=True, slots=True)
class Remote:
    """The remote that all runners share, by its name in this clone."""

    repository: Repository
    name: str

    @classmethod
    def of(cls, repository: Repository) -> "Remote | None":
        """The remote called ``origin``, else the only one, None when there is none.

        Raises HistoryUnavailable when there are several and none is called origin.
        """
        names = repository.remotes
        if "origin" in names:
            return cls(repository, "origin")
        if len(names) > 1:
            raise HistoryUnavailable(
                message("There are several git remotes and none is called origin: {names}.", names=", ".join(names)),
                hint=message("Give the one that all runners share that name: `git remote rename {name} origin`.", name=names[0]),
            )
        return cls(repository, names[0]) if names else None

    def read(self, *refs: str, seconds: float = NETWORK_SECONDS) -> dict[str, str]:
        """The full object ids that refs on the remote have now, without those that do not exist.

        Raises HistoryUnavailable when the remote cannot be asked within that many seconds.
        """
        answer = self.repository.git.attempt("ls-remote", "--quiet", "--", self._address(), *refs, seconds=seconds)
        if answer.code != 0:
            raise _unreadable(self.name, answer)
        hidden = next((each[2] for each in HIDDEN.finditer(answer.complaint) if each[2] in refs), None)
        if hidden is not None:
            lost = message("The git remote {remote} has lost what {ref} leads to.", remote=self.name, ref=hidden)
            raise HistoryUnavailable(lost, hint=_way_there(hidden))
        # The arguments are patterns that also match longer names.
        found = (line.partition("\t") for line in answer.text.split("\n"))
        return {ref: identity for identity, _, ref in found if ref in refs}

    def fetch(self, ref: str, *, whole: bool = False) -> None:
        """Bring the objects of one ref here and move no ref of this clone.

        In a shallow clone only the tip is brought, unless the ``whole`` is asked for, so call it for objects that are missing: of
        a commit that is here already, the history below would be cut off. Raises HistoryUnavailable when the ref cannot be had.
        """
        depth = ("--depth=1",) if not whole and self.repository.shallow else ()
        answer = self._fetch("--no-prune", *depth, refs=[ref])
        if answer.code != 0:
            raise _unreadable(self.name, answer)

    def copy(self, *refs: str, seconds: float = NETWORK_SECONDS) -> dict[str, str]:
        """What ``read`` returns, with the objects: the refs are copied here in one contact.

        A copy of what the remote no longer has is removed. A shallow clone and a remote that lacks an object are only read.
        Raises HistoryUnavailable when the remote cannot be asked within that many seconds.
        """
        if self.repository.shallow:
            return self.read(*refs)
        # A pattern, because a ref that does not exist would be an error; it ends with the whole name and matches no other.
        patterns = (ref.replace("/kbsync/", "/kbsyn*/", 1) for ref in refs)
        answer = self._fetch("--prune", refs=[f"+{each}:{each}" for each in patterns], seconds=seconds)
        if answer.code is None:
            raise _unreadable(self.name, answer)
        if answer.code != 0 or HIDDEN.search(answer.complaint):
            return self.read(*refs)
        listed = self.repository.git.run("for-each-ref", "--format=%(refname) %(objectname)", "--", *refs).text
        found = (line.split(" ") for line in listed.splitlines())
        return {ref: identity for ref, identity in found if ref in refs}

    def _fetch(self, *options: str, refs: Sequence[str], seconds: float = NETWORK_SECONDS) -> Answer:
        options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--refmap=", "--recurse-submodules=no", *options)
        return self.repository.git.attempt("fetch", *options, "--", self._address(), *refs, seconds=seconds)

    def move(
        self, old: Mapping[str, str | None], new: Mapping[str, str | None], *, seconds: float = NETWORK_SECONDS
    ) -> dict[str, str | None]:
        """Move refs from ``old`` to ``new`` (None: there is none), all or none where the remote can; returns what each is now.

        That is ``new`` if, and only if, it is there; anything else is what another run made of it. A push whose answer was lost
        is settled by looking. Raises HistoryUnavailable when the remote refuses the push or cannot be asked.
        """
        # The user's pre-push hook is for the user's own branches.
        options = (
            "--porcelain",
            "--quiet",
            "--no-verify",
            "--no-signed",
            "--no-thin",
            "--no-follow-tags",
            "--recurse-submodules=no",
        )
        atomic = ("--atomic",) if len(new) > 1 else ()
        leases = [f"--force-with-lease={ref}:{old[ref] or ''}" for ref in new]
        changes = [f"{identity or ''}:{ref}" for ref, identity in new.items()]
        answer = self.repository.git.attempt("push", *options, *atomic, *leases, "--", self.name, *changes, seconds=seconds)
        if answer.code == 0:
            return dict(new)
        if atomic and "does not support --atomic" in answer.complaint:
            return {ref: self.move({ref: old[ref]}, {ref: new[ref]}, seconds=seconds)[ref] for ref in new}
        found = self.read(*new, seconds=seconds)
        now = {ref: found.get(ref) for ref in new}
        said = answer.text + answer.complaint
        if now == old != new and not any(words in said for words in CONTENTION):
            raise _refused(self, next(iter(new)), answer=answer)
        return now

    def way_without(self, ref: str) -> Message:
        """How to delete a ref of kbsync that is of no use."""
        return message("Delete it with `git push {remote} :{ref}`: the next apply begins it anew.", remote=self.name, ref=ref)

    def _address(self) -> str:
        """Where its refs are read: where they are written, which a mirror for reading may follow late or never."""
        if not self.repository.split:
            return self.name
        return self.repository.git.run("remote", "get-url", "--push", "--", self.name).text.partition("\n")[0]


def _unreadable(remote: str, answer: Answer) -> HistoryUnavailable:
    return HistoryUnavailable(
        message("The git remote {remote} cannot be read: {reason}", remote=remote, reason=answer.reason),
        hint=message(
            "Check the network and the credentials for it. In GitHub Actions the action hands git its input `token` for its own "
            "step; a workflow of your own can let actions/checkout keep them.",
        ),
    )


def _refused(remote: Remote, ref: str, *, answer: Answer) -> HistoryUnavailable:
    if answer.code is None:
        return HistoryUnavailable(
            message("Pushing {ref} to {remote} failed: {reason}", ref=ref, remote=remote.name, reason=answer.reason),
            hint=message("Check the network and the remote, then try again."),
        )
    lost = LOST.search(answer.complaint)
    hidden = next((each[2] for each in HIDDEN.finditer(answer.complaint) if each[1]), None)
    otherwise = _RIGHT if hidden is None else _way_there(hidden)
    return HistoryUnavailable(
        message(
            "The git remote {remote} refused a push to {ref}: {reason}", remote=remote.name, ref=ref, reason=_rejection(answer)
        ),
        hint=otherwise if lost is None else remote.way_without(lost[1]),
    )


def _way_there(ref: str) -> Message:
    """A push cannot delete what the remote does not show."""
    return message(
        "Bring it back in the repository of the remote, or run `git update-ref -d {ref}` there: the next apply begins it anew.",
        ref=ref,
    )


def _rejection(answer: Answer) -> str:
    said = [line.split("\t")[-1] for line in answer.text.splitlines() if line.startswith("!\t")]
    return " ".join(dict.fromkeys([answer.reason, *said]))


_RIGHT = message(
    "An apply needs the right to push to refs/kbsync/. GitHub Actions: `permissions: contents: write` for the job; runs for "
    "pull requests from forks never have it. GitLab: Settings > CI/CD > Job token permissions, allow Git push requests. "
    "Elsewhere: a deploy key or a token that may write.",
)


def find_editor(repository: Repository) -> str:
    """The address at which GitHub or GitLab edits a file, up to its path from the top; empty where the remote is neither.

    On no branch it is where the file is shown, as of the commit. Credentials in the remote's address are not part of it.
    """
    branch, commit = repository.branch(), repository.head()
    name = "origin" if "origin" in repository.remotes else "".join(repository.remotes[:1])
    found = FORGE.fullmatch(repository.git.attempt("remote", "get-url", name).text) if name and commit else None
    if found is None or ".." in found["path"]:
        return ""
    host = (found["host"] or found["scp"]).lower().removeprefix("alt").removeprefix("ssh.")
    forge = next((each for each in ("github", "gitlab") if each in host), None)
    if forge is None:
        return ""
    place = f"{found['web'] or 'https'}://{host}{found['port'] or '' if found['web'] else ''}/{found['path']}"
    act = f"edit/{quote(branch, errors='replace')}" if branch else f"blob/{commit}"
    return f"{place}/{'-/' if forge == 'gitlab' else ''}{act}/"
