"""Format version 1.0 of plan files and receipts, as types of their own: a change of the inner values cannot change the files.

A field that is added later gets a default; nothing is renamed or removed within version 1. The format names its parts as the
values do, so one walk over both leads from the values to it and back; what differs is a message, an enum, and a receipt, which
holds its report's parts as its own.
"""

import re
from collections.abc import Mapping
from dataclasses import fields
from enum import Enum
from functools import cache
from typing import Any, Literal, get_type_hints

import msgspec

from kbsync.diagnostics import Location
from kbsync.messages import Message
from kbsync.model import AnswerType, Content, Status
from kbsync.plan import (
    CategoryChange,
    Cost,
    FieldChange,
    Plan,
    Problem,
    QuestionChange,
    Source,
    TargetRef,
    Unmanaged,
)
from kbsync.report import ApplyReport, ChangeOutcome, Mismatch, Receipt
from kbsync.settings import Policy

VERSION = "1.0"
PLAN_FORMAT = "kbsync-plan"
RECEIPT_FORMAT = "kbsync-receipt"

CauseV1 = Literal["declared", "drift", "conflict", "unknown", "undone"]
FieldV1 = Literal["question", "answer", "answer_type", "category", "similar", "status"]
QuestionActionV1 = Literal["create", "update", "rename", "move", "enable", "disable", "delete"]
CategoryActionV1 = Literal["create", "rename", "delete"]
AnswerTypeV1 = Literal["text", "rich"]
StatusV1 = Literal["enabled", "disabled"]
OutcomeWordV1 = Literal["applied", "already", "refused", "unknown", "not-attempted"]


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Every part of the format: unknown fields are refused, because a plan that is half understood must not be applied."""


class LocationV1(Strict, frozen=True):
    """Where something is declared; ``line`` and ``column`` count from 1."""

    path: str
    line: int
    column: int


class MessageV1(Strict, frozen=True, omit_defaults=True):
    """A sentence: ``text`` in English, and the template and values it was made of.

    ``plural`` is the template for any other ``count`` than one, where the sentence depends on it.
    """

    text: str
    template: str
    values: dict[str, str]
    plural: str = ""


class ContentV1(Strict, frozen=True):
    """One question, whole."""

    question: str
    answer: str
    answer_type: AnswerTypeV1
    category: list[str]
    similar: list[str]
    status: StatusV1


class FieldChangeV1(Strict, frozen=True):
    """One field that differs, and why."""

    field: FieldV1
    cause: CauseV1


class QuestionChangeV1(Strict, frozen=True, omit_defaults=True, tag_field="kind", tag="question"):
    """What happens to one question; ``before`` is the precondition, ``after`` the goal, ``base`` what git last applied."""

    action: QuestionActionV1
    id: str | None
    before: ContentV1 | None
    after: ContentV1 | None
    base: ContentV1 | None
    cause: CauseV1
    fields: list[FieldChangeV1]
    location: LocationV1 | None
    match: Literal["id", "text", "previously", "same-answer", "wording"]
    confidence: int
    calls: list[str]
    removal: bool
    reviewed: bool = False


class CategoryChangeV1(Strict, frozen=True, tag_field="kind", tag="category"):
    """What happens to one category; ``before`` and ``after`` are its paths."""

    action: CategoryActionV1
    id: int | None
    before: list[str] | None
    after: list[str] | None
    cause: CauseV1
    location: LocationV1 | None
    calls: list[str]


class UnmanagedV1(Strict, frozen=True, omit_defaults=True):
    """A live object that git does not declare and the plan does not touch.

    ``enabled`` is present only if false, ``preset`` only if true. ``declared`` is its last declared
    content, ``protected`` that it may not be removed.
    """

    kind: Literal["category", "question"]
    id: str
    title: str
    category: list[str]
    formerly_declared: bool = msgspec.field(name="lapsed")
    enabled: bool = True
    preset: bool = False
    declared: ContentV1 | None = None
    protected: bool = False


class ProblemV1(Strict, frozen=True):
    """Something that stops an apply (``blocking``) or that a reviewer should know."""

    kind: Literal["conflict", "ambiguous", "wrong-pin", "missing-category", "protected", "incomplete", "withheld", "diverged"]
    message: MessageV1
    location: LocationV1 | None
    blocking: bool


class PolicyV1(Strict, frozen=True, omit_defaults=True):
    """The safety figures that the plan was made under; ``drift`` is present only if it is not ``refuse``."""

    prune: Literal["keep", "disable", "delete"]
    max_update_percent: int
    max_remove_percent: int
    floor: int
    drift: Literal["refuse", "overwrite"] = "refuse"


class CostV1(Strict, frozen=True):
    """Calls by command, and seconds at the limit."""

    calls: dict[str, int]
    seconds: float


class TargetV1(Strict, frozen=True):
    """For which application; never at which address."""

    name: str
    sdkappid: int


class SourceV1(Strict, frozen=True):
    """The git side: digest and commit of the desired knowledge, and the base."""

    knowledge: str
    commit: str | None
    base_commit: str | None
    base: Literal["none", "given", "applied", "merge-base"]


class PlanV1(Strict, frozen=True):
    """A whole plan; ``digest`` is over all other fields."""

    target: TargetV1
    source: SourceV1
    changes: list[QuestionChangeV1 | CategoryChangeV1]
    unmanaged: list[UnmanagedV1]
    problems: list[ProblemV1]
    policy: PolicyV1
    cost: CostV1
    managed: int
    unchanged: int
    offline: bool
    only: str | None = None
    purpose: Literal["sync", "drift", "undo"] = "sync"
    undoes: str | msgspec.UnsetType = msgspec.UNSET
    digest: str = ""
    format: Literal["kbsync-plan"] = "kbsync-plan"
    format_version: Literal["1.0"] = "1.0"


class OutcomeV1(Strict, frozen=True, omit_defaults=True):
    """How ``plan.changes[change]`` ended; ``made`` is the id of what was created, ``home`` the CategoryId of where it was."""

    change: int
    outcome: OutcomeWordV1
    reason: MessageV1 | None
    code: int | None
    calls: int
    made: str | None = None
    home: int | None = None


class MismatchV1(Strict, frozen=True):
    """What read back other than it was sent."""

    change: int
    field: str
    wanted: str
    found: str
    reason: MessageV1


class ReceiptV1(Strict, frozen=True):
    """An apply on record; times are ISO 8601 in UTC. ``digest`` is over all other fields, the plan's own digest among them."""

    actor: str
    started: str
    finished: str
    plan: PlanV1
    outcomes: list[OutcomeV1]
    mismatches: list[MismatchV1]
    calls: dict[str, int]
    throttled: int
    seconds: float
    interrupted: bool
    verified: bool
    incidents: list[MessageV1] | msgspec.UnsetType = msgspec.UNSET
    where: str | msgspec.UnsetType = msgspec.UNSET
    digest: str = ""
    format: Literal["kbsync-receipt"] = "kbsync-receipt"
    format_version: Literal["1.0"] = "1.0"


