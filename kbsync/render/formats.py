"""The table from what is drawn and the format to the renderer: a module is loaded when its format is asked for.

A renderer takes a value and how people want their page, and gives text.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from kbsync.diagnostics import Diagnostic
from kbsync.display import COMMANDS
from kbsync.plan import Plan
from kbsync.render.words import RenderOptions
from kbsync.render.workflow_commands import harmless, harmless_json, harmless_markup
from kbsync.report import Receipt

if TYPE_CHECKING:
    from kbsync.conversations.coverage import Coverage

__all__ = [
    "COVERAGE",
    "FINDINGS",
    "PLANS",
    "RECEIPTS",
    "Rendition",
    "disarmed",
    "draw_coverage",
    "draw_findings",
    "draw_plan",
    "draw_receipt",
]

_MODULES = {"text": "text", "json": "json_documents", "markdown": "markdown", "html": "html", "github": "github"}
PLANS: Mapping[str, str] = {name: f"{module}:plan_{name}" for name, module in _MODULES.items()}
RECEIPTS: Mapping[str, str] = {name: f"{module}:receipt_{name}" for name, module in _MODULES.items()}
FINDINGS: Mapping[str, str] = {
    "text": "findings_text:diagnostics_text",
    **{name: f"findings:diagnostics_{name}" for name in ("json", "sarif", "github", "junit")},
}
COVERAGE: Mapping[str, str] = {name: f"coverage:coverage_{name}" for name in ("text", "json", "yaml", "markdown")}


@dataclass(frozen=True, slots=True)
class Rendition:
    """The result for stdout, and for a GitHub runner also a summary in Markdown and the outputs of the step."""

    result: str
    summary: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)


def draw_plan(plan: Plan, format: str, options: RenderOptions) -> Rendition:  # noqa: A002  (the word that users write)
    """A plan in a format."""
    from kbsync.planfile import plan_digest  # noqa: PLC0415  (loads msgspec)

    return _drawing(_renderer(PLANS[format])(plan, options, digest=plan_digest(plan)))


def draw_receipt(receipt: Receipt, format: str, options: RenderOptions) -> Rendition:  # noqa: A002
    """A receipt in a format."""
    return _drawing(_renderer(RECEIPTS[format])(receipt, options))


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


def _drawing(drawn: str | Rendition) -> Rendition:
    return drawn if isinstance(drawn, Rendition) else Rendition(drawn)
