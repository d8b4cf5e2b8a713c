"""A knowledge directory as it would be after some edits: the disk below, what is to be written above.

Nothing is written here; it is read so that a change can be judged before it is made.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from kbsync.files.tree import DiskTree, Refusal

__all__ = ["Overlay"]


class Overlay(Mapping[str, bytes]):
    """The files by their POSIX names relative to the directory; ``edited`` ones win, None means that a file goes.

    Iterating names the YAML files; any other file is found by its name.
    """

    def __init__(self, directory: Path, edited: Mapping[str, bytes | None] | None = None) -> None:
        self._tree = DiskTree(directory, directory.as_posix())
        self._edited = dict(edited or {})

    def __getitem__(self, name: str) -> bytes:
        if name in self._edited:
            data = self._edited[name]
            if data is None:
                raise KeyError(name)
            return data
        try:
            return self._tree.read(name)
        except Refusal:
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        found = {*self._tree.names()[0], *self._edited}
        return iter(sorted(name for name in found if self._edited.get(name, b"") is not None))

    def __len__(self) -> int:
        return sum(1 for _ in self)