FORMATS: Mapping[type, type[Strict]] = {
    CategoryChange: CategoryChangeV1,
    ChangeOutcome: OutcomeV1,
    Content: ContentV1,
    Cost: CostV1,
    FieldChange: FieldChangeV1,
    Location: LocationV1,
    Mismatch: MismatchV1,
    Plan: PlanV1,
    Policy: PolicyV1,
    Problem: ProblemV1,
    QuestionChange: QuestionChangeV1,
    Source: SourceV1,
    TargetRef: TargetV1,
    Unmanaged: UnmanagedV1,
}
VALUES: Mapping[type[Strict], type] = {wire: value for value, wire in FORMATS.items()}

SEAL = frozenset({"digest", "format", "format_version"})
"""The fields of a file that its value has not."""

REPORT = ("outcomes", "mismatches", "calls", "throttled", "seconds", "interrupted", "verified")
"""The fields of a report that its receipt holds."""


def plan_wire(plan: Plan) -> PlanV1:
    """The plan in the format's types, its digest still empty."""
    wire: PlanV1 = _wire(plan)
    return msgspec.structs.replace(wire, undoes=plan.undoes or msgspec.UNSET)


def receipt_wire(receipt: Receipt, plan: PlanV1) -> ReceiptV1:
    """The receipt in the format's types around its plan."""
    report = {name: _wire(getattr(receipt.report, name)) for name in REPORT}
    # Left out where there are none: then the digest is that of a receipt from before there could be any.
    report["incidents"] = _wire(receipt.report.incidents) or msgspec.UNSET
    report["where"] = receipt.where or msgspec.UNSET
    return ReceiptV1(actor=receipt.actor, started=receipt.started, finished=receipt.finished, plan=plan, **report)


