"""What the live library knows besides git: where an answer comes from, and who answers a wording.

Whether git declares it is asked before anybody comes here.
"""

from kbsync.conversations.coverage import Source
from kbsync.conversations.declared import Declared
from kbsync.conversations.forms import plain_answer, reduced
from kbsync.model import Knowledge, MenuType, Question

__all__ = ["Sources"]


class Sources:
    """A live library, to be asked. ``threshold`` is the share, 0 to 1, from which two wordings are alike."""

    def __init__(self, live: Knowledge, *, threshold: float) -> None:
        self._preset = {category.path for category in live.categories if category.menu is MenuType.PRESET}
        self._declared = Declared(live, threshold=threshold)
        self._answers: dict[str, list[Question]] = {}
        for question in live.questions:
            self._answers.setdefault(reduced(plain_answer(question.content)), []).append(question)

    def served(self, answer: str) -> tuple[Source, ...]:
        """The questions that have this answer, form aside."""
        return tuple(self._source(question) for question in self._answers.get(reduced(answer), ()))

    def asked(self, text: str) -> Source | None:
        """The enabled question that is alike a text, if one is."""
        question = self._declared.answering(text)
        return None if question is None else self._source(question)

    def _source(self, question: Question) -> Source:
        content = question.content
        return Source(content.question, content.category, content.category in self._preset)
