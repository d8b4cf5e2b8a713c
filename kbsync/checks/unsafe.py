"""The rule about markup that can act: code, foreign pages and plug-ins have no place in an answer.

What is sent is never changed by it; how a report shows an answer safely is the business of ``render``.
"""

import html
import re
from collections.abc import Iterator

from kbsync.checks.finding import Finding, Options
from kbsync.messages import message
from kbsync.model import AnswerType, Knowledge

__all__ = ["find_unsafe_markup"]

TAG = re.compile(r"""<([a-z][a-z0-9:-]*+)((?:[^<>"']|"[^"]*+"|'[^']*+')*+)""", re.IGNORECASE)
"""A tag as browsers see one, with everything up to its end; possessive, so that no text takes long."""

ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(?:\s*=\s*("[^"]*+"|'[^']*+'|[^\s"'<>]*+))?""")

TAGS = frozenset({"script", "iframe", "object", "embed"})

LINKS = frozenset({"href", "src", "action", "formaction", "xlink:href"})

IGNORED = re.compile("[\0- ]")
"""What browsers skip in the name of a scheme."""


def find_unsafe_markup(knowledge: Knowledge, _options: Options) -> Iterator[Finding]:
    """Rich answers with tags, attributes or links that run code or bring foreign content."""
    for question in knowledge.questions:
        content = question.content
        if content.answer_type is AnswerType.RICH and "<" in content.answer:
            marks = list(dict.fromkeys(_unsafe(content.answer)))
            if marks:
                yield Finding(
                    question,
                    message("the rich answer holds {marks}, which can act in the customer's window", marks=", ".join(marks)),
                    message("take it out: text, links to pages, pictures and videos are enough for an answer"),
                )


def _unsafe(answer: str) -> Iterator[str]:
    for tag, inside in TAG.findall(answer):
        if tag.lower() in TAGS:
            yield f"<{tag.lower()}>"
        for name, value in ATTRIBUTE.findall(inside):
            if re.fullmatch("on[a-z]+", name.lower()):
                yield name.lower()
            elif name.lower() in LINKS and _scheme(value) == "javascript":
                yield "javascript:"


def _scheme(value: str) -> str:
    plain = IGNORED.sub("", html.unescape(value.strip("\"'")))
    return plain.partition(":")[0].lower()
