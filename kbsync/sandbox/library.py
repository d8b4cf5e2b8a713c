"""The library in its SQLite file: the database with its schema and transactions, and versions of questions and categories.

A listing can show a moment that is past. Several processes may use one file (an apply, a server, an injection), and several
threads one connection.
"""

import hashlib
import json
import sqlite3
import string
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kbsync.errors import UnusableFile
from kbsync.messages import message
from kbsync.rehearsal import Fault, FaultRule

__all__ = ["inject"]

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


_LOCKED = message("Another kbsync is at work with it, or was stopped in the middle: wait, or end that one, and run again.")
_NO_SANDBOX = message("Move the file away; a new sandbox is made in its place.")


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
                hint=_LOCKED if "locked" in str(error) else _NO_SANDBOX,
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


def inject(database: Path, rules: Sequence[FaultRule], *, clear: bool = False) -> list[str]:
    """Put rules into the sandbox at that path, which may be running in another process; gives those that wait then.

    Raises UnusableFile.
    """
    opened = Database(database, must_exist=True)
    try:
        with opened.transaction():
            if clear:
                opened.run("DELETE FROM fault")
            put_rules(opened, rules)
            return [str(word) for (word,) in opened.rows("SELECT word FROM fault ORDER BY number")]
    finally:
        opened.close()


def put_rules(database: Database, rules: Sequence[FaultRule]) -> None:
    """Add rules; called inside a transaction."""
    for rule in rules:
        database.run("INSERT INTO fault(word, seen) VALUES(?, 0)", (rule.word,))


def take_fault(database: Database, command: str) -> Fault | None:
    """Count a call and return its fault: that of the oldest rule that matches."""
    if not database.rows("SELECT 1 FROM fault LIMIT 1"):
        return None
    hit = None
    with database.transaction():
        for number, word, seen in database.rows("SELECT number, word, seen FROM fault ORDER BY number"):
            rule = FaultRule.parse(word)
            if rule.command not in ("*", command):
                continue
            database.run("UPDATE fault SET seen = ? WHERE number = ?", (seen + 1, number))
            hit = hit or (rule.fault if rule.hits(seen + 1) else None)
    return hit


ALL, PRESET = 1, 2
"""MenuType of the "all categories" entry and of preset categories (1229/68847, DOC)."""

ENABLED, DELETED = 4, 6
"""Status of batch_set_chitchat (679/117570, DOC); a deleted question is kept, because it may perhaps be brought back."""

FIRST_CATEGORY = 10514
"""New CategoryIds go on where the vendor's sample ends (1229/68847, EX)."""

ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class StoredCategory:
    """One category; ``parent`` is 0 on the first level."""

    id: int
    parent: int
    title: str
    menu: int = 0


@dataclass(frozen=True, slots=True)
class StoredQuestion:
    """One standard question; ``position`` counts creations, ``version`` counts writes of the whole library."""

    id: str
    position: int
    question: str
    answer: str
    category: int
    answer_type: int = 0
    status: int = ENABLED
    preset: bool = False
    similar: tuple[str, ...] = ()
    version: int = 0


KEPT = ("id", "position", "question", "answer", "category", "answer_type", "status", "preset")
"""The fields of a question that are columns as they are."""

QUESTION = f"{', '.join(KEPT)}, similar, version"

CATEGORY = "id, parent, title, menu"

LIVE = "ended IS NULL"

PAST = "began <= ? AND (ended IS NULL OR ended > ?)"


class Library:
    """Questions and categories in the database; the caller opens the transaction. Times are microseconds of Unix time."""

    def __init__(self, database: Database, *, sdkappid: int) -> None:
        self._database = database
        self._sdkappid = sdkappid

    def categories(self, *, as_of: int | None = None) -> list[StoredCategory]:
        """All categories in the order of their ids, now or at an earlier moment."""
        return [StoredCategory(*row) for row in self._select("category", CATEGORY, as_of, "id")]

    def category(self, identifier: int) -> StoredCategory | None:
        """One category as it is now."""
        return next((each for each in self.categories() if each.id == identifier), None)

    def questions(self, *, as_of: int | None = None) -> list[StoredQuestion]:
        """All questions that are not deleted, oldest first, now or at an earlier moment."""
        found = (_question(row) for row in self._select("question", QUESTION, as_of, "position"))
        return [each for each in found if each.status != DELETED]

    def question(self, identifier: str) -> StoredQuestion | None:
        """One question as it is now, a deleted one too."""
        rows = self._database.rows(f"SELECT {QUESTION} FROM question WHERE id = ? AND {LIVE}", (identifier,))  # noqa: S608 - constants
        return _question(rows[0]) if rows else None

    def named(self, text: str) -> list[StoredQuestion]:
        """The questions with that very text that are not deleted, oldest first."""
        statement = f"SELECT {QUESTION} FROM question WHERE question = ? AND {LIVE} AND status != ? ORDER BY position"  # noqa: S608 - constants
        return [_question(row) for row in self._database.rows(statement, (text, DELETED))]

    def new_question(self) -> tuple[str, int]:
        """A fresh id of the vendor's shape (INF from samples) and the position; the same row of ids in every database."""
        position = self._database.count("question")
        digits = int.from_bytes(hashlib.sha256(f"{self._sdkappid}/{position}".encode()).digest(), "big")
        letters = "".join(ALPHABET[digits // len(ALPHABET) ** place % len(ALPHABET)] for place in range(16))
        return f"{self._sdkappid}-@RBT#DeskDefaultRobot-{letters}", position

    def new_category(self) -> int:
        """A fresh CategoryId."""
        return self._database.count("category", start=FIRST_CATEGORY)

    def put_question(self, question: StoredQuestion, *, now: int) -> None:
        """Record a question's new state."""
        self._end("question", question.id, now)
        values = (now, *(getattr(question, name) for name in KEPT), json.dumps(question.similar))
        statement = f"INSERT INTO question(began, {', '.join(KEPT)}, similar) VALUES(?{', ?' * len(KEPT)}, ?)"
        self._database.run(statement, values)

    def put_category(self, category: StoredCategory, *, now: int) -> None:
        """Record a category's new state."""
        self._end("category", category.id, now)
        self._database.run(
            "INSERT INTO category(began, id, parent, title, menu) VALUES(?, ?, ?, ?, ?)",
            (now, category.id, category.parent, category.title, category.menu),
        )

    def drop_category(self, identifier: int, *, now: int) -> None:
        """Record that a category is gone; its questions are the caller's business."""
        self._end("category", identifier, now)

    def _select(self, table: str, columns: str, as_of: int | None, order: str) -> list[tuple[Any, ...]]:
        when = LIVE if as_of is None else PAST
        values = () if as_of is None else (as_of, as_of)
        return self._database.rows(f"SELECT {columns} FROM {table} WHERE {when} ORDER BY {order}", values)  # noqa: S608 - constants

    def _end(self, table: str, identifier: int | str, now: int) -> None:
        self._database.run(f"UPDATE {table} SET ended = ? WHERE id = ? AND {LIVE}", (now, identifier))  # noqa: S608 - constants


def _question(row: tuple[Any, ...]) -> StoredQuestion:
    values = dict(zip((*KEPT, "similar", "version"), row, strict=True))
    return StoredQuestion(**values | {"preset": bool(values["preset"]), "similar": tuple(json.loads(values["similar"]))})
