"""Creates and updates questions, and learns the ids of created ones. Status and removals go in ``batches``."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from kbsync.applier.attempts import Attempt, Ended
from kbsync.applier.categories import CategoryCalls
from kbsync.applier.fields import PathChanges, differing, shown
from kbsync.applier.ledger import Ledger
from kbsync.applier.moved import field_edited
from kbsync.applier.rounds import Craft, Task
from kbsync.applier.snapshot import Snapshot, spelled_alike
from kbsync.messages import message
from kbsync.model import Content, Question
from kbsync.ordering import phases
from kbsync.plan import Field, Plan, QuestionChange
from kbsync.store import Writer

__all__ = ["QuestionWork"]


class QuestionWork:
    """The question phases of one apply. ``created`` maps creates to the ids that listings taught.

    ``finisher`` also sends when the apply is to stop: it has the rest of an update whose first call took effect.
    """

    def __init__(
        self, plan: Plan, writer: Writer, *, finisher: Writer, ledger: Ledger, categories: CategoryCalls, before: Snapshot
    ) -> None:
        self._plan = plan
        self._writer = writer
        self._finisher = finisher
        self._ledger = ledger
        self._categories = categories
        self._before = before
        self._paths = PathChanges(plan.changes)
        self._needs = {index: needs for phase in phases(plan.changes) for index, needs in phase.needs.items()}
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
        return found is not None and all(
            _stored_otherwise(part, found.content, change) for part in self._due(change, found.content)
        )

    def edited(self, index: int, seen: Snapshot) -> Attempt | None:
        """Why a change is not sent again: the listing that a repetition follows shows an edit that it would overwrite."""
        change = self.change(index)
        found = seen.questions.get(change.id or "")
        if found is None or change.before is None:
            return None
        due = tuple(Field) if change.after is None else self._due(change, found.content)
        strange = differing(found.content, change.before, self._paths, among=due)
        edits = [part for part in strange if not _stored_otherwise(part, found.content, change)]
        if not edits:
            return None
        done_in_part = change.after is not None and len(due) < len(change.touched)
        reason = field_edited(found.content, edits[0])
        return Attempt(Ended.REFUSED, reason).in_part() if done_in_part else Attempt(Ended.HELD, reason)

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
        return [partial(self._write, index, seen) for index in indices]

    def _write(self, index: int, seen: Snapshot | None) -> Mapping[int, Attempt]:
        held = self.held(index) or (self.edited(index, seen) if seen is not None else None)
        return {index: held or self._send(index, seen or self._before)}

    def _send(self, index: int, seen: Snapshot) -> Attempt:
        change = self.change(index)
        if change.id is None:
            return self._create(index, change)
        found = seen.questions.get(change.id)
        content = change.before if found is None else found.content
        assert content is not None  # noqa: S101  (a change with an id has a before)
        due = self._due(change, content)
        place = self._categories.find(_goal(change).category)
        if Field.CATEGORY in due and place is None:
            return Attempt(Ended.HELD, self._categories.missing(_goal(change).category))
        resumed = len(due) < len(change.touched)
        for call in self._calls(change, due, place):
            ended = self._ledger.send(partial(call, self._finisher if resumed else self._writer), index)
            if ended.ended is not Ended.DONE:
                return ended.in_part() if resumed else ended
            resumed = True
        return Attempt(Ended.DONE)

    def _due(self, change: QuestionChange, found: Content) -> tuple[Field, ...]:
        """The fields that a change is about and that do not hold its goal yet."""
        return differing(found, _goal(change), self._paths, among=change.touched)

    def _create(self, index: int, change: QuestionChange) -> Attempt:
        goal = _goal(change)
        place = self._categories.find(goal.category)
        if place is None:
            return Attempt(Ended.HELD, self._categories.missing(goal.category))

        def add() -> None:
            self._writer.add_question(
                question=goal.question,
                answer=goal.answer,
                answer_type=goal.answer_type,
                category=place,
                similar=goal.similar,
            )

        return self._ledger.send(add, index)

    def _calls(self, change: QuestionChange, due: Sequence[Field], place: int | None) -> Iterator[Callable[[Writer], None]]:
        """The writes of an update, in order: what ``update_chitchat`` can carry goes in one."""
        goal, identifier = _goal(change), change.id or ""
        if set(due) - {Field.SIMILAR, Field.STATUS}:
            yield lambda writer: writer.update_question(
                identifier,
                question=goal.question if Field.QUESTION in due else None,
                answer=goal.answer if Field.ANSWER in due else None,
                answer_type=goal.answer_type if Field.ANSWER_TYPE in due else None,
                category=place if Field.CATEGORY in due else None,
            )
        if Field.SIMILAR in due:
            yield lambda writer: writer.set_similar(identifier, goal.similar)
        if Field.STATUS in due:
            yield lambda writer: writer.set_status([identifier], goal.status)


def _stored_otherwise(part: Field, found: Content, change: QuestionChange) -> bool:
    """Whether a text arrived and the service keeps it in its own spelling, which ``readback`` tells."""
    if change.before is None or change.after is None or part not in (Field.QUESTION, Field.ANSWER):
        return False
    now = shown(found, part)
    return spelled_alike(now, shown(change.after, part)) and now != shown(change.before, part)


def _goal(change: QuestionChange) -> Content:
    assert change.after is not None  # noqa: S101  (deletes are in no question phase)
    return change.after
