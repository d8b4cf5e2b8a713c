"""Compares the applied changes with a listing made afterwards; a mismatch has the likely reason."""

from collections.abc import Collection, Iterator, Sequence

from kbsync.applier.phases import Job
from kbsync.applier.polling import Snapshot, differing, shown, spelled_alike
from kbsync.applier.questions import QuestionWrites
from kbsync.messages import Message, message
from kbsync.model import AnswerType, CategoryPath, Content, Question, Status, composed, keeps_title, show_path, stored_path
from kbsync.plan import Action, CategoryChange, Change, Field, QuestionChange
from kbsync.report import Mismatch, Outcome

__all__ = ["PRESENCE", "ReadBack"]

PRESENCE = "presence"
"""The field of a mismatch about an object that is there and should not be, or the other way round."""


class ReadBack:
    """Knows the goal of every change of one apply."""

    def __init__(self, job: Job, questions: QuestionWrites) -> None:
        self._plan = job.plan
        self._ledger = job.ledger
        self._paths = job.paths
        self._questions = questions
        self._touched = {change.id for change in job.plan.changes}
        self._enabled = {change.id for change in job.plan.changes if change.action is Action.ENABLE}

    def differences(self, index: int, seen: Snapshot) -> tuple[Mismatch, ...]:
        """What of an applied change a listing does not show, and what else of the question is other than the plan has it."""
        change = self._plan.changes[index]
        if isinstance(change, CategoryChange):
            return tuple(self._category(index, change, seen))
        found = self._questions.find(index, seen) if change.id is None else seen.questions.get(change.id)
        return (*self._question(index, change, found, seen), *self._question_twins(index, change, found, seen))

    def has_settled(self, indices: Sequence[int], seen: Snapshot) -> bool:
        """Whether a listing leaves nothing to wait for: a question that woke up does not go to sleep again by itself."""
        woken = self.woken(indices, seen)
        return all(
            mismatch.field == Field.STATUS and index in woken for index in indices for mismatch in self.differences(index, seen)
        )

    def woken(self, indices: Sequence[int], seen: Snapshot) -> tuple[int, ...]:
        """The changes of disabled questions, to stay disabled, that a listing shows enabled."""
        return tuple(index for index in indices if self._is_woken(self._plan.changes[index], seen))

    def _is_woken(self, change: Change, seen: Snapshot) -> bool:
        if not isinstance(change, QuestionChange) or change.id is None or change.before is None or change.after is None:
            return False
        found = seen.questions.get(change.id)
        stays = change.before.status is change.after.status is Status.DISABLED and change.id not in self._enabled
        return stays and found is not None and found.content.status is Status.ENABLED

    def _category(self, index: int, change: CategoryChange, seen: Snapshot) -> Iterator[Mismatch]:
        found = seen.categories.get(self._category_id(index, change) or 0)
        if change.after is None:
            if found is not None:
                yield _present(index, show_path(found.path))
        elif found is None:
            yield _absent(index, change.title)
        elif not keeps_title(change.after[-1], found.path[-1]):
            yield Mismatch(index, "title", change.after[-1], found.path[-1], _text_reason(change.after[-1], found.path[-1]))
        elif change.id is None:
            twins = [key for key, held in seen.categories.items() if held.path == found.path and key not in self._touched]
            yield from _twins(index, show_path(found.path), len(twins))

    def _category_id(self, index: int, change: CategoryChange) -> int | None:
        if change.id is None and index in self._ledger.made:
            return int(self._ledger.made[index])
        return change.id

    def _question(self, index: int, change: QuestionChange, found: Question | None, seen: Snapshot) -> Iterator[Mismatch]:
        if change.after is None:
            if found is not None:
                yield _present(index, found.content.question)
            return
        if found is None:
            yield _absent(index, change.title)
            return
        own = change.touched
        for part in differing(found.content, change.after, self._paths, among=(*own, *self._beside(index, change))):
            paths = [category.path for category in seen.categories.values()]
            if _is_form_alone(part, found.content, change.after, paths):
                continue  # The service stores another form: it arrived, and nobody sees a difference.
            reason = _reason(part, change, found.content) if part in own else _changed_as_well()
            yield Mismatch(index, part.value, shown(change.after, part), shown(found.content, part), reason)

    def _question_twins(self, index: int, change: QuestionChange, found: Question | None, seen: Snapshot) -> Iterator[Mismatch]:
        """What the service holds besides a question that was made: nothing had its text before that the plan leaves there."""
        if change.id is None and found is not None:
            text = found.content.question
            twins = [it for it in seen.called(text, besides=self._touched) if it.content.question == text]
            yield from _twins(index, text, len(twins))

    def _beside(self, index: int, change: QuestionChange) -> tuple[Field, ...]:
        """The fields that no change of the question concerns, with its last applied change, so that each is reported once."""
        links = {at: it for at, it in enumerate(self._plan.changes) if isinstance(it, QuestionChange) and it.id == change.id}
        applied = [at for at in links if self._ledger.outcome(at) is Outcome.APPLIED]
        if change.id is None or index != max(applied, default=None):
            return ()
        told = {part for link in links.values() for part in link.touched}
        return tuple(part for part in Field if part not in told)


def _is_form_alone(part: Field, found: Content, wanted: Content, paths: Collection[CategoryPath]) -> bool:
    if part is Field.CATEGORY:
        return stored_path(wanted.category, paths) == found.category
    return not part.differs(composed(found), composed(wanted))


def _changed_as_well() -> Message:
    return message("no change was about it: the service changed it as well, or somebody edited it meanwhile")


def _present(index: int, title: str) -> Mismatch:
    reason = message("it is still listed: the service did not delete it, or reads lag behind writes")
    return Mismatch(index, PRESENCE, "", title, reason)


def _twins(index: int, title: str, count: int) -> Iterator[Mismatch]:
    if count > 1:
        reason = message(
            "it is there more than once: an apply that was interrupted made it too, or somebody else did; "
            "delete all but one in the console"
        )
        yield Mismatch(index, PRESENCE, title, f"{count} × {title}", reason)


def _absent(index: int, title: str) -> Mismatch:
    reason = message("it is not listed: reads lag behind writes, or somebody removed it meanwhile")
    return Mismatch(index, PRESENCE, title, "", reason)


def _reason(part: Field, change: QuestionChange, found: Content) -> Message:
    assert change.after is not None  # noqa: S101  (a delete has no fields to differ)
    wanted = change.after
    if part is Field.ANSWER_TYPE and wanted.answer_type is AnswerType.TEXT:
        return message(
            "the service seems to read AnswerType 0 as “leave as it is”: "
            "set the answer to plain text in the console, or delete the question and create it anew"
        )
    if part is Field.ANSWER and not wanted.answer:
        return message("the service reads an empty answer as “leave as it is”: disable or delete the question instead")
    if part is Field.SIMILAR and set(found.similar) < set(wanted.similar):
        return message("the service did not keep every similar question: it may drop repeats or allow fewer")
    if change.before is not None and shown(found, part) == shown(change.before, part):
        return message("it reads as before: reads lag behind writes, or the service ignored the change without a word")
    return _text_reason(shown(wanted, part), shown(found, part))


def _text_reason(wanted: str, found: str) -> Message:
    if spelled_alike(wanted, found):
        return message("the service stores the text in its own spelling: write it that way in the file to end the difference")
    return message("somebody else changed it meanwhile, or the service stores something other than what was sent")
