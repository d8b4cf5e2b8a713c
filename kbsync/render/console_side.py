"""The changes of a drift as the console made them: from what git said to what the console holds.

The planner decides the way back to git; here that way is turned round for reading and never carried out.
"""

from collections.abc import Mapping
from dataclasses import replace

from kbsync.plan import Action, CategoryChange, Change

__all__ = ["from_the_console"]

_TURNED: Mapping[Action, Action] = {
    Action.CREATE: Action.DELETE,
    Action.DELETE: Action.CREATE,
    Action.ENABLE: Action.DISABLE,
    Action.DISABLE: Action.ENABLE,
}
"""What the console did where the way back is another action; the rest keep their names with their sides exchanged."""


def from_the_console(change: Change) -> Change:
    """What the console did, from the change that would take it back."""
    action = _TURNED.get(change.action, change.action)
    if isinstance(change, CategoryChange):
        return replace(change, action=action, before=change.after, after=change.before)
    if change.removal:  # git declares no such question: the console made it
        return replace(change, action=Action.CREATE, before=None, after=change.before, removal=False)
    return replace(change, action=action, before=change.after, after=change.before)
