"""The plan that takes an apply back: what was overwritten comes back, what was created goes, what was deleted returns.

It is made from a receipt and a fresh look; ids of what was created are learnt from the live library.
"""

from dataclasses import dataclass, replace
from typing import Any

from kbsync.commands import Command
from kbsync.messages import Message, message
from kbsync.model import Category, CategoryPath, Content, Knowledge, Question
from kbsync.ordering import calls_of, cost_of, in_order
from kbsync.plan import (
    Action,
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
from kbsync.plan.naming import FIELD_NAMES
from kbsync.report import ApplyReport, Outcome
from kbsync.settings import Policy

__all__ = ["invert"]

INVERSE = {
    Action.CREATE: Action.DELETE,
    Action.DELETE: Action.CREATE,
    Action.ENABLE: Action.DISABLE,
    Action.DISABLE: Action.ENABLE,
}
"""Actions that turn into another; the rest stay what they are with their sides exchanged."""


@dataclass(frozen=True, slots=True)
class _Live:
    """The live library by the ways in which a change names its object."""

    by_id: dict[str, Question]
    by_text: dict[str, Question]
    categories: dict[CategoryPath, Category]


def invert(report: ApplyReport, live: Knowledge, *, policy: Policy, rate: float) -> Plan:
    """Turn what was applied round. What changed again since is kept out and named as a problem."""
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
    now = live.by_id.get(change.id or "") or (live.by_text.get(change.after.question) if change.after else None)
    if change.after is None:
        return _created_again(change, live)
    if now is None:
        return _moved(change, message("{title} is not taken back: it is gone", title=change.title))
    if change.before is None:
        return _deleted_again(change, now)
    goal, left = now.content, []
    for item in change.fields:
        value = getattr(now.content, item.field.value)
        if value == getattr(change.after, item.field.value):
            goal = _with(goal, item.field, change.before)
            left.append(item.field)
        elif value != getattr(change.before, item.field.value):
            return _moved(
                change,
                message(
                    "{title} is not taken back: its {field} was changed again",
                    title=change.title,
                    field=FIELD_NAMES[item.field],
                ),
            )
    if not left:
        return None
    action = INVERSE.get(change.action, change.action)
    return QuestionChange(
        action=action,
        id=now.id,
        before=now.content,
        after=goal,
        cause=Cause.DECLARED,
        fields=tuple(FieldChange(field, Cause.DECLARED) for field in left),
        location=change.location,
        calls=calls_of(action, left),
    )


def _created_again(change: QuestionChange, live: _Live) -> QuestionChange | Problem:
    before = change.before
    assert before is not None  # noqa: S101  (a delete has a before)
    if before.question in live.by_text:
        return _moved(change, message("{title} is not taken back: it exists again", title=change.title))
    return QuestionChange(
        action=Action.CREATE,
        id=None,
        before=None,
        after=before,
        cause=Cause.DECLARED,
        location=change.location,
        calls=calls_of(Action.CREATE, [], after=before),
    )


def _deleted_again(change: QuestionChange, now: Question) -> QuestionChange | Problem:
    if now.content != change.after:
        return _moved(change, message("{title} is not taken back: it was changed since", title=change.title))
    return QuestionChange(
        action=Action.DELETE,
        id=now.id,
        before=now.content,
        after=None,
        cause=Cause.DECLARED,
        location=change.location,
        calls=calls_of(Action.DELETE, []),
    )


def _category(change: CategoryChange, live: _Live) -> CategoryChange | Problem | None:
    if change.after is None:
        if change.before in live.categories:
            return None
        command = Command.ADD_CATEGORY
        return CategoryChange(Action.CREATE, None, None, change.before, Cause.DECLARED, change.location, (command,))
    now = live.categories.get(change.after)
    if now is None:
        return _moved(change, message("{title} is not taken back: it is gone", title=change.title))
    if change.before is None:
        command = Command.DEL_CATEGORY
        return CategoryChange(Action.DELETE, now.id, now.path, None, Cause.DECLARED, change.location, (command,))
    command = Command.UPDATE_CATEGORY
    return CategoryChange(Action.RENAME, now.id, now.path, change.before, Cause.DECLARED, change.location, (command,))


def _with(content: Content, field: Field, source: Content) -> Content:
    """A content with one field of another."""
    value: dict[str, Any] = {field.value: getattr(source, field.value)}
    return replace(content, **value)


def _half_done(change: Change) -> Problem:
    """A change that was sent and did not end as applied may have happened in part; only a look can tell."""
    return _moved(
        change,
        message("{title} is not taken back: it may have been sent and did not end as applied; look at it", title=change.title),
    )


def _moved(change: Change, words: Message) -> Problem:
    return Problem(ProblemKind.WITHHELD, words, change.location, blocking=False)