def plan_value(wire: PlanV1) -> Plan:
    """The Plan that a file holds. Raises ValueError where the file contradicts itself."""
    plan: Plan = _value(wire)
    return plan


def receipt_value(wire: ReceiptV1, plan: Plan) -> Receipt:
    """The Receipt that a file holds, around its already decoded plan. Raises ValueError where it contradicts that."""
    if [item.change for item in wire.outcomes] != list(range(len(plan.changes))):
        raise ValueError("there must be one outcome for each change, in order")
    if any(not 0 <= item.change < len(plan.changes) for item in wire.mismatches):
        raise ValueError("a mismatch names a change that the plan does not have")
    incidents = () if isinstance(wire.incidents, msgspec.UnsetType) else _value(wire.incidents)
    report = ApplyReport(plan, **{name: _value(getattr(wire, name)) for name in REPORT}, incidents=incidents)
    return Receipt(report, wire.actor, wire.started, wire.finished, wire.where or "")


def _wire(value: Any) -> Any:
    """A value, or part of one, as the format holds it."""
    match value:
        case Enum():
            return value.word if isinstance(value, (AnswerType, Status)) else value.value
        case tuple():
            return [_wire(each) for each in value]
        case Mapping():
            return {str(key): each for key, each in value.items()}
        case Message():
            return MessageV1(str(value), value.template, dict(value.values), value.plural)
    kind = FORMATS.get(type(value))
    if kind is None:
        return value
    return kind(**{name: _wire(getattr(value, name)) for name in kind.__struct_fields__ if name not in SEAL})


def _value(wire: Any) -> Any:
    """The value, or part of one, that the format holds."""
    if isinstance(wire, list):
        return tuple(_value(each) for each in wire)
    if isinstance(wire, MessageV1):
        return _message(wire)
    kind = VALUES.get(type(wire))
    if kind is None:
        return wire
    return kind(
        **{
            name: _typed(hint, _value(getattr(wire, name)))
            for name, hint in _hints(kind).items()
            if getattr(wire, name, msgspec.UNSET) is not msgspec.UNSET
        }
    )


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in fields(kind)}


def _typed(hint: Any, value: Any) -> Any:
    if hint in (AnswerType, Status):
        return hint.named(value)
    return hint(value) if isinstance(hint, type) and issubclass(hint, Enum) else value


def _message(wire: MessageV1) -> Message:
    # Only plain {names}: str.format would also follow attributes and pad to any width for whoever wrote the file.
    templates = (wire.template, wire.plural)
    names = [name for template in templates for name in re.findall(r"\{(.*?)\}", template)]
    words = Message(wire.template, tuple(sorted(wire.values.items())), plural=wire.plural)
    if not set(names) <= set(wire.values) or not all(name.isidentifier() for name in names):
        raise ValueError("a message has fields without values")
    if wire.plural and not wire.values.get("count", "").isdecimal():
        raise ValueError("a message has no number to depend on")
    is_odd = any("{{" in template or template.count("{") != template.count("}") for template in templates)
    if is_odd or str(words) != wire.text:
        raise ValueError("a message does not say what its template says")
    return words
