"""Why something changes and how it was recognised, in whole sentences with the consequence.

Short labels for tables stand in ``phrases``.
"""

from typing import assert_never

from kbsync.plan import Action, Cause, Change, Match, QuestionChange
from kbsync.render.words import Words

__all__ = ["cause_sentence", "recognition"]


def cause_sentence(change: Change, words: Words) -> str:
    """Who changed what, and what applying does about it."""
    match change.cause:
        case Cause.DECLARED:
            return _declared(change, words)
        case Cause.DRIFT:
            return _drift(change, words)
        case Cause.CONFLICT:
            return words("changed in git and, differently, in the console since the last apply")
        case Cause.UNKNOWN:
            return _unknown(change, words)
        case _:
            assert_never(change.cause)


def recognition(change: Change, words: Words) -> str:
    """How the live question was found when its text alone does not tell; empty when it does."""
    if not isinstance(change, QuestionChange) or change.before is None:
        return ""
    match change.match:
        case Match.TEXT:
            return ""
        case Match.ID:
            return words("recognised by its id")
        case Match.PREVIOUSLY:
            return words("recognised by “previously”")
        case Match.SAME_ANSWER:
            return words("recognised by its answer, which is the same")
        case Match.WORDING:
            return words("recognised by its wording, {confidence} % alike", confidence=change.confidence)
        case _:
            assert_never(change.match)


def _declared(change: Change, words: Words) -> str:
    if change.action is Action.CREATE:
        return words("new in git")
    return words("no longer in git") if change.removal else words("changed in git")


def _drift(change: Change, words: Words) -> str:
    if change.action is Action.CREATE:
        return words("deleted in the console since the last apply: applying makes it again")
    if change.removal:
        return words("made in the console where git owns everything: applying takes it away")
    return words("changed in the console since the last apply: applying overwrites it")


def _unknown(change: Change, words: Words) -> str:
    if change.action is Action.CREATE:
        return words("not in the library yet")
    if change.removal:
        return words("in the library and not in git; without a base nobody can tell why")
    return words("differs from git; without a base nobody can tell which side changed it")
