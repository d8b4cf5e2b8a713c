"""Why something changes, in whole sentences with the consequence.

Short labels for tables stand in ``voices``.
"""

from typing import assert_never

from kbsync.plan import Action, Cause, Change, Kind, Purpose
from kbsync.render.words import Words

__all__ = ["cause_sentence"]


def cause_sentence(change: Change, purpose: Purpose, words: Words) -> str:
    """Who changed what, and what applying does about it."""
    match purpose:
        case Purpose.SYNC:
            return _cause(change, words)
        case Purpose.DRIFT:
            return _found(change, words)
        case Purpose.UNDO:
            return words("takes back what was applied")
        case _:
            assert_never(purpose)


def _cause(change: Change, words: Words) -> str:
    match change.cause:
        case Cause.DECLARED:
            return _declared(change, words)
        case Cause.DRIFT:
            return _drift(change, words)
        case Cause.CONFLICT:
            return _conflict(change, words)
        case Cause.UNKNOWN:
            return _unknown(change, words)
        case _:
            assert_never(change.cause)


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


def _conflict(change: Change, words: Words) -> str:
    if change.action is Action.CREATE:
        return words("changed in git, and deleted in the console since the last apply: applying makes it again")
    if change.removal:
        return words("no longer in git, and changed in the console since the last apply")
    return words("changed in git and, differently, in the console since the last apply")


def _unknown(change: Change, words: Words) -> str:
    if change.action is Action.CREATE:
        return words("not in the library yet")
    if change.removal:
        return words("in the library and not in git; without a base nobody can tell why")
    return words("differs from git; without a base nobody can tell which side changed it")


def _found(change: Change, words: Words) -> str:
    """What the console did, told from its side."""
    match change.action:
        case Action.DELETE:
            is_category = change.kind is Kind.CATEGORY
            return words("deleted in the console") if is_category else words("deleted in the console; this is what git said")
        case Action.CREATE:
            return words("made in the console, among what git declares")
        case _:
            return words("changed in the console")
