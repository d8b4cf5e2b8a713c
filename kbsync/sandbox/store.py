"""The SQLite file below everything: its schema, its lock and its transactions. What the rows mean is known above.

Several processes may use one file (an apply, a server, an injection), and several threads one connection.
"""

import sqlite3
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from kbsync.errors import UnusableFile
from kbsync.messages import message

__all__ = ["Database"]

VERSION = 1
PATIENCE = 10.0
"""Seconds to wait for another process that is writing."""

SCHEMA = """
CREATE TABLE counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL);
-- One row a version: in effect from began until ended (microseconds of Unix time, NULL means still).
CREATE TABLE category(
    version INTEGER PRIMARY KEY AUTOINCREMENT, began INTEGER NOT NULL, ended INTEGER,
    id INTEGER NOT NULL, parent INTEGER NOT NULL, title TEXT NOT NULL, menu INTEGER NOT NULL);
CREATE INDEX category_id ON category(id, ended);
CREATE TABLE question(
    version INTEGER PRIMARY KEY AUTOINCREMENT, began INTEGER NOT NULL, ended INTEGER,
    id TEXT NOT NULL, position INTEGER NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL, answer_type INTEGER NOT NULL,
    category INTEGER NOT NULL, status INTEGER NOT NULL, preset INTEGER NOT NULL, similar TEXT NOT NULL);
CREATE INDEX question_id ON question(id, ended);
CREATE INDEX question_text ON question(question, ended);
CREATE TABLE session(
    id TEXT PRIMARY KEY, state TEXT NOT NULL, client TEXT NOT NULL, service TEXT NOT NULL, agent TEXT NOT NULL,
    ended INTEGER, card TEXT NOT NULL);
CREATE TABLE chat(
    number INTEGER PRIMARY KEY AUTOINCREMENT, session TEXT NOT NULL, account TEXT NOT NULL, role TEXT NOT NULL,
    text TEXT NOT NULL, at INTEGER NOT NULL, key TEXT NOT NULL, open INTEGER NOT NULL);
CREATE INDEX chat_session ON chat(session);
CREATE TABLE call(scope TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE fault(number INTEGER PRIMARY KEY AUTOINCREMENT, word TEXT NOT NULL, seen INTEGER NOT NULL)
"""


class Database:
    """An open database; ``path`` None keeps it in memory. Raises UnusableFile when the file is no sandbox.

    With ``must_exist`` a missing file is an error too, otherwise it and its directory are made.
    """

    def __init__(self, path: Path | None, *, must_exist: bool = False) -> None:
        self.lock = threading.RLock()
        if path is not None and must_exist and not path.is_file():
            raise UnusableFile(
                message("There is no sandbox at {path}.", path=path),
                hint=message("Start one there first, or name the file of the one that runs."),
            )
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = _connect(path)
        except (OSError, sqlite3.Error) as error:
            raise UnusableFile(
                message("The sandbox file {path} cannot be opened: {reason}.", path=path, reason=error),
                hint=message("Move the file away; a new sandbox is made in its place."),
            ) from None
        # A sandbox that is forgotten lets go of its file without a warning.
        self._finalizer = weakref.finalize(self, self._connection.close)

    def close(self) -> None:
        """Let go of the file; every later use fails."""
        with self.lock:
            self._finalizer()

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Any]:
        """Run one statement and return its rows, each a tuple in the order of the columns."""
        with self.lock:
            return self._connection.execute(statement, values).fetchall()

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Run one statement for what it changes."""
        with self.lock:
            self._connection.execute(statement, values)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside happens, or nothing; no other process writes meanwhile. Not to be nested."""
        with self.lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def count(self, name: str, *, start: int = 1) -> int:
        """The next number of a counter that begins at ``start``; called inside a transaction."""
        self.run("INSERT INTO counter VALUES(?, ?) ON CONFLICT(name) DO UPDATE SET value = value + 1", (name, start))
        return int(self.rows("SELECT value FROM counter WHERE name = ?", (name,))[0][0])

    def clear(self) -> None:
        """Empty every table; called inside a transaction."""
        for table in ("counter", "category", "question", "session", "chat", "call", "fault"):
            self.run(f"DELETE FROM {table}")  # noqa: S608 - the names stand in the line above


def _connect(path: Path | None) -> sqlite3.Connection:
    # One connection for all threads: the lock keeps them apart, and a database in memory belongs to its connection.
    connection = sqlite3.connect(path or ":memory:", timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        # Readers and a writer do not block each other, and a commit does not wait for the disk.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("BEGIN IMMEDIATE")
        _prepare(connection)
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection) -> None:
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if version == VERSION:
        return
    if version or tables:
        raise sqlite3.DatabaseError("it belongs to another program or to another version of this one")
    for statement in SCHEMA.split(";"):  # executescript would end the transaction
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")
