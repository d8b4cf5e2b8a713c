"""What the parts of a plan are called: an apply promises, a drift reports and an undo takes back, each in words of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from kbsync.messages import Message, message, plural
from kbsync.plan import Action, BaseKind, Cause, Kind, Match, Purpose
from kbsync.render.view import Section, Time
from kbsync.report import Outcome


@dataclass(frozen=True, slots=True)
class Voice:
    """The words of one purpose.

    ``title`` is that of a page, with ``{target}`` open. ``deeds`` name an action, and its number with ``{count}`` open.
    ``sections`` are headings and ``notes`` what a section means; ``stopped`` is the heading of the problems that block;
    ``sides`` are a question at its times, and ``absent`` the notes where there is none before or after; ``nothing``,
    ``no_changes`` and ``empty`` are heading, headline and sentence of a page without changes, ``empty`` None where the figures
    of the plan decide the sentence.
    """

    title: Message
    sections: Mapping[Section, Message]
    notes: Mapping[Section, Message]
    deeds: Mapping[Kind, Mapping[Action, tuple[Message, Message]]]
    causes: Mapping[Cause, Message]
    stopped: Message
    sides: Mapping[Time, Message]
    absent: Mapping[Time, Message]
    nothing: Message
    no_changes: Message
    empty: Message | None = None


_LOST = message("Customers no longer get these answers.")
_PLAN = Voice(
    title=message("Plan for {target}"),
    sections={
        Section.REMOVALS: message("Removals"),
        Section.DISABLED: message("Disabled"),
        Section.CONFLICTS: message("Conflicts"),
        Section.DRIFT: message("Console edits to be overwritten"),
        Section.UNDONE: message("Undone, to be made again"),
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
        Section.UNDONE: message("An undo took these back, and git still declares them; applying makes them again."),
    },
    deeds={
        Kind.QUESTION: {
            Action.CREATE: (message("Create"), message("{count} to create")),
            Action.UPDATE: (message("Update"), message("{count} to update")),
            Action.RENAME: (message("Rename"), message("{count} to rename")),
            Action.MOVE: (message("Move"), message("{count} to move")),
            Action.ENABLE: (message("Enable"), message("{count} to enable")),
            Action.DISABLE: (message("Disable"), message("{count} to disable")),
            Action.DELETE: (message("Delete"), message("{count} to delete")),
        },
        Kind.CATEGORY: {
            Action.CREATE: (message("Create category"), plural("{count} category to create", "{count} categories to create")),
            Action.RENAME: (message("Rename category"), plural("{count} category to rename", "{count} categories to rename")),
            Action.DELETE: (message("Delete category"), plural("{count} category to delete", "{count} categories to delete")),
        },
    },
    causes={
        Cause.DECLARED: message("changed in git"),
        Cause.DRIFT: message("changed in the console"),
        Cause.CONFLICT: message("changed on both sides"),
        Cause.UNKNOWN: message("no earlier state to compare with"),
        Cause.UNDONE: message("was undone"),
    },
    stopped=message("This plan cannot be applied as it stands"),
    sides={
        Time.BASE: message("Git applied last"),
        Time.BEFORE: message("Live now"),
        Time.AFTER: message("After the apply"),
    },
    absent={
        Time.BEFORE: message("Customers get no answer yet."),
        Time.AFTER: message("Customers get no answer any more."),
    },
    nothing=message("Nothing to change"),
    no_changes=message("no changes"),
)
_DRIFT = Voice(
    title=message("Drift of {target}"),
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
    deeds={
        Kind.QUESTION: {
            Action.CREATE: (message("New"), message("{count} made")),
            Action.UPDATE: (message("Changed"), message("{count} changed")),
            Action.RENAME: (message("Renamed"), message("{count} renamed")),
            Action.MOVE: (message("Moved"), message("{count} moved")),
            Action.ENABLE: (message("Enabled"), message("{count} enabled")),
            Action.DISABLE: (message("Disabled"), message("{count} disabled")),
            Action.DELETE: (message("Deleted"), message("{count} deleted")),
        },
        Kind.CATEGORY: {
            Action.CREATE: (message("New category"), plural("{count} category made", "{count} categories made")),
            Action.RENAME: (message("Category renamed"), plural("{count} category renamed", "{count} categories renamed")),
            Action.DELETE: (message("Category deleted"), plural("{count} category deleted", "{count} categories deleted")),
        },
    },
    causes=_PLAN.causes,
    stopped=message("Not everything could be compared"),
    sides={**_PLAN.sides, Time.BEFORE: message("git said"), Time.AFTER: message("the console holds")},
    absent={Time.BEFORE: message("Git said nothing about this."), Time.AFTER: message("Customers get no answer any more.")},
    nothing=message("No drift"),
    no_changes=message("no drift"),
    empty=message("The console holds what git said."),
)
_UNDO = replace(
    _PLAN,
    title=message("Undo for {target}"),
    causes={**_PLAN.causes, Cause.DECLARED: message("takes back what was applied")},
    nothing=message("Nothing to take back"),
    no_changes=message("nothing to take back"),
    empty=message("Nothing is live any more as the apply left it."),
)
VOICES: Mapping[Purpose, Voice] = {Purpose.SYNC: _PLAN, Purpose.DRIFT: _DRIFT, Purpose.UNDO: _UNDO}
NOTHING_APPLIED = replace(
    _DRIFT,
    nothing=message("Nothing applied yet"),
    no_changes=message("nothing applied yet"),
    empty=message("Nothing was applied from git yet, so there is nothing to compare the console with."),
)
"""A drift without a base."""

CAUSE_SENTENCES: Mapping[Cause, tuple[Message, Message, Message]] = {
    Cause.DECLARED: (message("new in git"), message("no longer in git"), message("changed in git")),
    Cause.DRIFT: (
        message("deleted in the console since the last apply: applying makes it again"),
        message("made in the console where git owns everything: applying takes it away"),
        message("changed in the console since the last apply: applying overwrites it"),
    ),
    Cause.CONFLICT: (
        message("changed in git, and deleted in the console since the last apply: applying makes it again"),
        message("no longer in git, and changed in the console since the last apply"),
        message("changed in git and, differently, in the console since the last apply"),
    ),
    Cause.UNDONE: (
        message("an undo took it away, and git still declares it: applying makes it again"),
        message("an undo brought it back, and git does not declare it: applying takes it away"),
        message("an undo took it back, and git still says so: applying does it again"),
    ),
    Cause.UNKNOWN: (
        message("not in the library yet"),
        message("in the library and not in git; without a base nobody can tell why"),
        message("differs from git; without a base nobody can tell which side changed it"),
    ),
}
"""What is created, what is removed, and what is changed otherwise."""

REVIEWED: Mapping[Cause, Message] = {
    Cause.DECLARED: message("under removed in git"),
    Cause.DRIFT: message("under removed in git, and made in the console again: applying takes it away"),
    Cause.CONFLICT: message("under removed in git, and changed in the console since the last apply"),
    Cause.UNDONE: message("under removed in git, and back since an undo: applying takes it away again"),
    Cause.UNKNOWN: message("under removed in git; without a base nobody can tell who made it"),
}
"""What a line under ``removed`` takes away."""

RECOGNISED: Mapping[Match, Message] = {
    Match.ID: message("recognised by its id"),
    Match.PREVIOUSLY: message("recognised by “previously”"),
    Match.SAME_ANSWER: message("recognised by its answer, which is the same"),
}

FOUND_CHANGED = message("changed in the console")
_MADE = message("made in the console, among what git declares")
FOUND: Mapping[tuple[Kind, Action], Message] = {
    (Kind.QUESTION, Action.CREATE): _MADE,
    (Kind.CATEGORY, Action.CREATE): _MADE,
    (Kind.QUESTION, Action.DELETE): message("deleted in the console; this is what git said"),
    (Kind.CATEGORY, Action.DELETE): message("deleted in the console"),
}
"""What the console did, seen from its side; ``FOUND_CHANGED`` is anything else."""

DANGERS: Mapping[Section, Message] = {
    Section.CONFLICTS: plural("{count} conflict", "{count} conflicts"),
    Section.DRIFT: plural("{count} console edit to overwrite", "{count} console edits to overwrite"),
    Section.UNDONE: plural("{count} undone change to make again", "{count} undone changes to make again"),
}
"""How many changes overwrite what somebody else did."""

UNMANAGED: Mapping[Kind, Message] = {
    Kind.QUESTION: message("Unmanaged questions, not touched"),
    Kind.CATEGORY: message("Unmanaged categories, not touched"),
}
"""What git never declared."""

BASES: Mapping[BaseKind, Message] = {
    BaseKind.NONE: message("no base"),
    BaseKind.GIVEN: message("base {commit}"),
    BaseKind.APPLIED: message("base {commit}, the last one applied"),
    BaseKind.MERGE_BASE: message("base {commit}, where the branch began"),
}
"""What a plan was compared with."""

OUTCOMES: Mapping[Outcome, Message] = {
    Outcome.UNKNOWN: message("Outcome unknown"),
    Outcome.REFUSED: message("Refused by the service"),
    Outcome.NOT_ATTEMPTED: message("Not attempted"),
    Outcome.APPLIED: message("Applied"),
    Outcome.ALREADY: message("Already as declared"),
}
"""The heading of each outcome, in the order in which they are shown."""
