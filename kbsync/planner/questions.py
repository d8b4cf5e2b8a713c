"""What happens to the declared questions: created, or changed field by field, each with its cause.

Removing questions is ``removals``; recognising them is ``matching``.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from kbsync.compare import changed_fields
from kbsync.model import CategoryPath, Content, Knowledge, Question, Status, bare
from kbsync.plan import Action, Cause, Field, FieldChange, QuestionChange
from kbsync.planner.matching import Matches, Pair

__all__ = ["is_unchanged", "plan_questions"]

SEVERITY = (Cause.DECLARED, Cause.UNKNOWN, Cause.DRIFT, Cause.CONFLICT)
"""Causes from harmless to dangerous."""

Final = Callable[[CategoryPath], CategoryPath]


def plan_questions(matches: Matches, *, base: Knowledge | None, final: Final) -> tuple[QuestionChange, ...]:
    """Every change that the declared questions need."""
    lookup = _BaseLookup(base, final)
    changed = (change for pair in matches.pairs for change in _change(pair, lookup, final))
    created = (_create(question, lookup) for question in matches.new)
    return (*changed, *created)


def is_unchanged(pair: Pair, final: Final) -> bool:
    """Whether a live question already is as declared, category renames aside."""
    return replace(pair.live.content, category=final(pair.live.content.category)) == pair.desired.content


def _worst(causes: Sequence[Cause]) -> Cause:
    """The most dangerous of some causes."""
    return max(causes, key=SEVERITY.index)


def _value(content: Content, field: Field) -> object:
    """The value of one field; its type depends on the field."""
    return getattr(content, field.value)


class _BaseLookup:
    """Finds what the base said about a question: under its id, its text, or the text it still has in the service."""

    def __init__(self, base: Knowledge | None, final: Final) -> None:
        self.known = base is not None
        self._final = final
        questions = () if base is None else base.questions
        self._by_text = {question.content.question: question for question in questions}
        self._by_id = {question.id: question for question in questions if question.id is not None}

    def find(self, desired: Question, live: Question | None) -> Content | None:
        found = self._by_id.get(desired.id) if desired.id is not None else None
        found = found or self._by_text.get(desired.content.question)
        if found is None and live is not None:
            found = self._by_text.get(live.content.question)
        for text in desired.previously:
            found = found or self._by_text.get(text)
        if found is None:
            return None
        return replace(found.content, category=self._final(found.content.category))


def _change(pair: Pair, lookup: _BaseLookup, final: Final) -> Iterator[QuestionChange]:
    live, desired = pair.live.content, pair.desired.content
    settled = replace(live, category=final(live.category))
    fields = changed_fields(settled, desired)
    if not fields:
        return
    base = lookup.find(pair.desired, pair.live)
    causes = tuple(FieldChange(field, _cause(field, settled, desired, base=base, known=lookup.known)) for field in fields)
    content = tuple(change for change in causes if change.field is not Field.STATUS)
    goal = replace(desired, status=live.status)
    if content:
        yield _question_change(pair, _action(content), before=live, after=goal, fields=content, base=base)
    if len(content) < len(causes):
        action = Action.ENABLE if desired.status is Status.ENABLED else Action.DISABLE
        start = goal if content else live
        end = replace(start, category=desired.category, status=desired.status)
        status = tuple(change for change in causes if change.field is Field.STATUS)
        yield _question_change(pair, action, before=start, after=end, fields=status, base=base)


def _question_change(
    pair: Pair,
    action: Action,
    *,
    before: Content,
    after: Content,
    fields: tuple[FieldChange, ...],
    base: Content | None,
) -> QuestionChange:
    return QuestionChange(
        action=action,
        id=pair.live.id,
        before=before,
        after=after,
        cause=_worst([change.cause for change in fields]),
        fields=fields,
        base=base,
        location=pair.desired.location,
        match=pair.match,
        confidence=pair.confidence,
    )


def _cause(field: Field, live: Content, desired: Content, *, base: Content | None, known: bool) -> Cause:
    if base is None:
        return Cause.CONFLICT if known and _both_added(field, live, desired) else Cause.UNKNOWN
    said = _value(base, field)
    if said == _value(live, field):
        return Cause.DECLARED
    return Cause.DRIFT if said == _value(desired, field) else Cause.CONFLICT


def _both_added(field: Field, live: Content, desired: Content) -> bool:
    """Whether the base lacks the question because git and the console each added one, with something else to say.

    An apply that was cut off leaves a created question whose status or type is not set yet, or that the service spells its
    own way: that is no console edit, and the next run must be able to finish it.
    """
    if field is Field.ANSWER:
        return bare(live.answer) != bare(desired.answer)
    if field is Field.SIMILAR:
        return {bare(text) for text in live.similar} != {bare(text) for text in desired.similar}
    return field is Field.CATEGORY


def _action(fields: Sequence[FieldChange]) -> Action:
    names = {change.field for change in fields}
    if Field.QUESTION in names:
        return Action.RENAME
    return Action.MOVE if names == {Field.CATEGORY} else Action.UPDATE


def _create(question: Question, lookup: _BaseLookup) -> QuestionChange:
    base = lookup.find(question, None)
    return QuestionChange(
        action=Action.CREATE,
        id=None,
        before=None,
        after=question.content,
        cause=_create_cause(question.content, base, known=lookup.known),
        base=base,
        location=question.location,
    )


def _create_cause(desired: Content, base: Content | None, *, known: bool) -> Cause:
    """A declared question that live lacks is new in git, or was deleted in the console."""
    if not known:
        return Cause.UNKNOWN
    if base is None:
        return Cause.DECLARED
    return Cause.DRIFT if base == desired else Cause.CONFLICT
