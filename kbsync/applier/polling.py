"""A listing of the live library, and listing it again after writes with patience: reads may lag behind writes."""

import threading
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, replace

from kbsync.errors import KbsyncError
from kbsync.limiter import Clock
from kbsync.messages import Message, message
from kbsync.model import Category, CategoryPath, Content, Knowledge, Question, bare, path_after
from kbsync.plan import CategoryChange, Change, Field, Plan, renamed_paths, value_of
from kbsync.ports import Progress, Reader


class Snapshot:
    """The library as one listing showed it."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.knowledge = knowledge
        self.questions = {question.id: question for question in knowledge.questions if question.id is not None}
        self.categories = {category.id: category for category in knowledge.categories if category.id is not None}
        self._texts: dict[str, list[Question]] = defaultdict(list)
        for question in self.questions.values():
            self._texts[bare(question.content.question)].append(question)
        self._paths: dict[CategoryPath, int] = {}
        for identifier in sorted(self.categories, reverse=True):
            self._paths[self.categories[identifier].path] = identifier

    def called(self, text: str, *, besides: Container[object] = ()) -> tuple[Question, ...]:
        """The questions with that text, the exactly equal ones first, then those that are spelled alike."""
        alike = [question for question in self._texts.get(bare(text), ()) if question.id not in besides]
        return tuple(sorted(alike, key=lambda question: question.content.question != text))

    def at(self, path: CategoryPath) -> int | None:
        """The CategoryId at a path; the lowest one where two categories share it."""
        return self._paths.get(path)

    def inside(self, path: CategoryPath) -> tuple[tuple[Category, ...], tuple[Question, ...]]:
        """What a category holds: the categories below it, and the questions in it and in those."""
        depth = len(path)
        children = tuple(c for c in self.categories.values() if len(c.path) > depth and c.path[:depth] == path)
        questions = tuple(q for q in self.questions.values() if q.content.category[:depth] == path)
        return children, questions

    @property
    def homeless(self) -> bool:
        """Whether some question is in a category that the listing of categories does not show."""
        return any(question.content.category not in self._paths for question in self.questions.values())


PAUSES = (0.5, 1.0, 1.5, 3.0, 4.0)
"""Seconds between looks, ten in all. The vendor states no delay between a write and ``list_chitchat``, nor its absence."""

FAILURES = 2
"""Failed looks in a row after which looking ends: the reader has its own patience with the network."""


LOOKS = 3
"""Looks at what was touched alone, after which the library is listed: what the filter passes over is never shown by it."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for alone where that takes fewer calls: the library before the writes, and what it lacks to be as wanted.

    ``tree`` means that categories were touched, too. What is ``gone`` is there only where a look shows it: it showed it before.
    """

    before: Snapshot
    lacking: Callable[[Snapshot], Sequence[Question]]
    tree: bool
    gone: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Observation:
    """What polling found.

    ``snapshot`` is the last listing that came, None when none did; ``whole`` is False where it shows only what was looked for as
    it is now. ``conclusive`` means that a whole listing came after
    all patience or showed what was looked for, so that what it does not show did not happen. ``error`` is the reader's.
    ``came`` is when the listing came, by the forward-only clock and by the wall clock.
    """

    snapshot: Snapshot | None
    conclusive: bool
    error: KbsyncError | None = None
    came: tuple[float, float] = (0.0, 0.0)
    whole: bool = True

    @property
    def trouble(self) -> Message | None:
        """The reader's error, None if the last listing succeeded."""
        return None if self.error is None else self.error.message


