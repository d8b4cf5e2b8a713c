"""Which commit stands for "as it was": the base of a three-way plan."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kbsync.display import short_commit
from kbsync.errors import HistoryUnavailable
from kbsync.history.applied_ref import last_seen, read_record
from kbsync.history.remote import Remote, TargetRefs
from kbsync.history.repository import Repository
from kbsync.messages import Message, message
from kbsync.plan import BaseKind

__all__ = ["Base", "find_base", "joined_branch"]


EXACT = "CI_MERGE_REQUEST_DIFF_BASE_SHA"
BRANCH = ("GITHUB_BASE_REF", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "KBSYNC_BASE")
"""Where CI says what a pull request joins."""


@dataclass(frozen=True, slots=True)
class Base:
    """The base: a full commit id, or None when there is none; ``notes`` say what was used and why, or what was not.

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

    ``environ`` is where CI says that it runs for a pull request. Not ``shared``: the remote is not asked. Raises
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


def joined_branch(repository: Repository, environ: Mapping[str, str]) -> str | None:
    """The branch that a pull request joins, or the commit of it that CI names; None outside a pull request."""
    branch = next((_tracking(repository, environ[name]) for name in BRANCH if environ.get(name)), None)
    return environ.get(EXACT) or branch


def _fork(repository: Repository, name: str) -> str:
    """Where the branch was left; the local one counts where the remote's was never fetched."""
    tracking = _tracking(repository, name)
    return repository.merge_base("HEAD", tracking if repository.meet(tracking) is not None else name)


def _tracking(repository: Repository, name: str) -> str:
    """The branch as the remote had it when it was last fetched: the local one may be old, and in CI it is missing."""
    remote = Remote.of(repository)
    return name if remote is None else f"refs/remotes/{remote.name}/{name}"
