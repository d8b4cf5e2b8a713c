"""What the console added to categories that git declares, and what only seems so: of a drift, and of a pull.

An apply leaves such questions alone unless git owns the whole category, which is the business of ``removals``.
"""

from collections.abc import Callable
from dataclasses import replace

from kbsync.model import CategoryPath, Knowledge, MenuType, Question
from kbsync.plan import Action, Cause, Kind, QuestionChange
from kbsync.planner.removals import Removals

__all__ = ["with_additions", "with_lapsed"]


def with_lapsed(removals: Removals, once: frozenset[str]) -> Removals:
    """The same removals, where what is left alone under one of these texts is known to have been git's before the base."""
    unmanaged = (
        replace(item, lapsed=item.lapsed or (item.kind is Kind.QUESTION and item.title in once)) for item in removals.unmanaged
    )
    return replace(removals, unmanaged=tuple(unmanaged))


def with_additions(
    removals: Removals, base: Knowledge, live: Knowledge, *, final: Callable[[CategoryPath], CategoryPath]
) -> Removals:
    """The same removals, and with them every unmanaged question that a pull would take into a category of the base.

    ``final`` tells what a live path is called in git.
    """
    declared = {category.path for category in base.categories}
    owned = {category.path for category in base.categories if category.authoritative}
    ordinary = {category.path for category in live.categories if category.menu is MenuType.ORDINARY}
    unmanaged = {item.id for item in removals.unmanaged if item.kind is Kind.QUESTION and not item.lapsed}
    added = [
        question
        for question in live.questions
        if (question.id or "") in unmanaged and question.content.category in ordinary
        for path in [final(question.content.category)]
        if path in declared or any(path[:size] in owned for size in range(len(path)))
    ]
    told = {question.id or "" for question in added}
    return replace(
        removals,
        changes=(*removals.changes, *map(_taken_back, added)),
        unmanaged=tuple(item for item in removals.unmanaged if item.kind is not Kind.QUESTION or item.id not in told),
    )


def _taken_back(question: Question) -> QuestionChange:
    """A drift is planned as the way back to the base, and the base has no such question."""
    return QuestionChange(
        action=Action.DELETE,
        id=question.id,
        before=question.content,
        after=None,
        cause=Cause.DRIFT,
    )
