"""Categories that the console gave another title or deleted, told from where their questions are now.

The service keeps no history: a title that is gone is a rename only where every question of it went to one new title.
"""

from collections.abc import Iterable, Mapping

from kbsync.model import CategoryPath, Content, Knowledge, MenuType, path_after
from kbsync.plan import Action, CategoryChange, Cause, Change, Field, QuestionChange

__all__ = ["find_dropped", "find_retitled", "missing_categories"]


def missing_categories(changes: Iterable[Change]) -> list[CategoryPath]:
    """The declared categories that the console took away under their titles, parents first."""
    found = [
        change.after
        for change in changes
        if isinstance(change, CategoryChange) and (change.action, change.cause) == (Action.CREATE, Cause.DRIFT) and change.after
    ]
    return sorted(found, key=lambda path: (len(path), path))


def find_retitled(desired: Knowledge, live: Knowledge, changes: Iterable[Change]) -> dict[CategoryPath, CategoryPath]:
    """Declared paths with the live paths that they have become, a parent and its children each."""
    changes = tuple(changes)
    renamed = {
        change.after: change.before
        for change in changes
        if isinstance(change, CategoryChange)
        and (change.action, change.cause) == (Action.RENAME, Cause.DRIFT)
        and change.before
        and change.after
    }
    moves = [
        (change.after.category, change.before.category)
        for change in changes
        if isinstance(change, QuestionChange) and change.before and change.after and _moves(change)
    ]
    declared = {category.path for category in desired.categories}
    ordinary = {category.path for category in live.categories if category.menu is MenuType.ORDINARY}
    for path in missing_categories(changes):
        goals = {new[: len(path)] for old, new in moves if old[: len(path)] == path}
        goal = next(iter(goals)) if len(goals) == 1 else ()
        if goal in ordinary - declared - set(renamed.values()) and goal[:-1] == path_after(path[:-1], renamed):
            renamed[path] = goal
    return renamed


def find_dropped(
    missing: Iterable[CategoryPath], renamed: Mapping[CategoryPath, CategoryPath], staying: Iterable[Content]
) -> tuple[frozenset[CategoryPath], tuple[CategoryPath, ...]]:
    """The missing categories that leave the files, and those that stay because questions in the files are in them.

    ``staying`` are the questions of the files after the pull.
    """
    used = {content.category[:size] for content in staying for size in (1, 2)}
    gone = [path for path in missing if path not in renamed]
    return frozenset(path for path in gone if path not in used), tuple(path for path in gone if path in used)


def _moves(change: QuestionChange) -> bool:
    return any(one.field is Field.CATEGORY for one in change.fields)
