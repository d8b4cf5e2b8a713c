"""Rules about the characters of a text: leftovers, hidden characters, space at the ends."""

import re
import unicodedata
from collections.abc import Iterator

from kbsync.checks.finding import Finding, Options
from kbsync.messages import message
from kbsync.model import Knowledge, Question

__all__ = ["find_invisible", "find_placeholders", "find_untrimmed"]

PLACEHOLDERS = ("TODO", "FIXME", "XXX", "TBD", "lorem ipsum", "{{", "}}", "待补充", "待定")
"""Marks that writers leave for themselves."""

HIDDEN = re.compile("[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad]")
"""Direction marks and zero-width characters that no spelling needs; joiners, which some scripts need, are left alone."""


def find_placeholders(knowledge: Knowledge, options: Options) -> Iterator[Finding]:
    """Texts that somebody meant to finish."""
    extra = options.get("words", ())
    words = (*PLACEHOLDERS, *(extra if isinstance(extra, tuple) else ()))
    pattern = re.compile("|".join(_whole(word) for word in words))
    for question, name, text in _texts(knowledge):
        found = pattern.search(text)
        if found is not None:
            yield Finding(
                question,
                message("the {part} still holds {mark}: {text}", part=name, mark=found.group(), text=_short(text)),
                message("finish the text, or switch the check placeholder off"),
            )


def find_invisible(knowledge: Knowledge, _options: Options) -> Iterator[Finding]:
    """Texts with characters that hide or reorder what is read."""
    for question, name, text in _texts(knowledge):
        found = HIDDEN.search(text)
        if found is not None:
            sign = found.group()
            yield Finding(
                question,
                message(
                    "the {part} holds the invisible character U+{code} ({title})",
                    part=name,
                    code=f"{ord(sign):04X}",
                    title=unicodedata.name(sign, "no name").lower(),
                ),
                message("type the text again instead of pasting it"),
            )


def find_untrimmed(knowledge: Knowledge, _options: Options) -> Iterator[Finding]:
    """Texts with space at their ends: the service may drop it, and then every plan would want to put it back."""
    for question, name, text in _texts(knowledge):
        if text != text.strip():
            yield Finding(
                question,
                message("the {part} begins or ends with space: {text}", part=name, text=_short(text)),
                message("take the space away"),
            )


def _texts(knowledge: Knowledge) -> Iterator[tuple[Question, str, str]]:
    for question in knowledge.questions:
        yield question, "question", question.content.question
        yield question, "answer", question.content.answer
        for similar in question.content.similar:
            yield question, "similar question", similar


def _whole(word: str) -> str:
    escaped = re.escape(word)
    return rf"\b{escaped}\b" if word.isascii() and word[0].isalpha() else escaped


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:57]}…"
