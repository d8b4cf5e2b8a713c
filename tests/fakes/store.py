"""A library in memory behind the ports of ``kbsync.ports``: reader, writer and meter in one, with faults on demand."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Any, TypeVar, cast

from kbsync.commands import Command
from kbsync.errors import (
    Interrupted,
    NotAdministrator,
    OutcomeUnknown,
    Outdated,
    RequestRefused,
    ServiceError,
    Throttled,
    Unreachable,
)
from kbsync.messages import message
from kbsync.model import AnswerType, Category, CategoryPath, Content, Knowledge, MenuType, Question, Status
from kbsync.ports import Writer

Result = TypeVar("Result")

__all__ = ["FakeStore", "Fault", "Quirks", "Write"]


class Fault(Enum):
    """What goes wrong with one write."""

    LOST = auto()
    """It happened, the answer did not come."""
    LOST_UNDONE = auto()
    """It did not happen, and no answer came."""
    REFUSED = auto()
    NOT_ADMINISTRATOR = auto()
    UNREACHABLE = auto()
    THROTTLED = auto()
    INTERRUPTED = auto()
    TWICE = auto()
    """It happened and was called too fast; sent again, it was refused."""
    STRANGE = auto()
    """An error of a kind that nobody has heard of."""


@dataclass(frozen=True, slots=True)
class Quirks:
    """How this service behaves where the vendor's pages leave it open.

    ``lag`` is how many reads after a write still show the library as it was before it.
    """

    lag: int = 0
    refuse_duplicates: bool = False
    ignore_answer_type_0: bool = False
    trim: bool = False
    add_status: Status = Status.ENABLED
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Write:
    """One write as it was asked for, refused ones included; ``arguments`` are the method's, in its order."""

    command: Command
    arguments: tuple[object, ...]


@dataclass
class _Library:
    categories: dict[int, Category] = field(default_factory=dict)
    questions: dict[str, tuple[int, Content]] = field(default_factory=dict)

    def copy(self) -> "_Library":
        return _Library(dict(self.categories), dict(self.questions))

    def id_of(self, path: CategoryPath) -> int:
        return next(identifier for identifier, category in self.categories.items() if category.path == path)

    def knowledge(self, *, complete: bool) -> Knowledge:
        questions = (
            Question(replace(content, category=self.categories[category].path), id=identifier)
            for identifier, (category, content) in self.questions.items()
        )
        return Knowledge(tuple(self.categories.values()), tuple(questions), complete=complete)


