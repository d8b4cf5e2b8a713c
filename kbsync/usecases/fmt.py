"""One canonical layout: read and judge the files, lay them out in memory, write them or only tell what is different."""

from dataclasses import dataclass

from kbsync.diagnostics import has_errors
from kbsync.errors import InvalidInput
from kbsync.files import DiskFiles, load_files
from kbsync.files.directory import store
from kbsync.files.layout import format_files
from kbsync.messages import message
from kbsync.render.differences import unified
from kbsync.usecases.context import Call, Exit

__all__ = ["Formatted", "format_directory"]


@dataclass(frozen=True, slots=True)
class Formatted:
    """The files that are not in the canonical layout, as people see their paths, with the difference."""

    paths: tuple[str, ...]
    diff: str


def format_directory(call: Call, *, check: bool = False, diff: bool = False) -> tuple[Formatted, Exit]:
    """Lay a knowledge directory out anew, on the disk unless it is only to be checked or shown.

    Raises InvalidInput for files with faults.
    """
    shown_as = call.directory.as_posix()
    files = DiskFiles(call.directory, shown_as=shown_as)
    found = load_files(files).diagnostics
    if has_errors(found):
        raise InvalidInput(message("files with errors cannot be laid out; nothing was written"), found)
    changed = format_files(files, shown_as=shown_as)
    difference = unified(files, changed, shown_as=shown_as)
    if not (check or diff):
        call.refuse_link()
        store(files, changed)
    formatted = Formatted(tuple(f"{shown_as}/{name}" for name in sorted(changed)), difference)
    return formatted, Exit.PENDING if check and changed else Exit.DONE
