"""The service's JSON as values of our own: fields checked, text normalised, and what is out of shape named."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kbsync.desk.failures import misshapen
from kbsync.errors import OutcomeUnknown
from kbsync.model import AnswerType, Category, CategoryPath, MenuType, Status, to_lf

LARGEST_NUMBER = 2**63

LAST_MOMENT = 253_402_300_800
"""Unix seconds of the year 10000, beyond ``datetime``."""

UNITS = (10**3, 10**6, 10**9)
"""In a second: milliseconds, which are documented (www.tencentcloud.com/document/product/1229/68824), micro- and nanoseconds."""


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One category as listed; ``parent`` is 0 on the first level, ``title`` is empty when the answer has none."""

    id: int
    parent: int
    title: str
    menu: MenuType


@dataclass(frozen=True, slots=True)
class Tree:
    """Every category by its id, in the order of the answer; ``complete`` is False when the service counts more than it lists."""

    rows: Mapping[int, CategoryRow]
    complete: bool

    def path(self, category: int) -> CategoryPath:
        """The titles from the first level down. What has no title, or is not in the tree, is called ``#id``.

        A parent that is missing, or a circle of parents, ends the path in the same way, so every id has one.
        """
        titles: list[str] = []
        seen: set[int] = set()
        while category and category not in seen and category in self.rows:
            seen.add(category)
            row = self.rows[category]
            titles.append(row.title or f"#{category}")
            category = row.parent
        if category or not titles:
            titles.append(f"#{category}")
        return tuple(reversed(titles))

    def categories(self) -> tuple[Category, ...]:
        """The categories as the model has them."""
        return tuple(Category(path=self.path(row.id), id=row.id, menu=row.menu) for row in self.rows.values())

    def find(self, title: str, *, parent: int) -> Sequence[int]:
        """The ids of the categories of that title below that parent (0: on the first level)."""
        return [row.id for row in self.rows.values() if row.title == title and row.parent == parent]


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """One question as listed; ``category`` is 0 when the answer names none."""

    id: str
    category: int
    question: str
    answer: str
    answer_type: AnswerType
    status: Status
    similar: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fields:
    """One JSON object of an answer. A field that is missing without a default, or is of another kind, raises OutcomeUnknown.

    ``null`` counts as missing; whole numbers may be strings, as the vendor's own pages disagree on that; other
    fields are ignored.
    """

    command: str
    values: Mapping[str, object]

    def integer(self, name: str, default: int | None = None) -> int:
        """A whole number."""
        value = self._value(name, default)
        if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,18}\s*", value):
            return int(value)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.broken(name, value)
        return value

    def count(self, name: str) -> int | None:
        """A count, None if absent."""
        return None if self.values.get(name) is None else self.integer(name)

    def number(self, name: str) -> float | None:
        """A number that may be written as a string, None if absent."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str) and re.fullmatch(r"\s*[0-9]{1,9}(\.[0-9]{1,18})?\s*", value):
            return float(value)
        if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < LARGEST_NUMBER:
            raise self.broken(name, value)
        return float(value)

    def moment(self, name: str) -> float:
        """A time in milliseconds, as Unix seconds. A number too large for that is of the next finer unit in which it fits."""
        value = self.integer(name)
        seconds = next((value / unit for unit in UNITS if 0 <= value < LAST_MOMENT * unit), None)
        if seconds is None:
            raise self.broken(name, value)
        return seconds

    def text(self, name: str, default: str | None = None) -> str:
        """A text with LF line ends."""
        return self._text(name, self._value(name, default))

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, empty when missing."""
        return tuple(self._text(name, value) for value in self._list(name, 0))

    def records(self, name: str, *, count: int | None = None) -> tuple["Fields", ...]:
        """A list of objects; it may be missing (or null) only if the answer itself counts none."""
        return tuple(Fields(self.command, self._object(name, value)) for value in self._list(name, count))

    def broken(self, name: str, found: object) -> OutcomeUnknown:
        """The exception for a field that is not what the vendor documents."""
        return misshapen(self.command, name, "missing" if found is None else str(found))

    def _value(self, name: str, default: object) -> object:
        value = self.values.get(name)
        value = default if value is None else value
        if value is None:
            raise self.broken(name, None)
        return value

    def _list(self, name: str, count: int | None) -> list[object]:
        value = self.values.get(name)
        if value is None and (count == 0 or (name in self.values and not count)):
            return []
        if not isinstance(value, list):
            raise self.broken(name, value)
        return value

    def _object(self, name: str, value: object) -> Mapping[str, object]:
        if not isinstance(value, dict):
            raise self.broken(name, "null" if value is None else value)
        return value

    def _text(self, name: str, value: object) -> str:
        if not isinstance(value, str):
            raise self.broken(name, "null" if value is None else value)
        # JSON can spell half a surrogate pair, which no file and no terminal can hold.
        return to_lf(value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def category_row(fields: Fields) -> CategoryRow:
    """One entry of desc_chitchat_category (www.tencentcloud.com/document/product/1229/68847).

    Title stands in the vendor's example only. A MenuType that is not documented counts as preset: such a category is
    neither renamed nor deleted.
    """
    menu = fields.integer("MenuType", 0)
    return CategoryRow(
        id=fields.integer("CategoryId"),
        parent=fields.integer("ParentId", 0),
        title=fields.text("Title", ""),
        menu=MenuType(menu) if menu in list(MenuType) else MenuType.PRESET,
    )


def question_row(fields: Fields, *, status: Status) -> QuestionRow:
    """One entry of list_chitchat (cloud.tencent.com/document/product/269/116739), listed by ``status``."""
    return QuestionRow(
        id=fields.text("StandardQuestionId"),
        category=fields.integer("CategoryId", 0),
        question=fields.text("StandardQuestion"),
        answer=fields.text("Answer", "" if "Answer" in fields.values else None),
        answer_type=_answer_type(fields),
        status=_status(fields, status),
        similar=fields.texts("SimilarQuestions"),
    )


def robot_of(identifier: str) -> str:
    """The RobotId inside a StandardQuestionId of the shape that the vendor's samples have; empty where it has another."""
    found = re.fullmatch(r"[0-9]+-(@RBT#.+)-[0-9A-Za-z]+", identifier, re.DOTALL)
    return found[1] if found else ""


def _answer_type(fields: Fields) -> AnswerType:
    value = fields.integer("AnswerType", AnswerType.TEXT)
    if value not in list(AnswerType):
        raise fields.broken("AnswerType", value)
    return AnswerType(value)


def _status(fields: Fields, listed: Status) -> Status:
    value = fields.integer("Status", listed)
    if value not in list(Status):
        raise fields.broken("Status", value)
    return Status(value)
