"""From the values to format version 1 and back.

The format names its parts as the values do, so one walk over both serves all of them; what differs is a message, an enum, and
a receipt, which holds its report's parts as its own.
"""

import re
from collections.abc import Mapping
from dataclasses import fields
from enum import Enum
from functools import cache
from typing import Any, get_type_hints

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
from kbsync.planfile import v1
from kbsync.report import ApplyReport, ChangeOutcome, Mismatch, Receipt
from kbsync.settings import Policy

FORMATS: Mapping[type, type[v1.Strict]] = {
    CategoryChange: v1.CategoryChangeV1,
    ChangeOutcome: v1.OutcomeV1,
    Content: v1.ContentV1,
    Cost: v1.CostV1,
    FieldChange: v1.FieldChangeV1,
    Location: v1.LocationV1,
    Mismatch: v1.MismatchV1,
    Plan: v1.PlanV1,
    Policy: v1.PolicyV1,
    Problem: v1.ProblemV1,
    QuestionChange: v1.QuestionChangeV1,
    Source: v1.SourceV1,
    TargetRef: v1.TargetV1,
    Unmanaged: v1.UnmanagedV1,
}
VALUES: Mapping[type[v1.Strict], type] = {wire: value for value, wire in FORMATS.items()}

SEAL = frozenset({"digest", "format", "format_version"})
"""The fields of a file that its value has not."""

REPORT = ("outcomes", "mismatches", "calls", "throttled", "seconds", "interrupted", "verified")
"""The parts of a report that stand in its receipt."""


def plan_wire(plan: Plan) -> v1.PlanV1:
    """The plan in the format's types, its digest still empty."""
    wire: v1.PlanV1 = _wire(plan)
    return wire


def receipt_wire(receipt: Receipt, plan: v1.PlanV1) -> v1.ReceiptV1:
    """The receipt in the format's types around its plan."""
    report = {name: _wire(getattr(receipt.report, name)) for name in REPORT}
    # Left out where there are none: then the digest is that of a receipt from before there could be any.
    report["incidents"] = _wire(receipt.report.incidents) or msgspec.UNSET
    return v1.ReceiptV1(actor=receipt.actor, started=receipt.started, finished=receipt.finished, plan=plan, **report)


def plan_value(wire: v1.PlanV1) -> Plan:
    """The Plan that a file holds. Raises ValueError where the file contradicts itself."""
    plan: Plan = _value(wire)
    return plan


def receipt_value(wire: v1.ReceiptV1, plan: Plan) -> Receipt:
    """The Receipt that a file holds, around its already decoded plan. Raises ValueError where it contradicts that."""
    if [item.change for item in wire.outcomes] != list(range(len(plan.changes))):
        raise ValueError("there must be one outcome for each change, in order")
    if any(not 0 <= item.change < len(plan.changes) for item in wire.mismatches):
        raise ValueError("a mismatch names a change that the plan does not have")
    incidents = () if isinstance(wire.incidents, msgspec.UnsetType) else _value(wire.incidents)
    report = ApplyReport(plan, **{name: _value(getattr(wire, name)) for name in REPORT}, incidents=incidents)
    return Receipt(report, wire.actor, wire.started, wire.finished)


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
            return v1.MessageV1(str(value), value.template, dict(value.values), value.plural)
    kind = FORMATS.get(type(value))
    if kind is None:
        return value
    return kind(**{name: _wire(getattr(value, name)) for name in kind.__struct_fields__ if name not in SEAL})


def _value(wire: Any) -> Any:
    """The value, or part of one, that the format holds."""
    if isinstance(wire, list):
        return tuple(_value(each) for each in wire)
    if isinstance(wire, v1.MessageV1):
        return _message(wire)
    kind = VALUES.get(type(wire))
    if kind is None:
        return wire
    return kind(**{name: _typed(hint, _value(getattr(wire, name))) for name, hint in _hints(kind).items()})


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {each.name: hints[each.name] for each in fields(kind)}


def _typed(hint: Any, value: Any) -> Any:
    if hint in (AnswerType, Status):
        return hint.named(value)
    return hint(value) if isinstance(hint, type) and issubclass(hint, Enum) else value


def _message(wire: v1.MessageV1) -> Message:
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
