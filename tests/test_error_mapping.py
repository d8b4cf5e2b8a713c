"""Every exception that a user can cause has its exit code; the table in its module says the same."""

import re

import pytest

import kbsync.errors
from kbsync.errors import InvalidInput, KbsyncError, SafetyRefusal, ServiceError, StalePlan
from kbsync.messages import message
from kbsync.settings import Target
from kbsync.usecases.context import Exit, exit_of
from kbsync.usecases.workspace import ForeignAddress

WORDS = message("something")
TARGET = Target("shop", sdkappid=1400000000)


def leaves(kind: type[KbsyncError]) -> list[type[KbsyncError]]:
    """An exception and everything below it."""
    return [kind, *(leaf for below in kind.__subclasses__() for leaf in leaves(below))]


def made(kind: type[KbsyncError]) -> KbsyncError:
    """One of its kind."""
    if issubclass(kind, ServiceError):
        return kind(WORDS, command="list_chitchat")
    if issubclass(kind, (InvalidInput, SafetyRefusal, StalePlan)):
        return kind(WORDS, [])
    return kind(WORDS) if kind is not ForeignAddress else ForeignAddress(TARGET, "main")


def promised(kind: type[KbsyncError]) -> int:
    """The exit code that the drawing at the top of ``errors`` gives to a kind, or to the nearest above it."""
    drawn = dict(re.findall(r"── (\w+) .*\(exit (\d)\)", kbsync.errors.__doc__ or ""))
    return next((int(drawn[each.__name__]) for each in kind.__mro__ if each.__name__ in drawn), 1)


@pytest.mark.parametrize("kind", [each for each in leaves(KbsyncError) if each.__module__ == "kbsync.errors"])
def test_every_exception_has_its_exit_code(kind: type[KbsyncError]) -> None:
    """What the drawing promises is what the command line does."""
    assert exit_of(made(kind)) == promised(kind)


def test_all_exceptions_are_public() -> None:
    """Nothing below the root is left out of ``__all__``."""
    assert {kind.__name__ for kind in leaves(KbsyncError) if kind.__module__ == "kbsync.errors"} == set(kbsync.errors.__all__)


def test_success_is_no_exception() -> None:
    """The codes for done, pending and unfinished are never an exception's."""
    codes = {exit_of(made(kind)) for kind in leaves(KbsyncError)}
    assert codes.isdisjoint({Exit.DONE, Exit.PENDING, Exit.UNFINISHED})
