"""Where in a question a text stands, so that each rule can say it in a whole sentence."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from kbsync.model import Knowledge, Question

__all__ = ["Part", "Text", "texts"]


class Part(Enum):
    """Which of a question's texts."""

    QUESTION = "question"
    ANSWER = "answer"
    SIMILAR = "similar"


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a question."""

    owner: Question
    part: Part
    text: str


def texts(knowledge: Knowledge) -> Iterator[Text]:
    """Every text of the library, in the order of the files."""
    for question in knowledge.questions:
        yield Text(question, Part.QUESTION, question.content.question)
        yield Text(question, Part.ANSWER, question.content.answer)
        for similar in question.content.similar:
            yield Text(question, Part.SIMILAR, similar)
