"""The receipts: a commit an apply on ``refs/kbsync/receipts/<application>``, in which ``receipt.json`` is what it did.

They are numbered from 1, by the subjects of their commits. `git show refs/kbsync/receipts/<application>:receipt.json` shows the
last one.
"""

import re
from collections.abc import Iterator

from kbsync.errors import HistoryUnavailable
from kbsync.history.remote import Remote, TargetRefs
from kbsync.history.repository import Repository
from kbsync.history.snapshot import read_objects
from kbsync.messages import message

__all__ = ["FILE", "names_of_last", "number_of", "read_receipts", "write_receipt"]

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
