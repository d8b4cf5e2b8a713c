"""Several files of a directory written together: all of them, or as far as the disk allows none.

What is in them has been decided and proven before, on the files as they were read; where those have changed, none is written.
"""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import PurePosixPath

from kbsync.errors import UnusableFile
from kbsync.files.overlay import DiskFiles
from kbsync.files.page import visible
from kbsync.messages import message
from kbsync.saving import save

__all__ = ["store"]

NAMED = 3
"""So many of the files that were changed are named; a checkout of another branch changes them all."""


def store(files: DiskFiles, changed: Mapping[str, bytes]) -> None:
    """Write files, named by their POSIX path from the directory, over those that were read.

    Raises UnusableFile where anything in the directory is not what it was, and where a file cannot be written, after taking
    back what was written.
    """
    if changed:
        _refuse(files, files.changed())
    begun: list[str] = []
    try:
        for name, data in changed.items():
            if files.has_changed(name):  # it can still change while others are written
                _refuse(files, (name,))
            begun.append(name)
            save(files.directory / name, data)
    except BaseException:
        for name in begun:
            _take_back(files, name, changed[name])
        raise


def _refuse(files: DiskFiles, names: tuple[str, ...]) -> None:
    if not names:
        return
    shown = ", ".join(visible(str(PurePosixPath(files.shown_as, name))) for name in names[:NAMED])
    raise UnusableFile(
        message(
            "files were changed while kbsync was at work, so nothing was written: {names}",
            names=f"{shown}, …" if len(names) > NAMED else shown,
        ),
        hint=message("run the command again: it begins with the files as they are now"),
    )


def _take_back(files: DiskFiles, name: str, data: bytes) -> None:
    """Give a file its old content, unless it was not written after all or somebody has saved another since."""
    path, old = files.directory / name, files.get(name)
    with suppress(UnusableFile, OSError):
        if path.read_bytes() != data:
            return
        if old is None:
            path.unlink()
        else:
            save(path, old)
