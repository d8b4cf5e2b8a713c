"""A plan arranged for reading: what is dangerous first, each change in one section. Every format draws this order.

What a section is called and how a change looks belongs to the formats; what a change is was decided by the planner.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from kbsync.messages import Message, message
from kbsync.plan import Action, Cause, Change, Field, Kind, Plan, Problem, QuestionChange, Unmanaged

__all__ = [
    "DANGEROUS",
    "Clause",
    "Count",
    "Group",
    "Outline",
    "Section",
    "action_of",
    "differing",
    "headline",
    "outline",
    "tallies",
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

    ``danger`` is the number of changes in the dangerous sections. ``blocking`` problems stop an apply, ``notices`` do
    not. ``lapsed`` are the unmanaged objects that git used to declare; ``unmanaged`` counts all unmanaged questions and
    ``unmanaged_categories`` all unmanaged categories, the lapsed ones included.
    """

    groups: tuple[Group, ...]
    counts: tuple[Count, ...]
    danger: int
    blocking: tuple[Problem, ...]
    notices: tuple[Problem, ...]
    lapsed: tuple[Unmanaged, ...]
    unmanaged: int
    unmanaged_categories: int

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.groups


Clause = tuple[Message, ...]
"""Messages that belong together in a sentence: commas inside a clause, semicolons between clauses."""


def outline(plan: Plan) -> Outline:
    """Arrange a plan: each change is in exactly one section, the most dangerous that fits."""
    sections: dict[Section, list[Change]] = {section: [] for section in Section}
    for change in plan.changes:
        sections[_section(change)].append(change)
    kinds = Counter(item.kind for item in plan.unmanaged)
    return Outline(
        groups=tuple(Group(section, tuple(changes)) for section, changes in sections.items() if changes),
        counts=_counts(plan.changes),
        danger=sum(len(changes) for section, changes in sections.items() if section in DANGEROUS),
        blocking=tuple(problem for problem in plan.problems if problem.blocking),
        notices=tuple(problem for problem in plan.problems if not problem.blocking),
        lapsed=tuple(item for item in plan.unmanaged if item.lapsed),
        unmanaged=kinds[Kind.QUESTION],
        unmanaged_categories=kinds[Kind.CATEGORY],
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
    return Action.MOVE if differing(change) == (Field.CATEGORY,) else Action.UPDATE


def headline(plan: Plan) -> tuple[Clause, ...]:
    """The plan in one sentence: first what takes away or overwrites, then the rest, what stays, and what it takes.

    Each change counts once, so that harmless and dangerous ones never add up to one figure.
    """
    shown = outline(plan)
    stays = (message("{count} unmanaged", count=shown.unmanaged),) if shown.unmanaged else ()
    clauses = (*(tallies(shown) or ((message("no changes"),),)), stays, _cost(plan))
    return tuple(clause for clause in clauses if clause)


def tallies(shown: Outline) -> tuple[Clause, ...]:
    """What happens and how often: one clause for what is dangerous, one for the rest, each only if there is any."""
    harmless = [change for group in shown.groups if group.section not in DANGEROUS for change in group.changes]
    rest = tuple(_counted(count) for count in _counts(harmless))
    return tuple(clause for clause in (_dangers(shown), rest) if clause)


_KINDS = (Kind.QUESTION, Kind.CATEGORY)
_ACTIONS = (Action.DELETE, Action.DISABLE, Action.RENAME, Action.MOVE, Action.UPDATE, Action.ENABLE, Action.CREATE)


def _section(change: Change) -> Section:
    if change.action is Action.DELETE:
        return Section.REMOVALS
    if change.action is Action.DISABLE:
        return Section.DISABLED
    causes = {change.cause}
    if isinstance(change, QuestionChange):
        causes |= {field.cause for field in change.fields}
    if Cause.CONFLICT in causes:
        return Section.CONFLICTS
    if Cause.DRIFT in causes:
        return Section.DRIFT
    return _harmless(change)


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


def _counts(changes: Iterable[Change]) -> tuple[Count, ...]:
    tally = Counter((change.kind, action_of(change)) for change in changes)
    return tuple(Count(kind, action, tally[kind, action]) for kind in _KINDS for action in _ACTIONS if tally[kind, action])


def _dangers(shown: Outline) -> Clause:
    changes = {group.section: group.changes for group in shown.groups}
    taken = (*changes.get(Section.REMOVALS, ()), *changes.get(Section.DISABLED, ()))
    conflicts, drift = len(changes.get(Section.CONFLICTS, ())), len(changes.get(Section.DRIFT, ()))
    clause = [_counted(count) for count in _counts(taken)]
    if conflicts:
        clause.append(message("1 conflict") if conflicts == 1 else message("{count} conflicts", count=conflicts))
    if drift:
        one = drift == 1
        clause.append(
            message("1 console edit to overwrite") if one else message("{count} console edits to overwrite", count=drift)
        )
    return tuple(clause)


def _counted(count: Count) -> Message:
    if count.kind is Kind.CATEGORY:
        return _counted_categories(count)
    match count.action:
        case Action.DELETE:
            said = message("{count} to delete", count=count.number)
        case Action.DISABLE:
            said = message("{count} to disable", count=count.number)
        case Action.RENAME:
            said = message("{count} to rename", count=count.number)
        case Action.MOVE:
            said = message("{count} to move", count=count.number)
        case Action.UPDATE:
            said = message("{count} to update", count=count.number)
        case Action.ENABLE:
            said = message("{count} to enable", count=count.number)
        case Action.CREATE:
            said = message("{count} to create", count=count.number)
        case _:
            assert_never(count.action)
    return said


def _counted_categories(count: Count) -> Message:
    one = count.number == 1
    if count.action is Action.DELETE:
        return message("1 category to delete") if one else message("{count} categories to delete", count=count.number)
    if count.action is Action.RENAME:
        return message("1 category to rename") if one else message("{count} categories to rename", count=count.number)
    return message("1 category to create") if one else message("{count} categories to create", count=count.number)


def _cost(plan: Plan) -> Clause:
    calls = sum(plan.cost.calls.values())
    seconds = round(plan.cost.seconds)
    time = message("less than a second") if seconds < 1 else message("about {seconds} s", seconds=seconds)
    if not calls:
        return ()
    return (message("1 call") if calls == 1 else message("{count} calls", count=calls), time)
