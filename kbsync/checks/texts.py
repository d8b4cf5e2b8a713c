"""Rules about the characters of a text: leftovers, hidden characters, space at the ends."""

import re
import unicodedata
from collections.abc import Iterator
from typing import assert_never

from kbsync.checks.finding import Finding, Options, shorten, words
from kbsync.checks.parts import Part, Text, texts
from kbsync.messages import Message, message
from kbsync.model import Knowledge

__all__ = ["find_invisible", "find_placeholders", "find_untrimmed"]

PLACEHOLDERS = ("TODO", "FIXME", "XXX", "TBD", "{{", "}}", "待补充", "待定")
"""Marks that writers leave for themselves. Capitals count: ``todo`` is a word of other languages."""

FILLER = "[Ll]orem [Ii]psum|LOREM IPSUM"

HIDDEN = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Direction marks and zero-width characters that no spelling needs; joiners, which some scripts need, are left alone."""


def find_placeholders(knowledge: Knowledge, options: Options) -> Iterator[Finding]:
    """Texts that somebody meant to finish; ``words`` are further marks of the team's own."""
    marks = (*PLACEHOLDERS, *words(options, "words"))
    pattern = re.compile("|".join([FILLER, *(_whole(mark) for mark in marks)]))
    for text in texts(knowledge):
        found = pattern.search(text.text)
        if found is not None:
            hint = message("finish the text; if the mark is meant, switch the check placeholder off in kbsync.yaml")
            yield Finding(text.owner, _say_placeholder(text, found.group()), hint)


def find_invisible(knowledge: Knowledge, _options: Options) -> Iterator[Finding]:
    """Texts with characters that hide or reorder what is read."""
    for text in texts(knowledge):
        found = HIDDEN.search(text.text)
        if found is not None:
            hint = message("delete the word around it and type it again; pasted text often brings such characters along")
            yield Finding(text.owner, _say_invisible(text, found), hint)


def find_untrimmed(knowledge: Knowledge, _options: Options) -> Iterator[Finding]:
    """Texts with space at their ends: the service may drop it, and then every plan would want to put it back."""
    for text in texts(knowledge):
        if text.text != text.text.strip():
            hint = message("take the space away; after |+ a block keeps all its line ends, after | none")
            yield Finding(text.owner, _say_untrimmed(text), hint)


def _whole(mark: str) -> str:
    """A mark as a word of its own, also between Chinese characters, which have no space around words."""
    before = "(?<![A-Za-z0-9])" if mark[:1].isascii() and mark[:1].isalnum() else ""
    after = "(?![A-Za-z0-9])" if mark[-1:].isascii() and mark[-1:].isalnum() else ""
    return f"{before}{re.escape(mark)}{after}"


def _say_placeholder(text: Text, mark: str) -> Message:
    whole = shorten(text.text)
    match text.part:
        case Part.QUESTION:
            return message("the question still holds {mark}: {text}", mark=mark, text=whole)
        case Part.ANSWER:
            return message("the answer still holds {mark}: {text}", mark=mark, text=whole)
        case Part.SIMILAR:
            return message("a similar question still holds {mark}: {text}", mark=mark, text=whole)
        case _:
            assert_never(text.part)


def _say_invisible(text: Text, found: re.Match[str]) -> Message:
    code = f"U+{ord(found.group()):04X} {unicodedata.name(found.group())}"
    # The words around it let a person find what cannot be seen.
    near = shorten(text.text[max(0, found.start() - 20) : found.start()] + "▮" + text.text[found.end() : found.end() + 20])
    match text.part:
        case Part.QUESTION:
            return message("the question holds the invisible character {code}, here shown as ▮: {near}", code=code, near=near)
        case Part.ANSWER:
            return message("the answer holds the invisible character {code}, here shown as ▮: {near}", code=code, near=near)
        case Part.SIMILAR:
            return message(
                "a similar question holds the invisible character {code}, here shown as ▮: {near}", code=code, near=near
            )
        case _:
            assert_never(text.part)


def _say_untrimmed(text: Text) -> Message:
    whole = shorten(text.text)
    match text.part:
        case Part.QUESTION:
            return message("the question begins or ends with space: {text}", text=whole)
        case Part.ANSWER:
            return message("the answer begins or ends with space: {text}", text=whole)
        case Part.SIMILAR:
            return message("a similar question begins or ends with space: {text}", text=whole)
        case _:
            assert_never(text.part)
