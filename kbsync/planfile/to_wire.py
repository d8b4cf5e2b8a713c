"""From the values to format version 1.0."""

from typing import cast

from kbsync.locations import Location
from kbsync.messages import Message
from kbsync.model import CategoryPath, Content
from kbsync.plan import CategoryChange, Plan, Problem, QuestionChange, Unmanaged
from kbsync.planfile import v1
from kbsync.report import ChangeOutcome, Mismatch, Receipt

__all__ = ["plan_wire", "receipt_wire"]


def plan_wire(plan: Plan) -> v1.PlanV1:
    """The plan in the format's types, its digest still empty."""
    policy = plan.policy
    return v1.PlanV1(
        target=v1.TargetV1(name=plan.target.name, sdkappid=plan.target.sdkappid),
        source=v1.SourceV1(
            knowledge=plan.source.knowledge,
            commit=plan.source.commit,
            base_commit=plan.source.base_commit,
            base=plan.source.base.value,
        ),
        changes=[_question(item) if isinstance(item, QuestionChange) else _category(item) for item in plan.changes],
        unmanaged=[_unmanaged(item) for item in plan.unmanaged],
        problems=[_problem(item) for item in plan.problems],
        policy=v1.PolicyV1(
            prune=policy.prune.value,
            max_update_percent=policy.max_update_percent,
            max_remove_percent=policy.max_remove_percent,
            floor=policy.floor,
        ),
        cost=v1.CostV1(calls=dict(plan.cost.calls), seconds=float(plan.cost.seconds)),
        managed=plan.managed,
        unchanged=plan.unchanged,
        offline=plan.offline,
        only=plan.only,
        purpose=plan.purpose.value,
    )


def receipt_wire(receipt: Receipt, plan: v1.PlanV1) -> v1.ReceiptV1:
    """The receipt in the format's types around its plan."""
    report = receipt.report
    return v1.ReceiptV1(
        actor=receipt.actor,
        started=receipt.started,
        finished=receipt.finished,
        plan=plan,
        outcomes=[_outcome(item) for item in report.outcomes],
        mismatches=[_mismatch(item) for item in report.mismatches],
        calls=dict(report.calls),
        throttled=report.throttled,
        seconds=float(report.seconds),
        interrupted=report.interrupted,
        verified=report.verified,
    )


def _question(change: QuestionChange) -> v1.QuestionChangeV1:
    return v1.QuestionChangeV1(
        action=change.action.value,
        id=change.id,
        before=_content(change.before),
        after=_content(change.after),
        base=_content(change.base),
        cause=change.cause.value,
        fields=[v1.FieldChangeV1(field=item.field.value, cause=item.cause.value) for item in change.fields],
        location=_location(change.location),
        match=change.match.value,
        confidence=change.confidence,
        calls=[str(call) for call in change.calls],
        removal=change.removal,
    )


def _category(change: CategoryChange) -> v1.CategoryChangeV1:
    return v1.CategoryChangeV1(
        # CategoryChange admits no other action.
        action=cast("v1.CategoryActionV1", change.action.value),
        id=change.id,
        before=_path(change.before),
        after=_path(change.after),
        cause=change.cause.value,
        location=_location(change.location),
        calls=[str(call) for call in change.calls],
    )


def _content(content: Content | None) -> v1.ContentV1 | None:
    if content is None:
        return None
    return v1.ContentV1(
        question=content.question,
        answer=content.answer,
        answer_type=cast("v1.AnswerTypeV1", content.answer_type.word),
        category=list(content.category),
        similar=list(content.similar),
        status=cast("v1.StatusV1", content.status.word),
    )


def _unmanaged(item: Unmanaged) -> v1.UnmanagedV1:
    return v1.UnmanagedV1(kind=item.kind.value, id=item.id, title=item.title, category=list(item.category), lapsed=item.lapsed)


def _problem(problem: Problem) -> v1.ProblemV1:
    return v1.ProblemV1(
        kind=problem.kind.value,
        message=_message(problem.message),
        location=_location(problem.location),
        blocking=problem.blocking,
    )


def _outcome(item: ChangeOutcome) -> v1.OutcomeV1:
    return v1.OutcomeV1(
        change=item.change,
        outcome=item.outcome.value,
        reason=None if item.reason is None else _message(item.reason),
        code=item.code,
        calls=item.calls,
    )


def _mismatch(item: Mismatch) -> v1.MismatchV1:
    return v1.MismatchV1(
        change=item.change,
        field=item.field,
        wanted=item.wanted,
        found=item.found,
        reason=_message(item.reason),
    )


def _message(words: Message) -> v1.MessageV1:
    return v1.MessageV1(text=str(words), template=words.template, values=dict(words.values))


def _location(location: Location | None) -> v1.LocationV1 | None:
    if location is None:
        return None
    return v1.LocationV1(path=location.path, line=location.line, column=location.column)


def _path(path: CategoryPath | None) -> list[str] | None:
    return None if path is None else list(path)
