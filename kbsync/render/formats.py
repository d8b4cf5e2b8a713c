"""Output formats: the table from value and format to its renderer, and the workflow commands of CI runners.

A renderer takes a value and options for the page and returns text; its module is loaded when its format is asked for. A workflow
command is a line by which a step instructs its runner; a text is disarmed so that none can hide in it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from kbsync.diagnostics import Diagnostic
from kbsync.display import COMMANDS, visible
from kbsync.messages import Message, message
from kbsync.plan import Plan
from kbsync.render.words import RenderOptions, Words
from kbsync.report import Receipt

__all__ = [
    "COVERAGE",
    "FINDINGS",
    "PLANS",
    "Level",
    "Rendition",
    "command",
    "disarmed",
    "draw",
    "draw_coverage",
    "draw_findings",
    "harmless",
]


if TYPE_CHECKING:
    from kbsync.conversations.coverage import Coverage


# One entry is a format of both plans and receipts: its module has ``plan_NAME`` and ``receipt_NAME``.
_MODULES = {"text": "text", "json": "results", "markdown": "markdown", "html": "html", "github": "github"}

PLANS: Mapping[str, str] = {name: f"{module}:plan_{name}" for name, module in _MODULES.items()}

RECEIPTS: Mapping[str, str] = {name: f"{module}:receipt_{name}" for name, module in _MODULES.items()}

FINDINGS: Mapping[str, str] = {
    "text": "findings:diagnostics_text",
    **{name: f"findings:diagnostics_{name}" for name in ("json", "sarif", "github", "junit")},
}

COVERAGE: Mapping[str, str] = {name: f"coverage:coverage_{name}" for name in ("text", "json", "yaml", "markdown")}


@dataclass(frozen=True, slots=True)
class Rendition:
    """The result for stdout, and for a GitHub runner also a summary in Markdown and the outputs of the step."""

    result: str
    summary: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)


def draw(found: Plan | Receipt, format: str, options: RenderOptions) -> Rendition:  # noqa: A002  (the word that users write)
    """A plan or a receipt in a format."""
    if isinstance(found, Receipt):
        drawn = _renderer(RECEIPTS[format])(found, options)
    else:
        from kbsync.planfile import plan_digest  # noqa: PLC0415  (loads msgspec)

        drawn = _renderer(PLANS[format])(found, options, digest=plan_digest(found))
    return drawn if isinstance(drawn, Rendition) else Rendition(drawn)


def draw_findings(found: Sequence[Diagnostic], format: str, options: RenderOptions) -> str:  # noqa: A002
    """Diagnostics in a format; only the text is in the language of the options, because the other formats are for programs."""
    draw = _renderer(FINDINGS[format])
    return str(draw(found, options) if format == "text" else draw(found))


def draw_coverage(found: "Coverage", format: str, options: RenderOptions) -> str:  # noqa: A002
    """A coverage report in a format."""
    return str(_renderer(COVERAGE[format])(found, options))


def disarmed(text: str, format: str) -> str:  # noqa: A002
    """The same result, as far as its format allows, without anything that a CI runner takes for a command."""
    return _HARMLESS.get(format, harmless)(text)


_CONTROLS = re.compile(f"[{COMMANDS}]")
"""JSON has these within texts alone."""


def escaped_json(text: str) -> str:
    """The same JSON document, with such characters as escapes."""
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


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


_HARMLESS: Mapping[str, Callable[[str], str]] = {
    "json": lambda text: escaped_json(harmless_json(text)),
    "sarif": lambda text: escaped_json(harmless_json(text)),
    "matrix": lambda text: escaped_json(harmless_json(text)),
    "html": harmless_markup,
    "junit": harmless_markup,
    "github": str,  # orders of ours, in which no text can begin another one
}


def _renderer(name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = resolve_name(f"kbsync.render.{name}")
    return found
