"""Creates, renames and deletes categories, and knows their ids as they come to be. Questions are ``questions``' business."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from kbsync.applier.attempts import Attempt, Ended
from kbsync.applier.ledger import Ledger
from kbsync.applier.moved import title_edited
from kbsync.applier.rounds import Craft, Task
from kbsync.applier.snapshot import Snapshot, spelled_alike
from kbsync.messages import Message, message
from kbsync.model import CategoryPath, show_path
from kbsync.plan import CategoryChange, Plan
from kbsync.store import Writer

__all__ = ["CategoryCalls"]


class Places:
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
        """A category has come to be, or has been given its last title."""
        parent = self.find(path[:-1])
        with self._lock:
            self._entries[identifier] = (parent, path[-1])


class CategoryCalls:
    """The category phases of one apply."""

    def __init__(self, plan: Plan, writer: Writer, *, ledger: Ledger, before: Snapshot) -> None:
        self._plan = plan
        self._writer = writer
        self._ledger = ledger
        self._places = Places(before)
        self._before = before

    @property
    def craft(self) -> Craft:
        """How creates and renames are carried out."""
        return Craft(self._tasks, lambda index, seen: self._found(index, seen) is not None, self._settled)

    def find(self, path: CategoryPath) -> int | None:
        """The id at a path by now."""
        return self._places.find(path)

    def upwards(self, path: CategoryPath) -> frozenset[int]:
        """The ids of the category at a path by now, and of those above it."""
        return self._places.upwards(path)

    def missing(self, path: CategoryPath) -> Message:
        """Why a category that something needs is not there."""
        return message(
            "its category {category} is not there: {cause}",
            category=show_path(path),
            cause=next(self._causes(path), message("no listing shows it")),
        )

    def _causes(self, path: CategoryPath) -> Iterator[Message]:
        for index, change in enumerate(self._plan.changes):
            after = change.after if isinstance(change, CategoryChange) else None
            if after and path[: len(after)] == after and not self._ledger.is_good(index):
                yield self._ledger.reason(index)

    def _tasks(self, indices: Sequence[int], seen: Snapshot | None) -> Sequence[Task]:
        return [partial(self._write, index, seen) for index in indices]

    def _write(self, index: int, seen: Snapshot | None) -> Mapping[int, Attempt]:
        edited = None if seen is None else self._edited(self._change(index), seen)
        return {index: edited or self._send(index)}

    def _edited(self, change: CategoryChange, seen: Snapshot) -> Attempt | None:
        """Why a rename is not sent again: the listing that a repetition follows shows a title that somebody else gave."""
        found = None if change.id is None else seen.categories.get(change.id)
        titles = [path[-1] for path in (change.before, change.after) if path]
        if found is None or any(spelled_alike(found.path[-1], title) for title in titles):
            return None
        return Attempt(Ended.HELD, title_edited(found.path))

    def _send(self, index: int) -> Attempt:
        change = self._change(index)
        path = change.after or ()
        if change.id is not None:
            return self._rename(index, change.id, path)
        parent = self._places.find(path[:-1])
        if parent is None and len(path) > 1:
            return Attempt(Ended.HELD, self.missing(path[:-1]))
        return self._ledger.send(lambda: self._places.learn(path, self._writer.add_category(path[-1], parent=parent)), index)

    def _rename(self, index: int, identifier: int, path: CategoryPath) -> Attempt:
        ended = self._ledger.send(lambda: self._writer.rename_category(identifier, path[-1]), index)
        if ended.ended is Ended.DONE:
            self._places.learn(path, identifier)
        return ended

    def _found(self, index: int, seen: Snapshot) -> int | None:
        """The id of the category in its goal state, if a listing shows it."""
        change = self._change(index)
        path = change.after or ()
        if change.id is not None:
            category = seen.categories.get(change.id)
            return change.id if category is not None and category.path[-1:] == path[-1:] else None
        new = {key: entry for key, entry in seen.categories.items() if key not in self._before.categories}
        exact = [key for key, entry in new.items() if entry.path == path]
        alike = [key for key, entry in new.items() if _alike(entry.path, path) and not self._places.knows(key)]
        return min(exact or alike, default=None)

    def _settled(self, index: int, seen: Snapshot) -> None:
        identifier = self._found(index, seen)
        assert identifier is not None  # noqa: S101  (only a listing that shows it settles it)
        self._places.learn(self._change(index).after or (), identifier)

    def _change(self, index: int) -> CategoryChange:
        change = self._plan.changes[index]
        assert isinstance(change, CategoryChange)  # noqa: S101  (the phase holds category changes only)
        return change


def _alike(one: CategoryPath, other: CategoryPath) -> bool:
    return len(one) == len(other) and all(map(spelled_alike, one, other))
