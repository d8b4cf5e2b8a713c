"""What the knowledge is: questions in categories, the same shape whether read from YAML, from git or from the service.

Every text is normalised: its line ends are LF.
"""

import json
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import IntEnum
from hashlib import sha256
from typing import Self

from kbsync.diagnostics import Location

__all__ = [
    "MAX_FILE_BYTES",
    "AnswerType",
    "Category",
    "CategoryPath",
    "Content",
    "Knowledge",
    "MenuType",
    "Question",
    "RemovalLine",
    "Status",
    "bare",
    "composed",
    "is_same_but_for_form",
    "keeps_title",
    "path_after",
    "same_title",
    "show_path",
    "stored_path",
    "to_lf",
]

MAX_FILE_BYTES = 32 * 1024 * 1024
"""The largest file of knowledge that is read, from a directory as from a commit; ten thousand questions take a fifth of it."""

CategoryPath = tuple[str, ...]
"""The titles from the first level down, one or two of them: ids differ from app to app, paths do not."""


def show_path(path: CategoryPath) -> str:
    """A path as people write it in the files: ``Shipping / Delivery times``."""
    return " / ".join(path)


def same_title(path: CategoryPath, other: CategoryPath | None) -> bool:
    """Whether two categories have one title, wherever they are; there may be no other."""
    return other is not None and path[-1:] == other[-1:]


def path_after(path: CategoryPath, renamed: Mapping[CategoryPath, CategoryPath]) -> CategoryPath:
    """What a category is called after renames, its own or its parent's; the longest renamed beginning decides."""
    for length in range(len(path), 0, -1):
        if path[:length] in renamed:
            return (*renamed[path[:length]], *path[length:])
    return path


def bare(text: str) -> str:
    """A text without outer blanks, runs of blanks, letter case and Unicode form: what a service may change in storing it."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def is_same_but_for_form(one: str, other: str) -> bool:
    """Whether two different texts differ in Unicode form alone, so that they look the same."""
    return one != other and unicodedata.normalize("NFC", one) == unicodedata.normalize("NFC", other)


def keeps_title(sent: str, found: str) -> bool:
    """Whether two titles are equal but for their Unicode form (NFC) and outer blanks, which no reader can see."""
    composed = unicodedata.normalize("NFC", sent)
    return found in (sent, composed, sent.strip(), composed.strip())


def stored_path(path: CategoryPath, paths: Collection[CategoryPath]) -> CategoryPath:
    """The path of a category at the service, which may store titles in another form."""
    if path in paths:
        return path
    found = [each for each in paths if len(each) == len(path) and all(map(keeps_title, path, each))]
    return found[0] if len(found) == 1 else path


def to_lf(text: str) -> str:
    """A text with line ends of one kind: CRLF and CR alone become LF. Every door does this, and nothing behind it."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


class _Named(IntEnum):
    """A number of the service's that has a word in files and plans: the member's name in small letters."""

    @property
    def word(self) -> str:
        """What files and plans call it."""
        return self.name.lower()

    @classmethod
    def named(cls, word: str) -> Self:
        """The member with this word."""
        return cls[word.upper()]

    @classmethod
    def names(cls) -> tuple[tuple[str, Self], ...]:
        """Everything that a file may call a member: its word or its number."""
        return (*((each.word, each) for each in cls), *((str(each.value), each) for each in cls))


class AnswerType(_Named):
    """How an answer is shown (AnswerType in www.tencentcloud.com/document/product/1229/68844)."""

    TEXT = 0
    RICH = 2


class Status(_Named):
    """Whether customers can get a question's answer (Status in cloud.tencent.com/document/product/269/116739)."""

    ENABLED = 4
    DISABLED = 5


class MenuType(IntEnum):
    """What kind a category is (MenuType in www.tencentcloud.com/document/product/1229/68847)."""

    ORDINARY = 0
    ALL = 1
    PRESET = 2


