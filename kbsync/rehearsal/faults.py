"""Faults on demand: which call goes wrong, and how. What a fault looks like on the wire is the transports' business.

Rules live in the sandbox's database, so that another process can put one into a sandbox that is running.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from kbsync.commands import Command
from kbsync.errors import Misuse, UnusableFile
from kbsync.messages import Message, message

__all__ = ["Fault", "FaultKind", "FaultRule", "parse_rules", "read_rules"]


class FaultKind(StrEnum):
    """What goes wrong with a call. The comment of each says whether the call is carried out."""

    LOSE_ANSWER = "lose-answer"
    """Carried out; the connection is dropped before the answer."""
    CUT_BODY = "cut-body"
    """Carried out; the connection is dropped in the middle of the answer."""
    CUT_JSON = "cut-json"
    """Carried out; half of the answer arrives as if it were all."""
    GARBAGE = "garbage"
    """Carried out; the answer is not JSON."""
    HTTP_502_AFTER = "http-502-after"
    """Carried out; the answer is HTTP 502."""
    REFUSE_AFTER = "refuse-after"
    """Carried out; the answer has that ErrorCode all the same, as a system error (-1) may."""
    SLOW = "slow"
    """Carried out; the answer comes that many seconds late."""
    HANG = "hang"
    """Carried out; no answer comes, and after that many seconds the connection is dropped."""
    REFUSE = "refuse"
    """Not carried out; the answer has that ErrorCode."""
    HTTP_502 = "http-502"
    """Not carried out; the answer is HTTP 502."""
    HTML_503 = "html-503"
    """Not carried out; the answer is HTTP 503 with a page for people, as of a front that limits (no JSON)."""
    HTTP_429 = "http-429"
    """Not carried out; the answer is HTTP 429, with Retry-After where a number is given."""
    RESET_BEFORE = "reset-before"
    """Not carried out; the connection is dropped with the request unread."""
    UNREACHABLE = "unreachable"
    """Not carried out; no connection is made (over a real socket, where one is already open, as reset-before)."""


DONE_FIRST = frozenset(
    {
        FaultKind.LOSE_ANSWER,
        FaultKind.CUT_BODY,
        FaultKind.CUT_JSON,
        FaultKind.GARBAGE,
        FaultKind.HTTP_502_AFTER,
        FaultKind.REFUSE_AFTER,
        FaultKind.SLOW,
        FaultKind.HANG,
    }
)

CODES = frozenset({FaultKind.REFUSE, FaultKind.REFUSE_AFTER})

NEEDS_NUMBER = CODES | frozenset({FaultKind.SLOW, FaultKind.HANG})

TAKES_NUMBER = NEEDS_NUMBER | {FaultKind.HTTP_429}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one call. ``number`` is an ErrorCode for refuse and refuse-after, else seconds."""

    kind: FaultKind
    number: float = 0.0

    @property
    def done_first(self) -> bool:
        """Whether the call is carried out all the same."""
        return self.kind in DONE_FIRST


@dataclass(frozen=True, slots=True)
class FaultRule:
    """Which calls of a command (or of ``*``, all) go wrong: those from the ``nth`` on, ``times`` of them, None without end.

    Calls are counted from 1 since the rule was made. In words: ``COMMAND[#NTH][xTIMES]=KIND[:NUMBER]``; without ``#NTH``
    every call (``#every`` says so), ``#3`` the third alone, ``#3x2`` the third and fourth, ``#3+`` all from the third on.
    """

    command: str
    fault: Fault
    nth: int = 1
    times: int | None = None

    @property
    def word(self) -> str:
        """The rule in words, as ``parse`` reads it."""
        calls = f"#{self.nth}+" if self.times is None else f"#{self.nth}x{self.times}"
        number = f"{self.fault.number:.6f}".rstrip("0").rstrip(".")
        return f"{self.command}{calls}={self.fault.kind}" + (f":{number}" if self.fault.kind in TAKES_NUMBER else "")

    def hits(self, call: int) -> bool:
        """Whether the call of that number goes wrong."""
        return self.nth <= call and (self.times is None or call < self.nth + self.times)

    @classmethod
    def parse(cls, word: str) -> "FaultRule":
        """Read a rule; raises Misuse with what is wrong."""
        found = WORD.fullmatch(word.strip())
        if found is None:
            raise _misuse(message("{word} is not a fault rule; write COMMAND[#NTH][xTIMES]=KIND[:NUMBER].", word=repr(word)))
        command, nth, onwards, times, kind, number = found.groups()
        if command != "*" and command not in set(Command):
            raise _misuse(message("The fault rule {word} names no command of the service.", word=repr(word)))
        if kind not in set(FaultKind):
            kinds = ", ".join(FaultKind)
            raise _misuse(message("The fault rule {word} names no kind; there are {kinds}.", word=repr(word), kinds=kinds))
        if "0" in (nth, times):
            raise _misuse(message("The fault rule {word} counts from 0; calls are counted from 1.", word=repr(word)))
        fault = Fault(FaultKind(kind), float(number or 0))
        _check_number(word, fault, given=number is not None)
        last = None if nth in (None, "every") or onwards else 1
        return cls(
            command=command, fault=fault, nth=1 if nth in (None, "every") else int(nth), times=int(times) if times else last
        )


WORD = re.compile(
    r"([a-z_]+|\*)(?:#([1-9][0-9]{0,8}|0|every)(\+)?)?(?:x([1-9][0-9]{0,8}|0))?=([a-z0-9-]+?)(?::(-?[0-9]{1,9}(?:\.[0-9]{1,6})?))?"
)


def parse_rules(words: Iterable[str]) -> tuple[FaultRule, ...]:
    """Read words such as ``update_chitchat#3=lose-answer``; raises Misuse."""
    return tuple(FaultRule.parse(word) for word in words)


def read_rules(path: Path) -> tuple[FaultRule, ...]:
    """Read a schedule: a JSON list of words, or one word a line (``#`` at its start makes it a comment).

    Raises UnusableFile when the file cannot be read, Misuse for a wrong rule.
    """
    try:
        text = path.read_text(encoding="utf-8")
        words = json.loads(text) if text.lstrip().startswith("[") else text.splitlines()
    except (OSError, ValueError, RecursionError):
        raise UnusableFile(
            message("The fault schedule {path} cannot be read.", path=path),
            hint=message("It is a JSON list of rules, or one rule a line, in UTF-8."),
        ) from None
    return parse_rules(str(word) for word in words if str(word).strip() and not str(word).startswith("#"))


def _check_number(word: str, fault: Fault, *, given: bool) -> None:
    if fault.kind in NEEDS_NUMBER and not given:
        raise _misuse(message("The fault rule {word} needs a number after its kind.", word=repr(word)))
    if given and fault.kind not in TAKES_NUMBER:
        raise _misuse(message("The fault rule {word} has a number that its kind does not take.", word=repr(word)))
    if fault.number < 0 and fault.kind not in CODES:
        raise _misuse(message("The fault rule {word} has seconds below zero.", word=repr(word)))


def _misuse(wrong: Message) -> Misuse:
    return Misuse(wrong, hint=message("For example: update_chitchat#3=lose-answer or list_chitchat=slow:0.5"))
