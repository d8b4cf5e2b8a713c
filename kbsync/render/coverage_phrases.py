"""What a coverage report says in words, for every format that people read. How it is laid out belongs to each format."""

from collections.abc import Iterator
from datetime import UTC, datetime

from kbsync.conversations.coverage import Coverage, Served, UnansweredQuestion
from kbsync.display import cut
from kbsync.messages import Message, message
from kbsync.model import show_path

__all__ = ["clipped", "day", "demand", "figures", "origins", "remarks", "supply"]

TELLING = 50
"""Percent: a question that is less alike than this has nothing to do with what was asked."""

LONGEST = 160
"""Characters of a text that is only mentioned."""


def figures(coverage: Coverage) -> Iterator[Message]:
    """How many messages there were and what became of them; what did not occur is left out."""
    tally = coverage.tally
    yield message("Messages to the chatbot that were looked up: {count}", count=tally.asked)
    yield message(
        "declared in git: {count} (word for word {exact}, but for form {form}, similar {similar})",
        count=tally.declared,
        exact=tally.exact,
        form=tally.form,
        similar=tally.similar,
    )
    yield message("not declared: {count}", count=tally.unanswered)
    if tally.rare:
        yield message(
            "of these asked by fewer than {people} people, counted and not shown: {count}",
            people=coverage.min_count,
            count=tally.rare,
        )
    if tally.to_person:
        yield message("said to a person and left out: {count}", count=tally.to_person)
    if tally.wordless + tally.lengthy:
        yield message(
            "no questions and left out: {wordless} without words, {lengthy} too long",
            wordless=tally.wordless,
            lengthy=tally.lengthy,
        )
    if coverage.served_rare:
        yield message(
            "answers that are not declared and were served in fewer than {sessions} sessions, not shown: {count}",
            sessions=coverage.min_count,
            count=coverage.served_rare,
        )
    if not coverage.robots:
        yield message("No account could be made out as the chatbot's, so nothing is known of its answers; name it with --bot.")
    if not coverage.masked:
        yield message("Addresses and numbers are not masked: this is personal data.")


def demand(gap: UnansweredQuestion) -> Message:
    """How much something is asked."""
    return message("messages {times}, people {people}, last on {day}", times=gap.times, people=gap.people, day=day(gap.newest))


def remarks(gap: UnansweredQuestion) -> Iterator[Message]:
    """What is known besides: what the chatbot said, and what is nearest in the files."""
    if gap.reply is not None:
        yield message("the chatbot said: {text}", text=clipped(gap.reply))
    if gap.live is not None:
        yield message("answered live by the question {question}", question=clipped(gap.live.question))
    near = gap.nearest
    if near is None or near.percent < TELLING:
        return
    if near.disabled:
        yield message(
            "nearest, but disabled: {question} ({percent} % alike)", question=clipped(near.question), percent=near.percent
        )
    else:
        yield message(
            "nearest declared question: {question} ({percent} % alike)", question=clipped(near.question), percent=near.percent
        )


def supply(served: Served) -> Message:
    """How often an answer was given."""
    return message("messages {times}, last on {day}", times=served.times, day=day(served.newest))


def origins(served: Served) -> Iterator[Message]:
    """Where an answer comes from, as far as the live library tells."""
    for source in served.sources:
        where = show_path(source.category)
        if source.preset:
            yield message("the preset question {question} in {category}", question=clipped(source.question), category=where)
        else:
            yield message("the live question {question} in {category}", question=clipped(source.question), category=where)


def clipped(text: str) -> str:
    """A text that is only mentioned, cut with a visible ``…``."""
    return cut(text, LONGEST)


def day(seconds: float) -> str:
    """The date of a moment, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d")
