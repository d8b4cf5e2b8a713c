"""Rules about the characters of a text: leftovers, hidden characters, space at the ends."""

import re
import unicodedata
from collections.abc import Iterator

from kbsync.checks.finding import CheckFinding, Options, all_texts, words
from kbsync.display import shorten, spelled_out
from kbsync.messages import message
from kbsync.model import Knowledge

PLACEHOLDERS = ("TODO", "FIXME", "XXX", "TBD", "{{", "}}", "待补充", "待定")
"""Marks that writers leave for themselves. Capitals count: ``todo`` is a word of other languages."""

FILLER = "[Ll]orem [Ii]psum|LOREM IPSUM"

HIDDEN = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""Direction marks and zero-width characters that no spelling needs; joiners, which some scripts need, are left alone."""

TYPESET = re.compile("“[^“”]*”|„[^„“”]*[“”]|‘[^‘’]*’|«[^«»]*»|»[^«»]*«", re.DOTALL)
"""A text in the quotes of word processors as a whole."""

NEAR = 20
"""Characters shown on either side of one that cannot be seen."""


def find_placeholders(knowledge: Knowledge, options: Options) -> Iterator[CheckFinding]:
    """Texts that somebody meant to finish; ``words`` are further marks of the team's own."""
    marks = (*PLACEHOLDERS, *words(options, "words"))
    pattern = re.compile("|".join([FILLER, *(_whole(mark) for mark in marks)]))
    hint = message("finish the text; if the mark is meant, switch the check placeholder off in kbsync.yaml")
    for question, part, text in all_texts(knowledge):
        found = pattern.search(text)
        if found is not None:
            said = message("{part} still holds {mark}: {text}", part=part, mark=found.group(), text=shorten(text))
            yield CheckFinding(question, said, hint)


def find_invisible(knowledge: Knowledge, _options: Options) -> Iterator[CheckFinding]:
    """Texts with characters that hide or reorder what is read."""
    hint = message("delete the word around it and type it again; pasted text often brings such characters along")
    for question, part, text in all_texts(knowledge):
        found = HIDDEN.search(text)
        if found is not None:
            code = f"U+{ord(found.group()):04X} {unicodedata.name(found.group())}"
            before, behind = text[max(0, found.start() - NEAR) : found.start()], text[found.end() : found.end() + NEAR]
            said = message(
                "{part} holds the invisible character {code}, here shown as ▮: {near}",
                part=part,
                code=code,
                near=shorten(f"{before}▮{behind}"),
            )
            yield CheckFinding(question, said, hint)


def find_untrimmed(knowledge: Knowledge, _options: Options) -> Iterator[CheckFinding]:
    """Texts with space at their ends: the service may drop it, and then every plan would want to put it back."""
    hint = message("take the space away; after |+ a block keeps all its line ends, after | none")
    for question, part, text in all_texts(knowledge):
        if text != text.strip():
            said = message("{part} begins or ends with space: {text}", part=part, text=shorten(text))
            yield CheckFinding(question, said, hint)


def find_decomposed(knowledge: Knowledge, _options: Options) -> Iterator[CheckFinding]:
    """Texts that are not in the composed Unicode form (NFC): another form looks the same, and the service may store this one."""
    hint = message("write the text in the composed form: it is pasted from elsewhere, and typing it anew gives that form")
    for question, part, text in all_texts(knowledge):
        if not unicodedata.is_normalized("NFC", text):
            said = message("{part} is not in the composed Unicode form (NFC): {text}", part=part, text=shorten(spelled_out(text)))
            yield CheckFinding(question, said, hint)


def find_pasted(knowledge: Knowledge, _options: Options) -> Iterator[CheckFinding]:
    """Texts that show where they were pasted from: quotes around the whole of it, tabs from a spreadsheet."""
    for question, part, text in all_texts(knowledge):
        if TYPESET.fullmatch(text):
            said = message("{part} stands in quotes that customers would see: {text}", part=part, text=shorten(text))
            hint = message("take the quotes away; YAML knows only straight ones")
            yield CheckFinding(question, said, hint)
        elif "\t" in text:
            at = text.index("\t")
            near = shorten(text[max(0, at - NEAR) : at + NEAR].replace("\t", "⇥"))
            said = message("{part} holds a tab, as cells of a spreadsheet do: {near}", part=part, near=near)
            yield CheckFinding(question, said, message("put spaces in its place, or give each cell its own key"))


def _whole(mark: str) -> str:
    """A mark as a word of its own, also between Chinese characters, which have no space around words."""
    before = "(?<![A-Za-z0-9])" if mark[:1].isascii() and mark[:1].isalnum() else ""
    after = "(?![A-Za-z0-9])" if mark[-1:].isascii() and mark[-1:].isalnum() else ""
    return f"{before}{re.escape(mark)}{after}"
