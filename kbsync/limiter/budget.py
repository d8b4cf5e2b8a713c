"""The budget of a target on one machine: a small file in which every process notes its calls, so that all keep one limit.

Which moment is right for a call is decided in ``slots``; here are only the file, its lock and what they survive.
"""

import contextlib
import json
import math
import os
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from filelock import FileLock, Timeout

from kbsync.errors import UnusableFile
from kbsync.limiter.clock import Clock
from kbsync.limiter.slots import FULL, LONGEST, BudgetView, Hold
from kbsync.messages import message

_KEPT = 30.0
"""Seconds after which a note is dropped, ended or not: its process may have died."""

_Note: TypeAlias = tuple[float, float | None, bool]
"""A ``Hold`` in Unix time: sent, answered (None while under way), cold."""


@dataclass(frozen=True, slots=True)
class _BudgetFile:
    """What the file holds, by command: the notes of its calls, and until when the service wants none."""

    calls: dict[str, dict[str, _Note]] = field(default_factory=dict)
    blocked: dict[str, float] = field(default_factory=dict)

    def is_ahead(self, command: str, wall: float) -> bool:
        """Whether something lies further in the future than it can: the system's clock was set back."""
        notes = self.calls.get(command, {}).values()
        blocked = self.blocked.get(command, wall)
        return blocked > wall + LONGEST or any(max(sent, (answered or sent) - FULL) > wall for sent, answered, _ in notes)


class SharedBudget:
    """The budget file of one target, shared by the processes of a machine that run with the same rate.

    The file holds ``{command: {call: [sent, answered or null, cold]}}`` in Unix time and is replaced as a whole under a lock:
    two short visits a call, about a millisecond together. The notes of a process that died expire. If the system's
    clock was set back, the first process that finds notes from the future dates them to the present, so that they expire too;
    if it was set forward, notes expire early, which can cost a refusal. If the file becomes unusable while it is in use, the
    process goes on with a budget of its own; while another process holds it for longer than ``patience``, the calls of
    others are unknown, and a strict process waits.

    ``patience``: real seconds to wait for the lock. Raises UnusableFile when the file cannot be made.
    """

    def __init__(self, path: Path, clock: Clock, *, patience: float = 2.0) -> None:
        self._path = path
        self._clock = clock
        self._owner = uuid.uuid4().hex
        self._turn = threading.Lock()
        self._lock = FileLock(f"{path}.lock", timeout=patience, thread_local=False, poll_interval=0.002)
        self._left: tuple[bytes, _BudgetFile] | None = None
        """What this process wrote last: as bytes in the file, and as values."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with self._lock:
                pass
        except (OSError, Timeout) as error:
            text = message(
                "The call budget {path} cannot be used ({reason}): make its directory writable, "
                "or end the process that holds it.",
                path=path,
                reason=type(error).__name__,
            )
            raise UnusableFile(text) from None

    @contextlib.contextmanager
    def page(self, command: str) -> Iterator[BudgetView]:
        """Hold the file, read the page of a command, and write it when something was noted. Never waits long."""
        with self._turn, contextlib.ExitStack() as held:
            try:
                held.enter_context(self._lock)
            except Timeout:
                yield BudgetView(others=None)
                return
            except OSError:
                yield BudgetView()
                return
            content = self._read()
            ahead = content.is_ahead(command, self._clock.wall())
            page = self._page(content, command)
            yield page
            if page.notes or page.block or ahead:
                self._left = None
                self._note(content, command, page)
                with contextlib.suppress(OSError):
                    self._left = self._write(content), content

    def _read(self) -> _BudgetFile:
        """The file's content; what is missing, cut off or strange counts as empty, because notes live for seconds only."""
        try:
            data = self._path.read_bytes()
            if self._left is not None and self._left[0] == data:
                return self._left[1]
            content = json.loads(data)
            return _BudgetFile(
                {command: {call: _note(*note) for call, note in calls.items()} for command, calls in content["calls"].items()},
                {command: _moment(until) for command, until in content["blocked"].items()},
            )
        except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
            return _BudgetFile()

    def _page(self, content: _BudgetFile, command: str) -> BudgetView:
        """The others' calls of one command; times become those of our clock, and none lies further ahead than it can.

        The wall clock is read first: a machine that pauses between the two makes these calls look younger, never older.
        """
        wall = self._clock.wall()
        now = self._clock.now()
        others = tuple(
            Hold(
                sent=now - max(0.0, wall - sent),
                answered=None if answered is None else now - max(-FULL, wall - answered),
                cold=cold,
            )
            for call, (sent, answered, cold) in content.calls.get(command, {}).items()
            if not call.startswith(self._owner) and wall - (answered or sent) < _KEPT
        )
        blocked = min(content.blocked.get(command, 0.0) - wall, LONGEST)
        return BudgetView(others, blocked_until=now + blocked)

    def _note(self, content: _BudgetFile, command: str, page: BudgetView) -> None:
        """Put the notes of a page into the content, and drop what is too old or lies in a future that never was.

        The wall clock is read last: a machine that pauses between the two makes our calls look younger, never older.
        """
        now = self._clock.now()
        wall = self._clock.wall()
        ahead = wall - now
        calls = {
            call: (min(sent, wall), answered if answered is None else min(answered, wall + FULL), cold)
            for call, (sent, answered, cold) in content.calls.get(command, {}).items()
            if wall - (answered or sent) < _KEPT
        }
        for ticket, hold in page.notes.items():
            answered = None if hold.answered is None else hold.answered + ahead
            calls[f"{self._owner}/{ticket}"] = (hold.sent + ahead, answered, hold.cold)
        content.calls[command] = calls
        blocked = max(content.blocked.get(command, 0.0), page.block + ahead if page.block else 0.0)
        if blocked > wall:
            content.blocked[command] = min(blocked, wall + LONGEST)

    def _write(self, content: _BudgetFile) -> bytes:
        """Replace the file in one step, so that a process that dies leaves the old one; returns its present content."""
        data = json.dumps({"calls": content.calls, "blocked": content.blocked}).encode()
        beside = f"{self._path}.{self._owner}"
        with open(beside, "wb") as file:  # noqa: PTH123  a path object would cost as much as the writing
            file.write(data)
        os.replace(beside, self._path)  # noqa: PTH105  Path.replace is the same call; this one says that it is atomic
        return data


def _note(sent: object, answered: object, cold: object) -> _Note:
    return _moment(sent), None if answered is None else _moment(answered), bool(cold)


def _moment(value: object) -> float:
    """Unix time as the file has it. Raises TypeError or OverflowError for what is none: a text, NaN, a number of 400 digits."""
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(value)
    return float(value)