class Poller:
    """Lists the library until it shows what is looked for, and not more often than needed.

    ``unwritten`` is the reader as long as no write was sent.
    """

    def __init__(self, reader: Reader, clock: Clock, *, unwritten: Reader, progress: Progress, stop: threading.Event) -> None:
        self._reader = reader
        self._unwritten = unwritten
        self._clock = clock
        self._progress = progress
        self._stop = stop
        self._latest: tuple[int, Observation] | None = None
        self._trusted = True

    def age(self, seen: Observation) -> float:
        """Age of a listing in seconds: the larger of monotonic and wall time, since the former stops during sleep."""
        return max(self._clock.now() - seen.came[0], self._clock.wall() - seen.came[1])

    def poll(
        self, enough: Callable[[Snapshot], bool], *, writes: int, anew: bool = False, touched: Sought | None = None
    ) -> Observation:
        """List until ``enough``, or until patience or the user ends it; never raises the reader's errors.

        ``writes`` is the number of writes sent so far: a listing made since the last of them is used again, unless ``anew``.
        What was ``touched`` is looked for alone at first, and never the last word where it does not show enough.
        """
        if not anew and self._latest is not None and self._latest[0] == writes:
            last = self._latest[1]
            if last.snapshot is not None and enough(last.snapshot):
                return last
        last, failures = Observation(None, conclusive=False), 0
        for number in range(len(PAUSES) + 1):
            sought = touched if self._trusted and number < LOOKS and not self._stop.is_set() else None
            try:
                last, failures = (self._look(sought, writes) if sought else None) or self._list(writes), 0
            except KbsyncError as error:
                last, failures = replace(last, conclusive=False, error=error), failures + 1
            else:
                self._latest = (writes, last)
                if last.snapshot is not None and enough(last.snapshot):
                    return last
            if failures == FAILURES or (self._ended(number) and last.whole):
                return replace(last, conclusive=False)
        return last

    def shows(self, questions: Sequence[Question], known: Knowledge, *, beside: int) -> frozenset[str]:
        """The ids of those that a look shows before anything is written: that it does not show them later means something.

        ``beside`` is how many others will be looked for. None of them where the library will be listed in any case.
        """
        if not questions:
            return frozenset()
        ids = frozenset(question.id for question in questions if question.id is not None)
        try:
            found = self._unwritten.look(questions, _without(known, ids), tree=False, beside=beside)
        except KbsyncError:
            found = None
        return frozenset() if found is None else ids & {question.id for question in found.questions}

    def _look(self, touched: Sought, writes: int) -> Observation | None:
        """What was touched as it is now, and all else as it was; None where a whole listing has to tell."""
        latest = self._latest[1].snapshot if self._latest is not None and self._latest[0] == writes else None
        known = latest or touched.before
        goals = touched.lacking(known)
        if not goals and not touched.tree:
            return None  # What differs in Unicode form alone was as wanted before it was written: only a listing tells.
        try:
            found = self._reader.look(goals, _without(known.knowledge, touched.gone), tree=touched.tree)
        except KbsyncError:
            found = None
        self._trusted = found is not None
        return None if found is None else replace(self._observed(found), conclusive=False, whole=False)

    def _list(self, writes: int) -> Observation:
        return self._observed((self._reader if writes else self._unwritten).read())

    def _observed(self, knowledge: Knowledge) -> Observation:
        return Observation(Snapshot(knowledge), knowledge.complete, came=(self._clock.now(), self._clock.wall()))

    def _ended(self, number: int) -> bool:
        """Wait for the reads to catch up; returns whether the user or the lock stopped the run."""
        if number == len(PAUSES):
            return False
        if not self._stop.is_set():
            note = message("looking again in {seconds} s: reads may lag behind writes", seconds=PAUSES[number])
            self._progress.note(note)
        return self._clock.wait(PAUSES[number], until=self._stop)


def _without(knowledge: Knowledge, ids: Container[object]) -> Knowledge:
    return replace(knowledge, questions=tuple(question for question in knowledge.questions if question.id not in ids))


def await_pending_creates(plan: Plan, live: Knowledge, *, poller: Poller, progress: Progress) -> Knowledge:
    """The library once it shows everything that the plan creates, or as it is when patience ends.

    An earlier apply may have made what no listing shows yet. The lag of reads behind writes is not documented, and no call
    certainly refuses a second question of the same text, so waiting is the only way.

    Raises ServiceError when it cannot be listed; nothing has been sent then.
    """
    made = [change for change in plan.changes if change.before is None]

    def shows_all(seen: Snapshot) -> bool:
        return all(_is_there(change, seen) for change in made)

    if shows_all(Snapshot(live)):
        return live
    progress.note(message("the last apply did not end in order: looking for what it made before anything is created"))
    found = poller.poll(shows_all, writes=0)
    if found.snapshot is None or found.error is not None:
        assert found.error is not None  # noqa: S101  (without a listing there is an error)
        raise found.error
    return found.snapshot.knowledge


def _is_there(change: Change, seen: Snapshot) -> bool:
    if isinstance(change, CategoryChange):
        return seen.at(change.after or ()) is not None
    return bool(seen.called(change.title))


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


def spelled_alike(one: str, other: str) -> bool:
    """Whether two texts differ at most in blanks, letter case and Unicode form: what a service may do to a text it stores."""
    return bare(one) == bare(other)


def differing(found: Content, wanted: Content, paths: PathChanges, *, among: Iterable[Field] = Field) -> tuple[Field, ...]:
    """The fields of ``among`` that are not as wanted. A question whose category is only renamed has not moved."""
    return tuple(
        part
        for part in among
        if part.differs(found, wanted) and not (part is Field.CATEGORY and paths.are_one(found.category, wanted.category))
    )


def shown(content: Content, field: Field) -> str:
    """A field's value as text for people."""
    return str(value_of(content, field))
