"""The refs of kbsync and the remote that shares them: their names, read, fetched, and moved by compare-and-swap.

A push with lease carries the value that the ref must still have, and the remote checks it while it holds the ref: of several
pushes with the same expectation exactly one takes effect.
"""

import hashlib
import re
from dataclasses import dataclass

from kbsync.errors import HistoryUnavailable
from kbsync.history.git import NETWORK_SECONDS, Answer
from kbsync.history.repository import Repository
from kbsync.messages import Message, message

__all__ = ["DEFAULT_DIRECTORY", "Remote", "applied_ref", "check_target", "lock_ref"]


CONTENTION = (
    "stale info",
    "cannot lock ref",
    "failed to update ref",
    "incorrect old value",
    "reference already exists",
    "fetch first",
)
"""What git and its servers say of a push whose expectation no longer holds, or that met another one on the ref."""

COMPONENT = re.compile(r"(?!.*\.\.)(?!.*\.lock$)[A-Za-z0-9_][A-Za-z0-9._-]*(?<!\.)")
"""One component of a ref by the rules of git-check-ref-format, narrowed to letters, digits, dot, dash and underscore."""


DEFAULT_DIRECTORY = "knowledge"
"""The directory whose applied ref has the target's plain name, which once was that of every directory."""


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

    def read(self, ref: str, *, seconds: float = NETWORK_SECONDS) -> str | None:
        """The full object id that a ref on the remote has now, None when it does not exist.

        Raises HistoryUnavailable when the remote cannot be asked within that many seconds.
        """
        answer = self.repository.git.attempt("ls-remote", "--quiet", "--", self._address(), ref, seconds=seconds)
        if answer.code != 0:
            raise _unreadable(self.name, answer)
        # The argument is a pattern that also matches longer names.
        return next((line.partition("\t")[0] for line in answer.text.split("\n") if line.endswith(f"\t{ref}")), None)

    def fetch(self, ref: str) -> None:
        """Bring the objects of one ref here and move no ref of this clone.

        In a shallow clone only the tip is brought, so call it for objects that are missing: of a commit that is here already,
        the history below would be cut off. Raises HistoryUnavailable when the ref cannot be had.
        """
        depth = ("--depth=1",) if self.repository.is_shallow() else ()
        options = ("--quiet", "--no-tags", "--no-prune", "--no-write-fetch-head", "--refmap=", "--recurse-submodules=no")
        answer = self.repository.git.attempt("fetch", *options, *depth, "--", self._address(), ref, seconds=NETWORK_SECONDS)
        if answer.code != 0:
            raise _unreadable(self.name, answer)

    def move(self, ref: str, *, old: str | None, new: str | None, seconds: float = NETWORK_SECONDS) -> str | None:
        """Move a ref from ``old`` to ``new`` (None: it does not exist) and return what it is now.

        The result is ``new`` if, and only if, it is there; anything else is what somebody else made of it. A push whose answer
        was lost is settled by looking. Raises HistoryUnavailable when the remote refuses the push or cannot be asked.
        """
        # The user's pre-push hook is for the user's own branches.
        options = ("--porcelain", "--quiet", "--no-verify", "--no-signed", "--no-follow-tags", "--recurse-submodules=no")
        change = (f"--force-with-lease={ref}:{old or ''}", "--", self.name, f"{new or ''}:{ref}")
        answer = self.repository.git.attempt("push", *options, *change, seconds=seconds)
        if answer.code == 0:
            return new
        now = self.read(ref, seconds=seconds)
        said = answer.text + answer.complaint
        if now == old != new and not any(words in said for words in CONTENTION):
            raise _refused(self.name, ref, answer=answer)
        return now

    def _address(self) -> str:
        """Where its refs are read: where they are written, which a mirror for reading may follow late or never."""
        if not self.repository.split:
            return self.name
        return self.repository.git.run("remote", "get-url", "--push", "--", self.name).text.partition("\n")[0]


def applied_ref(target: str, directory: str = DEFAULT_DIRECTORY) -> str:
    """The ref that names the commit which was last applied in full to a target from a directory (POSIX, from the root).

    Each directory has its own, because two of one repository may give their targets the same name.
    """
    own = (
        ""
        if directory == DEFAULT_DIRECTORY
        else f"@{hashlib.sha256(directory.encode('utf-8', 'surrogateescape')).hexdigest()[:12]}"
    )
    return f"refs/kbsync/applied/{check_target(target)}{own}"


def lock_ref(target: str) -> str:
    """The ref whose existence on the remote means that somebody applies to a target."""
    return f"refs/kbsync/lock/{check_target(target)}"


def check_target(target: str) -> str:
    """The name of a target, which must do as a component of a ref and of a file name; raises HistoryUnavailable if not."""
    if COMPONENT.fullmatch(target) is None:
        raise HistoryUnavailable(
            message("The target name {target} cannot be part of a git ref.", target=repr(target)),
            hint=message("Use letters, digits, `-`, `_` and single dots inside; the name must not end in `.lock`."),
        )
    return target


def _unreadable(remote: str, answer: Answer) -> HistoryUnavailable:
    return HistoryUnavailable(
        message("The git remote {remote} cannot be read: {reason}", remote=remote, reason=answer.reason),
        hint=message(
            "Check the network and the credentials for it; in CI let the checkout step keep them "
            "(actions/checkout: `persist-credentials: true`).",
        ),
    )


def _refused(remote: str, ref: str, *, answer: Answer) -> HistoryUnavailable:
    if answer.code is None:
        return HistoryUnavailable(
            message("Pushing {ref} to {remote} failed: {reason}", ref=ref, remote=remote, reason=answer.reason),
            hint=message("Check the network and the remote, then try again."),
        )
    return HistoryUnavailable(
        message("The git remote {remote} refused a push to {ref}: {reason}", remote=remote, ref=ref, reason=_rejection(answer)),
        hint=_right(),
    )


def _rejection(answer: Answer) -> str:
    said = [line.split("\t")[-1] for line in answer.text.splitlines() if line.startswith("!\t")]
    return " ".join(dict.fromkeys([answer.reason, *said]))


def _right() -> Message:
    return message(
        "An apply needs the right to push to refs/kbsync/. GitHub Actions: `permissions: contents: write` and "
        "`persist-credentials: true`; runs for pull requests from forks never have it. "
        "Elsewhere: a deploy key or a token that may write.",
    )
