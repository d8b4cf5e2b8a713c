"""Writing a file whole or not at all. What is in it is the caller's business."""

import errno
import os
import tempfile
from pathlib import Path

from kbsync.errors import UnusableFile
from kbsync.messages import message

__all__ = ["check_writable", "save"]


def check_writable(path: Path) -> None:
    """Raise UnusableFile now where ``save`` would raise it later, when it would be too late to stop."""
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        with tempfile.NamedTemporaryFile(dir=Path(os.path.realpath(path)).parent):
            pass
    except OSError as problem:
        raise _unwritable(path, problem) from None


def save(path: Path, data: bytes, *, private: bool = False) -> None:
    """Replace a file in one step, so that a reader or a crash meets the old text or the new one, never half.

    A new file gets the permissions of the process; ``private`` makes it readable by its owner alone. An existing file
    keeps its permissions. A symbolic link is followed, not replaced. Raises UnusableFile.
    """
    try:
        _save(Path(os.path.realpath(path)), data, private=private)
    except OSError as problem:
        raise _unwritable(path, problem) from None


def _unwritable(path: Path, problem: OSError) -> UnusableFile:
    return UnusableFile(
        message("{path} cannot be written: {reason}", path=path, reason=problem.strerror or "unknown reason"),
        hint=message("choose another path, or mend the permissions of its directory"),
    )


def _save(path: Path, data: bytes, *, private: bool) -> None:
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
