"""Writes categories: creates and renames them down the tree, deletes them up the tree once they are empty."""

import threading
from collections.abc import Iterator, Mapping, Sequence

from kbsync.applier.ledger import Attempt, Ending
from kbsync.applier.phases import Job, Strategy
from kbsync.applier.polling import Observation, Snapshot, spelled_alike
from kbsync.messages import Message, message
from kbsync.model import Category, CategoryPath, MenuType, keeps_title, same_title, show_path
from kbsync.plan import Action, CategoryChange, Field, Plan, QuestionChange

FRESH = 1.0
"""Seconds for which a listing proves that a category is empty: a later call needs a new one."""

PATIENCE = 60.0
"""Seconds for which one delete is tried anew while the service, or other clients, leave it no room in time."""


class CategoryWrites(Strategy):
    """Creates and renames categories, and keeps the ids of all, new ones included."""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self._paths = LivePaths(job.before)

    def find(self, path: CategoryPath) -> int | None:
        """The id at a path by now."""
        return self._paths.find(path)

    def upwards(self, path: CategoryPath) -> frozenset[int]:
        """The ids of the category at a path by now, and of those above it."""
        return self._paths.upwards(path)

    def missing(self, path: CategoryPath) -> Message:
        """Why a category that something needs is not there."""
        return message(
            "its category {category} is not there: {cause}",
            category=show_path(path),
            cause=next(self._causes(path), message("no listing shows it")),
        )

    def write(self, batch: Sequence[int], seen: Snapshot | None) -> Mapping[int, Attempt]:
        """Create or rename one category, unless it was renamed elsewhere meanwhile."""
        [index] = batch
        change, path = self._change(index), self._change(index).after or ()
        edited = None if seen is None else _edited(change, seen)
        if edited is not None:
            return {index: edited}
        parent = self._paths.find(path[:-1])
        if change.id is None and parent is None and len(path) > 1:
            return {index: Attempt(Ending.HELD, self.missing(path[:-1]))}
        with self._job.ledger.write(index) as write:
            if change.id is None:
                self._learn(index, self._job.writer.add_category(path[-1], parent=parent))
            else:
                self._job.writer.rename_category(change.id, path[-1])
                self._paths.learn(path, change.id)
        return {index: write.attempt}

    def reached(self, index: int, seen: Snapshot) -> bool:
        """Whether a listing shows the category under its new title."""
        return self._found(index, seen) is not None

    def settle(self, index: int, seen: Snapshot) -> None:
        """Learn the id of a category that a listing shows."""
        identifier = self._found(index, seen)
        assert identifier is not None  # noqa: S101  (only a listing that shows it settles it)
        self._learn(index, identifier)

    def _learn(self, index: int, identifier: int) -> None:
        self._paths.learn(self._change(index).after or (), identifier)
        if self._change(index).id is None:
            self._job.created[index] = str(identifier)

    def _causes(self, path: CategoryPath) -> Iterator[Message]:
        for index, change in enumerate(self._job.plan.changes):
            after = change.after if isinstance(change, CategoryChange) else None
            if after and path[: len(after)] == after and not self._job.ledger.is_good(index):
                yield self._job.ledger.reason(index)

    def _found(self, index: int, seen: Snapshot) -> int | None:
        """The id of the category in its goal state, if a listing shows it."""
        change = self._change(index)
        path = change.after or ()
        if change.id is not None:
            category = seen.categories.get(change.id)
            is_old = category is not None and same_title(category.path, change.before)
            return change.id if category is not None and not is_old and keeps_title(path[-1], category.path[-1]) else None
        new = {key: entry for key, entry in seen.categories.items() if key not in self._job.before.categories}
        exact = [key for key, entry in new.items() if entry.path == path]
        alike = [key for key, entry in new.items() if _alike(entry.path, path) and not self._paths.knows(key)]
        return min(exact or alike, default=None)

    def _change(self, index: int) -> CategoryChange:
        change = self._job.plan.changes[index]
        assert isinstance(change, CategoryChange)  # noqa: S101  (the phase holds category changes only)
        return change


