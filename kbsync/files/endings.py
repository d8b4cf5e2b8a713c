"""Texts that end sooner than they look: in YAML a ``#`` after a space begins a comment, and the rest of the line is gone.

Only what customers read or write is looked at, because beside other keys a comment is usual.
"""

import re
from typing import Final

from kbsync.diagnostics import Rule, Severity
from kbsync.files import tables
from kbsync.files.nodes import ListNode, Scalar
from kbsync.files.page import Page
from kbsync.files.records import Record
from kbsync.messages import message

__all__ = ["TEXTS", "is_unusual", "warn_of_endings"]

TEXTS: Final = (tables.QUESTION_TEXT.name, tables.QUESTION_ANSWER.name, tables.QUESTION_SIMILAR.name)
"""The keys of a question whose texts are looked at, alone or in a list."""

UNUSUAL: Final = re.compile(r" #| +#[0-9]")
"""What is hardly meant as a comment: one space before the sign, or a figure right after it. Comments have two spaces before them
in every style guide, and in what ``kbsync fmt`` writes, which leaves just these to their authors."""


def warn_of_endings(record: Record) -> None:
    """Warn of each unquoted text of a question that a probable slip cuts off."""
    lines = record.page.commented
    for name in TEXTS:
        node = record.nodes.get(name)
        for text in node.children if type(node) is ListNode else (node,):
            if type(text) is Scalar and text.end_mark.line in lines and not text.style:
                _check(text, record.page)


def is_unusual(text: str, place: int = 0) -> bool:
    """Whether the comment that follows an unquoted text at a place is hardly meant as one."""
    return UNUSUAL.match(text, place) is not None


def _check(text: Scalar, page: Page) -> None:
    end = text.end_mark
    if not is_unusual(page.line(end.line), end.column):
        return
    place = (end.line, page.line(end.line).index("#", end.column))
    if text.anchor is not None and _is_told(place, page):
        return
    page.fault_at(
        Rule.KB118,
        message("the text ends at #: what follows is a comment"),
        place,
        hint=message("quote the text if it belongs to it; if the comment is meant, put two spaces before # and one behind it"),
        severity=Severity.WARNING,
    )


def _is_told(place: tuple[int, int], page: Page) -> bool:
    """Whether a text that is repeated by an alias was looked at before."""
    return any(one.rule is Rule.KB118 and (one.location.line - 1, one.location.column - 1) == place for one in page.faults)
