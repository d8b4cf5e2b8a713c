"""The interfaces that work is given: a library to read and write, a count of its calls, an observer of its progress.

The Desk client and the in-memory fake of the tests both fit; nothing here knows HTTP or a screen.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from kbsync.messages import Message
from kbsync.model import AnswerType, Knowledge, Question, Status

__all__ = ["Meter", "Ports", "Progress", "Reader", "Silent", "Writer"]


class Reader(Protocol):
    """Reads the live library and changes nothing."""

    def read(self) -> Knowledge:
        """The whole library: every category, every question, ids included.

        Raises ServiceError when it cannot be read whole; a failed page is never a shorter list.
        """

    def look(self, goals: Sequence[Question], known: Knowledge, *, tree: bool, beside: int | None = None) -> Knowledge | None:
        """``known``, but for these questions as they are now: looked for by their texts, known by their ids where they have one.

        A goal that no answer shows stays as it is known. With ``tree`` the categories are read, too. None where an answer cannot
        be trusted, or where ``read`` costs as little; with ``beside``, where it will when so many others are looked for, too.
        Raises ServiceError.
        """


class Writer(Protocol):
    """Changes the live library, one object a method, mostly with one call.

    Each raises ServiceError: Rejected, Throttled, Unreachable, Interrupted and Outdated mean that nothing happened,
    OutcomeUnknown that it may have. Idempotent calls have already been repeated when they raise.
    """

    def add_category(self, title: str, *, parent: int | None) -> int:
        """Create a category and return its CategoryId; ``parent`` is None for the first level."""

    def rename_category(self, category: int, title: str) -> None:
        """Give a category another title."""

    def delete_category(self, category: int, *, still: Callable[[], bool] | None = None) -> None:
        """Delete a category. The service deletes every question in it too: look first.

        ``still`` is asked each time before the call is sent, because it may have to wait; False raises Outdated.
        """

    def add_question(self, *, question: str, answer: str, answer_type: AnswerType, category: int, similar: Sequence[str]) -> None:
        """Create a question. The answer holds no id; a listing shows it."""

    def update_question(
        self,
        identifier: str,
        *,
        question: str | None = None,
        answer: str | None = None,
        answer_type: AnswerType | None = None,
        category: int | None = None,
    ) -> None:
        """Change the given fields of a question in one call; None leaves a field as it is."""

    def set_similar(self, identifier: str, similar: Sequence[str]) -> None:
        """Replace a question's similar questions; an empty sequence clears them."""

    def set_status(self, identifiers: Sequence[str], status: Status) -> None:
        """Enable or disable a batch of questions."""

    def delete_questions(self, identifiers: Sequence[str]) -> None:
        """Delete a batch of questions."""


@dataclass(frozen=True, slots=True)
class Ports:
    """A reader and a writer of one library."""

    reader: Reader
    writer: Writer


class Meter(Protocol):
    """Counts what was sent."""

    @property
    def calls(self) -> Mapping[str, int]:
        """Calls sent so far, by command."""

    @property
    def calls_here(self) -> int:
        """Calls sent so far by the thread that asks, those included that were refused for speed or sent again."""

    @property
    def throttled(self) -> int:
        """How many of them were refused for speed."""


class Progress(Protocol):
    """Observes work that can take more than a second. Called from several threads; must not raise."""

    def start(self, label: Message, total: int | None) -> None:
        """A stretch of work begins; ``total`` is the number of steps, None when unknown."""

    def advance(self, steps: int = 1) -> None:
        """Some steps are done; none is a sign of life from work that has no steps to show."""

    def note(self, words: Message) -> None:
        """Something worth a line, such as a pause that the service asked for."""

    def finish(self) -> None:
        """The stretch of work is over."""


class Silent:
    """A Progress that ignores everything."""

    def start(self, label: Message, total: int | None) -> None:
        """Ignore it."""

    def advance(self, steps: int = 1) -> None:
        """Ignore it."""

    def note(self, words: Message) -> None:
        """Ignore it."""

    def finish(self) -> None:
        """Ignore it."""
