"""Rules about answers: type and content that do not fit, length, markup that can act.

What is sent is never changed by them.
"""

import html
import re
from collections.abc import Iterator

from kbsync.checks.finding import CheckFinding, Options, number
from kbsync.display import shorten
from kbsync.messages import message
from kbsync.model import AnswerType, Knowledge, Question

TAG = re.compile(
    r"</?(?:a|b|blockquote|br|code|div|em|font|h[1-6]|hr|i|img|li|ol|p|pre|s|small|span|strong|sub|sup|table|tbody|td|th|thead|tr"
    r"|u|ul|video)\b[^<>]*>",
    re.IGNORECASE,
)
ENTITY = re.compile(
    r"&(?:amp|apos|copy|gt|hellip|laquo|lt|mdash|nbsp|ndash|quot|raquo|#[0-9]{1,7}|#x[0-9a-f]{1,6});", re.IGNORECASE
)

LONGEST_ANSWER = 2000
"""Characters. The service's own limit is not published; longer small talk is hardly read in a chat window."""

ANY_TAG = re.compile(r"""<([a-z][a-z0-9:-]*+)((?:[^<>"']|"[^"]*+"|'[^']*+')*+)""", re.IGNORECASE)
"""A tag as browsers see one, with everything up to its end; possessive, so that no text takes long."""

ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*("[^"]*+"|'[^']*+'|[^\s"'<>]*+))?""")

ACTING_TAGS = frozenset({"script", "iframe", "object", "embed"})

LINKS = frozenset({"href", "src", "action", "formaction", "xlink:href"})

IGNORED = re.compile("[\0- ]")
"""What browsers skip in the name of a scheme."""


def find_markup_in_text(knowledge: Knowledge, _options: Options) -> Iterator[CheckFinding]:
    """Plain answers with markup: customers would read the tags."""
    for question in _answered(knowledge, AnswerType.TEXT):
        answer = question.content.answer
        if found := TAG.search(answer) or ENTITY.search(answer):
            yield CheckFinding(
                question,
                message("the plain answer holds {mark}, which customers would see as it is written", mark=shorten(found.group())),
                message("write answer_type: rich beside it, or take the markup out"),
            )


def find_no_markup_in_rich(knowledge: Knowledge, _options: Options) -> Iterator[CheckFinding]:
    """Rich answers of several lines without any tag: their line ends would not be shown."""
    for question in _answered(knowledge, AnswerType.RICH):
        if "\n" in question.content.answer and TAG.search(question.content.answer) is None:
            yield CheckFinding(
                question,
                message("the rich answer has several lines and no markup, so they would run together"),
                message("write answer_type: text, or mark the lines with <p> or <br>"),
            )


def find_long_answers(knowledge: Knowledge, options: Options) -> Iterator[CheckFinding]:
    """Answers that are too long for a chat window; ``max`` is in characters."""
    limit = int(number(options, "max", LONGEST_ANSWER, lowest=1, highest=10**9))
    for question in knowledge.questions:
        length = len(question.content.answer)
        if length > limit:
            yield CheckFinding(
                question,
                message("the answer has {length} characters, more than {limit}", length=length, limit=limit),
                message("shorten it, or raise max of the check long-answer in kbsync.yaml"),
            )


def find_unsafe_markup(knowledge: Knowledge, _options: Options) -> Iterator[CheckFinding]:
    """Rich answers with tags, attributes or links that run code or bring foreign content."""
    for question in _answered(knowledge, AnswerType.RICH):
        marks = list(dict.fromkeys(_unsafe(question.content.answer)))
        if marks:
            yield CheckFinding(
                question,
                message("the rich answer holds {marks}, which can act in the customer's window", marks=", ".join(marks)),
                message("take it out: text, links to pages, pictures and videos are enough for an answer"),
            )


def _answered(knowledge: Knowledge, how: AnswerType) -> Iterator[Question]:
    return (question for question in knowledge.questions if question.content.answer_type is how)


def _unsafe(answer: str) -> Iterator[str]:
    for tag, inside in ANY_TAG.findall(answer):
        if tag.lower() in ACTING_TAGS:
            yield f"<{tag.lower()}>"
        for name, value in ATTRIBUTE.findall(inside):
            if re.fullmatch("on[a-z]+", name.lower()):
                yield name.lower()
            elif name.lower() in LINKS and _scheme(value) == "javascript":
                yield "javascript:"


def _scheme(value: str) -> str:
    plain = IGNORED.sub("", html.unescape(value.strip("\"'")))
    return plain.partition(":")[0].lower()
