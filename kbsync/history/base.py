"""The base of a three-way plan: the commit that git's side is compared with."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from kbsync.display import short_commit
from kbsync.errors import HistoryUnavailable
from kbsync.history.applied_ref import last_seen, read_record
from kbsync.history.remote import Remote, TargetRefs
from kbsync.history.repository import Repository
from kbsync.history.snapshot import snapshot
from kbsync.messages import Message, message
from kbsync.plan import BaseKind, Problem, ProblemKind

__all__ = ["Base", "find_base", "find_divergence", "joined_branch"]


EXACT = "CI_MERGE_REQUEST_DIFF_BASE_SHA"
BRANCH = ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "KBSYNC_BASE")
"""The variables in which CI names what a pull request joins."""


@dataclass(frozen=True, slots=True)
class Base:
    """The base: a full commit id, or None when there is none; ``notes`` name what was used and why, or what was not.

    ``doubt`` is why the commit last applied could not be read: then the base is the best guess, for those who only look.
    ``receipts`` is the commit of the last receipt, where the base is the commit last applied.
    """

    commit: str | None
    kind: BaseKind
    notes: tuple[Message, ...] = ()
    doubt: HistoryUnavailable | None = None
    receipts: str | None = None

    def __post_init__(self) -> None:
        if (self.commit is None) != (self.kind is BaseKind.NONE):
            raise ValueError("a base has a commit, or is none")


def find_base(
    repository: Repository,
    refs: TargetRefs,
    *,
    given: str | None,
    environ: Mapping[str, str],
    shared: bool = True,
) -> Base:
    """The first of: the revision given; the commit last applied; in a pull request, its merge base; none.

    ``environ`` has the variables of CI for a pull request. Not ``shared``: the remote is not asked. Raises
    HistoryUnavailable only when a revision was given and is not here; where the commit last applied cannot be read, that is the
    ``doubt`` of what is found in its place.
    """
    if given is not None:
        chosen = repository.resolve(given)
        return Base(chosen, BaseKind.GIVEN, (message("Base: {commit}, as given.", commit=short_commit(chosen)),))
    try:
        record = read_record(repository, refs, shared=shared)
    except HistoryUnavailable as problem:
        return _guess(repository, refs, environ, problem)
    commit = record.applied
    if commit is not None:
        used = message("Base: {commit}, the commit last applied to {target}.", commit=short_commit(commit), target=refs.target)
        return Base(commit, BaseKind.APPLIED, (used,), receipts=record.receipts)
    merged = _merge_base(repository, environ)
    if merged is not None:
        return merged
    none = message("No base: nothing was applied to {target} from git so far, and this is no pull request.", target=refs.target)
    return Base(None, BaseKind.NONE, (none,))


def _guess(repository: Repository, refs: TargetRefs, environ: Mapping[str, str], problem: HistoryUnavailable) -> Base:
    """The copy of the applied ref here; in a pull request, its merge base; none."""
    notes = (
        message("Which commit was last applied to {target} is not known:", target=refs.target),
        problem.message,
        *filter(None, (problem.hint,)),
    )
    copy = last_seen(repository, refs)
    if copy is not None:
        used = message("Base: {commit}, the one that this clone saw last; it may be old.", commit=short_commit(copy))
        return Base(copy, BaseKind.APPLIED, (*notes, used), problem)
    merged = _merge_base(repository, environ)
    if merged is not None:
        return replace(merged, notes=(*notes, *merged.notes), doubt=problem)
    return Base(None, BaseKind.NONE, (*notes, message("No base: every cause is unknown.")), problem)


def _merge_base(repository: Repository, environ: Mapping[str, str]) -> Base | None:
    """The base of the pull request, which is none with a reason when it is not here; None outside a pull request."""
    exact, branch = environ.get(EXACT), next((environ[name] for name in BRANCH if environ.get(name)), None)
    wanted = exact or branch
    if not wanted:
        return None
    try:
        commit = (repository.meet(exact) or repository.resolve(exact)) if exact else _fork(repository, wanted)
    except HistoryUnavailable as problem:
        unknown = message("No base: where this pull request left {branch} is not known.", branch=branch or wanted)
        return Base(None, BaseKind.NONE, (unknown, problem.message, *filter(None, (problem.hint,))))
    used = message("Base: {commit}, where this pull request left {branch}.", commit=short_commit(commit), branch=branch or wanted)
    return Base(commit, BaseKind.MERGE_BASE, (used,))


def branch_point(repository: Repository, environ: Mapping[str, str]) -> str | None:
    """The commit where a pull request left its branch, the one that is checked out elsewhere; None where there is none."""
    found = _merge_base(repository, environ)
    return repository.head() if found is None else found.commit


def joined_branch(repository: Repository, environ: Mapping[str, str], *, given: str | None = None) -> str | None:
    """The branch that a pull request joins, or the commit of it that CI names; else the ``given`` base where it is a branch.

    None outside a pull request.
    """
    branch = next((_tracking(repository, environ[name]) for name in BRANCH if environ.get(name)), None)
    if given in (None, "HEAD", "@") or environ.get(EXACT) or branch:
        return environ.get(EXACT) or branch
    return repository.branch_named(str(given))


def _fork(repository: Repository, name: str) -> str:
    """Where the branch was left; the local one counts where the remote's was never fetched."""
    tracking = _tracking(repository, name)
    return repository.merge_base("HEAD", tracking if repository.meet(tracking) is not None else name)


