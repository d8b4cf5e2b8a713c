"""A part of a plan: the changes that match a pattern, with the categories that they need."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from kbsync.model import show_path
from kbsync.plan import Action, CategoryChange, Change, QuestionChange

__all__ = ["select"]


def select(changes: Sequence[Change], pattern: str) -> list[Change]:
    """Keep what matches a shell pattern by question, category path or file, and what those changes rest on.

    Capitals do not matter; a file matches by its path and by its name alone.
    """
    chosen = [change for change in changes if _matches(change, pattern)]
    needed = {change.after.category for change in chosen if isinstance(change, QuestionChange) and change.after}
    needed |= {change.after for change in chosen if isinstance(change, CategoryChange) and change.after}
    for change in changes:
        if isinstance(change, CategoryChange) and change not in chosen and change.action is not Action.DELETE:
            path = change.after or ()
            if any(other[: len(path)] == path for other in needed):
                chosen.append(change)
    return chosen


def _matches(change: Change, pattern: str) -> bool:
    names = [change.title]
    if change.location is not None:
        names += [change.location.path, change.location.path.rpartition("/")[2]]
    if isinstance(change, QuestionChange):
        names += [content.question for content in (change.before, change.after) if content is not None]
        names += [show_path(content.category) for content in (change.before, change.after) if content is not None]
    return any(fnmatchcase(name.casefold(), pattern.casefold()) for name in names)
