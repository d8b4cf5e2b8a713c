"""Words for people that every format shares: what a plan's parts are called, why something changes, how an apply ended.

A plan promises, a drift reports and an undo takes back, so each purpose has a voice of its own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from kbsync.display import short_commit
from kbsync.messages import Message, message, plural
from kbsync.model import Content
from kbsync.plan import (
    Action,
    BaseKind,
    Cause,
    Change,
    Field,
    Kind,
    Match,
    Plan,
    Purpose,
    QuestionChange,
    Unmanaged,
    value_of,
)
from kbsync.render.view import Outline, Section, Time, action_of
from kbsync.settings import Prune

FIELDS: Mapping[Field, Message] = {
    Field.QUESTION: message("Question"),
    Field.ANSWER: message("Answer"),
    Field.ANSWER_TYPE: message("Answer type"),
    Field.CATEGORY: message("Category"),
    Field.SIMILAR: message("Similar questions"),
    Field.STATUS: message("Status"),
}
"""The parts of a question, as headings."""


def told(content: Content, field: Field) -> Message | str:
    """A field that is told as it stands; of the status only that customers get no answer is worth telling."""
    return message("disabled: customers get no answer") if field is Field.STATUS else value_of(content, field)


@dataclass(frozen=True, slots=True)
class Voice:
    """The words of one purpose.

    ``title`` is that of a page, with ``{target}`` open, and ``counts`` tell how often something happens, with ``{count}`` open.
    ``sections`` are headings and ``notes`` what a section means;
    ``stopped`` stands above the problems that block; ``sides`` are a question at its times, and ``absent`` says that there is
    none before or after; ``nothing``, ``no_changes`` and ``empty`` are the heading, the headline and the sentence of a page
    without changes, ``empty`` None where the figures of the plan tell more.
    """

    purpose: Purpose
    title: Message
    sections: Mapping[Section, Message]
    notes: Mapping[Section, Message]
    actions: Mapping[Action, Message]
    categories: Mapping[Action, Message]
    counts: Mapping[tuple[Kind, Action], Message]
    causes: Mapping[Cause, Message]
    stopped: Message
    sides: Mapping[Time, Message]
    absent: Mapping[Time, Message]
    nothing: Message
    no_changes: Message
    empty: Message | None = None

    def label(self, change: Change) -> Message:
        """What happens to the object, in one or two words."""
        return (self.categories if change.kind is Kind.CATEGORY else self.actions)[action_of(change)]


def voice(purpose: Purpose) -> Voice:
    """The words of a purpose."""
    return _VOICES[purpose]


_LOST = message("Customers no longer get these answers.")
_PLAN = Voice(
    purpose=Purpose.SYNC,
    title=message("Plan for {target}"),
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
    counts={
        (Kind.QUESTION, Action.CREATE): message("{count} to create"),
        (Kind.QUESTION, Action.UPDATE): message("{count} to update"),
        (Kind.QUESTION, Action.RENAME): message("{count} to rename"),
        (Kind.QUESTION, Action.MOVE): message("{count} to move"),
        (Kind.QUESTION, Action.ENABLE): message("{count} to enable"),
        (Kind.QUESTION, Action.DISABLE): message("{count} to disable"),
        (Kind.QUESTION, Action.DELETE): message("{count} to delete"),
        (Kind.CATEGORY, Action.CREATE): plural("{count} category to create", "{count} categories to create"),
        (Kind.CATEGORY, Action.RENAME): plural("{count} category to rename", "{count} categories to rename"),
        (Kind.CATEGORY, Action.DELETE): plural("{count} category to delete", "{count} categories to delete"),
    },
    causes={
        Cause.DECLARED: message("changed in git"),
        Cause.DRIFT: message("changed in the console"),
        Cause.CONFLICT: message("changed on both sides"),
        Cause.UNKNOWN: message("no earlier state to compare with"),
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
    purpose=Purpose.DRIFT,
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
    counts={
        (Kind.QUESTION, Action.CREATE): message("{count} made"),
        (Kind.QUESTION, Action.UPDATE): message("{count} changed"),
        (Kind.QUESTION, Action.RENAME): message("{count} renamed"),
        (Kind.QUESTION, Action.MOVE): message("{count} moved"),
        (Kind.QUESTION, Action.ENABLE): message("{count} enabled"),
        (Kind.QUESTION, Action.DISABLE): message("{count} disabled"),
        (Kind.QUESTION, Action.DELETE): message("{count} deleted"),
        (Kind.CATEGORY, Action.CREATE): plural("{count} category made", "{count} categories made"),
        (Kind.CATEGORY, Action.RENAME): plural("{count} category renamed", "{count} categories renamed"),
        (Kind.CATEGORY, Action.DELETE): plural("{count} category deleted", "{count} categories deleted"),
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
    purpose=Purpose.UNDO,
    title=message("Undo for {target}"),
    causes={**_PLAN.causes, Cause.DECLARED: message("takes back what was applied")},
    nothing=message("Nothing to take back"),
    no_changes=message("nothing to take back"),
    empty=message("Nothing is live any more as the apply left it."),
)
_VOICES: Mapping[Purpose, Voice] = {each.purpose: each for each in (_PLAN, _DRIFT, _UNDO)}


def cause_sentence(change: Change, purpose: Purpose) -> Message:
    """Why it changes, in a whole sentence: who changed what, and what applying does about it."""
    if purpose is Purpose.UNDO:
        return _UNDO.causes[Cause.DECLARED]
    if purpose is Purpose.DRIFT:
        return _found(change)
    created, removed, changed = _CAUSES[change.cause]
    if change.action is Action.CREATE:
        return created
    return removed if change.removal else changed


_CAUSES: Mapping[Cause, tuple[Message, Message, Message]] = {
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
    Cause.UNKNOWN: (
        message("not in the library yet"),
        message("in the library and not in git; without a base nobody can tell why"),
        message("differs from git; without a base nobody can tell which side changed it"),
    ),
}
"""What is created, what is removed, and what is changed otherwise."""


def _found(change: Change) -> Message:
    """What the console did, told from its side."""
    if change.action is Action.CREATE:
        return message("made in the console, among what git declares")
    if change.action is not Action.DELETE:
        return message("changed in the console")
    if change.kind is Kind.CATEGORY:
        return message("deleted in the console")
    return message("deleted in the console; this is what git said")


def place_of(change: Change, purpose: Purpose) -> Message | str:
    """Where git declares it, or declared it where it is gone from there; empty where no file says."""
    if change.location is None:
        return ""
    place = f"{change.location.path}:{change.location.line}"
    return message("was in {place}", place=place) if change.removal and purpose is Purpose.SYNC else place


def recognition(change: Change) -> Message | None:
    """How the live question was found when its text alone does not tell; None when it does."""
    if not isinstance(change, QuestionChange) or change.before is None:
        return None
    if change.match is Match.WORDING:
        return message("recognised by its wording, {confidence} % alike", confidence=change.confidence)
    return _RECOGNISED.get(change.match)


_RECOGNISED: Mapping[Match, Message] = {
    Match.ID: message("recognised by its id"),
    Match.PREVIOUSLY: message("recognised by “previously”"),
    Match.SAME_ANSWER: message("recognised by its answer, which is the same"),
}


def base_label(plan: Plan) -> Message:
    """What the plan was compared with besides the live library."""
    commit = short_commit(plan.source.base_commit)
    labels = {
        BaseKind.NONE: message("no base"),
        BaseKind.GIVEN: message("base {commit}", commit=commit),
        BaseKind.APPLIED: message("base {commit}, the last one applied", commit=commit),
        BaseKind.MERGE_BASE: message("base {commit}, where the branch began", commit=commit),
    }
    return labels[plan.source.base]


def nothing_to_do(plan: Plan) -> Message:
    """What to say of a plan without changes; nothing is claimed of what was not looked at."""
    empty = voice(plan.purpose).empty
    if empty is not None:
        return empty
    if plan.only is not None:
        return message("Nothing to do in this part: what matches is as git declares it, or is left alone.")
    if plan.offline:
        return message("Nothing to do: what git declares is the same as in the base.")
    if not plan.unchanged:
        return message("Nothing to do: git declares no question, and none is to be removed.")
    return message("Nothing to do: whatever git declares is live as declared (questions: {count}).", count=plan.unchanged)


def still_given(plan: Plan) -> Message | None:
    """That customers get answers which git gave up, None where they do not: no page may call everything as declared then."""
    if not plan.outlived:
        return None
    return plural(
        "Customers still get {count} answer that git no longer declares.",
        "Customers still get {count} answers that git no longer declares.",
        count=len(plan.outlived),
    )


def kept_note(plan: Plan) -> Message | None:
    """What it means that questions stay live that git no longer declares, and what to do; None where it says nothing."""
    if plan.purpose is Purpose.DRIFT:
        return message("Git took these out earlier, and customers still get those that are enabled.")
    if plan.policy.prune is not Prune.KEEP:
        return None
    return message(
        "Customers still get these answers. To remove them, set policy.prune to disable or delete in kbsync.yaml before this is "
        "applied: afterwards they count as unmanaged."
    )


def alien(shown: Outline) -> Iterator[tuple[Message, tuple[Unmanaged, ...]]]:
    """What git never declared, questions and categories apart, so that each number counts one kind; empty lists are left out."""
    titles = {
        Kind.QUESTION: message("Unmanaged questions, not touched"),
        Kind.CATEGORY: message("Unmanaged categories, not touched"),
    }
    for kind, title in titles.items():
        items = tuple(item for item in shown.undeclared if item.kind is kind)
        if items:
            yield title, items
