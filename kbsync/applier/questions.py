"""Writes questions: creates and updates one by one, status and removals in batches.

The service answers a batch as a whole (cloud.tencent.com/document/product/679/117570), so one that is refused is halved until
the refused id stands alone.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from kbsync.applier.categories import CategoryWrites
from kbsync.applier.ledger import Attempt, Ending
from kbsync.applier.phases import Job, Strategy
from kbsync.applier.polling import Snapshot, differing, shown, spelled_alike
from kbsync.display import shorten
from kbsync.messages import Message, message
from kbsync.model import Content, Question, Status
from kbsync.ordering import BATCH
from kbsync.plan import FIELD_NAMES, Field, QuestionChange, value_of


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
        place = self._categories.find(goal.category)
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
