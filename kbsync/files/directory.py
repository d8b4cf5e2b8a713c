"""A knowledge directory as names and bytes: listed and read without a trap, compared with what it was, written together.

Nothing is opened that could block, lead elsewhere or be endless: what cannot be read is reported and left out.
"""

import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Protocol

from kbsync.diagnostics import Rule, Severity
from kbsync.display import visible
from kbsync.errors import UnusableFile
from kbsync.files.source import SourceFile
from kbsync.messages import Message, message
from kbsync.model import MAX_FILE_BYTES
from kbsync.saving import remove, save

__all__ = ["store"]

SUFFIXES = (".yaml", ".yml")

SETTINGS_FILE = "kbsync.yaml"
"""The settings, at the top of the knowledge directory."""

NEARLY = re.compile(r"(?P<stem>.*)\.ya?ml(?:\.txt)?[ .]*", re.IGNORECASE)
"""The name of a file that looks like knowledge and is not read."""

UNFINISHED = re.compile(r"\..+\.ya?ml\.[a-z0-9_]{8}")
"""The name that ``save`` gives a file until it is whole."""

OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""A link put in place of a file after it was looked at is not followed, and a FIFO does not keep us waiting."""

NEAR = 0.75
"""How much of a file's name, as a share, a slip of the pen leaves as it was."""

NAMED = 3
"""How many of the changed files are named; a checkout of another branch changes them all."""


@dataclass(frozen=True, slots=True)
class FileRefused:
    """Why a file is not read: the rule it breaks, the reason in words, and what to do if known.

    ``near`` is an existing file that was probably meant.
    """

    rule: Rule
    said: Message
    hint: Message | None = None
    near: str = ""

    def report(self, source: SourceFile) -> None:
        """Report it as a fault of the whole file: an error, or a warning where no content is missed."""
        severity = Severity.WARNING if self.rule is Rule.KB120 else Severity.ERROR
        source.fault_at(self.rule, self.said, hint=self.hint, severity=severity)


Listing = tuple[tuple[str, ...], Mapping[str, FileRefused]]
"""The names of the YAML files, sorted; and by its name whatever only looks like one, or could hide some."""


class FileTree(Protocol):
    """The files of a knowledge directory by their POSIX names relative to it. Hidden ones are no part of it."""

    def names(self) -> Listing:
        """What there is."""

    def read(self, name: str) -> bytes | FileRefused:
        """The content of a file."""


