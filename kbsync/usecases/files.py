"""The files by themselves, without a service: whether they are valid, and their one canonical layout."""

from dataclasses import dataclass

from kbsync.diagnostics import Rule, has_errors
from kbsync.errors import InvalidInput
from kbsync.files import DiskFiles, Loaded, load_files
from kbsync.files.directory import store
from kbsync.files.layout import format_files
from kbsync.messages import message
from kbsync.render.differences import unified
from kbsync.usecases.context import Call, Exit
from kbsync.usecases.workspace import examine_workspace

__all__ = ["Formatted", "format_directory", "validate_directory"]


def validate_directory(call: Call) -> tuple[Loaded, Exit]:
    """Read a knowledge directory and run the content checks; whatever is wrong is in ``diagnostics``, sorted."""
    loaded = examine_workspace(call.directory, target=call.target)
    return loaded, Exit.INVALID if has_errors(loaded.diagnostics) else Exit.DONE


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
    call.screen.warn([each for each in found if each.rule is Rule.KB120])
    changed = format_files(files, shown_as=shown_as)
    difference = unified(files, changed, shown_as=shown_as)
    if not (check or diff):
        call.refuse_link()
        store(files, changed)
    formatted = Formatted(tuple(f"{shown_as}/{name}" for name in sorted(changed)), difference)
    return formatted, Exit.PENDING if check and changed else Exit.DONE