def _tracking(repository: Repository, name: str) -> str:
    """The branch as the remote had it when it was last fetched: the local one may be old, and in CI it is missing."""
    remote = Remote.of(repository)
    return name if remote is None else f"refs/remotes/{remote.name}/{name}"


def find_divergence(repository: Repository, base: Base, directory: Path) -> tuple[Problem, ...]:
    """A problem where a plan would, or might, take back what others brought in: the base is no ancestor of what is checked out.

    Where the clone is cut off this is unknown, and then that is the problem. Where the knowledge is the same in spite of it
    nothing is taken back, and there is none.
    """
    head = repository.head()
    if base.commit is None or head is None or head == base.commit:
        return ()
    fork = repository.fork(head, base.commit)
    if fork == base.commit or _same(repository, directory, head, base.commit):
        return ()
    if fork == head:
        return _divergence(base, OLDER, head=head)
    if repository.shallow:
        return _divergence(base, UNTOLD, head=head)
    if fork is None:
        return _divergence(base, UNRELATED, head=head)
    return () if _same(repository, directory, fork, base.commit) else _divergence(base, DIVERGED, head=head, fork=fork)


def _same(repository: Repository, directory: Path, one: str, other: str) -> bool:
    """Whether the knowledge is known to be the same at two commits."""
    try:
        return snapshot(repository, one, directory) == snapshot(repository, other, directory)
    except HistoryUnavailable:
        return False


UNTOLD = (
    message("whether these files ({head}) hold the base {base} cannot be told, because this clone is shallow"),
    message(
        "whether these files ({head}) hold what was last applied ({base}) cannot be told, because this clone is shallow: set "
        "`fetch-depth: 0` for actions/checkout (GitLab: `GIT_DEPTH: 0`) or run `git fetch --unshallow`, then plan again"
    ),
)
UNRELATED = (
    message("these files ({head}) and the base {base} have no history in common"),
    message(
        "these files ({head}) and what was last applied ({base}) have no history in common: the plan takes back whatever is "
        "not in these files; if that is meant, say so with --base {base}"
    ),
)
OLDER = (
    message("these files ({head}) are older than the base {base}: the plan takes later commits back"),
    message(
        "these files ({head}) are older than what was last applied ({base}): the plan takes later commits back; check out "
        "the newest commit, or, if going back is meant, say so with --base {base}"
    ),
)
DIVERGED = (
    message("these files ({head}) left the history of the base {base} at {fork}: the plan takes back what came in there since"),
    message(
        "these files ({head}) lack commits that are applied already ({base}; the histories part at {fork}): the plan takes "
        "back what others brought in since; merge or rebase first, or, if that is meant, say so with --base {base}"
    ),
)
"""Each way in which files and base can diverge, in words for a base that the user gave, and for the one that was applied last."""


def _divergence(base: Base, words: tuple[Message, Message], **commits: str | None) -> tuple[Problem, ...]:
    given, applied = words
    chosen = given if base.kind is BaseKind.GIVEN else applied
    values = {name: short_commit(commit) for name, commit in commits.items()}
    return (Problem(ProblemKind.DIVERGED, chosen.fill(**values, base=short_commit(base.commit)), blocking=False),)
