"""Deletes categories, one by one, and only what a listing made right before the call shows to be empty.

``del_chitchat_category`` deletes every question in the category too (cloud.tencent.com/document/product/269/116724), and the
API has no guard against it: what is added in the console while the listing runs, or within FRESH after it, goes with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from kbsync.applier.attempts import Attempt, Ended
from kbsync.applier.categories import CategoryCalls
from kbsync.applier.ledger import Ledger
from kbsync.applier.looking import Look, Looker
from kbsync.applier.rounds import Craft, Task
from kbsync.applier.snapshot import Snapshot
from kbsync.messages import Message, message
from kbsync.model import Category, CategoryPath, MenuType, show_path
from kbsync.plan import Action, CategoryChange, Field, Plan, QuestionChange
from kbsync.store import Writer

__all__ = ["FRESH", "PATIENCE", "EmptiedWork"]

FRESH = 1.0
"""Seconds after which a listing no longer tells that a category is empty: a call that leaves later needs a new one."""

PATIENCE = 60.0
"""Seconds for which one delete is tried anew while the service, or other clients, leave it no room in time."""


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
        return Craft(self._tasks, lambda index, seen: self._category(index, seen) is None, gone_is_refused=True, one_by_one=True)

    def _tasks(self, indices: Sequence[int], _seen: Snapshot | None) -> Sequence[Task]:
        return [partial(self._delete, index) for index in indices]

    def _delete(self, index: int) -> Mapping[int, Attempt]:
        """Look, then delete at once. A call that was refused for speed, or had to wait, rests on a new look."""
        first: Look | None = None
        while True:
            look = self._looker.look(lambda seen: not self._may_empty_yet(index, seen), writes=self._ledger.writes, anew=True)
            first = first or look
            ended = self._send(index, look)
            if not ended.outdated or self._ledger.interrupted or self._looker.age(first) > PATIENCE:
                return {index: ended}

    def _send(self, index: int, look: Look) -> Attempt:
        seen = look.snapshot
        if seen is None or look.trouble is not None:
            reason = message("the library could not be listed to see that it is empty: {cause}", cause=look.trouble)
            return Attempt(Ended.HELD, reason)
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

        def is_fresh() -> bool:
            return self._looker.age(look) <= FRESH

        return self._ledger.send(lambda: self._writer.delete_category(identifier, still=is_fresh), index)

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
        elif change.after is not None and Field.CATEGORY in change.touched:
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
