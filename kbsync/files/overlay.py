"""A knowledge directory as files by name, and the same with some files replaced: a change is judged before it is made.

Nothing is written here.
"""

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path

from kbsync.files.page import Page
from kbsync.files.tree import DiskTree, FileRefused


class DiskFiles(Mapping[str, bytes]):
    """The files of a directory as they were when they were first looked at: a ``FileTree``, and the same as a mapping.

    It is listed once and each file is read once, so that whoever asks, however late, hears of one state of the directory. As a
    mapping it holds what has been read: iterating names the YAML files, answer files are found too. Names are POSIX paths
    relative to the directory; ``shown_as`` is the directory as the user typed it.
    """

    def __init__(self, directory: Path, *, shown_as: str) -> None:
        self.directory = directory
        self.shown_as = shown_as.replace("\\", "/")
        self._tree = DiskTree(directory, self.shown_as)
        self._read: dict[str, bytes | FileRefused] = {}

    def names(self) -> tuple[tuple[str, ...], tuple[Page, ...]]:
        """See ``FileTree``."""
        return self._names

    def read(self, name: str) -> bytes:
        """See ``FileTree``."""
        if name not in self._read:
            self._read[name] = self._now(name)
        found = self._read[name]
        if isinstance(found, bytes):
            return found
        raise FileRefused(found.rule, found.said, hint=found.hint)

    def changed(self) -> tuple[str, ...]:
        """The names of those files that are new on the disk, gone from it, or other than they were; sorted."""
        listed = _all_names(self._names) ^ _all_names(self._tree.names())
        return tuple(sorted(listed | {name for name in self._read if self.has_changed(name)}))

    def has_changed(self, name: str) -> bool:
        """Whether a file is other than it was, or is there although it was not."""
        now, then = self._now(name), self._read.get(name)
        return now != then if isinstance(now, bytes) else isinstance(then, bytes) or os.path.lexists(self.directory / name)

    def __getitem__(self, name: str) -> bytes:
        found = self._read.get(name)
        if isinstance(found, bytes):
            return found
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter([name for name in self._names[0] if name in self])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @cached_property
    def _names(self) -> tuple[tuple[str, ...], tuple[Page, ...]]:
        return self._tree.names()

    def _now(self, name: str) -> bytes | FileRefused:
        try:
            return self._tree.read(name)
        except FileRefused as refusal:
            return refusal


def _all_names(found: tuple[tuple[str, ...], tuple[Page, ...]]) -> set[str]:
    names, refused = found
    return {*names, *(page.name for page in refused)}


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
