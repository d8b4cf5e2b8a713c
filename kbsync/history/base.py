"""The commit that a plan is compared with, the refs that an apply leaves to find it by, and the receipts.

The applied ref is the commit last applied to a target in full; it is moved only from where it was seen. Each receipt is a commit
on ``refs/kbsync/receipts/<application>`` with ``receipt.json``, numbered from 1 by its subject; the last one is shown by
``git show refs/kbsync/receipts/<application>:receipt.json``.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from kbsync.display import short_commit
from kbsync.errors import HistoryUnavailable
from kbsync.history.git import NETWORK_SECONDS
from kbsync.history.remote import DEFAULT_DIRECTORY, Remote, TargetRefs
from kbsync.history.repository import Repository
from kbsync.history.snapshot import read_objects, snapshot
from kbsync.messages import Message, message
from kbsync.plan import BaseKind, Problem, ProblemKind

__all__ = [
    "AppliedRecord",
    "Base",
    "advance",
    "find_base",
    "find_divergence",
    "joined_branch",
    "names_of_last",
    "number_of",
    "read_receipts",
    "read_record",
    "seen_record",
    "write_receipt",
]

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
    if base.commit is None or head == base.commit:
        return ()
    if head is None:
        return _divergence(base, UNBORN)
    fork = repository.fork(head, base.commit)
    if fork == base.commit or _same(repository, directory, head, base.commit):
        return ()
    if fork == head:
        return _divergence(base, OLDER, head=head)
    if repository.shallow or fork is None:
        return _divergence(base, UNTOLD if repository.shallow else UNRELATED, head=head)
    return () if _same(repository, directory, fork, base.commit) else _divergence(base, DIVERGED, head=head, fork=fork)


def _same(repository: Repository, directory: Path, one: str, other: str) -> bool:
    """Whether the knowledge is known to be the same at two commits."""
    try:
        return snapshot(repository, one, directory) == snapshot(repository, other, directory)
    except HistoryUnavailable:
        return False


UNBORN = (
    message("whether these files hold the base {base} cannot be told, because they belong to no commit yet"),
    message(
        "whether these files hold what was last applied ({base}) cannot be told, because they belong to no commit yet: check "
        "out the branch that they are of, or, if the plan may take back whatever is not in them, say so with --base {base}"
    ),
)
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


SETTINGS = "kbsync.yaml"
"""The file that every knowledge directory has."""


@dataclass(frozen=True, slots=True)
class AppliedRecord:
    """What git knows of a target: the commit last applied in full, and the commit of the last receipt; None without one.

    ``number`` is the last receipt's, where it was asked for.
    """

    applied: str | None = None
    receipts: str | None = None
    number: int = 0


def read_record(repository: Repository, refs: TargetRefs, *, shared: bool = True, keep: bool = True) -> AppliedRecord:
    """The commit that was last applied in full, its objects here, and the last receipt, which may be away.

    The remote is asked: the copy here is as old as the last look, and another runner may have applied since. Not ``shared``: it
    is left alone, as for a sandbox. A ref of an older form counts until there is one of this form. To ``keep`` is to have a copy
    for times without network. Raises HistoryUnavailable when the remote cannot be asked, and when the ref leads to no commit
    that can be had: neither is the same as none.
    """
    remote = Remote.of(repository) if shared else None
    if remote is None:
        local = (_taken_over(repository, refs, ref, repository.local(ref)) for ref in _names_of(refs))
        return AppliedRecord(next(filter(None, local), None), _names(repository, refs.receipts))
    found = (remote.copy if keep else remote.read)(*_names_of(refs), refs.receipts)
    receipts = found.get(refs.receipts)
    for ref in _names_of(refs):
        commit = _taken_over(repository, refs, ref, _bring(remote, ref, found[ref]) if ref in found else None)
        if commit is not None:
            if keep and (ref != refs.applied or repository.shallow):
                _remember(repository, refs.applied, commit=commit)
            return AppliedRecord(commit, receipts)
    return AppliedRecord(None, receipts)


def _names_of(refs: TargetRefs) -> tuple[str, ...]:
    return refs.applied, *refs.former_applied


def _taken_over(repository: Repository, refs: TargetRefs, ref: str, commit: str | None) -> str | None:
    """A commit that one of the refs names, if it is of this directory and this application, wherever the directory was then.

    What an older ref names is known by its settings. One that all directories shared is of this one where only one knowledge
    directory was in the commit: this one, or one that is gone.
    """
    if commit is None or ref == refs.applied:
        return commit
    listed = repository.git.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit, seconds=NETWORK_SECONDS).text
    settings = [name for name in listed.split("\0") if name.rpartition("/")[2] == SETTINGS]
    own = f"{refs.directory}/{SETTINGS}" if refs.directory else SETTINGS
    place = own if own in settings else settings[0] if len(settings) == 1 else None
    if ref == refs.former_applied[-1] and refs.directory != DEFAULT_DIRECTORY:
        gone = len(settings) == 1 and repository.git.attempt("cat-file", "-e", f"HEAD:{settings[0]}").code != 0
        if settings != [own] and not gone:
            return None
    if place is None:
        return commit
    said = repository.git.run("cat-file", "blob", f"{commit}:{place}", seconds=NETWORK_SECONDS).output
    return commit if refs.names_it(said) else None


def seen_record(repository: Repository, refs: TargetRefs, *, shared: bool = True) -> AppliedRecord:
    """The objects that the refs name, whatever they are and wherever they are. Raises HistoryUnavailable."""
    remote = Remote.of(repository) if shared else None
    if remote is None:
        return AppliedRecord(_names(repository, refs.applied), _names(repository, refs.receipts))
    found = remote.read(refs.applied, refs.receipts)
    return AppliedRecord(found.get(refs.applied), found.get(refs.receipts))


def last_seen(repository: Repository, refs: TargetRefs) -> str | None:
    """The copy of the ref in this clone, which may be old, for those who only look; None when it has none of use."""
    with suppress(HistoryUnavailable):
        return next(filter(None, (_taken_over(repository, refs, ref, repository.local(ref)) for ref in _names_of(refs))), None)
    return None


Refs = Mapping[str, str | None]


def advance(
    repository: Repository,
    refs: TargetRefs,
    old: Refs,
    new: Mapping[str, str],
    *,
    shared: bool = True,
    push: Callable[[Refs, Refs], Refs | None] = lambda _old, _new: None,
) -> None:
    """Move the applied ref or the receipts' or both, from what they were when the plan was made (None: there was none).

    With a remote they move there first, by compare-and-swap and at once, and the copies here follow. ``push`` may include other
    refs; None pushes these alone. Going back to an older commit is allowed, because that is what a rollback
    applies. Raises HistoryUnavailable when another run moved one meanwhile (it is left as it is), or when the remote refuses.
    """
    remote = Remote.of(repository) if shared else None
    if remote is None:
        new = {ref: identity for ref, identity in new.items() if ref != refs.receipts}
    move = remote.move if remote is not None else partial(_move_here, repository)
    now = (push(old, new) if remote is not None else None) or move(old, new)
    if now.get(refs.applied, "") is None and old[refs.applied] is not None and refs.former_applied:
        # What was expected is a ref of an older form: the one of this form begins here.
        old = {**old, refs.applied: None}
        now = (push(old, new) if remote is not None else None) or move(old, new)
    ref = next((ref for ref in new if now[ref] != new[ref]), None)
    if ref is not None:
        raise _overtaken(refs.target, expected=old[ref], now=now[ref])
    # The receipts' was moved here when the receipt was made.
    if remote is not None and refs.applied in new:
        _remember(repository, refs.applied, commit=new[refs.applied])


def _move_here(repository: Repository, old: Refs, new: Refs) -> Refs:
    steps = "".join(f"update {ref} {identity} {old[ref] or '0' * len(str(identity))}\n" for ref, identity in new.items())
    answer = repository.git.attempt("update-ref", "--stdin", stdin=f"start\n{steps}commit\n".encode())
    now = dict(new) if answer.code == 0 else {ref: _names(repository, ref) for ref in new}
    if now == old != new:
        raise repository.git.failure("update-ref", answer)
    return now


def _names(repository: Repository, ref: str) -> str | None:
    answer = repository.git.attempt("rev-parse", "--verify", "--quiet", ref)
    return answer.text if answer.code == 0 else None


def _bring(remote: Remote, ref: str, identity: str) -> str:
    commit = remote.repository.meet(identity)
    if commit is None:
        remote.fetch(ref)
        commit = remote.repository.meet(identity)
    if commit is None:
        raise HistoryUnavailable(
            message(
                "The ref {ref} on {remote} leads to {identity}, which is no commit.",
                ref=ref,
                remote=remote.name,
                identity=identity,
            ),
            hint=message("Name the commit that was last applied with --base: an apply then moves the ref to its own."),
        )
    return commit


def _remember(repository: Repository, ref: str, *, commit: str) -> None:
    """Keep a copy for times without network; a clone that cannot be written to does without."""
    repository.git.attempt("update-ref", ref, commit)


def _overtaken(target: str, *, expected: str | None, now: str | None) -> HistoryUnavailable:
    return HistoryUnavailable(
        message(
            "Another apply moved the applied ref of {target} from {expected} to {now} meanwhile; it was left there.",
            target=target,
            expected=short_commit(expected),
            now=short_commit(now),
        ),
        hint=message("Run `kbsync plan` on the newest commit to see whether anything is left to do."),
    )


FILE = "receipt.json"

SUBJECT = re.compile(rb"^kbsync apply ([0-9]+)$", re.MULTILINE)

STEPS = 8
"""So many more receipts are read at once each time."""


def names_of_last(tip: str | None) -> tuple[str, ...]:
    """What git calls the objects of the last receipt."""
    return () if tip is None else (tip, f"{tip}:{FILE}")


def read_receipts(repository: Repository, refs: TargetRefs, tip: str, *, shared: bool = True) -> Iterator[tuple[int, bytes]]:
    """Each receipt with its number, the newest, which is in the commit ``tip``, first. Raises HistoryUnavailable."""
    number = number_of(repository, refs, tip, shared=shared)
    start, size = 0, 1
    while True:
        names = [f"{tip}~{back}:{FILE}" if back else f"{tip}:{FILE}" for back in range(start, start + size)]
        found = read_objects(repository, names)
        for back, name in enumerate(names, start):
            if name not in found:
                return
            yield number - back, found[name]
        start, size = start + size, size + STEPS


def write_receipt(repository: Repository, refs: TargetRefs, data: bytes, *, tip: str | None, number: int, date: int) -> str:
    """Commit the receipt with its number on ``tip``, and move the local ref; returns the commit. Raises HistoryUnavailable."""
    subject = b"kbsync apply %d" % number
    lines = (
        b"commit %s" % refs.receipts.encode(),
        b"mark :1",
        b"committer kbsync <kbsync> %d +0000" % date,
        b"data %d\n%s" % (len(subject), subject),
        *(() if tip is None else (b"from %s" % tip.encode(),)),
        b"M 100644 inline %s" % FILE.encode(),
        b"data %d\n%s" % (len(data), data),
        b"get-mark :1",
        b"done\n",
    )
    made = repository.git.run("fast-import", "--quiet", "--force", "--done", stdin=b"\n".join(lines))
    return made.text


def number_of(repository: Repository, refs: TargetRefs, tip: str, *, shared: bool) -> int:
    """The number of the receipt in a commit, which is fetched where it is missing here. Raises HistoryUnavailable."""
    found = read_objects(repository, names_of_last(tip))
    remote = Remote.of(repository) if shared else None
    if remote is None:
        way = message("Delete it with `git update-ref -d {ref}`: the next apply begins it anew.", ref=refs.receipts)
    else:
        way = remote.way_without(refs.receipts)
    if remote is not None and len(found) < len(names_of_last(tip)):
        try:
            remote.fetch(refs.receipts, whole=True)
        except HistoryUnavailable as problem:
            lost = message(
                "The ref {ref} leads to {identity}, which could not be fetched: {reason}",
                ref=refs.receipts,
                identity=tip,
                reason=problem.message,
            )
            raise HistoryUnavailable(lost, hint=message("Try again. If the remote has lost it: {way}", way=way)) from None
        found = read_objects(repository, names_of_last(tip), again=True)
    subject = SUBJECT.search(found.get(tip, b""))
    if subject is None:
        raise HistoryUnavailable(message("The ref {ref} leads to no receipt of an apply.", ref=refs.receipts), hint=way)
    return int(subject[1])
