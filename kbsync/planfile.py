"""Plans and receipts as files: canonical JSON out, strictly checked values in. A plan file is data: it names no host.

Format version 1.0 has types of its own, so that a change of the inner values cannot change the files. A field that is added
later gets a default; nothing is renamed or removed within version 1. The format names its parts as the values do, so one walk
over both leads from the values to it and back; what differs is a message, an enum, and a receipt, which holds its report's parts
as its own.
"""

import codecs
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import Enum
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, TypeVar, get_type_hints

import msgspec

from kbsync.diagnostics import Location
from kbsync.errors import UnusableFile
from kbsync.messages import Message, message
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
from kbsync.saving import read_file
from kbsync.settings import Policy

__all__ = ["decode", "encode_plan", "encode_receipt", "plan_digest", "read_plan_or_receipt", "schemas"]

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


Result = TypeVar("Result")
Sealed = TypeVar("Sealed", PlanV1, ReceiptV1)
Wire = PlanV1 | ReceiptV1

LARGEST = 256 * 1024 * 1024
"""Bytes; a plan for a hundred thousand long answers stays well below."""


def plan_digest(plan: Plan) -> str:
    """``sha256:`` and 64 hexadecimal digits over the whole content of the plan."""
    return _digest(plan_wire(plan))


def encode_plan(plan: Plan) -> bytes:
    """The plan as canonical JSON: sorted keys, no timestamps, the same bytes for the same plan."""
    return _pretty(_sealed(plan_wire(plan)))


def encode_receipt(receipt: Receipt) -> bytes:
    """The receipt as JSON, its plan included so that the apply can be undone."""
    return _pretty(_sealed(receipt_wire(receipt, _sealed(plan_wire(receipt.report.plan)))))


def read_plan_or_receipt(path: Path) -> Plan | Receipt:
    """Read a file that ``plan --out`` or ``apply --receipt`` wrote. Raises UnusableFile."""
    return decode(read_file(path, LARGEST + 1), name=str(path))


def decode(data: bytes, *, name: str) -> Plan | Receipt:
    """Check and decode a plan or a receipt; ``name`` is what messages call it. Raises UnusableFile."""
    if len(data) > LARGEST:
        raise UnusableFile(message("{name} is too large for a plan file ({size} bytes)", name=name, size=len(data)))
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), None)
    if encoding is not None:
        raise UnusableFile(
            message("{name} is in {encoding}, and plans and receipts are UTF-8 without a mark", name=name, encoding=encoding),
            hint=message("write it with --out or --receipt; PowerShell's > changes the encoding"),
        )
    header = _parse(data, _Header, name)
    if header.format not in (PLAN_FORMAT, RECEIPT_FORMAT):
        raise UnusableFile(message("{name} is neither a kbsync plan nor a receipt", name=name))
    if header.format_version != VERSION:
        raise UnusableFile(
            message(
                "{name} has format version {found}; this kbsync reads {known}",
                name=name,
                found=header.format_version,
                known=VERSION,
            ),
            hint=message("make the plan again with this version of kbsync"),
        )
    if header.format == RECEIPT_FORMAT:
        receipt = _parse(data, ReceiptV1, name)
        _check(
            receipt,
            name,
            hint=message("look at the library itself: what an edited receipt says of an apply is not taken for true"),
        )
        return _whole(lambda: receipt_value(receipt, _plan(receipt.plan, name)), name)
    return _plan(_parse(data, PlanV1, name), name)


def schemas() -> dict[str, dict[str, object]]:
    """The JSON Schemas of both files, by ``plan`` and ``receipt``."""
    draft = "https://json-schema.org/draft/2020-12/schema"
    kinds = {"plan": PlanV1, "receipt": ReceiptV1}
    return {name: {"$schema": draft, **msgspec.json.schema(kind)} for name, kind in kinds.items()}


@dataclass(frozen=True, slots=True)
class _Header:
    format: str = ""
    format_version: str = ""


_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
    codecs.BOM_UTF8: "UTF-8 with a byte order mark",
    b"{\0": "UTF-16",
    b"\0{": "UTF-16",
}
"""How files of other encodings begin; the longer marks come first."""


def _plan(wire: PlanV1, name: str) -> Plan:
    _check(wire, name, hint=message("make the plan again; a plan is never edited by hand"))
    plan: Plan = _whole(lambda: _value(wire), name)
    return plan


def _check(wire: Wire, name: str, *, hint: Message) -> None:
    if wire.digest != _digest(wire):
        raise UnusableFile(
            message("{name} is damaged or was edited: its content does not match its digest", name=name), hint=hint
        )


def _whole(make: Callable[[], Result], name: str) -> Result:
    try:
        return make()
    except ValueError as problem:
        raise UnusableFile(message("{name} contradicts itself: {reason}", name=name, reason=problem)) from None


def _parse(data: bytes, kind: type[Result], name: str) -> Result:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise UnusableFile(
            message("{name} is not a kbsync plan or receipt: {reason}", name=name, reason=problem),
            hint=message("where another version of kbsync wrote it, use that one, or make it again with this one"),
        ) from None


def _sealed(wire: Sealed) -> Sealed:
    return msgspec.structs.replace(wire, digest=_digest(wire))


def _digest(wire: Wire) -> str:
    data = msgspec.json.encode(msgspec.structs.replace(wire, digest=""), order="sorted")
    return f"sha256:{sha256(data).hexdigest()}"


def _pretty(wire: Wire) -> bytes:
    return msgspec.json.format(msgspec.json.encode(wire, order="sorted"), indent=2) + b"\n"
