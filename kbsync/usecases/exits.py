"""The exit codes, and which exception ends in which. README and a test pin them."""

from collections.abc import Collection
from enum import IntEnum

from kbsync.errors import (
    InvalidInput,
    KbsyncError,
    Misuse,
    SafetyRefusal,
    StalePlan,
    TargetLocked,
)

__all__ = ["Exit", "exit_of", "gravest"]


class Exit(IntEnum):
    """What a run's exit code promises to a script."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PENDING = 3
    UNFINISHED = 4
    INVALID = 5
    UNSAFE = 6
    STALE = 7
    LOCKED = 8


EXITS: tuple[tuple[type[KbsyncError], Exit], ...] = (
    (Misuse, Exit.USAGE),
    (InvalidInput, Exit.INVALID),
    (SafetyRefusal, Exit.UNSAFE),
    (StalePlan, Exit.STALE),
    (TargetLocked, Exit.LOCKED),
)


GRAVEST = (
    Exit.UNFINISHED,
    Exit.STALE,
    Exit.LOCKED,
    Exit.UNSAFE,
    Exit.INVALID,
    Exit.USAGE,
    Exit.FAILED,
    Exit.PENDING,
    Exit.DONE,
)
"""Of several exit codes the first of these that occurs is that of the whole."""


def exit_of(error: KbsyncError) -> Exit:
    """The exit code for an error; whatever has none of its own failed before anything was changed."""
    return next((code for kind, code in EXITS if isinstance(error, kind)), Exit.FAILED)


def gravest(codes: Collection[int]) -> Exit:
    """Which of several exit codes is that of the whole."""
    return next(code for code in GRAVEST if code in codes)
