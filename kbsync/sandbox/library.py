"""The library as the service keeps it: versions of questions and categories, so that a listing can show a moment that is past.

Which change is allowed is decided by the commands; here it is only recorded.
"""

import hashlib
import json
import string
from dataclasses import dataclass
from typing import Any

from kbsync.sandbox.store import Database

__all__ = ["ALL", "DELETED", "ENABLED", "PRESET", "Library", "StoredCategory", "StoredQuestion"]

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


QUESTION = "id, position, question, answer, category, answer_type, status, preset, similar, version"
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
        self._database.run(
            "INSERT INTO question(began, id, position, question, answer, category, answer_type, status, preset, similar)"
            " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                now,
                question.id,
                question.position,
                question.question,
                question.answer,
                question.category,
                question.answer_type,
                question.status,
                question.preset,
                json.dumps(question.similar),
            ),
        )

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
    identifier, position, question, answer, category, answer_type, status, preset, similar, version = row
    return StoredQuestion(
        id=identifier,
        position=position,
        question=question,
        answer=answer,
        category=category,
        answer_type=answer_type,
        status=status,
        preset=bool(preset),
        similar=tuple(json.loads(similar)),
        version=version,
    )
