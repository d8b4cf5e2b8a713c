"""The ports through which the work reaches a library: a reader that cannot write, and a writer.

The real Desk client and the in-memory fake both fit here; nothing here knows HTTP.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from kbsync.model import AnswerType, Knowledge, Status

__all__ = ["Meter", "Ports", "Reader", "Writer"]


class Reader(Protocol):
    """Looks at the live library and changes nothing."""

    def read(self) -> Knowledge:
        """The whole library: every category, every question, ids included.

        Raises ServiceError when it cannot be read whole; a failed page is never a shorter list.
        """


class Writer(Protocol):
    """Changes the live library, one call a method.

    Each raises ServiceError: Rejected, Throttled, Unreachable and Interrupted mean that nothing happened, OutcomeUnknown that
    it may have. Idempotent calls have already been repeated when they raise.
    """

    def add_category(self, title: str, *, parent: int | None) -> int:
        """Create a category and return its CategoryId; ``parent`` is None for the first level."""

    def rename_category(self, category: int, title: str) -> None:
        """Give a category another title."""

    def delete_category(self, category: int, *, still: Callable[[], bool] | None = None) -> None:
        """Delete a category. The service deletes every question in it too: look first.

        ``still`` is asked whenever the call could leave, because it may wait; where it says no, Outdated is raised.
        """

    def add_question(self, *, question: str, answer: str, answer_type: AnswerType, category: int, similar: Sequence[str]) -> None:
        """Create a question. The service tells no id: list to learn it."""

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
    """One way to a library, for looking and for writing."""

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
