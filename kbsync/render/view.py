"""What is shown of a plan: its changes in sections, the most dangerous first, and the fields of each change.

Every format draws this one view; it is made of values alone and holds no words.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto
from itertools import pairwise
from typing import Any

from kbsync.compare import changed_fields
from kbsync.display import natural, spelled_out
from kbsync.guards import stops
from kbsync.model import AnswerType, CategoryPath, Content, Status, is_same_but_for_form
from kbsync.plan import (
    Action,
    Cause,
    Change,
    Field,
    Kind,
    Plan,
    Problem,
    ProblemKind,
    Purpose,
    QuestionChange,
    Unmanaged,
    harmful,
)

__all__ = ["outline"]


class Section(StrEnum):
    """The parts of a shown plan, from the most dangerous to the least."""

    REMOVALS = "removals"
    DISABLED = "disabled"
    CONFLICTS = "conflicts"
    DRIFT = "drift"
    UNDONE = "undone"
    RENAMES = "renames"
    MOVES = "moves"
    UPDATES = "updates"
    ENABLED = "enabled"
    CREATES = "creates"
    CATEGORIES = "categories"


_FEW = 3
"""So many moves of one kind are named one by one."""
_DANGEROUS = frozenset({Section.REMOVALS, Section.DISABLED, Section.CONFLICTS, Section.DRIFT, Section.UNDONE})


@dataclass(frozen=True, slots=True)
class Group:
    """One section that has changes, in the order in which they will be carried out."""

    section: Section
    changes: tuple[Change, ...]

    @property
    def danger(self) -> bool:
        """Whether its changes take answers from customers or overwrite work in the console."""
        return self.section in _DANGEROUS

    @property
    def bundles(self) -> tuple[tuple[Change, ...], ...]:
        """The changes, with many harmless moves between the same two categories joined into one entry."""
        routes: dict[object, list[Change]] = {}
        for number, change in enumerate(self.changes):
            route = None if self.danger else _route(change)
            routes.setdefault(route or number, []).append(change)
        parts = ([found] if len(found) > _FEW else [[change] for change in found] for found in routes.values())
        return tuple(tuple(bundle) for part in parts for bundle in part)


@dataclass(frozen=True, slots=True)
class ActionCount:
    """How many objects of one kind something happens to."""

    kind: Kind
    action: Action
    number: int


@dataclass(frozen=True, slots=True)
class Outline:
    """What there is to show. Empty sections are left out.

    The changes of a drift are seen from the console's side: what the way back to git would create, the console deleted.
    ``danger`` is the number of changes in the dangerous sections. ``blocking`` problems stop an apply, other ``diverged`` ones
    change what every line means, ``notices`` only inform. ``formerly_declared`` and ``undeclared`` are the unmanaged objects
    that git used to declare and the others, apart from ``presets``, which the service owns; ``outlived`` counts the answers
    that an apply will leave with customers though git gave them up.
    """

    groups: tuple[Group, ...]
    danger: int
    blocking: tuple[Problem, ...]
    diverged: tuple[Problem, ...]
    notices: tuple[Problem, ...]
    formerly_declared: tuple[Unmanaged, ...]
    undeclared: tuple[Unmanaged, ...]
    presets: tuple[Unmanaged, ...]
    outlived: int

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not self.groups

    @property
    def changes(self) -> tuple[Change, ...]:
        """Every change, in the order in which they are shown."""
        return tuple(change for group in self.groups for change in group.changes)

    @property
    def unmanaged(self) -> int:
        """How many live questions git never declared."""
        return sum(item.kind is Kind.QUESTION for item in self.undeclared)


PROSE = (Field.QUESTION, Field.ANSWER)
"""The fields whose differences are marked inside the text."""


class Time(Enum):
    """When a question is, was or will be as shown."""

    BASE = auto()
    BEFORE = auto()
    AFTER = auto()


@dataclass(frozen=True, slots=True)
class Version:
    """A question at one time."""

    time: Time
    content: Content


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs between ``versions``, the oldest first.

    ``named``: a reader has to know whose versions these are; else they are before and after. ``cause`` is why it differs, unless
    that is the cause of the whole change or obvious from the versions.
    """

    field: Field
    versions: tuple[Version, ...]
    named: bool = False
    cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class QuestionView:
    """What is shown of one question: the ``differences``, and the ``whole`` fields of ``content``, which have one value only.

    ``versions`` are the conversations that a page puts side by side, the oldest first; one where the answer is the same.
    """

    versions: tuple[Version, ...]
    differences: tuple[Difference, ...]
    content: Content
    whole: tuple[Field, ...]


def outline(plan: Plan) -> Outline:
    """Arrange a plan: each change is in exactly one section, the most dangerous that fits."""
    is_drift = plan.purpose is Purpose.DRIFT
    sections: dict[Section, list[Change]] = {section: [] for section in Section}
    changes = tuple(change.inverse() for change in plan.changes) if is_drift else plan.changes
    for change, whole in zip(changes, _with_statuses(changes), strict=True):
        sections[_taken(change) or (_harmless(change) if is_drift else _section(change))].append(whole)
    groups = tuple(Group(section, tuple(found)) for section, found in sections.items() if found)
    notices = [problem for problem in plan.problems if not stops(problem, plan)]
    return Outline(
        groups=groups,
        danger=sum(len(group.changes) for group in groups if group.danger),
        blocking=tuple(problem for problem in plan.problems if stops(problem, plan)),
        diverged=tuple(problem for problem in notices if problem.kind is ProblemKind.DIVERGED),
        notices=tuple(problem for problem in notices if problem.kind is not ProblemKind.DIVERGED),
        formerly_declared=tuple(item for item in plan.unmanaged if item.formerly_declared),
        undeclared=tuple(item for item in plan.unmanaged if not (item.formerly_declared or item.preset)),
        presets=tuple(item for item in plan.unmanaged if item.preset and not item.formerly_declared),
        outlived=len(plan.outlived),
    )


def action_of(change: Change) -> Action:
    """What a reader would call it: an update of nothing but the category is a move, a move that rewrites is an update."""
    if not isinstance(change, QuestionChange) or change.action not in (Action.UPDATE, Action.MOVE):
        return change.action
    # A status that differs is another change's doing.
    return Action.MOVE if {*change.touched} - {Field.STATUS} == {Field.CATEGORY} else Action.UPDATE


def _route(change: Change) -> tuple[CategoryPath, CategoryPath] | None:
    """The old and the new category of a question that is moved and not changed otherwise."""
    if not isinstance(change, QuestionChange) or not change.before or not change.after or {*change.touched} != {Field.CATEGORY}:
        return None
    return change.before.category, change.after.category


def counted(changes: Iterable[Change]) -> tuple[ActionCount, ...]:
    """How often what happens: questions before categories, what takes away before what adds."""
    tally = Counter((change.kind, action_of(change)) for change in changes)
    return tuple(ActionCount(kind, action, tally[kind, action]) for kind in _KINDS for action in _ACTIONS if tally[kind, action])


_KINDS = (Kind.QUESTION, Kind.CATEGORY)
_ACTIONS = (Action.DELETE, Action.DISABLE, Action.RENAME, Action.MOVE, Action.UPDATE, Action.ENABLE, Action.CREATE)


def is_conflict(change: Change) -> bool:
    """Whether git and the console both changed the object, or one part of it."""
    return Cause.CONFLICT in change.causes


def is_unserved(content: Content) -> bool:
    """Whether customers get no answer though the question is there."""
    return content.status is Status.DISABLED


def view_of(change: QuestionChange, purpose: Purpose) -> QuestionView:
    """What every format shows of a question's change, in a plan of one purpose.

    Where one side took the question away, that is what the other side made of it since the base.
    """
    versions = _versions(change)
    if change.action in _SWITCHES:
        versions = versions[-1:]
    edited = _edited(change)
    if edited:
        base, kept = (version.content for version in edited)
        fields = changed_fields(base, kept)
        differences = tuple(Difference(field, edited, named=True) for field in fields)
        return QuestionView(edited if _SAID & {*fields} else versions, differences, kept, _rest(kept, fields))
    content = versions[-1].content
    if change.before is None or change.after is None:
        return QuestionView(versions, (), content, _rest(content, ()))
    differences = tuple(_differences(change, purpose))
    if change.action in _SWITCHES:
        return QuestionView(versions, differences, content, _rest(content, change.touched))
    both = next(
        (found.versions for found in differences if found.field in _SAID and len(found.versions) > len(versions)), versions
    )
    if len(both) == len(versions) and not {Field.ANSWER, Field.ANSWER_TYPE} & {*change.touched}:
        both = both[-1:]
    off = all(is_unserved(version.content) for version in versions)
    return QuestionView(both, differences, content, (Field.STATUS,) if off else ())


_SWITCHES = (Action.ENABLE, Action.DISABLE)
"""The actions that change the status and nothing else that a customer would see."""
_SAID = frozenset({Field.QUESTION, Field.ANSWER, Field.ANSWER_TYPE})
"""The fields that make up a conversation."""


def similar_sides(before: Content, after: Content) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The similar questions that only the first version has, those that only the second has, and those that both have."""
    was, will = {*before.similar}, {*after.similar}
    gone, new, same = (tuple(sorted(texts, key=natural)) for texts in (was - will, will - was, was & will))
    return gone, new, same


def _edited(change: QuestionChange) -> tuple[Version, Version] | None:
    """Where one side of a conflict took the question away: the base, and what the other side made of it."""
    if change.cause is not Cause.CONFLICT or change.base is None:
        return None
    if change.removal and change.before is not None:
        return Version(Time.BASE, change.base), Version(Time.BEFORE, change.before)
    if change.action is Action.CREATE and change.after is not None:
        return Version(Time.BASE, change.base), Version(Time.AFTER, change.after)
    return None


def _versions(change: QuestionChange) -> tuple[Version, ...]:
    sides = ((Time.BEFORE, change.before), (Time.AFTER, change.after))
    return _told_apart(tuple(Version(time, content) for time, content in sides if content))


def _told_apart(versions: tuple[Version, ...]) -> tuple[Version, ...]:
    """The same, with combining characters spelled out in fields whose versions differ in Unicode form alone."""
    for field in (Field.QUESTION, Field.ANSWER):
        values = [str(getattr(version.content, field.value)) for version in versions]
        if any(is_same_but_for_form(one, other) for one, other in pairwise(values)):
            told: list[dict[str, Any]] = [{field.value: spelled_out(value)} for value in values]
            versions = tuple(replace(one, content=replace(one.content, **new)) for one, new in zip(versions, told, strict=True))
    forms = Counter(
        unicodedata.normalize("NFC", text) for text in {text for version in versions for text in version.content.similar}
    )
    if any(count > 1 for count in forms.values()):
        versions = tuple(
            replace(one, content=replace(one.content, similar=tuple(map(spelled_out, one.content.similar)))) for one in versions
        )
    return versions


def _differences(change: QuestionChange, purpose: Purpose) -> Iterator[Difference]:
    versions = _versions(change)
    for each in change.fields:
        if purpose is Purpose.DRIFT:
            yield Difference(each.field, versions, named=True)
        elif each.cause is Cause.CONFLICT and change.base is not None:
            yield Difference(each.field, (Version(Time.BASE, change.base), *versions), named=True)
        else:
            yield Difference(each.field, versions, cause=None if each.cause is change.cause else each.cause)


def _rest(content: Content, shown: Sequence[Field]) -> tuple[Field, ...]:
    """The fields of a question that is created or removed, without those shown already and those with the usual value."""
    usual = {
        Field.QUESTION: True,
        Field.ANSWER_TYPE: content.answer_type is AnswerType.TEXT,
        Field.SIMILAR: not content.similar,
        Field.STATUS: not is_unserved(content),
    }
    return tuple(field for field in _ORDER if field not in shown and not usual.get(field))


_ORDER = (Field.ANSWER, Field.ANSWER_TYPE, Field.CATEGORY, Field.SIMILAR, Field.STATUS)


def _with_statuses(changes: Sequence[Change]) -> tuple[Change, ...]:
    """The same changes, where one that leaves the status to another change has both statuses on its sides.

    A plan switches a question with a change of its own beside the other one; a reader of either wants to know how it ends.
    """
    switches = {change.id: change for change in changes if isinstance(change, QuestionChange) and change.action in _SWITCHES}
    return tuple(
        _with_status(change, switches.get(change.id)) if isinstance(change, QuestionChange) else change for change in changes
    )


def _with_status(change: QuestionChange, switch: QuestionChange | None) -> QuestionChange:
    if switch is None or change.action in _SWITCHES or None in (change.before, change.after):
        return change
    if not {change.before, change.after} & {switch.before, switch.after}:  # not two halves of one change
        return change
    before, after = _switched(change.before, switch.before), _switched(change.after, switch.after)
    if (before, after) == (change.before, change.after):
        return change
    return replace(change, before=before, after=after, fields=(*change.fields, *switch.fields))


def _switched(content: Content | None, other: Content | None) -> Content | None:
    return replace(content, status=other.status) if content and other else content


def _taken(change: Change) -> Section | None:
    """The section of what customers lose."""
    if change.action is Action.DELETE:
        return Section.REMOVALS
    return Section.DISABLED if change.action is Action.DISABLE else None


def _section(change: Change) -> Section:
    if is_conflict(change):
        return Section.CONFLICTS
    return {Cause.DRIFT: Section.DRIFT, Cause.UNDONE: Section.UNDONE}.get(harmful(change.causes)) or _harmless(change)


def _harmless(change: Change) -> Section:
    if not isinstance(change, QuestionChange):
        return Section.CATEGORIES
    return _HARMLESS.get(action_of(change), Section.UPDATES)


_HARMLESS = {
    Action.RENAME: Section.RENAMES,
    Action.MOVE: Section.MOVES,
    Action.ENABLE: Section.ENABLED,
    Action.CREATE: Section.CREATES,
}
