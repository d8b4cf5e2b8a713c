"""A plan arranged for reading: what is dangerous first, each change in one section. Every format draws this order.

What a section is called and how a change looks belongs to the formats; what a change is was decided by the planner.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from kbsync.model import Content
from kbsync.plan import Action, Cause, Change, Field, Kind, Plan, Problem, Purpose, QuestionChange, Unmanaged
from kbsync.render.serving import with_statuses

__all__ = [
    "DANGEROUS",
    "Count",
    "Group",
    "Outline",
    "Section",
    "action_of",
    "counted",
    "differing",
    "is_conflict",
    "other_edit",
    "outline",
]


class Section(StrEnum):
    """The parts of a shown plan, from the most dangerous to the least."""

    REMOVALS = "removals"
    DISABLED = "disabled"
    CONFLICTS = "conflicts"
    DRIFT = "drift"
    RENAMES = "renames"
    MOVES = "moves"
    UPDATES = "updates"
    ENABLED = "enabled"
    CREATES = "creates"
    CATEGORIES = "categories"


DANGEROUS = frozenset({Section.REMOVALS, Section.DISABLED, Section.CONFLICTS, Section.DRIFT})
"""The sections whose changes take something from customers or overwrite somebody's work."""


@dataclass(frozen=True, slots=True)
class Group:
    """One section that has changes, in the order in which they will be carried out."""

    section: Section
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many objects of one kind something happens to."""

    kind: Kind
    action: Action
    number: int


@dataclass(frozen=True, slots=True)
class Outline:
    """What there is to show. Empty sections and counts of nothing are left out.

    The changes of a drift are told from the console's side: what the way back to git would create, the console deleted.
    ``danger`` is the number of changes in the dangerous sections. ``blocking`` problems stop an apply, ``notices`` do
    not. ``lapsed`` are the unmanaged objects that git used to declare, ``undeclared`` the others; ``unmanaged`` counts
    the questions of the latter. ``outlived`` counts the answers that an apply will leave with customers though git gave them up.
    """

    purpose: Purpose
    groups: tuple[Group, ...]
    counts: tuple[Count, ...]
    danger: int
    blocking: tuple[Problem, ...]
    notices: tuple[Problem, ...]
    lapsed: tuple[Unmanaged, ...]
    undeclared: tuple[Unmanaged, ...]
    unmanaged: int
    outlived: int

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.groups

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every change, in the order in which they are shown."""
        return tuple(change for group in self.groups for change in group.changes)


def outline(plan: Plan) -> Outline:
    """Arrange a plan: each change is in exactly one section, the most dangerous that fits."""
    is_drift = plan.purpose is Purpose.DRIFT
    sections: dict[Section, list[Change]] = {section: [] for section in Section}
    changes = tuple(change.inverse() for change in plan.changes) if is_drift else plan.changes
    for change, told in zip(changes, with_statuses(changes), strict=True):
        sections[_taken(change) or (_harmless(change) if is_drift else _section(change))].append(told)
    return Outline(
        purpose=plan.purpose,
        groups=tuple(Group(section, tuple(found)) for section, found in sections.items() if found),
        counts=counted(change for found in sections.values() for change in found),
        danger=sum(len(found) for section, found in sections.items() if section in DANGEROUS),
        blocking=tuple(problem for problem in plan.problems if problem.blocking),
        notices=tuple(problem for problem in plan.problems if not problem.blocking),
        lapsed=tuple(item for item in plan.unmanaged if item.formerly_declared),
        undeclared=tuple(item for item in plan.unmanaged if not item.formerly_declared),
        unmanaged=sum(item.kind is Kind.QUESTION and not item.formerly_declared for item in plan.unmanaged),
        outlived=len(plan.outlived),
    )


def differing(change: QuestionChange) -> tuple[Field, ...]:
    """The fields whose values differ between ``before`` and ``after``; none for a create or a delete."""
    before, after = change.before, change.after
    if before is None or after is None:
        return ()
    return tuple(field for field in Field if getattr(before, field.value) != getattr(after, field.value))


def action_of(change: Change) -> Action:
    """What a reader would call it: an update of nothing but the category is a move, a move that rewrites is an update."""
    if not isinstance(change, QuestionChange) or change.action not in (Action.UPDATE, Action.MOVE):
        return change.action
    # A status that differs is another change's doing.
    return Action.MOVE if {*differing(change)} - {Field.STATUS} == {Field.CATEGORY} else Action.UPDATE


def counted(changes: Iterable[Change]) -> tuple[Count, ...]:
    """How often what happens: questions before categories, what takes away before what adds."""
    tally = Counter((change.kind, action_of(change)) for change in changes)
    return tuple(Count(kind, action, tally[kind, action]) for kind in _KINDS for action in _ACTIONS if tally[kind, action])


def is_conflict(change: Change) -> bool:
    """Whether git and the console both changed the object, or one part of it."""
    return Cause.CONFLICT in _causes(change)


def other_edit(change: QuestionChange) -> tuple[Content, Content, Cause] | None:
    """Where one side of a conflict took the question away: the base, what the other side made of it, and who that was."""
    if change.cause is not Cause.CONFLICT or change.base is None:
        return None
    if change.removal and change.before is not None:
        return change.base, change.before, Cause.DRIFT
    if change.action is Action.CREATE and change.after is not None:
        return change.base, change.after, Cause.DECLARED
    return None


_KINDS = (Kind.QUESTION, Kind.CATEGORY)
_ACTIONS = (Action.DELETE, Action.DISABLE, Action.RENAME, Action.MOVE, Action.UPDATE, Action.ENABLE, Action.CREATE)


def _taken(change: Change) -> Section | None:
    """The section of what customers lose."""
    if change.action is Action.DELETE:
        return Section.REMOVALS
    return Section.DISABLED if change.action is Action.DISABLE else None


def _section(change: Change) -> Section:
    if is_conflict(change):
        return Section.CONFLICTS
    return Section.DRIFT if Cause.DRIFT in _causes(change) else _harmless(change)


def _causes(change: Change) -> frozenset[Cause]:
    fields = change.fields if isinstance(change, QuestionChange) else ()
    return frozenset({change.cause, *(field.cause for field in fields)})


def _harmless(change: Change) -> Section:
    if not isinstance(change, QuestionChange):
        return Section.CATEGORIES
    action = action_of(change)
    if action is Action.RENAME:
        return Section.RENAMES
    if action is Action.MOVE:
        return Section.MOVES
    if action is Action.ENABLE:
        return Section.ENABLED
    return Section.CREATES if action is Action.CREATE else Section.UPDATES
