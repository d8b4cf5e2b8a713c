"""Files as of a commit, how files read from the disk differ from them, and where a directory was earlier."""

import hashlib
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from kbsync.errors import HistoryUnavailable
from kbsync.history.git import DIFF, NETWORK_SECONDS, Answer
from kbsync.history.repository import Repository
from kbsync.messages import Message, message
from kbsync.model import MAX_FILE_BYTES

__all__ = [
    "FileDifference",
    "changed_on_its_way",
    "differences",
    "filtered",
    "former_directory",
    "is_content_of",
    "read_objects",
    "snapshot",
]


MAX_TOTAL_BYTES = 256 * 1024 * 1024
"""The whole snapshot is held in memory."""


ABSENT = "Not a valid object name"
"""The words of git for a path that a commit does not have."""


REGULAR = ("100644", "100755")
"""The modes of files; symbolic links (120000) and submodules (160000) are no knowledge."""


LINK, SUBMODULE = "120000", "160000"


SHA1_DIGITS = 40


@dataclass(frozen=True, slots=True)
class FileDifference:
    """A file that was read from the disk and is another one in the commit, or that only one of the two has.

    ``blob`` is its content in the commit, None where the commit has no such file. ``missing``: git left it out of the
    working tree on purpose; ``foreign`` that the disk and git's objects cannot be compared, as behind a filter.
    """

    name: str
    why: Message
    blob: str | None = None
    missing: bool = False
    foreign: bool = False


def snapshot(
    repository: Repository, commit: str, directory: Path, *, limit: int = MAX_TOTAL_BYTES, along: Collection[str] = ()
) -> dict[str, bytes]:
    """The regular files below a directory as of a commit: POSIX path from the directory to content.

    ``along`` are objects that will be asked for next and are read with the same breath.
    Empty when the commit has no such directory. Raises HistoryUnavailable when the commit or an object is missing here, or when
    a file is larger than MAX_FILE_BYTES or all together are larger than ``limit``.
    """
    tree = f"{repository.resolve(commit)}:{repository.inside(directory)}"
    _prefetch(repository, tree)
    answer = _list(repository, tree, "--long")
    if answer.code != 0 and "not a tree object" not in answer.complaint and ABSENT not in answer.complaint:
        raise repository.git.failure("ls-tree", answer)
    entries = {name: (blob, size) for name, (mode, blob, *size) in _entries(answer.output) if mode in REGULAR}
    blobs = {name: blob for name, (blob, _) in entries.items()}
    _check_sizes(blobs, {blob: _size(blob, *size) for blob, size in entries.values()}, limit=limit)
    contents = read_objects(repository, (*blobs.values(), *along))
    repository.read_along.update({name: contents[name] for name in along if name in contents})
    return {path: contents[blob] for path, blob in blobs.items()}


def differences(
    repository: Repository, commit: str, directory: Path, read: Mapping[str, bytes], *, is_read: Callable[[str], bool]
) -> tuple[FileDifference, ...]:
    """How files that were read from a directory differ from a commit; sorted, none where they are the commit's.

    ``read`` are the files by their POSIX path from the directory, ``is_read`` decides whether a path would be among them. No
    filter is run and the index is not asked whether something changed: contents are compared, line ends aside.
    """
    path = repository.inside(directory)
    answer = _list(repository, f"{commit}:{path}")
    if answer.code != 0 and ABSENT not in answer.complaint:
        raise repository.git.failure("ls-tree", answer)
    entries = {name: (mode, blob) for name, (mode, blob) in _entries(answer.output)}
    blobs = {name: blob for name, (mode, blob) in entries.items() if mode in REGULAR}
    read = _as_git_writes(read, blobs)
    other = [name for name, data in read.items() if name not in blobs or not is_content_of(data, blobs[name], any_line_end=True)]
    gone = [name for name in blobs if name not in read and is_read(name)]
    if not other and not gone:
        return ()
    marked = _marked(repository, path)
    drivers = filtered(repository, directory, [name for name in other if name in blobs])
    found = [_left_out(name, blobs[name], marked.get(name, "")) for name in gone]
    found += [_changed(name, entries, marked.get(name, ""), drivers.get(name)) for name in other]
    return tuple(sorted(found, key=lambda each: each.name))


def is_content_of(data: bytes, blob: str, *, any_line_end: bool = False) -> bool:
    """Whether bytes are the content that an object id stands for (git-hash-object without filters)."""
    make = hashlib.sha1 if len(blob) == SHA1_DIGITS else hashlib.sha256
    forms = (data, data.replace(b"\r\n", b"\n")) if any_line_end else (data,)
    return any(make(b"blob %d\0" % len(form) + form).hexdigest() == blob for form in forms)


def _as_git_writes(read: Mapping[str, bytes], blobs: Collection[str]) -> dict[str, bytes]:
    """Files by the names that git has for them: a disk may write an accent in the other of two ways (NFC, NFD)."""
    forms = {unicodedata.normalize("NFC", name): name for name in blobs if not name.isascii() and name not in read}
    return {name if name in blobs else forms.get(unicodedata.normalize("NFC", name), name): data for name, data in read.items()}


def _left_out(name: str, blob: str, mark: str) -> FileDifference:
    if mark.upper() == "S":
        why = message("it is left out of the working tree (sparse checkout or skip-worktree): git sparse-checkout disable")
        return FileDifference(name, why, blob, missing=True)
    if mark.islower():
        why = message("it is not on the disk and marked assume-unchanged: git update-index --no-assume-unchanged")
        return FileDifference(name, why, blob, missing=True)
    return FileDifference(name, message("it is not on the disk"), blob)


