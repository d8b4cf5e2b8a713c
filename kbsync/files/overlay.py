"""A knowledge directory as files by name, and the same with some files replaced: a change is judged before it is made.

Nothing is written here.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from kbsync.files.tree import DiskTree, Refusal

__all__ = ["DiskFiles", "Layered"]


class DiskFiles(Mapping[str, bytes]):
    """The files of a directory by their POSIX names relative to it. Iterating names the YAML files; others are found too."""

    def __init__(self, directory: Path) -> None:
        self._tree = DiskTree(directory, directory.as_posix())

    def __getitem__(self, name: str) -> bytes:
        try:
            return self._tree.read(name)
        except Refusal:
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._tree.names()[0])

    def __len__(self) -> int:
        return len(self._tree.names()[0])


class Layered(Mapping[str, bytes]):
    """Files with other ones above them, which win."""

    def __init__(self, below: Mapping[str, bytes], above: Mapping[str, bytes]) -> None:
        self._below = below
        self._above = above

    def __getitem__(self, name: str) -> bytes:
        return self._above[name] if name in self._above else self._below[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*self._below, *self._above}))

    def __len__(self) -> int:
        return len({*self._below, *self._above})