class FakeStore:
    """Starts with some knowledge; what has no id is given one. ``faults`` and ``read_faults`` count from 1.

    ``before_write`` is called with the number of each write before it takes place, ``wait_for_room`` before a
    category is deleted. ``writes`` is the log.
    """

    def __init__(
        self,
        knowledge: Knowledge | None = None,
        *,
        quirks: Quirks | None = None,
        faults: Mapping[int, Fault] | None = None,
        read_faults: Mapping[int, ServiceError] | None = None,
    ) -> None:
        self.quirks = quirks or Quirks()
        self.faults = dict(faults or {})
        self.read_faults = dict(read_faults or {})
        self.before_write: Callable[[int], object] = lambda _number: None
        self.wait_for_room: Callable[[], object] = lambda: None
        self.writes: list[Write] = []
        self.reads = 0
        self._lock = threading.RLock()
        self._calls: Counter[str] = Counter()
        self._here = threading.local()
        self._throttled = 0
        self._last_id = 10500
        self._library = _Library()
        self._fill(knowledge or Knowledge())
        self._history = [(-1 - self.quirks.lag, self._library.copy())]

    @property
    def calls(self) -> Mapping[str, int]:
        """Calls so far, by command."""
        return dict(self._calls)

    @property
    def calls_here(self) -> int:
        """Calls so far by the thread that asks."""
        return getattr(self._here, "calls", 0)

    @property
    def throttled(self) -> int:
        """How many of them were refused for speed."""
        return self._throttled

    def knowledge(self) -> Knowledge:
        """The library as it is, whatever reads show."""
        return self._library.knowledge(complete=True)

    def read(self) -> Knowledge:
        """The whole library, as old as the lag makes it."""
        with self._lock:
            self.reads += 1
            self._count(Command.DESC_CATEGORY)
            self._count(Command.LIST)
            if self.reads in self.read_faults:
                raise self.read_faults[self.reads]
            visible = [library for read, library in self._history if read + self.quirks.lag < self.reads]
            return visible[-1].knowledge(complete=self.quirks.complete)

    def look(self, goals: Sequence[Question], _known: Knowledge, *, tree: bool, beside: int | None = None) -> None:
        """A library in memory is always read whole."""
        assert goals or tree
        assert beside is None or beside >= 0

    def until(self, stop: threading.Event) -> Writer:
        """The same library for a writer whose calls are not sent any more once somebody said stop."""
        return cast("Writer", _Stoppable(self, stop))

    def add_category(self, title: str, *, parent: int | None) -> int:
        """Create a category."""

        def write() -> int:
            above = () if parent is None else self._category(parent).path
            self._refuse(len(above) > 1, "a third level")
            path = (*above, self._stored(title))
            self._refuse(
                self.quirks.refuse_duplicates and any(c.path == path for c in self._library.categories.values()), "title exists"
            )
            identifier = self._next_id()
            self._library.categories[identifier] = Category(path, id=identifier)
            return identifier

        return self._write(Command.ADD_CATEGORY, (title, parent), write)

    def rename_category(self, category: int, title: str) -> None:
        """Give a category another title; the paths below it follow."""

        def write() -> None:
            old = self._own_category(category).path
            new = (*old[:-1], self._stored(title))
            for identifier, entry in self._library.categories.items():
                if identifier == category or (entry.path[: len(old)] == old and len(entry.path) > len(old)):
                    self._library.categories[identifier] = replace(entry, path=(*new, *entry.path[len(old) :]))

        self._write(Command.UPDATE_CATEGORY, (category, title), write)

    def delete_category(self, category: int, *, still: Callable[[], bool] | None = None) -> None:
        """Delete a category with everything in it, as the service does; ``still`` is asked when there is room for the call."""
        self.wait_for_room()
        if still is not None and not still():
            raise Outdated(message("it had to wait for too long"), command=Command.DEL_CATEGORY)

        def write() -> None:
            path = self._own_category(category).path
            doomed = {i for i, c in self._library.categories.items() if i == category or c.path[:-1] == path}
            self._library.questions = {i: e for i, e in self._library.questions.items() if e[0] not in doomed}
            self._library.categories = {i: c for i, c in self._library.categories.items() if i not in doomed}

        self._write(Command.DEL_CATEGORY, (category,), write)

    def add_question(self, *, question: str, answer: str, answer_type: AnswerType, category: int, similar: Sequence[str]) -> None:
        """Create a question."""

        def write() -> None:
            self._category(category)
            self._refuse_text(question)
            content = Content(
                self._stored(question), self._stored(answer), (), answer_type, tuple(similar), self.quirks.add_status
            )
            self._library.questions[self._question_id()] = (category, content)

        self._write(Command.ADD, (question, answer, answer_type, category, tuple(similar)), write)

    def update_question(
        self,
        identifier: str,
        *,
        question: str | None = None,
        answer: str | None = None,
        answer_type: AnswerType | None = None,
        category: int | None = None,
    ) -> None:
        """Change the given fields."""

        def write() -> None:
            place, content = self._question(identifier)
            if question is not None:
                self._refuse_text(question, besides=identifier)
                content = replace(content, question=self._stored(question))
            if answer is not None:
                content = replace(content, answer=self._stored(answer))
            if answer_type is not None and not (self.quirks.ignore_answer_type_0 and answer_type is AnswerType.TEXT):
                content = replace(content, answer_type=answer_type)
            if category is not None:
                self._category(category)
            self._library.questions[identifier] = (place if category is None else category, content)

        self._write(Command.UPDATE, (identifier, question, answer, answer_type, category), write)

    def set_similar(self, identifier: str, similar: Sequence[str]) -> None:
        """Replace a question's similar questions."""

        def write() -> None:
            place, content = self._question(identifier)
            self._library.questions[identifier] = (place, replace(content, similar=tuple(similar)))

        self._write(Command.UPDATE_SIMILAR, (identifier, tuple(similar)), write)

    def set_status(self, identifiers: Sequence[str], status: Status) -> None:
        """Enable or disable a batch; one unknown id refuses all of it."""

        def write() -> None:
            for identifier, (place, content) in [(i, self._question(i)) for i in identifiers]:
                self._library.questions[identifier] = (place, replace(content, status=status))

        self._write(Command.BATCH_SET, (tuple(identifiers), status), write)

    def delete_questions(self, identifiers: Sequence[str]) -> None:
        """Delete a batch; one unknown id refuses all of it."""

        def write() -> None:
            for identifier in [i for i in identifiers if self._question(i)]:
                del self._library.questions[identifier]

        self._write(Command.BATCH_SET, (tuple(identifiers), 6), write)

    def edit(self, change: Callable[["FakeStore"], object]) -> None:
        """Let somebody change the library in the console: no call of ours, no fault, nothing in the log."""
        with self._lock:
            kept = {name: getattr(self, name) for name in ("writes", "faults", "before_write", "_calls", "_here")}
            self.writes, self.faults, self.before_write = [], {}, lambda _number: None
            self._calls, self._here = Counter(), threading.local()
            try:
                change(self)
            finally:
                vars(self).update(kept)

    def edit_before(self, number: int, change: Callable[["FakeStore"], object]) -> None:
        """Let somebody change the library in the console right before the write with that number."""

        def edit(at: int) -> None:
            if at == number:
                self.edit(change)

        self.before_write = edit

    def _fill(self, knowledge: Knowledge) -> None:
        self._last_id = max([self._last_id, *(c.id for c in knowledge.categories if c.id is not None)])
        for category in knowledge.categories:
            identifier = category.id if category.id is not None else self._next_id()
            self._library.categories[identifier] = Category(category.path, id=identifier, menu=category.menu)
        for question in knowledge.questions:
            place = self._library.id_of(question.content.category)
            self._library.questions[question.id or self._question_id()] = (place, question.content)

    def _write(self, command: Command, arguments: tuple[object, ...], write: Callable[[], Result]) -> Result:
        with self._lock:
            self.writes.append(Write(command, arguments))
            fault = self.faults.get(len(self.writes))
            if fault is not Fault.INTERRUPTED:
                self._count(command)
            self.before_write(len(self.writes))
            if fault not in (None, Fault.LOST, Fault.TWICE):
                self._throttled += fault is Fault.THROTTLED
                raise _error(fault, command)
            result = write()
            self._history.append((self.reads, self._library.copy()))
            if fault is Fault.TWICE:
                self._count(command)
            if fault is not None:
                raise _error(fault, command)
            return result

    def _count(self, command: Command) -> None:
        self._calls[command] += 1
        self._here.calls = self.calls_here + 1

    def _stored(self, text: str) -> str:
        return " ".join(text.split()) if self.quirks.trim else text

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _question_id(self) -> str:
        return f"1400000000-@RBT#DeskDefaultRobot-{self._next_id():016d}"

    def _category(self, identifier: int) -> Category:
        self._refuse(identifier not in self._library.categories, "no such category")
        return self._library.categories[identifier]

    def _own_category(self, identifier: int) -> Category:
        category = self._category(identifier)
        self._refuse(category.menu is not MenuType.ORDINARY, "a preset category")
        return category

    def _question(self, identifier: str) -> tuple[int, Content]:
        self._refuse(identifier not in self._library.questions, "no such question")
        return self._library.questions[identifier]

    def _refuse_text(self, text: str, *, besides: str | None = None) -> None:
        others = [content.question for i, (_, content) in self._library.questions.items() if i != besides]
        self._refuse(self.quirks.refuse_duplicates and text in others, "question exists")

    def _refuse(self, condition: bool, why: str) -> None:
        if condition:
            raise RequestRefused(message("refused: {why}", why=why), command="fake", code=-50003)


