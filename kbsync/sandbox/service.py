"""The service itself: takes a request, gives a reply, remembers what was asked. Sockets and HTTP libraries are not known here."""

import sqlite3
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from kbsync.commands import Command
from kbsync.limiter import Clock
from kbsync.rehearsal import DEFAULTS, DEMO, Account, Fault, FaultRule, Switches
from kbsync.sandbox import chitchat, sessions
from kbsync.sandbox.gate import SECOND, Gate, Request, Scene
from kbsync.sandbox.library import Database, Library, put_rules, take_fault
from kbsync.sandbox.replies import (
    Code,
    HttpRefusal,
    Parameters,
    Refusal,
    Reply,
    refused,
    replace_reply,
    spell,
    spoil,
    status_page,
    success,
)
from kbsync.sandbox.seeds import plant

__all__ = ["Reply", "Request", "Service"]

LOG_MAX = 100_000

Handler = Callable[[Scene, Parameters], Mapping[str, object]]

HANDLERS: Mapping[Command, Handler] = MappingProxyType(
    {
        Command.DESC_CATEGORY: chitchat.describe_categories,
        Command.ADD_CATEGORY: chitchat.add_category,
        Command.UPDATE_CATEGORY: chitchat.update_category,
        Command.DEL_CATEGORY: chitchat.delete_category,
        Command.LIST: chitchat.list_questions,
        Command.ADD: chitchat.add_question,
        Command.UPDATE: chitchat.update_question,
        Command.UPDATE_SIMILAR: chitchat.update_similar,
        Command.UPDATE_SIMILAR_OLD: chitchat.update_similar,
        Command.BATCH_SET: chitchat.set_statuses,
        Command.DESC_ROBOT: sessions.describe_robot,
        Command.LIST_ROBOTS: sessions.list_robots,
        Command.SESSION_STATE: sessions.session_state,
        Command.SESSION_MESSAGES: sessions.read_messages,
        Command.SESSION_LIST: sessions.list_sessions,
        Command.SEND_STREAM: sessions.send_stream,
    }
)


class LogEntry(NamedTuple):
    """One call: when it came (``Clock.now``), the last part of its path, how it ended, and the fault that hit it.

    ``outcome`` is "ok", or the ErrorCode or HTTP status as text; "lost" where a fault kept the call from happening.
    """

    time: float
    command: str
    outcome: str
    fault: Fault | None = None


class Service:
    """One application's Desk. ``database`` None keeps it in memory; a new file begins with the example library.

    Raises UnusableFile when the file is no sandbox.
    """

    def __init__(
        self,
        database: Path | None,
        *,
        clock: Clock,
        switches: Switches = DEFAULTS,
        account: Account = DEMO,
        faults: Sequence[FaultRule] = (),
    ) -> None:
        self.clock = clock
        self._switches = switches
        self._account = account
        self.database = Database(database)
        self.library = Library(self.database, sdkappid=account.sdkappid)
        self._gate = Gate(self.database, account=account, switches=switches)
        self._log: deque[LogEntry] = deque(maxlen=LOG_MAX)
        with self.database.transaction():
            if not self.database.rows("SELECT 1 FROM category LIMIT 1"):
                plant(self.database, self.library)
            put_rules(self.database, faults)

    @property
    def log(self) -> tuple[LogEntry, ...]:
        """Every call of this process in the order of arrival, the last hundred thousand of them."""
        with self.database.lock:
            return tuple(self._log)

    def handle(self, request: Request) -> Reply:
        """Answer one request. Never raises, may be called from several threads; waiting is left to the transport."""
        with self.database.lock:
            arrived, command = self.clock.now(), request.path.rpartition("/")[2]
            try:
                fault = take_fault(self.database, command)
                reply, outcome = self._reply(request, fault)
            except sqlite3.Error:  # the file is gone, full, or held by another process for too long
                fault, reply, outcome = None, refused(Refusal(Code.INTERNAL)), str(int(Code.INTERNAL))
            self._log.append(LogEntry(arrived, command, outcome, fault))
        if not self._switches.date_header:
            return reply
        return replace(reply, headers={**reply.headers, "date": formatdate(self.clock.wall(), usegmt=True)})

    def reset(self) -> None:
        """Back to the example library: every edit, message, count and fault rule is forgotten, the log stays."""
        with self.database.transaction():
            self.database.clear()
            plant(self.database, self.library)

    def close(self) -> None:
        """Let go of the database; later calls are answered with 70500."""
        self.database.close()

    def _reply(self, request: Request, fault: Fault | None) -> tuple[Reply, str]:
        if fault is not None and not fault.done_first:
            reply = replace_reply(fault)
            return reply, "lost" if reply.fault else str(int(fault.number) if reply.status == 200 else reply.status)  # noqa: PLR2004 - HTTP OK
        reply, outcome = self._answer(request)
        return (reply if fault is None else spoil(reply, fault)), outcome

    def _answer(self, request: Request) -> tuple[Reply, str]:
        now = round(self.clock.wall() * SECOND)
        try:
            command, parameters = self._gate.admit(request, now=now)
            scene = Scene(self.database, self.library, self._account, self._switches, now)
            with self.database.transaction():
                fields = HANDLERS[command](scene, parameters)
        except Refusal as refusal:
            spelled = spell(refusal, request.path.rpartition("/")[2], self._switches)
            return refused(spelled), str(int(spelled.code))
        except HttpRefusal as refusal:
            return status_page(refusal.status, retry_after=1), str(refusal.status)
        code = fields.get("ErrorCode", 0)
        return success(fields), str(code) if code else "ok"
