"""The fields of a question: their values, their words, and when two count as equal while categories are being renamed.

What a difference means is decided by those who ask: ``preconditions`` before, ``questions`` during and ``readback`` after.
"""

from collections.abc import Iterable

from kbsync.model import CategoryPath, Content, path_after
from kbsync.plan import Change, Field, renamed_paths, value_of

__all__ = ["PathChanges", "differing", "shown"]


class PathChanges:
    """How a plan renames categories: what a path from before the apply, or from halfway through it, is called after it."""

    def __init__(self, changes: Iterable[Change]) -> None:
        renamed = renamed_paths(changes)
        halfway = {(*path_after(before[:-1], renamed), before[-1]): after for before, after in renamed.items()}
        # A path that is renamed itself is no stage on another one's way.
        self._renamed = {path: after for path, after in halfway.items() if path_after(path, renamed) == path} | renamed

    def of(self, path: CategoryPath) -> CategoryPath:
        """The path once the renames are done."""
        return path_after(path, self._renamed)

    def are_one(self, path: CategoryPath, other: CategoryPath) -> bool:
        """Whether two paths mean one category, each as it is called before, during or after the renames."""
        return path in (other, self.of(other)) or self.of(path) in (other, self.of(other))


def differing(found: Content, wanted: Content, paths: PathChanges, *, among: Iterable[Field] = Field) -> tuple[Field, ...]:
    """The fields of ``among`` that are not as wanted. A question whose category is only renamed has not moved."""
    return tuple(
        part
        for part in among
        if _value(found, part) != _value(wanted, part)
        and not (part is Field.CATEGORY and paths.are_one(found.category, wanted.category))
    )


def shown(content: Content, field: Field) -> str:
    """A field's value as text for people."""
    return str(value_of(content, field))


def _value(content: Content, field: Field) -> object:
    return getattr(content, field.value)
