"""Several files of a directory written together: all of them, or as far as the disk allows none.

What is in them has been decided and proven before.
"""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from kbsync.errors import UnusableFile
from kbsync.saving import save

__all__ = ["store"]


def store(directory: Path, files: Mapping[str, bytes]) -> None:
    """Write files, named by their POSIX path from the directory. Raises UnusableFile, after taking back what was written."""
    written: list[tuple[Path, bytes | None]] = []
    try:
        for name, data in files.items():
            path = directory / name
            old = path.read_bytes() if path.exists() else None
            save(path, data)
            written.append((path, old))
    except UnusableFile:
        for path, old in written:
            with suppress(UnusableFile, OSError):
                if old is None:
                    path.unlink()
                else:
                    save(path, old)
        raise
