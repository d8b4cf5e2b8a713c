"""Rules about answers: type and content that do not fit, and length."""

import re
from collections.abc import Iterator

from kbsync.checks.finding import Finding, Options, number, shorten
from kbsync.messages import message
from kbsync.model import AnswerType, Knowledge

__all__ = ["find_long_answers", "find_markup_in_text", "find_no_markup_in_rich"]

TAG = re.compile(
    r"</?(?:a|b|blockquote|br|code|div|em|font|h[1-6]|hr|i|img|li|ol|p|pre|s|small|span|strong|sub|sup|table|tbody|td|th|thead|tr"
    r"|u|ul|video)\b[^<>]*>",
    re.IGNORECASE,
)
ENTITY = re.compile(
    r"&(?:amp|apos|copy|gt|hellip|laquo|lt|mdash|nbsp|ndash|quot|raquo|#[0-9]{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE
)

LONGEST = 2000
"""Characters. The service's own limit is not published; longer small talk is hardly read in a chat window."""


def find_markup_in_text(knowledge: Knowledge, _options: Options) -> Iterator[Finding]:
    """Plain answers with markup: customers would read the tags."""
    for question in knowledge.questions:
        answer = question.content.answer
        if question.content.answer_type is AnswerType.TEXT and (found := TAG.search(answer) or ENTITY.search(answer)):
            yield Finding(
                question,
                message("the plain answer holds {mark}, which customers would see as it is written", mark=shorten(found.group())),
                message("write answer_type: rich beside it, or take the markup out"),
            )


def find_no_markup_in_rich(knowledge: Knowledge, _options: Options) -> Iterator[Finding]:
    """Rich answers of several lines without any tag: their line ends would not be shown."""
    for question in knowledge.questions:
        content = question.content
        if content.answer_type is AnswerType.RICH and "\n" in content.answer and TAG.search(content.answer) is None:
            yield Finding(
                question,
                message("the rich answer has several lines and no markup, so they would run together"),
                message("write answer_type: text, or mark the lines with <p> or <br>"),
            )


def find_long_answers(knowledge: Knowledge, options: Options) -> Iterator[Finding]:
    """Answers that are too long for a chat window; ``max`` is in characters."""
    limit = int(number(options, "max", LONGEST, lowest=1, highest=10**9))
    for question in knowledge.questions:
        length = len(question.content.answer)
        if length > limit:
            yield Finding(
                question,
                message("the answer has {length} characters, more than {limit}", length=length, limit=limit),
                message("shorten it, or raise max of the check long-answer in kbsync.yaml"),
            )
