"""What the parts of a question and the ground of a plan are called, in every format and whatever the plan is for.

Words that depend on the purpose stand in ``voices``; how a format writes them down belongs to the format.
"""

from collections.abc import Mapping
from typing import assert_never

from kbsync.messages import Message, message
from kbsync.model import AnswerType, Status
from kbsync.plan import BaseKind, Change, Field, Match, Plan, Purpose, QuestionChange
from kbsync.render.words import Words

__all__ = ["ANSWER_TYPES", "FIELDS", "STATUSES", "base_label", "place_of", "recognition"]

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


def base_label(plan: Plan) -> Message:
    """What the plan was compared with besides the live library."""
    labels = {
        BaseKind.NONE: message("no base"),
        BaseKind.GIVEN: message("base {commit}", commit=(plan.source.base_commit or "")[:12]),
        BaseKind.APPLIED: message("base {commit}, the last one applied", commit=(plan.source.base_commit or "")[:12]),
        BaseKind.MERGE_BASE: message("base {commit}, where the branch began", commit=(plan.source.base_commit or "")[:12]),
    }
    return labels[plan.source.base]


def place_of(change: Change, purpose: Purpose, words: Words) -> str:
    """Where git declares it, or declared it where it is gone from there; empty where no file says."""
    if change.location is None:
        return ""
    place = f"{change.location.path}:{change.location.line}"
    return words("was in {place}", place=place) if change.removal and purpose is Purpose.SYNC else place


def recognition(change: Change) -> Message | None:
    """How the live question was found when its text alone does not tell; None when it does."""
    if not isinstance(change, QuestionChange) or change.before is None:
        return None
    match change.match:
        case Match.TEXT:
            return None
        case Match.ID:
            return message("recognised by its id")
        case Match.PREVIOUSLY:
            return message("recognised by “previously”")
        case Match.SAME_ANSWER:
            return message("recognised by its answer, which is the same")
        case Match.WORDING:
            return message("recognised by its wording, {confidence} % alike", confidence=change.confidence)
        case _:
            assert_never(change.match)
