"""The refs that an apply leaves: the applied ref, and the receipts.

The applied ref is the commit last applied to a target in full; it is moved only from where it was seen. Each receipt is a commit
on ``refs/kbsync/receipts/<application>`` with ``receipt.json``, numbered from 1 by its subject; the last one is shown by
``git show refs/kbsync/receipts/<application>:receipt.json``.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from kbsync.display import short_commit
from kbsync.errors import HistoryUnavailable
from kbsync.history.git import NETWORK_SECONDS
from kbsync.history.remote import DEFAULT_DIRECTORY, Remote, TargetRefs
from kbsync.history.repository import Repository
from kbsync.history.snapshot import read_objects
from kbsync.messages import message

__all__ = [
    "AppliedRecord",
    "advance",
    "names_of_last",
    "number_of",
    "read_receipts",
    "read_record",
    "seen_record",
    "write_receipt",
]

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
