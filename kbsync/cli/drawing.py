"""Draws a command's result in the format that was asked for, and hands a GitHub runner what belongs to it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kbsync.cli.options import Invocation
from kbsync.diagnostics import Diagnostic
from kbsync.plan import Plan
from kbsync.render import formats
from kbsync.report import Receipt

if TYPE_CHECKING:
    from kbsync.cli.screen import Screen
    from kbsync.conversations.coverage import Coverage

__all__ = ["draw_coverage", "draw_findings", "draw_plan", "draw_receipt", "plan_words"]


def draw_findings(found: Sequence[Diagnostic], call: Invocation) -> str:
    """Diagnostics in the format that was asked for; empty text when there is nothing to say."""
    return formats.draw_findings(found, call.format, call.screen.options)


def draw_coverage(found: "Coverage", call: Invocation) -> str:
    """A coverage report in the format that was asked for."""
    return formats.draw_coverage(found, call.format, call.screen.options)


def draw_plan(plan: Plan, call: Invocation) -> str:
    """A plan in the format that was asked for."""
    return _handed_over(formats.draw_plan(plan, call.format, call.screen.options), call)


def draw_receipt(receipt: Receipt, call: Invocation) -> str:
    """A receipt in the format that was asked for."""
    return _handed_over(formats.draw_receipt(receipt, call.format, call.screen.options), call)


def plan_words(plan: Plan, screen: "Screen") -> str:
    """A plan as text for a terminal, as an apply shows it: what it asks for is said right after."""
    from kbsync.planfile import plan_digest  # noqa: PLC0415
    from kbsync.render.text import plan_text  # noqa: PLC0415

    return plan_text(plan, screen.options, digest=plan_digest(plan), steps=False)


def _handed_over(drawn: formats.Drawing, call: Invocation) -> str:
    if drawn.summary:
        from kbsync.cli.runner import write_github  # noqa: PLC0415

        write_github(drawn.summary, drawn.outputs, call.context.environ)
    return drawn.result
