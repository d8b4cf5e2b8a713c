"""Writing a file whole or not at all, through no link where kbsync chose the path; and reading what the user named."""

import errno
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from kbsync.errors import KbsyncError, UnusableFile
from kbsync.messages import Message, message

__all__ = [
    "check_writable",
    "is_replaceable",
    "links_on",
    "make_directory",
    "read_file",
    "reason_of",
    "refuse_links",
    "remove",
    "save",
    "unwritable",
]

_OPEN_ALREADY = re.compile(r"(?:/dev/|/proc/self/)(?:fd/(\d+)|(stdout)|(stderr))")
"""Names of this process's open files. Opening the file behind one again would overwrite it from its start."""


LINKS = 40
"""How many links the system follows on one way."""


def check_writable(path: Path) -> None:
    """Raise UnusableFile now where ``save`` would raise it later, when it would be too late to stop."""
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not is_replaceable(path):
            if not os.access(path, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            return
        with tempfile.NamedTemporaryFile(dir=Path(os.path.realpath(path)).parent):
            pass
    except OSError as problem:
        raise unwritable(path, problem) from None


def refuse_links(path: Path, *, below: Path) -> None:
    """Raise UnusableFile where a path, or a step on the way to it from ``below``, is a symbolic link.

    This is for what kbsync chooses to write: a branch brings links too, and they lead anywhere. Paths that users name may be
    links.
    """
    place = below
    for part in path.relative_to(below).parts:
        place /= part
        if os.path.islink(place):  # noqa: PTH114  (it is no link either where nobody can look)
            raise UnusableFile(
                message("{path} is a symbolic link, and kbsync writes nothing of its own through links", path=place),
                hint=message("remove the link, or put a file or directory in its place"),
            )


def links_on(path: Path) -> Iterator[Path]:
    """Every symbolic link that is followed on the way to a path, each where it really lies; of a loop the first few."""
    path = path.absolute()
    place, steps = Path(path.anchor), list(reversed(path.parts[1:]))
    for _ in range(LINKS):
        while steps and not os.path.islink(place / steps[-1]):  # noqa: PTH114  (as above)
            place = place.parent if steps[-1] == ".." else place / steps[-1]
            steps.pop()
        if not steps:
            return
        link = place / steps.pop()
        yield link
        goal = link.readlink()
        place = Path(goal.anchor) if goal.anchor else place
        steps += reversed(goal.parts[bool(goal.anchor) :])


def save(path: Path, data: bytes, *, private: bool = False, below: Path | None = None) -> None:
    """Replace a file in one step, so that readers and crashes see the old text or the new one, never a part.

    A new file gets the permissions of the process; ``private`` makes it readable by its owner alone. An existing file
    keeps its permissions. A symbolic link is followed, not replaced; from ``below`` down, where that is given, it is refused, and
    directories are made. A device, a pipe or a stream of this process is written to as it stands. Raises UnusableFile.
    """
    if below is not None:
        refuse_links(path, below=below)
    try:
        if not is_replaceable(path):
            _write_stream(path, data)
            return
        if below is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        _replace_file(Path(os.path.realpath(path)) if below is None else path, data, private=private)
    except OSError as problem:
        raise unwritable(path, problem) from None


def remove(path: Path, *, below: Path) -> None:
    """Remove a file, through no link from ``below`` down. Raises UnusableFile."""
    refuse_links(path, below=below)
    try:
        path.unlink()
    except OSError as problem:
        raise UnusableFile(message("{path} cannot be removed: {reason}", path=path, reason=reason_of(problem))) from None


def is_replaceable(path: Path) -> bool:
    """Whether ``save`` makes a new file there: not for a device, a pipe or a stream, which take one thing after another."""
    if _descriptor(path) is not None:
        return False
    try:
        mode = path.stat().st_mode
    except OSError:
        return True
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


def read_file(path: Path, limit: int = -1) -> bytes:
    """The bytes of a file, at most ``limit`` of them where it is given. Raises UnusableFile."""
    try:
        with path.open("rb") as stream:
            return stream.read(limit)
    except OSError as problem:
        raise UnusableFile(message("{path} cannot be read: {reason}", path=path, reason=reason_of(problem))) from None


def make_directory(path: Path, *, hint: Message) -> None:
    """Make a directory and its parents unless it exists. Raises UnusableFile with what to do."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        words = message("the directory {path} cannot be made: {reason}", path=path.as_posix(), reason=reason_of(problem))
        raise UnusableFile(words, hint=hint) from None


def reason_of(problem: OSError) -> str:
    """The operating system's words for an error."""
    return problem.strerror or "unknown reason"


def _descriptor(path: Path) -> int | None:
    found = _OPEN_ALREADY.fullmatch(str(path))
    if found is None:
        return None
    number, output, _ = found.groups()
    return int(number) if number else 1 if output else 2


def _write_stream(path: Path, data: bytes) -> None:
    number = _descriptor(path)
    with path.open("wb") if number is None else os.fdopen(os.dup(number), "wb") as stream:
        stream.write(data)


def unwritable(path: Path, problem: OSError, kind: type[KbsyncError] = UnusableFile) -> KbsyncError:
    """What to raise for a file that cannot be written."""
    return kind(
        message("{path} cannot be written: {reason}", path=path, reason=reason_of(problem)),
        hint=message("choose another path, or mend the permissions of its directory"),
    )


def _replace_file(path: Path, data: bytes, *, private: bool) -> None:
    mode = _mode(path, private=private)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _mode(path: Path, *, private: bool) -> int:
    if path.exists():
        return path.stat().st_mode & 0o777
    if private:
        return 0o600
    # There is no way to ask for the umask but to set it; setting it twice leaves it as it was.
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask
