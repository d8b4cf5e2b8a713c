"""A plan in one sentence, as messages: first what takes away or overwrites, then the rest, what stays, and what it takes.

Which change is dangerous was decided by ``outline``; how a sentence is joined belongs to ``words``.
"""

from collections.abc import Iterator, Mapping
from typing import assert_never

from kbsync.messages import Message, message
from kbsync.plan import Action, Change, Kind, Plan, Purpose
from kbsync.render.outline import DANGEROUS, Count, Outline, Section, action_of, counted, is_conflict

__all__ = ["Clause", "headline", "tallies"]

Clause = tuple[Message, ...]
"""Messages that belong together in a sentence: commas inside a clause, semicolons between clauses."""

_NOTHING: Mapping[Purpose, Message] = {
    Purpose.SYNC: message("no changes"),
    Purpose.DRIFT: message("no drift"),
    Purpose.UNDO: message("nothing to take back"),
}


def headline(plan: Plan, shown: Outline) -> tuple[Clause, ...]:
    """The sentence about a plan, which ``shown`` is the outline of; a drift takes no calls.

    Each change counts once, so that harmless and dangerous ones never add up to one figure.
    """
    nothing = _NOTHING[plan.purpose] if plan.only is None else message("nothing to do in this part")
    told = tallies(shown) or ((nothing,),)
    if shown.outlived:
        dangers = _dangers(shown)
        told = ((*dangers, _outlived(shown.outlived)), *(told[1:] if dangers else told))
    clauses = (*told, *_staying(shown), _cost(plan))
    return tuple(clause for clause in clauses if clause)


def _outlived(count: int) -> Message:
    """An answer that stays with customers though git gave it up is counted beside what takes one from them."""
    if count == 1:
        return message("1 answer still given that git no longer declares")
    return message("{count} answers still given that git no longer declares", count=count)


def _staying(shown: Outline) -> Iterator[Clause]:
    """What else an apply leaves alone: what git gave up, told apart from the questions that it never had."""
    kept, alien = len(shown.lapsed) - shown.outlived, shown.unmanaged
    if kept:
        yield (message("{count} no longer in git, kept live", count=kept),)
    if alien:
        yield (message("1 unmanaged question") if alien == 1 else message("{count} unmanaged questions", count=alien),)


def tallies(shown: Outline) -> tuple[Clause, ...]:
    """What happens and how often: one clause for what is dangerous, one for the rest, each only if there is any."""
    if shown.purpose is Purpose.DRIFT:
        done = tuple(_found(count) for count in shown.counts)
        return (done,) if done else ()
    harmless = [change for group in shown.groups if group.section not in DANGEROUS for change in group.changes]
    rest = tuple(_counted(count) for count in counted(harmless))
    return tuple(clause for clause in (_dangers(shown), rest) if clause)


def _dangers(shown: Outline) -> Clause:
    changes = {group.section: group.changes for group in shown.groups}
    taken = (*changes.get(Section.REMOVALS, ()), *changes.get(Section.DISABLED, ()))
    conflicts, drift = len(changes.get(Section.CONFLICTS, ())), len(changes.get(Section.DRIFT, ()))
    clause = [_taken(count, taken) for count in counted(taken)]
    if conflicts:
        clause.append(message("1 conflict") if conflicts == 1 else message("{count} conflicts", count=conflicts))
    if drift:
        one = drift == 1
        clause.append(
            message("1 console edit to overwrite") if one else message("{count} console edits to overwrite", count=drift)
        )
    return tuple(clause)


def _taken(count: Count, changes: tuple[Change, ...]) -> Message:
    """What customers lose, and how much of it somebody worked on in the console meanwhile."""
    said = _counted(count)
    alike = (change for change in changes if (change.kind, action_of(change)) == (count.kind, count.action))
    edited = sum(is_conflict(change) for change in alike)
    if not edited:
        return said
    if edited == 1:
        return message("{taken} (1 conflict: edited in the console too)", taken=said)
    return message("{taken} ({count} conflicts: edited in the console too)", taken=said, count=edited)


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


def _found(count: Count) -> Message:
    """What the console did."""
    if count.kind is Kind.CATEGORY:
        return _found_categories(count)
    match count.action:
        case Action.DELETE:
            said = message("{count} deleted", count=count.number)
        case Action.DISABLE:
            said = message("{count} disabled", count=count.number)
        case Action.RENAME:
            said = message("{count} renamed", count=count.number)
        case Action.MOVE:
            said = message("{count} moved", count=count.number)
        case Action.UPDATE:
            said = message("{count} changed", count=count.number)
        case Action.ENABLE:
            said = message("{count} enabled", count=count.number)
        case Action.CREATE:
            said = message("{count} made", count=count.number)
        case _:
            assert_never(count.action)
    return said


def _found_categories(count: Count) -> Message:
    one = count.number == 1
    if count.action is Action.DELETE:
        return message("1 category deleted") if one else message("{count} categories deleted", count=count.number)
    if count.action is Action.RENAME:
        return message("1 category renamed") if one else message("{count} categories renamed", count=count.number)
    return message("1 category made") if one else message("{count} categories made", count=count.number)


def _cost(plan: Plan) -> Clause:
    calls = 0 if plan.purpose is Purpose.DRIFT else sum(plan.cost.calls.values())
    seconds = round(plan.cost.seconds)
    time = message("less than a second") if seconds < 1 else message("about {seconds} s", seconds=seconds)
    if not calls:
        return ()
    return (message("1 call") if calls == 1 else message("{count} calls", count=calls), time)
