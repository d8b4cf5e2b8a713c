"""Whether the files that are planned hold what was applied last, told from the two commits.

Which commit is the base was found by ``history``; what a difference of the contents means belongs to ``planner``.
"""

from kbsync.display import short_commit
from kbsync.errors import HistoryUnavailable
from kbsync.history.base import Base
from kbsync.history.repository import Repository
from kbsync.history.snapshot import snapshot
from kbsync.messages import message
from kbsync.plan import BaseKind, Problem, ProblemKind
from kbsync.usecases.workspace import Workspace

__all__ = ["find_divergence"]


def find_divergence(repository: Repository, base: Base, workspace: Workspace) -> tuple[Problem, ...]:
    """A problem where a plan would, or might, take back what others brought in: the base is no ancestor of what is checked out.

    Where the clone is cut off nobody can tell, and then that is the problem. Where the knowledge is the same in spite of it
    nothing is taken back, and there is none.
    """
    head = repository.head()
    if base.commit is None or head is None or head == base.commit:
        return ()
    fork = repository.fork(head, base.commit)
    if fork == base.commit or _same(repository, workspace, head, base.commit):
        return ()
    if fork == head:
        return (_older(head, base),)
    if repository.is_shallow():
        return (_untold(head, base),)
    if fork is None:
        return (_unrelated(head, base),)
    return () if _same(repository, workspace, fork, base.commit) else (_diverged(head, fork, base),)


def _same(repository: Repository, workspace: Workspace, one: str, other: str) -> bool:
    """Whether the knowledge is known to be the same at two commits."""
    try:
        return snapshot(repository, one, workspace.directory) == snapshot(repository, other, workspace.directory)
    except HistoryUnavailable:
        return False


def _untold(head: str, base: Base) -> Problem:
    commits = {"head": short_commit(head), "base": short_commit(base.commit)}
    words = (
        message("whether these files ({head}) hold the base {base} cannot be told, because this clone is shallow", **commits)
        if base.kind is BaseKind.GIVEN
        else message(
            "whether these files ({head}) hold what was last applied ({base}) cannot be told, because this clone is shallow: set "
            "`fetch-depth: 0` for actions/checkout (GitLab: `GIT_DEPTH: 0`) or run `git fetch --unshallow`, then plan again",
            **commits,
        )
    )
    return Problem(ProblemKind.DIVERGED, words, blocking=False)


def _unrelated(head: str, base: Base) -> Problem:
    commits = {"head": short_commit(head), "base": short_commit(base.commit)}
    words = (
        message("these files ({head}) and the base {base} have no history in common", **commits)
        if base.kind is BaseKind.GIVEN
        else message(
            "these files ({head}) and what was last applied ({base}) have no history in common: the plan takes back whatever is "
            "not in these files; if that is meant, say so with --base {base}",
            **commits,
        )
    )
    return Problem(ProblemKind.DIVERGED, words, blocking=False)


def _older(head: str, base: Base) -> Problem:
    commits = {"head": short_commit(head), "base": short_commit(base.commit)}
    words = (
        message("these files ({head}) are older than the base {base}: the plan takes later commits back", **commits)
        if base.kind is BaseKind.GIVEN
        else message(
            "these files ({head}) are older than what was last applied ({base}): the plan takes later commits back; check out "
            "the newest commit, or, if going back is meant, say so with --base {base}",
            **commits,
        )
    )
    return Problem(ProblemKind.DIVERGED, words, blocking=False)


def _diverged(head: str, fork: str, base: Base) -> Problem:
    commits = {"head": short_commit(head), "fork": short_commit(fork), "base": short_commit(base.commit)}
    words = (
        message(
            "these files ({head}) left the history of the base {base} at {fork}: the plan takes back what came in there since",
            **commits,
        )
        if base.kind is BaseKind.GIVEN
        else message(
            "these files ({head}) lack commits that are applied already ({base}; the histories part at {fork}): the plan takes "
            "back what others brought in since; merge or rebase first, or, if that is meant, say so with --base {base}",
            **commits,
        )
    )
    return Problem(ProblemKind.DIVERGED, words, blocking=False)
