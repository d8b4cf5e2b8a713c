"""Creates and updates questions, and learns the ids of created ones. Status and removals go in ``batches``."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from kbsync.applier.attempts import Attempt, Ended, attempt
from kbsync.applier.categories import CategoryWork
from kbsync.applier.dependencies import dependencies
from kbsync.applier.ledger import Ledger
from kbsync.applier.moved import value_of
from kbsync.applier.rounds import Craft, Task
from kbsync.applier.snapshot import Renames, Snapshot
from kbsync.messages import message
from kbsync.model import Content, Question
from kbsync.ordering import phases
from kbsync.plan import Field, Plan, QuestionChange
from kbsync.store import Writer

__all__ = ["QuestionWork", "outstanding"]


def outstanding(change: QuestionChange, found: Content, renames: Renames) -> tuple[Field, ...]:
    """The fields that a change changes and that do not hold the goal yet.

    A question whose category is only renamed does not move.
    """
    after = _goal(change)
    return tuple(
        part
        for part in _changed(change)
        if value_of(found, part) != value_of(after, part)
        and not (part is Field.CATEGORY and renames.of(found.category) == after.category)
    )


class QuestionWork:
    """The question phases of one apply. ``created`` maps creates to the ids that listings taught."""

    def __init__(self, plan: Plan, writer: Writer, *, ledger: Ledger, categories: CategoryWork, before: Snapshot) -> None:
        self._plan = plan
        self._writer = writer
        self._ledger = ledger
        self._categories = categories
        self._before = before
        self._renames = Renames(plan.changes)
        self._needs = dependencies(plan.changes, phases(plan.changes))
        self._wanted = {change.after.question for change in plan.changes if isinstance(change, QuestionChange) and change.after}
        self.created: dict[int, str] = {}

    @property
    def craft(self) -> Craft:
        """How creates and updates are carried out."""
        return Craft(self._tasks, self.reached)

    def change(self, index: int) -> QuestionChange:
        """A change that a question phase holds."""
        change = self._plan.changes[index]
        assert isinstance(change, QuestionChange)  # noqa: S101  (callers ask for questions only)
        return change

    def held(self, index: int) -> Attempt | None:
        """Why a change must not be carried out: an earlier one that it builds on did not reach its goal."""
        failed = self._ledger.first_failed(self._needs[index])
        if failed is None:
            return None
        reason = message(
            "it builds on the change of “{title}”, which was not carried out: {cause}",
            title=self._plan.changes[failed].title,
            cause=self._ledger.reason(failed),
        )
        return Attempt(Ended.HELD, reason)

    def reached(self, index: int, seen: Snapshot) -> bool:
        """Whether a listing shows a change in its goal state; for a create, that it exists at all."""
        change = self.change(index)
        if change.id is None:
            return self.find(index, seen) is not None
        found = seen.questions.get(change.id)
        return found is not None and not outstanding(change, found.content, self._renames)

    def find(self, index: int, seen: Snapshot) -> Question | None:
        """The question that a create made, if a listing shows it: a new one with its text, as spelled or nearly so."""
        if index in self.created:
            return seen.questions.get(self.created[index])
        text = self.change(index).title
        new = seen.called(text, besides=self.created.values())
        found = [question for question in new if question.id not in self._before.questions]
        exact = [question for question in found if question.content.question == text]
        near = [question for question in found if question.content.question not in self._wanted]
        return next(iter(exact or near), None)

    def learn(self, indices: Iterable[int], seen: Snapshot) -> None:
        """Keep the ids of created questions that a listing shows."""
        for index in indices:
            found = self.find(index, seen)
            if found is not None and found.id is not None:
                self.created[index] = found.id

    def _tasks(self, indices: Sequence[int], seen: Snapshot | None) -> Sequence[Task]:
        return [partial(self._write, index, seen or self._before) for index in indices]

    def _write(self, index: int, seen: Snapshot) -> Mapping[int, Attempt]:
        return {index: self._send(index, seen)}

    def _send(self, index: int, seen: Snapshot) -> Attempt:
        held = self.held(index)
        if held is not None:
            return held
        change = self.change(index)
        if change.id is None:
            return self._create(index, change)
        found = seen.questions.get(change.id)
        content = change.before if found is None else found.content
        assert content is not None  # noqa: S101  (a change with an id has a before)
        due = outstanding(change, content, self._renames)
        if any(self._is_strange(part, content, change) for part in due):
            return Attempt(Ended.HELD, message("somebody changed it meanwhile: look at it, and plan again"))
        place = self._categories.find(_goal(change).category)
        if Field.CATEGORY in due and place is None:
            return Attempt(Ended.HELD, self._categories.missing(_goal(change).category))
        resumed = len(due) < len(_changed(change))
        for call in self._calls(change, due, place):
            self._ledger.count(index)
            ended = attempt(call)
            if ended.ended is not Ended.DONE:
                return ended.in_part() if resumed else ended
            resumed = True
        return Attempt(Ended.DONE)

    def _is_strange(self, part: Field, found: Content, change: QuestionChange) -> bool:
        """Whether a field that is still to be changed holds what it held neither before nor ever should: an edit meanwhile."""
        if change.before is None or value_of(found, part) == value_of(change.before, part):
            return False
        renamed = part is Field.CATEGORY and self._renames.of(change.before.category) == found.category
        return not renamed

    def _create(self, index: int, change: QuestionChange) -> Attempt:
        goal = _goal(change)
        place = self._categories.find(goal.category)
        if place is None:
            return Attempt(Ended.HELD, self._categories.missing(goal.category))
        self._ledger.count(index)
        return attempt(
            lambda: self._writer.add_question(
                question=goal.question,
                answer=goal.answer,
                answer_type=goal.answer_type,
                category=place,
                similar=goal.similar,
            )
        )

    def _calls(self, change: QuestionChange, due: Sequence[Field], place: int | None) -> Iterator[Callable[[], None]]:
        """The writes of an update, in order: what ``update_chitchat`` can carry goes in one."""
        goal, identifier = _goal(change), change.id or ""
        if set(due) - {Field.SIMILAR, Field.STATUS}:
            yield lambda: self._writer.update_question(
                identifier,
                question=goal.question if Field.QUESTION in due else None,
                answer=goal.answer if Field.ANSWER in due else None,
                answer_type=goal.answer_type if Field.ANSWER_TYPE in due else None,
                category=place if Field.CATEGORY in due else None,
            )
        if Field.SIMILAR in due:
            yield lambda: self._writer.set_similar(identifier, goal.similar)
        if Field.STATUS in due:
            yield lambda: self._writer.set_status([identifier], goal.status)


def _changed(change: QuestionChange) -> tuple[Field, ...]:
    return tuple(
        part for part in Field if change.before is not None and value_of(change.before, part) != value_of(_goal(change), part)
    )


def _goal(change: QuestionChange) -> Content:
    assert change.after is not None  # noqa: S101  (deletes are in no question phase)
    return change.after
