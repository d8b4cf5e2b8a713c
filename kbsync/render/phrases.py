"""What the parts of a plan are called, for every format that is read by people outside a terminal.

The order of the parts belongs to ``outline``; how a format writes them down belongs to the format.
"""

from collections.abc import Mapping

from kbsync.messages import Message, message
from kbsync.model import AnswerType, Status
from kbsync.plan import Action, BaseKind, Cause, Change, Field, Kind, Match, Plan, QuestionChange
from kbsync.render.outline import Section, action_of

__all__ = ["ANSWER_TYPES", "CAUSES", "FIELDS", "NOTES", "SECTIONS", "STATUSES", "action_label", "base_label", "recognition"]

SECTIONS: Mapping[Section, Message] = {
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
}
"""The heading of each section."""

NOTES: Mapping[Section, Message] = {
    Section.REMOVALS: message("These leave the live library for good."),
    Section.DISABLED: message("Customers no longer get these answers."),
    Section.CONFLICTS: message("Git and the console both changed these since the last apply."),
    Section.DRIFT: message("Somebody edited these in the console; applying puts back what git declares."),
}
"""What each dangerous section means for customers and colleagues."""

CAUSES: Mapping[Cause, Message] = {
    Cause.DECLARED: message("changed in git"),
    Cause.DRIFT: message("changed in the console"),
    Cause.CONFLICT: message("changed on both sides"),
    Cause.UNKNOWN: message("no earlier state to compare with"),
}
"""Who changed something."""

FIELDS: Mapping[Field, Message] = {
    Field.QUESTION: message("Question"),
    Field.ANSWER: message("Answer"),
    Field.ANSWER_TYPE: message("Answer type"),
    Field.CATEGORY: message("Category"),
    Field.SIMILAR: message("Similar questions"),
    Field.STATUS: message("Status"),
}
"""The parts of a question."""

ANSWER_TYPES: Mapping[AnswerType, Message] = {
    AnswerType.TEXT: message("plain text"),
    AnswerType.RICH: message("rich text"),
}
"""How an answer is shown."""

STATUSES: Mapping[Status, Message] = {Status.ENABLED: message("enabled"), Status.DISABLED: message("disabled")}
"""Whether customers get the answer."""

_ACTIONS: Mapping[Action, Message] = {
    Action.CREATE: message("Create"),
    Action.UPDATE: message("Update"),
    Action.RENAME: message("Rename"),
    Action.MOVE: message("Move"),
    Action.ENABLE: message("Enable"),
    Action.DISABLE: message("Disable"),
    Action.DELETE: message("Delete"),
}
_CATEGORY_ACTIONS: Mapping[Action, Message] = {
    Action.CREATE: message("Create category"),
    Action.RENAME: message("Rename category"),
    Action.DELETE: message("Delete category"),
}


def action_label(change: Change) -> Message:
    """What happens to the object, in one or two words."""
    return (_CATEGORY_ACTIONS if change.kind is Kind.CATEGORY else _ACTIONS)[action_of(change)]


def base_label(plan: Plan) -> Message:
    """What the plan was compared with besides the live library."""
    labels = {
        BaseKind.NONE: message("no base"),
        BaseKind.GIVEN: message("base {commit}", commit=(plan.source.base_commit or "")[:12]),
        BaseKind.APPLIED: message("base {commit}, the last one applied", commit=(plan.source.base_commit or "")[:12]),
        BaseKind.MERGE_BASE: message("base {commit}, where the branch began", commit=(plan.source.base_commit or "")[:12]),
    }
    return labels[plan.source.base]


def recognition(change: Change) -> Message | None:
    """How the live question was recognised; None where nobody could doubt it."""
    if isinstance(change, QuestionChange) and change.match is Match.SAME_ANSWER:
        return message("recognised by its answer")
    if isinstance(change, QuestionChange) and change.match is Match.WORDING:
        return message("recognised by its wording, {confidence} % alike", confidence=change.confidence)
    return None