class MemoryTree:
    """A directory that is already in memory, such as a snapshot out of git."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files

    def names(self) -> Listing:
        """See ``FileTree``."""
        return tuple(sorted(filter(is_yaml, self._files))), {}

    def read(self, name: str) -> bytes | FileRefused:
        """See ``FileTree``."""
        data = self._files.get(name)
        if data is None and not name.isascii():
            form = unicodedata.normalize("NFC", name)
            data = next((data for other, data in self._files.items() if unicodedata.normalize("NFC", other) == form), None)
        return FileRefused(Rule.KB101, message("there is no such file")) if data is None else _bounded(data, len(data))


class DiskFiles(Mapping[str, bytes]):
    """The files of a directory as they were when they were first looked at: a ``FileTree``, and the same as a mapping.

    It is listed once and each file is read once, so that every caller sees one state of the directory. As a mapping it holds
    what has been read, answer files too. Names are POSIX paths relative to the directory; ``shown_as`` is the directory as the
    user typed it. Symbolic links below it are refused: git keeps the link and not what it points to.
    """

    def __init__(self, directory: Path, *, shown_as: str) -> None:
        self.directory = directory
        self.shown_as = shown_as.replace("\\", "/")
        self._read: dict[str, bytes | FileRefused] = {}

    def names(self) -> Listing:
        """See ``FileTree``."""
        return self._names

    def read(self, name: str) -> bytes | FileRefused:
        """See ``FileTree``."""
        if name not in self._read:
            self._read[name] = self._read_now(name)
        return self._read[name]

    def left_out(self) -> dict[str, bytes]:
        """The files that look like knowledge and are not read."""
        names = [name for name, refused in self._names[1].items() if refused.rule is Rule.KB120 and not is_hidden(name)]
        return {name: data for name in names if isinstance(data := self._read_now(name), bytes)}

    def changed(self) -> tuple[str, ...]:
        """The names of those files that are new on the disk, gone from it, or other than they were; sorted."""
        (names, refused), (names_now, refused_now) = self._names, self._listed()
        listed = {*names, *refused} ^ {*names_now, *refused_now}
        return tuple(sorted(listed | {name for name in self._read if self.has_changed(name)}))

    def has_changed(self, name: str) -> bool:
        """Whether a file is other than it was, or is there although it was not."""
        now, then = self._read_now(name), self._read.get(name)
        return now != then if isinstance(now, bytes) else isinstance(then, bytes) or os.path.lexists(self.directory / name)

    def __getitem__(self, name: str) -> bytes:
        found = self._read.get(name)
        if isinstance(found, bytes):
            return found
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (name for name, found in self._read.items() if isinstance(found, bytes))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @cached_property
    def _names(self) -> Listing:
        return self._listed()

    def _listed(self) -> Listing:
        found: list[str] = []
        refused: dict[str, FileRefused] = {}
        waiting = [""]
        while waiting:
            for name, kind in self._list(waiting.pop()):
                if isinstance(kind, FileRefused):
                    refused[name] = kind
                else:
                    (waiting if kind == "directory" else found).append(name)
        return tuple(sorted(found)), refused

    def _read_now(self, name: str) -> bytes | FileRefused:
        place = self.directory
        try:
            for part in PurePosixPath(name).parts:
                place = place / part
                if place.is_symlink():
                    shown = visible(str(place.relative_to(self.directory)))
                    return FileRefused(Rule.KB115, message("{name} is a symbolic link", name=shown))
            with os.fdopen(os.open(place, OPEN_FLAGS), "rb") as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode):
                    return FileRefused(Rule.KB101, message("this is not a file"))
                data = b"" if status.st_size > MAX_FILE_BYTES else file.read(MAX_FILE_BYTES + 1)
        except (OSError, ValueError) as error:
            near = self._near(name) if isinstance(error, FileNotFoundError) else ""
            return replace(_unreadable(error), near=near)
        return _bounded(data, max(status.st_size, len(data)))

    def _near(self, name: str) -> str:
        """The file of nearly that name, where there is one: first by capitals and the form of its letters; else nothing."""
        found = PurePosixPath()
        for part in PurePosixPath(name).parts:
            others = [other for other in self._entries(found) if not other.startswith(".")]
            alike = [other for other in others if _form(other) == _form(part)]
            near = [part] if part in others else alike or get_close_matches(part, others, n=1, cutoff=NEAR)
            if not near:
                return ""
            found /= near[0]
        return str(found)

    def _entries(self, directory: PurePosixPath) -> list[str]:
        try:
            return sorted(os.listdir(self.directory / directory))  # noqa: PTH208
        except OSError:
            return []

    def _list(self, directory: str) -> list[tuple[str, str | FileRefused]]:
        try:
            with os.scandir(self.directory / directory) as listing:
                entries = [entry for entry in listing if not entry.name.startswith(".") or _is_unfinished(entry)]
        except OSError as error:
            missing = not directory and isinstance(error, FileNotFoundError)
            hint = message("run kbsync init, or name the directory with --dir") if missing else None
            return [(directory, _unreadable(error, hint=hint))]
        named = [(str(PurePosixPath(directory, entry.name)), entry) for entry in entries]
        return [(name, kind) for name, entry in named if (kind := _kind(name, entry))]


def store(files: DiskFiles, changed: Mapping[str, bytes | None]) -> None:
    """Write files, named by their POSIX path from the directory, over those that were read: all, or as far as possible none.

    A file whose content is None is removed. Raises UnusableFile where anything in the directory is not what it was, and where a
    file cannot be written, after taking back what was written.
    """
    if changed:
        _refuse(files, files.changed())
    begun: list[str] = []
    try:
        for name, data in changed.items():
            if files.has_changed(name):  # it can still change while others are written
                _refuse(files, (name,))
            begun.append(name)
            if data is None:
                remove(files.directory / name, below=files.directory)
            else:
                save(files.directory / name, data, below=files.directory)
    except BaseException:
        for name in begun:
            _take_back(files, name, changed[name])
        raise


def is_yaml(name: str) -> bool:
    """Whether a file of the directory is read as YAML, by its name."""
    return name.endswith(SUFFIXES) and not is_hidden(name) and not _is_misnamed_settings(name)


def meant(name: str) -> str:
    """The name without case and suffixes, so that look-alikes compare equal: ``faq.yaml``, ``FAQ.YML.txt``."""
    found = NEARLY.fullmatch(name)
    return unicodedata.normalize("NFC", name if found is None else found["stem"]).casefold()


def is_hidden(name: str) -> bool:
    """Whether a file, or a directory above it, has a name that begins with a dot."""
    return any(part.startswith(".") for part in name.split("/"))


def _kind(name: str, entry: os.DirEntry[str]) -> str | FileRefused:
    """What an entry is to us: "directory", "file", nothing (an empty text), or a trap that only looks like knowledge."""
    named = is_yaml(name)
    trap: tuple[Rule, Message] | tuple[Rule, Message, Message] | None = None
    if entry.is_symlink():
        if named or Path(entry.path).is_dir():
            trap = Rule.KB115, message("this is a symbolic link, which git keeps without what it points to")
    elif entry.is_dir(follow_symlinks=False):
        if not named:
            return "directory"
        trap = Rule.KB101, message("this is a directory with the name of a knowledge file")
    elif named and not entry.is_file(follow_symlinks=False):
        trap = Rule.KB101, message("this is not a file")
    elif named and visible(name) != name:
        trap = Rule.KB101, message("its name is not UTF-8, or holds invisible characters")
    elif named:
        return "file"
    else:
        trap = _nearly_knowledge(name)
    return FileRefused(*trap) if trap else ""


def _form(name: str) -> str:
    """A name without what file systems disagree about: the form of its letters, and capitals."""
    return unicodedata.normalize("NFC", name).casefold()


def _is_unfinished(entry: os.DirEntry[str]) -> bool:
    return UNFINISHED.fullmatch(entry.name) is not None and entry.is_file(follow_symlinks=False)


def _nearly_knowledge(name: str) -> tuple[Rule, Message, Message] | None:
    """Why a file that looks like knowledge is left out, and what to do; None for any other file."""
    if UNFINISHED.fullmatch(PurePosixPath(name).name):
        said, hint = message("a run that was killed left this behind; it is not read"), message("remove it")
    elif _is_misnamed_settings(name):
        said, hint = message("this is not read: settings stand in kbsync.yaml"), message("name it kbsync.yaml, or remove it")
    elif found := NEARLY.fullmatch(PurePosixPath(name).name):
        said = message("this is not read: the name of a knowledge file ends in .yaml or .yml, in small letters")
        hint = message("name it {name}, or remove it", name=visible(f"{found['stem']}.yaml"))
    else:
        return None
    return Rule.KB120, said, hint


def _is_misnamed_settings(name: str) -> bool:
    return name != SETTINGS_FILE and name.casefold() in ("kbsync.yaml", "kbsync.yml")


def _unreadable(error: OSError | ValueError, *, hint: Message | None = None) -> FileRefused:
    reason = getattr(error, "strerror", None) or error
    return FileRefused(Rule.KB101, message("it cannot be read: {reason}", reason=reason), hint=hint)


def _bounded(data: bytes, size: int) -> bytes | FileRefused:
    if size <= MAX_FILE_BYTES:
        return data
    return FileRefused(Rule.KB110, message("it is larger than {limit} MiB", limit=MAX_FILE_BYTES >> 20))


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


def _take_back(files: DiskFiles, name: str, data: bytes | None) -> None:
    """Give a file its old content, unless it was not written after all or was saved anew since."""
    path, old = files.directory / name, files.get(name)
    with suppress(UnusableFile, OSError):
        if (path.read_bytes() if os.path.lexists(path) else None) != data:
            return
        if old is None:
            path.unlink()
            for above in PurePosixPath(name).parents[:-1]:  # as long as they are empty
                (files.directory / above).rmdir()
        else:
            save(path, old, below=files.directory)
