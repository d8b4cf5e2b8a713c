"""What the parts of a question and the ground of a plan are called, in every format and whatever the plan is for.

Words that depend on the purpose stand in ``voices``; how a format writes them down belongs to the format.
"""

from collections.abc import Iterator, Mapping
from typing import assert_never

from kbsync.display import short_commit
from kbsync.messages import Message, message
from kbsync.model import AnswerType, Status
from kbsync.plan import BaseKind, Change, Field, Kind, Match, Plan, Purpose, QuestionChange, Unmanaged
from kbsync.render.outline import Outline
from kbsync.render.words import Words
from kbsync.settings import Prune

__all__ = [
    "ANSWER_TYPES",
    "FIELDS",
    "STATUSES",
    "alien",
    "base_label",
    "kept_note",
    "nothing_to_do",
    "place_of",
    "recognition",
    "still_given",
]

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
    commit = short_commit(plan.source.base_commit)
    labels = {
        BaseKind.NONE: message("no base"),
        BaseKind.GIVEN: message("base {commit}", commit=commit),
        BaseKind.APPLIED: message("base {commit}, the last one applied", commit=commit),
        BaseKind.MERGE_BASE: message("base {commit}, where the branch began", commit=commit),
    }
    return labels[plan.source.base]


def nothing_to_do(plan: Plan) -> Message:
    """What to say of a plan to apply that has no changes; nothing is claimed of what was not looked at."""
    if plan.only is not None:
        return message("Nothing to do in this part: what matches is as git declares it, or is left alone.")
    if plan.offline:
        return message("Nothing to do: what git declares is the same as in the base.")
    if not plan.unchanged:
        return message("Nothing to do: git declares no question, and none is to be removed.")
    return message("Nothing to do: whatever git declares is live as declared (questions: {count}).", count=plan.unchanged)


def still_given(plan: Plan) -> Message | None:
    """That customers get answers which git gave up, None where they do not: no page may call everything as declared then."""
    count = len(plan.outlived)
    if count == 1:
        return message("Customers still get 1 answer that git no longer declares.")
    return message("Customers still get {count} answers that git no longer declares.", count=count) if count else None


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
