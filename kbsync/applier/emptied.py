"""Deletes categories, only those that a listing made right then shows to be empty.

``del_chitchat_category`` deletes every question in the category too (cloud.tencent.com/document/product/269/116724).
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from kbsync.applier.attempts import Attempt, Ended, attempt
from kbsync.applier.categories import CategoryCalls
from kbsync.applier.fields import changed
from kbsync.applier.ledger import Ledger
from kbsync.applier.looking import Looker
from kbsync.applier.rounds import Craft, Task
from kbsync.applier.snapshot import Snapshot
from kbsync.messages import Message, message
from kbsync.model import Category, CategoryPath, MenuType, show_path
from kbsync.plan import Action, CategoryChange, Field, Plan, QuestionChange
from kbsync.store import Writer

__all__ = ["EmptiedWork"]


class EmptiedWork:
    """The phases of one apply that delete categories."""

    def __init__(self, plan: Plan, writer: Writer, *, ledger: Ledger, looker: Looker, categories: CategoryCalls) -> None:
        self._plan = plan
        self._writer = writer
        self._ledger = ledger
        self._looker = looker
        self._categories = categories
        self._arrivals = dict(_arrivals(plan))
        self._touched = {change.id for change in plan.changes if isinstance(change, QuestionChange)}
        self._doomed = {change.id for change in plan.changes if isinstance(change, CategoryChange) and change.after is None}

    @property
    def craft(self) -> Craft:
        """How deletes are carried out."""
        return Craft(self._tasks, lambda index, seen: self._category(index, seen) is None, gone_is_refused=True)

    def _tasks(self, indices: Sequence[int], seen: Snapshot | None) -> Sequence[Task]:
        if seen is None:
            look = self._looker.look(
                lambda fresh: not any(self._may_empty_yet(index, fresh) for index in indices),
                writes=self._ledger.writes,
                anew=True,
            )
            if look.snapshot is None or look.trouble is not None:
                held = Attempt(
                    Ended.HELD, message("the library could not be listed to see that it is empty: {cause}", cause=look.trouble)
                )
                return [lambda: dict.fromkeys(indices, held)]
            seen = look.snapshot
        return [partial(self._delete, index, seen) for index in indices]

    def _delete(self, index: int, seen: Snapshot) -> Mapping[int, Attempt]:
        return {index: self._send(index, seen)}

    def _send(self, index: int, seen: Snapshot) -> Attempt:
        category = self._category(index, seen)
        if category is None or category.id is None:
            return Attempt(Ended.ALREADY)
        obstacle = _obstacle(category, seen)
        if obstacle is not None:
            return Attempt(Ended.HELD, obstacle)
        identifier = category.id
        inmate = self._inmate(identifier)
        if inmate is not None:
            reason = message("the plan puts “{title}” into it, and deleting it would delete that too", title=inmate)
            return Attempt(Ended.HELD, reason)
        self._ledger.count(index)
        return attempt(lambda: self._writer.delete_category(identifier))

    def _inmate(self, identifier: int) -> str | None:
        """Something that the plan puts into a category or below it; a listing may lag and not show it yet."""
        return next((title for title, path in self._arrivals.values() if identifier in self._categories.upwards(path)), None)

    def _may_empty_yet(self, index: int, seen: Snapshot) -> bool:
        """Whether everything that it still seems to hold is on its way out by this plan, so that a later look may differ."""
        category = self._category(index, seen)
        if category is None or category.id is None or self._inmate(category.id) is not None:
            return False
        children, questions = seen.inside(category.path)
        leaving = {child.id for child in children} <= self._doomed and {q.id for q in questions} <= self._touched
        return leaving and bool(children or questions)

    def _category(self, index: int, seen: Snapshot) -> Category | None:
        identifier = self._plan.changes[index].id
        return seen.categories.get(identifier) if isinstance(identifier, int) else None


def _arrivals(plan: Plan) -> Iterator[tuple[str | int, tuple[str, CategoryPath]]]:
    """What a plan creates or moves, by its id or else its title, with its title and the path at which it arrives last."""
    for change in plan.changes:
        if isinstance(change, CategoryChange):
            if change.action is Action.CREATE and change.after:
                yield show_path(change.after), (change.title, change.after[:-1])
        elif change.after is not None and Field.CATEGORY in changed(change):
            yield change.id or change.title, (change.after.question, change.after.category)


def _obstacle(category: Category, seen: Snapshot) -> Message | None:
    """Why a category must stay; None when it is empty and ordinary."""
    if category.menu is not MenuType.ORDINARY:
        return message("it belongs to the service and cannot be deleted")
    if not seen.knowledge.complete or seen.homeless:
        return message("the listing is not complete, so it cannot be known to be empty")
    children, questions = seen.inside(category.path)
    if questions:
        return message(
            "it still holds questions ({count}), such as “{example}”, and deleting it would delete them",
            count=len(questions),
            example=questions[0].content.question,
        )
    if children:
        return message("it still has categories below it, such as {example}", example=show_path(children[0].path))
    return None
