"""Whether customers get an answer, told with every change of a question and not only with the change that switches it.

A plan switches a question with a change of its own beside the other one; a reader of either wants to know how it ends.
"""

from collections.abc import Sequence
from dataclasses import replace

from kbsync.messages import Message, message
from kbsync.model import Content, Status
from kbsync.plan import Action, Change, QuestionChange

__all__ = ["SWITCHES", "UNSERVED", "is_unserved", "with_statuses"]

SWITCHES = (Action.ENABLE, Action.DISABLE)
"""The actions that change the status and nothing else that a customer would see."""

UNSERVED: Message = message("disabled: customers get no answer")
"""What a side of a change says where its status is disabled."""


def is_unserved(content: Content | None) -> bool:
    """Whether customers get no answer though the question is there."""
    return content is not None and content.status is Status.DISABLED


def with_statuses(changes: Sequence[Change]) -> tuple[Change, ...]:
    """The same changes, where one that leaves the status to another change has both statuses on its sides."""
    switches = {change.id: change for change in changes if isinstance(change, QuestionChange) and change.action in SWITCHES}
    return tuple(
        _with_status(change, switches.get(change.id)) if isinstance(change, QuestionChange) else change for change in changes
    )


def _with_status(change: QuestionChange, switch: QuestionChange | None) -> QuestionChange:
    if switch is None or change.action in SWITCHES or None in (change.before, change.after):
        return change
    if not {change.before, change.after} & {switch.before, switch.after}:  # not two halves of one change
        return change
    before, after = _switched(change.before, switch.before), _switched(change.after, switch.after)
    if (before, after) == (change.before, change.after):
        return change
    return replace(change, before=before, after=after, fields=(*change.fields, *switch.fields))


def _switched(content: Content | None, other: Content | None) -> Content | None:
    return replace(content, status=other.status) if content and other else content