@dataclass(frozen=True, slots=True)
class Content:
    """Everything about one standard question that a plan can change.

    ``similar`` is a set, kept as a sorted tuple without repeats.
    """

    question: str
    answer: str
    category: CategoryPath
    answer_type: AnswerType = AnswerType.TEXT
    similar: tuple[str, ...] = ()
    status: Status = Status.ENABLED

    def __post_init__(self) -> None:
        similar = tuple(sorted({*self.similar}))
        if similar != self.similar:
            object.__setattr__(self, "similar", similar)


def composed(content: Content) -> Content:
    """A content with its texts in one Unicode form (NFC)."""
    question, answer, *similar = (
        unicodedata.normalize("NFC", text) for text in (content.question, content.answer, *content.similar)
    )
    return replace(content, question=question, answer=answer, similar=tuple(similar))


@dataclass(frozen=True, slots=True)
class Question:
    """One standard question with what is known about it besides its content.

    ``id`` is the service's StandardQuestionId: always there when read from the service, in a file only when pinned.
    ``previously`` lists texts it used to have; ``fresh`` means that its author declared an empty list: then nothing is taken for
    an undeclared rename. ``protected`` means that no plan may remove or disable it. ``location`` is where
    its text is written, ``answer_location`` where its answer is, ``category_location`` where its category is, which may be at the
    head of the document; ``similar_location`` is a place of its own for similar questions, in a table.
    """

    content: Content
    id: str | None = None
    previously: tuple[str, ...] = ()
    protected: bool = False
    location: Location | None = None
    category_location: Location | None = field(default=None, compare=False)
    answer_location: Location | None = field(default=None, compare=False)
    similar_location: Location | None = field(default=None, compare=False)
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Category:
    """One category. ``id`` is the service's CategoryId (None in files); ``previously`` lists titles it used to have.

    ``authoritative`` means that git owns everything in it: live questions that no file declares are to be pruned.
    """

    path: CategoryPath
    id: int | None = None
    menu: MenuType = MenuType.ORDINARY
    authoritative: bool = False
    previously: tuple[str, ...] = ()
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class RemovalLine:
    """A text under ``removed``: the question that has it is removed from the library, whatever the policy."""

    text: str
    location: Location | None = None


Entry = tuple[str, str, str]
"""A file, an entry in it by its text, and one of the texts of that entry."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A whole library, desired, live or base.

    ``complete`` is False when a listing could not be shown to be whole: then nothing may be removed because of it.
    ``removed`` are lines of files.
    """

    categories: tuple[Category, ...] = ()
    questions: tuple[Question, ...] = ()
    complete: bool = True
    removed: tuple[RemovalLine, ...] = ()

    def entries(self) -> frozenset[Entry]:
        """The entries of the files, by which new ones in other files are recognised."""
        texts = {
            (one.location.path, one.content.question, text)
            for one in self.questions
            if one.location
            for text in (one.content.question, one.content.answer, *one.content.similar)
        }
        paths = {(one.location.path, show_path(one.path), "") for one in self.categories if one.location}
        return frozenset(texts | paths)

    def called(self, names: Mapping[CategoryPath, CategoryPath]) -> "Knowledge":
        """The same with categories under other paths."""
        if not names:
            return self
        return replace(
            self,
            categories=tuple(replace(item, path=path_after(item.path, names)) for item in self.categories),
            questions=tuple(
                replace(item, content=replace(item.content, category=path_after(item.content.category, names)))
                for item in self.questions
            ),
        )

    def digest(self) -> str:
        """``sha256:`` and 64 hexadecimal digits over everything that files declare, whatever the files and their order."""
        categories = sorted([list(item.path), item.authoritative, sorted(item.previously)] for item in self.categories)
        questions = sorted(
            [
                item.content.question,
                item.content.answer,
                int(item.content.answer_type),
                list(item.content.category),
                list(item.content.similar),
                int(item.content.status),
                item.id or "",
                sorted(item.previously),
                item.protected,
                # Only where it is said, so that digests of plans that were saved before stay what they are.
                *(["fresh"] if item.fresh else []),
            ]
            for item in self.questions
        )
        # Only where there are any, for the same reason.
        removed = [sorted(line.text for line in self.removed)] if self.removed else []
        text = json.dumps([categories, questions, *removed], ensure_ascii=True, separators=(",", ":"))
        return f"sha256:{sha256(text.encode()).hexdigest()}"
