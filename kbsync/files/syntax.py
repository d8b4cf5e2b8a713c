"""The parser's complaints in words that say what to do. Only faults of the YAML syntax itself belong here."""

import yaml

from kbsync.diagnostics import Related, Rule
from kbsync.files.page import Page
from kbsync.locations import Location
from kbsync.messages import Message, message

__all__ = ["report_syntax"]

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
    (
        "did not find expected ',' or",
        message("a comma or a closing bracket is missing; text with brackets or commas must stand in quotes"),
    ),
    ("expected ',' or", message("a comma or a closing bracket is missing; text with brackets or commas must stand in quotes")),
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


def report_syntax(page: Page, error: yaml.YAMLError) -> None:
    """Report a syntax error where it was noticed, with the place where the unfinished thing began as a second place."""
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    mark = getattr(error, "problem_mark", None)
    context, begun = getattr(error, "context", None), getattr(error, "context_mark", None)
    related: tuple[Related, ...] = ()
    if context and begun:
        place = Location(page.path, begun.line + 1, begun.column + 1)
        related = (Related(place, message("{context} that begins here", context=context)),)
    page.fault_at(
        Rule.KB105,
        message("this is not YAML: {problem}", problem=problem),
        (mark.line, mark.column) if mark else (0, 0),
        hint=next((hint for words, hint in HINTS if words in problem), None),
        related=related,
    )
