"""Format version 1.0 of plan files and receipts, as types of their own: a change of the inner values cannot change the files.

A field that is added later gets a default; nothing is renamed or removed within version 1.
"""

from typing import Literal

import msgspec

VERSION = "1.0"
PLAN_FORMAT = "kbsync-plan"
RECEIPT_FORMAT = "kbsync-receipt"

CauseV1 = Literal["declared", "drift", "conflict", "unknown"]
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


class QuestionChangeV1(Strict, frozen=True, tag_field="kind", tag="question"):
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

    ``enabled`` stands there only where it is false, ``preset`` only where it is true.
    """

    kind: Literal["category", "question"]
    id: str
    title: str
    category: list[str]
    formerly_declared: bool = msgspec.field(name="lapsed")
    enabled: bool = True
    preset: bool = False


class ProblemV1(Strict, frozen=True):
    """Something that stops an apply (``blocking``) or that a reviewer should know."""

    kind: Literal["conflict", "ambiguous", "missing-category", "protected", "incomplete", "withheld", "diverged"]
    message: MessageV1
    location: LocationV1 | None
    blocking: bool


class PolicyV1(Strict, frozen=True, omit_defaults=True):
    """The safety figures that the plan was made under; ``drift`` stands there only where it is not ``refuse``."""

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
    digest: str = ""
    format: Literal["kbsync-plan"] = "kbsync-plan"
    format_version: Literal["1.0"] = "1.0"


class OutcomeV1(Strict, frozen=True, omit_defaults=True):
    """How ``plan.changes[change]`` ended; ``made`` is the id of what it created, where that is known."""

    change: int
    outcome: OutcomeWordV1
    reason: MessageV1 | None
    code: int | None
    calls: int
    made: str | None = None


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
    digest: str = ""
    format: Literal["kbsync-receipt"] = "kbsync-receipt"
    format_version: Literal["1.0"] = "1.0"
