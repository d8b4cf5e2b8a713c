"""Compares what was applied with what a listing shows afterwards, and says why they may differ."""

from collections.abc import Iterator, Sequence

from kbsync.applier.moved import shown, value_of
from kbsync.applier.questions import QuestionWork
from kbsync.applier.snapshot import Renames, Snapshot, spelled_alike
from kbsync.messages import Message, message
from kbsync.model import AnswerType, Content, Question, Status, show_path
from kbsync.plan import Action, CategoryChange, Change, Field, Plan, QuestionChange
from kbsync.report import Mismatch

__all__ = ["PRESENCE", "ReadBack"]

PRESENCE = "presence"
"""The field of a mismatch about an object that is there and should not be, or the other way round."""


class ReadBack:
    """Knows the goal of every change of one apply."""

    def __init__(self, plan: Plan, questions: QuestionWork) -> None:
        self._plan = plan
        self._questions = questions
        self._renames = Renames(plan.changes)
        self._enabled = {change.id for change in plan.changes if change.action is Action.ENABLE}

    def differences(self, index: int, seen: Snapshot) -> tuple[Mismatch, ...]:
        """What of an applied change a listing does not show."""
        change = self._plan.changes[index]
        if isinstance(change, CategoryChange):
            return tuple(self._category(index, change, seen))
        found = self._questions.find(index, seen) if change.id is None else seen.questions.get(change.id)
        return tuple(self._question(index, change, found))

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
        if change.id is None:
            if seen.at(change.after or ()) is None:
                yield _absent(index, change.title)
            return
        found = seen.categories.get(change.id)
        if change.after is None:
            if found is not None:
                yield _present(index, show_path(found.path))
        elif found is None:
            yield _absent(index, change.title)
        elif found.path[-1:] != change.after[-1:]:
            yield Mismatch(index, "title", change.after[-1], found.path[-1], _text_reason(change.after[-1], found.path[-1]))

    def _question(self, index: int, change: QuestionChange, found: Question | None) -> Iterator[Mismatch]:
        if change.after is None:
            if found is not None:
                yield _present(index, found.content.question)
            return
        if found is None:
            yield _absent(index, change.title)
            return
        for part in Field:
            if self._same(part, found.content, change.after) or self._is_told_elsewhere(part, change):
                continue
            reason = _reason(part, change, found.content) if _changes(change, part) else message("the update changed it as well")
            yield Mismatch(index, part.value, shown(change.after, part), shown(found.content, part), reason)

    def _is_told_elsewhere(self, part: Field, change: QuestionChange) -> bool:
        """Whether another change of the same question is about this field."""
        if _changes(change, part):
            return False
        others = (other for other in self._plan.changes if isinstance(other, QuestionChange) and other.id == change.id)
        return any(_changes(other, part) for other in others)

    def _same(self, part: Field, found: Content, wanted: Content) -> bool:
        if part is Field.CATEGORY:
            # A field that is left alone keeps the path that it had before the plan's renames.
            same = wanted.category in (found.category, self._renames.of(found.category))
            return same or self._renames.of(wanted.category) == found.category
        return value_of(found, part) == value_of(wanted, part)


def _changes(change: QuestionChange, part: Field) -> bool:
    """Whether a change is about a field; a create is about all of them."""
    if change.before is None or change.after is None:
        return True
    return value_of(change.before, part) != value_of(change.after, part)


def _present(index: int, title: str) -> Mismatch:
    reason = message("it is still listed: the service did not delete it, or reads lag behind writes")
    return Mismatch(index, PRESENCE, "", title, reason)


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
    if change.before is not None and value_of(found, part) == value_of(change.before, part):
        return message("it reads as before: reads lag behind writes, or the service ignored the change without a word")
    return _text_reason(shown(wanted, part), shown(found, part))


def _text_reason(wanted: str, found: str) -> Message:
    if spelled_alike(wanted, found):
        return message("the service stores the text in its own spelling: write it that way in the file to end the difference")
    return message("somebody else changed it meanwhile, or the service stores something other than what was sent")
