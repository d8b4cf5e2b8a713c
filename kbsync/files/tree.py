"""A knowledge directory as names and bytes, from the disk or from memory. What is in the files does not matter here.

Nothing is opened that could block, lead elsewhere or be endless: what cannot be read is reported and left out.
"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Protocol

from kbsync.diagnostics import Rule
from kbsync.files.page import Page, visible
from kbsync.messages import Message, message
from kbsync.model import MAX_FILE_BYTES

SUFFIXES = (".yaml", ".yml")

OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""A link put in place of a file after it was looked at is not followed, and a FIFO does not keep us waiting."""


class FileRefused(Exception):
    """A file cannot be read: the rule it breaks, the reason in words, and what to do where that is known."""

    def __init__(self, rule: Rule, said: Message, *, hint: Message | None = None) -> None:
        super().__init__(str(said))
        self.rule = rule
        self.said = said
        self.hint = hint


class FileTree(Protocol):
    """The files of a knowledge directory by their POSIX names relative to it. Hidden ones are no part of it."""

    def names(self) -> tuple[tuple[str, ...], tuple[Page, ...]]:
        """Every YAML file, sorted, and a page with a fault for everything that only looks like one or could hide some."""

    def read(self, name: str) -> bytes:
        """The content of a file. Raises FileRefused."""


class MemoryTree:
    """A directory that is already in memory, such as a snapshot out of git."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    def names(self) -> tuple[tuple[str, ...], tuple[Page, ...]]:
        """See ``FileTree``."""
        return tuple(sorted(name for name in self._files if name.endswith(SUFFIXES) and not is_hidden(name))), ()

    def read(self, name: str) -> bytes:
        """See ``FileTree``."""
        data = self._files.get(name)
        if data is None:
            raise FileRefused(Rule.KB101, message("there is no such file"))
        if len(data) > MAX_FILE_BYTES:
            raise _too_large()
        return data


class DiskTree:
    """A directory on the disk. Symbolic links below it are refused: git keeps the link and not what it points to."""

    def __init__(self, directory: Path, shown_as: str) -> None:
        self._directory = directory
        self._shown_as = shown_as

    def names(self) -> tuple[tuple[str, ...], tuple[Page, ...]]:
        """See ``FileTree``."""
        found: list[str] = []
        refused: list[Page] = []
        waiting = [""]
        while waiting:
            directory = waiting.pop()
            for name, kind in self._list(directory):
                if isinstance(kind, FileRefused):
                    refused.append(self._refused(name, kind))
                elif kind == "directory":
                    waiting.append(name)
                else:
                    found.append(name)
        return tuple(sorted(found)), tuple(refused)

    def read(self, name: str) -> bytes:
        """See ``FileTree``."""
        place = self._directory
        try:
            for part in PurePosixPath(name).parts:
                place = place / part
                if place.is_symlink():
                    raise FileRefused(
                        Rule.KB115, message("{name} is a symbolic link", name=visible(str(place.relative_to(self._directory))))
                    )
            with os.fdopen(os.open(place, OPEN_FLAGS), "rb") as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode):
                    raise FileRefused(Rule.KB101, message("this is not a file"))
                data = b"" if status.st_size > MAX_FILE_BYTES else file.read(MAX_FILE_BYTES + 1)
        except (OSError, ValueError) as error:
            raise FileRefused(Rule.KB101, _reason(error)) from None
        if max(status.st_size, len(data)) > MAX_FILE_BYTES:
            raise _too_large()
        return data

    def _list(self, directory: str) -> "list[tuple[str, str | FileRefused]]":
        try:
            with os.scandir(self._directory / directory) as listing:
                visible = [entry for entry in listing if not entry.name.startswith(".")]
        except OSError as error:
            missing = not directory and isinstance(error, FileNotFoundError)
            hint = message("run kbsync init, or name the directory with --dir") if missing else None
            return [(directory, FileRefused(Rule.KB101, _reason(error), hint=hint))]
        named = [(str(PurePosixPath(directory, entry.name)), entry) for entry in visible]
        return [(name, kind) for name, entry in named if (kind := _kind(name, entry))]

    def _refused(self, name: str, refusal: FileRefused) -> Page:
        page = Page(visible(str(PurePosixPath(self._shown_as, name))), name)
        page.fault_at(refusal.rule, refusal.said, hint=refusal.hint)
        return page


def _kind(name: str, entry: os.DirEntry[str]) -> str | FileRefused:
    """What an entry is to us: "directory", "file", nothing (an empty text), or a trap that only looks like knowledge."""
    named = name.endswith(SUFFIXES)
    if entry.is_symlink():
        trap = named or Path(entry.path).is_dir()
        return (
            FileRefused(Rule.KB115, message("this is a symbolic link, which git keeps without what it points to")) if trap else ""
        )
    if entry.is_dir(follow_symlinks=False):
        return FileRefused(Rule.KB101, message("this is a directory with the name of a knowledge file")) if named else "directory"
    if not named:
        return ""
    if not entry.is_file(follow_symlinks=False):
        return FileRefused(Rule.KB101, message("this is not a file"))
    if visible(name) != name:
        return FileRefused(Rule.KB101, message("its name is not UTF-8, or holds invisible characters"))
    return "file"


def is_hidden(name: str) -> bool:
    """Whether a file, or a directory above it, has a name that begins with a dot."""
    return any(part.startswith(".") for part in name.split("/"))


def _reason(error: OSError | ValueError) -> Message:
    return message("it cannot be read: {reason}", reason=getattr(error, "strerror", None) or error)


def _too_large() -> FileRefused:
    return FileRefused(Rule.KB110, message("it is larger than {limit} MiB", limit=MAX_FILE_BYTES >> 20))
