"""What a reader can do about a plan: what an apply will ask for, or where a drift can go. It stands at a page's end.

What is asked for is judged by ``guards``; what stops a plan stands at the top of its page and is not said again.
"""

from dataclasses import dataclass, replace

from kbsync.display import cut
from kbsync.guards import Consent, objections
from kbsync.messages import Message, message
from kbsync.plan import Plan, Purpose

__all__ = ["Steps", "next_steps"]

_VALUE = 80
"""Characters of a question that a line names; the way past it stands behind and must not be pushed out."""


@dataclass(frozen=True, slots=True)
class Steps:
    """A heading and its lines, one at least."""

    title: Message
    lines: tuple[Message, ...]


def next_steps(plan: Plan) -> Steps | None:
    """The steps, None where there is nothing to do or nothing more to say about it."""
    if not plan.changes:
        return None
    if plan.purpose is Purpose.DRIFT:
        way = message("kbsync pull brings these into the files; kbsync apply puts back what git declares.")
        return Steps(message("What to do"), (way,))
    demanded = tuple(_clipped(line) for line in objections(replace(plan, problems=(), offline=False), Consent()))
    return Steps(message("To apply"), demanded) if demanded else None


def _clipped(line: Message) -> Message:
    return replace(line, values=tuple((name, cut(value, _VALUE)) for name, value in line.values))
