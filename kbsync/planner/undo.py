"""The plan that undoes an apply, made from its receipt and the live library.

Overwritten values are restored, created objects deleted, deleted ones created again. What changed since the apply is left out
and becomes a problem of the plan.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from kbsync.messages import Message, message
from kbsync.model import Category, CategoryPath, Content, Knowledge, Question
from kbsync.ordering import cost_of, in_order
from kbsync.plan import (
    FIELD_NAMES,
    BaseKind,
    CategoryChange,
    Cause,
    Change,
    Field,
    FieldChange,
    Plan,
    Problem,
    ProblemKind,
    Purpose,
    QuestionChange,
    Source,
)
from kbsync.report import ApplyReport, Outcome
from kbsync.settings import Policy

__all__ = ["invert"]


@dataclass(frozen=True, slots=True)
class _Live:
    """The live library by the ways in which a change names its object."""

    by_id: dict[str, Question]
    by_text: dict[str, Question]
    categories: dict[CategoryPath, Category]


def invert(report: ApplyReport, live: Knowledge, *, policy: Policy, rate: float) -> Plan:
    """The inverse of every applied change whose object is still as the apply left it."""
    found = _Live(
        {question.id: question for question in live.questions if question.id is not None},
        {question.content.question: question for question in live.questions},
        {category.path: category for category in live.categories},
    )
    changes: list[Change] = []
    problems: list[Problem] = []
    for outcome in report.outcomes:
        change = report.plan.changes[outcome.change]
        if outcome.outcome is not Outcome.APPLIED:
            # A report of an apply that was cut short does not know the calls that were under way.
            if outcome.calls or outcome.outcome is Outcome.UNKNOWN:
                problems.append(_half_done(change))
            continue
        inverse = _category(change, found) if isinstance(change, CategoryChange) else _question(change, found)
        if isinstance(inverse, Problem):
            problems.append(inverse)
        elif inverse is not None:
            changes.append(inverse)
    ordered = in_order(changes)
    return Plan(
        target=report.plan.target,
        source=Source(knowledge=report.plan.source.knowledge, base=BaseKind.NONE),
        changes=ordered,
        problems=tuple(problems),
        policy=policy,
        cost=cost_of(ordered, rate=rate, live=[item.content.status for item in live.questions]),
        managed=len(live.questions),
        purpose=Purpose.UNDO,
    )


def _question(change: QuestionChange, live: _Live) -> QuestionChange | Problem | None:
    if change.after is None:
        before = change.before
        if before is not None and before.question in live.by_text:
            return _kept(change, message("{title} is not taken back: it exists again", title=change.title))
        return _inverse(change, None, before)
    now = live.by_id.get(change.id or "") or live.by_text.get(change.after.question)
    if now is None:
        return _kept(change, message("{title} is not taken back: it is gone", title=change.title))
    if change.before is None:
        if now.content != change.after:
            return _kept(change, message("{title} is not taken back: it was changed since", title=change.title))
        return _inverse(change, now, None)
    return _fields(change, now, before=change.before, after=change.after)


def _fields(change: QuestionChange, now: Question, *, before: Content, after: Content) -> QuestionChange | Problem | None:
    """Restore the fields that still hold the value that the apply set."""
    goal, left = now.content, []
    for field in change.touched:
        value = getattr(now.content, field.value)
        if value == getattr(after, field.value):
            goal = _with(goal, field, before)
            left.append(field)
        elif value != getattr(before, field.value):
            return _kept(
                change,
                message("{title} is not taken back: its {field} was changed again", title=change.title, field=FIELD_NAMES[field]),
            )
    return _inverse(change, now, goal, left) if left else None


def _inverse(change: QuestionChange, now: Question | None, goal: Content | None, fields: Sequence[Field] = ()) -> QuestionChange:
    return QuestionChange(
        action=change.action.inverse,
        id=None if now is None else now.id,
        before=None if now is None else now.content,
        after=goal,
        cause=Cause.DECLARED,
        fields=tuple(FieldChange(field, Cause.DECLARED) for field in fields),
        location=change.location,
    )


def _category(change: CategoryChange, live: _Live) -> CategoryChange | Problem | None:
    inverse = replace(change.inverse(), id=None, cause=Cause.DECLARED)
    if change.after is None:
        return None if change.before in live.categories else inverse
    now = live.categories.get(change.after)
    if now is None:
        return _kept(change, message("{title} is not taken back: it is gone", title=change.title))
    return replace(inverse, id=now.id)


def _with(content: Content, field: Field, source: Content) -> Content:
    """A content with one field of another."""
    value: dict[str, Any] = {field.value: getattr(source, field.value)}
    return replace(content, **value)


def _half_done(change: Change) -> Problem:
    """A change that was sent and did not end as applied may have happened in part."""
    return _kept(
        change,
        message("{title} is not taken back: it may have been sent and did not end as applied; look at it", title=change.title),
    )


def _kept(change: Change, words: Message) -> Problem:
    return Problem(ProblemKind.WITHHELD, words, change.location, blocking=False)
