"""What would be different in files, as a unified diff that git and people read."""

import difflib
from collections.abc import Iterator, Mapping

__all__ = ["unified"]


def unified(before: Mapping[str, bytes], after: Mapping[str, bytes], *, shown_as: str) -> str:
    """The difference of every file of ``after``, by its name below the directory ``shown_as``; empty without any."""
    return "".join(line for name in sorted(after) for line in _diff(before.get(name), after[name], f"{shown_as}/{name}"))


def _diff(old: bytes | None, new: bytes, path: str) -> Iterator[str]:
    before = [] if old is None else old.decode().splitlines(keepends=True)
    source = "/dev/null" if old is None else f"a/{path}"
    for line in difflib.unified_diff(before, new.decode().splitlines(keepends=True), source, f"b/{path}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
