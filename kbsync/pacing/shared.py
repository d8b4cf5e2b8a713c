"""The budget of a target on one machine: a small file in which every process notes its calls, so that all keep one limit.

Which moment is right for a call is decided in ``slots``; here are only the file, its lock and what they survive.
"""

import contextlib
import json
import os
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from kbsync.errors import UnusableFile
from kbsync.messages import message
from kbsync.pacing.clock import Clock
from kbsync.pacing.page import Page
from kbsync.pacing.roads import FULL
from kbsync.pacing.slots import Hold

__all__ = ["SharedBudget"]

_KEPT = 30.0
"""Seconds after which a note is dropped, ended or not: its process may have died."""

_LONGEST_BLOCK = 60.0


class SharedBudget:
    """The budget file of one target, shared by the processes of a machine that run with the same rate.

    The file holds ``{command: {call: [sent, answered or null, cold]}}`` in Unix time and is replaced as a whole under a lock:
    two short visits a call, about a millisecond together. A process that dies leaves notes that expire. Where the system's
    clock was set back, notes from the future count as made now; where it was set forward, notes expire early, which can cost a
    refusal. If the file becomes unusable while it is in use, the process goes on with a budget of its own; while another process
    holds it for longer than ``patience``, nothing is known of others, and a strict process waits.

    ``patience``: real seconds to wait for the lock. Raises UnusableFile when the file cannot be made.
    """

    def __init__(self, path: Path, clock: Clock, *, patience: float = 2.0) -> None:
        self._path = path
        self._clock = clock
        self._owner = uuid.uuid4().hex
        self._turn = threading.Lock()
        self._lock = FileLock(f"{path}.lock", timeout=patience, thread_local=False, poll_interval=0.002)
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
    def page(self, command: str) -> Iterator[Page]:
        """Hold the file, read the page of a command, and write it when something was noted. Never waits long."""
        with self._turn, contextlib.ExitStack() as held:
            try:
                held.enter_context(self._lock)
            except Timeout:
                yield Page(others=None)
                return
            except OSError:
                yield Page()
                return
            content = self._read()
            page = self._page(content, command)
            yield page
            if page.notes or page.block:
                self._note(content, command, page)
                with contextlib.suppress(OSError):
                    self._write(content)

    def _read(self) -> dict[str, Any]:
        """The file's content; what is missing, cut off or strange counts as empty, because notes live for seconds only."""
        try:
            content = json.loads(self._path.read_bytes())
            for calls in content["calls"].values():
                for sent, answered, _ in calls.values():
                    float(sent), float(answered or 0.0)
            for until in content["blocked"].values():
                float(until)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return {"calls": {}, "blocked": {}}
        return dict(content)

    def _page(self, content: dict[str, Any], command: str) -> Page:
        """The others' calls of one command; times become those of our clock, and none lies further ahead than it can.

        The wall clock is read first: a machine that pauses between the two makes these calls look younger, never older.
        """
        wall = self._clock.wall()
        now = self._clock.now()
        others = tuple(
            Hold(
                sent=now - max(0.0, wall - sent),
                answered=None if answered is None else now - max(-FULL, wall - answered),
                cold=bool(cold),
            )
            for call, (sent, answered, cold) in content["calls"].get(command, {}).items()
            if not call.startswith(self._owner) and wall - (answered or sent) < _KEPT
        )
        blocked = min(content["blocked"].get(command, 0.0) - wall, _LONGEST_BLOCK)
        return Page(others, blocked_until=now + blocked)

    def _note(self, content: dict[str, Any], command: str, page: Page) -> None:
        """Put the notes of a page into the content, and drop what is too old or lies in a future that never was.

        The wall clock is read last: a machine that pauses between the two makes our calls look younger, never older.
        """
        now = self._clock.now()
        wall = self._clock.wall()
        ahead = wall - now
        calls = {
            call: (min(sent, wall), answered if answered is None else min(answered, wall + FULL), cold)
            for call, (sent, answered, cold) in content["calls"].get(command, {}).items()
            if wall - (answered or sent) < _KEPT
        }
        for ticket, hold in page.notes.items():
            answered = None if hold.answered is None else hold.answered + ahead
            calls[f"{self._owner}/{ticket}"] = (hold.sent + ahead, answered, hold.cold)
        content["calls"][command] = calls
        if page.block:
            content["blocked"][command] = page.block + ahead

    def _write(self, content: dict[str, Any]) -> None:
        """Replace the file as a whole, so that a process that dies in between leaves the old one."""
        beside = self._path.with_name(f"{self._path.name}.{self._owner}")
        beside.write_text(json.dumps(content), encoding="utf-8")
        os.replace(beside, self._path)  # noqa: PTH105  Path.replace is the same call; this one says that it is atomic
