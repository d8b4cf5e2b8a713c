"""From format version 1.0 back to the values. Raises ValueError where a file contradicts itself."""

import re

from kbsync.locations import Location
from kbsync.messages import Message
from kbsync.model import AnswerType, CategoryPath, Content, Status
from kbsync.plan import (
    Action,
    BaseKind,
    CategoryChange,
    Cause,
    Change,
    Cost,
    Field,
    FieldChange,
    Kind,
    Match,
    Plan,
    Problem,
    ProblemKind,
    Purpose,
    QuestionChange,
    Source,
    TargetRef,
    Unmanaged,
)
from kbsync.planfile import v1
from kbsync.report import ApplyReport, ChangeOutcome, Mismatch, Outcome, Receipt
from kbsync.settings import Policy, Prune

__all__ = ["plan_value", "receipt_value"]


def plan_value(wire: v1.PlanV1) -> Plan:
    """The Plan that a file holds."""
    policy = wire.policy
    return Plan(
        target=TargetRef(wire.target.name, wire.target.sdkappid),
        source=Source(wire.source.knowledge, wire.source.commit, wire.source.base_commit, BaseKind(wire.source.base)),
        changes=tuple(_change(item) for item in wire.changes),
        unmanaged=tuple(
            Unmanaged(Kind(item.kind), item.id, item.title, tuple(item.category), item.lapsed) for item in wire.unmanaged
        ),
        problems=tuple(_problem(item) for item in wire.problems),
        policy=Policy(Prune(policy.prune), policy.max_update_percent, policy.max_remove_percent, policy.floor),
        cost=Cost(wire.cost.calls, wire.cost.seconds),
        managed=wire.managed,
        unchanged=wire.unchanged,
        offline=wire.offline,
        only=wire.only,
        purpose=Purpose(wire.purpose),
    )


def receipt_value(wire: v1.ReceiptV1, plan: Plan) -> Receipt:
    """The Receipt that a file holds, around its already decoded plan."""
    if [item.change for item in wire.outcomes] != list(range(len(plan.changes))):
        raise ValueError("there must be one outcome for each change, in order")
    if any(not 0 <= item.change < len(plan.changes) for item in wire.mismatches):
        raise ValueError("a mismatch names a change that the plan does not have")
    report = ApplyReport(
        plan=plan,
        outcomes=tuple(_outcome(item) for item in wire.outcomes),
        mismatches=tuple(
            Mismatch(item.change, item.field, item.wanted, item.found, _message(item.reason)) for item in wire.mismatches
        ),
        calls=wire.calls,
        throttled=wire.throttled,
        seconds=wire.seconds,
        interrupted=wire.interrupted,
        verified=wire.verified,
    )
    return Receipt(report, wire.actor, wire.started, wire.finished)


def _change(wire: v1.QuestionChangeV1 | v1.CategoryChangeV1) -> Change:
    if isinstance(wire, v1.CategoryChangeV1):
        return CategoryChange(
            action=Action(wire.action),
            id=wire.id,
            before=_path(wire.before),
            after=_path(wire.after),
            cause=Cause(wire.cause),
            location=_location(wire.location),
        )
    return QuestionChange(
        action=Action(wire.action),
        id=wire.id,
        before=_content(wire.before),
        after=_content(wire.after),
        base=_content(wire.base),
        cause=Cause(wire.cause),
        fields=tuple(FieldChange(Field(item.field), Cause(item.cause)) for item in wire.fields),
        location=_location(wire.location),
        match=Match(wire.match),
        confidence=wire.confidence,
        removal=wire.removal,
    )


def _content(wire: v1.ContentV1 | None) -> Content | None:
    if wire is None:
        return None
    return Content(
        question=wire.question,
        answer=wire.answer,
        answer_type=AnswerType.named(wire.answer_type),
        category=tuple(wire.category),
        similar=tuple(wire.similar),
        status=Status.named(wire.status),
    )


def _problem(wire: v1.ProblemV1) -> Problem:
    return Problem(ProblemKind(wire.kind), _message(wire.message), _location(wire.location), wire.blocking)


def _outcome(wire: v1.OutcomeV1) -> ChangeOutcome:
    reason = None if wire.reason is None else _message(wire.reason)
    return ChangeOutcome(wire.change, Outcome(wire.outcome), reason, wire.code, wire.calls)


def _message(wire: v1.MessageV1) -> Message:
    # Only plain {names}: str.format would also follow attributes and pad to any width for whoever wrote the file.
    fields = re.findall(r"\{(.*?)\}", wire.template)
    words = Message(wire.template, tuple(sorted(wire.values.items())))
    if not set(fields) <= set(wire.values) or not all(name.isidentifier() for name in fields):
        raise ValueError("a message has fields without values")
    if "{{" in wire.template or wire.template.count("{") != wire.template.count("}") or str(words) != wire.text:
        raise ValueError("a message does not say what its template says")
    return words


def _location(wire: v1.LocationV1 | None) -> Location | None:
    return None if wire is None else Location(wire.path, wire.line, wire.column)


def _path(path: list[str] | None) -> CategoryPath | None:
    return None if path is None else tuple(path)