class CategoryDeletion(Strategy):
    """Deletes categories, one by one, and only what a listing made right before the call shows to be empty.

    ``del_chitchat_category`` deletes every question in the category too (cloud.tencent.com/document/product/269/116724), and
    the API has no guard against it: what is added in the console while the listing runs, or within FRESH after it, is
    deleted too.
    """

    gone_is_refused = True
    one_by_one = True

    def __init__(self, job: Job, *, categories: CategoryWrites) -> None:
        super().__init__(job)
        changes = job.plan.changes
        self._categories = categories
        self._arrivals = dict(_arrivals(job.plan))
        self._touched = {change.id for change in changes if isinstance(change, QuestionChange)}
        self._doomed = {change.id for change in changes if isinstance(change, CategoryChange) and change.after is None}

    def write(self, batch: Sequence[int], _seen: Snapshot | None) -> Mapping[int, Attempt]:
        """Look, then delete at once. A call that was refused for speed, or had to wait, rests on a new look."""
        [index] = batch
        poller, ledger = self._job.poller, self._job.ledger
        first: Observation | None = None
        while True:
            found = poller.poll(lambda seen: not self._may_empty_yet(index, seen), writes=ledger.writes, anew=True)
            first = first or found
            ended = self._send(index, found)
            if not ended.outdated or ledger.interrupted or poller.age(first) > PATIENCE:
                return {index: ended}

    def reached(self, index: int, seen: Snapshot) -> bool:
        """Whether a listing shows the category no more."""
        return self._category(index, seen) is None

    def _send(self, index: int, found: Observation) -> Attempt:
        seen = found.snapshot
        if seen is None or found.trouble is not None:
            reason = message("the library could not be listed to see that it is empty: {cause}", cause=found.trouble)
            return Attempt(Ending.HELD, reason)
        category = self._category(index, seen)
        if category is None or category.id is None:
            return Attempt(Ending.ALREADY)
        obstacle = _obstacle(category, seen)
        if obstacle is not None:
            return Attempt(Ending.HELD, obstacle)
        inmate = self._inmate(category.id)
        if inmate is not None:
            reason = message("the plan puts “{title}” into it, and deleting it would delete that too", title=inmate)
            return Attempt(Ending.HELD, reason)

        with self._job.ledger.write(index) as write:
            self._job.writer.delete_category(category.id, still=lambda: self._job.poller.age(found) <= FRESH)
        return write.attempt

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
        identifier = self._job.plan.changes[index].id
        return seen.categories.get(identifier) if isinstance(identifier, int) else None


class LivePaths:
    """CategoryIds by path, as far as they are known at this moment. Shared by threads."""

    def __init__(self, live: Snapshot) -> None:
        self._lock = threading.Lock()
        self._entries: dict[int, tuple[int | None, str]] = {}
        for identifier, category in live.categories.items():
            self._entries[identifier] = (live.at(category.path[:-1]), category.path[-1])

    def find(self, path: CategoryPath) -> int | None:
        """The id at a path, None when there is no such category; the lowest one where two share it."""
        place: int | None = None
        with self._lock:
            for title in path:
                place = min((key for key, entry in self._entries.items() if entry == (place, title)), default=None)
                if place is None:
                    return None
        return place

    def knows(self, identifier: int) -> bool:
        """Whether a category has been found before."""
        with self._lock:
            return identifier in self._entries

    def upwards(self, path: CategoryPath) -> frozenset[int]:
        """The ids of the category at a path and of those above it; empty when there is no such category."""
        if self.find(path) is None:
            return frozenset()
        return frozenset(filter(None, (self.find(path[:length]) for length in range(1, len(path) + 1))))

    def learn(self, path: CategoryPath, identifier: int) -> None:
        """Record that a category exists, or has its final title."""
        parent = self.find(path[:-1])
        with self._lock:
            self._entries[identifier] = (parent, path[-1])


def _edited(change: CategoryChange, seen: Snapshot) -> Attempt | None:
    """Why a rename is not sent again: the listing before the repetition shows a title from elsewhere."""
    found = None if change.id is None else seen.categories.get(change.id)
    titles = [path[-1] for path in (change.before, change.after) if path]
    if found is None or any(spelled_alike(found.path[-1], title) for title in titles):
        return None
    reason = message(
        "it is called {category} now, neither as it was nor as it was sent: somebody renamed it meanwhile; "
        "it was not sent again, so look at it and plan again",
        category=show_path(found.path),
    )
    return Attempt(Ending.HELD, reason)


def _alike(one: CategoryPath, other: CategoryPath) -> bool:
    return len(one) == len(other) and all(map(spelled_alike, one, other))


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
