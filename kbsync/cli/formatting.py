"""The course of ``kbsync fmt``: read and judge the files, lay them out in memory, write or show what is different."""

from dataclasses import dataclass

from kbsync.cli.differences import unified
from kbsync.cli.options import Invocation
from kbsync.diagnostics import has_errors
from kbsync.errors import InvalidInput
from kbsync.files import DiskFiles, load_files
from kbsync.files.directory import store
from kbsync.files.layout import format_files
from kbsync.messages import message
from kbsync.render.json_documents import document

__all__ = ["Formatted", "draw_formatted", "format_directory"]


@dataclass(frozen=True, slots=True)
class Formatted:
    """The files that are not in the canonical layout, as people see their paths, with the difference."""

    paths: tuple[str, ...]
    diff: str


def format_directory(call: Invocation, *, write: bool) -> Formatted:
    """Lay a knowledge directory out anew, on the disk if ``write``. Raises InvalidInput for files with faults."""
    shown_as = call.directory.as_posix()
    files = DiskFiles(call.directory, shown_as=shown_as)
    found = load_files(files).diagnostics
    if has_errors(found):
        raise InvalidInput(message("files with errors cannot be laid out; nothing was written"), found)
    changed = format_files(files, shown_as=shown_as)
    diff = unified(files, changed, shown_as=shown_as)
    if write:
        call.refuse_link()
        store(files, changed)
    return Formatted(tuple(f"{shown_as}/{name}" for name in sorted(changed)), diff)


def draw_formatted(found: Formatted, call: Invocation, *, diff: bool) -> str:
    """The paths one a line, the difference, or both as JSON."""
    if call.format == "json":
        return document(files=list(found.paths), diff=found.diff)
    return found.diff if diff else "\n".join(found.paths)
