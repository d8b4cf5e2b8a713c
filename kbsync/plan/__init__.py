"""The Plan: everything that an apply may do, decided and complete. It is shown, saved and carried out as it stands.

How it is made belongs to ``planner``, how it is written down to ``planfile``, how it looks to ``render/``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kbsync.locations import Location
from kbsync.messages import Message
from kbsync.model import CategoryPath
from kbsync.plan.changes import (
    Action,
    CategoryChange,
    Cause,
    Change,
    Field,
    FieldChange,
    Kind,
    Match,
    QuestionChange,
)
from kbsync.settings import Policy

__all__ = [
    "Action",
    "BaseKind",
    "CategoryChange",
    "Cause",
    "Change",
    "Cost",
    "Field",
    "FieldChange",
    "Kind",
    "Match",
    "Plan",
    "Problem",
    "ProblemKind",
    "Purpose",
    "QuestionChange",
    "Source",
    "TargetRef",
    "Unmanaged",
]


class ProblemKind(StrEnum):
    """Why a plan, complete as a value, must not be carried out as it stands."""

    CONFLICT = "conflict"
    AMBIGUOUS = "ambiguous"
    MISSING_CATEGORY = "missing-category"
    PROTECTED = "protected"
    INCOMPLETE = "incomplete"
    WITHHELD = "withheld"
    DIVERGED = "diverged"
    """The files lack what was applied since: a reader is told, and an apply refuses unless the base was named by hand."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something the planner could not decide or would not do; ``blocking`` problems stop an apply, the others inform."""

    kind: ProblemKind
    message: Message
    location: Location | None = None
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class Unmanaged:
    """A live object that git does not declare; it stays as it is.

    ``lapsed`` means that the base still declared it, or, where that was asked, a commit before the base.
    """

    kind: Kind
    id: str
    title: str
    category: CategoryPath
    lapsed: bool = False


@dataclass(frozen=True, slots=True)
class Cost:
    """What carrying out the plan takes: calls by command, and seconds at the target's limit without delays."""

    calls: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class TargetRef:
    """Which application a plan is for. It names no host: where to send is the settings' business."""

    name: str
    sdkappid: int


class BaseKind(StrEnum):
    """Where the base came from."""

    NONE = "none"
    GIVEN = "given"
    APPLIED = "applied"
    MERGE_BASE = "merge-base"


@dataclass(frozen=True, slots=True)
class Source:
    """The git side of a plan.

    ``knowledge`` is the digest of the desired knowledge; ``commit`` is where it was read, None when the working tree
    differs from every commit; ``base_commit`` and ``base`` say what it was compared with besides the live library.
    """

    knowledge: str
    commit: str | None = None
    base_commit: str | None = None
    base: BaseKind = BaseKind.NONE


class Purpose(StrEnum):
    """What a plan is for."""

    SYNC = "sync"
    """Make the service what the files say."""
    DRIFT = "drift"
    """Show what the console changed, as the way back to the base; it is for reading only."""
    UNDO = "undo"
    """Take an apply back."""


@dataclass(frozen=True, slots=True)
class Plan:
    """An ordered, complete list of changes for one target.

    ``managed`` is the number of live questions that git declares or declared: what the policy's percentages are of.
    ``unchanged`` is how many declared questions already are as declared. ``offline`` plans compare with the base in
    place of the live library and can be shown, never applied. ``only`` is the pattern that the plan was narrowed to:
    carrying out a part does not make the commit the one last applied.
    """

    target: TargetRef
    source: Source
    changes: tuple[Change, ...] = ()
    unmanaged: tuple[Unmanaged, ...] = ()
    problems: tuple[Problem, ...] = ()
    policy: Policy = Policy()
    cost: Cost = Cost()
    managed: int = 0
    unchanged: int = 0
    offline: bool = False
    only: str | None = None
    purpose: Purpose = Purpose.SYNC
