"""The call limit as the service counts it: at its own clock, for every client of the account together.

What is answered when it is exceeded is the gate's business.
"""

from kbsync.sandbox.readings import LimitScope, LimitWindow
from kbsync.sandbox.store import Database
from kbsync.sandbox.switches import Switches

__all__ = ["SECOND", "allow_call"]

SECOND = 1_000_000
"""Microseconds: whole numbers, so that a call exactly one second after another is not inside its window."""


def allow_call(database: Database, command: str, *, limit: int, switches: Switches, now: int) -> bool:
    """Count a call and say whether it is within the limit (5 calls a second and command, DOC); ``now`` in microseconds."""
    scope = command if switches.limit_scope is LimitScope.COMMAND else "*"
    with database.transaction():
        # Calls of a future that a corrected clock took back would block for ever.
        database.run("DELETE FROM call WHERE scope = ? AND (at <= ? OR at > ?)", (scope, now - SECOND, now + SECOND))
        since = now - SECOND if switches.limit_window is LimitWindow.ROLLING else now // SECOND * SECOND - 1
        made = database.rows("SELECT count(*) FROM call WHERE scope = ? AND at > ?", (scope, since))[0][0]
        allowed = bool(made < limit)
        if allowed or switches.refused_calls_count:
            database.run("INSERT INTO call VALUES(?, ?)", (scope, now))
    return allowed
