"""Rules about answers: type and content that do not fit, and length."""

import re
from collections.abc import Iterator

from kbsync.checks.finding import Finding, Options, number
from kbsync.messages import message
from kbsync.model import AnswerType, Knowledge

__all__ = ["find_long_answers", "find_markup_in_text", "find_no_markup_in_rich"]

MARKUP = re.compile(r"</?(?:a|b|br|div|em|h[1-6]|i|img|li|ol|p|span|strong|table|td|tr|u|ul)\b[^>]*>", re.IGNORECASE)

LONGEST = 2000
"""Characters. The service's own limit is not published; longer small talk is hardly read in a chat window."""


def find_markup_in_text(knowledge: Knowledge, _options: Options) -> Iterator[Finding]:
    """Plain answers with tags: customers would read the tags."""
    for question in knowledge.questions:
        found = MARKUP.search(question.content.answer)
        if question.content.answer_type is AnswerType.TEXT and found is not None:
            yield Finding(
                question,
                message("the plain answer holds {tag}, which customers would see as it is written", tag=found.group()),
                message("write answer_type: rich, or take the tag out"),
            )


def find_no_markup_in_rich(knowledge: Knowledge, _options: Options) -> Iterator[Finding]:
    """Rich answers without any tag: their line ends would not be shown."""
    for question in knowledge.questions:
        content = question.content
        if content.answer_type is AnswerType.RICH and "\n" in content.answer and MARKUP.search(content.answer) is None:
            yield Finding(
                question,
                message("the rich answer has several lines and no markup, so they would run together"),
                message("write answer_type: text, or mark the lines with <p> or <br>"),
            )


def find_long_answers(knowledge: Knowledge, options: Options) -> Iterator[Finding]:
    """Answers that are too long for a chat window."""
    limit = int(number(options, "max", LONGEST))
    for question in knowledge.questions:
        length = len(question.content.answer)
        if length > limit:
            yield Finding(
                question,
                message("the answer has {length} characters, more than {limit}", length=length, limit=limit),
                message("shorten it, or raise max of the check long-answer"),
            )
