"""Workflow commands, the lines by which a step talks to a CI runner: those that are meant, and text in which none can hide."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from kbsync.display import visible
from kbsync.messages import Message, message
from kbsync.render.words import Words

__all__ = ["ORDER", "Level", "command", "harmless", "harmless_json", "harmless_markup", "within_limit"]

ORDER = re.compile(r"(?:^|(?<=\r))[^\S\r\n]*(?=::)|##\w*(?=\[)", re.MULTILINE)
"""``::add-mask::`` at the start of a line, which the runner trims, and ``##[error]`` or ``##vso[…]`` anywhere in it."""
_START = re.compile(r"((?:^|(?<=\r))[^\S\r\n]*):(?=:)", re.MULTILINE)
_OLD_FORM = re.compile(r"##(?=\w*\[)")


def harmless(text: str) -> str:
    """Text for people: a dot is put where a command would begin or end its name. Doing it twice changes nothing more."""
    return ORDER.sub(r"\g<0>·", text)


def harmless_json(text: str) -> str:
    """The same JSON document without a command in it; none of its lines can begin with a colon as it is."""
    return _OLD_FORM.sub(r"#\\u0023", text)


def harmless_markup(text: str) -> str:
    """The same HTML or XML document without a command in it."""
    return _OLD_FORM.sub("#&#35;", _START.sub(r"\g<1>&#58;", text))


LIMIT = 10
"""Annotations of each level that a step can show (actions/toolkit, docs/problem-matchers.md, "Limitations")."""


class Level(StrEnum):
    """How an annotation looks; each level has a limit of its own."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


def command(level: Level, said: str, properties: Mapping[str, str | int]) -> str:
    """One annotation, without a line end; empty properties are left out."""
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value != "")
    return f"::{level} {listed}::{_data(said)}"


def within_limit(said: Mapping[Level, Sequence[str]], rest: Message, words: Words) -> list[str]:
    """The first annotations of each level, as many as GitHub shows, which drops the others without a word.

    Where some are withheld, a last notice has their number, and ``rest`` where they are.
    """
    crowded = any(len(lines) > LIMIT for lines in said.values())
    limits = {level: LIMIT - (crowded and level is Level.NOTICE) for level in Level}
    shown = [line for level in Level for line in said[level][: limits[level]]]
    if crowded:
        withheld = {f"{level}s": max(0, len(said[level]) - limits[level]) for level in Level}
        counts = message(
            "GitHub shows ten annotations of a kind. Not shown: errors {errors}, warnings {warnings}, notices {notices}. {rest}",
            rest=rest,
            **withheld,
        )
        shown.append(command(Level.NOTICE, words.say(counts), {"title": "kbsync"}))
    return shown


def _data(text: str) -> str:
    """Escape a message (actions/toolkit, packages/core/src/command.ts, ``escapeData``)."""
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escape a property (the same file, ``escapeProperty``)."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
