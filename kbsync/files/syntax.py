"""The parser's complaints in words that say what to do. Only faults of the YAML syntax itself belong here."""

import re
from collections.abc import Collection, Iterator

import yaml

from kbsync.diagnostics import Related, Rule
from kbsync.files.colons import Glued, glued
from kbsync.files.page import Mark, Page
from kbsync.locations import Location
from kbsync.messages import Message, message

__all__ = ["report_syntax"]

BRACKETS = message("a comma or a closing bracket is missing; text with brackets or commas must stand in quotes")

HINTS: tuple[tuple[str, Message], ...] = (
    (
        "mapping values are not allowed",
        message("text that contains a colon and a space must stand in quotes, or in a block after |"),
    ),
    (
        "found character that cannot start any token",
        message("indent with spaces, not tabs; text that begins with @, ` or % must stand in quotes"),
    ),
    ("found character '\\t'", message("indent with spaces, not tabs")),
    ("found a tab character", message("indent with spaces, not tabs")),
    ("unexpected end of stream", message("a closing quote or bracket is missing")),
    ("but got '?'", message("text with a question mark that stands between brackets must stand in quotes")),
    ("expected ',' or", BRACKETS),
    ("expected node content", BRACKETS),
    ("expected the node content", BRACKETS),
    ("did not find expected '-' indicator", message("entries of one list must begin in one column")),
    (
        "did not find expected key",
        message("keys of one entry must begin in one column; text after a closing quote must be inside of it"),
    ),
    (
        "expected <block end>",
        message("keys of one entry must begin in one column; text after a closing quote must be inside of it"),
    ),
    ("could not find expected ':'", message("a colon is missing after a key, or a line of a longer text is not indented")),
    ("expected alphabetic or numeric character", message("text that begins with * or & must stand in quotes")),
    ("did not find expected alphabetic or numeric character", message("text that begins with * or & must stand in quotes")),
    ("unknown escape character", message("in double quotes a backslash begins an escape: write it twice, or use single quotes")),
    ("found undefined tag handle", message("text that begins with ! must stand in quotes")),
)
"""A part of the parser's words (libyaml's or PyYAML's) and what to do about it; the first that fits counts."""


KEY = re.compile(r"\s*(\w+)\s*:(?:\s|$)")

MISPLACED = ("did not find expected '-' indicator", "did not find expected key", "expected <block end>")
"""What the parser says at a key that does not stand in the column of the others."""

LINES_ABOVE = 3
"""How far up a text may begin that swallows a key; more lines are hardly one that was meant to be a key and its value."""


def report_syntax(page: Page, error: yaml.YAMLError, keys: Collection[str]) -> tuple[int, int]:
    """Report a syntax error where it can be mended, the place where it was noticed or began as a second one.

    Returns line and column, from 0, where the parser gave up. ``keys`` are those that a file may have.
    """
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    context = getattr(error, "context", None) or ""
    noticed, begun = _place(getattr(error, "problem_mark", None)), _place(getattr(error, "context_mark", None))
    said = message("this is not YAML: {problem}", problem=problem)
    culprit = _culprit(page, problem, noticed, begun, keys)
    if culprit:
        line, key = culprit
        page.fault_at(Rule.KB105, said, (line, key.column), hint=key.hint)
    elif "quoted scalar" in context and ("end of stream" in problem or "document" in problem):
        still = Related(_location(page, noticed), message("it is still open here"))
        close = message(
            "write the closing quote; a quote that belongs to the text must be doubled, or stand in quotes of the other kind"
        )
        page.fault_at(Rule.KB105, message("the quote that opens here is never closed"), begun, hint=close, related=(still,))
    else:
        hint = _indentation(page, problem, noticed, keys) or next((hint for words, hint in HINTS if words in problem), None)
        first = Related(_location(page, begun), message("{context} that begins here", context=context))
        page.fault_at(Rule.KB105, said, noticed, hint=hint, related=(first,) if context else ())
    return noticed


def _place(mark: Mark | None) -> tuple[int, int]:
    return (mark.line, mark.column) if mark else (0, 0)


def _location(page: Page, place: tuple[int, int]) -> Location:
    return Location(page.path, place[0] + 1, place[1] + 1)


def _culprit(
    page: Page, problem: str, noticed: tuple[int, int], begun: tuple[int, int], keys: Collection[str]
) -> tuple[int, Glued] | None:
    """The line whose key has a colon that is none, so that YAML took it for the beginning of a text."""
    if "could not find expected ':'" in problem:
        lines = iter([begun[0]])
    elif "mapping values are not allowed" in problem:
        lines = _text_above(page, noticed)
    else:
        return None
    return next(((line, key) for line in lines if (key := glued(page.line(line), keys))), None)


def _text_above(page: Page, colon: tuple[int, int]) -> Iterator[int]:
    """The lines of the unquoted text that a colon stands in, upwards; none where the text begins on the colon's own line."""
    line, before = colon[0], page.line(colon[0])[: colon[1]]
    for _ in range(LINES_ABOVE):
        if not line or re.search(r"^\s*- |:\s", before):
            return
        line -= 1
        before = page.line(line)
        yield line


def _indentation(page: Page, problem: str, noticed: tuple[int, int], keys: Collection[str]) -> Message | None:
    """A hint for a known key that stands too far left or right."""
    line, column = noticed
    found = KEY.match(page.line(line))
    if found is None or found[1] not in keys:
        return None
    swallowed = "mapping values are not allowed" in problem and column == found.end(1)
    displaced = column == found.start(1) and any(words in problem for words in MISPLACED)
    return message("indent {key} like the key above it", key=found[1]) if swallowed or displaced else None
