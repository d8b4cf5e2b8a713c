"""Writes of one kind each: categories down and up the tree, questions one by one, status and removals in batches.

The service answers a batch as a whole (cloud.tencent.com/document/product/679/117570), so one that is refused is halved until
the refused id stands alone.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from kbsync.applier.phases import Attempt, Ending, Job, Strategy
from kbsync.applier.polling import Observation, Snapshot, differing, shown, spelled_alike
from kbsync.display import shorten
from kbsync.messages import Message, message
from kbsync.model import Category, CategoryPath, Content, MenuType, Question, Status, keeps_title, same_title, show_path
from kbsync.ordering import BATCH
from kbsync.plan import FIELD_NAMES, Action, CategoryChange, Field, Plan, QuestionChange, value_of

FRESH = 1.0
"""Seconds for which a listing proves that a category is empty: a later call needs a new one."""

DELETE_WITHIN = 60.0
"""Seconds for which one delete is tried anew while the service, or other clients, leave it no room in time."""


class CategoryWrites(Strategy):
    """Creates and renames categories, and keeps the ids of all, new ones included."""

    def __init__(self, job: Job) -> None:
        super().__init__(job)
        self.paths = LivePaths(job.before)

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
        parent = self.paths.find(path[:-1])
        if change.id is None and parent is None and len(path) > 1:
            return {index: Attempt(Ending.HELD, self.missing(path[:-1]))}
        with self._job.ledger.write(index) as write:
            if change.id is None:
                self._learn(index, self._job.writer.add_category(path[-1], parent=parent))
            else:
                self._job.writer.rename_category(change.id, path[-1])
                self.paths.learn(path, change.id)
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
        self.paths.learn(self._change(index).after or (), identifier)
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
        alike = [key for key, entry in new.items() if _alike(entry.path, path) and not self.paths.knows(key)]
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
            if not ended.outdated or ledger.interrupted or poller.age(first) > DELETE_WITHIN:
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
        return next(
            (title for title, path in self._arrivals.values() if identifier in self._categories.paths.upwards(path)), None
        )

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


class QuestionWrites(Strategy):
    """Creates and updates questions, and learns the ids of created ones."""

    def __init__(self, job: Job, *, categories: CategoryWrites) -> None:
        super().__init__(job)
        self._categories = categories
        changes = job.plan.changes
        self._wanted = {change.after.question for change in changes if isinstance(change, QuestionChange) and change.after}

    def write(self, batch: Sequence[int], seen: Snapshot | None) -> Mapping[int, Attempt]:
        """Carry out one change, unless what it builds on failed or it would overwrite an edit."""
        [index] = batch
        held = self._job.held(index) or (self.edited(index, seen) if seen is not None else None)
        if held is not None:
            return {index: held}
        change, goal = self.change(index), _goal(self.change(index))
        found = (seen or self._job.before).questions.get(change.id or "")
        content = change.before if found is None else found.content
        due = tuple(Field) if content is None else self._due(change, content)
        place = self._categories.paths.find(goal.category)
        if Field.CATEGORY in due and place is None:
            return {index: Attempt(Ending.HELD, self._categories.missing(goal.category))}
        begun = len(due) < len(change.touched)
        for call in self._calls(change, due, place, begun=begun):
            with self._job.ledger.write(index) as write:
                call()
            if write.attempt.ended is not Ending.DONE:
                return {index: write.attempt.in_part() if begun else write.attempt}
            begun = True
        return {index: Attempt(Ending.DONE)}

    def _calls(
        self, change: QuestionChange, due: Sequence[Field], place: int | None, *, begun: bool
    ) -> Iterator[Callable[[], object]]:
        """The writes of a change, in order, as few as possible. Once one took effect, the rest must follow."""
        goal, identifier = _goal(change), change.id
        if identifier is None:
            assert place is not None  # noqa: S101  (a question without its category is held back)
            yield partial(
                self._job.writer.add_question,
                question=goal.question,
                answer=goal.answer,
                answer_type=goal.answer_type,
                category=place,
                similar=goal.similar,
            )
            return
        writer = self._job.uninterruptible if begun else self._job.writer
        if set(due) - {Field.SIMILAR, Field.STATUS}:
            yield partial(
                writer.update_question,
                identifier,
                question=goal.question if Field.QUESTION in due else None,
                answer=goal.answer if Field.ANSWER in due else None,
                answer_type=goal.answer_type if Field.ANSWER_TYPE in due else None,
                category=place if Field.CATEGORY in due else None,
            )
            writer = self._job.uninterruptible
        if Field.SIMILAR in due:
            yield partial(writer.set_similar, identifier, goal.similar)
            writer = self._job.uninterruptible
        if Field.STATUS in due:
            yield partial(writer.set_status, [identifier], goal.status)

    def reached(self, index: int, seen: Snapshot) -> bool:
        """Whether a listing shows a change in its goal state; for a create, that it exists at all."""
        change = self.change(index)
        if change.id is None:
            return self.find(index, seen) is not None
        found = seen.questions.get(change.id)
        return found is not None and all(
            _stored_otherwise(part, found.content, change) for part in self._due(change, found.content)
        )

    def change(self, index: int) -> QuestionChange:
        """A change that a question phase holds."""
        change = self._job.plan.changes[index]
        assert isinstance(change, QuestionChange)  # noqa: S101  (callers ask for questions only)
        return change

    def edited(self, index: int, seen: Snapshot) -> Attempt | None:
        """Why a change is not sent again: the listing that a repetition follows shows an edit that it would overwrite."""
        change = self.change(index)
        found = seen.questions.get(change.id or "")
        if found is None or change.before is None:
            return None
        due = tuple(Field) if change.after is None else self._due(change, found.content)
        strange = differing(found.content, change.before, self._job.paths, among=due)
        edits = [part for part in strange if not _stored_otherwise(part, found.content, change)]
        if not edits:
            return None
        done_in_part = change.after is not None and len(due) < len(change.touched)
        value = value_of(found.content, edits[0])
        reason = message(
            "its {field} is “{found}” now, neither as it was nor as it was sent: somebody edited it meanwhile, "
            "or the service stores it otherwise; it was not sent again, so look at it and plan again",
            field=FIELD_NAMES[edits[0]],
            found=value if isinstance(value, Message) else shorten(value),
        )
        return Attempt(Ending.REFUSED, reason).in_part() if done_in_part else Attempt(Ending.HELD, reason)

    def find(self, index: int, seen: Snapshot) -> Question | None:
        """The question that a create made, if a listing shows it: a new one with its text, as spelled or nearly so."""
        created = self._job.created
        if index in created:
            return seen.questions.get(created[index])
        text = self.change(index).title
        new = seen.called(text, besides=created.values())
        found = [question for question in new if question.id not in self._job.before.questions]
        exact = [question for question in found if question.content.question == text]
        near = [question for question in found if question.content.question not in self._wanted]
        return next(iter(exact or near), None)

    def learn(self, indices: Iterable[int], seen: Snapshot) -> None:
        """Keep the ids of created questions that a listing shows."""
        for index in indices:
            found = self.find(index, seen)
            if found is not None and found.id is not None:
                self._job.created[index] = found.id

    def _due(self, change: QuestionChange, found: Content) -> tuple[Field, ...]:
        """The fields that a change is about and that do not hold its goal yet."""
        return differing(found, _goal(change), self._job.paths, among=change.touched)


class BatchWrites(Strategy):
    """Enables, disables and deletes questions.

    ``finishing`` gives created questions the status that ``add_chitchat`` cannot give them, also when the apply is to stop.
    """

    def __init__(self, job: Job, *, questions: QuestionWrites, removing: bool = False, finishing: bool = False) -> None:
        super().__init__(job)
        self.gone_is_refused = removing
        self.finishing = finishing
        self._questions = questions
        self._writer = job.uninterruptible if finishing else job.writer

    def batches(self, indices: Sequence[int], seen: Snapshot | None) -> Sequence[Sequence[int]]:
        """Changes with one goal together, those that are left out alone."""
        groups: dict[Status | None, list[int]] = defaultdict(list)
        held = dict.fromkeys(index for index in indices if self._held(index, seen))
        for index in indices:
            if index not in held:
                groups[self._goal(index)].append(index)
        cuts = (group[start : start + BATCH] for group in groups.values() for start in range(0, len(group), BATCH))
        return [*((index,) for index in held), *cuts]

    def write(self, batch: Sequence[int], seen: Snapshot | None) -> Mapping[int, Attempt]:
        """Carry out one batch, or note why its only change is left out."""
        held = self._held(batch[0], seen)
        found = self._send(batch) if held is None else {batch[0]: held}
        return {index: attempt.in_part() for index, attempt in found.items()} if self.finishing else found

    def reached(self, index: int, seen: Snapshot) -> bool:
        """Whether a listing shows a question in the status that is wanted, or not at all where it is to go."""
        found = seen.questions.get(self._identifier(index))
        goal = self._goal(index)
        return found is None if goal is None else found is not None and found.content.status is goal

    def _held(self, index: int, seen: Snapshot | None) -> Attempt | None:
        """Why a change is left out. Only a delete that is sent again could destroy an edit: a status has but two values."""
        edited = self._questions.edited(index, seen) if seen is not None and self._goal(index) is None else None
        return self._job.held(index) or edited

    def _send(self, batch: Sequence[int]) -> dict[int, Attempt]:
        """One batch, in smaller ones if it is refused; what a cautious apply does not start any more is left out."""
        identifiers, goal, ledger = [self._identifier(index) for index in batch], self._goal(batch[0]), self._job.ledger
        with ledger.write(batch[0]) as write:
            if goal is None:
                self._writer.delete_questions(identifiers)
            else:
                self._writer.set_status(identifiers, goal)
        ended = write.attempt
        if ended.ended is not Ending.REFUSED or ended.hopeless or len(batch) == 1:
            return dict.fromkeys(batch, ended)
        middle = len(batch) // 2
        found = self._send(batch[:middle])
        failed = any(end.ended is not Ending.DONE for end in found.values())
        if ledger.interrupted or (ledger.cautious and failed):
            return found
        return found | self._send(batch[middle:])

    def _goal(self, index: int) -> Status | None:
        """The status that a change wants, None for a removal."""
        after = self._questions.change(index).after
        return None if after is None else after.status

    def _identifier(self, index: int) -> str:
        return self._questions.change(index).id or self._job.created[index]


def _goal(change: QuestionChange) -> Content:
    assert change.after is not None  # noqa: S101  (deletes are in no question phase)
    return change.after


def _stored_otherwise(part: Field, found: Content, change: QuestionChange) -> bool:
    """Whether a text arrived and the service keeps it in its own spelling, which the read-back reports."""
    if change.before is None or change.after is None or part not in (Field.QUESTION, Field.ANSWER):
        return False
    now = shown(found, part)
    return spelled_alike(now, shown(change.after, part)) and now != shown(change.before, part)