class _Stoppable:
    """Asks before every call whether it may still leave."""

    def __init__(self, store: FakeStore, stop: threading.Event) -> None:
        self._store = store
        self._stop = stop

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            if self._stop.is_set():
                raise _error(Fault.INTERRUPTED, Command.BATCH_SET)
            return getattr(self._store, name)(*arguments, **named)

        return call


def _error(fault: Fault | None, command: Command) -> ServiceError:
    """A fault as the writer's exception."""
    errors: dict[Fault | None, ServiceError] = {
        Fault.LOST: OutcomeUnknown(message("no answer"), command=command),
        Fault.LOST_UNDONE: OutcomeUnknown(message("no answer"), command=command),
        Fault.REFUSED: RequestRefused(message("the service says no"), command=command, code=-7),
        Fault.TWICE: RequestRefused(message("the service says no"), command=command, code=-7),
        Fault.NOT_ADMINISTRATOR: NotAdministrator(message("not an administrator"), command=command, code=-20),
        Fault.UNREACHABLE: Unreachable(message("no connection"), command=command),
        Fault.THROTTLED: Throttled(message("too many calls"), command=command, code=-14),
        Fault.INTERRUPTED: Interrupted(message("stopped before it was sent"), command=command),
        Fault.STRANGE: ServiceError(message("something new"), command=command, code=12345),
    }
    return errors[fault]
