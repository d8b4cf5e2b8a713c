"""What the parts of a plan are called, by what the plan is for: a plan promises, a drift reports, an undo takes back.

Words that do not depend on that stand in ``phrases``; whole sentences about a cause stand in ``text_cause``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from kbsync.messages import Message, message
from kbsync.plan import Action, Cause, Change, Kind, Purpose
from kbsync.render.outline import Section, action_of

__all__ = ["Voice", "title", "voice"]


@dataclass(frozen=True, slots=True)
class Voice:
    """The words of one purpose.

    ``sections`` are headings and ``notes`` what a section means; ``stopped`` stands above the problems that block;
    ``sides`` are a question at its two times; ``nothing`` and ``empty`` are the heading and the sentence of a page without
    changes, ``empty`` None where the figures of the plan tell more.
    """

    purpose: Purpose
    sections: Mapping[Section, Message]
    notes: Mapping[Section, Message]
    actions: Mapping[Action, Message]
    categories: Mapping[Action, Message]
    causes: Mapping[Cause, Message]
    stopped: Message
    sides: tuple[Message, Message]
    absent: tuple[Message, Message]
    nothing: Message
    empty: Message | None = None

    def label(self, change: Change) -> Message:
        """What happens to the object, in one or two words."""
        return (self.categories if change.kind is Kind.CATEGORY else self.actions)[action_of(change)]


def voice(purpose: Purpose) -> Voice:
    """The words of a purpose."""
    return _VOICES[purpose]


def title(purpose: Purpose, target: str) -> Message:
    """The title of the page about a target."""
    match purpose:
        case Purpose.SYNC:
            return message("Plan for {target}", target=target)
        case Purpose.DRIFT:
            return message("Drift of {target}", target=target)
        case Purpose.UNDO:
            return message("Undo for {target}", target=target)
        case _:
            assert_never(purpose)


_LOST = message("Customers no longer get these answers.")

_PLAN = Voice(
    purpose=Purpose.SYNC,
    sections={
        Section.REMOVALS: message("Removals"),
        Section.DISABLED: message("Disabled"),
        Section.CONFLICTS: message("Conflicts"),
        Section.DRIFT: message("Console edits to be overwritten"),
        Section.RENAMES: message("Renamed"),
        Section.MOVES: message("Moved"),
        Section.UPDATES: message("Updated"),
        Section.ENABLED: message("Enabled"),
        Section.CREATES: message("New"),
        Section.CATEGORIES: message("Categories"),
    },
    notes={
        Section.REMOVALS: message("These leave the live library for good."),
        Section.DISABLED: _LOST,
        Section.CONFLICTS: message("Git and the console both changed these since the last apply."),
        Section.DRIFT: message("Somebody edited these in the console; applying puts back what git declares."),
    },
    actions={
        Action.CREATE: message("Create"),
        Action.UPDATE: message("Update"),
        Action.RENAME: message("Rename"),
        Action.MOVE: message("Move"),
        Action.ENABLE: message("Enable"),
        Action.DISABLE: message("Disable"),
        Action.DELETE: message("Delete"),
    },
    categories={
        Action.CREATE: message("Create category"),
        Action.RENAME: message("Rename category"),
        Action.DELETE: message("Delete category"),
    },
    causes={
        Cause.DECLARED: message("changed in git"),
        Cause.DRIFT: message("changed in the console"),
        Cause.CONFLICT: message("changed on both sides"),
        Cause.UNKNOWN: message("no earlier state to compare with"),
    },
    stopped=message("This plan cannot be applied as it stands"),
    sides=(message("Live now"), message("After the apply")),
    absent=(message("Customers get no answer yet."), message("Customers get no answer any more.")),
    nothing=message("Nothing to change"),
)

_DRIFT = Voice(
    purpose=Purpose.DRIFT,
    sections={
        **_PLAN.sections,
        Section.REMOVALS: message("Deleted in the console"),
        Section.DISABLED: message("Disabled in the console"),
        Section.RENAMES: message("Renamed in the console"),
        Section.MOVES: message("Moved in the console"),
        Section.UPDATES: message("Changed in the console"),
        Section.ENABLED: message("Enabled in the console"),
        Section.CREATES: message("New in the console"),
    },
    notes={Section.REMOVALS: message("Git still declares these."), Section.DISABLED: _LOST},
    actions={
        Action.CREATE: message("New"),
        Action.UPDATE: message("Changed"),
        Action.RENAME: message("Renamed"),
        Action.MOVE: message("Moved"),
        Action.ENABLE: message("Enabled"),
        Action.DISABLE: message("Disabled"),
        Action.DELETE: message("Deleted"),
    },
    categories={
        Action.CREATE: message("New category"),
        Action.RENAME: message("Category renamed"),
        Action.DELETE: message("Category deleted"),
    },
    causes=_PLAN.causes,
    stopped=message("Not everything could be compared"),
    sides=(message("git said"), message("the console holds")),
    absent=(message("Git said nothing about this."), message("Customers get no answer any more.")),
    nothing=message("No drift"),
    empty=message("The console holds what git said."),
)

_UNDO = Voice(
    purpose=Purpose.UNDO,
    sections=_PLAN.sections,
    notes=_PLAN.notes,
    actions=_PLAN.actions,
    categories=_PLAN.categories,
    causes={**_PLAN.causes, Cause.DECLARED: message("takes back what was applied")},
    stopped=_PLAN.stopped,
    sides=_PLAN.sides,
    absent=_PLAN.absent,
    nothing=message("Nothing to take back"),
    empty=message("Nothing is live any more as the apply left it."),
)

_VOICES: Mapping[Purpose, Voice] = {each.purpose: each for each in (_PLAN, _DRIFT, _UNDO)}
