"""What an apply did: one outcome for each change of its plan, and what a look afterwards found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from kbsync.messages import Message
from kbsync.plan import Plan, Purpose

__all__ = ["ApplyReport", "ChangeOutcome", "Mismatch", "Outcome", "Receipt"]


class Outcome(StrEnum):
    """How one change ended."""

    APPLIED = "applied"
    ALREADY = "already"
    """The object was in its goal state before anything was sent."""
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """No usable answer came, and looking did not settle it."""
    NOT_ATTEMPTED = "not-attempted"

    @property
    def good(self) -> bool:
        """Whether it left the object in its goal state."""
        return self in (Outcome.APPLIED, Outcome.ALREADY)


@dataclass(frozen=True, slots=True)
class ChangeOutcome:
    """The outcome of ``plan.changes[change]``; ``reason`` is why it is not applied, ``code`` the ErrorCode.

    ``calls`` is how many calls were sent for it, repetitions included; those of a batch count for its first change. ``made`` is
    the id of a created object, if an answer or a listing had it. ``home`` is the CategoryId of where an object was that
    was moved or deleted: a question's category, a category's parent.
    """

    change: int
    outcome: Outcome
    reason: Message | None = None
    code: int | None = None
    calls: int = 0
    made: str | None = None
    home: int | None = None


@dataclass(frozen=True, slots=True)
class Mismatch:
    """After the apply, ``plan.changes[change]`` reads back other than it was sent, with the likely reason."""

    change: int
    field: str
    wanted: str
    found: str
    reason: Message


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """One outcome for each change, in plan order. ``seconds`` is wall time; ``throttled`` counts refusals for speed."""

    plan: Plan
    outcomes: tuple[ChangeOutcome, ...]
    mismatches: tuple[Mismatch, ...] = ()
    calls: Mapping[str, int] = field(default_factory=dict)
    throttled: int = 0
    seconds: float = 0.0
    interrupted: bool = False
    verified: bool = True
    """False when the library could not be read back afterwards."""
    incidents: tuple[Message, ...] = ()
    """What kept the run from being whole besides its changes: a lost lock, an applied ref that could not be moved."""

    @property
    def finished(self) -> bool:
        """Whether every change ended in its goal state and read back so, and nothing befell the run itself."""
        return self.complete and self.verified and not self.incidents

    @property
    def complete(self) -> bool:
        """Whether every change ended in its goal state and none was seen to read back otherwise."""
        return all(outcome.outcome.good for outcome in self.outcomes) and not self.mismatches


@dataclass(frozen=True, slots=True)
class Receipt:
    """An apply on record: the report with who ran it, where and when (ISO 8601, UTC)."""

    report: ApplyReport
    actor: str
    started: str
    finished: str
    where: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether it is of a commit, applied in full: then the applied ref was moved there."""
        plan = self.report.plan
        return plan.purpose is Purpose.SYNC and plan.only is None and plan.source.commit is not None and self.report.finished
