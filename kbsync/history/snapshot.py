"""Files as of a commit, straight from git's objects: nothing is checked out, and the working tree is not looked at."""

from pathlib import Path

from kbsync.errors import HistoryUnavailable
from kbsync.history.git import DIFF, NETWORK_SECONDS
from kbsync.history.repository import Repository
from kbsync.messages import message
from kbsync.model import MAX_FILE_BYTES

__all__ = ["MAX_TOTAL_BYTES", "snapshot"]

MAX_TOTAL_BYTES = 256 * 1024 * 1024
"""The whole snapshot is held in memory."""

REGULAR = (b"100644", b"100755")
"""The modes of files; symbolic links (120000) and submodules (160000) are no knowledge."""


def snapshot(repository: Repository, commit: str, directory: Path, *, limit: int = MAX_TOTAL_BYTES) -> dict[str, bytes]:
    """The regular files below a directory as of a commit: POSIX path from the directory to content.

    Empty when the commit has no such directory. Raises HistoryUnavailable when the commit or an object is missing here, or when
    a file is larger than MAX_FILE_BYTES or all together are larger than ``limit``.
    """
    tree = _tree(repository, repository.resolve(commit), path=repository.inside(directory))
    if tree is None:
        return {}
    blobs = _blobs(repository, tree)
    wanted = tuple(dict.fromkeys(blobs.values()))
    _prefetch(repository, tree)
    _check_sizes(blobs, _sizes(repository, wanted), limit=limit)
    contents = _contents(repository, wanted)
    return {path: contents[blob] for path, blob in blobs.items()}


def _tree(repository: Repository, commit: str, *, path: str) -> str | None:
    found = repository.git.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}:{path}")
    if found.code != 0:
        return None
    peeled = repository.git.attempt("rev-parse", "--verify", "--quiet", f"{found.text}^{{tree}}", seconds=NETWORK_SECONDS)
    return peeled.text if peeled.code == 0 else None


def _blobs(repository: Repository, tree: str) -> dict[str, str]:
    listing = repository.git.run("ls-tree", "-r", "-z", "--full-tree", tree, seconds=NETWORK_SECONDS).output
    blobs = {}
    for entry in listing.split(b"\0")[:-1]:
        head, _, path = entry.partition(b"\t")
        mode, _, blob = head.split(b" ")
        if mode in REGULAR:
            blobs[path.decode("utf-8", "surrogateescape")] = blob.decode("ascii")
    return blobs


def _prefetch(repository: Repository, tree: str) -> None:
    """Let a partial clone fetch everything that is missing at once; it would fetch one file a connection otherwise.

    A diff that counts lines is the command that git itself precedes with such a fetch.
    """
    if repository.partial:
        empty = repository.git.run("mktree").text
        repository.git.run("diff-tree", "-r", "--shortstat", *DIFF, empty, tree, seconds=NETWORK_SECONDS)


def _sizes(repository: Repository, wanted: tuple[str, ...]) -> dict[str, int]:
    asked = "".join(f"{blob}\n" for blob in wanted).encode()
    lines = repository.git.run("cat-file", "--batch-check", stdin=asked, seconds=NETWORK_SECONDS).text.splitlines()
    sizes = {}
    for line in lines:
        blob, kind, *size = line.split(" ")
        if kind != "blob":
            raise HistoryUnavailable(
                message("The repository lacks the object {blob}.", blob=blob),
                hint=message("Run `git fsck`, or clone again."),
            )
        sizes[blob] = int(size[0])
    return sizes


def _check_sizes(blobs: dict[str, str], sizes: dict[str, int], *, limit: int) -> None:
    large = next((path for path, blob in blobs.items() if sizes[blob] > MAX_FILE_BYTES), None)
    if large is not None:
        raise HistoryUnavailable(
            message(
                "{path} has {size} bytes in the history, more than the {limit} that kbsync reads.",
                path=large,
                size=sizes[blobs[large]],
                limit=MAX_FILE_BYTES,
            ),
            hint=message("Keep large files outside the knowledge directory."),
        )
    total = sum(sizes.values())
    if total > limit:
        raise HistoryUnavailable(
            message(
                "The knowledge directory has {size} bytes, more than the {limit} that kbsync reads.", size=total, limit=limit
            ),
            hint=message("Keep files that are no knowledge outside the knowledge directory."),
        )


def _contents(repository: Repository, wanted: tuple[str, ...]) -> dict[str, bytes]:
    """Read ``<id> blob <size>``, the content and a line end, for each id in turn (git-cat-file, batch output)."""
    asked = "".join(f"{blob}\n" for blob in wanted).encode()
    stream = repository.git.run("cat-file", "--batch", stdin=asked, seconds=NETWORK_SECONDS).output
    contents, position = {}, 0
    for blob in wanted:
        start = stream.index(b"\n", position) + 1
        size = int(stream[position:start].split()[-1])
        contents[blob] = stream[start : start + size]
        position = start + size + 1
    return contents
