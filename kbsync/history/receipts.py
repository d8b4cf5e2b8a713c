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

__all__ = ["FILE", "names_of_last", "read_receipts", "write_receipt"]

FILE = "receipt.json"

SUBJECT = re.compile(rb"^kbsync apply ([0-9]+)$", re.MULTILINE)

STEPS = 8
"""So many more receipts are read at once each time."""


def names_of_last(tip: str | None) -> tuple[str, ...]:
    """What git calls the objects of the last receipt."""
    return () if tip is None else (tip, f"{tip}:{FILE}")


def read_receipts(repository: Repository, refs: TargetRefs, tip: str, *, shared: bool = True) -> Iterator[tuple[int, bytes]]:
    """Each receipt with its number, the newest, which is in the commit ``tip``, first. Raises HistoryUnavailable."""
    number = _number(repository, refs, tip, shared=shared)
    start, size = 0, 1
    while True:
        names = [f"{tip}~{back}:{FILE}" if back else f"{tip}:{FILE}" for back in range(start, start + size)]
        found = read_objects(repository, names)
        for back, name in enumerate(names, start):
            if name not in found:
                return
            yield number - back, found[name]
        start, size = start + size, size + STEPS


def write_receipt(
    repository: Repository, refs: TargetRefs, data: bytes, *, tip: str | None, date: int, shared: bool = True
) -> tuple[int, str]:
    """Commit one more receipt, behind ``tip``, and move the ref here; gives its number and id. Raises HistoryUnavailable."""
    number = 1 if tip is None else _number(repository, refs, tip, shared=shared) + 1
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
    return number, made.text


def _number(repository: Repository, refs: TargetRefs, tip: str, *, shared: bool) -> int:
    found = read_objects(repository, names_of_last(tip))
    remote = Remote.of(repository) if shared and tip not in found else None
    if remote is not None:
        remote.fetch(refs.receipts, whole=True)
        found = read_objects(repository, names_of_last(tip), again=True)
    subject = SUBJECT.search(found.get(tip, b""))
    if subject is None:
        remote = Remote.of(repository) if shared else None
        raise HistoryUnavailable(
            message("The ref {ref} leads to no receipt of an apply.", ref=refs.receipts),
            hint=message("Delete it with `git update-ref -d {ref}`: the next apply begins it anew.", ref=refs.receipts)
            if remote is None
            else message(
                "Delete it with `git push {remote} :{ref}`: the next apply begins it anew.", remote=remote.name, ref=refs.receipts
            ),
        )
    return int(subject[1])
