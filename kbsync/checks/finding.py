"""What the content rules have in common: what one finds, the options it is given, the texts it looks at."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kbsync.diagnostics import Location, Related
from kbsync.messages import Message, message
from kbsync.model import Knowledge, Question

Options = Mapping[str, float | int | str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """Words about one question; ``location`` is of what has to be changed, where that is not its text."""

    question: Question
    message: Message
    hint: Message | None = None
    related: tuple[Related, ...] = ()
    location: Location | None = None


def number(options: Options, name: str, default: float, *, lowest: float, highest: float) -> float:
    """A figure from the settings, kept between its bounds; the default for what is no figure."""
    value = options.get(name, default)
    return min(max(float(value), lowest), highest) if isinstance(value, int | float) else default


def words(options: Options, name: str) -> tuple[str, ...]:
    """A list of words from the settings; one word alone is a list of one."""
    value = options.get(name, ())
    return value if isinstance(value, tuple) else (str(value),)


def all_texts(knowledge: Knowledge) -> Iterator[tuple[Question, Message, str]]:
    """Every text of the library in the order of the files: whose it is, which one in words, and the text."""
    for question in knowledge.questions:
        yield question, message("the question"), question.content.question
        yield question, message("the answer"), question.content.answer
        for similar in question.content.similar:
            yield question, message("a similar question"), similar
