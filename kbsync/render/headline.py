"""A plan in one sentence, as messages: first what takes away or overwrites, then the rest, what stays, and what it takes.

And what a reader can do about it, which stands at a page's end.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kbsync.display import cut
from kbsync.guards import Consent, objections
from kbsync.messages import Message, message, plural
from kbsync.plan import Change, Plan, Purpose
from kbsync.render.phrases import voice
from kbsync.render.view import DANGEROUS, ActionCount, Outline, Section, action_of, counted, is_conflict

Clause = tuple[Message, ...]
"""Messages that belong together in a sentence: commas inside a clause, semicolons between clauses."""
_VALUE = 80
"""Characters of a question that a line names; the way past it stands behind and must not be pushed out."""


@dataclass(frozen=True, slots=True)
class Steps:
    """What to do: a heading and its lines, one at least."""

    title: Message
    lines: tuple[Message, ...]


def headline(plan: Plan, shown: Outline) -> tuple[Clause, ...]:
    """The sentence about a plan, which ``shown`` is the outline of; a drift takes no calls.

    Each change counts once, so that harmless and dangerous ones never add up to one figure.
    """
    nothing = voice(plan.purpose).no_changes if plan.only is None else message("nothing to do in this part")
    told = tallies(shown) or ((nothing,),)
    if shown.outlived:
        dangers = _dangers(shown)
        told = ((*dangers, _outlived(shown.outlived)), *(told[1:] if dangers else told))
    clauses = (*told, *_staying(shown), _cost(plan))
    return tuple(clause for clause in clauses if clause)


def tallies(shown: Outline) -> tuple[Clause, ...]:
    """What happens and how often: one clause for what is dangerous, one for the rest, each only if there is any."""
    counts = voice(shown.purpose).counts
    if shown.purpose is Purpose.DRIFT:
        clauses = [tuple(counts[each.kind, each.action].fill(count=each.number) for each in shown.counts)]
    else:
        harmless = (change for group in shown.groups if group.section not in DANGEROUS for change in group.changes)
        rest = tuple(counts[each.kind, each.action].fill(count=each.number) for each in counted(harmless))
        clauses = [_dangers(shown), rest]
    return tuple(clause for clause in clauses if clause)


def next_steps(plan: Plan) -> Steps | None:
    """What an apply will ask for, or where a drift can go; None where there is nothing to do or nothing more to say about it.

    What stops a plan stands at the top of its page and is not said again.
    """
    if not plan.changes:
        return None
    if plan.purpose is Purpose.DRIFT:
        way = message("kbsync pull brings these into the files; kbsync apply puts back what git declares.")
        return Steps(message("What to do"), (way,))
    demanded = tuple(_clipped(line) for line in objections(replace(plan, problems=(), offline=False), Consent()))
    return Steps(message("To apply"), demanded) if demanded else None


def _outlived(count: int) -> Message:
    """An answer that stays with customers though git gave it up is counted beside what takes one from them."""
    return plural(
        "{count} answer still given that git no longer declares",
        "{count} answers still given that git no longer declares",
        count=count,
    )


def _staying(shown: Outline) -> Iterator[Clause]:
    """What else an apply leaves alone: what git gave up, told apart from the questions that it never had."""
    kept = len(shown.lapsed) - shown.outlived
    if kept:
        yield (message("{count} no longer in git, kept live", count=kept),)
    if shown.unmanaged:
        yield (plural("{count} unmanaged question", "{count} unmanaged questions", count=shown.unmanaged),)


def _dangers(shown: Outline) -> Clause:
    changes = {group.section: group.changes for group in shown.groups}
    taken = (*changes.get(Section.REMOVALS, ()), *changes.get(Section.DISABLED, ()))
    conflicts, drift = len(changes.get(Section.CONFLICTS, ())), len(changes.get(Section.DRIFT, ()))
    clause = [_taken(count, taken, shown) for count in counted(taken)]
    if conflicts:
        clause.append(plural("{count} conflict", "{count} conflicts", count=conflicts))
    if drift:
        clause.append(plural("{count} console edit to overwrite", "{count} console edits to overwrite", count=drift))
    return tuple(clause)


def _taken(count: ActionCount, changes: tuple[Change, ...], shown: Outline) -> Message:
    """What customers lose, and how much of it somebody worked on in the console meanwhile."""
    said = voice(shown.purpose).counts[count.kind, count.action].fill(count=count.number)
    alike = (change for change in changes if (change.kind, action_of(change)) == (count.kind, count.action))
    edited = sum(is_conflict(change) for change in alike)
    if not edited:
        return said
    return plural(
        "{taken} ({count} conflict: edited in the console too)",
        "{taken} ({count} conflicts: edited in the console too)",
        taken=said,
        count=edited,
    )


def _cost(plan: Plan) -> Clause:
    calls = 0 if plan.purpose is Purpose.DRIFT else sum(plan.cost.calls.values())
    if not calls:
        return ()
    seconds = round(plan.cost.seconds)
    time = message("less than a second") if seconds < 1 else message("about {seconds} s", seconds=seconds)
    return (plural("{count} call", "{count} calls", count=calls), time)


def _clipped(line: Message) -> Message:
    return replace(line, values=tuple((name, cut(value, _VALUE)) for name, value in line.values))
