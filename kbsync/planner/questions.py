"""What happens to the declared questions: created, or changed field by field, each field with its cause."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from kbsync.compare import changed_fields
from kbsync.messages import message
from kbsync.model import Content, Question, Status, bare
from kbsync.plan import Action, Cause, Field, FieldChange, Match, Problem, ProblemKind, QuestionChange, harmful
from kbsync.planner.categories import CategoryWork
from kbsync.planner.matching import BaseIndex, Matches, Pair


def plan_questions(matches: Matches, said: BaseIndex, *, work: CategoryWork) -> Iterator[QuestionChange]:
    """Every change that the declared questions need."""
    for pair in matches.pairs:
        yield from _change(pair, said, work)
    for question in matches.new:
        base = said.about(question)
        content = None if base is None else work.settled(base.content)
        cause = _create_cause(question.content, content, known=said.known)
        yield QuestionChange(Action.CREATE, None, None, question.content, cause, base=content, location=question.location)


def is_unchanged(pair: Pair, work: CategoryWork) -> bool:
    """Whether a live question already is as declared, category renames aside."""
    return work.settled(pair.live.content) == pair.desired.content


def protected_disables(matches: Matches, said: BaseIndex) -> Iterator[Problem]:
    """Protected questions that were enabled at the base and are declared disabled now.

    A question that is missing live counts too, and the live text counts as well as the declared one: an apply that was cut off
    must still be able to finish.
    """
    had = {question.content.question for question in said.questions if _is_enabled(question)}
    enabled = [(pair.desired, pair.live.content.question) for pair in matches.pairs if _is_enabled(pair.live)]
    for desired, called in [*enabled, *((question, "") for question in matches.new)]:
        text = desired.content.question
        if desired.protected and not _is_enabled(desired) and had & {called, text, *desired.previously}:
            words = message("{text} is protected and would be disabled: take protected or status out", text=text)
            yield Problem(ProblemKind.PROTECTED, words, desired.location)


def _is_enabled(question: Question) -> bool:
    return question.content.status is Status.ENABLED


def _change(pair: Pair, said: BaseIndex, work: CategoryWork) -> Iterator[QuestionChange]:
    live, desired = pair.live.content, pair.desired.content
    settled = work.settled(live)
    fields = changed_fields(settled, desired)
    if not fields:
        return
    found = said.about(pair.desired, pair.live)
    base = None if found is None else work.settled(found.content)
    causes = [FieldChange(field, _cause(field, settled, desired, base=base, known=said.known)) for field in fields]
    if base is None and said.known and pair.match is Match.ID:
        # Git pins a question that neither side calls as the base did: both gave it another text, or both added it.
        causes = [replace(each, cause=Cause.CONFLICT) if each.field is Field.QUESTION else each for each in causes]
    content = tuple(change for change in causes if change.field is not Field.STATUS)
    status = tuple(change for change in causes if change.field is Field.STATUS)
    goal = replace(desired, status=live.status)
    if content:
        yield _question_change(pair, _action(content), before=live, after=goal, fields=content, base=base)
    if status:
        action = Action.ENABLE if desired.status is Status.ENABLED else Action.DISABLE
        start = goal if content else live
        end = replace(start, category=desired.category, status=desired.status)
        yield _question_change(pair, action, before=start, after=end, fields=status, base=base)


def _question_change(
    pair: Pair, action: Action, *, before: Content, after: Content, fields: tuple[FieldChange, ...], base: Content | None
) -> QuestionChange:
    return QuestionChange(
        action=action,
        id=pair.live.id,
        before=before,
        after=after,
        cause=harmful(change.cause for change in fields),
        fields=fields,
        base=base,
        location=pair.desired.location,
        match=pair.match,
        confidence=pair.confidence,
    )


def _action(fields: Sequence[FieldChange]) -> Action:
    names = {change.field for change in fields}
    if Field.QUESTION in names:
        return Action.RENAME
    return Action.MOVE if names == {Field.CATEGORY} else Action.UPDATE


def _cause(field: Field, live: Content, desired: Content, *, base: Content | None, known: bool) -> Cause:
    if base is None:
        return Cause.CONFLICT if known and _both_added(field, live, desired) else Cause.UNKNOWN
    said = field.of(base)
    if said == field.of(live):
        return Cause.DECLARED
    return Cause.DRIFT if said == field.of(desired) else Cause.CONFLICT


def _both_added(field: Field, live: Content, desired: Content) -> bool:
    """Whether a field of a question that the base lacks differs because git and the console each added the question.

    An apply that was cut off leaves a created question whose status or type is not set yet, or whose text the service stores
    in its own spelling: that is no console edit, and the next run must be able to finish it.
    """
    if field is Field.ANSWER:
        return bare(live.answer) != bare(desired.answer)
    if field is Field.SIMILAR:
        return {bare(text) for text in live.similar} != {bare(text) for text in desired.similar}
    return field is Field.CATEGORY


def _create_cause(desired: Content, base: Content | None, *, known: bool) -> Cause:
    """A declared question that live lacks is new in git, or was deleted in the console."""
    if not known:
        return Cause.UNKNOWN
    if base is None:
        return Cause.DECLARED
    return Cause.DRIFT if base == desired else Cause.CONFLICT