def _changed(name: str, entries: Mapping[str, tuple[str, str]], mark: str, driver: str | None) -> FileDifference:
    mode, blob = entries.get(name, ("", None))
    if mode == LINK:
        return FileDifference(name, message("it is a symbolic link in git and a file here"), foreign=True)
    if blob is None:
        within = any(kind == SUBMODULE and name.startswith(f"{top}/") for top, (kind, _) in entries.items())
        why = message("it lies in a submodule") if within else message("git does not have it")
        return FileDifference(name, why, foreign=within)
    if driver is not None:
        return FileDifference(name, changed_on_its_way(driver), blob, foreign=True)
    if mark == "S" or mark.islower():
        return FileDifference(
            name, message("it was changed, and git was told not to look (skip-worktree or assume-unchanged)"), blob
        )
    return FileDifference(name, message("it was changed"), blob)


def changed_on_its_way(driver: str) -> Message:
    """Why a file cannot be compared with git's object: an attribute names what changes it."""
    return message("git changes it on its way to the disk ({driver})", driver=driver)


def _marked(repository: Repository, path: str) -> dict[str, str]:
    """The tag of each file in the index (git-ls-files -v), by its path from the directory."""
    lines = repository.git.run("ls-files", "-v", "-z", "--full-name", "--", path or ".").output.split(b"\0")[:-1]
    above = f"{path}/" if path else ""
    return {line[2:].decode("utf-8", "surrogateescape").removeprefix(above): line[:1].decode() for line in lines}


def filtered(repository: Repository, directory: Path, names: Collection[str]) -> dict[str, str]:
    """Which attribute lets git change a file of a directory on its way to the disk, for those of the files that have one."""
    if not names:
        return {}
    path = repository.inside(directory)
    above = f"{path}/" if path else ""
    asked = "".join(f"{above}{name}\0" for name in names).encode("utf-8", "surrogateescape")
    answer = repository.git.run("check-attr", "-z", "--stdin", "filter", "ident", "working-tree-encoding", stdin=asked)
    words = answer.output.decode("utf-8", "surrogateescape").split("\0")
    told = zip(words[::3], words[1::3], words[2::3], strict=False)
    return {
        place.removeprefix(above): name if value == "set" else f"{name}={value}"
        for place, name, value in told
        if value not in ("unspecified", "unset")
    }


def _list(repository: Repository, tree: str, *options: str) -> Answer:
    return repository.git.attempt("ls-tree", "-r", "-z", "--full-tree", *options, tree, seconds=NETWORK_SECONDS)


def _entries(listing: bytes) -> Iterator[tuple[str, list[str]]]:
    """The entry of git-ls-tree for each path: mode and object, and the size where that was asked for."""
    for entry in listing.split(b"\0")[:-1]:
        head, _, path = entry.partition(b"\t")
        mode, _, *rest = head.decode("ascii").split()
        yield path.decode("utf-8", "surrogateescape"), [mode, *rest]


def _prefetch(repository: Repository, tree: str) -> None:
    """Let a partial clone fetch everything that is missing at once; it would fetch one file a connection otherwise.

    A diff that counts lines is the command that git itself precedes with such a fetch.
    """
    if repository.partial:
        empty = repository.git.run("mktree").text
        answer = repository.git.attempt("diff-tree", "-r", "--shortstat", *DIFF, empty, tree, seconds=NETWORK_SECONDS)
        if answer.code != 0 and _list(repository, tree, "-d").code == 0:
            raise repository.git.failure("diff-tree", answer)


def _size(blob: str, size: str) -> int:
    if not size.isdecimal():
        raise HistoryUnavailable(
            message("The repository lacks the object {blob}.", blob=blob),
            hint=message("Run `git fsck`, or clone again."),
        )
    return int(size)


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


def read_objects(repository: Repository, names: Iterable[str], *, again: bool = False) -> dict[str, bytes]:
    """The content of each object that is here, by the name it was asked for (git-cat-file, batch output).

    What was read along with a snapshot is not read once more, unless it is to be looked for ``again``.
    """
    wanted = tuple(dict.fromkeys(names))
    found = {} if again else {name: repository.read_along[name] for name in wanted if name in repository.read_along}
    for name in wanted:
        # The one character that a line of a batch cannot have.
        if "\n" in name and name not in found:
            answer = repository.git.attempt("cat-file", "blob", name, seconds=NETWORK_SECONDS)
            found |= {name: answer.output} if answer.code == 0 else {}
    left = [name for name in wanted if name not in found and "\n" not in name]
    if not left:
        return found
    stream = repository.git.run(
        "cat-file",
        "--batch",
        stdin="".join(f"{name}\n" for name in left).encode("utf-8", "surrogateescape"),
        seconds=NETWORK_SECONDS,
    ).output
    position = 0
    for name in left:
        start = stream.index(b"\n", position) + 1
        said = stream[position:start].split()
        position = start
        if said[-1] != b"missing":
            size = int(said[-1])
            found[name] = stream[start : start + size]
            position += size + 1
    return found


def former_directory(repository: Repository, commit: str, directory: Path, *, known_by: str) -> Path | None:
    """The directory's path at an earlier commit, found by the rename of a known file; None if git shows no rename."""
    path = repository.inside(directory)
    options = ("-r", "-z", "--find-renames", "--diff-filter=R", "--name-status", *DIFF)
    answer = repository.git.run("diff-tree", *options, commit, "HEAD", seconds=NETWORK_SECONDS)
    words = answer.output.decode("utf-8", "surrogateescape").split("\0")
    renamed = dict(zip(words[2::3], words[1::3], strict=False))
    former = renamed.get(f"{path}/{known_by}" if path else known_by, "")
    if PurePosixPath(former).name != known_by:
        return None
    return repository.root / PurePosixPath(former).parent
